"""What a function declares: its Spark context and its arguments. Authors use `mistpy.decorators`.

It is kept in attributes of the callable: `type_choice`, `fn_tags` and `args_def`. So it survives decorators of the
author's own, as long as those use `functools.wraps`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional, TypeVar

from mistpy import types
from mistpy.tags import TYPE_CHOICES

F = TypeVar("F", bound=Callable[..., Any])


class BadParameterException(Exception):
    """A parameter that cannot work: its name, its type hint and why; or one text that says all."""

    def __init__(self, name: str, type_hint: Any = None, additional_info: str = "") -> None:
        super().__init__(name, type_hint, additional_info)
        self.name = name
        self.type_hint = type_hint
        self.additional_info = additional_info

    def __str__(self) -> str:
        if self.type_hint is None and not self.additional_info:
            return self.name
        hint = self.type_hint if self.type_hint is None else types.type_name(self.type_hint)
        return f"Bad parameter {self.name} of type {hint}: {self.additional_info}"


class SystemArg:
    """The Spark context that Mist passes as the first parameter. Decorates functions."""

    def __init__(self, type_choice: str, tags: Iterable[str] = ()) -> None:
        if type_choice not in TYPE_CHOICES:
            raise AttributeError(
                f"wrong value of type choice {type_choice!r}, one of {', '.join(TYPE_CHOICES)} is needed"
            )
        self.type_choice = type_choice
        self.tags = frozenset(tags)

    def __call__(self, fn: F) -> F:
        return declare(fn, context=self)


class AbstractArg:
    """An argument that the caller gives. Decorates functions, as a `with_args` of its own."""

    def __init__(self, name: str, type_hint: Any, is_optional: bool) -> None:
        self.name = name
        self.type_hint = type_hint
        self.is_optional = is_optional

    def schema(self) -> types.Schema:
        schema = types.schema_of(self.type_hint)
        return {"type": "MOption", "args": [schema]} if self.is_optional else schema

    def __call__(self, fn: F) -> F:
        return declare(fn, arguments=(self,))


class NamedArg(AbstractArg):
    """Required."""

    def __init__(self, name: str, type_hint: Any) -> None:
        super().__init__(name, type_hint, False)


class NamedArgWithDefault(AbstractArg):
    """Has a value of its own when the caller gives none."""

    def __init__(self, name: str, type_hint: Any, default: Any = None) -> None:
        super().__init__(name, type_hint, True)
        self.default = default


class OptionalArg(AbstractArg):
    """None when the caller gives none, unless the Python function itself has a default."""

    def __init__(self, name: str, type_hint: Any) -> None:
        super().__init__(name, type_hint, True)


def declare(
    fn: F, context: Optional[SystemArg] = None, arguments: tuple[AbstractArg, ...] = ()
) -> F:
    """`fn` with a context or arguments added to what was declared of it already, in any order.

    The result can be called like `fn` itself, as tests do, and then gets its defaults too.
    """
    if context and hasattr(fn, "type_choice"):
        raise BadParameterException(f"{name_of(fn)} asks for two Spark contexts")
    all_arguments = (*arguments, *getattr(fn, "args_def", ()))
    _check_names([argument.name for argument in all_arguments])

    @functools.wraps(fn)
    def decorated(*positional: Any, **given: Any) -> Any:
        return fn(*positional, **_completed(fn, arguments, positional, given))

    attributes: Any = decorated
    if context:
        attributes.type_choice = context.type_choice
        attributes.fn_tags = context.tags
    attributes.args_def = all_arguments
    return decorated  # type: ignore[return-value]


def name_of(fn: Any) -> str:
    return str(getattr(fn, "__name__", type(fn).__name__))


def _check_names(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadParameterException(f"with_args has two arguments named {name}")


def _completed(
    fn: Any,
    arguments: tuple[AbstractArg, ...],
    positional: tuple[Any, ...],
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """The keyword arguments of a call, with defaults for those that are not given."""
    parameters = inspect.signature(fn).parameters
    passed = set(list(parameters)[: len(positional)]) | given.keys()
    complete = dict(given)
    for arg in arguments:
        if arg.name in passed:
            continue
        if isinstance(arg, NamedArgWithDefault):
            complete[arg.name] = arg.default
        elif _has_default(parameters.get(arg.name)):
            continue
        elif not arg.is_optional:
            raise BadParameterException(arg.name, arg.type_hint, "it is not given")
        else:
            complete[arg.name] = None
    return complete


def _has_default(parameter: Optional[inspect.Parameter]) -> bool:
    return parameter is not None and parameter.default is not inspect.Parameter.empty
