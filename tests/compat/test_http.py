"""Sections 1.1 and 1.2: rules for all requests, and what is refused, without Spark."""

from __future__ import annotations

import json
import socket
import subprocess
from urllib.parse import quote

import pytest

from mist_master import PATIENCE, Answer, Master, wait_for

NOT_FOUND = "The requested resource could not be found."
MALFORMED = "The request content was malformed:\n"
ILLEGAL_ARGUMENT = "Bad request:\njava.lang.IllegalArgumentException: "
FUNCTION = {"name": "f", "path": "f.py", "className": "f", "defaultContext": "default"}
FORM = {"Content-Type": "multipart/form-data; boundary=b"}


def refused(answer: Answer, status: int, text: str) -> bool:
    return (answer.status, answer.text) == (status, text)


def default_settings(master: Master) -> dict[str, str]:
    unset = {k: v for k, v in master.environment.items() if not k.startswith("MIST_HTTP_")}
    command = [str(master.installation.program), "check-config"]
    shown = subprocess.run(
        command, env=unset, capture_output=True, text=True, timeout=PATIENCE, check=True
    ).stdout
    lines = (line.partition("#")[0].partition(" = ") for line in shown.splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}


# ---- 1.1 ----------------------------------------------------------------------------------------


@pytest.mark.differs("the default address is loopback; another one needs http.insecure")
def test_1_1_bind(shared_master: Master) -> None:
    """Without settings the master listens on port 2004 of 127.0.0.1, plain and without login."""
    settings = default_settings(shared_master)
    assert (settings["mist.http.host"], settings["mist.http.port"]) == ("127.0.0.1", "2004")
    assert shared_master.get("/v2/api/status").status == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "image/png", ""]
)
def test_1_1_any_content_type(shared_master: Master, content_type: str) -> None:
    """A JSON body may have any Content-Type."""
    headers = {"Content-Type": content_type} if content_type else {}
    answer = shared_master.request("POST", "/v2/api/functions/echo/jobs", {}, headers)
    assert answer.status == 200


def test_1_1_unknown_keys(shared_master: Master) -> None:
    """Unknown keys of a JSON body are ignored."""
    shared_master.put_context("compat-keys", maxParallelJobs=3, launchData={"a": [1]})
    context = shared_master.get("/v2/api/contexts/compat-keys").json
    assert not {"maxParallelJobs", "launchData"} & context.keys()
    put = shared_master.request("PUT", "/v2/api/contexts/compat-keys", {**context, "more": 1})
    assert put.json == context
    function = {**FUNCTION, "name": "compat-keys", "more": 1}
    answer = shared_master.request("POST", "/v2/api/functions", function, force="true")
    assert answer.json.keys() == FUNCTION.keys()


