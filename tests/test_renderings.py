"""One document, four renderings beside its JSON: nothing that matters is lost in any, and no content is markup."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.pack import Audience
from app.render.words import ENGLISH, SPANISH, Words, reader_of, spoken, words_for
from tests.conftest import Api
from tests.hostile import TEXTS, TURNS, WEB, clean, hostile_pack
from tests.test_promises import NOTICES, every_edition, signs_of

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` shows that both engines answer alike

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "jsonld": "application/ld+json",
}
CONTENT = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
HATS = "/v1/conditions/hiccup-hat-syndrome"

each_rendering = pytest.mark.parametrize("ending", MEDIA_TYPES)
# The page's own tests look at HTML.
each_text = pytest.mark.parametrize("ending", ["md", "txt", "jsonld"])

Read = list[tuple[str, str]]  # what a reader of Markdown meets, in order: what it is, and its text


def read(markdown: str) -> Read:
    """Markdown as CommonMark reads it: headings, paragraphs, items, marks, and where each list begins."""
    found: Read = []
    within: list[str] = []
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.nesting == 1:
            within.append(token.tag)
            if token.tag in {"ul", "ol"} and "li" not in within:
                found.append((token.tag, ""))
        elif token.nesting == -1:
            within.pop()
        elif token.type == "inline":
            found.append((_kind(within), _text(token)))
        else:
            found.append((token.type, ""))
    return found


def _kind(within: list[str]) -> str:
    return next((tag for tag in ("blockquote", "li") if tag in within), within[-1])


def _text(token: Token) -> str:
    parts = token.children or []
    assert {part.type for part in parts} <= {"text", "link_open", "link_close", "strong_open", "strong_close"}
    return "".join(part.content for part in parts)


def links(markdown: str) -> list[str]:
    """Where Markdown's links lead."""
    inlines = [part for token in MarkdownIt("commonmark").parse(markdown) for part in token.children or []]
    return [str(part.attrs["href"]) for part in inlines if part.type == "link_open"]


def spaced(text: str) -> str:
    """A text with one space wherever there is room: lines are broken anywhere."""
    return " ".join(text.split())


def said(ending: str, body: str) -> str:
    """All that a rendering says, in order."""
    if ending == "md":
        return spaced(" ".join(text for _, text in read(body)))
    if ending == "txt":
        return spaced(body)
    page = json.loads(body)
    texts = [f"{part['name']} {part['text']}" for part in page["hasPart"]]
    return spaced(" ".join([page["name"], *texts, page["usageInfo"]["text"]]))


def assert_says_in_order(found: str, wanted: list[str]) -> None:
    at = 0
    for text in map(spaced, wanted):
        begins = found.find(text, at)
        assert begins >= 0, f"{text!r} is not in {found[at:]!r}"
        at = begins + len(text)


def rendered(api: Api, ending: str) -> Iterator[tuple[Any, Any, str]]:
    """Each edition of the pack, its JSON, and its rendering."""
    for edition, answer in every_edition(api):
        exactly = f"lang={edition['lang']}&audience={edition['audience']}&fallback=none"
        page = api.get(f"/v1/conditions/{answer['slug']}.{ending}?{exactly}")
        assert page.status_code == 200
        yield edition, answer, page.text


def sign_set(edition: Any, answer: Any, words: Words) -> list[str]:
    """What has to be said of an edition's warning signs, by the pack, in order."""
    wording, complete = edition["warning_signs"], answer["warning_signs"]["complete"]
    signs = signs_of(answer["slug"], edition)
    whole = words.complete_set if complete else words.incomplete_set if signs else words.no_signs
    wanted = [words.warning_signs, words.applies_to.format(who=wording["applies_to"]), whole, wording.get("note") or ""]
    for sign in signs:
        umbrella = [words.umbrella] if sign["scope"] == "any" else []
        urgency, contact = words.urgency[sign["urgency"]], words.whom.format(contact=words.contact[sign["contact"]])
        wanted += [sign["sign"], *umbrella, urgency, contact, sign["action"]]
    return wanted


def date_of(written: str, words: Words) -> str:
    return spoken(dt.date.fromisoformat(written), words)


# ---- what is promised of every edition


