"""The front door: what it lists, where it leads, and the lines that its embed builder gives."""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.assets import asset
from app.routes.front import PAGE_SIZE
from tests.conftest import ENGINES, EVERY_STATE, SEED, Api

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` shows that both engines answer alike

PUBLIC = "https://content.example/health"
HOSTILE = "Hats</title></textarea><script>alert(1)</script> \"quoted' \u202egnorw\u2066 & co"
NOTICE = "This is educational content. It is not medical advice."


@pytest.fixture(scope="module")
def public(make_api: Callable[..., Api]) -> Api:
    """The pack of every state, at a public address, with an emergency line."""
    return make_api(EVERY_STATE, public_url=PUBLIC, emergency_line="In an emergency, ring the big bell.")


def front(api: Api, query: str = "") -> LexborHTMLParser:
    answer = api.get(f"/{query}")
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def links(page: LexborHTMLParser, selector: str = "a") -> list[str]:
    return [node.attributes["href"] or "" for node in page.css(selector)]


def one(tree: Any, selector: str) -> Any:
    """The first node of a page, or of a part of it, that must be there."""
    node = tree.css_first(selector)
    assert node is not None, selector
    return node


def text(page: LexborHTMLParser, selector: str) -> str:
    said: str = one(page, selector).text()
    return said


def element_line(page: LexborHTMLParser) -> Any:
    """The elements that the line for any page makes, as a browser reads it."""
    return LexborHTMLParser(text(page, "#element-line"))


def named(folder: Path, name: str) -> Path:
    """The pack of every state, with one condition called otherwise."""
    shutil.copytree(EVERY_STATE, folder)
    file = folder / "conditions" / "quiet-toes.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    for edition in record["editions"]:
        edition["name"] = name
    file.write_text(json.dumps(record), encoding="utf-8")
    return folder


def many(folder: Path, count: int) -> Path:
    """A pack of so many conditions, `cloud-0000` and on."""
    (folder / "conditions").mkdir(parents=True)
    info = json.loads((EVERY_STATE / "pack.json").read_text(encoding="utf-8"))
    (folder / "pack.json").write_text(json.dumps({**info, "name": "many"}), encoding="utf-8")
    record = json.loads((EVERY_STATE / "conditions" / "quiet-toes.json").read_text(encoding="utf-8"))
    for number in range(count):
        slug = f"cloud-{number:04}"
        editions = [{**edition, "name": f"Cloud {number:04}"} for edition in record["editions"]]
        made = {"provenance": record["provenance"], "slug": slug, "sign_set": record["sign_set"], "editions": editions}
        (folder / "conditions" / f"{slug}.json").write_text(json.dumps(made), encoding="utf-8")
    return folder


# ---- what it lists


def test_every_condition_is_listed_by_name_and_leads_to_its_page(states: Api) -> None:
    items = states.json("/v1/conditions?limit=100")["items"]
    page = front(states)
    assert links(page, "#conditions h3 a") == [f"/embed/conditions/{item['slug']}" for item in items]
    assert [node.text() for node in page.css("#conditions h3 a")] == [item["name"] for item in items]


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_names_are_listed_in_the_readers_language_and_say_where_it_is_another(states: Api, lang: str) -> None:
    items = states.json(f"/v1/conditions?limit=100&lang={lang}")["items"]
    cards = front(states, f"?lang={lang}").css("#conditions .card")
    assert [one(card, "h3 a").text() for card in cards] == [item["name"] for item in items]
    assert [one(card, "h3").attributes["lang"] for card in cards] == [
        item["edition"]["served"]["lang"] for item in items
    ]
    assert [card.css_first(".tag") is not None for card in cards] == [item["edition"]["fallback"] for item in items]
    assert [
        link for link in links(front(states, f"?lang={lang}"), "#conditions h3 a") if f"?lang={lang}" not in link
    ] == []


def test_each_item_says_what_must_be_said_of_its_warning_signs_and_its_review(states: Api) -> None:
    items = states.json("/v1/conditions?limit=100")["items"]
    cards = front(states).css("#conditions .card")
    urgencies = {
        "immediate": "Most pressing of those named: right away.",
        "urgent": "Most pressing of those named: today.",
        "non-urgent": "Most pressing of those named: not urgent.",
        "unstated": "No time is given for the most pressing of those named: do not take that as time to wait.",
    }
    assert {item["warning_signs"]["highest_urgency"] for item in items} == {*urgencies, None}
    for item, card in zip(items, cards, strict=True):
        said, signs = card.text(), item["warning_signs"]
        assert (f"{signs['total']} warning sign" in said) == (signs["total"] > 0)
        assert ("No warning sign is known here. That does not mean that there is none." in said) == (
            signs["total"] == 0
        )
        assert ("not the whole list" in said) == (signs["total"] > 0 and not signs["complete"])
        assert ("all that the source names" in said) == signs["complete"]
        assert [urgency for urgency, words in urgencies.items() if words in said] == [
            urgency for urgency in urgencies if urgency == signs["highest_urgency"]
        ]
        assert ("No clinician has reviewed this text." in said) == (item["review"]["status"] == "unreviewed")
        assert ("Parts of the source were lost." in said) == (not item["complete"])


def test_the_notice_and_the_deployments_emergency_line_are_shown(public: Api, states: Api) -> None:
    assert "In an emergency, ring the big bell." in text(front(public), "header")
    assert NOTICE in text(front(public), "header")
    assert front(states).css_first(".emergency") is None


def test_it_leads_to_places_documentation_feeds_and_llms(public: Api) -> None:
    found = {link.partition("#")[0].removeprefix(PUBLIC) for link in links(front(public))}
    assert found >= {"/embed/locations", "/docs", "/v1", "/openapi.json", "/feed.atom", "/feed.json", "/llms.txt"}
    alternates = {node.attributes["type"]: node.attributes["href"] for node in front(public).css("link[rel=alternate]")}
    assert alternates == {
        "application/atom+xml": f"{PUBLIC}/feed.atom",
        "application/feed+json": f"{PUBLIC}/feed.json",
    }


def test_every_address_of_its_own_answers(public: Api) -> None:
    page = front(public)
    own = {link.partition("#")[0] for link in links(page) if not link.startswith("#")}
    assets = {node.attributes.get("href") or node.attributes.get("src") for node in page.css("head link, head script")}
    paths = {(address or "").removeprefix(PUBLIC) for address in own | assets}
    pages_of_others = ("/embed/", "/openapi.json", "data:")
    assert {path: public.get(path).status_code for path in paths if not path.startswith(pages_of_others)} == {
        path: 200 for path in paths if not path.startswith(pages_of_others)
    }
    fragments = {link for link in links(page) if link.startswith("#")}
    assert [link for link in fragments if page.css_first(link) is None] == []


def test_an_empty_deployment_says_kindly_that_nothing_is_published_yet(make_api: Callable[..., Api]) -> None:
    page = front(make_api())
    assert "Nothing is published here yet." in text(page, "#conditions")
    assert "No places are published here yet." in text(page, "#places")
    assert page.css_first("form") is None
    assert NOTICE in text(page, "header")


@pytest.mark.engines(*ENGINES)
def test_many_conditions_are_listed_page_by_page_without_script(make_api: Callable[..., Api], tmp_path: Path) -> None:
    api = make_api(many(tmp_path / "many", PAGE_SIZE + 5))
    page = front(api)
    assert len(page.css("#conditions .card")) == PAGE_SIZE
    assert links(page, ".pager a") == [f"/?after=cloud-{PAGE_SIZE - 1:04}#conditions"]
    further = front(api, f"?after=cloud-{PAGE_SIZE - 1:04}")
    assert [node.text() for node in further.css("#conditions h3 a")] == [
        f"Cloud {number:04}" for number in range(PAGE_SIZE, PAGE_SIZE + 5)
    ]
    assert links(further, ".pager a") == ["/#conditions"]
    assert len(links(page, ".letters a")) == 26
    assert len(front(api, "?letter=c").css("#conditions .card")) == PAGE_SIZE
    assert front(api, "?letter=d").css("#conditions .card") == []
    chosen = front(api, "?condition=cloud-0104").css_first("#condition option[selected]")
    assert chosen is not None
    assert chosen.attributes["value"] == "cloud-0104"


def test_a_page_after_what_is_no_condition_begins_at_the_beginning(states: Api) -> None:
    assert links(front(states, "?after=nothing"), "#conditions h3 a") == links(front(states), "#conditions h3 a")


# ---- the embed builder


def test_the_first_condition_is_chosen_where_none_is(states: Api) -> None:
    page = front(states)
    first = links(page, "#conditions h3 a")[0]
    assert (one(page, "iframe").attributes["src"] or "").startswith(f"{first}?")
    assert one(element_line(page), "health-content").attributes == {"condition": first.rpartition("/")[2]}


def test_the_lines_hold_what_was_chosen(public: Api) -> None:
    query = "?condition=hiccup-hat-syndrome&lang=es&audience=kids&theme=dark&accent=%23AB12cd&view=full"
    page = front(public, query)
    element = element_line(page).css_first("health-content")
    asked = {"lang": "es", "audience": "kids", "theme": "dark", "accent": "ab12cd"}
    assert element.attributes == {"condition": "hiccup-hat-syndrome", **asked, "view": "full"}
    reading = f"{PUBLIC}/embed/conditions/hiccup-hat-syndrome?lang=es&audience=kids&theme=dark&accent=ab12cd"
    assert one(element, "a").attributes["href"] == reading
    frame = one(LexborHTMLParser(text(page, "#iframe-line")), "iframe").attributes
    assert frame["src"] == f"{reading}&view=full"
    assert one(page, "iframe").attributes["src"] == frame["src"]
    assert text(page, "#oembed-line") == reading
    selected = {
        field.attributes["name"]: one(field, "option[selected]").attributes["value"]
        for field in page.css("#builder select")
    }
    assert selected == {
        "condition": "hiccup-hat-syndrome",
        "lang": "es",
        "audience": "kids",
        "theme": "dark",
        "view": "full",
    }
    assert one(page, "#accent").attributes["value"] == "#AB12cd"


def test_the_script_line_is_one_line_held_to_the_bytes_that_are_served(public: Api) -> None:
    page = front(public)
    script = one(element_line(page), "script").attributes
    assert script["src"] == f"{PUBLIC}{asset('embed.js').path}"
    assert script["integrity"] == asset("embed.js").integrity
    assert script["crossorigin"] == "anonymous"
    assert "\n" not in text(page, "#element-line") + text(page, "#iframe-line") + text(page, "#oembed-line")


@pytest.mark.parametrize("query", ["", "&lang=es&audience=kids&theme=dark&accent=ab12cd&view=full"])
def test_the_line_for_wordpress_is_a_page_that_names_its_embed(public: Api, query: str) -> None:
    line = text(front(public, f"?condition=hiccup-hat-syndrome{query}"), "#oembed-line")
    answer = public.get(line.removeprefix(PUBLIC))
    assert answer.status_code == 200
    found = one(LexborHTMLParser(answer.text), "link[type='application/json+oembed']").attributes["href"]
    assert public.json(found.removeprefix(PUBLIC))["type"] == "rich"


def test_what_a_form_leaves_open_stands_for_the_default(states: Api) -> None:
    left_open = front(states, "?condition=quiet-toes&lang=&audience=&view=&theme=&accent=&letter=&after=")
    assert text(left_open, "#iframe-line") == text(front(states, "?condition=quiet-toes"), "#iframe-line")


def test_without_a_public_address_the_lines_say_that_it_has_to_be_set(states: Api, public: Api) -> None:
    assert "PUBLIC_URL" in text(front(states), ".lines .warning")
    assert one(element_line(front(states)), "a").attributes["href"].startswith("/embed/conditions/")
    assert front(public).css_first(".lines .warning") is None


@pytest.mark.parametrize(
    "query", ["?condition=nothing", "?condition=whispering-thumb", "?condition=balloon-knees&audience=teens"]
)
def test_a_condition_that_cannot_be_shown_gets_no_lines_and_says_so(states: Api, query: str) -> None:
    page = front(states, query)
    assert "That condition is not here" in text(page, "#result")
    assert page.css("code") == []
    assert page.css("iframe") == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("accent=red", "accent"),
        ("accent=12345g", "accent"),
        ("accent=%23ab12cd%0A", "accent"),
        ("theme=purple", "theme"),
        ("view=half", "view"),
        ("audience=cats", "audience"),
        ("lang=not_a_tag", "lang"),
        ("condition=No", "condition"),
        ("letter=%C3%A9", "letter"),
        ("after=No", "after"),
    ],
)
def test_a_value_that_is_not_allowed_is_a_page_that_refuses_it(states: Api, query: str, parameter: str) -> None:
    answer = states.get(f"/?{query}")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert states.get(f"/?other{parameter}=1").status_code == 200


# ---- finding


@pytest.mark.parametrize("lang", [None, "es"])
def test_a_search_is_sent_to_the_page_of_results_in_the_readers_language(public: Api, lang: str | None) -> None:
    form = one(front(public, f"?lang={lang}" if lang else ""), "form[role=search]")
    assert form.attributes["action"] == f"{PUBLIC}/embed/search"
    assert [form.attributes[name] for name in ("method", "autocomplete")] == ["get", "off"]
    sent = {node.attributes["name"]: node.attributes["value"] for node in form.css("input")}
    assert sent == {"q": "", **({"lang": lang} if lang else {})}
    field = one(form, "input[type=search]")
    assert one(form, f"label[for={field.attributes['id']}]").text() == "What are you looking for?"
    assert one(form, f"#{field.attributes['aria-describedby']}").text()


def test_the_search_names_where_suggestions_are_and_says_their_kinds(public: Api) -> None:
    form = one(front(public), "form[role=search]")
    assert form.attributes["data-suggest"] == f"{PUBLIC}/v1/suggest"
    kinds = json.loads(form.attributes["data-words"] or "")["kinds"]
    suggested = public.json("/v1/suggest?q=h")["items"]
    assert suggested
    assert {item["kind"] for item in suggested} <= kinds.keys()


def test_care_near_me_is_sent_to_the_page_of_places(public: Api) -> None:
    page = front(public)
    form = one(page, "#places form")
    assert form.attributes["action"] == f"{PUBLIC}/embed/locations"
    named = {node.attributes["name"] for node in form.css("input, select")}
    assert named == {"near", "radius", "unit"}
    assert "hidden" in one(form, "button[type=button]").attributes  # until the script is there
    assert public.get("/embed/locations?near=10.5,-40.2&radius=25&unit=mi").status_code == 200


def test_only_a_page_that_asks_where_a_reader_is_may_ask_the_browser(public: Api) -> None:
    paths = ["/", "/embed/locations", "/embed/search", "/embed/conditions/quiet-toes", "/embed/locations/hat-hall"]
    allowed = ["geolocation=(self)" in public.get(path).headers["Permissions-Policy"] for path in paths]
    assert allowed == [True, True, False, False, False]


# ---- safety and delivery


@pytest.mark.parametrize("query", ["", "?condition=quiet-toes", "?condition=quiet-toes&lang=en&view=full"])
def test_a_hostile_name_is_text_on_the_page_and_in_its_lines(
    make_api: Callable[..., Api], tmp_path: Path, query: str
) -> None:
    api = make_api(named(tmp_path / "pack", HOSTILE), organisation_name=HOSTILE, public_url=PUBLIC)
    answer = api.get(f"/{query}")
    page = LexborHTMLParser(answer.text)
    shown = HOSTILE.replace("\u202e", "").replace("\u2066", "")
    assert shown in [node.text() for node in page.css("#conditions h3 a")]
    assert text(page, "h1") == shown
    scripts = [f"{PUBLIC}{asset(name).path}" for name in ("search.js", "near.js", "front.js")]
    assert [node.attributes.get("src") for node in page.css("script")] == scripts
    assert "alert(1)" not in html.unescape(answer.text).replace(shown, "").replace(html.escape(shown), "")
    assert [mark for mark in "\u202e\u2066" if mark in answer.text] == []
    if query:
        line = element_line(page)
        assert [node.attributes.get("integrity") for node in line.css("script")] == [asset("embed.js").integrity]
        assert line.css_first("health-content a").text() == shown
        frames = LexborHTMLParser(text(page, "#iframe-line"))
        assert [frame.attributes["title"] for frame in frames.css("iframe")] == [shown]
        assert frames.css("script") == []


def test_it_loads_nothing_from_elsewhere_and_nobody_else_may_frame_it(states: Api) -> None:
    answer = states.get("/")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert "Set-Cookie" not in answer.headers
    page = LexborHTMLParser(answer.text)
    assert [node.html for node in page.css("[style], style, script:not([src])")] == []
    assert [name for node in page.css("*") for name in node.attributes if name.startswith("on")] == []


def test_every_field_of_the_builder_has_a_label(states: Api) -> None:
    page = front(states)
    labelled = {node.attributes["for"] for node in page.css("label")}
    fields = [node.attributes for node in page.css("#builder select, #builder input")]
    assert [field["id"] for field in fields if field["id"] not in labelled and "aria-label" not in field] == []
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))


def test_it_is_cached_and_validated_like_all_content(states: Api) -> None:
    answer = states.get("/?condition=quiet-toes")
    assert "max-age=60" in answer.headers["Cache-Control"]
    again = states.get("/?condition=quiet-toes", headers={"If-None-Match": answer.headers["ETag"]})
    assert [again.status_code, again.content] == [304, b""]
    head = states.request("HEAD", "/?condition=quiet-toes")
    assert [head.status_code, head.headers["ETag"], head.content] == [200, answer.headers["ETag"], b""]


@pytest.mark.engines(*ENGINES)
@pytest.mark.parametrize("query", ["", "?lang=es", "?condition=neutropenia&audience=kids", "?condition=no", "?after=z"])
def test_it_costs_three_statements_however_much_there_is(api: Api, statements: Callable[[], Any], query: str) -> None:
    with statements() as sent:
        api.get(f"/{query}")
    assert len(sent) == 3, "\n".join(sent)


def test_the_seed_packs_front_door_offers_what_it_holds(make_api: Callable[..., Api]) -> None:
    page = front(make_api(SEED))
    assert text(page, "#conditions h3 a") == "Neutropenia"
    places = text(page, "#places a")
    assert places.startswith("See ")
