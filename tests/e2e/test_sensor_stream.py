"""examples/sensor-stream over a folder that its simulated tag fills."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from world.api import Api
from world.places import EXAMPLES

SIMULATOR = EXAMPLES / "sensor-stream/simulate.py"


@pytest.fixture
def readings(tmp_path: Path) -> Iterator[Path]:
    """A folder that gets new readings all the time."""
    folder = tmp_path / "readings"
    folder.mkdir()
    words = [sys.executable, SIMULATOR, folder, "--tag", "tag-7", "--interval", "0.3"]
    simulator = subprocess.Popen(words)
    yield folder
    simulator.terminate()
    simulator.wait(10)


def averages(output: Path) -> list[dict[str, Any]]:
    lines = [line for part in output.glob("*.json") for line in part.read_text().splitlines()]
    return [json.loads(line) for line in lines]


def test_windows_of_averages_are_stored(api: Api, readings: Path, tmp_path: Path) -> None:
    output = tmp_path / "averages"
    arguments = {"input": str(readings), "output": str(output), "window": 2, "windows": 2}
    result = api.call("sensor-stream", arguments)
    assert result["success"] and result["payload"]["windows"] >= 2, result
    stored = averages(output)
    assert len(stored) >= 2 and {row["tag"] for row in stored} == {"tag-7"}
    for row in stored:
        assert 18 < row["temperature"] < 24 and 35 < row["humidity"] < 55, row
        assert row["readings"] % 10 == 0, row


def test_a_cancelled_stream_keeps_what_is_stored_and_its_worker(
    api: Api, readings: Path, tmp_path: Path
) -> None:
    output = tmp_path / "averages"
    job_id = api.start("sensor-stream", {"input": str(readings), "output": str(output)})
    log = api.wait_for_log(job_id, "stored the averages of 1 tags")
    (readings / ".odd.csv").write_text("no reading at all\n")
    (readings / ".odd.csv").rename(readings / "odd.csv")
    api.wait_for_log(job_id, "not a reading, skipped: no reading at all")
    assert api.cancel(job_id).json["status"] == "cancelled"
    assert averages(output), log
    worker = api.job(job_id)["workerId"]
    again = {"input": str(readings), "output": str(tmp_path / "again"), "windows": 1}
    assert api.wait_for_end(api.start("sensor-stream", again))["status"] == "finished"
    assert worker in api.worker_names()


def test_a_window_of_nothing_is_refused(api: Api) -> None:
    answer = api.try_call("sensor-stream", {"input": "i", "output": "o", "window": 0}, force="true")
    assert answer.status == 400 and "window counts batches and must be positive" in answer.text
