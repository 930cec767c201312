"""A saved page as numbered lines: bytes become text, damaged characters are repaired, HTML is flattened."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple
from urllib.parse import urljoin

import ftfy
from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_BYTES = 10_000_000
# Browsers stop nesting at 512 elements; the parser's time grows by the square of the depth.
MAX_DEPTH = 400
MAX_TAGS = 300_000

BINARY = {b"%PDF": "a PDF", b"PK\x03\x04": "a zip archive or an office document", b"\x89PNG": "an image"}
BULLETS = "•◦▪▫‣⁃●○■□➢✓✔·\uf0b7\uf0a7"
_SUB_BULLETS = "◦▫○□⁃"
_BULLET = re.compile(rf"(\s*)(?:([{BULLETS}])\s*|([-–—*])\s+|(\(?\d{{1,2}}[.)])\s+)(?=\S)")
_LONE_BULLET = re.compile(rf"\s*[{BULLETS}*–-]\s*")
_INLINE_BULLET = re.compile(r"\s+[•●▪]\s*(?=\S)")
_HASHES = re.compile(r"(#{1,6})\s+(?=\S)")
_STRAY = re.compile(r"Â(?=[\s\xa0]|$)")
_HTML = re.compile(r"<!doctype html|<html\b|<body\b|</(?:p|div|ul|ol|h[1-6]|section|article|main)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<(?:!--|(/?)([a-zA-Z][a-zA-Z0-9]*))")
_ENDED = re.compile(r"[.!?…:;][\"”’»)\]]*$")
_BREAK = "\u2028"
_TO_SPACE = dict.fromkeys((*range(32), 127), " ")


def _names(tags: str) -> frozenset[str]:
    return frozenset(tags.split())


_SKIPPED = _names(
    "script style noscript template svg math head iframe object select textarea input label del s audio video"
)
_UNSCANNED = _names("script style svg math textarea")
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
# Elements that need no end tag, or have none: counting them would see depth where there is none.
_UNCOUNTED = _names(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot "
    "caption colgroup option optgroup rt rp html head body"
)
_BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 4}
_BLOCKS_IN_CELLS = "p, div, ul, ol, h1, h2, h3, h4, table"
_MENU_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|footer|share|sharing|social|cookies?|skip-?link|sidebar|"
    r"masthead|tools?|toolbar|advert|promo|search-?form|pagination|site-header|site-footer)(?:$|[\s_-])",
    re.IGNORECASE,
)
_TABS = re.compile(r"(?:^|[\s_-])(?:tabs?|tab-?list|pills)(?:$|[\s_-])", re.IGNORECASE)
_REPAIRS = ftfy.TextFixerConfig(
    uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False, fix_line_breaks=False
)

Role = Literal["text", "heading", "item", "cell"]
Area = Literal["page", "main", "menu"]


class NotAnArticle(Exception):  # noqa: N818  named for what was found out, as FileExistsError is
    """A file that no draft can be made of; its message says what was found and what is needed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: the source lines it stands on, and what the page's own marks say it is.

    `level` is a heading's level or an item's depth, both from 1. `gap` says that an empty line stands before it,
    `cut` that the page breaks off inside the list it belongs to.
    """

    numbers: tuple[int, ...]
    text: str
    role: Role = "text"
    level: int = 0
    ordered: bool = False
    listing: int = 0
    area: Area = "page"
    href: str | None = None
    gap: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page as lines, with what its head says. `source` are the numbered lines that provenance cites."""

    source: list[str]
    lines: list[Line]
    marked_up: bool
    titles: tuple[str, ...] = ()
    url: str | None = None
    lang: str | None = None


def flatten(raw: bytes) -> Page:
    """Read a saved page, HTML or text. Raises NotAnArticle on what is no text, too large or nested too deep."""
    text = _decode(raw)
    return _from_html(text) if _HTML.search(text) else _from_text(text)


def _decode(raw: bytes) -> str:
    needed = "a saved article page is HTML or plain text"
    if len(raw) > MAX_BYTES:
        raise NotAnArticle(f"has {len(raw):,} bytes; a saved article page has at most {MAX_BYTES:,}")
    for magic, what in BINARY.items():
        if raw.startswith(magic):
            raise NotAnArticle(f"is {what}; {needed}")
    text = _to_text(raw).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise NotAnArticle(f"is empty; {needed}")
    strange = sum(text.count(chr(code)) for code in (*range(9), *range(14, 32)))
    if "\0" in text or strange * 200 > len(text):
        raise NotAnArticle(f"is binary; {needed}")
    return text


