"""The only writer: a pack becomes the database's content in one transaction, as one publication.

`plan` compares a scanned pack with the database and writes nothing; `apply` makes the planned difference true, whole or
not at all.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile

from sqlalchemy import Engine, Integer, cast, delete, func, insert, literal, union, union_all, update
from sqlmodel import Session, SQLModel, col, select

from app import models, pack, presented
from app.bands import cell
from app.check import Scan, identifier_key
from app.db import BATCH, batches, delete_each, latest_publication, notify
from app.export import read_condition, record_names
from app.models import Op
from app.ownership import refuse_foreign_names
from app.pack import Key, Kind
from app.rows import TABLES, article_row, condition_row, flat_row
from app.safety import safety_changes
from app.search import index

log = logging.getLogger("app.publish")

PACK = "pack"  # the kind under which a change tells of `pack.json` itself
RENAMED = "renamed"
LARGE_REMOVAL = 0.2  # of a kind's records in the pack
ALLOCATIONS = 50_000  # between two looks for garbage: by Python's own 700 they take a fifth of a publish's time


class PublishConflictError(Exception):
    """Another publication came between the plan and its application."""


@dataclass
class Plan:
    """The difference between a pack and the database, which stands at publication `base` (generation and id)."""

    scan: Scan
    base: tuple[int, str]
    info_known: bool = False
    info_changed: bool = False
    added: list[Key] = field(default_factory=list)
    changed: list[Key] = field(default_factory=list)
    withdrawn: dict[Key, pack.Withdrawn] = field(default_factory=dict)
    safety_changes: list[str] = field(default_factory=list)
    large_removals: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether the database already holds the pack's content."""
        return not (self.info_changed or self.added or self.changed or self.withdrawn)


def plan(session: Session, scan: Scan) -> Plan:
    """Compare a scanned pack with the database. Raises PackError for a slug or name that another pack owns."""
    made = Plan(scan, _stands_at(session))
    live, tombstones = _digests(session, scan.info.name)
    info_digest = live.pop((PACK, scan.info.name), None)
    made.info_known = info_digest is not None
    made.info_changed = info_digest != pack.digest(scan.info)
    made.added = [key for key in scan.digests if key not in live]
    made.changed = [key for key, digest in scan.digests.items() if live.get(key, digest) != digest]
    made.withdrawn = dict(_withdrawals(session, scan, live, tombstones))
    made.large_removals = _large_removals(live, made.withdrawn)
    refuse_foreign_names(session, scan, [*made.added, *made.withdrawn, *scan.former_slugs])
    made.safety_changes = list(_safety_changes(session, made, live))
    return made


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Look for garbage that refers to itself less often: what is written is in batches, and they leave little."""
    before = gc.get_threshold()
    if before[0] >= ALLOCATIONS:  # by another publish of this process, which puts it back
        yield
        return
    gc.set_threshold(ALLOCATIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@collecting_rarely()
def apply(engine: Engine, made: Plan, progress: Callable[[int], None] = lambda _count: None) -> models.Publication:
    """Make a plan true in one transaction, and return its publication.

    Raises PublishConflictError where the database has moved on since the plan, PackError where the pack has.
    """
    began = time.perf_counter()
    writing = engine.execution_options(writes=True)
    with Session(writing, autoflush=False, expire_on_commit=False) as session, session.begin():
        if _stands_at(session) != made.base:
            raise PublishConflictError
        info = made.scan.info
        session.merge(_pack_row(info, _made_by(session, made)))
        publication = _new_publication(session, made.base[0] + 1, info.name)
        _write_sources(session, info)
        with index.vocabulary(session) as vocabulary:
            ids = _remove(session, made, vocabulary)
            _write_records(session, made, ids, progress)
            _write_names(session, made)
            _present(session, made, vocabulary)
        if any(kind == Kind.location for kind, _slug in (*made.added, *made.changed, *made.withdrawn)):
            count_places(session)
        _write_changes(session, made, publication.generation)
        _remove_sources(session, info)
        _complete(session, publication, began)
        notify(session, publication.generation)
    took = {"pack": info.name, "generation": publication.generation, "seconds": publication.seconds}
    log.info("published %(pack)s as generation %(generation)d in %(seconds).3f s", took)
    return publication


@collecting_rarely()
def present_anew(engine: Engine) -> list[models.Publication]:
    """Present the packs whose bodies are missing or were made by other code, each as a publication of its own.

    The cache trusts changes, so that every live record of such a pack counts as changed. None where all is right.
    """
    with Session(engine) as session:
        if not presented.outdated(session):
            return []
    publications = []
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as session, session.begin():
        for name in presented.outdated(session):
            began = time.perf_counter()
            publication = _new_publication(session, _stands_at(session)[0] + 1, name)
            change = models.Change
            live = update(change).where(col(change.pack) == name, col(change.op) != Op.withdrawn)
            session.exec(live.values(generation=publication.generation, op=Op.changed))
            with index.vocabulary(session) as vocabulary:
                presented.renew(session, _live(session, name), vocabulary)
            session.exec(update(models.Pack).where(col(models.Pack.name) == name).values(made_by=presented.made_by()))
            _complete(session, publication, began)
            notify(session, publication.generation)
            publications.append(publication)
    return publications


def _stands_at(session: Session) -> tuple[int, str]:
    latest = latest_publication(session)
    return (latest.generation, latest.id) if latest else (0, "")


# ---- the plan's parts


def _digests(session: Session, name: str) -> tuple[dict[Key, str | None], dict[Key, str | None]]:
    """What the database knows of a pack: the digests of its live records, and of its tombstones."""
    change = models.Change
    live: dict[Key, str | None] = {}
    tombstones: dict[Key, str | None] = {}
    columns = select(change.kind, change.key, change.op, change.digest).where(change.pack == name)
    for kind, key, op, digest in session.exec(columns.execution_options(yield_per=BATCH)):
        (tombstones if op == Op.withdrawn else live)[kind, key] = digest
    return live, tombstones


def _withdrawals(
    session: Session, scan: Scan, live: Iterable[Key], tombstones: dict[Key, str | None]
) -> Iterator[tuple[Key, pack.Withdrawn]]:
    """Tombstones to write: the pack's own that are new or differ, and one for each record that is there no more."""
    for key, tombstone in scan.withdrawn.items():
        if tombstones.get(key) != pack.digest(tombstone):
            yield key, tombstone
    for kind, slug in sorted(live):
        if (kind, slug) in scan.digests or (kind, slug) in scan.withdrawn:
            continue
        if new := scan.former_slugs.get((kind, slug)):
            yield (kind, slug), pack.Withdrawn(kind=Kind(kind), slug=slug, reason=RENAMED, successor=new)
        else:
            yield (kind, slug), _retired(session, scan, kind, slug)


