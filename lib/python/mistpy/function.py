"""A decorated function as Mist sees it. Internal to Mist: authors use `mistpy.decorators`.

`function_of(fn)` gives the `MistFunction` of a decorated callable:
  context_kind     one of `tags.TYPE_CHOICES`, or None when the function asks for no Spark context
  has_validators   False: Python functions have no rules beyond their types
  schema()         the argument schema as a JSON-able dict
  call(context, arguments)  checks and completes the arguments, calls, and returns a JSON-able value
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Optional

from mistpy import types
from mistpy.arguments import AbstractArg, SystemArg
from mistpy.results import to_json_value

_KINDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class MistFunction:
    """One function: the Python callable, its context and its arguments. Immutable."""

    has_validators = False

    def __init__(
        self, body: Any, context: Optional[SystemArg], arguments: tuple[AbstractArg, ...]
    ) -> None:
        self.body = body
        self.context = context
        self.arguments = arguments

    @property
    def context_kind(self) -> Optional[str]:
        return self.context.type_choice if self.context else None

    @property
    def tags(self) -> list[str]:
        return sorted(self.context.tags) if self.context else []

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
            if value is None:
                failures += [] if arg.is_optional else [_missing(arg)]
            else:
                failures += filter(None, [types.check(arg.name, arg.type_hint, value)])
        return types.join_failures(failures)

    def call(self, context: Any, arguments: Mapping[str, Any]) -> Any:
        """Raises ValueError for arguments that do not fit, and what the function raises.

        Arguments that were not declared arrive when the function has a parameter for them.
        """
        failure = self.check(arguments)
        if failure:
            raise ValueError(f"Arguments does not conform to job [{failure}]")
        declared = {arg.name for arg in self.arguments}
        given = {
            arg.name: types.convert(arg.type_hint, arguments[arg.name])
            for arg in self.arguments
            if arguments.get(arg.name) is not None
        }
        given.update({n: v for n, v in arguments.items() if n not in declared and self.takes(n)})
        positional = () if self.context is None else (context,)
        return to_json_value(self.body(*positional, **given))

    def takes(self, name: str) -> bool:
        """Whether the function itself has a parameter of that name beside its context."""
        parameters = list(inspect.signature(self.body).parameters.values())
        first = parameters.pop(0).name if self.context and parameters else None
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return name != first
        return any(p.name == name and p.kind in _KINDS for p in parameters)


def function_of(fn: Any) -> Optional[MistFunction]:
    """None for what is not decorated."""
    type_choice = getattr(fn, "type_choice", None)
    arguments = getattr(fn, "args_def", None)
    if not callable(fn) or (type_choice is None and arguments is None):
        return None
    context = SystemArg(type_choice, getattr(fn, "fn_tags", ())) if type_choice else None
    return MistFunction(fn, context, tuple(arguments or ()))


def _missing(arg: AbstractArg) -> str:
    expected = types.type_name(arg.type_hint)
    return f"Invalid field {arg.name}:Invalid type: expected {expected}, got null"
