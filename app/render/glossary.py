"""Glossary words, explained where a text first uses them."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from app.pack import Audience
from app.render.document import Document, inert
from app.schemas import GlossaryTerm

WORD = re.compile(r"\w+(?:[-'’]\w+)*")
GOES_ON = re.compile(r"[-'’]?\w")
LINK = Markup('<a class="term" href="#term_{}">{}</a>')


class Explainer:
    """Links each term of a document's glossary, the first time a text holds it, to what it means."""

    def __init__(self, document: Document) -> None:
        self._names: dict[str, list[tuple[str, GlossaryTerm]]] = {}  # by their first word, the longest first
        self._explained: set[str] = set()
        self._found: list[GlossaryTerm] = []
        # A text for children is not explained in other children's words, nor parents' text in any child's.
        audiences = list(
            dict.fromkeys((document.condition.edition.served.audience, Audience.general, Audience.parents))
        )
        fitting = [term for term in document.glossary if term.audience in audiences]
        for term in sorted(fitting, key=lambda term: audiences.index(term.audience)):
            for name in _names(term):
                if first := WORD.match(name):
                    self._names.setdefault(first[0].casefold(), []).append((name, term))
        for names in self._names.values():
            names.sort(key=lambda pair: -len(pair[0]))

    def __call__(self, text: str) -> Markup:
        """A text as HTML, its first use of each term linked to the id `term_{slug}`."""
        text = inert(text)
        made, end = Markup(), 0
        for word in WORD.finditer(text):
            if word.start() >= end and (found := self._find(text, word)):
                stop, term = found
                made += escape(text[end : word.start()]) + LINK.format(term.slug, text[word.start() : stop])
                end = stop
                self._explained.update(map(str.casefold, _names(term)))
                self._found.append(term)
        return made + escape(text[end:])

    def take(self) -> list[GlossaryTerm]:
        """The terms that were linked since this was last asked."""
        found, self._found = self._found, []
        return found

    def _find(self, text: str, word: re.Match[str]) -> tuple[int, GlossaryTerm] | None:
        for name, term in self._names.get(word[0].casefold(), []):
            stop = word.start() + len(name)
            same = text[word.start() : stop].casefold() == name.casefold()
            if same and name.casefold() not in self._explained and not GOES_ON.match(text, stop):
                return stop, term
        return None


def _names(term: GlossaryTerm) -> list[str]:
    return [inert(name) for name in (term.term, *term.also_called)]
