"""Cancel in every state, both timeouts, and functions that do not obey."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from world.api import Api
from world.probes import Gate
from world.waiting import eventually

MakeGate = Callable[[], Gate]


@pytest.fixture
def busy(api: Api, gate: MakeGate) -> Gate:
    """Both slots of `shared` are taken until this gate opens."""
    held = gate()
    for _ in range(2):
        api.wait_for_status(api.start("waiting", {"gate": str(held)}), "started")
    return held


def log_after_cancel(api: Api, job_id: str, reason: str) -> None:
    log = api.wait_for_log(job_id, f"Job was cancelled: {reason}")
    assert log.index("CancellingEvent") < log.index("CanceledEvent"), log
    assert "WARN" in next(line for line in log.splitlines() if "Job was cancelled" in line)


def test_cancel_takes_a_queued_job_out_of_the_queue(api: Api, busy: Gate) -> None:
    job_id = api.start("throws", {"message": ""})
    answer = api.cancel(job_id)
    assert answer.json["status"] == "cancelled"
    assert "workerId" not in answer.json and "jobResult" not in answer.json
    log_after_cancel(api, job_id, "user request")


@pytest.mark.parametrize("in_task", [False, True], ids=["driver", "task"])
@pytest.mark.parametrize("function", ["waiting", "py-waiting"])
def test_cancel_ends_a_running_job(api: Api, gate: MakeGate, function: str, in_task: bool) -> None:
    held = gate()
    job_id = api.start(function, {"gate": str(held), "inTask": in_task})
    held.wait_until_reached()
    worker = api.job(job_id)["workerId"]
    assert api.cancel(job_id).json["status"] == "cancelled"
    log_after_cancel(api, job_id, "user request")
    assert worker in api.worker_names(), "the worker goes on"
    assert api.cancel(job_id).json["status"] == "cancelled", "a second cancel changes nothing"


def test_cancel_answers_the_caller_who_waits(api: Api, gate: MakeGate, pool: Callable) -> None:
    held = gate()
    call = pool(api.call, "waiting", {"gate": str(held)}, externalId=str(held))
    job_id = eventually(lambda: find_by_external_id(api, str(held)), "the job is there")
    api.wait_for_status(job_id, "started")
    api.cancel(job_id)
    result = call.result(60)
    assert result == {
        "success": False,
        "payload": {},
        "errors": ["Job was cancelled: user request"],
    }


def find_by_external_id(api: Api, external_id: str) -> str | None:
    jobs = api.get("jobs?limit=5").json
    return next((job["jobId"] for job in jobs if job.get("externalId") == external_id), None)


def test_start_timeout_cancels_a_job_that_waits_too_long(api: Api, busy: Gate) -> None:
    job_id = api.start("throws", {"message": ""}, startTimeout="1s")
    assert "startTime" not in api.wait_for_status(job_id, "cancelled")
    log_after_cancel(api, job_id, "start timeout was exceeded: 1 second")


@pytest.mark.parametrize("function", ["waiting", "py-waiting"])
def test_perform_timeout_cancels_a_job_that_runs_too_long(
    api: Api, gate: MakeGate, function: str
) -> None:
    job_id = api.start(function, {"gate": str(gate())}, performTimeout="1s")
    assert "startTime" in api.wait_for_status(job_id, "cancelled")
    log_after_cancel(api, job_id, "timeout")


def test_a_job_that_ignores_its_cancel_costs_its_worker(api: Api, gate: MakeGate) -> None:
    held = gate()
    stubborn = api.start("stubborn", {"gate": str(held)})
    other = api.start("waiting", {"gate": str(gate())})
    worker = api.wait_for_status(stubborn, "started")["workerId"]
    assert api.wait_for_status(other, "started")["workerId"] == worker
    held.wait_until_reached()
    assert api.cancel(stubborn).json["status"] == "cancelled"  # after the grace period
    assert api.wait_for_status(other, "failed")["jobResult"] == "Executor was terminated"
    api.wait_for_log(other, stubborn)  # it is told whose fault it was
    next_job = api.wait_for_status(api.start("throws", {"message": ""}), "finished")
    assert next_job["workerId"] != worker