def _retired(session: Session, scan: Scan, kind: str, slug: str) -> pack.Withdrawn:
    """The tombstone of a record that the pack no longer holds; its names outlive it unless the pack gives them away."""
    names = record_names(session, kind, slug)
    former = tuple(
        name
        for name in names["former_slugs"]
        if (kind, name) not in scan.former_slugs and (kind, name) not in scan.digests
    )
    identifiers = tuple(name for name in names["identifiers"] if identifier_key(name) not in scan.identifiers)
    return pack.Withdrawn(kind=Kind(kind), slug=slug, reason="retired", former_slugs=former, identifiers=identifiers)


def _large_removals(live: Iterable[Key], withdrawn: dict[Key, pack.Withdrawn]) -> list[str]:
    found = []
    for kind in Kind:
        held = {key for key in live if key[0] == kind}
        gone = [key for key in held.intersection(withdrawn) if withdrawn[key].reason != RENAMED]
        if held and len(gone) > LARGE_REMOVAL * len(held):
            found.append(f"{len(gone)} of {len(held)} records of kind {kind}")
    return found


def _safety_changes(session: Session, made: Plan, live: Collection[Key]) -> Iterator[str]:
    """What the plan does to warning signs that stand in the database."""
    changed = {slug for kind, slug in made.changed if kind == Kind.condition}
    renamed = {
        tombstone.successor: slug
        for (kind, slug), tombstone in made.withdrawn.items()
        if kind == Kind.condition and tombstone.reason == RENAMED
    }
    if changed or renamed:
        for record in takewhile(lambda record: isinstance(record, pack.Condition), made.scan.read()):
            if isinstance(record, pack.Condition) and (record.slug in changed or record.slug in renamed):
                old = read_condition(session, renamed.get(record.slug, record.slug))
                yield from safety_changes(old, record)
    for (kind, slug), tombstone in made.withdrawn.items():
        if kind == Kind.condition and (kind, slug) in live and tombstone.reason != RENAMED:
            yield from safety_changes(read_condition(session, slug), None)


