"""Names of Mist 1.1's process that ran a function. Workers of Mist 2 run functions in forks of a warm process."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from mistpy import tags
from mistpy.context_wrapper import ContextWrapper

_GONE = (
    "mistpy.python_execute_script was started by workers of Mist 1.1, and Mist 2 does not need it. To call a function by"
    " hand use mistpy.testing.call(function, arguments)."
)


def to_python_types(any: Any) -> Any:
    """Java's maps and lists, as py4j shows them, as dicts and lists."""
    if isinstance(any, Mapping):
        return {key: to_python_types(value) for key, value in any.items()}
    if isinstance(any, Sequence) and not isinstance(any, (str, bytes, bytearray)):
        return [to_python_types(item) for item in any]
    return any


def initialized_context_value(
    _gateway: Any, context_wrapper: ContextWrapper, selected_spark_argument: str
) -> Any:
    """What a function with that kind of context gets; `set_context` was called already."""
    if selected_spark_argument not in tags.TYPE_CHOICES:
        raise Exception(f"Unknown spark argument type: {selected_spark_argument}")
    name = _NAMES[selected_spark_argument]
    if selected_spark_argument == tags.HIVE_SESSION:
        context_wrapper.set_hive_session(_gateway)
    elif selected_spark_argument != tags.SPARK_CONTEXT:
        getattr(context_wrapper, f"set_{name}")(_gateway)
    return getattr(context_wrapper, name)


def execution_cmd(args: Any) -> NoReturn:
    raise RuntimeError(_GONE)


_NAMES = {
    tags.SPARK_CONTEXT: "context",
    tags.SPARK_SESSION: "session",
    tags.HIVE_SESSION: "session",
    tags.SQL_CONTEXT: "sql_context",
    tags.HIVE_CONTEXT: "hive_context",
    tags.SPARK_STREAMING: "streaming_context",
}

if __name__ == "__main__":
    sys.exit(_GONE)
