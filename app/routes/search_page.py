"""`/embed/search`: what a reader's own words find, as a page, with what is urgent above all else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from sqlalchemy import Connection, select
from sqlmodel import col

from app import models, schemas
from app.db import in_snapshot
from app.editions import Wanted, is_fallback
from app.pagination import Paging
from app.present import Address, notice
from app.render.html import CareCard, care_cards
from app.render.reading import set_in_short
from app.render.words import Words, reader_of, words_for
from app.routes.documents import Form, page, page_of, pages
from app.routes.embed import Look, nothing_else, styles, told
from app.routes.search import LONGEST, SearchQuery, found_page
from app.search.index import KINDS

router = pages()

HAS_PAGE = ("article", "location")  # kinds of records with a page of their own, conditions aside
FOUND = {"q", "kind", "limit", "cursor"}  # what says what is looked for, and how much of it


class SearchPageQuery(Form, Look, Paging, Wanted):
    """The parameters of the page. A text that is too long is refused beside its field; kinds not known are ignored."""

    q: str | None = None
    kind: str | None = None


class UrgentSigns(NamedTuple):
    """A condition's warning signs, all of them, and where its page is."""

    for_whom: str
    signs: schemas.ConditionSigns
    cards: list[CareCard]
    words: Words
    to: str


class Hit(NamedTuple):
    """Something found: its address for people, where it has one, and what must stand with it."""

    found: schemas.Found
    to: str | None
    text: list[tuple[str, bool]]  # the snippet's pieces, and whether each matches
    in_short: list[str]
    fallback: str | None


@router.get("/embed/search")
@in_snapshot
def get_search_page(request: Request, connection: Connection, query: Annotated[SearchPageQuery, Query()]) -> Response:
    """A form to search with and, where something was typed, what was found: as `/v1/search` finds it."""
    words, typed = words_for(query.lang or "en"), query.q if query.q and query.q.strip() else None
    too_long = typed is not None and len(typed) > LONGEST
    response = page(
        request,
        "search.html",
        *styles(query),
        **nothing_else() | {"unlisted": True},
        words=words,
        page_theme=query.theme,
        level=query.heading_level,
        hidden=told(query, FOUND).items(),
        most=LONGEST,
        typed=None if too_long else typed,
        fault=words.too_long.format(most=LONGEST) if too_long else None,
        notice=notice(words.lang),
        publisher=None,
        **_results(request, connection, query, words) if typed and not too_long else {"found": None},
    )
    response.status_code = 422 if too_long else 200
    return response


def _results(request: Request, connection: Connection, query: SearchPageQuery, words: Words) -> dict[str, Any]:
    address: Address = request.app.state.settings.address
    kinds = _kinds(query)
    asked = told(query, set(SearchPageQuery.model_fields) - set(SearchQuery.model_fields) | {"kind"})
    if kinds:
        asked["kind"] = kinds
    found, items, _ = found_page(request, connection, SearchQuery.model_validate(asked))
    hits = [schemas.Found.model_validate(item) for item in items]
    urls = _urls(connection, [hit.slug for hit in hits if hit.kind == "directory"])

    def another(without: Collection[str], **parameters: str) -> str:
        return address(f"/embed/search?{urlencode(told(query, {'cursor', *without}) | parameters)}")

    return {
        "found": found,
        "kinds": kinds,
        "urgent": [_urgent(one, query, address) for one in found.urgent.items],
        "hits": [_hit(hit, query, words, urls, address) for hit in hits],
        "by_kind": [(count, another({"kind"}, kind=count.kind)) for count in found.counts if count.total],
        "every_kind": another({"kind"}),
        "meant": found.did_you_mean and another({"q"}, q=found.did_you_mean.text),
    }


def _kinds(query: SearchPageQuery) -> str | None:
    return ",".join(kind for kind in KINDS if query.kind and kind in query.kind.split(",")) or None


def _urls(connection: Connection, slugs: Collection[str]) -> dict[str, str | None]:
    """Where services of the directory are, which have no page here."""
    entry = models.DirectoryEntry
    rows = (
        connection.execute(select(col(entry.slug), col(entry.url)).where(col(entry.slug).in_(slugs))) if slugs else ()
    )
    return {row.slug: row.url for row in rows}


def _urgent(one: schemas.UrgentCondition, query: SearchPageQuery, address: Address) -> UrgentSigns:
    signs = one.warning_signs
    served = signs.edition.served
    to = address(_condition_page(signs.condition.slug, served.lang, served.audience, query))
    return UrgentSigns(one.for_whom, signs, care_cards(signs.signs), words_for(served.lang), to)


def _hit(
    found: schemas.Found, query: SearchPageQuery, words: Words, urls: dict[str, str | None], address: Address
) -> Hit:
    fallback, to = None, urls.get(found.slug) if found.kind == "directory" else None
    if found.condition:
        anchor = "warning_signs" if found.sign else found.anchor
        to = address(_condition_page(found.condition.slug, found.lang, found.audience, query))
        to = f"{to}#{anchor}" if anchor else to
        if is_fallback(found.lang, found.audience, query):
            asked, served = reader_of(query.lang, query.audience, words), reader_of(found.lang, found.audience, words)
            fallback = words.fallback.format(requested=asked, served=served)
    elif found.kind in HAS_PAGE:
        look = urlencode(told(query, {*FOUND, *Wanted.model_fields}))
        to = f"{page_of(found.address, address)}{'?' if look else ''}{look}"
    in_short = set_in_short(found.warning_signs, words) if found.warning_signs else []
    return Hit(found, to, list(_pieces(found.snippet)), in_short, fallback)


def _condition_page(slug: str, lang: str, audience: str, query: SearchPageQuery) -> str:
    """A condition's page as the search asks for it; where it asks for no edition, the one that was found."""
    kept = told(query, FOUND)
    edition = {} if query.lang or query.audience else {"lang": lang, "audience": audience}
    return f"/embed/conditions/{slug}?{urlencode(kept | edition)}"


def _pieces(snippet: schemas.Snippet | None) -> Iterator[tuple[str, bool]]:
    if snippet is None:
        return
    end = 0
    for mark in snippet.marks:
        yield snippet.text[end : mark.start], False
        yield snippet.text[mark.start : mark.end], True
        end = mark.end
    yield snippet.text[end:], False
