"""`/embed` and `/print`: an edition as a page of its own, to frame, to read and to print."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field, ValidationError
from sqlalchemy import Connection

from app import schemas
from app.db import in_snapshot
from app.editions import Wanted
from app.errors import value_errors
from app.near import Around
from app.pack import Kind
from app.present import notice
from app.render.colour import accent_style
from app.render.document import Document
from app.render.html import fragment
from app.render.words import words_for
from app.routes.answers import FlatQuery, SlugPath, record_body
from app.routes.documents import Form, find_document, page, page_of, pages
from app.routes.locations import LocationsQuery, places

router = pages()


def _colour(text: str) -> str:
    digits = text.removeprefix("#").lower()
    if not re.fullmatch("[0-9a-f]{6}", digits):
        raise ValueError("must be six hexadecimal digits, with or without a # before them: 0a7d6b")
    return digits


class Look(BaseModel):
    """How a page looks; nothing of what it says depends on this."""

    theme: Literal["light", "dark", "auto"] = "auto"
    accent: Annotated[str, AfterValidator(_colour)] | None = None
    heading_level: int = Field(default=1, ge=1, le=4)


class Choice(Wanted):
    """Which edition of a condition, and which of its sections: never which of its signs."""

    sections: list[str] | None = None  # anchors, with commas between them or each by itself

    @property
    def anchors(self) -> Collection[str] | None:
        """The sections asked for; None where all are."""
        return {name for some in self.sections or [] for name in some.split(",") if name} or None


class ConditionPageQuery(Look, Choice):
    """The parameters of a condition's page."""

    view: Literal["card", "full"] = "full"


class HandoutQuery(Choice):
    """The parameters of a condition's handout."""

    size: Literal["normal", "large"] = "normal"


class LocationsPageQuery(Form, Look, FlatQuery):
    """The parameters of the list of places. What is wrong with where a reader is, the page says beside its form."""

    near: str | None = None
    radius: str | None = None
    unit: str | None = None


@router.get("/embed/conditions/{slug:slug}")
async def get_condition_page(
    request: Request, slug: SlugPath, query: Annotated[ConditionPageQuery, Query()]
) -> Response:
    """A condition as a page or, with `view=card`, as a card: its signs and all that stands with them."""
    card = query.view == "card"
    document = await find_document(request, slug, query, query.anchors, glossary=not card)
    address = document.settings.address
    own, left_out = f"/embed/conditions/{slug}", {"sections", "view", "heading_level"}
    return page(
        request,
        "page.html",
        *styles(query),
        **_about(request, document, f"{own}{with_query(query, {'view'})}"),
        unlisted=card,
        page_theme=query.theme,
        card=card,
        partly=_partly(document),
        fragment=fragment(document, query.heading_level, card=card),
        full_page=address(f"{own}{with_query(query, left_out)}"),
        print_page=address(f"/print/conditions/{slug}{with_query(query, left_out | {'theme', 'accent'})}"),
    )


@router.get("/print/conditions/{slug:slug}")
async def get_condition_handout(request: Request, slug: SlugPath, query: Annotated[HandoutQuery, Query()]) -> Response:
    """A condition as a handout. It leaves the day to the reader's own browser, or pen: a page stays the same."""
    document = await find_document(request, slug, query, query.anchors, glossary=True)
    kept = told(query, {"sections", "size"})
    live = f"/embed/conditions/{slug}{with_query(query, {'sections', 'size'})}"
    return page(
        request,
        "print.html",
        **_about(request, document, live),
        unlisted=True,
        page_theme="light",
        size=query.size,
        kept=kept.items(),
        partly=_partly(document),
        fragment=fragment(document, printed=True),
        live_page=document.settings.address(live) if document.settings.public_url else None,
    )


@router.get("/embed/articles/{slug:slug}")
async def get_article_page(request: Request, slug: SlugPath, query: Annotated[Look, Query()]) -> Response:
    """Related reading as a page."""
    article = schemas.Article.model_validate_json(await record_body(request, Kind.article, slug))
    return _record_page(request, "article.html", query, article, article=article, title=article.title)


