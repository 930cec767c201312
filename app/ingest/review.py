"""What a pack makes of its source, line by line: for a person who checks a draft, or finds what it leaves out."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from app.ingest.flatten import flatten
from app.pack import Faults, PackError, kind_of, read_info, read_records

SHORT = 80
# What says most of a part of a record, the first that it has.
_TELLING = ("sign", "text", "about", "meaning", "title", "term", "heading", "name", "summary", "code")


class Use(NamedTuple):
    """A place of the pack that cites a line: the record, the dotted path of the part in it, and what that says."""

    record: str
    field: str
    text: str


class ReviewedLine(NamedTuple):
    """One line of the source, counted from 1, with the most specific places that cite it."""

    number: int
    text: str
    uses: tuple[Use, ...]

    @property
    def unused(self) -> bool:
        """Whether the line says something that no record cites."""
        return bool(self.text) and not self.uses


def review(pack: Path, raw: bytes) -> Iterator[ReviewedLine]:
    """Each line of a source beside what a pack makes of it, whoever wrote the pack.

    Raises PackError on a faulty pack, ValueError where the pack has no source with this file's SHA-256, and
    NotAnArticle where the file has no lines.
    """
    sha256 = hashlib.sha256(raw).hexdigest()
    info = read_info(pack)
    source = next((source.slug for source in info.sources if source.sha256 == sha256), None)
    if source is None:
        raise ValueError(f"no source of the pack {info.name!r} has this file's SHA-256, {sha256}")
    faults = Faults()
    uses: dict[int, list[Use]] = {}
    for read in read_records(pack, faults):
        named = f"{kind_of(read.record).value} {read.record.slug}"
        for number, use in _uses(read.record.model_dump(mode="json"), named, "", source):
            uses.setdefault(number, []).append(use)
    if faults.total:
        raise PackError(faults)
    for number, text in enumerate(flatten(raw).source, start=1):
        yield ReviewedLine(number, text, tuple(_most_specific(uses.get(number, []))))


def _uses(value: Any, record: str, path: str, source: str) -> Iterator[tuple[int, Use]]:
    """Every citation in a record, found by its provenance, whatever the kind of record."""
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _uses(item, record, f"{path}.{at}".lstrip("."), source)
    if not isinstance(value, dict):
        return
    provenance = value.get("provenance")
    if isinstance(provenance, dict) and provenance["source"] == source:
        told = next((value[name] for name in _TELLING if value.get(name)), "")
        use = Use(record, path, textwrap.shorten(str(told), SHORT, placeholder="…"))
        yield from ((number, use) for number in provenance["lines"])
    for name, part in value.items():
        if name != "provenance":
            yield from _uses(part, record, f"{path}.{name}".lstrip("."), source)


def _most_specific(uses: list[Use]) -> Iterator[Use]:
    """The uses that hold no other use: a block, and not its section, edition and condition as well."""
    for use in uses:
        prefix = f"{use.field}." if use.field else ""
        if not any(other is not use and other.record == use.record and _within(other, prefix) for other in uses):
            yield use


def _within(other: Use, prefix: str) -> bool:
    return other.field.startswith(prefix) and other.field != prefix.rstrip(".")