def _to_text(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    named = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{2,20})", raw[:4096], re.IGNORECASE)
    for encoding in ("utf-8-sig", named[1].decode() if named else "cp1252", "cp1252"):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")


def _repair(line: str) -> str:
    """Undo what wrong decoding did to a line; leave its words, quotes and dashes as they are."""
    if line.isascii() and "&" not in line:
        return line.translate(_TO_SPACE)
    fixed = _STRAY.sub(" ", ftfy.fix_text(line, _REPAIRS))
    return "".join(_printable(char) for char in fixed)


def _printable(char: str) -> str:
    if char in BULLETS:
        return "•" if char in "\uf0b7\uf0a7" else char
    category = unicodedata.category(char)
    if category == "Cf":
        return ""  # zero-width marks and soft hyphens
    return " " if category in {"Cc", "Co", "Cs", "Cn", "Zs", "Zl", "Zp"} else char


# Plain text. Bullets, numbers and hashes are marks; everything else is for the outline to tell.


class _Raw(NamedTuple):
    """A line of a text file, with the bullet it began with."""

    line: Line
    indent: int = 0
    bullet: str = ""


def _from_text(text: str) -> Page:
    source = [_repair(line.expandtabs(4)) for line in text.rstrip().split("\n")]
    lines = [part for line in _with_depth(_unwrap(_marks(source))) for part in _split_inline(line)]
    return Page([" ".join(line.split()) for line in source], lines, marked_up=False)


def _marks(source: list[str]) -> Iterator[_Raw]:
    gap = bulleted = False
    for number, raw in enumerate(source, start=1):
        if not raw.strip():
            gap = True
        elif _LONE_BULLET.fullmatch(raw):
            bulleted = True  # the mark stands on a line of its own, before its item
        else:
            yield _read_marks(number, raw, gap=gap, bulleted=bulleted)
            gap = bulleted = False


def _read_marks(number: int, raw: str, *, gap: bool, bulleted: bool) -> _Raw:
    line = Line((number,), " ".join(raw.split()), gap=gap)
    if found := _BULLET.match(raw):
        item = replace(line, role="item", text=" ".join(raw[found.end() :].split()), ordered=bool(found[4]))
        return _Raw(item, len(found[1]), found[2] or found[3] or "1.")
    if bulleted:
        return _Raw(replace(line, role="item"), 0, "•")
    if found := _HASHES.match(raw):
        return _Raw(replace(line, role="heading", level=len(found[1]), text=" ".join(raw[found.end() :].split())))
    return _Raw(line, len(raw) - len(raw.lstrip()))


def _unwrap(lines: Iterable[_Raw]) -> Iterator[_Raw]:
    """Put sentences together again that a narrow file breaks over several lines."""
    every = list(lines)
    wrapped = max((len(raw.line.text) for raw in every), default=0) <= 100
    wrapped = wrapped and sum(_continues(last, raw, wrapped=True) for last, raw in pairwise(every)) > 1
    last: _Raw | None = None
    for raw in every:
        if last is not None and _continues(last, raw, wrapped=wrapped):
            numbers = last.line.numbers + raw.line.numbers
            last = last._replace(line=replace(last.line, numbers=numbers, text=f"{last.line.text} {raw.line.text}"))
            continue
        if last is not None:
            yield last
        last = raw
    if last is not None:
        yield last


def _continues(last: _Raw, raw: _Raw, *, wrapped: bool) -> bool:
    if raw.line.gap or raw.line.role != "text" or last.line.role == "heading":
        return False
    if last.line.role == "item" and raw.indent > last.indent and not _ENDED.search(last.line.text):
        return True
    return wrapped and len(last.line.text) > 40 and not last.line.text.endswith(":") and raw.line.text[0].islower()


def _with_depth(lines: Iterable[_Raw]) -> Iterator[Line]:
    first: _Raw | None = None
    for raw in lines:
        if raw.line.role != "item":
            first = None
            yield raw.line
            continue
        first = first or raw
        deeper = raw.indent > first.indent or (raw.bullet in _SUB_BULLETS and raw.bullet != first.bullet)
        yield replace(raw.line, level=2 if deeper else 1)


