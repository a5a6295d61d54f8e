"""The disk is full for a while, under load, and sometimes the master is killed meanwhile."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeWorld
from fault_world import FaultWorld, rounds
from ledger import read_ledger
from mist_master import wait_for
from small_disk import SmallDisk

DISK_FULL = 507
QUICK_SECONDS = 2.0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """For the first world of a test."""
    if os.geteuid() != 0:
        pytest.fail("mounting a small disk needs root")
    (tmp_path / "0").mkdir()
    made = SmallDisk(tmp_path / "0" / "master", capacity=256 << 20)
    yield made
    made.unmount()


def refusals(world: FaultWorld) -> list[float]:
    """How long each one took."""
    sent: dict[int, float] = {}
    took = []
    for record in read_ledger(world.folder / "client.jsonl"):
        if record["op"] == "send":
            sent[record["n"]] = record["t"]
        elif record["op"] == "answer" and record["status"] == DISK_FULL:
            took.append(record["t"] - sent[record["n"]])
    return took


def fill_until_refused(world: FaultWorld, disk: SmallDisk) -> None:
    before = len(refusals(world))
    letters = itertools.cycle("ab")

    def is_refused() -> bool:
        """The database has room in its own files: a context that changes uses it up."""
        disk.fill()
        filler = {"spark.filler": next(letters) * 1_000_000}
        world.master.request("POST", "/v2/api/contexts", {"name": "filler", "sparkConf": filler})
        return len(refusals(world)) > before

    wait_for(is_refused, "a job to be refused")


def test_what_was_acknowledged_survives_a_full_disk(make_world: MakeWorld, disk: SmallDisk) -> None:
    world = make_world().first_start()
    world.begin_load(padding=50_000, longest_pause=0.05)
    fillings = rounds(10)
    for i in range(fillings):
        world.run_for(0.1, 0.3)
        fill_until_refused(world, disk)
        assert world.master.get("/v2/api/jobs", limit=10).status == 200
        world.run_for(0.1, 0.5)
        is_killed = i % 3 == 2
        if is_killed:
            world.kill()
        disk.free()
        if is_killed:
            world.start()
        accepted = len(world.accepted())
        wait_for(lambda: len(world.accepted()) > accepted, "jobs to be taken again")
    world.end_load()
    world.verify()
    took = sorted(refusals(world))
    assert took[len(took) // 2] < QUICK_SECONDS, took
