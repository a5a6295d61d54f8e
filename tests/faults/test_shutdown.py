"""SIGTERM under load, and masters that want the folder or a port of another one."""

from __future__ import annotations

import time
from pathlib import Path

from conftest import MakeWorld
from fault_world import rounds
from installation import Installation, copy_data
from mist_master import Master


def test_a_master_that_is_told_to_stop_under_load_keeps_the_promise(make_world: MakeWorld) -> None:
    world = make_world().first_start()
    world.begin_load()
    stops = rounds(20)
    for _ in range(stops):
        world.run_for(0.05, 0.4)
        assert world.terminate(limit=world.shutdown_deadline) == 0, world.master.log_text()
        world.start()
    world.end_load()
    found = world.verify()
    assert found["faults"] == stops and found["acknowledged"] > 5 * stops, found
    # Jobs that ran were let to end.
    assert found["interrupted"] == 0, found


def test_a_second_master_ends_at_once_and_the_first_does_not_notice(
    make_world: MakeWorld, installation: Installation, tmp_path: Path
) -> None:
    world = make_world().first_start()
    first = world.master
    world.begin_load()
    for i in range(rounds(20)):
        wanted = ("folder", "http_port", "cluster_port")[i % 3]
        others_folder = tmp_path / f"second-{i}"
        settings: dict[str, object] = {}
        if wanted == "folder":
            others_folder = first.folder
        else:
            copy_data(installation.data, others_folder / "data")
            port = first.port if wanted == "http_port" else first.worker_port
            settings[wanted] = port
        second = Master(installation, others_folder, **settings)
        second.pid_file = tmp_path / f"second-{i}.pid"
        second.log_file = tmp_path / f"second-{i}.log"
        began = time.monotonic()
        assert second.launch().wait(20) == 1, second.log_text()
        assert time.monotonic() - began < 1, f"for the {wanted}"
        assert first.process is not None and first.process.poll() is None
    world.end_load()
    found = world.verify()
    assert found["faults"] == 0 and found["acknowledged"] > 20 and found["without answer"] == 0
