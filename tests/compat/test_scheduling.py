"""Sections 2.7 and 2.8: which worker runs a job, and what is left after the master's end."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fake_spark import use_submit_script
from mist_master import Master, log_messages, wait_for
from world.api import Api

SHARED = {"workerMode": "shared"}
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

StartMaster = Callable[..., Master]


@pytest.fixture
def gate(tmp_path: Path) -> Callable[[str], Path]:
    """Files that functions wait for."""
    return lambda name: tmp_path / f"gate-{name}"


def start_waiting(master: Master, gate: Path, context: str = "c") -> str:
    """A job that runs until its gate is touched."""
    job = master.start_job("until", {"file": str(gate)}, context=context)
    master.wait_status(job, "started")
    return job


def hang(master: Master, context: str = "c") -> str:
    job = master.start_job("hang", context=context)
    master.wait_status(job, "started")
    return job


def run(master: Master, context: str = "c") -> Any:
    return master.wait_end(master.start_job("echo", context=context))


def worker_of(master: Master, job: str) -> str:
    return master.job(job)["workerId"]


def put(master: Master, name: str, **changes: object) -> None:
    """A PUT, which wants all settings."""
    path = f"/v2/api/contexts/{name}"
    assert master.request("PUT", path, master.get(path).json | changes).status == 200


# ---- 2.7 the two modes --------------------------------------------------------------------------


def test_2_7_exclusive_process(start_master: StartMaster) -> None:
    """exclusive: each job has a worker process of its own, which ends after the job."""
    master = start_master()
    job = hang(master)
    first = worker_of(master, job)
    assert len(master.worker_pids(first)) == 1
    master.cancel(job)
    wait_for(lambda: not master.worker_pids(first), "the process to end")
    assert run(master)["workerId"] != first


def test_2_7_exclusive_ids(start_master: StartMaster) -> None:
    """exclusive: worker ids are <context>_<uuid>_<n>, n from 1."""
    master = start_master()
    first, second = (run(master)["workerId"] for _ in range(2))
    assert re.fullmatch(f"c_{UUID}_1", first)
    assert second == f"{first[:-1]}2"


def test_2_7_shared_ids(start_master: StartMaster) -> None:
    """shared: worker ids are <context>_<uuid>-pool-<n>."""
    master = start_master()
    master.put_context("c", **SHARED)
    assert re.fullmatch(f"c_{UUID}-pool-1", run(master)["workerId"])


@pytest.mark.parametrize("mode", ["exclusive", "shared"])
def test_2_7_max_jobs(start_master: StartMaster, mode: str) -> None:
    """At most maxJobs jobs of a context run at once, each in a worker of its own."""
    master = start_master()
    master.put_context("c", workerMode=mode, maxJobs=2)
    running = [hang(master) for _ in range(2)]
    third = master.start_job("hang", context="c")
    assert len({worker_of(master, job) for job in running}) == 2
    assert master.job(third)["status"] == "queued"
    master.cancel(running[0])
    master.wait_status(third, "started")


def test_2_7_shared_grows(start_master: StartMaster, gate: Callable[[str], Path]) -> None:
    """shared: workers are reused, and there is another one only when none is free."""
    master = start_master()
    master.put_context("c", **SHARED, maxJobs=3)
    first = run(master)["workerId"]
    assert run(master)["workerId"] == first
    jobs = [start_waiting(master, gate("a")) for _ in range(2)]
    assert worker_of(master, jobs[0]) == first
    assert master.wait_workers(2)
    gate("a").touch()


def test_2_7_shared_order(start_master: StartMaster, gate: Callable[[str], Path]) -> None:
    """shared: the worker that became free first gets the next job."""
    master = start_master()
    master.put_context("c", **SHARED, maxJobs=2)
    jobs = {name: start_waiting(master, gate(name)) for name in "ab"}
    for name in "ba":
        gate(name).touch()
        master.wait_end(jobs[name])
    assert run(master)["workerId"] == worker_of(master, jobs["b"])


@pytest.mark.parametrize("mode", ["exclusive", "shared"])
def test_2_7_first_in_first_out(
    start_master: StartMaster, gate: Callable[[str], Path], mode: str
) -> None:
    """The jobs of a context start in the order of their calls."""
    master = start_master()
    master.put_context("c", workerMode=mode)
    first = start_waiting(master, gate("a"))
    jobs = [master.start_job("echo", context="c") for _ in range(5)]
    gate("a").touch()
    assert master.wait_end(first)["status"] == "finished"
    starts = [master.wait_end(job)["startTime"] for job in jobs]
    assert starts == sorted(starts)


def test_2_7_contexts(start_master: StartMaster) -> None:
    """Contexts share neither queues nor workers."""
    master = start_master()
    for name in ("c", "d"):
        master.put_context(name, **SHARED)
    busy = hang(master)
    waiting = master.start_job("echo", context="c")
    assert run(master, "d")["workerId"] != worker_of(master, busy)
    assert master.job(waiting)["status"] == "queued"


def test_2_7_state(on_spark: Api) -> None:
    """shared: jobs of a worker have the same Spark context."""
    first, second = (on_spark.call("surroundings")["payload"] for _ in range(2))
    assert first["applicationId"] == second["applicationId"]


# ---- 2.7 precreated, downtime -------------------------------------------------------------------


def test_2_7_precreated(start_master: StartMaster) -> None:
    """precreated, shared: maxJobs workers are there before the first job, also after a master's start."""
    master = start_master()
    master.put_context("c", **SHARED, precreated=True, maxJobs=2)
    workers = master.wait_workers(2)
    assert run(master)["workerId"] in workers
    master.stop()
    assert not set(master.start().wait_workers(2)) & set(workers)


