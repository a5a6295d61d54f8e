"""Bugs are planted in the master to see that the harnesses find them (base/test_points.h)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker import check
from conftest import MakeWorld
from fault_world import FaultWorld
from test_master_killed import kill_under_load
from test_reply_lost import lose_replies

ROUNDS = 20


def lose_some_replies(world: FaultWorld, rounds: int) -> None:
    lose_replies(world, rounds)


def kill_now_and_then(world: FaultWorld, rounds: int, **load: object) -> None:
    world.begin_load(**load)
    kill_under_load(world, rounds)
    world.end_load()


def kill_while_jobs_are_cancelled(world: FaultWorld, rounds: int) -> None:
    kill_now_and_then(world, rounds, cancelled=0.5)


@pytest.mark.parametrize(
    ("bug", "harness", "found"),
    [
        ("acknowledge-before-commit", kill_now_and_then, {"lost"}),
        ("no-duplicate-check", kill_now_and_then, {"doubled", "started-twice"}),
        ("no-duplicate-check", lose_some_replies, {"doubled", "started-twice"}),
        ("answer-before-end", kill_while_jobs_are_cancelled, {"ran-after-cancel"}),
        ("no-fence", kill_now_and_then, {"untrue-end"}),
    ],
)
def test_is_found(
    make_world: MakeWorld, bug: str, harness: Callable[[FaultWorld, int], None], found: set[str]
) -> None:
    world = make_world(bug=bug).first_start()
    world.patience = 3  # what is lost does not come
    harness(world, ROUNDS)
    kinds = {violation.kind for violation in check(world.ledgers())}
    print(f"{bug}: {sorted(kinds)}")
    assert found <= kinds
