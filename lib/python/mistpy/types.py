"""The type hints of arguments: how a schema writes them, and whether a JSON value fits."""

from __future__ import annotations

from typing import Any, Optional

Schema = dict[str, Any]


class ListType:
    """A list whose items have one type; made by `list_type`."""

    def __init__(self, item_type: Any) -> None:
        self.item_type = item_type


_PLAIN: dict[Any, tuple[str, str]] = {
    # hint: (name in the schema, name in error texts)
    bool: ("MBoolean", "Boolean"),
    int: ("MInt", "Int"),
    float: ("MDouble", "Double"),
    str: ("MString", "String"),
}


def schema_of(hint: Any) -> Schema:
    if hint is list:
        hint = ListType(None)
    if isinstance(hint, ListType):
        return {"type": "MList", "args": [schema_of(hint.item_type)]}
    kind, _ = _plain(hint)
    return {"type": kind}


def type_name(hint: Any) -> str:
    if hint is list:
        return "List[Any]"
    if isinstance(hint, ListType):
        return f"List[{type_name(hint.item_type)}]"
    return _plain(hint)[1]


def check(hint: Any, value: Any) -> Optional[str]:
    """The failure's text, or None when the value fits."""
    if _fits(hint, value):
        return None
    return f"Invalid type: expected {type_name(hint)}, got {_text(value)}"


def convert(hint: Any, value: Any) -> Any:
    """A value that fits, as the function expects it: JSON's 5.0 is whole, Python's is not."""
    if hint is int and isinstance(value, float):
        return int(value)
    if isinstance(hint, ListType):
        return [convert(hint.item_type, item) for item in value]
    return value


def join_failures(failures: list[str]) -> Optional[str]:
    if not failures:
        return None
    return failures[0] if len(failures) == 1 else f"Errors[{','.join(failures)}]"


def _plain(hint: Any) -> tuple[str, str]:
    try:
        return _PLAIN.get(hint, ("MAny", "Any"))
    except TypeError:  # an unhashable hint
        return ("MAny", "Any")


def _fits(hint: Any, value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is bool:
        return isinstance(value, bool)
    if hint is int:
        return is_number and (isinstance(value, int) or value.is_integer())
    if hint is float:
        return is_number
    if hint is str:
        return isinstance(value, str)
    if isinstance(hint, ListType):
        return isinstance(value, list) and all(_fits(hint.item_type, item) for item in value)
    return isinstance(value, list) if hint is list else True


def _text(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