def test_2_7_precreated_by_change(start_master: StartMaster) -> None:
    """precreated, shared: an update of the context starts them too."""
    master = start_master()
    master.put_context("c", **SHARED)
    assert master.workers() == []
    put(master, "c", precreated=True, sparkConf={"a": "b"})
    master.wait_workers(1)


def test_2_7_precreated_exclusive(start_master: StartMaster) -> None:
    """precreated, exclusive: no worker is started, and the master's log warns."""
    master = start_master()
    master.put_context("c", precreated=True)
    master.put_context("d", **SHARED, precreated=True)
    (worker,) = master.wait_workers(1)
    assert worker.startswith("d_")
    assert run(master)["workerId"].endswith("_1")
    assert "event=precreated_ignored context=c" in master.log_text()


def test_2_7_downtime(start_master: StartMaster, gate: Callable[[str], Path]) -> None:
    """shared: all workers of a context without jobs stop after its downtime, with Inf never."""
    master = start_master()
    master.put_context("kept", **SHARED, downtime="Inf")
    master.put_context("c", **SHARED, downtime="1s", maxJobs=2)
    kept = run(master, "kept")["workerId"]
    for _ in range(2):
        start_waiting(master, gate("a"))
    assert len(master.workers()) == 3
    gate("a").touch()
    wait_for(lambda: master.workers() == [kept], "the idle workers to stop")


def test_2_7_downtime_of_busy(start_master: StartMaster, gate: Callable[[str], Path]) -> None:
    """shared: a context with a job keeps its idle workers too."""
    master = start_master()
    master.put_context("c", **SHARED, downtime="1s", maxJobs=2)
    master.put_context("d", **SHARED, downtime="1s")
    busy, idle = (start_waiting(master, gate(name)) for name in ("busy", "idle"))
    gate("idle").touch()
    master.wait_end(idle)
    later = run(master, "d")["workerId"]
    wait_for(lambda: later not in master.workers(), "the worker of the other context to stop")
    assert set(master.workers()) == {worker_of(master, job) for job in (busy, idle)}
    gate("busy").touch()
    assert master.wait_end(busy)["status"] == "finished"


# ---- 2.7 starts that fail -----------------------------------------------------------------------

FAILS = {"standin.start": "exit"}


@pytest.mark.differs(
    "the next try waits for workers.start-backoff, which doubles; 1.1 tries at once"
)
def test_2_7_retry(start_master: StartMaster) -> None:
    """A worker that does not start is tried again."""
    master = start_master(workers_start_backoff="50 ms")
    master.put_context("c", sparkConf=FAILS, maxConnFailures=3)
    job = run(master)
    tries = [m for m in log_messages(master.whole_log(job["jobId"])) if "did not start" in m]
    assert len(tries) == 3
    assert job["endTime"] - job["createTime"] >= 50 + 100


def test_2_7_failures_in_a_row(prepare_master: StartMaster, tmp_path: Path) -> None:
    """A start that succeeds resets the count of failures."""
    master = prepare_master(workers_start_backoff="1 ms")
    # Every other start fails.
    script = f"if mkdir {tmp_path}/failed 2>/dev/null; then exit 1; fi; rmdir {tmp_path}/failed"
    use_submit_script(master, tmp_path, script).start()
    master.put_context("c", maxConnFailures=2)
    assert [run(master)["status"] for _ in range(3)] == ["finished"] * 3


