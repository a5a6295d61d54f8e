"""Section 2.1 to 2.6: the life of a job. Workers have no Spark where a fact does not need it."""

from __future__ import annotations

import os
import re
import signal
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import world.master
from event_stream import Event, EventStream
from mist_master import Master, log_messages, wait_for
from world.api import Api

NOT_FOUND = (404, "The requested resource could not be found.")
STATE = "Bad request:\njava.lang.IllegalStateException: "

MAX_ARTIFACT = 8 << 20  # of the master with Spark

StartMaster = Callable[..., Master]


def hang(master: Master, function: str = "hang", **query: object) -> str:
    job = master.start_job(function, **query)
    master.wait_status(job, "started")
    return job


@pytest.fixture
def busy(shared_master: Master) -> Iterator[str]:
    """A context whose only place is taken until the test is over."""
    context = f"busy-{uuid.uuid4()}"
    running = hang(shared_master, context=context)
    yield context
    shared_master.cancel(running)


@contextmanager
def frozen(master: Master, worker: str) -> Iterator[None]:
    (pid,) = master.worker_pids(worker)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


# ---- 2.1 statuses -------------------------------------------------------------------------------


@pytest.mark.differs("a job is stored as queued at once; initialized is its first event only")
def test_2_1_initialized(shared_master: Master, busy: str) -> None:
    """No job is shown as initialized."""
    job = shared_master.start_job("echo", context=busy)
    assert shared_master.job(job)["status"] == "queued"
    assert shared_master.get("/v2/api/jobs", status="initialized").json == []


def test_2_1_queued(shared_master: Master, busy: str) -> None:
    """A job that waits in its context is queued, without start, end, result and worker."""
    job = shared_master.job(shared_master.start_job("echo", context=busy))
    assert job["status"] == "queued"
    assert not {"startTime", "endTime", "jobResult", "workerId"} & job.keys()


def test_2_1_queued_with_worker(shared_master: Master) -> None:
    """A job that was given to a worker has its workerId and stays queued."""
    shared_master.put_context("assigned", workerMode="shared")
    worker = shared_master.wait_end(shared_master.start_job("echo", context="assigned"))["workerId"]
    with frozen(shared_master, worker):
        job = shared_master.start_job("echo", context="assigned")
        wait_for(lambda: "workerId" in shared_master.job(job), "the worker of the job")
        shown = shared_master.job(job)
        assert (shown["status"], shown["workerId"]) == ("queued", worker)
    assert shared_master.wait_end(job)["status"] == "finished"


def test_2_1_downloading(shared_master: Master) -> None:
    """A job whose worker fetches the artifact is job-file-downloading and has not started."""
    job = shared_master.wait_status(shared_master.start_job("download"), "job-file-downloading")
    assert "workerId" in job and "startTime" not in job
    shared_master.cancel(job["jobId"])


def test_2_1_started(shared_master: Master) -> None:
    """A job whose function runs is started and has its startTime."""
    job = shared_master.job(hang(shared_master))
    assert job["startTime"] >= job["createTime"] and "endTime" not in job
    shared_master.cancel(job["jobId"])


def test_2_1_cancelling(shared_master: Master) -> None:
    """A job whose worker has not yet ended it is cancelling."""
    job = hang(shared_master, "stubborn")
    with ThreadPoolExecutor(1) as pool:
        cancel = pool.submit(shared_master.cancel, job)
        shown = shared_master.wait_status(job, "cancelling")
        assert "endTime" not in shown
        shared_master.request("DELETE", f"/v2/api/workers/{shown['workerId']}")
        cancel.result()


def test_2_1_finished(shared_master: Master) -> None:
    """A job that ended well is finished and has its times, result and worker."""
    job = shared_master.wait_end(shared_master.start_job("echo"))
    assert job["status"] == "finished"
    assert job["createTime"] <= job["startTime"] <= job["endTime"]
    assert {"jobResult", "workerId"} <= job.keys()


