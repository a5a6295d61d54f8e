"""Fixtures: the installation, masters of a test's own, and one that harmless tests share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from installation import FUNCTIONS, Installation, copy_data, make_installation, make_standin_zip
from mist_master import Master

SCRIPTS = (
    "Echo Fail Log Big Garbage Until Hang Complete Stubborn Die Freeze".split()
)  # of functions/standin.py; the functions have these names in lower case

StartMaster = Callable[..., Master]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = make_installation(tmp_path_factory.mktemp("installation"))
    folder = tmp_path_factory.mktemp("template")
    master = Master(made, folder, inspector=True)
    try:
        master.start()
        _register_functions(master, folder)
        assert master.stop() == 0, master.log_text()
    finally:
        master.destroy()
    (folder / "data").rename(made.data)
    return made


def _register_functions(master: Master, folder: Path) -> None:
    archive = make_standin_zip(folder / "standin.zip")
    assert master.upload("standin.zip", archive.read_bytes()).status == 200
    for script in SCRIPTS:
        answer = master.register(script.lower(), "standin.zip", f"standin.{script}")
        assert answer.status == 200, answer
    arguments = (FUNCTIONS / "arguments.py").read_bytes()
    assert master.upload("arguments.py", arguments).status == 200
    assert master.register("typed", "arguments.py", "typed").status == 200


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
