"""A WebSocket client that can also send what no client should."""

from __future__ import annotations

import base64
import json
import os
import socket
from collections.abc import Callable
from typing import Any

from mist_master import PATIENCE, Master

TEXT, CLOSE = 1, 8


class Closed(Exception):
    """The master has ended the connection; `code` is what it gave as the reason, if it did."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class WebSocket:
    def __init__(self, master: Master, path: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", master.port), PATIENCE)
        self._input = self._socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        self._socket.sendall(
            f"{head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        self.status = int(self._input.readline().split()[1])
        self.headers: dict[str, str] = {}
        while line := self._input.readline().decode().strip():
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    def __enter__(self) -> WebSocket:
        assert self.status == 101, self.status
        return self

    def __exit__(self, *_: object) -> None:
        self._input.close()
        self._socket.close()

    # ---- what the master sends ------------------------------------------------------------------

    def frame(self) -> tuple[bool, int, bytes]:
        """The next one: whether it is the last of its message, its opcode, its payload."""
        first, length = self._read(2)
        if length == 126:
            length = int.from_bytes(self._read(2), "big")
        elif length == 127:
            length = int.from_bytes(self._read(8), "big")
        payload = self._read(length)
        if first & 0xF == CLOSE:
            raise Closed(int.from_bytes(payload[:2], "big"))
        return bool(first & 0x80), first & 0xF, payload

    def _read(self, count: int) -> bytes:
        try:
            read = self._input.read(count)
        except ConnectionError as error:
            raise Closed() from error
        if len(read) < count:
            raise Closed()
        return read

    def event(self) -> Any:
        return json.loads(self.frame()[2])

    def events_until(self, last: Callable[[Any], bool]) -> list[Any]:
        events = [self.event()]
        while not last(events[-1]):
            events.append(self.event())
        return events

    def end(self) -> int | None:
        """Waits until the master closes; with which code."""
        try:
            while True:
                self.frame()
        except Closed as closed:
            return closed.code

    # ---- what the client sends ------------------------------------------------------------------

    def send(self, text: bytes, last: bool = True, opcode: int = TEXT, masked: bool = True) -> None:
        head = bytes([(0x80 if last else 0) | opcode])
        mask = bytes(4) if masked else b""  # zeros change nothing
        length = len(text)
        bit = 0x80 if masked else 0
        if length < 126:
            head += bytes([bit | length])
        else:
            head += bytes([bit | 127]) + length.to_bytes(8, "big")
        self.send_bytes(head + mask + text)

    def send_bytes(self, data: bytes) -> None:
        """Whole, or what the master takes of it before it ends the connection."""
        try:
            self._socket.sendall(data)
        except ConnectionError:
            pass