@each_text
def test_the_whole_sign_set_is_said_in_order_before_all_else(states: Api, ending: str) -> None:
    signs = 0
    for edition, answer, body in rendered(states, ending):
        words = words_for(edition["lang"])
        headings = [section["heading"] for section in edition["sections"]]
        assert_says_in_order(said(ending, body), [edition["name"], *sign_set(edition, answer, words), *headings])
        signs += len(edition["warning_signs"]["signs"])
    assert signs > 20


@each_text
def test_a_review_is_said_with_who_and_when_and_that_there_was_none_too(states: Api, ending: str) -> None:
    seen = set()
    for edition, _, body in rendered(states, ending):
        words, review = words_for(edition["lang"]), edition.get("review", {})
        dates = [date_of(review[name], words) for name in ("reviewed_on", "next_review_on") if name in review]
        wanted = [*([review["by"]] if "by" in review else []), *dates]
        assert_says_in_order(said(ending, body), [*(wanted or [words.unreviewed]), NOTICES[edition["lang"][:2]]])
        assert (words.unreviewed in said(ending, body)) is (not review)
        assert "None" not in body
        seen.add(len(wanted))
    assert seen == {0, 1, 3}


@pytest.mark.parametrize("ending", ["md", "txt"])
def test_whose_words_they_are_and_what_they_rest_on_is_said(states: Api, ending: str) -> None:
    for edition, answer, body in rendered(states, ending):
        publisher, source = answer["publisher"], answer["based_on"]
        wanted = [publisher["name"], answer["rights"]]
        wanted += [source["name"], source["owner"], source["rights"]] if source else []
        words = words_for(edition["lang"])
        dates = [date_of(edition[name], words) for name in ("published_on", "modified_on") if name in edition]
        assert_says_in_order(said(ending, body), [*wanted, *dates, answer["notice"]])


@each_text
def test_each_lost_list_is_marked_where_it_stood_and_at_the_top(states: Api, ending: str) -> None:
    lost = 0
    for edition, answer, body in rendered(states, ending):
        words = words_for(edition["lang"])
        blocks = [block for section in edition["sections"] for block in section["blocks"]]
        gaps = [block for block in blocks if block["type"] == "lost-list"]
        marks = [f"{words.lost_list}: {gap['about']} {gap['note']}" for gap in gaps]
        found = said(ending, body)
        assert_says_in_order(found, marks)
        assert found.count(words.lost_list) == len(gaps)
        assert (words.lost_banner in found) is (not answer["complete"])
        lost += len(gaps)
    assert lost == 3


@pytest.mark.parametrize("ending", ["md", "txt"])
def test_nothing_ends_in_a_colon(api: Api, ending: str) -> None:
    bodies = [api.get(f"/v1/conditions/neutropenia.{ending}").text, *(body for *_, body in rendered(api, ending))]
    ends = [part.rstrip()[-1] for body in bodies for part in body.split("\n\n")]
    assert len(ends) > 200
    assert not {":", "："} & set(ends)


@each_text
def test_an_edition_that_is_not_the_one_asked_for_says_so(states: Api, ending: str) -> None:
    asked = f"{HATS}.{ending}?lang=fr&audience=general"
    requested, served = reader_of("fr", Audience.general, ENGLISH), reader_of("en", Audience.parents, ENGLISH)
    assert ENGLISH.fallback.format(requested=requested, served=served) in said(ending, states.get(asked).text)
    for_kids = states.get(f"/v1/conditions/nandu-nap.{ending}?audience=kids").text
    requested, served = reader_of(None, Audience.kids, SPANISH), reader_of("es", Audience.general, SPANISH)
    assert SPANISH.fallback.format(requested=requested, served=served) in said(ending, for_kids)
    beginning = ENGLISH.fallback.partition("{")[0]
    assert beginning not in said(ending, states.get(f"{HATS}.{ending}?lang=en&audience=parents").text)
    assert states.get(f"{asked}&fallback=none").json()["code"] == "no-edition"


def test_every_block_of_every_edition_is_read_from_its_markdown_as_what_it_is(states: Api) -> None:
    for edition, answer, body in rendered(states, "md"):
        found = read(body)
        sections = sections_of(edition, words_for(edition["lang"]))
        starts = found.index(sections[0])
        assert found[starts : starts + len(sections)] == sections
        assert found[0] == ("h1", edition["name"])
        assert ("p", edition["summary"]) in found
        assert ("p", answer["notice"]) == found[-1]


