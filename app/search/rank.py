"""The one function that ranks, the same on every engine: a name, its beginning, words of a title, words of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from functools import cache
from operator import mul
from typing import NamedTuple

from app.search.engines import Group
from app.search.index import BETWEEN, KINDS, LETTERS, SIGN_SET
from app.search.query import Query
from app.search.words import STOP, words

ORDER = {kind: at for at, kind in enumerate((*KINDS, SIGN_SET))}  # of equals
MATCHES = ("exact", "prefix", "title", "text", "some")
TITLE, NEAR_TITLE, BODY = 1.0, 0.6, 0.4  # what a word counts for, by where it stands
LONG_TEXT = 200  # words
APART = 0.5  # what is left of that where the words of a phrase do not stand together
PREFERRED = {"condition": 0.1, "warning-sign": 0.05}  # of two that match alike, what is looked for most
SHORT = 0.5  # of a sign that is said: with less, it is a text rather than a title
MOSTLY = 0.5  # of what a text says that a name among its words must be, where not all of it matches


class Phrase(NamedTuple):
    """Words that mean something together, as stems between spaces, and how they read so."""

    words: Sequence[str]
    together: str


class Either(NamedTuple):
    """What means the same: words, as stems between spaces, and phrases of several."""

    words: Sequence[str]
    phrases: Sequence[Phrase]


class Sought(NamedTuple):
    """What is looked for in a kind, whose letter stands before each stem: groups, and what each weighs."""

    letter: str
    begins: str  # what each word in a text begins with
    groups: Sequence[Either]
    weights: Sequence[float]
    weight: float  # of all together
    stems: Set[str]
    words: Sequence[str]  # the stems between spaces


class Named(NamedTuple):
    """A name that begins as the text does: how it is looked up, from which of its words on, and how it is shown."""

    key: str
    word: int
    name: str | None


class Candidate(NamedTuple):
    """An entry that may be shown: its texts as stems, and the names that begin as the text does.

    They are as the entry has them: each stem behind its kind's letter and between spaces, so that a text is looked
    through without being split, and BETWEEN after each name or piece.
    """

    id: int
    kind: str
    slug: str
    part: str
    rank: int
    title: str
    context: str
    body: str
    names: Sequence[Named]

    @property
    def called(self) -> list[str]:
        """The stems of its own name."""
        return [stem[1:] for stem in self.title.partition(BETWEEN)[0].split()]


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
    weights = [query.weight(group) for group in query.groups]
    asked = {kind: _sought(letter, query.groups, weights) for kind, letter in LETTERS.items()}
    for candidate in candidates:
        found = _rank(query, asked[candidate.kind], candidate)
        thing = (candidate.kind, candidate.slug, candidate.part)
        if found and (thing not in best or found.place < best[thing].place):
            best[thing] = found
    return sorted(best.values(), key=lambda found: found.place)


def _sought(letter: str, groups: Sequence[Group], weights: Sequence[float]) -> Sought:
    marked = [[[f" {letter}{stem} " for stem in phrase] for phrase in group] for group in groups]
    either = [
        Either(
            [phrase[0] for phrase in group if len(phrase) == 1],
            [Phrase(phrase, "".join(phrase).replace("  ", " ")) for phrase in group if len(phrase) > 1],
        )
        for group in marked
    ]
    words_ = {word for group in marked for phrase in group for word in phrase}
    return Sought(
        letter, f" {letter}", either, weights, sum(weights) or 1.0, {word.strip() for word in words_}, list(words_)
    )


@cache
def _telling_nothing(letter: str) -> Set[str]:
    return {f"{letter}{word}" for word in STOP}


def _rank(query: Query, asked: Sought, candidate: Candidate) -> Ranked | None:
    said = _said(asked, candidate.title)
    # A sign is a whole sentence: it is a title only where the text says much of it.
    title = "" if candidate.kind == "warning-sign" and said < SHORT else candidate.title
    # A condition's own context is its signs: they are text of it. Any other's is the name that it belongs to.
    near = "" if candidate.kind == "condition" else candidate.context
    places = [_place(asked, group, candidate, title, near) for group in asked.groups]
    least, most = min(places, default=0.0), max(places, default=0.0)
    preferred = PREFERRED.get(candidate.kind, 0)
    score = sum(map(mul, asked.weights, places)) / asked.weight + preferred
    name, naming, exact = _named(query, asked, candidate, places) if candidate.names else (None, 0.0, False)
    if exact:
        match = 0
    elif name and naming < 1 and name.key in query.parts:
        match, score = 2, naming + said + (least > 0) + preferred
    elif name:
        match = 1
    elif least >= NEAR_TITLE and most == TITLE:
        match, score = 2, score + said
    elif least > 0:
        match = 3
    elif most > 0:
        match, score = 4, score + said / 2
    else:
        return None
    if candidate.kind == SIGN_SET:
        score += _said(asked, candidate.context)
    settled = (ORDER[candidate.kind], candidate.slug, candidate.part, candidate.rank)
    return Ranked(match, round(score, 6), settled, candidate, name.name if name else None)


def _place(asked: Sought, group: Either, candidate: Candidate, title: str, near: str) -> float:
    """What a group counts for, by the best place that one of it stands in; 0 where none stands in any."""
    best = 0.0
    for word in group.words:
        if word in title:
            return TITLE
        place = NEAR_TITLE if word in near else _in_text(asked, candidate, _often(candidate, word))
        if place > best:
            best = place
    for phrase in group.phrases:
        if all(word in title for word in phrase.words):
            place = TITLE
        elif all(word in title or word in near for word in phrase.words):
            place = NEAR_TITLE
        else:
            place = _in_text(asked, candidate, min(_often(candidate, word) for word in phrase.words))
        together = any(phrase.together in text for text in (candidate.title, candidate.context, candidate.body))
        best = max(best, place if together else place * APART)
    return best


def _often(candidate: Candidate, word: str) -> int:
    """How often a word stands in a text, or 1 where only what is not counted as title or context has it."""
    return candidate.body.count(word) or word in candidate.title or word in candidate.context


def _in_text(asked: Sought, candidate: Candidate, often: int) -> float:
    """What counts for a word so often in a text, as in BM25: each time less, and less in a long text."""
    if not often:
        return 0.0
    return BODY * 2 * often / (often + 1 + candidate.body.count(asked.begins) / LONG_TEXT)


def _said(asked: Sought, text: str) -> float:
    """How much of the one that is said best of some short texts: of `Fever` more than of `Rheumatic fever`."""
    best = 0.0
    if not any(map(text.__contains__, asked.words)):  # of most: to take it apart takes longer
        return best
    for name in text.split(BETWEEN):
        stems = name.split()
        if not asked.stems.isdisjoint(stems):
            telling = [stem for stem in stems if stem not in _telling_nothing(asked.letter)] or stems
            best = max(best, sum(stem in asked.stems for stem in telling) / len(telling))
    return best


def _named(
    query: Query, asked: Sought, candidate: Candidate, places: Sequence[float]
) -> tuple[Named | None, float, bool]:
    """Its name that the text is or has, how much of what the text says is in its names, and whether it is the text."""
    naming = sum([weight for weight, place in zip(asked.weights, places, strict=True) if place == TITLE]) / asked.weight
    mostly = min(places, default=0.0) > 0 or naming >= MOSTLY
    name, exact = _name(query, candidate, mostly)
    return name, naming, exact


def _name(query: Query, candidate: Candidate, mostly: bool) -> tuple[Named | None, bool]:
    """The name that is the text, begins with it or is most of what it says, and whether it is the text."""
    typed = [word.folded for word in query.typed]
    whole = [name for name in candidate.names if name.key == query.key and name.word <= 0]
    if whole:
        return next((name for name in whole if name.name), whole[0]), True
    for name in candidate.names:
        if name.word == 0 and name.name and [word.folded for word in words(name.name)][: len(typed)] == typed:
            return name, False
    for name in candidate.names:
        if mostly and name.word == 0 and name.key in query.parts:
            return name, False
    begun = query.completed or not any(query.groups)
    begins = (name for name in candidate.names if begun and name.name and name.key.startswith(query.key))
    return next(begins, None), False
