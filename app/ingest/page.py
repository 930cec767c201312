"""The importer for a saved article page of a health library: HTML or flattened text in, a draft pack out.

Words are copied as they stand, after repair of damaged characters. What the page does not say is left out, what it lost
is marked as lost, and what a rule here added is marked as derived: a draft is for a person to review.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from app.ingest.english import ENGLISH
from app.ingest.flatten import MAX_BYTES, Line, NotAnArticle, Page, flatten, web_address
from app.ingest.glossary import find_terms, other_names, passages_of, pronunciations, same_word
from app.ingest.organisation import find_organisation
from app.ingest.outline import Block as FoundBlock
from app.ingest.outline import Listing, Lost, Outline, Part, Prose, is_prose, outline, stems
from app.ingest.signs import Findings, find_signs
from app.ingest.slugs import free_slug, slugify
from app.ingest.spanish import SPANISH
from app.ingest.words import Words, language_of, plain, sentences
from app.pack import (
    MAX_RECORD_BYTES,
    Alias,
    AnyRecord,
    Article,
    Audience,
    Block,
    Condition,
    Edition,
    GlossaryTerm,
    ListBlock,
    LostList,
    PackInfo,
    Paragraph,
    Provenance,
    Publisher,
    Review,
    Section,
    Sign,
    SignSet,
    SignSetWording,
    SignWording,
    Source,
    write_pack,
)

__all__ = ["Draft", "NotAnArticle", "extract", "read_page", "source_lines"]

LANGUAGES = (ENGLISH, SPANISH)
MAX_BLOCKS = 500
MAX_LABEL_WORDS = 12
NOT_STATED = "not stated"
RIGHTS_NOT_STATED = "The page states no rights: ask its owner before you publish any of this."
# A paragraph or heading on one of these is what tells a health article from other running text.
TELLING_ASPECTS = frozenset(
    f"{aspect}HealthAspect"
    for aspect in (
        "Symptoms",
        "Causes",
        "Diagnosis",
        "Treatments",
        "Prevention",
        "SeeDoctor",
        "Contagiousness",
        "SelfCare",
    )
)
_CODE = re.compile(r"[{}\[\]<>=_|\\`]")
_PERSON = re.compile(r"^Dra?\.? |,? \b(?:MD|M\.D\.|DO|PhD|Ph\.D\.|RN|APRN|NP|PA-C)$")


class Draft(NamedTuple):
    """A draft pack, before it is written."""

    info: PackInfo
    records: list[AnyRecord]


class _Context(NamedTuple):
    """What every record of a draft needs to know."""

    page: Page
    outline: Outline
    words: Words
    source: str
    slug: str

    def provenance(self, numbers: Iterable[int], *derived: str) -> Provenance:
        """Where a record comes from; `derived` names the fields that a rule added."""
        return Provenance(source=self.source, lines=tuple(sorted(set(numbers))), derived=derived)


def extract(
    path: Path,
    out: Path,
    *,
    owner: str | None = None,
    rights: str | None = None,
    publisher: str | None = None,
    url: str | None = None,
) -> Draft:
    """Read a saved page and write its draft pack into a folder that is new or empty.

    Raises NotAnArticle, OSError, and FileExistsError where the folder holds something.
    """
    if (size := path.stat().st_size) > MAX_BYTES:
        raise NotAnArticle(f"has {size:,} bytes; a saved article page has at most {MAX_BYTES:,}")
    draft = read_page(path.read_bytes(), file=path.name, owner=owner, rights=rights, publisher=publisher, url=url)
    write_pack(out, draft.info, draft.records)
    return draft


def source_lines(raw: bytes) -> list[str]:
    """The lines that provenance cites, numbered from 1: a text file's own, or one for each block of an HTML page.

    Raises NotAnArticle on bytes that are no text.
    """
    return flatten(raw).source


def read_page(
    raw: bytes,
    *,
    file: str | None = None,
    owner: str | None = None,
    rights: str | None = None,
    publisher: str | None = None,
    url: str | None = None,
) -> Draft:
    """Turn a saved article page into a draft pack. Raises NotAnArticle, saying what was found and what is needed."""
    page = flatten(raw)
    words = _language(page)
    found = outline(page, words)
    slug = slugify(found.name)
    if not slug:
        raise NotAnArticle(f"is about “{found.name}”, which makes no slug; a name with letters a to z is needed")
    _refuse_other_text(found, words)
    context = _Context(page, found, words, f"{slug}-page", slug)
    try:
        records = list(_records(context))
        if any(len(record.model_dump_json(indent=2)) > MAX_RECORD_BYTES for record in records):
            raise NotAnArticle(f"makes a record of more than {MAX_RECORD_BYTES:,} bytes; a long article makes 60,000")
        source = Source(
            slug=context.source,
            name=file or found.name,
            sha256=hashlib.sha256(raw).hexdigest(),
            owner=owner or NOT_STATED,
            rights=rights or RIGHTS_NOT_STATED,
            lang=words.lang,
            lines=len(page.source),
            url=url or page.url,
        )
        info = PackInfo(
            name=slug,
            title=found.name,
            publisher=Publisher(name=publisher or owner or NOT_STATED),
            rights=rights or RIGHTS_NOT_STATED,
            sources=(source,),
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise NotAnArticle(f"does not fit a pack: {place}: {first['msg']}") from error
    return Draft(info, records)


def _language(page: Page) -> Words:
    told = [line.text for line in page.lines if is_prose(line)]
    if not told:
        raise NotAnArticle("holds no running text, only short lines as a menu has; an article's paragraphs are needed")
    if sum(len(_CODE.findall(text)) for text in page.source) * 50 > sum(map(len, page.source)):
        raise NotAnArticle("is code or data; an article's paragraphs are needed")
    words = language_of(told, LANGUAGES)
    named = (page.lang or "").casefold()[:2]
    if words is None or named not in {"", *(language.lang for language in LANGUAGES)}:
        raise NotAnArticle("is in neither English nor Spanish, as far as can be told; one of them is needed")
    return words


def _refuse_other_text(found: Outline, words: Words) -> None:
    """Refuse running text that is no health article: news, a recipe, a list of teasers."""
    if _PERSON.search(found.name):
        raise NotAnArticle(f"is about a person, “{found.name}”; an article about a health topic is needed")
    told = {aspect for part in found.parts for aspect in _aspects_told(part, words)}
    if len(told & TELLING_ASPECTS) < 2:
        raise NotAnArticle(
            f"seems to be no health article: of “{found.name}” it does not tell at least two of symptoms, causes, "
            "diagnosis, treatment, prevention and when to get care"
        )


def _aspects_told(part: Part, words: Words) -> Iterator[str]:
    if part.heading and (aspect := _heading_aspect(part.heading, words)):
        yield aspect
    for block in part.blocks:
        text = plain(block.text if isinstance(block, Prose) else block.lead or "")
        yield from (aspect for aspect, rule in words.aspects.by_text if rule.search(text))


def _records(context: _Context) -> Iterator[AnyRecord]:
    yield _condition(context)
    yield from _articles(context)
    yield from find_organisation(context.outline.menu, context.words, context.provenance)
    yield from _terms(context)


# The condition and its edition.


def _condition(context: _Context) -> Condition:
    found = context.outline
    findings = find_signs(found.parts, found.name, context.words)
    taken: set[str] = set()
    keys = [free_slug(sign.text, taken, "sign") for sign in findings.signs]
    edition = _edition(context, findings, keys)
    signs = tuple(
        Sign(key=key, scope=sign.scope, urgency=sign.call.urgency, contact=sign.call.contact)
        for key, sign in zip(keys, findings.signs, strict=True)
    )
    return Condition(
        slug=context.slug,
        aliases=tuple(_aliases(context)),
        sign_set=SignSet(complete=findings.complete, signs=signs),
        editions=(edition,),
        provenance=edition.provenance.model_copy(update={"derived": ("slug", "sign_set")}),
    )


def _edition(context: _Context, findings: Findings, keys: Sequence[str]) -> Edition:
    found = context.outline
    sections = tuple(_sections(context))
    numbers = [*found.name_numbers, *found.audience_numbers, *found.credit.numbers]
    numbers += [number for section in sections for number in section.provenance.lines]
    derived = ["summary", "warning_signs"]
    derived += ["audience"] if found.audience_basis == "derived" else []
    derived += ["name"] if not found.name_numbers else []
    return Edition(
        lang=context.words.lang,
        audience=found.audience,
        audience_basis=found.audience_basis,
        name=found.name,
        pronunciation=_pronunciation(context),
        summary=_summary(context),
        url=context.page.url,
        published_on=found.credit.published_on,
        modified_on=found.credit.modified_on,
        review=_review(context),
        warning_signs=_sign_set(context, findings, keys),
        sections=sections,
        provenance=context.provenance(numbers, *derived),
    )


def _review(context: _Context) -> Review:
    """The review that the page states; without its whole date it cannot be stated as one."""
    credit = context.outline.credit
    if credit.reviewed_on is None:
        return Review()
    return Review(status="reviewed", by=credit.by, reviewed_on=credit.reviewed_on, next_review_on=credit.next_review_on)


def _pronunciation(context: _Context) -> str | None:
    named = same_word(context.outline.name)
    for passage in passages_of(context.outline.parts, context.words):
        for said in pronunciations(passage, context.words):
            if same_word(said.word) == named:
                return said.other
    return None


def _summary(context: _Context) -> str:
    """The page's first paragraph."""
    blocks = [block for part in context.outline.parts for block in part.blocks]
    prose = next((block.text for block in blocks if isinstance(block, Prose) and not block.cell), None)
    return (
        prose
        or next((block.lead for block in blocks if not isinstance(block, Prose) and block.lead), None)
        or (context.outline.name)
    )


