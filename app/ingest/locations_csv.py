"""The importer for lists of hospitals as the US government publishes them (HIFLD): CSV in, a pack of places out.

The file is read twice: first for its faults and for names that two places share, then for the pack. One row is in
memory at a time; of all rows together only their ids and slugs are. `docs/importing-locations.md` says what each column
becomes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from app.ingest.capitals import from_capitals
from app.ingest.csv_rows import NotCsv, Row, read_rows
from app.ingest.files import fingerprint
from app.ingest.slugs import slugify
from app.ingest.words import vocabulary
from app.pack import (
    Coordinates,
    Fault,
    Faults,
    Kind,
    Location,
    PackError,
    PackInfo,
    PostalAddress,
    Provenance,
    Publisher,
    Source,
    Withdrawn,
    read_info,
    read_records,
    read_withdrawn,
    write_pack,
)

OWNER = "Homeland Infrastructure Foundation-Level Data (HIFLD), a programme of the US government"
RIGHTS = "US public domain."
NAME = "hifld-hospitals"
TITLE = "Hospitals of the United States and its territories"

NEEDED = ("ID", "NAME", "ADDRESS", "CITY", "STATE", "ZIP", "TYPE", "COUNTRY", "LATITUDE", "LONGITUDE")
OPTIONAL = ("STATUS", "TELEPHONE", "ZIP4", "WEBSITE", "VAL_METHOD")
# What HIFLD's files have besides, and a place of a pack does not.
_UNREAD = vocabulary(
    """X Y FID OBJECTID POPULATION COUNTY COUNTYFIPS NAICS_CODE NAICS_DESC SOURCE SOURCEDATE VAL_DATE STATE_ID ALT_NAME
    ST_FIPS OWNER TTL_STAFF BEDS TRAUMA HELIPAD"""
)
_MISSING = frozenset({"", "NOT AVAILABLE", "NOT APPLICABLE", "-999", "N/A", "NULL"})
KINDS = {
    "GENERAL ACUTE CARE": "hospital",
    "CRITICAL ACCESS": "critical-access-hospital",
    "CHILDREN": "childrens-hospital",
    "WOMEN": "womens-hospital",
    "PSYCHIATRIC": "psychiatric-hospital",
    "REHABILITATION": "rehabilitation-hospital",
    "LONG TERM CARE": "long-term-care-hospital",
    "CHRONIC DISEASE": "chronic-disease-hospital",
    "MILITARY": "military-hospital",
    "SPECIAL": "special-hospital",
}
# ISO 3166-1: the alpha-3 codes that the files use, and their alpha-2 codes.
COUNTRIES = {
    "USA": "US",
    "PRI": "PR",
    "GUM": "GU",
    "VIR": "VI",
    "ASM": "AS",
    "MNP": "MP",
    "PLW": "PW",
    "FSM": "FM",
    "MHL": "MH",
}
STATES = vocabulary(
    """AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR
    PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP PW FM MH"""
)
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,30})?")
_ZIP = re.compile(r"([0-9]{3,5})(?:-([0-9]{4}))?")
_DIALLED = re.compile(r"([2-9][0-9]{2})([2-9][0-9]{2})([0-9]{4})")
_WEBSITE = re.compile(r"(?i)(https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]+)?)((?:[/?#]\S*)?)")
_FORMULA = ("=", "+", "-", "@")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\ufeff"))
MAX_TEXT = 300
MAX_SLUG = 88  # leaves room for an id
DECIMALS = 6  # a tenth of a metre; later digits differ between editions and say nothing

T = TypeVar("T")


class FaultyFileError(Exception):
    """A file with faults, of which `rows` could be left out; none could where the file as a whole is wrong."""

    def __init__(self, faults: Faults, rows: int = 0) -> None:
        super().__init__(f"the file has {faults.total:,} fault{'s' if faults.total != 1 else ''}")
        self.faults = faults
        self.rows = rows


class Place(NamedTuple):
    """What a row says: a location without its slug, and whether the place is closed."""

    location: Location
    closed: bool


@dataclass
class Earlier:
    """The names that an earlier pack gave, by which its places are known again."""

    info: PackInfo | None = None
    known: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # identifier -> slug, former slugs
    slugs: dict[str, str] = field(default_factory=dict)  # slug, former ones too -> identifier
    tombstones: list[Withdrawn] = field(default_factory=list)


@dataclass
class Survey:
    """What the first reading finds: faults, rows with faults, and the slugs that two places would share."""

    faults: Faults = field(default_factory=Faults)
    faulty_rows: int = 0
    faulty_ids: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    unread: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass
class Report:
    """What was written, and what was not."""

    survey: Survey
    live: int = 0
    closed: int = 0
    gone: int = 0
    gone_faulty: int = 0  # of these, those whose rows have faults


def extract(
    path: Path,
    out: Path,
    *,
    earlier: Path | None = None,
    skip_faulty: bool = False,
    name: str | None = None,
    owner: str | None = None,
    rights: str | None = None,
    publisher: str | None = None,
    progress: Callable[[int], None] = lambda _count: None,
) -> Report:
    """Write the pack of a list of hospitals into a folder that is new or empty.

    `earlier` is the pack of an earlier edition: its places keep their slugs, and those that the file no longer has are
    withdrawn. Raises FaultyFileError, PackError for a faulty earlier pack, OSError, FileExistsError.
    """
    known = _earlier(earlier) if earlier else Earlier()
    survey = _survey(path, known, progress)
    if survey.faults.total and not skip_faulty:
        raise FaultyFileError(survey.faults, survey.faulty_rows)
    info = _info(path, known, name, owner, rights, publisher)
    report = Report(survey)
    withdrawn: list[Withdrawn] = []
    write_pack(out, info, _live(path, info.sources[0].slug, known, report, withdrawn, progress), withdrawn)
    return report


# ---- the two readings


def _survey(path: Path, earlier: Earlier, progress: Callable[[int], None]) -> Survey:
    survey = Survey()
    bases: Counter[str] = Counter()
    for place in _places(path, "survey", survey, progress):
        base = _base(place.location)
        owner = earlier.slugs.get(base)
        # A name that an earlier edition gave to another place stays that place's.
        bases[base] += 1 if owner in {None, place.location.identifiers[0]} else 2
    survey.shared = {base for base, count in bases.items() if count > 1}
    return survey


def _live(
    path: Path,
    source: str,
    earlier: Earlier,
    report: Report,
    withdrawn: list[Withdrawn],
    progress: Callable[[int], None],
) -> Iterator[Location]:
    """The open places; the closed and the vanished ones are put among the withdrawn, which are written after these."""
    told: set[str] = set()
    for location, closed in _places(path, source, Survey(), progress):
        identifier = location.identifiers[0]
        slug, former = earlier.known.get(identifier) or (_slug(location, report.survey), ())
        told.add(slug)
        if closed:
            report.closed += 1
            withdrawn.append(_tombstone(slug, "closed", former, identifier))
        else:
            report.live += 1
            yield location.model_copy(update={"slug": slug, "former_slugs": former})
    kept = [tombstone for tombstone in earlier.tombstones if tombstone.slug not in told]
    told.update(tombstone.slug for tombstone in kept)
    gone = [(slug, former, name) for name, (slug, former) in earlier.known.items() if slug not in told]
    report.gone = len(gone)
    report.gone_faulty = sum(name in report.survey.faulty_ids for _, _, name in gone)
    withdrawn += kept
    withdrawn += [_tombstone(slug, "retired", former, name) for slug, former, name in gone]


def _tombstone(slug: str, reason: str, former: tuple[str, ...], identifier: str) -> Withdrawn:
    return Withdrawn(kind=Kind.location, slug=slug, reason=reason, former_slugs=former, identifiers=(identifier,))


def _base(location: Location) -> str:
    """Name, town and state as a slug, cut between words."""
    told = (location.name, location.postal_address.city or "", location.postal_address.state or "")
    base = "-".join(filter(None, map(slugify, told))) or "place"
    return base if len(base) <= MAX_SLUG else base[: MAX_SLUG + 1].rpartition("-")[0]


def _slug(location: Location, survey: Survey) -> str:
    base = _base(location)
    return f"{base}-{location.identifiers[0].rpartition(':')[2]}" if base in survey.shared else base


def _earlier(folder: Path) -> Earlier:
    """Read an earlier pack, which must hold places only. Raises PackError."""
    found, faults = Earlier(read_info(folder)), Faults()
    for read in read_records(folder, faults):
        record = read.record
        if not isinstance(record, Location) or not record.identifiers:
            faults.add(Fault(read.file, read.line, "identifiers", "an earlier pack holds places with identifiers only"))
            continue
        _know(found, record.slug, record.former_slugs, record.identifiers)
    for _line, tombstone in read_withdrawn(folder, faults):
        found.tombstones.append(tombstone)
        _know(found, tombstone.slug, tombstone.former_slugs, tombstone.identifiers)
    if faults.total:
        raise PackError(faults)
    return found


def _know(found: Earlier, slug: str, former: tuple[str, ...], identifiers: tuple[str, ...]) -> None:
    for identifier in identifiers[:1]:
        found.known[identifier] = (slug, former)
    for name in (slug, *former):
        found.slugs[name] = identifiers[0] if identifiers else ""


def _info(
    path: Path, earlier: Earlier, name: str | None, owner: str | None, rights: str | None, publisher: str | None
) -> PackInfo:
    """What the pack says of itself; the name, and what is not told anew, are those of the earlier pack."""
    sha256, lines = fingerprint(path)
    before = earlier.info
    name = name or (before.name if before else NAME)
    owner = owner or (before.sources[0].owner if before and before.sources else OWNER)
    rights = rights or (before.rights if before else RIGHTS)
    publisher = publisher or (before.publisher.name if before else owner)
    source = Source(
        slug=f"{name}-csv", name=path.name, sha256=sha256, owner=owner, rights=rights, lang="en", lines=lines
    )
    title = before.title if before else TITLE
    return PackInfo(name=name, title=title, publisher=Publisher(name=publisher), rights=rights, sources=(source,))


# ---- from rows to places


def _places(path: Path, source: str, survey: Survey, progress: Callable[[int], None]) -> Iterator[Place]:
    """Every place of a file; a row with a fault is told to the survey and left out. Raises FaultyFileError."""
    lines_of: dict[str, int] = {}
    try:
        rows = read_rows(path)
        header = _header(path, next(rows, None), survey)
        for count, row in enumerate(rows, 1):
            progress(count)
            reading = _Reading(dict(zip(header, row.cells, strict=False)))
            place = None if row.fault else _place(row, source, reading)
            if row.fault:
                reading.faults.append(("", row.fault))
            elif place and lines_of.setdefault(place.location.identifiers[0], row.first) != row.first:
                reading.faults.append(("ID", f"is that of line {lines_of[place.location.identifiers[0]]:,} too"))
            survey.left_out.update(reading.left_out)
            if place and not reading.faults:
                yield place
                continue
            survey.faulty_rows += 1
            survey.faulty_ids.update(filter(None, [reading.identifier]))
            for column, reason in reading.faults:
                survey.faults.add(Fault(path.name, row.first, column, reason))
    except NotCsv as error:
        raise _whole(path, [("", str(error))]) from error


def _whole(path: Path, found: list[tuple[str, str]]) -> FaultyFileError:
    """The refusal of a file as a whole, for what its first line or its bytes say."""
    faults = Faults()
    for column, reason in found:
        faults.add(Fault(path.name, 1, column, reason))
    return FaultyFileError(faults)


def _header(path: Path, row: Row | None, survey: Survey) -> list[str]:
    """The columns' names, in capitals. Raises FaultyFileError where one is missing, twice there or misspelt."""
    header = [name.strip().upper() for name in row.cells] if row else []
    missing = [name for name in NEEDED if name not in header]
    survey.absent = tuple(name for name in OPTIONAL if name not in header)
    survey.unread = tuple(name for name in header if name and name not in {*NEEDED, *OPTIONAL, *_UNREAD})
    found = [(name, f"is missing; the columns are {', '.join(header) or 'none'}") for name in missing]
    found += [(name, "is there twice") for name, count in Counter(header).items() if count > 1]
    for name in survey.unread:
        # A misspelt STATUS would show closed hospitals as open.
        if meant := get_close_matches(name, survey.absent, n=1, cutoff=0.8):
            found.append((name, f"is no column of this format; {meant[0]} may be meant"))
    if found:
        raise _whole(path, found)
    return header


