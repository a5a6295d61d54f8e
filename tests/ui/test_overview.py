"""What is going on, and how it has been lately."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from playwright.sync_api import Page, expect

from spark_world import SparkWorld
from world.probes import Gate


def test_waiting_jobs_tell_their_reason(
    page: Page, world: SparkWorld, gate: Callable[[], Gate]
) -> None:
    name = f"one-{uuid.uuid4().hex[:8]}"
    world.api.put_context(name, workerMode="exclusive", maxJobs=1)
    held = gate()
    jobs = [world.api.start("waiting", {"gate": str(held)}, context=name) for _ in range(2)]
    world.api.wait_for_status(jobs[0], "started")
    page.goto("/ui/overview")
    waiting = page.get_by_role("region", name="Waiting longest")
    expect(waiting).to_contain_text(f"Context {name} runs 1 job")
    waiting.get_by_role("link", name="waiting").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("queued")
    for job in reversed(jobs):
        world.api.cancel(job)


def test_failures_lead_to_their_jobs(page: Page, world: SparkWorld) -> None:
    word = f"broken-{uuid.uuid4().hex[:8]}"
    world.api.wait_for_end(world.api.start("throws", {"message": word}))
    page.goto("/ui/overview")
    failed = page.get_by_role("region", name="Latest failures")
    expect(failed).to_contain_text(word)
    failed.get_by_role("link", name="throws").first.click()
    expect(page.get_by_role("region", name="The function failed")).to_contain_text(word)


def test_charts_have_numbers_for_each_range_and_name(page: Page, world: SparkWorld) -> None:
    world.api.call("large", {"size": 1})
    page.goto("/ui/overview")
    jobs = page.get_by_role("figure").filter(has_text="Jobs a minute")
    expect(jobs.locator("canvas")).to_be_visible()
    jobs.get_by_text("As numbers").click()
    expect(jobs.get_by_role("row")).to_have_count(61)
    page.get_by_label("Times").select_option("UTC")
    expect(jobs.get_by_role("rowheader").first).to_have_text(re.compile(r" \d\d:\d\d:\d\d UTC$"))
    page.get_by_role("button", name="Week").click()
    expect(page).to_have_url("/ui/overview?range=week")
    jobs.get_by_text("As numbers").click()
    expect(jobs.get_by_role("row")).to_have_count(169)
    page.get_by_role("combobox", name="Of").focus()
    page.get_by_role("combobox", name="Of").select_option("function:large")
    expect(page).to_have_url("/ui/overview?range=week&of=function%3Alarge")
    expect(jobs).to_contain_text("finished")
    page.goto("/ui/overview?of=function:nobody")
    expect(page.get_by_text("Nothing was counted for this one")).to_be_visible()
