"""Names and settings that somebody chose to do harm with, on every page that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from spark_world import SparkWorld
from test_manners import open_whole
from world.probes import SPARK_CONF

# What the master takes for a name: no '/', no control characters, 255 bytes. Two in one page tell whether the layout holds.
SCRIPT = "<img src=x onerror=\"document.title='run'\">\u202egnp'`${x}"
ENDLESS = "w" * 251
SETTING = "<script>document.title='run'<" + "/script>\u202egnp javascript:alert(1) " + "v" * 5000
WIDTHS = (360, 1280)


@pytest.fixture
def job(world: SparkWorld) -> Iterator[str]:
    """Of a hostile function in a hostile context, on a hostile artifact."""
    artifact = SCRIPT.replace('"', "'") + ".py"
    code = b"from mistpy.decorators import on_spark_context\n@on_spark_context\ndef f(sc):\n    return 1\n"
    conf = SPARK_CONF | {"spark.hostile": SETTING, f"spark.{ENDLESS}": ENDLESS}
    for name, file in ((SCRIPT, artifact), (ENDLESS, f"{ENDLESS}.py")):
        world.api.upload(file, code + name.encode().hex().join(("# ", "\n")).encode())
        world.api.put_context(name, sparkConf=conf, workerMode="shared", runOptions="")
        world.api.register(name, file, "f", name)
    started = world.api.start(SCRIPT)
    assert world.api.wait_for_end(started)["status"] == "finished"
    yield started
    for name, file in ((SCRIPT, artifact), (ENDLESS, f"{ENDLESS}.py")):
        for what, of in (("functions", name), ("contexts", name), ("artifacts", file)):
            assert world.api.request("DELETE", f"/v2/api/{what}/{quote(of)}").status == 200


def test_hostile_names_and_settings_stay_texts(
    new_page: Callable[..., Page], world: SparkWorld, job: str
) -> None:
    worker = world.api.job(job)["workerId"]
    addresses = ["overview", "jobs", f"jobs/{job}", f"jobs/{job}/log", "functions", "contexts"]
    addresses += ["workers", f"workers/{quote(worker)}", "artifacts"]
    for name in (SCRIPT, ENDLESS):
        addresses += [f"contexts/{quote(name)}", f"functions/{quote(name)}"]
        addresses += [f"functions/{quote(name)}/run"]
    for width in WIDTHS:
        page = new_page(width=width)
        for address in addresses:
            open_whole(page, f"/ui/{address}")
            expect(page.get_by_role("heading", level=1)).not_to_contain_text("There is no such")
            assert page.evaluate("document.title") != "run", address
            assert page.locator("img[src=x], main script").count() == 0, address
            assert page.locator("a[href^='javascript:']").count() == 0, address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_hostile_context_is_opened_changed_and_used(page: Page, job: str) -> None:
    page.goto("/ui/contexts")
    page.get_by_role("link", name="<img src=x").click()
    expect(page.get_by_text("spark.hostile")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("<img src=x")
    dialog.get_by_label("Jobs at once, at most").fill("3")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("3", exact=True).first).to_be_visible()


def test_names_that_are_too_long_are_refused_where_they_were_typed(page: Page) -> None:
    page.goto("/ui/contexts")
    page.get_by_role("button", name="Create a context").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("n" * 1_000_000)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("the name is longer than 255 bytes")
