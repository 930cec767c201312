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
APART = 0.5  # what is left of that where the words of a phrase do not stand together
PREFERRED = {"condition": 0.3, "warning-sign": 0.1}  # of two that match alike, what is looked for most


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
    weights = [(query.weight(group), _where(group, candidate)) for group in query.groups]
    total = sum(weight for weight, _ in weights) or 1.0
    score = sum(weight * place for weight, place in weights) / total + PREFERRED.get(candidate.kind, 0)
    name, exact = _name(query, candidate)
    places = [place for _, place in weights]
    if exact:
        match = 0
    elif name:
        match = 1
    elif places and min(places) >= NEAR_TITLE and max(places) == TITLE:
        match = 2
        score += _said(query, candidate.titles)
    elif places and min(places) > 0:
        match = 3
    elif any(places):
        match = 4
        score += _said(query, candidate.titles) / 2
    else:
        return None
    if candidate.kind == SIGN_SET:
        score += _said(query, candidate.contexts)
    kind = KINDS.index(candidate.kind) if candidate.kind in KINDS else len(KINDS)
    settled = (kind, candidate.slug, candidate.part, candidate.rank)
    return Ranked(match, round(score, 6), settled, candidate, name.name if name else None)


def _where(group: Group, candidate: Candidate) -> float:
    """What a group counts for, by the best place that one of its phrases stands in; 0 where none does."""
    best = 0.0
    for phrase in group:
        if all(stem in candidate.title for stem in phrase):
            return TITLE
        apart = APART if len(phrase) > 1 and not candidate.together(phrase) else 1
        if all(stem in candidate.title or stem in candidate.context for stem in phrase):
            best = max(best, NEAR_TITLE * apart)
        elif all(stem in candidate.title or stem in candidate.context or stem in candidate.often for stem in phrase):
            times = min(candidate.often.get(stem, 1) for stem in phrase)
            best = max(best, BODY * apart * (1 + times / (times + 2)) / 2)
    return best


def _said(query: Query, texts: Sequence[Sequence[str]]) -> float:
    """How much of the one that is said best of some short texts: of `Fever` more than of `Rheumatic fever`."""
    stems = {stem for group in query.groups for phrase in group for stem in phrase}
    telling = ([stem for stem in name if stem not in STOP] or name for name in texts if name)
    return max((sum(stem in stems for stem in name) / len(name) for name in telling), default=0.0)


def _name(query: Query, candidate: Candidate) -> tuple[Named | None, bool]:
    """The name that is the text or begins with it, and whether it is the whole of it."""
    typed = [word.folded for word in query.typed]
    for name in candidate.names:
        if name.key == query.key and name.word == 0:
            return name, True
    for name in candidate.names:
        if name.word == 0 and name.name and [word.folded for word in words(name.name)][: len(typed)] == typed:
            return name, False
    begun = query.completed or not any(query.groups)
    return next((name for name in candidate.names if begun and name.name), None), False
