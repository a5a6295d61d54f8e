"""What is left of jobs, functions and contexts when the master ends, however it ends."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mist_master import Master, log_messages, wait_for


def test_queued_jobs_run_after_a_kill(start_master) -> None:
    master = start_master()
    running = master.start_job("hang")
    master.wait_status(running, "started")
    queued = [master.start_job("echo", {"value": i}, externalId=str(i)) for i in range(5)]
    master.kill()
    master.start()
    ended = [master.wait_end(job) for job in queued]
    assert [job["status"] for job in ended] == ["finished"] * 5
    assert [job["jobResult"]["value"] for job in ended] == list(range(5))
    assert [job["externalId"] for job in ended] == list("01234")
    starts = [job["startTime"] for job in ended]
    assert starts == sorted(starts)


def test_running_jobs_fail_after_a_kill(start_master) -> None:
    master = start_master()
    job = master.start_job("hang")
    master.wait_status(job, "started")
    master.kill()
    master.start()
    ended = master.wait_end(job)
    assert (ended["status"], ended["jobResult"]) == ("failed", "Worker was stopped")
    assert log_messages(master.log(job))[-1] == "FailedEvent with Error: "


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
    log = master.log(job)
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
