"""`/v1/conditions`: what families look up, its warning signs, its related reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, Field
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Load
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import models, present, schemas
from app.db import SessionDep
from app.editions import Wanted, chosen, servable
from app.errors import ProblemError
from app.models import Op
from app.pack import Kind, sort_key
from app.pagination import Paging, paginate
from app.present import Address
from app.routes.answers import AddressDep, Filter, FlatQuery, SlugPath, Strict, absent, problems
from app.routes.articles import article_page
from app.rows import code_key, loaded

router = APIRouter(prefix="/v1/conditions", tags=["conditions"], dependencies=[Strict])

SYSTEMS = {  # FHIR's addresses of the code systems (HL7 Terminology) beside our own short names
    "http://hl7.org/fhir/sid/icd-10-cm": "icd-10-cm",
    "http://snomed.info/sct": "snomed-ct",
    "https://id.nlm.nih.gov/mesh": "mesh",
}
ICD_10_CM = re.compile(r"[A-Za-z][0-9][0-9A-Za-z]\.?[0-9A-Za-z]{1,4}")
MAX_SLUGS = 100

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
    aspect: Aspect = None
    starts_with: Filter | None = Field(default=None, description="How the name begins; case and accents do not count.")
    slugs: Annotated[str, AfterValidator(_few)] | None = Field(
        default=None,
        max_length=10_100,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description=f"A batch: up to {MAX_SLUGS} slugs, with commas between them.",
        examples=["neutropenia"],
    )


class ConditionQuery(Wanted):
    """The parameters of one condition."""

    aspect: Aspect = None


@router.get("", responses=problems(422))
def list_conditions(
    request: Request,
    response: Response,
    session: SessionDep,
    address: AddressDep,
    query: Annotated[ConditionsQuery, Query()],
) -> schemas.ConditionPage:
    """Conditions by name, each with the size, urgency and address of its warning signs."""
    statement = servable_conditions(query, query.aspect)
    if query.starts_with:
        begins = sort_key(query.starts_with, "").rstrip("\t")
        statement = statement.where(col(models.Condition.sort_key).startswith(begins, autoescape=True))
    code = _match_code(session, query.code) if query.code else None
    if code:
        statement = statement.where(_has_code(code.matched))
    batch = [slug for slug in (query.slugs or "").split(",") if slug]
    moved = _moved(session, batch)
    if query.slugs is not None:
        statement = statement.where(col(models.Condition.slug).in_([moved.get(slug, slug) for slug in batch]))
    page = paginate(request, response, session, statement, models.Condition.sort_key, query)
    return schemas.ConditionPage(
        items=_present_all(session, page.rows, query, address),
        total=page.total,
        next=page.next,
        code=code,
        not_served=_not_served(session, statement, moved, batch, address),
        notice=present.notice(query.lang or "en"),
    )


@router.get("/{slug}", responses=problems(308, 404, 410, 422))
def get_condition(
    request: Request,
    slug: SlugPath,
    session: SessionDep,
    address: AddressDep,
    query: Annotated[ConditionQuery, Query()],
) -> schemas.Condition:
    """A condition with its warning signs, in the edition that fits best. `aspect` narrows sections, never signs."""
    row, edition = find(request, session, slug, query, address)
    former = _former_slugs(session, [slug]).get(slug, [])
    return present.condition(row, edition, former, query, query.aspect, address)


@router.get("/{slug}/warning-signs", responses=problems(308, 404, 410, 422))
def get_condition_warning_signs(
    request: Request, slug: SlugPath, session: SessionDep, address: AddressDep, query: Annotated[Wanted, Query()]
) -> schemas.ConditionSigns:
    """A condition's warning signs, all that are known, with what the set leaves open."""
    row, edition = find(request, session, slug, query, address)
    return present.condition_signs(row, edition, query, address)


@router.get("/{slug}/articles", responses=problems(308, 404, 410, 422))
def list_condition_articles(
    request: Request,
    response: Response,
    slug: SlugPath,
    session: SessionDep,
    address: AddressDep,
    query: Annotated[FlatQuery, Query()],
) -> schemas.ArticlePage:
    """Related reading for a condition."""
    if session.exec(select(models.Condition.id).where(models.Condition.slug == slug)).first() is None:
        raise absent(request, session, Kind.condition, slug, address)
    return article_page(request, response, session, address, query, condition=slug)


# ---- finding


def find(
    request: Request, session: Session, slug: str, wanted: Wanted, address: Address
) -> tuple[models.Condition, models.Edition]:
    """A condition and the whole edition for a reader. Raises 308, 404 and 410 problems."""
    row = session.exec(select(models.Condition).where(models.Condition.slug == slug).options(*_heads())).first()
    if row is None:
        raise absent(request, session, Kind.condition, slug, address)
    edition = pick(session, [row], wanted).get(row.id)
    if edition is None:
        detail = "This condition has no edition in that language for that audience; `available` names what there is."
        available = [present.edition_name(edition).model_dump(mode="json") for edition in row.editions]
        raise ProblemError(404, "no-edition", detail, available=available)
    load_texts(session, [edition])
    return row, edition


def servable_conditions(wanted: Wanted, aspect: str | None = None) -> SelectOfScalar[models.Condition]:
    """The conditions with an edition to serve, and one that has a section of an aspect, if an aspect is asked for."""
    if aspect is None:
        editions = select(models.Edition.condition_id).where(servable(wanted))
    else:
        best = chosen(wanted)
        sections = select(models.Section.edition_id).where(models.Section.aspect == aspect)
        editions = select(best.c.condition_id).where(best.c.id.in_(sections))
    return select(models.Condition).where(col(models.Condition.id).in_(editions))


