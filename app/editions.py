"""Which of a condition's editions a reader gets: `lang` and `audience` as preferences, or as filters."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy import ColumnElement, Subquery, case, func, or_, true
from sqlmodel import col, select

from app import models
from app.pack import Audience


def canonical(tag: str) -> str:
    """A language tag in the case that RFC 5646, section 2.1.1, recommends: `ES-mx` is `es-MX`."""
    first, *rest = tag.lower().split("-")
    found = [first]
    for part in rest:
        plain = all(len(before) > 1 for before in found)  # what follows a single letter is an extension's own
        found.append(_cased(part) if plain else part)
    return "-".join(found)


def _cased(part: str) -> str:
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) == 2 else part


Tag = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35),
    AfterValidator(canonical),
]
Lang = Annotated[Tag | None, Field(description="Language, by BCP 47 (`en`, `es-MX`).", examples=["en"])]


class Wanted(BaseModel):
    """The edition that a request asks for."""

    lang: Lang = None
    audience: Audience | None = Field(default=None, description="Whom it should be written for.")
    fallback: Literal["nearest", "none"] = Field(
        default="nearest",
        description="`nearest`: what fits best is served, and says so. `none`: only what was asked for is.",
    )


# Who asks for an audience never falls back to a text for children; who asks for none gets one where there is no other.
_ORDER = (Audience.general, Audience.parents, Audience.teens, Audience.kids)
_FALLBACKS = (Audience.general, Audience.parents)


def is_fallback(edition: models.Edition, wanted: Wanted) -> bool:
    """Whether an edition is not in the language or not for the audience that was asked for."""
    other_language = wanted.lang is not None and not f"{edition.lang}-".startswith(f"{wanted.lang}-")
    return other_language or (wanted.audience is not None and edition.audience != wanted.audience)


def in_language(column: Any, tag: str) -> ColumnElement[bool]:
    """Basic filtering (RFC 4647, section 3.3.1): `es` covers `es-MX`, not the other way round."""
    return or_(col(column) == tag, col(column).startswith(f"{tag}-", autoescape=True))


def servable(wanted: Wanted) -> ColumnElement[bool]:
    """Whether a row of `edition` may be served at all."""
    audience = col(models.Edition.audience)
    if wanted.fallback == "none":
        by_lang = in_language(models.Edition.lang, wanted.lang) if wanted.lang else true()
        return by_lang & (audience == wanted.audience if wanted.audience else true())
    return audience.in_({wanted.audience, *_FALLBACKS}) if wanted.audience else true()


def chosen(wanted: Wanted, *within: ColumnElement[bool]) -> Subquery:
    """The one edition of each condition that is served, as rows of `id` and `condition_id`.

    Language first, then audience, then a reviewed edition before an unreviewed one, then the pack's order. A condition
    without an edition that may be served has no row. `within` narrows the editions to look at.
    """
    edition = models.Edition
    place = func.row_number().over(partition_by=col(edition.condition_id), order_by=_preferences(wanted))
    ranked = (
        select(edition.id, edition.condition_id, place.label("place"))
        .join(models.Condition)
        .where(servable(wanted), *within)
        .subquery()
    )
    return select(ranked.c.id, ranked.c.condition_id).where(ranked.c.place == 1).subquery()


def _preferences(wanted: Wanted) -> list[ColumnElement[Any]]:
    edition = models.Edition
    audiences = {audience: rank for rank, audience in enumerate(_ORDER)}
    if wanted.audience:
        audiences[wanted.audience] = -1
    reviewed = case((col(edition.review_status) == "reviewed", 0), else_=1)
    original = case((col(edition.lang) == col(models.Condition.lang), 0), else_=1)
    asked = case((col(edition.audience) == wanted.audience, 0), else_=1)
    by_audience = case(audiences, value=col(edition.audience))
    return [*_distance(wanted.lang), original, asked, reviewed, by_audience, col(edition.position).asc()]


def _distance(tag: str | None) -> list[ColumnElement[int]]:
    """How far a language is from the one asked for: itself, one that it covers, wider ones, siblings, others.

    Wider ones lose a subtag at a time (RFC 4647, section 3.4): `zh-Hant-TW` takes `zh-Hant` before `zh`.
    """
    if tag is None:
        return []
    lang = col(models.Edition.lang)
    parts = tag.split("-")
    wider = ["-".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]
    steps = [lang == tag, in_language(lang, tag), *(lang == wide for wide in wider), in_language(lang, parts[0])]
    return [case(*((step, rank) for rank, step in enumerate(steps)), else_=len(steps))]
