"""What stands around every page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from world.places import spark_lines


def test_the_address_of_the_ui_opens_the_overview(page: Page) -> None:
    page.goto("/ui/")
    expect(page).to_have_url("/ui/overview")
    expect(page.get_by_role("link", name="Overview")).to_have_attribute("aria-current", "page")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_text(f"Spark {spark_lines()[0]}.")).to_be_visible()


def test_the_theme_that_was_chosen_stays(page: Page) -> None:
    page.goto("/ui/jobs")
    page.get_by_label("Theme").select_option("Dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_label("Theme")).to_have_value("dark")


def test_old_addresses_lead_to_their_pages(page: Page) -> None:
    page.goto("/ui/jobs/overview")
    expect(page).to_have_url("/ui/jobs")
    page.goto("/ui/jobs/hello-mist-scala")
    expect(page).to_have_url("/ui/jobs?q=function%3Ahello-mist-scala")
    job = "019a0000-0000-7000-8000-000000000000"
    page.goto(f"/ui/jobs/hello-mist-scala/{job}")
    expect(page).to_have_url(f"/ui/jobs/{job}")


def test_an_unknown_address_says_so(page: Page) -> None:
    page.goto("/ui/nonsense/page")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
