"""`near`: places by great-circle distance, everywhere on Earth, and nothing of a reader's place kept or told."""

from __future__ import annotations

import base64
import json
import logging
import math
import random
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from geopy.distance import geodesic, great_circle
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, col, select

from app import db, models
from app.bands import BANDS, EAST, cell, cells_and_rim, rings, spot
from app.delivery.metrics import counts
from app.near import ABBREVIATED, EARTH_RADIUS, STATES, reader_at, squared, vector
from app.pack import Coordinates, Location, PackInfo, Provenance, Publisher, write_pack
from tests import us_places
from tests.conftest import EVERY_STATE, ROOT, Api, publish
from tests.test_contract import inside
from tests.test_migrations import downgrade

MILE = 1.609344  # km
# Where a box in degrees goes wrong: the poles, the antimeridian, Greenwich, the equator; and a town.
CENTRES = [(90.0, 0.0), (-90.0, 77.0), (64.0, 180.0), (-17.0, -180.0), (51.5, 0.0), (0.0, 0.0), (41.76, -72.67)]
Point = tuple[float, float]


def around(centre: Point, degrees: float, draw: random.Random) -> Point:
    """A random point some degrees from another, over a pole or the antimeridian too."""
    north = centre[0] + draw.uniform(-degrees, degrees)
    east = centre[1] + draw.uniform(-degrees, degrees) / max(math.cos(math.radians(centre[0])), 0.01)
    if abs(north) > 90:
        north, east = math.copysign(180, north) - north, east + 180
    return round(north, 6), round((east + 180) % 360 - 180, 6)


def random_places() -> dict[str, Point]:
    draw = random.Random(5)  # noqa: S311  # the same each time
    points = [*CENTRES, *((north, -180.0 if east == 180 else 180.0) for north, east in CENTRES if abs(east) == 180)]
    while len(points) < 1_000:
        points.append(around(draw.choice(CENTRES), draw.choice([0.01, 0.5, 4.0]), draw))
    return {f"place-{number:04d}": point for number, point in enumerate(points)}


PLACES = random_places()


def place(slug: str, point: Point | None) -> Location:
    return Location(
        provenance=Provenance(basis="curated"),
        slug=slug,
        lang="en",
        name=slug,
        kind="hut" if slug.endswith("7") else "hall",
        coordinates=point and Coordinates(latitude=point[0], longitude=point[1], precision="town"),
    )


@pytest.fixture(scope="module")
def world(make_api: Callable[..., Api], tmp_path_factory: pytest.TempPathFactory) -> Api:
    """A thousand places, and one that nobody knows where it is."""
    folder = tmp_path_factory.mktemp("world") / "pack"
    info = PackInfo(name="world", title="World", publisher=Publisher(name="Nobody"), rights="Made up.", sources=())
    write_pack(folder, info, [*(place(*named) for named in PLACES.items()), place("somewhere", None)])
    return make_api(folder)


def refusals(api: Api, path: str) -> dict[str, str]:
    answer = api.get(path)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return {error["parameter"]: error["detail"] for error in answer.json()["errors"]}


# ---- distances


readers = st.one_of(
    st.builds(around, st.sampled_from(CENTRES), st.sampled_from([0.01, 1.0, 5.0]), st.randoms(use_true_random=False)),
    st.tuples(st.floats(-90, 90).map(lambda value: round(value, 6)), st.floats(-180, 180).map(lambda v: round(v, 6))),
)


