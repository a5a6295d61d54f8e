"""Cancel in every state a job can be in, and the timeouts, which cancel too."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from mist_master import Master, log_messages, wait_for

NOT_FOUND = (404, "The requested resource could not be found.")
ILLEGAL_STATE = "Bad request:\njava.lang.IllegalStateException: "


def start_hanging(master: Master, function: str = "hang", **query: object) -> str:
    job = master.start_job(function, **query)
    master.wait_status(job, "started")
    return job


def test_an_unknown_job_is_not_found(start_master) -> None:
    answer = start_master().cancel("01a1fe1f-522e-7000-845b-2896abcc7a49")
    assert (answer.status, answer.text) == NOT_FOUND


def test_an_ended_job_stays_as_it_is(start_master) -> None:
    master = start_master()
    job = master.start_job("echo")
    ended = master.wait_end(job)
    assert master.cancel(job).json == ended
    failed = master.start_job("fail")
    ended = master.wait_end(failed)
    assert master.cancel(failed).json == ended


def test_a_queued_job_is_cancelled_at_once(start_master) -> None:
    master = start_master()
    running = start_hanging(master)
    queued = master.start_job("echo")
    cancelled = master.cancel(queued).json
    assert cancelled["status"] == "cancelled"
    assert "workerId" not in cancelled and "jobResult" not in cancelled
    messages = log_messages(master.whole_log(queued))
    assert messages[-3:] == ["CancellingEvent", "CanceledEvent", "Job was cancelled: user request"]
    assert master.job(running)["status"] == "started"


def test_a_job_whose_worker_still_starts_is_cancelled_at_once(start_master) -> None:
    master = start_master()
    master.put_context("c", sparkConf={"standin.start": "mute"})
    job = master.start_job("echo", context="c")
    assert master.cancel(job).json["status"] == "cancelled"


def test_a_running_job_is_cancelled_when_its_function_has_ended(start_master) -> None:
    master = start_master()
    job = start_hanging(master)
    cancelled = master.cancel(job).json
    assert cancelled["status"] == "cancelled"
    assert cancelled["endTime"] >= cancelled["startTime"]
    messages = log_messages(master.whole_log(job))
    assert messages[-3:] == ["CancellingEvent", "CanceledEvent", "Job was cancelled: user request"]
    result = master.get(f"/v2/api/jobs/{job}/result").json
    assert result["errors"] == ["Job was cancelled: user request"]


def test_a_forced_call_hears_of_the_cancel(start_master) -> None:
    master = start_master()
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(master.call, "hang")
        jobs = wait_for(lambda: master.get("/v2/api/jobs", status="started").json, "the job")
        assert master.cancel(jobs[0]["jobId"]).status == 200
        expected = ["Job was cancelled: user request"]
        assert call.result() == {"success": False, "payload": {}, "errors": expected}


def test_a_function_that_finishes_all_the_same_keeps_its_result(start_master) -> None:
    master = start_master()
    job = start_hanging(master, "complete")
    answer = master.cancel(job)
    assert (answer.status, answer.text) == (400, f"{ILLEGAL_STATE}Job {job} was completed")
    ended = master.job(job)
    assert (ended["status"], ended["jobResult"]) == ("finished", "too late")


def test_a_worker_that_dies_under_a_cancel_fails_the_job(start_master) -> None:
    master = start_master()
    job = start_hanging(master, "stubborn")
    with ThreadPoolExecutor(1) as pool:
        cancel = pool.submit(master.cancel, job)
        worker = master.wait_status(job, "cancelling")["workerId"]
        master.kill_worker(worker)
        answer = cancel.result()
    assert (answer.status, answer.text) == (400, ILLEGAL_STATE + "Executor was terminated")
    assert master.job(job)["status"] == "failed"


def test_a_function_that_ignores_the_cancel_costs_its_worker(start_master) -> None:
    master = start_master(workers_cancel_grace="200 ms")
    job = start_hanging(master, "stubborn")
    worker = master.job(job)["workerId"]
    assert master.cancel(job).json["status"] == "cancelled"
    assert master.worker_pids(worker) == []


def test_other_jobs_of_a_worker_that_is_killed_are_told_why(start_master) -> None:
    master = start_master(workers_cancel_grace="200 ms")
    master.put_context("c", workerMode="shared", maxJobs=2, jobsPerWorker=2)
    stubborn = start_hanging(master, "stubborn", context="c")
    bystander = start_hanging(master, context="c")
    assert master.cancel(stubborn).json["status"] == "cancelled"
    ended = master.wait_end(bystander)
    assert (ended["status"], ended["jobResult"]) == ("failed", "Executor was terminated")
    assert f"job {stubborn} did not end after its cancel" in master.whole_log(bystander)


def test_two_cancels_of_one_job_hear_the_same(start_master) -> None:
    master = start_master(workers_cancel_grace="300 ms")
    job = start_hanging(master, "stubborn")
    barrier = threading.Barrier(2)

    def cancel(_: int):
        barrier.wait()
        return master.cancel(job).json

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(cancel, range(2))
    assert first == second
    assert first["status"] == "cancelled"


# ---- timeouts -----------------------------------------------------------------------------------


def test_a_job_that_waits_too_long_is_cancelled(start_master) -> None:
    master = start_master()
    start_hanging(master)
    result = master.call("echo", startTimeout="100 ms")
    expected = "Job was cancelled: start timeout was exceeded: 100 milliseconds"
    assert result["errors"] == [expected]
    (job,) = master.get("/v2/api/jobs", status="cancelled").json
    assert log_messages(master.whole_log(job["jobId"]))[-1] == expected


def test_a_timeout_is_shown_in_its_coarsest_unit(start_master) -> None:
    master = start_master()
    start_hanging(master)
    result = master.call("echo", startTimeout="1000 millis")
    expected = "Job was cancelled: start timeout was exceeded: 1 second"
    assert result["errors"] == [expected]


def test_the_start_timeout_ends_with_the_start(start_master) -> None:
    master = start_master()
    job = start_hanging(master, startTimeout="1 second")
    result = master.call("echo", startTimeout="1200 ms")  # outlives the other one's timeout
    assert "start timeout" in result["errors"][0]
    assert master.job(job)["status"] == "started"


def test_a_job_that_runs_too_long_is_cancelled(start_master) -> None:
    master = start_master()
    job = master.start_job("hang", performTimeout="100 ms")
    assert master.wait_end(job)["status"] == "cancelled"
    assert log_messages(master.whole_log(job))[-1] == "Job was cancelled: timeout"


def test_the_perform_timeout_does_not_count_the_queue(start_master) -> None:
    master = start_master()
    running = start_hanging(master)
    queued = master.start_job("echo", performTimeout="1 second")
    result = master.call("echo", startTimeout="1200 ms")
    assert "start timeout" in result["errors"][0]
    assert master.job(queued)["status"] == "queued"
    master.cancel(running)
    assert master.wait_end(queued)["status"] == "finished"


def test_infinite_timeouts_do_nothing(start_master) -> None:
    master = start_master()
    assert master.call("echo", startTimeout="Inf", performTimeout="Inf")["success"]
