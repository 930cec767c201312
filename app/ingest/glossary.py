"""Medical words that a page explains, each with its explanation as the page words it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import NamedTuple

from app.ingest.parts import Listing, Part, Prose
from app.ingest.words import Words, plain, sentences

MAX_SENTENCE = 1_000
_PARENTHESIS = re.compile(r"\(([^()]{2,200})\)")
_AFTER_SAYING = re.compile(r"\s*\([^()]{2,80}\),\s+([^.,;:()]{6,200})(?=[.;]|$)")
_BEFORE_ALSO = re.compile(r"(?:\s*\([^()]{2,80}\))?[\s,(]*(?:(?:is|are|es|son)\s+)?$")
_SYLLABLES = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?(?:-[^\W\d_]+)*")
_HEARD = ((r"ph", "f"), (r"c(?=[eiy])|z", "s"), (r"[cq]", "k"), (r"x", "ks"), (r"[^bdfgjklmnprstv]", ""))


@dataclass(frozen=True, slots=True)
class FoundTerm:
    """A word with its meaning and the lines that explain it."""

    term: str
    meaning: str
    numbers: tuple[int, ...]
    pronunciation: str | None = None
    also_called: tuple[str, ...] = ()


class Naming(NamedTuple):
    """Another name of a word, or how it is said, and the lines that give it."""

    word: str
    other: str
    numbers: tuple[int, ...]


class Glossary(NamedTuple):
    """What a page says of words: those it explains, how words are said, what else they are called."""

    terms: list[FoundTerm]
    sayings: list[Naming]
    names: list[Naming]


class _Passage(NamedTuple):
    """One sentence; `before` is the one before it in its paragraph, `whole` is false for what leads into a list."""

    text: str
    numbers: tuple[int, ...]
    before: str | None
    whole: bool


def read_glossary(parts: Sequence[Part], words: Words) -> Glossary:
    """Every word that the parts explain, each once, with its pronunciation and other names."""
    passages = [passage for passage in _passages(parts, words) if len(passage.text) <= MAX_SENTENCE]
    sayings = [saying for passage in passages for saying in _sayings(passage, words)]
    names = [name for passage in passages for name in _names(passage, words)]
    terms: dict[str, FoundTerm] = {}
    for term in (term for passage in passages for term in _explained(passage, words)):
        terms.setdefault(same_word(term.term), term)
    for saying in sayings:
        if (key := same_word(saying.word)) in terms and terms[key].pronunciation is None:
            terms[key] = replace(terms[key], pronunciation=saying.other, numbers=_both(terms[key], saying))
    for name in names:
        if (key := same_word(name.word)) in terms and name.other not in terms[key].also_called:
            also = (*terms[key].also_called, name.other)
            terms[key] = replace(terms[key], also_called=also, numbers=_both(terms[key], name))
    return Glossary(list(terms.values()), sayings, names)


def same_word(term: str) -> str:
    """What a word and its plural have in common."""
    return re.sub(r"(?<=\w{3})s$", "", plain(term).casefold())


def _passages(parts: Sequence[Part], words: Words) -> Iterator[_Passage]:
    for block in (block for part in parts for block in part.blocks):
        if isinstance(block, Prose):
            before = None
            for sentence in sentences(block.text, words):
                yield _Passage(sentence, block.numbers, before, whole=True)
                before = sentence
        elif block.lead:
            yield _Passage(block.lead, block.numbers, None, whole=False)
        if isinstance(block, Listing):
            for item in block.items:
                yield _Passage(item.text, item.numbers, None, whole=False)


def _both(term: FoundTerm, naming: Naming) -> tuple[int, ...]:
    return tuple(sorted({*term.numbers, *naming.numbers}))


def _explained(passage: _Passage, words: Words) -> Iterator[FoundTerm]:
    """The words that one sentence explains."""
    rules, text, flat = words.explanations, passage.text, plain(passage.text)
    meaning = text
    if passage.before and rules.needs_before.search(flat):
        meaning = f"{passage.before} {text}"
    spans = []
    if passage.whole:
        spans += [(found.span("term"), meaning) for found in [rules.defined.match(flat)] if found]
        spans += [(found.span("term"), meaning) for found in rules.called.finditer(flat)]
    spans += [(found.span("term"), text[slice(*found.span("gloss"))]) for found in rules.apposition.finditer(flat)]
    for found in _PARENTHESIS.finditer(text):
        if rules.gloss.search(plain(found[1])):
            spans.append((_noun_before(flat, found.start(), words), found[1]))
    for saying in _sayings(passage, words):
        at = text.find(saying.word)
        glossed = _AFTER_SAYING.match(text, at + len(saying.word))
        if passage.whole and glossed and rules.gloss.search(plain(glossed[1])):
            spans.append(((at, at + len(saying.word)), glossed[1]))
    for (start, end), explained in spans:
        if start < end and not rules.common.search(flat[start:end]):
            yield FoundTerm(text[start:end], explained.strip(), passage.numbers)


def _noun_before(text: str, end: int, words: Words) -> tuple[int, int]:
    """The span of the noun that ends here: back to a small word or a comma, one word where neither is near."""
    tokens = list(re.finditer(r"[\w'-]+(?P<stop>[,;:(]?)", text[:end]))[-5:]
    start = len(tokens)
    for at in range(len(tokens) - 1, -1, -1):
        if words.explanations.before_term.search(tokens[at][0]) or (tokens[at]["stop"] and at < len(tokens) - 1):
            break
        start = at
    else:
        start = 0 if tokens and tokens[0].start() == 0 else len(tokens) - 1
    return (tokens[start].start(), tokens[-1].end()) if 0 <= start < len(tokens) else (0, 0)


def _sayings(passage: _Passage, words: Words) -> Iterator[Naming]:
    """Words with how they are said: `neutrophils (NOO-treh-filz)`."""
    for found in _PARENTHESIS.finditer(passage.text):
        marked = words.explanations.says.match(found[1])
        said = found[1][marked.end() if marked else 0 :].strip()
        groups = plain(said).split()
        if not groups or not all(_SYLLABLES.fullmatch(group) for group in groups):
            continue
        word = " ".join(passage.text[: found.start()].split()[-len(groups) :]).strip(' ,.;:()“”"')
        if word and _sounds_like(word, said, marked=bool(marked)):
            yield Naming(word, said, passage.numbers)


def _sounds_like(word: str, said: str, *, marked: bool) -> bool:
    """`noo-treh-PEE-nee-eh` says neutropenia; `HIV-positive` says nothing."""
    alike = SequenceMatcher(None, _sound(word), _sound(said)).ratio()
    syllables = re.split(r"[-\s]", said)
    shouted = any(len(syllable) > 1 and syllable.isupper() for syllable in syllables)
    needed = 0.9 if len(syllables) == 1 else 0.5 if shouted else 0.65
    return marked or (alike >= needed and (shouted or "-" in said))


def _sound(text: str) -> str:
    """The consonants that are heard, so that spellings of one sound are alike."""
    sound = plain(text).casefold()
    for spelling, heard in _HEARD:
        sound = re.sub(spelling, heard, sound)
    return re.sub(r"(.)\1+", r"\1", sound)


def _names(passage: _Passage, words: Words) -> Iterator[Naming]:
    """Other names of a word: `also called …`, and short forms with what they stand for, either way round."""
    text, flat = passage.text, plain(passage.text)
    for found in words.explanations.also_called.finditer(flat):
        word = _named_before(passage, found.start(), words)
        for name in words.explanations.name_split.split(text[found.start("names") : found.end("names")]):
            if word and name.strip():
                yield Naming(word, name.strip(), passage.numbers)
    for found in _PARENTHESIS.finditer(text):
        inside, tokens = found[1].strip(), re.findall(r"[\w'’-]+", text[: found.start()])
        for short, long in ((inside, " ".join(tokens[-len(inside) :])), (tokens[-1] if tokens else "", inside)):
            if _stands_for(short, long):
                yield Naming(short, long, passage.numbers)
                yield Naming(long, short, passage.numbers)


def _named_before(passage: _Passage, at: int, words: Words) -> str:
    """The word that "also called" speaks of; where it speaks of "it", what the sentence before begins with."""
    flat = plain(passage.text)
    if passage.before and words.explanations.needs_before.search(flat):
        subject = words.explanations.subject.match(plain(passage.before))
        return passage.before[slice(*subject.span("term"))] if subject else ""
    before = _BEFORE_ALSO.search(flat, max(0, at - 120), at)
    return passage.text[slice(*_noun_before(flat, before.start() if before else at, words))]


def _stands_for(short: str, long: str) -> bool:
    initials = "".join(token[0] for token in re.split(r"[\s-]+", long) if token)
    return 2 <= len(short) <= 6 and short.isalpha() and short.isupper() and initials.upper() == short
