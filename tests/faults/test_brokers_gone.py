"""Kafka and Mosquitto are restarted or away while the master serves."""

from __future__ import annotations

from conftest import MakeWorld
from fault_world import rounds
from message_load import KafkaDoor, MqttDoor

AWAY_SECONDS = (0.5, 3)


def test_requests_are_handled_once_and_events_come_afterwards(
    make_world: MakeWorld, kafka: KafkaDoor, mqtt: MqttDoor
) -> None:
    world = make_world(**kafka.settings, **mqtt.settings)
    world.doors = [kafka, mqtt]
    world.first_start()
    world.begin_load(clients=1)
    for _ in range(rounds(2)):
        for door in (kafka, mqtt):
            world.run_for(0.3, 1)
            door.broker.stop()
            accepted = world.accepted()
            world.run_for(*AWAY_SECONDS)
            assert world.accepted() > accepted, "HTTP does not notice"
            door.broker.start()
    world.run_for(0.3, 1)
    world.end_load()
    found = world.verify()
    assert (found["without answer"], found["interrupted"]) == (0, 0), found
