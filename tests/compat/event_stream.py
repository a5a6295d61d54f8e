"""A client of the master's websockets."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
from types import TracebackType
from typing import Any

PATIENCE_SECONDS = 60
ENDS = ("finished", "failed", "cancelled")

Event = dict[str, Any]


class EventStream:
    """Open when it is made: every later event arrives."""

    def __init__(self, port: int, path: str = "/v2/api/ws/all") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self._input = self._socket.makefile("rb")
        lines = (
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        )
        self._socket.sendall("".join(line + "\r\n" for line in (*lines, "")).encode())
        status = self._input.readline()
        assert b" 101 " in status, status
        while self._input.readline().strip():
            pass

    def __enter__(self) -> EventStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._input.close()
        self._socket.close()

    def next(self) -> Event:
        """The next event: one text frame, not masked."""
        head, length = self._input.read(2)
        assert head == 0x81, f"not a whole text frame: {head:#x}"
        if length == 126:
            (length,) = struct.unpack(">H", self._input.read(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._input.read(8))
        return json.loads(self._input.read(length))

    def until_end_of(self, job: str) -> list[Event]:
        """The job's events, the last one of which is its end."""
        events = []
        while not (events and events[-1]["event"] in ENDS):
            event = self.next()
            if event.get("id") == job:
                events.append(event)
        return events
