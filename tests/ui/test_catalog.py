"""Functions, artifacts, contexts and workers."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from spark_world import SparkWorld
from world.artifacts import FUNCTIONS
from world.probes import Gate


@pytest.fixture
def name() -> str:
    return f"own-{uuid.uuid4().hex[:8]}"


def test_a_function_is_registered_changed_and_deleted(
    page: Page, world: SparkWorld, name: str
) -> None:
    page.goto("/ui/functions")
    page.get_by_role("button", name="Register a function").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Artifact").fill("probes.jar")
    page.get_by_label("Class or function name").fill("Nothing$")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Nothing$")
    page.get_by_label("Class or function name").fill("Large$")
    page.get_by_label("Context", exact=True).select_option("shared")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("integer")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Context", exact=True).select_option("pool")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="pool")).to_be_visible()
    assert world.api.get(f"functions/{name}").json["defaultContext"] == "pool"
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the function").click()
    expect(page).to_have_url("/ui/functions")
    expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)


def drop(page: Page, *files: Path) -> None:
    """Drags the files from the desktop onto the page, as far as a page can tell."""
    dragged = page.evaluate_handle(
        """(files) => {
            const data = new DataTransfer();
            for (const [name, text] of files) data.items.add(new File([text], name));
            return data;
        }""",
        [[file.name, file.read_text()] for file in files],
    )
    area = page.get_by_text("Drop a jar, Python file or egg here")
    area.dispatch_event("dragover", {"dataTransfer": dragged})
    area.dispatch_event("drop", {"dataTransfer": dragged})


def test_an_artifact_is_uploaded_replaced_and_deleted(
    page: Page, name: str, tmp_path: Path
) -> None:
    file = tmp_path / f"{name}_0.0.1.py"
    file.write_bytes((FUNCTIONS / "probes.py").read_bytes())
    page.goto("/ui/artifacts")
    drop(page, file)
    row = page.get_by_role("row").filter(has_text=file.name)
    expect(row).to_contain_text("nobody")
    file.write_text("# other contents\n")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("dialog")).to_contain_text("Other contents are stored")
    page.get_by_role("button", name="Replace").click()
    expect(row).to_contain_text("17 B")
    newer = tmp_path / f"{name}_0.0.2.py"
    newer.write_text("# newer\n")
    page.locator("input[type=file]").set_input_files(newer)
    expect(page.get_by_role("row").filter(has_text=f"{name} 2 versions")).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the artifact").click()
    expect(row).to_have_count(0)
    used = page.get_by_role("row").filter(has_text="probes.jar")
    expect(used.get_by_role("link", name="large")).to_be_visible()


def test_no_file_is_dropped_for_another_ones_problem(page: Page, name: str, tmp_path: Path) -> None:
    taken = [tmp_path / f"{name}_1.py", tmp_path / f"{name}_2.py"]
    refused = tmp_path / f".{name}"
    new = tmp_path / f"{name}_3.py"
    for file in [*taken, refused, new]:
        file.write_text("# contents")
    page.goto("/ui/artifacts")
    drop(page, *taken)
    for file in taken:
        expect(page.get_by_role("row").filter(has_text=file.name)).to_be_visible()
        file.write_text("# other contents")
    drop(page, *taken, refused, new)
    dialog = page.get_by_role("dialog")
    for file in taken:
        expect(dialog).to_contain_text(f"Other contents are stored as {file.name}")
        dialog.get_by_role("button", name="Replace").click()
    expect(dialog).to_have_count(0)
    for file in [*taken, new]:
        expect(page.get_by_role("row").filter(has_text=file.name)).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text(f"{refused.name} was not stored")


def test_a_file_that_misses_the_box_leaves_the_page_open(page: Page) -> None:
    page.goto("/ui/artifacts")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Artifacts")
    opens_the_file = """(element, type) =>
        element.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true}))"""
    for event in ("dragover", "drop"):
        assert heading.evaluate(opens_the_file, event) is False


def test_a_context_is_created_and_changed(page: Page, world: SparkWorld, name: str) -> None:
    page.goto("/ui/contexts")
    page.get_by_role("button", name="Create a context").click()
    page.get_by_label("Name", exact=True).fill("pool")
    page.get_by_role("button", name="Save").click()
    own = page.get_by_label("Name", exact=True)
    expect(own).to_have_accessible_description(re.compile("A context pool already exists"))
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    assert world.api.get("contexts/pool").json["workerMode"] == "shared"
    own.fill(name)
    page.get_by_label("Worker mode").select_option("shared")
    page.get_by_label("A worker ends after").fill("soon")
    expect(page.get_by_text("Write a number and s or ms, or Inf.")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_label("A worker ends after").fill("30s")
    page.get_by_label("Retries").fill("2")
    page.get_by_label("Retry when").select_option("failure")
    page.get_by_label("Pause before a retry").fill("10s")
    page.get_by_role("button", name="Add a Spark setting").click()
    page.get_by_label("key").last.fill(" spark.executor.cores")
    page.get_by_label("value").last.fill("2 ")
    key, value = (page.get_by_label(of).last.bounding_box() for of in ("key", "value"))
    assert key and value and key["y"] == value["y"] and abs(key["width"] - value["width"]) < 2
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("spark.executor.cores")).to_be_visible()
    stored = world.api.get(f"contexts/{name}").json
    assert (stored["downtime"], stored["sparkConf"]["spark.executor.cores"]) == ("30s", "2")
    assert (stored["retries"], stored["retryOn"], stored["retryBackoff"]) == (2, "failure", "10s")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Jobs at once, at most").fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("definition").filter(has_text="7")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the context").click()
    expect(page).to_have_url("/ui/contexts")
    expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_a_broken_context_says_why_and_is_repaired(
    page: Page, world: SparkWorld, name: str
) -> None:
    world.api.put_context(name, sparkConf={"spark.master": "nonsense"}, maxConnFailures=1)
    world.api.wait_for_end(world.api.start("large", {"size": 1}, context=name))
    page.goto(f"/ui/contexts/{name}")
    failures = page.get_by_role("region", name="Its workers do not start")
    expect(failures).to_contain_text("1 failed start in a row")
    expect(failures).to_contain_text("Master must either be yarn")
    failures.get_by_role("button", name="Let it try again").click()
    expect(page.get_by_text("The context tries again.")).to_be_visible()
    expect(failures).to_have_count(0)


def test_a_worker_shows_its_jobs_and_output_and_is_stopped(
    page: Page, world: SparkWorld, name: str, gate: Callable[[], Gate]
) -> None:
    conf = {"spark.master": "local[1]", "spark.driver.memory": "512m"}
    world.api.put_context(name, workerMode="shared", sparkConf=conf)
    job = world.api.start("large", {"size": 1}, context=name)
    worker = world.api.wait_for_end(job)["workerId"]
    page.goto("/ui/workers")
    row = page.get_by_role("row").filter(has_text=worker)
    expect(row).to_contain_text("idle")
    row.get_by_role("link", name=worker).click()
    expect(page.get_by_role("link", name=job[-12:])).to_be_visible()
    expect(page.get_by_label("What it printed")).to_contain_text("Spark")
    expect(page.get_by_label("Follow")).to_be_checked()
    held = gate()
    world.api.start("waiting", {"gate": str(held)}, context=name)
    held.wait_until_reached()
    page.reload()
    expect(page.get_by_role("row").filter(has_text="waiting")).to_contain_text("running")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop the worker").click()
    expect(page.get_by_text("This worker has ended")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.get_by_text("Address")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="waiting")).to_contain_text(
        "failed", timeout=5000
    )
    expect(page.get_by_label("What it printed")).to_contain_text("Spark")
