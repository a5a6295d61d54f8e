"""Fixtures: the installation, masters of a test's own, and one that harmless tests share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "e2e")]

from installation import Installation, copy_data
from mist_master import Master
from registered import make_registered_installation
from world.kafka import kafka_broker

StartMaster = Callable[..., Master]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return make_registered_installation(tmp_path_factory.mktemp("installation"))


@pytest.fixture
def prepare_master(installation: Installation, tmp_path: Path) -> Iterator[StartMaster]:
    """Makes masters that are not started, in a folder below the test's; ends them all."""
    made: list[Master] = []

    def prepare(folder: str = "master", **settings: object) -> Master:
        work = tmp_path / folder
        if not (work / "data").exists():
            copy_data(installation.data, work / "data")
        made.append(Master(installation, work, **settings))
        return made[-1]

    yield prepare
    for master in made:
        master.destroy()


@pytest.fixture
def start_master(prepare_master: StartMaster) -> StartMaster:
    return lambda *args, **settings: prepare_master(*args, **settings).start()


@pytest.fixture(scope="session")
def shared_master(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Master]:
    """With a real inspector. For tests that leave nothing behind but names of their own."""
    folder = tmp_path_factory.mktemp("shared")
    copy_data(installation.data, folder / "data")
    master = Master(installation, folder, inspector=True, http_max_body="1 MiB")
    try:
        yield master.start()
    finally:
        master.destroy()