# ---- the application's parts


def _new_publication(session: Session, generation: int, pack_name: str) -> models.Publication:
    publication = models.Publication(
        generation=generation,
        id=secrets.token_hex(16),
        published_at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        pack=pack_name,
        languages=[],
        seconds=0,
    )
    session.add(publication)
    session.flush()
    return publication


def _live(session: Session, pack_name: str) -> list[Key]:
    """Every live record of a pack."""
    return [
        (kind, slug)
        for kind, table in TABLES.items()
        for slug in session.exec(select(table.slug).where(table.pack == pack_name))
    ]


def _complete(session: Session, publication: models.Publication, began: float) -> None:
    """Tell a publication the primary subtags of all live records' languages, any pack's, and how long it took."""
    tables = (models.Edition, models.Article, models.Location, models.GlossaryTerm, models.DirectoryEntry)
    tags = session.scalars(union(*(select(table.lang) for table in tables)))
    publication.languages = sorted({tag.split("-")[0] for tag in tags})
    publication.seconds = round(time.perf_counter() - began, 3)
    row = models.Publication
    told = {"languages": publication.languages, "seconds": publication.seconds}
    rows = update(row).where(col(row.generation) == publication.generation)
    # The object has left the session where there was much to write; where it has not, it must not read itself again.
    session.exec(rows.values(told).execution_options(synchronize_session=False))


def _made_by(session: Session, made: Plan) -> str | None:
    """What will have made all of a pack's bodies; None where this code makes some and other code has made the rest."""
    before = session.scalar(select(models.Pack.made_by).where(models.Pack.name == made.scan.info.name))
    return presented.made_by() if made.info_changed or before == presented.made_by() else None


def _pack_row(info: pack.PackInfo, made_by: str | None) -> models.Pack:
    return models.Pack(
        name=info.name,
        title=info.title,
        publisher_name=info.publisher.name,
        publisher_url=info.publisher.url,
        rights=info.rights,
        made_by=made_by,
    )


def _write_sources(session: Session, info: pack.PackInfo) -> None:
    for position, source in enumerate(info.sources):
        session.merge(models.Source(**source.model_dump(), pack=info.name, position=position))
    session.flush()


def _remove_sources(session: Session, info: pack.PackInfo) -> None:
    kept = [source.slug for source in info.sources]
    session.exec(
        delete(models.Source).where(col(models.Source.pack) == info.name, col(models.Source.slug).not_in(kept))
    )


def _remove(session: Session, made: Plan, vocabulary: index.Vocabulary) -> dict[Key, int]:
    """Delete the rows of what is withdrawn or replaced, and their names; return the ids that must live on."""
    ids: dict[Key, int] = {}
    gone = [*made.changed, *made.withdrawn]
    for kind, table in TABLES.items():
        for slugs in batches([slug for of, slug in gone if of == kind]):
            for slug, row_id in session.exec(select(table.slug, table.id).where(col(table.slug).in_(slugs))):
                ids[kind, slug] = row_id or 0
            presented.forget(session, kind, slugs, vocabulary)
            session.exec(delete(table).where(col(table.slug).in_(slugs)))
            former, identifier = models.FormerSlug, models.Identifier
            session.exec(delete(former).where(col(former.kind) == kind, col(former.current_slug).in_(slugs)))
            session.exec(delete(identifier).where(col(identifier.kind) == kind, col(identifier.slug).in_(slugs)))
    return ids


def _write_records(session: Session, made: Plan, ids: dict[Key, int], progress: Callable[[int], None]) -> None:
    """Write what is added or changed, in batches that leave the session's memory when they are in the database."""
    due = {*made.added, *made.changed}
    if not due:
        return
    condition_ids: dict[str, int] = {}
    for count, record in enumerate(made.scan.read(), 1):
        progress(count)
        key = (str(pack.kind_of(record)), record.slug)
        if key not in due:
            continue
        if isinstance(record, pack.Article):
            condition_ids = condition_ids or _condition_ids(session, made.scan.info.name)
            row: SQLModel = article_row(record, made.scan.info.name, condition_ids)
        elif isinstance(record, pack.Condition):
            row = condition_row(record, made.scan.info.name)
            row.id = ids.get(key)
        else:
            row = flat_row(record, made.scan.info.name)
        session.add(row)
        if count % BATCH == 0:
            session.flush()
            session.expunge_all()
    session.flush()
    session.expunge_all()


