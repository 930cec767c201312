"""`/v1/warning-signs`: every condition's warning signs in one list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlmodel import col, select

from app import models, present, schemas
from app.db import SessionDep
from app.editions import Wanted
from app.pack import Contact, Urgency
from app.pagination import Paging, paginate
from app.routes.answers import AddressDep, Filter, Strict, problems
from app.routes.conditions import find, load_heads, load_texts, pick, servable_conditions

router = APIRouter(prefix="/v1/warning-signs", tags=["warning signs"], dependencies=[Strict])


class WarningSignsQuery(Paging, Wanted):
    """The parameters of the list of warning signs."""

    condition: Filter | None = Field(default=None, description="A condition's slug.", examples=["neutropenia"])
    urgency: Urgency | None = Field(default=None, description="How soon.")
    contact: Contact | None = Field(default=None, description="Whom the source names.")


@router.get("", responses=problems(308, 404, 410, 422))
def list_warning_signs(
    request: Request,
    response: Response,
    session: SessionDep,
    address: AddressDep,
    query: Annotated[WarningSignsQuery, Query()],
) -> schemas.WarningSignPage:
    """Warning signs by condition, umbrella signs first. Each comes with its set's umbrella signs and note."""
    conditions = servable_conditions(query)
    sign_set = None
    if query.condition:
        # An empty page must not read as "no warning signs": an unknown or withdrawn condition is told as such.
        head, edition = find(request, session, query.condition, query, address)
        sign_set = present.sign_set_context(head, edition, address)
        conditions = conditions.where(models.Condition.id == head.id)
    sign = models.WarningSign
    statement = select(sign).where(col(sign.condition_id).in_(conditions.with_only_columns(col(models.Condition.id))))
    if query.urgency:
        statement = statement.where(sign.urgency == query.urgency)
    if query.contact:
        statement = statement.where(sign.contact == query.contact)
    page = paginate(request, response, session, statement, sign.sort_key, query)
    heads = load_heads(session, list(dict.fromkeys(row.condition_id for row in page.rows)))
    editions = pick(session, heads, query)
    load_texts(session, [*editions.values()])
    by_id = {head.id: head for head in heads}
    items = [
        present.warning_sign_item(by_id[row.condition_id], editions[row.condition_id], row.key, query, address)
        for row in page.rows
    ]
    return schemas.WarningSignPage(
        items=items,
        total=page.total,
        next=page.next,
        sign_set=sign_set,
        notice=present.notice(query.lang or "en"),
    )
