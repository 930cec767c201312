"""Finding: what a text means, the entries that match it, and their places; no more than LIMIT of them are ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, bindparam, or_, select, true, union_all
from sqlmodel import col

from app.editions import Wanted, best, in_language
from app.models import Condition, SearchEntry, SearchName
from app.pack import Audience
from app.search.engines import Group, among, expression, first_of, matching
from app.search.index import AS_A_WHOLE, BETWEEN, KINDS, SIGN_SET
from app.search.query import Query, beginnings, understand
from app.search.rank import Candidate, Named, Ranked, ranked
from app.search.vocabulary import LAST

LIMIT = 120  # candidates that are ranked
COUNTED = 100  # entries of a kind that are counted
NAMED_KINDS = ("condition", "glossary", "article", "directory", "location")
MOST_NAMES = 20  # of a kind that begin as the text does
MOST_TITLES = 40  # of a kind whose titles match
MOST_URGENT = 3
NO_NAMES: Mapping[int, Sequence[Named]] = MappingProxyType({})
SIGN_SETS = 120  # that match, which are ranked for those
NAMED_SETS = 60  # that match in their names, which are ranked before those
MANY, COMMON = 20_000, 1 / 20  # entries of a kind, and the share of them that is common
TELLING = 1 / 3  # of what a text says that signs or symptoms must match, where they do not match all of it

FEW = 3  # entries that match: with fewer, those that match some of the words are taken too
ENOUGH = 3  # suggestions: with fewer, words are looked for that the text may have meant

Fallback = Literal["nearest", "none"]
Statement = CompoundSelect[*tuple[Any, ...]]
Thing = tuple[str, str, str]  # an entry's kind, its record's slug and its part: what is counted and shown once


@dataclass
class Results:
    """What was found: all that is ranked, how much there is of each kind, and how the text was meant."""

    query: Query
    items: list[Ranked] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)  # kinds that were not counted to the end
    meant: Query | None = None
    applied: bool = False
    urgent: list[Ranked] = field(default_factory=list)
    urgent_stopped: bool = False  # whether there may be more


class Suggested(NamedTuple):
    """A suggestion's place, its entry, and the name that begins as the text does; null where it is not shown."""

    place: tuple[bool, bool, int, int, int, str]
    id: int
    name: str | None


class Asked(NamedTuple):
    """What to look for in one kind: all of the groups or any of them, in titles alone or everywhere."""

    kind: str
    groups: Sequence[Group]
    titles: bool = False
    anyof: bool = False


@dataclass
class _Gathered:
    """Entries that match, by id, and how many of each kind there are."""

    things: dict[int, Thing] = field(default_factory=dict)
    names: dict[int, list[Named]] = field(default_factory=dict)
    ranks: dict[int, int] = field(default_factory=dict)  # of editions, where names were looked for

    def take_named(self, row: Any) -> None:
        self.things.setdefault(row.id, (row.kind, row.record_slug, row.part))
        self.names.setdefault(row.id, []).append(Named(row.key, row.word, row.name))
        self.ranks[row.id] = row.rank

    def by_turns(self) -> list[int]:
        """The ids as they were taken, one of each kind in turn."""
        turns: Counter[str] = Counter()
        ordered = []
        for entry_id, (kind, _, _) in self.things.items():
            turns[kind] += 1
            ordered.append((turns[kind], entry_id))
        return [entry_id for _, entry_id in sorted(ordered)]


def search(connection: Connection, text: str, wanted: Wanted) -> Results:
    """What a text finds, ranked; by its likelier spelling where that is sure and the text itself is no name."""
    typed, meant, sure, likely = understand(connection, text)
    query, gathered = _named_by(connection, typed, wanted)
    if meant is None or _is_name(connection, query, gathered, meant):
        return _found(connection, query, gathered, wanted)
    if not sure:
        results = _found(connection, query, gathered, wanted)
        results.meant = meant
        if likely:  # what is only offered may be what a parent fears: its signs stand after those of the text itself
            _add_urgent(connection, *_named_by(connection, meant, wanted), results)
        return results
    results = _found(connection, *_named_by(connection, meant, wanted), wanted)
    results.meant, results.applied = meant, True
    _add_urgent(connection, query, gathered, results)
    return results