def sections_of(edition: Any, words: Words, text: Callable[[str], str] = str) -> Read:
    """The sections of an edition, by its pack."""
    found: Read = []
    for section in edition["sections"]:
        found.append(("h2", text(section["heading"])))
        for block in section["blocks"]:
            if block["type"] == "paragraph":
                found.append(("p", text(block["text"])))
            elif block["type"] == "list":
                found += [("p", text(block["about"]))] if block.get("about") else []
                found.append(("ol" if block.get("ordered") else "ul", ""))
                found += [("li", text(item)) for item in block["items"]]
            else:
                found.append(("blockquote", text(f"{words.lost_list}: {block['about']}")))
                found.append(("blockquote", text(block["note"])))
    return found


@pytest.mark.parametrize("ending", ["md", "txt"])
def test_related_reading_is_labelled_and_only_what_has_an_address_has_a_link(states: Api, ending: str) -> None:
    body = states.get(f"{HATS}.{ending}").text
    found = said(ending, body)
    assert_says_in_order(found, ["More from this library", "Hats for kids", "Why your hat hops.", "Hats for parents"])
    known = {"https://hiccup-hats.example/articles/teens?ref=a&b=c", "https://hiccup-hats.example/notes"}
    leads_to = links(body) if ending == "md" else re.findall(r"<(https?://[^>]+)>", body)
    assert known <= set(leads_to)
    articles = states.every_item("/v1/articles?condition=hiccup-hat-syndrome&lang=en")
    condition = states.json(HATS)
    records = [condition, condition["publisher"], condition["based_on"], *articles]
    assert set(leads_to) == {record["url"] for record in records if record["url"]}


def test_plain_text_fits_a_terminal(api: Api) -> None:
    lines = api.get("/v1/conditions/neutropenia.txt").text.splitlines()
    assert lines[:2] == ["Neutropenia", "==========="]
    assert 40 < max(map(len, lines)) <= 78
    assert [line for line in lines if line != line.rstrip()] == []


def test_misspellings_and_names_in_another_language_are_not_shown(states: Api) -> None:
    body = states.get(f"{HATS}.md").text
    assert ("p", "Also called: Hat hiccups, HHS") in read(body)
    assert "hickup" not in body
    assert "Hipo de gorro" not in body


# ---- as answers


@each_rendering
def test_a_rendering_has_its_media_type_its_validator_and_may_be_kept(states: Api, ending: str) -> None:
    answer = states.get(f"{HATS}.{ending}")
    assert answer.headers["Content-Type"] == MEDIA_TYPES[ending]
    assert answer.headers["Cache-Control"] == CONTENT
    known = states.get(f"{HATS}.{ending}", headers={"If-None-Match": answer.headers["ETag"]})
    assert [known.status_code, known.content, known.headers["ETag"]] == [304, b"", answer.headers["ETag"]]
    head = states.request("HEAD", f"{HATS}.{ending}")
    assert [head.status_code, head.content, head.headers["ETag"]] == [200, b"", answer.headers["ETag"]]


@each_rendering
@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_rendering_is_sent_in_the_coding_that_a_client_takes(states: Api, ending: str, coding: str) -> None:
    plain = states.get(f"{HATS}.{ending}", headers={"Accept-Encoding": "identity"})
    coded = states.get(f"{HATS}.{ending}", headers={"Accept-Encoding": coding})
    assert coded.headers["Content-Encoding"] == coding
    assert coded.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert coded.content == plain.content


@each_rendering
def test_a_rendering_obeys_language_and_audience(states: Api, ending: str) -> None:
    queries = ("", "?lang=es", "?audience=kids", "?lang=es&audience=kids&fallback=none")
    bodies = [states.get(f"{HATS}.{ending}{query}").text for query in queries]
    names = ["Hiccup Hat Syndrome", "Síndrome del gorro con hipo", "The Hopping Hat", "El gorro que salta"]
    assert [[name in body for name in names].index(True) for body in bodies] == [0, 1, 2, 3]


