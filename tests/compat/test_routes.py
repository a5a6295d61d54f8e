"""Section 1.3: routes of functions and contexts, without Spark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mist_master import Answer, Master

NOT_FOUND = (404, "The requested resource could not be found.")
MALFORMED = "The request content was malformed:\n"
CONTEXT_KEYS = (
    "name sparkConf downtime maxJobs precreated runOptions workerMode streamingDuration maxConnFailures"
).split()


def shown(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.text


def echo(name: str, **other: str) -> dict[str, str]:
    config = {"name": name, "path": "standin.zip", "className": "standin.Echo"}
    return {**config, "defaultContext": "default", **other}


def info_of(config: dict[str, str], arguments: object) -> dict[str, object]:
    return {**config, "lang": "python", "execute": arguments, "tags": []}


ECHO_ARGUMENTS = {"value": {"type": "MOption", "args": [{"type": "MAny"}]}}
FAIL_ARGUMENTS = {"error": {"type": "MOption", "args": [{"type": "MString"}]}}


# ---- 1.3: the page ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_1_3_page(shared_master: Master, method: str) -> None:
    """/ is a page with version, start and a link to the UI, for any method."""
    answer = shared_master.request(method, "/")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    assert re.search(r"<p>Mist version: \S+, started: \d{4}-\d\d-\d\dT[\d:.]+</p>", answer.text)
    assert 'href="/ui/"' in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", "contexts/default", 405),
        ("POST", "jobs/{job}/retry", 404),
        ("POST", "jobs/{job}", 405),
        ("GET", "jobs/{job}/worker", 404),
        ("GET", "jobs/count", 404),
        ("POST", "workers", 405),
        ("DELETE", "jobs", 405),
    ],
)
def test_1_3_no_such_route(shared_master: Master, method: str, path: str, status: int) -> None:
    """There is no route to change one setting, to retry, count or delete jobs, nor a job's worker."""
    job = shared_master.start_job("echo")
    assert shared_master.request(method, f"/v2/api/{path.format(job=job)}").status == status


# ---- 1.3: functions -----------------------------------------------------------------------------


def test_1_3_function_list(shared_master: Master) -> None:
    """Functions whose artifact is missing or cannot be read are left out of the list."""
    shared_master.upload("broken.jar", b"not a jar")
    for name, path in (("compat-gone", "gone.jar"), ("compat-broken", "broken.jar")):
        config = echo(name, path=path)
        assert shared_master.request("POST", "/v2/api/functions", config, force="true").json
    listed = {function["name"] for function in shared_master.get("/v2/api/functions").json}
    assert {"echo", "typed"} <= listed and not {"compat-gone", "compat-broken"} & listed


@pytest.mark.differs("the list is empty, where 1.1 answers 400 (D12)")
def test_1_3_function_list_without_artifacts(start_master) -> None:
    """A list of functions none of which has an artifact is a success."""
    master = start_master()
    for name in master.get("/v2/api/artifacts").json:
        assert master.request("DELETE", f"/v2/api/artifacts/{name}").status == 200
    assert master.get("/v2/api/functions").json == []


@pytest.mark.differs("the others are listed at once, where 1.1 answers 500 after a while (D13)")
def test_1_3_function_list_with_unsupported(shared_master: Master) -> None:
    """A function whose artifact has an unknown extension does not disturb the list."""
    assert shared_master.upload("compat.txt", b"text").status == 200
    config = echo("compat-txt", path="compat.txt")
    assert shared_master.request("POST", "/v2/api/functions", config, force="true").json == config
    assert "echo" in {function["name"] for function in shared_master.get("/v2/api/functions").json}


def test_1_3_create_function(shared_master: Master) -> None:
    """A function that is created is answered with what its artifact tells of it."""
    config = echo("compat-create")
    created = shared_master.request("POST", "/v2/api/functions", config)
    assert created.json == info_of(config, ECHO_ARGUMENTS)
    assert shared_master.get("/v2/api/functions/compat-create").json == created.json