class _Reading:
    """A row being read: what its cells say, what is wrong with them, and what was left out of them."""

    def __init__(self, cells: dict[str, str]) -> None:
        told = {column: " ".join(text.translate(_INVISIBLE).split()) for column, text in cells.items()}
        self.cells = {column: text for column, text in told.items() if text.upper() not in _MISSING}
        self.faults: list[tuple[str, str]] = []
        self.left_out: list[str] = []
        self.identifier: str | None = None

    def take(self, column: str, read: Callable[[str], T], *, needed: bool = False) -> T | None:
        """What a column says, read; None where it says nothing or has a fault."""
        text = self.cells.get(column)
        try:
            if text is not None:
                return read(text)
            if needed:
                self.faults.append((column, "is missing"))
        except ValueError as error:
            self.faults.append((column, str(error)))
        return None

    def leave_out(self, column: str, read: Callable[[str], str | None]) -> str | None:
        """As `take`, of a column whose text may be of no use: then it is left out, and counted."""
        value = self.take(column, read)
        if value is None and column in self.cells and not any(column == told for told, _ in self.faults):
            self.left_out.append(column)
        return value


def _place(row: Row, source: str, reading: _Reading) -> Place | None:
    identifier = reading.identifier = reading.take("ID", _identifier, needed=True)
    name = reading.take("NAME", _words, needed=True)
    state = reading.take("STATE", _state)
    street, city = reading.take("ADDRESS", _words), reading.take("CITY", _words)
    postal_code = _postal_code(reading)
    country = reading.take("COUNTRY", _country)
    coordinates = _coordinates(reading)
    phone = reading.leave_out("TELEPHONE", _phone)
    url = reading.leave_out("WEBSITE", _website)
    kind = reading.take("TYPE", _kind) or "unstated"
    closed = reading.take("STATUS", _closed) is True
    if reading.faults or identifier is None or name is None:
        return None
    read_name = from_capitals(name, state or "")
    read_city = from_capitals(city) if city else None
    changed = {
        "name": read_name != name,
        "postal_address.city": read_city != city,
        "postal_address.postal_code": postal_code != reading.cells.get("ZIP"),
        "postal_address.country": country != reading.cells.get("COUNTRY"),
        "coordinates.precision": coordinates is not None,
        "phone": phone is not None and phone != reading.cells["TELEPHONE"],
        "url": url is not None and url != reading.cells["WEBSITE"],
    }
    derived = ("slug", "kind", *(name for name, so in changed.items() if so))
    lines = tuple(range(row.first, row.last + 1))
    try:
        location = Location(
            slug="unnamed",
            identifiers=(identifier,),
            lang="en",
            name=read_name,
            kind=kind,
            postal_address=PostalAddress(
                street=street, city=read_city, state=state, postal_code=postal_code, country=country
            ),
            coordinates=coordinates,
            phone=phone,
            url=url,
            provenance=Provenance(source=source, lines=lines, derived=derived),
        )
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            reading.faults.append((".".join(map(str, fault["loc"])), fault["msg"].removeprefix("Value error, ")))
        return None
    return Place(location, closed)