@given(
    reader=readers, radius=st.floats(0.01, 200).map(lambda value: round(value, 3)), unit=st.sampled_from(["mi", "km"])
)
@example(reader=(90.0, 123.0), radius=200, unit="mi")
@example(reader=(-90.0, 0.0), radius=200, unit="km")
@example(reader=(64.0, 180.0), radius=200, unit="mi")
@example(reader=(64.0, -180.0), radius=200, unit="mi")
@example(reader=(-17.0, 179.99), radius=30, unit="km")
@example(reader=(0.0, 0.0), radius=0.5, unit="km")
@settings(max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_places_around_a_reader_are_those_of_a_brute_force_search_in_its_order(
    world: Api, reader: Point, radius: float, unit: str
) -> None:
    path = f"/v1/locations?near={reader[0]:f},{reader[1]:f}&radius={radius}&unit={unit}&limit=100"
    found = {item["slug"]: item["distance"] for item in world.every_item(path)}
    limit = radius * (MILE if unit == "mi" else 1)
    measured = {slug: great_circle(reader, point).km for slug, point in PLACES.items()}
    on_the_edge = {slug for slug, far in measured.items() if abs(far - limit) < 1e-4}  # the two radii differ a little
    assert found.keys() - on_the_edge == {slug for slug, far in measured.items() if far < limit} - on_the_edge
    order = [measured[slug] for slug in found]
    assert all(one <= other + 1e-6 for one, other in pairwise(order))
    for slug, told in found.items():
        km = told["value"] * (MILE if told["unit"] == "mi" else 1)
        assert told["unit"] == unit
        assert km == pytest.approx(measured[slug], abs=0.0085, rel=1e-6)
        # The ellipsoid's radii of curvature are from 6,335 to 6,400 km: the sphere is never wrong by more than this.
        exact = geodesic(reader, PLACES[slug]).km
        assert abs(km - exact) < 0.0085 + 0.006 * exact


def test_a_place_on_the_antimeridian_is_as_near_from_either_side(world: Api) -> None:
    answers = [world.json(f"/v1/locations?near=64,{east}&radius=200&limit=100") for east in ("180", "-180")]
    assert answers[0]["items"] == answers[1]["items"] != []
    assert [item["distance"]["value"] for item in answers[0]["items"][:2]] == [0.0, 0.0]


def test_of_one_distance_names_decide_and_then_slugs(world: Api) -> None:
    items = world.json("/v1/locations?near=0,0&radius=200&limit=100")["items"]
    order = [(great_circle((0, 0), PLACES[item["slug"]]).km, item["slug"]) for item in items]
    assert order == sorted(order)
    twins = [item["slug"] for item in world.json("/v1/locations?near=-17,180&radius=1")["items"]][:2]
    assert [PLACES[slug][1] for slug in twins] == [-180.0, 180.0]
    assert twins == sorted(twins)


@pytest.mark.parametrize("limit", [1, 7])
def test_pages_hold_each_place_once_in_one_order(world: Api, limit: int) -> None:
    path = "/v1/locations?near=41.76,-72.67&radius=40&unit=km"
    whole = world.json(f"{path}&limit=100")
    assert whole["next"] is None
    assert whole["total"] == len(whole["items"]) > 2 * 7
    assert world.every_item(f"{path}&limit={limit}") == whole["items"]


def test_a_cursor_belongs_to_the_place_the_radius_and_the_filters_it_was_made_for(world: Api) -> None:
    path = "/v1/locations?near=41.76,-72.67&radius=40"
    cursor = world.json(f"{path}&limit=1")["next"].partition("cursor=")[2]
    assert world.get(f"{path}&cursor={cursor}").status_code == 200
    others = ["near=41.77,-72.67&radius=40", "near=41.76,-72.67&radius=41", "near=41.76,-72.67&radius=40&kind=hut", ""]
    for other in others:
        assert list(refusals_of_cursor(world, f"/v1/locations?{other}&cursor={cursor}")) == ["cursor"]


def refusals_of_cursor(api: Api, path: str) -> list[str]:
    answer = api.get(path.replace("?&", "?"))
    assert answer.status_code == 422
    return [error["parameter"] for error in answer.json()["errors"]]


def test_a_cursor_of_the_list_by_name_or_a_forged_one_is_refused(world: Api) -> None:
    following = world.json("/v1/locations?near=41.76,-72.67&radius=40&limit=1")["next"]
    path, _, cursor = following.partition("&cursor=")
    *told, after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for forged in ("", "far away", after.partition(" ")[2]):
        made = base64.urlsafe_b64encode(json.dumps([*told, forged]).encode()).decode().rstrip("=")
        assert refusals_of_cursor(world, f"{path}&cursor={made}") == ["cursor"]


def test_a_cursor_does_not_hold_the_readers_place(world: Api) -> None:
    cursor = world.json("/v1/locations?near=41.763712,-72.685097&radius=40&limit=1")["next"].partition("cursor=")[2]
    told = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    assert "41.76" not in told
    assert "72.68" not in told


def test_kinds_are_filtered_and_places_without_coordinates_are_left_out(world: Api) -> None:
    huts = world.every_item("/v1/locations?near=41.76,-72.67&radius=200&kind=hut&limit=100")
    assert {item["kind"] for item in huts} == {"hut"}
    everything = world.every_item("/v1/locations?near=41.76,-72.67&radius=200&limit=100")
    assert [item for item in everything if item["kind"] == "hut"] == huts
    assert "somewhere" not in {item["slug"] for item in everything}
    assert world.get("/v1/locations/somewhere").status_code == 200


def test_without_near_a_list_has_no_distances_and_the_order_of_names(world: Api) -> None:
    page = world.json("/v1/locations?limit=100")
    assert page["near"] is None
    assert {item["distance"] for item in page["items"]} == {None}
    assert page["total"] == len(PLACES) + 1


def test_an_answer_says_what_distances_are_from_and_how_far_was_looked(api: Api) -> None:
    told = {
        "41.76,-72.67": "coordinates",
        "06106": "postal-code",
        "06106-1234": "postal-code",
        "Hartford, CT": "town",
    }
    for near, measured_from in told.items():
        page = api.json("/v1/locations", params={"near": near})
        assert page["near"] == {"measured_from": measured_from, "radius": 25.0, "unit": "mi"}
        nearest = page["items"][0]
        assert nearest["slug"] == "main-campus-hartford"
        assert nearest["distance"]["value"] < 2
        one = api.json(nearest["address"])
        assert nearest == one | {"distance": nearest["distance"]}
        assert (one["hours"], one["coordinates"]["precision"]) == (None, "town")


# ---- what `near` may say


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "near",
    ["", " ", "41.76", "41.76,", ",-72.67", "41.76 -72.67", "41.76,-72.67,1", "Hartford", "CT", ", CT", "nan,nan",
     "1e1,1", "٤١,٧٢", "6106", "061066", "06106-12", "None Such, CT", "Hartford, ZZ", "00000", "09012", "Apo, AE",
     "95,10", "-90.01,10", "10,180.5", "999,999", "a\0b, CT", "😀, CT", "'; --, CT", "%, CT"],
)  # fmt: skip
def test_what_is_no_place_is_refused_naming_the_parameter_and_never_the_value(api: Api, near: str) -> None:
    for path in ("/v1/locations", "/v1/conditions/neutropenia/care"):
        answer = api.get(path, params={"near": near})
        assert answer.status_code == 422
        assert answer.headers["Cache-Control"] == "no-store"
        problem = answer.json()
        assert [error["parameter"] for error in problem["errors"]] == ["near"]
        said = [value for value in inside(problem) if isinstance(value, str) and "`Hartford, CT`" not in value]
        assert near.strip() == "" or not any(near in value for value in said)


