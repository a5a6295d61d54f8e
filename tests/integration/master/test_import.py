"""`mist-master import`: what a Mist 1.1 had is served by the new master afterwards."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation import make_standin_zip
from mist_master import PATIENCE, Master, wait_for
from old_mist import (
    CREATED,
    H2_URL,
    H2_VERSION_1,
    OldMist,
    Postgres,
    java,
    old_job,
    run_import,
    start_import,
)


def all_kinds_of_jobs() -> list[dict[str, Any]]:
    failure = {"error": "java.lang.Exception: \"no\" 'good' é\n\tat Foo.bar"}
    return [
        old_job(0),
        old_job(1, status="failed", job_result=failure, source="Async Kafka"),
        old_job(2, status="cancelled", job_result=None, worker_id=None, start_time=None),
        old_job(3, status="started", end_time=None, job_result=None, external_id=None),
        old_job(4, path="f.jar", class_name="F$", function="other", source="Async Mqtt"),
    ]


@pytest.fixture(scope="module")
def jobs() -> list[dict[str, Any]]:
    return all_kinds_of_jobs()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The schemas of its functions are stored in every master's data already."""
    return make_standin_zip(tmp_path_factory.mktemp("zip") / "standin.zip").read_bytes()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, jobs: list[dict[str, Any]]) -> OldMist:
    """Making a database costs a second; tests copy this one."""
    made = OldMist(tmp_path_factory.mktemp("prepared") / "mist")
    made.jobs(jobs)
    return made


@pytest.fixture
def old(tmp_path: Path, prepared: OldMist, jobs: list[dict[str, Any]], archive: bytes) -> OldMist:
    made = OldMist(tmp_path / "old")
    made.context("nightly")
    made.function("old-echo", "old.zip", "standin.Echo")
    made.artifact("old.zip", archive)
    made.artifact("f.jar", b"not really a jar")
    for row in jobs:
        made.log(row["job_id"], f"INFO 2018-10-20T01:46:40.123 [{row['job_id']}] QueuedEvent\n")
    made.take_database_of(prepared)
    return made


@pytest.fixture
def master(prepare_master) -> Master:
    return prepare_master()


def ids(jobs: list[dict[str, Any]]) -> list[str]:
    return [job["job_id" if "job_id" in job else "jobId"] for job in jobs]


