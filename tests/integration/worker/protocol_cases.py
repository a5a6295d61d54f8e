"""What docs/worker-protocol.md promises of a worker: the same cases for the real harness and for the stand-in.

A test class says how its worker is asked for a function that answers, fails, waits and so on; the rest is here.
What has to be so in every case (numbers without gaps, sizes, one end for each attempt) is checked by FakeMaster.
"""

from __future__ import annotations

import json
import os
import time
import unittest
from typing import Any

from fake_master import CHUNK, NAME, FakeMaster, Job, WorkerProcess
from worker.ttypes import AttemptId, Refused, RefusalCode


class ProtocolCases:
    """One master and one worker for all of them: a mixin of unittest.TestCase."""

    master: FakeMaster
    worker: WorkerProcess

    # ---- what a worker's class says: jobs that were begun ----

    def answering(self, text: str = "") -> Job:
        """Finishes with any result; has the text among its arguments."""
        raise NotImplementedError

    def failing(self) -> Job:
        """Fails with "asked to fail"."""
        raise NotImplementedError

    def unknown(self) -> Job:
        """Its function does not exist."""
        raise NotImplementedError

    def waiting(self, attempt: int = 1) -> Job:
        """Runs until it is cancelled."""
        raise NotImplementedError

    def finishing_when_cancelled(self) -> Job:
        raise NotImplementedError

    def logging(self, lines: int) -> Job:
        """Logs so many lines "line N", with consecutive numbers, and finishes."""
        raise NotImplementedError

    def answering_much(self, size: int) -> Job:
        """Finishes with a string of about so many bytes."""
        raise NotImplementedError

    # ---- jobs ----

    def test_an_attempt_starts_and_ends_once(self) -> None:
        job = self._end_of(self.answering())
        self._assert_steps(job, "started", "finished")
        json.loads(job.result)
        self._go_on()

    def test_a_failure_has_its_reason(self) -> None:
        job = self._end_of(self.failing())
        self._assert_steps(job, "started", "failed")
        self.assertIn("asked to fail", job.error)

    def test_a_function_that_is_not_there_fails_the_job(self) -> None:
        job = self._end_of(self.unknown())
        self.assertEqual(job.steps[-1], "failed")
        self.assertTrue(job.error)

    def test_a_large_result_comes_in_chunks(self) -> None:
        job = self._end_of(self.answering_much(5 * CHUNK))
        self.assertEqual(job.steps[-1], "finished")
        self.assertGreaterEqual(len(json.loads(job.result)), 5 * CHUNK - 2)
        self.assertGreater(len(job.chunks), 4)

    def test_large_arguments_are_read_in_pieces(self) -> None:
        self._assert_finished(self.answering("x" * (3 * CHUNK)))

    def test_reading_arguments_goes_on_after_a_lost_connection(self) -> None:
        self.master.cuts_arguments = True
        self._assert_finished(self.answering("x" * (3 * CHUNK)))
        self.assertFalse(self.master.cuts_arguments)

    def test_arguments_of_an_attempt_that_is_over_are_not_there(self) -> None:
        with self.master._changed:  # the order cannot be taken meanwhile
            job = self.answering("x" * (2 * CHUNK))
            self.master.forget_arguments(job)
        self._end_of(job)
        self.assertNotIn("started", job.steps)
        self._go_on()

    def test_log_lines_come_in_order_before_the_end(self) -> None:
        self._assert_lines(self._end_of(self.logging(2000)), 2000)

    def test_reports_name_their_attempt(self) -> None:
        job = self.waiting(attempt=3)
        self._wait_for_start(job)
        self._assert_cancelled(job)

    # ---- cancels ----

    def test_a_cancelled_function_ends_as_cancelled(self) -> None:
        job = self.waiting()
        self._wait_for_start(job)
        self._assert_cancelled(job)

    def test_a_function_that_finishes_in_spite_of_a_cancel_has_finished(self) -> None:
        job = self.finishing_when_cancelled()
        self._wait_for_start(job)
        self.master.cancel(job)
        self._assert_finished(job)

    def test_a_cancel_leaves_other_jobs_alone(self) -> None:
        staying, going = self.waiting(), self.waiting()
        self._wait_for_start(staying)
        self._wait_for_start(going)
        self._assert_cancelled(going)
        self.assertFalse(staying.ended)
        self._assert_cancelled(staying)

    def test_a_cancel_of_an_attempt_that_is_not_there_is_ignored(self) -> None:
        job = self.waiting(attempt=2)
        self._wait_for_start(job)
        self.master.cancel_attempt(AttemptId("never heard of", 1))
        self.master.cancel_attempt(AttemptId(job.id.job_id, 1))
        self.master.cancel_attempt(AttemptId(job.id.job_id, 3))
        self._go_on()
        self.assertFalse(job.ended)
        self._assert_cancelled(job)
        self.master.cancel(job)
        self._go_on()

    # ---- commands ----

    def test_a_job_that_runs_and_is_ordered_again_runs_once(self) -> None:
        job = self.waiting()
        self._wait_for_start(job)
        with self.master._changed:
            (order,) = [c for c in self.master._commands if c.run and c.run.id == job.id]
        self.master._command(order)
        self._go_on()
        self._assert_cancelled(job)
        self._go_on()

    def test_a_job_that_has_ended_and_is_ordered_again_runs_once(self) -> None:
        """Its order was taken and not confirmed when the session was lost."""
        self._renew_session()
        hellos = len(self.master.hellos)
        with self.master._changed:
            job = self.answering()
            self.master.repeat_commands_after(job)
        self._assert_finished(job)
        self.master.wait_for(lambda: len(self.master.hellos) > hellos, "the next registration")
        self.master.wait_for(lambda: self.master._confirmed > 0, "the order to come again")
        self._go_on()
        self._assert_steps(job, "started", "finished")

    def test_a_worker_polls_as_often_as_the_master_says(self) -> None:
        self._tell(poll_ms=100)
        polls = self.master.polls
        self.master.wait_for(lambda: self.master.polls >= polls + 5, "polls")

    def test_a_worker_whose_reports_are_held_back_polls_on(self) -> None:
        self._tell(poll_ms=100)
        self.master.takes_reports = False
        job = self.answering()
        polls = self.master.polls
        self.master.wait_for(lambda: self.master.polls >= polls + 5, "polls")
        self.assertEqual(job.steps, [])
        with self.master._changed:
            self.master.takes_reports = True
            self.master._changed.notify_all()
        self._assert_finished(job)

    # ---- sessions ----

    def test_the_first_hello_and_the_first_report(self) -> None:
        hello = self.master.hellos[0]
        self.assertEqual((hello.protocol_version, hello.worker_id), (1, NAME))
        self.assertEqual((hello.running, hello.next_report), ([], 1))
        self.assertGreaterEqual(hello.last_report, 0)
        os.kill(hello.process_id, 0)
        self.assertTrue(hello.host_name and hello.spark_version)
        self.assertEqual(self.master.reports, ["ready"])

    def test_a_worker_that_returns_tells_what_runs(self) -> None:
        before = time.monotonic()
        job = self.waiting()
        self._wait_for_start(job)
        received = self.master._received
        hello = self._cut_and_return()
        self.assertEqual(hello.running, [job.id])
        (age,) = hello.running_ms
        self.assertTrue(0 <= age <= (time.monotonic() - before) * 1000)
        self.assertEqual(hello.ready, self.master.ready)
        self.assertGreaterEqual(hello.last_report, received)
        self.assertLessEqual(hello.next_report, hello.last_report + 1)
        self._assert_cancelled(job)
        self.assertEqual(self._cut_and_return().running, [])

    def test_a_session_that_is_over_is_followed_by_another(self) -> None:
        job = self.waiting()
        self._wait_for_start(job)
        hellos = len(self.master.hellos)
        self.master.end_session()
        self.master.wait_for(lambda: len(self.master.hellos) > hellos, "the next registration")
        self._assert_cancelled(job)

    def test_reports_are_kept_and_sent_again_until_they_are_durable(self) -> None:
        self._go_on()
        self.master.durable = False
        first = self.master._received + 1
        job = self._end_of(self.answering())
        hello = self._cut_and_return()
        # Some of those before may not have been called durable when that ended.
        self.assertLessEqual(hello.next_report, first)
        self.assertGreaterEqual(hello.last_report, self.master._received)
        with self.master._changed:
            self.master._received = first - 1  # as of a master that has started again
            job.steps.clear()
            job.chunks.clear()
            self.master.durable = True
        self.master.cut_connections()
        self._assert_finished(job)
        self._go_on()

    def test_connections_cut_while_a_job_logs_lose_no_line(self) -> None:
        job = self.logging(20000)
        while not job.ended:
            self.master.cut_connections()
            with self.master._changed:
                self.master._changed.wait_for(lambda: job.ended, 0.2)
        self._assert_lines(job, 20000)

    # ---- helpers ----

    def _end_of(self, job: Job) -> Job:
        return self.master.wait_for_end(job)

    def _wait_for_start(self, job: Job) -> None:
        self.master.wait_for(lambda: "started" in job.steps, f"the start of {job.id.job_id}")

    def _assert_finished(self, job: Job) -> None:
        self._end_of(job)
        self.assertEqual(job.steps[-1], "finished", job.error)

    def _assert_cancelled(self, job: Job) -> None:
        self.master.cancel(job)
        self._end_of(job)
        self._assert_steps(job, "started", "cancelled")

    def _assert_steps(self, job: Job, *steps: str) -> None:
        """A worker that has nothing to fetch need not say that it does."""
        found = job.steps[1:] if job.steps[:1] == ["downloading"] else job.steps
        self.assertEqual(found, list(steps), job.error)

    def _assert_lines(self, job: Job, count: int) -> None:
        numbers = [int(m.removeprefix("line ")) for m in job.messages if m.startswith("line ")]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + count)))
        self.assertEqual(job.dropped, 0)

    def _go_on(self) -> None:
        """Commands and reports go their way: all before have arrived."""
        self._assert_finished(self.answering())

    def _cut_and_return(self) -> Any:
        hellos = len(self.master.hellos)
        self.master.cut_connections()
        self.master.wait_for(lambda: len(self.master.hellos) > hellos, "the next registration")
        return self.master.hellos[-1]

    def _renew_session(self) -> None:
        self._cut_and_return()
        self._go_on()

    def _tell(self, poll_ms: int) -> None:
        """The next sessions of this test have these times."""
        before = self.master.poll_ms

        def restore() -> None:
            self.master.poll_ms = before
            self._cut_and_return()

        self.addCleanup(restore)
        self.master.poll_ms = poll_ms
        self._cut_and_return()


