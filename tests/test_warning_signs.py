"""`/v1/warning-signs` and one condition's: which signs, in which order, in whose words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EVERY_STATE, Api

EVERY_SIGN = [
    ("seven-sneezes", "eighth-sneeze"),
    ("balloon-knees", "drifting-off"),
    ("cloud-nose", "raining-nose"),
    ("giggle-elbow", "any-sign-of-wobble"),
    ("giggle-elbow", "loud-giggle"),
    ("giggle-elbow", "green-elbow"),
    ("hiccup-hat-syndrome", "purple-hiccups"),
    ("hiccup-hat-syndrome", "upside-down-hat"),
    ("hiccup-hat-syndrome", "singing-hiccups"),
    ("hiccup-hat-syndrome", "itchy-brim"),
    ("nandu-nap", "feathers"),
]


def keys(page: Any) -> list[tuple[str, str]]:
    return [(item["condition"]["slug"], item["key"]) for item in page["items"]]


def test_signs_are_listed_by_condition_umbrella_signs_first(states: Api) -> None:
    page = states.json("/v1/warning-signs")
    assert keys(page) == EVERY_SIGN
    assert page["total"] == len(EVERY_SIGN)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("condition=giggle-elbow", EVERY_SIGN[3:6]),
        ("urgency=immediate", EVERY_SIGN[3:7]),
        ("urgency=urgent", [EVERY_SIGN[2], EVERY_SIGN[7]]),
        ("urgency=unstated", [EVERY_SIGN[1], EVERY_SIGN[8]]),
        ("urgency=non-urgent", [EVERY_SIGN[0], EVERY_SIGN[9], EVERY_SIGN[10]]),
        ("contact=emergency", EVERY_SIGN[5:7]),
        ("contact=unstated", [EVERY_SIGN[8], EVERY_SIGN[10]]),
        ("contact=emergency&condition=giggle-elbow", EVERY_SIGN[5:6]),
        ("urgency=urgent&contact=emergency", []),
    ],
)
def test_signs_are_filtered_by_condition_urgency_and_contact(
    states: Api, query: str, found: list[tuple[str, str]]
) -> None:
    page = states.json(f"/v1/warning-signs?{query}")
    assert keys(page) == found
    assert page["total"] == len(found)


def test_an_item_says_the_sign_its_condition_and_the_set_it_belongs_to(states: Api) -> None:
    source = {"slug": "hat-notes", "address": "/v1/sources/hat-notes"}
    edition = {"lang": "en", "audience": "parents", "audience_basis": "stated"}
    umbrella = {
        "key": "any-sign-of-wobble",
        "sign": "Any sign of wobble",
        "scope": "any",
        "urgency": "immediate",
        "contact": "doctor",
        "action": "Call the doctor right away.",
        "provenance": {"basis": "source", "source": source, "lines": [42], "derived": [], "curated": []},
    }
    page = states.json("/v1/warning-signs?condition=giggle-elbow&contact=emergency")
    assert page == {
        "items": [
            {
                "key": "green-elbow",
                "sign": "An elbow that turns green",
                "scope": "named",
                "urgency": "immediate",
                "contact": "emergency",
                "action": "Go to the emergency department right away.",
                "provenance": {"basis": "source", "source": source, "lines": [43], "derived": [], "curated": []},
                "condition": {"slug": "giggle-elbow", "address": "/v1/conditions/giggle-elbow"},
                "condition_name": "Giggle elbow",
                "edition": {
                    "requested": {"lang": None, "audience": None},
                    "served": edition,
                    "fallback": False,
                    "available": [edition],
                },
                "review": {"status": "unreviewed", "by": None, "reviewed_on": None, "next_review_on": None},
                "sign_set": {
                    "address": "/v1/conditions/giggle-elbow/warning-signs",
                    "complete": False,
                    "total": 3,
                    "highest_urgency": "immediate",
                    "applies_to": "children with giggle elbow",
                    "note": "These are examples only. Any sign of wobble counts: the notes' own list of signs is lost.",
                    "umbrella": [umbrella],
                },
            }
        ],
        "total": 1,
        "next": None,
        "sign_set": page["items"][0]["sign_set"],
        "notice": "This is educational content. It is not medical advice.",
    }


def test_an_empty_page_never_reads_as_no_warning_signs(states: Api) -> None:
    page = states.json("/v1/warning-signs?condition=quiet-toes")
    assert (page["items"], page["sign_set"]["complete"], page["sign_set"]["total"]) == ([], False, 0)
    assert page["sign_set"]["note"]
    filtered = states.json("/v1/warning-signs?condition=giggle-elbow&urgency=non-urgent")
    assert filtered["items"] == []
    assert [sign["key"] for sign in filtered["sign_set"]["umbrella"]] == ["any-sign-of-wobble"]
    assert states.json("/v1/warning-signs?urgency=immediate")["sign_set"] is None


def test_signs_of_a_condition_that_moved_was_withdrawn_or_never_was_are_not_an_empty_page(states: Api) -> None:
    moved = states.get("/v1/warning-signs?lang=es&condition=hiccup-hat&limit=2")
    assert (moved.status_code, moved.headers["location"]) == (
        308,
        "/v1/warning-signs?lang=es&condition=hiccup-hat-syndrome&limit=2",
    )
    recalled = states.get("/v1/warning-signs?condition=whispering-thumb")
    assert (recalled.status_code, recalled.json()["reason"]) == (410, "recall")
    assert states.get("/v1/warning-signs?condition=nothing").status_code == 404


def test_signs_come_in_the_words_of_the_edition_that_fits_the_reader(states: Api) -> None:
    path = "/v1/warning-signs?condition=hiccup-hat-syndrome&urgency=immediate"
    words = {
        query: [item["sign"] for item in states.json(path + query)["items"]]
        for query in ("", "&audience=kids", "&lang=es", "&lang=es&audience=kids", "&lang=fr")
    }
    assert words == {
        "": ["Hiccups that turn purple"],
        "&audience=kids": ["Your hiccups turn purple"],
        "&lang=es": ["Hipo de color morado"],
        "&lang=es&audience=kids": ["Tu hipo se pone morado"],
        "&lang=fr": ["Hiccups that turn purple"],
    }


def test_signs_are_left_out_only_with_the_whole_condition_that_has_no_edition_for_the_reader(states: Api) -> None:
    assert ("balloon-knees", "drifting-off") not in keys(states.json("/v1/warning-signs?audience=parents"))
    only = states.json("/v1/warning-signs?lang=es&audience=kids&fallback=none")
    assert keys(only) == EVERY_SIGN[6:10]
    assert only["notice"] == "Este contenido es educativo. No es un consejo médico."


def test_one_conditions_signs_are_its_sign_set_with_all_that_must_be_shown_with_it(states: Api) -> None:
    for slug in ("giggle-elbow", "quiet-toes"):
        condition = states.json(f"/v1/conditions/{slug}?lang=es")
        signs = states.json(f"/v1/conditions/{slug}/warning-signs?lang=es")
        assert signs == {
            **condition["warning_signs"],
            "condition": {"slug": slug, "address": f"/v1/conditions/{slug}"},
            **{key: condition[key] for key in ("name", "edition", "review", "notice")},
        }


def test_a_set_stands_umbrella_first_then_the_most_pressing(states: Api) -> None:
    wobble = states.json("/v1/conditions/giggle-elbow/warning-signs")["signs"]
    assert [sign["scope"] for sign in wobble] == ["any", "named", "named"]
    hats = states.json("/v1/conditions/hiccup-hat-syndrome/warning-signs")
    assert [sign["urgency"] for sign in hats["signs"]] == ["immediate", "urgent", "unstated", "non-urgent"]


def test_an_umbrella_sign_comes_first_though_others_press_more_and_the_pack_names_it_last(
    make_api: Callable[..., Api], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))
    path = folder / "conditions" / "giggle-elbow.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["sign_set"]["signs"][0]["urgency"] = "non-urgent"
    for signs in (record["sign_set"]["signs"], record["editions"][0]["warning_signs"]["signs"]):
        signs.append(signs.pop(0))
    path.write_text(json.dumps(record), encoding="utf-8")
    api = make_api(folder)
    expected = ["any-sign-of-wobble", "loud-giggle", "green-elbow"]
    by_itself = api.json("/v1/conditions/giggle-elbow/warning-signs")
    assert [sign["key"] for sign in by_itself["signs"]] == expected
    assert by_itself["highest_urgency"] == "immediate"
    listed = api.json("/v1/warning-signs?condition=giggle-elbow")
    assert [item["key"] for item in listed["items"]] == expected


def test_a_set_without_a_sign_is_not_complete_and_says_what_that_means(states: Api) -> None:
    answer = states.json("/v1/conditions/quiet-toes/warning-signs")
    assert [answer[key] for key in ("signs", "total", "highest_urgency", "complete", "note")] == [
        [],
        0,
        None,
        False,
        "The notes name no signs. That does not mean that there are none.",
    ]


def test_a_complete_set_may_have_a_note_or_none(states: Api) -> None:
    sets = {
        audience: states.json(f"/v1/conditions/hiccup-hat-syndrome/warning-signs?audience={audience}")
        for audience in ("parents", "kids")
    }
    assert {audience: (found["complete"], found["note"]) for audience, found in sets.items()} == {
        "parents": (True, "These are all the signs that the notes name."),
        "kids": (True, None),
    }
