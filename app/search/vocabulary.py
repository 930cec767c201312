"""The words that the content uses: how often, and which of them a word may have been meant for that it does not use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rapidfuzz.distance import OSA
from sqlalchemy import Connection, String, bindparam, select
from sqlmodel import col

from app import sorted_lines
from app.models import SearchSpelling, SearchStem, SearchWord
from app.search.engines import among
from app.search.index import NAME, spellings
from app.search.words import SHORTEST_MENDED, Word, deletes, kept, sound, stem, synonyms, words

MOST_COMPLETIONS = 10
MOST_CANDIDATES = 400
MOST_BEGINNINGS = 5  # that a suggestion is looked for by
LONG = 6  # letters of a word that a thumb's slip is sure in, or of a beginning that may be two edits away
LONGER = 8  # letters of a word that may be two edits away, or three where it sounds alike
HEARD = 1.25  # edits that a word is nearer by where it sounds like what was typed
NAMING = 1.25  # and where conditions are called by it
LAST = "\U0010ffff"  # after every other character: the end of a prefix's range

# What makes a medical word another, often its opposite: a text with the one never means a word without it. As
# `_respelled` writes them.
BEGINNINGS = (
    *("hiper", "hipo", "macro", "micro", "tachi", "bradi", "inter", "intra", "endo", "exo", "ante", "anti", "dis"),
    *("de", "re", "pre", "peri", "para", "post"),
)
ENDINGS = (
    *("filia", "penia", "citosis", "itis", "osis", "emia", "oma", "algia", "plegia", "paresis", "pathi", "megali"),
    *("fagia", "fasia", "otomi", "ostomi", "ectomi", "plasti", "scopi", "pnea", "rea", "rage", "uria", "opia"),
)
# Keys beside each other on a phone (QWERTY): a thumb that slips hits one of them.
_KEYS = {
    letter: (row, at)
    for row, letters in enumerate(("qwertyuiop", "asdfghjkl", "zxcvbnm"))
    for at, letter in enumerate(letters)
}
VOWELS = set("aeiouy")


class Mended(NamedTuple):
    """A word as it may have been meant, and whether that is sure enough to look for it unasked."""

    word: Word
    shown: str
    sure: bool
    names: bool  # whether conditions are called by it
    held: int = 0  # how many entries have it
    a_word: bool = False  # whether what was typed is a word by itself: then it is never looked for unasked


_BEGINS, _ENDS = bindparam("begins", type_=String), bindparam("ends", type_=String)
_TOTALS = select(col(SearchStem.stem), col(SearchStem.kind), col(SearchStem.total)).where(
    among(SearchStem.stem, "stems")
)
_COMPLETIONS = (
    select(col(SearchWord.stem))
    .where(col(SearchWord.word) > _BEGINS, col(SearchWord.word) < _ENDS)
    .order_by(col(SearchWord.word))
    .limit(MOST_COMPLETIONS)
)
_USED = select(col(SearchWord.word), col(SearchWord.shown)).where(among(SearchWord.word, "words"))
_SPELLED = (
    select(col(SearchSpelling.key), col(SearchSpelling.word), col(SearchWord.shown))
    .join(SearchWord, col(SearchWord.word) == SearchSpelling.word)
    .where(among(SearchSpelling.key, "keys"))
    .order_by(col(SearchSpelling.key), col(SearchSpelling.word))
    .limit(MOST_CANDIDATES)
)
_HEARD = (
    select(col(SearchSpelling.word))
    .where(col(SearchSpelling.key) >= _BEGINS, col(SearchSpelling.key) < _ENDS)
    .order_by(col(SearchSpelling.key), col(SearchSpelling.word))
    .limit(MOST_CANDIDATES)
)


def known_totals(connection: Connection, stems: Iterable[str]) -> dict[str, Counter[str]]:
    """For each stem that the content has, how many entries of each kind have it."""
    stems = sorted(stems)
    totals: dict[str, Counter[str]] = {}
    for name, kind, total in connection.execute(_TOTALS, {"stems": stems}) if stems else ():
        totals.setdefault(name, Counter())[kind] = total
    return totals


def completions(connection: Connection, unknown: Sequence[Word]) -> dict[Word, list[str]]:
    """For each word that is the beginning of others, their stems."""
    found: dict[Word, list[str]] = {}
    for word in unknown:
        if len(word.folded) >= SHORTEST_MENDED:
            begins = {"begins": word.folded, "ends": word.folded + LAST}
            if names := list(dict.fromkeys(connection.scalars(_COMPLETIONS, begins))):
                found[word] = names
    return found


def meant_beginnings(connection: Connection, typed: str) -> list[str]:
    """Words whose beginning is near to what was typed, the nearest first."""
    found = {word for _, word, _ in connection.execute(_SPELLED, {"keys": sorted({*spellings(typed), typed})})}
    if len(heard := sound(typed)) > 1:
        found.update(connection.scalars(_HEARD, {"begins": f"~{heard}", "ends": f"~{heard}{LAST}"}))
    near = []
    for word in found:
        ends = range(len(typed) - 1, len(typed) + 2)
        far = min(OSA.distance(typed, word[:end]) for end in ends)
        if far <= (1 if len(typed) < LONG else 2) and not another(typed, word):
            near.append((far, len(word), word))
    return [word for _, _, word in sorted(near)[:MOST_BEGINNINGS]]


def mend(connection: Connection, unknown: Sequence[Word]) -> dict[Word, Mended]:
    """The likeliest word for each that may be mended."""
    unknown = [word for word in unknown if word.folded not in kept()]
    keys = {word: {*spellings(word.folded), word.folded} for word in unknown if word.folded.isalpha()}
    candidates = _candidates(connection, {name for names in keys.values() for name in names}) if keys else {}
    parts = _whole_words(connection, unknown)
    totals = known_totals(connection, {stem(name) for names in candidates.values() for name in names})
    mended: dict[Word, Mended] = {}
    for word, names in keys.items():
        near = []
        for found_by in names:
            for other, shown in candidates.get(found_by, {}).items():
                held = totals.get(stem(other), Counter())
                if rated := rate(word.folded, other, found_by=found_by, names=held[NAME] > 0):
                    rare = -1_000 * held[NAME] - held.total()
                    near.append((not rated.sure, rated.far, rare, other, shown, rated.told))
        if near:
            unsure, _, _, other, shown, told = min(near)
            held = totals.get(stem(other), Counter())
            meant = Word(word.start, word.end, other, stem(other))
            own = not told and is_word(word.folded)
            mended[word] = Mended(meant, shown, not unsure, held[NAME] > 0, held.total() - held[NAME], own)
        elif split := _split(word.folded, parts):
            known = tuple(part.stem for part in words(split)) in synonyms()
            mended[word] = Mended(word, split, sure=known, names=known)
    return mended


class Rated(NamedTuple):
    """How far a word is from what was typed, and whether it is surely what was meant."""

    far: float
    sure: bool
    told: bool = False  # whether a curator says so


def rate(typed: str, other: str, *, found_by: str, names: bool) -> Rated | None:
    """How far a word is from what was typed; None where it is too far, or is another illness's.

    In edits of optimal string alignment: a letter added, dropped, changed, or two swapped. What conditions are called
    by (`names`) is nearer, since it is what is looked for, and only that is ever sure.
    """
    if typed == other or another(typed, other):
        return None
    if found_by == typed and typed not in deletes(other):  # a misspelling that a curator knows
        return Rated(0, sure=True, told=True)
    far = OSA.distance(typed, other)
    nearer = NAMING * names
    if found_by.startswith("~") or sound(typed) == sound(other):
        if far > (3 if names and len(other) >= LONG else 2) and far > len(typed) // 3:
            return None
        consonants = len(sound(other)) > 2 or len(typed) >= LONG
        return Rated(far - HEARD - nearer, sure=names and consonants)
    if far == 1 or (far == 2 and min(len(typed), len(other)) >= LONGER):
        slipped = far == 1 and len(typed) >= LONG and typed[0] == other[0] and _slip(typed, other)
        return Rated(far - nearer, sure=names and slipped)
    return None


def is_word(folded: str) -> bool:
    """Whether English has a word, whatever the content has."""
    return sorted_lines.find(_dictionary(), folded) is not None


@cache
def _dictionary() -> bytes:
    """Lines of a word, sorted; `app/search/NOTICE` says whose they are."""
    return (Path(__file__).parent / "dictionary.txt").read_bytes()


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
    if one not in _KEYS or other not in _KEYS:
        return False
    (row, at), (other_row, other_at) = _KEYS[one], _KEYS[other]
    return abs(row - other_row) <= 1 and abs(at - other_at) <= 1


def _candidates(connection: Connection, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """For each key, the words that it finds, and how they are shown."""
    found: dict[str, dict[str, str]] = {}
    for name, word, shown in connection.execute(_SPELLED, {"keys": sorted(keys)}):
        found.setdefault(name, {})[word] = shown
    return found


def _whole_words(connection: Connection, unknown: Sequence[Word]) -> dict[str, str]:
    """Of the pieces that unknown words may be cut into, those that are words, and how they are shown."""
    return used_words(connection, {part for word in unknown for cut in _cuts(word.folded) for part in cut})


def used_words(connection: Connection, some: Collection[str]) -> dict[str, str]:
    """Which of some words, folded, the content uses as they are, and how they are shown."""
    return dict(connection.execute(_USED, {"words": sorted(some)}).all()) if some else {}


def _cuts(folded: str) -> list[tuple[str, str]]:
    return [(folded[:at], folded[at:]) for at in range(3, len(folded) - 2)]


def _split(folded: str, parts: dict[str, str]) -> str | None:
    """Two words that were written as one."""
    return next((f"{parts[a]} {parts[b]}" for a, b in _cuts(folded) if a in parts and b in parts), None)
