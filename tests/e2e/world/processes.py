"""The driver processes that a master has started."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from world.waiting import eventually


def driver_pids(worker_name: str) -> list[int]:
    """Processes with the worker's name on their command line: its JVM."""
    pids = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if worker_name.encode() in words:
            pids.append(int(entry.parent.name))
    return pids


def kill_driver(worker_name: str) -> None:
    """What the kernel does to a driver when memory runs out."""
    pids = driver_pids(worker_name)
    assert pids, f"no process of {worker_name}"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def wait_until_gone(worker_name: str) -> None:
    eventually(
        lambda: not driver_pids(worker_name), f"no process of {worker_name} is left", seconds=60
    )
