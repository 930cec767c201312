"""`/oembed`: what another site needs to show a page of this one, by the page's address alone (https://oembed.com)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Connection, select
from sqlmodel import col
from starlette.responses import JSONResponse

from app import models, schemas
from app.db import read
from app.documentation import operation_id
from app.errors import ProblemError
from app.pack import Kind
from app.presented import fill, one_condition, one_record
from app.render.document import NOT_XML, inert, web_address
from app.routes.answers import JSON, SLUG, Lenient, absolute, origin
from app.routes.embed import ConditionPageQuery

Carried = list[tuple[str, str]]  # names and values of a query

router = APIRouter(
    prefix="/oembed", dependencies=[Lenient], include_in_schema=False, generate_unique_id_function=operation_id
)

# The pages that may be asked for, after PUBLIC_URL, and what each is of.
PAGES = {
    re.compile(rf"/(?:embed|print)/conditions/({SLUG.pattern})"): Kind.condition,
    re.compile(rf"/v1/conditions/({SLUG.pattern})(?:\.(?:html|md|txt|jsonld))?"): Kind.condition,
    re.compile(rf"/embed/articles/({SLUG.pattern})"): Kind.article,
    re.compile(rf"/embed/locations/({SLUG.pattern})"): Kind.location,
}
SCHEMES = ("/embed/conditions/*", "/print/conditions/*", "/v1/conditions/*", "/embed/articles/*", "/embed/locations/*")
CARRIED = ("lang", "audience", "fallback", "sections", "theme", "accent", "heading_level")  # from a page to its frame
WIDTH, HEIGHT = 600, 600  # pixels, where a site asks for no less
CACHE_AGE = 86_400  # seconds: what is kept is a name and an address, and the frame is always of today
# No content leads out of the frame but by a reader's click: to the page, to a telephone, to another site.
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"


class OEmbedQuery(BaseModel):
    """The parameters of oEmbed (section 2.2 of its specification); others are ignored."""

    url: str = Field(max_length=2_000, description="The page's address.")
    format: str = Field(default="json", description="`json` or `xml`.")
    maxwidth: int = Field(default=WIDTH, ge=1, description="The widest that fits, in pixels.")
    maxheight: int = Field(default=HEIGHT, ge=1, description="The highest that fits, in pixels.")


@router.get("")
async def get_oembed(request: Request, query: Annotated[OEmbedQuery, Query()]) -> Response:
    """How to show a page of this deployment: a frame with a condition, or a link to an article or a place.

    Raises 404 problems for any other address, 501 for other formats, 503 where PUBLIC_URL is not set.
    """
    settings = absolute(request)
    public_url = settings.address("")
    if query.format not in FORMATS:
        raise ProblemError(501, "not-implemented", f"Answers here come with format={' or format='.join(FORMATS)}.")
    kind, slug, carried = _asked(public_url, query.url)
    slug, record = await _find(request, kind, slug, carried)
    title = inert(record.title if isinstance(record, schemas.Article) else record.name)
    author_url = web_address(record.publisher.url)
    embed: dict[str, str | int] = {
        "version": "1.0",
        "type": "link",
        "title": title,
        "author_name": inert(record.publisher.name),
        **({"author_url": author_url} if author_url else {}),
        "provider_name": settings.organisation_name,
        "provider_url": f"{public_url}/",
        "cache_age": CACHE_AGE,
    }
    if kind == Kind.condition:
        width, height = min(WIDTH, query.maxwidth), min(HEIGHT, query.maxheight)
        page = f"{public_url}/embed/conditions/{slug}"
        html = _html(page, carried, title, width, height)
        embed |= {"type": "rich", "html": html, "width": width, "height": height}
    return FORMATS[query.format](embed)


@router.get("/provider.json")
async def get_provider(request: Request) -> Response:
    """This deployment as an entry of the registry of oEmbed providers. Raises a 503 problem without PUBLIC_URL."""
    settings = absolute(request)
    public_url = settings.address("")
    endpoint = {
        "schemes": [f"{public_url}{scheme}" for scheme in SCHEMES],
        "url": f"{public_url}/oembed",
        "formats": list(FORMATS),
        "discovery": True,
    }
    provider = {"provider_name": settings.organisation_name, "provider_url": f"{public_url}/", "endpoints": [endpoint]}
    return JSONResponse([provider])


def _asked(public_url: str, url: str) -> tuple[Kind, str, Carried]:
    """What an address is of, its slug, and what of its query goes on to the frame. Raises a 404 problem."""
    try:
        here, asked = urlsplit(public_url), urlsplit(url)
    except ValueError as error:
        raise _nothing() from error
    site = (here.scheme.lower(), here.netloc.lower())
    if (asked.scheme, asked.netloc.lower()) != site or not asked.path.startswith(f"{here.path}/"):
        raise _nothing()
    path = asked.path.removeprefix(here.path)
    for page, kind in PAGES.items():
        if found := page.fullmatch(path):
            carried = [(name, value) for name, value in parse_qsl(asked.query) if name in CARRIED]
            return kind, found[1], carried
    raise _nothing()


async def _find(
    request: Request, kind: Kind, slug: str, carried: Carried
) -> tuple[str, schemas.Condition | schemas.Article | schemas.Location]:
    """A live record by its slug or a former one, with the slug that it has now. Raises a 404 problem."""
    try:
        wanted = ConditionPageQuery.model_validate({name: value for name, value in carried if name != "sections"})
    except ValidationError as error:
        raise _nothing() from error
    statement = one_condition("condition", wanted) if kind == Kind.condition else one_record(kind)
    former = models.FormerSlug
    moved = select(col(former.current_slug)).where(col(former.kind) == kind, col(former.slug) == slug)

    def ask(reader: Connection) -> tuple[str, bytes]:
        row, current = reader.execute(statement, {"slug": slug}).first(), slug
        if row is None and (current := reader.scalar(moved) or ""):
            row = reader.execute(statement, {"slug": current}).first()
        if row is None:
            raise _nothing()
        return current, row.body

    current, body = await read(request, ask)
    return current, SHAPES[kind].model_validate_json(fill(body, origin(request), wanted))


def _nothing() -> ProblemError:
    return ProblemError(404, "not-found", "There is nothing to embed at that address.")


def _html(page: str, carried: Carried, title: str, width: int, height: int) -> str:
    """A link, and a frame that WordPress puts in its place (`wp_filter_oembed_result`), on one line.

    The frame may scroll: where a site gives it too little room, nothing is cut off.
    """
    link = f"{page}?{urlencode(carried)}" if carried else page
    frame = f"{page}?{urlencode([('view', 'card'), *carried])}"
    return (
        f'<blockquote class="wp-embedded-content"><a href="{escape(link)}">{escape(title)}</a></blockquote>'
        f'<iframe class="wp-embedded-content" sandbox="{SANDBOX}" security="restricted" src="{escape(frame)}" '
        f'title="{escape(title)}" width="{width}" height="{height}" '
        'frameborder="0" marginwidth="0" marginheight="0"></iframe>'
    )


def _as_json(embed: Mapping[str, str | int]) -> Response:
    return Response(json.dumps(embed, ensure_ascii=False, separators=(",", ":")), media_type=JSON)


def _as_xml(embed: Mapping[str, str | int]) -> Response:
    root = ET.Element("oembed")
    for name, value in embed.items():
        ET.SubElement(root, name).text = NOT_XML.sub("", str(value))
    return Response(ET.tostring(root, "utf-8", xml_declaration=True), media_type="text/xml")


FORMATS: dict[str, Callable[[Mapping[str, str | int]], Response]] = {"json": _as_json, "xml": _as_xml}
SHAPES: dict[Kind, Any] = {
    Kind.condition: schemas.Condition,
    Kind.article: schemas.Article,
    Kind.location: schemas.Location,
}
