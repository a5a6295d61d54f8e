"""A mist-master process and its HTTP API, as the tests see them."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Callable, Optional, TypeVar
from urllib.parse import quote, urlencode

from installation import Installation
from world.ports import free_port

T = TypeVar("T")

PATIENCE = 30  # seconds for what should take milliseconds, on a machine that does other things too
TERMINAL = ("finished", "failed", "cancelled")


def wait_for(look: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """The first value of `look` that is true."""
    deadline = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {patience} s for {what}"
        time.sleep(0.01)


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        assert self.status == 200, f"{self.status}: {self.text}"
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"{self.status} {self.body[:500]!r}"


class Master:
    """Settings are MIST_<KEY> of the environment, without the prefix: jobs_max_queued=3."""

    def __init__(
        self, installation: Installation, folder: Path, inspector: bool = False, **settings: object
    ) -> None:
        self.installation = installation
        self.folder = folder
        self.log_file = folder.with_name(folder.name + ".log")  # the folder's disk may be full
        self.pid_file = folder / "mist.pid"
        self.process: Optional[subprocess.Popen[bytes]] = None
        self.port = 0
        self.worker_port = 0
        self.environment = {
            "PATH": os.environ["PATH"],
            "MIST_HOME": str(installation.home),
            "SPARK_HOME": str(installation.real_jars if inspector else installation.empty),
            "MIST_WORK_DIRECTORY": str(folder),
            "MIST_HTTP_PORT": "0",
            # The same at each start: workers that outlive the master dial it again.
            "MIST_CLUSTER_PORT": str(free_port()),
            "MIST_WORKERS_CLASS_ARCHIVES": "false",
        }
        if not inspector:
            self.environment["JAVA_HOME"] = str(installation.idle_java)
        for key, value in settings.items():
            self.environment["MIST_" + key.upper()] = str(value)

    # ---- the process ----------------------------------------------------------------------------

    def command(self, *words: str) -> list[str]:
        return [str(self.installation.program), *words, "--pid", str(self.pid_file)]

    def run_command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, *words: str) -> Master:
        self.launch(*words)
        wait_for(self._read_ports, f"the master to start\n{self.log_text()}")
        return self

    def launch(self, *words: str) -> subprocess.Popen[bytes]:
        """`words` are further options of `mist-master start`."""
        self._log_start = self.log_file.stat().st_size if self.log_file.exists() else 0
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                self.command("start", "--debug", "true", *words),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.process

    def log_text(self) -> str:
        """What the master has logged since its last start."""
        with self.log_file.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """SIGKILL: the workers notice by themselves."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)

    def processor_seconds(self) -> float:
        """Of all its threads, since it began."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def destroy(self) -> None:
        self.kill()
        left = self.processes_with(str(self.pid_file))  # started in the background
        if self.worker_port != 0:
            left += self.processes_with(f"127.0.0.1:{self.worker_port}")
        for pid in left:
            folder = _temp_folder_of(pid)
            _kill_if_alive(pid)
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def worker_pids(self, worker_id: str) -> list[int]:
        return self.processes_with(worker_id)

    def kill_worker(self, worker_id: str) -> None:
        pids = self.worker_pids(worker_id)
        assert len(pids) == 1, pids
        os.kill(pids[0], signal.SIGKILL)

    def _read_ports(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log_text()
        return self.is_up()

    def is_up(self) -> bool:
        """Reads the ports when it is."""
        text = self.log_text()
        started = re.search(r"event=master_started\b.*", text)
        if started is None:
            return False
        self.port, self.worker_port = (
            int(re.search(rf"\b{name}=\"?(\d+)", started.group()).group(1))  # type: ignore[union-attr]
            for name in ("http_port", "worker_port")
        )
        return True

    @staticmethod
    def processes_with(word: str) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                is_zombie = (entry / "stat").read_text().rpartition(") ")[2].startswith("Z")
            except OSError:
                continue
            if word.encode() in words and not is_zombie:
                found.append(int(entry.name))
        return found

    # ---- HTTP -----------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Optional[dict[str, str]] = None,
        **query: object,
    ) -> Answer:
        """A body that is not bytes is sent as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if query:
            path += "?" + urlencode(query, doseq=True)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path: str, **query: object) -> Answer:
        return self.request("GET", path, **query)

    def put_context(self, name: str, **settings: object) -> Any:
        return self.request("POST", "/v2/api/contexts", {"name": name, **settings}).json

    def upload(self, name: str, contents: bytes, **query: object) -> Answer:
        boundary = "a-boundary-between-parts"
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = (
            f"--{boundary}\r\n{head}\r\n".encode() + contents + f"\r\n--{boundary}--\r\n".encode()
        )
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.request("POST", "/v2/api/artifacts", body, headers, **query)

    def register(
        self,
        name: str,
        path: str,
        class_name: str,
        settings: Optional[dict[str, object]] = None,
        **query: object,
    ) -> Answer:
        function = {
            **(settings or {}),
            "name": name,
            "path": path,
            "className": class_name,
            "defaultContext": "default",
        }
        return self.request("POST", "/v2/api/functions", function, **query)

    # ---- jobs -----------------------------------------------------------------------------------

    def post_job(self, function: str, arguments: Any = None, **query: object) -> Answer:
        path = f"/v2/api/functions/{quote(function, safe='')}/jobs"
        return self.request("POST", path, {} if arguments is None else arguments, **query)

    def start_job(self, function: str, arguments: Any = None, **query: object) -> str:
        return self.post_job(function, arguments, **query).json["id"]

    def call(self, function: str, arguments: Any = None, **query: object) -> Any:
        return self.post_job(function, arguments, force="true", **query).json

    def job(self, job_id: str) -> Any:
        return self.get(f"/v2/api/jobs/{job_id}").json

    def cancel(self, job_id: str) -> Answer:
        return self.request("DELETE", f"/v2/api/jobs/{job_id}")

    def log(self, job_id: str) -> str:
        return self.get(f"/v2/api/jobs/{job_id}/logs").text

    def whole_log(self, job_id: str) -> str:
        """Of a job that has ended, whose log may be a moment behind its state."""
        ends = ("FinishedEvent", "FailedEvent", "Job was cancelled: ")

        def look() -> Optional[str]:
            log = self.log(job_id)
            return log if any(end in log for end in ends) else None

        return wait_for(look, f"the last line of the log of job {job_id}")

    def wait_status(self, job_id: str, *statuses: str) -> Any:
        def look() -> Any:
            job = self.job(job_id)
            return job if job["status"] in statuses else None

        return wait_for(look, f"job {job_id} to be {' or '.join(statuses)}")

    def wait_end(self, job_id: str) -> Any:
        return self.wait_status(job_id, *TERMINAL)

    def workers(self) -> list[str]:
        return [worker["name"] for worker in self.get("/v2/api/workers").json]

    def wait_workers(self, count: int) -> list[str]:
        wait_for(lambda: len(self.workers()) == count, f"{count} workers")
        return self.workers()


def log_messages(log: str) -> list[str]:
    """The messages of a job's log, without level, date and id."""
    return [line.partition("] ")[2] for line in log.splitlines() if "] " in line]


def _temp_folder_of(pid: int) -> Optional[str]:
    """Which a master would remove when that driver has ended."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return None
    found = re.search(r"-Djava\.io\.tmpdir=(/tmp/mist-worker-[0-9a-f]+)", environment)
    return found.group(1) if found else None


def _kill_if_alive(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