def test_2_7_broken(prepare_master: StartMaster, tmp_path: Path) -> None:
    """maxConnFailures failures break a context: queued and new jobs fail, running ones go on."""
    master = prepare_master(workers_start_backoff="1 ms")
    use_submit_script(master, tmp_path, f"mkdir {tmp_path}/started || exit 1").start()
    master.put_context("c", **SHARED, maxJobs=2, maxConnFailures=2)
    running = hang(master)
    queued = [master.start_job("echo", context="c") for _ in range(2)]
    assert [master.wait_end(job)["status"] for job in queued] == ["failed"] * 2
    assert run(master)["status"] == "failed"
    assert master.job(running)["status"] == "started"
    assert master.cancel(running).json["status"] == "cancelled"


def test_2_7_broken_default(start_master: StartMaster) -> None:
    """A context breaks after 5 failed starts unless it says otherwise."""
    master = start_master(workers_start_backoff="1 ms")
    master.put_context("c", sparkConf=FAILS)
    job = run(master)
    messages = log_messages(master.whole_log(job["jobId"]))
    assert len([m for m in messages if "did not start" in m]) == 5


@pytest.mark.parametrize("mend", ["POST", "PUT", "restart"])
def test_2_7_mended(start_master: StartMaster, tmp_path: Path, mend: str) -> None:
    """A broken context stays so until it is saved again, even unchanged, or the master restarts."""
    master = start_master(workers_start_backoff="1 ms")
    settings: dict[str, Any] = {"sparkConf": FAILS, "maxConnFailures": 1}
    master.put_context("c", **settings)
    for _ in range(2):
        job = run(master)
    assert job["jobResult"].startswith("Please update context c ")
    if mend == "POST":
        master.put_context("c", **settings)
    elif mend == "PUT":
        put(master, "c")
    else:
        master.stop()
        master.start()
    assert run(master)["jobResult"].startswith("java.lang.RuntimeException: Context is broken")
    put(master, "c", sparkConf={})
    assert run(master)["status"] == "finished"


# ---- 2.7 changes of a context -------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_2_7_changed(start_master: StartMaster, gate: Callable[[str], Path], method: str) -> None:
    """A changed context: running jobs end on old workers, queued ones go to new ones, the idle stop."""
    master = start_master()
    master.put_context("c", **SHARED, maxJobs=2, precreated=True)
    old = set(master.wait_workers(2))
    running = start_waiting(master, gate("a"))
    changes: dict[str, Any] = {"sparkConf": {"a": "b"}, "maxJobs": 2}
    if method == "POST":
        master.put_context("c", **SHARED, **changes)
    else:
        put(master, "c", precreated=False, **changes)
    new = run(master)["workerId"]
    assert new not in old
    assert master.get(f"/v2/api/workers/{new}").json["initInfo"]["sparkConf"] == {"a": "b"}
    busy = worker_of(master, running)
    wait_for(lambda: set(master.workers()) == {new, busy}, "the idle worker to stop")
    gate("a").touch()
    assert master.wait_end(running)["status"] == "finished"
    wait_for(lambda: master.workers() == [new], "the old worker to stop")


@pytest.mark.differs("equal settings keep the workers, in 1.1 they are replaced")
def test_2_7_saved_again(start_master: StartMaster) -> None:
    """A context that is saved with equal settings keeps its workers."""
    master = start_master()
    master.put_context("c", **SHARED)
    worker = run(master)["workerId"]
    master.put_context("c", **SHARED)
    put(master, "c")
    assert run(master)["workerId"] == worker


@pytest.mark.differs("1.1 runs up to twice as many while jobs of the old settings run (D19)")
def test_2_7_changed_limit(start_master: StartMaster, gate: Callable[[str], Path]) -> None:
    """maxJobs holds over a change of the context too."""
    master = start_master()
    master.put_context("c", **SHARED)
    old = start_waiting(master, gate("a"))
    put(master, "c", sparkConf={"a": "b"})
    waiting = master.start_job("echo", context="c")
    run(master, "other")
    assert master.job(waiting)["status"] == "queued"
    gate("a").touch()
    assert master.wait_end(waiting)["startTime"] >= master.wait_end(old)["endTime"]


@pytest.mark.differs(
    "later jobs have the default settings; 1.1 goes on with the old ones until it restarts"
)
def test_2_7_deleted(start_master: StartMaster, gate: Callable[[str], Path]) -> None:
    """A deleted context: running and queued jobs keep their settings, later ones have the defaults."""
    master = start_master()
    master.put_context("c", **SHARED)
    running = start_waiting(master, gate("a"))
    queued = master.start_job("echo", context="c")
    assert master.request("DELETE", "/v2/api/contexts/c").status == 200
    gate("a").touch()
    assert master.wait_end(running)["status"] == "finished"
    assert "-pool-" in master.wait_end(queued)["workerId"]
    assert run(master)["status"] == "finished"


