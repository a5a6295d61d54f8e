"""kill -9 and SIGSTOP of workers while they start, while they are idle and while they work, under load."""

from __future__ import annotations

import os
import signal
import statistics
import time
from typing import Callable

from conftest import MakeWorld
from fault_world import FaultWorld, rounds
from load import JobClient
from mist_master import wait_for

LEASE_SECONDS = 2.0
SEEN_SECONDS = 0.2  # from the kill until the worker is no longer shown
ENDED_SECONDS = 1.0  # from then until its jobs have ended


class Victims:
    """Workers of a context of their own, whose ends are written down before they come."""

    def __init__(self, world: FaultWorld) -> None:
        self.world = world
        self.master = world.master
        self.master.put_context("victims", workerMode="shared", jobsPerWorker=2, maxJobs=2)
        self.master.put_context("mute", workerMode="shared", sparkConf={"standin.start": "mute"})
        self._jobs = JobClient(world.load_options(), world.client)
        self._count = 0
        self.until_seen: list[float] = []
        self.until_ended: list[float] = []

    def start_job(self, context: str, ms: int) -> str:
        self._count += 1
        tag = f"{self.world.seed}-victim-{self._count}"
        arguments = {"ledger": str(self.world.functions), "tag": tag, "ms": ms}
        answered, job = self._jobs.start(tag, arguments, context)
        assert answered and job is not None
        return job

    def start_busy_worker(self) -> tuple[list[str], str]:
        """Its two jobs, and its name."""
        jobs = [self.start_job("victims", 60_000) for _ in range(2)]
        (worker,) = {self.master.wait_status(job, "started")["workerId"] for job in jobs}
        return jobs, worker

    def kill_busy_worker(self) -> None:
        jobs, worker = self.start_busy_worker()
        self._strike(worker, signal.SIGKILL)
        began = time.monotonic()
        self._wait_until_seen(worker, began)
        self._wait_until_ended(jobs, worker)

    def kill_idle_worker(self) -> None:
        worker = self.master.wait_end(self.start_job("victims", 0))["workerId"]
        self._strike(worker, signal.SIGKILL)
        self._wait_until_seen(worker, time.monotonic())
        assert self.master.wait_end(self.start_job("victims", 0))["status"] == "finished"

    def kill_starting_worker(self) -> None:
        job = self.start_job("mute", 0)
        wait_for(self._starting_workers, "a worker that starts")
        for worker in self._starting_workers():
            self._strike(worker, signal.SIGKILL)
        self._jobs.cancel(job)
        assert self.master.job(job)["status"] == "cancelled"
        self.master.put_context("mute", workerMode="shared", sparkConf={"standin.start": "mute"})

    def stop_busy_worker(self) -> None:
        """It is lost when its lease is over; the process is killed then."""
        jobs, worker = self.start_busy_worker()
        self._strike(worker, signal.SIGSTOP)
        began = time.monotonic()
        wait_for(lambda: worker not in self.master.workers(), "the lease to be over")
        assert time.monotonic() - began > LEASE_SECONDS / 2, "lost before its lease was over"
        self._wait_until_ended(jobs, worker)

    def stop_worker_for_a_moment(self) -> None:
        job = self.start_job("victims", 300)
        worker = self.master.wait_status(job, "started")["workerId"]
        (pid,) = self.master.worker_pids(worker)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(self.world.chance.uniform(0, LEASE_SECONDS / 8))
        os.kill(pid, signal.SIGCONT)
        assert self.master.wait_end(job)["status"] == "finished"

    def _strike(self, worker: str, with_signal: signal.Signals) -> None:
        (pid,) = self.master.worker_pids(worker)
        self.world.client.write("fault", what="worker-" + with_signal.name, worker=worker)
        os.kill(pid, with_signal)

    def _wait_until_seen(self, worker: str, began: float) -> None:
        wait_for(lambda: worker not in self.master.workers(), "the master to see it")
        self.until_seen.append(time.monotonic() - began)

    def _wait_until_ended(self, jobs: list[str], worker: str) -> None:
        began = time.monotonic()
        for job in jobs:
            assert self.master.wait_end(job)["status"] == "failed"
        self.until_ended.append(time.monotonic() - began)
        wait_for(lambda: self.master.worker_pids(worker) == [], "its process to end", patience=2)

    def _starting_workers(self) -> list[str]:
        """Those of the processes that the master has not shown yet."""
        links = self.master.processes_with(f"127.0.0.1:{self.master.worker_port}")
        names = {name_of(pid) for pid in links} - set(self.master.workers()) - {None}
        return [name for name in names if name.startswith("mute")]


def name_of(pid: int) -> str:
    """Of the worker in that process; empty when it has ended."""
    try:
        words = open(f"/proc/{pid}/cmdline", "rb").read().decode().split("\0")
    except OSError:
        return ""
    return words[words.index("--name") + 1] if "--name" in words else ""


def test_a_worker_that_is_killed_or_stopped_costs_its_own_jobs_and_no_other(
    make_world: MakeWorld,
) -> None:
    world = make_world(workers_lease="2s", workers_poll="500ms").first_start()
    world.begin_load(clients=2)
    victims = Victims(world)
    faults: list[Callable[[], None]] = [
        *[victims.kill_busy_worker] * 4,
        *[victims.kill_idle_worker] * 2,
        *[victims.kill_starting_worker] * 2,
        victims.stop_busy_worker,
        victims.stop_worker_for_a_moment,
    ]
    for _ in range(rounds(4)):
        world.chance.shuffle(faults)
        for fault in faults:
            fault()
    world.end_load()
    found = world.verify()
    print(f"seen after {victims.until_seen}, jobs ended after {victims.until_ended}")
    assert statistics.median(victims.until_seen) < SEEN_SECONDS
    assert statistics.median(victims.until_ended) < ENDED_SECONDS
    assert found["faults"] >= 9 * rounds(4), found