@router.get("/embed/locations")
@in_snapshot
def list_locations_page(
    request: Request, connection: Connection, query: Annotated[LocationsPageQuery, Query()]
) -> Response:
    """Places of care as a page, by name or by distance, and the way to the next.

    `lang` chooses our own words alone: a place is none the less near for being named in another language.
    """
    around, fault = _around(query)
    every = LocationsQuery(limit=query.limit, cursor=query.cursor, audience=query.audience)
    found, bodies, near = (None, [], None) if fault else places(request, connection, every, around)
    listed = [schemas.ListedLocation.model_validate_json(body) for body in bodies]
    address = request.app.state.settings.address
    words = words_for(query.lang or "en")
    look = with_query(query, {*FlatQuery.model_fields, *Around.model_fields})
    response = page(
        request,
        "locations.html",
        *styles(query),
        locates=True,
        **nothing_else() | {"unlisted": query.near is not None},
        words=words,
        page_theme=query.theme,
        level=query.heading_level,
        hidden=told(query, {"cursor", "limit", *Around.model_fields}).items(),
        around=around,
        fault=fault,
        near=near,
        locations=[(place, f"{page_of(place.address, address)}{look}") for place in listed],
        every=address(f"/embed/locations{with_query(query, {'cursor', *Around.model_fields})}"),
        next=found and found.next,
        notice=notice(words.lang),
        publisher=None,
    )
    response.status_code = 422 if fault else 200
    return response


def _around(query: LocationsPageQuery) -> tuple[Around, str | None]:
    """Where a reader is, or what is wrong with what was told of it; without `near`, nothing else counts."""
    asked = told(query, set(LocationsPageQuery.model_fields) - set(Around.model_fields))
    if query.near is None or not query.near.strip():
        return Around(), None
    try:
        return Around.model_validate(asked), None
    except ValidationError as error:
        return Around(), value_errors(error)[0]["detail"]


@router.get("/embed/locations/{slug:slug}")
async def get_location_page(request: Request, slug: SlugPath, query: Annotated[Look, Query()]) -> Response:
    """A place of care as a page."""
    location = schemas.Location.model_validate_json(await record_body(request, Kind.location, slug))
    every = request.app.state.settings.address(f"/embed/locations{with_query(query)}")
    return _record_page(request, "location.html", query, location, location=location, title=location.name, places=every)


def _record_page(
    request: Request, template: str, look: Look, record: schemas.Article | schemas.Location, **context: Any
) -> Response:
    own = f"{request.scope['path']}{with_query(look)}"
    about = nothing_else() | {
        "alternates": [("application/json", record.address)],
        "canonical": record.url,
        "oembed": _oembed(request, own),
    }
    return page(
        request,
        template,
        *styles(look),
        **about,
        words=words_for(record.lang),
        page_theme=look.theme,
        level=look.heading_level,
        notice=notice(record.lang),
        publisher=record.publisher,
        **context,
    )


def _about(request: Request, document: Document, own: str) -> dict[str, Any]:
    """What a condition's page says of itself to programs; `own` is the path that oEmbed knows it by."""
    condition = document.condition
    served = urlencode({"lang": document.lang, "audience": condition.edition.served.audience})
    renderings = {
        "text/markdown": ".md",
        "text/plain": ".txt",
        "application/ld+json": ".jsonld",
        "application/json": "",
    }
    return {
        "document": document,
        "title": condition.name,
        "alternates": [(kind, f"{condition.address}{ending}?{served}") for kind, ending in renderings.items()],
        "canonical": condition.url,
        "oembed": _oembed(request, own),
    }


def nothing_else() -> dict[str, Any]:
    """What a page says of itself to programs that has nothing to say."""
    return {"alternates": [], "canonical": None, "oembed": None, "unlisted": False}


def _oembed(request: Request, own: str) -> str | None:
    """Where a page's oEmbed answer is, but for its format; None where the deployment has no public address."""
    settings = request.app.state.settings
    if not settings.public_url:
        return None
    return f"{settings.address('/oembed')}?url={quote(settings.address(own), safe='')}"


def styles(look: Look) -> list[str]:
    """The `<style>` elements of a page's own look."""
    return [accent_style(look.accent)] if look.accent else []


def _partly(document: Document) -> bool:
    return len(document.sections) < len(document.condition.sections)


def with_query(query: BaseModel, without: Collection[str] = ()) -> str:
    """What a request told of the parameters that are known, to go on with; the same for every spelling."""
    kept = told(query, without)
    return f"?{urlencode(kept)}" if kept else ""


def told(query: BaseModel, without: Collection[str]) -> dict[str, str]:
    """What a request told of the parameters that are known, one by one."""
    given = query.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude=set(without))
    return {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in given.items()}
