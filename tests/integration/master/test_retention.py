"""What the configuration does not want to keep goes, and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mist_master import Master, wait_for
from test_store_tools import artifact_files, database, run
from world.ports import free_port

SOON = {"retention_interval": "100 ms"}


def log_file(master: Master, job: str) -> Path:
    return master.folder / "logs" / f"job-{job}.log"


def taken(master: Master) -> dict[str, int]:
    return master.get("/v2/api/status").json["retention"]


def is_gone(master: Master, job: str) -> bool:
    return master.get(f"/v2/api/jobs/{job}").status == 404


def test_by_default_everything_stays(start_master) -> None:
    master = start_master(**SOON)
    job = master.start_job("echo")
    master.wait_end(job)
    events = sqlite3.connect(database(master)).execute("SELECT count(*) FROM event_batch")
    assert events.fetchone()[0] > 0
    assert not any(taken(master).values())
    assert not is_gone(master, job) and log_file(master, job).exists()


def test_old_jobs_go_with_their_logs_and_are_unknown_then(start_master) -> None:
    master = start_master(**SOON, retention_jobs_max_age="1 second")
    live = master.start_job("hang", context="live")
    master.wait_status(live, "started")
    job = master.start_job("echo")
    master.wait_end(job)
    master.whole_log(job)
    unknown = "00000000-0000-7000-8000-000000000000"
    wait_for(lambda: is_gone(master, job), "the job to go")
    for path in ("{}", "{}/logs", "{}/worker"):
        answers = [master.get("/v2/api/jobs/" + path.format(name)) for name in (job, unknown)]
        assert answers[0].status == answers[1].status == 404
    assert master.cancel(job).status == master.cancel(unknown).status == 404
    wait_for(lambda: not log_file(master, job).exists(), "its log to go")
    assert [j["jobId"] for j in master.get("/v2/api/jobs").json] == [live]
    assert taken(master)["jobs"] == 1
    wait_for(lambda: "event=retention_swept" in master.log_text(), "what was taken to be logged")
    assert master.job(live)["status"] == "started"
    assert run(master, "check-store").returncode == 0


def test_jobs_beyond_the_count_go_the_oldest_first(start_master) -> None:
    master = start_master(**SOON, retention_jobs_max_count=2)
    jobs = [master.start_job("echo") for _ in range(6)]
    for job in jobs:
        wait_for(
            lambda: master.get(f"/v2/api/jobs/{job}").status == 404
            or master.job(job)["status"] == "finished",
            "its end",
        )
    wait_for(lambda: master.get("/v2/api/jobs", paginate="true").json["total"] == 2, "2 jobs")
    assert [j["jobId"] for j in master.get("/v2/api/jobs").json] == jobs[:3:-1]


def test_events_beyond_the_count_go_and_numbers_go_on(start_master) -> None:
    master = start_master(**SOON, retention_events_max_count=3)
    for _ in range(3):
        assert master.call("echo")["success"]

    def numbers() -> tuple[int, int, int]:
        connection = sqlite3.connect(database(master))
        rows = connection.execute("SELECT last_number, events FROM event_batch").fetchall()
        connection.close()
        return sum(r[1].count("\n") for r in rows), min(r[0] for r in rows), max(r[0] for r in rows)

    wait_for(lambda: numbers()[0] <= 3, "the events to go")
    left, _, last = numbers()
    wait_for(lambda: taken(master)["events"] == last - left, "them to be counted")
    master.kill()
    master.start()
    assert master.call("echo")["success"]
    assert numbers()[2] > last


def test_replaced_contents_go_when_no_live_job_needs_them(start_master, tmp_path: Path) -> None:
    master = start_master(**SOON, retention_artifacts_max_count=1, retention_artifacts_max_size="1")
    folder = master.folder / "data" / "artifacts"
    master.upload("a.py", b"a = 1")
    (first,) = [f for f in artifact_files(folder) if f.read_bytes() == b"a = 1"]
    master.upload("a.py", b"a = 2", force="true")
    wait_for(lambda: not first.exists(), "the old contents to go")
    wait_for(lambda: taken(master)["bytes"] == 5, "its size to be counted")
    assert taken(master)["artifacts"] == 1
    assert master.call("echo")["success"]
    assert len(artifact_files(folder)) == 3


def test_a_key_that_counts_no_longer_is_forgotten(start_master) -> None:
    master = start_master(**SOON, http_idempotency_keep="1 second")
    key = {"Idempotency-Key": "k"}
    path = "/v2/api/functions/echo/jobs"
    first = master.request("POST", path, {}, key).json["id"]
    assert master.request("POST", path, {}, key).json["id"] == first
    master.wait_end(first)
    wait_for(lambda: taken(master)["keys"] == 1, "the key to go")
    assert master.request("POST", path, {}, key).json["id"] != first
    assert not is_gone(master, first)


def test_keys_beyond_a_count_are_forgotten_the_oldest_first(start_master) -> None:
    master = start_master(**SOON, retention_idempotency_keys_max_count=1)
    path = "/v2/api/functions/echo/jobs"
    call = lambda key: master.request("POST", path, {}, {"Idempotency-Key": key}).json["id"]
    old, new = call("old"), call("new")
    for job in (old, new):
        master.wait_end(job)
    wait_for(lambda: taken(master)["keys"] == 1, "one of the keys to go")
    assert call("new") == new
    assert call("old") != old


def test_events_that_wait_too_long_for_a_broker_are_counted(start_master) -> None:
    master = start_master(
        **SOON,
        kafka_on="true",
        kafka_brokers=f"127.0.0.1:{free_port()}",
        kafka_publish_topic="events",
        outbox_max_age="1 second",
        retention_events_max_count=1,
        retention_jobs_max_count=1,
    )
    jobs = [master.start_job("echo") for _ in range(3)]
    for job in jobs:
        master.wait_end(job)
    kafka = lambda: master.get("/v2/api/status").json["kafka"]
    wait_for(lambda: kafka()["waitedTooLong"] >= 12, "the events to be dropped")
    wait_for(lambda: is_gone(master, jobs[0]), "jobs whose events are not sent any more to go")
    assert not is_gone(master, jobs[2])
    assert master.log_text().count("event=sink_events_dropped") == 1
    assert kafka()["delivered"] == 0
