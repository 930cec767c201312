"""`/v1/search` and `/v1/suggest`: what a reader's own words find, what stands above it, and what it never says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError

from app.db import limited
from app.search import engines, find
from app.search.index import KINDS
from app.search.vocabulary import another, is_word
from app.search.words import kept, key, sound, stems, synonyms, words
from tests import dictionary
from tests.conftest import ENGINES, EVERY_STATE, SEED, Api, publish

SIGNS = "/v1/conditions/neutropenia/warning-signs"

# What people find is asked of both engines by the golden files; here too, what SQL alone decides.
pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture(scope="module")
def seed(make_api: Callable[..., Api]) -> Api:
    return make_api(SEED, emergency_line="In an emergency, call the number of your country.")


def search(api: Api, text: str, **parameters: str | int) -> Any:
    return api.json("/v1/search", params={"q": text, **parameters})


def first(api: Api, text: str) -> tuple[str, str]:
    item = search(api, text)["items"][0]
    return item["kind"], item["slug"]


def urgent(answer: Any) -> list[str]:
    return [item["warning_signs"]["condition"]["slug"] for item in answer["urgent"]["items"]]


# ---- what is urgent


@pytest.mark.parametrize("text", ["nootropenia fever", "neutropenia", "earache", "my baby has an earache", "D70.9"])
def test_signs_stand_whole_above_whatever_was_found(seed: Api, text: str) -> None:
    answer = search(seed, text)
    (only,) = answer["urgent"]["items"]
    assert only["for_whom"] == "For a child with neutropenia"
    assert only["warning_signs"] == seed.json(SIGNS)
    assert only["warning_signs"]["signs"][0]["scope"] == "any"
    assert next(iter(answer)) == "urgent"


@pytest.mark.parametrize(
    "parameters",
    [
        {"kind": "location"},
        {"kind": "article,glossary"},
        {"limit": 1},
        {"lang": "fr"},
        {"lang": "fr", "fallback": "none"},
        {"audience": "kids"},
        {"audience": "kids", "fallback": "none"},
    ],
)
def test_no_filter_takes_the_signs_away(seed: Api, parameters: dict[str, Any]) -> None:
    assert urgent(search(seed, "nootropenia fever", **parameters)) == ["neutropenia"]


@pytest.mark.parametrize("beside", ["vomiting", "runny nose", "emergency", "hospital", "treatment", "qwxzv"])
def test_other_words_beside_a_name_take_no_sign_away(seed: Api, beside: str) -> None:
    for text in (f"neutropenia {beside}", f"{beside} and neutropenia"):
        assert urgent(search(seed, text))[:1] == ["neutropenia"], text


@pytest.mark.parametrize("text", ["high fever", "bad fever", "baby fever", "my 2 year old has a fever since monday"])
def test_other_words_beside_a_sign_take_it_not_away(seed: Api, text: str) -> None:
    assert "neutropenia" in urgent(search(seed, text))


@pytest.mark.engines(*ENGINES)
def test_no_language_and_no_audience_takes_signs_away(api: Api) -> None:
    with_signs = [item for item in api.every_item("/v1/conditions?limit=100") if item["warning_signs"]["total"]]
    assert len(with_signs) > 5
    for item in with_signs:
        for asked in ({}, {"lang": "es"}, {"lang": "fr"}, {"audience": "kids"}, {"lang": "es", "audience": "teens"}):
            assert item["slug"] in urgent(search(api, item["name"], **asked)), (item["name"], asked)


@pytest.mark.engines(*ENGINES)
def test_every_page_has_the_signs(seed: Api) -> None:
    following = "/v1/search?q=neutropenia&limit=3"
    pages = []
    while following:
        pages.append(seed.json(following))
        following = pages[-1]["next"]
    assert len(pages) > 2
    assert [urgent(page) for page in pages] == [["neutropenia"]] * len(pages)
    assert sum(len(page["items"]) for page in pages) == pages[0]["total"]
    things = [(item["kind"], item["slug"], item["title"]) for page in pages for item in page["items"]]
    assert len(set(things)) == len(things)


def test_at_most_three_conditions_are_urgent_and_it_is_said_how_many_match(api: Api) -> None:
    answer = search(api, "any sign of infection")
    assert len(answer["urgent"]["items"]) <= 3
    assert answer["urgent"]["total"] >= len(answer["urgent"]["items"])


@pytest.mark.parametrize("text", ["", "qwxzv", "neutrophilia", "🦒", "?!"])
def test_an_answer_without_anything_still_says_what_to_do_in_an_emergency(seed: Api, text: str) -> None:
    answer = search(seed, text)
    assert (answer["items"], answer["total"], answer["urgent"]["items"]) == ([], 0, [])
    assert answer["emergency_line"] == "In an emergency, call the number of your country."
    assert answer["notice"]


def test_an_item_that_is_a_sign_has_its_sets_umbrella_and_note(seed: Api) -> None:
    found = [item for item in search(seed, "fever", limit=100)["items"] if item["kind"] == "warning-sign"]
    assert found
    for item in found:
        context = item["sign"]["sign_set"]
        assert context["umbrella"]
        assert context["note"]
        assert context["complete"] is False
        assert item["sign"]["action"]


def test_an_item_of_a_condition_has_the_least_that_is_said_of_its_signs(api: Api) -> None:
    for item in search(api, "hiccup", limit=100)["items"]:
        if item["condition"]:
            summary = api.json(f"/v1/conditions/{item['condition']['slug']}")["warning_signs"]
            assert item["warning_signs"] == {name: summary[name] for name in item["warning_signs"]}
            assert item["review"]["status"]


# ---- what is found, and in what order


@pytest.mark.parametrize(
    ("text", "kind", "slug"),
    [
        ("neutropenia", "condition", "neutropenia"),
        ("NEUTROPENIA!", "condition", "neutropenia"),
        ("neutropaenia", "condition", "neutropenia"),
        ("low neutrophil count", "condition", "neutropenia"),
        ("noo-treh-PEE-nee-eh", "condition", "neutropenia"),
        ("d709", "condition", "neutropenia"),
        ("icd-10-cm D70.9", "condition", "neutropenia"),
        ("nutropenya", "condition", "neutropenia"),
        ("neutrpoenia", "condition", "neutropenia"),
        ("my chart", "directory", "mychart"),
        ("idiopathic", "glossary", "idiopathic-neutropenia"),
    ],
)
def test_what_is_meant_comes_first(seed: Api, text: str, kind: str, slug: str) -> None:
    assert first(seed, text) == (kind, slug)


def test_each_address_leads_to_what_was_found(api: Api) -> None:
    for text in ("hiccup", "hat", "elbow", "clinic", "parents"):
        for item in search(api, text, limit=100)["items"]:
            answer = api.get(item["address"])
            assert answer.status_code == 200, item["address"]
            if item["kind"] in ("condition", "section"):
                served = answer.json()["edition"]["served"]
                assert (served["lang"], served["audience"]) == (item["lang"], item["audience"])
            if item["kind"] == "section":
                assert item["anchor"] in [section["anchor"] for section in answer.json()["sections"]]


def test_kinds_are_counted_whatever_is_shown(seed: Api) -> None:
    every, narrowed = search(seed, "neutropenia"), search(seed, "neutropenia", kind="glossary,condition")
    assert every["counts"] == narrowed["counts"]
    assert [count["kind"] for count in every["counts"]] == list(KINDS)
    assert {item["kind"] for item in narrowed["items"]} == {"glossary", "condition"}
    assert narrowed["total"] == sum(c["total"] for c in every["counts"] if c["kind"] in {"glossary", "condition"})
    assert every["total"] == sum(count["total"] for count in every["counts"])


def test_common_words_do_not_flatten_the_order(seed: Api) -> None:
    assert first(seed, "what is the neutropenia of my child about") == ("condition", "neutropenia")


@pytest.mark.engines(*ENGINES)
def test_a_language_that_is_asked_for_is_served_as_everywhere(api: Api) -> None:
    for lang in ("es", "en"):
        for item in search(api, "hipo hiccup", lang=lang, limit=100)["items"]:
            if item["condition"]:
                served = api.json(f"/v1/conditions/{item['slug']}", params={"lang": lang})["edition"]["served"]
                assert (item["lang"], item["audience"]) == (served["lang"], served["audience"])
            else:
                assert item["lang"].startswith(lang)


# ---- snippets


def test_a_snippet_is_whole_sentences_of_the_text_with_marks_on_its_words(api: Api) -> None:
    seen = 0
    for text in ("neutropenia infection", "fever", "hat", "hiccup", "giggle"):
        wanted = set(stems(text))
        for item in search(api, text, limit=100)["items"]:
            if snippet := item["snippet"]:
                marked = [snippet["text"][mark["start"] : mark["end"]] for mark in snippet["marks"]]
                assert all(set(stems(word)) & wanted for word in marked), marked
                assert not snippet["text"].rstrip().endswith(":")
                seen += len(marked)
    assert seen > 20


def test_a_lost_list_stays_marked_as_lost(seed: Api) -> None:
    sections = {s["anchor"]: s for s in seed.json("/v1/conditions/neutropenia")["sections"]}
    found = [item for item in search(seed, "neutropenia", limit=100)["items"] if item["kind"] == "section"]
    assert found
    for item in found:
        assert item["complete"] == sections[item["anchor"]]["complete"]
    lost = search(seed, "how infections may be compared with other children")["items"]
    about = next(item for item in lost if item["anchor"] == "symptoms")
    assert about["complete"] is False
    assert "lost" in about["snippet"]["text"]


# ---- how a text may have been meant


def test_another_spelling_is_said(seed: Api) -> None:
    told = search(seed, "nootropenia fever")["did_you_mean"]
    assert told == {"text": "neutropenia fever", "address": "/v1/search?q=neutropenia+fever", "applied": True}
    assert search(seed, "neutropenia")["did_you_mean"] is None


@pytest.mark.parametrize("text", ["neutrophilia", "neutrophylia", "neutrophilias", "hyperneutropenia"])
def test_no_illness_is_taken_for_its_opposite(seed: Api, text: str) -> None:
    answer = search(seed, text)
    assert answer["did_you_mean"] is None
    assert answer["items"] == []
    assert urgent(answer) == []
    assert [item["slug"] for item in seed.json("/v1/suggest", params={"q": text})["items"]] == []


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("hyperthyroidism", "hypothyroidism"),
        ("hypoglycemia", "hyperglycemia"),
        ("tachycardia", "bradycardia"),
        ("dysphasia", "dysphagia"),
        ("arthrosis", "arthritis"),
        ("leukocytosis", "leukopenia"),
    ],
)
def test_words_that_are_told_apart_by_a_part(typed: str, other: str) -> None:
    assert another(typed, other)
    assert another(other, typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nootropenia", "neutropenia"),
        ("numonia", "pneumonia"),
        ("diareea", "diarrhea"),
        ("eksema", "eczema"),
        ("siliac", "celiac"),
        ("skitzofrenia", "schizophrenia"),
    ],
)
def test_words_that_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("anaemia", "anemia"),
        ("diarrhoea", "diarrhea"),
        ("tumour", "tumor"),
        ("paediatric", "pediatric"),
        ("oesophagus", "esophagus"),
        ("Centre", "center"),
        ("Sjögren’s", "sjogrens"),
        ("D70.9", "d709"),
        ("ear ache", "earache"),
    ],
)
def test_two_spellings_are_one_key(british: str, american: str) -> None:
    assert key(british) == key(american)


def test_synonyms_hold_in_every_direction() -> None:
    for phrase, others in synonyms().items():
        assert phrase not in others
        assert all(phrase in synonyms()[other] for other in others)


def test_words_that_are_right_as_they_stand_are_never_mended(seed: Api) -> None:
    for word in sorted(kept()):
        told = search(seed, word)["did_you_mean"]
        assert told is None, word


@pytest.mark.parametrize("word", ["billion", "blown", "gaggle", "clued"])
def test_a_word_of_the_language_is_never_searched_for_as_another(states: Api, word: str) -> None:
    told = search(states, word)["did_you_mean"]
    assert not told["applied"], told


def test_the_dictionary_is_what_the_package_gives() -> None:
    assert dictionary.FILE.read_text(encoding="ascii") == dictionary.lines()


def test_each_word_of_the_dictionary_is_one_and_no_misspelling_is() -> None:
    told = dictionary.FILE.read_text(encoding="ascii").splitlines()
    assert told == sorted(set(told))
    assert all(map(is_word, [*told[::997], told[0], told[-1]]))
    assert not any(map(is_word, ("", "a", told[0][:-1] + "zz", "zzzz", "neutropina", "hicup")))


@pytest.mark.engines(*ENGINES)
def test_a_misspelling_that_is_taken_back_is_one_no_more(make_api: Callable[..., Api], tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SEED, folder)
    file = folder / "conditions" / "neutropenia.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    told = {"provenance": {"basis": "curated"}, "name": "quokkasus", "kind": "misspelling", "lang": "en"}
    file.write_text(json.dumps(record | {"aliases": [*record["aliases"], told]}), encoding="utf-8")
    api = make_api(SEED)
    publish(api.app.state.engine, folder)
    assert search(api, "quokkasus")["did_you_mean"]["applied"]
    publish(api.app.state.engine, SEED)
    answer = search(api, "quokkasus")
    assert (answer["did_you_mean"], answer["items"]) == (None, [])
    assert search(api, "neutropina")["did_you_mean"]["applied"]  # others stay


# ---- any text is a search


HOSTILE = [
    "100.4",
    "*",
    "NEAR(",
    '"',
    "'",
    "' OR 1=1 --",
    "a AND",
    "{title_words} : x",
    "🤒",
    "\x00",
    "%",
    "\\",
    "x" * 200,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_a_search(seed: Api, text: str) -> None:
    assert search(seed, text)["notice"]
    assert seed.get("/v1/suggest", params={"q": text}).status_code == 200


@pytest.mark.engines(*ENGINES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200), kind=st.sampled_from([None, *KINDS]), limit=st.integers(1, 100))
def test_whatever_is_typed_it_is_answered(seed: Api, text: str, kind: str | None, limit: int) -> None:
    narrowed = {"kind": kind} if kind else {}
    answer = seed.get("/v1/search", params={"q": text, "limit": limit, **narrowed})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert seed.get("/v1/suggest", params={"q": text}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/search", "/v1/suggest"])
def test_a_text_that_is_too_long_is_refused_with_the_limit_and_is_not_repeated(seed: Api, path: str) -> None:
    answer = seed.get(path, params={"q": "giraffe " * 26})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"parameter": "q", "detail": "String should have at most 200 characters"}]
    assert "giraffe" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_kind_that_is_none_is_refused_with_those_that_are(seed: Api) -> None:
    answer = seed.get("/v1/search?q=x&kind=condition,giraffe")
    assert answer.status_code == 422
    assert "warning-sign" in answer.json()["errors"][0]["detail"]
    assert "giraffe" not in answer.text


def test_a_cursor_of_another_search_is_refused(seed: Api) -> None:
    following = search(seed, "neutropenia", limit=1)["next"]
    assert seed.get(following.replace("neutropenia", "fever")).status_code == 422


def test_an_acronym_matches_as_the_whole_text_only(make_api: Callable[..., Api], acronym_pack: Path) -> None:
    api = make_api(acronym_pack)
    assert first(api, "ORS")[1] == first(api, "ors")[1]
    slug = first(api, "ORS")[1]
    for text in ("ors or else", "orsino", "or", "rescue ors"):
        matches = [item["match"] for item in search(api, text)["items"] if item["slug"] == slug]
        assert set(matches) <= {"text", "some"}
    assert slug not in [item["slug"] for item in api.json("/v1/suggest?q=or")["items"]]


@pytest.fixture(scope="module")
def acronym_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seed pack with an acronym, and a misspelling that is looked up as another name is."""
    folder = tmp_path_factory.mktemp("acronym") / "pack"
    shutil.copytree(SEED, folder)
    file = folder / "conditions" / "neutropenia.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    told = {"provenance": {"basis": "curated"}, "lang": "en"}
    record["aliases"].append({**told, "name": "ORS", "kind": "abbreviation"})
    record["aliases"].append({**told, "name": "neutro paenia", "kind": "misspelling"})
    file.write_text(json.dumps(record), encoding="utf-8")
    return folder


SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT max(i) FROM n"


@pytest.mark.engines(*ENGINES)
def test_a_statement_that_takes_too_long_is_ended_and_the_next_one_is_not(seed: Api) -> None:
    with seed.app.state.engine.connect() as connection:
        with pytest.raises(OperationalError), limited(connection, 50):
            connection.execute(sql(SLOW))
        connection.rollback()
        with limited(connection, 10_000):
            assert connection.execute(sql("SELECT 1")).scalar_one() == 1
        assert connection.execute(sql(SLOW.replace("100000000", "1000"))).scalar_one() == 1000


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("walked", [1, 5, 5_000])
def test_what_is_common_is_found_alike_by_walking_its_kind(
    states: Api, monkeypatch: pytest.MonkeyPatch, walked: int
) -> None:
    texts = ["hiccup", "hat", "call a doctor", "hall", "balloon hat", "fear"]
    before = [search(states, text) for text in texts]
    assert any(answer["total"] for answer in before)
    monkeypatch.setattr(find, "MANY", 0)
    monkeypatch.setattr(find, "COMMON", 0)
    monkeypatch.setattr(engines, "WALKED", walked)
    find._matching.cache_clear()
    try:
        assert [search(states, text) for text in texts] == before
        assert [search(states, text, lang="es") for text in texts] != before
        monkeypatch.setattr(find, "COUNTED", 1)  # and where more is found than is taken
        walking = [search(states, text)["counts"] for text in texts]
        monkeypatch.setattr(find, "MANY", 20_000)
        assert [search(states, text)["counts"] for text in texts] == walking
        assert any(count["total_is"] == "at_least" for counts in walking for count in counts)
    finally:
        find._matching.cache_clear()


