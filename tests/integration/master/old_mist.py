"""An installation of Mist 1.1 on disk, and the command that imports it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any, Iterable, Optional

from installation import ROOT, path_from_environment
from mist_master import PATIENCE, Master

# The table as the old master makes it; its first version is what migration 2 finds.
H2_VERSION_1 = """
CREATE TABLE `job_details`(
  `path` TEXT NOT NULL, `class_name` TEXT NOT NULL, `namespace` TEXT NOT NULL,
  `parameters` TEXT NOT NULL, `external_id` TEXT, `endpoint` TEXT, `action` TEXT NOT NULL,
  `source` TEXT NOT NULL, `job_id` VARCHAR(36) NOT NULL PRIMARY KEY, `start_time` BIGINT,
  `end_time` BIGINT, `job_result` TEXT, `status` TEXT NOT NULL, `worker_id` TEXT,
  `create_time` BIGINT NOT NULL);
"""
H2_VERSION_2 = H2_VERSION_1 + "ALTER TABLE `job_details` ALTER COLUMN endpoint RENAME TO function;"
H2_URL = "jdbc:h2:file:{path};DATABASE_TO_UPPER=false"
POSTGRES = """
CREATE TABLE public.job_details (
  path text NOT NULL, class_name text NOT NULL, namespace text NOT NULL, parameters text NOT NULL,
  external_id text, function text, action text NOT NULL, source text NOT NULL,
  job_id character varying(36) NOT NULL PRIMARY KEY, start_time bigint, end_time bigint,
  job_result text, status text NOT NULL, worker_id text, create_time bigint NOT NULL);
"""

CREATED = 1_540_000_000_000


def h2_jar() -> Path:
    return (
        path_from_environment("MIST_LIB", ROOT / "build" / "dist" / "lib") / "mist-h2-history.jar"
    )


def old_job(number: int, **changes: Any) -> dict[str, Any]:
    """A row in the order of the columns. Later numbers were created later; ids are random."""
    created = CREATED + number * 1000
    row = {
        "path": "old.zip",
        "class_name": "standin.Echo",
        "namespace": "nightly",
        "parameters": {"n": number},
        "external_id": f"e{number}",
        "function": "old-echo",
        "action": "execute",
        "source": "Http",
        "job_id": str(uuid.uuid4()),
        "start_time": created + 100,
        "end_time": created + 200,
        "job_result": {"result": {"value": number}},
        "status": "finished",
        "worker_id": f"nightly_w_{number}",
        "create_time": created,
    }
    return row | changes


def insert_statements(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(
        f"INSERT INTO job_details VALUES({', '.join(map(_literal, row.values()))});\n"
        for row in rows
    )


def _literal(value: Any) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"


def java(main: str, *words: str, **options: Any) -> list[str]:
    return ["java", "-Dfile.encoding=UTF-8", "-cp", str(h2_jar()), main, *words]


class OldMist:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("data/contexts", "data/functions", "data/artifacts", "logs", "configs"):
            (folder / part).mkdir(parents=True)
        self.database = folder / "recovery.db.mv.db"

    def context(self, name: str, **settings: str) -> None:
        """Written as the old master writes it."""
        known = {
            "downtime": '"1200s"',
            "launch-data": "{ type=server-default }",
            "max-conn-failures": "7",
            "max-parallel-jobs": "2",
            "precreated": "false",
            "run-options": '""',
            "spark-conf": '{ "spark.executor.memory"="2g" }',
            "streaming-duration": '"1s"',
            "worker-mode": "shared",
        } | settings
        text = "".join(f"{key}={value}\n" for key, value in known.items())
        (self.folder / "data" / "contexts" / f"{name}.conf").write_text(text)

    def function(self, name: str, path: str, class_name: str, context: str = "nightly") -> None:
        text = f'className="{class_name}"\nnamespace="{context}"\npath="{path}"\n'
        (self.folder / "data" / "functions" / f"{name}.conf").write_text(text)

    def artifact(self, name: str, contents: bytes) -> None:
        (self.folder / "data" / "artifacts" / name).write_bytes(contents)

    def log(self, job_id: str, text: str) -> None:
        (self.folder / "logs" / f"job-{job_id}.log").write_text(text)

    def jobs(self, rows: Iterable[dict[str, Any]], schema: str = H2_VERSION_2) -> None:
        """Makes the database, by the H2 that Mist 1.1 had."""
        self.sql(schema + insert_statements(rows))

    def sql(self, statements: str) -> None:
        script = self.folder / "script.sql"
        script.write_text(statements)
        url = H2_URL.format(path=self.folder / "recovery.db")
        words = java("org.h2.tools.RunScript", "-url", url, "-script", str(script))
        subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)
        script.unlink()

    def take_database_of(self, other: OldMist) -> None:
        shutil.copy(other.database, self.database)


def start_import(master: Master, folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [str(master.installation.program), "import", str(folder), *words]
    environment = {k: v for k, v in master.environment.items() if k != "JAVA_HOME"}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


class Imported:
    """What the command said, and its exit code."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.text, self.errors = process.communicate(timeout=PATIENCE)
        self.code = process.returncode

    def line(self, kind: str) -> Optional[str]:
        lines = [x for x in self.text.splitlines() if x.startswith(kind + ":") and "..." not in x]
        return lines[-1].split(" (")[0] if lines else None

    def __repr__(self) -> str:
        return f"exit code {self.code}\n{self.text}\n{self.errors}"


def run_import(master: Master, old: OldMist, *words: str) -> Imported:
    return Imported(start_import(master, old.folder, *words))


class Postgres:
    """A server of a test's own, on a Unix socket in its folder."""

    PASSWORD = "pass word&1"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = max(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name)
        )
        # It refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        password_file = folder / "password"
        password_file.write_text(self.PASSWORD + "\n")
        password_file.chmod(0o644)
        self.password_file = password_file
        self._run("initdb", "--auth=scram-sha-256", "--username=mist", "--encoding=UTF8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        self._run("pg_ctl", "--wait", "--log", str(folder / "log"), "-o", options, "start")

    def _run(self, program: str, *words: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *words]
        if program == "initdb":
            command.append(f"--pwfile={self.password_file}")
        subprocess.run(
            command,
            user=self.user,
            cwd=self.folder,
            check=True,
            timeout=2 * PATIENCE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def url(self, database: str) -> str:
        return f"jdbc:postgresql:///{database}?host={self.folder}&sslmode=disable"

    def make_database(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        self._sql("postgres", f"CREATE DATABASE {name};")
        self._sql(name, POSTGRES + insert_statements(rows))

    def _sql(self, database: str, statements: str) -> None:
        command = [
            "psql",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            str(self.folder),
            "-U",
            "mist",
            database,
        ]
        subprocess.run(
            command,
            input=statements,
            text=True,
            check=True,
            timeout=PATIENCE,
            env={**os.environ, "PGPASSWORD": self.PASSWORD, "PGCLIENTENCODING": "UTF8"},
        )

    def stop(self) -> None:
        self._run("pg_ctl", "--mode=immediate", "stop")
