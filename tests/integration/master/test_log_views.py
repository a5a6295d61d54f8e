"""Parts of logs, and what workers print."""

from __future__ import annotations

from typing import Any

import pytest

from mist_master import Master


@pytest.fixture(scope="module")
def logged(shared_master: Master) -> str:
    """A job with a log of more than a thousand lines."""
    job_id = shared_master.start_job("log", {"lines": 1200})
    shared_master.wait_end(job_id)
    shared_master.whole_log(job_id)
    return job_id


def view(master: Master, job_id: str, **query: object) -> Any:
    answer = master.get(f"/v2/api/jobs/{job_id}/logs/lines", **query)
    assert answer.status == 200, answer
    return answer.json


def count(master: Master, job_id: str, **query: object) -> Any:
    return master.get(f"/v2/api/jobs/{job_id}/logs/count", **query).json


def test_a_log_is_read_in_pieces(shared_master: Master, logged: str) -> None:
    log = shared_master.log(logged)
    lines: list[str] = []
    at = 0
    while at < len(log):
        piece = view(shared_master, logged, **{"from": at, "limit": 500})
        assert (piece["begin"], piece["fileBytes"], piece["complete"]) == (at, len(log), True)
        for line in piece["lines"]:
            assert log[line["offset"] :].startswith(line["text"] + "\n")
        lines += [line["text"] for line in piece["lines"]]
        at = piece["end"]
    assert "\n".join(lines) + "\n" == log


def test_the_end_of_a_log_comes_first(shared_master: Master, logged: str) -> None:
    lines = shared_master.log(logged).splitlines()
    tail = view(shared_master, logged, tail="true", limit=3)
    assert [line["text"] for line in tail["lines"]] == lines[-3:]
    before = view(shared_master, logged, before=tail["begin"], limit=2)
    assert [line["text"] for line in before["lines"]] == lines[-5:-3]
    assert tail["lines"][-1]["level"] == "INFO"
    assert tail["lines"][-1]["time"] == shared_master.job(logged)["endTime"]


def test_a_log_is_searched(shared_master: Master, logged: str) -> None:
    wanted = [line for line in shared_master.log(logged).splitlines() if "LINE 11" in line.upper()]
    assert len(wanted) > 10
    assert count(shared_master, logged, text="Line 11")["count"] == len(wanted)
    found = view(shared_master, logged, text="Line 11")["lines"]
    assert [line["text"] for line in found] == wanted
    assert view(shared_master, logged, level="ERROR")["lines"] == []


def test_a_job_without_a_log_file_has_its_first_lines(start_master) -> None:
    master = start_master()
    master.put_context("one", maxJobs=1)
    master.wait_status(master.start_job("hang", context="one"), "started")
    queued = master.start_job("echo", context="one")
    lines = view(master, queued)["lines"]
    assert [line["text"] for line in lines] == master.log(queued).splitlines()
    assert count(master, queued, text="queued")["count"] == 1


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"level": "LOUD"}, "'LOUD' is not DEBUG, INFO, WARN or ERROR"),
        ({"from": "x"}, "'x' is not a number of bytes"),
        ({"before": "-1"}, "'-1' is not a number of bytes"),
    ],
)
def test_a_view_that_cannot_be_read_says_why(
    shared_master: Master, logged: str, query: dict[str, str], problem: str
) -> None:
    answer = shared_master.get(f"/v2/api/jobs/{logged}/logs/lines", **query)
    assert answer.status == 400
    assert problem in answer.text


def test_logs_of_nobody(shared_master: Master) -> None:
    assert shared_master.get("/v2/api/jobs/nobody/logs/lines").status == 404
    assert shared_master.get("/v2/api/jobs/nobody/logs/count").status == 404


def test_what_a_worker_prints_is_kept(start_master) -> None:
    master = start_master()
    worker = master.wait_end(master.start_job("echo"))["workerId"]
    master.wait_workers(0)
    answer = master.get(f"/v2/api/workers/{worker}/log")
    files = list(master.folder.rglob(f"local-worker-{worker}.log"))
    assert (answer.status, [answer.body]) == (200, [file.read_bytes() for file in files])
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("worker", ["nobody", "..%2F..%2Fmist", "x%00"])
def test_workers_that_never_were_print_nothing(shared_master: Master, worker: str) -> None:
    assert shared_master.get(f"/v2/api/workers/{worker}/log").status == 404
