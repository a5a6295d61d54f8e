"""Which worker runs what, and when: exclusive and shared contexts, slots, queues."""

from __future__ import annotations

from collections.abc import Callable

from world.api import Api
from world.probes import Gate
from world.processes import wait_until_gone
from world.waiting import eventually

MakeGate = Callable[[], Gate]


def start_waiting(api: Api, gate: Gate, function: str = "waiting", **query: str) -> str:
    return api.start(function, {"gate": str(gate)}, **query)


def workers_of(api: Api, *jobs: str) -> set[str]:
    return {api.job(job)["workerId"] for job in jobs}


def test_a_shared_worker_runs_jobs_per_worker_at_once(api: Api, gate: MakeGate) -> None:
    held = gate()
    jobs = [start_waiting(api, held), start_waiting(api, held, "py-waiting")]
    for job in jobs:
        api.wait_for_status(job, "started")
    assert len(workers_of(api, *jobs)) == 1
    held.open()
    for job in jobs:
        assert api.wait_for_status(job, "finished")["jobResult"] == "went through"


def test_a_queue_longer_than_the_slots_keeps_its_order(api: Api, gate: MakeGate) -> None:
    first, second = gate(), gate()
    for each in (first, second):  # both slots of the context
        api.wait_for_status(start_waiting(api, each), "started")
    queued = [api.start("throws", {"message": ""}) for _ in range(6)]
    assert {api.job(job)["status"] for job in queued} == {"queued"}
    first.open()  # all of them go through this one slot
    details = [api.wait_for_status(job, "finished") for job in queued]
    for before, after in zip(details, details[1:]):
        assert before["endTime"] <= after["startTime"], details
    second.open()


def test_contexts_and_workers_of_a_pool_run_in_parallel(api: Api, gate: MakeGate) -> None:
    held = gate()
    jobs = [start_waiting(api, held, context=name) for name in ("pool", "pool", "shared")]
    for job in jobs:
        api.wait_for_status(job, "started")
    assert len(workers_of(api, *jobs)) == 3
    held.open()
    for job in jobs:
        api.wait_for_status(job, "finished")


def test_the_next_job_of_a_pool_takes_a_worker_that_is_there(api: Api) -> None:
    before = {name for name in api.worker_names() if name.startswith("pool_")}
    job = api.start("throws", {"message": ""}, context="pool")
    assert api.wait_for_status(job, "finished")["workerId"] in before


def test_an_exclusive_worker_runs_one_job_and_ends(api: Api, gate: MakeGate) -> None:
    held = gate()
    jobs = [start_waiting(api, held, context="exclusive") for _ in range(3)]
    for job in jobs[:2]:
        api.wait_for_status(job, "started")
    assert api.job(jobs[2])["status"] == "queued", "maxJobs of the context is 2"
    assert api.cancel(jobs[2]).json["status"] == "cancelled"
    workers = workers_of(api, *jobs[:2])
    assert len(workers) == 2 and workers <= api.worker_names()
    held.open()
    for job in jobs[:2]:
        api.wait_for_status(job, "finished")
    for worker in workers:
        wait_until_gone(worker)
    eventually(lambda: not workers & api.worker_names(), "they are not listed any more")
