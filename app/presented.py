"""What `app.present` makes of rows, stored as JSON when it is published: a read takes it as it stands.

A stored body leaves open what a deployment or a request decides, by marks: bytes that JSON has no other use for, and
that are found in no time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from pydantic_core import to_json
from sqlalchemy import Select, bindparam, delete, insert, select
from sqlmodel import Session, col

from app import models, present, schemas
from app.db import batches
from app.editions import Wanted, best, is_fallback
from app.pack import Audience, Key, Kind
from app.rows import KINDS, TABLES, FlatRow, loaded, whole_condition
from app.search import index

IN_MEMORY = 50  # records at a time, and bodies
# The code that decides what a body is, and what a search finds.
MAKERS = (
    "pack.py",
    "models.py",
    "schemas.py",
    "present.py",
    "presented.py",
    "editions.py",
    "search/index.py",
    "search/words.py",
    "search/stopwords.txt",
)

# What stands before a root-relative address, for what a request asked for, and for whether it fell back. Within JSON
# they would be escaped (RFC 8259, section 7), and no content holds them: a pack refuses control characters.
ADDRESS, REQUESTED, FALLBACK = b"\x01", b"\x02", b"\x03"

FLAT_SHAPES: dict[Kind, dict[str, Callable[[Any, present.Address], schemas.Shape]]] = {
    Kind.article: {"article": present.article},
    Kind.location: {"location": present.location, "location-feature": present.feature},
    Kind.glossary: {"glossary": present.glossary_term},
    Kind.directory: {"directory": present.directory_entry},
}
EDITION_SHAPES = ("condition", "condition-summary", "condition-signs")

Made = Iterator[tuple[str, int | None, bytes]]  # a shape, the row it is of, and its body
Rows = Iterator[tuple[models.Condition | FlatRow, Sequence[str]]]  # a row with all that belongs to it; its former slugs


@cache
def made_by() -> str:
    """What made a body: a hash of MAKERS."""
    code = b"".join((Path(__file__).parent / name).read_bytes() for name in MAKERS)
    return hashlib.sha256(code).hexdigest()[:16]


# ---- reading


def fill(body: bytes, origin: str, wanted: Wanted | None = None, fallback: bool = False) -> bytes:
    """A stored body as it is sent. `origin` stands before every address: PUBLIC_URL, or nothing."""
    body = body.replace(ADDRESS, origin.encode())
    if wanted is None:
        return body
    requested = _preference(wanted.lang, wanted.audience)
    return body.replace(REQUESTED, requested).replace(FALLBACK, b"true" if fallback else b"false")


@lru_cache(maxsize=256)
def _preference(lang: str | None, audience: Audience | None) -> bytes:
    return schemas.Preference(lang=lang, audience=audience).model_dump_json().encode()


def fill_edition(row: Sequence[Any], origin: str, wanted: Wanted) -> bytes:
    """A row that begins with an edition's language, audience and body, as it is sent."""
    lang, audience, body = row[:3]
    return fill(body, origin, wanted, is_fallback(lang, audience, wanted))


def narrowed(body: bytes, aspect: str | None) -> bytes:
    """A condition's body with the sections of one aspect; no other part of it is touched."""
    if aspect is None:
        return body
    condition = json.loads(body)
    condition["sections"] = [section for section in condition["sections"] if section["aspect"] == aspect]
    return to_json(condition)


def stored(shape: str, row_id: Any) -> Any:
    """Whether a row of `presented` is the body of a row in a shape: what a statement joins it on."""
    return (col(models.Presented.shape) == shape) & (col(models.Presented.row_id) == row_id)


def editions_in(shape: str, wanted: Wanted) -> Select[str, Audience, bytes]:
    """The edition of each condition that is served to a reader: its language, its audience and its body in a shape."""
    edition, condition = models.Edition, models.Condition
    return (
        select(col(edition.lang), col(edition.audience), col(models.Presented.body))
        .select_from(condition)
        .join(edition, col(edition.id) == best(wanted))
        .join(models.Presented, stored(shape, edition.id))
    )


