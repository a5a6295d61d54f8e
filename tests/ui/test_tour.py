"""What people did with the web UI of Mist 1.1, in one go."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from playwright.sync_api import Page, expect

from spark_world import SparkWorld
from world.probes import Gate


def test_the_whole_tour(page: Page, world: SparkWorld, gate: Callable[[], Gate]) -> None:
    page.goto("/ui/")
    # See the functions.
    page.get_by_role("link", name="Functions").click()
    expect(page.get_by_role("link", name="hello-mist-scala", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="hello-mist-python", exact=True)).to_be_visible()
    # Run one.
    waiting = gate()
    page.get_by_role("link", name="Run waiting", exact=True).click()
    page.get_by_label("gate text").fill(str(waiting))
    page.get_by_role("button", name="Run", exact=True).click()
    run = page.get_by_role("region", name="This run")
    expect(run).to_contain_text("running")
    # Watch its log.
    run.get_by_role("link", name="Job").click()
    log = page.get_by_label("Lines of the log")
    expect(log).to_contain_text("StartedEvent")
    waiting.open()
    expect(log).to_contain_text("FinishedEvent")
    expect(page.get_by_role("heading", level=1)).to_contain_text("finished")
    expect(page.get_by_text("went through")).to_be_visible()
    # Open the worker.
    page.get_by_role("link", name=re.compile("^shared_")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("shared_")
    expect(page.get_by_text("spark.driver.memory")).to_be_visible()
    # Cancel a job.
    stopped = gate()
    job = world.api.start("waiting", {"gate": str(stopped)})
    page.get_by_role("link", name="Jobs", exact=True).click()
    page.get_by_role("link", name=job[-12:]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("running")
    page.get_by_role("button", name="Cancel job").click()
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("cancelled")
    # Add a context.
    name = f"tour-{uuid.uuid4().hex[:8]}"
    page.get_by_role("link", name="Contexts").click()
    page.get_by_role("button", name="Create a context").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Worker mode").select_option("shared")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    assert world.api.get(f"contexts/{name}").json["workerMode"] == "shared"
