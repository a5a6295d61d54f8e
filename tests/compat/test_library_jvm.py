"""Contract 7.1 to 7.4: the function library of Scala and Java."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from world.api import Api
from world.places import CACHE, SparkLine
from world.probes import SPARK_CONF

FUNCTIONS = Path(__file__).parent / "functions/jvm"
KEY = "compat-functions.jar"

Call = Callable[..., Any]


@pytest.fixture(scope="session")
def jar(line: SparkLine) -> Path:
    """Built as a stranger would: from the library in the local Maven repository."""
    maven = os.environ.get("MAVEN_ARGS", f"-Dmaven.repo.local={CACHE / 'm2'}").split()
    command = ["mvn", "-q", "-B", "-ntp", *maven, "-P", f"spark-{line.name}", "package"]
    subprocess.run(command, check=True, cwd=FUNCTIONS)
    return FUNCTIONS / "target" / KEY


@pytest.fixture(scope="session")
def functions(api: Api, jar: Path) -> Api:
    api.upload_file(jar)
    return api


@pytest.fixture(scope="session")
def register(functions: Api) -> Callable[[str], str]:
    """Registers a class of the jar under its own name, once."""
    known: set[str] = set()

    def named(class_name: str) -> str:
        name = class_name.replace("$", "-").strip("-")
        if name not in known:
            functions.register(name, KEY, f"compat.{class_name}")
            known.add(name)
        return name

    return named


@pytest.fixture(scope="session")
def call(api: Api, register: Callable[[str], str]) -> Call:
    """Calls the class and answers its result, which must be a success."""

    def payload(class_name: str, **arguments: Any) -> Any:
        result = api.call(register(class_name), arguments)
        assert result["success"], result
        return result["payload"]

    return payload


@pytest.fixture(scope="session")
def refusal(api: Api, register: Callable[[str], str]) -> Call:
    """Calls the class and answers why the master refuses the call."""

    def text(class_name: str, **arguments: Any) -> str:
        answer = api.try_call(register(class_name), arguments, force="true")
        assert answer.status == 400, answer.text
        prefix = "Bad request:\njava.lang.IllegalArgumentException: "
        assert answer.text.startswith(prefix), answer.text
        return answer.text.removeprefix(prefix)

    return text


@pytest.fixture(scope="session")
def info(api: Api, register: Callable[[str], str]) -> Call:
    return lambda class_name: api.get(f"functions/{register(class_name)}").json


def of(kind: str, *args: Any) -> dict[str, Any]:
    return {"type": kind, "args": list(args)} if args else {"type": kind}


INT, DOUBLE, BOOLEAN, STRING = of("MInt"), of("MDouble"), of("MBoolean"), of("MString")
SPOT = {"type": "MObj", "fields": {"x": INT, "y": of("MOption", DOUBLE)}}

EVERY_TYPE = {
    "boolean": True,
    "int": -5,
    "long": 9007199254740993,
    "float": 1.5,
    "double": 2,
    "string": "s",
    "seq": [1, 2],
    "list": ["a", "b"],
    "array": [0.5, 1],
    "map": {"a": 1, "b": 9007199254740993},
    "spot": {"x": 7},
    "boxed": 3,
}

# ---- 1.4 what a function tells of itself -----------------------------------------------------------


def test_1_4_argument_types_of_scala(info: Call) -> None:
    described = info("EveryType$")
    assert described["execute"] == {
        "boolean": BOOLEAN,
        "int": INT,
        "long": INT,
        "float": DOUBLE,
        "double": DOUBLE,
        "string": STRING,
        "option": of("MOption", INT),
        "seq": of("MList", INT),
        "list": of("MList", STRING),
        "array": of("MList", DOUBLE),
        "map": of("MMap", STRING, INT),
        "spot": SPOT,
        "default": of("MOption", STRING),
        "boxed": INT,
    }
    assert described["lang"] == "scala" and described["tags"] == []


def test_1_4_a_request_class_is_described_field_by_field(info: Call) -> None:
    assert info("RequestClass$")["execute"] == {
        "numbers": of("MList", INT),
        "spot": SPOT,
        "words": of("MMap", STRING, of("MList", STRING)),
        "flags": of("MList", BOOLEAN),
        "big": INT,
    }
    assert info("DefaultsClass$")["execute"] == {
        "text": STRING,
        "limit": of("MOption", INT),
        "words": of("MOption", of("MList", STRING)),
        "ratio": of("MOption", DOUBLE),
    }


def test_1_4_argument_types_of_java(info: Call) -> None:
    described = info("JavaArguments$Every")
    types = described["execute"]
    for name, plain in (("int", INT), ("double", DOUBLE), ("string", STRING), ("boolean", BOOLEAN)):
        assert types[name] == plain
        assert types[f"{name}Default"] == of("MOption", plain)
        assert types[f"opt{name.capitalize()}"] == of("MOption", plain)
        assert types[f"{name}s"] == of("MList", plain)
    assert described["lang"] == "java"


@pytest.mark.parametrize(
    "class_name, tags",
    [
        ("OnSpark$", set()),
        ("OnSql$", {"sql"}),
        ("OnHive$", {"hive", "sql"}),
        ("OnSession$", {"sql"}),
        ("OnHiveSession$", {"sql", "hive"}),
        ("OnStreaming$", {"streaming"}),
        ("JavaContexts$OnSession", {"sql"}),
        ("JavaContexts$OnHiveSession", {"sql", "hive"}),
        ("JavaContexts$OnSql", {"sql"}),
        ("JavaContexts$OnHive", {"sql", "hive"}),
        ("JavaContexts$OnStreaming", {"streaming"}),
    ],
)
def test_1_4_tags(info: Call, class_name: str, tags: set[str]) -> None:
    assert set(info(class_name)["tags"]) == tags


# ---- 7.1 how a function is found -------------------------------------------------------------------


def test_7_1_classes_and_objects_are_found(call: Call) -> None:
    assert call("PlainClass") == "a class"
    assert call("JavaArguments$Hidden") == "hidden"


def registration(api: Api, class_name: str) -> str:
    body = {"name": "bad", "path": KEY, "className": class_name, "defaultContext": "shared"}
    answer = api.post("functions", body)
    assert answer.status == 400, answer.text
    return answer.text


def test_7_1_what_is_no_function_is_refused(functions: Api) -> None:
    for class_name in ("compat.NoFunction", "compat.OnSpark"):
        text = registration(functions, class_name)
        assert f"Can not instantiate job class: {class_name}" in text
    assert "ClassNotFoundException" in registration(functions, "compat.NotThere$")
    assert "no handle today" in registration(functions, "compat.BrokenHandle$")


# ---- 7.2 argument errors ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, text",
    [
        ({"int": "abc"}, "Invalid field int:Invalid type: expected Int, got abc"),
        ({"int": None}, "Invalid field int:Invalid type: expected Int, got null"),
        ({"int": 1.5}, "Invalid field int:Invalid type: expected Int, got 1.5"),
        ({"int": 3000000000}, "Invalid field int:Invalid type: expected Int, got 3000000000"),
        ({"long": "x"}, "Invalid field long:Invalid type: expected Long, got x"),
        ({"float": "x"}, "Invalid field float:Invalid type: expected Float, got x"),
        ({"double": True}, "Invalid field double:Invalid type: expected Double, got true"),
        ({"boolean": 0}, "Invalid field boolean:Invalid type: expected Boolean, got 0"),
        ({"string": 5}, "Invalid field string:Invalid type: expected String, got 5"),
        ({"seq": 5}, "Invalid field seq:Invalid type: expected List[Int], got 5"),
        ({"map": "x"}, "Invalid field map:Invalid type: expected Map[String, Long], got x"),
        (
            {"spot": 3},
            "Invalid field spot:Invalid type: expected Object {x=Int,y=Option[Double]}, got 3",
        ),
        (
            {"spot": {"y": "z"}},
            "Invalid field spot:Incomplete object for class compat.Spot, reason: Errors["
            "Invalid field x:Invalid type: expected Int, got null,"
            "Invalid field y:Invalid type: expected Double, got z]",
        ),
        (
            {"int": "a", "boxed": "b"},
            "Errors[Invalid field int:Invalid type: expected Int, got a,"
            "Invalid field boxed:Invalid type: expected Int, got b]",
        ),
    ],
)
def test_7_2_types(refusal: Call, changes: dict[str, Any], text: str) -> None:
    assert refusal("EveryType$", **(EVERY_TYPE | changes)) == text


def test_7_2_a_request_class_is_one_error(refusal: Call) -> None:
    assert refusal("DefaultsClass$", limit="x") == (
        "Incomplete object for class compat.WithDefaults, reason: Errors["
        "Invalid field text:Invalid type: expected String, got null,"
        "Invalid field limit:Invalid type: expected Int, got x]"
    )


@pytest.mark.parametrize("class_name", ["Ruled$", "JavaArguments$Ruled"])
def test_7_2_rules(refusal: Call, class_name: str) -> None:
    rejected = "Invalid value: Arg was rejected by validation rule"
    assert refusal(class_name, n=0) == f"{rejected} :n must be positive"
    assert refusal(class_name, n=1, s="") == f"{rejected} :Validation failed"
    if class_name == "Ruled$":
        assert refusal(class_name, n=1, d=10) == rejected
        assert refusal(class_name, n=0, s="") == (
            f"Errors[{rejected} :n must be positive,{rejected} :Validation failed]"
        )


def test_7_2_java_lists_and_optionals_do_not_tell_their_name(refusal: Call) -> None:
    arguments = JAVA_ARGUMENTS | {"ints": "x"}
    assert refusal("JavaArguments$Every", **arguments) == (
        "Invalid type: expected List[Int], got x"
    )
    arguments = JAVA_ARGUMENTS | {"optInt": "x", "int": "y"}
    assert refusal("JavaArguments$Every", **arguments) == (
        "Errors[Invalid field int:Invalid type: expected Int, got y,"
        "Invalid type: expected Int, got x]"
    )


def test_7_2_missing_always_fails(api: Api, register: Callable[[str], str]) -> None:
    result = api.call(register("Missing$"), {})
    assert not result["success"]
    assert "Arguments does not conform to job [Internal error: never there]" in result["errors"][0]


# ---- 7.3 Scala -------------------------------------------------------------------------------------


def test_7_3_arguments_of_every_type(call: Call) -> None:
    assert call("EveryType$", **EVERY_TYPE) == [
        "true", "-5", "9007199254740993", "1.5", "2.0", "s", "none", "3", "a+b", "1.5",
        "9007199254740994", "7", "unset", "3",
    ]  # fmt: skip
    given = call("EveryType$", **(EVERY_TYPE | {"option": 4, "default": "set"}))
    assert given[6] == "4" and given[12] == "set"


def test_7_3_arg_of_a_case_class(call: Call) -> None:
    request = {
        "numbers": [1, 2, 3],
        "spot": {"x": 2, "y": 0.5},
        "words": {"a": ["b", "c"]},
        "flags": [True, False],
        "big": 9007199254740993,
    }
    assert call("RequestClass$", **request) == {"total": 12, "req": request}


def test_7_3_extractor_with_defaults(call: Call) -> None:
    assert call("DefaultsClass$", text="t", words=None) == {
        "text": "t",
        "limit": 10,
        "words": ["a"],
        "ratio": 0.5,
    }
    assert call("DefaultsClass$", text="t", limit=1)["limit"] == 1


def test_7_3_combined_arguments_and_a_method_as_body(api: Api, call: Call) -> None:
    answer = call("PutTogether$", a=1, even=4)
    head, worker = answer.split("@")
    assert head.startswith("25.0c") and worker in api.worker_names()


def test_7_3_and_then_may_refuse(refusal: Call) -> None:
    assert refusal("PutTogether$", a=1, even=3) == "Invalid value: 3 is odd"


def test_7_3_twenty_one_arguments(call: Call) -> None:
    assert call("TwentyOne$") == sum(range(1, 22))
    assert call("TwentyOne$", n21=0) == sum(range(1, 21))


def test_7_3_all_args_keep_64_bit_integers(call: Call) -> None:
    kinds = call("Untyped$", a=1, b=9007199254740993, c=1.5, d="x", e=True, f=None)
    assert kinds == {
        "a": "Integer",
        "b": "Long",
        "c": "Double",
        "d": "String",
        "e": "Boolean",
        "f": "Null",
    }


def test_7_3_contexts(call: Call) -> None:
    assert call("OnSpark$") == 10.0
    assert call("OnSql$") == [{"n": 3}]
    assert call("OnSession$") == 2
    assert call("AsArguments$") == [True, True, True]


def test_5_4_objects_of_own_classes_travel_between_driver_and_tasks(call: Call) -> None:
    assert call("OwnClasses$") == [2, 4, 4, 2]
    assert call("OwnExceptions$") == "told"
    assert call("OwnStream$") == [1, 2]


def test_7_3_hive_contexts(call: Call) -> None:
    assert call("OnHive$") == [{"one": 1, "a": "a"}]
    assert call("OnHiveSession$") == "hive"
    assert call("AsSqlArguments$") == [True, True]


def test_7_3_a_streaming_context_of_its_own_for_each_call(call: Call) -> None:
    assert call("OnStreaming$") == "10 true"
    assert call("OnStreaming$") == "10 true"
    assert call("OnSpark$") == 10.0, "Spark goes on"


def test_7_3_a_stream_that_fails_is_out_of_the_way(
    api: Api, register: Callable[[str], str], call: Call
) -> None:
    result = api.call(register("BrokenStream$"), {})
    assert not result["success"] and "a broken batch" in result["errors"][0]
    assert call("OnStreaming$") == "10 true"


def test_7_3_a_cancelled_stream_ends_and_spark_goes_on(
    api: Api, register: Callable[[str], str], call: Call
) -> None:
    job_id = api.start(register("Endless$"))
    api.wait_for_log(job_id, "batch of 1")
    assert api.cancel(job_id).json["status"] == "cancelled"
    worker = api.job(job_id)["workerId"]
    assert worker in api.worker_names()
    assert call("OnStreaming$") == "10 true", "a new streaming context"
    assert call("OnSpark$") == 10.0
    assert worker in api.worker_names()


def test_7_3_invoke(call: Call) -> None:
    assert call("Nested$") == (
        "3.0 inner Arguments does not conform to job "
        "[Invalid field n:Invalid type: expected List[Double], got null]"
    )


def test_7_3_logging_on_driver_and_executors(api: Api, register: Callable[[str], str]) -> None:
    job_id = api.start(register("LogsEverywhere$"))
    log = api.wait_for_log(job_id, "FinishedEvent")
    for text in ("from the driver", "from task 1", "from task 2"):
        assert text in log, log


def test_7_3_json_tree(call: Call) -> None:
    assert call("JsonTree$") == {
        "unit": {},
        "null": None,
        "string": "s",
        "numbers": [1, 2, 3, 4, 5.5],
        "flags": [True, False, True],
        "infinite": None,
        "scala": {"a": 1, "b": [1.5, "x", True], "c": None, "d": [1]},
        "java": [1, 2.5, "x", None],
        "added": {"k": "v"},
        "facts": [True] * 6,
    }


def test_1_4_numbers_of_results(api: Api, register: Callable[[str], str]) -> None:
    """A double that is whole is written as 3.0, NaN as null, a long with all its digits."""
    answer = api.try_call(register("EveryEncoder$"), force="true")
    for member in ('"double":3.0', '"nan":null', '"long":9007199254740993'):
        assert f"{member}," in answer.text or f"{member}}}" in answer.text, answer.text


def test_1_4_spark_ui(api: Api, register: Callable[[str], str]) -> None:
    """A worker tells where its Spark UI is, when it has one."""
    conf = SPARK_CONF | {"spark.ui.enabled": "true", "spark.ui.port": "0"}
    api.put_context("compat-ui", sparkConf=conf, workerMode="shared")
    job = api.start(register("EveryEncoder$"), context="compat-ui")
    worker = api.get(f"workers/{api.wait_for_end(job)['workerId']}").json
    address = urlsplit(worker["sparkUi"])
    assert (address.scheme, address.path) == ("http", "")
    with urllib.request.urlopen(f"{worker['sparkUi']}/api/v1/applications") as applications:
        assert json.load(applications)[0]["name"] == worker["name"]
    assert api.request("DELETE", f"/v2/api/workers/{worker['name']}").status == 200


def test_7_3_encoders(call: Call) -> None:
    assert call("EveryEncoder$") == {
        "unit": {},
        "boolean": True,
        "short": 7,
        "int": 5,
        "long": 9007199254740993,
        "float": 1.5,
        "double": 3.0,
        "nan": None,
        "string": "text",
        "jsData": True,
        "seq": [1, 2],
        "list": ["a"],
        "array": [0.5],
        "some": 1,
        "none": None,
        "map": {"k": [1]},
        "own": "mine",
    }
    assert call("UnitResult$") == {}
    assert call("ArrayResult$") == [1, 2]


def test_7_3_rows_of_tables(call: Call) -> None:
    row = call("Table$")[0]
    at = row.pop("at")
    assert at.startswith("2024-02-29T12:00:00.123") and at[23:] != ""
    assert row == {
        "n": None,
        "flag": True,
        "byte": 1,
        "short": 2,
        "int": 3,
        "long": 9007199254740993,
        "float": 1.5,
        "double": 2.5,
        "string": "x",
        "day": "2024-02-29",
        "bytes": "AQI=",
        "decimal": 1.5,
        "struct": {"a": 1, "b": "b"},
        "list": [1, None],
        "map": {"1": "one"},
    }
    assert call("TypedTable$") == [{"x": 1, "y": 0.5}, {"x": 2, "y": None}]


def test_7_3_other_column_types_fail(api: Api, register: Callable[[str], str]) -> None:
    result = api.call(register("OddTable$"), {})
    assert not result["success"] and "Can not convert java.time.Duration" in result["errors"][0]


def test_7_3_extraction_by_hand(call: Call) -> None:
    assert call("Extractions$") == [True] * 9


# ---- 7.4 Java --------------------------------------------------------------------------------------

JAVA_ARGUMENTS = {
    "int": 1,
    "double": 1.0,
    "string": "s",
    "boolean": True,
    "ints": [1, 2],
    "doubles": [0.5],
    "strings": ["a", "b"],
    "booleans": [True],
}


def test_7_4_arguments(call: Call) -> None:
    assert call("JavaArguments$Every", **JAVA_ARGUMENTS) == ["5", "2.0", "sdnone", "true"]
    optionals = {"optInt": 10, "optDouble": 1, "optString": "o", "optBoolean": False}
    assert call("JavaArguments$Every", **JAVA_ARGUMENTS, **optionals) == [
        "15", "3.0", "sdoab", "false",
    ]  # fmt: skip
    assert call("JavaArguments$Ruled", n=2, s="ab") == "abab"
    assert call("JavaArguments$Twenty") == sum(range(1, 21))


def test_7_4_all_args_and_extras(api: Api, call: Call) -> None:
    answer = call("JavaArguments$Untyped", big=9007199254740993, list=[1, "x"])
    assert answer.startswith("Long[1, x]") and len(answer) > 20
    assert call("JavaArguments$Extras") in api.worker_names()


def test_7_4_extract_and_contexts_for_tests(call: Call) -> None:
    assert call("JavaArguments$Extracted") == "2,6,id,500,true"


def test_7_4_contexts(call: Call) -> None:
    assert call("JavaContexts$OnSession", n=5) == 5
    assert call("JavaContexts$OnSql") == 1
    assert call("JavaContexts$OnHive", d=2) == 2.0
    assert call("JavaContexts$OnHiveSession") is True
    assert call("JavaContexts$OnStreaming") is None


def test_7_4_encoders(call: Call) -> None:
    assert call("JavaContexts$EveryEncoder") == {"list": [0.5, 2.0], "none": None}
    assert call("JavaContexts$JsonResult") == {"flag": True, "java": {"k": [1, "x"]}}
    assert call("JavaContexts$IntResult") == 42


@pytest.mark.parametrize(
    "class_name, error",
    [
        ("Throws$", "java.lang.IllegalStateException: on purpose"),
        ("JavaContexts$Throws", "java.lang.Exception: a checked one"),
    ],
)
def test_2_5_a_function_that_throws_answers_its_stack_trace(
    api: Api, register: Callable[[str], str], class_name: str, error: str
) -> None:
    result = api.call(register(class_name), {})
    assert not result["success"]
    assert result["errors"][0].startswith(error) and "at compat." in result["errors"][0]
