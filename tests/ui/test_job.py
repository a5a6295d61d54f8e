"""One job and its log."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, Route, expect

from conftest import SCREENSHOTS
from spark_world import SparkWorld
from world.probes import Gate


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def lines(page: Page) -> Locator:
    return page.get_by_label("Lines of the log")


# ---- the job ----------------------------------------------------------------------------------------


def test_a_finished_job_shows_arguments_result_and_times(page: Page, world: SparkWorld) -> None:
    job = world.api.start("large", {"size": 3}, externalId="order-17")
    world.api.wait_for_end(job)
    page.goto(f"/ui/jobs/{job}")
    expect(heading(page)).to_contain_text("large")
    expect(heading(page)).to_contain_text("finished")
    for phase in ("Waiting", "Handed to a worker", "Running"):
        expect(page.get_by_role("listitem").filter(has_text=phase)).to_be_visible()
    for text in ("order-17", "probes.jar", '"xxx"'):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
    result = page.get_by_role("heading", name="Result").locator("xpath=ancestor::section")
    result.get_by_role("button", name="Raw").click()
    expect(result.locator("pre")).to_have_text('"xxx"')
    with page.expect_download() as download:
        result.get_by_role("button", name="Download").click()
    assert download.value.path().read_text() == '"xxx"'


def test_a_failure_shows_its_root_cause_first(page: Page, world: SparkWorld) -> None:
    job = world.api.start("throws", {"message": "no such city"})
    world.api.wait_for_end(job)
    page.goto(f"/ui/jobs/{job}")
    failure = page.get_by_role("region", name="The function failed")
    expect(
        failure.get_by_text("java.lang.IllegalStateException: no such city").first
    ).to_be_visible()
    stack = failure.locator("pre")
    expect(stack).to_be_hidden()
    failure.get_by_text("Whole error with its stack").click()
    expect(stack).to_contain_text("at Throws$")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pythons_own_error_is_the_root_cause(page: Page, world: SparkWorld) -> None:
    job = world.api.start("py-throws", {"message": "bad number"})
    world.api.wait_for_end(job)
    page.goto(f"/ui/jobs/{job}")
    failure = page.get_by_role("region", name="The function failed")
    expect(failure.locator("p").first).to_have_text(re.compile(r"^\w+Error: bad number$"))


def test_a_job_is_followed_to_its_end_and_run_again(
    page: Page, world: SparkWorld, gate: Callable[[], Gate]
) -> None:
    held = gate()
    job = world.api.start("waiting", {"gate": str(held)})
    page.goto(f"/ui/jobs/{job}")
    expect(heading(page)).to_contain_text("running")
    held.open()
    expect(heading(page)).to_contain_text("finished")
    page.get_by_role("button", name="Run again").click()
    expect(page).not_to_have_url(re.compile(job))
    expect(heading(page)).to_contain_text("finished")


def test_a_jobs_spark_work_is_shown_while_it_runs(
    page: Page, world: SparkWorld, gate: Callable[[], Gate]
) -> None:
    held = gate()
    job = world.api.start("py-waiting", {"gate": str(held), "inTask": True})
    page.goto(f"/ui/jobs/{job}")
    work = page.get_by_role("heading", name="Spark", exact=True).locator("xpath=ancestor::section")
    expect(work.get_by_text("Jobs: 1 running")).to_be_visible()
    expect(work.get_by_text("Stages: 1 running")).to_be_visible()
    stage = work.get_by_role("list", name="Stages").get_by_role("listitem")
    expect(stage).to_have_count(1)
    expect(stage).to_contain_text("foreach at")
    expect(stage).to_contain_text("0 of 1 tasks done, 1 running")
    expect(stage.get_by_role("progressbar")).to_have_attribute("value", "0")
    page.reload()
    expect(stage).to_contain_text("0 of 1 tasks done, 1 running")
    page.screenshot(path=SCREENSHOTS / "running-job-1280-light.png")
    held.open()
    expect(heading(page)).to_contain_text("finished")
    expect(work).to_have_count(0)
    assert world.api.get(f"jobs/{job}/progress").json == {"progress": None}


def test_a_waiting_job_says_why(page: Page, world: SparkWorld, gate: Callable[[], Gate]) -> None:
    name = f"one-{uuid.uuid4().hex[:8]}"
    world.api.put_context(name, workerMode="exclusive", maxJobs=1)
    held = gate()
    first = world.api.start("waiting", {"gate": str(held)}, context=name)
    second = world.api.start("waiting", {"gate": str(held)}, context=name)
    world.api.wait_for_status(first, "started")
    page.goto(f"/ui/jobs/{second}")
    expect(page.get_by_text(f"Context {name} runs 1 job, which is its limit")).to_be_visible()
    page.get_by_role("button", name="Cancel job").click()
    page.get_by_role("button", name="Cancel the job").click()
    expect(heading(page)).to_contain_text("cancelled")
    held.open()
    world.api.wait_for_end(first)
    page.goto(f"/ui/jobs/{first}")
    expect(page.get_by_role("listitem").filter(has_text="Worker starting")).to_be_visible()


def test_attempts_are_told(page: Page, world: SparkWorld) -> None:
    job = world.api.start(
        "py-throws", {"message": "again"}, retries="1", retryOn="failure", retryBackoff="0s"
    )
    world.api.wait_for_end(job)
    page.goto(f"/ui/jobs/{job}")
    first = page.get_by_role("listitem").filter(has_text="Attempt 1")
    expect(first.locator("summary")).to_have_text("ValueError: again")
    expect(page.get_by_text("Attempt 2", exact=True)).to_be_visible()


def test_an_unknown_job_says_so(page: Page) -> None:
    page.goto("/ui/jobs/019a0000-0000-7000-8000-000000000000")
    expect(heading(page)).to_have_text("There is no such job")


# ---- its log ----------------------------------------------------------------------------------------


def test_levels_are_filtered_and_stacks_folded(page: Page, world: SparkWorld) -> None:
    job = world.api.start("logs", {"text": "hello"})
    world.api.wait_for_end(job)
    page.goto(f"/ui/jobs/{job}/log")
    expect(lines(page)).to_contain_text("info: hello")
    expect(lines(page)).to_contain_text("java.lang.IllegalStateException: the logged cause")
    page.get_by_role("button", name=re.compile("more lines")).click()
    expect(page.get_by_role("button", name=re.compile("more lines"))).to_have_count(0)
    page.get_by_label("Level").select_option("ERROR")
    expect(lines(page)).to_contain_text("error: hello")
    expect(lines(page)).not_to_contain_text("info: hello")
    expect(lines(page)).to_contain_text("the logged cause")


def test_times_of_lines_are_shown_as_the_reader_wants_them(page: Page, world: SparkWorld) -> None:
    job = world.api.start("py-lines", {"count": 3})
    world.api.wait_for_end(job)
    page.goto(f"/ui/jobs/{job}/log")
    last = lines(page).locator("time").last
    written = world.api.log(job).splitlines()[-1]
    style = page.get_by_role("region", name="Log", exact=True).get_by_label("Times")
    style.select_option("UTC")
    expect(last).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$"))
    utc = datetime.fromisoformat(last.inner_text())
    style.select_option("Local")
    local = datetime.fromisoformat(last.inner_text()).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    assert local == utc
    style.select_option("Since the job was made")
    expect(last).to_have_text(re.compile(r"^\+\d+:\d\d\.\d{3}$"))
    page.reload()
    expect(last).to_have_text(re.compile(r"^\+\d+:\d\d\.\d{3}$"))
    assert written.endswith(lines(page).locator(".log-message").last.inner_text())


def test_a_log_is_wrapped_downloaded_and_linked(page: Page, world: SparkWorld) -> None:
    job = world.api.start("logs", {"text": "long " * 200})
    world.api.wait_for_end(job)
    page.goto(f"/ui/jobs/{job}/log")
    expect(lines(page)).to_contain_text("long long")
    is_wide = "box => box.scrollWidth > box.clientWidth"
    assert not lines(page).evaluate(is_wide)
    page.get_by_label("Wrap").uncheck()
    assert lines(page).evaluate(is_wide)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_text() == world.api.log(job)


def test_text_is_found_counted_and_linked(page: Page, world: SparkWorld) -> None:
    job = world.api.start("py-lines", {"count": 2000})
    world.api.wait_for_end(job)
    page.goto(f"/ui/jobs/{job}/log")
    expect(lines(page)).to_contain_text("line 1999")
    expect(lines(page)).not_to_contain_text("line 77")
    expect(lines(page).locator("[data-offset]").last).to_be_in_viewport()
    search = page.get_by_label("Find in the log")
    search.fill("LINE 77")
    expect(page.get_by_text("11 lines")).to_be_visible()
    search.press("Enter")
    expect(lines(page).locator(".marked")).to_contain_text("line 779")
    page.get_by_role("button", name="Previous").click()
    expect(lines(page).locator(".marked")).to_contain_text("line 778")
    page.get_by_role("button", name="Next").click()
    expect(lines(page).locator(".marked")).to_contain_text("line 779")
    page.get_by_label("Only lines found").check()
    expect(lines(page).locator("[data-offset]")).to_have_count(11)
    page.get_by_label("Only lines found").uncheck()
    expect(lines(page).locator(".marked")).to_be_in_viewport()
    expect(lines(page).locator(".marked")).to_contain_text("line 779")
    page.get_by_role("button", name="Begin").click()
    expect(lines(page)).to_contain_text("line 3")
    line = lines(page).locator("[data-offset]").filter(has_text=re.compile(r"line 3$"))
    line.get_by_role("link").click()
    offset = line.get_attribute("data-offset")
    assert page.url.endswith(f"#L{offset}")
    page.reload()
    expect(lines(page).locator(".marked")).to_contain_text("line 3")
    another = lines(page).locator("[data-offset]").filter(has_text=re.compile(r"line 9$"))
    page.evaluate("line => (location.hash = `#L${line}`)", another.get_attribute("data-offset"))
    expect(lines(page).locator(".marked")).to_contain_text("line 9")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("begin, end of the log")


def test_a_log_is_followed_without_loss_or_repetition(
    page: Page, world: SparkWorld, gate: Callable[[], Gate]
) -> None:
    """Also while the connection is away again and again."""
    cut: list[Route] = []

    def let_some_through(route: Route) -> None:
        cut.append(route)
        if len(cut) % 2 == 0:
            route.continue_()
        else:
            route.abort()

    page.route(re.compile("/v2/api/jobs/[^/]+/events"), let_some_through)
    middle = gate()
    job = world.api.start("py-lines", {"count": 300, "gate": str(middle)})
    page.goto(f"/ui/jobs/{job}/log")
    expect(lines(page)).to_contain_text("line 149")
    middle.open()
    world.api.wait_for_end(job)
    expect(lines(page)).to_contain_text("FinishedEvent")
    assert cut
    shown = [text.strip() for text in lines(page).locator(".log-message").all_inner_texts()]
    assert shown == [line.split("] ", 1)[1].strip() for line in world.api.log(job).splitlines()]