def test_1_3_force_function(shared_master: Master) -> None:
    """With force=true a function is stored without any check, over another one, and echoed."""
    for path in ("no.jar", "neither.jar"):
        config = echo("compat-force", path=path)
        forced = shared_master.request("POST", "/v2/api/functions", config, force="true")
        assert forced.json == config
    assert shown(shared_master.get("/v2/api/functions/compat-force")) == NOT_FOUND


@pytest.mark.parametrize(
    ("file", "class_name"), [("standin.zip", "standin.No"), ("empty.jar", "No$")]
)
def test_1_3_create_without_class(shared_master: Master, file: str, class_name: str) -> None:
    """A function whose class cannot be loaded is answered with 400 and the class's name."""
    if file not in shared_master.get("/v2/api/artifacts").json:
        empty_zip = b"PK\5\6" + bytes(18)
        assert shared_master.upload(file, empty_zip).status == 200
    answer = shared_master.register("compat-no-class", file, class_name)
    assert answer.status == 400 and answer.text.startswith("class ")
    assert class_name.removeprefix("standin.") in answer.text and "\n" not in answer.text
    assert shown(shared_master.get("/v2/api/functions/compat-no-class")) == NOT_FOUND


@pytest.mark.parametrize("query", [{}, {"force": "true"}])
def test_1_3_update_function(shared_master: Master, query: dict[str, str]) -> None:
    """PUT reads a function anew and answers with it; force is ignored."""
    name = f"compat-put-{len(query)}"
    shared_master.request("POST", "/v2/api/functions", echo(name))
    config = echo(name, className="standin.Fail")
    updated = shared_master.request("PUT", "/v2/api/functions", config, **query)
    assert updated.json == info_of(config, FAIL_ARGUMENTS)
    assert shared_master.get(f"/v2/api/functions/{name}").json == updated.json


@pytest.mark.differs("the text is true, where 1.1 says that it already exists (D14)")
def test_1_3_update_unknown_function(shared_master: Master) -> None:
    """PUT of an unknown function is answered with 400."""
    answer = shared_master.request("PUT", "/v2/api/functions", echo("compat-unknown"))
    text = "class java.lang.IllegalStateException: Endpoint compat-unknown does not exist"
    assert shown(answer) == (400, text)


def test_1_3_unreadable_function(shared_master: Master) -> None:
    """A function that cannot be read from its artifact is answered with 400."""
    shared_master.upload("unreadable.jar", b"not a jar")
    config = echo("compat-unreadable", path="unreadable.jar")
    shared_master.request("POST", "/v2/api/functions", config, force="true")
    assert shared_master.get("/v2/api/functions/compat-unreadable").status == 400


def test_1_3_delete_function(shared_master: Master) -> None:
    """A deleted function is answered as it was; then it is unknown."""
    config = echo("compat-delete")
    created = shared_master.request("POST", "/v2/api/functions", config).json
    assert shared_master.request("DELETE", "/v2/api/functions/compat-delete").json == created
    for method in ("DELETE", "GET"):
        answer = shared_master.request(method, "/v2/api/functions/compat-delete")
        assert shown(answer) == NOT_FOUND


@pytest.mark.differs("it is answered with what is known, where 1.1 answers 404 (D15)")
def test_1_3_delete_unread_function(shared_master: Master) -> None:
    """A function that was never read can be deleted."""
    config = echo("compat-unread", path="gone.jar")
    shared_master.request("POST", "/v2/api/functions", config, force="true")
    deleted = shared_master.request("DELETE", "/v2/api/functions/compat-unread").json
    assert config.items() <= deleted.items()


# ---- 1.3: contexts ------------------------------------------------------------------------------


def test_1_3_contexts(prepare_master, tmp_path: Path) -> None:
    """Stored contexts, those of the configuration file and default are listed and found."""
    file = tmp_path / "mist.conf"
    file.write_text("mist.context { of-file { max-jobs = 7 } }")
    master = prepare_master().start("--config", str(file))
    master.put_context("stored")
    listed = {context["name"]: context for context in master.get("/v2/api/contexts").json}
    assert {"default", "of-file", "stored"} <= listed.keys()
    for name, context in listed.items():
        assert master.get(f"/v2/api/contexts/{name}").json == context
    for name in ("default", "of-file"):
        assert shown(master.request("DELETE", f"/v2/api/contexts/{name}")) == NOT_FOUND


