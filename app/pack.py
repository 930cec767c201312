"""The pack: content outside the database, as a folder of JSON files with one strict model per record.

Importers write packs, people review them in git, `publish` reads them and `export` writes them:

    pack.json               who publishes, with what rights, and the sources
    conditions/{slug}.json  one condition with its sign set and its editions
    articles.jsonl          one record a line, as in locations.jsonl, glossary.jsonl,
                            directory.jsonl and withdrawn.jsonl
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import operator
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

# One record's largest size in bytes: a long article is 60 kB, so more is a mistake or an attack.
MAX_RECORD_BYTES = 4_000_000
MAX_FAULTS_SHOWN = 1_000
KEY_BYTES = 880  # PostgreSQL indexes 2,704 in all, and a cursor of 1,500 characters holds 1,125

# schema.org 30, HealthAspectEnumeration: all 29 terms; and our one extension, the NHS's label `Diagnosis`, which is
# never written as a schema.org address.
HEALTH_ASPECTS = frozenset(
    {
        "AllergiesHealthAspect",
        "BenefitsHealthAspect",
        "CausesHealthAspect",
        "ContagiousnessHealthAspect",
        "EffectivenessHealthAspect",
        "GettingAccessHealthAspect",
        "HowItWorksHealthAspect",
        "HowOrWhereHealthAspect",
        "IngredientsHealthAspect",
        "LivingWithHealthAspect",
        "MayTreatHealthAspect",
        "MisconceptionsHealthAspect",
        "OverviewHealthAspect",
        "PatientExperienceHealthAspect",
        "PregnancyHealthAspect",
        "PreventionHealthAspect",
        "PrognosisHealthAspect",
        "RelatedTopicsHealthAspect",
        "RisksOrComplicationsHealthAspect",
        "SafetyHealthAspect",
        "ScreeningHealthAspect",
        "SeeDoctorHealthAspect",
        "SelfCareHealthAspect",
        "SideEffectsHealthAspect",
        "StagesHealthAspect",
        "SymptomsHealthAspect",
        "TreatmentsHealthAspect",
        "TypesHealthAspect",
        "UsageOrScheduleHealthAspect",
        "DiagnosisHealthAspect",
    }
)


class Urgency(StrEnum):
    """How soon a warning sign calls for care, by the source's own words."""

    immediate = "immediate"
    urgent = "urgent"
    non_urgent = "non-urgent"
    unstated = "unstated"


class Contact(StrEnum):
    """Whom the source names to turn to."""

    emergency = "emergency"
    doctor = "doctor"
    unstated = "unstated"


class Audience(StrEnum):
    """Whom a text is written for."""

    parents = "parents"
    kids = "kids"
    teens = "teens"
    general = "general"


class Scope(StrEnum):
    """Whether a sign is one named sign or an umbrella over any sign of a kind."""

    named = "named"
    any = "any"


class Kind(StrEnum):
    """The kinds of record that have an address and can be withdrawn."""

    condition = "condition"
    article = "article"
    location = "location"
    glossary = "glossary"
    directory = "directory"


Key = tuple[str, str]  # a record's kind and slug

# From the most to the least pressing. `unstated` is no promise that there is time, so it stands above `non-urgent`.
URGENCY_ORDER = (Urgency.immediate, Urgency.urgent, Urgency.unstated, Urgency.non_urgent)


# The general categories Cc, Cs and Co (Unicode Standard, table 4-4), which will hold no other characters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")


def _clean(text: str) -> str:
    """Refuse what no sentence holds: control characters, white space at the ends, characters no database takes."""
    if text != text.strip() or not text:
        raise ValueError("must not be empty, nor begin or end with white space")
    if _CONTROL.search(text):
        raise ValueError("must not hold control characters")
    return text


def _no_colon(text: str) -> str:
    if text.endswith((":", "：")):
        raise ValueError("must not end in a colon: what followed it is lost, so use a lost-list block")
    return text


def _known_aspect(aspect: str) -> str:
    if aspect not in HEALTH_ASPECTS:
        raise ValueError(f"must be one of {', '.join(sorted(HEALTH_ASPECTS))}")
    return aspect


