"""Calls a function in a test as Mist would, on a Spark of the test's own:

    from mistpy.testing import call

    assert call(search, {"path": "a.txt", "words": ["x"]}) == [...]

pyspark must be installed; the first call starts a local Spark, which serves the others.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from typing import Any, Optional, Union

from mistpy import tags
from mistpy.artifact import load_attribute
from mistpy.contexts import Contexts
from mistpy.function import function_of

__all__ = ["ArgumentError", "call", "load", "stop"]

_BATCH_SECONDS = 1


class ArgumentError(ValueError):
    """Mist would refuse this call, with this text."""


def call(
    function: Any, arguments: Union[Mapping[str, Any], str, None] = None, spark: Any = None
) -> Any:
    """What a caller would get, as JSON: the arguments (a mapping, or the text of a JSON object) are checked, and the
    function is called with a context of the kind that it asks for.

    On the session `spark`, or else on a local one with two threads. Raises ArgumentError, and what the function raises.
    """
    checked = function_of(function)
    if checked is None:
        raise TypeError(f"{function!r} is not a mist function: decorate it with mistpy.decorators")
    given = _json_object(arguments)
    failure = checked.check(given)
    if failure:
        raise ArgumentError(failure)
    kind = checked.context_kind
    context = None if kind is None else _contexts(kind, spark).of(kind)
    return _json_value(checked.call(context, given))


def load(path: str, name: str) -> Any:
    """A function of an artifact: `function` of a .py file, `module.function` of an .egg, .whl or .zip."""
    return load_attribute(path, name)


def stop() -> None:
    """Stops the local Spark, if there is one. The next call starts another."""
    _local.stop()


class _LocalSpark:
    """One Spark for all calls of the process. It is started anew when a function needs Hive and it has none."""

    def __init__(self) -> None:
        self._session: Any = None
        self._folder: Optional[str] = None

    def session(self, with_hive: bool) -> Any:
        if self._session is not None and (not with_hive or _has_hive(self._session)):
            return self._session
        self.stop()
        self._session = self._start(with_hive)
        return self._session

    def stop(self) -> None:
        if self._session is not None:
            self._session.stop()
            self._session = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _start(self, with_hive: bool) -> Any:
        from pyspark.sql import SparkSession

        self._folder = tempfile.mkdtemp(prefix="mistpy-testing-")
        builder = SparkSession.builder.master("local[2]").appName("mistpy.testing")
        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": f"{self._folder}/warehouse",
            # The metastore lives in memory, and Derby's log where it is deleted.
            "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:memory:{self._folder};create=true",
            "spark.driver.extraJavaOptions": f"-Dderby.system.home={self._folder}",
        }
        for key, value in settings.items():
            builder = builder.config(key, value)
        return (builder.enableHiveSupport() if with_hive else builder).getOrCreate()


_local = _LocalSpark()


def _contexts(kind: str, spark: Any) -> Contexts:
    with_hive = kind in (tags.HIVE_SESSION, tags.HIVE_CONTEXT)
    session = _local.session(with_hive) if spark is None else spark
    if with_hive and not _has_hive(session):
        raise ValueError("The function needs Hive: make the session with enableHiveSupport()")
    return Contexts(
        lambda: session.sparkContext, lambda: session, lambda: session, lambda: _BATCH_SECONDS
    )


def _has_hive(session: Any) -> bool:
    return bool(session.conf.get("spark.sql.catalogImplementation") == "hive")


def _json_object(arguments: Union[Mapping[str, Any], str, None]) -> dict[str, Any]:
    given = (
        json.loads(arguments) if isinstance(arguments, str) else _json_value(dict(arguments or {}))
    )
    if not isinstance(given, dict):
        raise ArgumentError(f"Invalid type: expected Object, got {json.dumps(given)}")
    return given


def _json_value(value: Any) -> Any:
    """As it looks after its way over HTTP."""
    return json.loads(json.dumps(value))
