"""A pack whose every text is somebody's attempt at markup, at a script, or at the lines around it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import EVERY_STATE

TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # Unicode's marks of direction
LINES = (  # no longer than a heading may be
    "<script>alert(1)</script>",
    "</script><script src=//evil.example/x.js></script>",
    '<img src=x onerror="alert(1)">',
    "<!-- a comment --><![CDATA[ data ]]><?php ?>",
    "<b>bold</b> & &lt;i&gt; &#60;u&#62; &copy; &amp;amp;",
    '"}],"@type":"Thing","@id":"javascript:alert(1)","x":[{"y":"',
    "[click](javascript:alert(1))",
    "![picture](https://evil.example/a.png)",
    "<https://evil.example/auto>",
    "https://evil.example/bare and www.evil.example and who@evil.example",
    "javascript:alert(1)",
    "[name]: https://evil.example/definition",
    "[^1]: a note",
    "# heading",
    "heading #",
    "> quotation",
    "- item",
    "+ item",
    "* item",
    "1. first",
    "1986. A year",
    "2) second",
    "- [ ] to do",
    "---",
    "===",
    "```sh",
    "~~~",
    "`code` ``more``",
    "| a | b |",
    "**bold** __bold__ *i* _i_ ~~gone~~ ^up^ ==mark==",
    "snake_case_word 2*3*4",
    "a back\\slash, an \\*escape\\*, and one at the end\\",
    "{#id .class} {{ 7*7 }} {% raw %} $x^2$",
    "term\u2028- item\u2029# heading",
    "\u202e    turned round",
    "\u2066isolated \u202dand\u202c turned\u2069 \u200fback\u200e\u061c",
    "two  spaces and\u00a0one that does not break",
    "@context",
    "null",
)
TEXTS = (*LINES, "W" * 10_000, f"{'<' * 5_000}{'&' * 5_000}")
ADDRESSES = (
    "https://evil.example/?q=javascript:alert(1)&copy;=1&amp;lt;",
    "https://evil.example/a(b)[c]*d*_e_#f|g",
    "https://evil.example/\u202egnp.exe",
)
WEB = ADDRESSES[:2]  # those that may be followed


def clean(text: str) -> str:
    """A text as it must be read: all of it, on one line, without what turns what follows."""
    return "".join(" " if char in "\u2028\u2029" else char for char in text if char not in TURNS).strip()


def hostile_pack(folder: Path) -> Path:
    """Write the pack: the condition `hostile`, with a sign, a section and an article for each text."""
    info = json.loads((EVERY_STATE / "pack.json").read_text(encoding="utf-8"))
    info |= {"name": "hostile", "publisher": {"name": LINES[0], "url": WEB[0]}, "rights": LINES[6]}
    info["sources"][0] |= {"name": LINES[7], "owner": LINES[1], "rights": LINES[8], "url": ADDRESSES[2]}
    (folder / "conditions").mkdir(parents=True)
    (folder / "pack.json").write_text(json.dumps(info), encoding="utf-8")
    (folder / "conditions" / "hostile.json").write_text(json.dumps(_condition()), encoding="utf-8")
    (folder / "articles.jsonl").write_text(
        "".join(json.dumps(article) + "\n" for article in _articles()), encoding="utf-8"
    )
    return folder


def _traced(**fields: Any) -> dict[str, Any]:
    return {"provenance": {"source": "hat-notes", "lines": [1]}, **fields}


def _condition() -> dict[str, Any]:
    keys = [f"sign-{number}" for number in range(len(TEXTS))]
    signs = [{"key": key, "scope": "named", "urgency": "urgent", "contact": "doctor"} for key in keys]
    wording = [_traced(key=key, sign=text, action=text) for key, text in zip(keys, TEXTS, strict=True)]
    edition = _traced(
        lang="en",
        audience="general",
        audience_basis="stated",
        name=LINES[0],
        pronunciation=LINES[6],
        summary=TEXTS[-1],
        url=WEB[1],
        review={"status": "reviewed", "by": LINES[2], "reviewed_on": "2026-01-01"},
        warning_signs=_traced(applies_to=LINES[0], note=TEXTS[-1], signs=wording),
        sections=[_section(number, text) for number, text in enumerate(TEXTS)],
    )
    return _traced(
        slug="hostile",
        aliases=[_traced(name=line, kind="synonym", lang="en") for line in LINES],
        codings=[_traced(system="mesh", code="D0", display=LINES[5])],
        sign_set={"complete": False, "signs": signs},
        editions=[edition],
    )


def _section(number: int, text: str) -> dict[str, Any]:
    blocks = [
        _traced(type="paragraph", text=text),
        _traced(type="list", items=[text, text]),
        _traced(type="list", about=text, ordered=True, items=[text]),
        _traced(type="list", ordered=True, items=[text]),
        _traced(type="lost-list", about=text, note=text),
        _traced(type="paragraph", text=text),
    ]
    return _traced(heading=LINES[number % len(LINES)], anchor=f"section-{number}", blocks=blocks)


def _articles() -> list[dict[str, Any]]:
    return [
        _traced(
            slug=f"article-{number}",
            lang="en",
            title=line,
            teaser=line,
            url=ADDRESSES[number % len(ADDRESSES)],
            conditions=["hostile"],
        )
        for number, line in enumerate(LINES)
    ]