def _ascending(lines: tuple[int, ...]) -> tuple[int, ...]:
    if list(lines) != sorted(set(lines)):
        raise ValueError("must be ascending, each line once")
    return lines


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=100)]
Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(_clean)]
Text = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_clean)]
Statement = Annotated[Text, AfterValidator(_no_colon)]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00-\x1f\x7f<>\"'`\\]+$", max_length=2_000)]
# An old address or a vendor's id, as other systems wrote it down.
Identifier = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f]+$", min_length=3, max_length=2_000)]
# BCP 47 (RFC 5646), the part of it that content uses: language, script, region, variants.
LanguageTag = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*$",
        max_length=35,
    ),
]
Lines = Annotated[tuple[Annotated[int, Field(ge=1, le=10_000_000)], ...], AfterValidator(_ascending)]


class Record(BaseModel):
    """What every model of a pack shares: unknown fields and loose types are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Provenance(Record):
    """Where a record comes from. `derived` and `curated` name the fields that a program or a person added.

    A part of a field is named with a dot (`postal_address.state`). `lines` are 1-based lines of the source, ascending.
    """

    basis: Literal["source", "derived", "curated"] = "source"
    source: Slug | None = None
    lines: Lines = ()
    derived: tuple[Line, ...] = ()
    curated: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _traceable(self) -> Self:
        if self.basis == "source" and not (self.source and self.lines):
            raise ValueError("must name a source and its lines, or say basis derived or curated")
        if self.lines and not self.source:
            raise ValueError("must name the source that the lines are of")
        if both := set(self.derived) & set(self.curated):
            raise ValueError(f"must not call a field both derived and curated: {', '.join(sorted(both))}")
        return self


class Sourced(Record):
    """A record that says where it comes from."""

    provenance: Provenance

    @model_validator(mode="after")
    def _marks_its_own_fields(self) -> Self:
        known = set(type(self).model_fields) | self._also_marked()
        marked = {name.split(".")[0] for name in (*self.provenance.derived, *self.provenance.curated)}
        if unknown := marked - known:
            raise ValueError(f"provenance marks fields that the record does not have: {', '.join(sorted(unknown))}")
        return self

    @classmethod
    def _also_marked(cls) -> set[str]:
        return set()


class Paragraph(Sourced):
    """Running text."""

    type: Literal["paragraph"]
    text: Statement


class ListBlock(Sourced):
    """A list that the source has whole; `about` is the sentence that leads into it, without its colon."""

    type: Literal["list"]
    about: Statement | None = None
    ordered: bool = False
    items: Annotated[tuple[Statement, ...], Field(min_length=1, max_length=500)]


class LostList(Sourced):
    """What stands where the source's list is gone: what it was about, and a note that says it is lost."""

    type: Literal["lost-list"]
    about: Statement
    note: Statement


Block = Annotated[Paragraph | ListBlock | LostList, Field(discriminator="type")]


class Section(Sourced):
    """The part of an edition that answers one question."""

    heading: Line
    anchor: Slug
    aspect: Annotated[str, AfterValidator(_known_aspect)] | None = None
    blocks: Annotated[tuple[Block, ...], Field(min_length=1, max_length=500)]


class Review(Record):
    """A clinician's review; a fetch or publish date is never one."""

    status: Literal["unreviewed", "reviewed"] = "unreviewed"
    by: Line | None = None
    reviewed_on: dt.date | None = None
    next_review_on: dt.date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.status == "reviewed" and not self.reviewed_on:
            raise ValueError("reviewed needs reviewed_on")
        if self.status == "unreviewed" and (self.by or self.reviewed_on or self.next_review_on):
            raise ValueError("unreviewed must not name a reviewer or a review date")
        return self


class Sign(Record):
    """A warning sign of a condition, as data; each edition words it."""

    key: Slug
    scope: Scope
    urgency: Urgency
    contact: Contact


class SignSet(Record):
    """A condition's warning signs. `complete` is true only where the source gives the whole list."""

    complete: bool
    signs: Annotated[tuple[Sign, ...], Field(max_length=200)]

    @model_validator(mode="after")
    def _honest(self) -> Self:
        keys = [sign.key for sign in self.signs]
        if len(set(keys)) != len(keys):
            raise ValueError("must not use a sign's key twice")
        if self.complete and not self.signs:
            raise ValueError("complete must be false where no sign is named")
        return self


class SignWording(Sourced):
    """One warning sign in one edition's words. `action` keeps the source's meaning and is what is shown."""

    key: Slug
    sign: Statement
    action: Statement

    @classmethod
    def _also_marked(cls) -> set[str]:
        return set(Sign.model_fields)


