"""Which of a condition's editions a reader gets: `lang` and `audience` as preferences, or as filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col

from app import models
from app.pack import Audience


def canonical(tag: str) -> str:
    """A language tag in the case that RFC 5646, section 2.1.1, recommends: `ES-mx` is `es-MX`."""
    first, *rest = tag.lower().split("-")
    return "-".join([first, *(_subtag(part) for part in rest)])


def _subtag(part: str) -> str:
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) == 2 else part


Lang = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35),
    AfterValidator(canonical),
    Field(description="Language, by BCP 47 (`en`, `es-MX`).", examples=["en"]),
]


class Wanted(BaseModel):
    """The edition that a request asks for."""

    lang: Lang | None = None
    audience: Audience | None = Field(default=None, description="Whom it should be written for.")
    fallback: Literal["nearest", "none"] = Field(
        default="nearest",
        description="`nearest`: what fits best is served, and says so. `none`: only what was asked for is.",
    )


# Texts for children are never served to a reader who did not ask for them, so they end no chain but their own.
_ORDER = (Audience.general, Audience.parents, Audience.teens, Audience.kids)
_FALLBACKS = (Audience.general, Audience.parents)


def choose(editions: Sequence[models.Edition], wanted: Wanted) -> models.Edition | None:
    """The edition to serve: language first, then audience, then a reviewed one, then the pack's order.

    The first edition's language is the original: it is served where no language is asked for, or the asked one lacks.
    None where no edition may be served: with `fallback=none` nothing matches both, else the audience's text is missing
    and so are `general` and `parents`.
    """
    allowed = [edition for edition in editions if _allowed(edition, wanted)]
    original = editions[0].lang if editions else ""
    return min(allowed, key=lambda edition: _rank(edition, wanted, original), default=None)


def is_fallback(edition: models.Edition, wanted: Wanted) -> bool:
    """Whether an edition is not in the language or not for the audience that was asked for."""
    other_language = wanted.lang is not None and not _in_range(edition.lang, wanted.lang)
    return other_language or (wanted.audience is not None and edition.audience != wanted.audience)


def servable(wanted: Wanted) -> ColumnElement[bool]:
    """The same rule as a condition on rows of `edition`, for lists."""
    lang, audience = col(models.Edition.lang), col(models.Edition.audience)
    if wanted.fallback == "none":
        by_lang = true() if wanted.lang is None else or_(lang == wanted.lang, lang.startswith(f"{wanted.lang}-"))
        return by_lang & (true() if wanted.audience is None else audience == wanted.audience)
    return true() if wanted.audience is None else audience.in_({wanted.audience, *_FALLBACKS})


def _allowed(edition: models.Edition, wanted: Wanted) -> bool:
    if wanted.fallback == "none":
        return not is_fallback(edition, wanted)
    return wanted.audience is None or edition.audience in {wanted.audience, *_FALLBACKS}


def _rank(edition: models.Edition, wanted: Wanted, original: str) -> tuple[int, int, bool, bool, int, int]:
    return (
        _distance(edition.lang, wanted.lang or original),
        _distance(edition.lang, original),
        wanted.audience is not None and edition.audience != wanted.audience,
        edition.review_status != "reviewed",
        _ORDER.index(edition.audience),
        edition.position,
    )


def _distance(have: str, want: str) -> int:
    """How far a language is from a wanted one: itself, one that it covers, the wider one, a sibling, another."""
    if have == want:
        return 0
    if _in_range(have, want):
        return 1
    if _in_range(want, have):
        return 2
    return 3 if have.split("-", maxsplit=1)[0] == want.split("-", maxsplit=1)[0] else 4


def _in_range(tag: str, wanted: str) -> bool:
    """Basic filtering (RFC 4647, section 3.3.1): `es` covers `es-MX`, not the other way round."""
    return f"{tag}-".startswith(f"{wanted}-")
