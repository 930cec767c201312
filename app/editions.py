"""Which of a condition's editions a reader gets: `lang` and `audience` as preferences, or as filters."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy import ColumnElement, ScalarSelect, case, exists, literal_column, or_, true
from sqlalchemy.orm import aliased
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


TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # the form of a language tag (RFC 5646)
Tag = Annotated[
    str,
    StringConstraints(pattern=rf"^{TAG.pattern}$", max_length=35),
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
ORDER = (Audience.general, Audience.parents, Audience.teens, Audience.kids)
_FALLBACKS = (Audience.general, Audience.parents)
# Made once: each takes as much time and memory as all the rest of a statement.
_edition, _condition = aliased(models.Edition), aliased(models.Condition)


def is_fallback(lang: str, audience: Audience, wanted: Wanted) -> bool:
    """Whether an edition is not in the language or not for the audience that was asked for."""
    other_language = wanted.lang is not None and not f"{lang}-".startswith(f"{wanted.lang}-")
    return other_language or (wanted.audience is not None and audience != wanted.audience)


def in_language(column: Any, tag: str) -> ColumnElement[bool]:
    """Basic filtering (RFC 4647, section 3.3.1): `es` covers `es-MX`, not the other way round."""
    return or_(col(column) == tag, col(column).startswith(f"{tag}-", autoescape=True))


def has_servable(wanted: Wanted) -> ColumnElement[bool]:
    """Whether a row of `condition` has an edition that may be served; every one has where any edition may be."""
    if wanted.audience is None and (wanted.fallback == "nearest" or wanted.lang is None):
        return true()
    return exists().where(col(_edition.condition_id) == models.Condition.id, _servable(wanted))


def best(wanted: Wanted) -> ScalarSelect[int | None]:
    """The id of the one edition that is served of a row of `condition`; null where none may be.

    Language first, then audience, then a reviewed edition before an unreviewed one, then the pack's order.
    """
    return (
        select(_edition.id)
        .join(_condition)  # once more: in SQLite, ORDER BY knows no row from outside its own SELECT
        .where(_edition.condition_id == models.Condition.id, _servable(wanted))
        .order_by(*_preferences(wanted))
        .limit(1)
        .correlate(models.Condition)
        .scalar_subquery()
    )


def _servable(wanted: Wanted) -> ColumnElement[bool]:
    audience = col(_edition.audience)
    if wanted.fallback == "none":
        by_lang = in_language(_edition.lang, wanted.lang) if wanted.lang else true()
        return by_lang & (audience == wanted.audience if wanted.audience else true())
    return or_(*(audience == fits for fits in (wanted.audience, *_FALLBACKS))) if wanted.audience else true()


def _preferences(wanted: Wanted) -> list[ColumnElement[Any]]:
    lang, audience = col(_edition.lang), col(_edition.audience)
    return [
        *([_rank(*_distances(lang, wanted.lang))] if wanted.lang else []),
        _rank(lang == col(_condition.lang)),
        *([_rank(audience == wanted.audience)] if wanted.audience else []),
        _rank(col(_edition.review_status) == "reviewed"),
        _rank(*(audience == next_best for next_best in ORDER)),
        col(_edition.position).asc(),
    ]


def _distances(lang: Any, tag: str) -> list[ColumnElement[bool]]:
    """From near to far: the language asked for itself, one that it covers, wider ones, siblings.

    Wider ones lose a subtag at a time (RFC 4647, section 3.4): `zh-Hant-TW` takes `zh-Hant` before `zh`.
    """
    parts = tag.split("-")
    wider = ["-".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]
    return [lang == tag, in_language(lang, tag), *(lang == wide for wide in wider), in_language(lang, parts[0])]


def _rank(*steps: ColumnElement[bool]) -> ColumnElement[int]:
    """The place of the first step that holds, counted from 0; past the last where none does."""
    places: list[ColumnElement[int]] = [literal_column(str(place)) for place in range(len(steps) + 1)]
    return case(*zip(steps, places, strict=False), else_=places[-1])
