"""The service itself: `/v1`, sources, old addresses, and what an operator asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from app import __version__, models, present, schemas
from app.check import identifier_key
from app.db import BareSessionDep, in_snapshot, latest_publication, migrated
from app.documentation import operation_id
from app.errors import ProblemError
from app.models import Op
from app.routes.answers import JSON, SlugPath, gone, problems, resource

router = resource("/v1", "service")
operations = APIRouter(tags=["operations"], generate_unique_id_function=operation_id)


class ByUrlQuery(BaseModel):
    """The parameters of the look-up of old addresses."""

    url: str = Field(
        min_length=1,
        max_length=2_000,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="An address that a record had, or another system's id for it.",
        examples=["https://example.org/old/neutropenia"],
    )


@router.get("", response_model=schemas.Service, responses=problems(422))
@in_snapshot
def get_service(request: Request, connection: Connection) -> Response:
    """What this service is, which publication its content is at, and where each kind of content is."""
    settings = request.app.state.settings
    address = settings.address
    names = ("conditions", "warning-signs", "articles", "locations", "locations.geojson", "glossary", "directory")
    links = {name: address(f"/v1/{name}") for name in names}
    service = schemas.Service(
        name=settings.organisation_name,
        version=__version__,
        publication=present.publication(latest_publication(Session(connection))),
        emergency_line=settings.emergency_line,
        care_team_phone=settings.care_team_phone,
        notice=present.notice(),
        links={**links, "documentation": address("/docs"), "openapi": address("/openapi.json")},
    )
    return Response(service.model_dump_json(), media_type=JSON)


@router.get("/by-url", response_model=schemas.RecordReference, responses=problems(404, 410, 422))
@in_snapshot
def get_record_by_url(request: Request, connection: Connection, query: Annotated[ByUrlQuery, Query()]) -> Response:
    """The record that an old address or another system's id means."""
    address = request.app.state.settings.address
    session = Session(connection)
    found = session.get(models.Identifier, identifier_key(query.url))
    if found is None:
        raise ProblemError(404, "not-found", "No record here had that address or id.")
    change = session.get(models.Change, (found.kind, found.slug))
    if change is not None and change.op == Op.withdrawn:
        raise gone(change.kind, change.reason, change.successor, address)
    meant = schemas.RecordReference(
        kind=found.kind, slug=found.slug, address=present.record_address(found.kind, found.slug, address)
    )
    return Response(meant.model_dump_json(), media_type=JSON)


@router.get("/sources/{slug:slug}", response_model=schemas.Source, responses=problems(404, 422))
@in_snapshot
def get_source(request: Request, connection: Connection, slug: SlugPath) -> Response:
    """A document that records come from."""
    row = Session(connection).exec(select(models.Source).where(models.Source.slug == slug)).first()
    if row is None:
        raise ProblemError(404, "not-found", "There is no such source here.")
    return Response(present.source(row, request.app.state.settings.address).model_dump_json(), media_type=JSON)


@operations.get("/livez", responses=problems())
async def get_liveness() -> schemas.Health:
    """Whether the process answers."""
    return schemas.Health(status="ok")


@operations.get("/readyz", responses=problems())
def get_readiness(request: Request, session: BareSessionDep) -> schemas.Health:
    """Whether content can be served: from the database, which has this version's tables, or from what is cached."""
    try:
        ready = migrated(session)
    except SQLAlchemyError:
        if not request.app.state.cache.lasts():
            raise
        return schemas.Health(status="degraded")
    if not ready:
        raise ProblemError(503, "not-migrated", "The database is not at this version: run `migrate`.")
    return schemas.Health(status="ok")


@operations.get("/version", responses=problems())
@in_snapshot
def get_version(connection: Connection) -> schemas.Version:
    """The program's version and its content's publication."""
    publication = latest_publication(Session(connection))
    return schemas.Version(version=__version__, publication=present.publication(publication))
