"""A master of its own for a test or for all tests of a Spark line."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from world.api import Api
from world.places import INSTALLATION, SparkLine
from world.ports import free_ports
from world.waiting import eventually

STOP_SECONDS = 60


class Master:
    """mist-master in the foreground, with its data in `folder` and what it writes for people in `logs`.

    Start and stop as often as the test needs: data and ports stay the same.
    """

    def __init__(self, line: SparkLine, folder: Path, logs: Path, **settings: str) -> None:
        self.line = line
        self.folder = folder
        self.logs = logs
        self.http_port, self.worker_port = free_ports(2)
        self.api = Api(self.http_port)
        self._environment = line.environment | {
            "MIST_HOME": str(INSTALLATION),
            "MIST_WORK_DIRECTORY": str(folder),
            "MIST_HTTP_PORT": str(self.http_port),
            "MIST_CLUSTER_PORT": str(self.worker_port),
            "MIST_LOG_SERVICE_DUMP_DIRECTORY": str(logs),
            "MIST_PYTHON": str(line.python),
            **settings,
        }
        self._pid_file = folder / "mist.pid"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            INSTALLATION / "bin/mist-master",
            "start",
            "--debug",
            "true",
            "--pid",
            self._pid_file,
        ]
        with (self.logs / "master.log").open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
            )
        eventually(self._is_up, lambda: f"the master is ready: {self.output()[-4000:]}", seconds=30)

    def _is_up(self) -> bool:
        assert self._running.poll() is None, f"the master has ended:\n{self.output()[-4000:]}"
        return self.api.is_ready()

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the master was not started"
        return self._process

    def output(self) -> str:
        return (self.logs / "master.log").read_text()

    def ask_to_stop(self) -> None:
        self._running.send_signal(signal.SIGTERM)

    def exit_code(self) -> int:
        return self._running.wait(STOP_SECONDS)

    def stop(self) -> None:
        """The clean end, which every master of these tests has to manage."""
        self.ask_to_stop()
        assert self.exit_code() == 0, f"the master did not end well:\n{self.output()[-4000:]}"

    def upgrade(self) -> None:
        """Puts the same program in its own place."""
        command = [INSTALLATION / "bin/mist-master", "upgrade", "--pid", self._pid_file]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr + self.output()[-4000:]

    def kill(self) -> None:
        """Without any chance to write something. Nothing happens when it has ended already."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
