"""The MQTT door, with a real broker."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from broken_line import BrokenLine, OldBroker
from mist_master import TERMINAL, Master, wait_for
from world.certificates import Authority
from world.mosquitto import MosquittoBroker
from world.mqtt_client import MqttClient

MakeBroker = Callable[..., MosquittoBroker]
Connect = Callable[..., MqttClient]
StartWithMqtt = Callable[..., Master]


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[MakeBroker]:
    """Makes brokers in folders below the test's; ends them all."""
    made: list[MosquittoBroker] = []

    def make(folder: str, *settings: str) -> MosquittoBroker:
        made.append(MosquittoBroker(tmp_path / folder, *settings))
        return made[-1].start()

    yield make
    for broker in made:
        broker.stop()


@pytest.fixture
def broker(make_broker: MakeBroker) -> MosquittoBroker:
    return make_broker("broker")


@pytest.fixture
def connect(broker: MosquittoBroker) -> Iterator[Connect]:
    made: list[MqttClient] = []

    def connect(*topics: str) -> MqttClient:
        made.append(MqttClient(broker.port, f"client-{len(made)}", *topics))
        return made[-1]

    yield connect
    for client in made:
        client.close()


@pytest.fixture
def start(broker: MosquittoBroker, prepare_master: Callable[..., Master]) -> StartWithMqtt:
    """Starts a master and waits until it has subscribed. `others` are settings beside those of MQTT."""

    def start(others: dict[str, object] = {}, **settings: object) -> Master:
        given = {"port": broker.port, "subscribe_topic": "requests", "publish_topic": "events"}
        mqtt = {f"mqtt_{key}": value for key, value in (given | settings).items()}
        return wait_until_connected(prepare_master(mqtt_on="true", **mqtt, **others).start())

    return start


def wait_until_connected(master: Master) -> Master:
    wait_for(lambda: "event=mqtt_requests_connected" in master.log_text(), "a subscription")
    return master


def events_of(messages: list[Any], job: str) -> list[str]:
    """Without logs, and without what came twice."""
    return list(dict.fromkeys(e["event"] for e in messages if e["id"] == job))


def wait_event(client: MqttClient, event: str, topic: str = "events", **members: object) -> Any:
    def look() -> Any:
        wanted = {"event": event} | members
        return next((e for e in client.bodies(topic) if wanted.items() <= e.items()), None)

    return wait_for(look, f"{event} of {members} on {topic}")


def request(function: str, external_id: str, **members: object) -> dict[str, object]:
    return {"functionId": function, "externalId": external_id} | members


def jobs_of(master: Master, external_id: str) -> list[Any]:
    jobs = master.get("/v2/api/jobs", limit=1000).json
    return [job for job in jobs if job.get("externalId") == external_id]


def wait_job(master: Master, external_id: str) -> Any:
    """The end of the only job of that request."""
    wait_for(lambda: jobs_of(master, external_id), f"a job of {external_id}")
    (job,) = jobs_of(master, external_id)
    return master.wait_end(job["jobId"])


STORY = ["initialized", "queued", "worker-assigned", "started", "finished"]


# ---- requests and events ------------------------------------------------------------------------


def test_a_message_starts_a_job_and_its_events_are_published(
    start: StartWithMqtt, connect: Connect
) -> None:
    master, client = start(), connect("events")
    client.send("requests", request("echo", "e1", parameters={"value": [1]}))
    ended = wait_event(client, "finished")
    assert ended["result"] == {"value": [1]}
    job = master.job(ended["id"])
    assert (job["source"], job["externalId"]) == ("Async Mqtt", "e1")
    wait_event(client, "logs")
    events = [e for e in client.bodies("events") if e["event"] != "logs"]
    assert [e["event"] for e in events] == STORY
    assert events[0] == {
        "id": job["jobId"],
        "params": job["params"],
        "externalId": "e1",
        "function": "echo",
        "context": "default",
        "event": "initialized",
    }
    assert not any(message.retained for message in client.messages)
    wait_for(lambda: master.get("/v2/api/status").json["mqtt"]["delivered"] == 5, "the count")
    status = master.get("/v2/api/status").json["mqtt"]
    assert (status["connected"], status["received"], status["rejected"]) == (True, 1, 0)