class SignSetWording(Sourced):
    """A sign set in one edition's words. `note` says what the set leaves open; it is null only for a complete set."""

    applies_to: Line
    note: Statement | None = None
    signs: tuple[SignWording, ...]

    @classmethod
    def _also_marked(cls) -> set[str]:
        return {"complete"}


class Edition(Sourced):
    """One condition's page in one language for one audience."""

    lang: LanguageTag
    audience: Audience
    audience_basis: Literal["stated", "derived", "unstated"]
    name: Line
    pronunciation: Line | None = None
    summary: Statement
    url: WebAddress | None = None
    published_on: dt.date | None = None
    modified_on: dt.date | None = None
    review: Review = Review()
    warning_signs: SignSetWording
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _anchors_differ(self) -> Self:
        anchors = [section.anchor for section in self.sections]
        if len(set(anchors)) != len(anchors):
            raise ValueError("must not use a section's anchor twice")
        return self


class Alias(Sourced):
    """Another name that families use for a condition."""

    name: Line
    kind: Literal["synonym", "abbreviation", "misspelling"]
    lang: LanguageTag


class Coding(Sourced):
    """A condition's code in a code system: `icd-10-cm`, `mesh`, `snomed-ct`."""

    system: Slug
    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\-]+$", max_length=50)]
    display: Line | None = None


class Category(Sourced):
    """What a condition is grouped under, named in one language: a group with names in two is two of these."""

    name: Line
    lang: LanguageTag


class Addressed(Sourced):
    """A record with an address: its slug, the slugs it had, and what other systems call it."""

    slug: Slug
    former_slugs: Annotated[tuple[Slug, ...], Field(max_length=100)] = ()
    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=100)] = ()


