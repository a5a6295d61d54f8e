"""A master that is killed and started again on the same folder and ports, its clients and the three ledgers."""

from __future__ import annotations

import os
import random
import re
import signal
import statistics
import subprocess
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Callable, Optional

from checker import Expectations, Ledgers, check, describe, read_ledgers, summary
from event_listener import EventListener, events_after
from installation import Installation, copy_data
from ledger import Ledger, read_ledger
from load import ENDS, JobClient, Load, LoadOptions
from message_load import Door, MessageLoad
from mist_master import PATIENCE, Master, wait_for
from world.ports import free_ports

CI_ROUNDS = 60  # of the largest harness; the others have theirs in proportion
UNFINISHED = "queued job-file-downloading started cancelling".split()
READY_SECONDS = 1.0  # from the start of the process until it takes requests
SEEN_SECONDS = 0.2  # from the kill of a worker until the master has given it up
ENDED_SECONDS = 1.0  # from then until its jobs have ended, or have begun again
GONE_SECONDS = 2.0  # from then until nothing is left of it


def rounds(ci: int) -> int:
    """How often a harness that CI runs `ci` times is to run now."""
    return max(1, ci * int(os.environ.get("MIST_FAULT_ROUNDS", CI_ROUNDS)) // CI_ROUNDS)


def seed() -> int:
    """Drawn, unless it was given to run the same again: the same requests and the same moments."""
    return int(os.environ.get("MIST_FAULT_SEED") or random.SystemRandom().randrange(10**9))


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:
        return True


class FaultWorld:
    def __init__(
        self,
        installation: Installation,
        folder: Path,
        seed: int,
        bug: str = "",
        environment: dict[str, str] = {},
        **settings: object,
    ) -> None:
        """`bug` is planted in the master (base/test_points.h)."""
        self.seed = seed
        self.chance = random.Random(seed)
        self.folder = folder
        self.shutdown_deadline = 10
        self.patience = PATIENCE
        self.doors: list[Door] = []
        http_port, worker_port = free_ports(2)
        work = folder / "master"
        work.mkdir(parents=True, exist_ok=True)
        copy_data(installation.data, work / "data")
        ports = {"http_port": http_port, "cluster_port": worker_port}
        quick = {"workers_cancel_grace": "2s", "shutdown_deadline": f"{self.shutdown_deadline}s"}
        self.master = Master(installation, work, **ports, **quick, **settings)
        self.master.environment |= environment
        if bug:
            self.master.environment["MIST_TEST_BUG"] = bug
        self.client = Ledger(folder / "client.jsonl")
        self.functions = folder / "functions.jsonl"
        self.up = threading.Event()
        self.starts: list[float] = []  # seconds
        self._closed = False
        self._verified = 0
        self._http_port = http_port
        self._load: Optional[Load] = None
        self._listener: Optional[EventListener] = None
        self._message_loads: list[MessageLoad] = []
        print(f"seed {seed}: replay with scripts/test faults --seed {seed}")

    # ---- the master ------------------------------------------------------------------------------

    def start(self) -> FaultWorld:
        began = time.monotonic()
        self.master.start()
        self.starts.append(time.monotonic() - began)
        self.up.set()
        return self

    def start_to_die(self, point: str, hit: int) -> bool:
        """Whether the master came so far as to be up before it met its point (base/test_points.h)."""
        environment = self.master.environment
        environment["MIST_TEST_KILL_AT"] = f"{point}:{hit}"
        process = self.master.launch()
        del environment["MIST_TEST_KILL_AT"]
        self.client.write("fault", what="master-killed", at=f"{point}:{hit}")
        wait_for(
            lambda: process.poll() is not None or self.master.is_up(),
            f"the master to start\n{self.master.log_text()}",
        )
        if process.poll() is None:
            self.up.set()
        return process.poll() is None

    def await_death(self) -> None:
        process = self.master.process
        assert process is not None
        code = process.wait(PATIENCE)
        self.up.clear()
        assert code == -signal.SIGKILL, f"it ended with {code}\n{self.master.log_text()}"

    def first_start(self, **context: object) -> FaultWorld:
        self.start()
        shared = {"workerMode": "shared", "jobsPerWorker": 4, "maxJobs": 8, **context}
        self.master.put_context("shared", **shared)
        if any(door.name == "mqtt" for door in self.doors):
            self.await_subscription()
        return self

    def await_subscription(self) -> None:
        """Before the first request over MQTT: the broker keeps nothing for strangers."""
        is_known = lambda: "event=mqtt_requests_connected" in self.master.log_text()
        wait_for(is_known, "a subscription")

    def usual_start(self) -> float:
        """The median: on a machine that others use too, one start may have to wait for a processor."""
        return statistics.median(self.starts)

    def quickest_start(self, kills: int) -> float:
        """The best of so many starts after kills: seconds of processor time until it takes requests.
        Nothing else is to be waited for, and how long that takes on the wall is up to the programs
        that use the machine too."""
        best = 60.0
        for _ in range(kills):
            self.kill()
            self.start()
            best = min(best, self.master.processor_seconds())
        return best

    def fill_store(self, jobs: int) -> None:
        """Adds so many copies of the newest job, while no master runs."""
        database = self.master.folder / "data" / "mist.db"
        subprocess.run([self.master.installation.fill_store, database, str(jobs)], check=True)

    def kill(self) -> None:
        self.up.clear()
        self.client.write("fault", what="master-killed")
        self.master.kill()

    def terminate(self, limit: float) -> int:
        """SIGTERM; the exit code, which must come within the time."""
        process = self.master.process
        assert process is not None
        self.client.write("fault", what="master-stopped")
        self.up.clear()
        process.send_signal(signal.SIGTERM)
        return process.wait(limit)

    # ---- its workers -----------------------------------------------------------------------------

    @staticmethod
    def send_signal(pid: int, number: signal.Signals) -> float:
        """The time before, as the clock says that the master's log and its jobs have."""
        at = time.time()
        os.kill(pid, number)
        return at

    def logged(self, event: str) -> list[tuple[float, str]]:
        """Time and worker of each line since the last start of the master."""
        lines = re.findall(
            rf"^time=(\S+)Z \S+ event={event} worker=(\S+)", self.master.log_text(), re.M
        )
        to_seconds = lambda text: datetime.fromisoformat(text + "+00:00").timestamp()
        return [(to_seconds(text), worker) for text, worker in lines]

    def when_logged(self, event: str, worker: str) -> float:
        find = lambda: [at for at, name in self.logged(event) if name == worker]
        return wait_for(find, f"{event} of {worker}")[0]

    def assert_nothing_left(self, worker: str, *more: int) -> None:
        """Of its processes, which are found by its name, those given, and its files but its output."""
        is_left = lambda: [pid for pid in more if not is_gone(pid)] or self._left_of(worker)
        wait_for(lambda: not is_left(), f"what is left of {worker} to go", GONE_SECONDS)

    def _left_of(self, worker: str) -> list[Any]:
        files = self.master.folder.rglob(f"*{worker}*")
        return [*self.master.worker_pids(worker), *(f for f in files if f.suffix != ".log")]

    # ---- its clients -----------------------------------------------------------------------------

    def begin_load(self, **options: Any) -> None:
        """Over HTTP and the doors."""
        self._load = Load(self.load_options(**options), self.client, self.up, str(self.seed))
        if self._listener is None:
            self._listener = EventListener(self._http_port, self._wait_until_up, self._heard)
        self.begin_messages(*self.doors, **options)

    def begin_messages(self, *doors: Door, **options: Any) -> None:
        given = self.load_options(**options)
        self.doors = list(doors)
        self._message_loads = [
            MessageLoad(door, given, self.client, str(self.seed)) for door in doors
        ]

    def load_options(self, **options: Any) -> LoadOptions:
        return LoadOptions(**{"port": self._http_port, "functions": self.functions, **options})

    def end_load(self) -> None:
        if self._load is not None:
            self._load.stop()
        self._load = None
        for message_load in self._message_loads:
            message_load.stop()

    def run_for(self, shortest: float, longest: float) -> None:
        """Lets the clients and workers go on for a time that is drawn from the seed."""
        time.sleep(self.chance.uniform(shortest, longest))

    def accepted(self) -> list[float]:
        """When requests over HTTP were answered with a job, in seconds of the monotonic clock."""
        records = read_ledger(self.client.path)
        return [
            r["t"] for r in records if r["op"] == "answer" and r["status"] == 200 and "job" in r
        ]

    def _wait_until_up(self) -> bool:
        while not self.up.wait(0.1):
            if self._closed:
                return False
        return not self._closed

    def _heard(self, event: dict[str, Any]) -> None:
        told = {name: event[name] for name in ("number", "id", "event")}
        self.client.note("heard", **{"from": "sse"}, **told)

    def sinks(self) -> tuple[str, ...]:
        """Who was to hear of every event."""
        stream = ("sse",) if self._listener is not None else ()
        return stream + tuple(door.name for door in self.doors)

    # ---- what it comes to ------------------------------------------------------------------------

    def settle(self) -> None:
        """Waits until no job is under way, as far as the API tells."""

        def is_quiet() -> bool:
            """In this order: a record that was not read yet is a job that the second look shows."""
            if not sent <= {job.get("externalId") for job in self._all_jobs()}:
                return False
            return self.master.get("/v2/api/jobs", status=UNFINISHED, limit=1).json == []

        sent = {tag for message_load in self._message_loads for tag in message_load.sent}
        self._patiently(is_quiet)

    def _patiently(self, look: Callable[[], bool]) -> None:
        """What does not come to be is the checker's to tell."""
        try:
            wait_for(look, "", self.patience)
        except AssertionError:
            pass

    def write_down_api(self) -> None:
        """Replaces api.jsonl by what the master shows now."""
        path = self.folder / "api.jsonl"
        path.unlink(missing_ok=True)
        ledger = Ledger(path)
        last = self._run_last_job()
        for job in self._all_jobs():
            ledger.note("job", **job)
        for event in events_after(self._http_port, 0):
            ledger.note("event", **{name: event[name] for name in ("number", "id", "event")})
            if event["id"] == last and event["event"] in ENDS:
                break
        if self._listener is not None:
            self._patiently(lambda: last in self._listener.ended)
        for message_load in self._message_loads:
            self._patiently(lambda: message_load.hears_end_of(last))
        ledger.close()

    def _run_last_job(self) -> str:
        """All other events come before its end."""
        self._verified += 1
        tag = f"{self.seed}-last-{self._verified}"
        client = JobClient(self.load_options(), self.client)
        answered, job = client.start(tag, {"ledger": str(self.functions), "tag": tag}, "shared")
        client.close()
        assert job is not None, "the master takes no job"
        path = f"/v2/api/jobs/{job}"
        self._patiently(lambda: b'"endTime"' in self.master.get(path).body)
        return job

    def _all_jobs(self) -> list[Any]:
        jobs: list[Any] = []
        while page := self._page_after(jobs):
            jobs += page
        return jobs

    def _page_after(self, jobs: list[Any]) -> list[Any]:
        query = {"before": jobs[-1]["jobId"]} if jobs else {}
        return self.master.get("/v2/api/jobs", limit=1000, **query).json

    def ledgers(self) -> Ledgers:
        """When all has come to rest."""
        self.settle()
        self.write_down_api()
        return read_ledgers(self.folder, Expectations(sinks=self.sinks()))

    def verify(self) -> dict[str, Any]:
        """Checks the promise; returns what there was to check."""
        ledgers = self.ledgers()
        violations = check(ledgers)
        assert (
            not violations
        ), f"seed {self.seed}, ledgers in {self.folder}\n{describe(violations, ledgers)}"
        found = summary(ledgers)
        print(f"{found}, starts took {self.usual_start():.3f} s, one {max(self.starts):.3f} s")
        return found

    def close(self) -> None:
        self._closed = True
        try:
            self.end_load()
        finally:
            self.master.destroy()
            self.client.close()