def test_events_of_http_jobs_are_published_without_logs_when_these_are_off(
    start: StartWithMqtt, connect: Connect
) -> None:
    master, client = start(logs="false", publish_topic="events,copy"), connect("events", "copy")
    job = master.start_job("log", {"lines": 3})
    master.whole_log(job)
    last = master.start_job("echo")
    wait_event(client, "finished", "copy", id=last)
    assert "logs" not in [e["event"] for e in client.bodies("events")]
    assert client.bodies("events") == client.bodies("copy")
    assert events_of(client.bodies("copy"), job) == STORY


def test_topics_may_have_wildcards_and_be_many(start: StartWithMqtt, connect: Connect) -> None:
    master, client = start(subscribe_topic="a/+/x, b/#"), connect()
    for topic, external_id in (("a/1/x", "1"), ("a/1/y", "2"), ("b", "3"), ("b/2/3", "4")):
        client.send(topic, request("echo", external_id))
    assert [wait_job(master, i)["status"] for i in "134"] == ["finished"] * 3
    assert jobs_of(master, "2") == []


def test_messages_of_a_bound_topic_are_arguments(start: StartWithMqtt, connect: Connect) -> None:
    master, client = start(subscribe_topic="", bindings="sensors/+/alarm=echo"), connect("events")
    client.send("sensors/kitchen/alarm", {"value": 7})
    ended = wait_event(client, "finished")
    assert ended["result"] == {"value": 7}
    client.send("sensors/kitchen/alarm", b"no JSON")
    rejected = wait_event(client, "failed")
    assert rejected["function"] == "echo"
    assert "malformed" in rejected["error"]


def test_what_starts_nothing_is_told_and_the_next_message_works(
    start: StartWithMqtt, connect: Connect
) -> None:
    master, client = start(), connect("events")
    client.send("requests", b"{")
    client.send("requests", {"externalId": "no function"})
    client.send("requests", request("none", "e1"))
    client.send("requests", request("echo", "e0", runSettings={"retries": -1}))
    client.send("requests", request("typed", "e2", parameters={"n": "x"}))
    client.send("requests", request("echo", "e3"))
    wait_event(client, "initialized", externalId="e3")
    rejected = [e for e in client.bodies("events") if e["event"] == "failed"]
    assert [e["id"] for e in rejected] == [""] * 5
    assert [e.get("externalId") for e in rejected] == [None, None, "e1", None, "e2"]
    assert "none" in rejected[2]["error"]
    assert "retries must be at least 0, got -1" in rejected[3]["error"]
    assert wait_job(master, "e3")["status"] == "finished"
    status = master.get("/v2/api/status").json["mqtt"]
    assert (status["received"], status["rejected"]) == (1, 5)


def test_a_retained_message_is_no_request(start: StartWithMqtt, connect: Connect) -> None:
    client = connect()
    client.send("requests", request("echo", "old"), retain=True)
    master = start()
    client.send("requests", request("echo", "new"))
    wait_job(master, "new")
    assert jobs_of(master, "old") == []


def test_a_reply_topic_gets_the_events_of_its_job(start: StartWithMqtt, connect: Connect) -> None:
    start(publish_topic="")
    client = connect("mine", "requests")
    client.send("requests", request("echo", "other"))
    client.send("requests", request("echo", "e1", replyTopic="mine"))
    client.send("requests", request("none", "e2", replyTopic="mine"))
    wait_event(client, "failed", "mine", externalId="e2")
    job = wait_event(client, "finished", "mine")["id"]
    assert events_of([e for e in client.bodies("mine") if e["id"]], job) == STORY
    assert {e["id"] for e in client.bodies("mine")} == {job, ""}


def test_a_reply_topic_that_is_read_from_is_refused(start: StartWithMqtt, connect: Connect) -> None:
    master, client = start(), connect("events")
    for number, topic in enumerate(("requests", "a/#", "")):
        client.send("requests", request("echo", str(number), replyTopic=topic))
        assert "replyTopic" in wait_event(client, "failed", externalId=str(number))["error"]
        assert jobs_of(master, str(number)) == []


