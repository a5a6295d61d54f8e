import decimal

import pytest

from mistpy.decorators import arg, list_type, on_spark_context, with_args
from mistpy.function import function_of
from mistpy.results import to_json_value


@with_args(
    arg("n", int),
    arg("names", list_type(str), default=["a"]),
    arg("flag", bool, default=True),
)
@on_spark_context
def fn(sc, n, names, flag):
    return {"n": n, "names": names, "flag": flag}


@pytest.mark.parametrize(
    "arguments, text",
    [
        ({"n": 1}, None),
        ({"n": 1.0}, None),
        ({"n": 2**70}, None),
        ({}, "Invalid field n:Invalid type: expected Int, got null"),
        ({"n": "abc"}, "Invalid field n:Invalid type: expected Int, got abc"),
        ({"n": 1.5}, "Invalid field n:Invalid type: expected Int, got 1.5"),
        ({"n": True}, "Invalid field n:Invalid type: expected Int, got true"),
        ({"n": 1, "names": "a"}, "Invalid field names:Invalid type: expected List[String], got a"),
        (
            {"n": 1, "names": ["a", 2]},
            'Invalid field names:Invalid type: expected List[String], got ["a",2]'
            " (at names[1]: Invalid type: expected String, got 2)",
        ),
        (
            {"flag": 1},
            "Errors[Invalid field n:Invalid type: expected Int, got null,"
            "Invalid field flag:Invalid type: expected Boolean, got 1]",
        ),
    ],
)
def test_arguments_are_checked_by_type(arguments, text):
    assert function_of(fn).check(arguments) == text


def test_a_call_with_bad_arguments_says_why():
    with pytest.raises(ValueError, match=r"Arguments does not conform to job \[Invalid field n:"):
        function_of(fn).call(None, {})


def test_integers_beyond_64_bits_are_kept():
    assert function_of(fn).call(None, {"n": 2**70})["n"] == 2**70


def test_a_whole_number_written_with_a_fraction_arrives_as_an_integer():
    assert isinstance(function_of(fn).call(None, {"n": 5.0})["n"], int)


@pytest.mark.parametrize(
    "value, json_value",
    [
        (None, None),
        (True, True),
        (2**40, 2**40),
        ("x", "x"),
        (float("nan"), None),
        ((1, [2.5]), [1, [2.5]]),
        ({1: {"a": None}}, {"1": {"a": None}}),
    ],
)
def test_results_of_any_json_type_are_taken(value, json_value):
    assert to_json_value(value) == json_value


def test_a_list_keeps_its_big_numbers_too():
    @with_args(arg("rows", list_type(list_type(int))))
    def rows(rows):
        return rows

    assert function_of(rows).call(None, {"rows": [[2**63, 1.0], []]}) == [[2**63, 1], []]
    assert function_of(rows).check({"rows": [[1], [2, "x"]]}) == (
        'Invalid field rows:Invalid type: expected List[List[Int]], got [[1],[2,"x"]]'
        " (at rows[1][1]: Invalid type: expected Int, got x)"
    )


def test_a_long_value_is_cut_in_the_failure():
    failure = function_of(fn).check({"n": "\u20ac" * 1000})
    assert failure.endswith("\u20ac...") and len(failure) < 200


def test_a_row_of_a_table_becomes_an_object():
    class Row(tuple):
        def asDict(self):
            return {"a": self[0]}

    assert to_json_value([Row((1,))]) == [{"a": 1}]


def test_a_numpy_like_value_becomes_a_list():
    class Array:
        def tolist(self):
            return [1, 2]

    assert to_json_value(Array()) == [1, 2]


def test_a_result_that_contains_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(TypeError, match="nested too deep"):
        to_json_value(loop)


def test_other_results_are_refused_by_name():
    with pytest.raises(TypeError, match="type Decimal"):
        to_json_value(decimal.Decimal(1))
