"""`/v1/articles`: related reading."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlmodel import Session, col, select

from app import models, present, schemas
from app.db import SessionDep
from app.pack import Kind
from app.pagination import paginate
from app.present import Address
from app.routes.answers import AddressDep, Filter, FlatQuery, SlugPath, Strict, absent, by_reader, problems
from app.rows import loaded

router = APIRouter(prefix="/v1/articles", tags=["articles"], dependencies=[Strict])

WHOLE = (loaded(models.Article.in_pack), loaded(models.Article.links, models.ArticleCondition.condition))


class ArticlesQuery(FlatQuery):
    """The parameters of the list of articles."""

    condition: Filter | None = Field(default=None, description="A condition's slug.", examples=["neutropenia"])


@router.get("", responses=problems(422))
def list_articles(
    request: Request,
    response: Response,
    session: SessionDep,
    address: AddressDep,
    query: Annotated[ArticlesQuery, Query()],
) -> schemas.ArticlePage:
    """Related reading, by title."""
    return article_page(request, response, session, address, query, query.condition)


@router.get("/{slug}", responses=problems(308, 404, 410, 422))
def get_article(request: Request, slug: SlugPath, session: SessionDep, address: AddressDep) -> schemas.Article:
    """One article."""
    row = session.exec(select(models.Article).where(models.Article.slug == slug).options(*WHOLE)).first()
    if row is None:
        raise absent(request, session, Kind.article, slug, address)
    return present.article(row, address)


def article_page(
    request: Request, response: Response, session: Session, address: Address, query: FlatQuery, condition: str | None
) -> schemas.ArticlePage:
    """A page of articles, of one condition or of all."""
    statement = select(models.Article).where(*by_reader(models.Article, query))
    if condition:
        links = (
            select(models.ArticleCondition.article_id).join(models.Condition).where(models.Condition.slug == condition)
        )
        statement = statement.where(col(models.Article.id).in_(links))
    page = paginate(request, response, session, statement, models.Article.sort_key, query, WHOLE)
    return schemas.ArticlePage(
        items=[present.article(row, address) for row in page.rows], total=page.total, next=page.next
    )
