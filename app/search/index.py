"""What a search may find, made when it is published: entries, their names, and the words that the content uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from app import models, present, schemas
from app.db import batches, delete_each
from app.editions import ORDER
from app.pack import Audience, Kind
from app.present import Address
from app.rows import KINDS as RECORD_KINDS
from app.rows import FlatRow
from app.search import words
from app.search.words import key

NAME = "name"  # under which `search_stem` counts what conditions are called by
SIGN_SET = "sign-set"  # the kind of what the urgent block is found by; never an item
LETTERS = {
    "condition": "c",
    "warning-sign": "w",
    "section": "s",
    "glossary": "g",
    "article": "a",
    "directory": "d",
    "location": "l",
    SIGN_SET: "u",
}
KINDS = tuple(kind for kind in LETTERS if kind != SIGN_SET)  # in the order that equals are ranked in
BETWEEN = "|"  # stands between texts where words do: SQLite passes over it, and nobody asks PostgreSQL for it
SYMPTOMS = "SymptomsHealthAspect"
LONGEST_LIST = 300  # characters of a list that a snippet shows whole
LONGEST_NAME = 200  # characters of a name's key
LATER_WORDS = 6  # words of a name that it may be found from, if it is not a place's
AS_A_WHOLE = -1  # the word that an acronym is found from: the text must be all of it
ACRONYM = re.compile(r"[A-Z]{1,3}")
# Ends of sentences that are one for sure: after a word of four letters, so not after `Dr.`, `e.g.` or `vs.`.
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{4}[.!?])\s+(?=[\"“(¿¡]?[A-ZÁÉÍÓÚÑ])")

_ENDS = re.compile(r"[.!?…][\"”’»)\]]*$")


class Name(NamedTuple):
    """Another name of an entry; `shown` is false for what readers never see (a misspelling, a code)."""

    text: str
    shown: bool = True
    titles: bool = True  # whether its words are the entry's title's too


@dataclass
class Entry:
    """An entry before it is stored: what `models.SearchEntry` says, in words that are not yet folded."""

    kind: str
    record_kind: Kind
    record_slug: str
    title: str
    item: schemas.FoundRecord
    part: str = ""
    condition_id: int | None = None
    edition_id: int | None = None
    rank: int = 0
    names: list[Name] = field(default_factory=list)
    context: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    said_as: str | None = None


@dataclass
class Vocabulary:
    """What entries that come and go add to the words that are known, and take from them."""

    next_id: int
    stems: Counter[tuple[str, str]] = field(default_factory=Counter)
    words: dict[str, tuple[str, str]] = field(default_factory=dict)  # a word's stem, and how it is shown
    spellings: set[tuple[str, str]] = field(default_factory=set)


# ---- writing


@contextmanager
def vocabulary(session: Session) -> Iterator[Vocabulary]:
    """What entries that are forgotten and written meanwhile change, which is stored once, in the end."""
    newest = session.scalar(select(func.max(models.SearchEntry.id)))
    gathered = Vocabulary(next_id=(newest or 0) + 1)
    yield gathered
    _forget_words(session, _count(session, gathered.stems))
    _learn(session, gathered)


def write(session: Session, made: Iterable[tuple[Entry, bytes]], vocabulary: Vocabulary) -> None:
    """Store entries, each with its item's body, and gather their words."""
    entries: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    for entry, body in made:
        entries.append(_row(entry, body, vocabulary))
        names += _name_rows(entry, vocabulary.next_id)
        vocabulary.next_id += 1
    for rows, table in ((entries, models.SearchEntry), (names, models.SearchName)):
        if rows:
            session.execute(insert(table), rows)


def forget(session: Session, kind: Kind, slugs: Sequence[str], vocabulary: Vocabulary) -> None:
    """Delete the entries of records, and take their words from what is counted."""
    entry = models.SearchEntry
    of = (col(entry.record_kind) == kind, col(entry.record_slug).in_(slugs))
    words_ = (col(entry.title_words), col(entry.context_words), col(entry.body_words))
    columns = select(col(entry.kind), *words_).where(*of)
    for row in session.execute(columns):
        vocabulary.stems.subtract(_counted(row.kind, (term[1:] for term in _terms(row)), row.title_words))
    if kind == Kind.condition:
        _forget_misspellings(session, of)
    session.exec(delete(entry).where(*of))


