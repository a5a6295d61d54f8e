"""The Python function library (contract sections 7.1, 7.2, 7.5, and 2.5 for Python) on a real master.

One worker per Spark line serves them all.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))

from world.api import Api
from world.master import Master
from world.places import SparkLine, log_folder, spark_lines
from world.probes import SPARK_CONF

FUNCTIONS = Path(__file__).parent / "functions/python"
ARCHIVES = ("jobs_0.0.1.egg", "jobs_0.0.1.whl", "jobs_0.0.1.zip")

_ANY = {"type": "MAny"}
_INT = {"type": "MInt"}


@pytest.fixture(scope="module", params=spark_lines(), ids=lambda name: f"spark-{name}")
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    line = SparkLine(request.param)
    master = Master(line, tmp_path_factory.mktemp("master"), log_folder(line.name, "python"))
    hive = tmp_path_factory.mktemp("hive")
    spark_conf = SPARK_CONF | {
        # Making Hive's metastore on disk takes longer than all the rest.
        "spark.hadoop.javax.jdo.option.ConnectionURL": "jdbc:derby:memory:compat;create=true",
        "spark.sql.warehouse.dir": f"{hive}/warehouse",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={hive}",
    }
    try:
        master.start()
        master.api.put_context("shared", sparkConf=spark_conf, workerMode="shared")
        master.api.upload_file(FUNCTIONS / "library.py")
        for name in ARCHIVES:
            master.api.upload(name, archive())
        yield master.api
        master.stop()
    finally:
        master.kill()


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for path in sorted((FUNCTIONS / "compat_jobs").glob("*.*")):
            file.write(path, path.relative_to(FUNCTIONS))
    return content.getvalue()


def registered(api: Api, name: str, path: str = "library.py") -> str:
    """The function's name for callers; registering it again changes nothing."""
    own = f"{path}-{name}"
    if api.get(f"functions/{own}").status != 200:
        api.register(own, path, name)
    return own


def info(api: Api, name: str) -> Any:
    return api.get(f"functions/{registered(api, name)}").json


def answer(api: Api, name: str, path: str = "library.py", /, **arguments: Any) -> Any:
    result = api.call(registered(api, name, path), arguments)
    assert result["success"], result
    return result["payload"]


def failure(api: Api, name: str, /, **arguments: Any) -> str:
    result = api.call(registered(api, name), arguments)
    assert not result["success"] and result["payload"] == {}
    return result["errors"][0]


def refusal(api: Api, name: str, /, **arguments: Any) -> str:
    reply = api.try_call(registered(api, name), arguments)
    assert reply.status == 400, reply
    prefix = "Bad request:\njava.lang.IllegalArgumentException: "
    assert reply.text.startswith(prefix)
    return reply.text[len(prefix) :]


def refused_registration(api: Api, path: str, name: str) -> str:
    config = {"name": "refused", "path": path, "className": name, "defaultContext": "shared"}
    reply = api.post("functions", config)
    assert reply.status == 400, reply
    return reply.text


# ---- 7.5: types, defaults, decorators ----


def test_7_5_types_are_described(api: Api) -> None:
    described = info(api, "types")
    assert described["lang"] == "python"
    assert described["execute"] == {
        "int": _INT,
        "bool": {"type": "MBoolean"},
        "float": {"type": "MDouble"},
        "str": {"type": "MString"},
        "list": {"type": "MList", "args": [_ANY]},
        "ints": {"type": "MList", "args": [_INT]},
        "matrix": {"type": "MList", "args": [{"type": "MList", "args": [{"type": "MDouble"}]}]},
        "any": _ANY,
        "object": _ANY,
    }


TYPES: dict[str, Any] = {
    "int": 5,
    "bool": True,
    "float": 0.5,
    "str": "ü",
    "list": [1, "x", None],
    "ints": [1, 2**40],
    "matrix": [[1.5], []],
    "any": "anything",
    "object": {"a": {"b": [1]}},
}


def test_7_5_arguments_of_every_type_arrive(api: Api) -> None:
    arrived = answer(api, "types", **TYPES)
    assert {name: value for name, (_, value) in arrived.items()} == TYPES
    assert {name: kind for name, (kind, _) in arrived.items()} == {
        "int": "int", "bool": "bool", "float": "float", "str": "str", "list": "list",
        "ints": "list", "matrix": "list", "any": "str", "object": "dict",
    }  # fmt: skip


