"""examples/sensor-kafka with a real broker: a cancel loses no reading and counts none twice."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from confluent_kafka import Producer

from world.api import Api
from world.kafka import KafkaBroker
from world.waiting import eventually

BEGIN = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
WINDOW_SECONDS = 10
TAGS = ("tag-1", "tag-2")
PER_WINDOW = 5  # readings of a tag
INTERVAL_SECONDS = 0.05


class Sensors:
    """They fill a topic, one window of time after the other."""

    def __init__(self, broker: KafkaBroker) -> None:
        self.topic = f"readings-{uuid.uuid4().hex}"
        broker.create_topic(self.topic, partitions=2)
        # It says on standard error that a broker which has stopped cannot be reached.
        settings = {"bootstrap.servers": broker.address, "linger.ms": 1, "log_level": 0}
        self._producer = Producer(settings)
        self.windows = 0

    def send(self, line: str) -> None:
        self._producer.produce(self.topic, line)
        assert self._producer.flush(30) == 0, "Kafka took the line"

    def measure(self, windows: int) -> None:
        for _ in range(windows):
            begin = BEGIN + timedelta(seconds=self.windows * WINDOW_SECONDS)
            for n in range(PER_WINDOW):
                time = (begin + timedelta(seconds=n)).isoformat()
                for tag in TAGS:
                    line = f"{tag},{time},{self.windows + n},{40 + n}"
                    self._producer.produce(self.topic, line, key=tag)
            assert self._producer.flush(30) == 0, "Kafka took the readings"
            self.windows += 1

    def measure_until(self, enough: Event) -> None:
        while not enough.wait(INTERVAL_SECONDS):
            self.measure(1)

    def averages(self) -> list[dict[str, Any]]:
        """Of all windows but the last two, for which late readings may still come."""
        return [self._average(n, tag) for n in range(self.windows - 2) for tag in TAGS]

    def _average(self, window: int, tag: str) -> dict[str, Any]:
        begin = int(BEGIN.timestamp() + window * WINDOW_SECONDS) * 1000
        middle = (PER_WINDOW - 1) / 2
        return {
            "from": begin,
            "until": begin + WINDOW_SECONDS * 1000,
            "tag": tag,
            "temperature": window + middle,
            "humidity": 40 + middle,
            "readings": PER_WINDOW,
        }


@pytest.fixture
def sensors(kafka_broker: KafkaBroker) -> Sensors:
    return Sensors(kafka_broker)


def stored(output: Path) -> list[dict[str, Any]]:
    lines = [line for part in output.glob("*/*.json") for line in part.read_text().splitlines()]
    return [json.loads(line) for line in lines]


def in_order(averages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(averages, key=lambda average: (average["from"], average["tag"]))


def test_a_cancel_and_a_new_broker_lose_and_double_nothing(
    api: Api,
    kafka_broker: KafkaBroker,
    sensors: Sensors,
    pool: Callable[..., Future],
    tmp_path: Path,
) -> None:
    output = tmp_path / "averages"
    arguments = {
        "servers": kafka_broker.address,
        "topic": sensors.topic,
        "output": str(output),
        "window": f"{WINDOW_SECONDS} seconds",
        "late": "5 seconds",
    }
    sensors.send("no reading at all")
    sensors.measure(4)
    job_id = api.start("sensor-kafka", arguments)
    api.wait_for_log(job_id, f"there are {len(sensors.averages())} averages")
    api.wait_for_log(job_id, "not a reading, skipped: no reading at all")

    before, enough = len(stored(output)), Event()
    measuring = pool(sensors.measure_until, enough)
    try:
        eventually(lambda: len(stored(output)) > before, "averages of what comes later")
        assert api.cancel(job_id).json["status"] == "cancelled"
    finally:
        enough.set()
    measuring.result()
    kept = in_order(stored(output))
    assert before < len(kept) and kept == sensors.averages()[: len(kept)]

    kafka_broker.stop()
    kafka_broker.start()
    sensors.measure(2)
    every = sensors.averages()
    again = api.start("sensor-kafka", arguments | {"averages": len(every)})
    job = api.wait_for_status(again, "finished")
    assert job["jobResult"] == every
    assert in_order(stored(output)) == every
    assert job["workerId"] == api.job(job_id)["workerId"]
