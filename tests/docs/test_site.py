"""The built documentation: whole, without dead links, and from nowhere else."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from conftest import ROOT, SITE, Built

import stage

API = json.loads((ROOT / "api/http/openapi.json").read_text())
METHODS = ("get", "post", "put", "delete")


def page_of(source: Path) -> Path:
    return SITE / stage.place(PurePosixPath(source)).with_suffix(".html")


def test_every_page_of_the_repository_is_in_the_site(pages: dict[Path, Built]) -> None:
    sources = list(stage.sources())
    assert Path("docs/http-api.md") in sources and Path("README.md") in sources
    assert [str(source) for source in sources if page_of(source) not in pages] == []


def test_every_page_is_reached_from_the_start_page(pages: dict[Path, Built]) -> None:
    reached = set()
    waiting = {SITE / "index.html"}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        targets = {(page.parent / unquote(urlsplit(a).path)).resolve() for a in pages[page].links}
        waiting |= {target for target in targets if target in pages and target not in reached}
    assert set(pages) - reached <= {SITE / "search.html"}


def test_every_link_leads_to_something(pages: dict[Path, Built]) -> None:
    broken = []
    for page, built in pages.items():
        for link in built.links + built.resources:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link == "#":
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            known = pages[target].anchors if target in pages else set()
            if not target.is_file() or (parts.fragment and unquote(parts.fragment) not in known):
                broken.append(f"{page.relative_to(SITE)}: {link}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Built]) -> None:
    foreign = [
        f"{page.relative_to(SITE)}: {resource}"
        for page, built in pages.items()
        for resource in built.resources
        if urlsplit(resource).netloc or urlsplit(resource).scheme not in ("", "data")
    ]
    foreign += [
        str(file.relative_to(SITE))
        for file in SITE.rglob("*.css")
        if any(sign in file.read_text() for sign in ("@import", "url(http", "url(//", 'url("http'))
    ]
    assert foreign == []


def test_the_rules_know_every_script_and_need_no_inline_style(pages: dict[Path, Built]) -> None:
    policy = (SITE / "content-security-policy.txt").read_text()
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    for page, built in pages.items():
        assert built.inline_styles == [] and built.handlers == [], page
        for script in built.inline_scripts:
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy, f"{page}: {script}"


def test_every_operation_and_shape_of_the_api_has_its_entry(pages: dict[Path, Built]) -> None:
    text = "\n".join(built.text for page, built in pages.items() if page.parent.name == "api")
    wanted = [f"{name}¶" for name in API["components"]["schemas"]]
    for path, item in API["paths"].items():
        for method in METHODS:
            if method in item:
                wanted += [f"{method.upper()} {path}¶", f"({item[method]['operationId']})"]
    assert len(wanted) > 100
    assert [entry for entry in wanted if entry not in text] == []


def test_every_parameter_and_answer_of_an_operation_is_told(pages: dict[Path, Built]) -> None:
    text = "\n".join(built.text for page, built in pages.items() if page.parent.name == "api")
    for path, item in API["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            begin = text.index(f"{method.upper()} {path}¶")
            end = text.find("¶", begin + len(f"{method} {path}¶"))
            entry = text[begin : end if end > 0 else None]
            told = [line.strip() for line in entry.splitlines()]
            parameters = item.get("parameters", []) + item[method].get("parameters", [])
            wanted = [resolved(parameter)["name"] for parameter in parameters]
            wanted += item[method]["responses"]
            assert [name for name in wanted if name not in told] == [], f"{method} {path}"


def resolved(parameter: dict[str, str]) -> dict[str, str]:
    if "$ref" not in parameter:
        return parameter
    return API["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]


def test_pages_tell_nothing_of_who_built_them(pages: dict[Path, Built]) -> None:
    """The same sources give the same site, wherever it is built."""
    for file in SITE.rglob("*"):
        if file.suffix in (".html", ".js", ".txt"):
            assert str(ROOT) not in file.read_text(), file
