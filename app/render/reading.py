"""An edition in the order that it is read, as parts: what Markdown and plain text are both written from.

Texts are as the content has them: what writes the parts makes them inert.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app import schemas
from app.pack import Audience, Scope, Urgency
from app.render.document import Document, other_names, web_address
from app.render.words import Words, reader_of, spoken


@dataclass(frozen=True)
class Heading:
    """A heading. Level 1 is the edition's name."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Mark:
    """What nobody may read past: that something is missing, or that this is not what was asked for."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Item:
    """An item of a list: what it says, where it leads (an address of the web), and what stands below it."""

    text: str
    url: str | None = None
    below: Sequence[str] = ()


@dataclass(frozen=True)
class Listing:
    """A list."""

    items: Sequence[Item]
    ordered: bool = False


@dataclass(frozen=True)
class Break:
    """Where what a heading is of ends."""


Part = Heading | Paragraph | Mark | Listing | Break


def reading(document: Document) -> Iterator[Part]:
    """A whole edition: its name, its warning signs before all else, its sections, and whose words they are."""
    condition, words = document.condition, document.words
    yield Heading(1, condition.name)
    if condition.pronunciation:
        yield Paragraph(words.said.format(pronunciation=condition.pronunciation))
    if names := other_names(condition):
        yield Paragraph(f"{words.also_called}: {', '.join(names)}")
    for mark in marks(document):
        yield Mark([mark])
    yield Heading(2, words.warning_signs)
    yield from warning_signs(document)
    yield Break()
    yield Paragraph(condition.summary)
    for section in document.sections:
        yield Heading(2, section.heading)
        yield from blocks(section, words)
    if document.related:
        yield Heading(2, words.related)
        yield Listing([_related(article, words) for article in document.related])
    yield Break()
    yield Paragraph(review(document))
    yield Listing(list(_whose(condition, words)))
    yield Paragraph(condition.notice)


def marks(document: Document) -> Iterator[str]:
    """What is said of the edition as a whole: that it is not the one asked for, and that its source lost lists."""
    if document.condition.edition.fallback:
        yield _fallback(document.condition.edition, document.words)
    if document.loses_lists:
        yield document.words.lost_banner


def warning_signs(document: Document) -> Iterator[Part]:
    """The whole sign set: whom it is for, what it leaves open, then each sign with when, whom and what to do."""
    found, words = document.condition.warning_signs, document.words
    yield Paragraph(words.applies_to.format(who=found.applies_to))
    said = whole_set(found, words)
    if found.complete:
        yield from map(Paragraph, said)
    else:
        yield Mark(said)
    if found.signs:
        yield Listing([Item(sign.sign, below=what_to_do(sign, words)) for sign in found.signs])


def whole_set(found: schemas.SignSet, words: Words) -> list[str]:
    """Whether a set has all of its signs, and its note: what goes wherever one of its signs goes."""
    known = words.incomplete_set if found.signs else words.no_signs
    return [words.complete_set if found.complete else known, *([found.note] if found.note else [])]


def set_in_short(found: schemas.SignSetSummary, words: Words) -> list[str]:
    """What must be said of a set where its signs are not shown: how many, whether all, and how pressing."""
    if not found.total or found.highest_urgency is None:
        return [words.no_signs]
    number = words.one_sign if found.total == 1 else words.many_signs.format(total=found.total)
    whole = words.whole_set if found.complete else words.not_whole_set
    pressing = words.most_pressing.format(urgency=words.urgency[found.highest_urgency].lower())
    return [f"{number}, {whole}.", words.no_time if found.highest_urgency == Urgency.unstated else pressing]


def what_to_do(sign: schemas.WarningSign, words: Words) -> list[str]:
    """What is said of a warning sign: that it is an umbrella, when, whom to turn to, and the action as it stands."""
    umbrella = [words.umbrella] if sign.scope == Scope.any else []
    whom = words.whom.format(contact=words.contact[sign.contact])
    return [*umbrella, words.urgency[sign.urgency], whom, sign.action]


def blocks(section: schemas.Section, words: Words) -> Iterator[Part]:
    """What a section says. A lost list is a mark, never a paragraph."""
    for block in section.blocks:
        match block:
            case schemas.Paragraph():
                yield Paragraph(block.text)
            case schemas.ListBlock():
                if block.about:
                    yield Paragraph(block.about)
                yield Listing([Item(item) for item in block.items], block.ordered)
            case schemas.LostList():
                yield Mark([f"{words.lost_list}: {block.about}", block.note])


def review(document: Document) -> str:
    """Whether a clinician reviewed the edition, who, when, and when the next review is due."""
    found, words = document.condition.review, document.words
    if found.reviewed_on is None:
        return words.unreviewed
    by_whom = words.reviewed if found.by else words.reviewed_unnamed
    said = by_whom.format(by=found.by, on=spoken(found.reviewed_on, words))
    due = found.next_review_on
    return f"{said} {words.next_review.format(on=spoken(due, words))}" if due else said


def _fallback(choice: schemas.EditionChoice, words: Words) -> str:
    asked, served = choice.requested, choice.served
    return words.fallback.format(
        requested=reader_of(asked.lang, asked.audience, words), served=reader_of(served.lang, served.audience, words)
    )


def _related(article: schemas.Article, words: Words) -> Item:
    who = words.audiences[article.audience]
    reader = [] if article.audience == Audience.general else [words.reader.format(who=who)]
    return Item(article.title, web_address(article.url), [*reader, article.teaser])


def _whose(condition: schemas.Condition, words: Words) -> Iterator[Item]:
    publisher, source = condition.publisher, condition.based_on
    yield Item(words.words_by.format(publisher=publisher.name), web_address(publisher.url))
    yield Item(words.rights.format(rights=condition.rights))
    if source:
        text = words.based_on.format(source=source.name, owner=source.owner)
        yield Item(text, web_address(source.url), [words.rights.format(rights=source.rights)])
    if condition.published_on:
        yield Item(words.published_on.format(on=spoken(condition.published_on, words)))
    if condition.modified_on:
        yield Item(words.modified_on.format(on=spoken(condition.modified_on, words)))
    if url := web_address(condition.url):
        yield Item(words.publishers_page, url)
