"""The stand-in worker (tests/support/standin_worker.h) keeps the protocol as the real harness does."""

from __future__ import annotations

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "worker"))

import prepared  # makes the protocol in Python
from fake_master import FakeMaster, Job, WorkerProcess, start_standin
from protocol_cases import LifeCases, ProtocolCases
from worker.ttypes import Artifact

NO_ARTIFACT = Artifact("standin.py", "0" * 40, "0" * 64, 0)


class World(unittest.TestCase):
    master: FakeMaster

    def start(self, script: str, attempt: int = 1, **arguments: object) -> Job:
        job_id = f"{self.id().rsplit('.', 1)[1]}-{len(self.master.jobs)}"
        arguments_text = json.dumps(arguments)
        return self.master.run(job_id, NO_ARTIFACT, script, arguments_text, attempt)


class StandinTest(ProtocolCases, World):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.master = FakeMaster()
        cls.worker = start_standin(cls.master, Path(folder.name))
        cls.addClassCleanup(cls.worker.kill)
        cls.master.wait_for(lambda: cls.master.ready, "the worker to be ready")

    def setUp(self) -> None:
        self.assertIsNone(self.worker.process.poll(), "the worker has ended")
        self.master.broken.clear()

    def tearDown(self) -> None:
        self.assertEqual(self.master.broken, [])

    def answering(self, text: str = "") -> Job:
        return self.start("standin.Echo", text=text)

    def failing(self) -> Job:
        return self.start("standin.Fail", error="asked to fail")

    def unknown(self) -> Job:
        return self.start("standin.Nowhere")

    def waiting(self, attempt: int = 1) -> Job:
        return self.start("standin.Hang", attempt)

    def finishing_when_cancelled(self) -> Job:
        return self.start("standin.Complete")

    def logging(self, lines: int) -> Job:
        return self.start("standin.Log", lines=lines)

    def answering_much(self, size: int) -> Job:
        return self.start("standin.Big", bytes=size)


class StandinLifeTest(LifeCases, World):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.master = FakeMaster()

    def start_worker(self, start: str = "ready") -> WorkerProcess:
        worker = start_standin(self.master, self.folder, start)
        self.addCleanup(worker.kill)
        return worker

    def start_failing_worker(self) -> WorkerProcess:
        return self.start_worker("fail")

    def finishing_when_cancelled(self) -> Job:
        return self.start("standin.Complete")


if __name__ == "__main__":
    unittest.main()
