"""What fails, whom it takes along, and what the caller is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from world.api import Api
from world.probes import SPARK_CONF, Gate
from world.processes import kill_driver

MakeGate = Callable[[], Gate]
MIB = 1 << 20


def test_a_killed_worker_fails_exactly_its_jobs(api: Api, gate: MakeGate) -> None:
    held = gate()
    arguments = {"gate": str(held)}
    lost = [api.start("waiting", arguments), api.start("py-waiting", arguments)]
    spared = api.start("waiting", arguments, context="pool")
    for job in (*lost, spared):
        api.wait_for_status(job, "started")
    worker = api.job(lost[0])["workerId"]
    kill_driver(worker)
    for job in lost:
        details = api.wait_for_status(job, "failed")
        assert details["jobResult"] == "Executor was terminated" and details["workerId"] == worker
    held.open()
    api.wait_for_status(spared, "finished")
    assert worker not in api.worker_names()
    assert api.call("throws", {"message": ""})["success"], "the next call works"


def test_deleting_a_worker_fails_its_job(api: Api, gate: MakeGate) -> None:
    job_id = api.start("waiting", {"gate": str(gate())}, context="pool")
    worker = api.wait_for_status(job_id, "started")["workerId"]
    assert api.request("DELETE", f"/v2/api/workers/{worker}").status == 200
    assert api.wait_for_status(job_id, "failed")["jobResult"] == "Executor was terminated"
    answer = api.request("DELETE", f"/v2/api/workers/{worker}")
    assert answer.status == 400 and f"Unknown worker {worker}" in answer.text


def test_a_scala_failure_is_the_whole_stack_trace(api: Api) -> None:
    result = api.call("throws", {"message": "as the test asked"})
    assert not result["success"] and result["payload"] == {}
    lines = result["errors"][0].splitlines()
    assert lines[0] == "java.lang.IllegalStateException: as the test asked"
    assert any("Throws$" in line and "Probes.scala" in line for line in lines), lines


def test_a_python_failure_is_the_traceback(api: Api) -> None:
    error = api.call("py-throws", {"message": "as the test asked"})["errors"][0]
    assert "Error in python code: Traceback" in error
    assert "probes.py" in error and "ValueError: as the test asked" in error


def test_the_error_of_a_failed_job_is_in_details_and_log(api: Api) -> None:
    job_id = api.start("throws", {"message": "as the test asked"})
    job = api.wait_for_status(job_id, "failed")
    assert job["jobResult"].startswith("java.lang.IllegalStateException: as the test asked\n")
    log = api.wait_for_log(job_id, "FailedEvent")
    event = next(line for line in log.splitlines() if "FailedEvent" in line)
    assert event.startswith("ERROR ") and event.endswith("FailedEvent with Error: ")
    assert "\n java.lang.IllegalStateException: as the test asked\n" in log


def test_log_lines_keep_level_order_and_trace(api: Api) -> None:
    job_id = api.start("logs", {"text": "from the function"})
    log = api.wait_for_log(job_id, "FinishedEvent")
    lines = log.splitlines()
    wanted = (
        ("INFO", "info: from the function"),
        ("WARN", "warn: from the function"),
        ("ERROR", "error: from the function"),
        ("INFO", "first line"),
    )
    places = []
    for level, text in wanted:
        line = next(line for line in lines if line.endswith(text))
        assert line.startswith(level + " ") and f"[{job_id}]" in line, line
        places.append(lines.index(line))
    assert places == sorted(places)
    assert lines[places[2] + 1] == "java.lang.IllegalStateException: the logged cause"
    assert lines[places[3] + 1] == "second line"


def test_python_output_is_in_the_log(api: Api) -> None:
    job_id = api.start("py-prints")
    log = api.wait_for_log(job_id, "FinishedEvent")
    for text in ("printed", "complained"):
        line = next(line for line in log.splitlines() if line.endswith(text))
        assert f"[{job_id}]" in line


def test_a_result_of_64_mib_arrives(api: Api) -> None:
    size = 64 * MIB - 2  # with its quotation marks
    result = api.call("large", {"size": size})
    assert result["success"] and len(result["payload"]) == size


def test_a_larger_result_fails_the_job_with_a_clear_text(api: Api) -> None:
    result = api.call("large", {"size": 64 * MIB})
    assert not result["success"]
    error = result["errors"][0]
    assert str(64 * MIB + 2) in error and "limit" in error, error
    assert api.call("throws", {"message": ""})["success"], "the worker goes on"


@pytest.fixture
def broken(api: Api) -> str:
    nonsense = SPARK_CONF | {"spark.master": "nonsense://nowhere"}
    api.put_context("broken", sparkConf=nonsense, workerMode="shared", maxConnFailures=2)
    return "broken"


def test_a_context_that_cannot_start_fails_its_jobs_until_it_is_mended(
    api: Api, broken: str
) -> None:
    job_id = api.start("throws", {"message": ""}, context=broken)
    job = api.wait_for_status(job_id, "failed")
    assert "Context is broken" in job["jobResult"]
    log = api.wait_for_log(job_id, "FailedEvent")
    assert log.count(" did not start: ") == 2, "each of the failed starts"
    assert "Master must either be yarn or start with" in log, "what spark-submit said"
    late = api.call("throws", {"message": ""}, context=broken)
    assert not late["success"], "fails at once, without a further start"
    api.put_context(broken, sparkConf=SPARK_CONF, workerMode="shared")
    assert api.call("throws", {"message": ""}, context=broken)["success"]
