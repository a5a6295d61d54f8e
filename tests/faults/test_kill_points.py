"""The master dies at a named point of its own code, at the k-th time that it comes there (base/test_points.h)."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence

import pytest

from conftest import MakeWorld
from fault_world import FaultWorld
from installation import ROOT
from message_load import KafkaDoor, MqttDoor
from mist_master import PATIENCE

HEADER = (ROOT / "base" / "test_points.h").read_text()
NAMES = re.findall(
    r'^    "([a-z-]+)",', HEADER.partition("kKillPoints")[2].partition("};")[0], re.M
)

MIGRATION = ("migration-before-commit", "migration-after-commit")
CHECKPOINT = ("checkpoint-before", "checkpoint-after")
START = ("start-before-recovery", "start-before-doors", "start-before-ready")
STOP = ("stop-before-jobs", "stop-after-jobs", "stop-after-doors")
MESSAGES = tuple(name for name in NAMES if name.split("-")[0] in ("events", "kafka", "mqtt"))
UNDER_LOAD = tuple(
    name for name in NAMES if name not in (*MIGRATION, *CHECKPOINT, *START, *STOP, *MESSAGES)
)
HITS = range(1, 6)


def test_there_are_enough_points() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 25


def die_under_load(world: FaultWorld, point: str, hits: range = HITS) -> None:
    """The master may meet the point before it is up, in what the last one has left."""
    for hit in hits:
        world.start_to_die(point, hit)
        world.await_death()


def die_at_each(world: FaultWorld, points: Sequence[str]) -> None:
    """Under the load that has begun, which ends here."""
    world.kill()
    for point in points:
        die_under_load(world, point)
    world.start()
    world.end_load()
    found = world.verify()
    assert found["faults"] == 1 + len(points) * len(HITS) and found["acknowledged"] > 0, found


@pytest.mark.parametrize("point", UNDER_LOAD)
def test_under_load(make_world: MakeWorld, point: str) -> None:
    world = make_world().first_start()
    world.begin_load(cancelled=0.5, longest_pause=0.01)
    die_at_each(world, [point])


def test_around_checkpoints(make_world: MakeWorld) -> None:
    world = make_world().first_start()
    world.begin_load(contexts=("shared",), padding=1_000_000, longest_pause=0.01)
    die_at_each(world, CHECKPOINT)


def test_with_message_brokers(make_world: MakeWorld, kafka: KafkaDoor, mqtt: MqttDoor) -> None:
    world = make_world(**kafka.settings, **mqtt.settings)
    world.doors = [kafka, mqtt]
    world.first_start()
    world.begin_load(clients=1)
    die_at_each(world, MESSAGES)


@pytest.mark.parametrize("point", START)
def test_while_it_starts(make_world: MakeWorld, point: str) -> None:
    world = make_world().first_start()
    world.begin_load(longest_pause=0.01)
    for _ in HITS:
        world.run_for(0.1, 0.2)
        world.kill()
        assert not world.start_to_die(point, 1)
        world.await_death()
        world.start()
    world.end_load()
    found = world.verify()
    assert found["faults"] == 2 * len(HITS) and found["acknowledged"] > 0, found


@pytest.mark.parametrize("point", STOP)
def test_while_it_stops(make_world: MakeWorld, point: str) -> None:
    world = make_world().first_start()
    world.begin_load(longest_pause=0.01)
    world.kill()
    for _ in HITS:
        assert world.start_to_die(point, 1)
        world.run_for(0.1, 0.2)
        assert world.master.process is not None
        world.master.process.send_signal(signal.SIGTERM)
        world.await_death()
    world.start()
    world.end_load()
    found = world.verify()
    assert found["acknowledged"] > 0, found


def test_while_it_makes_a_database(make_world: MakeWorld) -> None:
    """Each migration is there or not; the next start does the rest."""
    for point in MIGRATION:
        world = make_world()
        database = world.master.folder / "data" / "mist.db"
        for file in database.parent.glob("mist.db*"):
            file.unlink()
        deaths = 0
        # What was committed does not come again, so the first hit is always another migration.
        while not world.start_to_die(point, 1 if "after" in point else deaths + 1):
            world.await_death()
            deaths += 1
        assert deaths >= 3
        world.kill()
        world.start()
        assert world.master.get("/v2/api/jobs").json == []
        world.master.put_context("shared", workerMode="shared")
        assert world.terminate(PATIENCE) == 0
