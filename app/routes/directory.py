"""`/v1/directory`: the organisation's services and links."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import Connection
from sqlmodel import col

from app import models, schemas
from app.db import in_snapshot
from app.routes.answers import Filter, FlatQuery, flat_page, page_response, problems, resource

router = resource("/v1/directory", "directory")


class DirectoryQuery(FlatQuery):
    """The parameters of the directory."""

    group: Filter | None = Field(default=None, description="A group's slug.")


@router.get("", response_model=schemas.DirectoryPage, responses=problems(422))
@in_snapshot
def list_directory_entries(
    request: Request, connection: Connection, query: Annotated[DirectoryQuery, Query()]
) -> Response:
    """The organisation's services and links, by name."""
    entry = models.DirectoryEntry
    filters = [col(entry.group_slug) == query.group] if query.group else []
    page, items = flat_page(request, connection, query, entry, "directory", *filters)
    return page_response(schemas.DirectoryPage(items=[], total=page.total, next=page.next), items, page.link)
