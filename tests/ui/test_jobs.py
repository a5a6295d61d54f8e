"""The list of all jobs."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from spark_world import SparkWorld
from world.probes import Gate


@pytest.fixture
def tag() -> str:
    """In the external id of a test's own jobs."""
    return f"tag-{uuid.uuid4().hex[:8]}"


def rows(page: Page) -> Locator:
    return page.locator("tbody tr")


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Find jobs")


def test_jobs_appear_and_change_by_themselves(page: Page, world: SparkWorld, tag: str) -> None:
    page.goto(f"/ui/jobs?q={tag}")
    expect(page.get_by_text("No job fits")).to_be_visible()
    world.api.start("hello-mist-scala", {"samples": 10}, externalId=tag)
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("finished")
    expect(rows(page)).to_contain_text("hello-mist-scala")


def test_a_list_of_ended_jobs_gets_them_as_they_end(
    page: Page, world: SparkWorld, tag: str, gate: Callable[[], Gate]
) -> None:
    held = gate()
    older = world.api.start("waiting", {"gate": str(held)}, externalId=tag)
    world.api.wait_for_status(older, "started")
    page.goto(f"/ui/jobs?q=state:ended {tag}")
    expect(page.get_by_text("No job fits")).to_be_visible()
    world.api.start("throws", {"message": "no such city"}, externalId=tag)
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("no such city")
    held.open()
    expect(rows(page)).to_have_count(2)
    expect(rows(page).nth(1)).to_contain_text("waiting")


def test_a_query_is_kept_in_the_address(page: Page, world: SparkWorld, tag: str) -> None:
    good = world.api.start("hello-mist-scala", {"samples": 10}, externalId=tag)
    bad = world.api.start("throws", {"message": "no such city"}, externalId=tag)
    world.api.wait_for_end(good)
    world.api.wait_for_end(bad)
    page.goto(f"/ui/jobs?q={tag}")
    expect(rows(page)).to_have_count(2)
    box(page).fill(f"state:failed {tag}")
    box(page).press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("no such city")
    assert "state%3Afailed" in page.url
    page.go_back()
    expect(rows(page)).to_have_count(2)
    page.goto(f"/ui/jobs?q=function:hello*+source:http+since:1h+context:hello-mist+{tag}")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("hello-mist-scala")


def test_the_box_completes_and_says_what_is_wrong(page: Page) -> None:
    page.goto("/ui/jobs")
    box(page).click()
    box(page).press_sequentially("st")
    page.get_by_role("option", name="state:").click()
    box(page).press_sequentially("canc")
    box(page).press("ArrowUp")
    last = page.get_by_role("option").last
    expect(last).to_have_attribute("aria-selected", "true")
    for _ in range(2):
        box(page).press("ArrowDown")
    box(page).press("Enter")
    expect(box(page)).to_have_value("state:cancelling ")
    box(page).fill("function:wai")
    expect(page.get_by_role("option", name="waiting", exact=True)).to_be_visible()
    box(page).fill("colour:red")
    expect(page.get_by_role("alert")).to_contain_text('There is no "colour:"')
    box(page).press("Enter")
    assert "q=" not in page.url


def test_older_jobs_come_by_asking(page: Page, world: SparkWorld, tag: str) -> None:
    jobs = [
        world.api.start("hello-mist-scala", {"samples": 1}, externalId=f"{tag}-{i}")
        for i in range(105)
    ]
    world.api.wait_for_end(jobs[-1])
    page.goto(f"/ui/jobs?q={tag}")
    expect(rows(page)).to_have_count(100)
    page.get_by_role("button", name="Search on").click()
    expect(rows(page)).to_have_count(105)
    expect(rows(page).last).to_contain_text(jobs[0][-12:])
    expect(page.get_by_role("button", name="Search on")).to_have_count(0)


def test_columns_are_the_readers_choice(page: Page, world: SparkWorld, tag: str) -> None:
    world.api.wait_for_end(world.api.start("large", {"size": 1}, externalId=tag))
    page.goto(f"/ui/jobs?q={tag}")
    expect(page.get_by_role("columnheader", name="External id")).to_have_count(0)
    page.get_by_text("Columns").click()
    page.get_by_label("External id").check()
    expect(rows(page)).to_contain_text(tag)
    page.reload()
    expect(page.get_by_role("columnheader", name="External id")).to_be_visible()


def test_keys_move_and_open(page: Page, world: SparkWorld, tag: str) -> None:
    jobs = [world.api.start("large", {"size": i}, externalId=tag) for i in range(3)]
    for job in jobs:
        world.api.wait_for_end(job)
    page.goto(f"/ui/jobs?q={tag}")
    expect(rows(page)).to_have_count(3)
    for key in "jjk":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/ui/jobs/{jobs[2]}")
    page.go_back()
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type("?j")
    expect(page.get_by_role("dialog")).to_have_count(0)
    box(page).blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keys of this page")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_paused_list_stands_still(page: Page, world: SparkWorld, tag: str) -> None:
    page.goto(f"/ui/jobs?q={tag}")
    page.get_by_role("button", name="Pause").click()
    world.api.wait_for_end(world.api.start("large", {"size": 1}, externalId=tag))
    expect(page.get_by_text("new events")).to_be_visible()
    expect(rows(page)).to_have_count(0)
    page.keyboard.press("p")  # the button that was clicked has the focus
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("finished")


def test_many_jobs_are_cancelled_together(
    page: Page, world: SparkWorld, tag: str, gate: Callable[[], Gate]
) -> None:
    held = gate()
    jobs = [
        world.api.start("waiting", {"gate": str(held)}, context="exclusive", externalId=tag)
        for _ in range(3)
    ]
    ended = world.api.start("large", {"size": 1}, externalId=tag)
    world.api.wait_for_end(ended)
    page.goto(f"/ui/jobs?q={tag}")
    expect(rows(page)).to_have_count(4)
    page.get_by_label("Select all jobs that can be cancelled").check()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Cancel selected").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Cancel 3 jobs?")
    dialog.get_by_role("button", name="Cancel them").click()
    expect(dialog).to_have_count(0)
    for job in jobs:
        assert world.api.job(job)["status"] == "cancelled"
    expect(rows(page).filter(has_text="cancelled")).to_have_count(3)
