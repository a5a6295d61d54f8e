"""Kafka and Mosquitto are restarted, absent when the master starts, or silent for a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import MakeWorld
from fault_world import FaultWorld, rounds, seed
from installation import Installation
from kafka_topics import Topics
from message_load import KafkaDoor, MqttDoor
from mist_master import wait_for
from world.kafka import KafkaBroker
from world.mosquitto import MosquittoBroker

AWAY_SECONDS = (0.5, 3)

# Over all that gives up by itself: in librdkafka 60 s for an answer (socket.timeout.ms), in Kafka 30 s for a produce
# request and 6 s for a member of a group, over MQTT 20 s of keep-alive and 15 s for an acknowledgement. Longer ones are
# switched off (message.timeout.ms) or do not count while the master asks for records (max.poll.interval.ms).
SILENT_SECONDS = 65
HTTP_WINDOW_SECONDS = (
    5  # in each of them the only client, which pauses for 0.2 s on average, gets answers
)


@dataclass
class Silence:
    """Both brokers are stopped like a machine that hangs: connections stay, and nothing answers."""

    world: FaultWorld
    kafka: KafkaDoor
    mqtt: MqttDoor
    began: float  # monotonic


@pytest.fixture(scope="module")
def silence(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Silence]:
    """It has just begun. Nobody needs to watch, so the brokers are of its own and other tests run meanwhile."""
    folder = tmp_path_factory.mktemp("silence")
    with ExitStack() as at_end:
        kafka_broker = KafkaBroker(make(folder / "kafka"), folder)
        at_end.callback(kafka_broker.kill)
        kafka_broker.start()
        mqtt_broker = MosquittoBroker(folder / "mosquitto").start()
        at_end.callback(mqtt_broker.stop)
        kafka, mqtt = KafkaDoor(Topics(kafka_broker)), MqttDoor(mqtt_broker)
        at_end.callback(mqtt.close)
        at_end.callback(kafka.close)
        world = FaultWorld(
            installation, folder / "world", seed(), **kafka.usual_settings, **mqtt.settings
        )
        at_end.callback(world.close)
        world.doors = [kafka, mqtt]
        world.first_start()
        world.begin_load(clients=1, longest_pause=0.4)
        world.run_for(1, 2)
        kafka_broker.freeze()
        mqtt_broker.freeze()
        yield Silence(world, kafka, mqtt, time.monotonic())
        kafka_broker.thaw()  # whose clients could not end otherwise, when the last test did not run
        mqtt_broker.thaw()


def make(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.usefixtures("silence")  # its minute is over when this test is
def test_brokers_that_are_restarted(
    make_world: MakeWorld, kafka: KafkaDoor, mqtt: MqttDoor
) -> None:
    world = make_world(**kafka.settings, **mqtt.settings)
    world.doors = [kafka, mqtt]
    world.first_start()
    world.begin_load(clients=1, longest_pause=0.1)
    for round in range(rounds(10)):
        broker = (kafka, mqtt)[round % 2].broker
        world.run_for(0.3, 1)
        broker.stop()
        accepted = len(world.accepted())
        world.run_for(*AWAY_SECONDS)
        wait_for(lambda: len(world.accepted()) > accepted, "HTTP, which does not notice")
        broker.start()
    world.run_for(0.3, 1)
    world.end_load()
    found = world.verify()
    assert (found["without answer"], found["interrupted"]) == (0, 0), found


def test_brokers_that_are_absent_when_the_master_starts(
    make_world: MakeWorld, kafka: KafkaDoor, mqtt: MqttDoor
) -> None:
    """At its very first start, and when it starts again after a kill."""
    world = make_world(**kafka.settings, **mqtt.settings)
    kafka.broker.stop()
    mqtt.broker.stop()
    try:
        world.first_start()
        world.begin_load(clients=2)
        for _ in range(rounds(2)):
            world.run_for(0.3, 1)
            world.kill()
            world.start()
            accepted = len(world.accepted())
            wait_for(lambda: len(world.accepted()) > accepted, "jobs to be taken")
    finally:
        mqtt.broker.start()
        kafka.broker.start()
    world.await_subscription()
    world.begin_messages(kafka, mqtt, clients=2)
    world.run_for(0.5, 1)
    world.end_load()
    found = world.verify()
    assert found["interrupted"] == 0 and found["acknowledged"] > 0, found


def test_brokers_that_are_silent_for_a_minute(silence: Silence) -> None:
    world = silence.world
    end = silence.began + SILENT_SECONDS
    time.sleep(max(0, end - time.monotonic()))
    accepted = world.accepted()
    silence.mqtt.broker.thaw()
    silence.kafka.broker.thaw()
    windows = {
        int((t - silence.began) / HTTP_WINDOW_SECONDS) for t in accepted if t > silence.began
    }
    assert windows >= set(range(SILENT_SECONDS // HTTP_WINDOW_SECONDS)), "HTTP notices"
    world.run_for(0.5, 1)
    world.end_load()
    found = world.verify()
    assert (found["without answer"], found["interrupted"]) == (0, 0), found
