"""Contract section 8: the mist-cli of Mist 1.1, from PyPI and unmodified, against our master.

Each example folder is applied twice with the original client to one master and twice with ours to
another; both masters must then hold the same. Workers are stand-ins: what matters here is what the
client is answered.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/integration/master"), str(ROOT / "tests/e2e")]

from installation import make_installation, make_standin_zip
from mist_master import Master, wait_for
from world.artifacts import build_examples
from world.places import SparkLine

ORIGINAL = ROOT / ".cache/mist-cli-1.1/bin/mist-cli"
OURS = Path(os.environ.get("MIST_CLI", ROOT / "build/dev/cli/mist-cli"))
EXAMPLES = sorted(conf.parent for conf in (ROOT / "examples").glob("*/conf"))
NAMES = [example.name for example in EXAMPLES]
DASHES = "-" * 80


@dataclass(frozen=True)
class Outcome:
    exit_code: int
    output: str
    errors: str


class Client:
    """One of the two programs, for one master."""

    def __init__(self, program: Path, master: Master) -> None:
        self.program = program
        self.master = master

    def run(self, *words: str, folder: Path = ROOT, answer: str = "", **variables: str) -> Outcome:
        environment = {
            "PATH": os.environ["PATH"],
            "PWD": str(folder),  # as a shell has it
            "LC_ALL": "C.UTF-8",
            "PYTHONWARNINGS": "ignore",
            "MIST_HOST": "127.0.0.1",
            "MIST_PORT": str(self.master.port),
        }
        done = subprocess.run(
            [str(self.program), *words],
            cwd=folder,
            env=environment | variables,
            input=answer,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def apply(self, example: Path) -> Outcome:
        return self.run("apply", "-f", "conf", "-u", "", folder=example)


@dataclass
class World:
    original: Client
    ours: Client
    first: dict[str, Outcome]  # by example: the original client's first apply
    second: dict[str, Outcome]
    workers: dict[str, tuple[list[str], list[str]]]  # before and after the second apply
    ours_first: dict[str, Outcome]
    ours_second: dict[str, Outcome]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    line = SparkLine("4")
    build_examples(line)
    installation = make_installation(tmp_path_factory.mktemp("installation"))
    masters = [
        Master(installation, tmp_path_factory.mktemp(name), inspector=True, python=line.python)
        for name in ("original", "ours")
    ]
    try:
        for master in masters:
            master.start()
            add_standins(master, tmp_path_factory.mktemp("standin"))
        yield apply_everything(Client(ORIGINAL, masters[0]), Client(OURS, masters[1]))
    finally:
        for master in masters:
            master.destroy()


def add_standins(master: Master, folder: Path) -> None:
    archive = make_standin_zip(folder / "standin.zip")
    assert master.upload("standin.zip", archive.read_bytes()).status == 200
    for script in ("Echo", "Fail", "Hang"):
        assert master.register(script.lower(), "standin.zip", f"standin.{script}").status == 200


def apply_everything(original: Client, ours: Client) -> World:
    world = World(original, ours, {}, {}, {}, {}, {})
    for example in EXAMPLES:
        name = example.name
        world.first[name] = original.apply(example)
        original.master.call("echo", {"value": 1}, context=name)  # a shared worker that stays
        before = original.master.workers()
        world.second[name] = original.apply(example)
        original.master.call("echo", {"value": 2}, context=name)
        world.workers[name] = (before, original.master.workers())
        world.ours_first[name] = ours.apply(example)
        world.ours_second[name] = ours.apply(example)
    return world


def entries_of(example: str) -> list[tuple[str, str]]:
    """What the conf files of an example describe: model and name, as apply prints them."""
    found = []
    for file in sorted((ROOT / "examples" / example / "conf").glob("*.conf")):
        text = file.read_text()
        value = {key: v for key, v in re.findall(r'^\s*([\w-]+) = "?([^"\n]+)"?$', text, re.M)}
        name = value["name"]
        if value["model"] == "Artifact":
            name += "_" + value["version"] + Path(value["file-path"]).suffix
        found.append((value["model"], name))
    return found


def hints_for(model: str, name: str, port: int, method: str) -> list[str]:
    """Contract 8.5, after everything has succeeded; `{}` stands for the sample request."""
    url = f"http://127.0.0.1:{port}/v2/api"
    header = "-H 'Content-Type: application/json'"
    if model == "Artifact":
        return ["", ""]
    if model == "Context":
        command = f"curl {header} -X {method} {url}/contexts/{name}"
        return ["Get context info", DASHES, command, "", ""]
    start = f"mist-cli --host 127.0.0.1 --port {port} start job {name} '{{}}'"
    curl = f"curl --data '{{}}' {header} -X POST {url}/functions/{name}/jobs?force=true"
    return [
        *("Get info of function resource", DASHES),
        *(f"curl  {header} -X GET {url}/functions/{name}", ""),
        *("Start job via mist-cli", DASHES, start, ""),
        *("Start job via curl", DASHES, curl, "", ""),
    ]


def expected_apply(entries: list[tuple[str, str]], port: int, method: str) -> list[str]:
    lines = [f"Process {len(entries)} file entries"]
    for model, name in entries:
        lines += [f"updating {model} {name}", f"Success: {model} {name}"]
    for model, name in entries:
        lines += hints_for(model, name, port, method)
    return [*lines, f"You can view all applied changes at mist-ui: http://127.0.0.1:{port}/ui"]


def without_samples(output: str) -> list[str]:
    """The sample requests hold random numbers: only that they are JSON objects is checked."""

    def is_object(found: re.Match[str]) -> str:
        assert isinstance(json.loads(found.group(1)), dict)
        return "'{}'"

    return [re.sub(r"'(\{.*\})'", is_object, line) for line in output.splitlines()]


def updated(output: str) -> list[tuple[str, str]]:
    """Model and name of each entry, in the order of their turns."""
    return [tuple(m) for m in re.findall(r"^updating (\w+) (.+)$", output, re.M)]  # type: ignore[misc]


# ---- 8.4 and 8.5 apply --------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_8_5_apply_prints_what_the_contract_says(world: World, name: str) -> None:
    """The original `apply` succeeds on each example folder and prints the contract's lines."""
    outcome = world.first[name]
    assert outcome.exit_code == 0 and outcome.errors == "", outcome
    entries = updated(outcome.output)  # files of equal number come in directory order
    assert sorted(entries) == sorted(entries_of(name))
    port = world.original.master.port
    assert without_samples(outcome.output) == expected_apply(entries, port, "POST")


