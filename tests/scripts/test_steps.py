"""The steps of our scripts: one that fails is never called done."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"source scripts/common.sh; {script}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "body", ["echo why; false; true", "echo why; false | cat; true", "echo why; exit 3"]
)
def test_a_step_stops_at_the_first_error(body: str) -> None:
    ended = run(f"work() {{ {body}; }}; step 'A step of a test' work; echo went on")
    assert ended.returncode != 0
    assert "failed after" in ended.stdout
    assert "why" in ended.stdout
    assert "went on" not in ended.stdout


def test_a_step_that_does_all_is_done() -> None:
    ended = run("work() { true; }; step 'A step of a test' work; echo went on")
    assert ended.returncode == 0, ended.stderr
    assert "done in" in ended.stdout
    assert ended.stdout.endswith("went on\n")


def test_a_script_may_go_on_after_a_step() -> None:
    ended = run(
        "work() { false; true; }; run_step 'A step of a test' work; echo status $STATUS; false; echo no"
    )
    assert ended.returncode != 0
    assert ended.stdout.endswith("status 1\n")
