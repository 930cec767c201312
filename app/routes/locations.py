"""`/v1/locations`: places of care, by name or by distance, and as GeoJSON."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import hypot, sqrt
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import (
    CTE,
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    String,
    and_,
    between,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlmodel import col
from starlette.responses import JSONResponse

from app import models, schemas
from app.bands import cells_and_rim, disc, rings
from app.db import in_snapshot
from app.near import (
    Around,
    Reader,
    arc_of,
    distance,
    nearness,
    radius,
    reader_at,
    squared,
    squared_chord,
)
from app.pack import Audience, Kind
from app.pagination import CURSOR_KNOWN, Page, begins_after, cursor_values, linked, strange_cursor
from app.presented import fill, stored
from app.routes.answers import (
    Filter,
    FlatQuery,
    SlugPath,
    by_reader,
    flat_page,
    origin,
    page_response,
    problems,
    record_response,
    resource,
)
from app.rows import place_key

router = resource("/v1", "locations")


class GeoJSONResponse(JSONResponse):
    """An answer in GeoJSON (RFC 7946)."""

    media_type = "application/geo+json"


class LocationsQuery(FlatQuery):
    """The parameters of the lists of locations."""

    kind: Filter | None = Field(default=None, description="The kind of place.", examples=["urgent-care"])
    city: Filter | None = Field(default=None, description="The town; case and accents do not count.")
    state: Filter | None = Field(default=None, description="The state or province; case and accents do not count.")


class NearbyQuery(Around, LocationsQuery):
    """The parameters of the list of locations, by name or by distance."""


@router.get("/locations", response_model=schemas.LocationPage, responses=problems(422))
@in_snapshot
def list_locations(request: Request, connection: Connection, query: Annotated[NearbyQuery, Query()]) -> Response:
    """Places of care, by name; with `near`, those within `radius`, what is nearest first."""
    page, items, near = places(request, connection, query, query)
    shape = schemas.LocationPage(items=[], total=page.total, next=page.next, near=near)
    return page_response(shape, items, page.link)


@router.get(
    "/locations.geojson",
    response_class=GeoJSONResponse,
    response_model=schemas.FeatureCollection,
    responses=problems(422),
)
@in_snapshot
def list_locations_geojson(
    request: Request, connection: Connection, query: Annotated[LocationsQuery, Query()]
) -> Response:
    """Places of care as a GeoJSON FeatureCollection, for maps."""
    page, items = flat_page(request, connection, query, models.Location, "location-feature", *_filters(query))
    collection = schemas.FeatureCollection(type="FeatureCollection", features=[], total=page.total, next=page.next)
    return page_response(collection, items, page.link, GeoJSONResponse.media_type)


@router.get("/locations/{slug:slug}", response_model=schemas.Location, responses=problems(308, 404, 410, 422))
async def get_location(request: Request, slug: SlugPath) -> Response:
    """One place of care."""
    return await record_response(request, Kind.location, slug)


def places(
    request: Request, connection: Connection, query: LocationsQuery, around: Around
) -> tuple[Page, list[bytes], schemas.Nearness | None]:
    """A page of the places that fit, by name or around a reader: its items' bodies, and what distances are from."""
    if around.near is None:
        page, bodies = flat_page(request, connection, query, models.Location, "location", *_filters(query))
        return page, [with_distance(body, None) for body in bodies], None
    reader = reader_at(around.near)
    page = _nearest_first(request, connection, query, around, reader)
    items = [with_distance(fill(row.body, origin(request)), distance(row.squared, around.unit)) for row in page.rows]
    return page, items, nearness(reader, around)


def with_distance(body: bytes, far: schemas.Distance | None) -> bytes:
    """A location's body as an item of a list."""
    told = far.model_dump_json().encode() if far else b"null"
    return b"".join((body[:-1], b',"distance":', told, b"}"))


