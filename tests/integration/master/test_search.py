"""Finding jobs, and what became of each attempt."""

from __future__ import annotations

from typing import Any

import pytest

from mist_master import Master


@pytest.fixture
def master(start_master) -> Master:
    return start_master()


def find(master: Master, **query: object) -> list[str]:
    page = master.get("/v2/api/jobs", paginate="true", **query).json
    assert "total" not in page
    return [job["jobId"] for job in page["jobs"]]


def test_jobs_are_found_by_what_is_known_of_them(master: Master) -> None:
    echo = master.start_job("echo", {"city": "Berlin"}, externalId="order-17")
    worker = master.wait_end(echo)["workerId"]
    master.put_context("other")
    fail = master.start_job("fail", context="other")
    failed = master.wait_end(fail)
    assert find(master, function="e*") == [echo]
    assert find(master, function=["echo", "fail"]) == [fail, echo]
    assert find(master, context="oth?r") == [fail]
    assert find(master, worker=worker) == [echo]
    assert find(master, source="http") == [fail, echo]
    assert find(master, source=["async kafka", "mqtt"]) == []
    assert find(master, text="berlin") == [echo]
    assert find(master, text="ORDER-17") == [echo]
    assert find(master, text=failed["jobResult"].splitlines()[0]) == [fail]
    assert find(master, since=failed["createTime"]) == [fail]
    assert find(master, until=failed["createTime"]) == [echo]
    assert find(master, function="*", status="failed") == [fail]
    page = master.get("/v2/api/functions/echo/jobs", paginate="true", text="berlin").json
    assert [job["jobId"] for job in page["jobs"]] == [echo]


def test_a_search_goes_on_at_next(master: Master) -> None:
    jobs = [master.start_job("echo") for _ in range(5)][::-1]
    found: list[str] = []
    query: dict[str, Any] = {"function": "echo", "limit": 2, "paginate": "true"}
    for _ in range(3):
        page = master.get("/v2/api/jobs", **query).json
        found += [job["jobId"] for job in page["jobs"]]
        query["before"] = page.get("next")
    assert found == jobs
    assert "next" not in page and "scannedTo" not in page


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"source": "fax"}, "'fax' is not http, cli, kafka or mqtt"),
        ({"since": "yesterday"}, "'yesterday' is not a time in milliseconds since the epoch"),
        ({"until": "-1"}, "'-1' is not a time in milliseconds since the epoch"),
    ],
)
def test_a_search_that_cannot_be_read_says_why(
    shared_master: Master, query: dict[str, str], problem: str
) -> None:
    answer = shared_master.get("/v2/api/jobs", paginate="true", **query)
    assert answer.status == 400
    assert problem in answer.text


def test_attempts_tell_when_what_happened(master: Master) -> None:
    master.put_context("c", retries=1, retryOn="failure", retryBackoff="0s")
    job = master.wait_end(master.start_job("fail", context="c"))
    first, second = master.get(f"/v2/api/jobs/{job['jobId']}/attempts").json["attempts"]
    states = lambda attempt: [step["state"] for step in attempt["steps"]]
    assert (first["attempt"], second["attempt"]) == (1, 2)
    begin = ["queued", "worker-starting", "worker-assigned", "started"]
    assert states(first) == begin + ["requeued"]
    assert states(second) == begin + ["failed"], "workers of the default mode have one job each"
    assert first["steps"][0]["time"] == job["createTime"]
    assert first["steps"][1]["time"] >= job["createTime"]
    assert first["steps"][-1]["reason"] == job["jobResult"]
    assert first["steps"][-1]["time"] == second["steps"][0]["time"]
    assert second["workerId"] == job["workerId"]
    assert second["steps"][3]["time"] == job["startTime"]
    assert second["steps"][4]["time"] == job["endTime"]
    times = [step["time"] for step in first["steps"] + second["steps"]]
    assert times == sorted(times)


def test_a_job_that_finds_a_worker_has_not_waited_for_its_start(master: Master) -> None:
    master.put_context("s", workerMode="shared")
    master.wait_end(master.start_job("echo", context="s"))
    job = master.wait_end(master.start_job("echo", context="s"))
    [attempt] = master.get(f"/v2/api/jobs/{job['jobId']}/attempts").json["attempts"]
    assert [step["state"] for step in attempt["steps"]][:2] == ["queued", "worker-assigned"]


def test_attempts_of_nobody(shared_master: Master) -> None:
    assert shared_master.get("/v2/api/jobs/nobody/attempts").status == 404
