import os
import zipfile

import pytest

from mistpy import failures
from mistpy.artifact import load_function


def failure_of(path, name="f"):
    try:
        load_function(str(path), name).call(None, {})
    except Exception as e:
        return failures.describe(e, str(path), os.path.dirname(__file__))
    raise AssertionError("it works")


def file_with(tmp_path, source):
    path = tmp_path / "old.py"
    path.write_text(source)
    return path


BODY = "from mistpy.decorators import *\n@with_args()\ndef f():\n"


@pytest.mark.parametrize(
    "line, text",
    [
        ('print "x"', "print is a function now"),
        ("print x,", "print is a function now"),
        ('exec "x = 1"', "exec is a function now"),
        ("raise ValueError, 'x'", '`raise X, "text"` is `raise X("text")` now'),
        ("return 1 <> 2", "`<>` is `!=` now"),
        ("return `1`", "is `repr(x)` now"),
        ("return 0777", "octal `0777` is `0o777` now"),
        ("return 10L", "`1L` is `1` now"),
        ('return ur"x"', "now. Correct the source"),
        ("return xrange(3)", "`xrange` is `range` now"),
        ("return unicode('x')", "`unicode` is `str` now"),
        ("return {}.iteritems()", "`iteritems` of a dict is `items` now"),
        ("import urllib2", "the module `urllib2` is `urllib.request` now"),
    ],
)
def test_python_2_code_is_called_that(tmp_path, line, text):
    failure = failure_of(file_with(tmp_path, f"{BODY}  x = 1\n  {line}\n"))
    assert "This is Python 2 code, and Mist runs Python 3: " in failure
    assert text in failure, failure
    assert "upload the artifact again" in failure


def test_an_old_except_clause(tmp_path):
    source = f"{BODY}  try:\n    pass\n  except ValueError, e:\n    pass\n"
    failure = failure_of(file_with(tmp_path, source))
    assert "`except X, e` is `except X as e` now" in failure


def test_mixed_tabs_and_spaces(tmp_path):
    failure = failure_of(file_with(tmp_path, f"{BODY}        x = 1\n\treturn x\n"))
    assert "a block must not mix tabs and spaces" in failure


def test_an_import_of_a_neighbour_without_its_package(tmp_path):
    path = tmp_path / "old.egg"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("jobs/__init__.py", "from neighbour_of_old import f\n")
        archive.writestr("jobs/neighbour_of_old.py", BODY + "  pass\n")
    failure = failure_of(path, "jobs.neighbour_of_old.f")
    assert "`from neighbour_of_old import x` of a module beside it" in failure


@pytest.mark.parametrize(
    "line", ["return undefined", "def (", "import no_such_module", "return {}.absent", "1/0"]
)
def test_other_failures_are_no_python_2(tmp_path, line):
    assert "Python 2" not in failure_of(file_with(tmp_path, f"{BODY}  {line}\n"))


def test_a_failure_begins_with_the_authors_own_code(tmp_path):
    failure = failure_of(file_with(tmp_path, f"{BODY}  1/0\n"))
    assert failure.splitlines()[1].endswith('old.py", line 4, in f'), failure