@pytest.mark.engines("sqlite")
@given(near=st.text(max_size=120))
@settings(max_examples=200, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_is_answered_or_refused(api: Api, near: str) -> None:
    answer = api.get("/v1/locations", params={"near": near.encode("utf-8", "replace").decode()})
    assert answer.status_code in {200, 422}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "query",
    ["radius=0", "radius=-1", "radius=200.01", "radius=nan", "radius=inf", "radius=", "radius=ten", "unit=m", "unit="],
)
def test_a_radius_beyond_the_bounds_or_another_unit_is_refused(api: Api, query: str) -> None:
    name = query.partition("=")[0]
    assert list(refusals(api, f"/v1/locations?near=06106&{query}")) == [name]


@pytest.mark.engines("sqlite")
def test_a_radius_and_a_unit_go_only_with_a_place(api: Api) -> None:
    for query in ("radius=5", "unit=km"):
        assert refusals(api, f"/v1/locations?{query}") == {query.partition("=")[0]: "goes only with `near`"}


TOWNS = [
    ("Hartford, CT", ["hartford,ct", "HARTFORD , Connecticut", "  Hart ford,Ct ", "Hartford CT", "Hártford, CT"]),
    ("Saint Louis, MO", ["St. Louis, MO", "st louis missouri", "Saint-Louis, Missouri"]),
    ("New York, NY", ["new york, new york", "NewYork NY"]),
    ("San Juan, PR", ["SAN JUAN, Puerto Rico"]),
    ("Washington, DC", ["washington, district of columbia", "Washington, D.C."]),
    ("Winston Salem, NC", ["Winston-Salem, North Carolina"]),
]


