"""`/v1/articles`: related reading."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api


def slugs(page: Any) -> list[str]:
    return [item["slug"] for item in page["items"]]


def test_an_article_says_all_that_its_pack_says_of_it(states: Api) -> None:
    assert states.json("/v1/articles/hats-for-teens") == {
        "slug": "hats-for-teens",
        "address": "/v1/articles/hats-for-teens",
        "title": "Hats for teens",
        "teaser": "When your hat hops at school.",
        "audience": "teens",
        "audience_basis": "stated",
        "lang": "en",
        "url": "https://hiccup-hats.example/articles/teens?ref=a&b=c",
        "conditions": [
            {"slug": "hiccup-hat-syndrome", "address": "/v1/conditions/hiccup-hat-syndrome"},
            {"slug": "giggle-elbow", "address": "/v1/conditions/giggle-elbow"},
        ],
        "publisher": {"name": "The Hiccup Hat Society", "url": "https://hiccup-hats.example/about"},
        "provenance": {
            "basis": "source",
            "source": {"slug": "hat-notes", "address": "/v1/sources/hat-notes"},
            "lines": [102],
            "derived": [],
            "curated": [],
        },
    }


def test_a_lost_link_is_null_and_a_derived_title_is_marked(states: Api) -> None:
    answer = states.json("/v1/articles/balloons-and-you")
    assert answer["url"] is None
    assert answer["audience_basis"] == "derived"
    assert answer["provenance"]["derived"] == ["title", "audience"]


def test_an_article_without_a_stated_audience_is_for_everyone(states: Api) -> None:
    answer = states.json("/v1/articles/elbow-jokes")
    assert [answer["audience"], answer["audience_basis"]] == ["general", "unstated"]


def test_each_listed_article_is_what_its_address_says(states: Api) -> None:
    page = states.json("/v1/articles?limit=100")
    assert page["total"] == len(page["items"]) == 30
    assert page["items"] == [states.json(item["address"]) for item in page["items"]]


def test_titles_with_accents_stand_among_those_without_and_equal_ones_by_slug(states: Api) -> None:
    found = slugs(states.json("/v1/articles?limit=6"))
    assert found == [
        "a-day-with-a-cloud",
        "balloons-and-you",
        "elbow-jokes",
        "elbow-jokes-again",
        "lower-case-jokes",
        "gorros-para-jovenes",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("condition=cloud-nose", ["a-day-with-a-cloud", "nubes-y-narices"]),
        ("condition=cloud-nose&lang=en", ["a-day-with-a-cloud"]),
        ("condition=nothing", []),
        ("audience=kids", ["balloons-and-you", "gorros-para-ninos", "hats-for-kids"]),
        ("audience=parents", ["gorros-para-padres", "hats-for-parents"]),
        ("lang=es-MX", ["nubes-y-narices"]),
        ("lang=ES-mx", ["nubes-y-narices"]),
        ("lang=es&audience=general", ["nubes-y-narices", "gorros-para-todos"]),
        ("lang=fr", []),
        ("lang=en-US", []),
    ],
)
def test_articles_are_filtered_by_condition_language_and_audience(states: Api, query: str, found: list[str]) -> None:
    page = states.json(f"/v1/articles?{query}")
    assert [slugs(page), page["total"]] == [found, len(found)]
