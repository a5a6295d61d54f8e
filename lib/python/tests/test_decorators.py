import functools
from typing import List, Optional

import pytest

from mistpy import tags
from mistpy.decorators import (
    HIVE_SESSION,
    SPARK_CONTEXT,
    AbstractArg,
    BadParameterException,
    NamedArg,
    NamedArgWithDefault,
    OptionalArg,
    SystemArg,
    arg,
    list_type,
    on_hive_session,
    on_spark_context,
    on_spark_session,
    opt_arg,
    with_args,
)
from mistpy.function import function_of


def echo(*args):
    @with_args(*args)
    @on_spark_context
    def fn(sc, **given):
        return given

    return function_of(fn)


def test_decorators_may_stand_in_any_order():
    @on_spark_session
    @with_args(arg("n", int))
    def fn(spark, n):
        return [spark, n]

    assert function_of(fn).context_kind == tags.SPARK_SESSION
    assert function_of(fn).call("session", {"n": 1}) == ["session", 1]


def test_an_undecorated_function_is_none_of_mists():
    assert function_of(lambda: 1) is None


def test_every_default_arrives():
    fn = echo(arg("a", int, default=1), arg("b", str, default="x"), arg("c", float, default=0.5))
    assert fn.call(None, {"b": "y"}) == {"a": 1, "b": "y", "c": 0.5}


def test_null_is_as_good_as_missing():
    assert echo(arg("a", int, default=1)).call(None, {"a": None}) == {"a": 1}


def test_a_missing_optional_argument_arrives_as_none():
    assert echo(opt_arg("a", int)).call(None, {}) == {"a": None}


def test_a_missing_optional_argument_leaves_the_functions_own_default_alone():
    @with_args(opt_arg("n", int))
    @on_spark_context
    def fn(sc, n=7):
        return n

    assert function_of(fn).call(None, {}) == 7


def test_a_decorated_function_called_directly_gets_its_defaults():
    @with_args(arg("n", int, default=3))
    @on_spark_context
    def fn(sc, n):
        return n

    assert (fn("sc"), fn("sc", 4), fn("sc", n=5)) == (3, 4, 5)


def test_a_function_without_context_is_called_with_arguments_only():
    @with_args(arg("n", int))
    def fn(n):
        return n + 1

    assert function_of(fn).context_kind is None
    assert function_of(fn).call(None, {"n": 1}) == 2


def test_a_missing_argument_of_a_direct_call_is_named():
    @with_args(arg("n", int))
    @on_spark_context
    def fn(sc, n):
        pass

    with pytest.raises(
        BadParameterException, match="^Bad parameter n of type Int: it is not given$"
    ):
        fn("sc")


def test_an_optional_argument_with_a_default_gets_it():
    assert echo(arg("n", int, default=3, optional=True)).call(None, {}) == {"n": 3}


def test_arguments_that_are_not_declared_arrive_when_there_is_a_parameter_for_them():
    @on_spark_context
    def fn(sc, n, m=2):
        return [sc, n, m]

    assert function_of(fn).call("sc", {"n": 1, "sc": 5, "other": 6}) == ["sc", 1, 2]
    assert echo(arg("n", int)).call(None, {"n": 1, "more": None}) == {"n": 1, "more": None}


def traced(fn):
    @functools.wraps(fn)
    def wrapper(*positional, **given):
        return ["traced", fn(*positional, **given)]

    return wrapper


def test_an_authors_own_decorators_run_wherever_they_stand():
    @traced
    @with_args(arg("n", int, default=3))
    @traced
    @on_spark_context
    @traced
    def fn(sc, n):
        return n

    assert function_of(fn).call(None, {}) == ["traced", ["traced", ["traced", 3]]]
    assert function_of(fn).schema()["arguments"][0]["name"] == "n"


def test_a_callable_object_can_be_decorated():
    class Adder:
        def __call__(self, sc, n):
            return n + 1

    fn = with_args(arg("n", int))(on_spark_context(Adder()))
    assert function_of(fn).call(None, {"n": 1}) == 2


def test_each_argument_and_each_context_is_a_decorator_of_its_own():
    @NamedArg("a", int)
    @NamedArgWithDefault("b", int, 2)
    @OptionalArg("c", int)
    @SystemArg(SPARK_CONTEXT, {"mine"})
    def fn(sc, a, b, c):
        return [a, b, c]

    assert function_of(fn).call(None, {"a": 1}) == [1, 2, None]
    assert function_of(fn).tags == ["mine"]


def test_what_is_declared_can_be_read():
    n = arg("n", int)

    @with_args(n)
    @on_hive_session
    def fn(spark, n):
        pass

    assert (fn.type_choice, fn.fn_tags, fn.args_def) == (HIVE_SESSION, {"hive", "sql"}, (n,))
    assert isinstance(n, AbstractArg) and not n.is_optional


def test_another_kind_of_context_is_refused():
    with pytest.raises(
        AttributeError, match="wrong value of type choice 'sparkle', one of sp_context"
    ):
        SystemArg("sparkle")


def test_bad_parameter_exception_can_be_printed():
    with pytest.raises(BadParameterException) as e:
        with_args("n")
    assert str(e.value) == "with_args takes arg(...) and opt_arg(...), not 'n'"
    assert str(BadParameterException("n", int, "too big")) == "Bad parameter n of type Int: too big"


def test_two_arguments_of_one_name_are_refused():
    with pytest.raises(BadParameterException):
        echo(arg("n", int), arg("n", str))


def test_two_contexts_are_refused():
    with pytest.raises(BadParameterException):

        @on_spark_context
        @on_hive_session
        def fn(sc):
            pass


def test_the_schema_names_types_tags_and_optional_arguments():
    @with_args(
        arg("i", int),
        arg("b", bool),
        arg("d", float, default=1.0),
        opt_arg("s", str),
        arg("l", list),
        arg("strings", list_type(str)),
        arg("any", None),
    )
    @on_hive_session
    def fn(spark, **given):
        pass

    assert function_of(fn).schema() == {
        "language": "python",
        "arguments": [
            {"name": "i", "type": {"type": "MInt"}},
            {"name": "b", "type": {"type": "MBoolean"}},
            {"name": "d", "type": {"type": "MOption", "args": [{"type": "MDouble"}]}},
            {"name": "s", "type": {"type": "MOption", "args": [{"type": "MString"}]}},
            {"name": "l", "type": {"type": "MList", "args": [{"type": "MAny"}]}},
            {"name": "strings", "type": {"type": "MList", "args": [{"type": "MString"}]}},
            {"name": "any", "type": {"type": "MAny"}},
        ],
        "tags": ["hive", "sql"],
        "validators": False,
    }


class Celsius(float):
    pass


@pytest.mark.parametrize(
    "hint, schema",
    [
        (Celsius, {"type": "MDouble"}),
        (dict, {"type": "MAny"}),
        (Optional[int], {"type": "MAny"}),
        (List[int], {"type": "MList", "args": [{"type": "MInt"}]}),
        (
            list[List[str]],
            {"type": "MList", "args": [{"type": "MList", "args": [{"type": "MString"}]}]},
        ),
    ],
)
def test_other_hints_that_python_has(hint, schema):
    assert echo(arg("x", hint)).schema()["arguments"] == [{"name": "x", "type": schema}]
