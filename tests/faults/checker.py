"""Verifies docs/guarantees.md from three ledgers (ledger.py): python3 checker.py FOLDER

Knows nothing of the master but its promise. Prints every violation with the lines of its job from all three
ledgers, and exits with 1 when there is one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Optional

from ledger import Record, read_ledger

ENDS = ("finished", "failed", "cancelled")
LIFE = (
    "initialized queued worker-assigned job-file-downloading started cancelling finished failed cancelled"
).split()
STARTS = ("async", "force", "kafka", "mqtt")  # ways to start a job
REFUSED = {400, 404, 409, 413, 429, 507}  # a 503 may come after the job was taken
ASKED_TO_FAIL = "failed as asked"
MASTER_STOPPED = "Worker was stopped"
WORKER_LOST = "Executor was terminated"
PYTHON_LOST = "the Python process has ended"


@dataclass
class Violation:
    kind: str
    text: str
    tag: Optional[str] = None
    job: Optional[str] = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


@dataclass
class Expectations:
    """What the harness knows about its rounds."""

    sinks: tuple[str, ...] = ()  # message brokers that were to get every event
    running_jobs_survive: bool = True  # when their master is killed


@dataclass
class Ledgers:
    client: list[Record]
    functions: list[Record]
    api: list[Record]
    expected: Expectations = field(default_factory=Expectations)

    @cached_property
    def jobs(self) -> dict[str, Record]:
        return {record["jobId"]: record for record in self.api if record["op"] == "job"}

    @cached_property
    def jobs_of_tag(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for job in self.jobs.values():
            found[job.get("externalId", "")].append(job["jobId"])
        return found

    @cached_property
    def tag_of_job(self) -> dict[str, str]:
        return {id: job.get("externalId", "") for id, job in self.jobs.items()}

    @cached_property
    def events(self) -> dict[int, Record]:
        return {record["number"]: record for record in self.api if record["op"] == "event"}

    @cached_property
    def events_of_job(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = defaultdict(list)
        for number in sorted(self.events):
            found[self.events[number]["id"]].append(self.events[number])
        return found

    @cached_property
    def sends(self) -> dict[int, Record]:
        return {record["n"]: record for record in self.client if record["op"] == "send"}

    @cached_property
    def answers(self) -> list[tuple[Record, Record]]:
        """Each answer after its request."""
        found = [record for record in self.client if record["op"] == "answer"]
        return [(self.sends[record["n"]], record) for record in found]

    @cached_property
    def status_of(self) -> dict[int, int]:
        """Of the requests that were answered."""
        return {sent["n"]: answer["status"] for sent, answer in self.answers}

    @cached_property
    def faults(self) -> set[str]:
        return {record["what"] for record in self.client if record["op"] == "fault"}

    @cached_property
    def runs_of_tag(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = defaultdict(list)
        for record in self.functions:
            found[record["tag"]].append(record)
        return found


def read_ledgers(folder: Path, expected: Expectations = Expectations()) -> Ledgers:
    names = ("client.jsonl", "functions.jsonl", "api.jsonl")
    return Ledgers(*(read_ledger(folder / name) for name in names), expected)


def check(ledgers: Ledgers) -> list[Violation]:
    return [violation for rule in RULES for violation in rule(ledgers)]


# ---- one rule for each sentence of the promise ---------------------------------------------------


def acknowledged_jobs_are_there_once(all: Ledgers) -> Iterator[Violation]:
    for sent, answer in all.answers:
        tag = sent.get("tag")
        if sent["kind"] not in STARTS or answer["status"] != 200:
            continue
        jobs = all.jobs_of_tag.get(tag, [])
        if not jobs:
            yield Violation("lost", f"{tag} was acknowledged and is no job", tag)
        elif answer.get("job", jobs[0]) not in jobs:
            text = f"{tag} was acknowledged as job {answer['job']}, and is {jobs[0]}"
            yield Violation("lost", text, tag, answer["job"])


def refused_requests_are_no_jobs(all: Ledgers) -> Iterator[Violation]:
    statuses: dict[str, set[int]] = defaultdict(set)
    for sent in all.sends.values():
        if sent["kind"] in STARTS:
            statuses[sent["tag"]].add(all.status_of.get(sent["n"], 0))
    for tag, found in statuses.items():
        if found <= REFUSED and tag in all.jobs_of_tag:
            text = f"{tag} was refused ({sorted(found)}) and is a job"
            yield Violation("refused-yet-there", text, tag)


def no_request_is_two_jobs(all: Ledgers) -> Iterator[Violation]:
    for tag, jobs in all.jobs_of_tag.items():
        if tag and len(jobs) > 1:
            yield Violation("doubled", f"{tag} is {len(jobs)} jobs", tag)


def every_job_ends(all: Ledgers) -> Iterator[Violation]:
    for id, job in all.jobs.items():
        if job["status"] not in ENDS:
            yield Violation("not-ended", f"job {id} is still {job['status']}", job=id)


def events_tell_each_life_once(all: Ledgers) -> Iterator[Violation]:
    for id, job in all.jobs.items():
        kinds = [event["event"] for event in all.events_of_job.get(id, [])]
        ends = [kind for kind in kinds if kind in ENDS]
        if len(ends) > 1:
            yield Violation("two-ends", f"job {id} has the events {ends}", job=id)
        elif ends != [job["status"]] and job["status"] in ENDS:
            text = f"job {id} is {job['status']}, its events are {kinds}"
            yield Violation("event-missing", text, job=id)
        for kind in ("initialized", "queued"):
            if kind not in kinds:
                yield Violation("event-missing", f"job {id} has no event {kind}", job=id)
        if not is_a_life(kinds) and len(ends) <= 1:
            yield Violation("event-order", f"job {id} has the events {kinds}", job=id)
    for id in all.events_of_job.keys() - all.jobs.keys():
        yield Violation("event-untrue", f"events tell of job {id}, which is not stored", job=id)


def is_a_life(kinds: list[str]) -> bool:
    """In order. An attempt that never reached its worker is queued again, and the next begins there."""
    while "queued" in kinds[2:]:
        again = kinds.index("queued", 2)
        if kinds[again - 1] != "worker-assigned":
            return False
        kinds = kinds[: kinds.index("queued")] + kinds[again:]
    return kinds == sorted(set(kinds), key=LIFE.index)


def what_was_heard_is_true(all: Ledgers) -> Iterator[Violation]:
    stored = {(event["id"], event["event"]) for event in all.events.values()}
    for heard in all.client:
        if heard["op"] != "heard":
            continue
        told = (heard["id"], heard["event"])
        if "number" in heard:
            event = all.events.get(heard["number"], {})
            is_true = told == (event.get("id"), event.get("event"))
        else:
            is_true = told in stored
        if not is_true:
            text = f"{heard['from']} told of {told[1]} of job {told[0]}, which is not so"
            yield Violation("event-untrue", text, job=heard["id"])


def events_are_sent(all: Ledgers) -> Iterator[Violation]:
    for sink in all.expected.sinks:
        told: dict[str, list[str]] = defaultdict(list)
        for heard in all.client:
            if heard["op"] == "heard" and heard["from"] == sink:
                told[heard["id"]].append(heard["event"])
        for id, events in all.events_of_job.items():
            kinds = [event["event"] for event in events]
            missing = [kind for kind in kinds if kind not in told[id]]
            if missing:
                yield Violation("event-not-sent", f"{sink} never got {missing} of job {id}", job=id)
            elif not tells_in_order(told[id], kinds):
                text = f"{sink} got the events of job {id} as {told[id]}"
                yield Violation("event-order", text, job=id)


def tells_in_order(told: list[str], kinds: list[str]) -> bool:
    """Each event after the one before it. Some may come again, from any earlier one on and in order too."""
    known = {0}  # how many of them the sink may have, before what comes
    furthest = 0
    for kind in told:
        most = max(known)
        known = {i + 1 for i, wanted in enumerate(kinds) if wanted == kind and i <= most}
        if not known:
            return False
        furthest = max(furthest, *known)
    return furthest == len(kinds)


def functions_start_once(all: Ledgers) -> Iterator[Violation]:
    for tag, runs in all.runs_of_tag.items():
        starts = [run for run in runs if run["op"] == "start"]
        if len(starts) > 1:
            yield Violation(
                "started-twice", f"the function of {tag} started {len(starts)} times", tag
            )


def ends_are_true(all: Ledgers) -> Iterator[Violation]:
    cancelled = {sent["job"] for sent in all.sends.values() if sent["kind"] == "cancel"}
    master_fell = any(fault.startswith("master") for fault in all.faults)
    lost_workers = {record.get("worker") for record in all.client if record["op"] == "fault"} - {
        None
    }
    for id, job in all.jobs.items():
        status, result = job["status"], job.get("jobResult")
        tag = all.tag_of_job[id]
        ends = [run["how"] for run in all.runs_of_tag.get(tag, []) if run["op"] == "end"]
        if status == "finished":
            if ends != ["finished"]:
                yield Violation("untrue-end", f"job {id} finished, its function: {ends}", tag, id)
            elif result != tag:
                yield Violation("untrue-end", f"job {id} has the result of {result!r}", tag, id)
        elif status == "cancelled":
            if id not in cancelled:
                yield Violation("untrue-end", f"nobody cancelled job {id}", tag, id)
        elif status == "failed":
            if ASKED_TO_FAIL in str(result):
                if ends != ["failed"]:
                    yield Violation("untrue-end", f"job {id} failed, its function: {ends}", tag, id)
            elif result == MASTER_STOPPED and master_fell:
                if all.expected.running_jobs_survive:
                    yield Violation("interrupted", f"job {id} ended with its master", tag, id)
            elif job.get("workerId") not in lost_workers or not (
                result == WORKER_LOST or PYTHON_LOST in str(result)
            ):
                yield Violation("untrue-end", f"job {id} failed with {result!r}", tag, id)


def answers_stay_true(all: Ledgers) -> Iterator[Violation]:
    for sent, answer in all.answers:
        told = answer.get("told")  # the state that the answer tells, and final ones only
        if told is None or answer["status"] != 200:
            continue
        ids = [sent["job"]] if "job" in sent else all.jobs_of_tag.get(sent.get("tag"), [])
        for id in ids:
            status = all.jobs[id]["status"] if id in all.jobs else "not there"
            if status not in told.split("|"):
                yield Violation(
                    "answer-untrue", f"job {id} was told as {told}, is {status}", job=id
                )


def nothing_runs_after_its_cancel(all: Ledgers) -> Iterator[Violation]:
    """Also after somebody who waited for the job was told that it is cancelled.

    An answer has the time when its client had it, and a function's line the time before it was written: a line
    that is later was written after the answer was given.
    """
    for sent, answer in all.answers:
        if "job" not in sent or answer["status"] != 200 or answer.get("told") != "cancelled":
            continue
        tag = all.tag_of_job.get(sent["job"])
        late = [run for run in all.runs_of_tag.get(tag or "", []) if run["t"] > answer["t"]]
        if late:
            text = f"job {sent['job']} ran {late[-1]['t'] - answer['t']:.3f} s after its cancel was answered"
            yield Violation("ran-after-cancel", text, tag, sent["job"])


RULES = (
    acknowledged_jobs_are_there_once,
    refused_requests_are_no_jobs,
    no_request_is_two_jobs,
    every_job_ends,
    events_tell_each_life_once,
    what_was_heard_is_true,
    events_are_sent,
    functions_start_once,
    ends_are_true,
    answers_stay_true,
    nothing_runs_after_its_cancel,
)


# ---- what is shown -------------------------------------------------------------------------------


def describe(violations: Iterable[Violation], all: Ledgers, limit: int = 20) -> str:
    """Each violation with the lines of its job."""
    violations = list(violations)
    lines = []
    for violation in violations[:limit]:
        lines.append(str(violation))
        lines += (f"    {text}" for text in _lines_of(violation, all))
    if len(violations) > limit:
        lines.append(f"... and {len(violations) - limit} more")
    return "\n".join(lines)


def _lines_of(violation: Violation, all: Ledgers) -> Iterator[str]:
    tag = violation.tag or all.tag_of_job.get(violation.job or "")
    jobs = {violation.job, *all.jobs_of_tag.get(tag or "", [])} - {None}
    numbers = {
        record["n"]
        for record in all.sends.values()
        if (tag and record.get("tag") == tag) or record.get("job") in jobs
    }

    def concerns(record: Record) -> bool:
        if record.get("n") in numbers or (
            tag and tag in (record.get("tag"), record.get("externalId"))
        ):
            return True
        return bool(jobs & {record.get("job"), record.get("jobId"), record.get("id")})

    for name in ("client", "functions", "api"):
        for record in getattr(all, name):
            if record["op"] != "tick" and concerns(record):
                yield f"{name}: {json.dumps(record)}"


def summary(all: Ledgers) -> dict[str, Any]:
    """What there was to check: a run in which nothing happened proves nothing."""
    ends = [job["status"] for job in all.jobs.values()]
    interrupted = [job for job in all.jobs.values() if job.get("jobResult") == MASTER_STOPPED]
    acknowledged = [
        sent for sent, answer in all.answers if sent["kind"] in STARTS and answer["status"] == 200
    ]
    return {
        "sent": sum(sent["kind"] in STARTS for sent in all.sends.values()),
        "acknowledged": len(acknowledged),
        "without answer": sum(record["op"] == "lost" for record in all.client),
        "jobs": len(ends),
        **{kind: ends.count(kind) for kind in ENDS},
        "interrupted": len(interrupted),
        "events": len(all.events),
        "heard": sum(record["op"] == "heard" for record in all.client),
        "starts": sum(run["op"] == "start" for run in all.functions),
        "faults": sum(record["op"] == "fault" for record in all.client),
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--sink", action="append", default=[])
    given = options.parse_args()
    ledgers = read_ledgers(given.folder, Expectations(sinks=tuple(given.sink)))
    violations = check(ledgers)
    print(describe(violations, ledgers, limit=len(violations)))
    print(f"{len(violations)} violations in {summary(ledgers)}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
