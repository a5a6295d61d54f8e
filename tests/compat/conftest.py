"""Facts of Mist 1.1, one test for each, against one real master for each Spark line.

The helpers are those of the end-to-end tests; a test is named after the section of the contract.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "e2e"), str(Path(__file__).parent)]

import table  # noqa: E402

from world.api import Api  # noqa: E402
from world.kafka import kafka_broker  # noqa: E402, F401
from world.master import Master  # noqa: E402
from world.places import SparkLine, log_folder, spark_lines  # noqa: E402
from world.probes import SPARK_CONF  # noqa: E402

_spec = importlib.util.spec_from_file_location(
    "standin_fixtures", TESTS / "integration" / "master" / "conftest.py"
)
assert _spec is not None and _spec.loader is not None
_standin = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_standin)
installation = _standin.installation  # masters whose workers have no Spark
prepare_master = _standin.prepare_master
start_master = _standin.start_master
shared_master = _standin.shared_master
prepare_master = _standin.prepare_master
start_master = _standin.start_master

SHARED_JOBS = 4  # of the one shared worker, at once


@pytest.fixture(scope="session", params=spark_lines(), ids=lambda name: f"spark-{name}")
def line(request: pytest.FixtureRequest) -> SparkLine:
    return SparkLine(request.param)


@pytest.fixture(scope="session")
def master(line: SparkLine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Master]:
    folder = tmp_path_factory.mktemp("master")
    limits = {"MIST_WORKERS_MAX_ARTIFACT_SIZE": "8 MiB"}
    running = Master(line, folder, log_folder(line.name, "compat"), **limits)
    try:
        running.start()
        running.api.put_context("shared", **shared_settings(folder))
        yield running
        running.stop()
    finally:
        running.kill()


def shared_settings(folder: Path) -> dict[str, object]:
    """One driver for all tests; what Hive writes goes to `folder`."""
    hive = f"-Dderby.system.home={folder}"
    conf = SPARK_CONF | {
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": hive,
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    return {
        "sparkConf": conf,
        "workerMode": "shared",
        "jobsPerWorker": SHARED_JOBS,
        "streamingDuration": "1s",
    }


@pytest.fixture(scope="session")
def api(master: Master) -> Api:
    return master.api


@pytest.fixture(scope="session")
def on_spark(api: Api) -> Api:
    """With the functions of functions/python/on_spark.py."""
    file = Path(__file__).parent / "functions/python/on_spark.py"
    api.upload_file(file)
    for name in ("surroundings", "log4j", "log_exception", "count"):
        api.register(name, file.name, name)
    return api


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "differs(reason): the master differs from Mist 1.1")


def pytest_collection_finish(session: pytest.Session) -> None:
    files = {item.path for item in session.items if item.path.parent == table.FOLDER}
    drifted = table.drift(files, table.written_rows())
    if drifted:
        lines = "\n  ".join(drifted)
        raise pytest.UsageError(f"{table.PAGE} drifted; run {table.COMMAND}\n  {lines}")
