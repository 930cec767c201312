"""The outline of a page: which lines are navigation, the title, credits, the article's parts, related reading."""

from __future__ import annotations

import datetime as dt
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from app.ingest.flatten import Line, NotAnArticle, Page
from app.ingest.words import Words, plain, sentences
from app.pack import Audience

MAX_STATEMENT = 20_000
MAX_HEADING = 300

_ENDED = re.compile(r"[.!?…][\"”’»)\]]*$")
_COLON = re.compile(r"\s*[:：]\s*$")
_TITLE_PARTS = re.compile(r"\s+[|–—-]\s+|\s*[|»]\s*|\s+::\s+")
_COLON_PART = re.compile(r"\s*:\s+")
_AUDIENCE_TAIL = re.compile(r"\s*\((?:for|para) [^()]*\)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list; `depth` is from 1."""

    numbers: tuple[int, ...]
    text: str
    depth: int


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph, or (`cell`) a cell of a table."""

    numbers: tuple[int, ...]
    text: str
    cell: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list with the sentence that leads into it, without its colon.

    Where it is not `whole`, items may be missing; where it is not `marked`, it is a list by its wording only.
    """

    numbers: tuple[int, ...]
    lead: str | None
    items: tuple[Item, ...]
    ordered: bool
    whole: bool
    marked: bool = True


@dataclass(frozen=True, slots=True)
class Lost:
    """A sentence that leads into a list which is not there."""

    numbers: tuple[int, ...]
    lead: str


Block = Prose | Listing | Lost


@dataclass(slots=True)
class Part:
    """What stands under one heading; `numbers` are the lines of the heading, and of headings above it without text."""

    heading: str | None = None
    numbers: tuple[int, ...] = ()
    level: int = 0
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Credit:
    """Who reviewed the page and when, as far as the page says so."""

    by: str | None = None
    reviewed_on: dt.date | None = None
    next_review_on: dt.date | None = None
    published_on: dt.date | None = None
    modified_on: dt.date | None = None
    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outline:
    """A page taken apart."""

    name: str
    name_numbers: tuple[int, ...]
    audience: Audience
    audience_basis: Literal["stated", "derived", "unstated"]
    audience_numbers: tuple[int, ...]
    credit: Credit
    menu: list[Line]
    parts: list[Part]
    related: list[Line]


def outline(page: Page, words: Words) -> Outline:
    """Take a page apart. Raises NotAnArticle where no article can be told from the rest of it."""
    shown = [
        line for line in page.lines if not words.layout.furniture.search(line.text) and not _leads_inside(line, page)
    ]
    credit, shown = _take_credits(shown, words)
    shown, related = _take_related(shown, words)
    main = _main_area(shown)
    article = [line for line in shown if line.area == main]
    first = _first_prose(article)
    name, at = _name(page, article, first, words)
    audience, basis, stated_at = _audience(page, article, first, words)
    begin = min(index for index in (at, stated_at, first) if index is not None)
    titles = {index for index in (at, stated_at) if index is not None and not article[index].text.endswith("?")}
    opening = [article[index] for index in range(begin, first) if index not in titles]
    body = [line for line in opening if _opens(line, page)] + article[first:]
    body, after = _take_tail(body, words) if not page.marked_up or main == "page" else (body, [])
    if not related:
        body, related = _take_teasers(body, name, words)
    menu = [line for line in shown if line.area != main] + article[:begin] + after
    guess = not any(line.role == "heading" for line in body)
    parts = _parts(list(_bounded(body, words)), words, guess=guess)
    return Outline(
        name=name,
        name_numbers=article[at].numbers if at is not None else (),
        audience=audience,
        audience_basis=basis,
        audience_numbers=article[stated_at].numbers if stated_at is not None else (),
        credit=credit,
        menu=menu,
        parts=parts,
        related=related,
    )


def _leads_inside(line: Line, page: Page) -> bool:
    """Whether a line is a link to another part of the same page, as in a table of contents."""
    href = line.href or ""
    return line.role in {"item", "text"} and (href.startswith("#") or href.startswith(f"{page.url}#"))


def is_prose(line: Line) -> bool:
    """Whether a line is running text, and no label or link."""
    return line.role == "text" and len(line.text.split()) >= 6 and bool(re.search(r"[.!?:][\"”’»)\]]*$", line.text))


def stems(text: str) -> frozenset[str]:
    """The words of a name without the endings that their other forms change."""
    tokens = re.findall(r"[^\W\d_]+", text.casefold())
    return frozenset(_stem(token) for token in tokens if len(token) > 3) or frozenset(tokens)


def _stem(token: str) -> str:
    return token[: len(token) - (1 if len(token) < 8 else 2 if len(token) < 9 else 3)]


def told_of(text: str, name: frozenset[str]) -> int:
    """How many of a name's stems a text has words of."""
    tokens = re.findall(r"[^\W\d_]+", text.casefold())
    return sum(any(token.startswith(stem) for token in tokens) for stem in name)


def mentions(text: str, name: frozenset[str]) -> bool:
    """Whether a text speaks of what has this name: half of its words or more."""
    return told_of(text, name) * 2 >= len(name) > 0


def _main_area(lines: Sequence[Line]) -> str:
    return "main" if any(line.area == "main" and is_prose(line) for line in lines) else "page"


def _first_prose(article: Sequence[Line]) -> int:
    for at, line in enumerate(article):
        near = article[at + 1 : at + 6]
        if is_prose(line) and any(is_prose(other) or other.role == "item" for other in near):
            return at
    raise NotAnArticle("holds no running text, only short lines as a menu has; an article's paragraphs are needed")


# Who reviewed the page, and dates.


def _take_credits(lines: Sequence[Line], words: Words) -> tuple[Credit, list[Line]]:
    credit = Credit()
    rest: list[Line] = []
    queue = deque(lines)
    while queue:
        line = queue.popleft()
        text = line.text
        following = queue[0].text if queue and len(queue[0].text) <= 120 else ""
        labelled = text.endswith(":") and len(text) <= 40
        if (
            len(text) <= 300
            and line.role != "heading"
            and _read_credit(f"{text} {following}" if labelled else text, credit, words)
        ):
            credit.numbers.extend(line.numbers)
            if labelled:
                credit.numbers.extend(queue.popleft().numbers)
        else:
            rest.append(line)
    return credit, rest


def _read_credit(text: str, credit: Credit, words: Words) -> bool:
    rules = words.credits
    found = False
    if label := rules.reviewed_by.match(text):
        others = (rules.reviewed_on, rules.next_review_on)
        ends = [other.start() for rule in others if (other := rule.search(text, label.end()))]
        by = text[label.end() : min(ends, default=len(text))].strip(" ,;:|.–-")
        if by[:1].isupper() and len(by) <= 200:
            credit.by = credit.by or by
            found = True
    for name in ("reviewed_on", "next_review_on", "published_on", "modified_on"):
        label = getattr(rules, name).search(text)
        value = text[label.end() : label.end() + 40] if label else ""
        if label and (date := read_date(value, rules.months)):
            setattr(credit, name, getattr(credit, name) or date)
        found = found or bool(label and len(text) <= 120 and re.search(r"\b(?:19|20)\d\d\b", value))
    return found or (len(text) <= 30 and read_date(text, rules.months) is not None)


def read_date(text: str, months: Sequence[str]) -> dt.date | None:
    """A whole date at the beginning of a text; None where a part is missing or day and month cannot be told apart."""
    names = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in months)
    day = r"(?P<d>\d{1,2})(?:st|nd|rd|th|º)?"
    of = r"[\s,]+(?:de[l]?\s+|of\s+)?"
    forms = (
        r"(?P<y>\d{4})-(?P<n>\d\d)-(?P<d>\d\d)",
        rf"{day}{of}(?P<m>{names})\.?{of}(?P<y>\d{{4}})",
        rf"(?P<m>{names})\.?{of}{day},?{of}(?P<y>\d{{4}})",
        r"(?P<n>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    )
    for form in forms:
        if found := re.match(rf"[\s:,-]*(?:on\s+|el\s+)?{form}\b", text, re.IGNORECASE):
            parts = found.groupdict()
            month = parts.get("n") or _month(parts["m"], months)
            return _date(int(parts["y"]), int(month), int(parts["d"]), either="/" in form)
    return None


def _month(name: str, months: Sequence[str]) -> int:
    return next(number for number, month in enumerate(months, start=1) if month.startswith(name.casefold()[:3]))


def _date(year: int, month: int, day: int, *, either: bool) -> dt.date | None:
    if either and month > 12:
        month, day = day, month
    elif either and day <= 12 and day != month:
        return None  # the United States and the rest of the world read it differently
    try:
        return dt.date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None


# Whom and what the page is for.


def _audience(
    page: Page, article: Sequence[Line], first: int, words: Words
) -> tuple[Audience, Literal["stated", "derived", "unstated"], int | None]:
    rules = words.layout
    said = [
        next((who for who, rule in rules.audience_lines.items() if rule.search(line.text)), None)
        for line in article[: first + 1]
    ]
    for at in range(len(said) - 1, -1, -1):
        who = said[at]
        beside = set(said[max(at - 1, 0) : at + 2]) - {None, who}
        if who is not None and not beside:  # beside another it is a tab or a link, and says nothing of this page
            return who, "stated", at
    titles = [*(line.text for line in article if line.role == "heading" and line.level == 1), *page.titles]
    for who, rule in rules.audience_paths.items():
        if any(rule.search(title) for title in titles):
            return who, "stated", None
        if page.url and rule.search(page.url):
            return who, "derived", None
    return Audience.general, "unstated", None


def _name(page: Page, article: Sequence[Line], first: int, words: Words) -> tuple[str, int | None]:
    """What the page is about, and the index of the line that says so."""
    told = [line.text for line in article[first:] if line.role != "heading"]
    candidates = [*_titles(page, article, first, words)]
    candidates += [(_COLON_PART.split(text)[0], at) for text, at in candidates if ":" in text]
    for text, at in candidates:
        name = clean_name(text, words)
        named = stems(name)
        whole = any(told_of(line, named) * 4 >= len(named) * 3 for line in told)
        if name and whole and sum(mentions(line, named) for line in told) >= 2:
            return name, at if at is not None else _headed(article, name)
    raise NotAnArticle(
        "does not say what it is about: no title or first sentence names what its text goes on to explain"
    )


def _titles(page: Page, article: Sequence[Line], first: int, words: Words) -> Iterator[tuple[str, int | None]]:
    """What could be the title, the likeliest first, each with the index of its line."""
    for at, line in enumerate(article):
        if line.role == "heading" and line.level == 1:
            yield line.text, at
    near = [at for at in range(first - 1, max(first - 7, -1), -1) if len(article[at].text.split()) <= 12]
    near.sort(key=lambda at: article[at].text.endswith("?"))
    said = words.explanations.subject.match(plain(article[first].text))
    subject = article[first].text[said.start("term") : said.end("term")] if said else ""
    yield from (
        (article[at].text, at)
        for at in near
        if subject and told_of(article[at].text, stems(subject)) == len(stems(subject))
    )
    yield subject, None
    yield from ((part, None) for whole in page.titles for part in _TITLE_PARTS.split(whole))
    yield from ((article[at].text, at) for at in near)


def _headed(article: Sequence[Line], name: str) -> int | None:
    """The index of a first heading that holds the name."""
    for at, line in enumerate(article):
        if line.role == "heading" and line.level == 1 and name.casefold() in line.text.casefold():
            return at
    return None


def clean_name(title: str, words: Words) -> str:
    """A title without its question, audience and pronunciation."""
    name = _AUDIENCE_TAIL.sub("", title).strip()
    if framed := words.layout.title_frame.match(plain(name)):
        name = name[framed.start("name") : framed.end("name")]
    name = re.sub(r"\s*\([^()]*-[^()]*\)", "", name).strip(" :?¿")
    return name[:1].upper() + name[1:] if len(name) <= MAX_HEADING else ""


def _opens(line: Line, page: Page) -> bool:
    """Whether a line between the title and the first paragraph belongs to the text, and is no label."""
    if line.role == "heading":
        return line.level > 1
    return page.marked_up or line.role == "item" or line.text.endswith("?")


# What stands after the article.


def _take_related(lines: Sequence[Line], words: Words) -> tuple[list[Line], list[Line]]:
    """Lines under a heading such as "More on this topic", up to the next heading or the page's end."""
    rest: list[Line] = []
    related: list[Line] = []
    inside: Line | None = None
    for line in lines:
        rule = words.layout.related if line.role == "heading" else words.layout.related_label
        if line.role in {"heading", "text"} and rule.search(line.text):
            inside = line
        elif inside is not None and _stays_related(line, inside, words):
            related.append(line)
        else:
            inside = None
            rest.append(line)
    return rest, related


def _stays_related(line: Line, heading: Line, words: Words) -> bool:
    if any(rule.search(line.text) for rule in words.layout.audience_lines.values()):
        return True
    if (line.role == "heading" and line.href is None and line.level <= heading.level) or line.area != heading.area:
        return False
    return is_prose(line) or not words.layout.menu_words.search(line.text)


def _take_tail(body: list[Line], words: Words) -> tuple[list[Line], list[Line]]:
    """Cut off the menu lines at the end; fragments that a colon leads into are no menu, unless they say so."""
    cut = len(body)
    while cut > 1 and _is_label(body[cut - 1]):
        cut -= 1
    tail = body[cut:]
    if _leads(body[cut - 1].text, words):
        menu_from = next((at for at, line in enumerate(tail) if words.layout.menu_words.search(line.text)), len(tail))
        cut += menu_from
    return body[:cut], body[cut:]


def _is_label(line: Line) -> bool:
    text = line.text
    return line.role == "text" and len(text.split()) <= 8 and not re.search(r"[.!?:]$", text) and not text[0].islower()


def _take_teasers(body: list[Line], name: str, words: Words) -> tuple[list[Line], list[Line]]:
    """Cut off a run of teasers at the end: two or more lines that invite to read on, or explain something else."""
    named = stems(name)
    cut = len(body)
    while cut > 1 and _is_teaser(body[cut - 1], named, words):
        cut -= 1
    teasers = body[cut:]
    if len(teasers) < 2 or not any(words.layout.teaser.search(plain(line.text)) for line in teasers):
        return body, []
    return body[:cut], teasers


def _is_teaser(line: Line, named: frozenset[str], words: Words) -> bool:
    text = plain(line.text)
    if not is_prose(line) or text.endswith(":") or words.calls.directive.search(text):
        return False
    if mentions(text, named):
        return False
    return bool(words.layout.teaser.search(text) or words.layout.teaser_hint.search(text))


# The article's parts.


def _bounded(lines: Sequence[Line], words: Words) -> Iterator[Line]:
    for line in lines:
        if len(line.text) <= MAX_STATEMENT:
            yield line
            continue
        for sentence in sentences(line.text, words):
            if len(sentence) > MAX_STATEMENT:
                raise NotAnArticle(f"holds a sentence of {len(sentence):,} characters; an article's have some hundreds")
            yield replace(line, text=sentence)


def _parts(lines: list[Line], words: Words, *, guess: bool) -> list[Part]:
    parts = [Part()]
    queue = deque(lines)
    while queue:
        line = queue.popleft()
        if _is_heading(line, queue, words, guess=guess):
            above = parts.pop() if not parts[-1].blocks else Part()
            parts.append(Part(line.text, above.numbers + line.numbers, line.level))
            if _leads(line.text, words, heading=True) and not (queue and queue[0].role == "item"):
                parts[-1].blocks.extend(_lead_blocks(line, line.text, queue, words))
        elif line.role == "item":
            parts[-1].blocks.append(_listing(None, (), line, queue, words))
        else:
            parts[-1].blocks.extend(_text_blocks(line, queue, words))
    return [part for part in parts if part.blocks]


def _is_heading(line: Line, queue: deque[Line], words: Words, *, guess: bool) -> bool:
    text = line.text
    if line.role == "heading":
        return len(text) <= MAX_HEADING
    if not guess or line.role != "text" or not queue or len(text.split()) > 12 or re.search(r"[.,;:!…]$", text):
        return False
    if text[0].islower() or len(text) > 100:
        return False
    long_words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    titled = sum(word[0].isupper() for word in long_words) * 2 > len(long_words) or len(text.split()) <= 3
    if text.endswith("?"):
        return True
    following = queue[0]
    return titled and (is_prose(following) or following.role == "item" or _leads(following.text, words))


def _leads(text: str, words: Words, *, heading: bool = False) -> bool:
    """Whether a text leads into a list: it ends in a colon, or in the middle of a sentence that a list would end."""
    bare = _COLON.sub("", plain(text))
    dangles = len(bare.split()) >= 4 and bool(words.layout.dangling.search(bare))
    return dangles if heading else text.endswith((":", "：")) or dangles


def _text_blocks(line: Line, queue: deque[Line], words: Words) -> list[Block]:
    unfinished = not _ENDED.search(line.text) and bool(queue) and queue[0].role == "item" and line.role == "text"
    if not unfinished and not _leads(line.text, words):
        return [Prose(line.numbers, line.text, cell=line.role == "cell")]
    last = sentences(line.text, words)[-1]
    before = line.text[: len(line.text) - len(last)].strip()
    blocks: list[Block] = [Prose(line.numbers, before)] if before else []
    return [*blocks, *_lead_blocks(line, last, queue, words)]


def _lead_blocks(line: Line, text: str, queue: deque[Line], words: Words) -> list[Block]:
    lead = _COLON.sub("", text).strip(" :：")
    if not lead:
        return []
    if queue and queue[0].role == "item":
        return [_listing(lead, line.numbers, queue.popleft(), queue, words)]
    if queue and queue[0].role == "cell":
        return [Lost(line.numbers, lead)]
    fragments, whole = _fragments(queue, words)
    if not fragments:
        return [Lost(line.numbers, lead)]
    items = tuple(Item(fragment.numbers, fragment.text, 1) for fragment in fragments)
    return [Listing(line.numbers, lead, items, ordered=False, whole=whole, marked=False)]


def _listing(lead: str | None, numbers: tuple[int, ...], first: Line, queue: deque[Line], words: Words) -> Listing:
    lines = [first]
    while queue and queue[0].role == "item" and queue[0].listing == first.listing:
        if queue[0].level == first.level == 1 and queue[0].ordered != first.ordered:
            break
        lines.append(queue.popleft())
    whole = not any(line.cut for line in lines) and not words.layout.cut_item.search(lines[-1].text)
    if queue and queue[0].role == "text" and len(queue[0].text) < 30 and words.layout.cut_item.search(queue[0].text):
        queue.popleft()  # "Show more": what it would have shown was not saved
        whole = False
    items = tuple(Item(line.numbers, line.text, line.level or 1) for line in lines)
    return Listing(numbers, lead, items, first.ordered, whole)


def _fragments(queue: deque[Line], words: Words) -> tuple[list[Line], bool]:
    """Items whose bullets are gone, and whether their end can be told from the paragraphs that follow."""
    found: list[Line] = []
    while queue and _is_fragment(queue[0], words) and not (found and queue[0].gap and not found[-1].gap):
        found.append(queue.popleft())
    headed = bool(found) and bool(queue) and _reads_as_heading(found[-1].text, words)
    if headed:
        queue.appendleft(found.pop())
    lower = all(not line.text[0].isupper() for line in found)
    ended = bool(queue) and (
        headed or queue[0].text.endswith("?") or (queue[0].gap and not any(line.gap for line in found[1:]))
    )
    return found, len(found) > 1 and (lower or ended)


def _reads_as_heading(text: str, words: Words) -> bool:
    tokens = text.split()
    titled = len(tokens) > 1 and all(token[0].isupper() for token in tokens if len(token) > 3)
    return text[0].isupper() and (titled or any(rule.search(plain(text)) for _, rule in words.aspects.by_heading))


def _is_fragment(line: Line, words: Words) -> bool:
    text = line.text
    return (
        line.role == "text"
        and len(text.split()) <= 25
        and not re.search(r"[.!?:…][\"”’»)\]]*$", text)
        and not words.layout.menu_words.search(text)
    )
