"""What holds on every page: rules for scripts, sizes, readers of all kinds, hostile texts, few requests."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conftest import SCREENSHOTS
from spark_world import SparkWorld
from world.places import ROOT

AXE = ROOT / "ui/node_modules/axe-core/axe.min.js"
SIZES = ((360, 800), (1280, 900), (1920, 1080))
FIRST_LOAD_BYTES = 300_000
IDLE_MS = 5_000  # nothing may be asked for in it: less than once in ten seconds

HOSTILE = (
    "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    "javascript:alert(1) \u202egnp.exe\u2066 \u001b[31mred\u001b]0;title\u0007 \u0000 '\"`${x}` "
)


@pytest.fixture(scope="module")
def jobs(world: SparkWorld) -> dict[str, str]:
    """One that went well, and one whose every text is hostile."""
    good = world.api.start("hello-mist-scala", {"samples": 1000}, externalId="order-17")
    hostile = world.api.start("throws", {"message": HOSTILE * 3}, externalId=HOSTILE)
    long = world.api.start("py-throws", {"message": "x" * 1_000_000}, externalId="y" * 2000)
    logged = world.api.start("logs", {"text": HOSTILE})
    for job in (good, hostile, long, logged):
        world.api.wait_for_end(job)
    return {"good": good, "hostile": hostile, "long": long, "logged": logged}


def pages(world: SparkWorld, jobs: dict[str, str]) -> dict[str, str]:
    worker = world.api.job(jobs["good"])["workerId"]
    return {
        "overview": "/ui/overview",
        "jobs": "/ui/jobs",
        "job": f"/ui/jobs/{jobs['good']}",
        "failed-job": f"/ui/jobs/{jobs['hostile']}",
        "long-job": f"/ui/jobs/{jobs['long']}",
        "log": f"/ui/jobs/{jobs['logged']}/log",
        "functions": "/ui/functions",
        "function": "/ui/functions/hello-mist-scala",
        "run": "/ui/functions/waiting/run",
        "contexts": "/ui/contexts",
        "context": "/ui/contexts/shared",
        "workers": "/ui/workers",
        "worker": f"/ui/workers/{worker}",
        "artifacts": "/ui/artifacts",
    }


def open_whole(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).not_to_be_empty()
    expect(page.get_by_text("Loading…")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_page_overflows(
    new_page: Callable[..., Page],
    world: SparkWorld,
    jobs: dict[str, str],
    width: int,
    height: int,
    scheme: str,
) -> None:
    """And leaves its picture in build/screenshots."""
    page = new_page(width=width, height=height, color_scheme=scheme)
    for name, address in pages(world, jobs).items():
        open_whole(page, address)
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def serious_findings(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    result: Any = page.evaluate("axe.run()")
    return [
        f"{page.url}: {violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    new_page: Callable[..., Page], world: SparkWorld, jobs: dict[str, str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    found: list[str] = []
    for address in pages(world, jobs).values():
        open_whole(page, address)
        found += serious_findings(page)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_buttons_can_be_read_under_the_mouse(new_page: Callable[..., Page], scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    open_whole(page, "/ui/functions")
    page.get_by_role("button", name="Register a function").hover()
    assert serious_findings(page) == []


def test_hostile_texts_stay_texts(page: Page, world: SparkWorld, jobs: dict[str, str]) -> None:
    for address in (
        f"/ui/jobs/{jobs['hostile']}",
        f"/ui/jobs/{jobs['logged']}/log",
        "/ui/jobs?q=throws",
        "/ui/overview",
    ):
        open_whole(page, address)
        assert page.evaluate("document.title") != "run"
        assert page.locator("img[src=x]").count() == 0
        assert page.locator("a[href^='javascript:']").count() == 0
    page.goto(f"/ui/jobs/{jobs['logged']}/log")
    log = page.get_by_label("Lines of the log")
    expect(log).to_contain_text("<script>")
    expect(log.locator(".ansi-red").first).to_contain_text("red")
    expect(log.locator(".log-control").first).to_have_text("\\x00")


def test_hostile_names_stay_names(page: Page) -> None:
    for address in ("functions", "contexts", "workers", "jobs"):
        page.goto(f"/ui/{address}/%3Cscript%3Edocument.title%3D1%3C%2Fscript%3E%22%27")
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()
        assert page.locator("main script").count() == 0


def test_pages_come_with_strict_rules(world: SparkWorld) -> None:
    url = f"http://127.0.0.1:{world.master.http_port}/ui/jobs"
    with urllib.request.urlopen(url) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy and "http" not in policy


def test_the_first_load_is_small_and_from_here_alone(page: Page, world: SparkWorld) -> None:
    origin = f"http://127.0.0.1:{world.master.http_port}/"
    sizes: list[int] = []
    foreign: list[str] = []

    def note(response: Any) -> None:
        if not response.url.startswith(origin):
            foreign.append(response.url)
        elif "/ui/" in response.url:
            sizes.append(response.request.sizes()["responseBodySize"])

    page.on("requestfinished", lambda request: note(request.response()))
    open_whole(page, "/ui/")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert foreign == []
    assert 10_000 < sum(sizes) < FIRST_LOAD_BYTES


@pytest.mark.parametrize("address", ["/ui/jobs", "/ui/artifacts"])
def test_an_idle_page_asks_for_little(page: Page, address: str) -> None:
    open_whole(page, address)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(IDLE_MS)
    assert asked == []


def test_what_was_shown_does_not_stay_in_memory(page: Page, world: SparkWorld) -> None:
    for _ in range(30):
        world.api.start("large", {"size": 1})
    devtools = page.context.new_cdp_session(page)

    def nodes_after(rounds: int) -> int:
        for _ in range(rounds):
            page.get_by_role("link", name="Jobs", exact=True).click()
            expect(page.locator("tbody tr").nth(20)).to_be_visible()
            page.get_by_role("link", name="Artifacts").click()
            expect(page.get_by_text("hello-mist_0.0.1.jar")).to_be_visible()
        devtools.send("HeapProfiler.collectGarbage")
        return devtools.send("Memory.getDOMCounters")["nodes"]

    page.goto("/ui/artifacts")
    first = nodes_after(3)
    assert nodes_after(10) < first + 2000


def test_the_page_says_when_the_connection_is_away(page: Page) -> None:
    page.route("**/v2/api/**", lambda route: route.abort())
    page.goto("/ui/functions")
    expect(page.get_by_text("Connection lost. Trying again…")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("The master does not answer")
    page.unroute("**/v2/api/**")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("link", name="hello-mist-scala", exact=True)).to_be_visible()


def test_a_page_whose_code_did_not_come_opens_when_the_master_is_back(page: Page) -> None:
    for address in ("**/v2/api/**", "**/functions_page-*"):
        page.route(address, lambda route: route.abort())
    page.goto("/ui/jobs")
    page.get_by_role("link", name="Functions", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The master does not answer")
    with page.expect_request("**/v2/api/status"):
        alert.get_by_role("button", name="Try again").click()
    expect(alert).to_be_visible()
    page.unroute_all()
    expect(page.get_by_role("link", name="hello-mist-scala", exact=True)).to_be_visible()


@pytest.mark.usefixtures("jobs")  # an empty list offers the link once more
def test_the_keyboard_reaches_everything(page: Page) -> None:
    open_whole(page, "/ui/jobs")  # before that, there is nothing behind the contents' edge
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Go to the contents")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Run a function")).to_be_focused()
