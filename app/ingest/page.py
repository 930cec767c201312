"""The importer for a saved article page of a health library: HTML or flattened text in, a draft pack out.

Words are copied as they stand, after repair of damaged characters. What the page does not say is left out, what it lost
is marked as lost, and what a rule here added is marked as derived: a draft is for a person to review.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from app.ingest.context import Context
from app.ingest.edition import heading_aspect, make_condition
from app.ingest.english import ENGLISH
from app.ingest.flatten import MAX_BYTES, Line, NotAnArticle, Page, flatten
from app.ingest.glossary import read_glossary
from app.ingest.organisation import find_organisation
from app.ingest.outline import Outline, outline, stems
from app.ingest.parts import Part, Prose, is_prose
from app.ingest.related import find_articles
from app.ingest.slugs import free_slug, slugify
from app.ingest.spanish import SPANISH
from app.ingest.words import Words, language_of, plain, vocabulary
from app.pack import MAX_RECORD_BYTES, AnyRecord, GlossaryTerm, PackInfo, Publisher, Source, write_pack

__all__ = ["Draft", "NotAnArticle", "extract", "read_page", "source_lines"]

LANGUAGES = (ENGLISH, SPANISH)
# A subject is explained in one of this many first paragraphs.
OPENING = 2
NOT_STATED = "not stated"
RIGHTS_NOT_STATED = "The page states no rights: ask its owner before you publish any of this."
# Telling of two of these is what tells a health article from other running text.
TELLING_ASPECTS = vocabulary(
    """SymptomsHealthAspect CausesHealthAspect DiagnosisHealthAspect TreatmentsHealthAspect PreventionHealthAspect
    SeeDoctorHealthAspect ContagiousnessHealthAspect SelfCareHealthAspect"""
)
_CODE = re.compile(r"[{}\[\]<>=_|\\`]")
_PERSON = re.compile(r"^Dra?\.? |,? \b(?:MD|M\.D\.|DO|PhD|Ph\.D\.|RN|APRN|NP|PA-C)$")


class Draft(NamedTuple):
    """A draft pack, before it is written."""

    info: PackInfo
    records: list[AnyRecord]


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
    context = Context(page, found, words, read_glossary(found.parts, words), f"{slug}-page", slug)
    try:
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
        records = list(_records(context))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise NotAnArticle(f"does not fit a pack: {place}: {first['msg']}") from error
    if len(raw) * 10 > MAX_RECORD_BYTES and len(records[0].model_dump_json(indent=2)) > MAX_RECORD_BYTES:
        raise NotAnArticle(f"makes a record of more than {MAX_RECORD_BYTES:,} bytes; a long article makes 60,000")
    return Draft(info, records)


def _language(page: Page) -> Words:
    told = [line.text for line in page.lines if is_prose(line)]
    if not told:
        raise NotAnArticle("holds no running text, only short lines as a menu has; an article's paragraphs are needed")
    if sum(len(_CODE.findall(text)) for text in page.source) * 50 > sum(map(len, page.source)):
        raise NotAnArticle("is code or data; an article's paragraphs are needed")
    named = (page.lang or "").casefold()[:2]
    words = language_of(told, LANGUAGES, named)
    if words is None or named not in {"", *(language.lang for language in LANGUAGES)}:
        raise NotAnArticle("is in neither English nor Spanish, as far as can be told; one of them is needed")
    return words


def _refuse_other_text(found: Outline, words: Words) -> None:
    """Refuse running text that is no health article: news, a recipe, a portrait, a list of teasers."""
    if _PERSON.search(found.name):
        raise NotAnArticle(f"is about a person, “{found.name}”; an article about a health topic is needed")
    if _is_place(found.name, words):
        raise NotAnArticle(f"is about a place, “{found.name}”; an article about a health topic is needed")
    headings = [line for line in found.body if line.role == "heading" and line.level > 1]
    if _lead_away(headings) or _lead_away(found.body):
        raise NotAnArticle("is a list of other pages, whose titles are links; an article itself is needed")
    told = {aspect for part in found.parts for aspect in _aspects_told(part, words)} - {"OverviewHealthAspect"}
    telling = told & TELLING_ASPECTS
    if len(telling) > 1 or (telling and (len(told) > 1 or _explains(found, words))):
        return
    raise NotAnArticle(
        f"seems to be no health article: of “{found.name}” it does not tell at least two of symptoms, causes, "
        "diagnosis, treatment, prevention and when to get care"
    )


def _lead_away(lines: Sequence[Line]) -> bool:
    """Whether most lines are links to other pages; one to a place in a page may be a heading's own mark."""
    away = sum(line.href is not None and "#" not in line.href for line in lines)
    return away > 1 and away * 2 > len(lines)


def _is_place(name: str, words: Words) -> bool:
    """Whether a name is a place of care and its town."""
    rules = words.organisation
    joined = rules.joined.fullmatch(name)
    return joined is not None and any(rule.search(plain(joined["name"])) for _, rule in rules.kinds)


def _explains(found: Outline, words: Words) -> bool:
    """Whether the text says what its subject is, or for which readers of a health library it is written."""
    if found.audience_basis == "stated":
        return True
    prose = [block.text for part in found.parts for block in part.blocks if isinstance(block, Prose)]
    said = (words.explanations.subject.match(plain(text)) for text in prose[:OPENING])
    return any(match and stems(match["term"]) & stems(found.name) for match in said)


def _aspects_told(part: Part, words: Words) -> Iterator[str]:
    if part.heading and (aspect := heading_aspect(part.heading, words)):
        yield aspect
    for block in part.blocks:
        text = plain(block.text if isinstance(block, Prose) else block.lead or "")
        if words.calls.directive.search(text):
            yield "SeeDoctorHealthAspect"
        yield from (aspect for aspect, rule in words.aspects.by_text if rule.search(text))


def _records(context: Context) -> Iterator[AnyRecord]:
    yield make_condition(context)
    yield from find_articles(context.outline.related, context.slug, context.words, context.provenance)
    yield from find_organisation(context.outline.menu, context.words, LANGUAGES, context.provenance)
    yield from _terms(context)


def _terms(context: Context) -> Iterator[GlossaryTerm]:
    taken: dict[str, int] = {}
    for found in context.glossary.terms:
        yield GlossaryTerm(
            slug=free_slug(found.term, taken, "term"),
            term=found.term,
            pronunciation=found.pronunciation,
            meaning=found.meaning.strip(" :："),
            also_called=found.also_called,
            lang=context.words.lang,
            provenance=context.provenance(found.numbers, "slug"),
        )