def test_7_5_defaults_and_optional_arguments_are_options(api: Api) -> None:
    described = info(api, "defaults")["execute"]
    assert {name: kind["type"] for name, kind in described.items()} == dict.fromkeys(
        "abcdefg", "MOption"
    )
    assert described["a"] == {"type": "MOption", "args": [_INT]}


def test_7_5_every_default_arrives(api: Api) -> None:
    assert answer(api, "defaults") == [1, "two", [3], False, None, None, 7]


def test_7_5_given_arguments_win_over_defaults(api: Api) -> None:
    given = {"a": 9, "b": "x", "c": [], "d": True, "e": 1.5, "f": 6, "g": 8}
    assert answer(api, "defaults", **given) == list(given.values())


@pytest.mark.parametrize("name", ["context_first", "arguments_first"])
def test_7_5_decorators_stand_in_either_order(api: Api, name: str) -> None:
    assert answer(api, name, n=2) == ["SparkContext", 2]


def test_7_5_a_function_gets_one_positional_argument_and_what_the_caller_adds(api: Api) -> None:
    assert answer(api, "without_arguments", more=[1]) == [1, {"more": [1]}]


def test_7_5_classes_decorate_functions(api: Api) -> None:
    described = info(api, "by_classes")
    assert described["tags"] == ["mine"]
    assert [kind["type"] for kind in described["execute"].values()] == [
        "MInt",
        "MOption",
        "MOption",
    ]
    assert answer(api, "by_classes", a=1) == [1, 2, None]


def test_7_5_constants_are_there(api: Api) -> None:
    assert answer(api, "constants") is True


# ---- 7.5: contexts ----


@pytest.mark.parametrize(
    "name, tags, result",
    [
        ("spark_context", set(), ["SparkContext", [2, 3]]),
        ("spark_session", {"sql"}, ["SparkSession", [{"id": 0}, {"id": 1}]]),
        ("sql_context", {"sql"}, ["SQLContext", [{"n": 1}]]),
        ("hive_context", {"hive", "sql"}, ["HiveContext", [{"n": 2}]]),
        ("hive_session", {"hive", "sql"}, ["SparkSession", [{"n": 3}]]),
        ("streaming_context", {"streaming"}, [[1, 2, 3], 1]),
    ],
)
def test_7_5_contexts_of_every_kind(api: Api, name: str, tags: set[str], result: Any) -> None:
    assert set(info(api, name)["tags"]) == tags
    assert answer(api, name) == result


# ---- 7.5: results ----


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        0,
        -(2**31) - 1,
        2**63 - 1,
        2**80,
        0.1,
        1e300,
        "",
        'text with "quotes", \u00fc and \U0001f600',
        [],
        {},
        [1, [None, {"a": True}]],
        {"a": None, "b": [2**53 + 1]},
    ],
    ids=repr,
)
def test_7_5_any_json_value_goes_in_and_comes_out(api: Api, value: Any) -> None:
    returned = answer(api, "echo", value=value)
    assert returned == value and type(returned) is type(value)


def test_7_5_none_and_rows_are_results(api: Api) -> None:
    assert answer(api, "returns_none") is None
    assert answer(api, "rows") == {"rows": [{"a": 1, "b": [True, None]}]}


def test_7_5_what_is_not_json_fails_the_job_by_name(api: Api) -> None:
    text = failure(api, "not_json")
    assert "TypeError: Can not convert a result of type object to JSON" in text


# ---- 7.5: other modules, logs ----


def test_7_5_functions_can_be_looked_at(api: Api) -> None:
    assert answer(api, "entry") == {
        "arguments": [["a", False], ["b", True], ["c", True]],
        "context": "sp_context",
        "tags": ["mine"],
        "answer": [1, 2, None],
    }


def test_7_5_contexts_can_be_made_by_hand(api: Api) -> None:
    assert answer(api, "wrapper") == [3, ["x"]]


def test_7_5_log4j_logging_and_print_reach_the_log(api: Api) -> None:
    job = api.start(registered(api, "logs"))
    log = api.wait_for_log(job, "FinishedEvent")
    for level, text in (
        ("INFO", "info through log4j"),
        ("WARN", "WARNING:root:warning through logging"),
        ("INFO", "a printed line"),
    ):
        line = next(line for line in log.splitlines() if line.endswith(text))
        assert line.startswith(level + " ") and f"[{job}]" in line


