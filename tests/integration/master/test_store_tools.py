"""check-store, backup and restore, as an operator types them."""

from __future__ import annotations

import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from mist_master import Master, wait_for


def run(master: Master, *words: object) -> subprocess.CompletedProcess[str]:
    command = [str(master.installation.program), *map(str, words)]
    return subprocess.run(
        command, env=master.environment, capture_output=True, text=True, timeout=60, check=False
    )


def database(master: Master) -> Path:
    return master.folder / "data" / "mist.db"


def change(file: Path, sql: str, *values: object) -> None:
    """Behind the back of a master that does not run."""
    connection = sqlite3.connect(file)
    connection.execute(sql, values)
    connection.commit()
    connection.close()


def artifact_files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "sha256").rglob("*") if path.is_file())


def saw(checked: subprocess.CompletedProcess[str], *words: str) -> bool:
    """One line has all the words."""
    return any(all(word in line for word in words) for line in checked.stdout.splitlines())


# ---- check-store --------------------------------------------------------------------------------


def test_a_whole_store_has_no_problems_while_the_master_runs_and_after_a_kill(
    start_master,
) -> None:
    master = start_master()
    assert master.call("echo")["success"]
    for _ in ("running", "killed"):
        checked = run(master, "check-store")
        assert (checked.returncode, checked.stderr) == (0, "")
        assert saw(checked, "mist.db", "1 jobs, 0 of them not ended")
        assert saw(checked, "1 job logs")
        assert saw(checked, "no problems")
        master.kill()


def test_a_changed_job_and_a_changed_event_are_named(start_master) -> None:
    master = start_master()
    jobs = [master.start_job("echo") for _ in range(3)]
    for job in jobs:
        master.wait_end(job)
    assert master.stop() == 0
    change(database(master), "UPDATE job SET result = '[7]' WHERE id = ?", jobs[1])
    change(
        database(master),
        "UPDATE event_batch SET events = 'x' "
        "WHERE last_number = (SELECT max(last_number) FROM event_batch)",
    )
    checked = run(master, "check-store")
    assert checked.returncode == 1
    assert saw(checked, jobs[1], "checksum", "restore a backup")
    assert saw(checked, "events up to number", "checksum", "restore a backup")
    assert not saw(checked, jobs[0]) and not saw(checked, jobs[2])
    assert saw(checked, "2 jobs")


def test_a_damaged_page_is_named(start_master) -> None:
    master = start_master()
    assert master.call("echo")["success"]
    assert master.stop() == 0
    with database(master).open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096)
    checked = run(master, "check-store")
    assert checked.returncode == 1
    assert saw(checked, "mist.db", "restore a backup")


def test_artifacts_that_are_gone_or_changed_are_named(start_master) -> None:
    master = start_master()
    first, second = artifact_files(master.folder / "data" / "artifacts")
    assert master.stop() == 0
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1] + b"?")
    checked = run(master, "check-store")
    assert checked.returncode == 1
    assert saw(checked, first.name, "is missing", "upload it again")
    assert saw(checked, second.name, "are not what was uploaded", "upload it again")
    assert saw(checked, "2 problems")


def test_a_log_that_cannot_be_read_is_named(start_master) -> None:
    master = start_master()
    (master.folder / "logs" / "job-unreadable.log").mkdir()
    checked = run(master, "check-store")
    assert checked.returncode == 1
    assert saw(checked, "job-unreadable.log", "check the disk")


@pytest.mark.parametrize("command", ["check-store", "backup", "restore"])
def test_a_file_that_is_not_there_is_an_error(prepare_master, command: str, tmp_path: Path) -> None:
    master = prepare_master()
    database(master).unlink()
    words = [tmp_path / "backup.db"] if command != "check-store" else []
    failed = run(master, command, *words)
    assert failed.returncode == 1
    assert failed.stderr.startswith("mist-master: ")
    assert not database(master).exists()


# ---- backup and restore -------------------------------------------------------------------------


def test_a_backup_of_a_running_master_holds_every_job_acknowledged_before(
    start_master, prepare_master, tmp_path: Path
) -> None:
    master = start_master()
    acknowledged: list[str] = []
    enough = Event()

    def send() -> None:
        while not enough.is_set():
            acknowledged.append(master.start_job("echo"))

    with ThreadPoolExecutor(2) as pool:
        senders = [pool.submit(send) for _ in range(2)]
        wait_for(lambda: len(acknowledged) >= 50, "50 jobs")
        before = list(acknowledged)
        made = run(master, "backup", f"{tmp_path}/backups/")
        enough.set()
        for sender in senders:
            sender.result()
    assert made.returncode == 0, made.stdout + made.stderr
    assert saw(made, "not in it", "job logs", "configuration")
    (backup,) = (tmp_path / "backups").glob("mist-*.db")
    assert sorted(p.name for p in (tmp_path / "backups").iterdir()) == ["artifacts", backup.name]
    assert run(master, "check-store", backup).returncode == 0

    other = prepare_master("other")
    database(other).unlink()
    for file in artifact_files(other.folder / "data" / "artifacts"):
        file.unlink()
    restored = run(other, "restore", tmp_path / "backups")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert saw(restored, "2 files restored")
    other.start()
    for job in before:
        other.wait_end(job)  # one that had a worker when the backup was made fails, as after a kill
    assert other.call("echo")["success"]


