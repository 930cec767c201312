from __future__ import annotations

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.browser.addresses import FEW
from tests.browser.conftest import Visit
from tests.browser.text import squeezed, what_is_said

PAPERS = {"normal": ("A4", "Letter", "A5"), "large": ("A4", "Letter")}  # the smallest cuts what may be cut
# The text of what is read from right to left comes out of a PDF in another order.
READ = [(slug, query) for slug, query in FEW if "lang=ar" not in query]


@pytest.mark.parametrize("size", PAPERS)
@pytest.mark.parametrize(("slug", "query"), READ)
def test_a_handout_is_printed_whole_and_no_warning_sign_is_cut_in_two(
    visit: Visit, service: str, slug: str, query: str, size: str
) -> None:
    page = visit(f"/print/conditions/{slug}?{query}&size={size}")
    for paper in PAPERS[size]:
        is_printed_whole(page, paper, what_is_said(service, slug, query))


@pytest.mark.parametrize(("slug", "query"), READ)
def test_a_page_is_printed_whole_and_no_warning_sign_is_cut_in_two(
    visit: Visit, service: str, slug: str, query: str
) -> None:
    is_printed_whole(visit(f"/embed/conditions/{slug}?{query}"), "A4", what_is_said(service, slug, query))


def test_a_language_that_no_browser_knows_stops_neither_the_day_nor_the_button(visit: Visit) -> None:
    page = visit("/print/conditions/giggle-elbow")
    page.evaluate("document.documentElement.lang = 'en-a'; document.querySelector('[data-today]').textContent = ''")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert re.search("[0-9]{4}", page.locator("[data-today]").inner_text())
    assert page.locator("[data-print]").is_visible()


def is_printed_whole(page: Page, paper: str, said: list[str]) -> None:
    """All that is said is on paper, and each care card stands on one sheet of it."""
    page.emulate_media(media="print")
    cards = [card.inner_text().splitlines() for card in page.locator(".care").all()]
    assert bool(cards) == bool(page.locator(".action").count())
    sheets = [squeezed(sheet.extract_text()) for sheet in PdfReader(BytesIO(page.pdf(format=paper))).pages]
    assert [text for text in said if text not in "".join(sheets)] == [], paper
    cut = [card for card in cards if not any(all(squeezed(line) in sheet for line in card) for sheet in sheets)]
    assert cut == [], paper
