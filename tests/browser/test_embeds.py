from __future__ import annotations

import re

import pytest
from playwright.sync_api import Frame, Locator, Page, ViewportSize

from tests.browser.conftest import Visit
from tests.browser.partner import SECRETS
from tests.conftest import wait_until

WIDE: ViewportSize = {"width": 1200, "height": 900}
NARROW: ViewportSize = {"width": 480, "height": 900}
PHONE: ViewportSize = {"width": 280, "height": 700}
GAP = 40  # pixels of air below a content that its frame may leave
LEAST, MOST = 200, 1000  # heights that WordPress gives
# How high the content is, how high its frame, and where its last line ends.
MEASURES = """() => ({
  content: document.documentElement.scrollHeight,
  frame: document.documentElement.clientHeight,
  end: Math.ceil(document.body.getBoundingClientRect().bottom + scrollY),
})"""
MORE = """() => {
  const more = document.createElement("details");
  more.innerHTML = "<summary>More</summary>" + "<p>One more line.</p>".repeat(5);
  (document.querySelector("main") ?? document.body).append(more);
  for (const details of document.querySelectorAll("details")) details.open = true;
}"""


def content(frame: Locator) -> Frame:
    """What a frame of a page shows."""
    found = frame.element_handle().content_frame()
    assert found
    return found


def shows(frame: Locator, condition: str) -> None:
    """Wait for a frame to have a condition's page."""
    wait_until(lambda: f"/embed/conditions/{condition}" in content(frame).url)


def fits(frame: Locator, least: int = 0, most: int = 100_000) -> bool:
    """Whether a frame is as high as its content: nothing to scroll, and no gap, within what its host gives."""
    measured = content(frame).evaluate(MEASURES)
    height = measured["frame"]
    if height >= most:
        return bool(measured["content"] >= most)
    return bool(measured["content"] <= height + 1 and (height <= measured["end"] + GAP or height <= least))


def settles(frame: Locator, least: int = 0, most: int = 100_000) -> None:
    """Wait for a frame to fit."""
    wait_until(lambda: fits(frame, least, most))


def follows_its_content(page: Page, frame: Locator, least: int = 0, most: int = 100_000) -> None:
    """A frame fits after it has loaded, after something in it opens, and after the window narrows and widens."""
    page.set_viewport_size(WIDE)
    frame.scroll_into_view_if_needed()
    content(frame).wait_for_load_state()
    settles(frame, least, most)
    before = height(frame)
    content(frame).evaluate(MORE)
    wait_until(lambda: height(frame) > before or before >= most)
    settles(frame, least, most)
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        settles(frame, least, most)


def height(frame: Locator) -> float:
    box = frame.bounding_box()
    assert box
    return box["height"]


def scrolls_to_its_end(page: Page, frame: Locator) -> None:
    """A reader's wheel over the frame brings its last line into view."""
    frame.scroll_into_view_if_needed()
    content(frame).wait_for_load_state()
    frame.hover()
    inside = content(frame)
    assert inside.evaluate("document.documentElement.scrollHeight > innerHeight")

    def at_its_end() -> bool:
        page.mouse.wheel(0, 200)
        return bool(inside.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 1"))

    wait_until(at_its_end)


def goes_to_the_whole_page(page: Page, frame: Locator, service: str) -> None:
    whole = f"{service}/embed/conditions/neutropenia"
    content(frame).locator(f"a[target=_top][href^='{whole}']").first.click()
    page.wait_for_url(re.compile(re.escape(whole)))
    assert "view=card" not in page.url


def frames(page: Page, count: int) -> list[Locator]:
    """The frames of a page, once so many are there."""
    found = page.locator("iframe")
    wait_until(lambda: found.count() == count)
    return found.all()


@pytest.mark.parametrize("number", range(len(SECRETS)))
def test_what_oembed_gives_fits_its_content_in_wordpress(visit: Visit, partner: str, number: int) -> None:
    page = visit(f"{partner}/oembed.html")
    follows_its_content(page, frames(page, len(SECRETS))[number], LEAST, MOST)


def test_what_is_too_high_for_wordpress_scrolls_to_its_last_line(visit: Visit, partner: str) -> None:
    page = visit(f"{partner}/oembed.html", viewport=PHONE)
    for frame in frames(page, len(SECRETS)):
        frame.scroll_into_view_if_needed()
        settles(frame, LEAST, MOST)
    highest = max(frames(page, len(SECRETS)), key=height)
    content(highest).evaluate(MORE)
    content(highest).evaluate("document.body.append(...Array.from({length: 40}, () => document.createElement('hr')))")
    wait_until(lambda: height(highest) == MOST)
    scrolls_to_its_end(page, highest)


def test_a_link_in_wordpress_leads_to_the_whole_page(visit: Visit, partner: str, service: str) -> None:
    page = visit(f"{partner}/oembed.html")
    frame = frames(page, len(SECRETS))[1]
    settles(frame, LEAST, MOST)
    goes_to_the_whole_page(page, frame, service)


def test_two_elements_on_a_page_fit_their_contents(visit: Visit, partner: str) -> None:
    page = visit(f"{partner}/element.html")
    for frame in frames(page, 2):
        follows_its_content(page, frame)


def test_an_element_fits_its_content_under_a_policy_with_a_nonce(visit: Visit, partner: str) -> None:
    page = visit(f"{partner}/nonce.html")
    (frame,) = frames(page, 1)
    follows_its_content(page, frame)


def test_an_app_shows_and_leaves_elements_and_nothing_stays_behind(visit: Visit, partner: str) -> None:
    page = visit(f"{partner}/app.html")
    before = page.evaluate("waiting")
    for condition in ("giggle-elbow", "neutropenia", "giggle-elbow"):
        page.evaluate("show", condition)
        (frame,) = frames(page, 1)
        shows(frame, condition)
        follows_its_content(page, frame)
        page.evaluate("leave()")
        assert frames(page, 0) == []
        assert page.evaluate("waiting") == before


@pytest.mark.parametrize("address", ["oembed.html", "element.html"])
def test_a_message_from_elsewhere_changes_no_height(visit: Visit, partner: str, address: str) -> None:
    page = visit(f"{partner}/{address}")
    frame = frames(page, 2)[0]
    settles(frame, LEAST, MOST)
    before = height(frame)
    page.evaluate("""async () => {
      postMessage({message: "height", value: 777, secret: "hats1"}, "*");
      postMessage({message: "height", value: 777, id: "1"}, "*");
      const heard = new Promise((resolve) => addEventListener("message", resolve));
      postMessage("the last", "*");
      await heard;
    }""")
    assert height(frame) == before


def test_a_bare_frame_scrolls_to_its_last_line_and_links_to_the_whole_page(
    visit: Visit, partner: str, service: str
) -> None:
    page = visit(f"{partner}/frame.html")
    (frame,) = frames(page, 1)
    scrolls_to_its_end(page, frame)
    assert height(frame) == pytest.approx(300, abs=5)
    goes_to_the_whole_page(page, frame, service)
