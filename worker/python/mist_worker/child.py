"""What a forked child does: attach to the SparkContext, call the function, answer, exit."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
from typing import Any, NoReturn

from mist_worker import frames, spark
from mistpy import failures

_PR_SET_PDEATHSIG = 1


def run(
    control: socket.socket,
    output: socket.socket,
    errors: socket.socket,
    header: bytes,
    arguments: bytes,
) -> NoReturn:
    try:
        _die_with_parent()
        _redirect(output, errors)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        pid = os.getpid()
        kind, payload = _answer(json.loads(header), arguments)
        if os.getpid() != pid:
            return  # a fork that the function has made and that has run out of it: nobody's answer
        # From here on the call is over: an interrupt would only lose its answer.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _flush()
        frames.write_frame(control, kind, payload)
    finally:
        # No exit hooks: they are the parent's, and those of pyspark would talk to the JVM.
        os._exit(0)


def _answer(header: dict[str, Any], arguments: bytes) -> tuple[bytes, bytes]:
    path = header["artifact"]
    try:
        result = spark.call(
            header["gateway_port"],
            header["gateway_secret"],
            path,
            header["sha256"],
            header["function"],
            json.loads(arguments),
        )
        return frames.RESULT, json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()
    except BaseException as e:  # also sys.exit() and the interrupt of a cancel
        text = failures.describe(e, path, os.path.dirname(__file__))
        return frames.RAISED, text.encode("utf-8", "replace")


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _redirect(output: socket.socket, errors: socket.socket) -> None:
    """C code and subprocesses write to the job's log, too."""
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    output.close()
    errors.close()
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    # A line is seen when it is written, as on a terminal.
    sys.stdout.reconfigure(line_buffering=True)
    sys.stderr.reconfigure(line_buffering=True)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass  # the function has closed it
