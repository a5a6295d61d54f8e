"""Section 3: requests from Kafka and events to it, with workers that have no Spark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from installation import Installation, copy_data
from kafka_topics import Topics, kinds
from mist_master import Master, wait_for
from world.kafka import KafkaBroker

PARTITIONS = 5


@pytest.fixture(scope="module")
def topics(kafka_broker: KafkaBroker) -> Topics:
    return Topics(kafka_broker)


@pytest.fixture(scope="module")
def kafka_master(
    installation: Installation, topics: Topics, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Master]:
    folder = tmp_path_factory.mktemp("kafka-master")
    copy_data(installation.data, folder / "data")
    host, port = topics.broker.address.split(":")
    topics.broker.create_topic(topics.name + "-wide", PARTITIONS)
    settings = topics.settings(kafka_host=host, kafka_port=port, kafka_logs="true")
    settings["kafka_publish_topic"] = f"{topics.events},{topics.name}-wide"
    del settings["kafka_brokers"], settings["kafka_logs"]
    master = Master(installation, folder, **settings)
    try:
        yield master.start()
    finally:
        master.destroy()


def events_of(topics: Topics, external_id: str) -> list[Any]:
    """Of the job that was asked for with this id, once it has ended; without its log."""

    def mine(events: list[Any]) -> list[Any]:
        jobs = [event["id"] for event in events if event.get("externalId") == external_id]
        return [e for e in events if jobs and e["id"] == jobs[0] and e["event"] != "logs"]

    return mine(topics.messages(topics.events, lambda events: "finished" in kinds(mine(events))))


def test_3_1_source(kafka_master: Master, topics: Topics) -> None:
    """Jobs from Kafka have the source `Async Kafka`."""
    topics.call("echo", "source")
    job = events_of(topics, "source")[0]["id"]
    assert kafka_master.job(job)["source"] == "Async Kafka"


def test_3_1_all_sources(kafka_master: Master, topics: Topics) -> None:
    """The events of jobs of all sources are published."""
    job = kafka_master.start_job("echo", externalId="http")
    assert {event["id"] for event in events_of(topics, "http")} == {job}


def test_3_1_logs(kafka_master: Master, topics: Topics) -> None:
    """Lines of logs are published too."""
    kafka_master.start_job("log", {"lines": 1})

    def lines(events: list[Any]) -> list[str]:
        logs = [event for event in events if event["event"] == "logs"]
        return [line["message"] for event in logs for line in event["events"]]

    topics.messages(topics.events, lambda events: "line 1" in lines(events))


def test_3_1_key(kafka_master: Master, topics: Topics) -> None:
    """The key of all records is the empty string."""
    kafka_master.call("echo")
    assert {record.key() for record in topics.records(topics.events, len)} == {b""}


def test_3_1_one_partition(kafka_master: Master, topics: Topics) -> None:
    """All records are in the one partition that Kafka's Java clients choose for that key."""
    kafka_master.call("echo")
    partition = murmur2_of_nothing() % PARTITIONS
    assert topics.records(topics.name + "-wide", len, partition)


def murmur2_of_nothing() -> int:
    """The hash of Kafka's DefaultPartitioner for a key without bytes."""
    h = 0x9747B28C
    h ^= h >> 13
    h = h * 0x5BD1E995 & 0xFFFFFFFF
    return (h ^ h >> 15) & 0x7FFFFFFF


@pytest.mark.differs("a job for each record: the group is `kafka.group`, and a new one begins at 0")
def test_3_1_while_away(start_master, kafka_broker: KafkaBroker) -> None:
    """Requests that are sent while the master is down are missed."""
    topics = Topics(kafka_broker)
    topics.call("echo", "early")
    start_master(**topics.settings())
    assert kinds(events_of(topics, "early"))[-1] == "finished"


def test_3_1_absent_broker(start_master) -> None:
    """The master starts without its broker."""
    master = start_master(kafka_on="true", kafka_port="1", kafka_subscribe_topic="in")
    assert master.call("echo")["success"] is True


def test_3_2_function_request(kafka_master: Master, topics: Topics) -> None:
    """A request names function, parameters, external id and context."""
    topics.call("echo", "all", {"value": 1}, runSettings={"contextId": "other", "mode": "shared"})
    events = events_of(topics, "all")
    assert events[0]["context"] == "other"
    assert events[0]["params"]["arguments"] == {"value": 1}


def test_3_2_only_the_function_is_required(kafka_master: Master, topics: Topics) -> None:
    """Only `functionId` is required; unknown keys are ignored."""
    before = len(kafka_master.get("/v2/api/jobs", limit=1000).json)
    topics.send(topics.requests, {"functionId": "echo", "unknown": 1})
    wait_for(
        lambda: len(kafka_master.get("/v2/api/jobs", limit=1000).json) == before + 1, "the job"
    )


def test_3_2_dev_request(kafka_master: Master, topics: Topics) -> None:
    """A dev request runs a function that is not registered."""
    request = {"fakeName": "dev", "path": "standin.zip", "className": "standin.Echo"}
    topics.send(topics.requests, {**request, "context": "default", "externalId": "dev"})
    assert events_of(topics, "dev")[0]["function"] == "dev"


@pytest.mark.differs("an event `failed` without a job, with `externalId` and the reason (D22)")
@pytest.mark.parametrize(
    ("request_", "what"),
    [
        (b"no JSON", "A record that is no JSON"),
        ({"function": "echo"}, "A record of neither form"),
        ({"functionId": "nobody", "externalId": "x"}, "A request for an unknown function"),
        ({"functionId": "log", "externalId": "x"}, "A request whose arguments are wrong"),
        (None, "A record without a value"),
    ],
)
def test_3_2_bad(kafka_master: Master, topics: Topics, request_: Any, what: str) -> None:
    """{what} is told to nobody."""
    before = kafka_master.get("/v2/api/status").json["kafka"]["rejected"]
    topics.send(topics.requests, request_)

    def told(events: list[Any]) -> list[Any]:
        return [event for event in events if event["id"] == ""]

    rejections = told(topics.messages(topics.events, lambda events: len(told(events)) > before))
    assert (rejections[-1]["event"], bool(rejections[-1]["error"])) == ("failed", True)
    wanted = request_.get("externalId") if isinstance(request_, dict) else None
    assert rejections[-1].get("externalId") == wanted
