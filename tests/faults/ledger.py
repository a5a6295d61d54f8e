"""Ledgers of a fault test: files of JSON lines, each of which is on the disk before anybody acts on it.

`client.jsonl`: what the clients sent and were answered, what streams and message brokers told them, and which
faults there were. `functions.jsonl`: what functions did, written by themselves. `api.jsonl`: the jobs and events
that the master shows when everything has come to rest. All times are seconds of the machine's monotonic clock.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Ledger:
    """Written by any thread of this process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)

    def write(self, op: str, **members: object) -> Record:
        """On the disk when it returns."""
        record = self.note(op, **members)
        os.fdatasync(self._file)
        return record

    def note(self, op: str, **members: object) -> Record:
        """In the file, for what nobody acts on."""
        record: Record = {"t": time.monotonic(), "op": op, **members}
        line = json.dumps(record).encode() + b"\n"
        with self._lock:
            assert os.write(self._file, line) == len(line)
        return record

    def close(self) -> None:
        os.close(self._file)


def read_ledger(path: Path) -> list[Record]:
    """All lines; a function that was killed while it wrote may have left a part of one at the end."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]
