"""The database's content of one pack as records again: what `export` writes publishes to nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from sqlmodel import Session, col, select

from app import models, pack
from app.models import Op
from app.pack import Kind
from app.rows import TABLES, FlatRow, condition_record, flat_record, loaded, whole_condition

BATCH = 200


def read_info(session: Session, name: str) -> pack.PackInfo | None:
    """What `pack.json` of a published pack says; None for a pack that was never published."""
    row = session.get(models.Pack, name)
    if row is None:
        return None
    sources = session.exec(
        select(models.Source).where(models.Source.pack == name).order_by(col(models.Source.position))
    )
    return pack.PackInfo(
        name=row.name,
        title=row.title,
        publisher=pack.Publisher(name=row.publisher_name, url=row.publisher_url),
        rights=row.rights,
        sources=tuple(
            pack.Source.model_validate({name: getattr(source, name) for name in pack.Source.model_fields})
            for source in sources
        ),
    )


def read_records(session: Session, name: str) -> Iterator[pack.AnyRecord]:
    """Every live record of a pack, kind by kind, by slug; only a batch is in memory at a time."""
    for kind, table in TABLES.items():
        # Sorted here: a database would do it by its locale, and each machine would export differently.
        slugs = sorted(session.exec(select(table.slug).where(table.pack == name)))
        for at in range(0, len(slugs), BATCH):
            for slug in slugs[at : at + BATCH]:
                yield read_condition(session, slug) if kind == Kind.condition else _read_flat(session, kind, slug)
            session.expunge_all()


def read_condition(session: Session, slug: str) -> pack.Condition:
    """A live condition as its pack's record. Raises NoResultFound."""
    query = select(models.Condition).where(models.Condition.slug == slug).options(*whole_condition())
    return condition_record(session.exec(query).one(), record_names(session, Kind.condition, slug))


def _read_flat(session: Session, kind: Kind, slug: str) -> pack.AnyRecord:
    table = TABLES[kind]
    query = select(table).where(table.slug == slug)
    if table is models.Article:
        query = query.options(loaded(models.Article.links, models.ArticleCondition.condition))
    row = cast("FlatRow", session.exec(query).one())
    return flat_record(row, record_names(session, kind, slug))


def read_withdrawn(session: Session, name: str) -> Iterator[pack.Withdrawn]:
    """The tombstones of a pack; a renamed record has none, since its new name tells its old ones."""
    change = models.Change
    rows = session.exec(
        select(change).where(change.pack == name, change.op == Op.withdrawn, col(change.digest).is_not(None))
    ).all()
    for row in sorted(rows, key=lambda row: (row.kind, row.key)):
        yield pack.Withdrawn(
            kind=Kind(row.kind),
            slug=row.key,
            reason=row.reason or "retired",
            successor=row.successor,
            **record_names(session, row.kind, row.key),
        )


def record_names(session: Session, kind: str, slug: str) -> dict[str, tuple[str, ...]]:
    """A record's former slugs and identifiers, which outlive it."""
    former, identifier = models.FormerSlug, models.Identifier
    slugs = select(former.slug).where(former.kind == kind, former.current_slug == slug)
    values = select(identifier.value).where(identifier.kind == kind, identifier.slug == slug)
    return {
        "former_slugs": tuple(session.exec(slugs.order_by(col(former.position)))),
        "identifiers": tuple(session.exec(values.order_by(col(identifier.position)))),
    }
