"""`/v1/conditions`: what families look up, its warning signs, its related reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import BeforeValidator, Field
from sqlalchemy import ColumnElement, Connection, Integer, Select, String, column, exists, false, func, select, values
from sqlmodel import col

from app import models, present, schemas
from app.db import first, in_snapshot
from app.editions import Wanted, best, has_servable
from app.models import Op
from app.pack import Kind, sort_key
from app.pagination import Paging, counted, cursor_values, paginate
from app.presented import editions_in, fill_edition, narrowed, one_condition
from app.routes.answers import (
    JSON,
    Filter,
    FlatQuery,
    SlugPath,
    absent,
    flat_page,
    of_condition,
    origin,
    page_response,
    problems,
    resource,
)
from app.rows import code_key, place_key

router = resource("/v1/conditions", "conditions")

SYSTEMS = {  # FHIR's addresses of the code systems (HL7 Terminology) beside our own short names
    "http://hl7.org/fhir/sid/icd-10-cm": "icd-10-cm",
    "http://snomed.info/sct": "snomed-ct",
    "https://id.nlm.nih.gov/mesh": "mesh",
}
ICD_10_CM = re.compile(r"[A-Za-z][0-9][0-9A-Za-z]\.?[0-9A-Za-z]{1,4}")
MAX_SLUGS = 100
SLUGS = rf"^[^,\x00-\x1f\x7f]*(,[^,\x00-\x1f\x7f]*){{0,{MAX_SLUGS - 1}}}$"

Aspect = Annotated[
    Filter | None,
    Field(description="A HealthAspect term, such as `SymptomsHealthAspect`.", examples=["SymptomsHealthAspect"]),
]


def _few(slugs: str) -> str:
    if slugs.count(",") >= MAX_SLUGS:
        raise ValueError(f"must name at most {MAX_SLUGS} slugs")
    return slugs


class ConditionsQuery(Paging, Wanted):
    """The parameters of the list of conditions."""

    view: Literal["summary", "full"] = Field(default="summary", description="`full` gives whole conditions.")
    code: Filter | None = Field(
        default=None,
        description="A code, alone or after its system (`D70.9`, `icd-10-cm|D70.9`). Where nothing has an ICD-10-CM "
        "code, its heading one level up is taken, and the answer says so.",
        examples=["icd-10-cm|D70.9"],
    )
    category: Filter | None = Field(
        default=None,
        description="A category's whole name, in any of its languages; case and accents do not count.",
        examples=["Digestive System"],
    )
    aspect: Aspect = None
    starts_with: Filter | None = Field(default=None, description="How the name begins; case and accents do not count.")
    slugs: Annotated[str, Field(max_length=10_100, pattern=SLUGS), BeforeValidator(_few)] | None = Field(
        default=None,
        description=f"A batch: up to {MAX_SLUGS} slugs, with commas between them.",
        examples=["neutropenia"],
    )


class ConditionQuery(Wanted):
    """The parameters of one condition."""

    aspect: Aspect = None


@router.get("", response_model=schemas.ConditionPage, responses=problems(422))
@in_snapshot
def list_conditions(request: Request, connection: Connection, query: Annotated[ConditionsQuery, Query()]) -> Response:
    """Conditions by name, each with the size, urgency and address of its warning signs."""
    batch = list(dict.fromkeys(slug for slug in (query.slugs or "").split(",") if slug))
    full = query.view == "full"
    filters = _filters(query, batch)
    matching = select(col(models.Condition.id)).where(has_servable(query), *filters)
    facts = select(*counted(matching), _falls_back(query.code).label("code_falls_back"))
    told = connection.execute(_with_fates(facts, matching, batch) if batch else facts, cursor_values(query)).all()
    listed = editions_in("condition" if full else "condition-summary", query).where(*filters)
    page = paginate(request, connection, query, told[0], listed, models.Condition.sort_key)
    items = [fill_edition(row, origin(request), query) for row in page.rows]
    shape = schemas.ConditionPage(
        items=[],
        total=page.total,
        next=page.next,
        code=_code_match(query.code, falls_back=told[0].code_falls_back) if query.code else None,
        not_served=[fate for row in told if (fate := _not_served(row, request))] if batch else [],
        notice=present.notice(query.lang or "en"),
    )
    return page_response(shape, [narrowed(item, query.aspect) for item in items] if full else items, page.link)


@router.get("/{slug:slug}", response_model=schemas.Condition, responses=problems(308, 404, 410, 422))
async def get_condition(request: Request, slug: SlugPath, query: Annotated[ConditionQuery, Query()]) -> Response:
    """A condition with its warning signs, in the edition that fits best. `aspect` narrows sections, never signs."""
    body = await _find(request, "condition", slug, query)
    return Response(narrowed(body, query.aspect), media_type=JSON)


@router.get("/{slug:slug}/warning-signs", response_model=schemas.ConditionSigns, responses=problems(308, 404, 410, 422))
async def get_condition_warning_signs(request: Request, slug: SlugPath, query: Annotated[Wanted, Query()]) -> Response:
    """A condition's warning signs, all that are known, with what the set leaves open."""
    return Response(await _find(request, "condition-signs", slug, query), media_type=JSON)


