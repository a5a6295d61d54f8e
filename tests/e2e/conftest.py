"""One master for each Spark line, which serves every test that does not end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from world.api import Api
from world.artifacts import build_examples, build_probes
from world.cli import Cli, Outcome
from world.kafka import kafka_broker
from world.master import Master
from world.places import EXAMPLES, SparkLine, log_folder, spark_lines
from world.probes import deploy_probes, gate, put_contexts


@dataclass(frozen=True)
class World:
    """The master that the tests of a Spark line share, with the examples and the probes deployed."""

    line: SparkLine
    api: Api
    cli: Cli
    applied: dict[str, Outcome]  # by example: what `mist-cli apply` said


@pytest.fixture(scope="session", params=spark_lines(), ids=lambda name: f"spark-{name}")
def line(request: pytest.FixtureRequest) -> SparkLine:
    return SparkLine(request.param)


@pytest.fixture(scope="session")
def probes_jar(line: SparkLine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_probes(line, tmp_path_factory.mktemp("functions"))


@pytest.fixture(scope="session")
def world(
    line: SparkLine, probes_jar: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    build_examples(line)
    # The grace period is short because a test waits for it; it is long enough for what obeys.
    master = Master(
        line,
        tmp_path_factory.mktemp("master"),
        log_folder(line.name, "shared"),
        MIST_WORKERS_CANCEL_GRACE="3s",
    )
    try:
        master.start()
        cli = Cli(master.http_port)
        folders = sorted(conf.parent for conf in EXAMPLES.glob("*/conf"))
        applied = {folder.name: cli.apply(folder) for folder in folders}
        put_contexts(master.api)
        deploy_probes(master.api, probes_jar)
        yield World(line, master.api, cli, applied)
        master.stop()
    finally:
        master.kill()


@pytest.fixture(scope="session")
def api(world: World) -> Api:
    return world.api


@pytest.fixture
def pool() -> Iterator[Callable[..., Future]]:
    """Calls that wait, each in a thread of its own."""
    with ThreadPoolExecutor() as executor:
        yield executor.submit
