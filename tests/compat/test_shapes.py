"""Sections 1.4 and 1.5: the JSON of answers and the lists of jobs, without Spark."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from mist_master import Master

STATUSES = (
    "initialized queued started job-file-downloading cancelling finished cancelled failed".split()
)
ALWAYS = {"function", "jobId", "params", "context", "source", "status", "createTime"}
CONTEXT_KEYS = {
    "name",
    "sparkConf",
    "downtime",
    "maxJobs",
    "precreated",
    "runOptions",
    "workerMode",
    "streamingDuration",
    "maxConnFailures",
}


def ended(master: Master, function: str, arguments: object = None, **query: str) -> dict:
    return master.wait_end(master.start_job(function, arguments, **query))


# ---- 1.4: functions -----------------------------------------------------------------------------


def test_1_4_function_info(shared_master: Master) -> None:
    """A function's description has its language, the types of its arguments, and its tags."""
    info = shared_master.get("/v2/api/functions/typed").json
    number, text = {"type": "MInt"}, {"type": "MString"}
    assert info == {
        "name": "typed",
        "lang": "python",
        "execute": {
            "count": number,
            "name": text,
            "ratio": {"type": "MDouble"},
            "numbers": {"type": "MList", "args": [number]},
            "limit": {"type": "MOption", "args": [number]},
            "label": {"type": "MOption", "args": [text]},
        },
        "tags": [],
        "path": "arguments.py",
        "className": "typed",
        "defaultContext": "default",
    }


# ---- 1.4: contexts ------------------------------------------------------------------------------


@pytest.mark.differs("jobsPerWorker, which is ours, is there too")
def test_1_4_context(shared_master: Master) -> None:
    """A context has the nine keys of 1.1."""
    context = shared_master.put_context("compat-context", sparkConf={"spark.master": "local[2]"})
    assert context.keys() - {"jobsPerWorker"} == CONTEXT_KEYS
    assert context["sparkConf"] == {"spark.master": "local[2]"}


def test_1_4_context_durations(shared_master: Master) -> None:
    """A context's durations are written as whole seconds or Inf, and read so."""
    for given in ("60s", "3600s", "Inf"):
        context = shared_master.put_context("compat-durations", downtime=given)
        assert context["downtime"] == given
        assert re.fullmatch(r"\d+s", context["streamingDuration"])


@pytest.mark.parametrize("wrong", ["60", 60, 1.5, True, ["1s"]])
def test_1_4_context_bare_numbers(shared_master: Master, wrong: object) -> None:
    """A duration without a unit is answered with 400."""
    body = {"name": "compat-wrong", "downtime": wrong}
    assert shared_master.request("POST", "/v2/api/contexts", body).status == 400


@pytest.mark.differs("other units are accepted too, 1.1 refuses all but seconds")
def test_1_4_context_units(shared_master: Master) -> None:
    """A context's duration in hours is accepted and written in seconds."""
    assert shared_master.put_context("compat-units", downtime="1h")["downtime"] == "3600s"


@pytest.mark.differs("it is kept, where 1.1 cuts it to 0s (D17)")
def test_1_4_context_fractions(shared_master: Master) -> None:
    """A duration under a second is written in milliseconds."""
    context = shared_master.put_context("compat-fractions", streamingDuration="500ms")
    assert context["streamingDuration"] == "500ms"


@pytest.mark.parametrize(
    "wrong",
    [{"workerMode": "x"}, {"sparkConf": {"a": 1}}, {"sparkConf": {"a": True}}, {"sparkConf": "a"}],
)
def test_1_4_context_values(shared_master: Master, wrong: dict[str, object]) -> None:
    """An unknown worker mode and a sparkConf with anything but texts are answered with 400."""
    body = {"name": "compat-wrong", **wrong}
    assert shared_master.request("POST", "/v2/api/contexts", body).status == 400


def test_1_4_context_spark_conf(prepare_master, tmp_path) -> None:
    """A given sparkConf replaces that of context-defaults as a whole."""
    file = tmp_path / "mist.conf"
    file.write_text('mist.context-defaults.spark-conf { spark.master = "local[3]", spark.x = 1 }')
    master = prepare_master().start("--config", str(file))
    assert master.put_context("none")["sparkConf"] == {"spark.master": "local[3]", "spark.x": "1"}
    assert master.put_context("given", sparkConf={"spark.y": "2"})["sparkConf"] == {"spark.y": "2"}
    assert master.put_context("empty", sparkConf={})["sparkConf"] == {}


# ---- 1.4: jobs ----------------------------------------------------------------------------------


