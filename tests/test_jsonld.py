"""JSON-LD in schema.org's words: what it says, and that schema.org 30 has every word where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from app.pack import HEALTH_ASPECTS
from tests.conftest import ROOT, Api
from tests.hostile import WEB, hostile_pack
from tests.test_promises import NOTICES, every_edition, signs_of

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` shows that both engines answer alike

SCHEMA_ORG = ROOT.parent / "shared" / "data" / "schemaorg"
HATS = "/v1/conditions/hiccup-hat-syndrome.jsonld"
ELBOW = "/v1/conditions/giggle-elbow.jsonld"


def pages(api: Api) -> Iterator[tuple[Any, Any, Any]]:
    """Each edition of the pack, its JSON, and its JSON-LD."""
    for edition, answer in every_edition(api):
        exactly = f"lang={edition['lang']}&audience={edition['audience']}&fallback=none"
        yield edition, answer, api.json(f"/v1/conditions/{answer['slug']}.jsonld?{exactly}")


# ---- what it says


def test_a_condition_is_a_medical_web_page_that_says_all_that_is_known_of_it(states: Api) -> None:
    page = states.json(HATS)
    about, parts = page.pop("about"), page.pop("hasPart")
    assert page == {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": "Hiccup Hat Syndrome",
        "description": "Hiccup Hat Syndrome is a made-up condition in which a hat hops whenever its wearer hiccups. "
        "Not all hats hop.",
        "url": "https://hiccup-hats.example/parents/hiccup-hat",
        "inLanguage": "en",
        "audience": {"@type": "PeopleAudience", "audienceType": "parents"},
        "usageInfo": {
            "@type": "CreativeWork",
            "text": "Reviewed by Dr. Ada Brim on 1 February 2026. Next review due on 1 February 2028.\n"
            "This is educational content. It is not medical advice.",
        },
        "creativeWorkStatus": "reviewed",
        "lastReviewed": "2026-02-01",
        "reviewedBy": "Dr. Ada Brim",
        "datePublished": "2025-03-01",
        "dateModified": "2026-02-28",
        "publisher": {
            "@type": "Organization",
            "name": "The Hiccup Hat Society",
            "url": "https://hiccup-hats.example/about",
        },
        "copyrightNotice": "Made up for the tests of this project, and free for any use (CC0 1.0).",
        "isBasedOn": {
            "@id": "/v1/sources/hat-notes",
            "@type": "CreativeWork",
            "name": "Notes on hats & hiccups",
            "url": "https://hiccup-hats.example/notes",
            "inLanguage": "en",
            "copyrightHolder": {"@type": "Organization", "name": "The Hiccup Hat Society"},
            "copyrightNotice": "Free for any use (CC0 1.0).",
        },
        "relatedLink": [
            "https://hiccup-hats.example/articles/hats-for-parents",
            "https://hiccup-hats.example/articles/teens?ref=a&b=c",
        ],
    }
    assert {name: value for name, value in about.items() if name != "signOrSymptom"} == {
        "@type": "MedicalCondition",
        "name": "Hiccup Hat Syndrome",
        "alternateName": ["Hat hiccups", "HHS"],
        "code": [
            {"@type": "MedicalCode", "codeValue": "U77", "codingSystem": "ICD-10-CM", "name": "Made-up hiccups"},
            {
                "@type": "MedicalCode",
                "codeValue": "U77.7",
                "codingSystem": "ICD-10-CM",
                "name": "Made-up hiccups with a hat",
            },
            {"@type": "MedicalCode", "codeValue": "D999901", "codingSystem": "MeSH"},
            {
                "@type": "MedicalCode",
                "codeValue": "000000001",
                "codingSystem": "SNOMED CT",
                "name": "Hiccup hat (made up)",
            },
        ],
    }
    assert {part["name"]: part.get("hasHealthAspect") for part in parts} == {
        "Warning signs": "https://schema.org/SeeDoctorHealthAspect",
        "What is Hiccup Hat Syndrome?": "https://schema.org/OverviewHealthAspect",
        "Signs": "https://schema.org/SymptomsHealthAspect",
        "Diagnosis": None,
        "What to do": "https://schema.org/TreatmentsHealthAspect",
        "A word on pears": None,
    }
    assert parts[4]["text"] == "Steps, in this order\n\n1. Sit down.\n2. Hold the hat.\n3. Think of a pear."


def test_signs_that_are_not_all_of_them_never_read_as_the_whole_list(states: Api) -> None:
    page = states.json(ELBOW)
    note = (
        "This is not the whole list: there may be other signs.\n"
        "These are examples only. Any sign of wobble counts: the notes' own list of signs is lost."
    )
    assert page["about"]["signOrSymptom"] == [
        {"@type": "MedicalSignOrSymptom", "name": name, "description": f"{said}\n{note}"}
        for name, said in (
            (
                "Any sign of wobble",
                "Any sign of this kind counts\nRight away\nWhom to contact: A doctor\nCall the doctor right away.",
            ),
            (
                "A giggle that the neighbours hear",
                "Right away\nWhom to contact: A doctor\nCall the doctor right away.",
            ),
            (
                "An elbow that turns green",
                "Right away\nWhom to contact: Emergency services\nGo to the emergency department right away.",
            ),
        )
    ]
    assert page["hasPart"][0]["text"].startswith(
        "For children with giggle elbow\n\n[!] " + note.replace("\n", "\n    ") + "\n\n- Any sign of wobble\n"
    )


def test_every_sign_of_every_edition_is_there_in_order_with_its_action_and_the_sets_note(states: Api) -> None:
    for edition, answer, page in pages(states):
        signs = signs_of(answer["slug"], edition)
        note = edition["warning_signs"].get("note", "")
        found = page["about"].get("signOrSymptom", [])
        assert [sign["name"] for sign in found] == [sign["sign"] for sign in signs]
        for said, sign in zip(found, signs, strict=True):
            assert sign["action"] in said["description"].split("\n")
            assert said["description"].endswith(note)
        assert note in page["hasPart"][0]["text"].replace("\n    ", "\n")


def test_a_review_is_named_only_where_there_was_one_and_the_notice_always(states: Api) -> None:
    reviewed = 0
    for edition, _, page in pages(states):
        review = edition.get("review", {})
        assert page.get("lastReviewed") == review.get("reviewed_on")
        assert page.get("reviewedBy") == review.get("by")
        assert page["creativeWorkStatus"] == ("reviewed" if review else "unreviewed")
        assert page["usageInfo"]["text"].endswith(NOTICES[edition["lang"][:2]])
        reviewed += bool(review)
    assert 0 < reviewed < len(list(pages(states)))


def test_a_lost_list_is_said_in_the_text_of_its_part_and_of_the_page(states: Api) -> None:
    page = states.json(ELBOW)
    assert page["hasPart"][2]["text"] == (
        "Call at any sign of wobble.\n\n"
        "[!] A list is missing here: Signs of wobble to call about\n"
        "    The list that stood here is missing from the source. We do not fill it in.\n\n"
        "Bring the elbow along."
    )
    assert page["usageInfo"]["text"].startswith("Parts of the source were lost.")


def test_what_is_not_known_is_left_out(states: Api) -> None:
    page = states.json("/v1/conditions/quiet-toes.jsonld")
    assert not {"url", "lastReviewed", "reviewedBy", "datePublished", "dateModified", "relatedLink"} & page.keys()
    assert page["about"] == {"@type": "MedicalCondition", "name": "Quiet toes"}
    assert "No warning sign is known here. That does not mean that there is none." in page["hasPart"][0]["text"]


def test_a_place_says_where_it_is_and_how_to_reach_it(states: Api) -> None:
    assert states.json("/v1/locations/hat-hall.jsonld") == {
        "@context": "https://schema.org",
        "@id": "/v1/locations/hat-hall",
        "@type": "MedicalBusiness",
        "name": "Hat Hall",
        "url": "https://hiccup-hats.example/hat-hall",
        "telephone": "+1 555 0100",
        "openingHours": "Every day, all day",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "1 Brim Street",
            "addressLocality": "Puddleton",
            "addressRegion": "VT",
            "postalCode": "00000",
            "addressCountry": "US",
        },
        "geo": {"@type": "GeoCoordinates", "latitude": 10.5, "longitude": -40.25},
    }
    assert states.json("/v1/locations/somewhere.jsonld") == {
        "@context": "https://schema.org",
        "@id": "/v1/locations/somewhere",
        "@type": "MedicalBusiness",
        "name": "Somewhere",
    }


def test_a_place_is_no_more_than_its_kind_says_and_has_a_point_only_where_that_is_exact(states: Api) -> None:
    places = {place["slug"]: place for place in states.every_item("/v1/locations?limit=100")}
    found = {slug: states.json(f"/v1/locations/{slug}.jsonld") for slug in places}
    types = {place["kind"]: found[slug]["@type"] for slug, place in places.items()}
    assert types == {
        "main-campus": "MedicalBusiness",
        "urgent-care": "MedicalClinic",
        "specialty-care": "MedicalClinic",
        "surgery-center": "MedicalClinic",
        "hospital": "Hospital",
        "unstated": "MedicalBusiness",
        "walk-in": "MedicalBusiness",
        "hat-stand": "MedicalBusiness",
    }
    points = {slug: place["geo"] for slug, place in found.items() if "geo" in place}
    assert points.keys() == {"hat-hall", "null-island-surgery"}
    assert points["null-island-surgery"] == {"@type": "GeoCoordinates", "latitude": 0.0, "longitude": 0.0}
    assert {slug for slug, place in found.items() if "openingHours" in place} == {"hat-hall", "pear-clinic"}


# ---- schema.org's own word for it


class Vocabulary:
    """schema.org 30: its types with the types above them, its properties with their domains, and its context."""

    def __init__(self, folder: Path) -> None:
        self.context = json.loads((folder / "schemaorgcontext.jsonld").read_text(encoding="utf-8"))
        graph = json.loads((folder / "schemaorg-current-https.jsonld").read_text(encoding="utf-8"))["@graph"]
        self.terms = {term["@id"]: term for term in graph}

    def all_types(self, name: str) -> set[str]:
        """A type and every type above it."""
        above = _ids(self.terms[name].get("rdfs:subClassOf", []))
        return {name}.union(*(self.all_types(each) for each in above if each.startswith("schema:")))

    def faults(self, node: dict[str, Any]) -> list[str]:
        """What of an expanded node, and of all nodes in it, schema.org does not have or does not allow."""
        types = [_term(name) for name in node.get("@type", ["http://schema.org/Thing"])]
        found = [f"no type {name}" for name in types if self._is_no(name, "rdfs:Class")]
        above = set().union(*(self.all_types(name) for name in types if name in self.terms))
        for name, values in node.items():
            if name.startswith("@"):
                continue
            if self._is_no(_term(name), "rdf:Property"):
                found.append(f"no property {name}")
            elif not above & _ids(self.terms[_term(name)]["schema:domainIncludes"]):
                found.append(f"{name} on {types}")
            for value in values:
                found += [] if "@value" in value else self.faults(value)
        return found

    def _is_no(self, name: str, what: str) -> bool:
        return name not in self.terms or self.terms[name]["@type"] != what

    def expand(self, page: Any, base: str) -> dict[str, Any]:
        """The one node of a document, expanded offline."""
        (node,) = jsonld.expand(page, {"documentLoader": self._load, "base": base})
        expanded: dict[str, Any] = node
        return expanded

    def _load(self, address: str, _options: Any) -> dict[str, Any]:
        assert address == "https://schema.org"
        return {"contextUrl": None, "documentUrl": address, "document": self.context, "contentType": None}


def _ids(value: Any) -> set[str]:
    return {each["@id"] for each in (value if isinstance(value, list) else [value])}


def _term(address: str) -> str:
    return f"schema:{address.removeprefix('http://schema.org/')}"


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(part)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    if not SCHEMA_ORG.is_dir():
        pytest.skip("schema.org's vocabulary is no part of the project; it is looked for in ../shared/data/schemaorg")
    return Vocabulary(SCHEMA_ORG)


def assert_is_schema_org(vocabulary: Vocabulary, page: Any) -> dict[str, Any]:
    """The document, expanded, having found nothing in it that schema.org does not have."""
    expanded = vocabulary.expand(page, "https://content.example/")
    assert vocabulary.faults(expanded) == []
    written = sum(name not in {"@context", "@id", "@type"} for node in _nodes(page) for name in node)
    kept = sum(name.startswith("http://schema.org/") for node in _nodes(expanded) for name in node)
    assert kept == written  # expansion drops what has no meaning
    return expanded


def test_every_term_of_every_edition_is_schema_orgs_on_a_type_that_may_have_it(
    api: Api, states: Api, vocabulary: Vocabulary
) -> None:
    for _, _, page in pages(states):
        assert_is_schema_org(vocabulary, page)
    assert_is_schema_org(vocabulary, api.json("/v1/conditions/neutropenia.jsonld"))


def test_every_term_of_every_place_is_schema_orgs_on_a_type_that_may_have_it(api: Api, vocabulary: Vocabulary) -> None:
    places = api.every_item("/v1/locations?limit=100")
    for place in places:
        expanded = assert_is_schema_org(vocabulary, api.json(f"{place['address']}.jsonld"))
        assert expanded["@id"] == f"https://content.example{place['address']}"


def test_the_check_finds_what_schema_org_does_not_have(states: Api, vocabulary: Vocabulary) -> None:
    page = states.json(HATS)
    page["about"] |= {"lastReviewed": "2026-01-01", "urgency": "now"}
    page["audience"]["@type"] = "HatAudience"
    faults = vocabulary.faults(vocabulary.expand(page, "https://content.example/"))
    assert len(faults) == 4
    assert "http://schema.org/lastReviewed on ['schema:MedicalCondition']" in faults
    assert "no property http://schema.org/urgency" in faults
    assert "no type schema:HatAudience" in faults


def test_our_aspects_are_schema_orgs_but_for_the_one_that_is_never_written(vocabulary: Vocabulary) -> None:
    known = {
        name.removeprefix("schema:")
        for name, term in vocabulary.terms.items()
        if term["@type"] == "schema:HealthAspectEnumeration"
    }
    assert HEALTH_ASPECTS - known == {"DiagnosisHealthAspect"}


def test_no_address_of_a_hostile_packs_json_ld_is_anything_but_the_webs(
    make_api: Callable[..., Api], tmp_path: Path, vocabulary: Vocabulary
) -> None:
    page = make_api(hostile_pack(tmp_path / "pack")).json("/v1/conditions/hostile.jsonld")
    expanded = assert_is_schema_org(vocabulary, page)
    addresses = {node["@id"] for node in _nodes(expanded) if "@id" in node}
    assert addresses == {"https://content.example/v1/sources/hat-notes", *WEB}
    things = [node for node in _nodes(expanded) if "@value" not in node]
    types = {name.removeprefix("http://schema.org/") for node in things for name in node.get("@type", [])}
    assert types == {
        "MedicalWebPage",
        "MedicalCondition",
        "MedicalCode",
        "MedicalSignOrSymptom",
        "HealthTopicContent",
        "PeopleAudience",
        "CreativeWork",
        "Organization",
    }