@pytest.mark.parametrize(("town", "spellings"), TOWNS)
def test_a_town_is_found_however_it_is_spelt(town: str, spellings: list[str]) -> None:
    assert [reader_at(spelling) for spelling in spellings] == [reader_at(town)] * len(spellings)


# ---- the gazetteer


def test_the_gazetteer_is_what_the_package_gives() -> None:
    assert us_places.FILE.read_text(encoding="ascii") == us_places.lines()


def test_the_gazetteer_is_small_sorted_and_every_line_of_it_is_found() -> None:
    raw = us_places.FILE.read_bytes()
    assert len(raw) < 5_000_000
    rows = [line.split("\t") for line in raw.decode().splitlines()]
    keys = [row[0] for row in rows]
    assert keys == sorted(set(keys))
    for key, north, east in [*rows[::997], rows[0], rows[-1]]:
        near = key if key.isdigit() else f"{key[3:]}, {key[:2]}"
        assert reader_at(near).at == vector(float(north), float(east))
    assert not any(float(north) == 0 == float(east) for _, north, east in rows)


def test_abbreviations_and_states_are_themselves_names() -> None:
    assert not set(ABBREVIATED) & set(ABBREVIATED.values())
    assert len(set(STATES.values())) == len(STATES)


def test_whose_data_the_gazetteer_is_stands_beside_it_and_in_the_documentation() -> None:
    for path in ("app/gazetteer/NOTICE", "docs/near-me.md"):
        text = (ROOT / path).read_text(encoding="utf-8")
        assert "GeoNames" in text
        assert "zipcodes" in text


# ---- nothing is kept


WHERE = "41.763712,-72.685097"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/locations", 200),
        ("/v1/conditions/neutropenia/care", 200),
        ("/v1/conditions/hiccup-hat/care", 308),
        ("/v1/conditions/hiccup-cap-syndrome/care", 410),
        ("/v1/conditions/nothing/care", 404),
        ("/v1/conditions/No/care", 404),
        ("/v1/nothing", 404),
        ("/v1/locations/hat-hall", 422),
        ("/v1/locations.geojson", 422),
    ],
)
@pytest.mark.parametrize("name", ["near", "%6Eear"])
def test_no_answer_to_a_place_is_stored_anywhere(api: Api, path: str, status: int, name: str) -> None:
    answer = api.get(f"{path}?{name}={WHERE}")
    assert [answer.status_code, answer.headers["Cache-Control"]] == [status, "no-store"]
    assert "ETag" not in answer.headers


