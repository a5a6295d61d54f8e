"""A decorated function as Mist sees it. Internal to Mist: authors use `mistpy.decorators`.

`function_of(fn)` gives the `MistFunction` of a decorated callable:
  context_kind     one of `tags.TYPE_CHOICES`, or None when the function asks for no Spark context
  has_validators   False: Python functions have no rules beyond their types
  schema()         the argument schema as a JSON-able dict
  call(context, arguments)  checks and completes the arguments, calls, and returns a JSON-able value
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Mapping
from typing import Any, Callable, Optional

from mistpy import types

_ATTRIBUTE = "__mist_function__"


class BadParameterException(Exception):
    """A function is declared in a way that cannot work."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class SystemArg:
    """The Spark context that Mist passes as the first parameter."""

    def __init__(self, type_choice: str, tags: Optional[list[str]] = None) -> None:
        self.type_choice = type_choice
        self.tags = list(tags or [])


class AbstractArg:
    """An argument that the caller gives."""

    def __init__(self, name: str, type_hint: Any) -> None:
        self.name = name
        self.type_hint = type_hint

    def schema(self) -> types.Schema:
        return {"type": "MOption", "args": [types.schema_of(self.type_hint)]}


class NamedArg(AbstractArg):
    """Required."""

    def schema(self) -> types.Schema:
        return types.schema_of(self.type_hint)


class NamedArgWithDefault(AbstractArg):
    """Has a value of its own when the caller gives none."""

    def __init__(self, name: str, type_hint: Any, default: Any = None) -> None:
        super().__init__(name, type_hint)
        self.default = default


class OptionalArg(AbstractArg):
    """None when the caller gives none, unless the Python function itself has a default."""


class MistFunction:
    """One function: the Python callable, its context and its arguments. Immutable."""

    has_validators = False

    def __init__(
        self,
        body: Callable[..., Any],
        context: Optional[SystemArg] = None,
        arguments: tuple[AbstractArg, ...] = (),
    ) -> None:
        self.body = body
        self.context = context
        self.arguments = arguments

    @property
    def context_kind(self) -> Optional[str]:
        return self.context.type_choice if self.context else None

    @property
    def tags(self) -> list[str]:
        return list(self.context.tags) if self.context else []

    def schema(self) -> dict[str, Any]:
        return {
            "language": "python",
            "arguments": [{"name": a.name, "type": a.schema()} for a in self.arguments],
            "tags": self.tags,
            "validators": self.has_validators,
        }

    def check(self, arguments: Mapping[str, Any]) -> Optional[str]:
        """Why the arguments do not fit, in every Mist function's words; None when they do."""
        failures = []
        for arg in self.arguments:
            value = arguments.get(arg.name)
            if value is None and not isinstance(arg, NamedArg):
                continue
            failure = _missing(arg) if value is None else types.check(arg.type_hint, value)
            if failure:
                failures.append(f"Invalid field {arg.name}:{failure}")
        return types.join_failures(failures)

    def call(self, context: Any, arguments: Mapping[str, Any]) -> Any:
        """Raises ValueError for arguments that do not fit, and what the function raises."""
        failure = self.check(arguments)
        if failure:
            raise ValueError(f"Arguments does not conform to job [{failure}]")
        given = {
            arg.name: types.convert(arg.type_hint, arguments[arg.name])
            for arg in self.arguments
            if arguments.get(arg.name) is not None
        }
        positional = () if self.context is None else (context,)
        return to_json_value(self.body(*positional, **self.complete(positional, given)))

    def complete(self, positional: tuple[Any, ...], given: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments of a call, with defaults for those that are not given."""
        parameters = inspect.signature(self.body).parameters
        passed = set(list(parameters)[: len(positional)]) | given.keys()
        complete = dict(given)
        for arg in self.arguments:
            if arg.name in passed:
                continue
            if isinstance(arg, NamedArgWithDefault):
                complete[arg.name] = arg.default
            elif isinstance(arg, OptionalArg) and not _has_default(parameters.get(arg.name)):
                complete[arg.name] = None
        return complete


def function_of(fn: Any) -> Optional[MistFunction]:
    """None for a callable that is not decorated."""
    found = getattr(fn, _ATTRIBUTE, None)
    return found if isinstance(found, MistFunction) else None


def declare(
    fn: Callable[..., Any],
    context: Optional[SystemArg] = None,
    arguments: tuple[AbstractArg, ...] = (),
) -> Callable[..., Any]:
    """`fn` with a context or arguments added to what was declared of it already, in any order.

    The result can be called like `fn` itself, as tests do, and then gets its defaults too.
    """
    before = function_of(fn) or MistFunction(fn)
    if context and before.context:
        raise BadParameterException(f"{before.body.__name__} asks for two Spark contexts")
    if arguments and before.arguments:
        raise BadParameterException(f"{before.body.__name__} has two with_args")
    function = MistFunction(before.body, context or before.context, arguments or before.arguments)

    @functools.wraps(function.body)
    def decorated(*positional: Any, **given: Any) -> Any:
        return function.body(*positional, **function.complete(positional, given))

    setattr(decorated, _ATTRIBUTE, function)
    return decorated


def to_json_value(value: Any) -> Any:
    """The function's result in JSON's terms. Raises TypeError for what JSON has no word for."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "asDict"):  # a row of a Spark table
        return to_json_value(value.asDict())
    if isinstance(value, Mapping):
        return {str(k): to_json_value(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json_value(item) for item in value]
    if hasattr(value, "tolist"):  # numpy's arrays and numbers
        return to_json_value(value.tolist())
    raise TypeError(f"Can not convert a result of type {type(value).__name__} to JSON")


def _has_default(parameter: Optional[inspect.Parameter]) -> bool:
    return parameter is not None and parameter.default is not inspect.Parameter.empty


def _missing(arg: AbstractArg) -> str:
    return f"Invalid type: expected {types.type_name(arg.type_hint)}, got null"