def _split_inline(line: Line) -> Iterator[Line]:
    """`Call if: • fever • chills` on one line is a lead-in and two items."""
    if not _INLINE_BULLET.search(line.text) or line.role == "heading":
        yield line
        return
    head, *items = (part.strip() for part in _INLINE_BULLET.split(line.text))
    if head:
        yield replace(line, text=head)
    for item in filter(None, items):
        yield replace(line, text=item, role="item", level=line.level or 1, gap=False)


# HTML. One line for each block, heading and list item, in the order of the document.


class _Where(NamedTuple):
    role: Role = "text"
    level: int = 0
    ordered: bool = False
    listing: int = 0
    area: Area = "page"
    href: str | None = None


class _Piece(NamedTuple):
    """A run of text, or (`edge`) the edge of a block."""

    text: str
    where: _Where
    edge: bool = False


def _from_html(text: str) -> Page:
    _refuse_deep(text)
    tree = LexborHTMLParser(text)
    url = _address(tree)
    pieces = _pieces(tree.body) if tree.body is not None else ()
    parts = (part for line in _assemble(pieces, url) for part in _split_inline(line))
    lines = [replace(line, numbers=(number,)) for number, line in enumerate(parts, start=1)]
    if _breaks_off(text):
        last_item = max((at for at, line in enumerate(lines) if line.role == "item"), default=None)
        if last_item is not None:
            lines[last_item] = replace(lines[last_item], cut=True)
    html = tree.css_first("html")
    lang = html.attributes.get("lang") if html is not None else None
    return Page([line.text for line in lines], lines, True, _titles(tree), url, lang)


def _refuse_deep(text: str) -> None:
    blocks: list[str] = []
    formatting: list[str] = []
    work = 0
    for count, (closing, name) in enumerate(_tags(text)):
        work += len(formatting)  # the parser opens formatting that was never closed again in every paragraph
        if count > MAX_TAGS or work > 10 * MAX_TAGS:
            raise NotAnArticle(f"has more than {MAX_TAGS:,} HTML elements; a saved article page has a few thousand")
        if len(blocks) + len(formatting) > MAX_DEPTH:
            raise NotAnArticle(f"nests HTML more than {MAX_DEPTH} deep; a saved article page nests some dozens deep")
        if name in _UNCOUNTED:
            continue
        open_ones = formatting if name in _FORMATTING else blocks
        if not closing:
            open_ones.append(name)
        elif name in open_ones:
            last = len(open_ones) - 1 - open_ones[::-1].index(name)
            del open_ones[last : last + 1 if open_ones is formatting else None]


def _tags(text: str) -> Iterator[tuple[bool, str]]:
    at = 0
    while found := _TAG.search(text, at):
        at = found.end()
        if found[2] is None:
            at = text.find("-->", found.start() + 2) + 3
            if at < 3:
                return
            continue
        name = found[2].lower()
        if name in _UNSCANNED and not found[1]:
            at = text.find(f"</{name}", at)
            if at < 0:
                return
            at += len(name) + 2
            continue
        yield bool(found[1]), name


def _pieces(body: LexborNode) -> Iterator[_Piece]:
    """The body's text in order, walked without recursion."""
    listings = 0
    stack: list[tuple[LexborNode | None, _Where]] = [(body, _Where())]
    while stack:
        node, where = stack.pop()
        if node is None:
            yield _Piece("", where, edge=True)
        elif node.is_text_node:
            yield _Piece(node.text_content or "", where)
        elif node.is_element_node and not _is_unshown(node, where):
            tag = node.tag or ""
            listings += tag in {"ul", "ol"} and where.level == 0
            inner = _enter(node, tag, where, listings)
            # A paragraph inside an item, a heading or a cell is part of its line.
            edge = (tag in _BLOCKS and (inner != where or where.role == "text")) or (
                tag == "a" and inner.area == "menu"
            )
            yield _Piece(_BREAK if tag == "br" else " " if tag in _BLOCKS else "", where, edge=edge)
            if edge:
                stack.append((None, inner))
            stack.extend((child, inner) for child in reversed(list(_children(node))))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _is_unshown(node: LexborNode, where: _Where) -> bool:
    if node.tag in _SKIPPED or (node.tag == "button" and where.role != "heading"):
        return True
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return attributes.get("hidden", "no") in {None, "", "hidden"} or "display:none" in style


