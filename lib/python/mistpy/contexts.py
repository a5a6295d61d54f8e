"""The Spark contexts that a function may ask for. Importing this needs no pyspark; making a context does."""

from __future__ import annotations

import signal
from typing import Any, Callable

from mistpy import tags


class Contexts:
    """Makes contexts of every kind over one SparkContext, when they are asked for.

    `spark_context`, `session` and `hive_session` make the first three; `batch_seconds` tells how long a batch of a
    stream is. Not for several threads.
    """

    def __init__(
        self,
        spark_context: Callable[[], Any],
        session: Callable[[], Any],
        hive_session: Callable[[], Any],
        batch_seconds: Callable[[], int],
    ) -> None:
        self._batch_seconds = batch_seconds
        self._makers: dict[str, Callable[[], Any]] = {
            tags.SPARK_CONTEXT: spark_context,
            tags.SPARK_SESSION: session,
            tags.HIVE_SESSION: hive_session,
            tags.SQL_CONTEXT: self._sql_context,
            tags.HIVE_CONTEXT: self._hive_context,
            tags.SPARK_STREAMING: self._streaming_context,
        }

    def of(self, kind: str) -> Any:
        """The context of a kind out of `tags.TYPE_CHOICES`."""
        if kind not in self._makers:
            raise ValueError(f"Unknown spark argument type: {kind}")
        return self._makers[kind]()

    def _sql_context(self) -> Any:
        from pyspark.sql import SQLContext

        return SQLContext(self.of(tags.SPARK_CONTEXT), self.of(tags.SPARK_SESSION))

    def _hive_context(self) -> Any:
        from pyspark.sql import HiveContext

        return HiveContext(self.of(tags.SPARK_CONTEXT), self.of(tags.HIVE_SESSION))

    def _streaming_context(self) -> Any:
        return _streaming_class()(self.of(tags.SPARK_CONTEXT), self._batch_seconds())


def over_gateway(gateway: Any) -> Contexts:
    """Contexts in the worker's JVM; the gateway's entry point is its PythonEntryPoint."""
    entry_point = gateway.entry_point
    made: list[Any] = []

    def spark_context() -> Any:
        if not made:
            made.append(_attach(gateway))
        return made[0]

    def session_of(java_session: Callable[[], Any]) -> Any:
        from pyspark.sql import SparkSession

        return SparkSession(spark_context(), jsparkSession=java_session())

    return Contexts(
        spark_context,
        lambda: session_of(entry_point.session),
        lambda: session_of(entry_point.hiveSession),
        lambda: max(1, entry_point.streamingMs() // 1000),
    )


def _attach(gateway: Any) -> Any:
    from pyspark import SparkConf, SparkContext

    active = SparkContext._active_spark_context
    if active is not None and SparkContext._gateway is gateway:
        return active
    handler = signal.getsignal(signal.SIGINT)
    conf = SparkConf(_jvm=gateway.jvm, _jconf=gateway.entry_point.conf())
    context = SparkContext(gateway=gateway, jsc=gateway.entry_point.javaContext(), conf=conf)
    signal.signal(signal.SIGINT, handler)  # pyspark's own would cancel the jobs of everybody
    return context


def _streaming_class() -> Any:
    try:
        from pyspark.streaming import StreamingContext
    except ImportError:
        import pyspark

        raise RuntimeError(
            f"pyspark {pyspark.__version__} has no StreamingContext: use Structured Streaming with on_spark_session"
        ) from None

    class JobStreamingContext(StreamingContext):  # type: ignore[misc]
        """The SparkContext is everybody's: stopping the stream leaves it alone unless it is told not to."""

        def stop(self, stopSparkContext: bool = False, stopGraceFully: bool = False) -> None:
            super().stop(stopSparkContext, stopGraceFully)

    return JobStreamingContext
