"""`/v1/warning-signs`: every condition's warning signs in one list."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Connection, select
from sqlmodel import col

from app import models, present, schemas
from app.db import in_snapshot
from app.editions import Wanted, has_servable
from app.pack import Contact, Kind, Urgency
from app.pagination import Paging, counted, cursor_values, paginate
from app.presented import fill, fill_edition, one_condition, signs_in
from app.routes.answers import Filter, absent, origin, page_response, problems, resource

router = resource("/v1/warning-signs", "warning signs")


class WarningSignsQuery(Paging, Wanted):
    """The parameters of the list of warning signs."""

    condition: Filter | None = Field(default=None, description="A condition's slug.", examples=["neutropenia"])
    urgency: Urgency | None = Field(default=None, description="How soon.")
    contact: Contact | None = Field(default=None, description="Whom the source names.")


@router.get("", response_model=schemas.WarningSignPage, responses=problems(308, 404, 410, 422))
@in_snapshot
def list_warning_signs(
    request: Request, connection: Connection, query: Annotated[WarningSignsQuery, Query()]
) -> Response:
    """Warning signs by condition, umbrella signs first. Each comes with its set's umbrella signs and note."""
    sign, filters = models.WarningSign, _filters(query)
    matching = (
        select(col(sign.id))
        .join(models.Condition, col(models.Condition.id) == sign.condition_id)
        .where(has_servable(query), *filters)
    )
    whole_set = one_condition("condition-signs", query).with_only_columns(col(models.Presented.body))
    count = connection.execute(
        select(*counted(matching), whole_set.scalar_subquery().label("whole_set")),
        {"slug": query.condition, **cursor_values(query)},
    ).one()
    sign_set = None
    if query.condition:
        # An empty page must not read as "no warning signs": an unknown or withdrawn condition is told as such.
        if count.whole_set is None:
            raise absent(request, connection, Kind.condition, query.condition)
        whole = schemas.ConditionSigns.model_validate_json(fill(count.whole_set, origin(request), query))
        sign_set = present.sign_set_context(whole)
    page = paginate(request, connection, query, count, signs_in(query).where(*filters), sign.sort_key)
    shape = schemas.WarningSignPage(
        items=[], total=page.total, next=page.next, sign_set=sign_set, notice=present.notice(query.lang or "en")
    )
    return page_response(shape, [fill_edition(row, origin(request), query) for row in page.rows], page.link)


def _filters(query: WarningSignsQuery) -> list[ColumnElement[bool]]:
    sign = models.WarningSign
    found = []
    if query.condition:
        found.append(col(models.Condition.slug) == query.condition)
    if query.urgency:
        found.append(col(sign.urgency) == query.urgency)
    if query.contact:
        found.append(col(sign.contact) == query.contact)
    return found
