"""kill -9 and SIGSTOP of workers while they start, while they are idle and while they work, under load.

Times are those of the events themselves, by the same clock of this machine: when the signal was sent, when the
master wrote into its log that the worker is gone, when it says that a job ended or was started again. One of
them may have waited for a processor on a machine that does other things too, so the limits are for the median.
"""

from __future__ import annotations

import signal
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Callable, Optional

from conftest import MakeWorld
from fault_world import ENDED_SECONDS, SEEN_SECONDS, FaultWorld, rounds
from load import JobClient
from mist_master import wait_for

LEASE_SECONDS = 2.0


@dataclass
class Times:
    """Seconds from the signal, or for a stopped worker from the end of its lease at the latest."""

    until_seen: list[float] = field(default_factory=list)
    until_ended: list[float] = field(default_factory=list)
    until_next: list[float] = field(default_factory=list)


class Victims:
    """Workers of contexts of their own, whose ends are written down before they come."""

    def __init__(self, world: FaultWorld) -> None:
        self.world = world
        self.master = world.master
        self.master.put_context("victims", workerMode="shared", jobsPerWorker=2, maxJobs=2)
        self.master.put_context("idle", workerMode="shared")
        # Its workers never get ready, however often they are started.
        mute = {"maxConnFailures": 1000, "sparkConf": {"standin.start": "mute"}}
        self.master.put_context("mute", workerMode="shared", **mute)
        self._jobs = JobClient(world.load_options(), world.client)
        self._count = 0
        self.killed = Times()
        self.stopped = Times()

    # ---- faults ----

    def kill_busy_worker(self) -> None:
        jobs, worker = self._busy_worker()
        at = self._strike(worker, signal.SIGKILL)
        self._await_loss(worker, at, self.killed, jobs)

    def kill_idle_worker(self) -> None:
        worker = self._idle_worker()
        self._await_loss(worker, self._strike(worker, signal.SIGKILL), self.killed)
        assert self.master.wait_end(self._start_job("idle", 0))["status"] == "finished"

    def kill_starting_worker(self) -> None:
        """Its job gets another one."""
        job, worker = self._starting_worker()
        at = self._strike(worker, signal.SIGKILL)
        self._await_loss(worker, at, self.killed)
        started = wait_for(lambda: self._next_start(worker), "the next worker to be started")
        self.killed.until_next.append(started - at)
        self._end_starting(job)

    def stop_workers(self) -> None:
        """They are lost when their leases are over; the processes are killed then."""
        jobs, busy = self._busy_worker()
        idle = self._idle_worker()
        job, starting = self._starting_worker()
        at = {worker: self._strike(worker, signal.SIGSTOP) for worker in (busy, idle, starting)}
        for worker in at:
            lost = self.world.when_logged("worker_ended", worker)
            assert lost - at[worker] > LEASE_SECONDS / 2, f"{worker} was lost before its time"
            over = at[worker] + LEASE_SECONDS
            self._await_loss(worker, over, self.stopped, jobs if worker == busy else ())
        self._end_starting(job)

    def stop_worker_for_a_moment(self) -> None:
        job = self._start_job("victims", 300)
        worker = self.master.wait_status(job, "started")["workerId"]
        (pid,) = self.master.worker_pids(worker)
        self.world.send_signal(pid, signal.SIGSTOP)
        time.sleep(self.world.chance.uniform(0, LEASE_SECONDS / 8))
        self.world.send_signal(pid, signal.SIGCONT)
        assert self.master.wait_end(job)["status"] == "finished"

    # ---- workers ----

    def _start_job(self, context: str, ms: int) -> str:
        self._count += 1
        tag = f"{self.world.seed}-victim-{self._count}"
        arguments = {"ledger": str(self.world.functions), "tag": tag, "ms": ms}
        answered, job = self._jobs.start(tag, arguments, context)
        assert answered and job is not None
        return job

    def _busy_worker(self) -> tuple[list[str], str]:
        """Its two jobs, and its name."""
        jobs = [self._start_job("victims", 60_000) for _ in range(2)]
        (worker,) = {self.master.wait_status(job, "started")["workerId"] for job in jobs}
        return jobs, worker

    def _idle_worker(self) -> str:
        return self.master.wait_end(self._start_job("idle", 0))["workerId"]

    def _starting_worker(self) -> tuple[str, str]:
        """A job that waits for it, and its name."""
        job = self._start_job("mute", 0)
        return job, wait_for(self._find_starting, "a worker that starts")

    def _find_starting(self) -> str:
        links = self.master.processes_with(f"127.0.0.1:{self.master.worker_port}")
        return next((name for pid in links if (name := name_of(pid)).startswith("mute")), "")

    def _next_start(self, after: str) -> Optional[float]:
        """When the worker that takes its place was started."""
        mute = [line for line in self.world.logged("worker_started") if line[1].startswith("mute")]
        index = [name for _, name in mute].index(after)
        return mute[index + 1][0] if index + 1 < len(mute) else None

    def _end_starting(self, job: str) -> None:
        self._jobs.cancel(job)
        assert self.master.job(job)["status"] == "cancelled"

    # ---- what happens to them ----

    def _strike(self, worker: str, with_signal: signal.Signals) -> float:
        (pid,) = self.master.worker_pids(worker)
        self.world.client.write("fault", what="worker-" + with_signal.name, worker=worker)
        return self.world.send_signal(pid, with_signal)

    def _await_loss(self, worker: str, at: float, times: Times, jobs: Sequence[str] = ()) -> None:
        """`at`: when it was to be lost."""
        times.until_seen.append(self.world.when_logged("worker_ended", worker) - at)
        for job in jobs:
            ended = self.master.wait_end(job)
            assert ended["status"] == "failed", ended
            times.until_ended.append(ended["endTime"] / 1000 - at)
        self.world.assert_nothing_left(worker)


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
    leases = {"workers_lease": f"{LEASE_SECONDS}s", "workers_poll": "500ms"}
    starts = {"workers_start_backoff": "10ms", "workers_max_start_backoff": "10ms"}
    world = make_world(**leases, **starts).first_start()
    world.begin_load(clients=2)
    victims = Victims(world)
    faults: list[Callable[[], None]] = [
        *[victims.kill_busy_worker] * 2,
        *[victims.kill_idle_worker] * 2,
        *[victims.kill_starting_worker] * 2,
        victims.stop_workers,
        victims.stop_worker_for_a_moment,
    ]
    for _ in range(rounds(4)):
        world.chance.shuffle(faults)
        for fault in faults:
            fault()
    world.end_load()
    found = world.verify()
    print(f"killed: {victims.killed}\nstopped: {victims.stopped}")
    for times in (victims.killed, victims.stopped):
        assert statistics.median(times.until_seen) < SEEN_SECONDS, times
        assert statistics.median(times.until_ended) < ENDED_SECONDS, times
    assert statistics.median(victims.killed.until_next) < ENDED_SECONDS, victims.killed
    assert found["faults"] == 9 * rounds(4), found


def test_a_job_that_may_run_again_does_so_at_once(make_world: MakeWorld) -> None:
    master = (world := make_world().first_start()).master
    master.put_context("again", workerMode="shared", retries=1, retryBackoff="0s")
    until_next = []
    for _ in range(rounds(5)):
        job = master.start_job("hang", context="again")
        worker = master.wait_status(job, "started")["workerId"]
        (pid,) = master.worker_pids(worker)
        at = world.send_signal(pid, signal.SIGKILL)

        def started_again() -> Optional[float]:
            shown = master.job(job)
            is_another = shown["status"] == "started" and shown["workerId"] != worker
            return shown["startTime"] / 1000 if is_another else None

        until_next.append(wait_for(started_again, "the next attempt") - at)
        assert master.cancel(job).json["status"] == "cancelled"
        world.assert_nothing_left(worker)
    assert statistics.median(until_next) < ENDED_SECONDS, until_next
