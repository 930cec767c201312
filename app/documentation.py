"""The documentation developers query: the OpenAPI document, and `/docs` from assets that the service ships."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from app import schemas
from app.assets import get_asset, get_integrity
from app.settings import Settings

HERE = Path(__file__).parent
DESCRIPTION = """\
Health content for apps, portals and developers: conditions with their warning signs, related articles, places of care.

**Read before you show it.** Every record says where it comes from (`provenance`). What its source lost is marked as
lost: a block of type `lost-list`, a section or a sign set that is not `complete`. Show those marks, the sign set with
its `note`, the `review` and the `notice` wherever you show a condition. A warning sign's `action` is shown as it
stands; an emergency number goes only with `contact: emergency`.

**Lists** answer `items`, `total` and `next`, with a `Link` header (RFC 8288). **Errors** are problem details (RFC 9457)
with a stable `code`. **Caching**: send the `ETag` back as `If-None-Match`. Unknown parameters are refused.
"""
TAGS = [
    {"name": "articles", "description": "Related reading."},
    {"name": "conditions", "description": "What families look up."},
    {"name": "directory", "description": "The organisation's services and links."},
    {"name": "glossary", "description": "Medical words in plain words."},
    {"name": "locations", "description": "Places of care."},
    {"name": "operations", "description": "What an operator's tools ask."},
    {"name": "search", "description": "What a reader's own words find."},
    {"name": "service", "description": "The service itself, its sources, and old addresses."},
    {"name": "warning signs", "description": "Signs that call for care."},
]
# Swagger UI draws with inline images; nothing else is inline, and nothing comes from elsewhere.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def about(settings: Settings) -> dict[str, Any]:
    """What FastAPI is told of the service."""
    contact = {"name": settings.organisation_name}
    if settings.contact_url:
        contact["url"] = settings.contact_url
    return {
        "title": "Health Content API",
        "summary": "A care organisation's health pages as typed, traceable content.",
        "description": DESCRIPTION,
        "contact": contact,
        "license_info": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        "openapi_tags": TAGS,
        "servers": [{"url": settings.public_url or "/", "description": "This deployment."}],
        "generate_unique_id_function": operation_id,
    }


def operation_id(route: APIRoute) -> str:
    """An operation's id: the endpoint's name as generated clients spell methods (`get_condition`: `getCondition`)."""
    first, *rest = route.name.split("_")
    return first + "".join(word.title() for word in rest)


def install(app: FastAPI) -> None:
    """Give an app its OpenAPI document and its documentation page."""
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # FastAPI's own way to extend the document
    app.add_route("/static/integrity.json", get_integrity)
    app.add_route("/static/{name}.{digest:str}.{ending}", get_asset)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    @app.get("/docs", include_in_schema=False)
    async def get_documentation(request: Request) -> HTMLResponse:
        address = request.app.state.settings.address
        page = (HERE / "static" / "docs.html").read_text(encoding="utf-8").replace("{root}", address(""))
        return HTMLResponse(page, headers={"Content-Security-Policy": DOCS_POLICY})


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document: FastAPI's, with our problems, our examples, and that nobody has to sign in."""
    if not app.openapi_schema:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            servers=app.servers,
            contact=app.contact,
            license_info=app.license_info,
        )
        document["security"] = []
        _add_problem_shapes(document)
        _add_examples(document)
        app.openapi_schema = document
    return app.openapi_schema


def _add_problem_shapes(document: dict[str, Any]) -> None:
    shapes = (schemas.Problem, schemas.InvalidProblem, schemas.GoneProblem, schemas.NoEditionProblem)
    _, made = models_json_schema(
        [(shape, "serialization") for shape in shapes], ref_template="#/components/schemas/{model}"
    )
    document["components"]["schemas"] |= made["$defs"]


def _add_examples(document: dict[str, Any]) -> None:
    """Put the recorded answers into the operations that gave them; a test keeps them true."""
    operations = {
        operation["operationId"]: operation for path in document["paths"].values() for operation in path.values()
    }
    for example in json.loads((HERE / "examples.json").read_text(encoding="utf-8")):
        answer = operations[example["operation"]]["responses"][str(example["status"])]
        (content,) = answer["content"].values()
        named = {"summary": example["summary"], "description": f"`GET {example['request']}`", "value": example["value"]}
        content.setdefault("examples", {})[example["name"]] = named
