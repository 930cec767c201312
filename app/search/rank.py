"""The one function that ranks, the same on every engine: a name, its beginning, words of a title, words of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.search.engines import Group
from app.search.index import KINDS, SIGN_SET
from app.search.query import Query
from app.search.words import STOP, words

MATCHES = ("exact", "prefix", "title", "text", "some")
TITLED = 2  # the last match that is by a name or a title
TITLE, NEAR_TITLE, BODY = 1.0, 0.6, 0.4  # what a word counts for, by where it stands
LONG_TEXT = 200  # words
APART = 0.5  # what is left of that where the words of a phrase do not stand together
PREFERRED = {"condition": 0.1, "warning-sign": 0.05}  # of two that match alike, what is looked for most
SHORT = 0.5  # of a sign that is said: with less, it is a text rather than a title
MOSTLY = 0.5  # of what a text says that a name among its words must be, where not all of it matches


class Named(NamedTuple):
    """A name that begins as the text does: how it is looked up, from which of its words on, and how it is shown."""

    key: str
    word: int
    name: str | None


@dataclass(frozen=True)
class Candidate:
    """An entry that may be shown: its stems, without the letter of its kind, and the names that begin as the text."""

    id: int
    kind: str
    slug: str
    part: str
    rank: int
    titles: Sequence[Sequence[str]]
    contexts: Sequence[Sequence[str]]
    body: Sequence[str]
    names: Sequence[Named]

    @cached_property
    def title(self) -> frozenset[str]:
        """The stems of all its names."""
        return frozenset(stem for name in self.titles for stem in name)

    @cached_property
    def context(self) -> frozenset[str]:
        """The stems of what stands around it."""
        return frozenset(stem for text in self.contexts for stem in text)

    @cached_property
    def often(self) -> Counter[str]:
        """How often each stem stands in its text."""
        return Counter(self.body)

    def together(self, phrase: tuple[str, ...]) -> bool:
        """Whether the words of a phrase stand beside each other somewhere."""
        spaced = f" {' '.join(phrase)} "
        return any(spaced in f" {' '.join(text)} " for text in (*self.titles, *self.contexts, self.body))


class Ranked(NamedTuple):
    """A candidate's place: by its match, its score (the greater, the better), and what settles the rest."""

    match: int
    score: float
    settled: tuple[int, str, str, int]
    candidate: Candidate
    named: str | None

    @property
    def place(self) -> tuple[int, float, tuple[int, str, str, int]]:
        """What is sorted by."""
        return self.match, -self.score, self.settled


def ranked(query: Query, candidates: Iterable[Candidate]) -> list[Ranked]:
    """Candidates, the likeliest first, each thing once; those that match nothing are left out."""
    best: dict[tuple[str, str, str], Ranked] = {}
    for candidate in candidates:
        found = _rank(query, candidate)
        thing = (candidate.kind, candidate.slug, candidate.part)
        if found and (thing not in best or found.place < best[thing].place):
            best[thing] = found
    return sorted(best.values(), key=lambda found: found.place)


def _rank(query: Query, candidate: Candidate) -> Ranked | None:
    weights = [(query.weight(group), _where(group, candidate, _title(query, candidate))) for group in query.groups]
    total = sum(weight for weight, _ in weights) or 1.0
    score = sum(weight * place for weight, place in weights) / total + PREFERRED.get(candidate.kind, 0)
    naming = sum(weight for weight, place in weights if place == TITLE) / total
    places = [place for _, place in weights]
    whole = bool(places) and min(places) > 0
    name, exact = _name(query, candidate, whole or naming >= MOSTLY)
    said = _said(query, candidate.titles)
    if exact:
        match = 0
    elif name and naming < 1 and name.key in query.parts:
        match, score = 2, naming + said + whole + PREFERRED.get(candidate.kind, 0)
    elif name:
        match = 1
    elif places and min(places) >= NEAR_TITLE and max(places) == TITLE:
        match, score = 2, score + said
    elif whole:
        match = 3
    elif any(places):
        match, score = 4, score + said / 2
    else:
        return None
    if candidate.kind == SIGN_SET:
        score += _said(query, candidate.contexts)
    kind = KINDS.index(candidate.kind) if candidate.kind in KINDS else len(KINDS)
    settled = (kind, candidate.slug, candidate.part, candidate.rank)
    return Ranked(match, round(score, 6), settled, candidate, name.name if name else None)


def _title(query: Query, candidate: Candidate) -> frozenset[str]:
    """The stems of a title; of a sign that is a whole sentence, only where the text says much of it."""
    long = candidate.kind == "warning-sign" and _said(query, candidate.titles) < SHORT
    return frozenset() if long else candidate.title


def _where(group: Group, candidate: Candidate, title: frozenset[str]) -> float:
    """What a group counts for, by the best place that one of its phrases stands in; 0 where none does."""
    return max((_counted(phrase, candidate, title) for phrase in group), default=0.0)


def _counted(phrase: tuple[str, ...], candidate: Candidate, title: frozenset[str]) -> float:
    together = len(phrase) == 1 or candidate.together(phrase)
    # A condition's own context is its signs: they are text of it. Any other's is the name that it belongs to.
    context = frozenset() if candidate.kind == "condition" else candidate.context
    if title.issuperset(phrase):
        place = TITLE
    elif (title | context).issuperset(phrase):
        place = NEAR_TITLE
    elif (candidate.title | candidate.context | candidate.often.keys()).issuperset(phrase):
        times = min(candidate.often.get(stem, 1) for stem in phrase)
        # As in BM25: the more often, the less each time; in a long text, less.
        place = BODY * 2 * times / (times + 1 + len(candidate.body) / LONG_TEXT)
    else:
        return 0.0
    return place if together else place * APART


def _said(query: Query, texts: Sequence[Sequence[str]]) -> float:
    """How much of the one that is said best of some short texts: of `Fever` more than of `Rheumatic fever`."""
    stems = {stem for group in query.groups for phrase in group for stem in phrase}
    telling = ([stem for stem in name if stem not in STOP] or name for name in texts if name)
    return max((sum(stem in stems for stem in name) / len(name) for name in telling), default=0.0)


def _name(query: Query, candidate: Candidate, mostly: bool) -> tuple[Named | None, bool]:
    """The name that is the text, begins with it or is most of what it says, and whether it is the text."""
    typed = [word.folded for word in query.typed]
    for name in candidate.names:
        if name.key == query.key and name.word <= 0:
            return name, True
    for name in candidate.names:
        if name.word == 0 and name.name and [word.folded for word in words(name.name)][: len(typed)] == typed:
            return name, False
    for name in candidate.names:
        if mostly and name.word == 0 and name.key in query.parts:
            return name, False
    begun = query.completed or not any(query.groups)
    begins = (name for name in candidate.names if begun and name.name and name.key.startswith(query.key))
    return next(begins, None), False