@pytest.mark.parametrize("path", ["status", "functions", "contexts", "jobs", "workers"])
def test_1_1_json_answers(shared_master: Master, path: str) -> None:
    """JSON answers are compact application/json without a charset."""
    answer = shared_master.get(f"/v2/api/{path}")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text == json.dumps(answer.json, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("path", ["jobs/no", "jobs?limit=a", "artifacts/standin.zip/sha"])
def test_1_1_text_answers(shared_master: Master, path: str) -> None:
    """Text answers are text/plain in UTF-8."""
    answer = shared_master.get(f"/v2/api/{path}")
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"


def test_1_1_absent_values(shared_master: Master) -> None:
    """An empty value is left out of answers."""
    job = shared_master.start_job("hang")
    queued = shared_master.start_job("echo")
    assert not {"externalId", "startTime", "endTime", "jobResult", "workerId"} & (
        shared_master.job(queued).keys()
    )
    assert shared_master.cancel(queued).json["status"] == "cancelled"
    shared_master.cancel(job)


def test_1_1_null_is_absent(shared_master: Master) -> None:
    """An optional value of a request may be missing or null."""
    absent = dict.fromkeys(["sparkConf", "downtime", "maxJobs", "workerMode", "runOptions"])
    context = shared_master.put_context("compat-null", **absent)
    assert context == {**shared_master.put_context("compat-missing"), "name": "compat-null"}


@pytest.mark.parametrize(
    ("word", "is_page"),
    [(word, True) for word in ("true", "True", "TRUE", "yes", "on", "1")]
    + [(word, False) for word in ("false", "False", "no", "Off", "0", "")],
)
def test_1_1_booleans(shared_master: Master, word: str, is_page: bool) -> None:
    """true, yes, on, 1, false, no, off and 0 are taken in any case; empty means the default."""
    answer = shared_master.get("/v2/api/jobs", paginate=word).json
    assert isinstance(answer, dict if is_page else list)


def test_1_1_trailing_slash(shared_master: Master) -> None:
    """A trailing slash is not accepted."""
    assert shared_master.get("/v2/api/jobs/").status == 404


def test_1_1_head(shared_master: Master) -> None:
    """HEAD is answered like GET, without a body."""
    answer = shared_master.request("HEAD", "/v2/api/status")
    assert (answer.status, answer.body) == (200, b"")


def test_1_1_path_ids(shared_master: Master) -> None:
    """An id is one segment of the path, percent-decoded: %2F is a slash in it."""
    answer = shared_master.get("/v2/api/jobs/a%2Fb%20c/logs")
    assert refused(answer, 404, "Job a/b c not found")
    name = "compat +ü%&?"
    shared_master.put_context(name)
    assert shared_master.get(f"/v2/api/contexts/{quote(name, safe='')}").json["name"] == name


@pytest.mark.differs("64 MiB, where 1.1 takes 250 MiB")
def test_1_1_body_limit(shared_master: Master) -> None:
    """A JSON body has a limit, beyond which the answer is 413."""
    assert default_settings(shared_master)["mist.http.max-body"] == "64 MiB"
    # The shared master's is 1 MiB.
    answer = shared_master.post_job("echo", {"value": "x" * (2 << 20)})
    assert answer.status == 413


@pytest.mark.differs("8 KiB, where 1.1 takes 2 KiB")
def test_1_1_uri_limit(shared_master: Master) -> None:
    """Path and query together have a limit, beyond which the answer is 414."""
    assert shared_master.get("/v2/api/jobs", more="x" * 7_000).status == 200
    assert shared_master.get("/v2/api/jobs", more="x" * 9_000).status == 414


def test_1_1_limits(shared_master: Master) -> None:
    """An upload has 250 MiB, an answer 2 minutes, a connection without requests 10 minutes."""
    settings = default_settings(shared_master)
    assert settings["mist.http.max-upload"] == "250 MiB"
    assert settings["mist.http.request-timeout"] == "2 minutes"
    assert settings["mist.http.idle-timeout"] == "10 minutes"


def test_1_1_idle_connection(start_master) -> None:
    """A connection without requests is closed after a while."""
    master = start_master(http_idle_timeout="1 s")
    with socket.create_connection(("127.0.0.1", master.port), PATIENCE) as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while received := connection.recv(4096):
            answer += received
    assert answer.startswith(b"HTTP/1.1 200 ")


# ---- 1.2 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/v2/api/nothing", "/v2/api/functions/no", "/v2/api/jobs/no", "/v2/api/contexts/no"]
)
def test_1_2_unknown_paths_and_ids(shared_master: Master, path: str) -> None:
    """An unknown path or id is answered with 404 and the known text."""
    assert refused(shared_master.get(path), 404, NOT_FOUND)


def test_1_2_wrong_method(shared_master: Master) -> None:
    """A known path with a wrong method is answered with 405 and the methods it has."""
    answer = shared_master.request("PATCH", "/v2/api/contexts")
    assert refused(answer, 405, "HTTP method not allowed, supported methods: GET, POST")


@pytest.mark.differs("1.1 sends no Allow")
def test_1_2_allow(shared_master: Master) -> None:
    """405 has the methods in the header Allow too."""
    answer = shared_master.request("PATCH", "/v2/api/contexts")
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "contexts"),
        ("PUT", "contexts/default"),
        ("POST", "functions"),
        ("PUT", "functions"),
        ("POST", "functions/echo/jobs"),
    ],
)
@pytest.mark.parametrize("body", [b"{", b"", b"no json", b'{"a":1}}', b"\xff"])
def test_1_2_malformed_body(shared_master: Master, method: str, path: str, body: bytes) -> None:
    """A body that is not JSON is answered with 400, as malformed."""
    answer = shared_master.request(method, f"/v2/api/{path}", body)
    assert answer.status == 400
    assert answer.text.startswith(MALFORMED)


