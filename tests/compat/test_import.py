"""Section 2.9: what a Mist 1.1 has stored is there after `mist-master import`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation import Installation, copy_data, make_standin_zip
from mist_master import Master
from old_mist import CREATED, H2_VERSION_1, OldMist, Postgres, old_job, run_import

ERROR = "java.lang.Exception: no\n\tat Foo.bar"


def jobs() -> dict[str, dict[str, Any]]:
    return {
        "finished": old_job(0),
        "failed": old_job(1, status="failed", job_result={"error": ERROR}, source="Async Kafka"),
        "cancelled": old_job(2, status="cancelled", job_result=None, worker_id=None),
        "unfinished": old_job(3, status="started", end_time=None, job_result=None),
    }


class Imported:
    """A master after the import of `old`, whose table had `rows`."""

    def __init__(
        self, installation: Installation, folder: Path, old: OldMist, rows: Any, *words: str
    ) -> None:
        copy_data(installation.data, folder / "data")
        self.rows = rows
        self.old = old
        self.master = Master(installation, folder)
        self.report = run_import(self.master, old, *words)
        self.master.start()

    def job(self, name: str) -> Any:
        return self.master.job(self.rows[name]["job_id"])


@pytest.fixture(scope="module")
def imported(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Imported]:
    folder = tmp_path_factory.mktemp("import")
    old = OldMist(folder / "old")
    rows = jobs()
    old.jobs(rows.values())
    old.log(rows["finished"]["job_id"], "INFO 2018-10-20T01:46:40.123 [x] QueuedEvent\n")
    old.artifact("old.zip", make_standin_zip(folder / "standin.zip").read_bytes())
    old.function("old-echo", "old.zip", "standin.Echo")
    old.context("nightly")
    old.context("both", **{"max-jobs": "3"})
    (old.folder / "data/contexts/bare.conf").write_text("worker-mode = shared\n")
    (old.folder / "configs/router.conf").write_text(
        'routed { path = ${location}"/../data/artifacts/old.zip", className = standin.Echo, '
        "namespace = nightly }\n"
    )
    made = Imported(installation, folder / "new", old, rows)
    yield made
    made.master.destroy()


# ---- the table job_details ----------------------------------------------------------------------


def test_2_9_h2(imported: Imported) -> None:
    """Jobs of recovery.db.mv.db (H2) have their ids, parameters, times, results and workers."""
    assert imported.job("finished") == {
        "function": "old-echo",
        "jobId": imported.rows["finished"]["job_id"],
        "params": {
            "filePath": "old.zip",
            "className": "standin.Echo",
            "arguments": {"n": 0},
            "action": "execute",
        },
        "context": "nightly",
        "externalId": "e0",
        "source": "Http",
        "startTime": CREATED + 100,
        "endTime": CREATED + 200,
        "jobResult": {"value": 0},
        "status": "finished",
        "workerId": "nightly_w_0",
        "createTime": CREATED,
    }


def test_2_9_h2_errors(imported: Imported) -> None:
    """A job_result {"error": ...} becomes the failed job's text; sources are kept."""
    job = imported.job("failed")
    assert (job["status"], job["jobResult"], job["source"]) == ("failed", ERROR, "Async Kafka")


def test_2_9_h2_empty(imported: Imported) -> None:
    """Columns without a value are keys that are left out."""
    job = imported.job("cancelled")
    assert job["status"] == "cancelled"
    assert not {"jobResult", "workerId"} & job.keys()


def test_2_9_unfinished(imported: Imported) -> None:
    """A job that had not ended is failed, as after a restart: Worker was stopped."""
    job = imported.job("unfinished")
    assert (job["status"], job["jobResult"]) == ("failed", "Worker was stopped")


def test_2_9_h2_version_1(installation: Installation, tmp_path: Path) -> None:
    """The first version of the H2 table, whose column is called endpoint, is read too."""
    old = OldMist(tmp_path / "old")
    rows = {"finished": old_job(0)}
    old.jobs(rows.values(), schema=H2_VERSION_1)
    made = Imported(installation, tmp_path / "new", old, rows)
    try:
        assert made.job("finished")["function"] == "old-echo"
    finally:
        made.master.destroy()


