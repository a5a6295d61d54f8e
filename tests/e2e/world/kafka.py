"""A real Kafka broker: one JVM in KRaft mode, broker and controller in one."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from world.certificates import Authority
from world.places import CACHE, log_folder
from world.ports import free_ports
from world.waiting import eventually

JARS = CACHE / "kafka"
ANSWER_SECONDS = 10.0
STOP_SECONDS = 30
USER, PASSWORD = "mist", "a-password-of-the-tests"

# One node for everything, quick to start and to stop; Kafka's own topics would want three.
SETTINGS = """
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},LOGIN://127.0.0.1:{login_port},CONTROLLER://127.0.0.1:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,LOGIN:SASL_SSL,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.login.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
listener.name.login.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.login.ssl.keystore.type=PEM
listener.name.login.ssl.keystore.location={certificate}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
log.dirs={data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=100
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


class KafkaBroker:
    """Keeps its topics in `folder`, and writes kafka.log into `logs`.

    Start and stop as often as the test needs: data and address stay the same.
    """

    def __init__(self, folder: Path, logs: Path) -> None:
        if not JARS.is_dir():
            raise FileNotFoundError(f"no {JARS}: scripts/setup test")
        self._port, self._login_port, controller_port = free_ports(3)
        self._log = logs / "kafka.log"
        self._settings = folder / "server.properties"
        self.authority = Authority(folder)
        text = SETTINGS.format(
            port=self._port,
            login_port=self._login_port,
            controller_port=controller_port,
            user=USER,
            password=PASSWORD,
            certificate=self.authority.issue("broker", "IP:127.0.0.1").both,
            data=folder / "data",
        )
        self._settings.write_text(text)
        self._process: subprocess.Popen[bytes] | None = None
        cluster = "MistTestsKafkaCluster0"  # any 16 bytes in Base64
        words = ["format", "--standalone", "-t", cluster, "-c", str(self._settings)]
        words += ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"]
        formatting = self._run("kafka.tools.StorageTool", *words).wait(STOP_SECONDS)
        assert formatting == 0, f"no storage for Kafka:\n{self.output()}"

    @property
    def address(self) -> str:
        """What clients call `bootstrap.servers`."""
        return f"127.0.0.1:{self._port}"

    @property
    def address_with_login(self) -> str:
        """The same broker for clients that log in over TLS as USER, with PLAIN or SCRAM-SHA-512.

        Its certificate is of `authority`, and for 127.0.0.1 only."""
        return f"127.0.0.1:{self._login_port}"

    def start(self) -> None:
        self._process = self._run("kafka.Kafka", str(self._settings))
        eventually(self._answers, lambda: f"Kafka answers: {self.output()[-4000:]}", seconds=60)

    def _answers(self) -> bool:
        assert self._running.poll() is None, f"Kafka has ended:\n{self.output()[-4000:]}"
        try:
            return len(self._client().list_topics(timeout=1).brokers) == 1
        except KafkaException:
            return False

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "Kafka was not started"
        return self._process

    def output(self) -> str:
        return self._log.read_text()

    def create_topic(self, name: str, partitions: int = 1) -> None:
        """Producers may use it at once."""
        client = self._client()
        for made in client.create_topics([NewTopic(name, partitions, 1)]).values():
            made.result(ANSWER_SECONDS)
        eventually(
            lambda: len(client.list_topics(name, ANSWER_SECONDS).topics[name].partitions)
            == partitions,
            f"{name} has {partitions} partitions",
        )

    def stop(self) -> None:
        """The clean end."""
        self._running.terminate()
        ended = self._running.wait(STOP_SECONDS)
        assert ended in (0, 143), f"Kafka did not end well, {ended}:\n{self.output()[-4000:]}"

    def freeze(self) -> None:
        """It takes connections and says nothing, until `thaw`."""
        self._running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._running.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """The broker gets no chance to write something. Nothing happens when it has ended already."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _client(self) -> AdminClient:
        # It says on standard error that a broker which starts cannot be reached.
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0})

    def _run(self, *words: str) -> subprocess.Popen[bytes]:
        jvm = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        logging = "-Dlog4j2.level=INFO"
        with self._log.open("ab") as output:
            return subprocess.Popen(
                ["java", *jvm, logging, "-cp", f"{JARS}/*", *words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )


@pytest.fixture(scope="session")
def kafka_broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KafkaBroker]:
    """The one that all tests of a run share, each with topics of its own; for a conftest.py to import."""
    logs = log_folder(request.session.items[0].path.parent.name, "kafka")
    broker = KafkaBroker(tmp_path_factory.mktemp("kafka"), logs)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()