def _enter(node: LexborNode, tag: str, where: _Where, listing: int) -> _Where:
    where = where._replace(area=_area(node, tag, where.area))
    if tag in _HEADINGS:
        return where._replace(role="heading", level=_HEADINGS[tag])
    if tag in {"ul", "ol"}:
        return where._replace(role="text", level=where.level + 1, ordered=tag == "ol", listing=listing)
    if tag == "li":
        return where._replace(role="item", level=where.level or 1)
    if tag in {"td", "th"} and node.css_first(_BLOCKS_IN_CELLS) is None:
        return where._replace(role="cell")
    if tag == "a":
        return where._replace(href=node.attributes.get("href") or where.href)
    return where


def _area(node: LexborNode, tag: str, area: Area) -> Area:
    if area == "menu" or tag in {"html", "body"}:
        return area
    attributes = node.attributes
    role = attributes.get("role") or ""
    if tag in {"nav", "footer"} or role in {"navigation", "contentinfo", "search", "banner"}:
        return "menu"
    if tag in {"main", "article"} or role == "main":
        return "main"
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if (
        tag in {"ul", "ol"}
        and _TABS.search(names)
        and node.css_first("a")
        and not node.css_first("p, div, h2, h3, h4, li li")
    ):
        return "menu"
    if tag in {"header", "aside"} or (tag in _BLOCKS and _MENU_NAMES.search(names)):
        return area if node.css_first("h1, main, article") is not None else "menu"
    return area


def _assemble(pieces: Iterable[_Piece], url: str | None) -> Iterator[Line]:
    run: list[_Piece] = []
    for piece in pieces:
        if not piece.edge:
            run.append(piece)
        elif run:
            yield from _to_lines(run, url)
            run = []
    if run:
        yield from _to_lines(run, url)


def _to_lines(run: list[_Piece], url: str | None) -> Iterator[Line]:
    told = [piece for piece in run if piece.text.strip()]
    if not told:
        return
    where = told[0].where
    links = {piece.where.href for piece in told}
    href = links.pop() if len(links) == 1 else None
    line = Line((1,), "", where.role, where.level, where.ordered, where.listing, where.area, _resolve(url, href))
    text = "".join(piece.text for piece in run)
    parts = text.split(_BREAK) if where.role == "text" else [text.replace(_BREAK, " ")]
    for raw in _join_broken([_repair(part) for part in parts]):
        found = _BULLET.match(raw) if where.role == "text" else None
        repaired = " ".join((raw[found.end() :] if found else raw).split())
        if repaired and found:
            yield replace(line, text=repaired, role="item", level=1, ordered=bool(found[4]))
        elif repaired:
            yield replace(line, text=repaired)


def _join_broken(parts: list[str]) -> Iterator[str]:
    """Parts between `<br>`s, those of one sentence joined again; after a colon they are items, and stay apart."""
    last = ""
    listing = False
    for part in parts:
        listing = listing or last.rstrip().endswith(":")
        if last.strip() and part.strip()[:1].islower() and not listing and not _ENDED.search(last.rstrip()):
            last = f"{last} {part}"
            continue
        yield last
        last = part
    yield last


def _resolve(url: str | None, href: str | None) -> str | None:
    if not href:
        return None
    try:
        return urljoin(url, href.strip()) if url else href.strip()
    except ValueError:
        return None


def _titles(tree: LexborHTMLParser) -> tuple[str, ...]:
    nodes = tree.css("meta[property='og:title']")
    titles = [node.attributes.get("content") or "" for node in nodes]
    title = tree.css_first("title")
    if title is not None:
        titles.append(title.text())
    return tuple(filter(None, (" ".join(_repair(title.replace("\n", " ")).split()) for title in titles)))


def _address(tree: LexborHTMLParser) -> str | None:
    for selector, attribute in (("link[rel='canonical']", "href"), ("meta[property='og:url']", "content")):
        node = tree.css_first(selector)
        address = (node.attributes.get(attribute) or "").strip() if node is not None else ""
        if web_address(address):
            return address
    return None


def web_address(address: str | None) -> str | None:
    """The address, if a pack takes it: absolute, and of the web."""
    return address if address and re.fullmatch(r"https?://[^\s<>\"'`\\]{1,1900}", address) else None


def _breaks_off(text: str) -> bool:
    """Whether the file ends inside a list: then its last items are lost."""
    lowered = text.lower()
    return lowered.count("<ul") + lowered.count("<ol") > lowered.count("</ul") + lowered.count("</ol")
