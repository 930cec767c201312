"""`/v1/conditions/{slug}.html` and its kin: one edition, each rendering at an address of its own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse

from app import schemas
from app.editions import Wanted
from app.pack import Kind
from app.render import jsonld
from app.render.html import fragment
from app.render.markdown import markdown
from app.render.text import text
from app.routes.answers import SlugPath, problems, record_body, resource
from app.routes.documents import find_document

router = resource("/v1/conditions", "conditions")
places = resource("/v1/locations", "locations")

PROBLEMS = problems(308, 404, 410, 422)


class MarkdownResponse(Response):
    """An answer in Markdown (RFC 7763)."""

    media_type = "text/markdown"


class LinkedDataResponse(JSONResponse):
    """An answer in JSON-LD 1.1 (W3C), with schema.org's context."""

    media_type = "application/ld+json"

    def render(self, content: jsonld.Node) -> bytes:
        """A node as the answer's body."""
        return jsonld.written(content)


LINKED_DATA: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            LinkedDataResponse.media_type: {
                "schema": {
                    "type": "object",
                    "description": "A node in schema.org's vocabulary.",
                    "properties": {"@context": {"type": "string"}, "@type": {"type": "string"}},
                    "required": ["@context", "@type"],
                    "additionalProperties": True,
                }
            }
        }
    },
    **PROBLEMS,
}


@router.get("/{slug:slug}.html", response_class=HTMLResponse, responses=PROBLEMS)
async def get_condition_html(request: Request, slug: SlugPath, query: Annotated[Wanted, Query()]) -> Response:
    """A condition as a fragment of HTML, for a page of your own."""
    document = await find_document(request, slug, query, glossary=True)
    return HTMLResponse(fragment(document))


@router.get("/{slug:slug}.md", response_class=MarkdownResponse, responses=PROBLEMS)
async def get_condition_markdown(request: Request, slug: SlugPath, query: Annotated[Wanted, Query()]) -> Response:
    """A condition as Markdown (CommonMark). Its content is escaped: none of it is markup."""
    return MarkdownResponse(markdown(await find_document(request, slug, query)))


@router.get("/{slug:slug}.txt", response_class=PlainTextResponse, responses=PROBLEMS)
async def get_condition_text(request: Request, slug: SlugPath, query: Annotated[Wanted, Query()]) -> Response:
    """A condition as plain text. What begins with `[!]` must not be left out."""
    return PlainTextResponse(text(await find_document(request, slug, query)))


@router.get("/{slug:slug}.jsonld", response_class=LinkedDataResponse, responses=LINKED_DATA)
async def get_condition_linked_data(request: Request, slug: SlugPath, query: Annotated[Wanted, Query()]) -> Response:
    """A condition as schema.org's JSON-LD: a MedicalWebPage about a MedicalCondition.

    Its `usageInfo` and each part's text have to be shown with it.
    """
    return LinkedDataResponse(jsonld.condition_page(await find_document(request, slug, query)))


@places.get("/{slug:slug}.jsonld", response_class=LinkedDataResponse, responses=LINKED_DATA)
async def get_location_linked_data(request: Request, slug: SlugPath) -> Response:
    """A place of care as schema.org's JSON-LD: a Hospital, a MedicalClinic, or else a MedicalBusiness."""
    place = schemas.Location.model_validate_json(await record_body(request, Kind.location, slug))
    return LinkedDataResponse(jsonld.location(place))


router.routes += places.routes
