"""Bytes on the control connection between the JVM, the parent and a child."""

import socket
import struct

TAKEN = b"T"  # of the parent, before it reads the request; without anything behind it

RESULT = b"R"  # JSON text
RAISED = b"E"  # the function's traceback
GONE = b"X"  # how the child ended; written by the parent, always last

INTERRUPT = b"I"
KILL = b"K"


def read_block(control: socket.socket) -> bytes:
    (length,) = struct.unpack(">i", _read_fully(control, 4))
    return _read_fully(control, length)


def write_frame(control: socket.socket, kind: bytes, payload: bytes) -> None:
    control.sendall(kind + struct.pack(">q", len(payload)))
    control.sendall(payload)


def _read_fully(control: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        part = control.recv(min(length - len(data), 1 << 20))
        if not part:
            raise EOFError("the JVM has closed the control connection")
        data += part
    return bytes(data)
