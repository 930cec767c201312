"""Is this folder a sound pack? Every record by itself, then all of them together, without a database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from app.pack import (
    KEY_BYTES,
    AnyRecord,
    Article,
    DirectoryEntry,
    Fault,
    Faults,
    Key,
    Kind,
    PackError,
    PackInfo,
    Provenance,
    Read,
    Withdrawn,
    digest,
    kind_of,
    read_info,
    read_records,
    read_withdrawn,
    unknown_files,
)

Place = tuple[str, int | None]  # a file of the pack, and the line in it


@dataclass
class Scan:
    """What a sound pack holds, without its texts: 100,000 records fit in a few tens of megabytes."""

    folder: Path
    info: PackInfo
    digests: dict[Key, str] = field(default_factory=dict)
    former_slugs: dict[Key, str] = field(default_factory=dict)  # (kind, former slug) -> slug
    identifiers: dict[str, tuple[Key, str]] = field(default_factory=dict)  # normal form -> record, as written
    withdrawn: dict[Key, Withdrawn] = field(default_factory=dict)

    def read(self) -> Iterator[AnyRecord]:
        """The records once more, as they were scanned. Raises PackError where a file has changed since."""
        faults = Faults()
        unread = set(self.digests)
        for read in read_records(self.folder, faults):
            key = (str(kind_of(read.record)), read.record.slug)
            if self.digests.get(key) != digest(read.record):
                faults.add(Fault(read.file, read.line, "", "changed while it was being published"))
            if faults.total:
                raise PackError(faults)
            unread.discard(key)
            yield read.record
        if unread or faults.total:
            kind, slug = next(iter(unread), ("", ""))
            faults.add(Fault(kind, None, slug, "changed while it was being published"))
            raise PackError(faults)


def identifier_key(identifier: str) -> str:
    """An old address or vendor id in the form it is looked up by: no scheme, no `www.`, no closing slash, no case.

    A long one by its SHA-256, since no longer key than KEY_BYTES fits a database's index.
    """
    bare = identifier.strip().split("#", 1)[0].casefold()
    for prefix in ("https://", "http://", "www."):
        bare = bare.removeprefix(prefix)
    bare = bare.rstrip("/")
    whole = bare.encode()
    return bare if len(whole) <= KEY_BYTES else f"sha256:{hashlib.sha256(whole).hexdigest()}"


def scan(folder: Path, progress: Callable[[int], None] = lambda _count: None) -> Scan:
    """Read a whole pack and check it. Raises PackError with every fault; `progress` is told how many were read."""
    info = read_info(folder)
    faults = Faults()
    for name in unknown_files(folder):
        faults.add(Fault(name, None, "", "is no file of a pack, so nothing would read it"))
    found = Scan(folder, info)
    checker = _Checker(found, faults)
    for count, read in enumerate(read_records(folder, faults), 1):
        checker.take(read)
        progress(count)
    for line, tombstone in read_withdrawn(folder, faults):
        checker.take_withdrawn(line, tombstone)
    checker.finish()
    if faults.total:
        raise PackError(faults)
    return found


class _Checker:
    """What one record alone cannot tell: names used twice, and references to what is not there."""

    def __init__(self, found: Scan, faults: Faults) -> None:
        self.found = found
        self.faults = faults
        self.sources = {source.slug: source.lines for source in found.info.sources}
        self.groups: dict[str, str] = {}
        self.tombstones: list[tuple[int, Withdrawn]] = []

    def take(self, read: Read) -> None:
        record = read.record
        place = (read.file, read.line)
        key = (str(kind_of(record)), record.slug)
        if key in self.found.digests:
            self._fault(place, "slug", f"is used by another {key[0]} of this pack")
        self.found.digests[key] = digest(record)
        self._take_names(place, record, key)
        for path, provenance in _provenances(record):
            self._check_source(place, path, provenance)
        if isinstance(record, Article):
            for slug in record.conditions:
                if (str(Kind.condition), slug) not in self.found.digests:
                    self._fault(place, "conditions", f"names {slug!r}, which is no condition of this pack")
        if isinstance(record, DirectoryEntry) and self.groups.setdefault(record.group.slug, record.group.name) != (
            record.group.name
        ):
            self._fault(place, "group.name", f"differs from another entry's name for group {record.group.slug!r}")

    def take_withdrawn(self, line: int, tombstone: Withdrawn) -> None:
        place = ("withdrawn.jsonl", line)
        key = (str(tombstone.kind), tombstone.slug)
        if key in self.found.withdrawn:
            self._fault(place, "slug", f"is withdrawn twice as {key[0]}")
        if key in self.found.digests:
            self._fault(place, "slug", f"is withdrawn and a {key[0]} of this pack at once")
        self.found.withdrawn[key] = tombstone
        self._take_names(place, tombstone, key)
        self.tombstones.append((line, tombstone))

    def finish(self) -> None:
        for (kind, former), slug in self.found.former_slugs.items():
            if (kind, former) in self.found.digests or (kind, former) in self.found.withdrawn:
                self.faults.add(Fault("", None, "former_slugs", f"{kind} {slug!r} was {former!r}, which still stands"))
        for line, tombstone in self.tombstones:
            target = (str(tombstone.kind), tombstone.successor or "")
            if tombstone.successor and target not in self.found.digests and target not in self.found.withdrawn:
                self._fault(
                    ("withdrawn.jsonl", line), "successor", f"{tombstone.successor!r} is no {target[0]} of this pack"
                )

    def _take_names(self, place: Place, record: AnyRecord | Withdrawn, key: Key) -> None:
        for former in record.former_slugs:
            owner = self.found.former_slugs.setdefault((key[0], former), key[1])
            if owner != key[1]:
                self._fault(place, "former_slugs", f"{former!r} is a former slug of {owner!r} too")
        for identifier in record.identifiers:
            if self.found.identifiers.setdefault(identifier_key(identifier), (key, identifier))[0] != key:
                self._fault(place, "identifiers", f"{identifier!r} means another record too")

    def _check_source(self, place: Place, path: str, provenance: Provenance) -> None:
        if provenance.source is None:
            return
        lines = self.sources.get(provenance.source)
        if lines is None:
            self._fault(place, f"{path}.source", f"{provenance.source!r} is not in pack.json")
        elif provenance.lines and provenance.lines[-1] > lines:
            self._fault(place, f"{path}.lines", f"{provenance.lines[-1]} is beyond the source's last line, {lines}")

    def _fault(self, place: Place, where: str, reason: str) -> None:
        self.faults.add(Fault(*place, where, reason))


def _provenances(model: BaseModel, path: str = "") -> Iterator[tuple[str, Provenance]]:
    """Every provenance in a record, however deep, with its dotted path."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        here = f"{path}.{name}" if path else name
        if isinstance(value, Provenance):
            yield here, value
        elif isinstance(value, BaseModel):
            yield from _provenances(value, here)
        elif isinstance(value, tuple):
            for at, part in enumerate(value):
                if isinstance(part, BaseModel):
                    yield from _provenances(part, f"{here}.{at}")
