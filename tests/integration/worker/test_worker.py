"""The worker harness, started by a real spark-submit, against a master that the test plays.

    SPARK_HOME=... MIST_WORKER_JAR=... python3 -m unittest discover -s tests/integration/worker

SPARK_HOME has to fit the jar. One worker serves a whole class of tests, as a shared worker would.
"""

from __future__ import annotations

import io
import json
import tempfile
import threading
import time
import unittest
import zipfile
from pathlib import Path

import prepared
from fake_master import FakeMaster, Job, WorkerProcess, start_harness
from protocol_cases import LifeCases, ProtocolCases
from worker.ttypes import Artifact, LogLevel


class World(unittest.TestCase):
    """One master and one worker for the tests of a class."""

    spark_master = "local[2]"
    settings: tuple[str, ...] = ()

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.master = FakeMaster()
        cls.worker = start_harness(
            cls.master, Path(cls.folder.name), cls.spark_master, *cls.settings
        )
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.worker.kill)
        cls.master.wait_for(
            lambda: cls.master.ready or cls.master.start_failure, "the worker to be ready"
        )
        cls.probe_jar = cls.master.add_artifact("probe.jar", prepared.jar("probe"))
        cls.probe_py = cls.master.add_artifact("probe.py", prepared.python_file("probe.py"))

    def setUp(self) -> None:
        self.assertIsNone(self.worker.process.poll(), "the worker has ended")
        self.master.broken.clear()

    def tearDown(self) -> None:
        self.assertEqual(self.master.broken, [])

    def run_probe(self, action: str, attempt: int = 1, **arguments: object) -> Job:
        return self.start("Probe", self.probe_jar, attempt, action=action, **arguments)

    def run_python(self, action: str, **arguments: object) -> Job:
        return self.start("probe", self.probe_py, action=action, **arguments)

    def start(
        self, class_name: str, artifact: Artifact, attempt: int = 1, **arguments: object
    ) -> Job:
        job_id = f"{self.id().rsplit('.', 1)[1]}-{len(self.master.jobs)}"
        return self.master.run(job_id, artifact, class_name, json.dumps(arguments), attempt)

    def end_of(self, job: Job) -> Job:
        return self.master.wait_for_end(job)

    def answer_of(self, job: Job) -> object:
        self.end_of(job)
        self.assertEqual(job.steps[-1], "finished", job.error)
        return json.loads(job.result)

    def wait_for_start(self, job: Job) -> None:
        self.master.wait_for(lambda: "started" in job.steps, f"the start of {job.id.job_id}")

    def assert_versions_live_side_by_side(self) -> None:
        artifacts = {
            v: self.master.add_artifact("versioned.jar", prepared.jar(f"v{v}")) for v in (1, 2)
        }
        jobs = [(v, self.start("Versioned", artifacts[v])) for _ in range(3) for v in (1, 2)]
        for version, job in jobs:
            self.assertEqual(self.answer_of(job), [f"driver {version}", f"executor {version}"])
        jobs = [(v, self.start("VersionedSql", artifacts[v])) for _ in range(2) for v in (1, 2)]
        for version, job in jobs:
            self.assertEqual(self.answer_of(job), [f"executor {version}"])