# ---- what one cell says


def _words(text: str) -> str:
    if text.startswith(_FORMULA):
        raise ValueError(f"begins with {text[0]!r}, as a formula of a spreadsheet does")
    if len(text) > MAX_TEXT:
        raise ValueError(f"is longer than {MAX_TEXT} characters")
    if not text.isprintable():
        raise ValueError("holds characters that cannot be shown")
    return text


def _identifier(text: str) -> str:
    """A HIFLD id; spreadsheets drop the zeros that it begins with."""
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise ValueError("must be a number of at most ten digits")
    return f"hifld:{text.zfill(10)}"


def _state(text: str) -> str:
    if text.upper() not in STATES:
        raise ValueError("must be a state's or territory's two letters, as CT")
    return text.upper()


def _country(text: str) -> str:
    code = COUNTRIES.get(text.upper(), text.upper())
    if code not in COUNTRIES.values():
        raise ValueError(f"must be one of {', '.join(COUNTRIES)} (ISO 3166-1)")
    return code


def _kind(text: str) -> str:
    """The kind of a type; a type that is not in the table keeps its own name."""
    kind = KINDS.get(text.upper()) or slugify(text)
    if not kind:
        raise ValueError("must have letters a to z")
    return kind


def _closed(text: str) -> bool:
    if text.upper() not in {"OPEN", "CLOSED"}:
        raise ValueError("must be OPEN or CLOSED")
    return text.upper() == "CLOSED"


