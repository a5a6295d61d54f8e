"""`mist-master upgrade`: another program takes the running master's place."""

from __future__ import annotations

import http.client
import threading
from pathlib import Path
from typing import Any, Callable

import pytest

from mist_master import PATIENCE, Answer, Master, wait_for
from world.ports import free_port


@pytest.fixture
def master(start_master) -> Master:
    return start_master(http_port=free_port(), workers_cancel_grace="1s")


class Caller(threading.Thread):
    """Makes one call, which waits for something, on a thread of its own."""

    def __init__(self, call: Callable[[], Answer]) -> None:
        super().__init__()
        self._call = call
        self.answer: Any = None
        self.start()

    def run(self) -> None:
        self.answer = self._call()

    def result(self) -> Answer:
        self.join(PATIENCE)
        assert self.answer is not None, "no answer"
        return self.answer


def until(gate: Path) -> dict[str, str]:
    return {"file": str(gate)}


def upgrade(master: Master, **environment: str) -> tuple[int, str]:
    """What the command ended with, and what it printed."""
    before = dict(master.environment)
    master.environment |= environment
    done = master.run_command("upgrade")
    master.environment = before
    return done.returncode, done.stdout + done.stderr


def home_like(installation_home: Path, folder: Path) -> Path:
    """Another folder of the same installation."""
    folder.mkdir()
    (folder / "lib").symlink_to(installation_home / "lib")
    return folder


def test_the_process_stays_and_serves_on(master: Master) -> None:
    process = master.process
    assert process is not None
    code, text = upgrade(master)
    assert code == 0, text + master.log_text()
    assert process.poll() is None
    assert int(master.pid_file.read_text()) == process.pid
    assert master.call("echo", {"n": 1})["success"]
    assert master.log_text().count("event=master_started") == 2
    assert upgrade(master)[0] == 0
    assert master.stop() == 0
    assert not master.pid_file.exists()


def test_a_master_in_the_background_stays_there(prepare_master) -> None:
    master = prepare_master(http_port=free_port())
    master.port = int(master.environment["MIST_HTTP_PORT"])
    assert master.run_command("start").returncode == 0
    pid = master.pid_file.read_text()
    open_files = Path(f"/proc/{pid.strip()}/fd")
    assert upgrade(master)[0] == 0
    before = len(list(open_files.iterdir()))
    for _ in range(10):
        assert upgrade(master)[0] == 0
    assert len(list(open_files.iterdir())) < before + 10, "descriptors are left open"
    assert master.pid_file.read_text() == pid
    assert master.call("echo")["success"]
    assert master.run_command("stop").returncode == 0


def test_callers_that_wait_are_answered_by_the_next_program(master: Master, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    for name in ("a", "b"):
        master.put_context(name, workerMode="shared")
    forced = Caller(lambda: master.post_job("until", until(gate), force="true", context="a"))
    waited_for = master.start_job("until", until(gate), context="b")
    waiting = Caller(lambda: master.get(f"/v2/api/jobs/{waited_for}", wait="50s"))
    jobs = wait_for(lambda: master.get("/v2/api/jobs", status="started").json[1:], "both to run")
    assert jobs
    assert upgrade(master)[0] == 0, master.log_text()
    gate.touch()
    assert forced.result().json["success"] is True
    assert waiting.result().json["status"] == "finished"


def test_a_cancel_that_waits_is_answered_by_the_next_program(master: Master) -> None:
    job = master.start_job("stubborn")
    master.wait_status(job, "started")
    cancelled = Caller(lambda: master.cancel(job))
    master.wait_status(job, "cancelling")
    assert upgrade(master)[0] == 0, master.log_text()
    assert cancelled.result().json["status"] == "cancelled"


def test_running_jobs_keep_their_worker_and_queued_ones_their_place(
    master: Master, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    master.put_context("one", workerMode="shared", maxJobs=1)
    running, queued = (master.start_job("until", until(gate), context="one") for _ in range(2))
    worker = master.wait_status(running, "started")["workerId"]
    assert upgrade(master)[0] == 0, master.log_text()
    gate.touch()
    for job in (running, queued):
        assert master.wait_end(job)["status"] == "finished"
        assert master.job(job)["workerId"] == worker


def test_connections_stay_open_with_what_they_hold(master: Master) -> None:
    idle, half = (
        http.client.HTTPConnection("127.0.0.1", master.port, timeout=PATIENCE) for _ in "12"
    )
    idle.request("GET", "/v2/api/status")
    assert Answer(idle.getresponse()).status == 200
    half.connect()
    half.sock.sendall(b"GET /v2/api/stat")
    assert upgrade(master)[0] == 0, master.log_text()
    idle.auto_open = 0  # a new connection would be an error
    idle.request("GET", "/v2/api/status")
    assert Answer(idle.getresponse()).status == 200
    half.sock.sendall(b"us HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert half.sock.recv(15) == b"HTTP/1.1 200 OK"


def test_a_program_that_cannot_read_its_configuration_changes_nothing(
    master: Master, tmp_path: Path
) -> None:
    home = home_like(master.installation.home, tmp_path / "next")
    (home / "conf").mkdir()
    (home / "conf" / "mist.yaml").write_text("mist:\n  jobs:\n    max-result: a lot\n")
    code, text = upgrade(master, MIST_HOME=str(home))
    assert code == 1
    assert "nothing has changed" in text and "mist.yaml" in text, text
    assert master.call("echo")["success"]
    assert master.log_text().count("event=master_started") == 1


def test_a_program_that_cannot_start_gives_back_what_it_got(master: Master, tmp_path: Path) -> None:
    home = tmp_path / "next"
    home.mkdir()  # without the jars of the workers
    kept = http.client.HTTPConnection("127.0.0.1", master.port, timeout=PATIENCE)
    kept.request("GET", "/v2/api/status")
    assert Answer(kept.getresponse()).status == 200
    code, text = upgrade(master, MIST_HOME=str(home))
    assert code == 1
    assert "the earlier program goes on" in text and str(home) in text, text
    kept.auto_open = 0
    kept.request("GET", "/v2/api/status")
    assert Answer(kept.getresponse()).status == 200
    assert master.call("echo")["success"]
    assert upgrade(master)[0] == 0


def test_without_a_master_there_is_nothing_to_upgrade(prepare_master) -> None:
    code, text = upgrade(prepare_master())
    assert code == 1 and "Mist is not runned" in text
