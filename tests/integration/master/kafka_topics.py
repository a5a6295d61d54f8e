"""Topics of a test's own, and what the test sends to them and finds in them."""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Optional
from uuid import uuid4

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from mist_master import PATIENCE
from world.kafka import KafkaBroker


class Topics:
    def __init__(self, broker: KafkaBroker) -> None:
        self.broker = broker
        self.name = "t-" + uuid4().hex[:8]
        for topic in (self.requests, self.events, self.replies, self.bound, self.dead):
            broker.create_topic(topic)

    def _topic(self, role: str) -> str:
        return f"{self.name}-{role}"

    requests = property(lambda self: self._topic("requests"))
    events = property(lambda self: self._topic("events"))
    replies = property(lambda self: self._topic("replies"))
    bound = property(lambda self: self._topic("bound"))
    dead = property(lambda self: self._topic("dead"))

    def settings(self, **others: object) -> dict[str, object]:
        """For a master."""
        return {
            "kafka_on": "true",
            "kafka_brokers": self.broker.address,
            "kafka_subscribe_topic": self.requests,
            "kafka_publish_topic": self.events,
            "kafka_bindings": f"{self.bound}=echo",
            "kafka_group": self.name,
            "kafka_logs": "false",
            **others,
        }

    def send(self, topic: str, *values: Any) -> None:
        """What is neither bytes nor None is sent as JSON."""
        producer = Producer({"bootstrap.servers": self.broker.address, "log_level": 0})
        for value in values:
            if value is not None and not isinstance(value, bytes):
                value = json.dumps(value).encode()
            producer.produce(topic, value)
        assert producer.flush(PATIENCE) == 0

    def call(self, function: str, external_id: str, arguments: Any = None, **more: Any) -> None:
        request = {"functionId": function, "parameters": arguments or {}, "externalId": external_id}
        self.send(self.requests, {**request, **more})

    def records(
        self, topic: str, enough: Callable[[list[Message]], Any], partition: int = 0
    ) -> list[Message]:
        """All records from the first one on, once they are enough."""
        settings = {"bootstrap.servers": self.broker.address, "group.id": "tests", "log_level": 0}
        consumer = Consumer(settings)
        consumer.assign([TopicPartition(topic, partition, 0)])
        found: list[Message] = []
        deadline = time.monotonic() + PATIENCE
        try:
            while not enough(found):
                assert time.monotonic() < deadline, [record.value() for record in found]
                for record in consumer.consume(100, 0.1):
                    if record.error() is None:
                        found.append(record)
            return found
        finally:
            consumer.close()

    def messages(self, topic: str, enough: Callable[[list[Any]], Any]) -> list[Any]:
        """The same as parsed JSON."""
        parse = lambda records: [json.loads(record.value()) for record in records]
        return parse(self.records(topic, lambda records: enough(parse(records))))

    def events_until(self, kind: str, count: int = 1) -> list[Any]:
        return self.messages(self.events, lambda events: len(of_kind(events, kind)) >= count)

    def forget_commits(self) -> None:
        """The next master gets every request again. None may run now."""
        start = [TopicPartition(self.requests, 0, 0)]
        admin = AdminClient({"bootstrap.servers": self.broker.address, "log_level": 0})
        wanted = [ConsumerGroupTopicPartitions(self.name, start)]
        for altered in admin.alter_consumer_group_offsets(wanted).values():
            (partition,) = altered.result(PATIENCE).topic_partitions
            assert partition.error is None, partition.error


def of_kind(events: list[Any], kind: str) -> list[Any]:
    return [event for event in events if event["event"] == kind]


def kinds(events: list[Any], job: Optional[str] = None) -> list[str]:
    return [event["event"] for event in events if job in (None, event["id"])]