def test_2_1_failed(shared_master: Master) -> None:
    """A job whose function failed is failed, with its end and the error's text as jobResult."""
    job = shared_master.wait_end(shared_master.start_job("fail", {"error": "no"}))
    assert (job["status"], job["jobResult"]) == ("failed", "no")
    assert job["endTime"] >= job["startTime"]


def test_2_1_cancelled(shared_master: Master) -> None:
    """A cancelled job has its end and no jobResult; it is spelled with two l."""
    job = shared_master.cancel(hang(shared_master)).json
    assert job["status"] == "cancelled" and "jobResult" not in job
    assert job["endTime"] >= job["startTime"]


# ---- 2.2 events ---------------------------------------------------------------------------------

OWN_KEYS = {
    "initialized": {"params", "function", "context", "externalId"},
    "queued": set(),
    "worker-assigned": {"workerId"},
    "job-file-downloading": {"time"},
    "started": {"time"},
    "cancelling": {"time"},
    "cancelled": {"time"},
    "finished": {"time", "result"},
    "failed": {"time", "error"},
}


def kinds(events: list[Event]) -> list[str]:
    return [event["event"] for event in events]


def events_of(master: Master, function: str, arguments: Any = None, **query: object) -> list[Event]:
    with EventStream(master.port) as stream:
        return stream.until_end_of(master.start_job(function, arguments, **query))


def events_of_cancelled(master: Master, function: str, status: str, **query: object) -> list[Event]:
    with EventStream(master.port) as stream:
        job = master.start_job(function, **query)
        master.wait_status(job, status)
        master.cancel(job)
        return stream.until_end_of(job)


def test_2_2_keys(shared_master: Master) -> None:
    """Every event has its name, the job's id and its own keys."""
    events = [
        *events_of(shared_master, "echo", {"value": [1]}, externalId="e1"),
        *events_of(shared_master, "fail", {"error": "no"}, externalId="e1"),
        *events_of_cancelled(shared_master, "download", "job-file-downloading", externalId="e1"),
    ]
    seen = {event["event"]: event for event in events}
    assert {kind: event.keys() for kind, event in seen.items()} == {
        kind: keys | {"event", "id"} for kind, keys in OWN_KEYS.items()
    }


def test_2_2_values(shared_master: Master) -> None:
    """Events tell what the job's details tell: parameters, worker, times, result, error."""
    for function, arguments in (("echo", {"value": [1]}), ("fail", {"error": "no"})):
        events = {e["event"]: e for e in events_of(shared_master, function, arguments)}
        job = shared_master.job(events["initialized"]["id"])
        initialized = events["initialized"]
        assert [initialized[key] for key in ("params", "function", "context")] == [
            job[key] for key in ("params", "function", "context")
        ]
        assert events["worker-assigned"]["workerId"] == job["workerId"]
        assert events["started"]["time"] == job["startTime"]
        end, payload = ("finished", "result") if function == "echo" else ("failed", "error")
        assert events[end]["time"] == job["endTime"]
        assert events[end][payload] == job["jobResult"]


def test_2_2_no_external_id(shared_master: Master) -> None:
    """initialized has no externalId when the call gave none."""
    assert "externalId" not in events_of(shared_master, "echo")[0]


def test_2_2_normal_order(on_spark: Api) -> None:
    """The normal order: initialized, queued, worker-assigned, job-file-downloading, started, finished."""
    with EventStream(on_spark.port) as stream:
        events = stream.until_end_of(on_spark.start("count"))
    assert " ".join(kinds(events)) == (
        "initialized queued worker-assigned job-file-downloading started finished"
    )


def test_2_2_failed_order(shared_master: Master) -> None:
    """A job that fails ends with: started, failed."""
    assert kinds(events_of(shared_master, "fail"))[-2:] == ["started", "failed"]


def test_2_2_cancelled_order(shared_master: Master) -> None:
    """A job that is cancelled while it runs ends with: started, cancelling, cancelled."""
    events = events_of_cancelled(shared_master, "hang", "started")
    assert kinds(events)[-3:] == ["started", "cancelling", "cancelled"]


