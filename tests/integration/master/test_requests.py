"""Requests that make no sense get a status and a text, at once, whatever they hold."""

from __future__ import annotations

import gzip
import http.client

import pytest

from mist_master import Master

NOT_FOUND = (404, "The requested resource could not be found.")


def status_and_text(answer) -> tuple[int, str]:
    return answer.status, answer.text


@pytest.mark.parametrize("name", ["nobody", "../nobody", "no\0body", "n" * 500])
def test_an_unknown_function_is_not_found(shared_master: Master, name: str) -> None:
    encoded = "".join(f"%{byte:02x}" for byte in name.encode())
    path = f"/v2/api/functions/{encoded}"
    assert status_and_text(shared_master.request("POST", path + "/jobs", {})) == NOT_FOUND
    assert status_and_text(shared_master.get(path)) == NOT_FOUND


def test_a_path_that_is_no_text_is_refused(shared_master: Master) -> None:
    answer = shared_master.request("POST", "/v2/api/functions/%ff%fe/jobs", {})
    assert answer.status == 400
    assert answer.text.startswith("Illegal request-target: ")


def test_a_job_id_that_is_none_is_not_found(shared_master: Master) -> None:
    for job in ("nobody", "%00", "..%2f..%2fetc%2fpasswd"):
        assert status_and_text(shared_master.get(f"/v2/api/jobs/{job}")) == NOT_FOUND
        assert status_and_text(shared_master.cancel(job)) == NOT_FOUND
        assert shared_master.get(f"/v2/api/jobs/{job}/logs").status == 404


@pytest.mark.parametrize("parameter", ["startTimeout", "performTimeout"])
@pytest.mark.parametrize("value", ["5", "5 parsecs", "seconds", "1e", ""])
def test_a_bad_timeout_is_refused(shared_master: Master, parameter: str, value: str) -> None:
    answer = shared_master.post_job("echo", **{parameter: value})
    assert answer.status == 400
    first, second = answer.text.splitlines()
    assert first == "Bad request:"
    assert second.startswith("java.lang.NumberFormatException: format error ")


@pytest.mark.parametrize(
    "parameters",
    [{"limit": "a"}, {"offset": "1.5"}, {"limit": "99999999999"}, {"paginate": "maybe"}],
)
def test_a_bad_list_parameter_is_refused(shared_master: Master, parameters: dict) -> None:
    answer = shared_master.get("/v2/api/jobs", **parameters)
    assert answer.status == 400
    assert answer.text.startswith(f"The query parameter '{next(iter(parameters))}' was malformed:")


@pytest.mark.parametrize("parameters", [{"limit": -1}, {"offset": -1}, {"limit": 1_000_000}])
def test_list_parameters_beyond_the_limits_are_held_within(
    shared_master: Master, parameters: dict
) -> None:
    shared_master.start_job("echo")
    jobs = shared_master.get("/v2/api/jobs", **parameters).json
    assert 1 <= len(jobs) <= 1000


def test_unknown_statuses_are_named(shared_master: Master) -> None:
    answer = shared_master.get("/v2/api/jobs", status=["started", "foo", "bar"])
    expected = "Unknown statuses: Unknown status foo,Unknown status bar"
    assert status_and_text(answer) == (400, expected)


def test_a_huge_external_id_is_refused(shared_master: Master) -> None:
    answer = shared_master.post_job("echo", externalId="x" * 100_000)
    assert answer.status in (400, 414, 431)
    assert len(answer.text) < 500


def test_an_external_id_of_any_text_is_kept(shared_master: Master) -> None:
    text = 'a"b\\\n\u2603'
    job = shared_master.start_job("echo", externalId=text)
    assert shared_master.job(job)["externalId"] == text


@pytest.mark.parametrize("raw", ["%ff%fe", "%00", "%zz"])
def test_an_external_id_that_is_no_text_does_no_harm(shared_master: Master, raw: str) -> None:
    path = f"/v2/api/functions/echo/jobs?externalId={raw}"
    answer = shared_master.request("POST", path, {})
    assert answer.status in (200, 400)
    assert shared_master.get("/v2/api/jobs", limit=5).json