def one_condition(shape: str, wanted: Wanted) -> Select[str, Audience, bytes]:
    """The same of the one condition `:slug`."""
    return _one_condition(shape, wanted.lang, wanted.audience, wanted.fallback)


@lru_cache(maxsize=256)  # to make a statement takes longer than to run it
def _one_condition(
    shape: str, lang: str | None, audience: Audience | None, fallback: Literal["nearest", "none"]
) -> Select[str, Audience, bytes]:
    wanted = Wanted(lang=lang, audience=audience, fallback=fallback)
    return editions_in(shape, wanted).where(col(models.Condition.slug) == bindparam("slug"))


def signs_in(wanted: Wanted) -> Select[str, Audience, bytes]:
    """Each warning sign in the edition that is served to a reader: its language, its audience and its body."""
    sign, words, edition, condition = models.WarningSign, models.SignWording, models.Edition, models.Condition
    return (
        select(col(edition.lang), col(edition.audience), col(models.Presented.body))
        .select_from(sign)
        .join(condition, col(condition.id) == sign.condition_id)
        .join(edition, col(edition.id) == best(wanted))
        .join(words, (col(words.edition_id) == edition.id) & (col(words.key) == sign.key))
        .join(models.Presented, stored("warning-sign", words.id))
    )


@cache
def one_record(kind: Kind) -> Select[bytes]:
    """The body of the record `:slug` of a flat kind."""
    table = TABLES[kind]
    shape = next(iter(FLAT_SHAPES[kind]))
    return (
        select(col(models.Presented.body))
        .join(table, stored(shape, table.id))
        .where(col(table.slug) == bindparam("slug"))
    )


# ---- writing


def store(session: Session, keys: Iterable[Key], vocabulary: index.Vocabulary) -> None:
    """Present records (kind and slug) of which nothing is stored, and what a search finds of them."""
    for kind, slugs in _in_batches(keys):
        _store(session, kind, slugs, vocabulary)


def renew(session: Session, keys: Iterable[Key], vocabulary: index.Vocabulary) -> None:
    """Present live records anew."""
    for kind, slugs in _in_batches(keys):
        forget(session, kind, slugs, vocabulary)
        _store(session, kind, slugs, vocabulary)


def forget(session: Session, kind: Kind, slugs: Sequence[str], vocabulary: index.Vocabulary) -> None:
    """Delete what is stored of records, while their rows are still there."""
    for shapes, ids in _rows(kind).items():
        gone = col(models.Presented.row_id).in_(ids.where(col(TABLES[kind].slug).in_(slugs)))
        session.exec(delete(models.Presented).where(col(models.Presented.shape).in_(shapes), gone))
    index.forget(session, kind, slugs, vocabulary)


def outdated(session: Session) -> list[str]:
    """Packs of which a body may be missing, or made by other code."""
    made = models.Pack
    unlike = col(made.made_by).is_distinct_from(made_by())
    return list(session.scalars(select(col(made.name)).where(unlike).order_by(col(made.name))))


def _in_batches(keys: Iterable[Key]) -> Iterator[tuple[Kind, list[str]]]:
    slugs: dict[str, list[str]] = {}
    for of, slug in keys:
        slugs.setdefault(of, []).append(slug)
    for kind in Kind:
        for batch in batches(slugs.get(kind, ()), IN_MEMORY):
            yield kind, batch


def _store(session: Session, kind: Kind, slugs: Sequence[str], vocabulary: index.Vocabulary) -> None:
    """Store what is made of a batch of records, which then leave the session's memory."""
    rows = list(_whole_conditions(session, slugs) if kind == Kind.condition else _whole_flat(session, kind, slugs))
    made = (body for row, former_slugs in rows for body in _bodies(row, former_slugs))
    for bodies in batches(made, IN_MEMORY):
        told = [{"shape": shape, "row_id": row_id, "body": body} for shape, row_id, body in bodies]
        session.execute(insert(models.Presented), told)
    found = ((entry, _body(entry.item)) for row, _former_slugs in rows for entry in index.entries(row, _address))
    for entries in batches(found, IN_MEMORY):
        index.write(session, entries, vocabulary)
    session.expunge_all()


