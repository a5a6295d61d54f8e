"""The web UI on a store of a million jobs and a log of a gigabyte: part (e) of docs/benchmarks.md.

tests/bench/run calls it. The worker is the tests' stand-in: what is measured is the master and the browser.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration/master"), str(ROOT / "tests/e2e")]

from installation import copy_data
from mist_master import Master
from playwright.sync_api import Page, sync_playwright
from registered import make_registered_installation

JOBS = 1_000_000
LOG_BYTES = 1_000_000_000
LIVE_SECONDS = 30  # as many events as an hour with a job every 150 ms
REPEATS = 7
FOLDER = ROOT / "build/bench/ui"
BROWSER = "--no-sandbox --disable-gpu --disable-background-networking --disable-sync".split()


def milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def row(what: str, value: float, unit: str, bar: str = "") -> None:
    print(f"{what:<58} {value:>10.1f} {unit:<4} {bar}", flush=True)


class Bench:
    def __init__(self) -> None:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        installation = make_registered_installation(FOLDER / "installation")
        work = FOLDER / "work"
        work.mkdir()
        copy_data(installation.data, work / "data")
        self.master = Master(installation, work, http_ui=ROOT / "build/dist/ui").start()
        self.rare = self.master.start_job("echo", {"city": "Berlin"})
        self.logged = self.master.start_job("log", {"lines": 10})
        for job in (self.rare, self.logged, self.master.start_job("echo")):
            self.master.wait_end(job)
        assert self.master.stop() == 0
        fill = ROOT / "build/release/tests/support/fill-store"
        subprocess.run([fill, work / "data/mist.db", str(JOBS)], check=True)
        self.log_file = next(work.rglob(f"job-{self.logged}.log"))
        self.fill_log()
        self.master.start()
        self.base = f"http://127.0.0.1:{self.master.port}"

    def fill_log(self) -> None:
        head = f"2026-11-29T05:00:00.123 [{self.logged}]"
        block = "".join(f"INFO {head} a line with some text in it, {i:09}\n" for i in range(10_000))
        with self.log_file.open("a") as log:
            while log.tell() < LOG_BYTES:
                log.write(block)
            log.write(f"ERROR {head} the needle\n")

    def get(self, path: str, **query: object) -> Any:
        url = f"{self.base}/v2/api/{path}?{urllib.parse.urlencode(query, doseq=True)}"
        with urllib.request.urlopen(url) as answer:
            return json.load(answer)

    def measure_api(self) -> None:
        jobs = lambda **query: self.get("jobs", paginate="true", limit=100, **query)
        row("list of 100 jobs", milliseconds(lambda: jobs()), "ms")
        row("by a pattern that fits", milliseconds(lambda: jobs(function="ec*")), "ms")
        row("by a text that is nowhere, one request", milliseconds(lambda: jobs(text="zzz")), "ms")
        row("to the oldest of all jobs, by its text", self.search_all(jobs), "ms")
        lines = lambda **query: self.get(f"jobs/{self.logged}/logs/lines", **query)
        row("the last 500 lines of the log", milliseconds(lambda: lines(tail="true")), "ms")
        row("lines in its middle", milliseconds(lambda: lines(**{"from": LOG_BYTES // 2})), "ms")
        ours, grep = self.count_all(), self.grep()
        row("a text counted in the whole log", ours, "ms")
        row("the same by grep -ci", grep, "ms", f"ratio {ours / grep:.2f}")

    def search_all(self, jobs: Callable[..., Any]) -> float:
        began = time.perf_counter()
        page = jobs(text="berlin")
        while not page["jobs"]:
            page = jobs(text="berlin", before=page["next"])
        return (time.perf_counter() - began) * 1000

    def count_all(self) -> float:
        began = time.perf_counter()
        at, complete = 0, False
        while not complete:
            found = self.get(f"jobs/{self.logged}/logs/count", text="needle", **{"from": at})
            at, complete = found["to"], found["complete"]
        return (time.perf_counter() - began) * 1000

    def grep(self) -> float:
        began = time.perf_counter()
        subprocess.run(["grep", "-ci", "needle", self.log_file], stdout=subprocess.DEVNULL)
        return (time.perf_counter() - began) * 1000

    def measure_browser(self) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)

            def view(path: str, selector: str) -> None:
                context = browser.new_context(base_url=self.base)
                page = context.new_page()
                page.goto(path)
                page.wait_for_selector(selector)
                context.close()

            log = f"/ui/jobs/{self.logged}/log"
            row(
                "first view of the jobs",
                milliseconds(lambda: view("/ui/jobs", "tbody tr")),
                "ms",
                "bar 1000",
            )
            row(
                "first view of the log",
                milliseconds(lambda: view(log, "[data-offset]")),
                "ms",
                "bar 1000",
            )
            page = browser.new_context(base_url=self.base).new_page()
            row("jump to the end of the log", self.jump(page, log), "ms", "bar 300")
            row("from a job's acceptance to its row", self.update(page), "ms", "bar 100")
            jobs, growth = self.heap_growth(page)
            row(f"heap growth by {jobs} live jobs", growth, "MB", "bar 10")
            browser.close()

    def jump(self, page: Page, log: str) -> float:
        page.goto(log)
        times = []
        for _ in range(REPEATS):
            page.get_by_role("button", name="Begin").click()
            page.get_by_text("InitializedEvent").wait_for()
            began = time.perf_counter()
            page.get_by_role("button", name="End").click()
            page.get_by_text("the needle").wait_for()
            times.append((time.perf_counter() - began) * 1000)
        return statistics.median(times)

    def update(self, page: Page) -> float:
        page.goto("/ui/jobs")
        page.wait_for_selector("tbody tr")
        times = []
        for _ in range(REPEATS):
            job = self.master.start_job("echo")
            page.wait_for_selector(f'[data-job="{job}"]')
            times.append(page.evaluate("Date.now()") - self.master.job(job)["createTime"])
            self.master.wait_end(job)
        return statistics.median(times)

    def heap_growth(self, page: Page) -> tuple[int, float]:
        devtools = page.context.new_cdp_session(page)

        def heap() -> float:
            devtools.send("HeapProfiler.collectGarbage")
            return devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6

        shared = {"workerMode": "shared", "jobsPerWorker": 4, "maxJobs": 4}
        self.master.put_context("live", **shared)
        start = lambda count: list(
            ThreadPoolExecutor(8).map(
                lambda _: self.master.start_job("echo", context="live"), range(count)
            )
        )
        start(600)  # the list is full
        page.wait_for_timeout(2000)
        before, jobs, end = heap(), 0, time.monotonic() + LIVE_SECONDS
        while time.monotonic() < end:
            jobs += len(start(200))
        # The last one is shown when the page has taken in all others.
        last = self.master.start_job("echo")
        page.wait_for_selector(f'[data-job="{last}"]', timeout=300_000)
        return jobs, heap() - before


if __name__ == "__main__":
    bench = Bench()
    try:
        bench.measure_api()
        bench.measure_browser()
    finally:
        bench.master.destroy()
