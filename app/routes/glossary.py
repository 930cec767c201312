"""`/v1/glossary`: medical words and what they mean."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy import Connection

from app import models, schemas
from app.db import in_snapshot
from app.pack import Kind
from app.routes.answers import (
    FlatQuery,
    SlugPath,
    flat_page,
    page_response,
    problems,
    record_response,
    resource,
)

router = resource("/v1/glossary", "glossary")


@router.get("", response_model=schemas.GlossaryPage, responses=problems(422))
@in_snapshot
def list_glossary_terms(request: Request, connection: Connection, query: Annotated[FlatQuery, Query()]) -> Response:
    """The words that the sources explain, by the alphabet."""
    page, items = flat_page(request, connection, query, models.GlossaryTerm, "glossary")
    return page_response(schemas.GlossaryPage(items=[], total=page.total, next=page.next), items, page.link)


@router.get("/{slug:slug}", response_model=schemas.GlossaryTerm, responses=problems(308, 404, 410, 422))
async def get_glossary_term(request: Request, slug: SlugPath) -> Response:
    """One word and what it means."""
    return await record_response(request, Kind.glossary, slug)
