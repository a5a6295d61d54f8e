"""Section 4: the log of a job, and the other files beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mist_master import Master, log_messages, wait_for
from world.api import Api

StartMaster = Callable[..., Master]


def ended(master: Master, function: str, arguments: object = None, **query: object) -> str:
    return master.wait_end(master.start_job(function, arguments, **query))["jobId"]


def cancelled(master: Master) -> str:
    job = master.start_job("hang")
    master.wait_status(job, "started")
    return master.cancel(job).json["jobId"]


def log_of(master: Master, job: str) -> Path:
    return master.folder / "logs" / f"job-{job}.log"


# ---- the file -----------------------------------------------------------------------------------


def test_4_file(start_master: StartMaster, tmp_path: Path) -> None:
    """A job's log is the file job-<id>.log in log-service.dump_directory, which HTTP serves."""
    master = start_master(log_service_dump_directory=tmp_path / "dump")
    job = ended(master, "echo")
    assert master.whole_log(job) == (tmp_path / "dump" / f"job-{job}.log").read_text()


def test_4_append_only(start_master: StartMaster) -> None:
    """A log is one file that only grows, also when the master starts again."""
    master = start_master()
    job = master.start_job("hang")
    master.wait_status(job, "started")
    wait_for(lambda: "StartedEvent" in master.log(job), "the start in the log")
    master.kill()
    before = log_of(master, job).read_bytes()
    master.start()
    assert master.cancel(job).status == 200
    after = master.whole_log(job).encode()
    assert after.startswith(before) and len(after) > len(before)


@pytest.mark.parametrize("name", ["..%2Fmist", "a.b", "%00", "no"])
def test_4_other_names(shared_master: Master, name: str) -> None:
    """There is no log for an id of other characters, nor for an unknown one: 404 with the id."""
    answer = shared_master.get(f"/v2/api/jobs/{name}/logs")
    assert answer.status == 404
    assert answer.text.startswith("Job ") and answer.text.endswith(" not found")


# ---- a line -------------------------------------------------------------------------------------


def test_4_line(shared_master: Master) -> None:
    """A line is LEVEL DATE [JOB_ID] MESSAGE."""
    job = ended(shared_master, "log", {"lines": 100})
    date = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?"
    for line in shared_master.whole_log(job).splitlines():
        assert re.fullmatch(rf"(DEBUG|INFO|WARN|ERROR) {date} \[{job}\] .+", line), line


def test_4_date(shared_master: Master) -> None:
    """The date is UTC without a zone."""
    job = shared_master.job(ended(shared_master, "echo"))
    for line in shared_master.whole_log(job["jobId"]).splitlines():
        date = datetime.fromisoformat(line.split(" ")[1].ljust(20, ".").ljust(23, "0"))
        millis = date.replace(tzinfo=timezone.utc).timestamp() * 1000
        assert job["createTime"] <= round(millis) <= job["endTime"] + 1


def test_4_date_without_zeros(shared_master: Master) -> None:
    """Zeros at the end of the fraction of a second are dropped."""
    fractions: set[str] = set()

    def is_short_one_there() -> bool:
        log = shared_master.whole_log(ended(shared_master, "log", {"lines": 100}))
        fractions.update(line.split(" ")[1][19:] for line in log.splitlines())
        return any(len(fraction) < len(".123") for fraction in fractions)

    wait_for(is_short_one_there, "a line in a tenth or hundredth of a second")
    assert all(re.fullmatch(r"|\.\d{0,2}[1-9]", fraction) for fraction in fractions)


def test_4_message_of_several_lines(shared_master: Master) -> None:
    """Of a message with several lines only the first one has level, date and id."""
    job = ended(shared_master, "fail", {"error": "first\n\tsecond"})
    lines = shared_master.whole_log(job).splitlines()
    assert lines[-3].endswith(f"[{job}] FailedEvent with Error: ")
    assert lines[-2:] == [" first", "\tsecond"]


def test_4_arrival(shared_master: Master) -> None:
    """Lines are in the order of their arrival."""
    messages = log_messages(shared_master.whole_log(ended(shared_master, "log", {"lines": 3000})))
    mine = [message for message in messages if message.startswith("line ")]
    assert mine == [f"line {n}" for n in range(1, 3001)]


@pytest.mark.differs("jobs.max-log-line (1 MiB) cuts it; 1.1 drops a line of more than 8 MiB")
def test_4_long_line(start_master: StartMaster) -> None:
    """A line that is too long is cut, and says so."""
    master = start_master(jobs_max_log_line="1 KiB")
    log = master.whole_log(ended(master, "fail", {"error": "x" * 5000}))
    assert re.search(r"x\.\.\. \(\d+ more bytes were cut\)$", log, re.MULTILINE)


# ---- lines of the worker ------------------------------------------------------------------------


def worker_lines(on_spark: Api, function: str, arguments: object = None) -> list[str]:
    """Of the log, what stands between start and end, with the level before each message."""
    job = on_spark.wait_for_status(on_spark.start(function, arguments), "finished")["jobId"]
    log = on_spark.wait_for_log(job, "FinishedEvent")
    lines = [re.sub(r"^(\w+) \S+ \[\S+\] ", r"\1 ", line) for line in log.splitlines()]
    return lines[lines.index("INFO StartedEvent") + 1 :]


def test_4_levels(on_spark: Api) -> None:
    """Levels are DEBUG, INFO, WARN and ERROR; another one is in the text of an INFO line."""
    lines = worker_lines(on_spark, "log4j", {"levels": "DEBUG INFO WARN ERROR FATAL".split()})
    assert [line for line in lines if "said at" in line] == [
        "DEBUG said at DEBUG",
        "INFO said at INFO",
        "WARN said at WARN",
        "ERROR said at ERROR",
        "INFO FATAL - said at FATAL",
    ]


