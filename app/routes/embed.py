"""`/embed` and `/print`: an edition as a page of its own, to frame, to read and to print."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from app.editions import Wanted
from app.routes.answers import SlugPath
from app.routes.documents import find_document, page, pages

router = pages()


@router.get("/embed/conditions/{slug}")
async def get_condition_page(request: Request, slug: SlugPath, query: Annotated[Wanted, Query()]) -> Response:
    """A condition as a page."""
    return page(request, "page.html", document=await find_document(request, slug, query))