def test_2_2_cancelled_in_queue_order(shared_master: Master, busy: str) -> None:
    """A job that is cancelled in the queue has: initialized, queued, cancelling, cancelled."""
    events = events_of_cancelled(shared_master, "echo", "queued", context=busy)
    assert kinds(events) == ["initialized", "queued", "cancelling", "cancelled"]


def test_2_2_logs(shared_master: Master) -> None:
    """A logs event has the lines and the size of the log file after them."""
    with EventStream(shared_master.port, "/v2/api/ws/all?withLogs=true") as stream:
        job = shared_master.start_job("log", {"lines": 3})
        size = len(shared_master.whole_log(job).encode())
        batches: list[Event] = []
        while not (batches and batches[-1]["fileOffset"] == size):
            event = stream.next()
            if (event["event"], event["id"]) == ("logs", job):
                batches.append(event)
    assert all(batch.keys() == {"event", "id", "events", "fileOffset"} for batch in batches)
    lines = [line for batch in batches for line in batch["events"]]
    for line in lines:
        assert line.keys() == {"from", "message", "timeStamp", "level"}
        assert (line["from"], line["level"]) == (job, 2)
    messages = [line["message"] for line in lines]
    assert messages == log_messages(shared_master.log(job))
    created = shared_master.job(job)["createTime"]
    assert all(line["timeStamp"] >= created for line in lines)


def test_2_2_log_levels(shared_master: Master) -> None:
    """Lines of logs events have their level as a number: 2 info, 3 warn, 4 error."""
    with EventStream(shared_master.port, "/v2/api/ws/all?withLogs=true") as stream:
        jobs = {shared_master.start_job("fail")}
        jobs.add(shared_master.cancel(hang(shared_master)).json["jobId"])
        levels: dict[str, int] = {}
        while not {"FailedEvent", "Job"} <= levels.keys():
            event = stream.next()
            for line in event.get("events", []) if event["id"] in jobs else []:
                levels[re.split(r"[ (]", line["message"])[0]] = line["level"]
    assert (levels["QueuedEvent"], levels["Job"], levels["FailedEvent"]) == (2, 3, 4)


@pytest.mark.differs("an event is published when it is stored; in 1.1 HTTP may be behind")
def test_2_2_published_when_stored(shared_master: Master) -> None:
    """Who reads the job after an event sees at least what the event told."""
    with EventStream(shared_master.port) as stream:
        job = shared_master.start_job("echo")
        while (event := stream.next())["event"] != "finished" or event["id"] != job:
            pass
        assert shared_master.job(job)["status"] == "finished"


# ---- 2.3 from request to queue ------------------------------------------------------------------


def number_of_jobs(master: Master) -> int:
    return master.get("/v2/api/jobs", paginate="true", limit=1).json["total"]


def test_2_3_unknown_function(shared_master: Master) -> None:
    """A call of an unknown function is answered with 404, and nothing is stored."""
    before = number_of_jobs(shared_master)
    answer = shared_master.post_job("nobody")
    assert (answer.status, answer.text) == NOT_FOUND
    assert number_of_jobs(shared_master) == before


def test_2_3_missing_artifact(shared_master: Master) -> None:
    """A call of a function whose artifact is missing is answered with 404, and nothing is stored."""
    shared_master.register("compat-gone", "gone.py", "f", force="true")
    before = number_of_jobs(shared_master)
    answer = shared_master.post_job("compat-gone")
    assert (answer.status, answer.text) == NOT_FOUND
    assert number_of_jobs(shared_master) == before


def test_2_3_refused_arguments(shared_master: Master) -> None:
    """Arguments that do not fit are answered with 400; there is no job and no event."""
    before = number_of_jobs(shared_master)
    with EventStream(shared_master.port) as stream:
        answer = shared_master.post_job("typed", {"count": "one"})
        assert answer.status == 400
        assert answer.text.startswith("Bad request:\njava.lang.IllegalArgumentException: ")
        assert number_of_jobs(shared_master) == before
        job = shared_master.start_job("echo")
        while (event := stream.next())["event"] != "initialized":
            pass  # of an earlier job
        assert event["id"] == job