class LocalWorkerTest(ProtocolCases, World):
    # ---- what the cases of the protocol ask for ----

    def answering(self, text: str = "") -> Job:
        return self.run_probe("answer", padding=text)

    def failing(self) -> Job:
        return self.run_probe("fail")

    def unknown(self) -> Job:
        return self.start("Nowhere", self.probe_jar)

    def waiting(self, attempt: int = 1) -> Job:
        return self.run_probe("sleep", attempt=attempt)

    def finishing_when_cancelled(self) -> Job:
        return self.run_probe("stubborn")

    def logging(self, lines: int) -> Job:
        return self.run_probe("log", size=lines)

    def answering_much(self, size: int) -> Job:
        return self.run_probe("big", size=size)

    # ---- what the harness does besides ----

    def test_downloading_is_reported_with_the_artifact_in_the_cache_too(self) -> None:
        for _ in range(2):
            job = self.end_of(self.run_probe("answer"))
            self.assertEqual(job.steps, ["downloading", "started", "finished"])

    def test_two_versions_of_a_class_live_side_by_side(self) -> None:
        self.assert_versions_live_side_by_side()

    def test_a_failure_is_the_stack_trace(self) -> None:
        job = self.end_of(self.run_probe("fail"))
        self.assertEqual(job.steps[-1], "failed")
        self.assertTrue(
            job.error.startswith("java.lang.IllegalStateException: asked to fail\n\tat Probe."),
            job.error,
        )

    def test_arguments_that_do_not_fit_fail_the_job(self) -> None:
        job = self.end_of(self.start("Probe", self.probe_jar))
        self.assertTrue(
            job.error.startswith("java.lang.IllegalArgumentException: Arguments does not conform"),
            job.error,
        )

    def test_a_job_has_its_group_and_pool(self) -> None:
        job = self.run_probe("group")
        group, pool = self.answer_of(job).split()
        self.assertEqual(group, job.id.job_id)
        self.assertTrue(pool.startswith("mist-"))

    def test_a_result_of_64_mib_arrives(self) -> None:
        self.assertEqual(len(self.answer_of(self.run_probe("big", size=64 << 20))), 64 << 20)

    def test_a_larger_result_fails_the_job(self) -> None:
        job = self.end_of(self.run_probe("big", size=(64 << 20) + 1))
        self.assertIn("more than the limit of 67108866 bytes", job.error)

    def test_a_jar_that_is_none_fails_the_job(self) -> None:
        job = self.end_of(self.start("Probe", self.master.add_artifact("bad.jar", b"not a jar")))
        self.assertIn("bad.jar is not a jar file", job.error)

    def test_a_missing_class_fails_the_job(self) -> None:
        job = self.end_of(self.start("Nowhere", self.probe_jar))
        self.assertTrue(
            job.error.startswith("java.lang.ClassNotFoundException: Nowhere"), job.error
        )

    def test_an_unknown_artifact_fails_the_job(self) -> None:
        job = self.end_of(self.start("Probe", Artifact("gone.jar", "0" * 40, "0" * 64, 1)))
        self.assertIn("no artifact", job.error)

    def test_a_wrong_checksum_fails_the_job(self) -> None:
        artifact = self.master.add_artifact("changed.jar", b"1234")
        self.master._artifacts[artifact.sha256] = b"1235"
        job = self.end_of(self.start("Probe", artifact))
        self.assertIn("Checksum of downloaded artifact changed.jar", job.error)

    def test_log_lines_of_the_function_come_before_its_end(self) -> None:
        job = self.end_of(self.run_probe("log", size=2000))
        mine = [line for line in job.lines if line.message.startswith("line ")]
        self.assertEqual([line.message for line in mine], [f"line {n}" for n in range(2000)])
        self.assertEqual({line.level for line in mine}, {LogLevel.WARN})
        self.assertEqual(job.dropped, 0)

    def test_a_log_line_of_the_functions_own_thread_has_its_trace(self) -> None:
        job = self.end_of(self.run_probe("log-in-thread"))
        (line,) = [line for line in job.lines if line.message == "from a thread"]
        self.assertTrue(line.stack_trace.startswith("java.lang.Error: trace\n\tat Probe"))

    def test_lines_of_one_job_stay_out_of_another(self) -> None:
        quiet = self.run_probe("sleep")
        self.wait_for_start(quiet)
        self.end_of(self.run_probe("log", size=10))
        self.master.cancel(quiet)
        self.end_of(quiet)
        self.assertNotIn("line 1", quiet.messages)

    def test_cancel_ends_spark_work(self) -> None:
        self.assert_cancelled(self.run_probe("spark-sleep"))

    def test_cancel_ends_a_sleeping_function(self) -> None:
        self.assert_cancelled(self.run_probe("sleep"))

    def test_python_answers_any_json(self) -> None:
        job = self.run_python("answer", number=2**53 + 1)
        expected = {
            "number": 2**53 + 1,
            "float": 1.5,
            "none": None,
            "list": [True, "ü"],
            "group": job.id.job_id,
        }
        self.assertEqual(self.answer_of(job), expected)

    def test_python_output_is_in_the_log(self) -> None:
        job = self.end_of(self.run_python("output"))
        self.assertEqual(
            {(line.level, line.message) for line in job.lines}
            & {
                (LogLevel.INFO, "printed"),
                (LogLevel.INFO, "echoed"),
                (LogLevel.WARN, "complained"),
            },
            {(LogLevel.INFO, "printed"), (LogLevel.INFO, "echoed"), (LogLevel.WARN, "complained")},
        )

    def test_python_functions_run_on_executors(self) -> None:
        self.assertEqual(self.answer_of(self.run_python("rdd")), 90)
        self.assertEqual(self.answer_of(self.start("sql", self.probe_py)), [0, 2, 4])

    def test_python_has_hive(self) -> None:
        self.assertEqual(self.answer_of(self.start("hive", self.probe_py)), "hive")

    def test_python_has_streaming(self) -> None:
        self.assertEqual(self.answer_of(self.start("streaming", self.probe_py)), [1, 2, 3])

    def test_a_python_failure_is_the_traceback(self) -> None:
        job = self.end_of(self.run_python("fail"))
        self.assertTrue(
            job.error.startswith(
                "java.lang.Exception: Error in python code: Traceback (most recent call last):\n"
            ),
            job.error,
        )
        self.assertIn("ValueError: asked to fail", job.error)
        self.assertNotIn("mist_worker", job.error.split("\tat ")[0])

    def test_a_python_syntax_error_fails_the_job(self) -> None:
        job = self.end_of(self.start("f", self.master.add_artifact("broken.py", b"def f(:\n")))
        self.assertIn("SyntaxError", job.error)

    def test_a_killed_python_process_fails_the_job(self) -> None:
        job = self.end_of(self.run_python("die"))
        self.assertIn("killed by signal 9 (SIGKILL)", job.error)

    def test_cancel_ends_python(self) -> None:
        for action in ("sleep", "spark-sleep", "stubborn"):
            with self.subTest(action):
                self.assert_cancelled(self.run_python(action))

    def test_a_new_version_of_a_python_archive_takes_effect(self) -> None:
        for version in ("one", "two"):
            artifact = self.master.add_artifact("lib.whl", self.wheel(version))
            expected = [f"driver {version}", f"executor {version}", f"late {version}"]
            self.assertEqual(self.answer_of(self.start("versioned.main.call", artifact)), expected)

    @staticmethod
    def wheel(version: str) -> bytes:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("versioned/__init__.py", "")
            archive.writestr("versioned/late.py", f"NAME = 'late {version}'\n")
            archive.writestr(
                "versioned/main.py",
                f"""
from mistpy.decorators import on_spark_context
NAME = {version!r}
def name(_):
    return "executor " + NAME
def late_{version}(_):
    from versioned import late
    return late.NAME
@on_spark_context
def call(sc):
    rdd = sc.parallelize([1], 1)
    return ["driver " + NAME, rdd.map(name).first(), rdd.map(late_{version}).first()]
""",
            )
        return data.getvalue()

    def assert_cancelled(self, job: Job) -> None:
        self.wait_for_start(job)
        self.master.cancel(job)
        self.end_of(job)
        self.assertEqual(job.steps, ["downloading", "started", "cancelled"], job.error)


class LocalClusterWorkerTest(World):
    """Executors in processes of their own."""

    spark_master = "local-cluster[2,1,1024]"

    def test_two_versions_of_a_class_live_side_by_side(self) -> None:
        self.assert_versions_live_side_by_side()

    def test_python_functions_run_on_executors(self) -> None:
        self.assertEqual(self.answer_of(self.run_python("rdd")), 90)


class LifeTest(LifeCases, unittest.TestCase):
    """Each test starts a worker of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.master = FakeMaster()

    def start_worker(self, spark_master: str = "local[1]") -> WorkerProcess:
        worker = start_harness(self.master, self.folder, spark_master)
        self.addCleanup(worker.kill)
        return worker

    def start_failing_worker(self) -> WorkerProcess:
        return self.start_worker("local[nonsense]")

    def finishing_when_cancelled(self) -> Job:
        artifact = self.master.add_artifact("probe.jar", prepared.jar("probe"))
        return self.master.run("job", artifact, "Probe", '{"action": "stubborn"}')


if __name__ == "__main__":
    unittest.main()