def test_a_context_with_a_bad_name_is_refused(shared_master: Master) -> None:
    for name in ("../up", "a/b", "", "n" * 10_00):
        answer = shared_master.post_job("echo", context=name)
        assert answer.status in (400, 414), answer


def test_a_body_over_the_limit_is_refused(shared_master: Master) -> None:
    body = b'{"value":"' + b"x" * (2 << 20) + b'"}'
    answer = shared_master.post_job("echo", body)
    assert answer.status == 413
    assert "limit" in answer.text or "large" in answer.text


def test_a_chunked_body_over_the_limit_is_refused(shared_master: Master) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", shared_master.port, timeout=20)
    chunks = (b" " * (64 << 10) for _ in range(64))
    try:
        connection.request("POST", "/v2/api/functions/echo/jobs", chunks, encode_chunked=True)
    except BrokenPipeError:
        pass  # it need not listen to the end
    assert connection.getresponse().status == 413
    connection.close()


def test_a_gzip_bomb_is_refused(shared_master: Master) -> None:
    bomb = gzip.compress(b'{"value":"' + b"x" * (100 << 20) + b'"}')
    headers = {"Content-Encoding": "gzip"}
    answer = shared_master.request("POST", "/v2/api/functions/echo/jobs", bomb, headers)
    assert answer.status in (413, 415)


def test_a_wrong_method_is_told_which_are_right(shared_master: Master) -> None:
    answer = shared_master.request("PATCH", "/v2/api/contexts", {})
    expected = "HTTP method not allowed, supported methods: GET, POST"
    assert status_and_text(answer) == (405, expected)


@pytest.mark.parametrize("path", ["/v2/api/jobs/", "/v2/api/none", "/v2", "/etc/passwd"])
def test_an_unknown_path_is_not_found(shared_master: Master, path: str) -> None:
    assert status_and_text(shared_master.get(path)) == NOT_FOUND


# ---- contexts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "context, text",
    [
        ({}, "missing required member 'name'"),
        ({"name": 5}, "Expected String"),
        ({"name": "default"}, 'Can not create context with name:"default"'),
        ({"name": "bad", "maxJobs": 0}, "maxJobs"),
        ({"name": "bad", "maxJobs": -1}, "maxJobs"),
        ({"name": "bad", "maxJobs": "3"}, 'Expected Int as JsNumber, but got "3"'),
        ({"name": "bad", "jobsPerWorker": 0}, "jobsPerWorker"),
        ({"name": "bad", "downtime": "5 parsecs"}, "For input string: "),
        ({"name": "bad", "downtime": 5}, ""),
        ({"name": "bad", "workerMode": "lazy"}, "Unknown mode lazy"),
        ({"name": "bad", "sparkConf": {"a": 1}}, ""),
        ({"name": "bad", "sparkConf": ["a"]}, ""),
        ({"name": "../bad"}, "'/'"),
        ({"name": "bad\0"}, "NUL character"),
        ({"name": "bad\n"}, "control character"),
        ([], "Json object required"),
    ],
)
def test_a_bad_context_is_refused(shared_master: Master, context: object, text: str) -> None:
    answer = shared_master.request("POST", "/v2/api/contexts", context)
    assert answer.status == 400
    assert text in answer.text
    assert shared_master.get("/v2/api/contexts/bad").status == 404


def test_an_unknown_context_cannot_be_updated(shared_master: Master) -> None:
    config = shared_master.get("/v2/api/contexts/default").json
    answer = shared_master.request("PUT", "/v2/api/contexts/nobody", {**config, "name": "nobody"})
    assert status_and_text(answer) == (404, "Context with name nobody not found")


def test_the_default_context_cannot_be_deleted(shared_master: Master) -> None:
    answer = shared_master.request("DELETE", "/v2/api/contexts/default")
    assert status_and_text(answer) == NOT_FOUND
