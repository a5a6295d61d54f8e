"""The promise with real Spark workers, whose functions are in Python."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from fault_world import FaultWorld, rounds
from ledger import read_ledger
from load import JobClient
from mist_master import wait_for
from real_spark import SPARK_CONF

SPARK_START_SECONDS = 90  # on a machine that does other things too
ENDED_SECONDS = 1.0  # from the kill until the job has ended


def ended_functions(world: FaultWorld) -> int:
    return sum(record["op"] == "end" for record in read_ledger(world.functions))


def wait_until_functions_end(world: FaultWorld) -> None:
    before = ended_functions(world)
    wait_for(lambda: ended_functions(world) > before, "a function to end", SPARK_START_SECONDS)


def begin(world: FaultWorld, clients: int) -> None:
    world.patience = SPARK_START_SECONDS
    world.first_start(sparkConf={**SPARK_CONF}, maxJobs=4)
    world.begin_load(clients=clients, contexts=("shared",), longest_run_ms=200, longest_pause=0.2)


def test_a_master_that_is_killed_keeps_the_promise(spark_world: FaultWorld) -> None:
    world = spark_world
    begin(world, clients=2)
    kills = rounds(3)
    for _ in range(kills):
        wait_until_functions_end(world)
        world.run_for(0.1, 1)
        world.kill()
        world.start()
    world.end_load()
    found = world.verify()
    assert found["faults"] == kills and found["finished"] >= kills, found


class Victim:
    """A job whose function runs in a Python process of its own."""

    def __init__(self, world: FaultWorld, number: int) -> None:
        self.world = world
        self.tag = f"{world.seed}-victim-{number}"
        arguments = {"ledger": str(world.functions), "tag": self.tag, "ms": 60_000}
        client = JobClient(world.load_options(), world.client)
        answered, job = client.start(self.tag, arguments, "shared")
        client.close()
        assert answered and job is not None
        self.job: str = job
        self.python = wait_for(self._pid, "the function to start", SPARK_START_SECONDS)
        self.python_parent = parent_of(self.python)
        self.driver = parent_of(self.python_parent)
        self.worker: str = world.master.job(job)["workerId"]

    def kill(self, pid: int) -> Any:
        """The job as it has ended."""
        self.world.client.write("fault", what="worker-killed", worker=self.worker)
        os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        ended = self.world.master.wait_end(self.job)
        assert time.monotonic() - began < ENDED_SECONDS
        return ended

    def _pid(self) -> int:
        starts = [r for r in read_ledger(self.world.functions) if r["tag"] == self.tag]
        return starts[0]["pid"] if starts else 0


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/stat").read_text()
    return int(status.rpartition(") ")[2].split()[1])


def files_of(world: FaultWorld, worker: str) -> list[Path]:
    """Besides its output, which tells why it ended."""
    found = world.master.folder.rglob(f"*{worker}*")
    return [path for path in found if path.suffix != ".log"]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:
        return True


def test_a_killed_process_of_a_worker_costs_what_ran_in_it(spark_world: FaultWorld) -> None:
    world = spark_world
    begin(world, clients=0)
    for i in range(rounds(1)):
        child = Victim(world, 3 * i)
        other = Victim(world, 3 * i + 1)
        ended = child.kill(child.python)
        assert ended["status"] == "failed", ended
        assert world.master.job(other.job)["status"] == "started"
        ended = other.kill(other.python_parent)
        assert ended["status"] == "failed", ended
        last = Victim(world, 3 * i + 2)
        ended = last.kill(last.driver)
        assert ended["jobResult"] == "Executor was terminated", ended
        for pid in (last.python, last.python_parent, last.driver):
            wait_for(lambda: is_gone(pid), f"process {pid} to end", patience=2)
        wait_for(lambda: not files_of(world, last.worker), "the worker's files to go", patience=2)
    world.end_load()
    world.verify()