# ---- 2.7 workers that die -----------------------------------------------------------------------


def test_2_7_idle_dies(start_master: StartMaster) -> None:
    """An idle worker that dies is removed; a job that needs one gets a new one."""
    master = start_master()
    master.put_context("c", **SHARED, precreated=True, maxJobs=2)
    left, killed = master.wait_workers(2)
    master.kill_worker(killed)
    assert master.wait_workers(1) == [left]
    jobs = [hang(master) for _ in range(2)]
    assert worker_of(master, jobs[0]) == left
    assert worker_of(master, jobs[1]) not in (left, killed)


def test_2_7_dead_worker(start_master: StartMaster) -> None:
    """A worker's death fails its job with Executor was terminated, and no other."""
    master = start_master()
    master.put_context("c", maxJobs=2)
    victim, other = hang(master), hang(master)
    master.kill_worker(worker_of(master, victim))
    assert master.wait_end(victim)["jobResult"] == "Executor was terminated"
    assert master.job(other)["status"] == "started"


def test_2_7_deaths_do_not_count(start_master: StartMaster) -> None:
    """Deaths of workers that had started do not break their context."""
    master = start_master()
    master.put_context("c", maxConnFailures=1)
    for _ in range(2):
        assert master.call("die", context="c")["errors"] == ["Executor was terminated"]
    assert run(master)["status"] == "finished"


def test_2_7_delete_worker(start_master: StartMaster) -> None:
    """Deleting a worker kills it; its job fails with Executor was terminated."""
    master = start_master()
    job = hang(master)
    worker = worker_of(master, job)
    answer = master.request("DELETE", f"/v2/api/workers/{worker}")
    assert (answer.status, answer.text) == (200, "")
    assert master.wait_end(job)["jobResult"] == "Executor was terminated"
    assert master.worker_pids(worker) == []


def test_2_7_delete_worker_unknown(shared_master: Master) -> None:
    """Deleting an unknown worker is answered with 400."""
    answer = shared_master.request("DELETE", "/v2/api/workers/no")
    assert answer.status == 400
    assert answer.text.startswith(
        "Bad request:\njava.lang.IllegalStateException: Unknown worker no"
    )


# ---- 2.8 the master's restart -------------------------------------------------------------------


@pytest.mark.differs("it goes on, in its worker; 1.1 fails it: Worker was stopped")
def test_2_8_running(start_master: StartMaster, gate: Callable[[str], Path]) -> None:
    """A job that had a worker when the master ended has an end."""
    master = start_master()
    job = start_waiting(master, gate("a"))
    master.kill()
    master.start()
    assert master.job(job)["status"] == "started"
    gate("a").touch()
    assert master.wait_end(job)["status"] == "finished"


@pytest.mark.differs(
    "only when its worker is gone too: Executor was terminated; 1.1 tells it nobody (D20)"
)
def test_2_8_told(start_master: StartMaster) -> None:
    """A job that had a worker when the master ended is failed."""
    master = start_master()
    job = hang(master)
    worker = worker_of(master, job)
    master.kill()
    master.kill_worker(worker)
    master.start()
    assert master.wait_end(job)["jobResult"] == "Executor was terminated"
    assert "FailedEvent with Error: \n Executor was terminated" in master.whole_log(job)
    connection = http.client.HTTPConnection("127.0.0.1", master.port, timeout=30)
    connection.request("GET", f"/v2/api/jobs/{job}/events?lastEventId=0")
    events = connection.getresponse()
    assert any(b'"error":"Executor was terminated"' in line for line in events)
    connection.close()


@pytest.mark.differs(
    "they are durable and lose nothing by waiting; 1.1 fails them: Worker was stopped"
)
def test_2_8_queued(start_master: StartMaster) -> None:
    """Jobs without a worker are queued again, in their order."""
    master = start_master()
    running = hang(master)
    queued = [master.start_job("echo", context="c", externalId=f"e{n}") for n in range(3)]
    master.kill()
    master.start()
    assert master.cancel(running).status == 200
    ended = [master.wait_end(job) for job in queued]
    assert [job["status"] for job in ended] == ["finished"] * 3
    assert [job["externalId"] for job in ended] == ["e0", "e1", "e2"]
    starts = [job["startTime"] for job in ended]
    assert starts == sorted(starts)


@pytest.mark.differs("it looks for its master for up to ten minutes, and serves the next one")
def test_2_8_workers(start_master: StartMaster) -> None:
    """A worker ends when its master has gone."""
    master = start_master()
    master.put_context("c", **SHARED)
    worker = run(master)["workerId"]
    master.kill()
    master.start()
    assert run(master)["workerId"] == worker
