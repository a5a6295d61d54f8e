"""Sections 1.3 and 1.8: routes of jobs, their logs and workers, without Spark."""

from __future__ import annotations

from email.utils import formatdate
from urllib.parse import quote

import pytest

from mist_master import Answer, Master, wait_for

NOT_FOUND = (404, "The requested resource could not be found.")
MALFORMED = "The request content was malformed:\n"
DEV = {"fakeName": "dev", "path": "standin.zip", "className": "standin.Echo", "context": "default"}


def shown(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.text


def echo(name: str) -> dict[str, str]:
    config = {"name": name, "path": "standin.zip", "className": "standin.Echo"}
    return {**config, "defaultContext": "default"}


# ---- 1.3: jobs ----------------------------------------------------------------------------------


def test_1_3_start_job(shared_master: Master) -> None:
    """Starting a job is answered with nothing but its id."""
    answer = shared_master.post_job("echo", {})
    assert answer.json.keys() == {"id"}
    assert shared_master.wait_end(answer.json["id"])["status"] == "finished"


def test_1_3_call(shared_master: Master) -> None:
    """With force=true the answer is the job's result, when it has ended."""
    result = {"success": True, "payload": {"value": [1, "a"]}, "errors": []}
    assert shared_master.call("echo", {"value": [1, "a"]}) == result


def test_1_3_failed_call(shared_master: Master) -> None:
    """A call whose job fails is answered with 200 and success: false."""
    result = {"success": False, "payload": {}, "errors": ["no luck"]}
    assert shared_master.call("fail", {"error": "no luck"}) == result


def test_1_3_job_query(shared_master: Master) -> None:
    """externalId, context, startTimeout and performTimeout of a call are taken."""
    query = {"context": "compat-query", "startTimeout": "1 min", "performTimeout": "Inf"}
    job = shared_master.start_job("echo", externalId="e 1/ü", **query)
    details = shared_master.wait_end(job)
    assert (details["externalId"], details["context"]) == ("e 1/ü", "compat-query")


def test_1_3_job_needs_arguments(shared_master: Master) -> None:
    """A call needs a body with a JSON object: at least {}."""
    for body in (b"", b"null", b"[]", b'"a"'):
        answer = shared_master.post_job("echo", body)
        assert answer.status == 400 and answer.text.startswith(MALFORMED)


@pytest.mark.parametrize("force", ["true", "false"])
def test_1_3_job_of_unknown_function(shared_master: Master, force: str) -> None:
    """A call of an unknown function is answered with 404."""
    assert shown(shared_master.post_job("no", {}, force=force)) == NOT_FOUND


@pytest.mark.parametrize("force", ["true", "false"])
def test_1_3_refused_job(shared_master: Master, force: str) -> None:
    """A call with wrong arguments makes no job."""
    assert shared_master.post_job("typed", {"count": "many"}, force=force).status == 400
    assert shared_master.get("/v2/api/functions/typed/jobs").json == []


def test_1_3_jobs_of_a_function(shared_master: Master) -> None:
    """The list of a function has its jobs only; that of an unknown function is empty."""
    shared_master.request("POST", "/v2/api/functions", echo("compat-jobs"))
    jobs = [shared_master.start_job("compat-jobs") for _ in range(2)]
    shared_master.start_job("echo")
    listed = shared_master.get("/v2/api/functions/compat-jobs/jobs").json
    assert [job["jobId"] for job in listed] == jobs[::-1]
    assert shared_master.get("/v2/api/functions/no/jobs").json == []


def test_1_3_jobs_of_a_worker(shared_master: Master) -> None:
    """The list of a worker has its jobs, also when the worker is long gone."""
    worker = shared_master.wait_end(shared_master.start_job("echo"))["workerId"]
    wait_for(lambda: worker not in shared_master.workers(), f"the end of {worker}")
    path = f"/v2/api/workers/{quote(worker, safe='')}/jobs"
    assert [job["workerId"] for job in shared_master.get(path).json] == [worker]
    page = shared_master.get(path, status="failed", paginate="true").json
    assert page == {"jobs": [], "total": 0}
    assert shared_master.get("/v2/api/workers/no/jobs").json == []


def test_1_3_job(shared_master: Master) -> None:
    """A job is found by its id, before and after its end."""
    job = shared_master.start_job("echo")
    assert shared_master.job(job)["jobId"] == job
    assert shared_master.wait_end(job)["jobId"] == job


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_1_3_unknown_job(shared_master: Master, method: str) -> None:
    """An unknown job is neither found nor cancelled: 404."""
    assert shown(shared_master.request(method, "/v2/api/jobs/no")) == NOT_FOUND


def test_1_3_log(shared_master: Master) -> None:
    """A job's log is a file of application/octet-stream."""
    job = shared_master.wait_end(shared_master.start_job("log", {"lines": 2}))["jobId"]
    whole = shared_master.whole_log(job)
    answer = shared_master.get(f"/v2/api/jobs/{job}/logs")
    assert (answer.status, answer.text) == (200, whole) and "line 2" in whole
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_1_3_log_range(shared_master: Master) -> None:
    """A part of a log can be asked for."""
    job = shared_master.start_job("log", {"lines": 2})
    shared_master.wait_end(job)
    whole = shared_master.whole_log(job).encode()
    path = f"/v2/api/jobs/{job}/logs"
    part = shared_master.request("GET", path, headers={"Range": "bytes=5-24"})
    assert (part.status, part.body) == (206, whole[5:25])
    assert part.headers["Content-Range"] == f"bytes 5-24/{len(whole)}"
    rest = shared_master.request("GET", path, headers={"Range": f"bytes={len(whole) - 9}-"})
    assert (rest.status, rest.body) == (206, whole[-9:])
    beyond = shared_master.request("GET", path, headers={"Range": f"bytes={len(whole)}-"})
    assert beyond.status == 416


def test_1_3_log_unchanged(shared_master: Master) -> None:
    """A log that the client has is answered with 304, by ETag and by If-Modified-Since."""
    job = shared_master.start_job("echo")
    shared_master.wait_end(job)
    shared_master.whole_log(job)
    path = f"/v2/api/jobs/{job}/logs"
    answer = shared_master.get(path)
    tag, date = answer.headers["ETag"], answer.headers["Last-Modified"]
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": date}):
        unchanged = shared_master.request("GET", path, headers=headers)
        assert (unchanged.status, unchanged.body) == (304, b"")
    for headers in ({"If-None-Match": '"x"'}, {"If-Modified-Since": formatdate(0, usegmt=True)}):
        changed = shared_master.request("GET", path, headers=headers)
        assert (changed.status, changed.body) == (200, answer.body)


@pytest.mark.differs("the log of a job without a line yet tells that the job waits")
def test_1_3_log_of_a_waiting_job(shared_master: Master) -> None:
    """A job that waits has a log."""
    running = shared_master.start_job("hang")
    queued = shared_master.start_job("echo")
    assert "QueuedEvent" in shared_master.log(queued)
    for job in (queued, running):
        shared_master.cancel(job)


def test_1_3_unknown_log(shared_master: Master) -> None:
    """The log of an unknown job is answered with 404 and its id."""
    answer = shared_master.get("/v2/api/jobs/no/logs")
    assert shown(answer) == (404, "Job no not found")


# ---- 1.3: workers -------------------------------------------------------------------------------


def test_1_3_workers(shared_master: Master) -> None:
    """A worker is listed and found while it lives, and stopped by DELETE with an empty answer."""
    job = shared_master.start_job("hang")
    worker = shared_master.wait_status(job, "started")["workerId"]
    path = f"/v2/api/workers/{quote(worker, safe='')}"
    assert shared_master.get(path).json in shared_master.get("/v2/api/workers").json
    assert shown(shared_master.request("DELETE", path)) == (200, "")
    assert "Executor was terminated" in shared_master.wait_end(job)["jobResult"]
    assert shown(shared_master.get(path)) == NOT_FOUND


def test_1_3_only_ready_workers(shared_master: Master) -> None:
    """A worker that is starting is not listed."""
    # The worker comes up and never gets ready; a stand-in's setting.
    shared_master.put_context("compat-mute", sparkConf={"standin.start": "mute"})
    job = shared_master.start_job("echo", context="compat-mute")
    assert [name for name in shared_master.workers() if name.startswith("compat-mute")] == []
    assert shared_master.cancel(job).json["status"] == "cancelled"


def test_1_3_unknown_worker(shared_master: Master) -> None:
    """An unknown worker is answered with 404."""
    assert shown(shared_master.get("/v2/api/workers/no")) == NOT_FOUND


# ---- 1.8 ----------------------------------------------------------------------------------------


def devrun(master: Master, body: object, **query: str) -> Answer:
    return master.request("POST", "/v2/hidden/devrun", body, **query)


def test_1_8_run(shared_master: Master) -> None:
    """devrun runs an artifact's class under a fake name, without a function of that name."""
    body = {**DEV, "parameters": {"value": 1}, "externalId": "e", "workerId": "w"}
    started = devrun(shared_master, body).json
    assert started.keys() == {"id"}
    job = shared_master.wait_end(started["id"])
    assert (job["function"], job["externalId"], job["context"]) == ("dev", "e", "default")
    assert job["params"]["className"] == "standin.Echo" and job["jobResult"] == {"value": 1}
    assert job["workerId"] != "w"
    assert shown(shared_master.get("/v2/api/functions/dev")) == NOT_FOUND


def test_1_8_force(shared_master: Master) -> None:
    """devrun with force=true is answered with the job's result."""
    answer = devrun(shared_master, DEV, force="true").json
    assert answer == {"success": True, "payload": {}, "errors": []}


def test_1_8_no_timeouts(shared_master: Master) -> None:
    """devrun has no timeouts."""
    query = {"startTimeout": "no", "performTimeout": "no", "force": "true"}
    assert devrun(shared_master, DEV, **query).json["success"] is True


@pytest.mark.parametrize("member", DEV)
@pytest.mark.differs("a malformed request is a 400 and not a 404 (D54)")
def test_1_8_required(shared_master: Master, member: str) -> None:
    """devrun without fakeName, path, className or context is answered with 400."""
    answer = devrun(shared_master, {key: value for key, value in DEV.items() if key != member})
    assert shown(answer) == (400, f"{MALFORMED}Object is missing required member '{member}'")


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"path": "no.jar"}, "file should exists by path no.jar"),
        (
            {"path": "arguments.py", "className": "typed", "parameters": {"count": "many"}},
            "count",
        ),
    ],
)
def test_1_8_refused(shared_master: Master, wrong: dict[str, object], text: str) -> None:
    """A devrun that cannot start is answered with 400, Bad request and the reason on one line."""
    answer = devrun(shared_master, {**DEV, **wrong})
    assert answer.status == 400
    assert answer.text.startswith("Bad request: ") and text in answer.text
    assert "\n" not in answer.text


@pytest.mark.differs("on a line of its own and without the reason, which is in the master's log")
def test_1_8_failure(start_master) -> None:
    """A devrun at which the master itself fails is answered with 500 and Server error."""
    master = start_master()
    for file in (master.folder / "data/artifacts/sha256").rglob("*"):
        if file.is_file():
            file.unlink()
    answer = devrun(master, DEV)
    assert answer.status == 500 and answer.text.startswith("Server error:\n")
