"""Feeds of publications, and what search engines and language models are told: each at its usual address."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Request
from sqlalchemy import Connection, Row, Select, Subquery, case, func, literal, select, union_all
from sqlmodel import col
from starlette.responses import Response

from app import models, present, schemas
from app.db import in_snapshot
from app.documentation import operation_id
from app.editions import Wanted, best
from app.errors import ProblemError
from app.models import Op
from app.pack import Kind
from app.present import Address, record_address
from app.presented import editions_in, fill_edition
from app.render.document import NOT_XML, inert
from app.render.markdown import escaped
from app.routes.answers import Lenient, absolute, origin
from app.routes.front import in_short
from app.rows import TABLES
from app.settings import Settings

router = APIRouter(dependencies=[Lenient], include_in_schema=False, generate_unique_id_function=operation_id)

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
XML = "application/xml"
TEXT = "text/plain; charset=utf-8"

MOST_PUBLICATIONS = 50
MOST_CHANGES = 200  # of one publication
MOST_CONDITIONS = 1_000  # that llms.txt names
MOST_ADDRESSES = 49_000  # of one sitemap: the protocol allows 50,000, and the first holds the PLAIN_PAGES too
PLAIN_PAGES = ("/", "/embed/locations")
PAGES = {Kind.condition: "/embed/conditions", Kind.article: "/embed/articles", Kind.location: "/embed/locations"}

SUBTITLE = (
    "What each publication added, changed and withdrew. A record that changed again stands in its latest publication."
)
BEFORE_THE_FIRST = "1970-01-01T00:00:00Z"  # an Atom feed has a date, also where nothing was published
PART = re.compile(r"[1-9][0-9]{0,5}")  # a part of the sitemap, counted from 1


class Entry(NamedTuple):
    """A publication in a feed; `content` is HTML."""

    id: str
    title: str
    published_at: str
    pack: str
    content: str


# ---- feeds


@router.get("/feed.atom")
@in_snapshot
def get_atom_feed(request: Request, connection: Connection) -> Response:
    """The newest publications as an Atom feed (RFC 4287)."""
    settings = absolute(request)
    entries = _entries(connection, settings)
    feed = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"})
    _add(feed, "id", settings.address("/feed.atom"))
    _add(feed, "title", settings.organisation_name)
    _add(feed, "subtitle", SUBTITLE)
    _add(feed, "updated", entries[0].published_at if entries else BEFORE_THE_FIRST)
    _add(feed, "link", rel="self", type=ATOM, href=settings.address("/feed.atom"))
    _add(feed, "link", rel="alternate", type="text/html", href=settings.address("/"))
    _add(_add(feed, "author"), "name", settings.organisation_name)
    for entry in entries:
        item = _add(feed, "entry")
        _add(item, "id", entry.id)
        _add(item, "title", entry.title)
        _add(item, "published", entry.published_at)
        _add(item, "updated", entry.published_at)
        _add(item, "category", term=entry.pack)
        _add(item, "content", entry.content, type="html")
    return Response(_document(feed), media_type=ATOM)


@router.get("/feed.json")
@in_snapshot
def get_json_feed(request: Request, connection: Connection) -> Response:
    """The newest publications as a JSON Feed (version 1.1)."""
    settings = absolute(request)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": inert(settings.organisation_name),
        "description": SUBTITLE,
        "home_page_url": settings.address("/"),
        "feed_url": settings.address("/feed.json"),
        "language": "en",
        "authors": [{"name": inert(settings.organisation_name)}],
        "items": [
            {
                "id": entry.id,
                "title": entry.title,
                "content_html": entry.content,
                "date_published": entry.published_at,
                "tags": [entry.pack],
            }
            for entry in _entries(connection, settings)
        ],
    }
    return Response(json.dumps(feed, ensure_ascii=False), media_type=JSON_FEED)


def _entries(connection: Connection, settings: Settings) -> list[Entry]:
    """The newest publications, the newest first."""
    publication = models.Publication
    newest = select(publication).order_by(col(publication.generation).desc()).limit(MOST_PUBLICATIONS)
    publications = connection.execute(newest).all()
    if not publications:
        return []
    changes = connection.execute(_changes(publications[-1].generation)).all()
    by_generation = {number: list(rows) for number, rows in groupby(changes, lambda row: row.generation)}
    return [_entry(row, by_generation.get(row.generation, []), settings.address) for row in publications]


def _changes(since: int) -> Select[*tuple[Any, ...]]:
    """Each publication's changes, no more than MOST_CHANGES and withdrawals first, with their number and names."""
    change = models.Change
    generation, op = col(change.generation), col(change.op)
    first = case({Op.withdrawn: 0, Op.added: 1}, value=op, else_=2)
    numbers = [func.count().filter(op == each).over(partition_by=generation).label(each) for each in Op]
    placed = (
        select(generation, op, col(change.kind), col(change.key), col(change.reason), col(change.successor), *numbers)
        .add_columns(
            func.row_number().over(partition_by=generation, order_by=(first, change.kind, change.key)).label("place")
        )
        .where(generation >= since)
        .subquery()
    )
    named = select(placed, _name(placed))
    for kind, table in TABLES.items():
        named = named.outerjoin(table, (placed.c.kind == kind) & (col(table.slug) == placed.c.key))
    return named.where(placed.c.place <= MOST_CHANGES).order_by(placed.c.generation.desc(), placed.c.place)