def _phone(text: str) -> str | None:
    """A number in the international form (ITU-T E.123); None for one that the North American plan cannot have."""
    digits = re.sub(r"[^0-9]", "", text)
    digits = digits[1:] if len(digits) == len("12223334444") and digits[0] == "1" else digits
    if len(digits) != len("2223334444") or re.search(r"[A-Za-z]", text):
        raise ValueError("must be a telephone number of ten digits")
    dialled = _DIALLED.fullmatch(digits)
    return f"+1 {' '.join(dialled.groups())}" if dialled else None


def _website(text: str) -> str | None:
    """A web address with its scheme; None for what is none, as one with spaces in it."""
    if not (found := _WEBSITE.fullmatch(text)):
        return None
    scheme, host, rest = found.groups()
    rest = rest.replace("'", "%27").replace('"', "%22").replace("\\", "%5C").replace("`", "%60")
    return f"{(scheme or 'http://').lower()}{host}{rest.replace('<', '%3C').replace('>', '%3E')}"


def _degrees(bound: int) -> Callable[[str], float]:
    def read(text: str) -> float:
        if not _DEGREES.fullmatch(text) or abs(float(text)) > bound:
            raise ValueError(f"must be degrees from -{bound} to {bound}")
        return round(float(text), DECIMALS)

    return read


