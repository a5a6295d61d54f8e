"""Ports for the programs of a test that cannot be asked which one they got."""

from __future__ import annotations

import random
import socket
from itertools import islice

# Below what the kernel gives to those who ask for any port, so that nobody gets one before it is used.
PORTS = range(12000, 32000)


def free_ports(count: int) -> list[int]:
    """Ports on which nobody listens, all different."""
    return list(islice(filter(_is_free, random.sample(PORTS, len(PORTS))), count))


def free_port() -> int:
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
