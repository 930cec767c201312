"""The content promises: signs whole everywhere, what is lost marked as lost, every record traced, nobody led astray.

What must be served is read from the pack's own files, not from the code that stores and presents it.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import EVERY_STATE, Api
from tests.test_contract import EVERY_ANSWER, inside

PACK: dict[str, Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (EVERY_STATE / "conditions").glob("*.json")
}
WITHDRAWN = [json.loads(line) for line in (EVERY_STATE / "withdrawn.jsonl").read_text(encoding="utf-8").splitlines()]

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` has both engines choose and filter for the same readers

LANGS = [None, "en", "es-MX", "fr"]
AUDIENCES = [None, "parents", "kids", "teens", "general"]
FALLBACKS = [None, "none"]
ASPECTS = [
    None,
    *sorted(
        {
            section["aspect"]
            for condition in PACK.values()
            for edition in condition["editions"]
            for section in edition["sections"]
            if "aspect" in section
        }
    ),
    "PrognosisHealthAspect",  # no edition has it
]
PRESSING = ["immediate", "urgent", "unstated", "non-urgent"]
NOTICES = {
    "en": "This is educational content. It is not medical advice.",
    "es": "Este contenido es educativo. No es un consejo médico.",
}
LISTS = ["conditions", "warning-signs", "articles", "locations", "glossary", "directory"]


def asked(**parameters: str | None) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}


def without(value: Any, *names: str) -> Any:
    """A JSON value without some members, however deep they stand."""
    if isinstance(value, dict):
        return {name: without(part, *names) for name, part in value.items() if name not in names}
    return [without(part, *names) for part in value] if isinstance(value, list) else value


# ---- what the pack says


def edition_of(slug: str, served: Any) -> Any:
    """The pack's edition that an answer says it serves."""
    fits = [
        edition
        for edition in PACK[slug]["editions"]
        if [edition["lang"], edition["audience"]] == [served["lang"], served["audience"]]
    ]
    (edition,) = fits
    return edition


def set_summary(slug: str) -> dict[str, Any]:
    """The least that must be said of a condition's signs."""
    sign_set = PACK[slug]["sign_set"]
    urgencies = [sign["urgency"] for sign in sign_set["signs"]]
    return {
        "address": f"/v1/conditions/{slug}/warning-signs",
        "complete": sign_set["complete"],
        "total": len(urgencies),
        "highest_urgency": min(urgencies, key=PRESSING.index, default=None),
    }


def signs_of(slug: str, edition: Any) -> list[Any]:
    """All of a condition's signs in an edition's words: umbrella signs first, then the most pressing."""
    words = {wording["key"]: wording for wording in edition["warning_signs"]["signs"]}
    signs = sorted(
        PACK[slug]["sign_set"]["signs"], key=lambda sign: (sign["scope"] != "any", PRESSING.index(sign["urgency"]))
    )
    return [{**sign, **{name: words[sign["key"]][name] for name in ("sign", "action")}} for sign in signs]


def review_of(edition: Any) -> dict[str, Any]:
    blank = {"status": "unreviewed", "by": None, "reviewed_on": None, "next_review_on": None}
    return {**blank, **edition.get("review", {})}


def is_whole(edition: Any) -> bool:
    return all(block["type"] != "lost-list" for section in edition["sections"] for block in section["blocks"])


def assert_is_honest_about_its_edition(item: Any, slug: str, wanted: dict[str, str]) -> Any:
    """The edition that an item says it serves, having checked what it says of it."""
    choice = item["edition"]
    edition = edition_of(slug, choice["served"])
    lang, audience = wanted.get("lang"), wanted.get("audience")
    other_language = lang is not None and not f"{edition['lang']}-".startswith(f"{lang}-")
    other_audience = audience is not None and edition["audience"] != audience
    assert choice["requested"] == {"lang": lang, "audience": audience}
    assert choice["fallback"] is (other_language or other_audience)
    assert len(choice["available"]) == len(PACK[slug]["editions"])
    assert item["review"] == review_of(edition)
    return edition


def assert_is_a_whole_sign_set(found: Any, slug: str, edition: Any) -> None:
    wording = edition["warning_signs"]
    assert without(found, "provenance") == {
        **set_summary(slug),
        "applies_to": wording["applies_to"],
        "note": wording.get("note"),
        "signs": signs_of(slug, edition),
    }


