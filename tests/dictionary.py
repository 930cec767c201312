"""Makes `app/search/dictionary.txt` from the package pyspellchecker: `python -m tests.dictionary`.

Each line is a word of English as it is looked up: folded, of SHORTEST_MENDED letters or more, without others.
"""

from __future__ import annotations

import sys

from spellchecker import SpellChecker

from app.search.words import SHORTEST_MENDED, words
from tests.conftest import ROOT

FILE = ROOT / "app" / "search" / "dictionary.txt"


def lines() -> str:
    """The text of the file, byte by byte."""
    known = SpellChecker(language="en").word_frequency.words()
    folded = {word.folded for name in known if name.isalpha() for word in words(name)}
    return "".join(f"{word}\n" for word in sorted(folded) if word.isascii() and len(word) >= SHORTEST_MENDED)


if __name__ == "__main__":
    FILE.write_text(lines(), encoding="ascii")
    sys.stdout.write(f"Wrote {FILE.relative_to(ROOT)}.\n")