@pytest.mark.engines("sqlite")
def test_neither_log_nor_metrics_hold_a_place(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    near = {"near": WHERE}
    assert api.get("/v1/locations", params=near).status_code == 200
    assert api.get("/v1/conditions/neutropenia/care", params=near).status_code == 200
    assert api.get("/v1/locations", params={"near": f"{WHERE},"}).status_code == 422
    ours = [record.getMessage() for record in caplog.records if record.name.split(".")[0] != "httpx"]  # the client's
    told = f"{ours} {counts!r}"
    assert "GET /v1/conditions/neutropenia/care 200" in told
    assert "'/v1/conditions/{slug}/care', 200" in told
    assert not any(part in told for part in ("41.7637", "72.6850", "near="))


# ---- the stored vectors


def test_what_was_stored_before_gets_its_place_when_the_tables_are_brought_up_to_date(
    make_api: Callable[..., Api],
) -> None:
    engine = make_api().app.state.engine
    publish(engine, EVERY_STATE)

    def stored() -> list[Any]:
        location, count = models.Location, models.LocationCount
        names = ("slug", "x", "y", "z", "band", "east")
        with Session(engine) as session:
            places = session.exec(select(location).order_by(location.slug)).all()
            counts = session.exec(select(count).order_by(col(count.kind), col(count.cell))).all()
            told = [tuple(getattr(row, name) for name in names) for row in places]
            return [*told, *((row.kind, row.cell, row.places) for row in counts)]

    before = stored()
    assert ("null-island-surgery", 1.0, 0.0, 0.0, 90 * BANDS, 180 * EAST) in before
    assert ("somewhere", None, None, None, None, None) in before
    assert (models.ANY_KIND, cell(90 * BANDS, 180 * EAST)) in [row[:2] for row in before]
    downgrade(engine, "20261123_publication_seconds")
    db.migrate(engine)
    assert stored() == before


def test_places_that_moved_or_went_are_counted_where_they_are(make_api: Callable[..., Api], tmp_path: Path) -> None:
    info = PackInfo(name="moving", title="Moving", publisher=Publisher(name="Nobody"), rights="Made up.", sources=())
    write_pack(tmp_path / "one", info, [place(f"tent-{n}", (10.0 + n / 1000, 20.0)) for n in range(300)])
    write_pack(tmp_path / "two", info, [place(f"tent-{n}", (10.0 + n / 1000, 40.0)) for n in range(250)])
    api = make_api(tmp_path / "one")
    assert [api.json(f"/v1/locations?near=10.1,{east}&radius=100")["total"] for east in (20, 40)] == [300, 0]
    publish(api.app.state.engine, tmp_path / "two")
    assert [api.json(f"/v1/locations?near=10.1,{east}&radius=100")["total"] for east in (20, 40)] == [0, 250]
    assert api.json("/v1/locations?near=10.1,40&radius=100&kind=hut")["total"] == 25


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "query", ["", "&kind=hut", "&city=x", "&state=y", "&lang=en&audience=kids", "&kind=hut&city=x"]
)
def test_places_are_looked_up_by_where_they_stand_whatever_else_is_asked(world: Api, query: str) -> None:
    engine = world.app.state.engine
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        world.json(f"/v1/locations?near=41.76,-72.67{query}")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    asked = [(statement, values) for statement, values in asked if "FROM location" in statement]
    assert asked
    with engine.connect() as connection:
        for statement, values in asked:
            steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            of_places = [step for step in steps if re.match(r"(SCAN|SEARCH) location\b(?!_)", step)]
            assert of_places
            # What is shown is then read itself, by its id.
            assert all("band=? AND east>? AND east<?" in step or "(rowid=?)" in step for step in of_places), of_places


# ---- what a circle touches and what it holds


@given(
    reader=readers,
    km=st.sampled_from([0.01, 0.3, 5, 40, 160, 322]),
    start=st.sampled_from([0.0, 0.2, 0.9, 1.0]),
    draw=st.randoms(use_true_random=False),
)
@settings(max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_each_point_of_a_circle_is_in_one_ring_and_in_one_cell_or_the_rim(
    reader: Point, km: float, start: float, draw: random.Random
) -> None:
    at, arc = vector(*reader), km / EARTH_RADIUS
    pieces, (cells, rim) = list(rings(at, arc, arc * start)), cells_and_rim(at, arc)
    assert [piece[0] for piece in pieces] == sorted(piece[0] for piece in pieces)
    for _ in range(40):
        point = around(reader, math.degrees(arc) * 1.3, draw)
        band, east = spot(*point)
        far = sum((one - other) ** 2 for one, other in zip(at, vector(*point), strict=True))
        ends = [end for _ring, end, of, first, last in pieces if of == band and first <= east <= last]
        held = [1 for first, last in cells if first <= cell(band, east) <= last]
        edge = [1 for of, first, last in rim if of == band and first <= east <= last]
        inside = far <= squared(arc)
        assert len(ends) <= 1
        assert ends or not (inside and far > squared(arc * start))
        assert len(held + edge) <= 1
        assert held or edge or not inside
        assert inside or not held
