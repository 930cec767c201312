"""`/embed`: pages for people, to read where they are and to show in a frame."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from app.assets import asset
from app.render.colour import contrast
from tests.conftest import ENGINES, EVERY_STATE, ROOT, SEED, Api
from tests.reading import check_promises, parsed, said, style_hashes, text_of
from tests.test_conditions import BY_NAME

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` shows that both engines answer alike

HAT = "/embed/conditions/hiccup-hat-syndrome"
ELBOW = "/embed/conditions/giggle-elbow"
PUBLIC = {
    "public_url": "https://health.example/api",
    "care_team_phone": "+1 (555) 0100",
    "emergency_line": "In an emergency, call 911.",
    "organisation_name": "Puddleton Children’s",
}
EVIL = (
    "</p><script>alert(1)</script><img src=x onerror=alert(1)> <a href='javascript:alert(1)' style='color:red'>x</a> "
    "{{ 7 * 7 }} \" onload='x' \u202egnp.exe\u202c & hiccup"
)


@pytest.fixture(scope="session")
def public(make_api: Callable[..., Api]) -> Api:
    """The service with both packs, and everything that a deployment may say of itself."""
    return make_api(SEED, EVERY_STATE, **PUBLIC)


@pytest.fixture(scope="session")
def hostile(make_api: Callable[..., Api], tmp_path_factory: pytest.TempPathFactory) -> Api:
    """The service with a pack whose every text is an attack; its second edition is in Hebrew."""
    folder = tmp_path_factory.mktemp("packs") / "every_state"
    shutil.copytree(EVERY_STATE, folder)
    file = folder / "conditions" / "giggle-elbow.json"
    condition = json.loads(file.read_text())
    condition["aliases"] = [{"provenance": {"basis": "curated"}, "name": EVIL, "kind": "synonym", "lang": "en"}]
    evil = _evil(condition["editions"][0])
    evil["sections"][0]["blocks"][0]["text"] = f"{EVIL} {'w' * 10_000} hiccup"
    condition["editions"] = [evil, {**evil, "lang": "he"}]
    file.write_text(json.dumps(condition))
    for name in ("articles", "glossary", "locations"):
        records = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
        lines = [json.dumps(_evil(record, skip=("term",))) for record in records]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    return make_api(folder, **PUBLIC)


def _evil(value: Any, name: str = "", skip: tuple[str, ...] = ()) -> Any:
    """A record of a pack with every text that people read made hostile."""
    texts = {"name", "summary", "pronunciation", "applies_to", "note", "sign", "action", "heading", "text", "about"}
    texts |= {"title", "teaser", "meaning", "street", "city", "hours", "term"} - set(skip)
    if isinstance(value, dict):
        return {key: _evil(inner, key, skip) for key, inner in value.items()}
    if isinstance(value, list):
        return [_evil(inner, name, skip) for inner in value]
    return EVIL if name in texts and isinstance(value, str) else value


def check_inert(page: LexborHTMLParser, *scripts: str) -> None:
    """That nothing in a page comes alive but our own scripts."""
    assert page.html is not None
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.html)
    assert [node.attributes.get("src") for node in page.css("script")] == list(scripts)
    assert not page.css("img, object, embed, iframe, base, [style]")
    for node in page.css("*"):
        assert not [name for name in node.attributes if name.startswith("on")]
        for name in {"href", "src", "action"} & node.attributes.keys():
            assert re.match(r"https?://|#|tel:|data:,$", node.attributes[name] or "")


# ---- a condition's page


def test_a_page_says_first_what_a_family_must_know_first(public: Api) -> None:
    page = parsed(public.get("/embed/conditions/neutropenia"))
    article = page.css_first("main > article")
    assert article is not None
    order = ["name-of", "signs", "banner lost-lists", "summary", "text with-contents", "whose"]
    assert [node.attributes["class"] for node in article.iter()] == order
    assert said(page, ".name-of > *") == [
        "Neutropenia",
        "Say it: noo-treh-PEE-nee-eh",
        "Also called: low neutrophil count, neutropaenia",
    ]
    assert text_of(page.css_first(".care li")) == "Any sign of infection Any sign of this kind counts"


ANCHORS = st.lists(st.sampled_from(["overview", "when-to-call", "warning_signs", "nothing", "", "about"]), max_size=3)
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "lang": st.sampled_from(["en", "es", "es-MX", "fr", "EN-us"]),
        "audience": st.sampled_from(["parents", "kids", "teens", "general"]),
        "sections": ANCHORS.map(",".join),
        "theme": st.sampled_from(["light", "dark", "auto"]),
        "accent": st.sampled_from(["ffffff", "#000000", "ff8800"]),
        "heading_level": st.sampled_from(["1", "2", "3", "4"]),
        "view": st.sampled_from(["card", "full"]),
        "size": st.sampled_from(["normal", "large"]),
        "signs": st.just("none"),
    },
)


@settings(max_examples=120, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(slug=st.sampled_from([*BY_NAME, "neutropenia"]), asked=CHOICES, kind=st.sampled_from(["embed", "print"]))
def test_no_parameter_takes_a_sign_or_what_stands_with_it_from_a_page(
    public: Api, slug: str, asked: dict[str, str], kind: str
) -> None:
    wanted = [(name, asked[name]) for name in ("lang", "audience") if name in asked]
    known = public.get(f"/v1/conditions/{slug}?{urlencode(wanted)}")
    answer = public.get(f"/{kind}/conditions/{slug}?{urlencode(asked)}")
    assert answer.status_code == known.status_code
    if known.status_code == 200:
        check_promises(parsed(answer), known.json())


@pytest.mark.parametrize("audience", ["parents", "kids", "teens"])
def test_a_fragment_keeps_all_promises(states: Api, audience: str) -> None:
    path = f"/v1/conditions/hiccup-hat-syndrome{{}}?audience={audience}"
    check_promises(parsed(states.get(path.format(".html"))), states.json(path.format("")))


def test_a_fragment_holds_no_script_no_style_and_no_address_of_ours(public: Api) -> None:
    text = public.get("/v1/conditions/neutropenia.html").text
    assert text.startswith("<article")
    assert not re.search(r"<script|<style|style=|health\.example", text)


def test_every_section_stands_under_its_anchor_and_the_contents_lead_there(states: Api) -> None:
    page, condition = parsed(states.get(ELBOW)), states.json("/v1/conditions/giggle-elbow")
    anchors = [section["anchor"] for section in condition["sections"]]
    assert [node.attributes["id"] for node in page.css(".sections > section:not(.related) > h2")] == anchors
    assert [node.attributes["href"] for node in page.css(".contents a")] == [f"#{anchor}" for anchor in anchors]
    assert said(page, ".contents .gap") == ["A list is missing here"] * 2


def test_a_lost_list_is_marked_where_it_stood(states: Api) -> None:
    page = parsed(states.get(f"{ELBOW}?sections=when-to-call"))
    (section,) = page.css(".sections > section:not(.related)")
    kinds = [node.attributes.get("class") or node.tag for node in section.iter()]
    assert kinds == ["h2", "p", "lost", "p"]
    (lost,) = said(page, ".lost")
    assert lost.startswith("A list is missing here Signs of wobble to call about The list that stood here is missing")


@pytest.mark.parametrize(
    "path", [ELBOW, f"{ELBOW}?view=card", f"{ELBOW}?sections=nothing", "/print/conditions/giggle-elbow"]
)
def test_what_is_said_of_lost_lists_is_true_of_a_part_of_a_page_too(states: Api, path: str) -> None:
    banner = "Parts of the source were lost. Each section that lacks a list says so."
    assert said(parsed(states.get(path)), ".lost-lists") == [banner]
    assert states.json("/v1/conditions/giggle-elbow.jsonld")["usageInfo"]["text"].startswith(banner)
    lacking = [
        section["anchor"]
        for section in states.json("/v1/conditions/giggle-elbow")["sections"]
        if not section["complete"]
    ]
    assert lacking
    for anchor in lacking:
        assert said(parsed(states.get(f"{ELBOW}?sections={anchor}")), ".lost .gap")


def test_sections_are_chosen_by_their_anchors(states: Api) -> None:
    def headings(query: str) -> list[str]:
        return said(parsed(states.get(f"{HAT}?{query}")), ".sections > section:not(.related) > h2")

    assert headings("sections=diagnosis,overview,nothing") == ["What is Hiccup Hat Syndrome?", "Diagnosis"]
    assert headings("sections=diagnosis&sections=overview") == ["What is Hiccup Hat Syndrome?", "Diagnosis"]
    assert headings("sections=nothing") == []
    assert len(headings("sections=")) == 5
    part = parsed(states.get(f"{HAT}?sections=diagnosis&lang=en&theme=dark"))
    assert text_of(part.css_first(".more p")) == "Only some of the sections are shown."
    assert part.css_first('.more a[href="/embed/conditions/hiccup-hat-syndrome?lang=en&theme=dark"]')
    assert not parsed(states.get(HAT)).css(".more")


def test_a_card_is_the_signs_and_the_way_to_the_whole_page(public: Api) -> None:
    page = parsed(public.get(f"{ELBOW}?view=card&theme=dark&heading_level=3&accent=123456"))
    assert not page.css(".summary, .contents, .sections, .related")
    (link,) = page.css(".more a")
    assert link.attributes["target"] == "_top"
    assert link.attributes["href"] == f"https://health.example/api{ELBOW}?theme=dark&accent=123456"
    assert [node.attributes["src"] for node in page.css("script[defer]")] == [
        f"https://health.example/api{asset('frame.js').path}"
    ]
    assert len(parsed(public.get(ELBOW)).css("script")) == 1  # the same: a whole page can be framed too


def test_headings_follow_the_level_asked_for(states: Api) -> None:
    page = parsed(states.get(f"{ELBOW}?heading_level=3"))
    assert text_of(page.css_first("h3")) == "Giggle elbow"
    assert said(page, "h4")[0] == "Warning signs"
    assert said(page, "h5") == ["Right away", "Right away"]
    assert not page.css("h1, h2, h6")


def test_an_emergency_number_stands_only_by_a_sign_whose_source_names_one(public: Api) -> None:
    doctor, emergency = parsed(public.get(ELBOW)).css(".care")
    assert "911" not in text_of(doctor)
    assert text_of(doctor.css_first("a[href='tel:+15550100']")) == "Care team +1 (555) 0100"
    assert text_of(emergency.css_first(".emergency")) == "In an emergency, call 911."
    assert not emergency.css("a")


def test_without_settings_no_number_is_shown(states: Api) -> None:
    assert not parsed(states.get(ELBOW)).css("[href^='tel:'], .emergency")


def test_signs_that_call_for_the_same_stand_on_one_card_in_their_order(api: Api) -> None:
    assert len(parsed(api.get("/embed/conditions/neutropenia")).css(".care")) == 1
    assert [node.attributes["class"] for node in parsed(api.get(HAT)).css(".care")] == [
        "care immediate",
        "care urgent",
        "care unstated",
        "care non-urgent",
    ]


def test_a_fallback_says_what_was_asked_for_and_what_this_is(states: Api) -> None:
    page = parsed(states.get(f"{HAT}?lang=fr&audience=general"))
    assert said(page, ".fallback") == ["You asked for: fr, for everybody. This is: English, for parents."]
    assert said(parsed(states.get(f"{HAT}?lang=es&audience=teens")), ".fallback") == [
        "Usted pidió: español, para adolescentes. Esto es: español, para padres."
    ]


def test_related_reading_can_be_followed_only_where_it_has_an_address(states: Api) -> None:
    page = parsed(states.get(HAT))
    assert text_of(page.css_first(".related h2")) == "More from this library"
    links = {text_of(node): node.attributes for node in page.css(".related a")}
    assert set(links) == {"Hats for parents", "Hats for teens"}
    assert links["Hats for teens"]["href"] == "https://hiccup-hats.example/articles/teens?ref=a&b=c"
    assert "Hats for kids for children" in said(page, ".related .title")


def test_a_review_is_told_as_it_was(states: Api) -> None:
    def told(query: str) -> str:
        return text_of(parsed(states.get(f"{HAT}?{query}")).css_first(".review"))

    assert (
        told("audience=parents") == "Reviewed by Dr. Ada Brim on 1 February 2026. Next review due on 1 February 2028."
    )
    assert told("audience=teens") == "Reviewed on 1 March 2026."
    assert told("audience=kids") == "No clinician has reviewed this text."
    assert told("lang=es") == "Ningún profesional clínico ha revisado este texto."


def test_a_page_says_whose_words_these_are_what_they_rest_on_and_how_old_they_are(states: Api) -> None:
    whose = text_of(parsed(states.get(HAT)).css_first(".whose"))
    for told in (
        "Words by The Hiccup Hat Society.",
        "Based on Notes on hats & hiccups, The Hiccup Hat Society.",
        "Rights: Made up for the tests of this project, and free for any use (CC0 1.0).",
        "Published on 1 March 2025. Changed on 28 February 2026.",
        "The publisher's own page",
    ):
        assert told in whose


@pytest.mark.parametrize("path", [HAT, f"{HAT}?view=card", HAT.replace("embed", "print"), f"/v1{HAT[6:]}.html"])
def test_a_page_names_and_links_all_whose_words_and_rights_there_are(states: Api, path: str) -> None:
    (whose,) = parsed(states.get(path)).css(".whose")
    condition = states.json("/v1/conditions/hiccup-hat-syndrome")
    publisher, source = condition["publisher"], condition["based_on"]
    assert f"Rights: {condition['rights']}" in text_of(whose)
    assert f"Rights: {source['rights']}" in text_of(whose)
    links = {text_of(node): node.attributes["href"] for node in whose.css("a")}
    assert links == {
        f"Words by {publisher['name']}.": publisher["url"],
        f"Based on {source['name']}, {source['owner']}.": source["url"],
        "The publisher's own page": condition["url"],
    }


# ---- words explained


def test_a_glossary_word_is_explained_where_a_section_first_uses_it(api: Api) -> None:
    page = parsed(api.get("/embed/conditions/neutropenia"))
    first = page.css_first(".sections > section")
    assert first is not None
    assert [(text_of(node), node.attributes["href"]) for node in first.css("a.term")] == [
        ("neutropenia", "#term_neutropenia"),
        ("neutrophils", "#term_neutrophils"),
        ("bacteria", "#term_bacteria"),
    ]
    assert text_of(first.css_first("#term_neutrophils")) == (
        "neutrophils Say it: NOO-treh-filz A kind of white blood cell that fights bacteria."
    )
    assert len(page.css("[href='#term_neutrophils']")) == 1
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    assert {node.attributes["href"] for node in page.css("a.term")} <= {f"#{name}" for name in ids}


def test_another_name_of_a_term_is_explained_too(api: Api) -> None:
    page = parsed(api.get("/embed/conditions/neutropenia"))
    (link,) = page.css("[href='#term_absolute-neutrophil-count']")
    assert text_of(link) == "ANC"


def test_only_a_whole_word_is_explained(states: Api) -> None:
    page = parsed(states.get(HAT))
    assert said(page, "a.term") == ["hiccup"]
    assert not page.css(".signs a.term, .summary a.term, h1 a.term, h2 a.term")


def test_a_word_is_not_explained_in_words_for_other_children(states: Api, hostile: Api) -> None:
    assert "cloudlet" not in said(parsed(states.get("/embed/conditions/cloud-nose?audience=teens")), "a.term")
    assert said(parsed(hostile.get(f"{ELBOW}?lang=en")), ".sections a.term")[:1] == ["hiccup"]


def test_a_meaning_in_another_publishers_words_names_that_publisher(
    make_api: Callable[..., Api], tmp_path: Path
) -> None:
    info = json.loads((EVERY_STATE / "pack.json").read_text())
    info |= {"name": "cats", "publisher": {"name": "The Cat & Club", "url": "https://cats.example"}, "sources": []}
    term = {"slug": "cat", "lang": "en", "term": "cat", "meaning": "It purrs.", "provenance": {"basis": "curated"}}
    (tmp_path / "pack.json").write_text(json.dumps(info))
    (tmp_path / "glossary.jsonl").write_text(json.dumps(term) + "\n")
    api = make_api(EVERY_STATE, tmp_path)
    for path in (HAT, HAT.replace("embed", "print"), f"/v1{HAT[6:]}.html"):
        page = parsed(api.get(path))
        assert said(page, "#term_cat dd") == ["It purrs.", "Words by The Cat & Club."]
        assert said(page, "#term_hiccup dd") == ["A small hop of the breath."]


@pytest.mark.parametrize(
    ("path", "explains"),
    [
        ("/embed/conditions/neutropenia", True),
        ("/embed/conditions/neutropenia?view=card", False),
        ("/print/conditions/neutropenia", True),
        ("/v1/conditions/neutropenia.html", True),
        ("/v1/conditions/neutropenia.md", False),
        ("/v1/conditions/neutropenia.txt", False),
        ("/v1/conditions/neutropenia.jsonld", False),
    ],
)
def test_only_what_explains_words_reads_the_glossary(
    api: Api, statements: Callable[[], Any], path: str, explains: bool
) -> None:
    with statements() as sent:
        assert api.get(path).status_code == 200
    assert any("glossary_term" in statement for statement in sent) is explains


# ---- places and articles


def test_an_article_has_a_page(public: Api) -> None:
    page = parsed(public.get("/embed/articles/hats-for-parents"))
    assert said(page, "h1") == ["Hats for parents"]
    assert said(page, ".summary") == ["What parents ask about hats that hop. Not all of them do."]
    assert page.css_first("main a[href='https://hiccup-hats.example/articles/hats-for-parents']")
    assert said(page, ".notice") == ["This is educational content. It is not medical advice."]
    assert not parsed(public.get("/embed/articles/hats-for-kids")).css("main a")


def test_a_place_has_a_page(public: Api) -> None:
    page = parsed(public.get("/embed/locations/hat-hall?heading_level=2"))
    assert said(page, "h2") == ["Hat Hall"]
    assert said(page, ".place p")[:4] == [
        "Main campus",
        "1 Brim Street",
        "Puddleton, VT, 00000, US",
        "Opening hours: Every day, all day",
    ]
    assert page.css_first("a[href='tel:+15550100']")
    assert "Opening hours are not known" in said(parsed(public.get("/embed/locations/somewhere")), ".place p")


NUMBERS = {
    "+1 (555) 0100": "+15550100",
    "(020) 7946 0000": "02079460000",
    "555-0100": "5550100",
    "+49 30.1234-5678": "+493012345678",
    "555-0100 ext. 5": None,
    "555-0100 x5": None,
    "+44 (0)20 7946 0000": None,
    "+44 (020) 7946 0000": None,
    "(0) 20 7946 0000": None,
    "1-800-CALL-NOW": None,
    "555-0100 / 555-0101": None,
    "555-0100, 555-0101": None,
    "555-0100 555-0101": None,
    "(555) 010 (555) 0101": None,
    "555 - 0100 - 5": None,
    "911": None,
    "+1234567890123456": None,
    "٥٥٥٠١٠٠٠": None,
}


def test_only_what_is_plainly_one_number_is_dialled_and_all_else_is_shown_as_it_stands(
    make_api: Callable[..., Api], tmp_path: Path
) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(EVERY_STATE, folder)
    place = {"lang": "en", "kind": "unstated", "name": "Hat", "provenance": {"basis": "curated"}}
    lines = [json.dumps(place | {"slug": f"hat-{at:02}", "phone": phone}) for at, phone in enumerate(NUMBERS)]
    with (folder / "locations.jsonl").open("a") as file:
        file.write("\n".join(lines) + "\n")
    page = parsed(make_api(folder).get("/embed/locations?limit=100"))
    shown = {text_of(node.css_first("strong")): node.attributes.get("href") for node in page.css(".place .phone")}
    assert {phone: shown[phone] for phone in NUMBERS} == {
        phone: dialled and f"tel:{dialled}" for phone, dialled in NUMBERS.items()
    }


@pytest.mark.engines(*ENGINES)
def test_the_places_are_listed_page_by_page_each_once(states: Api) -> None:
    path: str | None = "/embed/locations?limit=10&theme=dark"
    names: list[str] = []
    links: list[str] = []
    while path:
        page = parsed(states.get(path))
        names += said(page, ".places .name")
        links += [node.attributes["href"] or "" for node in page.css(".places .name a")]
        assert said(page, ".notice") == ["This is educational content. It is not medical advice."]
        following = page.css_first("[rel=next]")
        path = following.attributes["href"] if following else None
    assert names == [item["name"] for item in states.every_item("/v1/locations?limit=100")]
    assert links[-1].endswith("?theme=dark")
    assert states.get(links[-1]).status_code == 200


def test_a_list_without_places_says_so(make_api: Callable[..., Api]) -> None:
    assert "No place of care is known here." in make_api().get("/embed/locations").text


@pytest.mark.parametrize("query", ["", "&near=10.5,-40.2"])
def test_a_place_is_listed_whatever_the_readers_language(states: Api, query: str) -> None:
    names = said(parsed(states.get(f"/embed/locations?limit=100{query}")), ".places .name")
    spanish = parsed(states.get(f"/embed/locations?limit=100&lang=es{query}"))
    assert said(spanish, ".places .name") == names != []
    assert said(spanish, "h1") == ["Lugares de atención"]


# ---- how it looks


def test_an_accent_reads_on_every_background(states: Api) -> None:
    sheet = (ROOT / "app/static/pages.css").read_text()
    light, dark = (
        [re.findall(rf"--{name}: (#[0-9a-f]{{6}});", sheet) for name in ("page", "panel")][index] for index in (0, 1)
    )
    for accent in ("ffffff", "#000000", "ffee00", "777777", "0000ff", "11181e", "F1F5F7", "e07a5f"):
        page = parsed(states.get(HAT, params={"accent": accent}))
        (style,) = page.css("style")
        by_theme = re.findall(r"--accent:(#[0-9a-f]{6})", style.text())
        assert len(by_theme) == 3
        for colour, theme in zip(by_theme, (0, 1, 2), strict=True):
            assert contrast(colour, light[theme]) >= 4.5
            assert contrast(colour, dark[theme]) >= 4.5


def test_an_accent_that_reads_is_left_as_it_is(states: Api) -> None:
    assert ":root{--accent:#0b5394}" in states.get(f"{HAT}?accent=%230B5394").text


def test_contrast_is_what_the_guidelines_say() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_text_colour_of_the_style_sheet_reads_on_its_backgrounds() -> None:
    sheet = (ROOT / "app/static/pages.css").read_text()
    colours = {
        name: re.findall(rf"--{name}: (#[0-9a-f]{{6}});", sheet) for name in re.findall(r"--([a-z-]+): #", sheet)
    }
    urgencies = ("immediate", "urgent", "unstated", "non-urgent")
    for theme in (0, 1, 2):
        grounds = ["page", "panel", "gap-tint", *(f"{name}-tint" for name in urgencies)]
        for ground in grounds:
            for ink in ("text", "quiet"):
                assert contrast(colours[ink][theme], colours[ground][theme]) >= 4.5
        for ink, ground in (("accent", "page"), ("accent", "panel"), ("gap", "gap-tint"), ("gap", "panel")):
            assert contrast(colours[ink][theme], colours[ground][theme]) >= 4.5
        for name in urgencies:
            assert contrast("#ffffff", colours[name][theme]) >= 4.5


def test_no_accent_reaches_a_care_card() -> None:
    sheet = (ROOT / "app/static/pages.css").read_text()
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
    assert [selector for selector, rule in rules if ".care" in selector and "--accent" in rule] == []


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_a_theme_is_the_pages_own(states: Api, theme: str) -> None:
    root = parsed(states.get(f"{HAT}?theme={theme}")).css_first("html")
    assert root is not None
    assert root.attributes["data-theme"] == theme


# ---- hostile content


@pytest.mark.parametrize(
    ("path", "scripts"),
    [
        ("/embed/conditions/giggle-elbow?lang=en", ["frame.js"]),
        ("/embed/conditions/giggle-elbow?lang=he", ["frame.js"]),
        ("/embed/conditions/giggle-elbow?view=card", ["frame.js"]),
        ("/print/conditions/giggle-elbow", ["print.js"]),
        ("/v1/conditions/giggle-elbow.html", []),
        ("/embed/articles/elbow-jokes", ["frame.js"]),
        ("/embed/locations/hat-hall", ["frame.js"]),
        ("/embed/locations", ["frame.js", "near.js"]),
    ],
)
def test_hostile_content_is_inert(hostile: Api, path: str, scripts: list[str]) -> None:
    answer = hostile.get(path)
    assert answer.status_code == 200
    page = parsed(answer)
    check_inert(page, *(f"https://health.example/api{asset(name).path}" for name in scripts))
    assert "<script>alert(1)</script><img src=x onerror=alert(1)>" in page.root.text() if page.root else False
    assert "{{ 7 * 7 }}" in answer.text


def test_a_text_from_right_to_left_is_set_so_and_our_own_words_are_not(hostile: Api) -> None:
    page = parsed(hostile.get(f"{ELBOW}?lang=he"))
    root = page.css_first("html")
    assert root is not None
    assert (root.attributes["lang"], root.attributes["dir"]) == ("he", "rtl")
    own = page.css_first(".bar h3 span")
    assert own is not None
    assert own.attributes == {"lang": "en", "dir": "ltr"}
    assert text_of(own) == "Right away"


def test_content_within_our_own_words_keeps_its_language(hostile: Api) -> None:
    page = parsed(hostile.get(f"{ELBOW}?lang=he"))
    (ours, whom) = page.css(".signs > .applies span")
    assert ours.attributes == {"lang": "en", "dir": "ltr"}
    assert whom.attributes == {"lang": "he", "dir": "rtl"}
    assert text_of(ours) == f"For {text_of(whom)}"
    assert not parsed(hostile.get(f"{ELBOW}?lang=en")).css(".signs > .applies span")


# ---- what a page says to programs


def test_a_page_names_its_other_renderings(public: Api) -> None:
    page = parsed(public.get(f"{HAT}?audience=kids"))
    named = {node.attributes["type"]: node.attributes["href"] for node in page.css("link[rel=alternate]")}
    base = "https://health.example/api/v1/conditions/hiccup-hat-syndrome"
    assert named["text/markdown"] == f"{base}.md?lang=en&audience=kids"
    assert named["text/plain"] == f"{base}.txt?lang=en&audience=kids"
    assert named["application/ld+json"] == f"{base}.jsonld?lang=en&audience=kids"
    assert public.json(urlsplit(named["application/json"] or "")._replace(scheme="", netloc="").geturl()[4:])


@pytest.mark.parametrize(
    "path",
    [f"{HAT}?lang=en&sections=a%2Cb&accent=%23ff8800", "/embed/articles/hats-for-kids", "/embed/locations/hat-hall"],
)
def test_a_page_leads_to_its_oembed_answers(public: Api, path: str) -> None:
    page = parsed(public.get(path))
    for kind, name in (("application/json+oembed", "json"), ("text/xml+oembed", "xml")):
        (link,) = page.css(f"link[type='{kind}']")
        address = urlsplit(link.attributes["href"] or "")
        asked = parse_qs(address.query)
        assert f"{address.scheme}://{address.netloc}{address.path}" == "https://health.example/api/oembed"
        assert asked == {"url": [f"https://health.example/api{path.replace('%23', '')}"], "format": [name]}


def test_without_a_public_address_no_page_speaks_of_oembed(states: Api) -> None:
    assert "oembed" not in states.get(HAT).text


def test_only_a_record_with_an_address_of_its_own_leaves_search_engines_to_it(public: Api) -> None:
    page = parsed(public.get(f"{HAT}?audience=parents"))
    (canonical,) = page.css("link[rel=canonical]")
    assert canonical.attributes["href"] == "https://hiccup-hats.example/parents/hiccup-hat"
    assert not page.css("meta[name=robots]")  # two words to a search engine, and it may heed either
    assert not parsed(public.get(ELBOW)).css("link[rel=canonical], meta[name=robots]")


@pytest.mark.parametrize("path", [f"{ELBOW}?view=card", "/print/conditions/giggle-elbow", "/embed/conditions/nothing"])
def test_a_card_a_handout_and_a_problem_are_not_for_search_engines(public: Api, path: str) -> None:
    assert len(parsed(public.get(path)).css("meta[name=robots][content=noindex]")) == 1


# ---- places near a reader

NEAR = ["10.5,-40.2", "10.5,-40.2&radius=5&unit=km", "10.5,-40.2&limit=1", "-12,-179.9&unit=km&radius=100", "0,0"]


@pytest.mark.parametrize("query", NEAR)
def test_places_near_a_reader_are_those_of_the_api_nearest_first(states: Api, query: str) -> None:
    known = states.every_item(f"/v1/locations?near={query}")
    path: str | None = f"/embed/locations?near={query}&theme=dark"
    shown: list[Any] = []
    while path:
        answer = states.get(path)
        assert answer.headers["cache-control"] == "no-store"
        page = parsed(answer)
        shown += page.css(".places > li")
        following = page.css_first("[rel=next]")
        path = following.attributes["href"] if following else None
    assert [text_of(place.css_first(".name")) for place in shown] == [item["name"] for item in known]
    for place, item in zip(shown, known, strict=True):
        said_so = text_of(place.css_first(".distance"))
        assert said_so.endswith({"mi": "miles away", "km": "kilometres away"}[item["distance"]["unit"]])
        assert abs(float(said_so.removeprefix("about ").split()[0]) - item["distance"]["value"]) <= 0.5
        assert said_so.startswith("about") == (item["coordinates"]["precision"] == "town")
        hours = text_of(place.css_first(".hours"))
        assert hours == (f"Opening hours: {item['hours']}" if item["hours"] else "Opening hours are not known")


@pytest.mark.parametrize(
    ("near", "about", "credited"),
    [("Hartford, CT", True, True), ("06106", False, True), ("41.76,-72.67", False, False)],
)
def test_a_town_is_about_and_whose_its_place_is_stands_there(
    make_api: Callable[..., Api], near: str, about: bool, credited: bool
) -> None:
    page = parsed(make_api(SEED).get("/embed/locations", params={"near": near, "radius": "200"}))
    precise = [node for node in page.css(".distance") if not text_of(node).startswith("about")]
    assert page.css(".distance")
    assert not (about and precise)
    assert bool(page.css(".credit a[href='https://www.geonames.org/']")) == credited
    assert [node.attributes["value"] for node in page.css("input[name=near]")] == [near]
    assert [node.text() for node in page.css("option[selected]")] == ["200", "miles"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("near=qxzj", "must be a latitude and a longitude with a comma between them"),
        ("near=95,7.1234", "the latitude, which comes first, must be from -90 to 90"),
        ("near=00000", "this ZIP code is not known here"),
        ("near=Qxzj,+CT", "no town of this name is known here in that state"),
        (f"near={'qxzj' * 30}", "at most 100 characters"),
        ("near=06106&radius=7000", "less than or equal to 200"),
        ("near=06106&unit=ell", "'mi' or 'km'"),
    ],
)
def test_a_place_that_is_none_is_refused_beside_its_field_and_not_repeated(
    states: Api, query: str, message: str
) -> None:
    answer = states.get(f"/embed/locations?{query}&lang=es")
    assert [answer.status_code, answer.headers["cache-control"]] == [422, "no-store"]
    page = parsed(answer)
    (fault,) = said(page, "#near-fault")
    assert fault.startswith("No se puede usar este lugar: ")
    assert message in fault
    (field,) = page.css("input[name=near]")
    assert [field.attributes["value"], field.attributes["aria-invalid"]] == ["", "true"]
    assert "near-fault" in (field.attributes["aria-describedby"] or "")
    assert [value for value in ("qxzj", "7.1234", "00000", "7000", "ell") if value in text_of(page.root)] == []
    assert page.css(".places") == []


@pytest.mark.parametrize("query", ["near=", "near=%20", "near=&radius=25&unit=mi", "radius=25", "unit=ell&radius="])
def test_without_a_place_every_place_is_listed_whatever_else_is_told(states: Api, query: str) -> None:
    page = parsed(states.get(f"/embed/locations?{query}"))
    assert said(page, ".places .name") == said(parsed(states.get("/embed/locations")), ".places .name")
    assert page.css(".distance") == []


def test_where_no_place_is_near_the_page_says_how_far_was_looked(states: Api) -> None:
    page = parsed(states.get("/embed/locations?near=70,70&radius=7.5&unit=km"))
    assert "No place of care is known here within 7.5 kilometres." in text_of(page.root)
    assert [node.text() for node in page.css("option[selected]")] == ["7.5", "kilometres"]


@pytest.mark.engines("sqlite")
@settings(max_examples=120, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    asked=st.dictionaries(st.sampled_from(["near", "radius", "unit", "limit", "cursor", "lang"]), st.text(max_size=120))
)
def test_any_place_gets_a_page(states: Api, asked: dict[str, str]) -> None:
    answer = states.get(f"/embed/locations?{urlencode(asked, errors='surrogatepass')}")
    assert answer.status_code in {200, 422}
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


# ---- delivery


def test_a_page_allows_nothing_but_its_own_parts(make_api: Callable[..., Api]) -> None:
    sites = ["https://clinic.example", "https://*.school.example"]
    answer = make_api(EVERY_STATE, embed_sites=sites).get(f"{HAT}?accent=ff8800")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    (hashed,) = style_hashes(parsed(answer))
    assert policy["style-src"].split() == ["'self'", hashed]
    assert policy["default-src"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self' https://clinic.example https://*.school.example"
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", [HAT, f"{HAT}?view=card", "/print/conditions/giggle-elbow", "/embed/locations", "/embed/locations/hat-hall"]
)
def test_a_page_is_delivered_as_any_content_is(states: Api, path: str) -> None:
    answer = states.get(path)
    assert answer.headers["cache-control"].startswith("public, max-age=60")
    again = states.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = states.request("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]
    assert states.get(path, headers={"Accept-Encoding": "br"}).headers["content-encoding"] == "br"


def test_a_page_ignores_parameters_that_it_does_not_know(states: Api) -> None:
    assert states.get(f"{HAT}?utm_source=letter").content == states.get(HAT).content


# ---- problems, for people


@pytest.mark.parametrize(
    ("query", "named", "allowed"),
    [
        ("theme=blue", "theme", "'light', 'dark' or 'auto'"),
        ("accent=red", "accent", "six hexadecimal digits"),
        ("accent=12345", "accent", "six hexadecimal digits"),
        ("heading_level=5", "heading_level", "less than or equal to 4"),
        ("view=half", "view", "'card' or 'full'"),
        ("audience=dogs", "audience", "'parents', 'kids', 'teens' or 'general'"),
        ("fallback=some", "fallback", "'nearest' or 'none'"),
        ("lang=%3Cb%3E", "lang", "pattern"),
    ],
)
def test_a_wrong_value_gets_a_page_that_says_what_is_allowed(states: Api, query: str, named: str, allowed: str) -> None:
    answer = states.get(f"{HAT}?{query}")
    assert answer.status_code == 422
    page = parsed(answer)
    assert said(page, ".errors dt") == [named]
    assert allowed in said(page, ".errors dd")[0]
    assert "<b>" not in answer.text


def test_a_withdrawn_page_says_why_and_where_to_look_instead(public: Api) -> None:
    answer = public.get("/embed/conditions/hiccup-cap-syndrome")
    assert answer.status_code == 410
    page = parsed(answer)
    assert said(page, "h1") == ["This page was withdrawn"]
    assert "Reason: retired" in said(page, "p")
    (link,) = page.css("main .button")
    assert link.attributes["href"] == f"https://health.example/api{HAT}"
    assert link.attributes["target"] == "_top"
    assert answer.headers["cache-control"].startswith("public")
    without = parsed(public.get("/print/conditions/whispering-thumb?lang=es"))
    assert said(without, "h1") == ["Esta página se retiró"]
    assert not without.css("main .button")
    (article,) = parsed(public.get("/embed/articles/hats-of-last-year")).css("main .button")
    assert article.attributes["href"] == "https://health.example/api/embed/articles/hats-for-parents"


def test_from_a_problem_a_reader_goes_on_as_asked_and_out_of_the_frame(public: Api) -> None:
    asked = "lang=es&audience=kids&theme=dark&accent=ff8800"
    withdrawn = public.get(f"/embed/conditions/hiccup-cap-syndrome?{asked}&view=card&utm_source=letter")
    (successor,) = parsed(withdrawn).css("main .button")
    assert successor.attributes["href"] == f"https://health.example/api{HAT}?{asked}"
    (edition,) = parsed(public.get(f"{ELBOW}?{asked}&fallback=none&view=card")).css("main li a")
    there_is = asked.replace("es&audience=kids", "en&audience=parents")
    assert edition.attributes["href"] == f"https://health.example/api{ELBOW}?{there_is}"
    assert {successor.attributes["target"], edition.attributes["target"]} == {"_top"}
    assert public.get((edition.attributes["href"] or "").removeprefix("https://health.example/api")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/embed/conditions/nothing",
        "/embed/conditions/No%20Slug",
        "/embed/articles/nothing",
        f"{HAT}/",
        "/embed",
        "/embed/",
        "/embed/conditions",
        "/embed/no/such/page",
        "/print",
        "/print/articles/hats-for-parents",
    ],
)
def test_an_unknown_page_is_kind_and_leads_home(states: Api, path: str) -> None:
    answer = states.get(path)
    assert answer.status_code == 404
    page = parsed(answer)
    assert said(page, "h1") == ["There is no such page here"]
    assert page.css_first("main a[href='/']")


def test_an_unknown_page_speaks_the_language_asked_for(states: Api) -> None:
    assert said(parsed(states.get("/print?lang=es")), "h1") == ["Aquí no existe esa página"]


@pytest.mark.parametrize("path", ["/embedded", "/printer/conditions", "/v1/embed", "/prints"])
def test_an_address_that_is_not_for_people_answers_with_a_problem(states: Api, path: str) -> None:
    answer = states.get(path)
    assert [answer.status_code, answer.headers["content-type"]] == [404, "application/problem+json"]


@pytest.mark.parametrize("path", [HAT, "/print/conditions/hiccup-hat-syndrome", "/embed/locations"])
def test_what_is_sent_to_a_page_is_refused_by_a_page(states: Api, path: str) -> None:
    answer = states.request("POST", path)
    assert [answer.status_code, answer.headers["allow"]] == [405, "GET, HEAD, OPTIONS"]
    assert said(parsed(answer), "h1") == ["This address is not quite right"]


def test_where_no_edition_fits_a_page_names_those_that_there_are(states: Api) -> None:
    answer = states.get("/embed/conditions/giggle-elbow?lang=es&fallback=none")
    assert answer.status_code == 404
    (link,) = parsed(answer).css("main li a")
    assert text_of(link) == "inglés, para padres"
    assert link.attributes["href"] == "/embed/conditions/giggle-elbow?lang=en&audience=parents"


@pytest.mark.parametrize("page", ["embed", "print"])
def test_a_former_name_leads_on_with_its_query(public: Api, page: str) -> None:
    answer = public.get(f"/{page}/conditions/hat-hiccups?lang=en&sections=a%2Cb")
    assert answer.status_code == 308
    assert answer.headers["location"] == (
        f"https://health.example/api/{page}/conditions/hiccup-hat-syndrome?lang=en&sections=a%2Cb"
    )


def test_without_its_database_a_page_asks_for_patience(make_api: Callable[..., Api]) -> None:
    away = make_api(EVERY_STATE)
    away.app.state.engine.dispose()
    for part in Path(away.app.state.engine.url.database).parent.iterdir():
        part.unlink()
    for path in (HAT, "/embed/locations", "/embed/locations/hat-hall", "/print/conditions/neutropenia"):
        answer = away.get(path)
        assert answer.status_code == 503, path
        assert int(answer.headers["retry-after"]) > 0, path
        assert answer.headers["cache-control"] == "no-store", path
        assert said(parsed(answer), "h1") == ["This cannot be read at the moment"], path
