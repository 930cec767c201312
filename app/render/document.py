"""What every rendering of an edition is made of: the edition as it is served, and what has to stand with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app import schemas
from app.render.words import Words, words_for
from app.settings import Settings

# Marks that turn or isolate the direction of what follows (Unicode, UAX #9): they would reach beyond their own text.
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LINE = re.compile("[\u2028\u2029]")  # separators of lines and paragraphs: a pack refuses all others
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
WEB = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True)
class Document:
    """An edition of a condition, whole, and what a rendering shows with it. `sections` are those to be shown."""

    condition: schemas.Condition
    sections: Sequence[schemas.Section]
    related: Sequence[schemas.Article]
    glossary: Sequence[schemas.GlossaryTerm]
    words: Words
    settings: Settings

    @property
    def lang(self) -> str:
        """The language of the content."""
        return self.condition.edition.served.lang

    @property
    def direction(self) -> str:
        """`rtl` where the content's language is written from right to left, else `ltr`."""
        return direction(self.lang)

    @property
    def loses_lists(self) -> bool:
        """Whether the source lost a list anywhere in the edition, shown or not."""
        return not self.condition.complete

    def others_words(self, term: schemas.GlossaryTerm) -> str | None:
        """Whose words a term's meaning is in; None where they are those of the condition's own publisher.

        Related reading is never others': a pack's articles name conditions of that pack alone.
        """
        name = term.publisher.name
        return self.words.words_by.format(publisher=name) if name != self.condition.publisher.name else None


def make_document(
    condition: schemas.Condition,
    related: Sequence[schemas.Article],
    glossary: Sequence[schemas.GlossaryTerm],
    settings: Settings,
    anchors: Collection[str] | None = None,
) -> Document:
    """A condition's document. `anchors` choose among its sections; nothing chooses among its warning signs."""
    sections = [section for section in condition.sections if anchors is None or section.anchor in anchors]
    words = words_for(condition.edition.served.lang)
    return Document(condition, sections, related, glossary, words, settings)


def direction(lang: str) -> str:
    """How a language is written: `rtl` or `ltr`."""
    return "rtl" if lang.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


def inert(text: str) -> str:
    """A text of the content without marks that change the direction of what comes after it, and on one line."""
    return LINE.sub(" ", DIRECTION.sub("", text))


def web_address(url: str | None) -> str | None:
    """An address that may be followed: of the web, and whole. None for anything else."""
    return url if url and WEB.fullmatch(url) and not DIRECTION.search(url) else None


def other_names(condition: schemas.Condition) -> list[str]:
    """The names that may be shown beside the condition's own: no misspelling, none twice."""
    lang = condition.edition.served.lang.split("-", maxsplit=1)[0]
    names = [
        alias.name
        for alias in condition.aliases
        if alias.kind != "misspelling" and alias.lang.split("-", maxsplit=1)[0] == lang
    ]
    return list(dict.fromkeys(names))
