"""Requests from Kafka and events to it, with a real broker."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kafka_topics import Topics, kinds, of_kind
from mist_master import Master, wait_for
from world.certificates import Authority
from world.kafka import PASSWORD, USER, KafkaBroker

# Stand-in workers download nothing.
LIFE = "initialized queued worker-assigned started finished".split()


@pytest.fixture
def topics(kafka_broker: KafkaBroker) -> Topics:
    return Topics(kafka_broker)


def kafka_status(master: Master) -> Any:
    return master.get("/v2/api/status").json["kafka"]


def jobs_of(master: Master) -> list[Any]:
    return master.get("/v2/api/jobs", limit=1000).json


def test_a_request_is_a_job_whose_events_come_in_order(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings())
    topics.call("echo", "e1", {"value": [1]}, runSettings={"contextId": "default", "retries": 1})
    events = topics.events_until("finished")
    assert kinds(events) == LIFE
    assert events[0]["externalId"] == "e1"
    assert events[-1]["result"] == {"value": [1]}
    job = master.job(events[0]["id"])
    assert (job["status"], job["source"], job["retries"]) == ("finished", "Async Kafka", 1)
    assert [record.key() for record in topics.records(topics.events, len)] == [b""] * len(LIFE)
    status = kafka_status(master)
    assert (status["connected"], status["received"], status["rejected"]) == (True, 1, 0)


def test_events_of_http_jobs_and_their_lines_are_published(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings(kafka_logs="true", kafka_subscribe_topic=""))
    job = master.start_job("log", {"lines": 3})

    def has_all(events: list[Any]) -> bool:
        lines = [line["message"] for logs in of_kind(events, "logs") for line in logs["events"]]
        return "line 3" in lines and "finished" in kinds(events)

    events = topics.messages(topics.events, has_all)
    assert {event["id"] for event in events} == {job}
    assert [kind for kind in kinds(events) if kind != "logs"] == LIFE


def test_no_lines_are_published_when_that_is_switched_off(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings(kafka_logs="false"))
    master.call("log", {"lines": 3})
    master.call("echo")
    assert set(kinds(topics.events_until("finished", 2))) == set(LIFE)


def test_an_event_that_is_too_large_holds_up_no_other(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings(kafka_subscribe_topic="", kafka_bindings=""))
    large = master.start_job("big", {"bytes": 2_000_000})
    master.wait_end(large)
    job = master.start_job("echo")
    events = topics.messages(topics.events, lambda events: kinds(events, job) == LIFE)
    assert kinds(events, large) == LIFE[:-1]
    wait_for(lambda: kafka_status(master)["connected"], "the connection")
    assert kafka_status(master)["droppedEvents"] == 1


def test_a_bound_topic_calls_its_function(start_master, topics: Topics) -> None:
    start_master(**topics.settings())
    topics.send(topics.bound, {"value": "any producer"})
    finished = topics.events_until("finished")
    assert finished[0]["function"] == "echo"
    assert finished[-1]["result"] == {"value": "any producer"}


def test_bad_messages_are_told_and_the_next_one_works(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings(kafka_dead_letter_topic=topics.dead))
    topics.send(topics.requests, b"no JSON", None, {"functionId": 1}, {"functionId": "nobody"})
    topics.call("log", "wrong arguments", {"lines": "many"})
    topics.call("echo", "good")
    events = topics.events_until("finished")
    rejections = [event for event in events if event["id"] == ""]
    assert kinds(rejections) == ["failed"] * 5
    assert all(rejection["error"] and rejection["time"] for rejection in rejections)
    assert [r.get("function") for r in rejections] == [None, None, None, "nobody", "log"]
    assert rejections[-1]["externalId"] == "wrong arguments"
    assert of_kind(events, "initialized")[0]["externalId"] == "good"
    dead = topics.records(topics.dead, lambda records: len(records) == 5)
    assert dead[0].value() == b"no JSON"
    headers = dict(dead[3].headers())
    assert headers["mist.topic"].decode() == topics.requests
    assert headers["mist.offset"] == b"3"
    assert "nobody" in headers["mist.reason"].decode()
    assert (kafka_status(master)["received"], kafka_status(master)["rejected"]) == (6, 5)


def test_a_reply_topic_gets_the_events_of_its_requests(start_master, topics: Topics) -> None:
    start_master(**topics.settings())
    topics.call("echo", "nowhere", replyTopic="not/a topic")  # stops nobody
    topics.call("nobody", "refused", replyTopic=topics.replies)
    topics.call("echo", "other")
    topics.call("echo", "answered", replyTopic=topics.replies)
    replies = topics.messages(topics.replies, lambda found: len(found) == 1 + len(LIFE))
    (refused,) = [reply for reply in replies if reply["id"] == ""]
    assert (refused["externalId"], refused["event"]) == ("refused", "failed")
    answers = [reply for reply in replies if reply["id"] != ""]
    assert kinds(answers) == LIFE
    assert answers[0]["externalId"] == "answered"
    assert len(of_kind(topics.events_until("finished", 3), "finished")) == 3


def test_a_redelivered_request_starts_nothing(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings())
    topics.call("echo", "first")
    topics.events_until("finished")
    assert master.stop() == 0
    topics.forget_commits()
    master.start()
    topics.call("echo", "second")
    topics.events_until("finished", 2)
    assert kafka_status(master)["received"] == 2
    assert sorted(job["externalId"] for job in jobs_of(master)) == ["first", "second"]


def test_what_was_committed_does_not_come_again(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings())
    topics.call("echo", "first")
    topics.events_until("finished")
    assert master.stop() == 0
    master.start()
    topics.call("echo", "second")
    topics.events_until("finished", 2)
    assert kafka_status(master)["received"] == 1


def test_requests_wait_for_room_in_the_queue(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings(jobs_max_queued=2))
    running = master.start_job("hang")
    master.wait_status(running, "started")
    topics.send(topics.requests, *({"functionId": "echo", "externalId": str(i)} for i in range(9)))
    wait_for(lambda: "event=kafka_requests_wait" in master.log_text(), "requests to wait")
    assert master.get("/v2/api/status").status == 200
    master.cancel(running)
    started = of_kind(topics.events_until("finished", 9), "initialized")
    assert [event.get("externalId") for event in started] == [None, *"012345678"]
    assert kafka_status(master)["rejected"] == 0
    assert len(re.findall("event=kafka_requests_wait", master.log_text())) == 1


def test_a_kill_loses_and_doubles_nothing(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings())
    master.put_context("many", workerMode="shared", jobsPerWorker=4)
    ids = [str(i) for i in range(150)]
    settings = {"runSettings": {"contextId": "many"}}
    requests = [{"functionId": "echo", "externalId": id, **settings} for id in ids]
    topics.send(topics.requests, *requests[:100])
    wait_for(lambda: jobs_of(master), "the first jobs")
    master.kill()
    topics.send(topics.requests, *requests[100:])
    master.start()

    def ended(events: list[Any]) -> set[str]:
        return {event["id"] for event in events if event["event"] in ("finished", "failed")}

    events = topics.messages(topics.events, lambda events: len(ended(events)) == len(ids))
    jobs = jobs_of(master)
    assert sorted(job["externalId"] for job in jobs) == sorted(ids)
    # What was under way at the kill may have been sent twice, in order both times.
    for job in jobs:
        told = list(dict.fromkeys(kinds(events, job["jobId"])))
        assert told[:2] == LIFE[:2] and told[-1] == job["status"], told


def test_a_master_starts_without_its_broker(prepare_master, topics: Topics) -> None:
    topics.broker.stop()
    try:
        master = prepare_master(**topics.settings()).start()
        assert master.call("echo", {"value": 1})["payload"] == {"value": 1}
        wait_for(lambda: "event=kafka_unavailable" in master.log_text(), "a line in the log")
        assert kafka_status(master)["connected"] is False
    finally:
        topics.broker.start()
    topics.call("echo", "later")
    events = topics.events_until("finished", 2)
    assert kinds(events) == LIFE * 2
    wait_for(lambda: kafka_status(master)["connected"], "the connection")
    for change in ("kafka_unavailable", "kafka_connected"):
        assert len(re.findall(f"event={change}\\b", master.log_text())) == 1


def test_events_wait_for_a_broker_that_is_away(start_master, topics: Topics, tmp_path) -> None:
    master = start_master(**topics.settings())
    go = tmp_path / "go"
    topics.call("until", "running", {"file": str(go)})
    topics.events_until("started")
    topics.broker.stop()
    try:
        go.touch()
        jobs = [master.start_job("echo", {"value": i}, externalId=str(i)) for i in range(20)]
        for job in jobs:
            master.wait_end(job)
    finally:
        topics.broker.start()
    events = topics.events_until("finished", 21)
    for job in jobs:
        assert kinds(events, job) == LIFE
    finished = [event["id"] for event in of_kind(events, "finished")]
    assert finished[1:] == jobs


def test_a_master_stops_in_time_without_its_broker(start_master, topics: Topics) -> None:
    master = start_master(**topics.settings())
    topics.broker.stop()
    try:
        job = master.start_job("echo")
        master.wait_end(job)
        assert master.stop() == 0
    finally:
        topics.broker.start()
    master.start()
    assert kinds(topics.events_until("finished"), job) == LIFE


def test_a_missing_publish_topic_gets_its_events_when_it_is_made(
    start_master, topics: Topics
) -> None:
    late = topics.name + "-late"
    both = {"kafka_publish_topic": f"{topics.events},{late}"}
    soon = {"kafka_properties": "topic.metadata.propagation.max.ms=100"}
    master = start_master(**topics.settings(**both, **soon))
    master.call("echo")
    wait_for(lambda: "event=sink_unavailable" in master.log_text(), "the missing topic in the log")
    topics.broker.create_topic(late)
    assert kinds(topics.messages(late, lambda events: "finished" in kinds(events))) == LIFE
    assert kinds(topics.events_until("finished")) == LIFE


# ---- getting in ---------------------------------------------------------------------------------


def login(topics: Topics, password: str = PASSWORD, **others: str) -> dict[str, object]:
    """Settings of a master that logs in over TLS; `others` are of kafka.properties, with _ for dots."""
    properties = {
        "security_protocol": "sasl_ssl",
        "ssl_ca_location": topics.broker.authority.certificate,
        "sasl_mechanism": "PLAIN",
        "sasl_username": USER,
        "sasl_password": password,
        **others,
    }
    given = ",".join(f"{name.replace('_', '.')}={value}" for name, value in properties.items())
    settings = topics.settings(kafka_properties=given)
    return {**settings, "kafka_brokers": topics.broker.address_with_login}


def test_a_master_logs_in_over_tls(start_master, topics: Topics) -> None:
    master = start_master(**login(topics))
    topics.call("echo", "with login")
    assert kinds(topics.events_until("finished")) == LIFE
    shown = subprocess.run(
        [master.installation.program, "check-config"],
        env=master.environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"kafka.properties.sasl.username = {USER}" in shown
    assert "kafka.properties.sasl.password = ******" in shown
    for text in (shown, master.log_text(), master.get("/v2/api/status").text):
        assert PASSWORD not in text


def test_a_login_by_scram_works_unless_librdkafka_is_too_old_for_kafka_4(
    start_master, topics: Topics
) -> None:
    master = start_master(**login(topics, sasl_mechanism="SCRAM-SHA-512"))
    works = lambda: kafka_status(master)["connected"]
    hint = "it takes librdkafka 2.6.1 to log in to Kafka 4 with SCRAM; use another sasl.mechanism"
    wait_for(lambda: works() or hint in master.log_text(), "a connection or the reason")
    assert works() or "Authentication failed" in master.log_text()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("password", "Authentication failed"),
        ("authority", "broker certificate could not be verified"),
        ("host", "broker certificate could not be verified"),
    ],
)
def test_a_master_that_is_not_let_in_says_why_and_works_once_it_is(
    prepare_master, topics: Topics, tmp_path: Path, wrong: str, told: str
) -> None:
    settings = login(topics)
    if wrong == "password":
        settings |= login(topics, "a-wrong-one")
    elif wrong == "authority":
        other = Authority(tmp_path).certificate
        settings |= login(topics, ssl_ca_location=str(other))
    else:
        settings["kafka_brokers"] = str(settings["kafka_brokers"]).replace("127.0.0.1", "localhost")
    master = prepare_master(**settings).start()
    topics.call("echo", "meanwhile")
    wait_for(lambda: "event=kafka_problem" in master.log_text(), "the refusal in the log")
    wait_for(lambda: "event=kafka_unavailable" in master.log_text(), "further attempts")
    (line,) = re.findall("event=kafka_problem.*", master.log_text())
    assert told in line
    assert kafka_status(master)["connected"] is False
    assert master.call("echo")["success"] is True
    for text in (master.log_text(), master.get("/v2/api/status").text):
        assert "a-wrong-one" not in text and PASSWORD not in text
    assert master.stop() == 0

    for name, value in login(topics).items():
        master.environment["MIST_" + name.upper()] = str(value)
    master.start()
    assert kinds(topics.events_until("finished", 2)) == LIFE * 2


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"kafka_port": "none"}, "MIST_KAFKA_PORT: kafka.port must be a port"),
        ({"kafka_brokers": "host"}, "MIST_KAFKA_BROKERS: kafka.brokers must be host:port"),
        (
            {"kafka_publish_topic": "a b"},
            "MIST_KAFKA_PUBLISH_TOPIC: kafka.publish-topic: Kafka has",
        ),
        ({"kafka_bindings": "topic"}, "MIST_KAFKA_BINDINGS: kafka.bindings must be name=value"),
        ({"kafka_properties": "acks=1"}, "MIST_KAFKA_PROPERTIES: kafka.properties: acks cannot be"),
        (
            {"kafka_properties": "no.such=1"},
            "MIST_KAFKA_PROPERTIES: kafka.properties: no.such: No ",
        ),
    ],
)
def test_wrong_settings_are_refused_at_the_start(
    prepare_master, given: dict[str, str], problem: str
) -> None:
    master = prepare_master(kafka_on="true", **given)
    assert master.launch().wait(30) == 1
    assert problem in master.log_text()