def _present(session: Session, made: Plan, vocabulary: index.Vocabulary) -> None:
    """Present what was written; where `pack.json` changed, the rest too: it stands in every body of the pack."""
    written = [*made.added, *made.changed]
    presented.store(session, written, vocabulary)
    if made.info_changed:
        rest = set(_live(session, made.scan.info.name)).difference(written)
        presented.renew(session, sorted(rest), vocabulary)


def count_places(session: Session) -> None:
    """Count anew how many places there are up to each cell."""
    location, count = models.Location, models.LocationCount
    at = cell(col(location.band), col(location.east)).label("cell")
    placed = select(col(location.kind), at).where(col(location.band).is_not(None))
    every = placed.with_only_columns(literal(models.ANY_KIND).label("kind"), at)
    each = union_all(placed, every).subquery().c
    before = func.sum(func.count()).over(partition_by=each.kind, order_by=each.cell)
    counted = select(each.kind, each.cell, cast(before, Integer)).group_by(each.kind, each.cell)
    session.execute(delete(count))
    session.execute(insert(count).from_select(["kind", "cell", "places"], counted))


def _condition_ids(session: Session, pack_name: str) -> dict[str, int]:
    session.flush()
    rows = session.exec(select(models.Condition.slug, models.Condition.id).where(models.Condition.pack == pack_name))
    return {slug: row_id or 0 for slug, row_id in rows}


def _write_changes(session: Session, made: Plan, generation: int) -> None:
    """One row per touched record: what happened to it, when, and why."""
    stamp = {"pack": made.scan.info.name, "generation": generation}
    for batch in batches(_changes(made)):
        keys = [(str(row["kind"]), str(row["key"])) for row in batch]
        delete_each(session, (models.Change.kind, models.Change.key), keys)
        session.execute(insert(models.Change), [stamp | row for row in batch])


def _changes(made: Plan) -> Iterator[dict[str, str | None]]:
    untold = {"reason": None, "successor": None}
    for op, keys in ((Op.added, made.added), (Op.changed, made.changed)):
        for kind, key in keys:
            yield {**untold, "kind": kind, "key": key, "op": op, "digest": made.scan.digests[kind, key]}
    for (kind, key), tombstone in made.withdrawn.items():
        # A renamed record needs no tombstone in an export: the record with its new name tells the old one.
        digest = None if tombstone.reason == RENAMED else pack.digest(tombstone)
        told = {"reason": tombstone.reason, "successor": tombstone.successor}
        yield {**told, "kind": kind, "key": key, "op": Op.withdrawn, "digest": digest}
    if made.info_changed:
        op = Op.changed if made.info_known else Op.added
        info = made.scan.info
        yield {**untold, "kind": PACK, "key": info.name, "op": op, "digest": pack.digest(info)}


def _write_names(session: Session, made: Plan) -> None:
    """The former slugs and identifiers of what is touched, tombstones included."""
    touched = {*made.added, *made.changed, *made.withdrawn}
    former = {name: slug for name, slug in made.scan.former_slugs.items() if (name[0], slug) in touched}
    identifiers = {name: meant for name, meant in made.scan.identifiers.items() if meant[0] in touched}
    for key, tombstone in made.withdrawn.items():
        if key not in made.scan.withdrawn:
            former |= {(key[0], name): key[1] for name in tombstone.former_slugs}
            identifiers |= {identifier_key(name): (key, name) for name in tombstone.identifiers}
    rows: list[SQLModel] = [
        models.FormerSlug(kind=kind, slug=name, current_slug=slug, position=at)
        for at, ((kind, name), slug) in enumerate(former.items())
    ]
    rows += [
        models.Identifier(key=name, value=value, kind=kind, slug=slug, position=at)
        for at, (name, ((kind, slug), value)) in enumerate(identifiers.items())
    ]
    delete_each(session, (models.FormerSlug.kind, models.FormerSlug.slug), [*made.added, *former])
    delete_each(session, (models.Identifier.key,), [(name,) for name in identifiers])
    _insert(session, rows)


def _insert(session: Session, rows: Iterable[SQLModel]) -> None:
    for batch in batches(rows):
        session.add_all(batch)
        session.flush()
        session.expunge_all()