def test_1_4_finished_job(shared_master: Master) -> None:
    """A finished job has its call, times in milliseconds, worker and result."""
    job = ended(shared_master, "echo", {"value": [1, None]}, externalId="e1")
    assert job.keys() == ALWAYS | {"externalId", "startTime", "endTime", "jobResult", "workerId"}
    assert job["params"] == {
        "filePath": "standin.zip",
        "className": "standin.Echo",
        "arguments": {"value": [1, None]},
        "action": "execute",
    }
    assert (job["function"], job["context"], job["source"]) == ("echo", "default", "Http")
    assert (job["status"], job["jobResult"]) == ("finished", {"value": [1, None]})
    assert 1_600_000_000_000 < job["createTime"] <= job["startTime"] <= job["endTime"]


def test_1_4_null_result(shared_master: Master, tmp_path) -> None:
    """A result may be null and is there then."""
    gate = tmp_path / "gate"
    gate.touch()
    job = ended(shared_master, "until", {"file": str(gate)})
    assert job["status"] == "finished" and job["jobResult"] is None


def test_1_4_failed_job(shared_master: Master) -> None:
    """A failed job's result is the text of its error."""
    job = ended(shared_master, "fail", {"error": "no\nluck"})
    assert (job["status"], job["jobResult"]) == ("failed", "no\nluck")


def test_1_4_cancelled_job(shared_master: Master) -> None:
    """A cancelled job has an end and no result."""
    job = shared_master.start_job("hang")
    shared_master.wait_status(job, "started")
    cancelled = shared_master.cancel(job).json
    assert cancelled.keys() == ALWAYS | {"startTime", "endTime", "workerId"}


@pytest.mark.parametrize(
    "number", ["3.0", "1e2", "123456789012345678901234567890", "3.140000000000000000001", "-0.0"]
)
def test_1_4_numbers(shared_master: Master, number: str) -> None:
    """A number keeps each of its digits, in arguments and results."""
    arguments = f'{{"value":{number}}}'
    answer = shared_master.post_job("echo", arguments.encode(), force="true")
    assert answer.text == f'{{"success":true,"payload":{arguments},"errors":[]}}'
    (job,) = shared_master.get("/v2/api/jobs", limit=1).json
    details = shared_master.get(f"/v2/api/jobs/{job['jobId']}").text
    assert f'"arguments":{arguments}' in details and f'"jobResult":{arguments}' in details


@pytest.mark.differs("total counts all pages, where 1.1 counts the jobs of this one (D11)")
def test_1_4_page(shared_master: Master) -> None:
    """A page has the jobs and the total."""
    shared_master.register("compat-page", "standin.zip", "standin.Echo")
    jobs = [shared_master.start_job("compat-page") for _ in range(3)]
    path = "/v2/api/functions/compat-page/jobs"
    page = shared_master.get(path, paginate="true", limit=2).json
    assert page.keys() == {"jobs", "total"} and page["total"] == 3
    assert [job["jobId"] for job in page["jobs"]] == [jobs[2], jobs[1]]


# ---- 1.4: workers and status --------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "max_jobs"), [("exclusive", 1), ("shared", 3)])
def test_1_4_worker(shared_master: Master, mode: str, max_jobs: int) -> None:
    """A worker has its name, address and settings; maxJobs is 1 for exclusive contexts."""
    settings = {"spark.ui.enabled": "false", "a": "b"}
    context = shared_master.put_context(
        f"compat-{mode}",
        workerMode=mode,
        maxJobs=3,
        sparkConf=settings,
        runOptions="--verbose",
        downtime="60s",
    )
    job = shared_master.start_job("hang", context=context["name"])
    name = shared_master.wait_status(job, "started")["workerId"]
    worker = shared_master.get(f"/v2/api/workers/{quote(name, safe='')}").json
    shared_master.cancel(job)
    assert worker.keys() == {"name", "address", "initInfo"}  # without Spark's UI no sparkUi
    assert worker["name"] == name and worker["address"]
    info = worker["initInfo"]
    assert {key: info[key] for key in ("sparkConf", "downtime", "streamingDuration")} == {
        "sparkConf": settings,
        "downtime": "60s",
        "streamingDuration": "1s",
    }
    assert (info["maxJobs"], info["runOptions"]) == (max_jobs, "--verbose")
    assert info["maxArtifactSize"] == 250 << 20
    addresses = {"logService", "masterAddress", "masterHttpConf"}
    assert all(re.fullmatch(r"[\w.]+:\d+", info[key]) for key in addresses)
    rest = {"sparkConf", "downtime", "streamingDuration", "maxJobs", "runOptions"}
    assert info.keys() == addresses | rest | {"maxArtifactSize"}