def _count(session: Session, changes: Mapping[tuple[str, str], int]) -> set[str]:
    """Add to how many entries of a kind hold a stem, and return the stems that none of a kind holds any more."""
    stem = models.SearchStem
    columns = select(col(stem.stem), col(stem.kind), col(stem.total))
    gone: set[str] = set()
    for batch in batches((name, change) for name, change in changes.items() if change):
        held = columns.where(col(stem.stem).in_({name for (name, _kind), _ in batch}))
        before = {(row.stem, row.kind): row.total for row in session.execute(held)}
        delete_each(session, (stem.stem, stem.kind), [name for name, _ in batch])
        after = [(*name, change + before.get(name, 0)) for name, change in batch]
        rows = [{"stem": name, "kind": kind, "total": total} for name, kind, total in after if total > 0]
        gone.update(name for name, _kind, total in after if total <= 0)
        if rows:
            session.execute(insert(stem), rows)
    return gone


def _forget_words(session: Session, stems: Iterable[str]) -> None:
    """Delete the words of stems that no entry of any kind holds."""
    stem, word = models.SearchStem, models.SearchWord
    held = select(col(stem.stem)).where(col(stem.stem) == word.stem).exists()
    for some in batches(stems):
        session.exec(delete(word).where(col(word.stem).in_(some), ~held))


def _learn(session: Session, vocabulary: Vocabulary) -> None:
    """Store the words that are new, with what they are found by."""
    word, spelling = models.SearchWord, models.SearchSpelling
    for words_ in batches(vocabulary.words):
        known_words = set(session.scalars(select(col(word.word)).where(col(word.word).in_(words_))))
        new = [name for name in words_ if name not in known_words]
        if new:
            told = ((name, *vocabulary.words[name]) for name in new)
            rows = [{"word": name, "stem": s, "shown": shown} for name, s, shown in told]
            session.execute(insert(word), rows)
        for rows in batches({"key": found, "word": name} for name in new for found in spellings(name)):
            session.execute(insert(spelling), rows)
    for keys in batches(vocabulary.spellings):  # a curator's, and how names are said: some stand there already
        delete_each(session, (spelling.key, spelling.word), keys)
        session.execute(insert(spelling), [{"key": found, "word": name} for found, name in keys])


def _counted(kind: str, stems: Iterable[str], title_words: str) -> Iterator[tuple[str, str]]:
    """What an entry counts for: itself, each of its stems, and of a condition what it is called by."""
    yield "", kind
    yield from ((stem, kind) for stem in stems)
    if kind == "condition":
        yield from ((term[1:], NAME) for term in {*title_words.split()} - {BETWEEN})


def _forget_misspellings(session: Session, of: tuple[Any, ...]) -> None:
    """Leave the names of conditions with the spellings that every word has: a curator's go with the condition."""
    name, word, spelling = models.SearchName, models.SearchWord, models.SearchSpelling
    called = select(col(name.key)).join(models.SearchEntry).where(*of)  # not by kind: SQLite would begin with that
    found = list(session.scalars(select(col(word.word)).where(col(word.word).in_(called))))
    for names in batches(found):
        session.exec(delete(spelling).where(col(spelling.word).in_(names)))
        rows = [{"key": key_, "word": name_} for name_ in names for key_ in set(spellings(name_))]
        for some in batches(rows):
            session.execute(insert(spelling), some)


def _terms(row: Any) -> set[str]:
    return {*row.title_words.split(), *row.context_words.split(), *row.body_words.split()} - {BETWEEN}


def spellings(word: str) -> Iterator[str]:
    """What a word is found by that is not spelled right."""
    if len(word) >= words.SHORTEST_MENDED and word.isalpha():
        yield from words.deletes(word)
        if heard := words.sound(word):
            yield f"~{heard}"


