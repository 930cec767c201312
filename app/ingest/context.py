"""What the makers of records need to know of the page that they are made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from app.ingest.flatten import Page
from app.ingest.glossary import Glossary
from app.ingest.outline import Outline
from app.ingest.words import Words
from app.pack import Provenance


class Context(NamedTuple):
    """What every record of a draft needs to know; `guess` has text without headings cut by what it speaks of."""

    page: Page
    outline: Outline
    words: Words
    glossary: Glossary
    source: str
    slug: str
    guess: bool = True

    def provenance(self, numbers: Iterable[int], *derived: str) -> Provenance:
        """Where a record comes from; `derived` names the fields that a rule added."""
        return Provenance(source=self.source, lines=tuple(sorted(set(numbers))), derived=derived)