def has_an_edition(slug: str, wanted: dict[str, str]) -> bool:
    """Whether a condition has an edition that may be served to a reader."""
    lang, audience = wanted.get("lang"), wanted.get("audience")
    if wanted.get("fallback") == "none":
        return any(
            (lang is None or f"{edition['lang']}-".startswith(f"{lang}-"))
            and (audience is None or edition["audience"] == audience)
            for edition in PACK[slug]["editions"]
        )
    return audience is None or any(
        edition["audience"] in {audience, "general", "parents"} for edition in PACK[slug]["editions"]
    )


# ---- promise 4: nothing removes the sign set


@pytest.mark.parametrize("fallback", FALLBACKS)
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("lang", LANGS)
def test_no_parameter_of_the_list_takes_anything_from_a_sign_set(
    states: Api, lang: str | None, audience: str | None, fallback: str | None
) -> None:
    wanted = asked(lang=lang, audience=audience, fallback=fallback)
    for aspect, view in [(None, "summary"), ("OverviewHealthAspect", "summary"), *((each, "full") for each in ASPECTS)]:
        page = states.json("/v1/conditions", params={**wanted, **asked(aspect=aspect, view=view), "limit": "100"})
        assert page["notice"] == NOTICES["es" if (lang or "").startswith("es") else "en"]
        if aspect is None:
            assert {item["slug"] for item in page["items"]} == {slug for slug in PACK if has_an_edition(slug, wanted)}
        for item in page["items"]:
            slug = item["slug"]
            edition = assert_is_honest_about_its_edition(item, slug, wanted)
            assert item["complete"] is is_whole(edition)
            if view == "summary":
                assert item["warning_signs"] == set_summary(slug)
            else:
                assert_is_a_whole_sign_set(item["warning_signs"], slug, edition)
                assert item["notice"] == NOTICES[edition["lang"][:2]]
                assert len(item["contents"]) == len(edition["sections"])


@pytest.mark.parametrize("fallback", FALLBACKS)
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("lang", ["es", "fr"])
def test_no_parameter_of_a_condition_takes_anything_from_its_sign_set(
    states: Api, lang: str | None, audience: str | None, fallback: str | None
) -> None:
    wanted = asked(lang=lang, audience=audience, fallback=fallback)
    for slug in PACK:
        narrowed = states.get(f"/v1/conditions/{slug}", params={**wanted, "aspect": "PrognosisHealthAspect"})
        signs = states.get(f"/v1/conditions/{slug}/warning-signs", params=wanted)
        if not has_an_edition(slug, wanted):
            assert [narrowed.status_code, signs.status_code] == [404, 404]
            continue
        shown = narrowed.json()
        edition = assert_is_honest_about_its_edition(shown, slug, wanted)
        assert_is_a_whole_sign_set(shown["warning_signs"], slug, edition)
        assert shown["notice"] == NOTICES[edition["lang"][:2]]
        assert shown["sections"] == []
        shown_with_it = {name: shown[name] for name in ("name", "edition", "review", "notice")}
        reference = {"slug": slug, "address": f"/v1/conditions/{slug}"}
        assert signs.json() == {**shown["warning_signs"], **shown_with_it, "condition": reference}


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("slug", ["giggle-elbow", "hiccup-hat-syndrome"])
def test_no_aspect_of_a_condition_takes_anything_from_its_sign_set(states: Api, slug: str, aspect: str | None) -> None:
    whole = states.json(f"/v1/conditions/{slug}")
    narrowed = states.json(f"/v1/conditions/{slug}", params=asked(aspect=aspect))
    assert {**narrowed, "sections": []} == {**whole, "sections": []}
    assert narrowed["sections"] == [part for part in whole["sections"] if aspect in {None, part["aspect"]}]