def test_2_3_ids(shared_master: Master) -> None:
    """A job's id is a UUID in lower case."""
    assert re.fullmatch(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", shared_master.start_job("echo")
    )


@pytest.mark.differs("ids are in the order of creation, not random")
def test_2_3_order_of_ids(shared_master: Master) -> None:
    """Ids of later jobs are greater."""
    jobs = [shared_master.start_job("echo") for _ in range(5)]
    assert jobs == sorted(jobs)


def test_2_3_extra_arguments(shared_master: Master) -> None:
    """Arguments that the function does not know are kept."""
    job = shared_master.wait_end(shared_master.start_job("echo", {"more": 1}))
    assert job["params"]["arguments"]["more"] == 1


def test_2_3_context(shared_master: Master) -> None:
    """A job's context is that of the call, else the function's default."""
    function = {
        "name": "compat-at-home",
        "path": "standin.zip",
        "className": "standin.Echo",
        "defaultContext": "home",
    }
    assert shared_master.request("POST", "/v2/api/functions", function).status == 200
    at_home = shared_master.start_job("compat-at-home")
    away = shared_master.start_job("compat-at-home", context="away")
    assert [shared_master.job(job)["context"] for job in (at_home, away)] == ["home", "away"]


def test_2_3_unknown_context(shared_master: Master) -> None:
    """An unknown context is no error: it has the default settings."""
    job = shared_master.wait_end(shared_master.start_job("echo", context="compat-unknown"))
    assert (job["status"], job["context"]) == ("finished", "compat-unknown")


# ---- 2.4 timeouts -------------------------------------------------------------------------------

UNITS = (
    "d day days h hour hours min minute minutes s sec secs second seconds ms milli millis "
    "millisecond milliseconds µs micro micros microsecond microseconds ns nano nanos nanosecond "
    "nanoseconds"
).split()
TIMEOUTS = [
    *(f"1000000000000 {unit}" for unit in UNITS if unit[0] in "µnm" and unit[:3] != "min"),
    *(f"50 {unit}" for unit in UNITS if unit[0] in "dhs" or unit[:3] == "min"),
    *("50s", " 1.5 min ", "Inf", "PlusInf", "+Inf"),
]


@pytest.mark.parametrize("timeout", TIMEOUTS)
def test_2_4_grammar(shared_master: Master, timeout: str) -> None:
    """A timeout is a number with a unit, or infinite."""
    shared_master.put_context("compat-timeouts", workerMode="shared")
    query = {"startTimeout": timeout, "performTimeout": timeout}
    assert shared_master.call("echo", context="compat-timeouts", **query)["success"] is True


@pytest.mark.parametrize("timeout", ["10", "10 hr", "10 m", "10 mins", "ten", "1,5 s", "s"])
def test_2_4_bad_timeout(shared_master: Master, timeout: str) -> None:
    """Any other timeout is answered with 400."""
    answer = shared_master.post_job("echo", startTimeout=timeout)
    assert answer.status == 400 and answer.text.startswith("Bad request:\n")


@pytest.mark.differs("a time before the call is refused, in 1.1 it means no timeout")
@pytest.mark.parametrize("timeout", ["MinusInf", "-Inf"])
def test_2_4_minus_infinity(shared_master: Master, timeout: str) -> None:
    """A timeout of minus infinity is answered with 400."""
    answer = shared_master.post_job("echo", performTimeout=timeout)
    assert answer.status == 400 and answer.text.startswith("Bad request:\n")


@pytest.mark.parametrize(
    ("timeout", "shown"),
    [
        ("1000 millis", "1 second"),
        ("500000 µs", "500 milliseconds"),
        ("0.25 seconds", "250 milliseconds"),
        ("1100 ms", "1100 milliseconds"),
    ],
)
def test_2_4_start_timeout(shared_master: Master, busy: str, timeout: str, shown: str) -> None:
    """A job that waits too long is cancelled as in the queue; its log tells why, in the coarsest unit."""
    job = shared_master.wait_end(
        shared_master.start_job("echo", context=busy, startTimeout=timeout)
    )
    assert job["status"] == "cancelled" and "workerId" not in job
    messages = log_messages(shared_master.whole_log(job["jobId"]))
    expected = f"Job was cancelled: start timeout was exceeded: {shown}"
    assert messages[-3:] == ["CancellingEvent", "CanceledEvent", expected]


