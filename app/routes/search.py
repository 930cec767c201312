"""`/v1/search` and `/v1/suggest`: what a reader's own words find, and above it what is urgent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from pydantic import BeforeValidator, Field
from sqlalchemy import Connection, select
from sqlmodel import col

from app import models, schemas
from app.db import in_snapshot, limited
from app.editions import Wanted, is_fallback
from app.pagination import CURSOR_KNOWN, Paging, begins_after, cursor_values, linked, strange_cursor
from app.present import notice
from app.presented import fill, fill_edition, one_condition
from app.render.words import for_whom
from app.routes.answers import JSON, origin, problems, resource
from app.search import find
from app.search.engines import alternatives, among
from app.search.index import KINDS
from app.search.rank import MATCHES, Ranked
from app.search.snippet import snippet

router = resource("/v1", "search")

LONGEST = 200  # characters of a text


_KIND = f"(?:{'|'.join(KINDS)})"
_KINDS = rf"^{_KIND}(?:,{_KIND})*$"


def _kinds(given: str) -> str:
    if unknown := [name for name in given.split(",") if name not in KINDS]:
        told = "an empty one" if "" in unknown else "others"
        raise ValueError(f"must be of {', '.join(KINDS)}, with commas between them; {told} are not known")
    return given


Text = Annotated[
    str,
    Field(
        max_length=LONGEST,
        description=f"What to look for, in the reader's own words: any text of at most {LONGEST} characters.",
        examples=["nootropenia fever"],
    ),
]


class SuggestQuery(Wanted):
    """The parameters of suggestions."""

    q: Text
    limit: int = Field(default=10, ge=1, le=10, description="How many names are given.")


class SearchQuery(Paging, Wanted):
    """The parameters of a search."""

    q: Text
    kind: Annotated[str, Field(max_length=200, pattern=_KINDS), BeforeValidator(_kinds)] | None = Field(
        default=None,
        description=f"Which kinds are shown, with commas between them: {', '.join(KINDS)}. What is urgent is always.",
        examples=["condition,section"],
    )


@router.get("/search", response_model=schemas.SearchPage, responses=problems(422))
@in_snapshot
def search(request: Request, connection: Connection, query: Annotated[SearchQuery, Query()]) -> Response:
    """What a reader's words find, the likeliest first, and above all a condition's signs where they match.

    Neither filters nor pages nor another spelling take anything from `urgent`.
    """
    return _with_items(*found_page(request, connection, query))


def found_page(
    request: Request, connection: Connection, query: SearchQuery
) -> tuple[schemas.SearchPage, list[dict[str, Any]], str]:
    """A page of what a text finds: all of it but its items, these items, and the `Link` header's value."""
    with limited(connection, request.app.state.settings.search_timeout_ms):
        results = find.search(connection, query.q, query)
        kinds = set(query.kind.split(",")) if query.kind else {*KINDS}
        page = _page(request, connection, query, [place for place in results.items if place.candidate.kind in kinds])
        total = sum(results.counts[kind] for kind in kinds)
        shape = schemas.SearchPage(
            urgent=_urgent(request, connection, query, results),
            items=[],
            total=total,
            total_is=_told(bool(results.stopped.intersection(kinds))),
            next=page.next,
            counts=[
                schemas.KindCount(kind=kind, total=count, total_is=_told(kind in results.stopped))
                for kind, count in results.counts.items()
            ],
            did_you_mean=_did_you_mean(request, results),
            emergency_line=request.app.state.settings.emergency_line,
            notice=notice(query.lang or "en"),
        )
        items = _items(request, connection, query, results, page.rows)
    return shape, items, page.link


@router.get("/suggest", response_model=schemas.Suggestions, responses=problems(422))
@in_snapshot
def suggest(request: Request, connection: Connection, query: Annotated[SuggestQuery, Query()]) -> Response:
    """Names that a reader may be typing: those that begin so first, then those that were nearly typed."""
    with limited(connection, request.app.state.settings.search_timeout_ms):
        found = find.suggest(connection, query.q, query, query.limit)
        rows = _rows(connection, [suggested.id for suggested in found])
    items = []
    for suggested in found:
        item = _record(request, query, rows[suggested.id])
        name = item["title"]
        fields = {field: item[field] for field in _SUGGESTED}
        matched = suggested.name if suggested.name != name else None
        items.append(schemas.Suggestion(**fields, name=name, matched_name=matched))
    told = schemas.Suggestions(items=items, notice=notice(query.lang or "en"))
    return Response(told.model_dump_json(), media_type=JSON)


