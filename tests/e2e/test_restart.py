"""What becomes of jobs when the master ends, in peace or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from world.master import Master
from world.places import SparkLine, log_folder
from world.probes import Gate, deploy_probes, put_contexts
from world.processes import driver_pids, wait_until_gone
from world.waiting import eventually

MakeGate = Callable[[], Gate]


@pytest.fixture
def master(
    line: SparkLine, probes_jar: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Master]:
    logs = log_folder(line.name, request.node.originalname)
    own = Master(line, tmp_path, logs, MIST_SHUTDOWN_DEADLINE="20s")
    try:
        own.start()
        put_contexts(own.api)
        deploy_probes(own.api, probes_jar)
        yield own
        own.stop()
    finally:
        own.kill()


def start_one_more_than_fits(master: Master, gate: Gate) -> tuple[list[str], str]:
    """Two jobs that run in `shared`, and one that waits for a slot."""
    running = [master.api.start("waiting", {"gate": str(gate)}) for _ in range(2)]
    for job in running:
        master.api.wait_for_status(job, "started")
    return running, master.api.start("throws", {"message": ""})


def test_sigterm_lets_running_jobs_end_and_keeps_queued_ones(
    master: Master, gate: MakeGate
) -> None:
    held = gate()
    running, queued = start_one_more_than_fits(master, held)
    worker = master.api.job(running[0])["workerId"]
    master.ask_to_stop()
    eventually(lambda: "event=master_stopping" in master.output(), "the master says that it stops")
    held.open()
    assert master.exit_code() == 0
    wait_until_gone(worker)
    master.start()
    for job in running:
        details = master.api.job(job)
        assert details["status"] == "finished" and details["jobResult"] == "went through", details
    master.api.wait_for_status(queued, "finished")


def test_a_replaced_and_a_killed_master_find_their_workers_and_jobs(
    master: Master, gate: MakeGate
) -> None:
    api, held = master.api, gate()
    running = [api.start(name, {"gate": str(held)}) for name in ("waiting", "py-waiting")]
    for job in running:
        api.wait_for_status(job, "started")
    queued = api.start("throws", {"message": "its turn came"})
    worker = api.job(running[0])["workerId"]
    driver = driver_pids(worker)
    master.upgrade()
    assert [api.job(job)["status"] for job in running] == ["started"] * 2
    master.kill()
    assert driver_pids(worker) == driver, "the driver goes on without its master"
    master.start()
    assert [api.job(job)["status"] for job in running] == ["started"] * 2
    held.open()
    for job in running:
        api.wait_for_status(job, "finished")
        assert api.job(job)["jobResult"] == "went through"
    api.wait_for_status(queued, "failed")
    assert api.job(queued)["workerId"] == worker, "the driver is used again"
    assert "its turn came" in api.job(queued)["jobResult"]
    master.stop()
    wait_until_gone(worker)
    master.start()