# ---- once ---------------------------------------------------------------------------------------


def test_a_message_that_is_delivered_again_starts_nothing(
    broker: MosquittoBroker, start: StartWithMqtt, connect: Connect
) -> None:
    line = BrokenLine(broker.port)
    master, client = start(port=line.port, publish_topic=""), connect()
    line.swallowing = True  # acknowledgements
    client.send("requests", {"functionId": "echo"})
    wait_for(lambda: master.get("/v2/api/jobs").json, "the job")
    line.cut()
    wait_for(lambda: "PUBLISH to mist (d1" in broker.log(), "the second delivery")
    client.send("requests", {"functionId": "echo"})
    wait_for(lambda: len(master.get("/v2/api/jobs").json) > 1, "the job of the next message")
    client.send("requests", request("echo", "last"))
    wait_job(master, "last")
    assert len(master.get("/v2/api/jobs").json) == 3
    line.close()


def test_a_unique_request_starts_one_job(start: StartWithMqtt, connect: Connect) -> None:
    master, client = start(), connect("events")
    for _ in range(3):
        client.send("requests", request("echo", "e1", unique=True))
    client.send("requests", request("fail", "e1", unique=True))
    assert "key" in wait_event(client, "failed", externalId="e1")["error"]
    assert wait_job(master, "e1")["status"] == "finished"


def test_all_requests_can_be_unique(start: StartWithMqtt, connect: Connect) -> None:
    master, client = start(unique="true"), connect()
    for external_id in ("e1", "e1", "e2"):
        client.send("requests", request("echo", external_id))
    wait_job(master, "e2")
    assert len(jobs_of(master, "e1")) == 1


def test_messages_wait_at_the_broker_while_the_queue_is_full(
    start: StartWithMqtt, connect: Connect, tmp_path: Path
) -> None:
    master, client = start({"jobs_max_queued": 1}), connect("events")
    gate = tmp_path / "gate"
    running = request("until", "0", parameters={"file": str(gate)})
    client.send("requests", running)
    wait_for(lambda: master.get("/v2/api/jobs", status="started").json, "the job to start")
    for number in range(1, 5):
        client.send("requests", request("echo", str(number)))
    wait_for(lambda: "event=mqtt_requests_wait" in master.log_text(), "a full queue")
    assert master.post_job("echo").status == 429
    gate.touch()
    jobs = [wait_job(master, str(number)) for number in range(5)]
    assert [job["status"] for job in jobs] == ["finished"] * 5
    created = [job["createTime"] for job in jobs]
    assert created == sorted(created)
    assert not [e for e in client.bodies("events") if e["id"] == ""]


# ---- a broker that is away ----------------------------------------------------------------------


def test_an_absent_broker_stops_nothing(
    broker: MosquittoBroker, prepare_master: Callable[..., Master]
) -> None:
    broker.stop()
    master = prepare_master(
        mqtt_on="true",
        mqtt_port=broker.port,
        mqtt_subscribe_topic="requests",
        mqtt_publish_topic="events",
    ).start()
    wait_for(lambda: "event=mqtt_requests_unavailable" in master.log_text(), "the line in the log")
    assert master.call("echo")["success"]
    assert not master.get("/v2/api/status").json["mqtt"]["connected"]
    broker.start()
    wait_until_connected(master)
    client = MqttClient(broker.port, "client", "events")
    client.send("requests", request("echo", "e1"))
    wait_event(client, "initialized", externalId="e1")
    assert wait_job(master, "e1")["status"] == "finished"
    assert master.log_text().count("event=mqtt_requests_unavailable") == 1
    client.close()


def test_a_silent_broker_stops_nothing(
    broker: MosquittoBroker, start: StartWithMqtt, connect: Connect
) -> None:
    master, client = start(logs="false"), connect("events")
    broker.freeze()
    job = master.start_job("echo")
    assert master.wait_end(job)["status"] == "finished"
    assert master.stop() == 0
    broker.thaw()
    wait_until_connected(master.start())
    wait_event(client, "finished", id=job)
    assert events_of(client.bodies("events"), job) == STORY


