"""What is recorded of a job: details, log, result, and the lists."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from mist_master import Master, log_messages


@pytest.fixture
def master(start_master) -> Master:
    return start_master()


def ids(jobs: list[dict[str, Any]]) -> list[str]:
    return [job["jobId"] for job in jobs]


# ---- one job ------------------------------------------------------------------------------------


def test_a_job_tells_its_story(master: Master) -> None:
    job_id = master.start_job("echo", {"value": [1]}, externalId="e1")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", job_id)
    job = master.wait_end(job_id)
    created, started, ended = (job.pop(key) for key in ("createTime", "startTime", "endTime"))
    assert created <= started <= ended
    worker = job.pop("workerId")
    assert worker.startswith("default_")
    assert job == {
        "jobId": job_id,
        "function": "echo",
        "context": "default",
        "externalId": "e1",
        "source": "Http",
        "status": "finished",
        "params": {
            "filePath": "standin.zip",
            "className": "standin.Echo",
            "arguments": {"value": [1]},
            "action": "execute",
        },
        "jobResult": {"value": [1]},
    }
    assert log_messages(master.whole_log(job_id)) == [
        "InitializedEvent(externalId=Some(e1))",
        "QueuedEvent",
        "Waiting worker connection",
        f"WorkerAssigned(workerId={worker})",
        "StartedEvent",
        "FinishedEvent",
    ]


def test_every_log_line_has_level_date_and_id(master: Master) -> None:
    job = master.start_job("log", {"lines": 3})
    master.wait_end(job)
    date = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?"
    for line in master.whole_log(job).splitlines():
        assert re.match(rf"(DEBUG|INFO|WARN|ERROR) {date} \[{job}\] ", line), line


def test_a_functions_log_lines_stand_between_start_and_end(master: Master) -> None:
    job = master.start_job("log", {"lines": 2000})
    master.wait_end(job)
    messages = log_messages(master.whole_log(job))
    begin, end = messages.index("StartedEvent"), messages.index("FinishedEvent")
    assert messages[begin + 1 : end] == [f"line {i}" for i in range(1, 2001)]


def test_a_log_can_be_read_from_an_offset(master: Master) -> None:
    job = master.start_job("echo")
    master.wait_end(job)
    whole = master.whole_log(job)
    answer = master.request("GET", f"/v2/api/jobs/{job}/logs", headers={"Range": "bytes=10-"})
    assert (answer.status, answer.text) == (206, whole[10:])


def test_a_forced_call_answers_with_the_result(master: Master) -> None:
    assert master.call("echo", {"value": None}) == {
        "success": True,
        "payload": {"value": None},
        "errors": [],
    }


def test_a_failed_call_answers_with_its_error(master: Master) -> None:
    error = "java.lang.Exception: oh\n\tat a.B"
    result = master.call("fail", {"error": error})
    assert result == {"success": False, "payload": {}, "errors": [error]}
    (job,) = master.get("/v2/api/jobs").json
    assert (job["status"], job["jobResult"]) == ("failed", error)
    assert f"FailedEvent with Error: \n {error}" in master.whole_log(job["jobId"])


def test_a_result_that_is_not_json_fails_the_job(master: Master) -> None:
    result = master.call("garbage")
    assert not result["success"]
    assert "JSON" in result["errors"][0]


def test_a_result_of_many_chunks_comes_whole(master: Master) -> None:
    size = 20 << 20
    answer = master.post_job("big", {"bytes": size}, force="true")
    assert answer.json["payload"] == "x" * (size - 2)


def test_a_result_over_the_limit_fails_the_job(start_master) -> None:
    master = start_master(jobs_max_result="1 MiB")
    result = master.call("big", {"bytes": (1 << 20) + 1})
    assert not result["success"]
    assert "limit" in result["errors"][0] or "larger" in result["errors"][0]
    assert master.call("big", {"bytes": 1 << 20})["success"]


def test_arguments_of_many_chunks_reach_the_worker(master: Master) -> None:
    value = "ä" * (3 << 20)
    assert master.call("echo", {"value": value})["payload"] == {"value": value}


def test_the_context_parameter_wins_over_the_functions_context(master: Master) -> None:
    job = master.start_job("echo", context="other")
    assert master.job(job)["context"] == "other"
    assert master.wait_end(job)["workerId"].startswith("other_")


def test_workers_tell_what_they_were_started_with(master: Master) -> None:
    master.put_context("c", workerMode="shared", sparkConf={"a": "b"}, downtime="90s", maxJobs=2)
    master.call("echo", context="c")
    (worker,) = master.get("/v2/api/workers").json
    assert worker == master.get(f"/v2/api/workers/{worker['name']}").json
    info = worker["initInfo"]
    assert (info["sparkConf"], info["downtime"], info["maxJobs"]) == ({"a": "b"}, "90s", 2)


# ---- lists --------------------------------------------------------------------------------------


def test_a_list_is_newest_first_and_pages(master: Master) -> None:
    jobs = [master.start_job("echo") for _ in range(7)][::-1]
    assert ids(master.get("/v2/api/jobs").json) == jobs
    assert ids(master.get("/v2/api/jobs", limit=3).json) == jobs[:3]
    assert ids(master.get("/v2/api/jobs", limit=3, offset=5).json) == jobs[5:]
    assert master.get("/v2/api/jobs", offset=7).json == []


def test_a_page_has_the_real_total(master: Master) -> None:
    jobs = [master.start_job("echo") for _ in range(5)][::-1]
    page = master.get("/v2/api/jobs", limit=2, offset=1, paginate="True").json
    assert (ids(page["jobs"]), page["total"]) == (jobs[1:3], 5)
    master.wait_end(jobs[0])
    page = master.get("/v2/api/jobs", status="finished", limit=1, paginate="yes").json
    finished = len(master.get("/v2/api/jobs", status="finished").json)
    assert 1 <= page["total"] <= finished


def test_a_page_goes_on_before_a_job(master: Master) -> None:
    jobs = [master.start_job("echo") for _ in range(6)][::-1]
    first = ids(master.get("/v2/api/jobs", limit=3).json)
    master.start_job("echo")
    second = master.get("/v2/api/jobs", limit=3, before=first[-1], paginate="1").json
    assert first + ids(second["jobs"]) == jobs
    assert second["total"] == 7


def test_a_list_can_be_of_some_statuses(master: Master) -> None:
    finished = master.start_job("echo")
    master.wait_end(finished)
    failed = master.start_job("fail")
    master.wait_end(failed)
    running = master.start_job("hang")
    master.wait_status(running, "started")
    queued = master.start_job("echo")

    def of(*statuses: str) -> list[str]:
        return ids(master.get("/v2/api/jobs", status=statuses).json)

    assert of("finished") == [finished]
    assert of("failed", "finished") == [failed, finished]
    assert of("started") == [running]
    assert of("queued") == [queued]
    assert of("cancelled") == []


def test_a_list_can_be_of_one_function_or_worker(master: Master) -> None:
    echo = master.start_job("echo")
    worker = master.wait_end(echo)["workerId"]
    fail = master.start_job("fail")
    assert master.wait_end(fail)["workerId"] != worker
    assert ids(master.get("/v2/api/functions/fail/jobs").json) == [fail]
    assert ids(master.get(f"/v2/api/workers/{worker}/jobs").json) == [echo]
    page = master.get("/v2/api/functions/echo/jobs", paginate="true").json
    assert (ids(page["jobs"]), page["total"]) == ([echo], 1)
    assert master.get("/v2/api/functions/nobody/jobs").json == []


# ---- limits -------------------------------------------------------------------------------------


def test_a_full_queue_refuses_further_jobs(start_master) -> None:
    master = start_master(jobs_max_queued=3)
    running = master.start_job("hang")
    master.wait_status(running, "started")
    queued = [master.start_job("echo") for _ in range(3)]
    answer = master.post_job("echo")
    assert answer.status == 429
    assert answer.text.startswith("context default has 3 waiting jobs, which is its limit")
    assert master.post_job("echo", force="true").status == 429
    assert master.call("echo", context="other")["success"]
    master.cancel(running)
    assert [master.wait_end(job)["status"] for job in queued] == ["finished"] * 3
    assert master.get("/v2/api/jobs", paginate="true").json["total"] == 5


def test_a_forced_call_that_takes_too_long_goes_on_without_its_caller(start_master) -> None:
    master = start_master(http_request_timeout="200 ms")
    answer = master.post_job("hang", force="true")
    assert answer.status == 503
    (job,) = master.get("/v2/api/jobs").json
    assert job["status"] == "started"


def test_the_status_names_the_versions(master: Master) -> None:
    status = master.get("/v2/api/status").json
    assert status["mistVersion"] and status["sparkVersion"].startswith(("3.5", "4."))
    assert json.loads(master.get("/health/ready").text)["status"] == "ready"
    assert json.loads(master.get("/health/live").text)["status"] == "up"
