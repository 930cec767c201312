"""Whose is a name: a slug, a former slug, an identifier or a source belongs to one pack."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app import models
from app.check import Scan
from app.db import batches
from app.pack import Fault, Faults, Key, Kind, PackError


def refuse_foreign_names(session: Session, scan: Scan, slugs: Sequence[Key]) -> None:
    """Refuse a pack that takes another's: `slugs`, its identifiers or its sources. Raises PackError."""
    faults = Faults()
    ours = scan.info.name
    change, former = models.Change, models.FormerSlug
    for kind in Kind:
        for batch in batches([slug for of, slug in slugs if of == kind]):
            rows = session.exec(
                select(change).where(change.kind == kind, col(change.key).in_(batch), change.pack != ours)
            )
            for row in rows:
                faults.add(Fault("", None, "slug", f"{kind} {row.key!r} belongs to the pack {row.pack!r}"))
            held = (
                select(former.slug, change.pack)
                .join(change, (col(change.kind) == kind) & (col(change.key) == former.current_slug))
                .where(former.kind == kind, col(former.slug).in_(batch), change.pack != ours)
            )
            for slug, owner in session.exec(held):
                faults.add(Fault("", None, "slug", f"{kind} {slug!r} belongs to the pack {owner!r}, as a former one"))
    for keys in batches(list(scan.identifiers)):
        for known in session.exec(select(models.Identifier).where(col(models.Identifier.key).in_(keys))):
            told = session.get(change, (known.kind, known.slug))
            if told and told.pack != ours:
                faults.add(Fault("", None, "identifiers", f"{known.value!r} belongs to the pack {told.pack!r}"))
    sources = [source.slug for source in scan.info.sources]
    for source in session.exec(
        select(models.Source).where(col(models.Source.slug).in_(sources), models.Source.pack != ours)
    ):
        faults.add(Fault("pack.json", None, "sources", f"{source.slug!r} belongs to the pack {source.pack!r}"))
    if faults.total:
        raise PackError(faults)
