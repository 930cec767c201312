"""What a reader's text means: its words, what they are called otherwise, and how they may have been meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import NamedTuple

from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from app.models import SearchEntry, SearchSpelling, SearchStem, SearchWord
from app.search.engines import Group, alternatives
from app.search.index import SIGN_SET, spellings
from app.search.words import SHORTEST_MENDED, STOP, Word, deletes, key, sound, stem, synonyms, words

MOST_WORDS = 12  # of a text, the rarest: a sentence has no more that tell
LONGEST_PHRASE = 4  # words of a synonym, or of a name among other words
MOST_NAMING = 16  # words of a text that are looked through for names
MOST_COMPLETIONS = 10
MOST_CANDIDATES = 400
MOST_BEGINNINGS = 5  # that a suggestion is looked for by
HEARD = 1.25  # edits that a word is nearer by where it sounds like what was typed
NAMING = 1.25  # and where conditions are called by it
RARE = 2  # entries with a word that may be a slip of the content's own
FAR_MORE = 5  # times as many have the word that it may be a slip of
LONG = 6  # letters of a word's beginning that may be two edits away
LAST = "\U0010ffff"  # after every other character: the end of a prefix's range

# What makes a medical word another, often its opposite: a text with the one never means a word without it. As
# `_respelled` writes them.
BEGINNINGS = ("hiper", "hipo", "macro", "micro", "tachi", "bradi", "inter", "intra", "endo", "exo", "ante", "anti")
ENDINGS = (
    *("filia", "penia", "citosis", "itis", "osis", "emia", "oma", "algia", "plegia", "paresis", "pathi", "megali"),
    *("fagia", "fasia", "otomi", "ostomi", "ectomi", "plasti", "scopi", "pnea", "rea", "rage", "uria", "opia"),
)
# Keys beside each other on a phone (QWERTY): a thumb that slips hits one of them.
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VOWELS = set("aeiouy")
PEOPLE = frozenset(
    map(
        stem,
        ("child", "kid", "baby", "toddler", "boy", "girl", "son", "daughter", "nino", "nina", "bebe", "hijo", "hija"),
    )
)
SHORT = 2  # letters of a word that may mean anything
LITTLE = 0.3  # what is left of the weight of such a word, and of one that says of whom rather than of what


class Mended(NamedTuple):
    """A word as it may have been meant, whether that is sure enough to look for it unasked, whether conditions are
    called by it, and how many entries have it."""

    word: Word
    shown: str
    sure: bool
    names: bool
    held: int = 0


@dataclass(frozen=True)
class Query:
    """A text as it is looked for."""

    text: str
    key: str
    parts: frozenset[str]  # what the text names, if it names something among other words: runs of its words, as keys
    typed: list[Word]
    groups: list[Group]  # the rarest first; one that no content has is empty
    totals: dict[str, Counter[str]]  # for each stem, how many entries of each kind have it
    entries: int
    completed: bool = False  # whether a word was taken for the beginning of others

    def without(self, acronyms: set[str]) -> Query:
        """The same without words that are acronyms, unless nothing else is left."""
        kept = [
            group for group in self.groups if not any(len(phrase) == 1 and phrase[0] in acronyms for phrase in group)
        ]
        return replace(self, groups=kept) if any(kept) else self

    def weight(self, group: Group) -> float:
        """How much a group tells: the rarer its words, the more (inverse document frequency, never below 0)."""
        held = max((min(self.total(name) for name in phrase) for phrase in group), default=0)
        tells_little = any(name in PEOPLE or (len(name) <= SHORT and name.isalpha()) for name in alternatives([group]))
        return (LITTLE if tells_little else 1) * log(1 + self.entries / (1 + held))

    def total(self, name: str, kind: str | None = None) -> int:
        """How many entries have a stem."""
        totals = self.totals.get(name, Counter())
        return totals[kind] if kind else totals.total()

    def held(self, groups: Iterable[Group], kind: str) -> int:
        """How many entries of a kind may match all of the groups, at most."""
        return min((sum(min(self.total(s, kind) for s in phrase) for phrase in group) for group in groups), default=0)


def understand(session: Session, text: str) -> tuple[Query, Query | None, bool]:
    """A text as it stands, as it may have been meant, if otherwise, and whether the latter is sure."""
    found = words(text)
    if not found:
        return Query(text, "", frozenset(), [], [], {}, 0), None, False
    query = _query(session, text, found, {})
    known = _known(query, found)
    unknown = [word for word in known if not known[word]][:MOST_WORDS]
    completions = _completions(session, unknown)
    beyond = [word for word in unknown if word not in completions]
    mended = _mend(session, beyond) | _slips(session, query, [word for word in known if known[word]])
    as_typed = _query(session, text, found, completions, query.entries) if completions else query
    if not mended or (len(mended) < len(beyond) and not any(repair.names for repair in mended.values())):
        return as_typed, None, False
    said = _said(text, found, mended)
    sure = all(word in mended for word in beyond) and all(repair.sure for repair in mended.values())
    return as_typed, _query(session, said, words(said), completions, query.entries), sure


def beginnings(session: Session, text: str) -> Iterator[str]:
    """The beginning of a name that a text is, as a key, then those that it may have been meant for."""
    typed = key(text)
    if not typed:
        return
    yield typed
    *before, last = words(text)
    if len(last.folded) >= SHORTEST_MENDED and last.folded.isalpha():
        unknown = [word for word, known in _known(_query(session, text, before, {}), before).items() if not known]
        mended = _mend(session, unknown)
        begins = "".join(mended[word].word.folded if word in mended else word.folded for word in before)
        for word in _meant_beginnings(session, last.folded):
            yield begins + word


def _meant_beginnings(session: Session, typed: str) -> list[str]:
    """Words whose beginning is near to what was typed, the nearest first."""
    row = SearchSpelling
    keys: list[ColumnElement[bool]] = [col(row.key).in_(sorted({*spellings(typed), typed}))]
    if len(heard := sound(typed)) > 1:
        keys.append((col(row.key) >= f"~{heard}") & (col(row.key) < f"~{heard}{LAST}"))
    found = {
        word for some in keys for word in session.scalars(select(col(row.word)).where(some).limit(MOST_CANDIDATES))
    }
    near = []
    for word in found:
        ends = range(len(typed) - 1, len(typed) + 2)
        far = min(OSA.distance(typed, word[:end]) for end in ends)
        if far <= (1 if len(typed) < LONG else 2) and not another(typed, word):
            near.append((far, len(word), word))
    return [word for _, _, word in sorted(near)[:MOST_BEGINNINGS]]


def known_totals(session: Session, stems: Iterable[str]) -> dict[str, Counter[str]]:
    """For each stem that the content has, how many entries of each kind have it."""
    stems = sorted(stems)
    if not stems:
        return {}
    totals: dict[str, Counter[str]] = {}
    row = SearchStem
    for name, kind, total in session.execute(
        select(col(row.stem), col(row.kind), col(row.total)).where(col(row.stem).in_(stems))
    ):
        totals.setdefault(name, Counter())[kind] = total
    return totals


# ---- words into groups


def _query(
    session: Session, text: str, found: Sequence[Word], completions: dict[Word, list[str]], entries: int | None = None
) -> Query:
    asked = [_group(span, completions) for span in _phrases(found)]
    totals = known_totals(session, alternatives(asked))
    kept = [frozenset(phrase for phrase in group if all(name in totals for name in phrase)) for group in asked]
    if entries is None:
        entries = session.scalar(select(func.max(SearchEntry.id))) or 0
    query = Query(text, key(text), _parts(found), list(found), [], totals, entries, bool(completions))
    ranked = sorted(dict.fromkeys(kept), key=lambda group: (bool(group), query.weight(group)), reverse=True)
    query.groups.extend(ranked[:MOST_WORDS])
    return query


def _parts(found: Sequence[Word]) -> frozenset[str]:
    some = found[:MOST_NAMING]
    runs = (some[at:end] for at in range(len(some)) for end in range(at + 1, min(at + LONGEST_PHRASE, len(some)) + 1))
    return frozenset("".join(word.folded for word in run) for run in runs if any(w.folded not in STOP for w in run))


def _phrases(found: Sequence[Word]) -> list[Sequence[Word]]:
    """The words that tell, by themselves or, where synonyms know them so, together."""
    spans: list[Sequence[Word]] = []
    at = 0
    while at < len(found):
        for length in range(min(LONGEST_PHRASE, len(found) - at), 0, -1):
            span = found[at : at + length]
            if length == 1 or tuple(word.stem for word in span) in synonyms():
                break
        spans.append(span)
        at += len(span)
    telling = [span for span in spans if len(span) > 1 or span[0].folded not in STOP]
    return telling or spans


def _group(span: Sequence[Word], completions: dict[Word, list[str]]) -> Group:
    phrase = tuple(word.stem for word in span)
    completed = ((name,) for word in span for name in completions.get(word, ()))
    return frozenset({phrase, *synonyms().get(phrase, ()), *completed})


def _known(query: Query, found: Sequence[Word]) -> dict[Word, bool]:
    """For each word that tells, whether the content knows it, alone or by a synonym."""
    told: dict[Word, bool] = {}
    for span in _phrases(found):
        group = _group(span, {})
        known = any(all(name in query.totals for name in phrase) for phrase in group)
        told.update((word, known or word.stem in query.totals) for word in span)
    return told


# ---- words that the content does not know


def _completions(session: Session, unknown: Sequence[Word]) -> dict[Word, list[str]]:
    """For each word that is the beginning of others, their stems."""
    found: dict[Word, list[str]] = {}
    for word in unknown:
        if len(word.folded) >= SHORTEST_MENDED:
            begins = (col(SearchWord.word) > word.folded, col(SearchWord.word) < word.folded + LAST)
            rows = select(col(SearchWord.stem)).where(*begins).order_by(col(SearchWord.word)).limit(MOST_COMPLETIONS)
            if names := list(dict.fromkeys(session.scalars(rows))):
                found[word] = names
    return found


def _mend(session: Session, unknown: Sequence[Word]) -> dict[Word, Mended]:
    """The likeliest word for each that may be mended."""
    keys = {word: {*spellings(word.folded), word.folded} for word in unknown if word.folded.isalpha()}
    candidates = _candidates(session, {name for names in keys.values() for name in names}) if keys else {}
    parts = _whole_words(session, unknown)
    totals = known_totals(session, {stem(name) for names in candidates.values() for name in names})
    mended: dict[Word, Mended] = {}
    for word, names in keys.items():
        best = min(
            (
                (rated[1], rated[0], -_named(totals, other), other, shown, named)
                for name in names
                for other, (shown, named) in candidates.get(name, {}).items()
                if (rated := rate(word.folded, other, heard=name.startswith("~"), found_by=name, names=named))
            ),
            default=None,
        )
        if best:
            unsure, _, _, other, shown, named = best
            meant = Word(word.start, word.end, other, stem(other))
            mended[word] = Mended(meant, shown, not unsure, named, totals.get(stem(other), Counter()).total())
        elif split := _split(word.folded, parts):
            mended[word] = Mended(word, split, sure=True, names=True)
    return mended


def _slips(session: Session, query: Query, known: Sequence[Word]) -> dict[Word, Mended]:
    """Words that the content itself has hardly ever, beside one that conditions are told of in many times as often."""
    rare = [
        word
        for word in known
        if 0 < query.total(word.stem) <= RARE
        and query.totals[word.stem].keys() <= {"section", SIGN_SET}
        and word.folded not in STOP
    ]
    mended = _mend(session, rare) if rare else {}
    return {
        word: repair
        for word, repair in mended.items()
        if repair.sure and repair.names and repair.held >= FAR_MORE * query.total(word.stem)
    }


def _named(totals: dict[str, Counter[str]], word: str) -> int:
    """How often a word is used, in conditions first: those are what is looked for."""
    held = totals.get(stem(word), Counter())
    return 1_000 * held["condition"] + held.total()


def _candidates(session: Session, keys: Iterable[str]) -> dict[str, dict[str, tuple[str, bool]]]:
    """For each key, the words that it finds, how they are shown, and whether conditions are called by them."""
    row, known = SearchSpelling, SearchWord
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    columns = select(col(row.key), col(row.word), col(known.shown), col(known.names)).join(
        SearchWord, col(SearchWord.word) == row.word
    )
    for name, word, shown, names in session.execute(
        columns.where(col(row.key).in_(sorted(keys))).limit(MOST_CANDIDATES)
    ):
        found.setdefault(name, {})[word] = shown, names
    return found


def rate(typed: str, other: str, *, heard: bool, found_by: str, names: bool) -> tuple[float, bool] | None:
    """How far a word is from what was typed, and whether it is unsure; None where it is too far.

    In edits of optimal string alignment: a letter added, dropped, changed, or two swapped. What conditions are called
    by is nearer: it is what is looked for.
    """
    if typed == other or another(typed, other):
        return None
    if found_by == typed and typed not in deletes(other):  # a misspelling that a curator knows
        return 0.0, False
    far = OSA.distance(typed, other)
    if heard or sound(typed) == sound(other):
        most = max(3 if names else 2, len(typed) // 3)
        return (far - HEARD - NAMING * names, False) if far <= most else None
    if far == 1 or (far == 2 and min(len(typed), len(other)) >= 8):
        return far - NAMING * names, not (far == 1 and _slip(typed, other))
    return None


def another(typed: str, other: str) -> bool:
    """Whether two words differ by a part that makes a medical word another."""
    typed, other = _respelled(typed), _respelled(other)
    begins = any(typed.startswith(part) and not other.startswith(part) for part in BEGINNINGS)
    ends = ((part, f"{part}s") for part in ENDINGS)
    return begins or any(typed.endswith(end) and not other.endswith(end) for end in ends)


def _respelled(word: str) -> str:
    """A word with one letter for what Greek and its misspellings write in several ways."""
    return word.replace("ph", "f").replace("y", "i").replace("rrh", "r")


def _slip(typed: str, other: str) -> bool:
    """Whether one edit between two words is a thumb's: any but to change a letter for one that lies elsewhere."""
    if len(typed) != len(other):
        return True
    changed = [(a, b) for a, b in zip(typed, other, strict=True) if a != b]
    return len(changed) == 2 or all({a, b} <= VOWELS or _beside(a, b) for a, b in changed)