def _is_name(connection: Connection, query: Query, gathered: _Gathered, meant: Query) -> bool:
    """Whether a text is a name, and not only a known misspelling of the name that it was meant for."""
    exact = {
        entry_id: [name.name for name in names if name.word <= 0 and name.key == query.key]
        for entry_id, names in gathered.names.items()
    }
    if any(name for names in exact.values() for name in names):
        return True
    said = [word.stem for word in meant.typed]
    misspelt = [entry_id for entry_id, names in exact.items() if names]
    return any(candidate.called != said for candidate in _candidates(connection, gathered, misspelt))


def suggest(connection: Connection, text: str, wanted: Wanted, limit: int) -> list[Suggested]:
    """Names that begin as a text does, then those that begin as it may have been meant."""
    found: dict[Thing, Suggested] = {}
    for tried, beginning in enumerate(beginnings(connection, text)):
        if tried and len(found) >= min(limit, ENOUGH):
            break
        gathered = _Gathered()
        _take_names(connection, beginning, wanted, gathered)
        for suggested in sorted(_suggested(beginning, gathered), key=lambda one: (one.place, one.id)):
            found.setdefault(gathered.things[suggested.id], suggested)
    return list(found.values())[:limit]


def _suggested(beginning: str, gathered: _Gathered) -> Iterator[Suggested]:
    for entry_id, names in gathered.names.items():
        kind = NAMED_KINDS.index(gathered.things[entry_id][0])
        for name in names:
            later = name.word > 0
            place = (name.key != beginning or later, later, gathered.ranks[entry_id], kind, len(name.key), name.key)
            yield Suggested(place, entry_id, name.name)


# ---- candidates


def _named_by(connection: Connection, query: Query, wanted: Wanted) -> tuple[Query, _Gathered]:
    """What a text names, whole or among other words, and the text without the acronyms among these."""
    gathered = _Gathered()
    _take_names(connection, query.key, wanted, gathered)
    if len(query.parts) > 1:
        query = query.without(_take_named(connection, query, wanted, gathered))
    return query, gathered


def _found(connection: Connection, query: Query, gathered: _Gathered, wanted: Wanted) -> Results:
    """All that a text finds, with what it names."""
    known = query.known
    if known and len(known) == len(query.groups):
        held = [query.held(known, kind) for kind in KINDS]
        if sum(held) + len(gathered.things) > LIMIT or max(held) > COUNTED:  # else all of them are ranked in any case
            _take(connection, query, _each_kind(known, titles=True), wanted, gathered, MOST_TITLES)
        _take(connection, query, _each_kind(known), wanted, gathered, COUNTED + 1)
    if known and len(gathered.things) < FEW:
        _relax(connection, query, known, wanted, gathered)
    ids = gathered.by_turns()
    places = ranked(query, _candidates(connection, gathered, ids[:LIMIT]))
    things = {(place.candidate.kind, place.candidate.slug, place.candidate.part) for place in places}
    things.update(gathered.things[entry_id] for entry_id in ids[LIMIT:])
    counts = Counter(kind for kind, _, _ in things)
    results = Results(query, places, {kind: min(counts[kind], COUNTED) for kind in KINDS})
    results.stopped = {kind for kind in KINDS if counts[kind] > COUNTED}
    results.stopped |= {gathered.things[entry_id][0] for entry_id in ids[LIMIT:]}
    _add_urgent(connection, query, gathered, results)
    return results


def _each_kind(groups: Sequence[Group], *, titles: bool = False, anyof: bool = False) -> list[Asked]:
    return [Asked(kind, groups, titles, anyof) for kind in KINDS]


def _relax(connection: Connection, query: Query, known: Sequence[Group], wanted: Wanted, gathered: _Gathered) -> None:
    """Take entries that match some of the groups: titles with any, and the rarest together."""
    _take(connection, query, _each_kind(known, titles=True, anyof=True), wanted, gathered, MOST_TITLES)
    tried = len(query.groups)  # all together: not again
    for fewer in sorted({len(known), len(known) - 1, 2, 1} - {0, tried}, reverse=True):
        before = len(gathered.things)
        _take(connection, query, _each_kind(known[:fewer]), wanted, gathered, COUNTED + 1)
        if len(gathered.things) > before:
            return


