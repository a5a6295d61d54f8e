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


def test_a_killed_master_runs_what_waited_and_fails_what_ran(
    master: Master, gate: MakeGate
) -> None:
    running, queued = start_one_more_than_fits(master, gate())
    worker = master.api.job(running[0])["workerId"]
    master.kill()
    assert driver_pids(worker), "the driver goes on without its master"
    master.start()
    for job in running:
        details = master.api.job(job)
        assert details["status"] == "failed" and details["jobResult"] == "Worker was stopped"
    master.api.wait_for_status(queued, "finished")
    wait_until_gone(worker)
