"""The documentation that the master serves at /docs/, as readers of all kinds meet it."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from conftest import SCREENSHOTS
from spark_world import SparkWorld
from test_manners import open_whole, serious_findings
from world.probes import Gate

PAGES = ("", "tutorials/python.html", "api/jobs.html", "cli.html", "search.html?q=retries")


def open_docs(page: Page, address: str) -> None:
    page.goto(f"/docs/{address}")
    expect(page.locator("article")).not_to_be_empty()
    page.wait_for_load_state("networkidle")


def test_from_the_ui_to_a_call_of_the_api(page: Page) -> None:
    page.goto("/ui/overview")
    page.get_by_role("link", name="Documentation").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mist")
    navigation = page.locator(".sidebar-tree")
    navigation.get_by_role("link", name="Python", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A function in Python")
    expect(page.locator("article")).to_contain_text("def hello_mist(sc, samples):")
    navigation.get_by_role("link", name="API reference").click()
    page.get_by_role("link", name="POST /v2/api/functions/{id}/jobs").click()
    expect(page).to_have_url(re.compile("/docs/api/functions.html#"))
    expect(page.get_by_role("heading", name="POST /v2/api/functions/{id}/jobs")).to_be_in_viewport()


def test_the_search_finds_a_word(page: Page) -> None:
    page.goto("/docs/")
    page.get_by_role("textbox", name="Search").fill("retries")
    page.keyboard.press("Enter")
    results = page.locator("#search-results")
    expect(results).to_contain_text("Search finished")
    results.get_by_role("link", name="The life of a job").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The life of a job")


def test_the_theme_changes_and_stays(new_page: Callable[..., Page]) -> None:
    page = new_page(color_scheme="light")
    page.goto("/docs/")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.locator(".theme-toggle:visible").click()
    expect(page.locator("body")).to_have_attribute("data-theme", re.compile("light|dark"))
    theme = page.locator("body").get_attribute("data-theme")
    if theme == "light":
        page.locator(".theme-toggle:visible").click()
    expect(page.locator("body")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(background) != light
    page.goto("/docs/cli.html")
    expect(page.locator("body")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_axe_finds_nothing_serious(
    new_page: Callable[..., Page], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    found: list[str] = []
    for address in PAGES:
        page.set_viewport_size({"width": 360, "height": 800})
        open_docs(page, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
        page.set_viewport_size({"width": 1280, "height": 800})
        found += serious_findings(page)
    assert found == []


def test_pages_come_with_strict_rules_and_from_here_alone(page: Page, world: SparkWorld) -> None:
    origin = f"http://127.0.0.1:{world.master.http_port}/"
    with urllib.request.urlopen(f"{origin}docs/cli.html") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "'sha256-" in policy
    assert "unsafe" not in policy and "http" not in policy
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in PAGES:
        open_docs(page, address)
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []


def test_pictures_for_the_documentation(
    page: Page, world: SparkWorld, gate: Callable[[], Gate]
) -> None:
    """Left in build/screenshots/docs, from where CONTRIBUTING.md has them copied."""
    for samples in range(1000, 9000, 1000):
        for language in ("scala", "java", "python"):
            world.api.start(f"hello-mist-{language}", {"samples": samples}, externalId="nightly")
    world.api.wait_for_end(world.api.start("throws", {"message": "no table named cities"}))
    world.api.call("hello-mist-python", {"samples": 1})  # after all that wait in its context
    held = gate()
    running = world.api.start("waiting", {"gate": str(held), "inTask": True})
    done = world.api.start("hello-mist-scala", {"samples": 100_000}, externalId="order-4711")
    world.api.wait_for_end(done)
    world.api.wait_for_status(running, "started")
    shown = {
        "overview": ("overview", "Latest failures"),
        "jobs": ("jobs?q=since:1h", "java.lang.IllegalStateException: no table named cities"),
        "job": (f"jobs/{done}", "Result"),
        "run": ("functions/hello-mist-scala/run", "The same call in other ways"),
        "contexts": ("contexts", "hello-mist"),
    }
    for name, (address, text) in shown.items():
        open_whole(page, f"/ui/{address}")
        expect(page.get_by_text(text).first).to_be_visible()
        page.screenshot(path=SCREENSHOTS / "docs" / f"{name}.png")
    page.goto(f"/ui/jobs/{running}")
    work = page.locator("section.card").filter(has_text="0 of 1 tasks done, 1 running")
    work.screenshot(path=SCREENSHOTS / "docs" / "spark.png")
    held.open()
    world.api.wait_for_end(running)
