"""Plain text: an edition as a terminal, a message or a screen reader takes it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from app.render.document import Document, inert
from app.render.reading import Break, Heading, Listing, Mark, Paragraph, Part, reading

WIDTH = 78  # columns of a line; a longer word is never broken
NO_WIDTH = 1_000_000_000


def text(document: Document) -> str:
    """An edition as plain text."""
    return written(reading(document), WIDTH) + "\n"


def written(parts: Iterable[Part], width: int = NO_WIDTH) -> str:
    """Parts as plain text, in lines of at most `width` columns."""
    return "\n\n".join("\n".join(_lines(part, width)) for part in parts)


def _lines(part: Part, width: int) -> Iterator[str]:
    match part:
        case Heading():
            yield from _wrapped(part.text, width)
            yield ("=" if part.level == 1 else "-") * min(len(inert(part.text)), width)
        case Paragraph():
            yield from _wrapped(part.text, width)
        case Mark():
            first, *rest = part.lines
            yield from _wrapped(first, width, "[!] ")
            for line in rest:
                yield from _wrapped(line, width, "    ")
        case Listing():
            for number, item in enumerate(part.items, start=1):
                marker = f"{number}. " if part.ordered else "- "
                yield from _wrapped(f"{item.text} <{item.url}>" if item.url else item.text, width, marker)
                for line in item.below:
                    yield from _wrapped(line, width, " " * len(marker))
        case Break():
            yield "* * *"


def _wrapped(line: str, width: int, marker: str = "") -> list[str]:
    """A text in lines, the first after a marker and the others below it."""
    return textwrap.wrap(
        inert(line).strip(),
        width,
        initial_indent=marker,
        subsequent_indent=" " * len(marker),
        break_long_words=False,
        break_on_hyphens=False,
    )