def test_1_3_create_context(shared_master: Master) -> None:
    """POST creates a context, or overwrites one: what is not given are the defaults, not its values."""
    first = shared_master.put_context("compat-create", maxJobs=3, workerMode="shared")
    assert (first["maxJobs"], first["workerMode"]) == (3, "shared")
    again = shared_master.put_context("compat-create", workerMode="shared")
    assert (again["maxJobs"], again["workerMode"]) == (1, "shared")
    assert shared_master.get("/v2/api/contexts/compat-create").json == again


def test_1_3_default_context_is_fixed(shared_master: Master) -> None:
    """The default context cannot be created."""
    answer = shared_master.request("POST", "/v2/api/contexts", {"name": "default"})
    assert shown(answer) == (400, 'Can not create context with name:"default"')


def test_1_3_update_context(shared_master: Master) -> None:
    """PUT writes a context that exists and answers with it."""
    context = shared_master.put_context("compat-put")
    changed = {**context, "maxJobs": 9, "downtime": "Inf"}
    assert shared_master.request("PUT", "/v2/api/contexts/compat-put", changed).json == changed
    assert shared_master.get("/v2/api/contexts/compat-put").json == changed


@pytest.mark.parametrize("key", CONTEXT_KEYS)
def test_1_3_update_needs_all_keys(shared_master: Master, key: str) -> None:
    """PUT of a context needs all nine keys."""
    context = shared_master.put_context("compat-keys-9")
    body = {name: value for name, value in context.items() if name != key}
    answer = shared_master.request("PUT", "/v2/api/contexts/compat-keys-9", body)
    assert shown(answer) == (400, f"{MALFORMED}Object is missing required member '{key}'")


def test_1_3_update_unknown_context(shared_master: Master) -> None:
    """PUT of an unknown context is answered with 404 and its name."""
    body = {**shared_master.get("/v2/api/contexts/default").json, "name": "compat-no"}
    answer = shared_master.request("PUT", "/v2/api/contexts/compat-no", body)
    assert shown(answer) == (404, "Context with name compat-no not found")


@pytest.mark.differs("it is refused, where 1.1 writes under the body's name (D16)")
def test_1_3_update_with_two_names(shared_master: Master) -> None:
    """PUT with another name in the body than in the path is answered with 400."""
    context = shared_master.put_context("compat-names")
    body = {**context, "name": "compat-other", "maxJobs": 5}
    assert shared_master.request("PUT", "/v2/api/contexts/compat-names", body).status == 400
    assert shared_master.get("/v2/api/contexts/compat-names").json == context
    assert shown(shared_master.get("/v2/api/contexts/compat-other")) == NOT_FOUND


def test_1_3_delete_context(shared_master: Master) -> None:
    """A deleted context is answered as it was; then it is unknown."""
    context = shared_master.put_context("compat-delete", maxJobs=2)
    assert shared_master.request("DELETE", "/v2/api/contexts/compat-delete").json == context
    for method in ("DELETE", "GET"):
        answer = shared_master.request(method, "/v2/api/contexts/compat-delete")
        assert shown(answer) == NOT_FOUND


def test_1_3_delete_context_in_use(shared_master: Master) -> None:
    """Deleting a context leaves the job that runs in it alone."""
    shared_master.put_context("compat-in-use")
    job = shared_master.start_job("hang", context="compat-in-use")
    worker = shared_master.wait_status(job, "started")["workerId"]
    assert shared_master.request("DELETE", "/v2/api/contexts/compat-in-use").status == 200
    assert shared_master.job(job)["status"] == "started" and worker in shared_master.workers()
    assert shared_master.cancel(job).json["status"] == "cancelled"
