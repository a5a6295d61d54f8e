"""The worker's SparkContext, as pyspark sees it from a forked child."""

from __future__ import annotations

import os
import shutil
import signal
from typing import Any, Callable, Optional

import mistpy
from mistpy import artifact, tags
from mistpy.function import MistFunction
from pyspark import SparkConf, SparkContext, SparkFiles, cloudpickle
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession, SQLContext

_ARCHIVES = (".egg", ".whl", ".zip")


class Driver:
    """The py4j connection of one call; contexts are made when a function asks for them."""

    def __init__(self, port: int, secret: str) -> None:
        os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
        os.environ["PYSPARK_GATEWAY_SECRET"] = secret
        self._gateway = launch_gateway()
        self._entry_point = self._gateway.entry_point
        self._context: Optional[SparkContext] = None
        self._makers: dict[str, Callable[[], Any]] = {
            tags.SPARK_CONTEXT: lambda: self._spark_context(),
            tags.SPARK_SESSION: self._session,
            tags.SQL_CONTEXT: lambda: SQLContext(self._spark_context(), self._session()),
            tags.HIVE_SESSION: self._hive_session,
            tags.HIVE_CONTEXT: self._hive_context,
            tags.SPARK_STREAMING: self._streaming_context,
        }

    def context_for(self, function: MistFunction) -> Any:
        if function.context_kind is None:
            return None
        return self._makers[function.context_kind]()

    def ship(self, path: str, sha256: str) -> None:
        """Lets executors use code of the artifact.

        What is loaded now is pickled by value, so that versions never meet. Modules of an archive that code imports on an
        executor come from the archive, under a name of its own for each version.
        """
        for module in [*artifact.modules_of(path), mistpy]:
            cloudpickle.register_pickle_by_value(module)
        if self._context is not None and path.endswith(_ARCHIVES):
            name = f"{sha256[:16]}-{os.path.basename(path)}"
            link = os.path.join(os.path.dirname(path), name)
            if not os.path.exists(link):
                _link(path, link)
            self._context.addFile(link)
            self._context._python_includes.append(name)

    def close(self) -> None:
        if self._context is not None:
            shutil.rmtree(self._context._temp_dir, ignore_errors=True)

    def _spark_context(self) -> SparkContext:
        if self._context is None:
            handler = signal.getsignal(signal.SIGINT)
            conf = SparkConf(_jvm=self._gateway.jvm, _jconf=self._entry_point.conf())
            self._context = SparkContext(
                gateway=self._gateway, jsc=self._entry_point.javaContext(), conf=conf
            )
            signal.signal(
                signal.SIGINT, handler
            )  # pyspark's own would cancel the jobs of everybody
        return self._context

    def _session(self) -> SparkSession:
        return SparkSession(self._spark_context(), jsparkSession=self._entry_point.session())

    def _hive_session(self) -> SparkSession:
        return SparkSession(self._spark_context(), jsparkSession=self._entry_point.hiveSession())

    def _hive_context(self) -> Any:
        from pyspark.sql import HiveContext

        return HiveContext(self._spark_context(), self._hive_session())

    def _streaming_context(self) -> Any:
        from pyspark.streaming import StreamingContext

        seconds = max(1, self._entry_point.streamingMs() // 1000)
        return StreamingContext(self._spark_context(), seconds)


def call(
    port: int, secret: str, path: str, sha256: str, name: str, arguments: dict[str, Any]
) -> Any:
    """Calls the function in the artifact; returns what JSON has a word for."""
    function = artifact.load_function(path, name)
    driver = Driver(port, secret)
    try:
        context = driver.context_for(function)
        driver.ship(path, sha256)
        return function.call(context, arguments)
    finally:
        driver.close()


def _link(path: str, link: str) -> None:
    try:
        os.link(path, link)
    except FileExistsError:
        pass  # another call of the same artifact