@pytest.mark.parametrize("audience", [None, "kids"])
@pytest.mark.parametrize("lang", [None, "es-MX"])
@pytest.mark.parametrize("limit", ["1", "100"])
def test_a_sign_in_a_list_is_never_without_its_umbrella_and_its_sets_note(
    states: Api, limit: str, lang: str | None, audience: str | None
) -> None:
    wanted = asked(lang=lang, audience=audience)
    contacts = (None, "emergency", "doctor", "unstated") if limit == "100" else (None,)
    shown = 0
    for urgency, contact in itertools.product([None, *PRESSING], contacts):
        parameters = {**wanted, **asked(urgency=urgency, contact=contact), "limit": limit}
        page = states.json("/v1/warning-signs", params=parameters)
        assert page["notice"] == NOTICES["es" if (lang or "").startswith("es") else "en"]
        for item in page["items"]:
            slug = item["condition"]["slug"]
            edition = assert_is_honest_about_its_edition(item, slug, wanted)
            signs = {sign["key"]: sign for sign in signs_of(slug, edition)}
            plain = without(item, "provenance")
            assert {name: plain[name] for name in signs[item["key"]]} == signs[item["key"]]
            assert plain["sign_set"] == {
                **set_summary(slug),
                "applies_to": edition["warning_signs"]["applies_to"],
                "note": edition["warning_signs"].get("note"),
                "umbrella": [sign for sign in signs.values() if sign["scope"] == "any"],
            }
            shown += 1
    assert shown >= 5


@pytest.mark.parametrize("slug", [gone["slug"] for gone in WITHDRAWN if gone["kind"] == "condition"])
@pytest.mark.parametrize("rest", ["", "/warning-signs", "/articles"])
@pytest.mark.parametrize("query", ["", "lang=es", "audience=kids", "lang=fr&audience=teens"])
def test_no_parameter_hides_that_a_condition_was_withdrawn(states: Api, slug: str, rest: str, query: str) -> None:
    assert states.get(f"/v1/conditions/{slug}{rest}?{query}").status_code == 410


def test_withdrawn_content_is_in_no_list(states: Api) -> None:
    listed = {(kind, item["slug"]) for kind in set(LISTS) - {"warning-signs"} for item in every_item(states, kind)}
    kinds = {"condition": "conditions", "article": "articles", "location": "locations"}
    gone = {(kinds.get(record["kind"], record["kind"]), record["slug"]) for record in WITHDRAWN}
    assert {kind for kind, _ in gone} == {kind for kind, _ in listed}
    assert not gone & listed


# ---- promise 2: what is lost is marked as lost


def every_item(api: Api, kind: str) -> list[Any]:
    return api.every_item(f"/v1/{kind}?limit=100{'&view=full' if kind == 'conditions' else ''}")


def every_edition(api: Api) -> Iterator[tuple[Any, Any]]:
    """Each edition of the pack, with the answer that serves it."""
    for slug, condition in PACK.items():
        for edition in condition["editions"]:
            exactly = f"lang={edition['lang']}&audience={edition['audience']}&fallback=none"
            yield edition, api.json(f"/v1/conditions/{slug}?{exactly}")


def test_every_block_of_every_edition_is_served_as_what_it_is(states: Api) -> None:
    lost = 0
    for edition, answer in every_edition(states):
        assert answer["name"] == edition["name"]
        for section, served in zip(edition["sections"], answer["sections"], strict=True):
            blank: dict[str, dict[str, Any]] = {"list": {"about": None, "ordered": False}}
            expected = [blank.get(block["type"], {}) | without(block, "provenance") for block in section["blocks"]]
            assert without(served["blocks"], "provenance") == expected
            lost += sum(block["type"] == "lost-list" for block in served["blocks"])
    assert lost == 3


def test_what_holds_a_lost_list_is_nowhere_called_complete(states: Api) -> None:
    seen = set()
    for edition, answer in every_edition(states):
        holding = [any(block["type"] == "lost-list" for block in part["blocks"]) for part in edition["sections"]]
        assert [part["complete"] for part in answer["sections"]] == [not lost for lost in holding]
        assert [line["complete"] for line in answer["contents"]] == [not lost for lost in holding]
        assert answer["complete"] is not any(holding)
        seen.add(answer["complete"])
    assert seen == {True, False}


def test_no_text_ends_in_a_colon(api: Api) -> None:
    answers = [every_item(api, kind) for kind in LISTS]
    answers += [answer.json() for path in EVERY_ANSWER if (answer := api.get(path)).text.startswith("{")]
    texts = [part for answer in answers for part in inside(answer) if isinstance(part, str)]
    assert len(texts) > 1_000
    assert [text for text in texts if text.rstrip().endswith((":", "："))] == []


# ---- promise 1: every record is traced