def _coordinates(reading: _Reading) -> Coordinates | None:
    """The point, or None for 0,0, which stands for none. What was seen in an aerial image is the place's own point."""
    latitude = reading.take("LATITUDE", _degrees(90))
    longitude = reading.take("LONGITUDE", _degrees(180))
    if latitude is None or longitude is None:
        told = {"LATITUDE", "LONGITUDE"} & reading.cells.keys()
        if len(told) == 1:
            reading.faults.append((told.pop(), "stands without the other half of the point"))
        return None
    if latitude == longitude == 0:
        return None
    seen = reading.cells.get("VAL_METHOD", "").upper().startswith("IMAGERY")
    return Coordinates(latitude=latitude, longitude=longitude, precision="address" if seen else "town")


def _postal_code(reading: _Reading) -> str | None:
    """A ZIP code, of five digits again where a spreadsheet dropped its zeros, with the four more of ZIP4."""
    code = reading.take("ZIP", _zip)
    more = reading.take("ZIP4", _zip4)
    return f"{code}-{more}" if code and more and "-" not in code else code


def _zip(text: str) -> str | None:
    found = _ZIP.fullmatch(text)
    if not found:
        raise ValueError("must be a ZIP code of five digits, or of three or four where its zeros are lost")
    code, more = found[1].zfill(5), found[2]
    if not int(code):
        return None
    return f"{code}-{more}" if more else code


def _zip4(text: str) -> str | None:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise ValueError("must be the four digits after a ZIP code")
    return text.zfill(4) if int(text) else None
