"""What routes share: the strict query, filters, and the answers where no live record stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, exists, select
from sqlmodel import col
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.types import Receive, Scope, Send

from app import models, schemas
from app.db import first
from app.documentation import operation_id
from app.editions import Lang, in_language
from app.errors import MEDIA_TYPE, ProblemError, invalid, value_errors
from app.models import Op
from app.pack import Audience, Kind
from app.pagination import Page, Paging, counted, cursor_values, paginate
from app.present import Address, record_address
from app.presented import fill, one_record, stored
from app.rows import FlatRow
from app.settings import Settings

JSON = "application/json"
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class _Slug(StringConvertor):
    """What `{slug:slug}` stands for in a route's path: nothing else comes by that route."""

    regex = SLUG.pattern


register_url_convertor("slug", _Slug())

# A filter's text: bounded, without control characters, which no stored text holds.
Filter = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


SlugPath = Annotated[str, Path(description="Its stable name in addresses.", examples=["neutropenia"])]


class FlatQuery(Paging):
    """The parameters of every list whose records have no editions: language and audience are plain filters."""

    lang: Lang = None
    audience: Audience | None = Field(default=None, description="Whom it is written for.")


class StrictRoute(APIRoute):
    """A route that checks its query itself, once, and gives it to its endpoint.

    FastAPI documents it. Its own way to an endpoint takes longer than to read a record.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._queries = _queries(endpoint)
        asked = any(field.is_required() for query in self._queries.values() for field in query.model_fields.values())
        # What most requests say: nothing more than the address does. None where something must be said.
        self._unasked = None if asked else {name: query() for name, query in self._queries.items()}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that came by this route's path."""
        if scope["method"] != "GET":
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive, send)
        query = self._unasked
        if query is None or scope["query_string"]:
            query = _strict(request, self._queries)
        response = await self.endpoint(request, **request.path_params, **query)
        await response(scope, receive, send)


def _strict(request: Request, queries: dict[str, type[BaseModel]]) -> dict[str, BaseModel]:
    """A request's query, by the endpoint's parameters.

    Raises a 422 problem for parameters that are not known here, which it names, for those given twice, and for values.
    """
    known = [name for query in queries.values() for name in query.model_fields]
    given = request.query_params
    names = [name for name, _ in given.multi_items()]
    allowed = f"known here: {', '.join(known)}" if known else "this address takes no parameters"
    errors = [
        {"parameter": name[:100], "detail": "must be given once" if name in known else f"is not known; {allowed}"}
        for name in dict.fromkeys(names)
        if name not in known or names.count(name) > 1
    ]
    named = {error["parameter"] for error in errors}
    checked = {}
    for parameter, query in queries.items():
        try:
            checked[parameter] = query.model_validate(
                {name: given[name] for name in query.model_fields if name in given}
            )
        except ValidationError as refused:
            errors += [error for error in value_errors(refused) if error["parameter"] not in named]
    if errors:
        raise invalid(errors)
    return checked


async def ignore_others(request: Request) -> None:
    """Note which parameters this route knows, for the cache: it ignores all others."""
    queries = _queries(request.scope["endpoint"])
    request.state.parameters = {name for query in queries.values() for name in query.model_fields}


@cache
def _queries(endpoint: Callable[..., Any]) -> dict[str, type[BaseModel]]:
    """An endpoint's query models, by the names of its parameters."""
    hints = {name: hint for name, hint in get_type_hints(endpoint).items() if name != "return"}
    return {name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, BaseModel)}


Lenient = Depends(ignore_others)


def resource(prefix: str, tag: str) -> APIRouter:
    """A router for one kind of content, whose queries are strict."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=StrictRoute, generate_unique_id_function=operation_id)


# ---- what was presented at publish, as an answer


async def record_response(request: Request, kind: Kind, slug: str) -> Response:
    """One record of a flat kind. Raises 308, 404 and 410 problems."""
    return Response(await record_body(request, kind, slug), media_type=JSON)


async def record_body(request: Request, kind: Kind, slug: str) -> bytes:
    """One record of a flat kind, as JSON. Raises 308, 404 and 410 problems."""

    request.state.record = (kind, slug)
    (body,) = await first(request, one_record(kind), slug, lambda reader: absent(request, reader, kind, slug))
    return fill(body, origin(request))


def flat_page(
    request: Request,
    connection: Connection,
    query: FlatQuery,
    table: type[FlatRow],
    shape: str,
    *filters: ColumnElement[bool],
    of: str | None = None,
) -> tuple[Page, list[bytes]]:
    """A page of a flat kind, and its items' bodies. Raises 308, 404 and 410 problems for a condition it is `of`."""
    matching = select(col(table.id)).where(*by_reader(table, query), *filters)
    condition = exists().where(col(models.Condition.slug) == of)
    facts = select(*counted(matching), condition.label("condition"))
    count = connection.execute(facts, cursor_values(query)).one()
    if of is not None and not count.condition:
        raise absent(request, connection, Kind.condition, of)
    listed = matching.with_only_columns(col(models.Presented.body)).join(models.Presented, stored(shape, table.id))
    page = paginate(request, connection, query, count, listed, table.sort_key)
    return page, [fill(row.body, origin(request)) for row in page.rows]