def test_every_record_and_part_names_its_source_and_lines_or_says_that_it_has_none(api: Api) -> None:
    parts = [part for kind in LISTS for part in inside(every_item(api, kind)) if isinstance(part, dict)]
    traces = [part["provenance"] for part in parts if "provenance" in part]
    addresses = {trace["source"]["address"] for trace in traces if trace["source"]}
    length = {address: api.json(address)["lines"] for address in addresses}
    assert len(length) >= 2
    assert {trace["basis"] for trace in traces} - {"derived"} == {"source", "curated"}
    for trace in traces:
        lines, source = trace["lines"], trace["source"]
        assert trace["basis"] != "source" or (source and lines), trace
        assert lines == sorted(set(lines))
        assert not lines or 1 <= lines[0] <= lines[-1] <= length[source["address"]]


def test_what_a_program_or_a_person_added_is_marked_as_the_pack_marks_it(states: Api) -> None:
    for edition, answer in every_edition(states):
        pairs = [(edition, answer), (edition["warning_signs"], answer["warning_signs"])]
        words = {sign["key"]: sign for sign in edition["warning_signs"]["signs"]}
        pairs += [(words[sign["key"]], sign) for sign in answer["warning_signs"]["signs"]]
        for section, served in zip(edition["sections"], answer["sections"], strict=True):
            pairs += [(section, served), *zip(section["blocks"], served["blocks"], strict=True)]
        for packed, served in pairs:
            said: dict[str, Any] = {"basis": "source", "lines": [], "derived": [], "curated": [], "source": None}
            source = served["provenance"]["source"]
            assert {**served["provenance"], "source": source and source["slug"]} == {**said, **packed["provenance"]}


# ---- promise 5: nobody is led astray


def test_a_deployments_numbers_stand_in_its_root_and_on_pages_and_in_no_data(make_api: Callable[..., Api]) -> None:
    api = make_api(EVERY_STATE, emergency_line="Blow the big whistle.", care_team_phone="+1 555 0199")
    assert api.json("/v1")["emergency_line"] == "Blow the big whistle."
    said = {
        path
        for path in [*EVERY_ANSWER, *(f"/v1/{kind}?limit=100" for kind in LISTS)]
        if re.search("whistle|555 0199", api.get(path).text)
    }
    page = "conditions/hiccup-hat-syndrome"
    care = {path for path in EVERY_ANSWER if path.startswith(f"/v1/{page}/care")}  # with contact emergency
    searches = {path for path in EVERY_ANSWER if path.startswith(("/v1/search", "/embed/search"))}
    assert len(searches) >= 2
    assert said == {"/v1", "/", f"/v1/{page}.html", f"/embed/{page}", f"/print/{page}", *searches, *care}


def test_only_a_sign_whose_contact_is_emergency_speaks_of_the_emergency_number(api: Api) -> None:
    emergency = re.compile(r"\b(911|112|999)\b|emergenc", re.IGNORECASE)
    speaking = set()
    for lang, audience in itertools.product(("en", "es"), AUDIENCES):
        parameters = asked(lang=lang, audience=audience)
        for item in api.json("/v1/warning-signs", params={**parameters, "limit": "100"})["items"]:
            if emergency.search(f"{item['sign']} {item['action']}"):
                speaking.add(item["contact"])
    assert speaking == {"emergency"}


def test_every_link_out_is_one_that_the_pack_names(states: Api) -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in EVERY_STATE.rglob("*.json*"))
    known = set(re.findall(r"https?://[^\"\s]+", written))
    found = {
        part
        for answer in [*(every_item(states, kind) for kind in LISTS), *(item for _, item in every_edition(states))]
        for part in inside(answer)
        if isinstance(part, str) and "://" in part
    }
    assert len(found) >= 7
    assert found <= known


def test_what_has_no_link_in_the_pack_has_none_in_the_answer(states: Api) -> None:
    files = {"articles": "articles.jsonl", "locations": "locations.jsonl", "directory": "directory.jsonl"}
    for kind, file in files.items():
        records = [json.loads(line) for line in (EVERY_STATE / file).read_text(encoding="utf-8").splitlines()]
        links = {record["slug"]: record.get("url") for record in records}
        assert None in links.values()
        assert {item["slug"]: item["url"] for item in every_item(states, kind)} == links
