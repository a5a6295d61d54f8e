"""Measures and prints the table. Started by tests/bench/run, which has built everything."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from programs import (
    SPARK_MASTER,
    bare_server,
    fill_store,
    load,
    plain_submit,
    read_waiting_jobs,
)
from world.artifacts import build_scala
from world.master import Master
from world.places import ROOT, SparkLine
from world.waiting import eventually

FUNCTIONS = Path(__file__).parent / "functions/Bench.scala"
ARCHIVE_SECONDS = 300  # a training run of Spark on a busy machine


@dataclass(frozen=True)
class Plan:
    calls: int
    warm_up: int
    accept_milliseconds: int
    accept_rounds: int
    cold_runs: int
    starts: int


FULL = Plan(
    calls=5000, warm_up=1000, accept_milliseconds=1000, accept_rounds=5, cold_runs=10, starts=9
)
QUICK = Plan(
    calls=500, warm_up=300, accept_milliseconds=300, accept_rounds=3, cold_runs=2, starts=3
)
WAITING_JOBS = 100_000


@dataclass(frozen=True)
class Bench:
    plan: Plan
    tools: Path
    line: SparkLine
    jar: Path
    folder: Path

    @contextmanager
    def master(self, name: str, **settings: str) -> Iterator[Master]:
        """With the functions deployed, in a folder of its own."""
        logs = self.folder / name / "logs"
        logs.mkdir(parents=True)
        settings |= {"MIST_JOBS_MAX_QUEUED": "10000000", "MIST_SHUTDOWN_DEADLINE": "1s"}
        master = Master(self.line, self.folder / name, logs, **settings)
        try:
            master.start()
            self._deploy(master)
            yield master
            master.stop()
        finally:
            master.kill()

    def _deploy(self, master: Master) -> None:
        spark = {"spark.master": SPARK_MASTER}
        for context in ("warm", "busy"):
            master.api.put_context(context, workerMode="shared", maxJobs=1, sparkConf=spark)
        master.api.put_context("cold", workerMode="exclusive", maxJobs=1, sparkConf=spark)
        master.api.upload_file(self.jar)
        for name, class_name, context in (
            ("own-time", "OwnTime$", "warm"),
            ("hold", "Hold$", "busy"),
            ("queued", "OwnTime$", "busy"),
            ("small-sum", "SmallSum$", "cold"),
        ):
            master.api.register(name, self.jar.name, class_name, context)


# ---- (a) and (b) --------------------------------------------------------------------------------


def measure_calls(bench: Bench, master: Master, bare_port: int) -> None:
    path = "/v2/api/functions/own-time/jobs?force=true"
    master.api.call("own-time")  # starts the worker
    targets = {"mist": f"{master.http_port}{path}", "bare": f"{bare_port}{path}"}
    plan = bench.plan
    times = load(bench.tools, targets, "calls", calls=plan.calls, warm_up=plan.warm_up)
    print(
        f"\n(a) Warm call, {plan.calls} each in alternating blocks: client time minus function time, us"
    )
    row("", "min", "p50", "p90", "p99")
    columns = ("min", "p50", "p90", "p99")
    for name in targets:
        row(name, *(f"{times[name]['overhead_us'][column]:.0f}" for column in columns))
    mist, bare = times["mist"]["overhead_us"], times["bare"]["overhead_us"]
    row("mist / bare", *(f"{mist[column] / bare[column]:.2f}" for column in columns))


def measure_accepts(bench: Bench, master: Master, bare_port: int) -> None:
    path = "/v2/api/functions/queued/jobs"
    master.api.wait_for_status(master.api.start("hold"), "started")
    targets = {"mist": f"{master.http_port}{path}", "bare": f"{bare_port}{path}"}
    plan = bench.plan
    print(
        f"\n(b) Durable accepts per second, median (best) of {plan.accept_rounds} alternating rounds"
    )
    row("connections", "mist", "bare", "mist / bare")
    for connections in (1, 8, 64):
        rates = load(
            bench.tools,
            targets,
            "accepts",
            connections=connections,
            milliseconds=plan.accept_milliseconds,
            rounds=plan.accept_rounds,
        )
        ratio = statistics.median(rates["mist"]) / statistics.median(rates["bare"])
        row(
            str(connections), spread(rates["mist"], max), spread(rates["bare"], max), f"{ratio:.2f}"
        )


# ---- (c) ----------------------------------------------------------------------------------------


def measure_cold(bench: Bench) -> None:
    """The archive is built before; building it in the background is not what is measured."""
    with (
        bench.master("no-archive", MIST_WORKERS_CLASS_ARCHIVES="false") as without,
        bench.master("archive", MIST_WORKERS_CLASS_ARCHIVES="true") as archived,
    ):
        for master in (without, archived):
            cold_call(master)
        build = bench.folder / "archive"
        eventually(lambda: list(build.rglob("*.jsa")), "the archive is built", ARCHIVE_SECONDS)
        measured: dict[str, list[float]] = {}
        for _ in range(bench.plan.cold_runs):
            plain = plain_submit(bench.line, bench.jar, "SmallSum")
            measured.setdefault("spark-submit, result line", []).append(plain.result_ms)
            measured.setdefault("spark-submit, exit", []).append(plain.exit_ms)
            measured.setdefault("mist, without class archive", []).append(cold_call(without))
            measured.setdefault("mist, with class archive", []).append(cold_call(archived))
    print(f"\n(c) Cold exclusive call, {bench.plan.cold_runs} each in turn, ms")
    row("", "min", "median", "over result", "over exit")
    lines = [statistics.median(measured[f"spark-submit, {end}"]) for end in ("result line", "exit")]
    for name, times in measured.items():
        median = statistics.median(times)
        row(
            name, f"{min(times):.0f}", f"{median:.0f}", *(f"{median - line:+.0f}" for line in lines)
        )


def cold_call(master: Master) -> float:
    """Milliseconds until the answer; returns when the worker is gone, so that nothing runs on."""
    start = time.perf_counter()
    assert master.api.call("small-sum")["success"]
    took = (time.perf_counter() - start) * 1000
    eventually(lambda: not master.api.worker_names(), "the worker has ended")
    return took


# ---- (d) ----------------------------------------------------------------------------------------


def measure_start(bench: Bench) -> None:
    with bench.master("start", MIST_WORKERS_CLASS_ARCHIVES="false") as master:
        master.api.wait_for_status(master.api.start("hold"), "started")
        master.api.start("queued")
        master.kill()
        database = master.folder / "data/mist.db"
        fill_store(bench.tools, database, WAITING_JOBS)
        times: dict[str, list[float]] = {"mist": [], "bare": []}
        for _ in range(bench.plan.starts):
            times["bare"].append(read_waiting_jobs(database))
            start = time.perf_counter()
            master.start()
            times["mist"].append((time.perf_counter() - start) * 1000)
            master.kill()
        master.start()
    print(
        f"\n(d) Start with {WAITING_JOBS} waiting jobs, {bench.plan.starts} each in turn, ms until ready"
    )
    row("", "min", "median")
    for name, taken in times.items():
        row(name, f"{min(taken):.0f}", f"{statistics.median(taken):.0f}")
    mist, bare = times["mist"], times["bare"]
    ratio = statistics.median(mist) / statistics.median(bare)
    row("mist / bare", f"{min(mist) / min(bare):.2f}", f"{ratio:.2f}")


# ---- table --------------------------------------------------------------------------------------


def row(title: str, *cells: str) -> None:
    print(f"  {title:<28}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


def spread(values: list[float], best: Any) -> str:
    return f"{statistics.median(values):.0f} ({best(values):.0f})"


def print_facts(bench: Bench) -> None:
    model = next(
        (text.split(":")[1].strip() for text in open("/proc/cpuinfo") if "model name" in text), "?"
    )
    system = next(text for text in open("/etc/os-release") if text.startswith("PRETTY_NAME"))
    disk = subprocess.run(
        ["stat", "-f", "-c", "%T", bench.folder], stdout=subprocess.PIPE, text=True, check=True
    )
    java = subprocess.run(["java", "-version"], stderr=subprocess.PIPE, text=True, check=True)
    spark = next((bench.line.home / "jars").glob("spark-core_*.jar")).stem
    print(f"machine   {os.cpu_count()} x {model}, Linux {platform.release()}, {system[13:-2]}")
    print(f"disk      {disk.stdout.strip()} at {bench.folder.parent}")
    print(f"java      {java.stderr.splitlines()[0]}")
    print(f"spark     {spark}, spark.master={SPARK_MASTER}")
    print(
        f"load      {os.getloadavg()[0]:.1f} before the run; numbers mean little on a busy machine"
    )
    print(f"settings  {bench.plan}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute instead of ten")
    parser.add_argument("--spark", choices=("4", "3.5"), default="4")
    parser.add_argument(
        "--part", choices=("a", "b", "c", "d"), action="append", help="only this; again for more"
    )
    parser.add_argument("--tools", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    parts = options.part or ["a", "b", "c", "d"]

    # Beside the sources and not in /tmp, which may be memory, where a sync costs nothing.
    place = ROOT / "build/bench"
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=place))
    try:
        line = SparkLine(options.spark)
        jar = build_scala(line, FUNCTIONS, folder / "bench")
        bench = Bench(QUICK if options.quick else FULL, options.tools, line, jar, folder)
        print_facts(bench)
        if "a" in parts or "b" in parts:
            with (
                bare_server(bench.tools, folder) as bare_port,
                bench.master("shared", MIST_WORKERS_CLASS_ARCHIVES="false") as master,
            ):
                if "a" in parts:
                    measure_calls(bench, master, bare_port)
                if "b" in parts:
                    measure_accepts(bench, master, bare_port)
        if "c" in parts:
            measure_cold(bench)
        if "d" in parts:
            measure_start(bench)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