def test_a_broker_that_comes_back_gets_all_events_in_order(
    broker: MosquittoBroker, start: StartWithMqtt, connect: Connect, tmp_path: Path
) -> None:
    master, client = start(logs="false"), connect("events")
    gate = tmp_path / "gate"
    client.send("requests", request("until", "e1", parameters={"file": str(gate)}))
    first = wait_event(client, "started")["id"]
    broker.stop()
    gate.touch()
    jobs = [first] + [master.start_job("echo") for _ in range(5)]
    for job in jobs:
        master.wait_end(job)
    broker.start()
    wait_event(client, "finished", id=jobs[-1])
    for job in jobs:
        assert events_of(client.bodies("events"), job) == STORY
    ends = [e["id"] for e in client.bodies("events") if e["event"] == "finished"]
    assert list(dict.fromkeys(ends)) == jobs
    client.send("requests", request("echo", "again"))
    assert wait_job(master, "again")["status"] == "finished"


def test_a_broker_that_forgot_everything_is_subscribed_to_again(
    make_broker: MakeBroker, prepare_master: Callable[..., Master]
) -> None:
    forgetful = make_broker("forgetful", "allow_anonymous true\npersistence false")
    master = prepare_master(
        mqtt_on="true", mqtt_uri=forgetful.uri, mqtt_subscribe_topic="requests"
    ).start()
    wait_until_connected(master)
    forgetful.restart()
    wait_for(lambda: master.log_text().count("event=mqtt_requests_connected") == 2, "a reconnect")
    client = MqttClient(forgetful.port, "client")
    client.send("requests", request("echo", "e1"))
    assert wait_job(master, "e1")["status"] == "finished"
    client.close()


# ---- a master that is away ----------------------------------------------------------------------


def test_messages_wait_for_a_master_that_is_stopped(start: StartWithMqtt, connect: Connect) -> None:
    master, client = start({"shutdown_deadline": "100 ms"}), connect("events")
    job = master.start_job("hang")
    wait_event(client, "started", id=job)
    assert master.stop() == 0
    for number in range(3):
        client.send("requests", request("echo", str(number)))
    master.start()
    assert [wait_job(master, str(i))["status"] for i in range(3)] == ["finished"] * 3
    wait_event(client, "initialized", externalId="2")
    assert events_of([e for e in client.bodies("events") if e["event"] != "logs"], job)[-1] == (
        "failed"
    )


def test_nothing_is_lost_or_doubled_when_the_master_is_killed(
    start: StartWithMqtt, connect: Connect
) -> None:
    master, client = start(logs="false"), connect("events")
    count = 60
    for number in range(count):
        client.send("requests", request("echo", str(number)))
        if number in (10, 30, 50):
            wait_for(lambda: jobs_of(master, str(number - 5)), "some of the jobs")
            master.kill()
            master.start()
    ended = [wait_job(master, str(number)) for number in range(count)]
    assert [len(jobs_of(master, str(number))) for number in range(count)] == [1] * count
    for job in ended:
        wait_event(client, job["status"], id=job["jobId"])
    for job in ended:
        events = events_of(client.bodies("events"), job["jobId"])
        assert events[:2] == ["initialized", "queued"]
        assert events[-1] in TERMINAL


# ---- messages that the broker does not take -----------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "is_old", "reason"),
    [
        ("message_size_limit", False, "Packet too large"),
        ("max_packet_size", False, "the broker takes 100000 bytes"),
        ("max_packet_size", True, "the broker ends each connection that it is sent over"),
    ],
)
def test_an_event_that_is_too_large_holds_up_no_other(
    make_broker: MakeBroker,
    prepare_master: Callable[..., Master],
    setting: str,
    is_old: bool,
    reason: str,
) -> None:
    """Mosquitto refuses such a message, tells its limit beforehand, or only hangs up."""
    small = make_broker("small", f"allow_anonymous true\n{setting} 100000")
    line = OldBroker(small.port)
    client = MqttClient(small.port, "client", "events")
    master = prepare_master(
        mqtt_on="true",
        mqtt_port=line.port if is_old else small.port,
        mqtt_publish_topic="events",
        mqtt_logs="false",
    ).start()
    jobs = [master.start_job(*call) for call in (("echo",), ("big", {"bytes": 200_000}), ("echo",))]
    for job in jobs:
        master.wait_end(job)
    wait_event(client, "finished", id=jobs[2])
    stories = [events_of(client.bodies("events"), job) for job in jobs]
    assert stories == [STORY, STORY[:-1], STORY]
    wait_for(lambda: mqtt_status(master)["droppedEvents"] == 1, "the count")
    (dropped,) = re.findall("event=mqtt_event_dropped .*", master.log_text())
    assert jobs[1] in dropped and "bytes=200" in dropped and reason in dropped, dropped
    client.close()
    line.close()