def _aliases(context: _Context) -> Iterator[Alias]:
    named, taken = same_word(context.outline.name), {context.outline.name.casefold()}
    for passage in passages_of(context.outline.parts, context.words):
        for name in other_names(passage, context.words):
            if same_word(name.word) == named and len(name.other) <= 100 and name.other.casefold() not in taken:
                taken.add(name.other.casefold())
                yield Alias(
                    name=name.other,
                    kind="abbreviation" if name.other.isupper() else "synonym",
                    lang=context.words.lang,
                    provenance=context.provenance(name.numbers, "kind"),
                )


# Sections and blocks.


def _sections(context: _Context) -> Iterator[Section]:
    anchors: set[str] = set()
    for part, aspect, told in _asked(context):
        heading = part.heading or context.words.aspects.labels.get(aspect or "", context.outline.name)
        blocks = [block for found in part.blocks for block in _blocks(found, heading, context)]
        for start in range(0, len(blocks), MAX_BLOCKS):
            few = blocks[start : start + MAX_BLOCKS]
            numbers = {number for block in few for number in block.provenance.lines} | set(part.numbers)
            derived = ("anchor", "aspect") if told else ("heading", "anchor", "aspect")
            yield Section(
                heading=heading,
                anchor=free_slug(heading, anchors, "section"),
                aspect=aspect,
                blocks=tuple(few),
                provenance=context.provenance(numbers, *derived),
            )


