"""Names of Mist 1.1 for looking at decorated functions and for loading them from an artifact."""

from __future__ import annotations

from typing import Any, NamedTuple

from mistpy.arguments import AbstractArg, name_of
from mistpy.artifact import load_attribute
from mistpy.function import function_of


class ArgInfo(NamedTuple):
    """A parameter's name and its type hint."""

    name: str
    type_hint: Any


class FunctionEntry:
    """A decorated function: what it asks for, and how to call it."""

    def __init__(self, fn: Any) -> None:
        function = function_of(fn)
        if function is None:
            raise Exception(f"{name_of(fn)} is not a mist function")
        self._function = function

    @property
    def args_info(self) -> list[AbstractArg]:
        return list(self._function.arguments)

    @property
    def selected_spark_argument(self) -> Any:
        """One of `tags.TYPE_CHOICES`; None for a function without context."""
        return self._function.context_kind

    @property
    def tags(self) -> set[str]:
        return set(self._function.tags)

    def invoke(self, context_wrapper: Any, params: dict[str, Any]) -> Any:
        """Calls it with a context and arguments that are right already; the result is the function's own."""
        return self._function.body(context_wrapper, **params)


def is_mist_function(fn: Any) -> bool:
    return function_of(fn) is not None


def get_metadata(fn: Any) -> FunctionEntry:
    """Raises an Exception for what is not decorated."""
    return FunctionEntry(fn)


def load_entry(path: str, fn_name: str) -> FunctionEntry:
    """The function of a .py file, or `module.function` of an .egg, .whl or .zip."""
    return get_metadata(load_attribute(path, fn_name))
