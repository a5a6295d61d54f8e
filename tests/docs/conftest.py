"""The documentation as scripts/build has left it in build/dist/docs."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "build" / "dist" / "docs"
sys.path.append(str(ROOT / "docs" / "site"))


@dataclass
class Built:
    """What one page says, by its HTML."""

    links: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    inline_scripts: list[str] = field(default_factory=list)
    inline_styles: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    text: str = ""


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Built()
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.page.anchors.update(given[name] for name in ("id", "name") if name in given)
        if "style" in given or tag == "style":
            self.page.inline_styles.append(f"<{tag} {given}>")
        self.page.handlers += [name for name in given if name.startswith("on")]
        if tag == "a" and "href" in given:
            self.page.links.append(given["href"])
        else:
            named = ("src", "href", "action", "data", "poster", "srcset")
            self.page.resources += [given[name] for name in named if name in given]
        self._script = tag == "script" and "src" not in given
        if self._script:
            self.page.inline_scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._script = self._script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._script:
            self.page.inline_scripts[-1] += data
        else:
            self.page.text += data


@pytest.fixture(scope="session")
def pages() -> dict[Path, Built]:
    """All pages of the site, by their files."""
    found = {}
    for file in sorted(SITE.rglob("*.html")):
        reader = Reader()
        reader.feed(file.read_text())
        found[file] = reader.page
    assert found, f"{SITE} holds no pages: scripts/build makes them"
    return found
