"""`/v1/locations`: places of care, as JSON and as GeoJSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlmodel import Session, select
from starlette.responses import JSONResponse

from app import models, present, schemas
from app.db import SessionDep
from app.pack import Kind
from app.pagination import Rows, paginate
from app.routes.answers import AddressDep, Filter, FlatQuery, SlugPath, Strict, absent, by_reader, problems
from app.rows import loaded, place_key

router = APIRouter(prefix="/v1", tags=["locations"], dependencies=[Strict])


class GeoJSONResponse(JSONResponse):
    """An answer in GeoJSON (RFC 7946)."""

    media_type = "application/geo+json"


class LocationsQuery(FlatQuery):
    """The parameters of the lists of locations."""

    kind: Filter | None = Field(default=None, description="The kind of place.", examples=["urgent-care"])
    city: Filter | None = Field(default=None, description="The town; case and accents do not count.")
    state: Filter | None = Field(default=None, description="The state or province; case and accents do not count.")


@router.get("/locations", responses=problems(422))
def list_locations(
    request: Request,
    response: Response,
    session: SessionDep,
    address: AddressDep,
    query: Annotated[LocationsQuery, Query()],
) -> schemas.LocationPage:
    """Places of care, by name."""
    page = _page(request, response, session, query)
    return schemas.LocationPage(
        items=[present.location(row, address) for row in page.rows], total=page.total, next=page.next
    )


@router.get("/locations.geojson", response_class=GeoJSONResponse, responses=problems(422))
def list_locations_geojson(
    request: Request,
    response: Response,
    session: SessionDep,
    address: AddressDep,
    query: Annotated[LocationsQuery, Query()],
) -> schemas.FeatureCollection:
    """Places of care as a GeoJSON FeatureCollection, for maps."""
    page = _page(request, response, session, query)
    return schemas.FeatureCollection(
        type="FeatureCollection",
        features=[present.feature(row, address) for row in page.rows],
        total=page.total,
        next=page.next,
    )


@router.get("/locations/{slug}", responses=problems(308, 404, 410, 422))
def get_location(request: Request, slug: SlugPath, session: SessionDep, address: AddressDep) -> schemas.Location:
    """One place of care."""
    location = models.Location
    row = session.exec(select(location).where(location.slug == slug).options(loaded(location.in_pack))).first()
    if row is None:
        raise absent(request, session, Kind.location, slug, address)
    return present.location(row, address)


def _page(request: Request, response: Response, session: Session, query: LocationsQuery) -> Rows:
    location = models.Location
    statement = select(location).where(*by_reader(location, query))
    if query.kind:
        statement = statement.where(location.kind == query.kind)
    if query.city:
        statement = statement.where(location.city_key == place_key(query.city))
    if query.state:
        statement = statement.where(location.state_key == place_key(query.state))
    return paginate(request, response, session, statement, location.sort_key, query, [loaded(location.in_pack)])