def test_2_9_postgresql(installation: Installation, tmp_path: Path) -> None:
    """Jobs of a PostgreSQL table are taken like those of H2."""
    # Not below pytest's folder, which the server's user cannot enter.
    with tempfile.TemporaryDirectory(prefix="mist-postgres-") as folder:
        os.chmod(folder, 0o755)
        server = Postgres(Path(folder))
        made = None
        try:
            rows = jobs()
            server.make_database("mist", rows.values())
            login = ("--db-user", "mist", "--db-password-file", str(server.password_file))
            words = ("--db-url", server.url("mist"), *login)
            made = Imported(installation, tmp_path / "new", OldMist(tmp_path / "old"), rows, *words)
            assert made.report.code == 0, made.report
            assert made.job("finished")["jobResult"] == {"value": 0}
            assert made.job("failed")["jobResult"] == ERROR
        finally:
            server.stop()
            if made is not None:
                made.master.destroy()


# ---- the files ----------------------------------------------------------------------------------


def test_2_9_functions(imported: Imported) -> None:
    """Functions of data/functions are registered, with namespace as their default context."""
    function = imported.master.get("/v2/api/functions/old-echo").json
    assert (function["path"], function["className"]) == ("old.zip", "standin.Echo")
    assert function["defaultContext"] == "nightly"
    job = imported.master.wait_end(imported.master.start_job("old-echo"))
    assert (job["status"], job["context"]) == ("finished", "nightly")


def test_2_9_contexts(imported: Imported) -> None:
    """Contexts of data/contexts have their settings; max-parallel-jobs is maxJobs."""
    context = imported.master.get("/v2/api/contexts/nightly").json
    del context["jobsPerWorker"]  # not in 1.1
    assert context == {
        "name": "nightly",
        "sparkConf": {"spark.executor.memory": "2g"},
        "downtime": "1200s",
        "maxJobs": 2,
        "precreated": False,
        "runOptions": "",
        "workerMode": "shared",
        "streamingDuration": "1s",
        "maxConnFailures": 7,
    }


def test_2_9_context_max_jobs(imported: Imported) -> None:
    """max-jobs wins over max-parallel-jobs."""
    assert imported.master.get("/v2/api/contexts/both").json["maxJobs"] == 3


@pytest.mark.differs(
    "they come from context-defaults, and the report names them; 1.1 skips such a file"
)
def test_2_9_context_without_keys(imported: Imported) -> None:
    """A context file that lacks settings is taken."""
    context = imported.master.get("/v2/api/contexts/bare").json
    assert (context["workerMode"], context["downtime"]) == ("shared", "3600s")
    assert context["maxConnFailures"] == 5
    assert "context 'bare'" in imported.report.text


def test_2_9_artifacts(imported: Imported) -> None:
    """Files of data/artifacts are artifacts of the same names."""
    content = (imported.old.folder / "data/artifacts/old.zip").read_bytes()
    assert imported.master.get("/v2/api/artifacts/old.zip").body == content


def test_2_9_logs(imported: Imported) -> None:
    """Files job-<id>.log of logs are the jobs' logs."""
    log = imported.master.log(imported.rows["finished"]["job_id"])
    assert log == "INFO 2018-10-20T01:46:40.123 [x] QueuedEvent\n"


@pytest.mark.differs("after the import it is a registered function, which can be deleted")
def test_2_9_router(imported: Imported) -> None:
    """Functions of configs/router.conf are there, with its folder as ${location}."""
    assert imported.master.call("routed", {"value": 1})["payload"] == {"value": 1}
    assert imported.master.request("DELETE", "/v2/api/functions/routed").status == 200


@pytest.mark.differs(
    "the master has a database of its own, and leaves the old installation as it is"
)
def test_2_9_apart(imported: Imported) -> None:
    """Jobs, contexts and functions are in data/mist.db."""
    assert (imported.master.folder / "data/mist.db").exists()
    assert not list(imported.old.folder.rglob("mist.db"))
