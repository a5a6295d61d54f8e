"""Sections 1.7 and 1.9: the files of the UI, and what pages of other origins may do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from installation import Installation, copy_data
from mist_master import Answer, Master
from web_socket import WebSocket

NOT_FOUND = "The requested resource could not be found."
ORIGIN = "https://ui.example"
ALLOW = "Access-Control-Allow-"
ALL_THREE = {
    ALLOW + "Origin": "*",
    ALLOW + "Methods": "GET, POST, PUT, DELETE, HEAD, OPTIONS",
    ALLOW + "Headers": "Content-Type, X-More",
}


@pytest.fixture(scope="module")
def open_master(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Master]:
    """With a UI, and open to all origins, as 1.1 always is."""
    folder = tmp_path_factory.mktemp("open")
    copy_data(installation.data, folder / "data")
    ui = folder / "ui"
    (ui / "deep").mkdir(parents=True)
    (ui / "index.html").write_text("<p>app</p>")
    for name in ("main.js", "style.css", "logo.svg", "deep/page.html", "data.json", "a b.txt"):
        (ui / name).write_text(name)
    (folder / "secret.txt").write_text("secret")
    master = Master(installation, folder, http_ui=ui, http_cors_origins="*")
    try:
        yield master.start()
    finally:
        master.destroy()


def cors_headers(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith(ALLOW)}


def ask(master: Master, method: str, path: str, body: object = None) -> Answer:
    """As the page of another origin does."""
    headers = {"Origin": ORIGIN, "Access-Control-Request-Headers": "Content-Type, X-More"}
    return master.request(method, path, body, headers)


# ---- 1.7 ----------------------------------------------------------------------------------------


def test_1_7_ui_redirect(shared_master: Master) -> None:
    """/ui is redirected to /ui/ with 308."""
    answer = shared_master.get("/ui")
    assert (answer.status, answer.headers["Location"]) == (308, "/ui/")


def test_1_7_index(open_master: Master) -> None:
    """/ui/ is index.html."""
    answer = open_master.get("/ui/")
    assert (answer.status, answer.text) == (200, "<p>app</p>")
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("main.js", "application/javascript; charset=UTF-8"),
        ("style.css", "text/css; charset=UTF-8"),
        ("logo.svg", "image/svg+xml"),
        ("deep/page.html", "text/html; charset=UTF-8"),
        ("data.json", "application/json"),
        ("a b.txt", "text/plain; charset=UTF-8"),
    ],
)
def test_1_7_files(open_master: Master, path: str, media_type: str) -> None:
    """Below /ui/ are the files of mist.http.ui, with a media type by extension."""
    answer = open_master.get("/ui/" + path.replace(" ", "%20"), v="1")
    assert (answer.status, answer.text) == (200, path)
    assert answer.headers["Content-Type"] == media_type


@pytest.mark.parametrize(
    "path", ["jobs", "functions/f/jobs/0123", "missing.js", "deep", "../secret.txt", "%2e%2e/x"]
)
def test_1_7_deep_links(open_master: Master, path: str) -> None:
    """Whatever is no file of the UI is index.html with 200."""
    answer = open_master.get(f"/ui/{path}")
    assert (answer.status, answer.text) == (200, "<p>app</p>")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_1_7_other_methods(open_master: Master, method: str) -> None:
    """Methods other than GET and HEAD are answered with 404 below /ui/."""
    answer = open_master.request(method, "/ui/main.js", b"x")
    assert (answer.status, answer.text) == (404, NOT_FOUND)


# ---- 1.9 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v2/api/jobs", "/ui", "/ui/main.js", "/nothing", "/"])
def test_1_9_preflight(open_master: Master, path: str) -> None:
    """OPTIONS on any path is answered with 200, Preflight response and all three headers."""
    answer = ask(open_master, "OPTIONS", path)
    assert (answer.status, answer.text) == (200, "Preflight response")
    assert cors_headers(answer) == ALL_THREE


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/api/status", 200),
        ("GET", "/", 200),
        ("POST", "/v2/api/functions/echo/jobs", 200),
        ("DELETE", "/v2/api/workers/no", 400),
        ("GET", "/v2/api/artifacts/no.jar", 404),
    ],
)
def test_1_9_answers(open_master: Master, method: str, path: str, status: int) -> None:
    """Answers and errors of the API have the three CORS headers."""
    answer = ask(open_master, method, path, {} if method == "POST" else None)
    assert answer.status == status and cors_headers(answer) == ALL_THREE


def test_1_9_no_request_headers(open_master: Master) -> None:
    """Without Access-Control-Request-Headers the third CORS header is empty."""
    answer = open_master.get("/v2/api/status")
    assert cors_headers(answer) == {**ALL_THREE, ALLOW + "Headers": ""}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/api/nothing", 404),
        ("PATCH", "/v2/api/contexts", 405),
        ("GET", "/v2/api/jobs?limit=a", 400),
    ],
)
@pytest.mark.differs("they have the third header too, and keep their others")
def test_1_9_rejections(open_master: Master, method: str, path: str, status: int) -> None:
    """Answers to what no route takes have the CORS headers of origin and methods."""
    answer = ask(open_master, method, path)
    assert answer.status == status and cors_headers(answer) == ALL_THREE


@pytest.mark.differs("1.1 sends none there")
def test_1_9_other_paths(open_master: Master) -> None:
    """Answers of the UI and of devrun have the CORS headers too."""
    assert cors_headers(ask(open_master, "GET", "/ui/")) == ALL_THREE
    assert cors_headers(ask(open_master, "POST", "/v2/hidden/devrun", {})) == ALL_THREE


def test_1_9_web_sockets(open_master: Master) -> None:
    """A websocket's answer has no CORS headers."""
    with WebSocket(open_master, "/v2/api/ws/all") as stream:
        assert not [name for name in stream.headers if name.startswith(ALLOW.lower())]


@pytest.mark.differs("1.1 is open to every origin; ours to those of http.cors-origins (or *)")
def test_1_9_foreign_origins(shared_master: Master) -> None:
    """Pages of an origin that is not configured may neither read nor change."""
    assert cors_headers(ask(shared_master, "GET", "/v2/api/status")) == {}
    assert ask(shared_master, "POST", "/v2/api/functions/echo/jobs", {}).status == 403
