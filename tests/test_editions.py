"""Which of a condition's editions a reader gets: by language (RFC 4647), then by audience, then by review."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import EVERY_STATE, Api


def reader(lang: str | None, audience: str | None) -> dict[str, str]:
    asked = {"lang": lang, "audience": audience}
    return {name: value for name, value in asked.items() if value}


SERVED = [
    # nothing asked: the original language, a reviewed edition before others
    ("hiccup-hat-syndrome", None, None, "en parents", False),
    ("cloud-nose", None, None, "en parents", False),
    ("siesta-shadow", None, None, "es-MX parents", False),
    ("nandu-nap", None, None, "es general", False),
    # exactly what is asked
    ("hiccup-hat-syndrome", "en", "kids", "en kids", False),
    ("hiccup-hat-syndrome", "en", "teens", "en teens", False),
    ("hiccup-hat-syndrome", "es", "kids", "es kids", False),
    ("cloud-nose", "en", "general", "en general", False),
    ("cloud-nose", "es-AR", "general", "es-AR general", False),
    ("nandu-nap", "en-GB", "teens", "en-GB teens", False),
    # a wide language covers narrower ones, among them the reviewed one first
    ("cloud-nose", "es", None, "es-MX general", False),
    ("siesta-shadow", "es", "parents", "es-MX parents", False),
    ("nandu-nap", "en", "teens", "en-GB teens", False),
    # letters' case says nothing
    ("cloud-nose", "ES-ar", None, "es-AR general", False),
    ("hiccup-hat-syndrome", "EN", "parents", "en parents", False),
    # a narrower language falls back to the wider one, then to a sibling, then to the original
    ("hiccup-hat-syndrome", "es-419", None, "es parents", True),
    ("hiccup-hat-syndrome", "en-GB", "teens", "en teens", True),
    ("cloud-nose", "es-CO", None, "es-MX general", True),
    ("nandu-nap", "en-US", "teens", "en-GB teens", True),
    ("hiccup-hat-syndrome", "fr", None, "en parents", True),
    ("nandu-nap", "fr", None, "es general", True),
    ("siesta-shadow", "en", None, "es-MX parents", True),
    # language first, then audience
    ("hiccup-hat-syndrome", "es", "teens", "es parents", True),
    ("cloud-nose", "es", "parents", "es-MX general", True),
    ("hiccup-hat-syndrome", "fr", "kids", "en kids", True),
    # an audience falls back to general and parents, the reviewed one first
    ("hiccup-hat-syndrome", None, "general", "en parents", True),
    ("cloud-nose", "en", "kids", "en parents", True),
    ("siesta-shadow", None, "teens", "es-MX parents", True),
    ("quiet-toes", "en", "parents", "en general", True),
    # and never to the text of children who did not ask
    ("nandu-nap", "en", "parents", "es general", True),
    ("nandu-nap", "en-GB", "kids", "es general", True),
]


@pytest.mark.parametrize(("slug", "lang", "audience", "served", "fallback"), SERVED)
def test_a_reader_gets_the_nearest_edition_and_is_told_which(
    states: Api, slug: str, lang: str | None, audience: str | None, served: str, fallback: bool
) -> None:
    choice = states.json(f"/v1/conditions/{slug}", params=reader(lang, audience))["edition"]
    assert "{lang} {audience}".format(**choice["served"]) == served
    assert choice["fallback"] is fallback


@pytest.mark.parametrize(
    ("slug", "lang", "audience", "served"),
    [
        ("balloon-knees", None, None, "en kids"),
        ("nandu-nap", "en", None, "en-GB teens"),
    ],
)
def test_a_reader_who_names_no_audience_gets_childrens_text_only_where_the_language_has_no_other(
    states: Api, slug: str, lang: str | None, audience: str | None, served: str
) -> None:
    choice = states.json(f"/v1/conditions/{slug}", params=reader(lang, audience))["edition"]
    assert "{lang} {audience}".format(**choice["served"]) == served
    assert choice["fallback"] is False


def test_an_edition_says_what_was_asked_and_what_there_is(states: Api) -> None:
    choice = states.json("/v1/conditions/nandu-nap?lang=EN-us&audience=parents")["edition"]
    spanish = {"lang": "es", "audience": "general", "audience_basis": "unstated"}
    assert choice == {
        "requested": {"lang": "en-US", "audience": "parents"},
        "served": spanish,
        "fallback": True,
        "available": [spanish, {"lang": "en-GB", "audience": "teens", "audience_basis": "stated"}],
    }


@pytest.mark.parametrize("path", ["/v1/conditions/{slug}", "/v1/conditions/{slug}/warning-signs"])
@pytest.mark.parametrize(
    ("slug", "query"),
    [
        ("balloon-knees", "audience=parents"),
        ("balloon-knees", "audience=teens"),
        ("balloon-knees", "audience=general"),
        ("nandu-nap", "audience=kids&lang=en&fallback=none"),
        ("nandu-nap", "audience=general&lang=en&fallback=none"),
        ("nandu-nap", "lang=en-US&fallback=none"),
        ("siesta-shadow", "lang=es-AR&fallback=none"),
        ("hiccup-hat-syndrome", "lang=es-419&fallback=none"),
    ],
)
def test_where_no_edition_may_be_served_the_answer_names_those_there_are(
    states: Api, path: str, slug: str, query: str
) -> None:
    answer = states.get(f"{path.format(slug=slug)}?{query}")
    assert [answer.status_code, answer.json()["code"]] == [404, "no-edition"]
    raw = json.loads((EVERY_STATE / "conditions" / f"{slug}.json").read_text(encoding="utf-8"))
    assert answer.json()["available"] == [
        {key: edition[key] for key in ("lang", "audience", "audience_basis")} for edition in raw["editions"]
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lang=es", ["cloud-nose", "hiccup-hat-syndrome", "nandu-nap", "siesta-shadow"]),
        ("lang=es-MX", ["cloud-nose", "siesta-shadow"]),
        ("audience=teens", ["hiccup-hat-syndrome", "nandu-nap"]),
        ("lang=es&audience=kids", ["hiccup-hat-syndrome"]),
        ("lang=fr", []),
    ],
)
def test_without_fallback_language_and_audience_are_filters(states: Api, query: str, found: list[str]) -> None:
    page = states.json(f"/v1/conditions?fallback=none&{query}")
    assert [item["slug"] for item in page["items"]] == found
    assert page["total"] == len(found)
    assert [item["edition"]["fallback"] for item in page["items"]] == [False] * len(found)


@pytest.mark.parametrize("audience", ["parents", "general"])
@pytest.mark.parametrize("lang", [None, "en", "en-GB", "es", "fr"])
def test_grown_ups_never_get_childrens_text(states: Api, lang: str | None, audience: str) -> None:
    page = states.json("/v1/conditions", params={"limit": "100", **reader(lang, audience)})
    assert len(page["items"]) == 12
    assert {item["edition"]["served"]["audience"] for item in page["items"]} <= {"parents", "general"}


@pytest.mark.parametrize(("audience", "other"), [("kids", "teens"), ("teens", "kids")])
@pytest.mark.parametrize("lang", [None, "en", "en-GB", "es", "fr"])
def test_one_group_of_children_never_gets_the_others_text(
    states: Api, lang: str | None, audience: str, other: str
) -> None:
    page = states.json("/v1/conditions", params={"limit": "100", **reader(lang, audience)})
    served = {item["edition"]["served"]["audience"] for item in page["items"]}
    assert served
    assert other not in served


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "lang", ["", "e", "en_US", "123", "en-", "-en", "en--US", "en US", "en-abcdefghi", "*", "en;q=1"]
)
def test_a_malformed_language_is_refused(states: Api, lang: str) -> None:
    for path in ("/v1/conditions", "/v1/conditions/quiet-toes", "/v1/warning-signs", "/v1/articles"):
        answer = states.get(path, params={"lang": lang})
        assert answer.status_code == 422, path
        assert [error["parameter"] for error in answer.json()["errors"]] == ["lang"], path


@pytest.mark.parametrize(
    "lang",
    ["fr", "gsw", "zh-Hant-TW", "sr-Latn-RS", "es-419", "de-1996", "sl-rozaj-biske", "en-US-u-ca-gregory", "en-x-hat"],
)
def test_a_valid_language_that_is_lacking_falls_back(states: Api, lang: str) -> None:
    choice = states.json("/v1/conditions/quiet-toes", params={"lang": lang})["edition"]
    assert choice["requested"]["lang"] == lang
    assert [choice["served"]["lang"], choice["fallback"]] == ["en", True]


@pytest.fixture(scope="module")
def chinese(make_api: Callable[..., Api], tmp_path_factory: pytest.TempPathFactory) -> Api:
    """Cloud nose in English, in Chinese, and in Chinese in traditional script."""
    folder = Path(shutil.copytree(EVERY_STATE, tmp_path_factory.mktemp("chinese") / "pack"))
    path = folder / "conditions" / "cloud-nose.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    _, english, *others = record["editions"]
    for edition, lang in zip(others, ("zh", "zh-Hant"), strict=True):
        edition.update(lang=lang, review={})
    record["editions"] = [english, *others]
    path.write_text(json.dumps(record), encoding="utf-8")
    return make_api(folder)


@pytest.mark.parametrize(
    ("lang", "served"),
    [("zh-Hant-TW", "zh-Hant"), ("zh-Hans-CN", "zh"), ("zh-TW", "zh"), ("zh-Hant", "zh-Hant"), ("zh", "zh")],
)
def test_a_narrow_language_loses_one_subtag_at_a_time(chinese: Api, lang: str, served: str) -> None:
    choice = chinese.json("/v1/conditions/cloud-nose", params={"lang": lang})["edition"]
    assert choice["served"]["lang"] == served