@pytest.mark.differs("the hint for a context asks with GET (D45)")
@pytest.mark.parametrize("name", NAMES)
def test_8_5_our_apply_prints_the_same(world: World, name: str) -> None:
    """Our `apply` prints the same lines."""
    outcome = world.ours_first[name]
    assert outcome.exit_code == 0 and outcome.errors == "", outcome
    assert updated(outcome.output) == entries_of(name)
    port = world.ours.master.port
    assert without_samples(outcome.output) == expected_apply(entries_of(name), port, "GET")


@pytest.mark.parametrize("name", NAMES)
def test_8_4_apply_again_refuses_artifacts_only(world: World, name: str) -> None:
    """The original client itself refuses each artifact key that is there; the rest is a success."""
    outcome = world.second[name]
    assert outcome.exit_code == 0, outcome
    lines = outcome.output.splitlines()
    for model, key in entries_of(name):
        after = lines[lines.index(f"updating {model} {key}") + 1]
        refusal = f"Error: Artifact key {key} has to be unique"
        assert after == (refusal if model == "Artifact" else f"Success: {model} {key}")
    assert "You can view" not in outcome.output


@pytest.mark.differs("an equal context recycles no workers (D55)")
@pytest.mark.parametrize("name", NAMES)
def test_8_4_apply_again_restarts_no_worker(world: World, name: str) -> None:
    """Applying a folder again restarts no worker."""
    before, after = world.workers[name]
    assert before == after and any(worker.startswith(name) for worker in before)


@pytest.mark.differs("equal contents under a key are no error (D47)")
@pytest.mark.parametrize("name", NAMES)
def test_8_4_our_apply_again_is_a_success(world: World, name: str) -> None:
    """Our `apply` of an unchanged folder is a success."""
    outcome = world.ours_second[name]
    assert outcome.exit_code == 0 and "Error" not in outcome.output, outcome
    for model, key in entries_of(name):
        unchanged = " (unchanged)" if model == "Artifact" else ""
        assert f"Success: {model} {key}{unchanged}\n" in outcome.output


@pytest.mark.parametrize("what", ["functions", "contexts", "artifacts"])
def test_8_4_both_clients_leave_the_same_state(world: World, what: str) -> None:
    """Both clients leave the same functions, contexts and artifacts."""
    states = [client.master.get(f"/v2/api/{what}").json for client in (world.original, world.ours)]
    assert states[0] == states[1] and len(states[0]) > len(EXAMPLES)


