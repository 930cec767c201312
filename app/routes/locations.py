"""`/v1/locations`: places of care, as JSON and as GeoJSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import ColumnElement
from sqlmodel import col
from starlette.responses import JSONResponse

from app import models, schemas
from app.db import SessionDep
from app.pack import Kind
from app.routes.answers import (
    Filter,
    FlatQuery,
    SlugPath,
    flat_page,
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


@router.get("/locations", response_model=schemas.LocationPage, responses=problems(422))
def list_locations(request: Request, session: SessionDep, query: Annotated[LocationsQuery, Query()]) -> Response:
    """Places of care, by name."""
    page, items = flat_page(request, session, query, models.Location, "location", *_filters(query))
    return page_response(schemas.LocationPage(items=[], total=page.total, next=page.next), items, page.link)


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
