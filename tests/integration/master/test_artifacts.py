"""Uploads, and what cannot be made a function of."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from mist_master import Master


def empty_jar() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
    return buffer.getvalue()


def test_an_artifact_comes_back_as_it_was_sent(shared_master: Master) -> None:
    contents = bytes(range(256)) * 5000
    assert shared_master.upload("same.bin.jar", contents).text == "same.bin.jar"
    assert shared_master.get("/v2/api/artifacts/same.bin.jar").body == contents
    sha = shared_master.get("/v2/api/artifacts/same.bin.jar/sha").text
    assert sha == hashlib.sha1(contents).hexdigest()
    assert "same.bin.jar" in shared_master.get("/v2/api/artifacts").json


def test_a_name_is_taken_unless_forced(shared_master: Master) -> None:
    assert shared_master.upload("taken.py", b"one").status == 200
    answer = shared_master.upload("taken.py", b"two")
    expected = "Filename must be unique: found taken.py in repository"
    assert (answer.status, answer.text) == (409, expected)
    assert shared_master.get("/v2/api/artifacts/taken.py").body == b"one"
    assert shared_master.upload("taken.py", b"two", force="true").status == 200
    assert shared_master.get("/v2/api/artifacts/taken.py").body == b"two"


@pytest.mark.parametrize(
    "name", ["../up.py", "/etc/cron.d/x.py", "a/b.py", "..", ".hidden.py", "", "n" * 300 + ".py"]
)
def test_a_name_that_is_no_plain_file_name_is_refused(shared_master: Master, name: str) -> None:
    before = shared_master.get("/v2/api/artifacts").json
    answer = shared_master.upload(name, b"x")
    assert answer.status == 400
    assert answer.text
    assert shared_master.get("/v2/api/artifacts").json == before


def test_an_upload_without_a_file_is_refused(shared_master: Master) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    body = b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n'
    answer = shared_master.request("POST", "/v2/api/artifacts", body, headers)
    expected = "Request is missing required form field 'file'"
    assert (answer.status, answer.text) == (400, expected)


def test_an_upload_that_is_no_form_is_refused(shared_master: Master) -> None:
    answer = shared_master.request("POST", "/v2/api/artifacts", {})
    assert answer.status == 415
    assert answer.text.endswith("Expected:\nmultipart/form-data")


def test_an_upload_over_the_limit_is_refused(start_master) -> None:
    master = start_master(http_max_upload="1 MiB", workers_max_artifact_size="1 MiB")
    answer = master.upload("large.jar", b"x" * (3 << 20))
    assert answer.status == 413
    assert master.get("/v2/api/artifacts/large.jar").status == 404


@pytest.mark.parametrize(
    "name, contents, class_name, text",
    [
        ("text.jar", b"not a jar", "Foo$", ""),
        ("cut.jar", empty_jar()[:-30], "Foo$", ""),
        ("empty.jar", empty_jar(), "Foo$", "Foo$"),
        ("syntax.py", b"def broken(:\n", "broken", "SyntaxError"),
        ("raises.py", b"raise ValueError('at import')\n", "f", "at import"),
        ("fine.py", b"x = 1\n", "absent", "absent is not a mist function"),
        ("fine2.py", b"def f(sc):\n    pass\n", "f", "f is not a mist function"),
        ("endless.jar.txt", b"x", "f", "Unknown file type"),
    ],
)
def test_what_holds_no_function_cannot_be_registered(
    shared_master: Master, name: str, contents: bytes, class_name: str, text: str
) -> None:
    assert shared_master.upload(name, contents).status == 200
    answer = shared_master.register(f"of-{name}", name, class_name)
    assert answer.status == 400
    assert text in answer.text
    assert "\tat " not in answer.text
    assert shared_master.get(f"/v2/api/functions/of-{name}").status == 404


def test_a_function_of_a_bad_artifact_that_was_forced_cannot_be_called(
    shared_master: Master,
) -> None:
    shared_master.upload("forced.jar", b"not a jar")
    assert shared_master.register("forced", "forced.jar", "Foo$", force="true").status == 200
    assert shared_master.post_job("forced").status == 400
    assert "forced" not in [f["name"] for f in shared_master.get("/v2/api/functions").json]


def test_a_missing_artifact_is_named(shared_master: Master) -> None:
    answer = shared_master.register("without", "nowhere.jar", "Foo$")
    assert answer.status == 400
    assert answer.text == (
        "class java.lang.IllegalArgumentException: file should exists by path nowhere.jar"
    )


def test_a_taken_function_name_is_named(shared_master: Master) -> None:
    answer = shared_master.register("echo", "standin.zip", "standin.Echo")
    assert answer.status == 400
    assert answer.text == "class java.lang.IllegalStateException: Endpoint echo already exists"


def test_a_function_tells_its_arguments(shared_master: Master) -> None:
    function = shared_master.get("/v2/api/functions/typed").json
    assert function["lang"] == "python"
    assert function["execute"] == {
        "count": {"type": "MInt"},
        "name": {"type": "MString"},
        "ratio": {"type": "MDouble"},
        "numbers": {"type": "MList", "args": [{"type": "MInt"}]},
        "limit": {"type": "MOption", "args": [{"type": "MInt"}]},
        "label": {"type": "MOption", "args": [{"type": "MString"}]},
    }


def test_artifacts_are_described_with_who_uses_them(shared_master: Master) -> None:
    name = "described.zip"
    assert shared_master.upload(name, empty_jar()).status == 200
    described = {one["name"]: one for one in shared_master.get("/v2/api/artifacts", details=1).json}
    one = described[name]
    assert (one["functions"], one["bytes"]) == ([], len(empty_jar()))
    assert one["sha1"] == hashlib.sha1(empty_jar()).hexdigest()
    assert one["sha256"] == hashlib.sha256(empty_jar()).hexdigest()
    assert one["created"] > 0
    assert {"echo", "fail"} <= set(described["standin.zip"]["functions"])
