"""mist-cli against a real master with real workers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from conftest import World
from test_examples import is_about_pi
from world.places import EXAMPLES
from world.probes import Gate
from world.waiting import eventually

MakeGate = Callable[[], Gate]
HELLO = ["start", "job", "hello-mist-scala", '{"samples": 1000}']


def test_apply_again_changes_nothing_and_succeeds(world: World) -> None:
    outcome = world.cli.apply(EXAMPLES / "hello-mist")
    assert outcome.exit_code == 0, outcome
    assert outcome.output.count("Success: ") == 6


@pytest.mark.parametrize(
    ("what", "holds"),
    [
        ("functions", "hello-mist-scala"),
        ("contexts", "hello-mist"),
        ("artifacts", "hello-mist_0.0.1.jar"),
        ("workers", "hello-mist_"),
        ("jobs", "hello-mist-scala"),
    ],
)
def test_list_shows_what_is_there(world: World, what: str, holds: str) -> None:
    world.api.call("hello-mist-scala", {"samples": 10})
    table = world.cli.run("list", what)
    assert table.exit_code == 0 and holds in table.output, table
    plain = world.cli.run("--json", "list", what)
    assert plain.exit_code == 0 and holds in json.dumps(plain.json)


def test_start_job_prints_the_result(world: World) -> None:
    outcome = world.cli.run(*HELLO, "--pretty")
    assert outcome.exit_code == 0, outcome
    assert outcome.json["success"] and is_about_pi(outcome.json["payload"])
    assert len(outcome.output.splitlines()) > 2


def test_start_job_async_prints_an_id_that_logs_follows(world: World) -> None:
    started = world.cli.run(*HELLO, "--async")
    assert started.exit_code == 0, started
    job_id = started.output.strip()
    followed = world.cli.run("logs", job_id, "-f")
    assert followed.exit_code == 0, followed
    assert "FinishedEvent" in followed.output
    assert followed.output == world.cli.run("logs", job_id).output


def test_start_job_follow_shows_the_log_and_then_the_result(world: World) -> None:
    outcome = world.cli.run(*HELLO, "--follow")
    assert outcome.exit_code == 0, outcome
    assert is_about_pi(outcome.json["payload"])
    assert "takes 1000 samples" in outcome.errors and "FinishedEvent" in outcome.errors


def test_a_failed_job_is_exit_code_1(world: World) -> None:
    outcome = world.cli.run("start", "job", "throws", '{"message": "as the test asked"}')
    assert outcome.exit_code == 1 and "as the test asked" in outcome.output + outcome.errors


@pytest.mark.parametrize(
    "words",
    [
        ["start", "job", "nobody"],
        ["start", "job", "hello-mist-scala", "{"],
        ["start", "job", "hello-mist-scala", '{"samples": "many"}'],
        ["logs", "01900000-0000-7000-8000-000000000000"],
    ],
    ids=["unknown function", "no JSON", "wrong argument", "unknown job"],
)
def test_what_cannot_be_asked_is_exit_code_2(world: World, words: list[str]) -> None:
    outcome = world.cli.run(*words)
    assert outcome.exit_code == 2 and outcome.errors, outcome


def test_kill_job_cancels_it(world: World, gate: MakeGate) -> None:
    arguments = json.dumps({"gate": str(gate())})
    job_id = world.cli.run("start", "job", "waiting", arguments, "--async").output.strip()
    world.api.wait_for_status(job_id, "started")
    assert world.cli.run("-y", "kill", "job", job_id).exit_code == 0
    assert world.api.job(job_id)["status"] == "cancelled"
    assert "CanceledEvent" in world.cli.run("logs", job_id, "-f").output


def test_kill_worker_stops_it(world: World) -> None:
    job = world.api.wait_for_end(world.api.start("hello-mist-scala", {"samples": 10}))
    outcome = world.cli.run("-y", "kill", "worker", job["workerId"])
    assert outcome.exit_code == 0, outcome
    eventually(
        lambda: job["workerId"] not in world.api.worker_names(), "the worker is not listed any more"
    )


def test_status_names_the_spark_of_this_installation(world: World) -> None:
    outcome = world.cli.run("status")
    assert outcome.exit_code == 0
    version = world.api.get("status").json["sparkVersion"]
    assert version.startswith(world.line.name) and version in outcome.output
