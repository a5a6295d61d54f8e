"""A Mosquitto broker of its own for a test."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

from world.ports import free_port
from world.waiting import eventually

PROGRAM = "/usr/sbin/mosquitto"


class MosquittoBroker:
    """Keeps sessions and messages below `folder` from one start to the next. `settings` are further lines of its file."""

    def __init__(self, folder: Path, settings: str = "allow_anonymous true") -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)  # started as root, Mosquitto becomes another user
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\n"
            f"persistence true\npersistence_location {folder}/\n"
            f"user root\nlog_type all\nmax_queued_messages 0\n{settings}\n"
        )

    @property
    def uri(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self) -> MosquittoBroker:
        with (self._folder / "mosquitto.log").open("ab") as output:
            self._process = subprocess.Popen(
                [PROGRAM, "-c", self._folder / "mosquitto.conf"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        eventually(self._answers, lambda: f"Mosquitto listens:\n{self.log()}")
        return self

    def stop(self) -> None:
        """The clean end, in which it writes its data. Nothing happens when it does not run."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self.thaw()
            self._process.wait()
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def freeze(self) -> None:
        """It takes connections and says nothing, until `thaw` or `stop`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def log(self) -> str:
        return (self._folder / "mosquitto.log").read_text()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"Mosquitto has ended:\n{self.log()}"
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return False
        return True
