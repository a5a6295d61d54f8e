"""The checker with ledgers made by hand: it accepts what is promised, and finds each kind of violation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import checker
from checker import Expectations, Ledgers, Violation, check, describe
from ledger import Ledger, Record, read_ledger


class Story:
    """One job that went well, of which tests change a part."""

    def __init__(self) -> None:
        self.client: list[Record] = [
            {"t": 1.0, "op": "send", "n": 1, "kind": "async", "tag": "a"},
            {"t": 1.1, "op": "answer", "n": 1, "status": 200, "job": "j"},
        ]
        self.functions: list[Record] = [
            {"t": 1.2, "op": "start", "tag": "a"},
            {"t": 1.3, "op": "end", "tag": "a", "how": "finished"},
        ]
        self.api: list[Record] = [
            {"op": "job", "jobId": "j", "externalId": "a", "status": "finished", "jobResult": "a"}
        ]
        self.tell("j", "initialized", "queued", "worker-assigned", "started", "finished")
        self.expected = Expectations()

    @property
    def job(self) -> Record:
        return self.api[0]

    def tell(self, job: str, *kinds: str) -> None:
        for kind in kinds:
            event = {"op": "event", "number": len(self.api), "id": job, "event": kind}
            self.api.append(event)

    def end_with(self, status: str, result: object, *function: str) -> None:
        self.job.update(status=status, jobResult=result)
        self.api[-1]["event"] = status
        self.functions[1:] = [{"t": 1.3, "op": "end", "tag": "a", "how": how} for how in function]

    def fault(self, what: str, **more: object) -> None:
        self.client.append({"t": 1.25, "op": "fault", "what": what, **more})

    def cancel(self, told: str, t: float = 1.4) -> None:
        self.client.append({"t": 1.25, "op": "send", "n": 2, "kind": "cancel", "job": "j"})
        self.client.append({"t": t, "op": "answer", "n": 2, "status": 200, "told": told})

    @property
    def ledgers(self) -> Ledgers:
        return Ledgers(self.client, self.functions, self.api, self.expected)

    def violations(self) -> list[Violation]:
        return check(self.ledgers)

    def kinds(self) -> set[str]:
        return {violation.kind for violation in self.violations()}


@pytest.fixture
def story() -> Story:
    return Story()


# ---- what is promised is accepted ----------------------------------------------------------------


def test_a_job_that_went_well(story: Story) -> None:
    assert story.violations() == []


def test_a_request_without_answer_may_be_a_job_or_none(story: Story) -> None:
    story.client[1] = {"t": 1.1, "op": "lost", "n": 1}
    story.client.append({"t": 1.0, "op": "send", "n": 2, "kind": "force", "tag": "b"})
    story.client.append({"t": 1.0, "op": "lost", "n": 2})
    assert story.violations() == []


def test_a_refused_request_is_no_job(story: Story) -> None:
    story.client.append({"t": 1.0, "op": "send", "n": 2, "kind": "async", "tag": "b"})
    story.client.append({"t": 1.0, "op": "answer", "n": 2, "status": 503})
    assert story.violations() == []


def test_a_repeat_that_gets_the_same_job(story: Story) -> None:
    story.client.append({"t": 1.0, "op": "send", "n": 2, "kind": "async", "tag": "a", "key": "k"})
    story.client.append({"t": 1.0, "op": "answer", "n": 2, "status": 200, "job": "j"})
    assert story.violations() == []


def test_a_job_that_failed_as_asked(story: Story) -> None:
    story.end_with("failed", checker.ASKED_TO_FAIL, "failed")
    assert story.violations() == []


def test_a_cancelled_job(story: Story) -> None:
    story.end_with("cancelled", None, "cancelled")
    story.cancel("cancelled")
    assert story.violations() == []


def test_a_job_that_lost_its_worker(story: Story) -> None:
    story.end_with("failed", checker.WORKER_LOST)
    story.job["workerId"] = "w"
    story.fault("worker-killed", worker="w")
    assert story.violations() == []


def test_a_job_that_lost_its_master_where_that_may_be(story: Story) -> None:
    story.expected = Expectations(running_jobs_survive=False)
    story.end_with("failed", checker.MASTER_STOPPED)
    story.fault("master-killed")
    assert story.violations() == []


def test_events_that_come_twice_to_a_message_broker(story: Story) -> None:
    story.expected = Expectations(sinks=("kafka",))
    for event in story.api[1:3] + story.api[1:]:
        heard = {"from": "kafka", "id": "j", "event": event["event"]}
        story.client.append({"t": 2.0, "op": "heard", **heard})
    assert story.violations() == []


# ---- each kind of violation ----------------------------------------------------------------------


def test_an_acknowledged_request_that_is_no_job(story: Story) -> None:
    story.client.append({"t": 1.0, "op": "send", "n": 2, "kind": "kafka", "tag": "b"})
    story.client.append({"t": 1.0, "op": "answer", "n": 2, "status": 200})
    assert story.kinds() == {"lost"}


def test_an_acknowledged_job_that_is_another_one(story: Story) -> None:
    story.client[1]["job"] = "other"
    assert story.kinds() == {"lost"}


def test_a_refused_request_that_is_a_job(story: Story) -> None:
    story.client[1] = {"t": 1.1, "op": "answer", "n": 1, "status": 429}
    assert story.kinds() == {"refused-yet-there"}


def test_a_request_that_is_two_jobs(story: Story) -> None:
    story.api.append({**story.job, "jobId": "j2"})
    story.tell("j2", "initialized", "queued", "worker-assigned", "started", "finished")
    assert story.kinds() == {"doubled"}


def test_a_job_that_does_not_end(story: Story) -> None:
    story.job["status"] = "started"
    story.api.pop()
    assert story.kinds() == {"not-ended"}


def test_a_job_that_ends_twice(story: Story) -> None:
    story.tell("j", "failed")
    assert "two-ends" in story.kinds()


def test_an_end_without_its_event(story: Story) -> None:
    story.api.pop()
    assert story.kinds() == {"event-missing"}


def test_a_beginning_without_its_event(story: Story) -> None:
    del story.api[1]
    assert story.kinds() == {"event-missing"}


def test_events_in_a_wrong_order(story: Story) -> None:
    story.api[3]["event"], story.api[4]["event"] = "started", "worker-assigned"
    assert story.kinds() == {"event-order"}


def test_events_of_a_job_that_is_not_stored(story: Story) -> None:
    story.tell("nobody", "initialized")
    assert story.kinds() == {"event-untrue"}


def test_a_stream_that_told_what_is_not_stored(story: Story) -> None:
    heard = {"from": "sse", "number": 5, "id": "j", "event": "failed"}
    story.client.append({"t": 2.0, "op": "heard", **heard})
    assert story.kinds() == {"event-untrue"}


def test_a_message_broker_that_was_told_what_is_not_stored(story: Story) -> None:
    story.client.append({"t": 2.0, "op": "heard", "from": "mqtt", "id": "j", "event": "cancelled"})
    assert story.kinds() == {"event-untrue"}


def test_an_event_that_was_not_sent(story: Story) -> None:
    story.expected = Expectations(sinks=("kafka",))
    for event in story.api[1:-1]:
        heard = {"from": "kafka", "id": "j", "event": event["event"]}
        story.client.append({"t": 2.0, "op": "heard", **heard})
    assert story.kinds() == {"event-not-sent"}


def test_events_that_were_sent_in_a_wrong_order(story: Story) -> None:
    story.expected = Expectations(sinks=("kafka",))
    for event in reversed(story.api[1:]):
        heard = {"from": "kafka", "id": "j", "event": event["event"]}
        story.client.append({"t": 2.0, "op": "heard", **heard})
    assert story.kinds() == {"event-order"}


@pytest.mark.parametrize(
    "told", [[0, 1, 3, 2, 3, 4], [0, 1, 2, 3, 4, 1, 3], [0, 1, 2, 3, 4, 0, 2, 3, 4]]
)
def test_events_that_come_again_in_a_wrong_order(story: Story, told: list[int]) -> None:
    story.expected = Expectations(sinks=("kafka",))
    for event in told:
        heard = {"from": "kafka", "id": "j", "event": story.api[1 + event]["event"]}
        story.client.append({"t": 2.0, "op": "heard", **heard})
    assert story.kinds() == {"event-order"}


def test_a_function_that_starts_twice(story: Story) -> None:
    story.functions.append({"t": 1.5, "op": "start", "tag": "a"})
    assert story.kinds() == {"started-twice"}


def test_a_job_that_finished_without_its_function(story: Story) -> None:
    story.functions.pop()
    assert story.kinds() == {"untrue-end"}


def test_a_job_with_the_result_of_another(story: Story) -> None:
    story.job["jobResult"] = "b"
    assert story.kinds() == {"untrue-end"}


def test_a_job_that_failed_without_a_reason(story: Story) -> None:
    story.end_with("failed", checker.WORKER_LOST)
    story.job["workerId"] = "w"
    story.fault("worker-killed", worker="another")
    assert story.kinds() == {"untrue-end"}


def test_a_job_that_failed_although_its_function_finished(story: Story) -> None:
    story.end_with("failed", checker.ASKED_TO_FAIL, "finished")
    assert story.kinds() == {"untrue-end"}


def test_a_job_that_nobody_cancelled(story: Story) -> None:
    story.end_with("cancelled", None)
    assert story.kinds() == {"untrue-end"}


def test_a_running_job_that_its_master_interrupts(story: Story) -> None:
    story.expected = Expectations(running_jobs_survive=True)
    story.end_with("failed", checker.MASTER_STOPPED)
    story.fault("master-killed")
    assert story.kinds() == {"interrupted"}


def test_an_end_that_was_told_and_is_another_one(story: Story) -> None:
    story.client[0]["kind"] = "force"
    story.client[1]["told"] = "failed|cancelled"
    assert story.kinds() == {"answer-untrue"}


def test_a_function_that_runs_after_its_cancel(story: Story) -> None:
    story.end_with("cancelled", None, "cancelled")
    story.cancel("cancelled", t=1.29)
    assert story.kinds() == {"ran-after-cancel"}


def test_a_function_that_starts_after_its_cancel(story: Story) -> None:
    story.end_with("cancelled", None)
    story.functions[0]["t"] = 1.5
    story.cancel("cancelled")
    assert story.kinds() == {"ran-after-cancel"}


def test_a_function_that_runs_after_somebody_was_told_of_its_cancel(story: Story) -> None:
    story.end_with("cancelled", None, "cancelled")
    story.cancel("cancelled")
    story.client.append({"t": 1.21, "op": "send", "n": 3, "kind": "wait", "job": "j"})
    story.client.append({"t": 1.29, "op": "answer", "n": 3, "status": 200, "told": "cancelled"})
    assert story.kinds() == {"ran-after-cancel"}


def test_a_function_may_run_until_its_cancel_is_answered_and_in_spite_of_one(story: Story) -> None:
    story.cancel("finished", t=1.26)  # it came too late, and ran on
    assert story.kinds() == set()
    story.end_with("cancelled", None, "cancelled")
    story.client[-1].update(t=1.31, told="cancelled")
    assert story.kinds() == set()


# ---- what is shown -------------------------------------------------------------------------------


def test_a_violation_is_shown_with_the_lines_of_its_job_from_all_ledgers(story: Story) -> None:
    story.functions.append({"t": 1.5, "op": "start", "tag": "a"})
    story.functions.append({"t": 1.5, "op": "start", "tag": "another"})
    text = describe(story.violations(), story.ledgers)
    assert text.startswith("started-twice: the function of a started 2 times\n")
    assert [line.split(":")[0].strip() for line in text.splitlines()[1:]] == (
        ["client"] * 2 + ["functions"] * 3 + ["api"] * 6
    )
    assert "another" not in text


def test_the_program_reads_a_folder_and_tells_by_its_exit_code(
    story: Story, tmp_path: Path
) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, checker.__file__, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    for name in ("client", "functions", "api"):
        ledger = Ledger(tmp_path / f"{name}.jsonl")
        for record in getattr(story.ledgers, name):
            ledger.write(**record)
    assert run().returncode == 0, run()
    Ledger(tmp_path / "functions.jsonl").write("start", tag="a")
    assert run().returncode == 1
    assert "started-twice" in run().stdout


def test_a_line_that_its_writer_could_not_end_is_left_out(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l")
    ledger.write("start", tag="a")
    with ledger.path.open("ab") as file:
        file.write(b'{"op": "en')
    assert [record["tag"] for record in read_ledger(ledger.path)] == ["a"]
