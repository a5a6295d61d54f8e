"""A full disk: calls are refused at once, readers notice nothing, and nothing accepted is lost."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import StartMaster
from mist_master import Master, wait_for
from small_disk import SmallDisk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if os.geteuid() != 0:
        pytest.fail("mounting a small disk needs root")
    made = SmallDisk(tmp_path / "disk")
    yield made
    made.unmount()


@pytest.fixture
def master(disk: SmallDisk, start_master: StartMaster) -> Iterator[Master]:
    made = start_master("disk")
    yield made
    made.destroy()


def fill_until_refused(master: Master, disk: SmallDisk) -> list[str]:
    """The jobs that were accepted meanwhile: the database has some room of its own."""
    disk.fill()
    accepted: list[str] = []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = master.post_job("echo", {"value": "x" * 100_000}, context="blocked")
        if answer.status != 200:
            assert answer.status == 507, answer
            return accepted
        accepted.append(answer.json["id"])
        disk.fill()
    raise AssertionError("a full disk does not show")


def test_a_full_disk_refuses_jobs_at_once_and_mends_when_there_is_room(
    master: Master, disk: SmallDisk
) -> None:
    blocker = master.start_job("hang", context="blocked")
    master.wait_status(blocker, "started")
    accepted = fill_until_refused(master, disk)

    before = time.monotonic()
    answer = master.post_job("echo", {"value": "x" * 100_000})
    assert time.monotonic() - before < 2
    assert answer.status == 507
    assert "space" in answer.text or "full" in answer.text
    assert master.job(blocker)["status"] == "started"
    assert len(master.get("/v2/api/jobs", limit=1000).json) >= 1 + len(accepted)

    disk.free()
    wait_for(lambda: master.post_job("echo").status == 200, "jobs to be accepted again")
    assert master.call("echo", {"value": 1})["payload"] == {"value": 1}
    master.cancel(blocker)
    for job in accepted:
        assert master.wait_end(job)["status"] == "finished"


def test_a_cancel_on_a_full_disk_is_answered_at_once(master: Master, disk: SmallDisk) -> None:
    blocker = master.start_job("hang", context="blocked")
    master.wait_status(blocker, "started")
    waiting = master.start_job("echo", context="blocked")
    fill_until_refused(master, disk)
    for job, status in ((waiting, "queued"), (blocker, "started")):
        disk.fill()
        before = time.monotonic()
        answer = master.cancel(job)
        assert time.monotonic() - before < 2
        if answer.status == 200:  # there was room in the database's log
            assert answer.json["status"] == "cancelled"
            continue
        assert answer.status == 507
        assert job in answer.text and "stored" in answer.text or "waits for room" in answer.text
        assert master.job(job)["status"] == status

    disk.free()
    wait_for(lambda: master.cancel(blocker).status == 200, "the cancel to be taken")
    wait_for(lambda: master.cancel(waiting).status == 200, "the cancel to be taken")
    assert master.job(blocker)["status"] == "cancelled"


def test_a_job_that_ends_on_a_full_disk_is_recorded_when_there_is_room(
    master: Master, disk: SmallDisk, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    blocker = master.start_job("hang", context="blocked")
    job = master.start_job("until", {"file": str(gate)})
    for started in (blocker, job):
        master.wait_status(started, "started")
    fill_until_refused(master, disk)
    gate.touch()
    fill_until_refused(master, disk)  # the end may still have found room in the database's log
    disk.free()
    assert master.wait_end(job)["status"] == "finished"


def test_a_master_that_is_killed_on_a_full_disk_has_every_accepted_job(
    master: Master, disk: SmallDisk
) -> None:
    blocker = master.start_job("hang", context="blocked")
    master.wait_status(blocker, "started")
    accepted = fill_until_refused(master, disk)
    refused = master.get("/v2/api/jobs", paginate="true").json["total"]
    master.kill()
    disk.free()
    master.start()
    for job in accepted:
        assert master.wait_end(job)["status"] == "finished"
    assert master.job(blocker)["status"] == "started", "its worker was found"
    assert refused == 1 + len(accepted)


def test_uploads_and_settings_are_refused_on_a_full_disk(master: Master, disk: SmallDisk) -> None:
    context = {"name": "c", "runOptions": "x" * 100_000}
    blocker = master.start_job("hang", context="blocked")
    master.wait_status(blocker, "started")
    fill_until_refused(master, disk)
    assert master.upload("large.jar", os.urandom(1 << 20)).status == 507
    assert master.get("/v2/api/artifacts/large.jar").status == 404
    assert master.request("POST", "/v2/api/contexts", context).status == 507
    assert master.get("/v2/api/contexts/c").status == 404
    disk.free()
    assert master.upload("large.jar", os.urandom(1 << 20)).status == 200
    wait_for(
        lambda: master.request("POST", "/v2/api/contexts", context).status == 200,
        "contexts to be accepted again",
    )


def test_a_start_on_a_full_disk_goes_on_or_says_why_not(
    disk: SmallDisk, prepare_master: StartMaster
) -> None:
    master = prepare_master("disk")
    disk.fill()
    process = master.launch()
    wait_for(
        lambda: process.poll() is not None or "master_started" in master.log_text(), "a decision"
    )
    assert process.poll() is None or "space" in master.log_text()
    disk.free()
    master.destroy()
    assert master.start().call("echo")["success"]
    master.destroy()
