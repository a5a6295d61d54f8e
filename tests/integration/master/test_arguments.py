"""Arguments that do not fit are refused with the field's path, and no job comes of them."""

from __future__ import annotations

from typing import Any

import pytest

from mist_master import Master

GOOD = {"count": 1, "name": "a", "ratio": 0.5, "numbers": [1, 2]}
ILLEGAL = "Bad request:\njava.lang.IllegalArgumentException: "


def with_value(**changed: Any) -> dict[str, Any]:
    return {**GOOD, **changed}


@pytest.mark.parametrize(
    "arguments, text",
    [
        (with_value(count="x"), "Invalid field count:Invalid type: expected Int, got x"),
        (with_value(count=1.5), "Invalid field count:Invalid type: expected Int, got 1.5"),
        (with_value(count=True), "Invalid field count:Invalid type: expected Int, got true"),
        (with_value(count=None), "Invalid field count:Invalid type: expected Int, got null"),
        (with_value(name=7), "Invalid field name:Invalid type: expected String, got 7"),
        (with_value(ratio="1"), "Invalid field ratio:Invalid type: expected Double, got 1"),
        (with_value(limit="x"), "Invalid field limit:Invalid type: expected Int, got x"),
        (
            with_value(numbers=[1, "two"]),
            'Invalid field numbers:Invalid type: expected List[Int], got [1,"two"]'
            " (at numbers[1]: Invalid type: expected Int, got two)",
        ),
        (
            {"count": 1, "name": "a"},
            "Errors[Invalid field ratio:Invalid type: expected Double, got null,"
            "Invalid field numbers:Invalid type: expected List[Int], got null]",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    shared_master: Master, arguments: Any, text: str
) -> None:
    answer = shared_master.post_job("typed", arguments)
    assert (answer.status, answer.text) == (400, ILLEGAL + text)


def test_refused_arguments_leave_no_job(shared_master: Master) -> None:
    def total() -> int:
        path = "/v2/api/functions/typed/jobs"
        return shared_master.get(path, paginate="true", limit=1).json["total"]

    before = total()
    assert shared_master.post_job("typed", {}).status == 400
    assert total() == before


def test_optional_arguments_may_be_null_or_missing(shared_master: Master) -> None:
    for arguments in (GOOD, with_value(limit=None, label=None)):
        job = shared_master.start_job("typed", arguments)
        assert shared_master.job(job)["params"]["arguments"] == arguments


def test_extra_arguments_are_kept(shared_master: Master) -> None:
    job = shared_master.start_job("typed", with_value(unknown={"deep": [None]}))
    kept = shared_master.job(job)["params"]["arguments"]
    assert kept["unknown"] == {"deep": [None]}


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400])
def test_a_number_beyond_every_type_is_malformed(shared_master: Master, number: str) -> None:
    answer = shared_master.post_job("echo", b'{"value":' + number.encode() + b"}")
    assert answer.status == 400
    assert answer.text == "The request content was malformed:\nnumber out of range at byte 9"


@pytest.mark.parametrize("number", ["1e300", "3.0", "12345678901234567890.123456789012345678901"])
def test_a_number_keeps_its_digits(shared_master: Master, number: str) -> None:
    job = shared_master.post_job("echo", b'{"value":' + number.encode() + b"}").json["id"]
    details = shared_master.get(f"/v2/api/jobs/{job}").text
    assert f'"arguments":{{"value":{number}}}' in details


@pytest.mark.parametrize("body", ["[1]", "1", '"text"', "null", "true"])
def test_arguments_that_are_no_object_are_malformed(shared_master: Master, body: str) -> None:
    answer = shared_master.post_job("echo", body.encode())
    assert answer.status == 400
    assert answer.text == (f"The request content was malformed:\nJson object required: got {body}")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": 01}',
        b'{"a": NaN}',
        b'{"a": "\x00"}',
        b'{"a": "\xff\xfe"}',
        b'{"a": "\\ud800x"}',
        b"{}{}",
        b'{"a": 1,}',
    ],
)
def test_a_body_that_is_not_json_is_malformed(shared_master: Master, body: bytes) -> None:
    answer = shared_master.post_job("echo", body)
    assert answer.status == 400
    assert answer.text.startswith("The request content was malformed:\n")
    assert len(answer.text.splitlines()) == 2


@pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_body_that_nests_too_deep_is_malformed(
    shared_master: Master, opening: bytes, closing: bytes
) -> None:
    body = b'{"value":' + opening * 100_000 + b"1" + closing * 100_000 + b"}"
    answer = shared_master.post_job("echo", body)
    assert answer.status == 400
    assert answer.text.startswith("The request content was malformed:\n")


def test_a_nul_in_a_text_argument_is_kept(shared_master: Master) -> None:
    job = shared_master.start_job("echo", {"value": "a\0b"})
    assert shared_master.job(job)["params"]["arguments"] == {"value": "a\0b"}
