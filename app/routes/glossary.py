"""`/v1/glossary`: medical words and what they mean."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import select

from app import models, present, schemas
from app.db import SessionDep
from app.pack import Kind
from app.pagination import paginate
from app.routes.answers import AddressDep, FlatQuery, SlugPath, Strict, absent, by_reader, problems
from app.rows import loaded

router = APIRouter(prefix="/v1/glossary", tags=["glossary"], dependencies=[Strict])

WHOLE = (loaded(models.GlossaryTerm.in_pack),)


@router.get("", responses=problems(422))
def list_glossary_terms(
    request: Request,
    response: Response,
    session: SessionDep,
    address: AddressDep,
    query: Annotated[FlatQuery, Query()],
) -> schemas.GlossaryPage:
    """The words that the sources explain, by the alphabet."""
    term = models.GlossaryTerm
    statement = select(term).where(*by_reader(term, query))
    page = paginate(request, response, session, statement, term.sort_key, query, WHOLE)
    return schemas.GlossaryPage(
        items=[present.glossary_term(row, address) for row in page.rows], total=page.total, next=page.next
    )


@router.get("/{slug}", responses=problems(308, 404, 410, 422))
def get_glossary_term(
    request: Request, slug: SlugPath, session: SessionDep, address: AddressDep
) -> schemas.GlossaryTerm:
    """One word and what it means."""
    term = models.GlossaryTerm
    row = session.exec(select(term).where(term.slug == slug).options(*WHOLE)).first()
    if row is None:
        raise absent(request, session, Kind.glossary, slug, address)
    return present.glossary_term(row, address)
