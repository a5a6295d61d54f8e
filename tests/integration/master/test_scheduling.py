"""Which job runs when, and on which worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from mist_master import Master, log_messages, wait_for

SHARED = {"workerMode": "shared"}


def statuses(master: Master, jobs: list[str]) -> list[str]:
    return [master.job(job)["status"] for job in jobs]


def test_an_exclusive_worker_serves_one_job(start_master) -> None:
    master = start_master()
    assert master.call("echo", {"value": 1})["success"]
    assert master.call("echo", {"value": 2})["success"]
    jobs = master.get("/v2/api/jobs").json
    assert len({job["workerId"] for job in jobs}) == 2
    wait_for(lambda: master.workers() == [], "the workers to end")


def test_a_shared_worker_serves_one_job_after_another(start_master) -> None:
    master = start_master()
    master.put_context("c", **SHARED)
    for _ in range(3):
        assert master.call("echo", context="c")["success"]
    workers = {job["workerId"] for job in master.get("/v2/api/jobs").json}
    assert workers == set(master.workers())
    assert len(workers) == 1


@pytest.mark.parametrize("mode", ["exclusive", "shared"])
def test_a_queue_longer_than_the_slots_keeps_its_order(
    start_master, tmp_path: Path, mode: str
) -> None:
    master = start_master()
    master.put_context("c", workerMode=mode)
    gate = tmp_path / "gate"
    first = master.start_job("until", {"file": str(gate)}, context="c")
    jobs = [master.start_job("echo", {"value": i}, context="c") for i in range(8)]
    master.wait_status(first, "started")
    assert set(statuses(master, jobs)) == {"queued"}
    gate.touch()
    starts = [master.wait_end(job)["startTime"] for job in jobs]
    assert statuses(master, jobs) == ["finished"] * 8
    assert starts == sorted(starts)


@pytest.mark.parametrize("mode", ["exclusive", "shared"])
def test_max_jobs_limits_a_context(start_master, mode: str) -> None:
    master = start_master()
    master.put_context("c", workerMode=mode, maxJobs=2)
    jobs = [master.start_job("hang", context="c") for _ in range(4)]
    for job in jobs[:2]:
        master.wait_status(job, "started")
    assert statuses(master, jobs[2:]) == ["queued", "queued"]
    assert len({master.job(job)["workerId"] for job in jobs[:2]}) == 2
    assert master.cancel(jobs[0]).status == 200
    master.wait_status(jobs[2], "started")
    assert statuses(master, jobs[1:]) == ["started", "started", "queued"]


def test_contexts_do_not_wait_for_each_other(start_master) -> None:
    master = start_master()
    for context in ("a", "b"):
        master.put_context(context)
    blocked = [master.start_job("hang", context="a") for _ in range(2)]
    master.wait_status(blocked[0], "started")
    assert master.call("echo", context="b")["success"]
    assert master.job(blocked[1])["status"] == "queued"


@pytest.mark.parametrize(("before", "after"), [("1h", "100ms"), ("Inf", "100ms")])
def test_a_new_downtime_counts_for_idle_workers(start_master, before: str, after: str) -> None:
    master = start_master()
    master.put_context("c", **SHARED, downtime=before)
    assert master.call("echo", context="c")["success"]
    assert len(master.workers()) == 1
    master.put_context("c", **SHARED, downtime=after)
    wait_for(lambda: master.workers() == [], "the worker to end")


def test_jobs_per_worker_share_one_worker(start_master) -> None:
    master = start_master()
    master.put_context("c", **SHARED, maxJobs=3, jobsPerWorker=3)
    jobs = [master.start_job("hang", context="c") for _ in range(3)]
    workers = {master.wait_status(job, "started")["workerId"] for job in jobs}
    assert len(workers) == 1


def test_a_job_too_many_for_one_worker_gets_another(start_master) -> None:
    master = start_master()
    master.put_context("c", **SHARED, maxJobs=3, jobsPerWorker=2)
    jobs = [master.start_job("hang", context="c") for _ in range(3)]
    workers = [master.wait_status(job, "started")["workerId"] for job in jobs]
    assert sorted(workers.count(worker) for worker in set(workers)) == [1, 2]


def test_an_idle_shared_worker_stops_after_the_downtime(start_master) -> None:
    master = start_master()
    master.put_context("c", **SHARED, downtime="1s")
    assert master.call("echo", context="c")["success"]
    assert len(master.workers()) == 1
    master.wait_workers(0)
    assert master.call("echo", context="c")["success"]


def test_the_downtime_does_not_stop_a_busy_worker(start_master, tmp_path: Path) -> None:
    master = start_master()
    master.put_context("c", **SHARED, downtime="1s", maxJobs=2)
    busy = master.start_job("until", {"file": str(tmp_path / "gate")}, context="c")
    master.wait_status(busy, "started")
    master.put_context("other", **SHARED, downtime="1s")
    assert master.call("echo", context="other")["success"]
    wait_for(lambda: len(master.workers()) == 1, "the idle worker to end")
    assert master.job(busy)["status"] == "started"
    (tmp_path / "gate").touch()
    assert master.wait_end(busy)["status"] == "finished"


def test_precreated_workers_are_there_before_the_first_job(start_master) -> None:
    master = start_master()
    master.put_context("c", **SHARED, maxJobs=2, precreated=True)
    before = set(master.wait_workers(2))
    assert master.call("echo", context="c")["success"]
    assert set(master.workers()) == before


def test_precreated_workers_come_back_with_the_master(start_master) -> None:
    master = start_master()
    master.put_context("c", **SHARED, precreated=True)
    master.wait_workers(1)
    master.stop()
    master.start().wait_workers(1)


# ---- changes of a context -----------------------------------------------------------------------


def test_posting_an_equal_context_keeps_its_workers(start_master) -> None:
    master = start_master()
    settings = {**SHARED, "sparkConf": {"a": "b"}}
    master.put_context("c", **settings)
    assert master.call("echo", context="c")["success"]
    workers = master.workers()
    master.put_context("c", **settings)
    master.put_context("c", **settings, downtime="7200s")
    assert master.call("echo", context="c")["success"]
    assert master.workers() == workers


def test_a_changed_context_gets_new_workers(start_master, tmp_path: Path) -> None:
    master = start_master()
    master.put_context("c", **SHARED)
    gate = tmp_path / "gate"
    old = master.start_job("until", {"file": str(gate)}, context="c")
    old_worker = master.wait_status(old, "started")["workerId"]
    waiting = master.start_job("echo", context="c")
    master.put_context("c", **SHARED, sparkConf={"new": "setting"}, maxJobs=2)
    new_worker = master.wait_end(waiting)["workerId"]
    assert new_worker != old_worker
    assert master.job(old)["status"] == "started"
    gate.touch()
    assert master.wait_end(old)["status"] == "finished"
    wait_for(lambda: master.workers() == [new_worker], "the old worker to end")
    worker = master.get(f"/v2/api/workers/{new_worker}").json
    assert worker["initInfo"]["sparkConf"] == {"new": "setting"}


def test_a_deleted_context_leaves_its_running_jobs(start_master, tmp_path: Path) -> None:
    master = start_master()
    master.put_context("c", **SHARED)
    job = master.start_job("until", {"file": str(tmp_path / "gate")}, context="c")
    master.wait_status(job, "started")
    assert master.request("DELETE", "/v2/api/contexts/c").json["name"] == "c"
    assert master.get("/v2/api/contexts/c").status == 404
    (tmp_path / "gate").touch()
    assert master.wait_end(job)["status"] == "finished"
    wait_for(lambda: master.workers() == [], "its worker to end")


def test_an_unknown_context_has_the_default_settings(start_master) -> None:
    master = start_master()
    job = master.start_job("echo", context="nobody")
    assert master.wait_end(job)["status"] == "finished"
    assert master.job(job)["context"] == "nobody"
    assert master.job(job)["workerId"].startswith("nobody_")


# ---- workers that do not start ------------------------------------------------------------------


def test_the_reason_of_a_failed_start_is_in_the_job_log(start_master) -> None:
    master = start_master(workers_start_backoff="10 seconds")
    master.put_context("c", sparkConf={"standin.start": "exit"})
    job = master.start_job("echo", context="c")
    wait_for(lambda: "did not start" in master.log(job), "the reason in the log")
    assert "no such Spark master" in master.log(job)
    assert master.job(job)["status"] == "queued"


def test_a_reported_start_failure_is_in_the_job_log(start_master) -> None:
    master = start_master(workers_start_backoff="10 seconds")
    master.put_context("c", sparkConf={"standin.start": "fail"})
    job = master.start_job("echo", context="c")
    expected = "instantiation failed:Spark context instantiation failed, as asked"
    wait_for(lambda: expected in master.log(job), "the reason in the log")


def test_a_worker_that_never_gets_ready_is_given_up(start_master) -> None:
    master = start_master(workers_ready_timeout="200 ms", workers_start_backoff="10 seconds")
    master.put_context("c", sparkConf={"standin.start": "mute"})
    job = master.start_job("echo", context="c")
    expected = "was terminated during initialization"
    wait_for(lambda: expected in master.log(job), "the reason in the log")


def test_failing_starts_back_off_and_break_the_context(start_master) -> None:
    master = start_master(workers_start_backoff="50 ms")
    broken = {"standin.start": "exit"}
    master.put_context("c", sparkConf=broken, maxConnFailures=4)
    job = master.start_job("echo", context="c")
    ended = master.wait_end(job)
    assert ended["status"] == "failed"
    assert ended["jobResult"].startswith("java.lang.RuntimeException: Context is broken")
    messages = [m for m in log_messages(master.whole_log(job)) if "did not start" in m]
    assert len(messages) == 4
    assert ended["endTime"] - ended["createTime"] >= 50 + 100 + 200

    later = master.call("echo", context="c")
    assert not later["success"]
    assert later["errors"][0].startswith("Please update context c before running function ")


def test_a_broken_context_is_mended_by_posting_it_again(start_master) -> None:
    master = start_master(workers_start_backoff="1 ms")
    master.put_context("c", sparkConf={"standin.start": "exit"}, maxConnFailures=1)
    assert not master.call("echo", context="c")["success"]
    master.put_context("c", sparkConf={"standin.start": "exit"}, maxConnFailures=1)
    job = master.start_job("echo", context="c")
    wait_for(lambda: "did not start" in master.log(job), "another attempt")
    master.put_context("c", maxConnFailures=1)
    assert master.call("echo", context="c")["success"]


def test_a_broken_context_tells_why_until_it_is_repaired(start_master) -> None:
    master = start_master(workers_start_backoff="1 ms")
    before = master.put_context("c", sparkConf={"standin.start": "exit"}, maxConnFailures=2)
    assert master.get("/v2/api/contexts/c").json == before
    job = master.wait_end(master.start_job("echo", context="c"))
    failed = master.get("/v2/api/contexts/c").json.pop("failedStarts")
    assert failed["reason"] in job["jobResult"]
    assert "Process exited with status code 3" in failed["reason"]
    assert "mist-cli repair context c" in job["jobResult"]
    assert (failed["count"], failed["broken"], "nextTry" in failed) == (2, True, False)
    assert job["createTime"] <= failed["since"] <= failed["last"] <= job["endTime"]
    listed = {context["name"]: context for context in master.get("/v2/api/contexts").json}
    assert listed["c"] == {**before, "failedStarts": failed}
    assert "failedStarts" not in listed["default"]
    log = master.log_text()
    assert "worker_start_failed context=c failed_starts=1" in log
    assert "context_broken context=c failed_starts=2" in log

    assert master.request("POST", "/v2/api/contexts/c/repair").json == before
    assert master.get("/v2/api/contexts/c").json == before
    wait_for(lambda: "context_usable context=c" in master.log_text(), "the line in the log")


def test_the_reason_of_a_broken_context_outlives_the_master(start_master) -> None:
    master = start_master(workers_start_backoff="1 ms")
    master.put_context("c", sparkConf={"standin.start": "exit"}, maxConnFailures=1)
    master.wait_end(master.start_job("echo", context="c"))
    before = master.get("/v2/api/contexts/c").json["failedStarts"]
    master.kill()
    master.start()
    # It tries again with the next job: what was wrong may have been mended meanwhile.
    after = wait_for(
        lambda: [
            failed
            for failed in [master.get("/v2/api/contexts/c").json["failedStarts"]]
            if not failed["broken"]
        ],
        "the master's start",
    )[0]
    assert after == {**before, "broken": False}
    master.wait_end(master.start_job("echo", context="c"))
    again = master.get("/v2/api/contexts/c").json["failedStarts"]
    assert (again["count"], again["broken"], again["since"]) == (2, True, before["since"])


# ---- workers that end ---------------------------------------------------------------------------


def test_a_killed_worker_fails_exactly_its_jobs(start_master) -> None:
    master = start_master()
    master.put_context("c", **SHARED, maxJobs=4, jobsPerWorker=2)
    jobs = [master.start_job("hang", context="c") for _ in range(4)]
    worker_of = {job: master.wait_status(job, "started")["workerId"] for job in jobs}
    victim = worker_of[jobs[0]]
    master.kill_worker(victim)
    for job in jobs:
        if worker_of[job] == victim:
            ended = master.wait_end(job)
            assert (ended["status"], ended["jobResult"]) == ("failed", "Executor was terminated")
    others = [job for job in jobs if worker_of[job] != victim]
    assert statuses(master, others) == ["started", "started"]
    assert master.call("echo", context="c")["success"]


def test_a_worker_that_kills_itself_fails_its_job_only(start_master) -> None:
    master = start_master()
    result = master.call("die")
    assert result == {"success": False, "payload": {}, "errors": ["Executor was terminated"]}
    assert master.call("echo")["success"]


def test_a_frozen_worker_is_lost_with_its_lease(start_master) -> None:
    master = start_master(workers_poll="200 ms", workers_lease="1 second")
    result = master.call("freeze")
    assert result["errors"] == ["Executor was terminated"]


def test_deleting_a_worker_fails_its_job(start_master) -> None:
    master = start_master()
    master.put_context("c", **SHARED)
    job = master.start_job("hang", context="c")
    worker = master.wait_status(job, "started")["workerId"]
    answer = master.request("DELETE", f"/v2/api/workers/{worker}")
    assert (answer.status, answer.text) == (200, "")
    assert master.job(job)["jobResult"] == "Executor was terminated"
    assert master.workers() == []
    assert master.worker_pids(worker) == []


def test_deleting_an_unknown_worker_is_refused(start_master) -> None:
    answer = start_master().request("DELETE", "/v2/api/workers/nobody")
    assert answer.status == 400
    assert answer.text == ("Bad request:\njava.lang.IllegalStateException: Unknown worker nobody")
