"""A line to a server that a test can break at a point of its choice."""

from __future__ import annotations

import socket
import threading


class BrokenLine:
    """Forwards connections to a port. While `swallowing`, nothing that clients say arrives."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.swallowing = False
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Ends every connection, and lets the next ones speak."""
        while self._open:
            _end(self._open.pop())
        self.swallowing = False

    def close(self) -> None:
        _end(self._listener)
        self.cut()

    def refusal(self, data: bytes) -> bytes:
        """What a client hears before its connection ends, which has just said `data`; empty: the line goes on."""
        return b""

    def _accept(self) -> None:
        try:
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open += [client, server]
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._forward, args=ends, daemon=True).start()
        except OSError:
            pass  # closed

    def _forward(self, source: socket.socket, target: socket.socket, is_client: bool) -> None:
        try:
            while data := source.recv(65536):
                if not is_client:
                    target.sendall(data)
                elif answer := self.refusal(data):
                    source.sendall(answer)
                    break
                elif not self.swallowing:
                    target.sendall(data)
        except OSError:
            pass  # cut
        _end(source)
        _end(target)


class OldBroker(BrokenLine):
    """Lets an MQTT broker look like one that knows MQTT 3.1.1 only."""

    def refusal(self, data: bytes) -> bytes:
        is_connect = data[0] == 0x10 and data[4:8] == b"MQTT"
        return b"\x20\x02\x00\x01" if is_connect and data[8] == 5 else b""


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it had ended
    connection.close()
