"""Places of care and links of the organisation, from a page's navigation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from app.ingest.flatten import Line, web_address
from app.ingest.outline import audience_of
from app.ingest.slugs import free_slug
from app.ingest.words import Words, plain
from app.pack import DirectoryEntry, Group, Location, PostalAddress, Provenance

MAX_LENGTH = 150
MAX_WORDS = 12
MAX_SENTENCE_WORDS = 8
NEAR = 3
_BREADCRUMB = re.compile(r"\s[>›»/]\s")


def find_organisation(
    menu: Sequence[Line], words: Words, provenance: Callable[..., Provenance]
) -> Iterator[Location | DirectoryEntry]:
    """Locations, then directory entries; what the menu names twice is one record with both lines."""
    kinds = [_kind(line.text, words) for line in menu]
    places = {
        at for at, kind in enumerate(kinds) if kind is not None and (kind != "unstated" or _near_place(at, kinds))
    }
    yield from _locations([(menu[at], kinds[at] or "unstated") for at in sorted(places)], words, provenance)
    yield from _entries([line for at, line in enumerate(menu) if at not in places], words, provenance)


def _kind(text: str, words: Words) -> str | None:
    """The kind of the place that a line names ("Urgent Care – Springfield"); None where it names no place and town."""
    rules = words.organisation
    joined = rules.joined.fullmatch(text)
    if joined is None or len(text) > MAX_LENGTH or rules.no_town.search(joined["town"]):
        return None
    kind = next((kind for kind, rule in rules.kinds if rule.search(plain(joined["name"]))), None)
    if kind is None:
        return "unstated" if joined["dash"] else None
    return kind


def _near_place(at: int, kinds: Sequence[str | None]) -> bool:
    """A line such as "Our Clinic – Springfield" names a place if lines beside it do."""
    return any(kind not in {None, "unstated"} for kind in kinds[max(at - NEAR, 0) : at + NEAR + 1])


def _merged(lines: Sequence[Line]) -> dict[str, list[Line]]:
    named: dict[str, list[Line]] = {}
    for line in lines:
        named.setdefault(line.text.casefold(), []).append(line)
    return named


def _numbers(lines: Sequence[Line]) -> list[int]:
    return [number for line in lines for number in line.numbers]


def _url(lines: Sequence[Line]) -> str | None:
    return next((address for line in lines if (address := web_address(line.href))), None)


def _locations(
    found: Sequence[tuple[Line, str]], words: Words, provenance: Callable[..., Provenance]
) -> Iterator[Location]:
    kinds = {line.text.casefold(): kind for line, kind in found}
    taken: dict[str, int] = {}
    for key, lines in _merged([line for line, _ in found]).items():
        name = lines[0].text
        joined = words.organisation.joined.fullmatch(name)
        yield Location(
            slug=free_slug(name, taken, "location"),
            name=name,
            kind=kinds[key],
            postal_address=PostalAddress(city=joined["town"]) if joined else PostalAddress(),
            url=_url(lines),
            lang=words.lang,
            provenance=provenance(_numbers(lines), "slug", "kind", "postal_address.city"),
        )


def _entries(lines: Sequence[Line], words: Words, provenance: Callable[..., Provenance]) -> Iterator[DirectoryEntry]:
    taken: dict[str, int] = {}
    for named in _merged([line for line in lines if _is_entry(line, words)]).values():
        name = named[0].text
        slug, group, _ = next(group for group in words.organisation.groups if group[2].search(plain(name)))
        yield DirectoryEntry(
            slug=free_slug(name, taken, "link"),
            name=name,
            group=Group(slug=slug, name=group),
            url=_url(named),
            lang=words.lang,
            provenance=provenance(_numbers(named), "slug", "group"),
        )


def _is_entry(line: Line, words: Words) -> bool:
    text = line.text
    if audience_of(text, words) or _BREADCRUMB.search(text) or len(text) > MAX_LENGTH:
        return False
    letters = sum(char.isalpha() for char in text)
    sentence = text[-1] in ".!?:" and len(text.split()) > MAX_SENTENCE_WORDS
    return letters > 2 and letters * 2 > len(text) and len(text.split()) <= MAX_WORDS and not sentence
