"""The worker's SparkContext, as pyspark sees it from a forked child."""

from __future__ import annotations

import os
import shutil
from typing import Any

import mistpy
from mistpy import artifact, contexts, tags
from mistpy.function import MistFunction
from pyspark import SparkContext, cloudpickle
from pyspark.java_gateway import launch_gateway


class Driver:
    """The py4j connection of one call; contexts are made when a function asks for them."""

    def __init__(self, port: int, secret: str) -> None:
        os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
        os.environ["PYSPARK_GATEWAY_SECRET"] = secret
        self._contexts = contexts.over_gateway(launch_gateway())

    def context_for(self, function: MistFunction) -> Any:
        return function.context_kind and self._contexts.of(function.context_kind)

    def ship(self, path: str, sha256: str) -> None:
        """Lets executors use code of the artifact.

        What is loaded now is pickled by value, so that versions never meet. Modules of an archive that code imports on an
        executor come from the archive, under a name of its own for each version.
        """
        for module in [*artifact.modules_of(path), mistpy]:
            cloudpickle.register_pickle_by_value(module)
        if SparkContext._active_spark_context is not None and path.endswith(artifact.ARCHIVES):
            name = f"{sha256[:16]}-{os.path.basename(path)}"
            link = os.path.join(os.path.dirname(path), name)
            if not os.path.exists(link):
                _link(path, link)
            context = self._contexts.of(tags.SPARK_CONTEXT)
            context.addFile(link)
            context._python_includes.append(name)

    @staticmethod
    def close() -> None:
        context = SparkContext._active_spark_context
        if context is not None:
            shutil.rmtree(context._temp_dir, ignore_errors=True)


def call(
    port: int, secret: str, path: str, sha256: str, name: str, arguments: dict[str, Any]
) -> Any:
    """Calls the function in the artifact; returns what JSON has a word for."""
    pid = os.getpid()
    function = artifact.load_function(path, name)
    if os.getpid() != pid:
        os._exit(0)  # the module has forked while it was imported; one process calls the function
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