def nearest(*filters: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The nearest places that fit: their `body`, the `squared` chord to them, and their `sort_key`, in this order.

    Rings are counted from the inside out until they hold enough: only what stands in those is sorted. `reach` gives it
    its values; to make it takes longer than to run it, so that it is kept by who made it.
    """
    location, chord = models.Location, squared_chord()
    limit, far = bindparam("limit", type_=Integer), bindparam("far", type_=Float)
    piece = _table("pieces", ring=int, squared=float, band=int, first=int, last=int)
    there = (*_in(piece), *filters)

    ring = select(literal(-1).label("ring"), literal(0, BigInteger).label("places")).cte(recursive=True)
    held = select(func.count()).select_from(location).where(*there, chord > far, chord <= piece.c.squared)
    told = select(func.sum(held.correlate(piece).scalar_subquery())).where(piece.c.ring == ring.c.ring + 1)
    places = ring.c.places + cast(func.coalesce(told.correlate(ring).scalar_subquery(), 0), BigInteger)
    more = select(ring.c.ring + 1, places).where(ring.c.places < limit, ring.c.ring < bindparam("last", type_=Integer))
    ring = ring.union_all(more)

    after = (chord > far) | ((chord == far) & (col(location.sort_key) > bindparam("after", type_=String)))
    # How far each is stands in the index with where it is. Only what may be shown is read itself: equals all, since
    # their sort keys decide.
    near = (
        select(col(location.id), chord.label("squared"))
        .select_from(piece)
        .join(location, and_(*there))
        .where(piece.c.ring <= select(func.max(ring.c.ring)).scalar_subquery(), _within(), after)
        .subquery()
        .c
    )
    placed = select(near.id, near.squared, func.rank().over(order_by=near.squared).label("place")).subquery().c
    first = (
        select(placed.id, placed.squared, col(location.sort_key))
        .join(location, col(location.id) == placed.id)
        .where(placed.place <= limit)
        .order_by(placed.squared, col(location.sort_key))
        .limit(limit)
        .subquery()
        .c
    )
    # Looked up, not joined: SQLite would begin the join with every body there is.
    body = select(col(models.Presented.body)).where(stored("location", first.id)).scalar_subquery()
    return select(body.label("body"), first.squared, first.sort_key).order_by(first.squared, first.sort_key)


def reach(reader: Reader, arc: float, limit: int, far: float = -1, after: str = "") -> dict[str, Any]:
    """The values of `nearest`: so many places within an arc, after the one of a squared chord and a sort key."""
    pieces = [(ring, squared(end), *piece) for ring, end, *piece in rings(reader.at, arc, arc_of(max(far, 0)))]
    last = pieces[-1][0] if pieces else 0
    numbered = dict(enumerate(pieces))
    return {**_circle(reader, arc), "pieces": numbered, "last": last, "limit": limit, "far": far, "after": after}


def _nearest_first(
    request: Request, connection: Connection, query: LocationsQuery, around: Around, reader: Reader
) -> Page:
    """A page of the places around a reader, as `nearest` gives them."""
    asked = (query.kind, query.city, query.state, query.lang, query.audience)
    counted, listed = _statements(*asked)
    whole, wanted = radius(around), query.limit + 1
    cells, rim = ([], disc(reader.at, whole)) if any(asked[1:]) else cells_and_rim(reader.at, whole)
    circle = {**_circle(reader, whole), "cells": dict(enumerate(cells)), "rim": dict(enumerate(rim))}
    count = connection.execute(counted, {**circle, **cursor_values(query)}).one()
    after = begins_after(request, query, count)
    beyond = _place_of(after, whole) if after is not None else (-1.0, "")
    # If places stood evenly, so far would hold four times as many as are wanted: of many it saves most of the rings.
    likely = hypot(arc_of(max(beyond[0], 0)), whole * sqrt(4 * wanted / max(count.total, 1)))
    found: Sequence[Any] = ()
    for arc in (likely, whole):
        if arc <= whole and len(found) < wanted:
            found = connection.execute(listed, reach(reader, arc, wanted, *beyond)).all()
    return linked(request, query, count, found, lambda row: f"{row.squared!r} {row.sort_key}")


@lru_cache(maxsize=256)
def _statements(
    kind: str | None, city: str | None, state: str | None, lang: str | None, audience: Audience | None
) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """How many places fit and whether a cursor is known, and the nearest of them."""
    query = LocationsQuery(kind=kind, city=city, state=state, lang=lang, audience=audience)
    filters = (*by_reader(models.Location, query), *_filters(query))
    total = _total(kind or models.ANY_KIND, *filters)
    return select(total.label("total"), CURSOR_KNOWN), nearest(*filters)


def _total(kind: str, *filters: ColumnElement[bool]) -> ColumnElement[int]:
    """How many places there are in the cells that were counted at publish, and how many fit in the rim around them."""
    location, count = models.Location, models.LocationCount
    run, rim = _table("cells", first=int, last=int), _table("rim", band=int, first=int, last=int)
    upto = select(col(count.places)).where(col(count.kind) == kind).order_by(col(count.cell).desc()).limit(1)
    ends = [
        func.coalesce(upto.where(col(count.cell) <= end).correlate(run).scalar_subquery(), 0)
        for end in (run.c.last, run.c.first - 1)
    ]
    fit = select(func.count()).select_from(location).where(*_in(rim), *filters, _within()).correlate(rim)
    counted = select(func.coalesce(func.sum(ends[0] - ends[1]), 0)).select_from(run).scalar_subquery()
    measured = select(func.coalesce(func.sum(fit.scalar_subquery()), 0)).select_from(rim).scalar_subquery()
    return cast(counted + measured, Integer)


def _circle(reader: Reader, arc: float) -> dict[str, float]:
    x, y, z = reader.at
    return {"x": x, "y": y, "z": z, "whole": squared(arc)}


def _within() -> ColumnElement[bool]:
    return squared_chord() <= bindparam("whole", type_=Float)


def _in(piece: CTE) -> tuple[ColumnElement[bool], ...]:
    """Whether a location is in a piece of a band."""
    location = models.Location
    return col(location.band) == piece.c.band, between(col(location.east), piece.c.first, piece.c.last)


def _table(name: str, **columns: type[int | float]) -> CTE:
    """Numbered rows of numbers as a table of a statement: one parameter, however many they are."""
    row = func.json_each(bindparam(name, type_=JSON)).table_valued(column("value", JSON)).c.value
    cells = [row[at].as_float() if kind is float else row[at].as_integer() for at, kind in enumerate(columns.values())]
    return select(*(cell.label(name) for cell, name in zip(cells, columns, strict=True))).cte()


def _place_of(after: str, whole: float) -> tuple[float, str]:
    """The squared chord and the sort key that a cursor holds. Raises a 422 problem where it does not."""
    told, _, sort_key = after.partition(" ")
    try:
        far = float(told)
    except ValueError:
        raise strange_cursor() from None
    if not 0 <= far <= squared(whole):
        raise strange_cursor()
    return far, sort_key


def _filters(query: LocationsQuery) -> list[ColumnElement[bool]]:
    location = models.Location
    found = []
    if query.kind:
        found.append(col(location.kind) == query.kind)
    if query.city:
        found.append(col(location.city_key) == place_key(query.city))
    if query.state:
        found.append(col(location.state_key) == place_key(query.state))
    return found