def _name(placed: Subquery) -> Any:
    """What a live record is called; its key where it is live no more."""
    names = (models.Condition.name, models.Article.title, models.Location.name, models.GlossaryTerm.term)
    return func.coalesce(*map(col, names), col(models.DirectoryEntry.name), placed.c.key).label("name")


def _entry(row: Row[Any], changes: Sequence[Any], address: Address) -> Entry:
    numbers = {op: getattr(changes[0], op) for op in Op} if changes else {}
    told = ", ".join(f"{number} {op}" for op, number in numbers.items() if number)
    title = f"Publication {row.generation} of {row.pack}"
    return Entry(
        id=uuid.UUID(hex=row.id, version=4).urn,
        title=f"{title}: {told}" if told else title,
        published_at=_utc(row.published_at),
        pack=row.pack,
        content=_content(changes, sum(numbers.values()), address),
    )


def _content(changes: Sequence[Any], total: int, address: Address) -> str:
    """A publication's changes as HTML: names and addresses, and no sentence of the content."""
    if not changes:
        return "<p>All that it changed has changed again since.</p>"
    listed = ET.Element("ul")
    for change in changes:
        _add_change(_add(listed, "li"), change, address)
    rest = total - len(changes)
    more = f"<p>And {rest} more, which are not listed here.</p>" if rest else ""
    return ET.tostring(listed, encoding="unicode", method="html") + more


def _add_change(item: ET.Element, change: Any, address: Address) -> None:
    """`Withdrawn: a page's name (condition, recall), record. See its successor.`"""
    item.text = f"{change.op.title()}: "
    if change.kind not in TABLES:
        item.text += f"the pack {change.key} itself: its publisher, rights or sources"
        return
    told = f" ({change.kind}, {change.reason})" if change.reason else f" ({change.kind})"
    if change.kind in PAGES:
        link = _add(item, "a", change.name, href=address(f"{PAGES[change.kind]}/{change.key}"))
        link.tail = f"{told}, "
    else:
        item.text += f"{_clean(change.name)}{told}, "
    record = _add(item, "a", "its record", href=record_address(change.kind, change.key, address))
    if change.successor:
        record.tail = ", see "
        _add(item, "a", change.successor, href=record_address(change.kind, change.successor, address))


# ---- what there is, for search engines


