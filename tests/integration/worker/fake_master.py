"""A master of one worker that does what a test says: the server side of worker.thrift, and spark-submit."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Callable, Optional

from thrift.protocol.TBinaryProtocol import TBinaryProtocolFactory
from thrift.server.TServer import TThreadedServer
from thrift.transport.TSocket import TServerSocket
from thrift.transport.TTransport import TBufferedTransportFactory
from worker import WorkerMaster
from worker.ttypes import (
    Artifact,
    AttemptId,
    CancelJob,
    Command,
    Commands,
    Hello,
    Language,
    Refused,
    RefusalCode,
    Report,
    ReportReply,
    RunJob,
    Stop,
    Welcome,
)

SECRET = "secret of the test"
CHUNK = 1 << 20
WAIT = 120  # seconds until a test gives up; nothing waits so long when all is well


class Job:
    """What the worker has reported about one attempt."""

    def __init__(self, job_id: str) -> None:
        self.id = AttemptId(job_id, 1)
        self.steps: list[str] = []
        self.lines: list[Any] = []
        self.dropped = 0
        self.chunks: list[bytes] = []
        self.error: Optional[str] = None
        self.ended_at = 0.0

    @property
    def ended(self) -> bool:
        return bool(self.steps) and self.steps[-1] in ("finished", "failed", "cancelled")

    @property
    def result(self) -> str:
        return b"".join(self.chunks).decode()

    @property
    def messages(self) -> list[str]:
        return [line.message for line in self.lines]


class FakeMaster:
    """Everything below the lock is guarded by it."""

    def __init__(self, jobs_per_worker: int = 8) -> None:
        self._jobs_per_worker = jobs_per_worker
        self._changed = threading.Condition()
        self._artifacts: dict[str, bytes] = {}
        self._arguments: dict[str, bytes] = {}
        self._commands: list[Command] = []
        self._confirmed = 0
        self._session = 0
        self._received = 0
        self.durable = True  # False: reports are received and never called durable
        self.hellos: list[Hello] = []
        self.jobs: dict[str, Job] = {}
        self.ready: Optional[Any] = None
        self.start_failure: Optional[str] = None
        self.stopping: Optional[str] = None
        self.refusal: Optional[Refused] = None
        self._socket = _RecordingServerSocket()
        self._server = TThreadedServer(
            WorkerMaster.Processor(self),
            self._socket,
            TBufferedTransportFactory(),
            TBinaryProtocolFactory(string_length_limit=8 << 20),
            daemon=True,
        )
        threading.Thread(target=self._server.serve, daemon=True).start()
        self._socket.listening.wait(WAIT)

    @property
    def address(self) -> str:
        host, port = self._socket.handle.getsockname()[:2]
        return f"{host}:{port}"

    def cut_connections(self) -> None:
        self._socket.cut()

    # ---- what a test asks for ----

    def add_artifact(self, name: str, data: bytes) -> Artifact:
        sha256 = hashlib.sha256(data).hexdigest()
        self._artifacts[sha256] = data
        return Artifact(name, hashlib.sha1(data).hexdigest(), sha256, len(data))

    def run(self, job_id: str, artifact: Artifact, class_name: str, arguments: str = "{}") -> Job:
        language = Language.JVM if artifact.name.endswith(".jar") else Language.PYTHON
        data = arguments.encode()
        job = Job(job_id)
        order = RunJob(job.id, "function", artifact, class_name, language, len(data))
        if len(data) <= CHUNK:
            order.arguments = data
        with self._changed:
            self.jobs[job_id] = job
            self._arguments[job_id] = data
        self._command(Command(run=order))
        return job

    def cancel(self, job: Job) -> None:
        self._command(Command(cancel=CancelJob(job.id, "user request")))

    def stop(self) -> None:
        self._command(Command(stop=Stop("test is over")))

    def wait_for(self, condition: Callable[[], Any], what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, WAIT):
                raise AssertionError(f"waited in vain for {what}")

    def wait_for_end(self, job: Job) -> Job:
        self.wait_for(lambda: job.ended, f"the end of {job.id.job_id}")
        return job

    def _command(self, command: Command) -> None:
        with self._changed:
            self._commands.append(command)
            self._changed.notify_all()

    # ---- the protocol ----

    def registerWorker(self, hello: Hello) -> Welcome:
        with self._changed:
            self.hellos.append(hello)
            if self.refusal or hello.secret != SECRET:
                raise self.refusal or Refused(RefusalCode.WRONG_SECRET, "wrong secret")
            self._session += 1
            # Commands are numbered from 1 in each session; those that were not confirmed come again.
            del self._commands[: self._confirmed]
            self._confirmed = 0
            self._changed.notify_all()
            return Welcome(
                session=str(self._session),
                received_through=self._received,
                context="default",
                jobs_per_worker=self._jobs_per_worker,
                max_artifact_bytes=250 << 20,
                max_result_bytes=(64 << 20) + 2,
                poll_ms=20000,
                lease_ms=60000,
                streaming_duration_ms=1000,
                max_log_line_bytes=1 << 20,
            )

    def nextCommands(self, session: str, confirmed_through: int, wait_ms: int) -> Commands:
        with self._changed:
            self._confirmed = confirmed_through
            self._changed.wait_for(
                lambda: len(self._commands) > confirmed_through or session != str(self._session),
                wait_ms / 1000,
            )
            self._check(session)
            new = self._commands[confirmed_through:]
            return Commands(
                new, confirmed_through + len(new), self._received if self.durable else 0
            )

    def report(self, session: str, reports: list[Report]) -> ReportReply:
        with self._changed:
            self._check(session)
            for report in reports:
                if report.number <= self._received:
                    continue
                assert (
                    report.number == self._received + 1
                ), f"{report.number} after {self._received}"
                self._received = report.number
                self._take(report.body)
            self._changed.notify_all()
            return ReportReply(self._received if self.durable else 0)

    def readArtifact(self, session: str, sha256: str, offset: int, max_bytes: int) -> bytes:
        self._check(session)
        if sha256 not in self._artifacts:
            raise Refused(RefusalCode.NO_SUCH_ARTIFACT, f"no artifact {sha256}")
        return self._artifacts[sha256][offset : offset + max_bytes]

    def readArguments(self, session: str, id: AttemptId, offset: int, max_bytes: int) -> bytes:
        self._check(session)
        return self._arguments[id.job_id][offset : offset + max_bytes]

    def _check(self, session: str) -> None:
        if session != str(self._session):
            raise Refused(RefusalCode.STALE_SESSION, "register again")

    def _take(self, body: Any) -> None:
        if body.ready:
            self.ready = body.ready
        elif body.start_failed:
            self.start_failure = body.start_failed.message
        elif body.stopping:
            self.stopping = body.stopping.reason
        else:
            self._take_of_job(body)

    def _take_of_job(self, body: Any) -> None:
        kind = next(name for name, value in vars(body).items() if value is not None)
        report = getattr(body, kind)
        job = self.jobs[report.id.job_id]
        assert not job.ended, f"{kind} after {job.steps}"
        if kind == "log_lines":
            job.lines += report.lines
            job.dropped += report.dropped
        elif kind == "result_chunk":
            job.chunks.append(report.bytes)
        else:
            job.steps.append(kind)
            job.error = getattr(report, "error", None)
            job.ended_at = time.monotonic()


class WorkerProcess:
    """spark-submit of the harness. The output goes to a file of the folder."""

    def __init__(
        self, master: FakeMaster, folder: Path, spark_master: str, *conf: str, secret: str = SECRET
    ) -> None:
        jar = os.environ["MIST_WORKER_JAR"]
        spark_home = os.environ["SPARK_HOME"]
        settings = (
            f"spark.master={spark_master}",
            "spark.driver.memory=768m",
            "spark.ui.enabled=false",
            *conf,
        )
        command = [
            f"{spark_home}/bin/spark-submit",
            *(part for item in settings for part in ("--conf", item)),
        ]
        command += ["--class", "io.hydrosphere.mist.worker.Worker", jar]
        command += ["--master", master.address, "--name", "test-worker", "--work-dir", str(folder)]
        self.folder = folder
        self.output = folder / "worker.log"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "MIST_WORKER_SECRET": secret},
                cwd=folder,
                start_new_session=True,
            )

    def wait(self) -> int:
        return self.process.wait(WAIT)

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class _RecordingServerSocket(TServerSocket):
    """Listens on a free port and can cut the connections that it has accepted."""

    def __init__(self) -> None:
        super().__init__(host="127.0.0.1", port=0)
        self.listening = threading.Event()
        self._accepted: list[Any] = []

    def listen(self) -> None:
        super().listen()
        self.listening.set()

    def accept(self) -> Any:
        client = super().accept()
        client.handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._accepted.append(client)
        return client

    def cut(self) -> None:
        for client in self._accepted:
            if client.handle is not None:
                try:
                    client.handle.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self._accepted.clear()
