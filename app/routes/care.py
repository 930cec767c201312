"""`/v1/conditions/{slug}/care`: what to do about a condition's warning signs, then where near a reader."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import Connection, Select, literal, select, union_all
from sqlmodel import col

from app import models, schemas
from app.db import in_snapshot
from app.editions import Wanted
from app.near import Around, Reader, distance, nearness, radius, reader_at
from app.pack import Contact, Kind
from app.presented import fill, fill_edition, one_condition
from app.routes.answers import JSON, SlugPath, absent, origin, problems, resource
from app.routes.locations import nearest, reach, with_distance

router = resource("/v1/conditions", "conditions")


class CareQuery(Around, Wanted):
    """The parameters of care near a reader."""

    limit: int = Field(default=5, ge=1, le=20, description="How many places are shown for each contact.")


@router.get("/{slug:slug}/care", response_model=schemas.Care, responses=problems(308, 404, 410, 422))
@in_snapshot
def get_condition_care(
    request: Request, connection: Connection, slug: SlugPath, query: Annotated[CareQuery, Query()]
) -> Response:
    """A condition's warning signs, all that are known; with `near`, then the nearest places that may help.

    Only places of the kinds that the deployment's settings name for a sign's `contact` are shown.
    """
    row = connection.execute(one_condition("condition-signs", query), {"slug": slug}).first()
    if row is None:
        raise absent(request, connection, Kind.condition, slug)
    signs = schemas.ConditionSigns.model_validate_json(fill_edition(row, origin(request), query))
    settings, reader = request.app.state.settings, reader_at(query.near) if query.near is not None else None
    named = {sign.contact for sign in signs.signs}
    kinds = {contact: settings.care_kinds_of(contact) for contact in Contact if contact in named}
    places = _places(request, connection, query, reader, kinds) if reader else {}
    contacts = [
        schemas.CareContact(
            contact=contact,
            emergency_line=settings.emergency_line if contact == Contact.emergency else None,
            kinds=kinds[contact],
            places=places.get(contact, []),
        )
        for contact in kinds
    ]
    near = reader and nearness(reader, query)
    care = schemas.Care(warning_signs=signs, near=near, contacts=contacts, notice=signs.notice)
    return Response(care.model_dump_json(), media_type=JSON)


def _places(
    request: Request, connection: Connection, query: CareQuery, reader: Reader, kinds: dict[Contact, list[str]]
) -> dict[Contact, list[schemas.ListedLocation]]:
    """For each contact the nearest places of its kinds, in one statement; none is asked where no kind is named."""
    found: dict[Contact, list[schemas.ListedLocation]] = {contact: [] for contact in kinds}
    asked = tuple((contact.value, tuple(names)) for contact, names in kinds.items() if names)
    if asked:
        for row in connection.execute(_nearest_of(asked), reach(reader, radius(query), query.limit)):
            body = with_distance(fill(row.body, origin(request)), distance(row.squared, query.unit))
            found[Contact(row.contact)].append(schemas.ListedLocation.model_validate_json(body))
    return found


@lru_cache(maxsize=256)
def _nearest_of(asked: tuple[tuple[str, tuple[str, ...]], ...]) -> Select[*tuple[Any, ...]]:
    """The nearest places of each contact's kinds, what is nearest first."""
    kind = col(models.Location.kind)
    each = [nearest(kind.in_(names)).add_columns(literal(contact).label("contact")) for contact, names in asked]
    every = union_all(*(select(one.subquery()) for one in each)).subquery().c
    return select(*every).order_by(every.squared, every.sort_key)
