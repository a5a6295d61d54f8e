"""Jobs that get another attempt, because their context says so."""

from __future__ import annotations

from pathlib import Path

from mist_master import wait_for


def test_a_job_whose_worker_dies_runs_again_on_another(start_master, tmp_path: Path) -> None:
    master = start_master()
    master.put_context("c", retries=1, retryBackoff="0s")
    gate = tmp_path / "gate"
    job = master.start_job("until", {"file": str(gate)}, context="c")
    first = master.wait_status(job, "started")["workerId"]
    master.kill_worker(first)
    wait_for(lambda: master.job(job).get("workerId", first) != first, "another worker")
    gate.touch()
    ended = master.wait_end(job)
    assert ended["status"] == "finished"
    log = master.whole_log(job)
    assert "Attempt 1 of 2 failed, the next comes after 0 seconds:" in log
    assert f"Worker {first} is gone: the worker's process ended: signal 9 (Killed)" in log


def test_a_job_that_has_had_its_attempts_fails(start_master) -> None:
    master = start_master()
    master.put_context("c", retries=2, retryOn="failure", retryBackoff="0s")
    job = master.start_job("fail", {"error": "never works"}, context="c")
    ended = master.wait_end(job)
    assert (ended["status"], ended["jobResult"]) == ("failed", "never works")
    log = master.whole_log(job)
    for attempt in (1, 2):
        assert f"Attempt {attempt} of 3 failed" in log
    assert "Attempt 3" not in log


def test_a_function_that_fails_is_not_tried_again_for_a_lost_worker_only(start_master) -> None:
    master = start_master()
    master.put_context("c", retries=2)
    job = master.start_job("fail", {"error": "no"}, context="c")
    assert master.wait_end(job)["status"] == "failed"
    assert "Attempt" not in master.whole_log(job)


def test_a_job_that_waits_for_its_next_attempt_can_be_cancelled(start_master) -> None:
    master = start_master()
    master.put_context("c", retries=1, retryOn="failure", retryBackoff="3600s")
    job = master.start_job("fail", {"error": "no"}, context="c")
    wait_for(lambda: "Attempt 1 of 2" in master.log(job), "the end of the first attempt")
    assert master.job(job)["status"] == "queued"
    assert master.cancel(job).json["status"] == "cancelled"


def test_a_master_that_starts_again_goes_on_with_the_attempts(start_master) -> None:
    master = start_master()
    master.put_context("c", retries=1, retryOn="failure", retryBackoff="3600s")
    job = master.start_job("fail", {"error": "no"}, context="c")
    wait_for(lambda: "Attempt 1 of 2" in master.log(job), "the end of the first attempt")
    master.kill()
    master.start()
    assert master.wait_end(job)["jobResult"] == "no"


def test_a_waiting_caller_hears_of_the_last_attempt(start_master) -> None:
    master = start_master()
    master.put_context("c", retries=1, retryOn="failure", retryBackoff="0s")
    answer = master.call("fail", {"error": "no"}, context="c")
    assert answer["success"] is False
    assert "no" in answer["errors"][0]


# ---- what the function and the request say ------------------------------------------------------


def register_failing(master, **settings: object) -> None:
    """As `flaky`: a function that fails each time, with settings of its own."""
    answer = master.register("flaky", "standin.zip", "standin.Fail", settings, force="true")
    assert answer.json.items() >= settings.items()


def attempts(master, **query: object) -> int:
    """How many a job of `flaky` had."""
    job = master.start_job("flaky", {"error": "no"}, context="c", **query)
    assert master.wait_end(job)["jobResult"] == "no"
    return master.whole_log(job).count("WorkerAssigned(")


def test_each_setting_is_the_requests_then_the_functions_then_the_contexts(start_master) -> None:
    master = start_master()
    master.put_context("c", retries=3, retryOn="worker-lost", retryBackoff="0s")
    register_failing(master)
    assert attempts(master) == 1
    assert attempts(master, retryOn="failure") == 4
    register_failing(master, retryOn="failure", retries=1)
    assert attempts(master) == 2
    assert attempts(master, retries=2) == 3
    assert attempts(master, retries=0) == 1
    assert attempts(master, retryOn="worker-lost") == 1


def test_what_a_request_says_of_retries_outlives_the_master(start_master) -> None:
    master = start_master()
    register_failing(master, retryOn="failure", retries=9)
    job = master.start_job(
        "flaky", {"error": "no"}, context="c", retries=1, retryBackoff="3600s", retryOn="failure"
    )
    wait_for(lambda: "Attempt 1 of 2 failed, the next comes after 1 minute" in master.log(job), "")
    master.kill()
    master.start()
    shown = master.wait_end(job)
    assert shown["jobResult"] == "no"
    assert (shown["retries"], shown["retryOn"], shown["retryBackoff"]) == (1, "failure", "3600s")
    assert master.whole_log(job).count("WorkerAssigned(") == 2
    assert master.get("/v2/api/functions/flaky").json["retries"] == 9


def test_retries_of_a_dev_run(start_master) -> None:
    master = start_master()
    body = {"fakeName": "dev", "path": "standin.zip", "className": "standin.Fail", "context": "c"}
    retry = {"retries": 1, "retryOn": "failure", "retryBackoff": "0s"}
    answer = master.request("POST", "/v2/hidden/devrun", {**body, **retry})
    master.wait_end(answer.json["id"])
    assert master.whole_log(answer.json["id"]).count("WorkerAssigned(") == 2
    refused = master.request("POST", "/v2/hidden/devrun", {**body, "retryOn": "never"})
    assert refused.status == 400
    assert refused.text == "Unknown retryOn never: worker-lost or failure"
