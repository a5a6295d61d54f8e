"""The master is replaced under load: clients see a pause, no error."""

from __future__ import annotations

from conftest import MakeWorld
from fault_world import rounds
from ledger import read_ledger


def test_nobody_notices_more_than_a_pause(make_world: MakeWorld) -> None:
    world = make_world().first_start()
    world.begin_load()
    upgrades = rounds(10)
    for _ in range(upgrades):
        world.run_for(0.05, 0.4)
        done = world.master.run_command("upgrade")
        assert done.returncode == 0, done.stderr + world.master.log_text()
    world.end_load()
    found = world.verify()
    answers = [r for r in read_ledger(world.client.path) if r["op"] == "answer"]
    assert found["acknowledged"] > 5 * upgrades, found
    assert (found["without answer"], found["interrupted"]) == (0, 0), found
    refused = [r for r in answers if r["status"] >= 429]
    assert refused == []