def _add_urgent(connection: Connection, query: Query, gathered: _Gathered, results: Results) -> None:
    """Add conditions that a text names, those whose signs or symptoms match all of it, then the most telling of it.

    Whatever edition a reader asks for: what is asked here is which conditions, and no reader's choice removes one.
    """
    known, stopped = {place.candidate.slug for place in results.urgent}, False
    found = {place.candidate.slug: place for place in _named(connection, query, gathered)}
    said = [group for group in query.known if query.held((group,), SIGN_SET)]
    weight = sum(query.weight(group) for group in query.known)
    sets: dict[int, Candidate] = {}
    for some in dict.fromkeys((tuple(said), *((group,) for group in said))):
        if some and len(found) < MOST_URGENT:
            taken = _Gathered()
            telling = sum(query.weight(group) for group in some) >= TELLING * weight
            if telling and query.held(some, SIGN_SET) > SIGN_SETS:  # else all are ranked, or signs alone count
                _take(connection, query, [Asked(SIGN_SET, some, titles=True)], Wanted(), taken, NAMED_SETS)
            _take(connection, query, [Asked(SIGN_SET, some)], Wanted(), taken, SIGN_SETS + 1)
            stopped |= len(taken.things) > SIGN_SETS
            new = [entry_id for entry_id in taken.things if entry_id not in sets]
            sets.update((one.id, one) for one in _candidates(connection, taken, new))
            for place in ranked(query, (sets[entry_id] for entry_id in taken.things)):
                if telling or _is_a_sign(some, place.candidate):
                    found.setdefault(place.candidate.slug, place)
    results.urgent += [place for place in found.values() if place.candidate.slug not in known]
    results.urgent_stopped |= stopped


def _is_a_sign(groups: Sequence[Group], candidate: Candidate) -> bool:
    """Whether what is said is the whole of one of a condition's signs."""
    signs = {tuple(stem[1:] for stem in sign.split()) for sign in candidate.context.split(BETWEEN)}
    return any(not signs.isdisjoint(group) for group in groups)


def _named(connection: Connection, query: Query, gathered: _Gathered) -> list[Ranked]:
    """The sign sets of the conditions that a text names, alone or among other words."""
    keys = query.parts | {query.key}
    slugs = {
        gathered.things[entry_id][1]
        for entry_id, names in gathered.names.items()
        if gathered.things[entry_id][0] == "condition" and any(n.word <= 0 and n.key in keys for n in names)
    }
    sets = _read(connection, _SIGN_SETS, {"slugs": sorted(slugs)}) if slugs else ()
    # A publisher may call a section of theirs so, too.
    return [Ranked(0, 0.0, (0, one.slug, one.part, one.rank), one, None) for one in sets if one.kind == SIGN_SET]


def _take(
    connection: Connection, query: Query, asked: Sequence[Asked], wanted: Wanted, gathered: _Gathered, limit: int
) -> None:
    """Take the entries that match, of each kind so many at most, in one statement."""
    dialect = connection.dialect.name
    asked = [one for one in asked if one.anyof or query.held(one.groups, one.kind)]
    if not asked:
        return
    shapes = tuple((one.kind, one.titles, not one.anyof and _is_common(query, one)) for one in asked)
    words = {
        f"match_{number}": expression(dialect, one.kind, one.groups, anyof=one.anyof)
        for number, one in enumerate(asked)
    }
    statement = _matching(dialect, shapes, wanted.lang, wanted.audience, wanted.fallback, limit)
    for entry_id, kind, slug, part in connection.execute(statement, words):
        gathered.things.setdefault(entry_id, (kind, slug, part))


def _is_common(query: Query, asked: Asked) -> bool:
    """Whether a good share of a kind may match; by its titles, only of places, which are little else."""
    share = prod(query.held((group,), asked.kind) / query.kinds[asked.kind] for group in asked.groups)
    return query.kinds[asked.kind] > MANY and share > COMMON and (asked.kind == "location" or not asked.titles)


def _take_names(connection: Connection, beginning: str, wanted: Wanted, gathered: _Gathered) -> None:
    """Take the entries with a name that begins so, and these names; an acronym must be the whole text."""
    if not beginning:
        return
    statement = _beginning(wanted.lang, wanted.audience, wanted.fallback)
    for row in connection.execute(statement, {"beginning": beginning, "end": beginning + LAST}):
        if row.key != beginning and row.word == AS_A_WHOLE:
            continue
        gathered.take_named(row)