def load_heads(session: Session, ids: Sequence[int | None]) -> list[models.Condition]:
    """Conditions in the order of the ids, with all but their editions' texts."""
    rows = session.exec(select(models.Condition).where(col(models.Condition.id).in_(ids)).options(*_heads())).all()
    return sorted(rows, key=lambda row: ids.index(row.id))


def pick(session: Session, rows: Sequence[models.Condition], wanted: Wanted) -> dict[int | None, models.Edition]:
    """The edition to serve of each condition, by the condition's id; none where none may be served."""
    best = chosen(wanted, col(models.Edition.condition_id).in_([row.id for row in rows]))
    ids = set(session.exec(select(best.c.id)))
    return {row.id: edition for row in rows for edition in row.editions if edition.id in ids}


def load_texts(session: Session, editions: Sequence[models.Edition]) -> None:
    """Load what the chosen editions say, and no other edition's text."""
    session.exec(
        select(models.Edition)
        .where(col(models.Edition.id).in_([edition.id for edition in editions]))
        .options(
            loaded(models.Edition.source),
            loaded(models.Edition.sections, models.Section.blocks),
            loaded(models.Edition.sign_set_wording, models.SignSetWording.signs),
        )
    ).all()


def _heads() -> list[Load]:
    return [
        loaded(models.Condition.in_pack),
        loaded(models.Condition.aliases),
        loaded(models.Condition.codings),
        loaded(models.Condition.editions),
        loaded(models.Condition.sign_set, models.SignSet.signs),
    ]


# ---- the list's filters


def _match_code(session: Session, asked: str) -> schemas.CodeMatch:
    """The code to look for: the one asked for or, for ICD-10-CM, its heading one level up (`D70.1` -> `D70`)."""
    system, _, code = asked.rpartition("|")
    match = schemas.CodeMatch(requested=asked, matched=asked, fallback=False)
    heading = code[:-1].rstrip(".")
    if not ICD_10_CM.fullmatch(code) or SYSTEMS.get(system, system) not in {"", "icd-10-cm"}:
        return match
    parent = match.model_copy(update={"matched": f"icd-10-cm|{heading.upper()}", "fallback": True})
    exists = [session.exec(select(models.Condition.id).where(_has_code(to.matched))).first() for to in (match, parent)]
    return parent if exists[0] is None and exists[1] is not None else match


def _has_code(asked: str) -> ColumnElement[bool]:
    system, _, code = asked.rpartition("|")
    codings = select(models.Coding.condition_id).where(models.Coding.code_key == code_key(code))
    if system:
        codings = codings.where(models.Coding.system == SYSTEMS.get(system, system.lower()))
    return col(models.Condition.id).in_(codings)


def _moved(session: Session, batch: Sequence[str]) -> dict[str, str]:
    """Of the slugs of a batch, those that are former ones, with the current ones."""
    former = models.FormerSlug
    rows = session.exec(select(former).where(former.kind == Kind.condition, col(former.slug).in_(batch)))
    return {row.slug: row.current_slug for row in rows}


def _not_served(
    session: Session,
    statement: SelectOfScalar[models.Condition],
    moved: dict[str, str],
    batch: Sequence[str],
    address: Address,
) -> list[schemas.NotServed]:
    """What became of the slugs of a batch that have no item of their own: a withdrawal must never be passed over."""
    change = models.Change
    targets = [moved.get(slug, slug) for slug in batch]
    changes = select(change).where(change.kind == Kind.condition, col(change.key).in_(targets))
    known = {row.key: row for row in session.exec(changes)} if batch else {}
    served = {row.slug for row in session.exec(statement)} if batch else set()
    found = []
    for slug in dict.fromkeys(batch):
        row = known.get(moved.get(slug, slug))
        if row is None:
            found.append(schemas.NotServed(slug=slug, code="not-found", reason=None, address=None))
        elif row.op == Op.withdrawn:
            successor = row.successor and present.record_address(Kind.condition, row.successor, address)
            found.append(schemas.NotServed(slug=slug, code="withdrawn", reason=row.reason, address=successor))
        elif slug in moved:
            new = present.record_address(Kind.condition, row.key, address)
            found.append(schemas.NotServed(slug=slug, code="moved", reason=None, address=new))
        elif slug not in served:
            found.append(schemas.NotServed(slug=slug, code="no-match", reason=None, address=None))
    return found


def _present_all(
    session: Session, rows: Sequence[models.Condition], query: ConditionsQuery, address: Address
) -> list[schemas.ConditionSummary] | list[schemas.Condition]:
    heads = load_heads(session, [row.id for row in rows])
    editions = pick(session, heads, query)
    if query.view == "summary":
        return [present.condition_summary(row, editions[row.id], query, address) for row in heads]
    load_texts(session, [*editions.values()])
    former = _former_slugs(session, [row.slug for row in heads])
    return [
        present.condition(row, editions[row.id], former.get(row.slug, []), query, query.aspect, address)
        for row in heads
    ]


def _former_slugs(session: Session, slugs: Sequence[str]) -> dict[str, list[str]]:
    """The former slugs of conditions, by their current ones."""
    former = models.FormerSlug
    rows = session.exec(
        select(former)
        .where(former.kind == Kind.condition, col(former.current_slug).in_(slugs))
        .order_by(col(former.position))
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.current_slug, []).append(row.slug)
    return found
