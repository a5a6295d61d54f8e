"""The web UI as a person meets it: Debian's Chromium, a real master, real Spark.

A page that runs foreign code, breaks its own rules (Content-Security-Policy) or throws an error fails its test, whatever
else the test looks at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "ui"), str(TESTS / "e2e")]

from spark_world import SparkWorld, start_spark_world
from world.places import ROOT
from world.probes import gate

CHROMIUM = "/usr/bin/chromium"
# Nothing of the browser's own may ask the network for anything.
CHROMIUM_OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
# What a page waits for may be a Spark driver that starts.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
SCREENSHOTS = ROOT / "build" / "screenshots"

# MIST_UI_SLOW=1: as on a poor line and an old machine, to find what a test, or the UI, only gets right when it is quick.
SLOW = bool(os.environ.get("MIST_UI_SLOW"))
SLOW_LATENCY_MS = 400
SLOW_PROCESSOR = 4  # times slower


def slow_down(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": SLOW_LATENCY_MS,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        },
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PROCESSOR})


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkWorld]:
    with start_spark_world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield started
        started.close()


@pytest.fixture
def new_page(world: SparkWorld, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens windows: new_page(width=360, height=800, color_scheme="dark", ...)."""
    contexts = []
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A refused call is shown by the page; the browser tells it here as well.
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(message.text)

    def make(width: int = 1280, height: int = 800, **options: object) -> Page:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{world.master.http_port}",
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="Europe/Berlin",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        if SLOW:
            slow_down(page)
        page.on("console", note)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"a dialog: {dialog.message}"))
        return page

    yield make
    for context in contexts:
        try:
            context.close()
        except Error:
            pass
    assert problems == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()
