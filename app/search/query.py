"""What a reader's text means: its words, what they are called otherwise, and how they may have been meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log

from sqlalchemy import Connection

from app.search.engines import Group, alternatives
from app.search.index import NAME, SIGN_SET
from app.search.vocabulary import Mended, completions, known_totals, meant_beginnings, mend, used_words
from app.search.words import SHORTEST_MENDED, STOP, Word, key, stem, synonyms, words

MOST_WORDS = 12  # of a text, the rarest: a sentence has no more that tell
LONGEST_PHRASE = 4  # words of a synonym, or of a name among other words
MOST_NAMING = 16  # words of a text that are looked through for names
RARE = 2  # entries with a stem that may be there for another word
FAR_MORE = 5  # times as many have the word that it may be a slip of
PEOPLE = frozenset(
    map(
        stem,
        ("child", "kid", "baby", "toddler", "boy", "girl", "son", "daughter", "nino", "nina", "bebe", "hijo", "hija"),
    )
)
SHORT = 2  # letters of a word that may mean anything
LITTLE = 0.3  # what is left of the weight of such a word, and of one that says of whom rather than of what


@dataclass(frozen=True)
class Query:
    """A text as it is looked for."""

    text: str
    key: str
    parts: frozenset[str]  # what the text names, if it names something among other words: runs of its words, as keys
    typed: list[Word]
    groups: list[Group]  # the rarest first; one that no content has is empty
    totals: dict[str, Counter[str]]  # for each stem, how many entries of each kind have it
    kinds: Counter[str]  # how many entries there are of each
    completed: bool = False  # whether a word was taken for the beginning of others

    @property
    def known(self) -> list[Group]:
        """The groups that the content has."""
        return [group for group in self.groups if group]

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
        return (LITTLE if tells_little else 1) * log(1 + _held(self.kinds) / (1 + held))

    def total(self, name: str, kind: str | None = None) -> int:
        """How many entries have a stem."""
        totals = self.totals.get(name, Counter())
        return totals[kind] if kind else _held(totals)

    def held(self, groups: Iterable[Group], kind: str) -> int:
        """How many entries of a kind may match all of the groups, at most."""
        return min((sum(min(self.total(s, kind) for s in phrase) for phrase in group) for group in groups), default=0)


def understand(connection: Connection, text: str) -> tuple[Query, Query | None, bool, bool]:
    """A text as it stands, as it may have been meant, if otherwise, and whether the latter is sure, or likely at least.

    It is likely, not sure, where it would be but for a word that is one by itself.
    """
    found = words(text)
    if not found:
        return Query(text, "", frozenset(), [], [], {}, Counter()), None, False, False
    query = _query(connection, text, found, {})
    known = _known(query, found)
    unknown = [word for word in known if not known[word]][:MOST_WORDS]
    begun = completions(connection, unknown)
    beyond = [word for word in unknown if word not in begun]
    mended = mend(connection, beyond) | _slips(connection, query, [word for word in known if known[word]])
    as_typed = _query(connection, text, found, begun) if begun else query
    if not mended or (len(mended) < len(beyond) and not any(repair.names for repair in mended.values())):
        return as_typed, None, False, False
    said = _said(text, found, mended)
    likely = all(word in mended for word in beyond) and all(repair.sure for repair in mended.values())
    sure = likely and not any(repair.a_word for repair in mended.values())
    return as_typed, _query(connection, said, words(said), begun), sure, likely


def beginnings(connection: Connection, text: str) -> Iterator[str]:
    """The beginning of a name that a text is, as a key, then those that it may have been meant for."""
    typed = key(text)
    if not typed:
        return
    yield typed
    *before, last = words(text)
    known = _known(_query(connection, text, before, {}), before) if before else {}
    mended = mend(connection, [word for word in known if not known[word]]) if not all(known.values()) else {}
    begins = "".join(mended[word].word.folded if word in mended else word.folded for word in before)
    if mended:
        yield begins + last.folded
    if len(last.folded) >= SHORTEST_MENDED and last.folded.isalpha():
        for word in meant_beginnings(connection, last.folded):
            yield begins + word


def _slips(connection: Connection, query: Query, known: Sequence[Word]) -> dict[Word, Mended]:
    """Words that only look known, by a stem that the content has hardly ever for another word."""
    rare = [
        word
        for word in known
        if 0 < query.total(word.stem) <= RARE
        and query.totals[word.stem].keys() <= {"section", SIGN_SET}
        and word.folded not in STOP
    ]
    if not rare:
        return {}
    used = used_words(connection, [word.folded for word in rare])
    mended = mend(connection, [word for word in rare if word.folded not in used])
    return {
        word: repair
        for word, repair in mended.items()
        if repair.sure and not repair.a_word and repair.held >= FAR_MORE * query.total(word.stem)
    }


# ---- words into groups


def _held(totals: Counter[str]) -> int:
    """How many entries there are of all kinds."""
    return totals.total() - totals[NAME]


def _query(connection: Connection, text: str, found: Sequence[Word], completions: dict[Word, list[str]]) -> Query:
    asked = [_group(span, completions) for span in _phrases(found)]
    totals = known_totals(connection, {*alternatives(asked), ""})
    kinds = totals.pop("", Counter())
    kept = [frozenset(phrase for phrase in group if all(name in totals for name in phrase)) for group in asked]
    query = Query(text, key(text), _parts(found), list(found), [], totals, kinds, bool(completions))
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


def _said(text: str, found: Sequence[Word], mended: dict[Word, Mended]) -> str:
    """A text with its mended words."""
    shown = (mended[word].shown if word in mended else text[word.start : word.end] for word in found)
    return " ".join(shown)