def _row(entry: Entry, body: bytes, vocabulary: Vocabulary) -> dict[str, Any]:
    letter = LETTERS[entry.kind]
    titles = [entry.title, *(name.text for name in entry.names if name.titles)]
    columns = {"title_words": titles, "context_words": entry.context, "body_words": entry.text}
    found: set[str] = set()
    row: dict[str, Any] = {}
    for column, texts in columns.items():
        terms = []
        for text in texts:
            for word in words.words(text):
                found.add(word.stem)
                terms.append(f"{letter}{word.stem}")
                shown = text[word.start : word.end].lower()
                vocabulary.words.setdefault(word.folded, (word.stem, shown))
            terms.append(BETWEEN)
        row[column] = " ".join(terms) or BETWEEN
    vocabulary.stems.update(_counted(entry.kind, found, row["title_words"]))
    vocabulary.spellings.update(_known_misspellings(entry))
    return row | {
        "id": vocabulary.next_id,
        "kind": entry.kind,
        "record_kind": entry.record_kind,
        "record_slug": entry.record_slug,
        "part": entry.part,
        "condition_id": entry.condition_id,
        "edition_id": entry.edition_id,
        "rank": entry.rank,
        "lang": entry.item.lang,
        "audience": entry.item.audience,
        "text": entry.text,
        "item": body,
    }


def _known_misspellings(entry: Entry) -> Iterator[tuple[str, str]]:
    """For a name of one word, the words that are meant for it, by a curator or by how it is said."""
    title = key(entry.title)
    if entry.kind != "condition" or len(words.words(entry.title)) != 1:
        return
    for name in entry.names:
        if not name.shown and not name.titles and key(name.text).isalpha():
            yield key(name.text), title
    if entry.said_as and (heard := words.sound(key(entry.said_as))):
        yield f"~{heard}", title


def _name_rows(entry: Entry, entry_id: int) -> Iterator[dict[str, Any]]:
    if entry.part or entry.kind == SIGN_SET:
        return
    for name in dict.fromkeys([Name(entry.title), *entry.names]):
        folded = [word.folded for word in words.words(name.text)]
        whole = entry.kind == "location" or not name.shown or not name.titles
        for at in range(1 if whole else min(len(folded), LATER_WORDS)):
            if folded and (at == 0 or folded[at] not in words.STOP):
                told = {"entry_id": entry_id, "kind": entry.kind, "name": name.text if name.shown else None}
                word = AS_A_WHOLE if name.shown and not name.titles else at
                yield {"key": "".join(folded[at:])[:LONGEST_NAME], "word": word, **told}


def entries(row: models.Condition | FlatRow, address: Address) -> Iterator[Entry]:
    """The entries of a row with all that belongs to it."""
    return _of_condition(row, address) if isinstance(row, models.Condition) else _of_flat(row, address)


# ---- conditions


def _of_condition(row: models.Condition, address: Address) -> Iterator[Entry]:
    """The entries of a fully loaded condition: of each edition the condition, its signs, its sections, its sign set."""
    ranked = sorted(row.editions, key=lambda edition: _preference(row, edition))
    for rank, edition in enumerate(ranked):
        for entry in _of_edition(row, edition, address):
            entry.condition_id, entry.edition_id, entry.rank = row.id, edition.id, rank
            yield entry


def _preference(row: models.Condition, edition: models.Edition) -> tuple[Any, ...]:
    """As `app.editions.best` prefers editions for a reader who asks for none."""
    audience = Audience(edition.audience)
    return edition.lang != row.lang, edition.review_status != "reviewed", ORDER.index(audience), edition.position