@pytest.mark.parametrize("words", [("-u", "ann"), ()], ids=["option", "variable"])
def test_8_4_user_prefixes_names(world: World, tmp_path: Path, words: tuple[str, ...]) -> None:
    """`-u USER` and `MIST_APPLY_USER` prefix names, paths and contexts."""
    (tmp_path / "f.py").write_bytes((ROOT / "examples/hello-mist/hello_mist.py").read_bytes())
    user = "ann" if words else "bob"
    write_folder(tmp_path / "conf")
    for client in (world.original, world.ours):
        outcome = client.run("apply", "-f", "conf", *words, folder=tmp_path, MIST_APPLY_USER="bob")
        assert outcome.exit_code == 0 and "Error" not in outcome.output, outcome
        function = client.master.get(f"/v2/api/functions/{user}_f").json
        assert function["path"] == f"{user}_f_1.0.py"
        assert function["defaultContext"] == f"{user}_c"
        assert client.master.get(f"/v2/api/contexts/{user}_c").json["maxJobs"] == 3


def write_folder(conf: Path) -> None:
    conf.mkdir()
    (conf / "00_a.conf").write_text(
        'model = Artifact\nname = f\nversion = "1.0"\ndata.file-path = f.py\n'
    )
    (conf / "10_c.conf").write_text("model = Context\nname = c\ndata { max-jobs = 3 }\n")
    (conf / "20_f.conf").write_text(
        "model = Function\nname = f\n"
        "data { path = f_1.0.py, class-name = hello_mist, context = c }\n"
    )


@pytest.mark.differs("our client writes true instead of True (D43)")
def test_8_4_booleans_are_taken_in_both_spellings(world: World, tmp_path: Path) -> None:
    """`spark-conf` booleans without quotes are taken in both spellings."""
    file = tmp_path / "context.conf"
    file.write_text(
        "model = Context\nname = booleans\ndata.spark-conf { spark.ui.enabled = true }\n"
    )
    arrived = []
    for client in (world.original, world.ours):
        assert client.run("apply", "-f", str(file), "-u", "").exit_code == 0
        conf = client.master.get("/v2/api/contexts/booleans").json["sparkConf"]
        arrived.append(conf["spark.ui.enabled"])
    assert arrived[0].lower() == "true" and arrived[1] == "true"


@pytest.mark.differs("our client takes them, the original one fails: {error}")
@pytest.mark.parametrize(
    ("what", "text", "error", "route", "shown"),
    [
        (
            "Durations",
            "model = Context\nname = unquoted\ndata { downtime = 30s, streaming-duration = 2s }\n",
            "Object of type timedelta is not JSON serializable",
            "contexts/unquoted",
            '"downtime":"30s"',
        ),
        (
            "Versions",
            "model = Artifact\nname = unquoted\nversion = 1.0\ndata.file-path = f.py\n",
            'can only concatenate str (not "float") to str',
            "artifacts/unquoted_1.0.py",
            "here = 1",
        ),
    ],
    ids=["durations", "versions"],
)
def test_8_4_unquoted(
    world: World, tmp_path: Path, what: str, text: str, error: str, route: str, shown: str
) -> None:
    """{what} without quotes work."""
    (tmp_path / "f.py").write_text("here = 1\n")
    (tmp_path / "unquoted.conf").write_text(text)
    words = ("apply", "-f", "unquoted.conf", "-u", "")
    assert f"Error: {error}\n" in world.original.run(*words, folder=tmp_path).output, what
    outcome = world.ours.run(*words, folder=tmp_path)
    assert outcome.exit_code == 0 and outcome.errors == "", outcome
    assert shown in world.ours.master.get(f"/v2/api/{route}").text


def test_8_4_validate_false_overwrites(world: World, tmp_path: Path) -> None:
    """`--validate false` overwrites an artifact."""
    (tmp_path / "f.py").write_text("first = 1\n")
    file = tmp_path / "artifact.conf"
    file.write_text('model = Artifact\nname = forced\nversion = "1"\ndata.file-path = f.py\n')
    for client in (world.original, world.ours):
        for text in ("first = 1\n", "second = 2\n"):
            (tmp_path / "f.py").write_text(text)
            words = ("apply", "-f", str(file), "-u", "", "--validate", "false")
            outcome = client.run(*words, folder=tmp_path)
            assert "Success: Artifact forced_1.py" in outcome.output, outcome
            assert client.master.get("/v2/api/artifacts/forced_1.py").text == text


# ---- 8.2 list and status ------------------------------------------------------------------------