def test_2_4_start_timeout_ends(shared_master: Master, busy: str) -> None:
    """The start timeout ends when a worker has the job."""
    shared_master.put_context("compat-in-time", workerMode="shared")
    assert shared_master.call("echo", context="compat-in-time")["success"]
    running = hang(shared_master, context="compat-in-time", startTimeout="1 second")
    later = shared_master.start_job("echo", context=busy, startTimeout="1100 ms")
    assert shared_master.wait_end(later)["status"] == "cancelled"
    assert shared_master.job(running)["status"] == "started"
    shared_master.cancel(running)


@pytest.mark.parametrize("function", ["hang", "download"])
def test_2_4_perform_timeout(shared_master: Master, function: str) -> None:
    """A job that runs too long, the download included, is cancelled with the reason timeout."""
    job = shared_master.wait_end(shared_master.start_job(function, performTimeout="300 ms"))
    assert job["status"] == "cancelled"
    messages = log_messages(shared_master.whole_log(job["jobId"]))
    assert messages[-1] == "Job was cancelled: timeout"


def test_2_4_perform_timeout_in_queue(shared_master: Master, busy: str) -> None:
    """The perform timeout does not count the time in the queue."""
    waiting = shared_master.start_job("echo", context=busy, performTimeout="100 ms")
    later = shared_master.start_job("echo", context=busy, startTimeout="300 ms")
    assert shared_master.wait_end(later)["status"] == "cancelled"
    assert shared_master.job(waiting)["status"] == "queued"


# ---- 2.5 failure texts --------------------------------------------------------------------------


def test_2_5_force(shared_master: Master) -> None:
    """A call with force=true has the failure's text as its only error."""
    answer = shared_master.call("fail", {"error": "java.lang.Exception: no\n\tat a.B"})
    errors = ["java.lang.Exception: no\n\tat a.B"]
    assert answer == {"success": False, "payload": {}, "errors": errors}


def test_2_5_force_cancelled(shared_master: Master) -> None:
    """A call with force=true that is cancelled has the error: Job was cancelled: user request."""
    with EventStream(shared_master.port) as stream, ThreadPoolExecutor(1) as pool:
        call = pool.submit(shared_master.call, "hang", context="compat-forced")
        while (event := stream.next()).get("context") != "compat-forced":
            pass
        shared_master.wait_status(event["id"], "started")
        shared_master.cancel(event["id"])
        assert call.result()["errors"] == ["Job was cancelled: user request"]


def test_2_5_force_timeout(shared_master: Master) -> None:
    """A call with force=true that runs too long has the error: Job was cancelled: timeout."""
    answer = shared_master.call("hang", performTimeout="300 ms")
    expected = ["Job was cancelled: timeout"]
    assert answer == {"success": False, "payload": {}, "errors": expected}


def artifact_file(master: world.master.Master, api: Api, key: str) -> Path:
    """Where the master has the contents of the artifact, a text of its own."""
    contents = api.get(f"artifacts/{key}").body
    folder = master.folder / "data/artifacts/sha256"
    (found,) = (
        file for file in folder.rglob("*") if file.is_file() and file.read_bytes() == contents
    )
    return found


def own_function(api: Api, name: str, size: int = 0) -> str:
    source = (
        "from mistpy.decorators import on_spark_context\n"
        "@on_spark_context\n"
        f"def {name}(sc):\n    return '{name}'\n"
    )
    api.upload(f"{name}.py", (source + "#" * size).encode())
    api.register(name, f"{name}.py", name)
    return name


