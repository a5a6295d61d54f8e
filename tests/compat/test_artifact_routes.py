"""Section 1.3: routes of artifacts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote

import pytest

from installation import FUNCTIONS, make_standin_zip
from mist_master import Answer, Master

NOT_FOUND = (404, "The requested resource could not be found.")


def shown(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.text


# ---- 1.3: artifacts -----------------------------------------------------------------------------


def test_1_3_artifacts(shared_master: Master) -> None:
    """An upload is answered with its name, listed, and answered byte for byte."""
    content = bytes(range(256))
    answer = shared_master.upload("compat a+b.jar", content)
    assert shown(answer) == (200, "compat a+b.jar")
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert "compat a+b.jar" in shared_master.get("/v2/api/artifacts").json
    assert shared_master.get("/v2/api/artifacts/compat%20a%2Bb.jar").body == content


def test_1_3_artifacts_of_router(prepare_master, tmp_path: Path) -> None:
    """The paths of functions in router.conf are listed too, and answered like uploads."""
    file = make_standin_zip(tmp_path / "declared.zip")
    router = tmp_path / "router.conf"
    router.write_text(
        "\n".join(
            f'{name} {{ path = "{path}", className = "standin.Echo", namespace = "default" }}'
            for name, path in (("one", file), ("two", file), ("gone", "no.jar"))
        )
    )
    master = prepare_master().start("--router-config", str(router))
    assert sorted(master.get("/v2/api/artifacts").json) == sorted(
        [str(file), "standin.zip", "arguments.py"]
    )
    path = f"/v2/api/artifacts/{quote(str(file), safe='')}"
    assert master.get(path).body == file.read_bytes()
    assert master.get(path + "/sha").text == hashlib.sha1(file.read_bytes()).hexdigest()
    assert shown(master.request("DELETE", path)) == (404, f"No file found by name {file}")


def test_1_3_artifact_taken(shared_master: Master) -> None:
    """Uploading a taken name is answered with 409; force=true overwrites."""
    assert shared_master.upload("compat-taken.py", b"one").status == 200
    answer = shared_master.upload("compat-taken.py", b"two")
    assert shown(answer) == (409, "Filename must be unique: found compat-taken.py in repository")
    assert shared_master.get("/v2/api/artifacts/compat-taken.py").body == b"one"
    assert shared_master.upload("compat-taken.py", b"two", force="true").status == 200
    assert shared_master.get("/v2/api/artifacts/compat-taken.py").body == b"two"


@pytest.mark.differs("equal contents are a success, where 1.1 answers 409")
def test_1_3_artifact_uploaded_twice(shared_master: Master) -> None:
    """Uploading what is there already changes nothing."""
    for _ in range(2):
        assert shared_master.upload("compat-twice.py", b"one").status == 200


@pytest.mark.differs("a name with a slash is refused, where 1.1 takes it for a path")
def test_1_3_artifact_name(shared_master: Master) -> None:
    """The name of an upload is a plain file name."""
    answer = shared_master.upload("compat/a.py", b"x")
    assert answer.status == 400 and "plain file name" in answer.text


def test_1_3_artifact_upload_of_several_parts(shared_master: Master) -> None:
    """The artifact is the first part named file that has a filename."""
    part = "--b\r\nContent-Disposition: form-data; {}\r\n\r\n{}\r\n"
    heads = ['name="other"', 'name="file"', 'name="file"; filename="compat-parts.py"', 'name="z"']
    body = "".join(part.format(head, n) for n, head in enumerate(heads)) + "--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = shared_master.request("POST", "/v2/api/artifacts", body.encode(), headers)
    assert shown(answer) == (200, "compat-parts.py")
    assert shared_master.get("/v2/api/artifacts/compat-parts.py").body == b"2"


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [
        ("jar", "application/java-archive"),
        ("py", "text/x-scriptphyton; charset=UTF-8"),
        ("egg", "application/octet-stream"),
        ("other", "application/octet-stream"),
    ],
)
def test_1_3_artifact_media_types(shared_master: Master, extension: str, media_type: str) -> None:
    """The media type of an artifact follows its extension."""
    shared_master.upload(f"compat.{extension}", b"x", force="true")
    answer = shared_master.get(f"/v2/api/artifacts/compat.{extension}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, media_type)


def test_1_3_artifact_range(shared_master: Master) -> None:
    """A part of an artifact can be asked for."""
    shared_master.upload("compat-range.egg", b"0123456789")
    path = "/v2/api/artifacts/compat-range.egg"
    for value, body in (("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-2", b"89")):
        part = shared_master.request("GET", path, headers={"Range": value})
        assert (part.status, part.body) == (206, body)


def test_1_3_artifact_sha(shared_master: Master) -> None:
    """An artifact's digest is its SHA-1 in 40 lower-case hexadecimal digits."""
    body = shared_master.get("/v2/api/artifacts/standin.zip").body
    assert (
        shared_master.get("/v2/api/artifacts/standin.zip/sha").text
        == hashlib.sha1(body).hexdigest()
    )


def test_1_3_artifact_delete(shared_master: Master) -> None:
    """An artifact is deleted whether a function uses it or not, and answered with its name."""
    file = "compat-delete.py"
    shared_master.upload(file, (FUNCTIONS / "arguments.py").read_bytes())
    assert shared_master.register("compat-user", file, "typed").status == 200
    answer = shared_master.request("DELETE", f"/v2/api/artifacts/{file}")
    assert shown(answer) == (200, file)
    assert file not in shared_master.get("/v2/api/artifacts").json
    assert shown(shared_master.get("/v2/api/functions/compat-user")) == NOT_FOUND


@pytest.mark.parametrize("method", ["GET", "DELETE", "GET /sha"])
def test_1_3_artifact_missing(shared_master: Master, method: str) -> None:
    """A missing artifact is answered with 404 and its name."""
    verb, _, rest = method.partition(" ")
    answer = shared_master.request(verb, f"/v2/api/artifacts/no.jar{rest}")
    assert shown(answer) == (404, "No file found by name no.jar")


def test_1_3_worker_jar(shared_master: Master) -> None:
    """The worker's jar can be fetched under a name of its own."""
    answer = shared_master.get("/v2/api/artifacts_internal/mist-worker.jar")
    assert (answer.status, answer.body) == (200, b"worker jar")
    assert answer.headers["Content-Type"] == "application/java-archive"
    assert shown(shared_master.get("/v2/api/artifacts_internal/other.jar")) == NOT_FOUND
