"""Lists: the parameters they share, the page that a cursor means, and its links (RFC 8288)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import func
from sqlalchemy.orm import Load
from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.db import latest_publication
from app.errors import invalid
from app.models import Publication

Row = TypeVar("Row", bound=SQLModel)


class Paging(BaseModel):
    """The parameters of every list."""

    limit: int = Field(default=20, ge=1, le=100, description="How many items a page holds.")
    cursor: str | None = Field(
        default=None,
        max_length=1_500,
        pattern=r"^[A-Za-z0-9_\-]+$",
        description="Where the page begins: take it from a page's `next`, with the same filters.",
    )


class Rows(NamedTuple):
    """A page's rows, and what its links need."""

    rows: list[Any]
    total: int
    next: str | None


def paginate(
    request: Request,
    response: Response,
    session: Session,
    statement: SelectOfScalar[Row],
    sort_key: Any,
    paging: Paging,
    loads: Sequence[Load] = (),
) -> Rows:
    """The page of a list that `paging` asks for, in the order of a stored, unique sort key: no offset that drifts.

    Sets the answer's `Link` header. Raises a 422 problem for a cursor that is not of this list, these filters or this
    database.
    """
    total = session.exec(select(func.count()).select_from(statement.subquery())).one()
    listed = statement.order_by(col(sort_key)).limit(paging.limit + 1).options(*loads)
    publication = latest_publication(session)
    if paging.cursor:
        listed = listed.where(col(sort_key) > _read(paging.cursor, _filters(request), session))
    found = session.exec(listed).all()
    rows = list(found[: paging.limit])
    first = address(request, cursor=None)
    links = [f'<{first}>; rel="first"']
    following = None
    if len(found) > paging.limit:
        cursor = _write(publication, _filters(request), getattr(rows[-1], sort_key.key))
        following = address(request, cursor=cursor)
        links.append(f'<{following}>; rel="next"')
    response.headers["Link"] = ", ".join(links)
    return Rows(rows, total, following)


def address(request: Request, cursor: str | None) -> str:
    """This list's address with the filters as they were sent, at another page."""
    parameters = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    if cursor:
        parameters.append(("cursor", cursor))
    query = f"?{urlencode(parameters)}" if parameters else ""
    return str(request.app.state.settings.address(f"{request.scope['path']}{query}"))


def _filters(request: Request) -> str:
    """What a cursor is bound to: the list and its filters, in any order; not the page's size."""
    filters = sorted(pair for pair in request.query_params.multi_items() if pair[0] not in {"cursor", "limit"})
    return hashlib.sha256(json.dumps([request.scope["path"], filters]).encode()).hexdigest()[:16]


def _write(publication: Publication | None, filters: str, after: str) -> str:
    at = [publication.generation, publication.id] if publication else [0, ""]
    return base64.urlsafe_b64encode(json.dumps([*at, filters, after], ensure_ascii=False).encode()).decode().rstrip("=")


def _read(cursor: str, filters: str, session: Session) -> str:
    """The sort key that a cursor stands after. It lives on across publications, not across databases."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        generation, publication_id, bound_to, after = json.loads(base64.urlsafe_b64decode(padded))
        str(after).encode()  # a lone surrogate is no text that a database takes
        known = session.get(Publication, int(generation) % 2**31)
    except (ValueError, TypeError, OverflowError, RecursionError):
        known = None
    forged = known is None or [known.generation, known.id, filters] != [generation, publication_id, bound_to]
    if forged or "\0" in str(after):  # nor is that
        detail = "must be taken from a page's `next`, with the same filters; begin again without it"
        raise invalid([{"parameter": "cursor", "detail": detail}])
    return str(after)
