"""Contexts and functions that files declare: mist.yaml, router.conf, and the places of Mist 1.1."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation import FUNCTIONS, make_standin_zip
from mist_master import Master, wait_for


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mist.yaml"


def max_jobs(master: Master, context: str) -> int | None:
    answer = master.get(f"/v2/api/contexts/{context}")
    return answer.json["maxJobs"] if answer.status == 200 else None


def reload(master: Master, file: Path) -> None:
    before = master.log_text().count("event=contexts_reloaded")
    reloaded = master.run_command("reload", "--config", str(file))
    assert reloaded.returncode == 0, reloaded.stderr
    wait_for(lambda: master.log_text().count("event=contexts_reloaded") > before, "the reload")


def test_a_reload_takes_the_contexts_of_the_file(prepare_master, file: Path) -> None:
    file.write_text("context: {kept: {max-jobs: 2}, gone: {max-jobs: 3}}\n")
    master = prepare_master().start("--config", str(file))
    assert (max_jobs(master, "kept"), max_jobs(master, "gone")) == (2, 3)
    file.write_text(
        "jobs.max-queued: 5\ncontext-defaults: {max-jobs: 4}\n"
        "context: {kept: {max-jobs: 6}, new: {worker-mode: shared}}\n"
    )
    reload(master, file)
    assert [max_jobs(master, name) for name in ("kept", "gone", "new", "default")] == [
        6,
        None,
        4,
        4,
    ]
    assert "the new jobs.max-queued counts from the next start" in master.log_text()
    assert master.call("echo", {"value": 1}, context="new")["success"]


def test_a_reload_of_a_broken_file_changes_nothing(prepare_master, file: Path) -> None:
    file.write_text("context: {kept: {max-jobs: 2}}\n")
    master = prepare_master().start("--config", str(file))
    file.write_text("context: {kept: {max-jobs: many}}\n")
    refused = master.run_command("reload", "--config", str(file))
    assert refused.returncode == 1
    assert "mist.yaml:1" in refused.stderr
    assert master.process is not None
    master.process.send_signal(1)  # SIGHUP, as an init system sends it
    wait_for(lambda: "event=reload_failed" in master.log_text(), "the failure to be logged")
    assert max_jobs(master, "kept") == 2


def test_a_reload_without_a_master_fails(prepare_master) -> None:
    reloaded = prepare_master().run_command("reload")
    assert reloaded.returncode == 1
    assert "Mist is not runned" in reloaded.stderr


def test_the_places_of_mist_11_are_found(prepare_master, tmp_path: Path) -> None:
    master = prepare_master()
    home = tmp_path / "home"
    (home / "configs").mkdir(parents=True)
    (home / "lib").symlink_to(master.installation.home / "lib")
    (home / "configs/default.conf").write_text("mist.context.old { max-jobs = 7 }\n")
    (home / "configs/router.conf").write_text(
        'old-echo { path = "standin.zip", className = "standin.Echo", namespace = "old" }\n'
    )
    master.environment["MIST_HOME"] = str(home)
    master.start()
    assert max_jobs(master, "old") == 7
    assert master.call("old-echo", {"value": 1})["payload"] == {"value": 1}


def test_functions_of_a_router_file_are_called_and_cannot_be_deleted(
    prepare_master, tmp_path: Path
) -> None:
    archive = make_standin_zip(tmp_path / "declared.zip")  # on the master's disk, not uploaded
    router = tmp_path / "router.conf"
    router.write_text(
        'declared { path = ${location}"/declared.zip", className = standin.Echo, namespace = default }'
    )
    master = prepare_master().start("--router-config", str(router))
    assert archive.exists()
    assert master.call("declared", {"value": 2})["payload"] == {"value": 2}
    refused = master.request("DELETE", "/v2/api/functions/declared")
    assert refused.status == 400
    assert "declared in router.conf" in refused.text
    assert master.call("declared", {"value": 3})["success"]


def test_a_router_file_with_mistakes_names_them(prepare_master, tmp_path: Path) -> None:
    router = tmp_path / "router.conf"
    router.write_text("one { path = x }\n")
    master = prepare_master()
    assert master.launch("--router-config", str(router)).wait(20) == 1
    assert "router.conf:1: function 'one' needs a text 'className'" in master.log_text()


def test_a_path_on_the_masters_disk_is_a_function_too(shared_master: Master) -> None:
    answer = shared_master.register(
        "on-disk", str(FUNCTIONS / "arguments.py"), "typed", force="true"
    )
    assert answer.status == 200
    assert shared_master.get("/v2/api/functions/on-disk").json["lang"] == "python"


@pytest.mark.parametrize("path", ["hdfs://host/f.jar", "mvn://repo :: a % b % 1", "http://h/f.jar"])
def test_nothing_is_fetched_from_elsewhere(shared_master: Master, path: str) -> None:
    answer = shared_master.register("elsewhere", path, "F")
    assert answer.status == 400
    assert f"file should exists by path {path}: " in answer.text
    assert "nothing is fetched from elsewhere" in answer.text