class Condition(Addressed):
    """Something a family looks up, with its sign set and its editions. The first edition is the original."""

    aliases: Annotated[tuple[Alias, ...], Field(max_length=500)] = ()
    codings: Annotated[tuple[Coding, ...], Field(max_length=100)] = ()
    # Left out where there are none: a pack that names none has the digests that it had before there were any.
    categories: Annotated[tuple[Category, ...], Field(max_length=100, exclude_if=operator.not_)] = ()
    sign_set: SignSet
    editions: Annotated[tuple[Edition, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _editions_agree(self) -> Self:
        if len({(edition.lang, edition.audience) for edition in self.editions}) != len(self.editions):
            raise ValueError("must not have two editions in one language for one audience")
        keys = [sign.key for sign in self.sign_set.signs]
        for edition in self.editions:
            where = f"edition {edition.lang} {edition.audience}"
            if [wording.key for wording in edition.warning_signs.signs] != keys:
                raise ValueError(f"{where} must word the sign set's signs, all of them, in their order: {keys}")
            if not self.sign_set.complete and edition.warning_signs.note is None:
                raise ValueError(f"{where} needs a warning_signs note: the set is not complete")
        return self


class Flat(Addressed):
    """A record without editions: it is in one language, for one audience."""

    lang: LanguageTag
    audience: Audience = Audience.general
    audience_basis: Literal["stated", "derived", "unstated"] = "unstated"


class Article(Flat):
    """Related reading. `url` is null where the source's link is gone: then nothing is tappable."""

    title: Line
    teaser: Statement
    url: WebAddress | None = None
    conditions: Annotated[tuple[Slug, ...], Field(max_length=100)] = ()


class PostalAddress(Record):
    """A postal address, by FHIR's Address; what the source does not give is null. `country` is ISO 3166-1 alpha-2."""

    street: Line | None = None
    city: Line | None = None
    state: Line | None = None
    postal_code: Line | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None


class Coordinates(Record):
    """WGS 84 degrees. `precision` says what the point stands for; a town's point is only "about" there."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    precision: Literal["rooftop", "address", "postal-code", "town"]


class Location(Flat):
    """A place of care. `hours` is null where they are not known."""

    name: Line
    kind: Slug
    postal_address: PostalAddress = PostalAddress()
    coordinates: Coordinates | None = None
    phone: Line | None = None
    hours: Line | None = None
    url: WebAddress | None = None


class GlossaryTerm(Flat):
    """A medical word that the source explains."""

    term: Line
    pronunciation: Line | None = None
    meaning: Statement
    also_called: Annotated[tuple[Line, ...], Field(max_length=50)] = ()


class Group(Record):
    """What directory entries stand under."""

    slug: Slug
    name: Line


class DirectoryEntry(Flat):
    """A service or link of the organisation."""

    name: Line
    group: Group
    url: WebAddress | None = None


class Withdrawn(Record):
    """Removed content: a tombstone for ever, with its reason and an optional successor of the same kind."""

    kind: Kind
    slug: Slug
    reason: Slug
    successor: Slug | None = None
    former_slugs: tuple[Slug, ...] = ()
    identifiers: tuple[Identifier, ...] = ()


class Source(Record):
    """The document that records come from. `lines` counts its lines; `rights` are its owner's."""

    slug: Slug
    name: Line
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    owner: Line
    rights: Statement
    lang: LanguageTag
    lines: Annotated[int, Field(ge=1, le=10_000_000)]
    url: WebAddress | None = None
    retrieved_on: dt.date | None = None


class Publisher(Record):
    """Who wrote the words that are served."""

    name: Line
    url: WebAddress | None = None


class PackInfo(Record):
    """`pack.json`: the pack's name, who publishes it with what rights, and its sources."""

    name: Slug
    title: Line
    publisher: Publisher
    rights: Statement
    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _sources_differ(self) -> Self:
        if len({source.slug for source in self.sources}) != len(self.sources):
            raise ValueError("must not use a source's slug twice")
        return self


AnyRecord = Condition | Article | Location | GlossaryTerm | DirectoryEntry

MODELS: dict[Kind, type[AnyRecord]] = {
    Kind.condition: Condition,
    Kind.article: Article,
    Kind.location: Location,
    Kind.glossary: GlossaryTerm,
    Kind.directory: DirectoryEntry,
}
FILES = {
    Kind.article: "articles.jsonl",
    Kind.location: "locations.jsonl",
    Kind.glossary: "glossary.jsonl",
    Kind.directory: "directory.jsonl",
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a pack: the file (and line, in JSON Lines), the field as a dotted path, the reason."""

    file: str
    line: int | None
    field: str
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.field}: {self.reason}" if self.field else f"{place}: {self.reason}"


@dataclass
class Faults:
    """The faults of a pack: the first thousand are kept, all are counted."""

    shown: list[Fault] = field(default_factory=list)
    total: int = 0

    def add(self, fault: Fault) -> None:
        """Count a fault, and keep it while there is room."""
        self.total += 1
        if len(self.shown) < MAX_FAULTS_SHOWN:
            self.shown.append(fault)


class PackError(Exception):
    """A pack that cannot be taken, with its faults."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(f"the pack has {faults.total:,} fault{'s' if faults.total != 1 else ''}")
        self.faults = faults


class Read(NamedTuple):
    """One record as it was read: where it stands, and what it says."""

    file: str
    line: int | None
    record: AnyRecord


def read_info(pack: Path) -> PackInfo:
    """Read `pack.json`. Raises PackError."""
    faults = Faults()
    raw = _read_bytes(pack, pack / "pack.json", faults)
    info = None if raw is None else _parse(PackInfo, raw, "pack.json", None, faults)
    if info is None:
        raise PackError(faults)
    return info


def read_records(pack: Path, faults: Faults) -> Iterator[Read]:
    """Every record of a pack, one at a time: conditions first, by file name, then the flat kinds, line by line.

    A record that does not parse is added to `faults` and left out.
    """
    for path in sorted((pack / "conditions").glob("*.json")):
        file = f"conditions/{path.name}"
        raw = _read_bytes(pack, path, faults)
        record = None if raw is None else _parse(Condition, raw, file, None, faults)
        if record is None:
            continue
        if record.slug != path.stem:
            faults.add(Fault(file, None, "slug", f"must be the file's name, {path.stem!r}"))
        yield Read(file, None, record)
    for kind, file in FILES.items():
        for number, raw in _lines(pack, file, faults):
            flat = _parse(MODELS[kind], raw, file, number, faults)
            if flat is not None:
                yield Read(file, number, flat)


def read_withdrawn(pack: Path, faults: Faults) -> Iterator[tuple[int, Withdrawn]]:
    """The lines of `withdrawn.jsonl`, each with its number."""
    for number, raw in _lines(pack, "withdrawn.jsonl", faults):
        record = _parse(Withdrawn, raw, "withdrawn.jsonl", number, faults)
        if record is not None:
            yield number, record


def unknown_files(pack: Path) -> list[str]:
    """Files of a pack that nothing reads: most likely a misspelt name, so content that would be lost."""
    known = {"pack.json", "conditions", "withdrawn.jsonl", *FILES.values()}
    names = [path.name for path in pack.iterdir() if path.name not in known and path.suffix in {".json", ".jsonl"}]
    conditions = pack / "conditions"
    if conditions.is_dir():
        names += [f"conditions/{path.name}" for path in conditions.iterdir() if path.suffix != ".json"]
    return sorted(name for name in names if not Path(name).name.startswith("."))


def digest(record: Record) -> str:
    """SHA-256 of a record's canonical JSON: two records with one digest say the same."""
    return hashlib.sha256(record.model_dump_json().encode()).hexdigest()


def write_pack(pack: Path, info: PackInfo, records: Iterable[AnyRecord], withdrawn: Sequence[Withdrawn] = ()) -> None:
    """Write a pack into a folder that is new or empty, record by record. Raises FileExistsError where it is not."""
    if pack.exists() and any(pack.iterdir()):
        raise FileExistsError(f"{pack} is not empty")
    (pack / "conditions").mkdir(parents=True, exist_ok=True)
    (pack / "pack.json").write_text(_pretty(info), encoding="utf-8")
    for record in records:
        if isinstance(record, Condition):
            (pack / "conditions" / f"{record.slug}.json").write_text(_pretty(record), encoding="utf-8")
        else:
            _append(pack / FILES[kind_of(record)], record)
    for tombstone in withdrawn:
        _append(pack / "withdrawn.jsonl", tombstone)


def kind_of(record: AnyRecord) -> Kind:
    """The kind of a record, by its model."""
    return next(kind for kind, model in MODELS.items() if isinstance(record, model))


def sort_key(name: str, slug: str) -> str:
    """The stored key that lists are sorted by: NFKD, no accents, casefolded, slug last; the same on every engine.

    No longer than a database's index and a cursor take: of a name that grows long the first KEY_BYTES in UTF-8 count.
    """
    bare = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    folded = bare.casefold().encode()[:KEY_BYTES].decode(errors="ignore")
    return f"{folded}\t{slug}"


def _pretty(record: Record) -> str:
    return record.model_dump_json(indent=2, exclude_defaults=True) + "\n"


def _append(path: Path, record: Record) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(record.model_dump_json(exclude_defaults=True) + "\n")


def _read_bytes(pack: Path, path: Path, faults: Faults) -> bytes | None:
    name = path.relative_to(pack).as_posix()
    try:
        if path.stat().st_size > MAX_RECORD_BYTES:
            faults.add(Fault(name, None, "", f"is larger than {MAX_RECORD_BYTES:,} bytes"))
            return None
        return path.read_bytes()
    except OSError as error:
        faults.add(Fault(name, None, "", f"cannot be read: {os.strerror(error.errno or 0)}"))
        return None


def _lines(pack: Path, name: str, faults: Faults) -> Iterator[tuple[int, bytes]]:
    path = pack / name
    if not path.exists():
        return
    number = 0
    try:
        with path.open("rb") as file:
            while raw := file.readline(MAX_RECORD_BYTES + 1):
                number += 1
                if len(raw) > MAX_RECORD_BYTES:
                    faults.add(Fault(name, number, "", f"is longer than {MAX_RECORD_BYTES:,} bytes"))
                    return
                if raw.strip():
                    yield number, raw
    except OSError as error:
        faults.add(Fault(name, None, "", f"cannot be read: {os.strerror(error.errno or 0)}"))


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"names {twice!r} twice")  # JSON readers would silently keep the last
    return dict(pairs)


_R = TypeVar("_R", bound=Record)


def _parse(model: type[_R], raw: bytes, file: str, line: int | None, faults: Faults) -> _R | None:
    try:
        json.loads(raw, object_pairs_hook=_no_duplicates)
        return model.model_validate_json(raw)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            dotted = ".".join(str(part) for part in found["loc"])
            faults.add(Fault(file, line, dotted, found["msg"].removeprefix("Value error, ")))
    except ValueError as error:
        faults.add(Fault(file, line, "", f"is not JSON: {error}"))
    except RecursionError:
        faults.add(Fault(file, line, "", "nests too deep"))
    return None
