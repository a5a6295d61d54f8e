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

from typing import Any, Callable, TypeVar

from mistpy.function import (
    AbstractArg,
    BadParameterException,
    NamedArg,
    NamedArgWithDefault,
    OptionalArg,
    SystemArg,
    declare,
)
from mistpy.tags import (
    HIVE_CONTEXT,
    HIVE_SESSION,
    HIVE_TAG,
    SPARK_CONTEXT,
    SPARK_SESSION,
    SPARK_STREAMING,
    SQL_CONTEXT,
    SQL_TAG,
    STREAMING_TAG,
    TYPE_CHOICES,
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

F = TypeVar("F", bound=Callable[..., Any])


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


def list_type(item_type: Any) -> ListType:
    """The type of a list of `item_type`."""
    return ListType(item_type)


def with_args(*args: AbstractArg) -> Callable[[F], F]:
    """Declares the function's arguments."""
    for argument in args:
        if not isinstance(argument, AbstractArg):
            raise BadParameterException(
                f"with_args takes arg(...) and opt_arg(...), not {argument!r}"
            )
    names = [argument.name for argument in args]
    for name in names:
        if names.count(name) > 1:
            raise BadParameterException(f"with_args has two arguments named {name}")
    return lambda fn: declare(fn, arguments=args)  # type: ignore[return-value]


def on_spark_context(fn: F) -> F:
    """The first parameter is a SparkContext."""
    return _on(fn, SPARK_CONTEXT)


def on_spark_session(fn: F) -> F:
    """The first parameter is a SparkSession."""
    return _on(fn, SPARK_SESSION, SQL_TAG)


def on_sql_context(fn: F) -> F:
    """The first parameter is an SQLContext."""
    return _on(fn, SQL_CONTEXT, SQL_TAG)


def on_hive_context(fn: F) -> F:
    """The first parameter is a HiveContext."""
    return _on(fn, HIVE_CONTEXT, HIVE_TAG, SQL_TAG)


def on_hive_session(fn: F) -> F:
    """The first parameter is a SparkSession with Hive."""
    return _on(fn, HIVE_SESSION, HIVE_TAG, SQL_TAG)


def on_streaming_context(fn: F) -> F:
    """The first parameter is a StreamingContext."""
    return _on(fn, SPARK_STREAMING, STREAMING_TAG)


def _on(fn: F, kind: str, *tags: str) -> F:
    return declare(fn, context=SystemArg(kind, list(tags)))  # type: ignore[return-value]
