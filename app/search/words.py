"""Words as they are looked up: the same for what is published and for what is typed, on every engine."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from snowballstemmer import stemmer

LONGEST = 40  # characters of a word; what is longer is cut
SHORTEST_MENDED = 4  # letters of a word that may be a misspelling of another

# Spellings of one word, by where it is written: each is taken to the American one.
_AMERICAN = [
    (re.compile(r"(?<=[a-z])(?:ae|oe)(?=[a-z])|^(?:ae|oe)(?=[a-z]{3})"), "e"),
    (re.compile(r"our(?=s?$|ed$|ing$|al$)"), "or"),
    (re.compile(r"(?<=[bt])re(?=s?$)"), "er"),
    (re.compile(r"is(?=e$|es$|ed$|ing$|ation$|ations$)"), "iz"),
    (re.compile(r"ysed?$"), "yze"),
    (re.compile(r"ogue$"), "og"),
    (re.compile(r"^sulph"), "sulf"),
]
LONG_ENOUGH = 6  # letters of a word that is respelled: "four" and "shoe" are not

# How a word sounds, by what English and medical Greek spell in several ways. Vowels but the first do not count.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^[kg]n|^pn|^mn", "n"),
        (r"^ps", "s"),
        (r"^pt", "t"),
        (r"^wr", "r"),
        (r"^x", "s"),
        (r"ough", "of"),
        (r"sch", "sk"),
        (r"tch", "k"),
        (r"ch|ck|q", "k"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"gh", ""),
        (r"st(?=m)|sh|tz|z|c(?=[eiy])", "s"),
        (r"x", "ks"),
        (r"dg|g(?=[eiy])", "j"),
        (r"c", "k"),
        (r"[hw]", ""),
    )
]

# Words that say nothing of what a text is about, in English and in Spanish.
STOP = frozenset((Path(__file__).parent / "stopwords.txt").read_text(encoding="utf-8").split())

_WORD = re.compile(r"[^\W_]+")
# "children's", "100.4" and "D70.9" are one word each.
_SPAN = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+|(?<=[0-9])\.(?=[0-9])[^\W_]+)*")
_INNER = str.maketrans("", "", "'’ʼ.")
_LOCK = threading.Lock()
_STEMMER = stemmer("english")


class Word(NamedTuple):
    """A word of a text: where it stands (in code points), how it is folded, and its stem."""

    start: int
    end: int
    folded: str
    stem: str


def words(text: str) -> list[Word]:
    """The words of a text, in order."""
    return [
        Word(match.start(), match.end(), folded, stemmed)
        for match in _SPAN.finditer(text)
        for folded, stemmed in _folded(match.group())
    ]


@lru_cache(maxsize=50_000)
def _folded(span: str) -> tuple[tuple[str, str], ...]:
    """The words of a span without spaces, folded, and their stems."""
    parts = (american(part[:LONGEST]) for part in _WORD.findall(_plain(span.translate(_INNER))))
    return tuple((folded, stem(folded)) for folded in parts)


def stems(text: str) -> list[str]:
    """The stems of a text's words, in order."""
    return [word.stem for word in words(text)]


def key(text: str) -> str:
    """A name as it is looked up: its words without the spaces between them, so that `ear ache` is `earache`."""
    return "".join(word.folded for word in words(text))


@lru_cache(maxsize=50_000)
def stem(folded: str) -> str:
    """What a word's forms share (Snowball's English stemmer, which takes Spanish plurals too)."""
    if not folded.isascii() or not folded.isalpha():
        return folded
    with _LOCK:
        return str(_STEMMER.stemWord(folded)) or folded


def american(folded: str) -> str:
    """A folded word in its American spelling: `anaemia` is `anemia`."""
    if len(folded) < LONG_ENOUGH:
        return folded
    for pattern, instead in _AMERICAN:
        folded = pattern.sub(instead, folded)
    return folded


def sound(folded: str) -> str:
    """How a word sounds, roughly: its consonants, as English speakers hear them."""
    if not folded.isascii() or not folded.isalpha():
        return ""
    for pattern, heard in _SOUNDS:
        folded = pattern.sub(heard, folded)
    folded = re.sub(r"(.)\1+", r"\1", folded)
    first = "a" if folded[:1] in set("aeiouy") else folded[:1]
    return first + re.sub(r"[aeiouy]", "", folded[1:])


def deletes(folded: str) -> set[str]:
    """A word, and what is left of it without any one letter: two words that share one differ by little."""
    return {folded, *(folded[:at] + folded[at + 1 :] for at in range(len(folded)))}


@cache
def synonyms() -> dict[tuple[str, ...], frozenset[tuple[str, ...]]]:
    """For a phrase, as stems, the phrases that mean the same in everyday speech."""
    found: dict[tuple[str, ...], frozenset[tuple[str, ...]]] = {}
    for group in _groups():
        for phrase in group:
            found[phrase] = found.get(phrase, frozenset()) | (group - {phrase})
    return found


@cache
def kept() -> frozenset[str]:
    """Words, folded, that are right as they stand, though others are near."""
    return frozenset(word.folded for line in _lines("kept.txt") for word in words(line))


def _groups() -> Iterator[frozenset[tuple[str, ...]]]:
    for line in _lines("synonyms.txt"):
        yield frozenset(tuple(stems(phrase)) for phrase in line.split("="))


def _lines(name: str) -> Iterator[str]:
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _plain(text: str) -> str:
    """A text without accents and case."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char))
