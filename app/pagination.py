"""Lists: the parameters they share, the page that a cursor means, and its links (RFC 8288)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Connection, Integer, Select, String, bindparam, exists, func, select
from sqlmodel import col

from app.editions import TAG, canonical
from app.errors import ProblemError, invalid
from app.models import Publication


class Paging(BaseModel):
    """The parameters of every list."""

    limit: int = Field(default=20, ge=1, le=100, description="How many items a page holds.")
    cursor: str | None = Field(
        default=None,
        max_length=1_500,
        pattern=r"^[A-Za-z0-9_\-]+$",
        description="Where the page begins: take it from a page's `next`, with the same filters.",
    )


class Page(NamedTuple):
    """A page's rows, and its links."""

    rows: Sequence[Any]
    total: int
    next: str | None
    link: str


class Place(NamedTuple):
    """What a cursor says: where it was made, for which list, and the sort key that it stands after."""

    generation: int
    publication: str
    filters: str
    after: str


# Whether this database had the publication that a cursor was made at: its values are of `cursor_values`.
CURSOR_KNOWN = (
    exists()
    .where(
        col(Publication.generation) == bindparam("cursor_generation", type_=Integer),
        col(Publication.id) == bindparam("cursor_publication", type_=String),
    )
    .label("cursor_known")
)


def counted(matching: Select[*tuple[Any, ...]]) -> list[ColumnElement[Any]]:
    """What `paginate` must know, to select beside whatever else a list looks up: `total` and `cursor_known`."""
    total = select(func.count()).select_from(matching.subquery()).scalar_subquery()
    return [total.label("total"), CURSOR_KNOWN]


def cursor_values(paging: Paging) -> dict[str, Any]:
    """The values of CURSOR_KNOWN; without a cursor, those of no publication."""
    place = _read(paging.cursor)
    return {"cursor_generation": place.generation if place else -1, "cursor_publication": place and place.publication}


def paginate(
    request: Request,
    connection: Connection,
    paging: Paging,
    count: Any,
    listed: Select[*tuple[Any, ...]],
    sort_key: Any,
) -> Page:
    """The page of a list that `paging` asks for, in the order of a stored, unique sort key: no offset that drifts.

    `count` is a row with what `counted` selects. Raises a 422 problem for a cursor that is not of this list, these
    filters or this database.
    """
    after = begins_after(request, paging, count)
    if after is not None:
        listed = listed.where(col(sort_key) > after)
    ordered = listed.add_columns(col(sort_key).label("sort_key")).order_by(col(sort_key)).limit(paging.limit + 1)
    return linked(request, paging, count, connection.execute(ordered).all(), lambda row: row.sort_key)


def begins_after(request: Request, paging: Paging, count: Any) -> str | None:
    """The sort key that a page begins after; None for the first. Raises a 422 problem as `paginate` does."""
    place = _read(paging.cursor)
    if paging.cursor and not (place and count.cursor_known and place.filters == _filters(request)):
        raise strange_cursor()
    return place.after if place else None


def strange_cursor() -> ProblemError:
    """422 for a cursor that no page of this list gave away."""
    detail = "must be taken from a page's `next`, with the same filters; begin again without it"
    return invalid([{"parameter": "cursor", "detail": detail}])


def linked(request: Request, paging: Paging, count: Any, found: Sequence[Any], sort_key: Callable[[Any], str]) -> Page:
    """The page that begins with what was found, one row more than it may hold where another page follows."""
    rows = found[: paging.limit]
    links = [f'<{address(request, cursor=None)}>; rel="first"']
    following = None
    if len(found) > paging.limit:
        following = address(request, cursor=_write(request, sort_key(rows[-1])))
        links.append(f'<{following}>; rel="next"')
    return Page(rows, count.total, following, ", ".join(links))


def _one_spelling(name: str, value: str) -> str:
    return canonical(value) if name == "lang" and TAG.fullmatch(value) else value


def address(request: Request, cursor: str | None) -> str:
    """This list's address with its filters, at another page: one address, however the request spelled them."""
    parameters = [pair for pair in normalised(request.query_params.multi_items()) if pair[0] != "cursor"]
    if cursor:
        parameters.append(("cursor", cursor))
    query = f"?{urlencode(parameters)}" if parameters else ""
    return str(request.app.state.settings.address(f"{request.scope['path']}{query}"))


def normalised(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """A query as every spelling of it is told: by name, and a well-formed language tag in its canonical case."""
    return sorted(((name, _one_spelling(name, value)) for name, value in pairs), key=lambda pair: pair[0])


def _filters(request: Request) -> str:
    """What a cursor is bound to: the list and its filters, in any order; not the page's size."""
    pairs = normalised(request.query_params.multi_items())
    filters = [pair for pair in pairs if pair[0] not in {"cursor", "limit"}]
    return hashlib.sha256(json.dumps([request.scope["path"], filters]).encode()).hexdigest()[:16]


def _write(request: Request, after: str) -> str:
    generation, publication = request.state.publication
    place = Place(generation, publication, _filters(request), after)
    return base64.urlsafe_b64encode(json.dumps(place, ensure_ascii=False).encode()).decode().rstrip("=")


def _read(cursor: str | None) -> Place | None:
    """What a cursor says; None where it says nothing. It lives on across publications, not across databases."""
    try:
        padded = f"{cursor or ''}{'=' * (-len(cursor or '') % 4)}"
        place = Place(*json.loads(base64.urlsafe_b64decode(padded)))
        generation, *texts = place
        if b"\0" in "".join(texts).encode():  # nor is a lone surrogate a text that a database takes
            return None
    except (ValueError, TypeError, RecursionError):
        return None
    return place if type(generation) is int and 0 <= generation < 2**31 else None
