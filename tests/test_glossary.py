"""`/v1/glossary`: medical words in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api


def slugs(page: Any) -> list[str]:
    return [item["slug"] for item in page["items"]]


def test_a_term_says_all_that_its_pack_says_of_it(states: Api) -> None:
    assert states.json("/v1/glossary/hiccup") == {
        "slug": "hiccup",
        "address": "/v1/glossary/hiccup",
        "term": "hiccup",
        "pronunciation": "HIK-up",
        "meaning": "A small hop of the breath.",
        "also_called": ["hiccough", "hop of the breath"],
        "lang": "en",
        "audience": "general",
        "audience_basis": "unstated",
        "publisher": {"name": "The Hiccup Hat Society", "url": "https://hiccup-hats.example/about"},
        "provenance": {
            "basis": "source",
            "source": {"slug": "hat-notes", "address": "/v1/sources/hat-notes"},
            "lines": [160],
            "derived": [],
            "curated": [],
        },
    }


def test_each_listed_term_is_what_its_address_says(states: Api) -> None:
    page = states.json("/v1/glossary")
    assert slugs(page) == ["ala", "brim", "cloudlet", "eclair", "hiccup", "hipo", "hopometer"]
    assert page["items"] == [states.json(item["address"]) for item in page["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lang=es", ["ala", "hipo"]),
        ("lang=en", ["brim", "cloudlet", "eclair", "hiccup", "hopometer"]),
        ("audience=kids", ["cloudlet"]),
        ("audience=teens&lang=es", []),
    ],
)
def test_terms_are_filtered_by_language_and_audience(states: Api, query: str, found: list[str]) -> None:
    page = states.json(f"/v1/glossary?{query}")
    assert [slugs(page), page["total"]] == [found, len(found)]
