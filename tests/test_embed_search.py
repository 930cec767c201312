"""`/embed/search`: what a reader's own words find, as people meet it; what is urgent stands above all else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.assets import asset
from app.pack import Contact, Urgency
from app.render.words import words_for
from tests import hostile
from tests.conftest import EVERY_STATE, MAX_PAGES, SEED, Api
from tests.reading import parsed, said, text_of
from tests.test_pages import check_inert

pytestmark = pytest.mark.engines("sqlite")

URL = "https://health.example/api"
EMERGENCY = "In an emergency, ring the big bell."
NOTICE = "This is educational content. It is not medical advice."
PHONE = "+1 555 0100"
FEVER = "nootropenia fever"  # a misspelling, which the search says that it put right
TEXTS = ["hiccup", "hat", "elbow", "fever", FEVER, "hipo", "pear", "toes", "doctor", "xyzzy"]
ODD = ['"', "100.4", "*", "NEAR(a b)", "😷 fever", "a OR b", "'; DROP TABLE x; --", "\x00", "\u202efever", "(((", "-"]


@pytest.fixture(scope="session")
def public(make_api: Callable[..., Api]) -> Api:
    """The service with both packs, and everything that a deployment may say of itself."""
    told = {"public_url": URL, "emergency_line": EMERGENCY, "care_team_phone": PHONE, "organisation_name": "Hats"}
    return make_api(SEED, EVERY_STATE, **told)


@pytest.fixture(scope="session")
def evil(make_api: Callable[..., Api], tmp_path_factory: pytest.TempPathFactory) -> Api:
    """The service with a pack whose every text is an attack."""
    return make_api(hostile.hostile_pack(tmp_path_factory.mktemp("hostile")), public_url=URL)


def searched(api: Api, **asked: str) -> LexborHTMLParser:
    answer = api.get(f"/embed/search?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text
    return parsed(answer)


def href(page: LexborHTMLParser, selector: str) -> str | None:
    node = page.css_first(selector)
    return (node.attributes["href"] or "").removeprefix(URL) if node else None


def every_page(api: Api, **asked: str) -> Iterator[LexborHTMLParser]:
    """The pages of a search, one after the other, as its links lead."""
    following: str | None = f"/embed/search?{urlencode(asked)}"
    for _ in range(MAX_PAGES):
        if following is None:
            return
        page = parsed(api.get(following))
        yield page
        following = href(page, "a[rel=next]")
    raise AssertionError(f"{asked} has no last page")


def check_urgent(page: LexborHTMLParser, known: Any) -> None:
    """That what is urgent is there, whole, in its order, and above all results."""
    shown = page.css(".urgent > article")
    assert [text_of(one.css_first("h3")) for one in shown] == [one["for_whom"] for one in known["items"]]
    for one, article in zip(known["items"], shown, strict=True):
        signs = one["warning_signs"]
        words = words_for(signs["edition"]["served"]["lang"])
        assert [text_of(sign) for sign in article.css(".care .sign")] == [sign["sign"] for sign in signs["signs"]]
        assert len(article.css(".care .umbrella")) == sum(sign["scope"] == "any" for sign in signs["signs"])
        for sign, item in zip(signs["signs"], article.css(".care li"), strict=True):
            card = card_of(item)
            assert text_of(card.css_first(".action")) == sign["action"]
            assert text_of(card.css_first("h4")) == words.urgency[Urgency(sign["urgency"])]
            whom = words.whom.format(contact=words.contact[Contact(sign["contact"])])
            assert text_of(card.css_first(".bar p")) == whom
        known_set = words.complete_set if signs["complete"] else words.incomplete_set
        assert text_of(article.css_first(".whole")) == (known_set if signs["signs"] else words.no_signs)
        assert [text_of(note) for note in article.css(".note")] == [signs["note"]] * (signs["note"] is not None)
        unreviewed = text_of(article.css_first(".review")) == words.unreviewed
        assert unreviewed == (signs["review"]["status"] == "unreviewed")
        assert len(article.css(".banner.fallback")) == signs["edition"]["fallback"]
    text = page.html or ""
    assert not shown or text.index('class="urgent"') < text.index('class="results"')


def card_of(item: LexborNode) -> LexborNode:
    card = item.parent.parent.parent if item.parent and item.parent.parent else None
    assert card is not None
    return card


def check_carried(page: LexborHTMLParser, notice: str = NOTICE) -> None:
    """That the emergency line, above all that was found, and the notice are there."""
    assert said(page, ".emergency-line") == [EMERGENCY]
    assert said(page, ".notice") == [notice]
    assert said(page, "meta[name=robots]") == [""]
    first = (page.html or "").index("emergency-line")
    assert [name for name in ('class="urgent"', 'class="results"') if name in (page.html or "")[:first]] == []


# ---- what is urgent


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"kind": "glossary"},
        {"kind": "location,directory"},
        {"kind": "nothing-known"},
        {"limit": "1"},
        {"lang": "es"},
        {"lang": "es", "audience": "kids"},
        {"audience": "teens", "kind": "article", "limit": "2"},
        {"theme": "dark", "accent": "ff8800"},
    ],
    ids=str,
)
def test_nothing_takes_a_sign_from_above_the_results(public: Api, text: str, asked: dict[str, str]) -> None:
    wanted = [("q", text), *((name, asked[name]) for name in ("lang", "audience") if name in asked)]
    known = public.json(f"/v1/search?{urlencode(wanted)}")["urgent"]
    notice = notice_in(asked)
    for page in list(every_page(public, q=text, **asked))[:3]:
        check_urgent(page, known)
        check_carried(page, notice)


def notice_in(asked: dict[str, str]) -> str:
    return "Este contenido es educativo. No es un consejo médico." if asked.get("lang") == "es" else NOTICE


def test_the_signs_of_a_corrected_text_are_there_first_and_whole(public: Api) -> None:
    page = searched(public, q=FEVER)
    assert said(page, ".urgent h3") == ["For a child with neutropenia"]
    assert text_of(page.css_first(".urgent .care li")) == "Any sign of infection Any sign of this kind counts"
    assert text_of(page.css_first(".urgent .action")) == "Call the doctor and get medical care right away."
    assert text_of(page.css_first(".meant")) == (
        "Nothing was found for what you typed. These are results for neutropenia fever."
    )


def test_the_signs_are_shown_as_on_the_conditions_own_page(public: Api) -> None:
    urgent, own = searched(public, q="hiccup"), parsed(public.get("/embed/conditions/hiccup-hat-syndrome"))
    for selector in (".care .bar p", ".care .what", ".signs > .whole", ".signs > .note"):
        assert said(urgent, selector) == said(own, selector)
    assert said(urgent, ".care .what") != []
    assert href(urgent, ".urgent .button") == "/embed/conditions/hiccup-hat-syndrome?lang=en&audience=parents"


def test_where_nothing_urgent_matches_nothing_is_said_of_it(public: Api) -> None:
    page = searched(public, q="pear")
    assert public.json("/v1/search?q=pear")["urgent"]["items"] == []
    assert page.css(".urgent, .care") == []
    assert text_of(page.css_first(".results h2")) == "Results"


# ---- what was found


@pytest.mark.parametrize(
    "asked", [{}, {"limit": "3"}, {"lang": "es"}, {"kind": "section,location", "limit": "4"}], ids=str
)
@pytest.mark.parametrize("text", TEXTS)
def test_the_page_finds_what_the_api_finds_in_its_order(
    public: Api, api: Api, text: str, asked: dict[str, str]
) -> None:
    known = api.every_item(f"/v1/search?{urlencode({'q': text, **asked})}")
    words = words_for(asked.get("lang", "en"))
    hits = [hit for page in every_page(public, q=text, **asked) for hit in page.css(".hits > li")]
    assert [text_of(hit.css_first(".kind")) for hit in hits] == [words.kinds[item["kind"]] for item in known]
    for hit, item in zip(hits, known, strict=True):
        title = text_of(hit.css_first("h3"))
        assert title.endswith(" ".join(item["title"].split()))
        assert (item["condition_name"] or "") in title
        check_hit(hit, item, words)


def check_hit(hit: LexborNode, item: Any, words: Any) -> None:
    """That something found has with it all that must stand there."""
    snippet, sign = hit.css_first(".snippet"), item["sign"]
    if item["snippet"] and not sign:
        text, marks = item["snippet"]["text"], item["snippet"]["marks"]
        assert text_of(snippet).removesuffix(" …") == " ".join(text.removesuffix(" …").split())
        assert [node.text() for node in hit.css("mark")] == [text[mark["start"] : mark["end"]] for mark in marks]
    if item["warning_signs"]:
        signs, least = item["warning_signs"], text_of(hit.css(".least")[-1])
        assert (str(signs["total"]) in least) == (signs["total"] > 0)
        assert (words.not_whole_set in least) == (signs["total"] > 0 and not signs["complete"])
        assert (words.no_signs in least) == (signs["total"] == 0)
        if signs["highest_urgency"] not in {None, "unstated"}:
            assert words.urgency[Urgency(signs["highest_urgency"])].lower() in least
        assert (words.unreviewed == text_of(hit.css_first(".review"))) == (item["review"]["status"] == "unreviewed")
    if sign:
        shown, about = text_of(hit), sign["sign_set"]
        must = [sign["action"], words.urgency[Urgency(sign["urgency"])], words.contact[Contact(sign["contact"])]]
        must += [about["note"] or "", *(text for one in about["umbrella"] for text in (one["sign"], one["action"]))]
        assert [text for text in must if " ".join(text.split()) not in shown] == []
    lost = hit.css_first(".gap")
    assert (lost is None) == item["complete"]


def test_a_hit_leads_to_the_page_and_the_part_of_it_that_was_found(public: Api) -> None:
    hits = [
        hit for text in ("hiccup", "neutropenia") for hit in searched(public, q=text, limit="100").css(".hits > li")
    ]
    kinds = set()
    for hit in hits:
        link = hit.css_first("h3 a")
        if link is None:
            assert text_of(hit.css_first(".kind")) == "Word explained"
            continue
        kinds.add(text_of(hit.css_first(".kind")))
        parts = urlsplit((link.attributes["href"] or "").removeprefix(URL))
        page = parsed(public.get(f"{parts.path}?{parts.query}"))
        assert text_of(page.css_first("h1")) in text_of(link)
        assert not parts.fragment or page.css_first(f"#{parts.fragment}")
    assert kinds == {"Condition", "Section", "Warning sign"}


def test_places_articles_and_services_lead_to_where_people_read_them(public: Api, api: Api) -> None:
    found = {
        "location": ("hat hall", "/embed/locations/hat-hall"),
        "article": ("hats for kids", "/embed/articles/hats-for-kids"),
    }
    for kind, (text, address) in found.items():
        assert href(searched(public, q=text, kind=kind, theme="dark"), ".hits h3 a") == f"{address}?theme=dark"
    known = {entry["name"]: entry["url"] for entry in api.every_item("/v1/directory")}
    services = searched(public, q="find", kind="directory").css(".hits h3")
    assert len(services) > 1
    for title in services:
        link = title.css_first("a")
        assert (link.attributes["href"] if link else None) == known[text_of(title)]


def test_each_kind_is_counted_and_is_a_link_that_leaves_the_others_out(public: Api) -> None:
    counts = {one["kind"]: one["total"] for one in public.json("/v1/search?q=hat")["counts"] if one["total"]}
    page = searched(public, q="hat", theme="dark")
    assert said(page, ".total") == [f"{sum(counts.values())} results"]
    every, *links = page.css(".kinds a")
    assert "aria-current" in every.attributes
    words = words_for("en")
    assert [text_of(link) for link in links] == [f"{words.kinds[kind]} {total}" for kind, total in counts.items()]
    for link, (kind, total) in zip(links, counts.items(), strict=True):
        address = (link.attributes["href"] or "").removeprefix(URL)
        assert parse_qs(urlsplit(address).query) == {"q": ["hat"], "kind": [kind], "theme": ["dark"]}
        filtered = parsed(public.get(address))
        assert said(filtered, "[aria-current]") == [f"{words.kinds[kind]} {total}"]
        assert {text_of(node) for node in filtered.css(".hits .kind")} == {words.kinds[kind]}


def test_what_is_found_in_another_language_says_so(public: Api) -> None:
    page = searched(public, q="neutropenia", lang="es")
    assert "Usted pidió: español. Esto es: inglés, para padres." in said(page, ".hits .least")
    assert href(page, ".hits h3 a") == "/embed/conditions/neutropenia?lang=es"
    assert said(page, ".urgent .banner.fallback") == ["You asked for: Spanish. This is: English, for parents."]


def test_an_empty_result_says_so_and_whom_the_deployment_names(public: Api) -> None:
    page = searched(public, q="xyzzy plugh")
    assert page.css(".hits, .kinds, .urgent") == []
    assert said(page, ".nothing") == [
        "Nothing was found for what you typed. That says only that no words here match. Try other words, or fewer."
    ]
    assert said(page, ".results .phone") == [f"Care team {PHONE}"]
    check_carried(page)


def test_where_only_other_kinds_are_found_the_page_says_so(public: Api) -> None:
    page = searched(public, q="pear", kind="glossary")
    assert said(page, ".nothing") == ["Nothing of this kind was found."]
    assert len(page.css(".kinds a")) > 1


def test_a_search_that_cannot_be_answered_says_what_to_do_in_an_emergency(public: Api) -> None:
    answer = public.get("/embed/search?q=hat&cursor=nonsense")
    assert [answer.status_code, answer.headers["cache-control"]] == [422, "no-store"]
    assert said(parsed(answer), ".emergency-line") == [EMERGENCY]


def test_the_page_speaks_the_readers_language(public: Api) -> None:
    page = searched(public, q="hipo", lang="es")
    assert page.css_first("html").attributes["lang"] == "es"  # type: ignore[union-attr]  # every page has one
    assert said(page, "label") == ["¿Qué busca?"]
    assert said(page, ".urgent > h2, .results > h2") == ["Lea primero: señales de alarma", "Resultados"]


# ---- what was typed


@pytest.mark.parametrize("text", [*ODD, *hostile.LINES])
def test_what_was_typed_stands_in_the_field_alone_and_is_inert(public: Api, text: str) -> None:
    typed = f"{text[:150]} qxzj"
    answer = public.get(f"/embed/search?{urlencode({'q': typed})}")
    assert answer.status_code == 200
    page = parsed(answer)
    (field,) = page.css("input[name=q]")
    shown = "".join(" " if char in "\u2028\u2029" else char for char in typed if char not in hostile.TURNS)
    assert (field.attributes["value"] or "").replace("\ufffd", "\x00") == shown
    others = [
        value or ""
        for node in page.css("*")
        for name, value in node.attributes.items()
        if (name, node.tag) not in {("value", "input"), ("href", "a")}
    ]
    for meant in page.css(".meant"):
        meant.decompose()  # another spelling is said, and holds what was spelt right
    assert [told for told in (*others, text_of(page.root)) if "qxzj" in told] == []
    field.attrs["value"] = ""
    check_inert(page, *(f"{URL}{asset(name).path}" for name in ("frame.js", "search.js")))


@pytest.mark.parametrize("text", ["script", "alert", "bold", "click", "heading", "escape", "evil example", "raw"])
def test_hostile_content_is_text(evil: Api, text: str) -> None:
    page = searched(evil, q=text, limit="100")
    check_inert(page, *(f"{URL}{asset(name).path}" for name in ("frame.js", "search.js")))
    items = evil.every_item(f"/v1/search?limit=100&q={text}")
    assert items
    titles = [" ".join(hostile.clean(item["title"]).split()) for item in items]
    assert [title for title, shown in zip(titles, said(page, ".hits h3"), strict=True) if title not in shown] == []


def test_hostile_signs_are_whole(evil: Api) -> None:
    known = evil.json("/v1/search?q=script+alert")["urgent"]["items"][0]["warning_signs"]["signs"]
    shown = said(searched(evil, q="script alert"), ".urgent .care .sign")
    assert shown == [" ".join(hostile.clean(sign["sign"]).split()) for sign in known]


def test_another_spelling_is_offered_as_a_link_that_keeps_the_look(public: Api) -> None:
    page = searched(public, q="hicup xqxqxq", theme="dark")
    known = public.json("/v1/search?q=hicup+xqxqxq")["did_you_mean"]
    assert known["applied"] is False
    assert text_of(page.css_first(".meant")) == f"Did you mean {known['text']}?"
    parameters = parse_qs(urlsplit(href(page, ".meant a") or "").query)
    assert parameters == {"q": [known["text"]], "theme": ["dark"]}


def test_a_text_that_is_too_long_is_refused_beside_its_field(public: Api) -> None:
    answer = public.get("/embed/search", params={"q": "hiccup " * 29})
    assert answer.status_code == 422
    assert answer.headers["cache-control"] == "no-store"
    page = parsed(answer)
    assert said(page, "#q-fault") == ["This is too long to look for. Type 200 characters at most."]
    (field,) = page.css("input[name=q]")
    assert "q-fault" in (field.attributes["aria-describedby"] or "")
    assert "hiccup" not in unescape(answer.text).lower().replace("hiccups", "")
    check_carried(page)


# ---- the form and the answer


def test_the_form_is_one_that_works_without_a_script_and_keeps_the_look(public: Api) -> None:
    page = searched(public, q="hat", kind="article", lang="es", theme="dark", accent="#ff8800", limit="2")
    (form,) = page.css("form[role=search]")
    assert "action" not in form.attributes
    assert [form.attributes[name] for name in ("method", "autocomplete")] == ["get", "off"]
    hidden = {node.attributes["name"]: node.attributes["value"] for node in form.css("input[type=hidden]")}
    assert hidden == {"lang": "es", "theme": "dark", "accent": "ff8800"}
    (field,) = form.css("input[type=search]")
    assert [field.attributes[name] for name in ("name", "value", "maxlength", "autocomplete")] == [
        "q",
        "hat",
        "200",
        "off",
    ]
    assert page.css_first(f"label[for={field.attributes['id']}]") is not None


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20", "?q=&lang=&theme=&kind=&cursor="])
def test_without_a_text_there_is_the_form_alone(public: Api, query: str) -> None:
    page = parsed(public.get(f"/embed/search{query}"))
    assert page.css(".results, .urgent, .meant, .fault") == []
    assert len(page.css("form")) == 1
    check_carried(page)


def test_no_answer_to_a_text_is_kept_and_no_robot_lists_it(public: Api) -> None:
    answer = public.get("/embed/search?q=fever")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "etag" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "geolocation=()" in answer.headers["permissions-policy"]
    (robots,) = parsed(answer).css("meta[name=robots]")
    assert robots.attributes["content"] == "noindex"
    assert public.get("/embed/search").headers["cache-control"].startswith("public")


def test_what_it_does_not_know_it_ignores(public: Api) -> None:
    plain = said(searched(public, q="hat"), ".hits h3")
    assert said(searched(public, q="hat", utm_source="letter", view="card"), ".hits h3") == plain
    assert said(searched(public, q="hat", kind="wizard"), ".hits h3") == plain
    assert said(searched(public, q="hat", kind="wizard,article"), ".hits .kind") == ["Article"] * 20


@pytest.mark.parametrize("text", ["hiccup", "neutropenia", FEVER])
def test_it_costs_what_the_api_costs(api: Api, statements: Callable[[], Any], text: str) -> None:
    with statements() as by_api:
        api.get("/v1/search", params={"q": text})
    with statements() as by_page:
        api.get("/embed/search", params={"q": text})
    assert len(by_page) == len(by_api)


ANYTHING = st.text(max_size=210)
PARAMETERS = st.dictionaries(
    st.sampled_from(
        ["q", "kind", "lang", "audience", "theme", "accent", "limit", "cursor", "heading_level", "fallback"]
    ),
    ANYTHING | st.sampled_from([*TEXTS, *ODD, "es", "kids", "condition", "dark", "1", "100", "none"]),
)


@settings(max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=ANYTHING, others=PARAMETERS)
@example(text="NEAR(", others={"kind": "condition", "limit": "1"})
def test_any_text_and_any_parameters_get_a_page(public: Api, text: str, others: dict[str, str]) -> None:
    query = urlencode({"q": text, **others}, errors="surrogatepass")
    answer = public.get(f"/embed/search?{query}")
    assert answer.status_code in {200, 422}
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


def test_without_an_emergency_line_none_is_made_up(make_api: Callable[..., Api], tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "pack.json").write_text(json.dumps(json.loads((EVERY_STATE / "pack.json").read_text())))
    page = searched(make_api(folder), q="hat")
    assert page.css(".emergency-line, .emergency, .phone") == []
    assert said(page, ".notice") == [NOTICE]
