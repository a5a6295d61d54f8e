"""The functions of functions/, deployed, and the contexts that the tests share."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from world.api import Api
from world.artifacts import FUNCTIONS
from world.waiting import eventually

# What keeps a driver small and quick to start.
SPARK_CONF = {
    "spark.master": "local[2]",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "512m",
    "spark.sql.shuffle.partitions": "4",
}

_SCALA = ("Waiting", "Stubborn", "Large", "Logs", "LogsInTask", "Throws", "Shapes")
_PYTHON = ("waiting", "prints", "lines", "throws")


class Gate:
    """Holds a waiting function until the test opens it: that is how tests know what runs when."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / uuid.uuid4().hex

    def __str__(self) -> str:
        return str(self._file)

    def open(self) -> None:
        self._file.touch()

    def wait_until_reached(self) -> None:
        """A function waits here now: what the API calls started may still be loading classes."""
        reached = self._file.with_name(self._file.name + ".reached")
        eventually(reached.exists, f"a function waits at {self._file}")


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Callable[[], Gate]]:
    """Makes gates. All are open after the test, so that no function waits for ever."""
    gates: list[Gate] = []

    def make() -> Gate:
        gates.append(Gate(tmp_path))
        return gates[-1]

    yield make
    for each in gates:
        each.open()


def put_contexts(api: Api) -> None:
    large = SPARK_CONF | {"spark.driver.memory": "1g"}
    api.put_context("shared", sparkConf=large, workerMode="shared", maxJobs=2, jobsPerWorker=2)
    api.put_context("pool", sparkConf=SPARK_CONF, workerMode="shared", maxJobs=2)
    api.put_context("exclusive", sparkConf=SPARK_CONF, workerMode="exclusive", maxJobs=2)


def deploy_probes(api: Api, jar: Path) -> None:
    """Scala functions as `waiting`, `large` ..., Python ones as `py-waiting` ..., all in `shared`."""
    api.upload_file(jar)
    api.upload_file(FUNCTIONS / "probes.py")
    for name in _SCALA:
        api.register(name.lower(), jar.name, name + "$")
    for name in _PYTHON:
        api.register(f"py-{name}", "probes.py", name)
