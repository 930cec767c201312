"""`/v1/locations`: places of care, by name or by distance, and as GeoJSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session, col
from starlette.responses import JSONResponse

from app import models, schemas
from app.db import SessionDep
from app.near import Around, Reader, distance, nearness, reader_at, squared_chord, within
from app.pack import Kind
from app.pagination import Page, begins_after, counted, linked, strange_cursor
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
def list_locations(request: Request, session: SessionDep, query: Annotated[NearbyQuery, Query()]) -> Response:
    """Places of care, by name; with `near`, those within `radius`, what is nearest first."""
    near = None
    if query.near is None:
        page, bodies = flat_page(request, session, query, models.Location, "location", *_filters(query))
        items = [with_distance(body, None) for body in bodies]
    else:
        reader = reader_at(query.near)
        near = nearness(reader, query)
        page = _nearest_first(request, session, query, reader)
        items = [with_distance(fill(row.body, origin(request)), distance(row.squared, query.unit)) for row in page.rows]
    shape = schemas.LocationPage(items=[], total=page.total, next=page.next, near=near)
    return page_response(shape, items, page.link)


@router.get(
    "/locations.geojson",
    response_class=GeoJSONResponse,
    response_model=schemas.FeatureCollection,
    responses=problems(422),
)
def list_locations_geojson(
    request: Request, session: SessionDep, query: Annotated[LocationsQuery, Query()]
) -> Response:
    """Places of care as a GeoJSON FeatureCollection, for maps."""
    page, items = flat_page(request, session, query, models.Location, "location-feature", *_filters(query))
    collection = schemas.FeatureCollection(type="FeatureCollection", features=[], total=page.total, next=page.next)
    return page_response(collection, items, page.link, GeoJSONResponse.media_type)


@router.get("/locations/{slug}", response_model=schemas.Location, responses=problems(308, 404, 410, 422))
async def get_location(request: Request, slug: SlugPath) -> Response:
    """One place of care."""
    return await record_response(request, Kind.location, slug)


def with_distance(body: bytes, far: schemas.Distance | None) -> bytes:
    """A location's body as an item of a list."""
    told = far.model_dump_json().encode() if far else b"null"
    return b"".join((body[:-1], b',"distance":', told, b"}"))


def nearest(reader: Reader, around: Around, limit: int, *filters: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The nearest places that fit: their `body`, the `squared` chord to them, and their `sort_key`, in this order."""
    location, squared = models.Location, squared_chord(reader)
    first = (
        select(col(location.id), squared.label("squared"), col(location.sort_key))
        .where(*within(reader, around), *filters)
        .order_by(squared, col(location.sort_key))
        .limit(limit)
        .subquery()
        .c
    )
    # Looked up, not joined: SQLite would begin the join with every body there is.
    body = select(col(models.Presented.body)).where(stored("location", first.id)).scalar_subquery()
    return select(body.label("body"), first.squared, first.sort_key).order_by(first.squared, first.sort_key)


def _nearest_first(request: Request, session: Session, query: NearbyQuery, reader: Reader) -> Page:
    """A page of the places around a reader, as `nearest` gives them."""
    filters = [*by_reader(models.Location, query), *_filters(query)]
    matching = select(col(models.Location.id)).where(*within(reader, query), *filters)
    count = session.execute(select(*counted(query, matching))).one()
    after = begins_after(request, query, count)
    if after is not None:
        filters.append(_beyond(reader, after))
    found = session.execute(nearest(reader, query, query.limit + 1, *filters)).all()
    return linked(request, query, count, found, lambda row: f"{row.squared!r} {row.sort_key}")


def _beyond(reader: Reader, after: str) -> ColumnElement[bool]:
    """Whether a place comes after the one that a cursor names by its distance and its sort key."""
    squared = squared_chord(reader)
    told, _, sort_key = after.partition(" ")
    try:
        far = float(told)
    except ValueError:
        raise strange_cursor() from None
    return (squared > far) | ((squared == far) & (col(models.Location.sort_key) > sort_key))


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
