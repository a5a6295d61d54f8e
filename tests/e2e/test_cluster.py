"""Functions on a real Spark standalone cluster: one master, two workers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conftest import World
from test_examples import is_about_pi
from world.cluster import StandaloneCluster
from world.places import log_folder
from world.probes import SPARK_CONF


@pytest.fixture(scope="module")
def cluster(world: World) -> Iterator[StandaloneCluster]:
    cluster = StandaloneCluster(world.line, log_folder(world.line.name, "cluster"))
    try:
        cluster.start()
        small = {"spark.executor.memory": "512m", "spark.cores.max": "2"}
        client = SPARK_CONF | small | {"spark.master": cluster.url}
        inside = client | {"spark.submit.deployMode": "cluster"}
        world.api.put_context("cluster-client", sparkConf=client, workerMode="shared")
        world.api.put_context("cluster-cluster", sparkConf=inside, maxConnFailures=1)
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
