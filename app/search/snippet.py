"""The part of a text that a search matches: in whole sentences, with the words that match marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.schemas import Mark, Snippet
from app.search.index import BETWEEN, LETTERS
from app.search.words import STOP, words

LENGTH = 240  # characters that a snippet has at most, if its first piece is not longer


def snippet(pieces: Sequence[str], terms: str, kind: str, stems: Collection[str]) -> Snippet | None:
    """The piece with the most of the stems, and as many after it as there is room for; None where there is no text.

    `terms` are those of an entry of this kind, which stand between BETWEEN as the pieces do.
    """
    if not pieces:
        return None
    asked = {f"{LETTERS[kind]}{stem}" for stem in stems}
    found = [len(asked.intersection(said.split())) for said in terms.split(BETWEEN)]
    first = found.index(max(found[: len(pieces)]))
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
