"""Section 9: what the pages of mist-ui 2.2.1 ask for and read, without the pages."""

from __future__ import annotations

import re

import pytest

from mist_master import Master

CONTEXT = "ui-context"
JOB = {"jobId", "status", "context", "function", "createTime", "startTime", "endTime"}


@pytest.fixture(scope="module")
def job(shared_master: Master) -> dict[str, object]:
    """It has ended; its worker stays."""
    shared_master.put_context(CONTEXT, workerMode="shared")
    started = shared_master.start_job("echo", {"value": 1}, context=CONTEXT)
    return shared_master.wait_end(started)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/status", "mistVersion started"),
        ("/functions", "name lang tags defaultContext path execute className"),
        ("/workers", "name address initInfo"),
        ("/contexts", "name"),
    ],
)
def test_9_1_lists(shared_master: Master, job: dict[str, object], path: str, fields: str) -> None:
    """GET `{path}` has the fields {fields}."""
    answer = shared_master.get(f"/v2/api{path}").json
    items = answer if isinstance(answer, list) else [answer]
    assert items and all(set(fields.split()) <= item.keys() for item in items)


@pytest.mark.parametrize("field", ["downtime", "logService", "maxJobs", "streamingDuration"])
def test_9_1_init_info(shared_master: Master, job: dict[str, object], field: str) -> None:
    """`initInfo` of a worker has {field}, and sparkConf as an object."""
    workers = shared_master.get("/v2/api/workers").json
    (info,) = (w["initInfo"] for w in workers if w["name"] == job["workerId"])
    assert field in info and isinstance(info["sparkConf"], dict)


@pytest.mark.parametrize("path", ["/jobs", "/functions/echo/jobs", "/workers/<worker>/jobs"])
def test_9_1_pages(shared_master: Master, job: dict[str, object], path: str) -> None:
    """GET `{path}?paginate=true&offset=0&status=finished` is a page of whole jobs with a total."""
    path = path.replace("<worker>", str(job["workerId"]))
    page = shared_master.get(f"/v2/api{path}", paginate="true", offset=0, status="finished").json
    assert page.keys() == {"jobs", "total"} and page["total"] >= len(page["jobs"]) >= 1
    fields = JOB | {"jobResult", "params", "source", "workerId"}
    assert all(fields <= item.keys() for item in page["jobs"])


def test_9_1_running(shared_master: Master) -> None:
    """GET `/jobs` takes the four statuses of the running badge and answers with an array."""
    running = ["initialized", "queued", "started", "job-file-downloading"]
    assert isinstance(shared_master.get("/v2/api/jobs", status=running).json, list)


def test_9_1_job(shared_master: Master, job: dict[str, object]) -> None:
    """GET `/jobs/{id}` is the job as lists have it."""
    (listed,) = (j for j in shared_master.get("/v2/api/jobs").json if j["jobId"] == job["jobId"])
    assert shared_master.get(f"/v2/api/jobs/{job['jobId']}").json == listed


def test_9_1_log(shared_master: Master, job: dict[str, object]) -> None:
    """GET `/jobs/{id}/logs` has lines of level, date, id in brackets and message."""
    lines = shared_master.whole_log(str(job["jobId"])).splitlines()
    assert all(re.match(r"(DEBUG|INFO|WARN|ERROR) \S+ \[[\w-]+\] .", line) for line in lines)


def test_9_1_run_and_kill(shared_master: Master) -> None:
    """Run New answers with the id, KILL with the job."""
    started = shared_master.post_job("hang").json["id"]
    shared_master.wait_status(started, "started")
    assert JOB <= shared_master.cancel(started).json.keys()


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_9_1_function_dialog(shared_master: Master, method: str) -> None:
    """{method} `/functions` takes the dialog's body with `execute: null`."""
    name = f"ui-{method.lower()}"
    body = {"name": name, "path": "standin.zip", "className": "standin.Echo"}
    body |= {"defaultContext": "default", "execute": None}  # type: ignore[dict-item]
    if method == "PUT":
        assert shared_master.request("POST", "/v2/api/functions", body).status == 200
    answer = shared_master.request(method, "/v2/api/functions", body).json
    assert (answer["name"], answer["lang"]) == (name, "python")


def test_9_1_context_dialog(shared_master: Master) -> None:
    """GET `/contexts/default` prefills the context dialog, whose POST answers with the name."""
    default = shared_master.get("/v2/api/contexts/default").json
    fields = "name sparkConf downtime maxJobs precreated runOptions workerMode"
    assert set(fields.split()) | {"streamingDuration", "maxConnFailures"} <= default.keys()
    assert next(iter(default["sparkConf"])) == "spark.master"
    answer = shared_master.request("POST", "/v2/api/contexts", default | {"name": "ui-new"})
    assert answer.json["name"] == "ui-new"


def test_9_1_worker_dialog(shared_master: Master) -> None:
    """DELETE `/workers/{id}` stops the worker."""
    shared_master.put_context("ui-worker", workerMode="shared")
    worker = shared_master.wait_end(shared_master.start_job("echo", context="ui-worker"))[
        "workerId"
    ]
    assert shared_master.request("DELETE", f"/v2/api/workers/{worker}").status == 200
    assert worker not in shared_master.workers()


def test_9_1_same_origin(shared_master: Master, job: dict[str, object]) -> None:
    """Pages that the master serves may change things: their Origin is its own."""
    own = {"Origin": f"http://127.0.0.1:{shared_master.port}", "Content-Type": "application/json"}
    path = "/v2/api/functions/echo/jobs"
    assert shared_master.request("POST", path, {}, headers=own).status == 200
