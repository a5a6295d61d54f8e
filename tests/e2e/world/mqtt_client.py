"""A client of an MQTT broker: sends at QoS 1, and keeps what it has subscribed to."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from world.waiting import eventually

PATIENCE_SECONDS = 120.0  # the broker may be silent for a minute


@dataclass(frozen=True)
class Received:
    topic: str
    body: Any
    retained: bool


class MqttClient:
    """Connected as long as the broker runs; the broker keeps messages for its name meanwhile."""

    def __init__(self, port: int, name: str, *topics: str) -> None:
        self.messages: list[Received] = []
        self._topics = topics
        self._ready = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, name, clean_session=False)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(PATIENCE_SECONDS), "the broker does not let the client in"

    def send(self, topic: str, body: Any, retain: bool = False) -> None:
        """Returns when the broker has it. A body that is not bytes is sent as JSON."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        eventually(self._client.is_connected, "the client is connected")
        sent = self._client.publish(topic, payload, qos=1, retain=retain)
        sent.wait_for_publish(PATIENCE_SECONDS)
        assert sent.is_published()

    def bodies(self, topic: str) -> list[Any]:
        return [message.body for message in self.messages if message.topic == topic]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, *_: Any) -> None:
        if self._topics:
            self._client.subscribe([(topic, 1) for topic in self._topics])
        else:
            self._ready.set()

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        received = Received(message.topic, json.loads(message.payload), message.retain)
        self.messages.append(received)
