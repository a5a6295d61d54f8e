"""Section 3: MQTT, with a real broker and a master whose workers have no Spark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation import Installation, copy_data
from mist_master import Master, wait_for
from world.mosquitto import MosquittoBroker
from world.mqtt_client import MqttClient


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MosquittoBroker]:
    made = MosquittoBroker(tmp_path_factory.mktemp("mosquitto")).start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def client(broker: MosquittoBroker) -> Iterator[MqttClient]:
    made = MqttClient(broker.port, "client", "out")
    yield made
    made.close()


@pytest.fixture(scope="module")
def mqtt_master(
    installation: Installation, broker: MosquittoBroker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Master]:
    folder = tmp_path_factory.mktemp("mqtt-master")
    copy_data(installation.data, folder / "data")
    file = folder / "default.conf"
    file.write_text(
        f'mist.mqtt {{ on = true, host = "127.0.0.1", port = {broker.port}\n'
        'publish-topic = "out", subscribe-topic = "in" }\n'
    )
    master = Master(installation, folder)
    try:
        yield wait_until_subscribed(master.start("--config", str(file)))
    finally:
        master.destroy()


def wait_until_subscribed(master: Master) -> Master:
    wait_for(lambda: "event=mqtt_requests_connected" in master.log_text(), "a subscription")
    return master


def wait_event(client: MqttClient, event: str, **members: object) -> Any:
    wanted = {"event": event} | members

    def look() -> Any:
        return next((e for e in client.bodies("out") if wanted.items() <= e.items()), None)

    return wait_for(look, f"{wanted}")


def job_of(master: Master, client: MqttClient, external_id: str) -> Any:
    return master.wait_end(wait_event(client, "initialized", externalId=external_id)["id"])


def test_3_1_mqtt_keys(mqtt_master: Master, client: MqttClient) -> None:
    """`mqtt.on`, `host`, `port`, `subscribe-topic` and `publish-topic` of a file of Mist 1.1 lead requests in and events out."""
    client.send("in", {"functionId": "echo", "externalId": "keys"})
    assert job_of(mqtt_master, client, "keys")["status"] == "finished"


def test_3_1_mqtt_output(mqtt_master: Master, client: MqttClient) -> None:
    """MQTT gets the events of jobs of all sources, `logs` too, not retained."""
    job = mqtt_master.start_job("log", {"lines": 2})
    wait_event(client, "finished", id=job)
    wait_event(client, "logs", id=job)
    events = [e["event"] for e in client.bodies("out") if e["id"] == job and e["event"] != "logs"]
    assert events == ["initialized", "queued", "worker-assigned", "started", "finished"]
    assert not any(message.retained for message in client.messages)


@pytest.mark.differs("the session is kept, so nothing that was sent meanwhile is lost")
def test_3_1_mqtt_session(mqtt_master: Master, client: MqttClient) -> None:
    """MQTT messages that are sent while the master is down are lost."""
    config = str(mqtt_master.folder / "default.conf")
    assert mqtt_master.stop() == 0
    client.send("in", {"functionId": "echo", "externalId": "while-down"})
    wait_until_subscribed(mqtt_master.start("--config", config))
    assert job_of(mqtt_master, client, "while-down")["status"] == "finished"


@pytest.mark.differs("they are sent when it is back")
def test_3_1_mqtt_publisher_down(
    mqtt_master: Master, client: MqttClient, broker: MosquittoBroker
) -> None:
    """MQTT events are dropped while the broker is down."""
    broker.stop()
    job = mqtt_master.start_job("echo")
    mqtt_master.wait_end(job)
    broker.start()
    wait_event(client, "finished", id=job)


@pytest.mark.differs(
    "it connects again and subscribes again, with what follows from a lost session"
)
def test_3_1_mqtt_subscribes_again(
    mqtt_master: Master, client: MqttClient, broker: MosquittoBroker
) -> None:
    """After a restart of the MQTT broker requests are not received any more (D60)."""
    broker.restart()
    client.send("in", {"functionId": "echo", "externalId": "after-restart"})
    assert job_of(mqtt_master, client, "after-restart")["status"] == "finished"


@pytest.mark.differs("they work")
def test_3_1_mqtt_wildcards(start_master, client: MqttClient, broker: MosquittoBroker) -> None:
    """Wildcards in `mqtt.subscribe-topic` do not work."""
    settings = {"mqtt_client_id": "wildcards", "mqtt_port": broker.port}
    master = start_master(mqtt_on="true", mqtt_subscribe_topic="wild/+/#", **settings)
    wait_until_subscribed(master)
    client.send("wild/a/b", {"functionId": "echo"})
    wait_for(lambda: master.get("/v2/api/jobs", status="finished").json, "the job")


@pytest.mark.differs("it starts, and connects when it can")
def test_3_1_mqtt_absent(start_master, tmp_path: Path) -> None:
    """A master whose MQTT broker is down at the start does not start."""
    absent = MosquittoBroker(tmp_path / "absent")
    settings = {"mqtt_port": absent.port, "mqtt_subscribe_topic": "in"}
    assert start_master(mqtt_on="true", **settings).call("echo")["success"]


def test_3_2_mqtt_function_request(mqtt_master: Master, client: MqttClient) -> None:
    """A function request by MQTT has parameters, `externalId`, a context; unknown keys are ignored; its source is `Async Mqtt`."""
    mqtt_master.put_context("other")
    client.send(
        "in",
        {
            "functionId": "echo",
            "parameters": {"value": 3},
            "externalId": "whole",
            "runSettings": {"contextId": "other", "mode": "shared"},
            "unknown": 1,
        },
    )
    job = job_of(mqtt_master, client, "whole")
    assert (job["context"], job["source"]) == ("other", "Async Mqtt")
    assert job["jobResult"] == {"value": 3}
    assert wait_event(client, "finished", id=job["jobId"])["result"] == {"value": 3}


def test_3_2_mqtt_dev_request(mqtt_master: Master, client: MqttClient) -> None:
    """A dev request by MQTT needs no registered function."""
    request = {"fakeName": "mine", "path": "standin.zip", "className": "standin.Echo"}
    client.send("in", request | {"externalId": "dev", "context": "default", "parameters": {}})
    job = job_of(mqtt_master, client, "dev")
    assert (job["function"], job["status"]) == ("mine", "finished")


@pytest.mark.differs("a `failed` event without a job tells it, beside the warning")
def test_3_2_mqtt_no_request(mqtt_master: Master, client: MqttClient) -> None:
    """An MQTT message that is no request is a warning in the master's log."""
    client.send("in", b"no request")
    assert "malformed" in wait_event(client, "failed", id="")["error"]
    assert "event=mqtt_message_rejected" in mqtt_master.log_text()


@pytest.mark.differs("a `failed` event tells it, with the `externalId` and the reason (D22)")
@pytest.mark.parametrize(
    ("problem", "function"), [("an unknown function", "none"), ("wrong arguments", "typed")]
)
def test_3_2_mqtt_refused(
    mqtt_master: Master, client: MqttClient, problem: str, function: str
) -> None:
    """An MQTT request with {problem} vanishes: no event, no log, no job."""
    client.send("in", {"functionId": function, "externalId": f"refused-{function}"})
    told = wait_event(client, "failed", externalId=f"refused-{function}")
    assert (told["id"], told["function"]) == ("", function)
    assert told["error"]
