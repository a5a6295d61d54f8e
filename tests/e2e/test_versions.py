"""New versions of an artifact under its old key, while the old one runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import World
from world.api import Api
from world.artifacts import build_versioned, versioned_source
from world.probes import Gate


def answer(version: str) -> list[str]:
    return [f"driver {version}", f"executor {version}"]


def assert_versions_live_side_by_side(
    api: Api, gate: Callable[[], Gate], key: str, class_name: str, artifact: Callable[[str], bytes]
) -> None:
    opened = gate()
    opened.open()
    held = gate()
    name = f"versions-of-{key}"
    api.upload(key, artifact("1"), force=True)
    api.register(name, key, class_name)
    old = api.start(name, {"gate": str(held)})
    worker = api.wait_for_status(old, "started")["workerId"]
    api.upload(key, artifact("2"), force=True)
    new = api.wait_for_status(api.start(name, {"gate": str(opened)}), "finished")
    assert new["jobResult"] == answer("2") and new["workerId"] == worker
    held.open()
    assert api.wait_for_status(old, "finished")["jobResult"] == answer("1")
    assert api.call(name, {"gate": str(opened)})["payload"] == answer("2")


def test_a_new_jar_takes_effect_beside_the_running_one(
    world: World, gate: Callable[[], Gate], tmp_path: Path
) -> None:
    assert_versions_live_side_by_side(
        world.api,
        gate,
        "versioned.jar",
        "Versioned",
        lambda version: build_versioned(world.line, tmp_path, version),
    )


def test_a_new_python_file_takes_effect_beside_the_running_one(
    api: Api, gate: Callable[[], Gate]
) -> None:
    assert_versions_live_side_by_side(
        api,
        gate,
        "versioned.py",
        "versioned",
        lambda version: versioned_source("versioned.py", version).encode(),
    )