def test_topics_that_the_broker_refuses_hold_up_events_or_are_given_up(
    make_broker: MakeBroker, prepare_master: Callable[..., Master], tmp_path: Path
) -> None:
    """All events wait for a publish topic; those for a reply topic do not."""
    rights = tmp_path / "rights"
    rights.write_text("topic read #\ntopic write requests\n")
    strict = make_broker("strict", f"allow_anonymous true\nacl_file {rights}")
    client = MqttClient(strict.port, "client", "events")
    master = prepare_master(
        mqtt_on="true",
        mqtt_port=strict.port,
        mqtt_subscribe_topic="requests",
        mqtt_publish_topic="events",
        mqtt_logs="false",
    ).start()
    wait_until_connected(master)
    client.send("requests", request("echo", "e1", replyTopic="forbidden"))
    wait_job(master, "e1")
    refusal = 'event=sink_unavailable sink=mqtt reason="topic events: Not authorized"'
    wait_for(lambda: refusal in master.log_text(), "the refusal in the log")
    rights.write_text(rights.read_text() + "topic write events\n")
    strict.restart()
    ended = wait_event(client, "finished")
    assert events_of(client.bodies("events"), ended["id"]) == STORY
    wait_for(lambda: mqtt_status(master)["droppedEvents"] == len(STORY), "the count")
    client.close()


# ---- getting in ---------------------------------------------------------------------------------


def test_a_login_is_used_and_never_logged(
    make_broker: MakeBroker, tmp_path: Path, prepare_master: Callable[..., Master]
) -> None:
    passwords = tmp_path / "passwords"
    command = ["mosquitto_passwd", "-b", "-c", str(passwords), "mist", "hush-hush"]
    subprocess.run(command, check=True)
    guarded = make_broker("guarded", f"allow_anonymous false\npassword_file {passwords}")
    settings = {
        "mqtt_on": "true",
        "mqtt_port": guarded.port,
        "mqtt_username": "mist",
        "mqtt_subscribe_topic": "requests",
    }
    wrong = prepare_master("wrong", mqtt_password="wrong-one", **settings).start()
    wait_for(lambda: "event=mqtt_requests_unavailable" in wrong.log_text(), "the refusal")
    right = prepare_master("right", mqtt_password="hush-hush", **settings).start()
    wait_until_connected(right)
    command = [str(right.installation.program), "check-config"]
    shown = subprocess.run(command, env=right.environment, capture_output=True, text=True).stdout
    for text in (wrong.log_text(), right.log_text(), shown):
        assert "wrong-one" not in text and "hush-hush" not in text
    assert "mist.mqtt.password = ******" in shown


def test_a_broker_that_may_lose_messages_is_not_read_from(
    make_broker: MakeBroker, prepare_master: Callable[..., Master]
) -> None:
    loose = make_broker("loose", "allow_anonymous true\nmax_qos 0")
    master = prepare_master(
        mqtt_on="true", mqtt_port=loose.port, mqtt_subscribe_topic="requests"
    ).start()
    wait_for(lambda: "does not grant it at QoS 1" in master.log_text(), "the line in the log")
    assert "event=mqtt_requests_connected" not in master.log_text()


@dataclass
class Guarded:
    """A broker that wants TLS with a certificate of both, and a password."""

    broker: MosquittoBroker
    passwords: Path
    settings: dict[str, object]  # of a master that gets in