def page_response(page: schemas.Shape, items: Sequence[bytes], link: str, media_type: str = JSON) -> Response:
    """A list's answer: a page made without its items, with their bodies put in."""
    head, empty, tail = page.model_dump_json().encode().partition(b"[]")
    return Response(
        b"".join((head, empty[:1], b",".join(items), empty[1:], tail)), media_type=media_type, headers={"Link": link}
    )


def origin(request: Request) -> str:
    """What stands before every address: PUBLIC_URL, or nothing."""
    return request.app.state.settings.public_url or ""


def of_condition(slug: str) -> ColumnElement[bool]:
    """Whether an article is related reading for a condition."""
    link = models.ArticleCondition
    linked = select(col(link.article_id)).join(models.Condition).where(col(models.Condition.slug) == slug)
    return col(models.Article.id).in_(linked)


def absolute(request: Request) -> Settings:
    """The settings, for what has absolute addresses. Raises a 503 problem where PUBLIC_URL is not set."""
    settings: Settings = request.app.state.settings
    if settings.public_url is None:
        raise ProblemError(503, "no-public-address", "This has absolute addresses, and PUBLIC_URL is not set here.")
    return settings


def by_reader(table: type[models.Flat], query: FlatQuery) -> list[ColumnElement[bool]]:
    """The conditions that language (RFC 4647, basic filtering) and audience put on the rows of a flat kind."""
    found = []
    if query.lang:
        found.append(in_language(table.lang, query.lang))
    if query.audience:
        found.append(col(table.audience) == query.audience)
    return found


# ---- where no live record stands


def absent(request: Request, reader: Connection, kind: Kind, slug: str) -> ProblemError:
    """Why nothing can be served, by one statement.

    404 where a condition has no edition that fits, 308 where it has a new slug, 410 where it was withdrawn, else 404.
    """
    address = request.app.state.settings.address
    rows = reader.execute(_absence(kind), {"slug": slug}).all()
    if kind == Kind.condition and rows[0].lang is not None:
        detail = "This condition has no edition in that language for that audience; `available` names what there is."
        names = [schemas.EditionName(lang=lang, audience=who, audience_basis=basis) for *_, lang, who, basis in rows]
        available = [name.model_dump(mode="json") for name in names]
        return ProblemError(404, "no-edition", detail, available=available)
    moved_to, op, reason, successor = rows[0][:4]
    if moved_to:
        location = address(_moved_target(request, kind, slug, moved_to))
        return ProblemError(308, "moved", f"This {kind} has a new address.", headers={"Location": location})
    if op == Op.withdrawn:
        return gone(kind, reason, successor, address)
    return ProblemError(404, "not-found", f"There is no such {kind} here.")


@cache
def _absence(kind: Kind) -> Select[*tuple[Any, ...]]:
    """What is known of `:slug`: the slug it leads to, the last change and, of a condition, its editions."""
    asked = select(bindparam("slug", type_=String).label("slug")).subquery()
    former, change, condition, edition = models.FormerSlug, models.Change, models.Condition, models.Edition
    told: Select[*tuple[Any, ...]] = (
        select(col(former.current_slug), col(change.op), col(change.reason), col(change.successor))
        .select_from(asked)
        .outerjoin(former, (col(former.kind) == kind) & (col(former.slug) == asked.c.slug))
        .outerjoin(change, (col(change.kind) == kind) & (col(change.key) == asked.c.slug))
    )
    if kind != Kind.condition:
        return told
    told = told.outerjoin(condition, col(condition.slug) == asked.c.slug)
    told = told.outerjoin(edition, col(edition.condition_id) == condition.id).order_by(col(edition.position))
    return told.add_columns(col(edition.lang), col(edition.audience), col(edition.audience_basis))


def _moved_target(request: Request, kind: Kind, slug: str, current: str) -> str:
    """The request's own path and query with the current slug: in the path, or in the filter that named it."""
    path, query = request.scope["path"], request.url.query
    if "slug" in request.path_params:
        path = request.scope["route"].path_format.format(**request.path_params | {"slug": current})
    else:
        parameters = request.query_params.multi_items()
        query = urlencode([(name, current if name == kind and value == slug else value) for name, value in parameters])
    return f"{path}?{query}" if query else path


def gone(kind: str, reason: str | None, successor: str | None, address: Address) -> ProblemError:
    """410 for what was withdrawn, with its reason and its successor."""
    return ProblemError(
        410,
        "withdrawn",
        "This content was withdrawn. Take it out of every copy.",
        reason=reason,
        successor=successor and record_address(kind, successor, address),
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI declares a route's problems."""
    return {status: _DECLARED[status] for status in (*statuses, 405, 500, 503)}


def _declared(description: str, *shapes: type[schemas.Problem]) -> dict[str, Any]:
    references = [{"$ref": f"#/components/schemas/{shape.__name__}"} for shape in shapes]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


_DECLARED: dict[int, dict[str, Any]] = {
    308: _declared("It has a new address, in `Location`.", schemas.Problem),
    404: _declared("There is nothing here, or no edition that fits.", schemas.NoEditionProblem, schemas.Problem),
    405: _declared("Only GET, HEAD and OPTIONS are answered.", schemas.Problem),
    410: _declared("It was withdrawn: take it out of every copy.", schemas.GoneProblem),
    422: _declared("A parameter is not allowed as given.", schemas.InvalidProblem),
    500: _declared("Something went wrong here.", schemas.Problem),
    503: _declared("The content cannot be read at the moment.", schemas.Problem),
}
