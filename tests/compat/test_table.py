"""The table itself: it names what drifted."""

from __future__ import annotations

from pathlib import Path

import table

FILE = table.FOLDER / "test_jobs.py"


def test_a_missing_row_is_named() -> None:
    first, *others = table.rows([FILE])
    assert table.drift([FILE], others) == [f"missing: {first}"]


def test_one_file_is_compared_with_its_rows_only() -> None:
    assert table.drift([FILE], [*table.rows([FILE]), "| 9 | other | works |"]) == []


def test_a_row_without_a_test_is_named() -> None:
    files = table.test_files()
    stale = "| 9 | gone | works |"
    assert table.drift(files, [*table.rows(files), stale]) == [f"has no test: {stale}"]


def test_cases_that_the_fact_names_are_rows_of_their_own(tmp_path: Path) -> None:
    (file := tmp_path / "test_x.py").write_text(
        """
@pytest.mark.differs("{key} is not needed")
@pytest.mark.parametrize(("key", "value"), [("a", 1), ("b", 2)])
def test_6_2_keys(key, value):
    '''`{key}` is refused.'''
"""
    )
    assert table.rows([file]) == [
        "| 6.2 | `a` is refused. | differs: a is not needed |",
        "| 6.2 | `b` is refused. | differs: b is not needed |",
    ]


def test_cases_that_the_fact_does_not_name_are_one_row(tmp_path: Path) -> None:
    (file := tmp_path / "test_x.py").write_text(
        "@pytest.mark.parametrize('key', ['a', 'b'])\ndef test_6_2_keys(key): ...\n"
    )
    assert table.rows([file]) == ["| 6.2 | keys | works |"]