# ---- 7.2 and D63: arguments ----


@pytest.mark.parametrize(
    "name, value, expected, shown",
    [
        ("int", "abc", "Int", "abc"),
        ("int", 1.5, "Int", "1.5"),
        ("int", None, "Int", "null"),
        ("bool", 1, "Boolean", "1"),
        ("float", True, "Double", "true"),
        ("str", 5, "String", "5"),
        ("list", {}, "List[Any]", "{}"),
        ("ints", "x", "List[Int]", "x"),
    ],
)
def test_7_2_an_argument_of_a_wrong_type_is_refused(
    api: Api, name: str, value: Any, expected: str, shown: str
) -> None:
    text = f"Invalid field {name}:Invalid type: expected {expected}, got {shown}"
    assert refusal(api, "types", **{**TYPES, name: value}) == text


def test_7_2_the_item_at_fault_is_named(api: Api) -> None:
    text = refusal(api, "types", **{**TYPES, "matrix": [[1], ["x"]]})
    assert text.endswith("(at matrix[1][0]: Invalid type: expected Double, got x)")


def test_7_2_several_errors_come_at_once(api: Api) -> None:
    given = {key: value for key, value in TYPES.items() if key != "int"}
    assert refusal(api, "types", **{**given, "str": 5}) == (
        "Errors[Invalid field int:Invalid type: expected Int, got null,"
        "Invalid field str:Invalid type: expected String, got 5]"
    )


def test_7_2_an_optional_argument_has_its_type_too(api: Api) -> None:
    text = "Invalid field f:Invalid type: expected Int, got x"
    assert refusal(api, "defaults", f="x") == text


# ---- 7.1: how a function is found ----


@pytest.mark.parametrize("path", ARCHIVES)
def test_7_1_an_archive_has_modules_data_files_and_relative_imports(api: Api, path: str) -> None:
    greetings = {"result": ["Hello, Ann!", "Hello, Bob!"]}
    assert answer(api, "compat_jobs.greet.greet", path, names=["Ann", "Bob"]) == greetings
    assert answer(api, "compat_jobs.greet.greet_one", path, name="Ann") == {"result": "Hello, Ann!"}


@pytest.mark.parametrize(
    "path, name, text",
    [
        ("library.py", "not_decorated", "not_decorated is not a mist function"),
        ("library.py", "absent", "absent is not a mist function"),
        (ARCHIVES[0], "greet", "greet must be module.function in jobs_0.0.1.egg"),
        (ARCHIVES[0], "compat_jobs.gone.f", "jobs_0.0.1.egg has no module compat_jobs.gone"),
        (ARCHIVES[1], "compat_jobs.greet.names", "compat_jobs.greet.names is not a mist function"),
    ],
)
def test_7_1_what_is_no_function_is_refused(api: Api, path: str, name: str, text: str) -> None:
    assert text in refused_registration(api, path, name)


@pytest.mark.parametrize(
    "source, text",
    [
        ("import sys; sys.exit(3)", "bad.py exits with 3 when it is imported"),
        ("import os; os._exit(4)", "python ends with exit code 4 while it imports the module"),
        ("raise ValueError('not today')", "ValueError: not today"),
        ("def f(:", "SyntaxError: invalid syntax (bad.py, line 1)"),
        ("print 'hello'", "This is Python 2 code, and Mist runs Python 3: print is a function now"),
    ],
)
def test_7_1_a_module_that_can_not_be_imported_is_refused(api: Api, source: str, text: str) -> None:
    api.upload("bad.py", source.encode(), force=True)
    assert text in refused_registration(api, "bad.py", "f")


# ---- 2.5: failure texts ----


def test_2_5_a_failure_is_the_traceback(api: Api) -> None:
    text = failure(api, "throws", message="as asked")
    start = "java.lang.Exception: Error in python code: Traceback (most recent call last):\n"
    assert text.startswith(start)
    assert 'library.py", line ' in text and "ValueError: as asked" in text


def test_2_5_bad_parameter_exception_prints_d39(api: Api) -> None:
    text = failure(api, "bad_parameter")
    assert "BadParameterException: Bad parameter n of type Int: is out of range" in text