def _asked(context: _Context) -> Iterator[tuple[Part, str | None, bool]]:
    """Each part with the question it answers, and whether its own heading says so."""
    parts = context.outline.parts
    if not any(part.heading for part in parts):
        yield from ((part, aspect, False) for part, aspect in _runs(parts, context.words))
        return
    for part in parts:
        if part.heading is None:
            yield part, "OverviewHealthAspect", False
        else:
            yield part, _heading_aspect(part.heading, context.words), True


def _heading_aspect(heading: str, words: Words) -> str | None:
    return next((aspect for aspect, rule in words.aspects.by_heading if rule.search(plain(heading))), None)


def _runs(parts: Sequence[Part], words: Words) -> Iterator[tuple[Part, str]]:
    """Text without headings: neighbouring paragraphs that answer one question make a part."""
    current, aspect = Part(), "OverviewHealthAspect"
    for at, block in enumerate(block for part in parts for block in part.blocks):
        text = plain(block.text if isinstance(block, Prose) else block.lead or "")
        told = next((name for name, rule in words.aspects.by_text if rule.search(text)), aspect) if at else aspect
        if told != aspect and current.blocks:
            yield current, aspect
            current = Part()
        aspect = told
        current.blocks.append(block)
    if current.blocks:
        yield current, aspect


def _blocks(found: FoundBlock, heading: str, context: _Context) -> Iterator[Block]:
    notes = context.words.notes
    if isinstance(found, Prose):
        if text := _statement(found.text):
            yield Paragraph(type="paragraph", text=text, provenance=context.provenance(found.numbers))
    elif isinstance(found, Lost):
        yield _lost(found.lead, notes["list-lost"], found.numbers, context)
    elif found.whole:
        yield from _lists(found, context)
    else:
        numbers = found.numbers or found.items[0].numbers
        yield _lost(found.lead or _statement(heading) or context.outline.name, notes["list-unclear"], numbers, context)
        for item in found.items:
            if text := _statement(item.text):
                yield Paragraph(type="paragraph", text=text, provenance=context.provenance(item.numbers))


def _lost(about: str, note: str, numbers: tuple[int, ...], context: _Context) -> LostList:
    return LostList(type="lost-list", about=about, note=note, provenance=context.provenance(numbers, "note"))


def _lists(found: Listing, context: _Context) -> Iterator[Block]:
    """A list, and after it the lists inside its items, each under the item that leads into it."""
    depth = min(item.depth for item in found.items)
    own = [at for at, item in enumerate(found.items) if item.depth == depth]
    texts = [text for at in own if (text := _statement(found.items[at].text))]
    numbers = [*found.numbers, *(number for at in own for number in found.items[at].numbers)]
    for start in range(0, len(texts), MAX_BLOCKS):
        yield ListBlock(
            type="list",
            about=_statement(found.lead or "") or None,
            ordered=found.ordered,
            items=tuple(texts[start : start + MAX_BLOCKS]),
            provenance=context.provenance(numbers),
        )
    for at, after in zip(own, [*own[1:], len(found.items)], strict=True):
        parent, inner = found.items[at], found.items[at + 1 : after]
        if inner:
            yield from _lists(Listing(parent.numbers, parent.text, tuple(inner), found.ordered, whole=True), context)
        elif parent.text.endswith(":"):
            yield _lost(_statement(parent.text), context.words.notes["list-lost"], parent.numbers, context)