def _rows(kind: Kind) -> dict[Sequence[str], Select[int | None]]:
    """The ids of the rows that a kind's bodies are stored under, by shapes, to narrow by the kind's own table."""
    if kind != Kind.condition:
        table = TABLES[kind]
        return {tuple(FLAT_SHAPES[kind]): select(col(table.id)).select_from(table)}
    words = models.SignWording
    editions = select(col(models.Edition.id)).join(models.Condition)
    signs = select(col(words.id)).join(models.Edition, col(models.Edition.id) == words.edition_id)
    return {EDITION_SHAPES: editions, ("warning-sign",): signs.join(models.Condition)}


def _whole_conditions(session: Session, slugs: Sequence[str]) -> Rows:
    former_slugs: dict[str, list[str]] = {}
    former = models.FormerSlug
    names = select(former).where(col(former.kind) == Kind.condition, col(former.current_slug).in_(slugs))
    for name in session.scalars(names.order_by(col(former.position))):
        former_slugs.setdefault(name.current_slug, []).append(name.slug)
    source = loaded(models.Condition.editions, models.Edition.source)
    loads = (*whole_condition(), source, loaded(models.Condition.in_pack))
    for row in session.scalars(select(models.Condition).where(col(models.Condition.slug).in_(slugs)).options(*loads)):
        yield row, former_slugs.get(row.slug, [])


def _whole_flat(session: Session, kind: Kind, slugs: Sequence[str]) -> Rows:
    table = cast("type[FlatRow]", TABLES[kind])
    loads = [loaded(table.in_pack)]
    if table is models.Article:
        loads.append(loaded(models.Article.links, models.ArticleCondition.condition))
    for row in session.scalars(select(table).where(col(table.slug).in_(slugs)).options(*loads)):
        yield cast("FlatRow", row), []


def _bodies(row: models.Condition | FlatRow, former_slugs: Sequence[str]) -> Made:
    if isinstance(row, models.Condition):
        for edition in row.editions:
            yield from _edition(row, edition, former_slugs)
    else:
        for shape, made in FLAT_SHAPES[KINDS[type(row)]].items():
            yield shape, row.id, _body(made(row, _address))


def _edition(row: models.Condition, edition: models.Edition, former_slugs: Sequence[str]) -> Made:
    anyone = Wanted()
    whole = present.condition(row, edition, former_slugs, anyone, None, _address)
    yield "condition", edition.id, _body(whole)
    yield "condition-summary", edition.id, _body(present.condition_summary(row, edition, anyone, _address))
    yield "condition-signs", edition.id, _body(present.condition_signs(row, edition, anyone, _address))
    whole_set = present.sign_set(row, edition, _address)
    ids = {words.key: words.id for words in edition.sign_set_wording.signs}
    for sign in whole_set.signs:
        item = present.warning_sign_item(row, edition, whole_set, sign, anyone, _address)
        yield "warning-sign", ids[sign.key], _body(item)


def _address(path: str) -> str:
    return f"\x01{path}"


def _body(shape: schemas.Shape) -> bytes:
    fields = shape.model_dump(mode="json")
    for choosing in (fields, fields.get("sign")):
        if choosing and "edition" in choosing:
            choosing["edition"] |= {"requested": "\x02", "fallback": "\x03"}
    # A quotation mark of the content's own is escaped: none comes right before a mark.
    body = to_json(fields).replace(b'"\\u0001', b'"' + ADDRESS)
    return body.replace(b'"\\u0002"', REQUESTED).replace(b'"\\u0003"', FALLBACK)