@pytest.mark.engines(*ENGINES)
def test_signs_of_what_is_named_are_urgent_however_many_others_speak_of_it(
    make_api: Callable[..., Api], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(EVERY_STATE, folder)
    text = (folder / "conditions" / "cloud-nose.json").read_text(encoding="utf-8")
    for old, new in {"cloud-nose": "aa-nose", "loud nose": "alm nose", "from the nose": "from the cloud"}.items():
        text = text.replace(old, new)
    (folder / "conditions" / "aa-nose.json").write_text(text, encoding="utf-8")
    api = make_api(folder)
    for most in (120, 1):
        monkeypatch.setattr(find, "SIGN_SETS", most)
        urgent = search(api, "cloud")["urgent"]
        assert urgent["items"][0]["for_whom"] == "For a child with Cloud nose"
        assert urgent["total_is"] == ("at_least" if most == 1 else "exact")


@pytest.mark.parametrize(("word", "slug"), [("billion", "balloon-knees"), ("clued", "cloud-nose")])
def test_what_is_only_offered_may_be_urgent(states: Api, word: str, slug: str) -> None:
    answer = search(states, word)
    assert (answer["did_you_mean"]["applied"], answer["items"]) == (False, [])
    assert [one["warning_signs"]["condition"]["slug"] for one in answer["urgent"]["items"]] == [slug]


# ---- suggestions


def suggestions(api: Api, text: str) -> list[tuple[str, str, str | None]]:
    return [(i["kind"], i["name"], i["matched_name"]) for i in api.json("/v1/suggest", params={"q": text})["items"]]


def test_names_that_begin_so_come_first(seed: Api) -> None:
    assert suggestions(seed, "neu")[0] == ("condition", "Neutropenia", None)
    assert suggestions(seed, "low neu")[0] == ("condition", "Neutropenia", "low neutrophil count")
    assert len(suggestions(seed, "a")) <= 10


@pytest.mark.parametrize("text", ["nootro", "neutorp", "nutrop", "neutropinea", "neutrapen"])
def test_names_that_were_nearly_typed_come_too(seed: Api, text: str) -> None:
    assert suggestions(seed, text)[0][:2] == ("condition", "Neutropenia")


def test_a_misspelling_is_never_shown(seed: Api) -> None:
    for text in ("nutropenia", "neutropina", "nootropenia", "neutrop"):
        assert {matched for _, _, matched in suggestions(seed, text)} <= {None, "neutropaenia"}
        for item in search(seed, text)["items"]:
            assert item["matched_name"] in {None, "neutropaenia"}


def test_a_suggested_condition_has_the_least_that_is_said_of_its_signs(seed: Api) -> None:
    whole = seed.json(SIGNS)
    (item,) = [i for i in seed.json("/v1/suggest?q=neutropenia")["items"] if i["kind"] == "condition"]
    assert item["warning_signs"] == {name: whole[name] for name in item["warning_signs"]}


def test_names_that_are_looked_up_alike_are_told_apart(make_api: Callable[..., Api], acronym_pack: Path) -> None:
    api = make_api(acronym_pack)
    for text in ("neutropenia", "neutrop", "neutro paenia"):
        assert suggestions(api, text)[0] == ("condition", "Neutropenia", None)
        assert first(api, text) == ("condition", "neutropenia")


# ---- what a publish does


@pytest.mark.engines(*ENGINES)
def test_what_is_published_is_found_and_what_is_withdrawn_is_not(make_api: Callable[..., Api], tmp_path: Path) -> None:
    api = make_api(SEED, EVERY_STATE)
    assert first(api, "mychart") == ("directory", "mychart")
    folder = tmp_path / "pack"
    shutil.copytree(SEED, folder)
    entries = [json.loads(line) for line in (folder / "directory.jsonl").read_text(encoding="utf-8").splitlines()]
    for entry in entries:
        if entry["slug"] == "mychart":
            entry["name"] = "Giraffe portal"
    kept = [entry for entry in entries if entry["slug"] != "login-to-mychart"]
    text = "".join(json.dumps(entry) + "\n" for entry in kept)
    (folder / "directory.jsonl").write_text(text, encoding="utf-8")
    publish(api.app.state.engine, folder)
    assert first(api, "girafe portal") == ("directory", "mychart")
    found = [(item["kind"], item["slug"]) for item in search(api, "mychart")["items"]]
    assert ("directory", "login-to-mychart") not in found
    publish(api.app.state.engine, SEED)
    assert search(api, "giraffe")["items"] == []
    assert first(api, "mychart") == ("directory", "mychart")


def test_words_are_found_where_they_stand() -> None:
    text = "Children’s fever of 100.4, or D70.9?"
    assert [text[word.start : word.end] for word in words(text)] == [
        "Children’s",
        "fever",
        "of",
        "100.4",
        "or",
        "D70.9",
    ]
