"""`/v1/conditions/{slug}/care`: the signs' own actions first, then only places that the deployment named for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from app.pack import Contact
from tests.conftest import ENGINES, EVERY_STATE, SEED, Api

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` shows that both engines answer alike

LINE = "In an emergency, call 911."
KINDS = "doctor=urgent-care,specialty-care  emergency=main-campus doctor=urgent-care unstated=hospital"
EVERY_CONTACT = "/v1/conditions/hiccup-hat-syndrome/care"  # its signs name each contact
PUDDLETON = "near=10.5,-40.25&radius=200"


@pytest.fixture(scope="module")
def named(make_api: Callable[..., Api]) -> Api:
    """A deployment that names kinds of places for each contact, and its emergency line."""
    return make_api(SEED, EVERY_STATE, care_kinds=KINDS, emergency_line=LINE)


def contacts(answer: Any) -> dict[str, Any]:
    return {group["contact"]: group for group in answer["contacts"]}


def slugs(group: Any) -> list[str]:
    return [place["slug"] for place in group["places"]]


@pytest.mark.parametrize("reader", ["", "lang=es&", "lang=es&audience=kids&", "lang=fr&"])
@pytest.mark.parametrize("slug", ["hiccup-hat-syndrome", "neutropenia", "giggle-elbow", "quiet-toes"])
def test_the_whole_sign_set_comes_first_as_its_own_address_gives_it(named: Api, slug: str, reader: str) -> None:
    answer = named.get(f"/v1/conditions/{slug}/care?{reader}{PUDDLETON}")
    whole = named.json(f"/v1/conditions/{slug}/warning-signs?{reader}")
    assert answer.json()["warning_signs"] == whole
    assert answer.json()["notice"] == whole["notice"]
    assert list(answer.json()) == ["warning_signs", "near", "contacts", "notice"]
    signs = answer.text.index('"warning_signs"')
    assert signs < answer.text.index('"contacts"')


@pytest.mark.engines(*ENGINES)
def test_places_are_of_the_kinds_that_the_settings_name_for_a_contact_what_is_nearest_first(named: Api) -> None:
    answer = named.json(f"{EVERY_CONTACT}?{PUDDLETON}")
    groups = contacts(answer)
    assert list(groups) == list(Contact)
    assert groups["doctor"]["kinds"] == ["urgent-care", "specialty-care"]
    assert slugs(groups["doctor"]) == ["pear-clinic", "elbow-institute"]
    assert slugs(groups["emergency"]) == ["hat-hall"]
    assert slugs(groups["unstated"]) == []  # the one hospital has no coordinates
    listed = {item["slug"]: item for item in named.json(f"/v1/locations?{PUDDLETON}")["items"]}
    for group in groups.values():
        assert group["places"] == [listed[slug] for slug in slugs(group)]


def test_a_contact_that_no_sign_names_is_not_there(named: Api) -> None:
    answer = named.json("/v1/conditions/neutropenia/care?near=06106")
    assert {sign["contact"] for sign in answer["warning_signs"]["signs"]} == {"doctor"} == set(contacts(answer))
    assert slugs(contacts(answer)["doctor"]) == ["urgent-care-farmington"]


def test_without_signs_there_is_no_place_and_the_set_is_not_complete(named: Api) -> None:
    answers = [
        named.json(f"{condition['address']}/care?{PUDDLETON}")
        for condition in named.json("/v1/conditions?limit=100")["items"]
        if condition["warning_signs"]["total"] == 0
    ]
    assert answers
    for answer in answers:
        assert answer["contacts"] == []
        assert answer["warning_signs"]["complete"] is False
        assert answer["warning_signs"]["note"]


def test_where_the_deployment_named_no_kinds_no_place_is_shown_and_none_is_asked_for(
    api: Api, statements: Callable[[], Any]
) -> None:
    with statements() as sent:
        answer = api.json(f"{EVERY_CONTACT}?{PUDDLETON}")
    assert {(len(group["kinds"]), len(group["places"])) for group in answer["contacts"]} == {(0, 0)}
    assert {group["emergency_line"] for group in answer["contacts"]} == {None}
    assert len(sent) == 2


@pytest.mark.engines(*ENGINES)
def test_places_cost_one_statement_more_however_many_contacts_there_are(named: Api) -> None:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.extend([] if statement.startswith("BEGIN") else [statement])

    event.listen(named.app.state.engine, "before_cursor_execute", note)
    try:
        named.json(f"{EVERY_CONTACT}?{PUDDLETON}")
    finally:
        event.remove(named.app.state.engine, "before_cursor_execute", note)
    assert len(sent) == 3


def test_the_emergency_line_stands_only_with_the_contact_emergency(named: Api) -> None:
    lines = {
        contact: group["emergency_line"]
        for contact, group in contacts(named.json(f"{EVERY_CONTACT}?{PUDDLETON}")).items()
    }
    assert lines == {"emergency": LINE, "doctor": None, "unstated": None}
    assert LINE not in named.get("/v1/conditions/neutropenia/care?near=06106").text


def test_hours_that_are_not_known_stay_null(named: Api) -> None:
    groups = contacts(named.json(f"{EVERY_CONTACT}?{PUDDLETON}"))
    hours = {place["slug"]: place["hours"] for group in groups.values() for place in group["places"]}
    assert hours == {
        "hat-hall": "Every day, all day",
        "pear-clinic": "Mondays, while the pears last",
        "elbow-institute": None,
    }


def test_without_a_place_there_are_the_signs_and_no_places_and_the_answer_may_be_kept(named: Api) -> None:
    answer = named.get(EVERY_CONTACT)
    assert answer.headers["Cache-Control"].startswith("public")
    assert answer.json()["near"] is None
    assert {len(group["places"]) for group in answer.json()["contacts"]} == {0}
    assert contacts(answer.json())["emergency"]["emergency_line"] == LINE


@pytest.mark.engines(*ENGINES)
@pytest.mark.parametrize(("limit", "count"), [(1, 1), (20, 2)])
def test_a_contact_has_so_many_places_at_most(named: Api, limit: int, count: int) -> None:
    answer = named.json(f"{EVERY_CONTACT}?{PUDDLETON}&limit={limit}")
    assert len(contacts(answer)["doctor"]["places"]) == count


def test_the_radius_and_the_unit_are_those_asked_for(named: Api) -> None:
    answer = named.json(f"{EVERY_CONTACT}?near=10.5,-40.25&radius=20&unit=km")
    assert answer["near"] == {"measured_from": "coordinates", "radius": 20.0, "unit": "km"}
    places = contacts(answer)["doctor"]["places"]
    assert [(place["slug"], place["distance"]) for place in places] == [("pear-clinic", {"value": 12.39, "unit": "km"})]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("near=", "near"),
        ("radius=5", "radius"),
        ("near=06106&limit=0", "limit"),
        ("near=06106&limit=21", "limit"),
        ("near=06106&cursor=a", "cursor"),
        ("near=06106&kind=hospital", "kind"),
        ("near=06106&near=06106", "near"),
    ],
)
def test_what_is_not_allowed_is_refused(named: Api, query: str, parameter: str) -> None:
    answer = named.get(f"{EVERY_CONTACT}?{query}")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_a_language_that_there_is_not_is_told_as_at_the_signs_own_address(named: Api) -> None:
    answer = named.get("/v1/conditions/neutropenia/care?near=06106&lang=es&fallback=none")
    assert (answer.status_code, answer.json()["code"]) == (404, "no-edition")
    assert answer.headers["Cache-Control"] == "no-store"
