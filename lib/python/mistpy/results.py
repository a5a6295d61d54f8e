"""A function's result in JSON's terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def to_json_value(value: Any) -> Any:
    """Raises TypeError for what JSON has no word for, and for what contains itself."""
    try:
        return _converted(value)
    except RecursionError:
        raise TypeError("Can not convert a result that is nested too deep to JSON") from None


def _converted(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "asDict"):  # a row of a Spark table
        return _converted(value.asDict())
    if isinstance(value, Mapping):
        return {str(k): _converted(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_converted(item) for item in value]
    if hasattr(value, "tolist"):  # numpy's arrays and numbers
        return _converted(value.tolist())
    raise TypeError(f"Can not convert a result of type {type(value).__name__} to JSON")