def fingerprint(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# ---- what is served afterwards ------------------------------------------------------------------


def test_everything_is_served_as_before(
    master: Master, old: OldMist, jobs: list[dict[str, Any]], archive: bytes
) -> None:
    before = fingerprint(old.folder)
    imported = run_import(master, old)
    assert imported.code == 0, imported
    assert imported.line("artifacts").startswith("artifacts: 2 taken, ")
    assert imported.line("contexts") == "contexts: 1 taken"
    assert imported.line("functions") == "functions: 1 taken"
    assert imported.line("jobs") == "jobs: 5 taken"
    assert imported.line("logs").startswith("logs: 5 taken, ")
    assert "1 jobs had not ended in the old master" in imported.text
    assert fingerprint(old.folder) == before

    master.start()
    assert master.get("/v2/api/contexts/nightly").json == {
        "name": "nightly",
        "sparkConf": {"spark.executor.memory": "2g"},
        "downtime": "1200s",
        "maxJobs": 2,
        "jobsPerWorker": 1,
        "precreated": False,
        "runOptions": "",
        "workerMode": "shared",
        "streamingDuration": "1s",
        "maxConnFailures": 7,
    }
    function = master.get("/v2/api/functions/old-echo").json
    assert (function["path"], function["className"]) == ("old.zip", "standin.Echo")
    assert function["defaultContext"] == "nightly"
    assert {"old.zip", "f.jar"} <= set(master.get("/v2/api/artifacts").json)
    assert master.get("/v2/api/artifacts/old.zip").body == archive
    assert (
        master.get("/v2/api/artifacts/f.jar/sha").text
        == hashlib.sha1(b"not really a jar").hexdigest()
    )

    assert master.job(jobs[0]["job_id"]) == {
        "function": "old-echo",
        "jobId": jobs[0]["job_id"],
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
    failed = master.job(jobs[1]["job_id"])
    assert (failed["status"], failed["source"]) == ("failed", "Async Kafka")
    assert failed["jobResult"] == jobs[1]["job_result"]["error"]
    cancelled = master.job(jobs[2]["job_id"])
    assert cancelled["status"] == "cancelled"
    assert not {"jobResult", "startTime", "workerId"} & set(cancelled)
    cut_off = master.job(jobs[3]["job_id"])
    assert (cut_off["status"], cut_off["jobResult"]) == ("failed", "Worker was stopped")
    assert cut_off["endTime"] > CREATED
    for row in jobs:
        assert "QueuedEvent" in master.log(row["job_id"])


def test_old_and_new_jobs_are_listed_by_their_creation(
    master: Master, old: OldMist, jobs: list[dict[str, Any]]
) -> None:
    assert run_import(master, old).code == 0
    master.start()
    new = [master.start_job("old-echo") for _ in range(2)]
    assert [master.wait_end(job)["status"] for job in new] == ["finished"] * 2
    expected = new[::-1] + ids(jobs)[::-1]
    page = master.get("/v2/api/jobs", paginate="true").json
    assert ids(page["jobs"]) == expected
    assert page["total"] == 7

    first = master.get("/v2/api/jobs", limit=3).json
    assert ids(first) == expected[:3]
    rest = master.get("/v2/api/jobs", before=ids(first)[-1]).json
    assert ids(rest) == expected[3:]
    assert ids(master.get("/v2/api/jobs", limit=2, offset=4).json) == expected[4:6]
    assert ids(master.get("/v2/api/jobs", status="failed").json) == [ids(jobs)[3], ids(jobs)[1]]
    of_function = master.get("/v2/api/functions/old-echo/jobs", before=expected[1]).json
    assert ids(of_function) == [ids(jobs)[n] for n in (3, 2, 1, 0)]
    assert ids(master.get("/v2/api/workers/nightly_w_4/jobs").json) == [ids(jobs)[4]]


def test_the_first_schema_of_the_table_is_read(master: Master, tmp_path: Path) -> None:
    old = OldMist(tmp_path / "old")
    (row,) = rows = [old_job(0)]
    old.jobs(rows, schema=H2_VERSION_1)
    imported = run_import(master, old)
    assert imported.code == 0, imported
    assert master.start().job(row["job_id"])["function"] == "old-echo"


# ---- again, interrupted, in conflict ------------------------------------------------------------


def test_a_second_run_changes_nothing(master: Master, old: OldMist) -> None:
    assert run_import(master, old).code == 0
    again = run_import(master, old)
    assert again.code == 0, again
    for kind, count in {
        "artifacts": 2,
        "contexts": 1,
        "functions": 1,
        "jobs": 5,
        "logs": 5,
    }.items():
        assert again.line(kind) == f"{kind}: 0 taken, {count} already there"


def test_a_killed_import_can_be_run_again(master: Master, old: OldMist, tmp_path: Path) -> None:
    master.environment["TMPDIR"] = str(tmp_path)  # it leaves its copy of the database there
    count = 12_000
    old.sql(
        "INSERT INTO job_details SELECT 'f.jar','F$','c','{}',NULL,'f','execute','Http',"
        "RANDOM_UUID(),NULL,NULL,'{\"result\":1}','finished',NULL,1500000000000+X "
        f"FROM SYSTEM_RANGE(1,{count});"
    )
    process = start_import(master, old.folder)
    assert process.stdout is not None
    wait_for(lambda: "functions:" in process.stdout.readline(), "the job history's turn")
    process.kill()
    process.communicate(timeout=PATIENCE)

    again = run_import(master, old)
    assert again.code == 0, again
    assert master.start().get("/v2/api/jobs", paginate="true").json["total"] == count + 5


def test_what_is_there_with_other_contents_stays_unless_told_otherwise(
    master: Master, old: OldMist, jobs: list[dict[str, Any]]
) -> None:
    assert run_import(master, old).code == 0
    old.context("nightly", downtime='"7s"')
    old.artifact("f.jar", b"other bytes")
    log = old.folder / "logs" / f"job-{jobs[0]['job_id']}.log"
    log.unlink()  # it may be the same file as ours
    log.write_text("another text\n")
    refused = run_import(master, old)
    assert refused.code == 1
    assert "context 'nightly': is there already with other contents" in refused.text
    assert "artifact 'f.jar': is there already with other contents" in refused.text
    assert f"log {log.name}: is there already with other contents" in refused.text
    assert refused.line("jobs") == "jobs: 0 taken, 5 already there"

    replaced = run_import(master, old, "--overwrite")
    assert replaced.code == 0, replaced
    assert replaced.line("contexts") == "contexts: 0 taken, 1 replaced"
    master.start()
    assert master.get("/v2/api/contexts/nightly").json["downtime"] == "7s"
    assert master.get("/v2/api/artifacts/f.jar").body == b"other bytes"
    assert master.log(jobs[0]["job_id"]) == "another text\n"


def test_a_dry_run_writes_nothing_and_needs_no_lock(start_master, old: OldMist) -> None:
    running = start_master()
    old.context("default")
    before = fingerprint(running.folder / "data" / "artifacts")
    tried = run_import(running, old, "--dry-run")
    assert tried.code == 1
    assert tried.line("jobs") == "jobs: 5 taken"
    assert "context 'default'" in tried.text
    assert running.get("/v2/api/jobs").json == []
    assert running.get("/v2/api/contexts/nightly").status == 404
    assert fingerprint(running.folder / "data" / "artifacts") == before


# ---- what cannot be taken -----------------------------------------------------------------------


def test_a_row_that_is_no_job_is_reported_and_the_others_are_taken(
    master: Master, tmp_path: Path
) -> None:
    old = OldMist(tmp_path / "old")
    rows = [
        old_job(0),
        old_job(1, parameters='{"n": '),
        old_job(2, status="aborted"),
        old_job(3, job_id="../../etc/passwd"),
        old_job(4, job_result='{"result": 1e999}'),
        old_job(5),
    ]
    old.jobs(rows)
    imported = run_import(master, old)
    assert imported.code == 1
    assert imported.line("jobs") == "jobs: 2 taken, 4 not taken"
    assert f"job {rows[1]['job_id']}: parameters is no JSON" in imported.text
    assert f"job {rows[2]['job_id']}: status is unknown: aborted" in imported.text
    assert "job ../../etc/passwd: job_id is no UUID" in imported.text
    assert f"job {rows[4]['job_id']}: job_result is no JSON" in imported.text
    assert ids(master.start().get("/v2/api/jobs").json) == [ids(rows)[5], ids(rows)[0]]


def test_a_damaged_database_does_not_keep_the_rest_from_being_taken(
    master: Master, old: OldMist
) -> None:
    old.database.write_bytes(b"no database" * 1000)
    imported = run_import(master, old)
    assert imported.code == 1
    assert f"job history: H2 cannot read {old.database}" in imported.text
    assert imported.line("contexts") == "contexts: 1 taken"
    assert imported.line("logs").startswith("logs: 5 taken, ")


def test_a_database_without_the_table_is_named(master: Master, tmp_path: Path) -> None:
    old = OldMist(tmp_path / "old")
    old.sql("CREATE TABLE something (x INT);")
    imported = run_import(master, old)
    assert imported.code == 1
    assert "there is no table job_details in it" in imported.text


def test_a_database_with_a_password_says_so_and_is_read_with_it(
    master: Master, old: OldMist, tmp_path: Path
) -> None:
    old.sql("CREATE USER MIST PASSWORD 'secret' ADMIN;")  # every login is in upper case
    secret = tmp_path / "secret"
    secret.write_text("wrong\n")
    words = ("--db-user", "mist", "--db-password-file", str(secret))
    refused = run_import(master, old, *words)
    assert refused.code == 1
    assert "Wrong user name or password" in refused.text
    secret.write_text("secret\n")
    taken = run_import(master, old, *words)
    assert taken.code == 0, taken


def test_without_java_the_job_history_stays_behind(
    master: Master, old: OldMist, tmp_path: Path
) -> None:
    master.environment["PATH"] = str(tmp_path)
    imported = run_import(master, old)
    assert imported.code == 1
    assert "only Java can read" in imported.text
    assert "set JAVA_HOME" in imported.text
    assert imported.line("artifacts").startswith("artifacts: 2 taken")


def test_without_a_job_history_the_rest_is_taken(master: Master, old: OldMist) -> None:
    old.database.unlink()
    imported = run_import(master, old)
    assert imported.code == 0, imported
    assert "there is no job history" in imported.text


def test_a_router_that_lies_elsewhere_can_be_named(
    master: Master, old: OldMist, tmp_path: Path
) -> None:
    router = tmp_path / "routes.conf"
    router.write_text("routed { path = old.zip, className = standin.Echo, namespace = nightly }\n")
    imported = run_import(master, old, "--router-config", str(router))
    assert imported.code == 0, imported
    assert imported.line("functions") == "functions: 2 taken"
    assert master.start().get("/v2/api/functions/routed").json["path"] == "old.zip"


def test_a_database_that_was_named_must_be_there(master: Master, old: OldMist) -> None:
    imported = run_import(master, old, "--db-url", "jdbc:h2:file:/no/such/database")
    assert imported.code == 1
    assert "there is no database file at jdbc:h2:file:/no/such/database" in imported.text


def test_names_that_are_not_taken_here_are_reported(master: Master, old: OldMist) -> None:
    old.context("default")
    old.artifact("a\nb.jar", b"")
    (old.folder / "data" / "functions" / "broken.conf").write_text("path = {")
    imported = run_import(master, old)
    assert imported.code == 1
    assert "context 'default': the context 'default' is set up by context-defaults" in imported.text
    assert "holds no control characters" in imported.text
    assert "function 'broken'" in imported.text and "broken.conf" in imported.text


def test_a_wrong_folder_says_what_was_looked_for(master: Master, tmp_path: Path) -> None:
    for folder, reason in ((tmp_path, "is no work folder"), (tmp_path / "none", "there is no")):
        process = start_import(master, folder)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1
        assert reason in errors and str(folder) in errors


def test_a_running_master_keeps_the_import_out(start_master, old: OldMist) -> None:
    running = start_master()
    imported = run_import(running, old)
    assert imported.code == 1
    assert running.process is not None
    assert f"pid={running.process.pid}" in imported.errors
    assert running.get("/v2/api/contexts/nightly").status == 404


def test_an_old_master_that_still_runs_is_named(master: Master, old: OldMist) -> None:
    url = H2_URL.format(path=old.folder / "recovery.db")
    shell = subprocess.Popen(
        java("org.h2.tools.Shell", "-url", url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert shell.stdout is not None
        wait_for(lambda: "help" in shell.stdout.readline(), "the shell to have the file open")
        imported = run_import(master, old)
    finally:
        shell.kill()
        shell.communicate(timeout=PATIENCE)
    assert imported.code == 1
    assert f"is in use by process {shell.pid}: stop the old master first" in imported.text
    assert imported.line("jobs") == "jobs: 0 taken, 1 not taken"


# ---- PostgreSQL ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres(jobs: list[dict[str, Any]]) -> Iterator[Postgres]:
    # Not below pytest's folder, which the server's user cannot enter.
    with tempfile.TemporaryDirectory(prefix="mist-postgres-") as folder:
        os.chmod(folder, 0o755)
        server = Postgres(Path(folder))
        try:
            server.make_database("mist", [*jobs, old_job(9, parameters="[")])
            server.make_database("other", [])
            yield server
        finally:
            server.stop()


def test_the_job_history_comes_from_postgresql(
    master: Master, old: OldMist, postgres: Postgres, jobs: list[dict[str, Any]]
) -> None:
    old.database.unlink()
    words = ("--db-user", "mist", "--db-password-file", str(postgres.password_file))
    imported = run_import(master, old, "--db-url", postgres.url("mist"), *words)
    assert imported.code == 1
    assert imported.line("jobs") == "jobs: 5 taken, 1 not taken"
    assert "parameters is no JSON" in imported.text
    master.start()
    assert ids(master.get("/v2/api/jobs").json) == ids(jobs)[::-1]
    assert master.job(jobs[1]["job_id"])["jobResult"] == jobs[1]["job_result"]["error"]


def test_the_old_configuration_says_where_postgresql_is(
    master: Master, old: OldMist, postgres: Postgres
) -> None:
    (old.folder / "configs" / "default.conf").write_text(
        f'mist.db {{ jdbcUrl = "{postgres.url("mist")}", username = mist, '
        f'password = "{postgres.PASSWORD}" }}\n'
    )
    imported = run_import(master, old)
    assert imported.line("jobs") == "jobs: 5 taken, 1 not taken"


def test_a_postgresql_that_refuses_is_named(
    master: Master, old: OldMist, postgres: Postgres, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not this one\n")
    words = ("--db-user", "mist", "--db-password-file", str(wrong))
    refused = run_import(master, old, "--db-url", postgres.url("mist"), *words)
    assert refused.code == 1
    assert "cannot connect to jdbc:postgresql:///mist: " in refused.text
    assert "password authentication failed" in refused.text
    assert "not this one" not in refused.text
    assert refused.line("contexts") == "contexts: 1 taken"