@pytest.mark.differs("gc is empty, for there is no JVM, and streams are told too")
def test_1_4_status(shared_master: Master) -> None:
    """The status has the keys of 1.1."""
    status = shared_master.get("/v2/api/status").json
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", status["started"])
    assert status["mistVersion"] and status["sparkVersion"] and status["gc"] == {}
    for memory in (status["memory"]["heap"], status["memory"]["nonHeap"]):
        assert memory.keys() == {"used", "commited", "max", "init"}
        assert all(isinstance(mib, int) for mib in memory.values())
    assert status["threads"].keys() == {"count", "daemon", "peak", "startedTotal"}
    assert status["javaVersion"].keys() == {"runtimeVersion", "vmVendor"}
    assert status.keys() - {"streams", "retention"} == {
        "mistVersion",
        "sparkVersion",
        "started",
        "gc",
        "memory",
        "threads",
        "javaVersion",
    }


@pytest.mark.differs("it is the installed Spark's, where 1.1 tells what it was built with (D53)")
def test_1_4_status_spark(shared_master: Master) -> None:
    """sparkVersion is the version of Spark."""
    jar = next((shared_master.installation.real_jars / "jars").glob("spark-core_*.jar"))
    version = jar.stem.split("-")[-1]
    assert shared_master.get("/v2/api/status").json["sparkVersion"] == version


# ---- 1.5 ----------------------------------------------------------------------------------------


def test_1_5_newest_first(shared_master: Master) -> None:
    """All lists of jobs are newest first."""
    worker = ended(shared_master, "echo", context="default")["workerId"]
    ended(shared_master, "echo")
    for of in ("", "/functions/echo", f"/workers/{quote(worker, safe='')}"):
        times = [job["createTime"] for job in shared_master.get(f"/v2/api{of}/jobs").json]
        assert times and times == sorted(times, reverse=True)


@pytest.mark.parametrize("status", STATUSES)
def test_1_5_filter(shared_master: Master, status: str) -> None:
    """Each of the eight statuses is a filter."""
    jobs = shared_master.get("/v2/api/jobs", status=status).json
    assert {job["status"] for job in jobs} <= {status}


def test_1_5_filters(shared_master: Master) -> None:
    """Several statuses select the jobs that have one of them; none selects all."""
    shared_master.register("compat-filters", "standin.zip", "standin.Fail")
    failed = ended(shared_master, "compat-filters")["jobId"]
    shared_master.register("compat-filters", "standin.zip", "standin.Echo", force="true")
    finished = ended(shared_master, "compat-filters")["jobId"]

    def select(*status: str) -> list[str]:
        path = "/v2/api/functions/compat-filters/jobs"
        return [job["jobId"] for job in shared_master.get(path, status=status).json]

    assert select("failed") == [failed]
    assert select("finished") == [finished]
    assert select("finished", "failed") == [finished, failed] == select()
    assert select("cancelled", "queued") == []


@pytest.mark.parametrize("name", ["worker-assigned", "Finished", "canceled", ""])
def test_1_5_other_words_are_no_status(shared_master: Master, name: str) -> None:
    """worker-assigned is an event and no status to filter by; nor are other spellings."""
    assert shared_master.get("/v2/api/jobs", status=name).status == 400


def test_1_5_pages(shared_master: Master) -> None:
    """limit and offset select a page; without them it is the first 25."""
    shared_master.register("compat-pages", "standin.zip", "standin.Echo")
    running = shared_master.start_job("hang")
    jobs = [shared_master.start_job("compat-pages") for _ in range(27)][::-1]
    for job in [*jobs, running]:
        shared_master.cancel(job)

    def select(**query: object) -> list[str]:
        path = "/v2/api/functions/compat-pages/jobs"
        return [job["jobId"] for job in shared_master.get(path, **query).json]

    assert select() == jobs[:25]
    assert select(limit=3) == jobs[:3]
    assert select(limit=3, offset=2) == jobs[2:5]
    assert select(limit=100, offset=20) == jobs[20:]
    assert select(offset=27) == []


@pytest.mark.differs("limit is held between 1 and 1000, offset from 0 on; 1.1 asks the database")
def test_1_5_limits(shared_master: Master) -> None:
    """Any limit and offset is answered."""
    shared_master.start_job("echo")
    for query in ({"limit": 2**31 - 1}, {"limit": -1}, {"limit": 0}, {"offset": -1}):
        assert 1 <= len(shared_master.get("/v2/api/jobs", **query).json) <= 1000


def test_1_5_other_filters(shared_master: Master) -> None:
    """There is no other filter: other parameters are ignored."""
    job = shared_master.start_job("echo")
    jobs = shared_master.get("/v2/api/jobs", context="no", externalId="no", function="no").json
    assert job in {listed["jobId"] for listed in jobs}
