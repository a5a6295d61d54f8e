"""The programs beside the master: the bare server, the load client, plain spark-submit."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from world.places import SparkLine

SPARK_MASTER = "local[2]"
RESULT_LINE = "Output data:"  # what a function logs when it runs without Mist


@contextmanager
def bare_server(tools: Path, folder: Path) -> Iterator[int]:
    """Its port."""
    command = [tools / "bench_bare_server", folder / "bare.db"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def load(tools: Path, targets: dict[str, str], kind: str, **settings: int) -> Any:
    """Runs the load client against targets, "port/path" by name."""
    command = [str(tools / "bench_load_client")]
    command += [f"--target={name}={place}" for name, place in targets.items()]
    command += [kind] + [f"--{key.replace('_', '-')}={value}" for key, value in settings.items()]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def fill_store(tools: Path, database: Path, jobs: int) -> None:
    """Adds so many copies of the newest job, while no master runs."""
    subprocess.run([tools.parent / "support/fill-store", database, str(jobs)], check=True)


READ_WAITING = """
import sqlite3, sys
database = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
print(len(database.execute("SELECT * FROM job WHERE state = 'queued' ORDER BY position").fetchall()))
"""


def read_waiting_jobs(database: Path) -> float:
    """Milliseconds that a program takes to have the rows of all waiting jobs in memory."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", READ_WAITING, database], stdout=subprocess.DEVNULL, check=True
    )
    return (time.perf_counter() - start) * 1000


@dataclass(frozen=True)
class Submitted:
    result_ms: float  # from the start until the line with the result
    exit_ms: float  # until the process has ended


def plain_submit(line: SparkLine, jar: Path, class_name: str) -> Submitted:
    command = [line.home / "bin/spark-submit", "--master", SPARK_MASTER]
    command += ["--jars", line.library, "--class", class_name, jar]
    start = time.perf_counter()
    result_ms = None
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=line.environment
    ) as process:
        assert process.stderr is not None
        for text in process.stderr:
            if RESULT_LINE in text:
                result_ms = (time.perf_counter() - start) * 1000
    assert process.returncode == 0 and result_ms is not None, f"{command} has failed"
    return Submitted(result_ms, (time.perf_counter() - start) * 1000)
