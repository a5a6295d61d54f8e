"""Workers that are started by the operator's own commands or in containers, with the stand-in worker inside."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mist_master import Master, log_messages, wait_for

sys.path.append(str(Path(__file__).resolve().parents[2] / "compat"))

from fake_docker import FakeDocker

WORKER = '"$SPARK_HOME/bin/spark-submit" --master "$MIST_MASTER_ADDRESS" --name "$MIST_WORKER_NAME"'


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """What the stop command has been called for, a line for each call."""
    return tmp_path / "stopped"


@pytest.fixture
def manual(start_master, tmp_path: Path, stopped: Path):
    def start(text: str, **settings: object) -> Master:
        return start_master(
            workers_runner="manual",
            workers_manual_startcmd=f"'{script(tmp_path / 'start worker.sh', text)}'",
            workers_manual_stopcmd=script(
                tmp_path / "stop.sh", f'echo "$MIST_WORKER_NAME" >> {stopped}'
            ),
            **settings,
        )

    return start


def calls(stopped: Path) -> list[str]:
    return stopped.read_text().splitlines() if stopped.exists() else []


def test_a_job_runs_in_a_worker_that_the_start_command_brings(manual, stopped: Path) -> None:
    master = manual(f"exec {WORKER}")
    job_id = master.start_job("echo", {"value": 17})
    job = master.wait_end(job_id)
    assert job["jobResult"] == {"value": 17}
    # The worker of an exclusive context has stopped after its job.
    assert wait_for(lambda: calls(stopped), "the stop command") == [job["workerId"]]
    output = master.folder / "logs" / f"manual-worker-stop-{job['workerId']}.log"
    assert output.exists()


def test_what_the_start_command_leaves_behind_goes_on_and_no_command_line_tells_the_secret(
    manual,
) -> None:
    master = manual(f"{WORKER} & echo left")
    master.put_context("shared", workerMode="shared")
    assert master.call("echo", {"value": 1}, context="shared")["payload"] == {"value": 1}
    (worker,) = master.workers()
    (pid,) = master.worker_pids(worker)
    environment = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    (secret,) = [x.partition("=")[2] for x in environment if x.startswith("MIST_WORKER_SECRET=")]
    for command_line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert secret not in command_line.read_bytes().decode(errors="replace")
        except OSError:  # it has ended
            continue


def test_a_worker_that_dies_is_told_to_the_stop_command(manual, stopped: Path) -> None:
    master = manual(f"exec {WORKER}")
    job = master.wait_end(master.start_job("die"))
    assert job["status"] == "failed"
    assert wait_for(lambda: calls(stopped), "the stop command") == [job["workerId"]]


def test_a_start_command_that_fails_tells_the_job_why(manual, stopped: Path) -> None:
    master = manual("echo no machine is free; exit 4", workers_manual_async="false")
    master.put_context("once", maxConnFailures=1)
    job_id = master.start_job("echo", context="once")
    assert master.wait_end(job_id)["status"] == "failed"
    assert "no machine is free" in "\n".join(log_messages(master.whole_log(job_id)))
    wait_for(lambda: calls(stopped), "the stop command")


def test_a_master_that_stops_calls_the_stop_command_for_workers_that_are_left(
    manual, stopped: Path
) -> None:
    master = manual(f"exec {WORKER}", shutdown_deadline="1s")
    job_id = master.start_job("stubborn")
    worker = master.wait_status(job_id, "started")["workerId"]
    assert master.stop() == 0
    assert calls(stopped) == [worker]


def test_a_runner_without_its_command_does_not_start(prepare_master) -> None:
    master = prepare_master(workers_runner="manual")
    assert master.launch().wait(20) == 1
    assert "MIST_WORKERS_RUNNER: workers.runner: manual needs workers.manual.startCmd" in (
        master.log_text()
    )


def test_a_local_workers_ui_is_shown_behind_the_public_host(start_master) -> None:
    master = start_master(http_public_host="mist.example")
    master.put_context("shared", workerMode="shared")
    assert master.call("echo", context="shared")["success"]
    (pid,) = master.worker_pids(master.workers()[0])
    environment = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    assert "SPARK_PUBLIC_DNS=mist.example" in environment


# ---- a master that is killed and started again ----------------------------------------------------

LEASES = {"workers_lease": "2s", "workers_poll": "500ms"}


@pytest.fixture
def docker(start_master, tmp_path: Path) -> Iterator[tuple[Master, FakeDocker]]:
    socket = tmp_path / "docker.sock"
    settings = {"host": f"unix://{socket}", "image": "mist-image"}
    master = start_master(
        workers_runner="docker",
        **{f"workers_docker_{name}": value for name, value in settings.items()},
        **LEASES,
    )
    fake = FakeDocker(socket, (master.installation.empty / "bin/spark-submit").resolve())
    yield master, fake
    fake.close()


def kill_and_start(master: Master) -> None:
    master.kill()
    master.start()


def finishes_after_a_kill(master: Master, tmp_path: Path) -> str:
    """A job that runs meanwhile; returns its worker, which stays."""
    master.put_context("shared", workerMode="shared")
    gate = tmp_path / "gate"
    job = master.start_job("until", {"file": str(gate)}, context="shared")
    worker: str = master.wait_status(job, "started")["workerId"]
    kill_and_start(master)
    wait_for(lambda: master.workers() == [worker], "the worker to dial in")
    assert master.job(job)["status"] == "started"
    gate.touch()
    ended = master.wait_end(job)
    assert (ended["status"], ended["workerId"]) == ("finished", worker)
    assert master.call("echo", {"value": 1}, context="shared")["payload"] == {"value": 1}
    return worker


def start_of_a_worker(master: Master) -> tuple[str, str]:
    """Of one that never dials in: the job that waits for it, and its name."""
    job = master.start_job("echo", {"value": 2})
    started = lambda: re.findall(r"event=worker_started worker=(\S+)", master.log_text())
    (worker,) = wait_for(started, "the start of a worker")
    return job, worker


def test_a_container_goes_on_under_the_next_master(
    docker: tuple[Master, FakeDocker], tmp_path: Path
) -> None:
    master, fake = docker
    worker = finishes_after_a_kill(master, tmp_path)
    assert [spec["Labels"]["mist.worker"] for spec in fake.created] == [worker]
    assert fake.removed == []
    assert master.stop() == 0
    assert fake.removed == ["container1"]


def test_a_container_that_does_not_dial_the_next_master_is_removed(
    docker: tuple[Master, FakeDocker],
) -> None:
    master, fake = docker
    fake.is_deaf = True
    job, _ = start_of_a_worker(master)
    fake.is_deaf = False
    kill_and_start(master)
    wait_for(lambda: "container1" in fake.removed, "the container to be removed")
    assert master.wait_end(job)["jobResult"] == {"value": 2}


def test_a_container_that_ended_while_no_master_ran_is_not_waited_for(
    docker: tuple[Master, FakeDocker],
) -> None:
    master, fake = docker
    master.put_context("shared", workerMode="shared")
    job = master.start_job("hang", context="shared")
    master.wait_status(job, "started")
    master.kill()
    fake.kill("container1")
    master.start()
    assert master.wait_end(job)["jobResult"] == "Executor was terminated"
    assert master.call("echo", {"value": 3}, context="shared")["payload"] == {"value": 3}


def test_a_worker_of_a_start_command_goes_on_under_the_next_master(
    manual, stopped: Path, tmp_path: Path
) -> None:
    master = manual(f"exec {WORKER}", **LEASES)
    worker = finishes_after_a_kill(master, tmp_path)
    assert calls(stopped) == []
    assert master.stop() == 0
    assert calls(stopped) == [worker]


def test_the_stop_command_is_called_for_a_worker_that_does_not_dial_the_next_master(
    manual, stopped: Path, tmp_path: Path
) -> None:
    deaf = tmp_path / "deaf"
    deaf.touch()
    master = manual(f"mv {deaf} {deaf}.seen 2> /dev/null && exit 0\nexec {WORKER}", **LEASES)
    job, first = start_of_a_worker(master)
    wait_for(lambda: not deaf.exists(), "the start command to look")
    kill_and_start(master)
    wait_for(lambda: first in calls(stopped), "the stop command")
    ended = master.wait_end(job)
    assert ended["jobResult"] == {"value": 2}
    assert ended["workerId"] != first
