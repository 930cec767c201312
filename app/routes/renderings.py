"""`/v1/conditions/{slug}.html` and its kin: one edition, each rendering at an address of its own."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from app.editions import Wanted
from app.render.html import MEDIA_TYPE, render
from app.routes.answers import SlugPath, problems, resource
from app.routes.documents import find_document

router = resource("/v1/conditions", "conditions")


@router.get("/{slug}.html", response_class=Response, responses=problems(308, 404, 410, 422))
async def get_condition_html(request: Request, slug: SlugPath, query: Annotated[Wanted, Query()]) -> Response:
    """A condition as a fragment of HTML, for a page of your own."""
    document = await find_document(request, slug, query)
    return Response(render("edition.html", document.settings, document=document), media_type=MEDIA_TYPE)
