"""Related reading: titles with their teasers, or teasers whose titles are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.ingest.flatten import Line, web_address
from app.ingest.outline import audience_of
from app.ingest.parts import is_prose
from app.ingest.slugs import free_slug
from app.ingest.words import Words, sentences
from app.pack import Article, Audience, Provenance

MAX_TITLE = 200


def find_articles(
    lines: Sequence[Line], condition: str, words: Words, provenance: Callable[..., Provenance]
) -> Iterator[Article]:
    """Each article once, with the audience that it, or the column it stands in, states."""
    taken: dict[str, int] = {}
    column = Audience.general
    for title, teaser in _pairs(lines, words):
        both = [line for line in (title, teaser) if line is not None]
        if who := audience_of(both[0].text, words):
            column = who
            continue
        rules = words.layout.article_audience
        said = [who for who, rule in rules.items() if any(rule.search(line.text) for line in both)]
        audience = said[0] if len(said) == 1 else column
        name = title.text if title else _title_of(both[0].text, words)
        derived = ("slug", "conditions", *(() if title else ("title",)), *(() if teaser else ("teaser",)))
        yield Article(
            slug=free_slug(name, taken, "article"),
            title=name,
            teaser=both[-1].text.strip(" :："),
            url=web_address(both[0].href),
            lang=words.lang,
            audience=audience,
            audience_basis="unstated" if audience is Audience.general else "stated",
            conditions=(condition,),
            provenance=provenance([number for line in both for number in line.numbers], *derived),
        )


def _pairs(lines: Sequence[Line], words: Words) -> Iterator[tuple[Line | None, Line | None]]:
    """Titles with the teaser that follows them, and teasers on their own; where titles are links, only links are."""
    linked = any(line.href for line in lines)
    title: Line | None = None
    for line in lines:
        card = title is not None and line.href is not None and (title.href, title.role) == (line.href, "heading")
        if is_prose(line) or card:
            yield title, line
            title = None
            continue
        if title is not None:
            yield title, None
        named = line.href or not linked or audience_of(line.text, words)
        title = line if named and len(line.text) <= MAX_TITLE else None
    if title is not None:
        yield title, None


def _title_of(teaser: str, words: Words) -> str:
    """What a teaser speaks of, or else its first sentence."""
    if found := words.layout.teaser_subject.search(teaser):
        subject = words.signs.article.sub("", next(part for part in found.groups() if part))
        return subject[:1].upper() + subject[1:]
    first = sentences(teaser, words)[0].rstrip(" .:")
    return first if len(first) <= MAX_TITLE else " ".join(first.split()[:10])[:MAX_TITLE].strip()