@router.get("/sitemap.xml")
@in_snapshot
def get_sitemap(request: Request, connection: Connection) -> Response:
    """Every page that is at home here (sitemaps.org), or the index of sitemaps where one cannot hold them all."""
    settings = absolute(request)
    rows = connection.execute(_pages().limit(MOST_ADDRESSES + 1)).all()
    if len(rows) <= MOST_ADDRESSES:
        return _sitemap(settings, PLAIN_PAGES, rows)
    total = connection.scalar(select(func.count()).select_from(_pages().subquery())) or 0
    index = ET.Element("sitemapindex", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for number in range(1, -(-total // MOST_ADDRESSES) + 1):
        _add(_add(index, "sitemap"), "loc", settings.address(f"/sitemap-{number}.xml"))
    return Response(_document(index), media_type=XML)


@router.get("/sitemap-{number}.xml")
@in_snapshot
def get_part_of_sitemap(request: Request, connection: Connection, number: str) -> Response:
    """One of the sitemaps that an index names, counted from 1. Raises a 404 problem for any other."""
    settings = absolute(request)
    part = int(number) if PART.fullmatch(number) else None
    rows = connection.execute(_pages().limit(MOST_ADDRESSES).offset((part - 1) * MOST_ADDRESSES)).all() if part else []
    if not rows:
        raise ProblemError(404, "not-found", "There is no such sitemap here.")
    return _sitemap(settings, PLAIN_PAGES if part == 1 else (), rows)


def _sitemap(settings: Settings, plain: Sequence[str], rows: Sequence[Any]) -> Response:
    urls = ET.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for path in plain:
        _add(_add(urls, "url"), "loc", settings.address(path))
    for kind, slug, published_at in rows:
        url = _add(urls, "url")
        _add(url, "loc", settings.address(f"{PAGES[kind]}/{slug}"))
        _add(url, "lastmod", _utc(published_at))
    return Response(_document(urls), media_type=XML)


def _pages() -> Select[*tuple[Any, ...]]:
    """The records whose page is here and not on the publisher's own site, each with its last publication's time."""
    edition, condition = models.Edition, models.Condition
    served = _changed(Kind.condition).join(edition, col(edition.id) == best(Wanted())).where(col(edition.url).is_(None))
    at_home = [
        _changed(kind).where(col(table.url).is_(None))
        for kind, table in ((Kind.article, models.Article), (Kind.location, models.Location))
    ]
    found = union_all(served.where(col(condition.slug).is_not(None)), *at_home).subquery()
    return select(found).order_by(found.c.kind, found.c.slug)


def _changed(kind: Kind) -> Select[*tuple[Any, ...]]:
    table, change, publication = TABLES[kind], models.Change, models.Publication
    return (
        select(literal(kind.value).label("kind"), col(table.slug), col(publication.published_at))
        .select_from(table)
        .join(change, (col(change.kind) == kind) & (col(change.key) == table.slug))
        .join(publication, col(publication.generation) == change.generation)
    )


@router.get("/robots.txt")
async def get_robots(request: Request) -> Response:
    """Everything may be read (RFC 9309), and where the sitemap is."""
    settings: Settings = request.app.state.settings
    sitemap = f"\nSitemap: {settings.address('/sitemap.xml')}\n" if settings.public_url else ""
    return Response(f"User-agent: *\nAllow: /\n{sitemap}", media_type=TEXT)


# ---- what there is, for language models


@router.get("/llms.txt")
@in_snapshot
def get_llms(request: Request, connection: Connection) -> Response:
    """The conditions' Markdown renderings and what must be known of them (llmstxt.org)."""
    settings: Settings = request.app.state.settings
    listed = editions_in("condition-summary", Wanted()).order_by(col(models.Condition.sort_key))
    rows = connection.execute(listed.limit(MOST_CONDITIONS + 1)).all()
    lines = [_llms_line(request, row) for row in rows[:MOST_CONDITIONS]]
    if len(rows) > MOST_CONDITIONS:
        lines.append(f"- [More conditions]({settings.address('/v1/conditions')}): as JSON, page by page")
    named = {
        "Conditions": lines or ["Nothing is published here yet."],
        "Data": [
            f"- [What there is]({settings.address('/v1')}): as JSON, with the address of each kind of content",
            f"- [OpenAPI]({settings.address('/openapi.json')}): every address and every member",
        ],
    }
    if settings.public_url:
        named["Optional"] = [f"- [Publications]({settings.address('/feed.json')}): what was added, changed, withdrawn"]
    sections = "".join(f"\n## {heading}\n\n{chr(10).join(under)}\n" for heading, under in named.items())
    head = (
        f"# {escaped(' '.join(settings.organisation_name.split()))}\n\n"
        f"> Health content with its sources. {present.notice()}\n\n"
        "Show a condition's warning signs whole, each with its action, and with the note of their list. Where a list "
        "of the source was lost, say so. Keep the review status and the notice with every condition. What was "
        "withdrawn answers 410: do not use it.\n"
    )
    return Response(head + sections, media_type=TEXT)


def _llms_line(request: Request, row: Any) -> str:
    condition = schemas.ConditionSummary.model_validate_json(fill_edition(row, origin(request), Wanted()))
    address = f"{condition.address}.md"
    return f"- [{escaped(condition.name)}]({address}): {in_short(condition)}"


# ---- XML


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """A new element at the end of another, without what XML cannot hold."""
    made = ET.SubElement(parent, name, {key: _clean(value) for key, value in attributes.items()})
    made.text = None if text is None else _clean(text)
    return made


def _clean(text: str) -> str:
    return NOT_XML.sub("", inert(text))


def _document(root: ET.Element) -> bytes:
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _utc(moment: dt.datetime) -> str:
    """A time as RFC 3339 writes it, in UTC."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
