"""What reading a page takes of a language: one table of rules each, all of them general patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import Pattern
from typing import Literal

from app.pack import Audience

Note = Literal[
    "list-lost", "list-unclear", "no-signs", "set-list-lost", "set-umbrella", "set-examples", "set-left-out", "set-open"
]


def rule(*patterns: str) -> Pattern[str]:
    """Any of the patterns, in either case."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def exact(*patterns: str) -> Pattern[str]:
    """Any of the patterns, in the case they are written in: names and shouted syllables."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def plain(text: str) -> str:
    """The text with typewriter apostrophes, character for character: what the rules are matched against."""
    return text.replace("’", "'").replace("‘", "'")


@dataclass(frozen=True)
class Layout:
    """What names the parts of a page and tells them from navigation."""

    audience_lines: Mapping[Audience, Pattern[str]]
    audience_paths: Mapping[Audience, Pattern[str]]
    title_frame: Pattern[str]
    furniture: Pattern[str]
    menu_words: Pattern[str]
    related: Pattern[str]
    related_label: Pattern[str]
    teaser: Pattern[str]
    teaser_hint: Pattern[str]
    teaser_subject: Pattern[str]
    article_audience: Mapping[Audience, Pattern[str]]
    dangling: Pattern[str]
    cut_item: Pattern[str]
    abbreviation: Pattern[str]


@dataclass(frozen=True)
class Credits:
    """Who reviewed the page and when; the dates that are no review."""

    reviewed_by: Pattern[str]
    reviewed_on: Pattern[str]
    next_review_on: Pattern[str]
    published_on: Pattern[str]
    modified_on: Pattern[str]
    months: tuple[str, ...]


@dataclass(frozen=True)
class Aspects:
    """Which question a heading or a paragraph answers, first match first; and our own heading where there is none."""

    by_heading: tuple[tuple[str, Pattern[str]], ...]
    by_text: tuple[tuple[str, Pattern[str]], ...]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Organisation:
    """Places of care, and the groups that links of the organisation fall into; the last group takes the rest."""

    kinds: tuple[tuple[str, Pattern[str]], ...]
    joined: Pattern[str]
    no_town: Pattern[str]
    groups: tuple[tuple[str, str, Pattern[str]], ...]


@dataclass(frozen=True)
class Calls:
    """How a sentence calls for care, and all that keeps it from being a call.

    `directive` is the order itself. `order` is what may stand right before it, `limits` what narrows it, `negated` what
    turns it round, `courage` the negations that do not ("don't wait"). `if_first` and `if_after` find the condition,
    `aside` what may not stand between. `stub` are the words of a condition that only points to a list.
    """

    directive: Pattern[str]
    heading: Pattern[str]
    label: Pattern[str]
    order: Pattern[str]
    needs: Pattern[str]
    needer: Pattern[str]
    having: str
    limits: Pattern[str]
    negated: Pattern[str]
    courage: Pattern[str]
    but: Pattern[str]
    other_matter: Pattern[str]
    other_cause: Pattern[str]
    exception: Pattern[str]
    telling: Pattern[str]
    these: Pattern[str]
    if_word: Pattern[str]
    if_first: Pattern[str]
    if_after: Pattern[str]
    joint: Pattern[str]
    conditional: Pattern[str]
    aside: Pattern[str]
    stub: frozenset[str]
    not_a_sign: Pattern[str]
    dangling_subject: Pattern[str]
    immediate: Pattern[str]
    urgent: Pattern[str]
    non_urgent: Pattern[str]
    emergency: Pattern[str]
    doctor: Pattern[str]


@dataclass(frozen=True)
class SignWords:
    """How signs are named inside a call: one, several, or any of a kind."""

    holder: Pattern[str]
    and_clause: Pattern[str]
    bearer: Pattern[str]
    umbrella: Pattern[str]
    any_: Pattern[str]
    definite: Pattern[str]
    alarming: Pattern[str]
    kind_ends: Pattern[str]
    examples: Pattern[str]
    examples_end: Pattern[str]
    include: Pattern[str]
    these_include: Pattern[str]
    about_signs: Pattern[str]
    open_ended: Pattern[str]
    unfinished: Pattern[str]
    item_end: Pattern[str]
    alternative: Pattern[str]
    conjunction: Pattern[str]
    and_: Pattern[str]
    or_: Pattern[str]
    or_at_end: Pattern[str]
    or_at_start: Pattern[str]
    goes_on: Pattern[str]
    stands_alone: Pattern[str]
    preposition: Pattern[str]
    place: Pattern[str]
    trouble: Pattern[str]
    ing: Pattern[str]
    negates: Pattern[str]
    article: Pattern[str]


@dataclass(frozen=True)
class Explanations:
    """How a page explains a medical word."""

    subject: Pattern[str]
    defined: Pattern[str]
    called: Pattern[str]
    also_called: Pattern[str]
    name_split: Pattern[str]
    gloss: Pattern[str]
    apposition: Pattern[str]
    before_term: Pattern[str]
    common: Pattern[str]
    needs_before: Pattern[str]
    says: Pattern[str]


@dataclass(frozen=True)
class Words:
    """One language."""

    lang: str
    function_words: frozenset[str]
    layout: Layout
    credits: Credits
    aspects: Aspects
    organisation: Organisation
    calls: Calls
    signs: SignWords
    explanations: Explanations
    patients: Mapping[Audience, str]
    notes: Mapping[Note, str]


def language_of(texts: Sequence[str], languages: Sequence[Words], named: str) -> Words | None:
    """The language whose small words the texts are full of; None where no language stands out.

    Fewer will do where the page names the language, or calls for care in it.
    """
    counts = dict.fromkeys((words.lang for words in languages), 0)
    total = 0
    for text in texts:
        tokens = re.findall(r"[^\W\d_]+", text.casefold())
        total += len(tokens)
        for words in languages:
            counts[words.lang] += sum(token in words.function_words for token in tokens)
    ranked = sorted(languages, key=lambda words: counts[words.lang], reverse=True)
    best, rest = counts[ranked[0].lang], max((counts[words.lang] for words in ranked[1:]), default=0)
    sure = named == ranked[0].lang or any(ranked[0].calls.directive.search(plain(text)) for text in texts)
    return ranked[0] if best * (8 if sure else 5) >= total > 0 and best > 2 * rest else None


_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]+[\"”’»)\]]*\s+(?=[\"“‘«(\[¿¡]*[A-ZÁÉÍÓÚÜÑ0-9])")


def sentences(text: str, words: Words) -> list[str]:
    """The sentences of a text, as they stand."""
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if not words.layout.abbreviation.search(text[max(start, end.end() - 16) : end.end()].rstrip()):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return [*found, text[start:].strip()] if text[start:].strip() else found
