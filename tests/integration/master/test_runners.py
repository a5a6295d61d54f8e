"""Workers that are started by the operator's own commands, with the stand-in worker inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from mist_master import Master, log_messages, wait_for

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