def _beside(one: str, other: str) -> bool:
    places = {letter: (row, at) for row, letters in enumerate(_ROWS) for at, letter in enumerate(letters)}
    if one not in places or other not in places:
        return False
    (row, at), (other_row, other_at) = places[one], places[other]
    return abs(row - other_row) <= 1 and abs(at - other_at) <= 1


def _whole_words(session: Session, unknown: Sequence[Word]) -> dict[str, str]:
    """Of the pieces that unknown words may be cut into, those that are words, and how they are shown."""
    cuts = {part for word in unknown for cut in _cuts(word.folded) for part in cut}
    if not cuts:
        return {}
    rows = select(col(SearchWord.word), col(SearchWord.shown)).where(col(SearchWord.word).in_(sorted(cuts)))
    return dict(session.execute(rows).all())


def _cuts(folded: str) -> list[tuple[str, str]]:
    return [(folded[:at], folded[at:]) for at in range(3, len(folded) - 2)]


def _split(folded: str, parts: dict[str, str]) -> str | None:
    """Two words that were written as one."""
    return next((f"{parts[a]} {parts[b]}" for a, b in _cuts(folded) if a in parts and b in parts), None)


def _said(text: str, found: Sequence[Word], mended: dict[Word, Mended]) -> str:
    """A text with its mended words."""
    shown = (mended[word].shown if word in mended else text[word.start : word.end] for word in found)
    return " ".join(shown)
