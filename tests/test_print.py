"""`/print`: a condition as one clean handout."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
import segno

from app.assets import asset
from tests.conftest import EVERY_STATE, ROOT, SEED, Api
from tests.reading import check_promises, parsed, said, text_of

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` shows that both engines answer alike

ELBOW = "/print/conditions/giggle-elbow"


@pytest.fixture(scope="session")
def public(make_api: Callable[..., Api]) -> Api:
    return make_api(SEED, EVERY_STATE, public_url="https://health.example/api")


@pytest.mark.parametrize("size", ["normal", "large"])
def test_a_handout_holds_all_that_the_page_holds(public: Api, size: str) -> None:
    handout = parsed(public.get(f"{ELBOW}?size={size}"))
    live = parsed(public.get("/embed/conditions/giggle-elbow"))
    check_promises(handout, public.json("/v1/conditions/giggle-elbow"))
    for part in (".signs", ".sections", ".whose"):
        assert said(handout, part) == said(live, part)


def test_large_type_is_never_below_eighteen_points() -> None:
    sheet = (ROOT / "app/static/pages.css").read_text()
    large = re.findall(r':root\[data-size="large"\] \{([^}]*)\}', sheet)
    assert ["--small: 1rem;" in large[0], "font-size: 150%" in large[0], "font-size: 18pt" in large[1]] == [True] * 3
    sizes = [float(size) for size in re.findall(r"font-size: (?:clamp\()?([0-9.]+)rem", sheet)]
    assert min(sizes) >= 1
    assert not re.search(r"font-size: [0-9.]+(?:px|em)", sheet)


def test_a_handouts_size_is_its_own(public: Api) -> None:
    root = parsed(public.get(f"{ELBOW}?size=large")).css_first("html")
    assert root is not None
    assert root.attributes["data-size"] == "large"
    assert public.get(f"{ELBOW}?size=huge").status_code == 422


def test_the_code_leads_to_the_live_page(public: Api) -> None:
    asked = {"lang": "en", "audience": "parents"}
    answer = public.get(f"{ELBOW}?{urlencode(asked | {'size': 'large', 'sections': 'overview'})}")
    page = parsed(answer)
    live = f"https://health.example/api/embed/conditions/giggle-elbow?{urlencode(asked)}"
    assert said(page, ".sheet a") == [live]
    expected = re.search(r' d="[^"]*"', segno.make_qr(live, error="m").svg_inline(border=4))
    assert expected
    assert expected[0] in answer.text


def test_without_a_public_address_there_is_no_code(states: Api) -> None:
    page = parsed(states.get(ELBOW))
    assert not page.css("svg, .sheet a")
    assert said(page, ".sheet p")[0] == "Health Content API"
    assert len(page.css(".sheet p")) == 2


def test_the_day_is_left_to_the_readers_browser_or_pen(public: Api) -> None:
    answer = public.get(ELBOW)
    page = parsed(answer)
    (day,) = page.css("[data-today]")
    assert text_of(day) == ""
    assert "Printed on . The page may have changed since." in said(page, ".sheet p")
    (script,) = page.css("script")
    assert script.attributes["src"] == f"https://health.example/api{asset('print.js').path}"
    assert public.get(ELBOW).headers["etag"] == answer.headers["etag"]


def test_sections_to_print_are_chosen_by_a_form(public: Api) -> None:
    page = parsed(public.get(f"{ELBOW}?lang=en&sections=overview&sections=at-home&size=large"))
    form = {
        (node.attributes["name"], node.attributes["value"]): "checked" in node.attributes
        for node in page.css("form input:not([type=hidden])")
    }
    assert form == {
        ("sections", "overview"): True,
        ("sections", "when-to-call"): False,
        ("sections", "at-home"): True,
        ("size", "normal"): False,
        ("size", "large"): True,
    }
    hidden = {node.attributes["name"]: node.attributes["value"] for node in page.css("form input[type=hidden]")}
    assert hidden == {"lang": "en"}
    assert said(page, ".sections > section:not(.related) > h2") == ["What is giggle elbow?", "At home"]
    assert said(page, "main > .more") == ["Only some of the sections are shown."]


def test_words_are_explained_on_paper_where_nothing_opens(public: Api) -> None:
    page = parsed(public.get("/print/conditions/neutropenia"))
    explained = page.css("details.words")
    assert len(explained) >= 3
    assert ["open" in node.attributes for node in explained] == [True] * len(explained)


def test_paper_never_cuts_a_warning_sign_in_two() -> None:
    sheet = (ROOT / "app/static/pages.css").read_text()
    paper = sheet[sheet.index("@media print") :]
    whole = [
        selectors for selectors, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", paper) if "break-inside: avoid" in rule
    ]
    named = {name.strip() for selectors in whole for name in selectors.split(",")}
    assert {".care", ".lost", "h2", "h3"} <= named