class LifeCases:
    """Each starts a worker of its own: a mixin of unittest.TestCase."""

    master: FakeMaster

    def start_worker(self) -> WorkerProcess:
        raise NotImplementedError

    def start_failing_worker(self) -> WorkerProcess:
        """One that cannot get ready."""
        raise NotImplementedError

    def finishing_when_cancelled(self) -> Job:
        raise NotImplementedError

    def test_stop_lets_the_job_end_and_exits_with_0(self) -> None:
        worker = self.start_worker()
        self.master.wait_for(lambda: self.master.ready, "the worker to be ready")
        job = self.finishing_when_cancelled()
        self.master.wait_for(lambda: "started" in job.steps, "the start")
        self.master.durable = False
        self.master.stop()
        self.master.cancel(job)
        # It stays until its last reports are durable.
        self.master.wait_for(lambda: self.master.stopping, "the worker to stop")
        self.assertIsNone(worker.process.poll())
        self.master.durable = True
        self.assertEqual(worker.wait(), 0)
        self.assertEqual((job.steps[-1], self.master.stopping), ("finished", "test is over"))
        self.assertEqual(self.master.reports, ["ready", "stopping"])
        self.assertEqual(self.master.broken, [])
        self.assertEqual([path.name for path in worker.folder.iterdir()], ["worker.log"])

    def test_a_worker_that_cannot_get_ready_says_why(self) -> None:
        worker = self.start_failing_worker()
        self.assertNotEqual(worker.wait(), 0)
        self.assertTrue(
            self.master.start_failure.startswith("Spark context instantiation failed, ")
        )
        self.assertEqual(self.master.reports, ["start_failed"])

    def test_a_refused_worker_ends(self) -> None:
        self.master.refusal = Refused(RefusalCode.UNKNOWN_WORKER, "never heard of it")
        self.assertNotEqual(self.start_worker().wait(), 0)
