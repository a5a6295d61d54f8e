"""The promise with real Spark workers, whose functions are in Python."""

from __future__ import annotations

import itertools
import os
import re
import signal
import statistics
from pathlib import Path
from typing import Any, Callable, Optional

from fault_world import ENDED_SECONDS, FaultWorld, rounds
from ledger import read_ledger
from load import JobClient
from mist_master import wait_for
from real_spark import SPARK_CONF

SPARK_START_SECONDS = 90  # on a machine that does other things too
LEASE_SECONDS = 6.0


def ended_functions(world: FaultWorld) -> int:
    return sum(record["op"] == "end" for record in read_ledger(world.functions))


def wait_until_functions_end(world: FaultWorld) -> None:
    before = ended_functions(world)
    wait_for(lambda: ended_functions(world) > before, "a function to end", SPARK_START_SECONDS)


def begin(world: FaultWorld, clients: int) -> None:
    world.patience = SPARK_START_SECONDS
    leases = {"MIST_WORKERS_LEASE": f"{LEASE_SECONDS}s", "MIST_WORKERS_POLL": "1s"}
    # Python has 3 s to end, and is killed then.
    world.master.environment |= {**leases, "MIST_WORKERS_CANCEL_GRACE": "30s"}
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
    kill_idle_driver(world)


def kill_idle_driver(world: FaultWorld) -> None:
    """It was adopted from a master before."""
    worker = world.master.workers()[0]
    driver = Driver(world, worker)
    driver.strike(driver.pid, signal.SIGKILL)
    world.when_logged("worker_ended", worker)
    driver.assert_nothing_left()


class Driver:
    """The processes of a worker, which is spark-submit's own process, and its folders."""

    def __init__(self, world: FaultWorld, worker: str) -> None:
        self.world = world
        self.worker = worker
        self.pid = wait_for(self._leader, f"spark-submit of {worker}")
        self.temp = wait_for(self._temp_folder, "its environment, which execve hides for a moment")
        assert self.temp.is_dir()
        self.work = world.master.folder / f"worker-{worker}"
        self.pythons: set[int] = set()  # those that were seen

    def strike(self, pid: int, number: signal.Signals) -> float:
        self.pythons |= set(self._group())
        self.world.client.write("fault", what="worker-" + number.name, worker=self.worker)
        return self.world.send_signal(pid, number)

    def _temp_folder(self) -> Optional[Path]:
        environment = Path(f"/proc/{self.pid}/environ").read_bytes().decode()
        found = re.search(r"-Djava.io.tmpdir=([^\s\0]+)", environment)
        return Path(found.group(1)) if found else None

    def assert_nothing_left(self) -> None:
        self.world.assert_nothing_left(self.worker, self.pid, *self.pythons)
        folders = (self.temp, self.work)
        wait_for(lambda: not any(map(Path.exists, folders)), f"{folders} to go", patience=2)

    def _leader(self) -> Optional[int]:
        """spark-submit has short-lived processes of its own first."""
        pids = self.world.master.worker_pids(self.worker)
        return next((pid for pid in pids if group_of(pid) == pid), None)

    def _group(self) -> list[int]:
        pids = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
        return [pid for pid in pids if group_of(pid) == self.pid]


class Victim:
    """A job whose function runs in a Python process of its own."""

    def __init__(
        self,
        world: FaultWorld,
        number: int,
        while_it_waits: Callable[[], None] = lambda: None,
    ) -> None:
        self.world = world
        self.tag = f"{world.seed}-victim-{number}"
        arguments = {"ledger": str(world.functions), "tag": self.tag, "ms": 60_000}
        self._client = JobClient(world.load_options(), world.client)
        answered, job = self._client.start(self.tag, arguments, "shared")
        assert answered and job is not None
        self.job: str = job
        while_it_waits()
        self.python = wait_for(self._pid, "the function to start", SPARK_START_SECONDS)
        self.python_parent = parent_of(self.python)
        self.driver = Driver(world, world.master.job(job)["workerId"])
        assert parent_of(self.python_parent) == self.driver.pid

    def kill(self, pid: int) -> float:
        """Seconds until the job had failed."""
        at = self.driver.strike(pid, signal.SIGKILL)
        return self.ended("failed")["endTime"] / 1000 - at

    def ended(self, status: str) -> Any:
        ended = self.world.master.wait_end(self.job)
        assert ended["status"] == status, ended
        return ended

    def cancel(self) -> None:
        self._client.cancel(self.job)

    def _pid(self) -> int:
        starts = [r for r in read_ledger(self.world.functions) if r["tag"] == self.tag]
        return starts[0]["pid"] if starts else 0


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/stat").read_text()
    return int(status.rpartition(") ")[2].split()[1])


def group_of(pid: int) -> int:
    """0 when it has ended."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def kill_starting_worker(world: FaultWorld) -> None:
    """The next one is for the same job."""
    before = {worker for _, worker in world.logged("worker_ended")}

    def starting() -> Optional[str]:
        return next((w for _, w in world.logged("worker_started") if w not in before), None)

    worker = wait_for(starting, "a worker to be started")
    driver = Driver(world, worker)
    driver.strike(driver.pid, signal.SIGKILL)
    driver.assert_nothing_left()


def test_a_killed_or_stopped_process_of_a_worker_costs_what_ran_in_it(
    spark_world: FaultWorld,
) -> None:
    world = spark_world
    begin(world, clients=0)
    numbers = itertools.count()
    until_ended = []
    for _ in range(rounds(1)):
        # The process of one call, and the parent of all of them.
        child, other = Victim(world, next(numbers)), Victim(world, next(numbers))
        until_ended.append(child.kill(child.python))
        assert world.master.job(other.job)["status"] == "started"
        until_ended.append(other.kill(other.python_parent))

        # One that is stopped does not hear of a cancel, and is killed.
        stopped = Victim(world, next(numbers))
        stopped.driver.strike(stopped.python, signal.SIGSTOP)
        stopped.cancel()
        stopped.ended("cancelled")

        # The parent while no call runs: the next one gets another.
        stopped.driver.strike(stopped.python_parent, signal.SIGKILL)
        last = Victim(world, next(numbers))
        assert last.driver.pid == stopped.driver.pid
        until_ended.append(last.kill(last.driver.pid))
        last.driver.assert_nothing_left()

        # A worker that starts, and one that stops being heard of.
        silent = Victim(world, next(numbers), lambda: kill_starting_worker(world))
        at = silent.driver.strike(silent.driver.pid, signal.SIGSTOP)
        until_ended.append(silent.ended("failed")["endTime"] / 1000 - at - LEASE_SECONDS)
        silent.driver.assert_nothing_left()
    world.end_load()
    world.verify()
    print(f"jobs ended after {until_ended}")
    assert statistics.median(until_ended) < ENDED_SECONDS, until_ended
