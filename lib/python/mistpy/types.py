"""The type hints of arguments: how a schema writes them, and whether a JSON value fits."""

from __future__ import annotations

import json
import typing
from typing import Any, NamedTuple, Optional

Schema = dict[str, Any]

# What an error text shows of a value at most, as the master does.
_SHOWN_BYTES = 256


class ListType:
    """A list whose items have one type; made by `list_type`."""

    container_type = list

    def __init__(self, main_type: Any) -> None:
        self.main_type = main_type


class Misfit(NamedTuple):
    """Why a value does not fit. `path` leads to the item at fault when it is not the value itself."""

    text: str
    path: str = ""
    cause: str = ""


# hint: (name in the schema, name in error texts). A bool is an int to Python, so it comes first.
_PLAIN: tuple[tuple[type, tuple[str, str]], ...] = (
    (bool, ("MBoolean", "Boolean")),
    (int, ("MInt", "Int")),
    (float, ("MDouble", "Double")),
    (str, ("MString", "String")),
)
_ANY = ("MAny", "Any")


def schema_of(hint: Any) -> Schema:
    items = _list_of(hint)
    if items is not None:
        return {"type": "MList", "args": [schema_of(items.main_type)]}
    return {"type": _plain(hint)[0]}


def type_name(hint: Any) -> str:
    items = _list_of(hint)
    return _plain(hint)[1] if items is None else f"List[{type_name(items.main_type)}]"


def check(name: str, hint: Any, value: Any) -> Optional[str]:
    """The failure's text, in the master's words, or None when the value fits the argument."""
    misfit = _misfit(hint, value)
    if misfit is None:
        return None
    where = f" (at {name}{misfit.path}: {misfit.cause})" if misfit.path else ""
    return f"Invalid field {name}:{misfit.text}{where}"


def convert(hint: Any, value: Any) -> Any:
    """A value that fits, as the function expects it: JSON's 5.0 is whole, Python's is not."""
    items = _list_of(hint)
    if items is not None:
        return [convert(items.main_type, item) for item in value]
    return int(value) if isinstance(value, float) and _plain(hint)[0] == "MInt" else value


def join_failures(failures: list[str]) -> Optional[str]:
    if not failures:
        return None
    return failures[0] if len(failures) == 1 else f"Errors[{','.join(failures)}]"


def _list_of(hint: Any) -> Optional[ListType]:
    """`list`, `list_type(int)` and the hints `list[int]` and `List[int]` are lists."""
    if isinstance(hint, ListType):
        return hint
    if typing.get_origin(hint) is list:
        return ListType(typing.get_args(hint)[0])
    return ListType(None) if isinstance(hint, type) and issubclass(hint, list) else None


def _plain(hint: Any) -> tuple[str, str]:
    if not isinstance(hint, type):
        return _ANY
    return next((names for plain, names in _PLAIN if issubclass(hint, plain)), _ANY)


def _misfit(hint: Any, value: Any) -> Optional[Misfit]:
    items = _list_of(hint)
    if items is None:
        return None if _fits(_plain(hint)[0], value) else Misfit(_wrong_type(hint, value))
    if not isinstance(value, list):
        return Misfit(_wrong_type(hint, value))
    for index, item in enumerate(value):
        inner = _misfit(items.main_type, item)
        if inner:
            path = f"[{index}]{inner.path}"
            return Misfit(_wrong_type(hint, value), path, inner.cause or inner.text)
    return None


def _fits(kind: str, value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "MBoolean":
        return isinstance(value, bool)
    if kind == "MInt":
        return is_number and (isinstance(value, int) or value.is_integer())
    if kind == "MDouble":
        return is_number
    return isinstance(value, str) if kind == "MString" else True


def _wrong_type(hint: Any, value: Any) -> str:
    return f"Invalid type: expected {type_name(hint)}, got {_shown(value)}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else _json(value)
    cut = text.encode("utf-8", "replace")[:_SHOWN_BYTES].decode("utf-8", "ignore")
    return cut + ("..." if len(cut) < len(text) else "")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
