"""Markdown (CommonMark 0.31): an edition whose content is text alone, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.render.document import Document, inert
from app.render.reading import Break, Heading, Item, Listing, Mark, Paragraph, Part, reading

# What is markup wherever it stands, in CommonMark and in what others add to it: tables, formulas, mentions, attributes.
MARKUP = re.compile(r"[\\`*_\[\]<>&#|~${}^@]")
ADDRESS = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)  # what GitHub's Markdown makes links of
AT_THE_START = re.compile(r"^(?:(\d{0,9})(?=[.)])|(?=[-+=:]))")  # what is markup at the start of a line alone


def markdown(document: Document) -> str:
    """An edition as Markdown."""
    return "\n\n".join(_written(reading(document))) + "\n"


def escaped(text: str) -> str:
    """A text that Markdown reads as itself, wherever it stands in a line."""
    found = MARKUP.sub(r"\\\g<0>", inert(text).strip())
    return AT_THE_START.sub(r"\1\\", ADDRESS.sub(r"\\\g<0>", found))


def _written(parts: Iterable[Part]) -> Iterator[str]:
    before: Part | None = None
    other = False
    for part in parts:
        # Lists that follow one another take turns with their markers, or they would be read as one.
        other = isinstance(before, Listing) and not other
        before = part
        match part:
            case Heading():
                yield f"{'#' * part.level} {escaped(part.text)}"
            case Paragraph():
                yield escaped(part.text)
            case Mark():
                first, *rest = map(escaped, part.lines)
                yield "\n>\n".join([f"> **{first}**", *(f"> {line}" for line in rest)])
            case Listing():
                yield "\n".join(_items(part, ("*", ")") if other else ("-", ".")))
            case Break():
                yield "---"


def _items(listing: Listing, marks: tuple[str, str]) -> Iterator[str]:
    bullet, after_number = marks
    for number, item in enumerate(listing.items, start=1):
        marker = f"{number}{after_number} " if listing.ordered else f"{bullet} "
        yield marker + _item(item)
        for line in item.below:
            yield f"{' ' * len(marker)}- {escaped(line)}"


def _item(item: Item) -> str:
    text = escaped(item.text)
    if not item.url:
        return text
    address = item.url.replace("&", r"\&")  # or `&copy;` would be a character
    return f"[{text}](<{address}>)"
