"""mist-cli against a real master: what changes there when a folder is deployed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from installation import FUNCTIONS, ROOT, path_from_environment
from mist_master import Master


def run(master: Master, *words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    program = path_from_environment("MIST_CLI", ROOT / "build/dev/cli/mist-cli")
    return subprocess.run(
        [str(program), *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "MIST_HOST": "127.0.0.1", "MIST_PORT": str(master.port)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def deploy(master: Master, folder: Path) -> dict[str, Any]:
    """By model: what the report says of the folder's three entries."""
    done = run(master, "-y", "--json", "deploy", "-f", "conf", "-u", "", folder=folder)
    assert done.returncode == 0, done
    return {entry["model"]: entry for entry in json.loads(done.stdout)["entries"]}


def write_folder(folder: Path, name: str, downtime: str) -> None:
    conf = folder / "conf"
    conf.mkdir(exist_ok=True)
    (conf / "artifact.conf").write_text(
        f"model = Artifact, name = {name}, version = 1.0, data.file-path = typed.py\n"
    )
    (conf / "context.yaml").write_text(
        f"model: Context\nname: {name}\ndata: {{downtime: {downtime}, worker-mode: shared}}\n"
    )
    (conf / "function.conf").write_text(
        f"model = Function, name = {name}\n"
        f"data {{ path = {name}_1.0.py, class-name = typed, context = {name}\n"
        "  retries = 2, retry-on = failure, retry-backoff = 1.5 minutes }\n"
    )


def test_deploy_sends_what_is_new_and_then_only_what_has_changed(
    shared_master: Master, tmp_path: Path
) -> None:
    source = (FUNCTIONS / "arguments.py").read_text()
    (tmp_path / "typed.py").write_text(source)
    write_folder(tmp_path, "deployed", "1h")
    first = deploy(shared_master, tmp_path)
    assert [entry["change"] for entry in first.values()] == ["new"] * 3
    assert {entry["outcome"] for entry in first.values()} == {"applied"}
    function = shared_master.get("/v2/api/functions/deployed").json
    retry = (function["retries"], function["retryOn"], function["retryBackoff"])
    assert retry == (2, "failure", "90s")

    again = deploy(shared_master, tmp_path)
    assert {entry["outcome"] for entry in again.values()} == {"unchanged"}

    (tmp_path / "typed.py").write_text(source + "\n# other contents, same version\n")
    write_folder(tmp_path, "deployed", "2h")
    planned = run(shared_master, "apply", "--dry-run", "-f", "conf", "-u", "", folder=tmp_path)
    assert "    downtime: 3600s -> 7200s\n" in planned.stdout, planned
    assert shared_master.get("/v2/api/contexts/deployed").json["downtime"] == "3600s"

    changed = deploy(shared_master, tmp_path)
    assert {entry["outcome"] for entry in changed.values()} == {"applied"}
    assert changed["Artifact"]["change"] == "changed"
    assert shared_master.get("/v2/api/contexts/deployed").json["downtime"] == "7200s"
    assert shared_master.get("/v2/api/artifacts/deployed_1.0.py").text.endswith("same version\n")


def test_what_was_deployed_can_be_shown_and_deleted(shared_master: Master, tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text((FUNCTIONS / "arguments.py").read_text())
    write_folder(tmp_path, "short-lived", "1h")
    deploy(shared_master, tmp_path)
    shown = run(shared_master, "functions", "show", "short-lived")
    assert "className: typed\n" in shown.stdout and "mist-cli start job short-lived" in shown.stdout
    assert "downtime: 3600s\n" in run(shared_master, "contexts", "show", "short-lived").stdout
    for kind, name in (
        ("function", "short-lived"),
        ("context", "short-lived"),
        ("artifact", "short-lived_1.0.py"),
    ):
        done = run(shared_master, "-y", "delete", kind, name)
        assert (done.returncode, done.stdout) == (0, f"Deleted {kind} {name}\n"), done
        assert name not in run(shared_master, "--json", "list", f"{kind}s").stdout


def test_all_jobs_are_listed_page_by_page(shared_master: Master) -> None:
    for value in range(30):
        shared_master.call("echo", {"value": value})
    total = len(json.loads(run(shared_master, "list", "jobs", "--all", "--json").stdout))
    assert total >= 30
    assert len(json.loads(run(shared_master, "list", "jobs", "--json").stdout)) == 25
    assert (
        len(json.loads(run(shared_master, "list", "jobs", "--limit", "28", "--json").stdout)) == 28
    )


def test_apply_names_a_setting_that_the_master_refuses(
    shared_master: Master, tmp_path: Path
) -> None:
    (tmp_path / "typed.py").write_text((FUNCTIONS / "arguments.py").read_text())
    write_folder(tmp_path, "refused", "1h")
    function = tmp_path / "conf" / "function.conf"
    function.write_text(function.read_text().replace("failure", "never"))
    done = run(shared_master, "apply", "-f", "conf", "-u", "", folder=tmp_path)
    assert done.returncode == 1
    assert "Unknown retryOn never: worker-lost or failure" in done.stdout + done.stderr
    assert shared_master.get("/v2/api/functions/refused").status == 404


def test_a_broken_context_is_seen_and_repaired(start_master: Callable[..., Master]) -> None:
    master = start_master()
    master.put_context("c", sparkConf={"standin.start": "exit"}, maxConnFailures=1)
    assert "TROUBLE" not in run(master, "list", "contexts").stdout
    master.wait_end(master.start_job("echo", context="c"))
    assert "broken" in run(master, "list", "contexts").stdout
    shown = run(master, "contexts", "show", "c").stdout
    assert "Process exited with status code 3" in shown
    repaired = run(master, "repair", "context", "c")
    assert (repaired.returncode, repaired.stdout) == (0, "Context c starts workers again\n")
    assert "TROUBLE" not in run(master, "list", "contexts").stdout
    assert run(master, "repair", "context", "nobody").returncode == 2
