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
    menu: Sequence[Line], words: Words, languages: Sequence[Words], provenance: Callable[..., Provenance]
) -> Iterator[Location | DirectoryEntry]:
    """Locations, then directory entries; what the menu names twice is one record with both lines.

    A menu may name places in another of the languages than its page is in.
    """
    named = [_place(line.text, words, languages) for line in menu]
    kinds = [place[0] if place else None for place in named]
    places = {
        at for at, kind in enumerate(kinds) if kind is not None and (kind != "unstated" or _near_place(at, kinds))
    }
    found = [(menu[at], *place) for at in sorted(places) if (place := named[at])]
    yield from _locations(found, words, provenance)
    yield from _entries([line for at, line in enumerate(menu) if at not in places], words, provenance)


def _place(text: str, words: Words, languages: Sequence[Words]) -> tuple[str, str] | None:
    """The kind and town of the place that a line names ("Urgent Care – Springfield"), its own language first."""
    own = _kind_and_town(text, words)
    others = (_kind_and_town(text, other) for other in languages if other is not words)
    return own if own and own[0] != "unstated" else next((place for place in others if place), own)


def _kind_and_town(text: str, words: Words) -> tuple[str, str] | None:
    rules = words.organisation
    joined = rules.joined.fullmatch(text)
    if joined is None or len(text) > MAX_LENGTH or rules.no_town.search(joined["town"]):
        return None
    kind = next((kind for kind, rule in rules.kinds if rule.search(plain(joined["name"]))), None)
    return (kind or "unstated", joined["town"]) if kind or joined["dash"] else None


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
    found: Sequence[tuple[Line, str, str]], words: Words, provenance: Callable[..., Provenance]
) -> Iterator[Location]:
    places = {line.text.casefold(): (kind, town) for line, kind, town in found}
    taken: dict[str, int] = {}
    for key, lines in _merged([line for line, *_ in found]).items():
        name = lines[0].text
        kind, town = places[key]
        yield Location(
            slug=free_slug(name, taken, "location"),
            name=name,
            kind=kind,
            postal_address=PostalAddress(city=town),
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
