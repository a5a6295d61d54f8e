"""kill -9 of the master at random moments under load."""

from __future__ import annotations

import pytest
from conftest import MakeWorld
from fault_world import READY_SECONDS, FaultWorld, rounds
from message_load import KafkaDoor, MqttDoor

STORED = 100_000  # jobs


def kill_under_load(world: FaultWorld, kills: int) -> None:
    for _ in range(kills):
        world.run_for(0.05, 0.6)
        world.kill()
        world.start()


def test_a_master_that_is_killed_keeps_the_promise(make_world: MakeWorld) -> None:
    world = make_world().first_start()
    world.begin_load()
    kills = rounds(50)
    kill_under_load(world, kills)
    world.end_load()
    found = world.verify()
    assert world.usual_start() < READY_SECONDS
    assert found["faults"] == kills
    # Every kind of thing has happened.
    assert found["acknowledged"] > 10 * kills and found["without answer"] > kills, found
    assert min(found["failed"], found["cancelled"]) > 0, found


def test_it_keeps_the_promise_to_those_who_call_by_message(
    make_world: MakeWorld, kafka: KafkaDoor, mqtt: MqttDoor
) -> None:
    world = make_world(**kafka.settings, **mqtt.settings)
    world.doors = [kafka, mqtt]
    world.first_start()
    world.begin_load(clients=2)
    kills = rounds(7)
    for _ in range(kills):
        world.run_for(0.3, 2)
        world.kill()
        world.start()
    world.end_load()
    found = world.verify()
    assert found["faults"] == kills and found["acknowledged"] > 10 * kills, found


@pytest.mark.parametrize("state", ["waiting", "ended"])
def test_it_is_ready_again_in_a_second_with_100000_jobs(make_world: MakeWorld, state: str) -> None:
    world = make_world().first_start(maxJobs=1)
    running = world.master.start_job("hang", context="shared")
    world.master.wait_status(running, "started")
    newest = world.master.start_job("hang", context="shared")
    if state == "ended":
        assert world.master.cancel(newest).json["status"] == "cancelled"
    world.kill()
    world.fill_store(STORED)
    best = world.quickest_start(3)
    print(
        f"{STORED} jobs that are {state}: ready after {best:.2f} s of the processor, "
        f"{min(world.starts[1:]):.3f} s in all"
    )
    assert best < READY_SECONDS
    # The one that ran goes on, the others are where they were.
    assert world.master.job(running)["status"] == "started"
    status = "queued" if state == "waiting" else "cancelled"
    found = world.master.get("/v2/api/jobs", status=status, paginate="true", limit=1).json
    assert found["total"] == STORED + 1
