"""The driver processes that a master has started."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from world.waiting import eventually


def driver_pids(worker_name: str) -> list[int]:
    """Processes with the worker's name on their command line: its JVM. A child that it has forked and that has not
    become another program yet has the same one, and does not count."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
            stat = (entry.parent / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if worker_name.encode() in words:
            parents[int(entry.parent.name)] = int(stat.rpartition(") ")[2].split()[1])
    return [pid for pid, parent in parents.items() if parent not in parents]


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