def test_2_5_checksum(on_spark: Api, master: world.master.Master) -> None:
    """A job whose artifact arrives changed fails: Checksum of downloaded artifact ... different ..."""
    name = own_function(on_spark, "changed")
    file = artifact_file(master, on_spark, f"{name}.py")
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b"return", b"raise "))
    (error,) = on_spark.call(name)["errors"]
    assert re.match(
        rf"java.io.IOException: Checksum of downloaded artifact {name}.py .* is different from .*\n\tat ",
        error,
    )


def test_2_5_too_large(on_spark: Api) -> None:
    """A job whose artifact is larger than workers.max-artifact-size fails with the limit."""
    (error,) = on_spark.call(own_function(on_spark, "large", size=MAX_ARTIFACT))["errors"]
    limit = f"more than the limit of {MAX_ARTIFACT} bytes\n\tat "
    assert error.startswith("java.io.IOException: Artifact large.py has ") and limit in error


def test_2_5_unknown_extension(shared_master: Master) -> None:
    """An artifact of an unknown kind is refused before there is a job."""
    assert shared_master.upload("compat.txt", b"text").status == 200
    answer = shared_master.register("compat-text", "compat.txt", "f")
    assert answer.status == 400
    assert "Unknown file type txt is passed, cannot select runner" in answer.text


def test_2_5_lost_worker(shared_master: Master) -> None:
    """A job whose worker died has the text: Executor was terminated."""
    job = shared_master.wait_end(shared_master.start_job("die"))
    assert (job["status"], job["jobResult"]) == ("failed", "Executor was terminated")


@pytest.fixture
def broken(start_master: StartMaster) -> Master:
    """A master whose context `c` breaks at its first job."""
    master = start_master()
    master.put_context("c", sparkConf={"standin.start": "exit"}, maxConnFailures=1)
    return master


def test_2_5_broken_context_queued(broken: Master) -> None:
    """A job that waits in a context that breaks has Context is broken and the cause."""
    job = broken.wait_end(broken.start_job("echo", context="c"))
    error = "java.lang.RuntimeException: Context is broken\n"
    assert job["status"] == "failed" and job["jobResult"].startswith(error)
    assert "Caused by: " in job["jobResult"]
    assert "Process exited with status code 3" in job["jobResult"]


@pytest.mark.differs("Java's frames are not there, since no Java has failed")
def test_2_5_broken_context_new(broken: Master) -> None:
    """A new job in a broken context fails at once: Please update context ... before running ..."""
    broken.wait_end(broken.start_job("echo", context="c"))
    job = broken.wait_end(broken.start_job("echo", context="c"))
    assert job["status"] == "failed"
    assert job["jobResult"].startswith(
        "Please update context c before running function standin.Echo invocation: "
        "Type: java.lang.RuntimeException, message: "
    )


@pytest.mark.differs("1.1 tells only the message of the first failure")
def test_2_5_broken_context_force(broken: Master) -> None:
    """A call with force=true in a broken context has the job's own error."""
    broken.wait_end(broken.start_job("echo", context="c"))
    (error,) = broken.call("echo", context="c")["errors"]
    assert error.startswith("Please update context c before running function standin.Echo ")


# ---- 2.6 cancel ---------------------------------------------------------------------------------


def test_2_6_unknown(shared_master: Master) -> None:
    """Cancelling an unknown job is answered with 404 and the known text."""
    answer = shared_master.cancel(str(uuid.uuid4()))
    assert (answer.status, answer.text) == NOT_FOUND


@pytest.mark.parametrize("function", ["echo", "fail"])
def test_2_6_ended(shared_master: Master, function: str) -> None:
    """Cancelling an ended job changes nothing."""
    job = shared_master.wait_end(shared_master.start_job(function))
    assert shared_master.cancel(job["jobId"]).json == job


def test_2_6_queued(shared_master: Master, busy: str) -> None:
    """Cancelling a queued job takes it from the queue at once."""
    cancelled = shared_master.cancel(shared_master.start_job("echo", context=busy)).json
    assert cancelled["status"] == "cancelled" and "workerId" not in cancelled


