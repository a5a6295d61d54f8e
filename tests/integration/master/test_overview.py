"""What the master is doing now, and why a job waits."""

from __future__ import annotations

from typing import Any

import pytest

from mist_master import Master, wait_for


@pytest.fixture
def master(start_master) -> Master:
    return start_master()


def overview(master: Master) -> Any:
    return master.get("/v2/api/overview").json


def test_an_idle_master_has_nothing_to_show(master: Master) -> None:
    shown = overview(master)
    assert (shown["contexts"], shown["functions"], shown["workers"]) == ([], [], [])
    assert shown["time"] > 0


def test_jobs_and_workers_are_counted(master: Master) -> None:
    master.put_context("one", maxJobs=1)
    running = master.start_job("hang", context="one")
    master.wait_status(running, "started")
    queued = [master.start_job("echo", context="one") for _ in range(2)]
    shown = overview(master)
    assert shown["functions"] == [
        {"name": "echo", "queued": 2, "running": 0},
        {"name": "hang", "queued": 0, "running": 1},
    ]
    [context] = shown["contexts"]
    assert (context["name"], context["queued"], context["running"]) == ("one", 2, 1)
    assert context["workers"]["busy"] == 1
    [busy] = [worker for worker in shown["workers"] if worker["state"] == "busy"]
    assert (busy["context"], busy["jobs"]) == ("one", [running])
    assert busy["since"] <= shown["time"]
    waits = master.get(f"/v2/api/jobs/{queued[1]}/waiting").json
    assert (waits["waiting"], waits["reason"], waits["ahead"]) == (True, "max-jobs", 1)
    assert waits["since"] == master.job(queued[1])["createTime"]
    assert waits["text"].startswith("Context one runs 1 job, which is its limit")
    assert master.get(f"/v2/api/jobs/{running}/waiting").json == {"waiting": False}
    assert master.get("/v2/api/jobs/nobody/waiting").status == 404
    master.cancel(running)
    for job in queued:
        master.wait_end(job)
    wait_for(lambda: overview(master)["workers"] == [], "the workers to end")
