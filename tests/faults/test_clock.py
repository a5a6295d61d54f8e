"""The clock of the machine jumps, under load, also while the master is away."""

from __future__ import annotations

from pathlib import Path

from conftest import MakeWorld
from fault_world import FaultWorld, rounds
from ledger import read_ledger

HOUR = 3600
TEN_YEARS = 10 * 365 * 24 * HOUR
LIBRARY = "/usr/$LIB/faketime/libfaketime.so.1"


class Clock:
    """That of masters and workers with this environment; the monotonic clock goes on as it does."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.environment = {
            "LD_PRELOAD": LIBRARY,
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.jump(0)

    def jump(self, seconds: int) -> None:
        """So far from the right time."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.rename(self._file)


def jobs_out_of_order(world: FaultWorld) -> list[str]:
    """Jobs whose ids come before that of one which had been acknowledged when they were asked for."""
    newest = ""
    newest_at_send: dict[int, str] = {}
    seen: set[str] = set()
    wrong = []
    for record in read_ledger(world.folder / "client.jsonl"):
        if record["op"] == "send":
            newest_at_send[record["n"]] = newest
        elif record["op"] == "answer" and record.get("job") not in (None, *seen):
            seen.add(record["job"])
            newest = max(newest, record["job"])
            if record["job"] < newest_at_send[record["n"]]:
                wrong.append(record["job"])
    return wrong


def test_jumps_of_the_clock_change_nothing(make_world: MakeWorld, tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    world = make_world(
        environment=clock.environment,
        workers_poll="500ms",
        workers_lease="20s",
        http_idempotency_keep="36500d",
    ).first_start()
    world.begin_load(repeated=0, query="&startTimeout=1h&performTimeout=1h")
    jumps = [HOUR, -HOUR, TEN_YEARS, -TEN_YEARS]
    for i in range(rounds(12)):
        if i % len(jumps) == 0:
            world.chance.shuffle(jumps)
        world.run_for(0.1, 0.3)
        is_killed = i % 3 == 2
        if is_killed:
            world.kill()
        clock.jump(jumps[i % len(jumps)])
        if is_killed:
            world.start()
    clock.jump(0)
    world.run_for(0.1, 0.3)
    world.end_load()
    found = world.verify()
    assert found["acknowledged"] > rounds(12), found
    assert jobs_out_of_order(world) == []
    starts = [
        job["startTime"]
        for job in world.master.get("/v2/api/jobs", limit=1000).json
        if "startTime" in job
    ]
    assert (max(starts) - min(starts)) / 1000 > TEN_YEARS, "the clock has not jumped"
