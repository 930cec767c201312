"""`/v1/directory`: the organisation's services and links."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api


def slugs(page: Any) -> list[str]:
    return [item["slug"] for item in page["items"]]


def test_entries_are_listed_by_name_and_equal_names_by_slug(states: Api) -> None:
    assert slugs(states.json("/v1/directory")) == [
        "ask-a-hatter",
        "ask-a-hatter-kids",
        "ask-a-hatter-teens",
        "borrow-a-hat",
        "pregunta-al-sombrerero",
        "return-a-hat",
    ]


def test_an_entry_says_all_that_its_pack_says_of_it(states: Api) -> None:
    assert states.json("/v1/directory?limit=1")["items"] == [
        {
            "slug": "ask-a-hatter",
            "name": "Ask a hatter",
            "group": {"slug": "help", "name": "Help & advice"},
            "url": None,
            "lang": "en",
            "audience": "parents",
            "audience_basis": "stated",
            "publisher": {"name": "The Hiccup Hat Society", "url": "https://hiccup-hats.example/about"},
            "provenance": {
                "basis": "source",
                "source": {"slug": "hat-notes", "address": "/v1/sources/hat-notes"},
                "lines": [172],
                "derived": ["group"],
                "curated": [],
            },
        }
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("group=hats", ["borrow-a-hat", "return-a-hat"]),
        ("group=help&audience=kids", ["ask-a-hatter-kids"]),
        ("group=Hats", []),
        ("lang=es", ["pregunta-al-sombrerero"]),
        ("audience=teens", ["ask-a-hatter-teens"]),
        ("lang=es&group=hats", []),
    ],
)
def test_entries_are_filtered_by_group_language_and_audience(states: Api, query: str, found: list[str]) -> None:
    page = states.json(f"/v1/directory?{query}")
    assert [slugs(page), page["total"]] == [found, len(found)]
