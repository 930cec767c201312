"""How a page reads: what a person meets on it, in order."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.pack import Contact, Urgency
from app.render.words import words_for


def parsed(answer: httpx.Response) -> LexborHTMLParser:
    """An answer's page, which must be HTML."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return LexborHTMLParser(answer.text)


def text_of(node: LexborNode | None) -> str:
    """What a node says, its white space as a browser shows it."""
    assert node is not None
    return " ".join(node.text().split())


def said(page: LexborHTMLParser, selector: str) -> list[str]:
    return [text_of(node) for node in page.css(selector)]


def check_promises(page: LexborHTMLParser, condition: Any) -> None:
    """That a page keeps by a condition's signs all that must stand with them (promise 4 of the design)."""
    words = words_for(condition["edition"]["served"]["lang"])
    signs = condition["warning_signs"]
    assert said(page, ".care .sign") == [sign["sign"] for sign in signs["signs"]]
    assert len(page.css(".care .umbrella")) == sum(sign["scope"] == "any" for sign in signs["signs"])
    for sign, item in zip(signs["signs"], page.css(".care li"), strict=True):
        card = item.parent.parent.parent if item.parent and item.parent.parent else None
        assert card is not None
        assert text_of(card.css_first(".action")) == sign["action"]
        assert text_of(card.css_first(".bar > :first-child")) == words.urgency[Urgency(sign["urgency"])]
        assert text_of(card.css_first(".bar p")) == words.whom.format(contact=words.contact[Contact(sign["contact"])])
    known = words.complete_set if signs["complete"] else words.incomplete_set
    assert said(page, ".signs > .whole") == [known if signs["signs"] else words.no_signs]
    assert said(page, ".signs > .applies") == [words.applies_to.format(who=signs["applies_to"])]
    assert said(page, ".signs > .note") == [signs["note"]] * (signs["note"] is not None)
    assert said(page, ".banner.lost-lists") == [words.lost_banner] * (not condition["complete"])
    assert len(page.css(".banner.fallback")) == condition["edition"]["fallback"]
    review = condition["review"]
    (told,) = said(page, ".review")
    assert (told == words.unreviewed) == (review["status"] == "unreviewed")
    assert (review["by"] or "") in told
    assert said(page, ".notice") == [condition["notice"]]
    assert condition["publisher"]["name"] in text_of(page.css_first(".whose"))


def style_hashes(page: LexborHTMLParser) -> set[str]:
    """How a Content-Security-Policy names a page's own styles."""
    digests = (hashlib.sha256(style.text().encode()).digest() for style in page.css("style"))
    return {f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests}