def test_2_6_assigned(shared_master: Master) -> None:
    """Cancelling a job that its worker has not begun is answered when the worker has given it up."""
    shared_master.put_context("assigned", workerMode="shared")
    worker = shared_master.wait_end(shared_master.start_job("echo", context="assigned"))["workerId"]
    with ThreadPoolExecutor(1) as pool:
        with frozen(shared_master, worker):
            job = shared_master.start_job("hang", context="assigned")
            wait_for(lambda: "workerId" in shared_master.job(job), "the worker of the job")
            cancel = pool.submit(shared_master.cancel, job)
            shared_master.wait_status(job, "cancelling")
        assert cancel.result().json["status"] == "cancelled"


def test_2_6_downloading(shared_master: Master) -> None:
    """Cancelling a job whose artifact is fetched ends it as cancelled, without a start."""
    job = shared_master.start_job("download")
    shared_master.wait_status(job, "job-file-downloading")
    cancelled = shared_master.cancel(job).json
    assert cancelled["status"] == "cancelled" and "startTime" not in cancelled


def test_2_6_running(shared_master: Master) -> None:
    """Cancelling a running job is answered when it is cancelled."""
    assert shared_master.cancel(hang(shared_master)).json["status"] == "cancelled"


def test_2_6_completes_anyway(shared_master: Master) -> None:
    """Cancelling a job that finishes all the same is answered with 400, and its result is kept."""
    job = hang(shared_master, "complete")
    answer = shared_master.cancel(job)
    assert answer.status == 400 and answer.text.startswith(f"{STATE}Job {job} was completed")
    ended = shared_master.job(job)
    assert (ended["status"], ended["jobResult"]) == ("finished", "too late")


def test_2_6_worker_dies(shared_master: Master) -> None:
    """Cancelling a job whose worker dies is answered with 400: Executor was terminated."""
    job = hang(shared_master, "stubborn")
    with ThreadPoolExecutor(1) as pool:
        cancel = pool.submit(shared_master.cancel, job)
        shared_master.kill_worker(shared_master.wait_status(job, "cancelling")["workerId"])
        answer = cancel.result()
    assert answer.status == 400
    assert answer.text.startswith(f"{STATE}Executor was terminated")
    assert shared_master.job(job)["status"] == "failed"


@pytest.mark.differs(
    "workers.cancel-grace later its worker is killed; in 1.1 it runs on, and the answer is 500"
)
def test_2_6_ignored(start_master: StartMaster) -> None:
    """A function that ignores the cancel is cancelled with its worker."""
    master = start_master(workers_cancel_grace="200 ms")
    job = hang(master, "stubborn")
    worker = master.job(job)["workerId"]
    assert master.cancel(job).json["status"] == "cancelled"
    assert master.worker_pids(worker) == []


def test_2_6_twice(shared_master: Master) -> None:
    """Who cancels a job that is cancelling waits for the same end."""
    job = hang(shared_master, "stubborn")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shared_master.cancel, job)
        worker = shared_master.wait_status(job, "cancelling")["workerId"]
        second = pool.submit(shared_master.cancel, job)
        shared_master.request("DELETE", f"/v2/api/workers/{worker}")
        assert first.result().text == second.result().text


@pytest.mark.differs(
    "every job that has not ended is known, so none is refused as stopped or unknown"
)
def test_2_6_any_unfinished(start_master: StartMaster) -> None:
    """A queued job can be cancelled after its context was deleted and the master has started again."""
    master = start_master()
    master.put_context("c")
    hang(master, context="c")
    queued = master.start_job("echo", context="c")
    master.request("DELETE", "/v2/api/contexts/c")
    master.put_context("c", sparkConf={"standin.start": "mute"})
    master.kill()
    master.start()
    assert master.cancel(queued).json["status"] == "cancelled"


def test_2_6_job_group(on_spark: Api) -> None:
    """A job's Spark work is in the job group of its id, with the same description."""
    job = on_spark.wait_for_status(on_spark.start("surroundings"), "finished")
    seen = job["jobResult"]
    assert (seen["jobGroup"], seen["jobDescription"]) == (job["jobId"], job["jobId"])