@each_rendering
@pytest.mark.parametrize(
    ("slug", "query", "status"),
    [
        ("hiccup-hat", "lang=es", 308),
        ("nothing", "", 404),
        ("Hats", "", 404),
        ("balloon-knees", "audience=teens", 404),
        ("whispering-thumb", "", 410),
        ("hiccup-hat-syndrome", "colour=red", 422),
        ("hiccup-hat-syndrome", "lang=-", 422),
        ("hiccup-hat-syndrome", "aspect=OverviewHealthAspect", 422),
    ],
)
def test_a_problem_is_a_problem_whatever_the_rendering(
    states: Api, ending: str, slug: str, query: str, status: int
) -> None:
    answer = states.get(f"/v1/conditions/{slug}.{ending}?{query}")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    if status == 308:
        assert answer.headers["Location"] == f"{HATS}.{ending}?lang=es"


# ---- hostile content


@pytest.fixture(scope="module")
def hostile(make_api: Callable[..., Api], tmp_path_factory: pytest.TempPathFactory) -> Api:
    """The service with a pack whose every text is an attempt at something."""
    return make_api(hostile_pack(tmp_path_factory.mktemp("hostile") / "pack"))


def test_no_text_of_a_hostile_pack_is_markup_in_markdown(hostile: Api) -> None:
    answer = hostile.json("/v1/conditions/hostile")
    body = hostile.get("/v1/conditions/hostile.md").text
    found = read(body)
    sections = sections_of(answer, words_for("en"), clean)
    starts = found.index(sections[0])
    assert found[starts : starts + len(sections)] == sections
    signs = [
        line
        for sign in answer["warning_signs"]["signs"]
        for line in (sign["sign"], "Today", "Whom to contact: A doctor", sign["action"])
    ]
    starts = found.index(("ul", "")) + 1
    assert [text for _, text in found[starts : starts + len(signs)]] == list(map(clean, signs))
    assert len(signs) == 4 * len(TEXTS)
    assert {kind for kind, _ in found} == {"h1", "h2", "p", "ul", "ol", "li", "blockquote", "hr"}


def test_no_link_of_markdown_comes_from_a_text_of_a_hostile_pack(hostile: Api) -> None:
    body = hostile.get("/v1/conditions/hostile.md").text
    assert len(links(body)) == len(re.findall(r"(?<!\\)://", body))  # nor what others than CommonMark make links of
    assert "www." not in body
    normal = MarkdownIt("commonmark").normalizeLink
    assert set(links(body)) == {normal(address) for address in WEB}
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(body)
    assert not re.search(r"<(?!/?(?:h[12]|p|ul|ol|li|blockquote|strong|a|hr)\b)", html)


def test_every_text_of_a_hostile_pack_is_read_whole_in_plain_text(hostile: Api) -> None:
    answer = hostile.json("/v1/conditions/hostile")
    body = hostile.get("/v1/conditions/hostile.txt").text
    signs = [line for sign in answer["warning_signs"]["signs"] for line in (sign["sign"], sign["action"])]
    blocks = [block for section in answer["sections"] for block in section["blocks"]]
    texts = [text for block in blocks for text in (block.get("items") or [block.get("text") or block["note"]])]
    assert_says_in_order(spaced(body), [*map(clean, signs), *map(clean, texts)])


@each_text
def test_nothing_of_a_hostile_pack_reaches_beyond_its_own_line(hostile: Api, ending: str) -> None:
    body = hostile.get(f"/v1/conditions/hostile.{ending}").text
    assert not set(TURNS) & set(body)
    assert not re.search("[\u2028\u2029\x00-\x09\x0b-\x1f\x7f-\x9f]", body)


def test_json_ld_of_a_hostile_pack_is_one_value_within_a_script_too(hostile: Api) -> None:
    body = hostile.get("/v1/conditions/hostile.jsonld").text
    assert not set("<>&") & set(body)
    page = json.loads(body)
    parts = page["hasPart"][1:]
    assert len(parts) == len(TEXTS)
    for part, text in zip(parts, TEXTS, strict=True):
        assert part.keys() == {"@type", "name", "text"}
        assert part["text"].split("\n\n")[0] == clean(text)
