"""What the source of a Python function uses:

    from mistpy.decorators import arg, on_spark_context, with_args

    @with_args(arg("samples", type_hint=int, default=10000))
    @on_spark_context
    def pi(sc, samples):
        ...

The decorators may stand in any order. Mist calls the function with its Spark context first and
every argument by name.
"""

from __future__ import annotations

from typing import Any, Callable

from mistpy.arguments import (
    AbstractArg,
    BadParameterException,
    F,
    NamedArg,
    NamedArgWithDefault,
    OptionalArg,
    SystemArg,
    declare,
)
from mistpy.tags import (
    HIVE_CONTEXT,
    HIVE_SESSION,
    SPARK_CONTEXT,
    SPARK_SESSION,
    SPARK_STREAMING,
    SQL_CONTEXT,
    TYPE_CHOICES,
    tags,
)
from mistpy.types import ListType

__all__ = [
    "AbstractArg",
    "BadParameterException",
    "HIVE_CONTEXT",
    "HIVE_SESSION",
    "NamedArg",
    "NamedArgWithDefault",
    "OptionalArg",
    "SPARK_CONTEXT",
    "SPARK_SESSION",
    "SPARK_STREAMING",
    "SQL_CONTEXT",
    "SystemArg",
    "TYPE_CHOICES",
    "arg",
    "list_type",
    "on_hive_context",
    "on_hive_session",
    "on_spark_context",
    "on_spark_session",
    "on_sql_context",
    "on_streaming_context",
    "opt_arg",
    "with_args",
]


def arg(name: str, type_hint: Any, default: Any = None, optional: bool = False) -> AbstractArg:
    """An argument; required unless it has a default or is optional.

    `type_hint=None` takes any value.
    """
    if default is not None:
        return NamedArgWithDefault(name, type_hint, default)
    return OptionalArg(name, type_hint) if optional else NamedArg(name, type_hint)


def opt_arg(name: str, type_hint: Any) -> AbstractArg:
    """An argument that the caller may leave out."""
    return OptionalArg(name, type_hint)


def list_type(main_type: Any) -> ListType:
    """The type of a list whose items have the type `main_type`."""
    return ListType(main_type)


def with_args(*args: AbstractArg) -> Callable[[F], F]:
    """Declares the function's arguments."""
    for argument in args:
        if not isinstance(argument, AbstractArg):
            raise BadParameterException(
                f"with_args takes arg(...) and opt_arg(...), not {argument!r}"
            )

    def decorate(fn: F) -> F:
        return declare(fn, arguments=args)

    return decorate


# The first parameter of the function is ...
on_spark_context = SystemArg(SPARK_CONTEXT)  # a SparkContext
on_spark_session = SystemArg(SPARK_SESSION, tags.sql)  # a SparkSession
on_sql_context = SystemArg(SQL_CONTEXT, tags.sql)  # an SQLContext
on_hive_context = SystemArg(HIVE_CONTEXT, tags.hive)  # a HiveContext
on_hive_session = SystemArg(HIVE_SESSION, tags.hive)  # a SparkSession with Hive
on_streaming_context = SystemArg(SPARK_STREAMING, tags.streaming)  # a StreamingContext
