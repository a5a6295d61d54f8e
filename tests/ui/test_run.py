"""Calling a function from its page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from spark_world import SparkWorld


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="As JSON")


def fill_json(page: Page, text: str) -> None:
    editor(page).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def test_form_and_json_are_one_value(page: Page) -> None:
    page.goto("/ui/functions/waiting/run")
    page.get_by_label("gate text").fill("/tmp/a")
    expect(editor(page)).to_contain_text('"gate": "/tmp/a"')
    page.get_by_role("button", name="Give inTask").click()
    page.get_by_label("inTask").check()
    expect(editor(page)).to_contain_text('"inTask": true')
    fill_json(page, '{"gate": "/tmp/b"}')
    expect(page.get_by_label("gate text")).to_have_value("/tmp/b")
    expect(page.get_by_role("button", name="Give inTask")).to_be_visible()


def test_lists_maps_and_objects_are_filled_in(page: Page) -> None:
    page.goto("/ui/functions/shapes/run")
    page.get_by_role("button", name="Add to words").click()
    page.get_by_label("words 1 text").fill("red")
    page.get_by_role("button", name="Add to words").click()
    page.get_by_label("words 2 text").fill("blue")
    page.get_by_role("button", name="Add to words").click()
    page.get_by_role("button", name="Remove words 3").click()
    page.get_by_label("New key of weights").fill("fox")
    page.get_by_role("button", name="Add to weights").click()
    page.get_by_label("fox number").fill("0.5")
    point = page.get_by_role("group", name="point")
    point.get_by_label("x integer").fill("many")
    expect(point.get_by_text("Expected integer.")).to_be_visible()
    point.get_by_label("x integer").fill("3")
    point.get_by_role("button", name="Give y").click()
    point.get_by_label("y number").fill("1.5")
    page.get_by_role("button", name="Run", exact=True).click()
    run = page.get_by_role("region", name="This run")
    expect(run).to_contain_text("red+blue fox -> 0.5 Point(3,Some(1.5)) 2")
    fill_json(page, '{"words": ["a"], "weights": {}, "point": {"x": 1}, "times": 7}')
    expect(page.get_by_label("times integer")).to_have_value("7")
    expect(page.get_by_label("words 1 text")).to_have_value("a")
    expect(point.get_by_label("x integer")).to_have_value("1")


def test_what_is_wrong_is_said_as_one_types(page: Page) -> None:
    page.goto("/ui/functions/large/run")
    fill_json(page, '{"size": "many"}')
    expect(page.get_by_text("size: Expected integer.")).to_be_visible()
    fill_json(page, '{"size": 1, "colour": 2}')
    expect(page.get_by_text("colour: The function has no argument of this name.")).to_be_visible()
    fill_json(page, '{"size": ')
    expect(page.get_by_text("This is no JSON")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()


CONTRAST = """(text) => {
    // Luminances as WCAG tells them.
    const luminance = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => {
            const c = part / 255;
            return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = getComputedStyle(text.closest(".cm-editor")).backgroundColor;
    const [dark, light] = [luminance(getComputedStyle(text).color), luminance(ground)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_json_can_be_read_in_each_theme(new_page: Callable[..., Page], scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    page.goto("/ui/functions/large/run")
    fill_json(page, '{"size": 17, "b": "text", "c": null, "d": true}')
    for text in ('"size"', "17", '"text"', "null", "true"):
        shown = editor(page).get_by_text(text, exact=True)
        assert shown.evaluate(CONTRAST) >= 4.5, text


def test_the_result_appears_in_place(page: Page) -> None:
    page.goto("/ui/functions/large/run")
    page.get_by_label("size integer").fill("3")
    page.get_by_role("button", name="Run", exact=True).click()
    run = page.get_by_role("region", name="This run")
    expect(run).to_contain_text("finished")
    expect(run).to_contain_text('"xxx"')


def test_a_refused_call_shows_the_masters_reason(page: Page) -> None:
    page.goto("/ui/functions/large/run")
    fill_json(page, '{"size": "many"}')
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="The call was refused")).to_contain_text(
        "Invalid field size"
    )


def test_the_same_call_in_other_ways(page: Page) -> None:
    page.goto("/ui/functions/logs/run")
    page.get_by_label("text text").fill("it's <b>")
    page.get_by_text("More: context").click()
    page.get_by_label("External id").fill("e 1")
    ways = page.get_by_role("region", name="The same call in other ways")
    expect(ways.locator("pre")).to_contain_text("'{\"text\":\"it'\\''s <b>\"}'")
    expect(ways.locator("pre")).to_contain_text("externalId=e+1&force=true")
    for way, text in {
        "mist-cli": "start job logs",
        "Python": "requests.post(",
        "Kafka": '"functionId":"logs"',
        "MQTT": '"externalId":"e 1"',
    }.items():
        ways.get_by_role("button", name=way, exact=True).click()
        expect(ways.locator("pre")).to_contain_text(text)


def test_no_digit_of_a_large_number_is_lost(page: Page, world: SparkWorld) -> None:
    page.goto("/ui/functions/hello-mist-python/run")
    fill_json(page, '{"samples": 10, "big": 9223372036854775807}')
    page.get_by_role("button", name="Run", exact=True).click()
    run = page.get_by_role("region", name="This run")
    expect(run).to_contain_text("finished")
    run.get_by_role("link", name=re.compile("^Job")).click()
    expect(page.get_by_text("9223372036854775807")).to_be_visible()
    page.get_by_role("link", name="Run with changes").click()
    expect(editor(page)).to_contain_text("9223372036854775807")
