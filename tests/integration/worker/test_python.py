"""Python functions in a real worker: contexts, logs, streams, and modules that misbehave."""

from __future__ import annotations

import io
import os
import signal
import unittest
import zipfile

import prepared
from fake_master import Job
from test_worker import World
from worker.ttypes import LogLevel


class PythonTest(World):
    # Hive's metastore in memory: making it on disk takes longer than all the rest.
    settings = ("spark.hadoop.javax.jdo.option.ConnectionURL=jdbc:derby:memory:test;create=true",)

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.calls = cls.master.add_artifact("calls.py", prepared.python_file("calls.py"))

    def call(self, function: str, **arguments: object) -> Job:
        return self.start(function, self.calls, **arguments)

    def import_that(self, deed: str) -> Job:
        artifact = self.master.add_artifact(f"{deed}.py", prepared.python_file("robust.py"))
        return self.start("call", artifact)

    def failure_of(self, job: Job) -> str:
        self.end_of(job)
        self.assertEqual(job.steps[-1], "failed", job.chunks)
        self.assertTrue(job.error.startswith("java.lang.Exception: Error in python code: "))
        return job.error

    # ---- calls ----

    def test_defaults_optional_arguments_and_the_authors_own_decorators_arrive(self) -> None:
        self.assertEqual(
            self.answer_of(self.call("decorated", n=2**64)), ["traced", [2**64, 7, None]]
        )

    def test_arguments_that_do_not_fit_are_named(self) -> None:
        error = self.failure_of(self.call("decorated", n="x"))
        self.assertIn("Invalid field n:Invalid type: expected Int, got x", error)

    def test_sql_and_hive_contexts(self) -> None:
        self.assertEqual(self.answer_of(self.call("sql")), [{"a": 1, "b": None}])
        self.assertEqual(self.answer_of(self.call("hive")), [{"n": 5}])
        self.assertEqual(self.answer_of(self.call("hive_session")), [6])

    def test_logs_of_every_way_arrive_with_their_level(self) -> None:
        job = self.end_of(self.call("logs"))
        lines = {(line.level, line.message) for line in job.lines}
        wanted = {
            (LogLevel.INFO, "info through log4j"),
            (LogLevel.WARN, "warn through log4j"),
            (LogLevel.WARN, "error through logging"),
            (LogLevel.INFO, "printed"),
        }
        self.assertEqual(lines & wanted, wanted)

    # ---- the parent of all calls ----

    def test_a_parent_that_has_just_been_killed_is_replaced(self) -> None:
        for _ in range(3):
            killed = self.answer_of(self.call("parent"))
            os.kill(killed, signal.SIGKILL)
            self.assertNotEqual(self.answer_of(self.call("parent")), killed)

    def test_a_parent_that_dies_before_it_takes_a_call_is_replaced(self) -> None:
        killed = self.answer_of(self.call("parent"))
        os.kill(killed, signal.SIGSTOP)
        job = self.call("parent")
        self.master.wait_for(lambda: "started" in job.steps, "the call to be made")
        os.kill(killed, signal.SIGKILL)
        self.assertNotEqual(self.answer_of(job), killed)

    # ---- streams ----

    def test_a_cancelled_stream_ends_after_its_batch_and_the_worker_goes_on(self) -> None:
        job = self.call("streams")
        self.master.wait_for(lambda: "batch of [0]" in job.messages, "the first batch")
        self.master.wait_for(lambda: job.progress is not None, "how far its Spark work is")
        self.assertGreaterEqual(job.progress.completed_jobs + job.progress.running_jobs, 1)
        self.master.cancel(job)
        self.end_of(job)
        self.assertEqual(job.steps, ["downloading", "started", "cancelled"], job.error)
        self.assertEqual(self.answer_of(self.call("stops_its_stream")), 3)

    def test_a_stream_that_a_function_leaves_running_is_stopped(self) -> None:
        for _ in range(2):
            self.assertEqual(self.answer_of(self.call("forgets_its_stream")), 3)

    def test_a_cancelled_query_ends_after_its_batch_and_the_worker_goes_on(self) -> None:
        job = self.call("queries")
        self.master.wait_for(lambda: "batch 1 begins" in job.messages, "a batch")
        self.master.cancel(job)
        self.end_of(job)
        self.assertEqual(job.steps, ["downloading", "started", "cancelled"], job.error)
        count = [message.split()[2] for message in job.messages if message.startswith("batch")]
        self.assertEqual(count.count("begins"), count.count("has"), job.messages)
        self.assertEqual(self.answer_of(self.call("running_queries")), 0)

    def test_a_query_of_a_function_that_fails_is_stopped(self) -> None:
        self.assertIn("left alone", self.failure_of(self.call("fails_beside_its_query")))
        self.assertEqual(self.answer_of(self.call("running_queries")), 0)

    # ---- modules that misbehave ----

    def test_prints_at_import(self) -> None:
        job = self.import_that("prints")
        self.assertEqual(self.answer_of(job), 3)
        self.assertIn("printed at import", job.messages)
        self.assertIn("written at import", job.messages)

    def test_exits_at_import(self) -> None:
        self.assertIn(
            "exits.py exits with 3 when it is imported", self.failure_of(self.import_that("exits"))
        )
        self.assertIn(
            "the Python process has ended, exit status 4",
            self.failure_of(self.import_that("exits_at_once")),
        )

    def test_raises_at_import(self) -> None:
        error = self.failure_of(self.import_that("raises"))
        self.assertIn("ValueError: raised at import", error)
        self.assertNotIn("mistpy", error.split("\tat ")[0])

    def test_a_fork_at_import_calls_the_function_once(self) -> None:
        job = self.import_that("forks")
        self.assertEqual(self.answer_of(job), 3)
        self.assertEqual(job.messages.count("the function runs"), 1)

    def test_a_fork_in_the_function_answers_once(self) -> None:
        self.assertEqual(self.answer_of(self.call("forks")), "one answer")

    def test_floods_its_output_at_import(self) -> None:
        job = self.import_that("floods")
        self.assertEqual(self.answer_of(job), 3)
        self.assertIn("x" * 1023, job.messages)

    def test_never_returns_from_import(self) -> None:
        job = self.import_that("hangs")
        self.master.wait_for(lambda: "hangs at import" in job.messages, "the import")
        self.master.cancel(job)
        self.end_of(job)
        self.assertEqual(job.steps[-1], "cancelled", job.error)

    # ---- Python 2 ----

    def test_python_2_syntax_is_told_so(self) -> None:
        source = b"def f():\n    print 'hello'\n"
        error = self.failure_of(self.start("f", self.master.add_artifact("old.py", source)))
        self.assertIn(
            "This is Python 2 code, and Mist runs Python 3: print is a function now", error
        )

    def test_python_2_names_are_told_so_on_executors_too(self) -> None:
        error = self.failure_of(self.call("old_names_on_an_executor"))
        self.assertIn("NameError: name 'xrange' is not defined", error)
        self.assertIn("`xrange` is `range` now", error)

    def test_python_2_imports_in_an_egg_are_told_so(self) -> None:
        egg = io.BytesIO()
        with zipfile.ZipFile(egg, "w") as archive:
            archive.writestr("old_jobs/__init__.py", "from neighbour import f\n")
            archive.writestr("old_jobs/neighbour.py", "def f(): pass\n")
        artifact = self.master.add_artifact("old.egg", egg.getvalue())
        error = self.failure_of(self.start("old_jobs.neighbour.f", artifact))
        self.assertIn("`from neighbour import x` of a module beside it", error)


if __name__ == "__main__":
    unittest.main()
