"""What an edition says, to look for on its pages and on paper."""

from __future__ import annotations

import unicodedata

import httpx


def squeezed(text: str) -> str:
    """A text without what a page may change: its white space, its case, and how letters are joined."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def what_is_said(service: str, slug: str, query: str) -> list[str]:
    """Every text of an edition that has to be on its page, squeezed."""
    condition = httpx.get(f"{service}/v1/conditions/{slug}?{query}").raise_for_status().json()
    signs = condition["warning_signs"]
    texts = [condition["name"], condition["summary"], condition["notice"], signs["applies_to"], signs["note"] or ""]
    for sign in signs["signs"]:
        texts += [sign["sign"], sign["action"]]
    for section in condition["sections"]:
        texts.append(section["heading"])
        for block in section["blocks"]:
            texts += [block.get(name) or "" for name in ("text", "about", "note")]
            texts += block.get("items", [])
    return [squeezed(text) for text in texts]
