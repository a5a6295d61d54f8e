"""Numbers over time, for the UI and for Prometheus."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mist_master import Master, wait_for


@pytest.fixture
def master(start_master) -> Master:
    return start_master()


def metrics(master: Master, **query: object) -> Any:
    answer = master.get("/v2/api/metrics", **query)
    assert answer.status == 200, answer
    return answer.json


def counted(master: Master, event: str, **query: object) -> int:
    return sum(metrics(master, **query)["series"][event])


def run_some(master: Master) -> None:
    assert master.call("echo")["success"]
    assert master.call("echo")["success"]
    assert not master.call("fail")["success"]


def test_jobs_are_counted_over_time(master: Master) -> None:
    run_some(master)
    for span, points in (("hour", 60), ("day", 96), ("week", 168)):
        read = metrics(master, range=span)
        assert read["points"] == points
        assert all(len(values) == points for values in read["series"].values())
        assert sum(read["series"]["accepted"]) == 3
        assert sum(read["series"]["finished"]) == 2
        assert sum(read["series"]["failed"]) == 1
        assert [value for value in read["running"]["p50"] if value is not None]
        assert read["from"] % read["step"] == 0
    assert counted(master, "finished", function="echo") == 2
    assert counted(master, "finished", function="fail") == 0
    assert counted(master, "failed", context="default") == 1
    assert master.get("/v2/api/metrics", function="nobody").status == 404
    assert "is not hour, day or week" in master.get("/v2/api/metrics", range="year").text


def test_what_was_counted_survives_restart_and_upgrade(master: Master) -> None:
    run_some(master)
    assert master.stop() == 0
    master.start()
    assert counted(master, "finished") == 2
    assert master.call("echo")["success"]
    upgraded = master.run_command("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert counted(master, "finished") == 3


def test_levels_are_looked_at(master: Master) -> None:
    master.put_context("one", maxJobs=1)
    running = master.start_job("hang", context="one")
    master.wait_status(running, "started")
    master.start_job("echo", context="one")
    read: Any = {}

    def is_seen() -> bool:
        read.update(metrics(master, context="one")["series"])
        return read["queued"][-1] == 1 or read["queued"][-2] == 1

    wait_for(is_seen, "the levels")
    assert 1 in read["running"]
    assert 1 in read["workersBusy"]


def test_prometheus_can_read_it(master: Master) -> None:
    run_some(master)
    answer = master.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    jobs = {one.labels["event"]: one.value for one in families["mist_jobs"].samples}
    assert jobs == {"accepted": 3, "finished": 2, "failed": 1, "cancelled": 0}
    running = families["mist_job_running_seconds"]
    assert running.type == "histogram"
    totals = {one.name: one.value for one in running.samples if one.name.endswith("_count")}
    assert totals == {"mist_job_running_seconds_count": 3}
    buckets = [one.value for one in running.samples if one.name.endswith("_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] == 3
    assert families["mist_store_healthy"].samples[0].value == 1
    assert families["mist_workers"].type == "gauge"
    assert families["process_resident_memory_bytes"].samples[0].value > 1 << 20