HEADERS = {
    "workers": ["ID", "ADDRESS", "SPARK UI"],
    "jobs": ["UID", "START TIME", "NAMESPACE", "EXT ID", "FUNCTION", "SOURCE", "STATUS"],
    "functions": ["FUNCTION", "DEFAULT CONTEXT", "PATH", "CLASS NAME"],
    "contexts": ["ID", "WORKER MODE"],
}


def bordered_rows(table: str) -> list[list[str]]:
    """Cells of a table with borders; a cell that wraps over several lines is put together."""
    rows: list[list[str]] = []
    is_new = True
    for line in table.splitlines():
        if line.startswith("+"):
            is_new = True
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if is_new:
            rows.append(cells)
        else:
            rows[-1] = [a + b for a, b in zip(rows[-1], cells)]
        is_new = False
    return rows


@pytest.mark.parametrize("what", sorted(HEADERS))
def test_8_2_list_shows_the_same_table(world: World, what: str) -> None:
    """`list` shows the same titles and rows in both clients."""
    master = world.original.master
    master.call("echo", {"value": 3}, externalId="an-id")
    words = ["--format-table", "list", what, *(["--filter", "finished"] if what == "jobs" else [])]
    tables = []
    for program in (ORIGINAL, OURS):
        outcome = Client(program, master).run(*words)
        assert outcome.exit_code == 0, outcome
        rows = bordered_rows(outcome.output)
        # The original shows microseconds, and wraps within words.
        tables.append([[re.sub(r"(:\d\d)\.\d+$|\s", r"\1", cell) for cell in row] for row in rows])
    assert tables[0] == tables[1] and len(tables[0]) > 1
    assert tables[0][0] == [title.replace(" ", "") for title in HEADERS[what]]


def test_8_2_plain_tables_are_drawn_alike(world: World) -> None:
    """Plain tables look alike: three blanks, centred titles."""
    outputs = [
        Client(program, world.original.master).run("list", "contexts").output.splitlines()
        for program in (ORIGINAL, OURS)
    ]
    assert [line.rstrip() for line in outputs[0]] == [line.rstrip() for line in outputs[1]]


@pytest.mark.differs("without a filter our client lists jobs in every state")
def test_8_2_jobs_are_filtered(world: World) -> None:
    """`list jobs` filters by `--filter` and `MIST_LIST_JOBS_FILTER`."""
    master = world.original.master
    job = master.start_job("hang")
    master.wait_status(job, "started")
    for program in (ORIGINAL, OURS):
        client = Client(program, master)
        for outcome in (
            client.run("-f", "list", "jobs", "--filter", "started, queued"),
            client.run("list", "jobs", MIST_LIST_JOBS_FILTER="started", MIST_FORMAT_TABLE="true"),
        ):
            assert [row[0] for row in bordered_rows(outcome.output)][1:] == [job], outcome
        without = bordered_rows(client.run("-f", "list", "jobs").output)[1:]
        assert ({row[-1] for row in without} == {"started"}) == (program == ORIGINAL)
        failed = client.run("list", "jobs", "--filter", "nonsense")
        assert failed.exit_code != 0, failed
    master.cancel(job)


def test_8_2_status_prints_three_versions(world: World) -> None:
    """`status` prints three versions."""
    status = world.original.master.get("/v2/api/status").json
    expected = (
        f"Mist version: {status['mistVersion']}\nSpark version: {status['sparkVersion']}\n"
        f"Java version: {status['javaVersion']['runtimeVersion']}\n"
    )
    for program in (ORIGINAL, OURS):
        assert Client(program, world.original.master).run("status") == Outcome(0, expected, "")


@pytest.mark.differs("our client exits with 2 (D44)")
def test_8_3_status_without_a_master_is_unknown(world: World) -> None:
    """`status` without a master prints UNKNOWN."""
    unknown = "Mist version: UNKNOWN\nSpark version: UNKNOWN\nJava version: UNKNOWN\n"
    for client, exit_code in ((world.original, 0), (world.ours, 2)):
        outcome = client.run("--port", "1", "status")
        assert (outcome.exit_code, outcome.output) == (exit_code, unknown)


# ---- 8.2 and 8.3 start job and kill -------------------------------------------------------------


