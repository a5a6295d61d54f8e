"""Lays the repository's pages out as the site has them: stage.py <folder>

The sources are Markdown files that link to each other as files of the repository do. Here docs/ becomes the root, a README
the index of its folder, and each link is turned accordingly. A link to a file that is no page (a source, a picture) brings
the file along. toc/x.md is added to the page x.md: which page belongs where is the site's business alone.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from os.path import relpath
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "docs" / "site"
OTHER_PAGES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "examples/README.md",
    "examples/*/README.md",
    "worker/jvm/README.md",
)
# Links, pictures, and files that a page shows.
TARGET = re.compile(r"(?P<before>\]\(|^```\{literalinclude\} )(?P<path>[^)#\s]+)", re.MULTILINE)


def sources() -> Iterator[Path]:
    """The files that are pages, relative to the repository."""
    found = [path for path in (ROOT / "docs").rglob("*.md") if SITE not in path.parents]
    for pattern in OTHER_PAGES:
        found += ROOT.glob(pattern)
    for path in sorted(found):
        yield path.relative_to(ROOT)


def place(source: PurePosixPath) -> PurePosixPath:
    """Where a file of the repository is in the site."""
    if source.parts[0] == "docs":
        source = PurePosixPath(*source.parts[1:])
    if source.name == "README.md":
        return source.with_name("index.md")
    if source.suffix in (".yaml", ".yml"):
        return source.with_suffix(".md")  # shown as a page
    return source


class Stage:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pages = {path.as_posix() for path in sources()}

    def fill(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        for page in sorted(self._pages):
            self._write_page(PurePosixPath(page))

    def _write_page(self, page: PurePosixPath) -> None:
        def turned(match: re.Match[str]) -> str:
            return match["before"] + self._turn(page, match["path"])

        text = TARGET.sub(turned, (ROOT / page).read_text())
        addition = SITE / "toc" / place(page)
        if addition.exists():
            text += "\n" + addition.read_text()
        self._write(place(page), text)

    def _turn(self, page: PurePosixPath, target: str) -> str:
        """The same target, seen from the page's place in the site. What is no file here is left to be complained about."""
        path = (ROOT / page.parent / target).resolve()
        if path.is_dir():
            path /= "README.md"
        if ROOT not in path.parents or not path.exists():
            return target
        wanted = PurePosixPath(path.relative_to(ROOT))
        if wanted.as_posix() not in self._pages:
            self._bring(wanted)
        return relpath(place(wanted), place(page).parent)

    def _bring(self, file: PurePosixPath) -> None:
        if place(file).suffix == ".md" and file.suffix != ".md":
            contents = (ROOT / file).read_text()
            self._write(place(file), f"# {file}\n\n```yaml\n{contents}```\n")
        else:
            self._write(place(file), None)
            shutil.copyfile(ROOT / file, self._folder / place(file))

    def _write(self, where: PurePosixPath, text: str | None) -> None:
        path = self._folder / where
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text)


if __name__ == "__main__":
    Stage(Path(sys.argv[1])).fill()
