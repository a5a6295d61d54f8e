"""The kit for function authors. What needs Spark runs in one process, on the Spark of SPARK_HOME."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mistpy.decorators import arg, list_type, on_hive_session, opt_arg, with_args
from mistpy.testing import ArgumentError, call, load

HERE = Path(__file__).parent


@with_args(arg("words", list_type(str)), arg("limit", int, default=2), opt_arg("mark", str))
def first(words, limit, mark):
    return tuple(words[:limit]) + (mark,)


def test_a_function_without_context_needs_no_spark():
    assert call(first, {"words": ["a", "b", "c"]}) == ["a", "b", None]
    assert call(first, '{"words": ["a"], "mark": "!"}') == ["a", "!"]


def test_arguments_are_checked_in_the_products_words():
    with pytest.raises(ArgumentError) as e:
        call(first, {"words": "a", "limit": 1.5})
    assert str(e.value) == (
        "Errors[Invalid field words:Invalid type: expected List[String], got a,"
        "Invalid field limit:Invalid type: expected Int, got 1.5]"
    )
    with pytest.raises(ArgumentError, match=r"^Invalid type: expected Object, got \[1\]$"):
        call(first, "[1]")


def test_what_is_not_decorated_is_refused():
    with pytest.raises(TypeError, match="is not a mist function: decorate it"):
        call(len, {})


def test_a_function_of_an_artifact_can_be_called(tmp_path):
    file = tmp_path / "job.py"
    file.write_text("from mistpy.decorators import *\n@with_args()\ndef one():\n  return 1\n")
    assert call(load(str(file), "one")) == 1


def test_a_session_without_hive_is_refused_for_a_function_with_hive():
    class Session:
        conf = {"spark.sql.catalogImplementation": "in-memory"}

    with pytest.raises(ValueError, match="make the session with enableHiveSupport"):
        call(on_hive_session(len), {}, spark=Session())


@pytest.fixture(scope="module")
def answers():
    """By function: what those of testing_functions.py answer, called one after the other."""
    spark_home = os.environ.get("SPARK_HOME")
    assert spark_home, "set SPARK_HOME to a Spark, as scripts/test does"
    paths = [HERE.parent, HERE, Path(spark_home).parent]
    process = subprocess.run(
        [sys.executable, HERE / "testing_functions.py"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=600,
    )
    return json.loads(process.stdout)


@pytest.mark.parametrize(
    "name, answer",
    [
        ("spark_context", 20),
        ("spark_session", 3),
        ("sql_context", [{"a": 1, "b": "x"}]),
        ("streaming_context", [1, 2, 3]),
        ("hive_session", [{"n": 7}]),
        ("hive_context", ["hive_session_table"]),
    ],
)
def test_a_context_of_every_kind_is_there(answers, name, answer):
    assert answers[name] == answer
