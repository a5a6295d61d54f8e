"""The warm parent: `python -m mist_worker.parent SOCKET [MODULE...]`.

It imports what every call needs, once, and then forks a child per call, which shares that memory. It opens no py4j
connection and starts no thread, because neither survives a fork.

The JVM makes three connections for one call: control, standard output, standard error. Once it has heard that they are taken
it sends the request: before that nothing of the call can have begun, and another parent may get it. The request is read here; the child
answers on the control connection; this process writes how the child ended and passes on the JVM's signals, since only a
parent knows for sure that a process id still means its child.
"""

from __future__ import annotations

import gc
import importlib
import os
import selectors
import signal
import socket
import sys

from mist_worker import frames

# Enough for calls that come at the same time; each has three connections.
_BACKLOG = 512

_IMPORTS = (
    "py4j",
    "pyspark",
    "pyspark.cloudpickle",
    "pyspark.sql",
    "pyspark.sql.functions",
    "mist_worker.child",
)


def main(socket_path: str, user_imports: list[str]) -> None:
    for name in _IMPORTS:
        importlib.import_module(name)
    for name in user_imports:
        _import_for_user(name)
    Parent(_listen(socket_path)).serve()


class Parent:
    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._controls: dict[int, socket.socket] = {}  # of running children, by process id

    def serve(self) -> None:
        """Serves until standard input ends, that is until the JVM is gone."""
        wakeup = self._wake_on_child_end()
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self._selector.register(wakeup, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._freeze()
        _say_ready()
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    return
                if key.fileobj is wakeup:
                    wakeup.recv(4096)
                    self._reap()
                elif key.fileobj is self._listener:
                    self._fork()
                else:
                    self._signal(key.data)

    def _wake_on_child_end(self) -> socket.socket:
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._wakeup_writer = writer
        return reader

    @staticmethod
    def _freeze() -> None:
        """Keeps the collector from writing to memory that children share."""
        gc.collect()
        gc.freeze()

    def _fork(self) -> None:
        control, output, errors = (self._listener.accept()[0] for _ in range(3))
        try:
            control.sendall(frames.TAKEN)
            header, arguments = frames.read_block(control), frames.read_block(control)
        except (EOFError, OSError):
            control.close()
            output.close()
            errors.close()
            return
        pid = os.fork()
        if pid == 0:
            self._become_child(control, output, errors, header, arguments)
        output.close()
        errors.close()
        self._controls[pid] = control
        self._selector.register(control, selectors.EVENT_READ, pid)

    def _become_child(
        self,
        control: socket.socket,
        output: socket.socket,
        errors: socket.socket,
        header: bytes,
        arguments: bytes,
    ) -> None:
        """Never returns."""
        from mist_worker import child

        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        self._listener.close()
        for other in self._controls.values():
            other.close()
        child.run(control, output, errors, header, arguments)

    def _reap(self) -> None:
        while self._controls:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            control = self._controls.pop(pid)
            self._selector.unregister(control)
            try:
                frames.write_frame(control, frames.GONE, _describe(status).encode())
            except OSError:
                pass  # the JVM has given the call up
            control.close()

    def _signal(self, pid: int) -> None:
        if pid not in self._controls:
            return  # reaped in this very round
        try:
            order = self._controls[pid].recv(1)
        except OSError:
            order = b""
        # The end of the connection means that the JVM has given the call up.
        os.kill(pid, signal.SIGINT if order == frames.INTERRUPT else signal.SIGKILL)


def _describe(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"killed by signal {number} ({signal.Signals(number).name})"
    return f"exit status {os.WEXITSTATUS(status)}"


def _import_for_user(name: str) -> None:
    try:
        importlib.import_module(name)
    except Exception as e:  # the function that needs it says so again, in its own log
        print(f"cannot import {name}: {e}", file=sys.stderr)


def _listen(socket_path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(socket_path)
    listener.listen(_BACKLOG)
    return listener


def _say_ready() -> None:
    print("ready", flush=True)
    os.dup2(2, 1)  # the JVM reads this one line


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
