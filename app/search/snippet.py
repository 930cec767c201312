"""The part of a text that a search matches: in whole sentences, with the words that match marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.schemas import Mark, Snippet
from app.search.words import STOP, words

LENGTH = 240  # characters that a snippet has at most, if its first piece is not longer


def snippet(pieces: Sequence[str], stems: Collection[str]) -> Snippet | None:
    """The piece with the most of the stems, and as many after it as there is room for; None where there is no text."""
    if not pieces:
        return None
    found = [len({word.stem for word in words(piece) if word.stem in stems}) for piece in pieces]
    first = found.index(max(found))
    shown = [pieces[first]]
    for piece in pieces[first + 1 :]:
        if sum(map(len, shown)) + len(shown) + len(piece) > LENGTH:
            break
        shown.append(piece)
    text = " ".join(shown)
    marks = [
        Mark(start=word.start, end=word.end) for word in words(text) if word.stem in stems and word.folded not in STOP
    ]
    return Snippet(text=text, marks=marks, whole=len(shown) == len(pieces))
