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

    def __init__(self, job_id: str, attempt: int = 1) -> None:
        self.id = AttemptId(job_id, attempt)
        self.steps: list[str] = []
        self.lines: list[Any] = []
        self.dropped = 0
        self.chunks: list[bytes] = []
        self.progress: Any = None  # the newest of its Spark work
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
        self._sent = 0  # number of the last command of this session
        self._told_poll_ms = 0
        self._introduced = False  # there was a report of this session
        self._repeats_after: Optional[Job] = None
        self.durable = True  # False: reports are received and never called durable
        self.takes_reports = True  # False: calls with reports wait
        self.cuts_arguments = False  # after the next piece
        self.poll_ms = 20000  # these two are told at a registration
        self.lease_ms = 60000
        self.polls = 0
        self.reports: list[str] = []  # what the worker says of itself, in order
        self.broken: list[str] = []  # promises of the protocol that the worker did not keep
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

    def run(
        self,
        job_id: str,
        artifact: Artifact,
        class_name: str,
        arguments: str = "{}",
        attempt: int = 1,
    ) -> Job:
        language = Language.JVM if artifact.name.endswith(".jar") else Language.PYTHON
        data = arguments.encode()
        job = Job(job_id, attempt)
        order = RunJob(job.id, "function", artifact, class_name, language, len(data))
        if len(data) <= CHUNK:
            order.arguments = data
        with self._changed:
            self.jobs[job_id] = job
            self._arguments[job_id] = data
        self._command(Command(run=order))
        return job

    def cancel(self, job: Job) -> None:
        self.cancel_attempt(job.id)

    def cancel_attempt(self, id: AttemptId) -> None:
        self._command(Command(cancel=CancelJob(id, "user request")))

    def forget_arguments(self, job: Job) -> None:
        """The attempt is over."""
        with self._changed:
            del self._arguments[job.id.job_id]

    def end_session(self) -> None:
        """The worker has to begin another one."""
        with self._changed:
            self._session += 1
            self._changed.notify_all()

    def repeat_commands_after(self, job: Job) -> None:
        """The next confirmation is lost, with the session, when the job has ended."""
        with self._changed:
            self._repeats_after = job

    def stop(self) -> None:
        self._command(Command(stop=Stop("test is over")))

    def wait_for(self, condition: Callable[[], Any], what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, WAIT):
                raise AssertionError(f"waited in vain for {what}")

    def wait_for_end(self, job: Job) -> Job:
        self.wait_for(lambda: job.ended, f"the end of {job.id.job_id}")
        return job

    def expect(self, kept: bool, promise: str) -> None:
        if not kept:
            self.broken.append(promise)

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
            self._confirmed = self._sent = 0
            self._introduced = False
            self._told_poll_ms = self.poll_ms
            self._changed.notify_all()
            return Welcome(
                session=str(self._session),
                received_through=self._received,
                context="default",
                jobs_per_worker=self._jobs_per_worker,
                max_artifact_bytes=250 << 20,
                max_result_bytes=(64 << 20) + 2,
                poll_ms=self.poll_ms,
                lease_ms=self.lease_ms,
                streaming_duration_ms=1000,
                max_log_line_bytes=1 << 20,
            )

    def nextCommands(self, session: str, confirmed_through: int, wait_ms: int) -> Commands:
        with self._changed:
            self._check(session)
            self.polls += 1
            self._changed.notify_all()
            self.expect(wait_ms <= self._told_poll_ms, f"a poll waits for {wait_ms} ms")
            self.expect(
                confirmed_through == self._sent,
                f"command {confirmed_through} is confirmed, {self._sent} was sent",
            )
            # Not a poll that confirms what came before the job's order: the job would wait for it.
            confirmed = [
                command.run.id for command in self._commands[:confirmed_through] if command.run
            ]
            if self._repeats_after is not None and self._repeats_after.id in confirmed:
                self._lose_confirmation(self._repeats_after)
            self._check(session)
            self._confirmed = confirmed_through
            self._changed.wait_for(
                lambda: len(self._commands) > confirmed_through or session != str(self._session),
                wait_ms / 1000,
            )
            self._check(session)
            new = self._commands[confirmed_through:]
            self._sent = confirmed_through + len(new)
            return Commands(new, self._sent, self._received if self.durable else 0)

    def _lose_confirmation(self, job: Job) -> None:
        self._repeats_after = None
        self._changed.wait_for(lambda: job.ended, WAIT)
        self._session += 1

    def report(self, session: str, reports: list[Report]) -> ReportReply:
        with self._changed:
            self._check(session)
            self.expect(self._introduced or not reports, "a connection's first call is large")
            self._introduced = True
            self._changed.wait_for(lambda: self.takes_reports or not reports, WAIT)
            self._check(session)
            for report in reports:
                if report.number <= self._received:
                    continue
                self.expect(
                    report.number == self._received + 1,
                    f"report {report.number} after {self._received}",
                )
                self._received = report.number
                self._take(report.body)
            self._changed.notify_all()
            return ReportReply(self._received if self.durable else 0)

    def readArtifact(self, session: str, sha256: str, offset: int, max_bytes: int) -> bytes:
        self._check(session)
        if sha256 not in self._artifacts:
            raise Refused(RefusalCode.NO_SUCH_ARTIFACT, f"no artifact {sha256}")
        return self._piece(self._artifacts[sha256], offset, max_bytes)

    def readArguments(self, session: str, id: AttemptId, offset: int, max_bytes: int) -> bytes:
        self._check(session)
        if self.cuts_arguments and offset > 0:
            self.cuts_arguments = False
            self.cut_connections()
        if id.job_id not in self._arguments:
            raise Refused(RefusalCode.NO_SUCH_ATTEMPT, f"attempt of {id.job_id} is over")
        return self._piece(self._arguments[id.job_id], offset, max_bytes)

    def _piece(self, data: bytes, offset: int, max_bytes: int) -> bytes:
        self.expect(0 < max_bytes <= CHUNK, f"a piece of {max_bytes} bytes is asked for")
        return data[offset : offset + min(max_bytes, CHUNK)]

    def _check(self, session: str) -> None:
        if session != str(self._session):
            raise Refused(RefusalCode.STALE_SESSION, "register again")

    def _take(self, body: Any) -> None:
        kind = next(name for name, value in vars(body).items() if value is not None)
        self.expect(self.stopping is None, f"{kind} after stopping")
        if kind in ("ready", "start_failed", "stopping"):
            self.reports.append(kind)
        if body.ready:
            self.ready = body.ready
        elif body.start_failed:
            self.start_failure = body.start_failed.message
        elif body.stopping:
            self.stopping = body.stopping.reason
        else:
            self.expect(self.ready is not None, f"{kind} before ready")
            self._take_of_job(kind, getattr(body, kind))

    def _take_of_job(self, kind: str, report: Any) -> None:
        job = self.jobs[report.id.job_id]
        self.expect(report.id == job.id, f"{kind} of {report.id} while {job.id} runs")
        self.expect(not job.ended, f"{kind} after {job.steps}")
        time_ms = getattr(report, "time_ms", time.time() * 1000)
        self.expect(abs(time_ms / 1000 - time.time()) < WAIT, f"{kind} at {time_ms} ms")
        if kind == "log_lines":
            job.lines += report.lines
            job.dropped += report.dropped
        elif kind == "result_chunk":
            self.expect(len(report.bytes) <= CHUNK, f"a chunk of {len(report.bytes)} bytes")
            job.chunks.append(report.bytes)
        elif kind == "spark_progress":
            self.expect("started" in job.steps, "progress before the start")
            job.progress = report
        else:
            job.steps.append(kind)
            job.error = getattr(report, "error", None)
            job.ended_at = time.monotonic()


