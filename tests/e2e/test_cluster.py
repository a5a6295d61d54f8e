"""Functions on a real Spark standalone cluster: one master, two workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from conftest import World
from test_examples import is_about_pi
from test_versions import answer
from world.artifacts import build_versioned
from world.cluster import StandaloneCluster
from world.places import log_folder
from world.probes import SPARK_CONF, Gate
from world.waiting import eventually

CALLS_AT_ONCE = 6


@pytest.fixture(scope="module")
def cluster(world: World) -> Iterator[StandaloneCluster]:
    cluster = StandaloneCluster(world.line, log_folder(world.line.name, "cluster"))
    try:
        cluster.start()
        small = {"spark.executor.memory": "512m", "spark.cores.max": "2"}
        client = SPARK_CONF | small | {"spark.master": cluster.url}
        inside = client | {"spark.submit.deployMode": "cluster"}
        shared = {"workerMode": "shared", "maxJobs": CALLS_AT_ONCE, "jobsPerWorker": CALLS_AT_ONCE}
        world.api.put_context("cluster-client", sparkConf=client, **shared)
        world.api.put_context("cluster-cluster", sparkConf=inside, maxConnFailures=1, **shared)
        yield cluster
        for context in ("cluster-client", "cluster-cluster"):
            world.api.request("DELETE", f"/v2/api/contexts/{context}")
    finally:
        cluster.stop()


@pytest.mark.parametrize("function", ["hello-mist-scala", "hello-mist-python"])
def test_client_mode(world: World, cluster: StandaloneCluster, function: str) -> None:
    result = world.api.call(function, {"samples": 1000}, context="cluster-client")
    assert result["success"], result
    assert is_about_pi(result["payload"])


def test_cluster_mode(world: World, cluster: StandaloneCluster) -> None:
    before = cluster.drivers_taken()
    job_id = world.api.start("hello-mist-scala", {"samples": 1000}, context="cluster-cluster")
    job = world.api.wait_for_status(job_id, "finished")
    assert is_about_pi(job["jobResult"])
    assert cluster.drivers_taken() == before + 1, "the driver ran in the cluster"


@pytest.mark.parametrize("context", ["cluster-client", "cluster-cluster"])
def test_two_versions_of_a_class_in_one_spark_context(
    world: World,
    cluster: StandaloneCluster,
    context: str,
    gate: Callable[[], Gate],
    pool: Callable[..., Future],
    tmp_path: Path,
) -> None:
    opened = gate()
    opened.open()
    functions = {version: f"versioned-{version}-{context}" for version in ("1", "2")}
    for version, name in functions.items():
        world.api.upload(f"{name}.jar", build_versioned(world.line, tmp_path, version))
        world.api.register(name, f"{name}.jar", "Versioned", context)

    def call(version: str) -> list[str]:
        return world.api.call(functions[version], {"gate": str(opened)})["payload"]

    versions = ["1", "2"] * CALLS_AT_ONCE
    assert [call(version) for version in ("1", "2", "1")] == [answer(v) for v in ("1", "2", "1")]
    calls = [pool(call, version) for version in versions]
    assert [each.result() for each in calls] == [answer(version) for version in versions]
    workers = [name for name in world.api.worker_names() if name.startswith(f"{context}_")]
    assert len(workers) == 1, "one Spark context ran them all"


@pytest.mark.parametrize("context", ["cluster-client", "cluster-cluster"])
def test_what_executors_log_is_in_the_log_of_the_job(
    world: World, cluster: StandaloneCluster, context: str
) -> None:
    text = f"from an executor of {context}"
    job_id = world.api.start("logsintask", {"text": text}, context=context)
    world.api.wait_for_status(job_id, "finished")
    # Executors send their lines themselves, a moment after the end of the job perhaps.
    for line in (f"task info: {text}", f"task error: {text}", "the task's cause"):
        eventually(lambda wanted=line: wanted in world.api.log(job_id), f"{line!r} in the log")
