"""Clients of Kafka and MQTT: send requests, and write down the events that the brokers have for everybody."""

from __future__ import annotations

import itertools
import json
import logging
import random
import threading
from collections.abc import Iterator
from typing import Any, Protocol

from confluent_kafka import Consumer, Producer, TopicPartition
from kafka_topics import Topics
from ledger import Ledger
from load import ENDS, LoadOptions, next_number
from mist_master import PATIENCE
from world.mosquitto import MosquittoBroker
from world.mqtt_client import MqttClient


AWAY_PATIENCE = 120  # seconds for what a broker must take, which may be away for a minute


class Door(Protocol):
    """A message broker, as its clients see it."""

    name: str

    def send(self, request: dict[str, Any]) -> None:
        """Returns when the broker has it."""

    def new_events(self) -> list[dict[str, Any]]:
        """What came since the last call."""

    def close(self) -> None: ...


class KafkaDoor:
    name = "kafka"

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self.broker = topics.broker
        address = {
            "bootstrap.servers": topics.broker.address,
            "log_level": 0,
            "reconnect.backoff.max.ms": 1000,
        }
        # A request that is sent once is there once, also when the broker goes before it has answered. What the client
        # says of its connections and epochs is shown with a test that fails.
        told = logging.getLogger("kafka-client")
        told.setLevel(logging.DEBUG)
        said = {"log_level": 7, "debug": "broker,eos"}
        self._producer = Producer({**address, **said, "enable.idempotence": True}, logger=told)
        self._consumer = Consumer({**address, "group.id": "tests"})
        self._consumer.assign([TopicPartition(topics.events, 0, 0)])

    @property
    def settings(self) -> dict[str, object]:
        """For a master. One that was killed gets its records again soon (docs/messages.md)."""
        soon = "session.timeout.ms=600,heartbeat.interval.ms=200"
        return {**self.usual_settings, "kafka_properties": soon}

    @property
    def usual_settings(self) -> dict[str, object]:
        """With the timeouts that everybody has."""
        return self._topics.settings()

    def send(self, request: dict[str, Any]) -> None:
        self._producer.produce(self._topics.requests, json.dumps(request).encode())
        assert self._producer.flush(AWAY_PATIENCE) == 0

    def new_events(self) -> list[dict[str, Any]]:
        records = self._consumer.consume(1000, 0.05)
        return [json.loads(record.value()) for record in records if record.error() is None]

    def close(self) -> None:
        self._consumer.close()


class MqttDoor:
    name = "mqtt"

    def __init__(self, broker: MosquittoBroker) -> None:
        self.broker = broker
        self._client = MqttClient(broker.port, "faults", "events")
        self._read = 0

    @property
    def settings(self) -> dict[str, object]:
        topics = {"mqtt_subscribe_topic": "requests", "mqtt_publish_topic": "events"}
        return {"mqtt_on": "true", "mqtt_port": self.broker.port, "mqtt_logs": "false", **topics}

    def send(self, request: dict[str, Any]) -> None:
        self._client.send("requests", request)

    def new_events(self) -> list[dict[str, Any]]:
        events = self._client.bodies("events")
        found, self._read = events[self._read :], len(events)
        return found

    def close(self) -> None:
        self._client.close()


class MessageLoad:
    """Sends requests to one broker, on a thread of its own."""

    def __init__(self, door: Door, options: LoadOptions, ledger: Ledger, seed: str) -> None:
        self._door = door
        self._options = options
        self._ledger = ledger
        self._chance = random.Random(f"{seed}-{door.name}")
        self._prefix = f"{seed}-{door.name}"
        self._stop = threading.Event()
        self._failure: list[BaseException] = []
        self._ended: set[str] = set()
        self.sent: set[str] = set()  # tags
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(AWAY_PATIENCE + PATIENCE)  # longer than one request may take
        assert not self._thread.is_alive(), f"a client of {self._door.name} still sends"
        if self._failure:
            raise self._failure[0]

    def hears_end_of(self, job: str) -> bool:
        """Writes down the events that have come."""
        for event in self._door.new_events():
            told = {"id": event["id"], "event": event["event"]}
            self._ledger.note("heard", **{"from": self._door.name}, **told)
            if event["event"] in ENDS:
                self._ended.add(event["id"])
        return job in self._ended

    def _run(self) -> None:
        try:
            for request in self._requests():
                if self._stop.wait(self._chance.uniform(0, 0.05)):
                    return
                n = next_number()
                self._ledger.write("send", n=n, kind=self._door.name, tag=request["externalId"])
                self._door.send(request)
                self._ledger.write("answer", n=n, status=200)
                self.sent.add(request["externalId"])
        except BaseException as failure:
            self._failure.append(failure)

    def _requests(self) -> Iterator[dict[str, Any]]:
        chance = self._chance
        for i in itertools.count():
            tag = f"{self._prefix}-{i}"
            arguments = {
                "ledger": str(self._options.functions),
                "tag": tag,
                "ms": chance.randint(0, self._options.longest_run_ms),
                "fail": chance.random() < self._options.failing,
            }
            yield {
                "functionId": self._options.function,
                "parameters": arguments,
                "externalId": tag,
                "runSettings": {"contextId": "shared"},
            }
