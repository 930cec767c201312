"""What routes share: the strict query, filters, and the answers where no live record stands."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Path, Request
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from app import models, schemas
from app.editions import Lang, in_language
from app.errors import MEDIA_TYPE, ProblemError, invalid, value_errors
from app.models import Op
from app.pack import Audience, Kind
from app.pagination import Paging
from app.present import Address, record_address
from app.settings import Settings

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# A filter's text: bounded, without control characters, which no stored text holds.
Filter = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


SlugPath = Annotated[str, Path(description="Its stable name in addresses.", examples=["neutropenia"])]


class FlatQuery(Paging):
    """The parameters of every list whose records have no editions: language and audience are plain filters."""

    lang: Lang = None
    audience: Audience | None = Field(default=None, description="Whom it is written for.")


def by_reader(table: type[models.Flat], query: FlatQuery) -> list[ColumnElement[bool]]:
    """The conditions that language (RFC 4647, basic filtering) and audience put on the rows of a flat kind."""
    found = []
    if query.lang:
        found.append(in_language(table.lang, query.lang))
    if query.audience:
        found.append(col(table.audience) == query.audience)
    return found


def strict_query(request: Request) -> None:
    """Refuse an ill-formed slug, parameters that this route does not know, and those given twice.

    Raises a 404 problem, or a 422 problem that names the known parameters and whatever else is wrong.
    """
    if not SLUG.fullmatch(request.path_params.get("slug", "well-formed")):
        raise ProblemError(404, "not-found", "There is nothing here: a slug has small letters, digits and hyphens.")
    models = _query_models(request)
    known = [name for model in models for name in model.model_fields]
    given = [name for name, _ in request.query_params.multi_items()]
    allowed = f"known here: {', '.join(known)}" if known else "this address takes no parameters"
    errors = [
        {"parameter": name[:100], "detail": "must be given once" if name in known else f"is not known; {allowed}"}
        for name in dict.fromkeys(given)
        if name not in known or given.count(name) > 1
    ]
    if errors:
        named = {error["parameter"] for error in errors}
        others = [error for model in models for error in value_errors(model, request.query_params)]
        raise invalid([*errors, *(error for error in others if error["parameter"] not in named)])


def _query_models(request: Request) -> list[type[BaseModel]]:
    declared = [field.field_info.annotation for field in request.scope["route"].dependant.query_params]
    return [model for model in declared if isinstance(model, type) and issubclass(model, BaseModel)]


def _address(request: Request) -> Address:
    settings: Settings = request.app.state.settings
    return settings.address


AddressDep = Annotated[Address, Depends(_address)]
Strict = Depends(strict_query)


def absent(request: Request, session: Session, kind: Kind, slug: str, address: Address) -> ProblemError:
    """Why no live record answers: 308 where it has a new slug, 410 where it was withdrawn, else 404."""
    if moved := session.get(models.FormerSlug, (kind, slug)):
        location = address(_moved_target(request, kind, slug, moved.current_slug))
        return ProblemError(308, "moved", f"This {kind} has a new address.", headers={"Location": location})
    tombstone = session.get(models.Change, (kind, slug))
    if tombstone is None or tombstone.op != Op.withdrawn:
        return _not_found(kind)
    return gone(tombstone, address)


def _moved_target(request: Request, kind: Kind, slug: str, current: str) -> str:
    """The request's own path and query with the current slug: in the path, or in the filter that named it."""
    path, query = request.scope["path"], request.url.query
    old = record_address(kind, slug, str)
    if path == old or path.startswith(f"{old}/"):
        path = record_address(kind, current, str) + path.removeprefix(old)
    else:
        parameters = request.query_params.multi_items()
        query = urlencode([(name, current if name == kind and value == slug else value) for name, value in parameters])
    return f"{path}?{query}" if query else path


def gone(tombstone: models.Change, address: Address) -> ProblemError:
    """410 for what was withdrawn, with its reason and its successor."""
    return ProblemError(
        410,
        "withdrawn",
        "This content was withdrawn. Take it out of every copy.",
        reason=tombstone.reason,
        successor=tombstone.successor and record_address(tombstone.kind, tombstone.successor, address),
    )


def _not_found(kind: Kind) -> ProblemError:
    return ProblemError(404, "not-found", f"There is no such {kind} here.")


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
