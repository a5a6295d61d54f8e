"""What sources written for Mist 1.1 import beside the decorators."""

import subprocess
import sys
from pathlib import Path

import pytest

from mistpy import tags
from mistpy.context_wrapper import ContextWrapper
from mistpy.decorators import *
from mistpy.executable_entry import (
    ArgInfo,
    FunctionEntry,
    get_metadata,
    is_mist_function,
    load_entry,
)
from mistpy.metadata_extractor import metadata_cmd
from mistpy.python_execute_script import execution_cmd, initialized_context_value, to_python_types


@with_args(arg("a", type_hint=int), arg("b", type_hint=list, default=[1]))
@on_hive_context
def fn(context, a, b):
    return [context, a, b]


def plain():
    pass


def test_a_function_entry_tells_what_the_function_asks_for():
    entry = get_metadata(fn)
    assert isinstance(entry, FunctionEntry)
    assert [ArgInfo(a.name, a.type_hint) for a in entry.args_info] == [("a", int), ("b", list)]
    assert entry.selected_spark_argument == tags.HIVE_CONTEXT
    assert entry.tags == tags.tags.hive
    assert entry.invoke("context", {"a": 1}) == ["context", 1, [1]]


def test_what_is_decorated_is_a_mist_function():
    assert is_mist_function(fn) and not is_mist_function(plain) and not is_mist_function(None)
    with pytest.raises(Exception, match="^plain is not a mist function$"):
        get_metadata(plain)


def test_an_entry_is_loaded_from_a_file(tmp_path):
    file = tmp_path / "f.py"
    file.write_text("from mistpy.decorators import *\n@on_sql_context\ndef f(c):\n  return c\n")
    assert load_entry(str(file), "f").invoke(42, {}) == 42
    with pytest.raises(Exception, match="^arg is not a mist function$"):
        load_entry(str(file), "arg")


class EntryPoint:
    """The worker's, as far as no Spark is needed."""

    def streamingMs(self):
        return 2500


class Gateway:
    entry_point = EntryPoint()


def test_a_context_wrapper_says_what_is_not_set():
    wrapper = ContextWrapper()
    with pytest.raises(RuntimeError, match="no context yet: call set_context first"):
        wrapper.context
    with pytest.raises(RuntimeError, match="call set_context first"):
        initialized_context_value(Gateway(), wrapper, tags.SQL_CONTEXT)
    with pytest.raises(Exception, match="^Unknown spark argument type: sparkle$"):
        initialized_context_value(Gateway(), wrapper, "sparkle")


def test_types_of_java_become_those_of_python():
    assert to_python_types({"a": [{"b": (1,)}, "text"]}) == {"a": [{"b": [1]}, "text"]}


@pytest.mark.parametrize(
    "module, function",
    [("metadata_extractor", metadata_cmd), ("python_execute_script", execution_cmd)],
)
def test_entries_of_the_old_processes_say_what_is_there_instead(module, function):
    with pytest.raises(RuntimeError, match="of Mist 1.1"):
        function(None)
    process = subprocess.run(
        [sys.executable, "-m", f"mistpy.{module}", "--gateway-port", "1"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 1 and "mistpy." in process.stderr
