"""What is left of jobs, functions and contexts when the master ends, however it ends."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mist_master import Master, log_messages, wait_for


def test_queued_jobs_run_after_a_kill(start_master) -> None:
    master = start_master()
    running = master.start_job("hang")
    master.wait_status(running, "started")
    queued = [master.start_job("echo", {"value": i}, externalId=str(i)) for i in range(5)]
    master.kill()
    master.start()
    assert [master.job(job)["status"] for job in (running, *queued)] == ["started"] + ["queued"] * 5
    assert master.cancel(running).status == 200
    ended = [master.wait_end(job) for job in queued]
    assert [job["status"] for job in ended] == ["finished"] * 5
    assert [job["jobResult"]["value"] for job in ended] == list(range(5))
    assert [job["externalId"] for job in ended] == list("01234")
    starts = [job["startTime"] for job in ended]
    assert starts == sorted(starts)


# ---- running jobs -------------------------------------------------------------------------------


def start_until(master: Master, gate: Path, **query: object) -> str:
    """A job that runs until its gate is touched."""
    job = master.start_job("until", {"file": str(gate)}, **query)
    master.wait_status(job, "started")
    return job


@pytest.mark.parametrize("mode", ["exclusive", "shared"])
def test_running_jobs_go_on_after_a_kill(start_master, tmp_path: Path, mode: str) -> None:
    master = start_master()
    master.put_context("c", workerMode=mode)
    gate = tmp_path / "gate"
    job = start_until(master, gate, context="c")
    before = master.job(job)
    queued = master.start_job("echo", {"value": 1}, context="c")
    master.kill()
    master.start()
    assert master.job(job) == before
    gate.touch()
    assert master.wait_end(job)["status"] == "finished"
    second = master.wait_end(queued)
    assert second["status"] == "finished"
    assert (second["workerId"] == before["workerId"]) == (mode == "shared")


def test_a_job_that_ends_while_the_master_is_away_has_its_end(start_master, tmp_path: Path) -> None:
    master = start_master()
    gate = tmp_path / "gate"
    job = start_until(master, gate)
    worker = master.job(job)["workerId"]
    master.kill()
    gate.touch()
    assert len(master.worker_pids(worker)) == 1, "it keeps its report"
    master.start()
    assert master.wait_end(job)["status"] == "finished"
    wait_for(lambda: not master.worker_pids(worker), "the exclusive worker to end")


def test_a_worker_that_dies_while_the_master_is_away_fails_its_job(start_master) -> None:
    master = start_master()
    job = master.start_job("hang")
    worker = master.wait_status(job, "started")["workerId"]
    master.kill()
    master.kill_worker(worker)
    master.start()
    ended = master.wait_end(job)
    assert (ended["status"], ended["jobResult"]) == ("failed", "Executor was terminated")
    log = log_messages(master.whole_log(job))
    assert f"Worker {worker} is gone: it ended while the master was away" in log


def test_a_job_of_an_earlier_run_can_be_cancelled(start_master) -> None:
    master = start_master(workers_cancel_grace="200 ms")
    polite = master.start_job("hang")
    stubborn = master.start_job("stubborn", context="c")
    worker = master.wait_status(stubborn, "started")["workerId"]
    master.wait_status(polite, "started")
    master.kill()
    master.start()
    for job in (polite, stubborn):
        assert master.cancel(job).status == 200
        assert master.wait_end(job)["status"] == "cancelled"
    wait_for(lambda: not master.worker_pids(worker), "the worker to be killed")


def test_the_time_that_a_job_may_take_goes_on(start_master) -> None:
    master = start_master()
    job = master.start_job("hang", performTimeout="2 s")
    started = master.wait_status(job, "started")["startTime"]
    master.kill()
    master.start()
    ended = master.wait_end(job)
    assert ended["status"] == "cancelled"
    assert 1.5 < (ended["endTime"] - started) / 1000 < 15


def test_a_worker_of_an_earlier_run_is_stopped_by_hand(start_master) -> None:
    master = start_master()
    job = master.start_job("hang")
    worker = master.wait_status(job, "started")["workerId"]
    master.kill()
    master.start()
    master.wait_workers(1)
    assert master.request("DELETE", f"/v2/api/workers/{worker}").status == 200
    assert master.wait_end(job)["status"] == "failed"
    assert master.worker_pids(worker) == []


def test_settings_that_were_changed_retire_a_worker_of_an_earlier_run(
    start_master, tmp_path: Path
) -> None:
    master = start_master()
    master.put_context("c", workerMode="shared")
    gate = tmp_path / "gate"
    job = start_until(master, gate, context="c")
    worker = master.job(job)["workerId"]
    master.put_context("c", workerMode="shared", sparkConf={"spark.x": "1"})
    master.kill()
    master.start()
    gate.touch()
    assert master.wait_end(job)["status"] == "finished"
    wait_for(lambda: not master.worker_pids(worker), "the worker to end")
    assert master.call("echo", context="c")["success"]


def test_workers_stay_over_many_kills(start_master, tmp_path: Path) -> None:
    master = start_master()
    gate = tmp_path / "gate"
    job = start_until(master, gate)
    for _ in range(5):
        master.kill()
        master.start()
    master.wait_workers(1)
    gate.touch()
    assert master.wait_end(job)["status"] == "finished"


def test_every_acknowledged_job_is_there_after_a_kill(start_master) -> None:
    master = start_master()
    acknowledged: list[str] = []

    def send() -> None:
        try:
            while True:
                acknowledged.append(master.start_job("echo"))
        except (OSError, AssertionError):
            pass  # the master is gone

    with ThreadPoolExecutor(4) as pool:
        senders = [pool.submit(send) for _ in range(4)]
        wait_for(lambda: len(acknowledged) >= 100, "100 jobs")
        master.kill()
        for sender in senders:
            sender.result()
    master.start()
    for job in acknowledged:
        assert master.get(f"/v2/api/jobs/{job}").status == 200


def test_ended_jobs_contexts_functions_and_artifacts_survive_a_kill(start_master) -> None:
    master = start_master()
    master.put_context("c", workerMode="shared", jobsPerWorker=3, downtime="Inf")
    job = master.start_job("echo", context="c")
    paths = ["contexts/c", "functions/typed", "artifacts/standin.zip", f"jobs/{job}"]
    master.wait_end(job)
    before = [master.get(f"/v2/api/{path}").body for path in paths]
    log = master.whole_log(job)
    master.kill()
    master.start()
    assert [master.get(f"/v2/api/{path}").body for path in paths] == before
    assert master.log(job) == log


def test_cancelled_jobs_stay_cancelled(start_master) -> None:
    master = start_master()
    running = master.start_job("hang")
    master.wait_status(running, "started")
    queued = master.start_job("echo")
    assert master.cancel(queued).status == 200
    assert master.cancel(running).status == 200
    master.kill()
    master.start()
    for job in (running, queued):
        assert master.job(job)["status"] == "cancelled"


# ---- SIGTERM ------------------------------------------------------------------------------------


def test_an_idle_master_stops_at_once(start_master) -> None:
    master = start_master()
    master.put_context("c", workerMode="shared")
    assert master.call("echo", context="c")["success"]
    (worker,) = master.workers()
    assert master.stop() == 0
    assert master.worker_pids(worker) == []
    assert not master.pid_file.exists()


def test_a_running_job_may_end_before_the_master_stops(start_master, tmp_path: Path) -> None:
    master = start_master()
    gate = tmp_path / "gate"
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(master.call, "until", {"file": str(gate)})
        wait_for(lambda: master.get("/v2/api/jobs", status="started").json, "the job to start")
        assert master.process is not None
        master.process.send_signal(signal.SIGTERM)
        wait_for(lambda: master.get("/health/ready").status == 503, "the master to stop")
        refused = master.post_job("echo")
        assert refused.status == 503
        gate.touch()
        assert call.result()["success"]
    assert master.process.wait(20) == 0


def test_a_job_that_does_not_end_fails_at_the_deadline(start_master) -> None:
    master = start_master(shutdown_deadline="300 ms")
    running = master.start_job("stubborn")
    worker = master.wait_status(running, "started")["workerId"]
    queued = master.start_job("echo")
    assert master.stop() == 0
    assert master.worker_pids(worker) == []
    master.start()
    job = master.job(running)
    assert (job["status"], job["jobResult"]) == ("failed", "Worker was stopped")
    assert master.wait_end(queued)["status"] == "finished"


def test_a_waiting_caller_is_told_that_the_master_stops(start_master) -> None:
    master = start_master(shutdown_deadline="300 ms")
    running = master.start_job("stubborn")
    master.wait_status(running, "started")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(master.post_job, "echo", force="true")
        wait_for(lambda: master.get("/v2/api/jobs", status="queued").json, "the job to wait")
        assert master.stop() == 0
        answer = call.result()
    assert answer.status == 503
    assert "stays queued" in answer.text


# ---- one master for each folder and port --------------------------------------------------------


def test_a_second_master_on_the_same_folder_names_the_holder(start_master, prepare_master) -> None:
    first = start_master()
    second = prepare_master()
    second.pid_file = first.folder / "second.pid"
    second.log_file = first.folder / "second.log"
    assert second.launch().wait(20) == 1
    assert first.process is not None
    text = second.log_text()
    assert "is in use by another master" in text
    assert f"pid={first.process.pid}" in text
    assert first.call("echo")["success"]


def test_a_second_master_on_the_same_http_port_fails(start_master, prepare_master) -> None:
    first = start_master()
    second = prepare_master("second", http_port=first.port)
    assert second.launch().wait(20) == 1
    assert str(first.port) in second.log_text()
    assert "in use" in second.log_text()
    assert not second.pid_file.exists()


def test_a_second_master_on_the_same_worker_port_fails(start_master, prepare_master) -> None:
    first = start_master()
    second = prepare_master("second", cluster_port=first.worker_port)
    assert second.launch().wait(20) == 1
    assert str(first.worker_port) in second.log_text()


def test_a_killed_master_leaves_no_lock(start_master) -> None:
    master = start_master()
    master.kill()
    assert isinstance(master.start(), Master)