def _page(request: Request, connection: Connection, query: SearchQuery, places: Sequence[Ranked]) -> Any:
    """The page of the ranked places that a cursor names by the place before it."""
    count = SimpleNamespace(total=len(places), cursor_known=False)
    if query.cursor:
        count.cursor_known = connection.scalar(select(CURSOR_KNOWN), cursor_values(query))
    if after := begins_after(request, query, count):
        try:
            match, score, settled = json.loads(after)
            before = (match, score, tuple(settled))
            places = [place for place in places if place.place > before]
        except (ValueError, TypeError):
            raise strange_cursor() from None
    return linked(request, query, count, places[: query.limit + 1], lambda place: json.dumps(place.place))


_SUGGESTED = ("kind", "slug", "address", "lang", "audience", "fallback", "warning_signs")
_SHOWN = ("id", "lang", "audience", "condition_id", "body_words", "text", "item")
_ROWS = select(*(col(getattr(models.SearchEntry, name)) for name in _SHOWN)).where(among(models.SearchEntry.id, "ids"))


def _rows(connection: Connection, ids: Sequence[int]) -> dict[int, Any]:
    return {row.id: row for row in connection.execute(_ROWS, {"ids": list(ids)})} if ids else {}


def _record(request: Request, wanted: Wanted, row: Any) -> dict[str, Any]:
    """What is found, as it was stored at publish."""
    fallback = row.condition_id is not None and is_fallback(row.lang, row.audience, wanted)
    record: dict[str, Any] = json.loads(fill(row.item, origin(request), wanted, fallback))
    return record | {"fallback": fallback}


def _items(
    request: Request, connection: Connection, query: SearchQuery, results: find.Results, places: Sequence[Ranked]
) -> list[dict[str, Any]]:
    meant = results.meant if results.applied and results.meant else results.query
    stems = alternatives(meant.groups)
    rows = _rows(connection, [place.candidate.id for place in places])
    items = []
    for place in places:
        row = rows[place.candidate.id]
        record = _record(request, query, row)
        shown = snippet(row.text, row.body_words, place.candidate.kind, stems)
        items.append(
            record
            | {
                "match": MATCHES[place.match],
                "matched_name": place.named if place.named != record["title"] else None,
                "snippet": shown and shown.model_dump(),
            }
        )
    return items


def _urgent(request: Request, connection: Connection, query: SearchQuery, results: find.Results) -> schemas.Urgent:
    items = []
    # In the reader's edition, else in their language, else in any: in some edition rather than in none.
    choices = (Wanted(lang=query.lang, audience=query.audience), Wanted(lang=query.lang))
    for place in results.urgent[: find.MOST_URGENT]:
        slug = {"slug": place.candidate.slug}
        row, wanted = next(
            (row, wanted)
            for wanted in choices
            if (row := connection.execute(one_condition("condition-signs", wanted), slug).first())
        )
        signs = schemas.ConditionSigns.model_validate_json(fill_edition(row, origin(request), wanted))
        whom = for_whom(signs.applies_to, signs.edition.served.lang)
        items.append(schemas.UrgentCondition(for_whom=whom, warning_signs=signs))
    return schemas.Urgent(items=items, total=len(results.urgent), total_is=_told(results.urgent_stopped))


def _did_you_mean(request: Request, results: find.Results) -> schemas.DidYouMean | None:
    if results.meant is None:
        return None
    others = {name: value for name, value in request.query_params.items() if name not in {"q", "cursor"}}
    target = f"/v1/search?{urlencode({**others, 'q': results.meant.text})}"
    address = request.app.state.settings.address(target)
    return schemas.DidYouMean(text=results.meant.text, address=address, applied=results.applied)


def _with_items(shape: schemas.SearchPage, items: Sequence[dict[str, Any]], link: str) -> Response:
    body = shape.model_dump(mode="json") | {"items": items}
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")), media_type=JSON, headers={"Link": link}
    )


def _told(stopped: bool) -> str:
    return "at_least" if stopped else "exact"
