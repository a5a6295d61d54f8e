"""The table of facts in docs/compatibility.md, made from the tests of this folder.

python3 tests/compat/table.py --write rewrites it. A row is a test: its section is in its name, its
fact is its docstring, or its name when it has none. `{name}` in a fact or a reason stands for a
parameter: the test has a row for each of its cases then.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER.parents[1] / "docs" / "compatibility.md"
BEGIN = "<!-- table of tests/compat: begin -->"
END = "<!-- table of tests/compat: end -->"
HEAD = "| Section | Fact | Result |\n|---|---|---|\n"
NAME = re.compile(r"test_((?:\d+_)+)(\w+)")
COMMAND = "python3 tests/compat/table.py --write"


def test_files() -> list[Path]:
    return sorted(FOLDER.glob("test_*.py"))


def rows(files: Iterable[Path]) -> list[str]:
    found = [row for file in files for row in _rows_of(file)]
    return [line for _, line in sorted(found)]


def _rows_of(file: Path) -> Iterable[tuple[list[int], str]]:
    for node in ast.parse(file.read_text()).body:
        name = NAME.fullmatch(node.name) if isinstance(node, ast.FunctionDef) else None
        if name is None:
            continue
        section = [int(number) for number in name[1].strip("_").split("_")]
        fact = " ".join((ast.get_docstring(node) or name[2].replace("_", " ")).split())
        cells = [".".join(map(str, section)), fact, _result(node)]
        row = "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        for line in dict.fromkeys(_fill(row, case) for case in _cases(node)):
            yield section, line


def _result(test: ast.FunctionDef) -> str:
    reason = _mark(test, "differs")
    return "works" if reason is None else "differs: " + ast.literal_eval(reason.args[0])


def _mark(test: ast.FunctionDef, name: str) -> ast.Call | None:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == f"pytest.mark.{name}":
            return mark
    return None


def _cases(test: ast.FunctionDef) -> list[dict[str, object]]:
    """The parameters of each case that is written beside the test."""
    mark = _mark(test, "parametrize")
    try:
        names, cases = [ast.literal_eval(given) for given in mark.args] if mark else ((), [()])
    except ValueError:  # they are computed
        return [{}]
    if isinstance(names, str):
        return [{names: case} for case in cases]
    return [dict(zip(names, case)) for case in cases]


def _fill(row: str, case: dict[str, object]) -> str:
    for name, value in case.items():
        row = row.replace("{" + name + "}", str(value))
    return row


def written_rows(page: Path = PAGE) -> list[str]:
    _, table, _ = _parts(page)
    return [line for line in table.splitlines()[2:] if line]


def drift(files: Iterable[Path], written: list[str]) -> list[str]:
    """What is missing; with all files also what is there but has no test."""
    files = sorted(files)
    expected = rows(files)
    missing = [f"missing: {row}" for row in expected if row not in written]
    if files != test_files():
        return missing
    return missing + [f"has no test: {row}" for row in written if row not in expected]


def write(page: Path = PAGE) -> None:
    before, _, after = _parts(page)
    table = HEAD + "\n".join(rows(test_files())) + "\n"
    page.write_text(f"{before}{BEGIN}\n{table}{END}{after}")


def _parts(page: Path) -> tuple[str, str, str]:
    before, begin, rest = page.read_text().partition(BEGIN + "\n")
    table, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page}: the lines {BEGIN!r} and {END!r} must be around the table")
    return before, table, after


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(f"usage: {COMMAND}")
    write()