@pytest.mark.parametrize("member", FUNCTION)
def test_1_2_missing_member(shared_master: Master, member: str) -> None:
    """A missing member is answered with 400 and its name."""
    body = {name: value for name, value in FUNCTION.items() if name != member}
    answer = shared_master.request("POST", "/v2/api/functions", body)
    assert refused(answer, 400, f"{MALFORMED}Object is missing required member '{member}'")


@pytest.mark.parametrize(
    ("method", "path", "body", "text"),
    [
        ("POST", "contexts", [1, 2], "Json object required: got [1,2]"),
        ("POST", "functions", [], "Json object required: got []"),
        ("POST", "functions/echo/jobs", [1], "Json object required: got [1]"),
        ("POST", "functions", {**FUNCTION, "path": 2}, "Expected String as JsString, but got 2"),
        ("POST", "contexts", {"name": {"a": 1}}, 'Expected String as JsString, but got {"a":1}'),
    ],
)
def test_1_2_wrong_json_type(
    shared_master: Master, method: str, path: str, body: object, text: str
) -> None:
    """A wrong JSON type is answered with 400, what was expected, and what came."""
    answer = shared_master.request(method, f"/v2/api/{path}", body)
    assert refused(answer, 400, MALFORMED + text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"workerMode": "x"}, "Unknown mode x"),
        ({"downtime": "abs"}, 'For input string: "ab"'),
        ({"streamingDuration": "1.x s"}, 'For input string: "1.x "'),
    ],
)
def test_1_2_converters(shared_master: Master, value: dict[str, object], text: str) -> None:
    """A value that is none of its kind is answered with 400 and nothing but the message."""
    answer = shared_master.request("POST", "/v2/api/contexts", {"name": "compat-wrong", **value})
    assert refused(answer, 400, text)


@pytest.mark.parametrize("name", ["limit", "offset"])
def test_1_2_malformed_query(shared_master: Master, name: str) -> None:
    """A query parameter of a wrong type is answered with 400 and its name."""
    answer = shared_master.get("/v2/api/jobs", **{name: "a"})
    text = f"The query parameter '{name}' was malformed:\n'a' is not a valid 32-bit signed integer value"
    assert refused(answer, 400, text)


def test_1_2_unknown_status(shared_master: Master) -> None:
    """Unknown statuses in a filter are answered with 400 and a list of them."""
    answer = shared_master.get("/v2/api/jobs", status="foo")
    assert refused(answer, 400, "Unknown statuses: Unknown status foo")
    answer = shared_master.get("/v2/api/jobs", status=["foo", "queued", "bar"])
    assert refused(answer, 400, "Unknown statuses: Unknown status foo,Unknown status bar")


@pytest.mark.parametrize("name", ["startTimeout", "performTimeout"])
def test_1_2_bad_timeout(shared_master: Master, name: str) -> None:
    """A bad timeout is answered with 400 and NumberFormatException."""
    answer = shared_master.post_job("echo", **{name: "10 hr"})
    assert answer.status == 400
    assert answer.text.startswith("Bad request:\njava.lang.NumberFormatException: format error ")


def test_1_2_illegal_argument(shared_master: Master) -> None:
    """Arguments that the function does not take are answered with 400 and IllegalArgumentException."""
    answer = shared_master.post_job("typed", {"count": "many"})
    assert answer.status == 400 and answer.text.startswith(ILLEGAL_ARGUMENT)


def test_1_2_illegal_state(shared_master: Master) -> None:
    """What the state of things forbids is answered with 400 and IllegalStateException."""
    answer = shared_master.request("DELETE", "/v2/api/workers/no")
    text = "Bad request:\njava.lang.IllegalStateException: Unknown worker no"
    assert answer.status == 400 and answer.text.startswith(text)


