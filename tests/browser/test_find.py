"""Search and care near a reader, in a browser: by keyboard, by a screen reader's names, and without a script."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_pages import SCHEMES, objections, widest

KEPT = "[localStorage.length, sessionStorage.length, document.cookie]"
PLACES = {"latitude": 10.50049, "longitude": -40.20051}  # of the made-up pack


def field_of(page: Page) -> Locator:
    return page.get_by_role("combobox", name="What are you looking for?")


def suggestions(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def typed(page: Page, text: str) -> None:
    """Type into the search field, and wait for what is suggested."""
    field_of(page).press_sequentially(text)
    suggestions(page).first.wait_for()


@pytest.mark.parametrize("address", ["/", "/embed/search"])
def test_a_name_is_found_with_the_keyboard_alone(visit: Visit, address: str) -> None:
    page = visit(address)
    field = field_of(page)
    for _ in range(20):
        if field.evaluate("(node) => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("giggle")
    expect(suggestions(page)).not_to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("listbox").get_by_role("option", selected=True)
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text("Giggle elbow")
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "none")
    page.keyboard.press("Enter")
    page.wait_for_url("**/embed/search?*")
    expect(page.get_by_role("heading", name="Read first: warning signs")).to_be_visible()
    assert page.get_by_role("heading", level=3).first.inner_text() == "For a child with giggle elbow"
    assert page.evaluate(KEPT) == [0, 0, ""]


def test_arrows_go_round_and_escape_closes_without_taking_what_was_typed(visit: Visit) -> None:
    page = visit("/")
    typed(page, "hat")
    field, options = field_of(page), suggestions(page)
    count = options.count()
    assert count > 1
    page.keyboard.press("ArrowUp")
    expect(options.nth(count - 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("hat")
    expect(field).to_have_attribute("aria-expanded", "false")
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Enter")
    page.wait_for_url("**/embed/search?q=hat")


def test_a_screen_reader_is_told_how_many_suggestions_there_are(visit: Visit) -> None:
    page = visit("/")
    said = page.locator("form[role=search] [role=status]")
    typed(page, "hiccup")
    count = suggestions(page).count()
    expect(said).to_have_text("1 suggestion." if count == 1 else f"{count} suggestions.")
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    field_of(page).fill("xyzzyplugh")
    expect(said).to_have_text("No suggestions.")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_a_suggestion_is_taken_with_a_tap(visit: Visit) -> None:
    page = visit("/", viewport={"width": 390, "height": 844}, has_touch=True)
    typed(page, "giggle")
    suggestions(page).first.tap()
    page.wait_for_url("**/embed/search?q=Giggle+elbow")


def test_a_later_text_takes_the_place_of_an_earlier_ones_suggestions(visit: Visit) -> None:
    page = visit("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/suggest" in request.url else None)
    typed(page, "giggle elbow")
    expect(suggestions(page)).to_have_count(1)
    assert len(asked) < len("giggle elbow")  # keys that follow at once ask once


@pytest.mark.parametrize("colours", SCHEMES)
@pytest.mark.parametrize("width", [280, 390, 1280])
def test_open_suggestions_fit_and_have_nothing_that_axe_objects_to(
    visit: Visit, width: int, colours: Literal["light", "dark"]
) -> None:
    page = visit("/", viewport={"width": width, "height": 800}, color_scheme=colours)
    typed(page, "hat")
    page.keyboard.press("ArrowDown")
    assert objections(page) == []
    assert widest(page) <= width


def test_a_search_works_without_a_script(visit: Visit) -> None:
    page = visit("/", java_script_enabled=False)
    page.get_by_role("searchbox", name="What are you looking for?").fill("nootropenia fever")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/embed/search?*")
    assert page.get_by_role("heading", level=3).first.inner_text() == "For a child with neutropenia"
    text = page.locator("body").inner_text()
    order = ["In an emergency, call 000.", "Any sign of infection", "Call the doctor", "Results", "educational content"]
    assert sorted(order, key=text.index) == order


def test_a_place_is_typed_without_a_script(visit: Visit) -> None:
    page = visit("/", java_script_enabled=False)
    assert not page.get_by_role("button", name="Use my location").is_visible()
    page.get_by_role("textbox", name="Where are you?").fill("10.5,-40.2")
    page.get_by_role("button", name="Find care near me").click()
    page.wait_for_url("**/embed/locations?*")
    assert page.locator(".places .name").first.inner_text() == "Hat Hall"
    assert re.fullmatch(r"\d\.\d miles away", page.locator(".distance").first.inner_text())


@pytest.mark.parametrize("address", ["/", "/embed/locations"])
def test_the_browser_is_asked_only_when_the_button_is_pressed_and_the_place_is_rounded(
    visit: Visit, address: str
) -> None:
    page = visit(address, geolocation=PLACES, permissions=["geolocation"])
    page.wait_for_load_state("networkidle")
    assert "near=" not in page.url
    page.get_by_role("button", name="Use my location").press("Enter")
    page.wait_for_url("**/embed/locations?*near=10.500%2C-40.201*")
    assert page.locator(".places .name").first.inner_text() == "Hat Hall"
    assert page.evaluate(KEPT) == [0, 0, ""]


def test_a_reader_who_says_no_is_told_what_to_do_instead(visit: Visit) -> None:
    page = visit("/embed/locations", permissions=[])
    button = page.get_by_role("button", name="Use my location")
    button.click()
    expect(page.get_by_role("status")).to_have_text(
        "Your location could not be had. Type a ZIP code or a town instead."
    )
    expect(button).to_be_enabled()
