"""The reply is lost after the commit, and the client repeats with its key."""

from __future__ import annotations

import random

from conftest import MakeWorld
from cutting_proxy import CuttingProxy
from fault_world import FaultWorld, rounds
from load import JobClient


def test_a_repeat_after_a_lost_reply_is_the_same_job(make_world: MakeWorld) -> None:
    world = make_world().first_start()
    repeats = rounds(200)
    lose_replies(world, repeats)
    found = world.verify()
    assert (found["jobs"], found["starts"]) == (repeats + 1, repeats + 1), found
    assert found["without answer"] == repeats


def lose_replies(world: FaultWorld, repeats: int) -> None:
    proxy = CuttingProxy(world.master.port)
    try:
        for i in range(repeats):
            _lose_and_repeat(world, proxy, world.chance, f"{world.seed}-{i}")
    finally:
        proxy.close()
    assert proxy.cut == repeats


def _lose_and_repeat(
    world: FaultWorld, proxy: CuttingProxy, chance: random.Random, tag: str
) -> None:
    arguments = {"ledger": str(world.functions), "tag": tag, "ms": chance.randint(0, 5)}
    call = {"arguments": arguments, "context": "shared", "key": f"key-{tag}"}
    proxy.passed = chance.randint(0, len("HTTP/1.1"))
    through_proxy = JobClient(world.load_options(port=proxy.port), world.client)
    direct = JobClient(world.load_options(), world.client)
    answered, _ = through_proxy.start(tag, force=chance.random() < 0.5, **call)
    assert not answered
    answered, _ = direct.start(tag, force=chance.random() < 0.5, **call)
    assert answered
    direct.close()