@pytest.mark.parametrize("request_form", ["text", "file"])
def test_8_2_start_job_prints_the_result(world: World, tmp_path: Path, request_form: str) -> None:
    """`start job` takes JSON text or @file and prints the JobResult."""
    request = json.dumps({"value": {"n": [1, "two", None]}})
    if request_form == "file":
        (tmp_path / "request.json").write_text(request)
        request = f"@{tmp_path / 'request.json'}"
    results: list[Any] = []
    for client in (world.original, world.ours):
        outcome = client.run("start", "job", "echo", request)
        assert outcome.exit_code == 0, outcome
        results.append(json.loads(outcome.output))
    assert results[0] == results[1]
    assert results[0]["success"] and results[0]["errors"] == []


def test_8_2_start_job_pretty(world: World) -> None:
    """`--pretty` and `MIST_START_JOB_PRETTY` indent by 2 and sort keys."""
    words = ("start", "job", "echo", '{"value": [1, 2]}')
    pretty = [client.run(*words, "--pretty").output for client in (world.original, world.ours)]
    by_variable = [
        client.run(*words, MIST_START_JOB_PRETTY="true").output
        for client in (world.original, world.ours)
    ]
    assert len({*pretty, *by_variable}) == 1 and pretty[0].startswith('{\n  "errors": []')


@pytest.mark.differs("our client exits with 1 (D44)")
def test_8_3_a_failed_job_prints_its_error(world: World) -> None:
    """`start job` of a job that fails prints its JobResult."""
    for client, exit_code in ((world.original, 0), (world.ours, 1)):
        outcome = client.run("start", "job", "fail", '{"error": "as the test asked"}')
        assert outcome.exit_code == exit_code, outcome
        result = json.loads(outcome.output)
        assert not result["success"] and "as the test asked" in result["errors"][0]


@pytest.mark.differs("our client exits with 2, the text is on stderr (D44)")
def test_8_3_an_unknown_function_prints_the_answer(world: World) -> None:
    """`start job` of an unknown function prints the answer."""
    text = "The requested resource could not be found."
    outcome = world.original.run("start", "job", "nobody")
    assert outcome.exit_code == 0 and text in outcome.output, outcome
    outcome = world.ours.run("start", "job", "nobody")
    assert outcome.exit_code == 2 and text in outcome.errors, outcome


def test_8_2_kill_job_asks_and_cancels(world: World) -> None:
    """`kill job` asks on stderr, cancels, and prints three lines and a table."""
    for client in (world.original, world.ours):
        job = client.master.start_job("hang")
        client.master.wait_status(job, "started")
        refused = client.run("kill", "job", job, answer="n\n")
        question = f"Are you sure you want to cancel job {job}? [y/N]: "
        assert (refused.exit_code, refused.output) == (1, "")
        assert refused.errors.replace("\n", "") == f"{question}Aborted!"
        assert client.master.job(job)["status"] == "started"

        killed = client.run("kill", "job", job, answer="y\n")
        assert killed.exit_code == 0, killed
        lines = [re.sub(" +", " ", line).strip() for line in killed.output.splitlines()]
        assert lines == [f"Killing job {job}", f"Killed job {job}", "Job cancelled JOB ID", job]
        assert client.master.job(job)["status"] == "cancelled"


def test_8_2_kill_worker_stops_it(world: World) -> None:
    """`-y kill worker` stops the worker."""
    for client in (world.original, world.ours):
        job = client.master.start_job("hang", context="hello-mist")
        worker = client.master.wait_status(job, "started")["workerId"]
        outcome = client.run("-y", "kill", "worker", worker)
        assert (outcome.exit_code, outcome.output) == (0, f"Killing worker {worker}\n"), outcome
        wait_for(lambda: worker not in client.master.workers(), f"{worker} to stop")


def test_8_3_kill_of_nothing_is_exit_code_2(world: World) -> None:
    """An HTTP error of `kill` is exit code 2 with status, url and body."""
    for client in (world.original, world.ours):
        outcome = client.run("-y", "kill", "job", "nobody")
        assert outcome.exit_code == 2, outcome
        url = f"http://127.0.0.1:{client.master.port}/v2/api/jobs/nobody"
        assert f"404 Client Error: Not Found for url: {url}: " in outcome.errors


def test_8_1_old_completion_scripts_are_answered(world: World) -> None:
    """The completion script of the original client goes on to work."""
    variables = {
        "_MIST_CLI_COMPLETE": "complete",
        "COMP_WORDS": "mist-cli list ",
        "COMP_CWORD": "2",
    }
    offered = [client.run(**variables).output.split() for client in (world.original, world.ours)]
    assert set(offered[0]) <= set(offered[1]) and "workers" in offered[0]
    for client in (world.original, world.ours):
        script = client.run(_MIST_CLI_COMPLETE="source").output
        assert "_mist_cli_completion" in script and "mist-cli" in script