@pytest.fixture
def guarded(make_broker: MakeBroker, tmp_path: Path) -> Guarded:
    authority = Authority(tmp_path / "authority")
    own = authority.issue("broker", "IP:127.0.0.1")
    master = authority.issue("master")
    passwords = tmp_path / "passwords"
    write_password(passwords, PASSWORD)
    broker = make_broker(
        "guarded",
        f"allow_anonymous false\npassword_file {passwords}\ncafile {authority.certificate}\n"
        f"certfile {own.certificate}\nkeyfile {own.key}\nrequire_certificate true",
    )
    settings = {
        "mqtt_on": "true",
        "mqtt_host": "127.0.0.1",
        "mqtt_port": broker.port,
        "mqtt_tls_ca": authority.certificate,
        "mqtt_tls_certificate": master.certificate,
        "mqtt_tls_key": master.key,
        "mqtt_username": "mist",
        "mqtt_password": PASSWORD,
        "mqtt_subscribe_topic": "requests",
        "mqtt_publish_topic": "events",
    }
    return Guarded(broker, passwords, settings)


PASSWORD = "hush-hush"


def write_password(file: Path, password: str) -> None:
    command = ["mosquitto_passwd", "-b", "-c", str(file), "mist", password]
    subprocess.run(command, check=True)


def test_a_master_gets_in_by_tls_certificate_and_password(
    guarded: Guarded, prepare_master: Callable[..., Master]
) -> None:
    master = wait_until_connected(prepare_master(**guarded.settings).start())
    master.call("echo")
    wait_for(lambda: mqtt_status(master)["delivered"] == len(STORY), "the events")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("password", "[Nn]ot authorized"),
        ("authority", "the broker's certificate is not accepted: .*self-signed"),
        ("host", "the broker's certificate is not accepted: hostname mismatch"),
        ("no certificate", "alert certificate required"),
    ],
)
def test_a_master_that_is_not_let_in_says_why_and_works_once_it_is(
    guarded: Guarded,
    prepare_master: Callable[..., Master],
    tmp_path: Path,
    wrong: str,
    told: str,
) -> None:
    settings = dict(guarded.settings)
    if wrong == "password":
        settings["mqtt_password"] = "wrong-one"
    elif wrong == "authority":
        settings["mqtt_tls_ca"] = Authority(tmp_path / "other").certificate
    elif wrong == "host":
        settings["mqtt_host"] = "localhost"
    else:
        del settings["mqtt_tls_certificate"], settings["mqtt_tls_key"]
    master = prepare_master(**settings).start()
    wait_for(lambda: "event=mqtt_requests_unavailable" in master.log_text(), "the refusal")
    assert master.call("echo")["success"]
    for event in ("mqtt_requests_unavailable", "sink_unavailable"):
        reason = f"event={event} .*({told})"
        wait_for(lambda: re.search(reason, master.log_text()), f"{reason} in the log")
    assert not mqtt_status(master)["connected"]
    for text in (master.log_text(), master.get("/v2/api/status").text):
        assert "wrong-one" not in text and PASSWORD not in text
    assert master.stop() == 0

    for name, value in guarded.settings.items():
        master.environment["MIST_" + name.upper()] = str(value)
    wait_until_connected(master.start())
    master.call("echo")
    wait_for(lambda: mqtt_status(master)["delivered"] == 2 * len(STORY), "the events of both")


def test_what_is_corrected_while_the_master_runs_is_enough(
    guarded: Guarded, prepare_master: Callable[..., Master], tmp_path: Path
) -> None:
    authority = tmp_path / "authority.crt"
    authority.write_bytes(Authority(tmp_path / "other").certificate.read_bytes())
    write_password(guarded.passwords, "another one")
    guarded.broker.restart()
    master = prepare_master(**guarded.settings | {"mqtt_tls_ca": authority}).start()
    wait_for(lambda: "event=mqtt_requests_unavailable" in master.log_text(), "the refusal")
    master.call("echo")
    authority.write_bytes(Path(str(guarded.settings["mqtt_tls_ca"])).read_bytes())
    write_password(guarded.passwords, PASSWORD)
    guarded.broker.restart()
    wait_until_connected(master)
    wait_for(lambda: mqtt_status(master)["delivered"] == len(STORY), "the events")


def mqtt_status(master: Master) -> Any:
    return master.get("/v2/api/status").json["mqtt"]