NAME = "test-worker"


class WorkerProcess:
    """A process group that is killed when its test is over. The output goes to a file of the folder."""

    def __init__(self, folder: Path, secret: str, command: list[str]) -> None:
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


def start_harness(
    master: FakeMaster, folder: Path, spark_master: str, *conf: str, secret: str = SECRET
) -> WorkerProcess:
    """The real one, by spark-submit."""
    settings = (
        f"spark.master={spark_master}",
        "spark.driver.memory=768m",
        "spark.ui.enabled=false",
        *conf,
    )
    command = [
        os.environ["SPARK_HOME"] + "/bin/spark-submit",
        *(part for item in settings for part in ("--conf", item)),
    ]
    command += ["--class", "io.hydrosphere.mist.worker.Worker", os.environ["MIST_WORKER_JAR"]]
    command += ["--master", master.address, "--name", NAME, "--work-dir", str(folder)]
    return WorkerProcess(folder, secret, command)


def start_standin(
    master: FakeMaster, folder: Path, start: str = "ready", secret: str = SECRET
) -> WorkerProcess:
    """The worker without Spark of tests/support/standin_worker.h."""
    built = Path(__file__).resolve().parents[3] / "build/dev/tests/support/standin-worker"
    program = os.environ.get("STANDIN_WORKER", str(built))
    command = [program, "--master", master.address, "--name", NAME]
    return WorkerProcess(folder, secret, [*command, "--conf", f"standin.start={start}"])


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
