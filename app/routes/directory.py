"""`/v1/directory`: the organisation's services and links."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlmodel import select

from app import models, present, schemas
from app.db import SessionDep
from app.pagination import paginate
from app.routes.answers import AddressDep, Filter, FlatQuery, Strict, by_reader, problems
from app.rows import loaded

router = APIRouter(prefix="/v1/directory", tags=["directory"], dependencies=[Strict])


class DirectoryQuery(FlatQuery):
    """The parameters of the directory."""

    group: Filter | None = Field(default=None, description="A group's slug.")


@router.get("", responses=problems(422))
def list_directory_entries(
    request: Request,
    response: Response,
    session: SessionDep,
    address: AddressDep,
    query: Annotated[DirectoryQuery, Query()],
) -> schemas.DirectoryPage:
    """The organisation's services and links, by name."""
    entry = models.DirectoryEntry
    statement = select(entry).where(*by_reader(entry, query))
    if query.group:
        statement = statement.where(entry.group_slug == query.group)
    page = paginate(request, response, session, statement, entry.sort_key, query, [loaded(entry.in_pack)])
    return schemas.DirectoryPage(
        items=[present.directory_entry(row, address) for row in page.rows], total=page.total, next=page.next
    )