@router.get("/{slug:slug}/articles", response_model=schemas.ArticlePage, responses=problems(308, 404, 410, 422))
@in_snapshot
def list_condition_articles(
    request: Request, connection: Connection, slug: SlugPath, query: Annotated[FlatQuery, Query()]
) -> Response:
    """Related reading for a condition."""
    page, items = flat_page(request, connection, query, models.Article, "article", of_condition(slug), of=slug)
    return page_response(schemas.ArticlePage(items=[], total=page.total, next=page.next), items, page.link)


async def _find(request: Request, shape: str, slug: str, wanted: Wanted) -> bytes:
    """A condition's body in the edition that fits a reader best. Raises 308, 404 and 410 problems."""

    request.state.record = (Kind.condition, slug)
    statement = one_condition(shape, wanted)
    row = await first(request, statement, slug, lambda reader: absent(request, reader, Kind.condition, slug))
    return fill_edition(row, origin(request), wanted)


# ---- the list's filters


def _filters(query: ConditionsQuery, batch: Sequence[str]) -> list[ColumnElement[bool]]:
    condition = models.Condition
    found: list[ColumnElement[bool]] = []
    if query.aspect:
        section = models.Section
        found.append(exists().where(col(section.edition_id) == best(query), col(section.aspect) == query.aspect))
    if query.category:
        category = models.Category
        grouped = select(col(category.condition_id)).where(col(category.name_key) == place_key(query.category))
        found.append(col(condition.id).in_(grouped))
    if query.starts_with:
        begins = sort_key(query.starts_with, "").rstrip("\t")
        found.append(col(condition.sort_key).startswith(begins, autoescape=True))
    if query.code:
        found.append(_has_code_or_heading(query.code))
    if query.slugs is not None:
        former = models.FormerSlug
        moved = select(col(former.current_slug)).where(col(former.kind) == Kind.condition, col(former.slug).in_(batch))
        found.append(col(condition.slug).in_(batch) | col(condition.slug).in_(moved))
    return found


def _heading(asked: str) -> str | None:
    """The heading one level up of an ICD-10-CM code (`D70.1` -> `D70`)."""
    system, _, code = asked.rpartition("|")
    if not ICD_10_CM.fullmatch(code) or SYSTEMS.get(system, system) not in {"", "icd-10-cm"}:
        return None
    return f"icd-10-cm|{code[:-1].rstrip('.').upper()}"


def _has_code_or_heading(asked: str) -> ColumnElement[bool]:
    """Whether a condition has a code or, where none has it, the code's heading."""
    heading = _heading(asked)
    return _has_code(asked) if heading is None else _has_code(asked) | (~_in_use(asked) & _has_code(heading))


def _falls_back(asked: str | None) -> ColumnElement[bool]:
    """Whether a code's heading is what is looked for: nothing has the code, and something has the heading."""
    heading = _heading(asked) if asked else None
    return ~_in_use(asked) & _in_use(heading) if asked and heading else false()


def _code_match(asked: str, *, falls_back: bool) -> schemas.CodeMatch:
    matched = _heading(asked) if falls_back else None
    return schemas.CodeMatch(requested=asked, matched=matched or asked, fallback=falls_back)


def _has_code(asked: str) -> ColumnElement[bool]:
    return col(models.Condition.id).in_(_codings(asked))


def _in_use(asked: str) -> ColumnElement[bool]:
    return _codings(asked).exists()


def _codings(asked: str) -> Select[int]:
    system, _, code = asked.rpartition("|")
    codings = select(col(models.Coding.condition_id)).where(col(models.Coding.code_key) == code_key(code))
    if system:
        codings = codings.where(col(models.Coding.system) == SYSTEMS.get(system, system.lower()))
    return codings


# ---- a batch


def _with_fates(facts: Select[*tuple[Any, ...]], matching: Select[int | None], batch: Sequence[str]) -> Select[Any]:
    """Beside a list's facts: what became of each slug of a batch, in the batch's order."""
    former, change = models.FormerSlug, models.Change
    listed = enumerate(batch)
    asked = values(column("at", Integer), column("slug", String)).data(list(listed)).cte("asked")
    current = func.coalesce(former.current_slug, asked.c.slug)
    matches = matching.where(col(models.Condition.slug) == current).correlate(asked, former).exists()
    return (
        facts.add_columns(asked.c.slug, col(former.current_slug), matches.label("matches"))
        .add_columns(col(change.key), col(change.op), col(change.reason), col(change.successor))
        .select_from(asked)
        .outerjoin(former, (col(former.kind) == Kind.condition) & (col(former.slug) == asked.c.slug))
        .outerjoin(change, (col(change.kind) == Kind.condition) & (col(change.key) == current))
        .order_by(asked.c.at)
    )


def _not_served(row: Any, request: Request) -> schemas.NotServed | None:
    """What became of a slug of a batch that has no item of its own: a withdrawal must never be passed over."""
    code, reason, leads_to = None, None, None
    if row.key is None:
        code = "not-found"
    elif row.op == Op.withdrawn:
        code, reason, leads_to = "withdrawn", row.reason, row.successor
    elif row.current_slug:
        code, leads_to = "moved", row.key
    elif not row.matches:
        code = "no-match"
    if code is None:
        return None
    address = request.app.state.settings.address
    to = leads_to and present.record_address(Kind.condition, leads_to, address)
    return schemas.NotServed(slug=row.slug, code=code, reason=reason, address=to)
