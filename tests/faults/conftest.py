"""Fixtures: the installation of the integration tests, and worlds of a test's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "faults"), str(TESTS / "integration" / "master"), str(TESTS / "e2e")]

from fault_world import FaultWorld, seed
from installation import Installation
from kafka_topics import Topics
from message_load import KafkaDoor, MqttDoor
from real_spark import make_real_installation, settings_for
from registered import make_registered_installation
from world.kafka import KafkaBroker, kafka_broker
from world.mosquitto import MosquittoBroker

MakeWorld = Callable[..., FaultWorld]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return make_registered_installation(tmp_path_factory.mktemp("installation"))


@pytest.fixture
def make_world(installation: Installation, tmp_path: Path) -> Iterator[MakeWorld]:
    """Makes worlds in folders below the test's; ends them all."""
    made: list[FaultWorld] = []

    def make(**settings: object) -> FaultWorld:
        made.append(FaultWorld(installation, tmp_path / str(len(made)), seed(), **settings))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def spark_world(tmp_path: Path) -> Iterator[FaultWorld]:
    """Its workers are real."""
    folder = tmp_path / "spark"
    folder.mkdir()
    real = make_real_installation(folder)
    world = FaultWorld(real, tmp_path / "0", seed(), inspector=True, **settings_for(real))
    yield world
    world.close()


@pytest.fixture
def kafka(kafka_broker: KafkaBroker) -> Iterator[KafkaDoor]:
    """With topics of its own."""
    door = KafkaDoor(Topics(kafka_broker))
    yield door
    door.close()


@pytest.fixture
def mqtt(tmp_path: Path) -> Iterator[MqttDoor]:
    broker = MosquittoBroker(tmp_path / "mosquitto").start()
    try:
        door = MqttDoor(broker)
        yield door
        door.close()
    finally:
        broker.stop()
