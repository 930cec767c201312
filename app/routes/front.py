"""`/`: the front door, for people: what there is to read, and the lines that put it on a page of their own."""

from __future__ import annotations

from html import escape
from string import ascii_lowercase
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import Connection, Row, Select, func, select
from sqlmodel import col

from app import models, present, schemas
from app.assets import asset
from app.db import in_snapshot
from app.editions import Lang, Wanted
from app.pack import Audience
from app.present import Address
from app.presented import editions_in, fill, fill_edition
from app.render.reading import set_in_short
from app.render.words import ENGLISH
from app.routes.answers import SLUG, origin
from app.routes.documents import Form, page, pages
from app.routes.search import LONGEST

router = pages()

PAGE_SIZE = 100  # conditions
LANGUAGES = {"en": "English", "es": "Español"}

Slug = Annotated[str, Field(max_length=100, pattern=f"^{SLUG.pattern}$")]


class FrontQuery(Form):
    """The front door's parameters: whose names are listed, from where, and what the embed builder is to build."""

    lang: Lang = None
    letter: Literal[tuple(ascii_lowercase)] | None = None  # type: ignore[valid-type]  # mypy reads no values
    after: Slug | None = None
    condition: Slug | None = None
    audience: Audience | None = None
    theme: Literal["auto", "light", "dark"] = "auto"
    accent: str | None = Field(default=None, pattern="^#?[0-9A-Fa-f]{6}$")
    view: Literal["card", "full"] = "card"


class Lines(NamedTuple):
    """The page that a builder's choices show, and the lines that put it on another page."""

    preview: str
    element: str
    iframe: str
    oembed: str


@router.get("/")
@in_snapshot
def get_front_door(request: Request, connection: Connection, query: Annotated[FrontQuery, Query()]) -> Response:
    """What this service has for people, and the embed builder.

    A value that is not allowed is refused: a line that is not what was chosen would be pasted unseen.
    """
    reader, wanted = Wanted(lang=query.lang), Wanted(lang=query.lang, audience=query.audience)
    rows = connection.execute(_listed(reader, query)).all()
    conditions = [
        schemas.ConditionSummary.model_validate_json(fill_edition(row, origin(request), reader))
        for row in rows[:PAGE_SIZE]
    ]
    facts = connection.execute(_facts(wanted, query.condition or next((one.slug for one in conditions), ""))).one()
    chosen = facts.chosen and schemas.ConditionSummary.model_validate_json(fill(facts.chosen, origin(request), wanted))
    address = request.app.state.settings.address
    return page(
        request,
        "front.html",
        framed=False,
        locates=True,
        words=ENGLISH,
        most=LONGEST,
        hidden=[("lang", query.lang)] if query.lang else [],
        query=query,
        conditions=conditions,
        places=facts.places,
        notice=present.notice(),
        language=language,
        in_short=in_short,
        **_ways(query, facts, conditions[-1].slug if len(rows) > PAGE_SIZE else None, address),
        **_builder(query, facts, chosen, address),
    )


def _ways(query: FrontQuery, facts: Row[Any], last: str | None, address: Address) -> dict[str, Any]:
    """Where the list of conditions leads: to each, and to the rest of the list, where `last` is not its end."""
    tongue = {"lang": query.lang} if query.lang else {}

    def listing(**place: str) -> str:
        return _with_query(address("/"), place) + "#conditions"

    return {
        "first": listing(**tongue) if query.after or query.letter else None,
        "more": listing(**tongue, after=last) if last else None,
        "letters": [(name, listing(**tongue, letter=name)) for name in ascii_lowercase if facts.conditions > PAGE_SIZE],
        "by_language": [(tag, language(tag), listing(lang=tag)) for tag in facts.languages or []],
        "reading": lambda condition: _with_query(address(f"/embed/conditions/{condition.slug}"), tongue),
        "choosing": lambda condition: _with_query(address("/"), {**tongue, "condition": condition.slug}) + "#embed",
    }


def _builder(
    query: FrontQuery, facts: Row[Any], chosen: schemas.ConditionSummary | None, address: Address
) -> dict[str, Any]:
    """What the embed builder offers, and its lines for the condition chosen, where there is one."""
    languages = facts.languages or []
    return {
        "chosen": chosen,
        "lines": lines(chosen, query, address) if chosen else None,
        "offered": languages if query.lang in {None, *languages} else [*languages, query.lang],
        "audiences": ENGLISH.audiences,
    }


def language(tag: str) -> str:
    """A language by its own name, where we know it; else by its tag."""
    return LANGUAGES.get(tag, tag)


def in_short(condition: schemas.ConditionSummary) -> str:
    """What must stand with a condition's name in a list: of its warning signs, of what was lost, and of its review."""
    said = set_in_short(condition.warning_signs, ENGLISH)
    if not condition.complete:
        said.append(ENGLISH.parts_lost)
    said.append("Reviewed by a clinician." if condition.review.status == "reviewed" else ENGLISH.unreviewed)
    return " ".join(said)


def lines(condition: schemas.ConditionSummary, query: FrontQuery, address: Address) -> Lines:
    """The lines for what was chosen. They hold what differs from the default, and every value escaped."""
    choices = {
        "lang": query.lang,
        "audience": query.audience,
        "theme": None if query.theme == "auto" else query.theme,
        "accent": query.accent and query.accent.lstrip("#").lower(),
    }
    asked = {name: value for name, value in choices.items() if value}
    plain = address(f"/embed/conditions/{condition.slug}")
    page_address = _with_query(plain, asked)
    preview = _with_query(plain, {**asked, "view": query.view})
    embed, name = asset("embed.js"), escape(condition.name)
    attributes = {"condition": condition.slug, **asked, **({"view": "full"} if query.view == "full" else {})}
    said = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return Lines(
        preview=preview,
        element=f'<script src="{escape(address(embed.path))}" integrity="{embed.integrity}" crossorigin="anonymous" '
        f'async></script><health-content {said}><a href="{escape(page_address)}">{name}</a></health-content>',
        iframe=f'<iframe src="{escape(preview)}" title="{name}" width="640" height="600" '
        'style="width:100%;border:0" loading="lazy"></iframe>',
        oembed=page_address,
    )


def _with_query(path: str, parameters: dict[str, str]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _listed(reader: Wanted, query: FrontQuery) -> Select[*tuple[Any, ...]]:
    """A page of conditions by name, and one more where there is another page."""
    key, slug = col(models.Condition.sort_key), col(models.Condition.slug)
    listed = editions_in("condition-summary", reader).order_by(key).limit(PAGE_SIZE + 1)
    if query.after:
        before = select(key).where(slug == query.after).correlate(None).scalar_subquery()
        return listed.where(key > func.coalesce(before, ""))
    return listed.where(key >= query.letter) if query.letter else listed


def _facts(wanted: Wanted, slug: str) -> Select[*tuple[Any, ...]]:
    """What the page has to know beside its list: how much there is, in which languages, and the condition chosen."""
    publication = models.Publication
    newest = select(col(publication.languages)).order_by(col(publication.generation).desc()).limit(1)
    chosen = editions_in("condition-summary", wanted).where(col(models.Condition.slug) == slug)
    return select(
        newest.scalar_subquery().label("languages"),
        select(func.count()).select_from(models.Condition).scalar_subquery().label("conditions"),
        select(func.count()).select_from(models.Location).scalar_subquery().label("places"),
        chosen.with_only_columns(col(models.Presented.body)).scalar_subquery().label("chosen"),
    )