def test_4_stack_trace(on_spark: Api) -> None:
    """The stack trace of a logged exception follows on the lines after the message."""
    lines = worker_lines(on_spark, "log_exception")
    at = lines.index("ERROR with an exception")
    assert lines[at + 1] == "java.lang.Exception: from the function"
    assert lines[at + 2].startswith("\tat ")


def test_4_lines_of_spark(on_spark: Api) -> None:
    """What Spark logs in the driver for a job is in the job's log."""
    lines = worker_lines(on_spark, "count")
    assert any(re.match("INFO Starting job: count at ", line) for line in lines)
    assert any(re.match(r"INFO Got job \d+ \(count at ", line) for line in lines)


# ---- lines of the master ------------------------------------------------------------------------


def test_4_lines_of_a_normal_run(on_spark: Api) -> None:
    """The master's lines of a normal run have their texts and order, all as INFO."""
    job = on_spark.wait_for_end(on_spark.start("count", externalId="e1"))
    log = on_spark.wait_for_log(job["jobId"], "FinishedEvent")
    expected = [
        "InitializedEvent(externalId=Some(e1))",
        "QueuedEvent",
        "Waiting worker connection",
        f"WorkerAssigned(workerId={job['workerId']})",
        "JobFileDownloadingEvent",
        "StartedEvent",
        "FinishedEvent",
    ]
    assert [message for message in log_messages(log) if message in expected] == expected
    for line in log.splitlines():
        if line.partition("] ")[2] in expected:
            assert line.startswith("INFO ")


def test_4_no_external_id(shared_master: Master) -> None:
    """Without an external id the first line is InitializedEvent(externalId=None)."""
    log = shared_master.whole_log(ended(shared_master, "echo"))
    assert log_messages(log)[0] == "InitializedEvent(externalId=None)"


def test_4_failed_line(shared_master: Master) -> None:
    """A failure is an ERROR line, FailedEvent with Error:, and the error's text behind a blank."""
    job = ended(shared_master, "fail", {"error": "no"})
    log = shared_master.whole_log(job)
    assert re.search(rf"^ERROR \S+ \[{job}\] FailedEvent with Error: \n no$", log, re.MULTILINE)


def test_4_cancelled_lines(shared_master: Master) -> None:
    """A cancel is CancellingEvent, CanceledEvent (INFO) and Job was cancelled: <reason> (WARN)."""
    lines = shared_master.whole_log(cancelled(shared_master)).splitlines()[-3:]
    assert [(line.split(" ")[0], line.partition("] ")[2]) for line in lines] == [
        ("INFO", "CancellingEvent"),
        ("INFO", "CanceledEvent"),
        ("WARN", "Job was cancelled: user request"),
    ]


# ---- other files --------------------------------------------------------------------------------


def test_4_worker_output(start_master: StartMaster) -> None:
    """What a local worker writes is in local-worker-<worker>.log."""
    master = start_master(workers_start_backoff="1 ms")
    master.put_context("c", sparkConf={"standin.start": "exit"}, maxConnFailures=1)
    log = master.whole_log(ended(master, "echo", context="c"))
    worker = re.search(r"Worker (\S+) did not start", log)
    assert worker is not None, log
    output = (master.folder / "logs" / f"local-worker-{worker[1]}.log").read_text()
    assert output.startswith("first line\n")


def test_4_manual_worker_output(start_master: StartMaster, tmp_path: Path) -> None:
    """Output of start and stop commands is in manual-worker-<worker>.log and manual-worker-stop-..."""
    commands = {}
    for name in ("start", "stop"):
        commands[name] = tmp_path / name
        commands[name].write_text(f"#!/bin/sh\necho {name} of $MIST_WORKER_NAME\nexit 1\n")
        commands[name].chmod(0o755)
    master = start_master(
        workers_runner="manual",
        workers_manual_startcmd=commands["start"],
        workers_manual_stopcmd=commands["stop"],
        workers_manual_async="false",
    )
    master.put_context("c", maxConnFailures=1)
    ended(master, "echo", context="c")
    logs = master.folder / "logs"
    for name, prefix in (("start", "manual-worker-c_"), ("stop", "manual-worker-stop-c_")):
        (file,) = wait_for(lambda p=prefix: list(logs.glob(f"{p}*_1.log")), f"{prefix}...")
        worker = file.stem[len(prefix) - len("c_") :]
        wait_for(lambda f=file: f.read_text(), "the output")
        assert file.read_text() == f"{name} of {worker}\n"


@pytest.mark.differs("they are beside the job logs, and the info provider's is inspector.log")
def test_4_own_logs(prepare_master: StartMaster) -> None:
    """The master's own log is mist.log, that of the info provider has a file of its own."""
    master = prepare_master(inspector=True)
    try:
        assert master.run_command("start").returncode == 0
        logs = master.folder / "logs"
        assert "event=master_started" in (logs / "mist.log").read_text()
        assert (logs / "inspector.log").exists()
    finally:
        assert master.run_command("stop").returncode == 0


@pytest.mark.parametrize("name", ["mist", "inspector", "local-worker-x"])
def test_4_not_served(shared_master: Master, name: str) -> None:
    """HTTP serves none of these files."""
    assert shared_master.get(f"/v2/api/jobs/{name}/logs").status == 404
    assert shared_master.get(f"/v2/api/logs/{name}.log").status == 404
