"""`/v1/locations`, as JSON and as GeoJSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EVERY_STATE, Api


def slugs(page: Any) -> list[str]:
    return [item["slug"] for item in page["items"]]


def test_a_location_says_all_that_its_pack_says_of_it(states: Api) -> None:
    assert states.json("/v1/locations/hat-hall") == {
        "slug": "hat-hall",
        "address": "/v1/locations/hat-hall",
        "name": "Hat Hall",
        "kind": "main-campus",
        "postal_address": {
            "street": "1 Brim Street",
            "city": "Puddleton",
            "state": "VT",
            "postal_code": "00000",
            "country": "US",
        },
        "coordinates": {"latitude": 10.5, "longitude": -40.25, "precision": "rooftop"},
        "phone": "+1 555 0100",
        "hours": "Every day, all day",
        "url": "https://hiccup-hats.example/hat-hall",
        "lang": "en",
        "audience": "general",
        "audience_basis": "unstated",
        "publisher": {"name": "The Hiccup Hat Society", "url": "https://hiccup-hats.example/about"},
        "provenance": {
            "basis": "source",
            "source": {"slug": "hat-notes", "address": "/v1/sources/hat-notes"},
            "lines": [140],
            "derived": [],
            "curated": [],
        },
    }


def test_what_is_not_known_of_a_place_is_null(states: Api) -> None:
    answer = states.json("/v1/locations/somewhere")
    assert answer["postal_address"] == dict.fromkeys(("street", "city", "state", "postal_code", "country"))
    assert [answer[key] for key in ("coordinates", "phone", "hours", "url")] == [None] * 4
    assert answer["kind"] == "unstated"


def test_each_listed_location_is_what_its_address_says_and_no_distance(states: Api) -> None:
    page = states.json("/v1/locations?limit=100")
    assert page["total"] == len(page["items"]) == 27
    assert page["items"] == [states.json(item["address"]) | {"distance": None} for item in page["items"]]


FILTERS = [
    ("kind=urgent-care", ["other-pear-clinic", "pear-clinic"]),
    ("kind=surgery-center", ["null-island-surgery"]),
    ("kind=Urgent-Care", []),
    ("city=Puddleton", ["hat-hall", "other-pear-clinic", "pear-clinic"]),
    ("city=PUDDLETON&state=vt", ["hat-hall", "pear-clinic"]),
    ("city=Puddleton&state=VT&kind=urgent-care", ["pear-clinic"]),
    ("city=malaga%20bend", ["casa-del-gorro", "elbow-institute"]),
    ("city=M%C3%81LAGA%20BEND&lang=es", ["casa-del-gorro"]),
    ("city=Puddle", []),
    ("state=%25", []),
    ("lang=es", ["casa-del-gorro"]),
    ("audience=kids", []),
]


@pytest.mark.parametrize(("query", "found"), FILTERS)
def test_locations_are_filtered_by_kind_town_state_language_and_audience(
    states: Api, query: str, found: list[str]
) -> None:
    page = states.json(f"/v1/locations?{query}")
    assert [slugs(page), page["total"]] == [found, len(found)]


@pytest.mark.parametrize(("query", "found"), FILTERS)
def test_the_map_takes_the_same_filters_as_the_list(states: Api, query: str, found: list[str]) -> None:
    page = states.json(f"/v1/locations.geojson?{query}")
    assert [[feature["id"] for feature in page["features"]], page["total"]] == [found, len(found)]


def test_a_state_is_found_whatever_its_case_in_any_alphabet(make_api: Callable[..., Api], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))
    hut = {
        "provenance": {"basis": "curated"},
        "slug": "hut",
        "lang": "es",
        "name": "Choza",
        "kind": "hut",
        "postal_address": {"city": "Chillán", "state": "Ñuble"},
    }
    with (folder / "locations.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(hut) + "\n")
    api = make_api(folder)
    assert slugs(api.json("/v1/locations", params={"city": "chillan"})) == ["hut"]
    for asked in ("Ñuble", "ñuble", "ÑUBLE"):
        assert slugs(api.json("/v1/locations", params={"state": asked})) == ["hut"], asked


def test_the_map_is_geojson_of_the_same_places(states: Api) -> None:
    answer = states.get("/v1/locations.geojson?limit=100")
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    places = states.json("/v1/locations?limit=100")["items"]
    assert collection["type"] == "FeatureCollection"
    assert collection["total"] == len(places)
    for feature, place in zip(collection["features"], places, strict=True):
        point = place.pop("coordinates")
        assert place.pop("distance") is None
        precision = point["precision"] if point else None
        geometry = point and {"type": "Point", "coordinates": [point["longitude"], point["latitude"]]}
        assert feature == {
            "type": "Feature",
            "id": place["slug"],
            "geometry": geometry,
            "properties": {**place, "precision": precision},
        }


def test_a_point_at_zero_is_a_point_and_no_point_is_null(states: Api) -> None:
    features = states.json("/v1/locations.geojson?limit=100")["features"]
    points = {feature["id"]: feature["geometry"] for feature in features}
    assert points["null-island-surgery"] == {"type": "Point", "coordinates": [0.0, 0.0]}
    assert points["dateline-hut"] == {"type": "Point", "coordinates": [180.0, -12.0]}
    assert points["cloud-hospital"] is None