def _statement(text: str) -> str:
    return text.strip(" :：")


# Warning signs.


def _sign_set(context: _Context, findings: Findings, keys: Sequence[str]) -> SignSetWording:
    wordings = tuple(
        SignWording(
            key=key,
            sign=_statement(sign.text),
            action=_statement(sign.call.action),
            provenance=context.provenance(sign.numbers, "key", "scope", "urgency", "contact"),
        )
        for key, sign in zip(keys, findings.signs, strict=True)
    )
    derived = ("applies_to", "note", "complete")
    numbers = [number for sign in findings.signs for number in sign.numbers]
    return SignSetWording(
        applies_to=_applies_to(context),
        note=_note(context, findings),
        signs=wordings,
        provenance=context.provenance(numbers, *derived)
        if numbers
        else Provenance(basis="derived", source=context.source, derived=derived),
    )


def _note(context: _Context, findings: Findings) -> str | None:
    if findings.complete:
        return None
    notes = context.words.notes
    if not findings.signs:
        return notes["no-signs"]
    told = [
        notes[name]
        for name in ("set-list-lost", "set-umbrella", "set-examples", "set-left-out")
        if name in findings.reasons
    ]
    return " ".join([*told, notes["set-open"]])


def _applies_to(context: _Context) -> str:
    """Whom the signs are for, in the page's words where it has them."""
    name = context.outline.name
    text = " ".join(passage.text for passage in passages_of(context.outline.parts, context.words))
    spelt = name.lower() if name.lower() in text else name
    return context.words.patients[context.outline.audience].format(name=spelt) if len(stems(name)) <= 3 else name


# Flat records: related articles and explained words.


def _articles(context: _Context) -> Iterator[Article]:
    taken: set[str] = set()
    rules = context.words.layout
    column = Audience.general
    for title, teaser in _teasers(context.outline.related, context.words):
        line = title or teaser
        if line is None:
            continue
        if who := next((who for who, rule in rules.audience_lines.items() if rule.search(line.text)), None):
            column = who
            continue
        both = [part for part in (title, teaser) if part]
        said = [who for who, rule in rules.article_audience.items() if any(rule.search(part.text) for part in both)]
        audience = said[0] if len(said) == 1 else column
        name = title.text if title else _teaser_title(line.text, context.words)
        derived = ("slug", "conditions", *(() if title else ("title",)), *(() if teaser else ("teaser",)))
        yield Article(
            slug=free_slug(name, taken, "article"),
            title=name,
            teaser=_statement((teaser or line).text),
            url=web_address(line.href),
            lang=context.words.lang,
            audience=audience,
            audience_basis="unstated" if audience is Audience.general else "stated",
            conditions=(context.slug,),
            provenance=context.provenance([number for part in both for number in part.numbers], *derived),
        )


def _teasers(lines: Sequence[Line], words: Words) -> Iterator[tuple[Line | None, Line | None]]:
    """Titles with the teaser that follows them, and teasers on their own."""
    linked = any(line.href for line in lines)
    title: Line | None = None
    for line in lines:
        if is_prose(line):
            yield title, line
            title = None
            continue
        if title is not None:
            yield title, None
        labelled = any(rule.search(line.text) for rule in words.layout.audience_lines.values())
        title = line if labelled or line.href or not linked else None
    if title is not None:
        yield title, None


def _teaser_title(teaser: str, words: Words) -> str:
    """What a teaser without a title speaks of, or its first sentence."""
    if found := words.layout.teaser_subject.search(teaser):
        subject = next(part for part in found.groups() if part)
        bare = words.signs.article.sub("", subject)
        return bare[:1].upper() + bare[1:]
    first = sentences(teaser, words)[0].rstrip(" .:")
    return first if len(first) <= 200 else " ".join(first.split()[:10])


def _terms(context: _Context) -> Iterator[GlossaryTerm]:
    taken: set[str] = set()
    for found in find_terms(context.outline.parts, context.words):
        also = tuple(name for name in found.also_called if len(name) <= 200)
        yield GlossaryTerm(
            slug=free_slug(found.term, taken, "term"),
            term=found.term,
            pronunciation=found.pronunciation,
            meaning=_statement(found.meaning),
            also_called=also,
            lang=context.words.lang,
            provenance=context.provenance(found.numbers, "slug"),
        )