def test_a_backup_into_the_same_folder_copies_an_artifact_once(
    start_master, tmp_path: Path
) -> None:
    master = start_master()
    first = run(master, "backup", f"{tmp_path}/backups/")
    second = run(master, "backup", tmp_path / "backups")
    assert saw(first, "2 files new") and saw(second, "0 files new")
    assert len(list((tmp_path / "backups").glob("mist-*.db"))) == 2


def test_a_backup_to_a_file_holds_the_database_only_and_replaces_nothing(
    start_master, tmp_path: Path
) -> None:
    master = start_master()
    file = tmp_path / "backup.db"
    made = run(master, "backup", file)
    assert made.returncode == 0
    assert saw(made, "not in it: artifacts")
    before = file.read_bytes()
    again = run(master, "backup", file)
    assert again.returncode == 1
    assert "exists already" in again.stderr
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.glob("backup*")] == ["backup.db"]


def test_a_backup_of_a_damaged_database_says_so(start_master, tmp_path: Path) -> None:
    master = start_master()
    job = master.start_job("echo")
    master.wait_end(job)
    assert master.stop() == 0
    change(database(master), "UPDATE job SET result = '[7]'")
    made = run(master, "backup", tmp_path / "backup.db")
    assert made.returncode == 1
    assert saw(made, job, "checksum")
    assert (tmp_path / "backup.db").exists()


def test_a_restore_is_refused_while_a_master_runs(start_master, tmp_path: Path) -> None:
    master = start_master()
    assert run(master, "backup", tmp_path / "backup.db").returncode == 0
    refused = run(master, "restore", tmp_path / "backup.db")
    assert refused.returncode == 1
    assert master.process is not None
    assert f"pid={master.process.pid}" in refused.stderr
    assert master.call("echo")["success"]


def test_a_restore_keeps_the_old_database_beside(start_master, tmp_path: Path) -> None:
    master = start_master()
    in_both = master.start_job("echo")
    master.wait_end(in_both)
    assert run(master, "backup", tmp_path / "backup.db").returncode == 0
    only_in_old = master.start_job("echo")
    master.wait_end(only_in_old)
    master.kill()  # leaves a write-ahead log, which must not meet the restored database
    assert database(master).with_name("mist.db-wal").stat().st_size > 0
    restored = run(master, "restore", tmp_path / "backup.db")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    (kept,) = database(master).parent.glob("mist.db.before-restore-*")
    assert saw(restored, str(kept))
    checked = run(master, "check-store", kept)
    assert saw(checked, "2 jobs") and checked.returncode == 0
    master.start()
    assert master.job(in_both)["status"] == "finished"
    assert master.get(f"/v2/api/jobs/{only_in_old}").status == 404
    assert run(master, "check-store").returncode == 0


def test_a_damaged_backup_changes_nothing(start_master, tmp_path: Path) -> None:
    master = start_master()
    job = master.start_job("echo")
    master.wait_end(job)
    backup = tmp_path / "backup.db"
    assert run(master, "backup", backup).returncode == 0
    assert master.stop() == 0
    before = database(master).read_bytes()
    change(backup, "UPDATE job SET result = '[7]'")
    refused = run(master, "restore", backup)
    assert refused.returncode == 1
    assert saw(refused, job, "checksum") and saw(refused, "nothing was changed")
    assert database(master).read_bytes() == before
    assert sorted(p.name for p in database(master).parent.glob("mist.db*")) == ["mist.db"]


def test_a_database_that_cannot_be_read_is_kept_with_its_log(start_master, tmp_path: Path) -> None:
    master = start_master()
    backup = tmp_path / "backup.db"
    assert run(master, "backup", backup).returncode == 0
    job = master.start_job("echo")
    master.wait_end(job)
    master.kill()
    with database(master).open("r+b") as file:
        file.write(b"\xff" * 4096)
    database(master).with_name("mist.db-wal").write_bytes(b"\xff" * 8192)
    restored = run(master, "restore", backup)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert len(list(database(master).parent.glob("mist.db.before-restore-*"))) >= 1
    master.start()
    assert master.get(f"/v2/api/jobs/{job}").status == 404
    assert master.call("echo")["success"]


def test_a_cut_log_is_found_and_changes_nothing_until_the_operator_decides(start_master) -> None:
    master = start_master()
    lost = master.start_job("echo")
    master.wait_end(lost)
    master.kill()
    log = database(master).with_name("mist.db-wal")
    mark = database(master).with_name("mist.db-mark")
    log.write_bytes(log.read_bytes()[:10_000])
    files = {file: file.read_bytes() for file in (database(master), log, mark)}

    checked = run(master, "check-store")
    assert checked.returncode == 1
    assert saw(checked, f"{log} is cut off or damaged", "commits are lost", f"delete {mark}")
    process = master.launch()
    assert process.wait(timeout=30) == 1
    assert f"{log} is cut off or damaged" in master.log_text()
    assert {file: file.read_bytes() for file in files} == files

    mark.unlink()
    master.start()
    assert master.get(f"/v2/api/jobs/{lost}").status == 404