@pytest.mark.differs("no Java stack trace follows, as there is none")
def test_1_2_no_stack_trace(shared_master: Master) -> None:
    """A Bad request is two lines: this, and class and message."""
    assert len(shared_master.post_job("typed", {"count": "many"}).text.splitlines()) == 2


@pytest.mark.differs("the details are in the master's log instead of a stack trace in the answer")
def test_1_2_other_failures(start_master) -> None:
    """A failure of the master itself is answered with 500 and Server error."""
    master = start_master()
    for file in (master.folder / "data/artifacts/sha256").rglob("*"):
        if file.is_file():
            file.unlink()
    answer = master.get("/v2/api/artifacts/standin.zip")
    assert answer.status == 500
    assert answer.text.startswith("Server error:\n")
    assert "standin.zip are missing on the disk" in master.log_text()


@pytest.mark.parametrize(
    ("method", "function", "text"),
    [
        (
            "POST",
            {"name": "echo"},
            "class java.lang.IllegalStateException: Endpoint echo already exists",
        ),
        (
            "POST",
            {"path": "no.jar"},
            "class java.lang.IllegalArgumentException: file should exists by path no.jar",
        ),
        (
            "PUT",
            {"name": "echo", "path": "no.jar"},
            "class java.lang.IllegalArgumentException: file should exists by path no.jar",
        ),
    ],
)
def test_1_2_functions(
    shared_master: Master, method: str, function: dict[str, str], text: str
) -> None:
    """A function that cannot be created or updated is answered with 400 and one line."""
    answer = shared_master.request(method, "/v2/api/functions", {**FUNCTION, **function})
    assert refused(answer, 400, text)


def test_1_2_upload_without_file(shared_master: Master) -> None:
    """An upload without a part file, or with one that has no filename, is answered with 400."""
    for head in ('name="other"; filename="a.py"', 'name="file"'):
        body = f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\nx\r\n--b--\r\n".encode()
        answer = shared_master.request("POST", "/v2/api/artifacts", body, FORM)
        assert refused(answer, 400, "Request is missing required form field 'file'")


@pytest.mark.parametrize("content_type", ["application/java-archive", "application/json", ""])
def test_1_2_upload_that_is_no_form(shared_master: Master, content_type: str) -> None:
    """An upload that is not multipart/form-data is answered with 415."""
    headers = {"Content-Type": content_type} if content_type else {}
    answer = shared_master.request("POST", "/v2/api/artifacts", b"x", headers)
    text = "The request's Content-Type is not supported. Expected:\nmultipart/form-data"
    assert refused(answer, 415, text)


@pytest.mark.parametrize("body", [b"x", b"--b\r\n", b"--b\r\n\r\nx\r\n--b--\r\n", b"--b\r\nx"])
def test_1_2_malformed_upload(shared_master: Master, body: bytes) -> None:
    """An upload whose parts cannot be told apart is answered with 400, and nothing is stored."""
    before = shared_master.get("/v2/api/artifacts").json
    answer = shared_master.request("POST", "/v2/api/artifacts", body, FORM)
    assert answer.status == 400 and answer.text.startswith(MALFORMED)
    assert shared_master.get("/v2/api/artifacts").json == before


@pytest.mark.differs("413, where 1.1 answers 500 with a stack trace")
def test_1_2_upload_too_large(start_master) -> None:
    """An upload over the limit is answered with 413, and nothing is stored."""
    master = start_master(http_max_upload="1 MiB", workers_max_artifact_size="1 MiB")
    answer = master.upload("large.jar", b"x" * (2 << 20))
    assert answer.status == 413 and "larger than the limit" in answer.text
    assert "large.jar" not in master.get("/v2/api/artifacts").json


def test_1_2_answer_takes_too_long(start_master) -> None:
    """A call with force=true that takes too long is answered with 503; its job goes on."""
    master = start_master(http_request_timeout="200 ms")
    answer = master.post_job("hang", force="true", externalId="slow")
    text = "The server was not able to produce a timely response to your request."
    assert answer.status == 503 and answer.text.startswith(text)
    (job,) = wait_for(lambda: master.get("/v2/api/jobs").json, "the job")
    assert job["externalId"] == "slow" and "endTime" not in job
    assert master.cancel(job["jobId"]).json["status"] == "cancelled"