def _take_named(connection: Connection, query: Query, wanted: Wanted, gathered: _Gathered) -> set[str]:
    """Take the conditions that a text names among other words; return the acronyms, which name nothing there."""
    acronyms = set()
    statement = _called(wanted.lang, wanted.audience, wanted.fallback)
    for row in connection.execute(statement, {"keys": sorted(query.parts - {query.key})}):
        if row.word == AS_A_WHOLE:
            acronyms.add(row.key)
            continue
        gathered.take_named(row)
    return acronyms


@lru_cache(maxsize=64)
def _called(lang: str | None, audience: Audience | None, fallback: Fallback) -> Select[*tuple[Any, ...]]:
    name = SearchName
    named = (col(name.kind) == "condition", col(name.word) <= 0, among(name.key, "keys"))
    return _with_names(Wanted(lang=lang, audience=audience, fallback=fallback)).where(*named).limit(MOST_TITLES)


@lru_cache(maxsize=512)  # to make a statement takes longer than to run it
def _matching(
    dialect: str,
    shapes: tuple[tuple[str, bool, bool], ...],
    lang: str | None,
    audience: Audience | None,
    fallback: Fallback,
    limit: int,
) -> Statement:
    selects = []
    for number, (kind, titles, common) in enumerate(shapes):
        rows = _entries(Wanted(lang=lang, audience=audience, fallback=fallback))
        name = f"match_{number}"
        selects.append(matching(rows, dialect, kind, titles=titles, common=common, limit=limit, name=name))
    return union_all(*selects)


@lru_cache(maxsize=64)
def _beginning(lang: str | None, audience: Audience | None, fallback: Fallback) -> Statement:
    name = SearchName
    begins = (col(name.key) >= bindparam("beginning"), col(name.key) < bindparam("end"))
    named = _with_names(Wanted(lang=lang, audience=audience, fallback=fallback)).order_by(col(name.key))
    return union_all(*(first_of(named.where(col(name.kind) == kind, *begins), MOST_NAMES) for kind in NAMED_KINDS))


def _with_names(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Entries that a reader may be shown, with their names."""
    name = SearchName
    rows = _entries(wanted).join(name, col(name.entry_id) == SearchEntry.id)
    return rows.add_columns(col(SearchEntry.rank), col(name.key), col(name.word), col(name.name))


def _entries(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Entries that a reader may be shown: of a condition, those of the edition that is served."""
    entry = SearchEntry
    columns = (col(entry.id), col(entry.kind), col(entry.record_slug), col(entry.part))
    rows: Select[*tuple[Any, ...]] = select(*columns).select_from(entry)
    if wanted.lang is None and wanted.audience is None:
        return rows
    flat: ColumnElement[bool] = true()
    if wanted.lang:
        flat &= in_language(entry.lang, wanted.lang)
    if wanted.audience:
        flat &= col(entry.audience) == wanted.audience
    rows = rows.outerjoin(Condition, col(Condition.id) == entry.condition_id)
    return rows.where(or_(col(entry.condition_id).is_(None) & flat, col(entry.edition_id) == best(wanted)))


_READ = select(
    col(SearchEntry.id),
    col(SearchEntry.kind),
    col(SearchEntry.record_slug),
    col(SearchEntry.part),
    col(SearchEntry.rank),
    col(SearchEntry.title_words),
    col(SearchEntry.context_words),
    col(SearchEntry.body_words),
)
_CANDIDATES = _READ.where(among(SearchEntry.id, "ids"))
_SIGN_SETS = _READ.where(
    col(SearchEntry.record_kind) == "condition",
    among(SearchEntry.record_slug, "slugs"),
    col(SearchEntry.part) == SIGN_SET,  # not its kind: SQLite would look through all of that
)


def _read(
    connection: Connection,
    statement: Select[*tuple[Any, ...]],
    values: dict[str, Any],
    names: Mapping[int, Sequence[Named]] = NO_NAMES,
) -> list[Candidate]:
    rows = connection.execute(statement, values).all()
    return [
        Candidate(id_, kind, slug, part, rank, f" {title} ", f" {context} ", f" {body} ", names.get(id_, ()))
        for id_, kind, slug, part, rank, title, context, body in rows
    ]


def _candidates(connection: Connection, gathered: _Gathered, ids: Sequence[int]) -> list[Candidate]:
    return _read(connection, _CANDIDATES, {"ids": list(ids)}, gathered.names) if ids else []
