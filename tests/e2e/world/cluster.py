"""A Spark standalone cluster: one master, two workers, started from the Spark home under test."""

from __future__ import annotations

import subprocess
from pathlib import Path

from world.api import Answer, Api
from world.places import SparkLine
from world.ports import free_ports
from world.waiting import eventually

WORKERS = 2
# Of each: a driver or an executor more than one job needs.
CORES = "2"
MEMORY = "1536m"


class StandaloneCluster:
    """Everything that it writes, the output of drivers and executors too, is below `folder`."""

    def __init__(self, line: SparkLine, folder: Path) -> None:
        self._line = line
        self._folder = folder
        self._port, self._web_port = free_ports(2)
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        return f"spark://127.0.0.1:{self._port}"

    def start(self) -> None:
        package = "org.apache.spark.deploy"
        ports = ["--port", str(self._port), "--webui-port", str(self._web_port)]
        self._run("master", f"{package}.master.Master", "--host", "127.0.0.1", *ports)
        for number in range(WORKERS):
            name = f"worker-{number}"
            resources = ["--cores", CORES, "--memory", MEMORY]
            places = [
                "--host",
                "127.0.0.1",
                "--webui-port",
                "0",
                "--work-dir",
                str(self._folder / name),
            ]
            self._run(name, f"{package}.worker.Worker", self.url, *resources, *places)
        eventually(lambda: self.alive_workers() == WORKERS, "the cluster has its workers")

    def alive_workers(self) -> int:
        """0 as long as Spark's master does not answer or cannot tell.

        Its web server listens first and gets its pages then, one by one; `/` comes before `/json` and
        answers for it in between, with 200 and a page for people.
        """
        try:
            answer = self._state()
        except ConnectionError:
            return 0
        if answer.status != 200 or answer.body.startswith(b"<"):
            return 0
        return answer.json["aliveworkers"]

    def drivers_taken(self) -> int:
        """Drivers that run in the cluster or ran there: those of cluster deploy mode."""
        state = self._state().json
        return len(state["activedrivers"]) + len(state["completeddrivers"])

    def _state(self) -> Answer:
        return Api(self._web_port).request("GET", "/json/")

    def _run(self, name: str, *words: str) -> None:
        # Without the REST port, which would be a fixed one; spark-submit then asks the master's own port.
        options = {
            "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false",
            "SPARK_DAEMON_MEMORY": "256m",
        }
        with (self._folder / f"{name}.log").open("wb") as output:
            process = subprocess.Popen(
                [self._line.home / "bin/spark-class", *words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._line.environment | options,
            )
        self._processes.append(process)

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(30)
