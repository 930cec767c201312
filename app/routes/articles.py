"""`/v1/articles`: related reading."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import Connection

from app import models, schemas
from app.db import in_snapshot
from app.pack import Kind
from app.routes.answers import (
    Filter,
    FlatQuery,
    SlugPath,
    flat_page,
    of_condition,
    page_response,
    problems,
    record_response,
    resource,
)

router = resource("/v1/articles", "articles")


class ArticlesQuery(FlatQuery):
    """The parameters of the list of articles."""

    condition: Filter | None = Field(default=None, description="A condition's slug.", examples=["neutropenia"])


@router.get("", response_model=schemas.ArticlePage, responses=problems(422))
@in_snapshot
def list_articles(request: Request, connection: Connection, query: Annotated[ArticlesQuery, Query()]) -> Response:
    """Related reading, by title."""
    filters = [of_condition(query.condition)] if query.condition else []
    page, items = flat_page(request, connection, query, models.Article, "article", *filters)
    return page_response(schemas.ArticlePage(items=[], total=page.total, next=page.next), items, page.link)


@router.get("/{slug:slug}", response_model=schemas.Article, responses=problems(308, 404, 410, 422))
async def get_article(request: Request, slug: SlugPath) -> Response:
    """One article."""
    return await record_response(request, Kind.article, slug)