def _of_edition(row: models.Condition, edition: models.Edition, address: Address) -> Iterator[Entry]:
    kind, names = Kind.condition, list(_names(row, edition))
    called = [edition.name, *(name.text for name in names if name.titles)]
    summary = present.found_condition(row, edition, address)
    said_as = edition.pronunciation
    if said_as:
        names.append(Name(said_as, shown=False, titles=False))
    whole = present.sign_set(row, edition, address)
    signs = [sign.sign for sign in whole.signs]
    yield Entry(
        "condition",
        kind,
        row.slug,
        edition.name,
        summary,
        names=names,
        context=[*signs, *(f"{coding.system} {coding.code}" for coding in row.codings), *_categories(row, edition)],
        text=sentences(edition.summary),
        said_as=said_as,
    )
    for sign in whole.signs:
        item = present.found_sign(row, edition, whole, sign, address)
        yield Entry("warning-sign", kind, row.slug, sign.sign, item, part=sign.key, context=called)
    symptoms: list[str] = []
    for section in edition.sections:
        found = present.found_section(row, edition, section, address)
        text = _text(section.blocks)
        symptoms += text if section.aspect == SYMPTOMS else []
        yield Entry("section", kind, row.slug, section.heading, found, part=section.anchor, context=called, text=text)
    if signs:
        yield Entry(
            SIGN_SET, kind, row.slug, edition.name, summary, part=SIGN_SET, names=names, context=signs, text=symptoms
        )


def _names(row: models.Condition, edition: models.Edition) -> Iterator[Name]:
    """A condition's other names in an edition's language, in any language where that has none, and its codes."""
    for alias in row.aliases:
        if _speaks(row, edition, alias.lang):
            right = alias.kind != "misspelling"
            yield Name(alias.name, shown=right, titles=right and not ACRONYM.fullmatch(alias.name))
    for coding in row.codings:
        yield Name(coding.code, shown=False, titles=False)


def _categories(row: models.Condition, edition: models.Edition) -> list[str]:
    """The names of a condition's categories in an edition's language, and in any where that has none."""
    return [category.name for category in row.categories if _speaks(row, edition, category.lang)]


def _speaks(row: models.Condition, edition: models.Edition, lang: str) -> bool:
    """Whether an edition is in a language, or none of its condition's is."""
    tongue, own, *tongues = [tag.partition("-")[0] for tag in (lang, edition.lang, *(one.lang for one in row.editions))]
    return tongue == own or tongue not in tongues


def pieces(block: models.Block) -> list[str]:
    """What a block says, in pieces that may each stand alone: a list whole, or an item behind its lead and `…`."""
    if block.type == "paragraph":
        return sentences(block.text or "")
    lead = f"{block.about}: " if block.about else ""
    whole = lead + "; ".join(block.items or ())
    if len(whole) <= LONGEST_LIST:
        return [whole]
    return [f"{lead}… {item} …" for item in block.items or ()]


def _text(blocks: Sequence[models.Block]) -> list[str]:
    """What blocks say, in pieces; a lost list stands in one with what follows it, which might pass for the list."""
    found: list[str] = []
    lost = ""
    for block in blocks:
        if block.type == "lost-list":
            lost = f"{lost}{block.about} … {block.note} "
            continue
        said = pieces(block)
        found += [lost + said[0], *said[1:]] if said else []
        lost = "" if said else lost
    return [*found, lost.strip()] if lost else found


def sentences(text: str) -> list[str]:
    """A text in its sentences; where an end is not sure, they stay together. What is no sentence stands before `…`."""
    found = (sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence)
    return [sentence if _ENDS.search(sentence) else f"{sentence} …" for sentence in found]


# ---- the flat kinds


def _of_flat(row: FlatRow, address: Address) -> Iterator[Entry]:
    """The entry of a record without editions."""
    kind, item = RECORD_KINDS[type(row)], present.found_flat(row, address)
    entry = Entry(kind, kind, row.slug, item.title, item)
    if isinstance(row, models.Location):
        place = (row.city, row.state, row.postal_code, row.street, row.kind.replace("-", " "))
        entry.context = [part for part in place if part]
    elif isinstance(row, models.GlossaryTerm):
        entry.names = [Name(other) for other in row.also_called]
        if row.pronunciation:
            entry.names.append(Name(row.pronunciation, shown=False, titles=False))
        entry.text = sentences(row.meaning)
    elif isinstance(row, models.Article):
        entry.text = sentences(row.teaser)
    else:
        entry.context = [row.group_name]
    yield entry
