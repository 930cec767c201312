"""The outline of a page: its navigation, its title and audience, the article itself, the related reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.ingest.credits import Credit, take_credits
from app.ingest.flatten import Line, NotAnArticle, Page
from app.ingest.parts import MAX_HEADING, Part, asks, is_prose, leads, read_parts
from app.ingest.words import Words, plain, sentences
from app.pack import Audience

NEAR = 6
# A paragraph of this many words is an article by itself.
MIN_WALL_WORDS = 50
# A line before the text names it where one of this many first paragraphs repeats it.
OPENING = 2
_TITLE_PARTS = re.compile(r"\s+[|–—-]\s+|\s*[|»]\s*|\s+::\s+")
_BEFORE_COLON = re.compile(r"\s*:\s+.*")
_AUDIENCE_TAIL = re.compile(r"\s*\((?:for|para) [^()]*\)\s*$", re.IGNORECASE)
_ASKED = re.compile(r"[^.!?]*\?")
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")
_SAID = re.compile(r"\s*\([^()]*-[^()]*\)")


@dataclass(frozen=True, slots=True)
class Outline:
    """A page taken apart. The numbers are the lines that say the name and the audience, where lines do."""

    name: str
    name_numbers: tuple[int, ...]
    audience: Audience
    audience_basis: Literal["stated", "derived", "unstated"]
    audience_numbers: tuple[int, ...]
    credit: Credit
    menu: list[Line]
    body: list[Line]
    parts: list[Part]
    related: list[Line]


def outline(page: Page, words: Words) -> Outline:
    """Take a page apart. Raises NotAnArticle where no article can be told from the rest of it."""
    shown = [
        line for line in page.lines if not words.layout.furniture.search(line.text) and not _points_inside(line, page)
    ]
    credit, shown = take_credits(shown, words)
    shown, related = _take_related(shown, words)
    area = "main" if any(line.area == "main" and is_prose(line) for line in shown) else "page"
    article = [line for line in shown if line.area == area]
    first = _first_prose(article)
    name, titled = _name(page, article, first, words)
    audience, basis, told = _audience(page, article, first, words)
    begin = min(at for at in (titled, told, first) if at is not None)
    body = [article[at] for at in range(begin, first) if at != told and _opens(article[at], at == titled, page, words)]
    body += article[first:]
    body, tail = _take_tail(body, words) if area == "page" else (body, [])
    if not related:
        body, related = _take_teasers(body, name, words)
    return Outline(
        name=name,
        name_numbers=() if titled is None else article[titled].numbers,
        audience=audience,
        audience_basis=basis,
        audience_numbers=() if told is None else article[told].numbers,
        credit=credit,
        menu=[line for line in shown if line.area != area] + article[:begin] + tail,
        body=body,
        parts=read_parts(body, words),
        related=related,
    )


def stems(text: str) -> frozenset[str]:
    """The words of a name without the endings that their other forms change."""
    tokens = re.findall(r"[^\W\d_]+", text.casefold())
    return frozenset(_stem(token) for token in tokens if len(token) > 3) or frozenset(tokens)


def _stem(token: str) -> str:
    return token[: len(token) - (1 if len(token) < 8 else 2 if len(token) < 9 else 3)]


def _told_of(text: str, name: frozenset[str]) -> int:
    """How many words of a name a text has, in whatever form."""
    tokens = re.findall(r"[^\W\d_]+", text.casefold())
    return sum(any(token.startswith(stem) for token in tokens) for stem in name)


def _mentions(text: str, name: frozenset[str]) -> bool:
    """Whether a text speaks of what has this name: half of its words or more."""
    return _told_of(text, name) * 2 >= len(name) > 0


def _points_inside(line: Line, page: Page) -> bool:
    """Whether a line is a link to another part of the same page, as in a table of contents."""
    return line.role in {"item", "text"} and (line.href or "").startswith(("#", f"{page.url}#"))


def _first_prose(article: Sequence[Line]) -> int:
    for at, line in enumerate(article):
        near = article[at + 1 : at + 1 + NEAR]
        told = any(is_prose(other) or other.role in {"item", "cell"} or other.text.endswith(":") for other in near)
        alone = len(line.text.split()) >= MIN_WALL_WORDS
        titled = at > 0 and article[at - 1].role == "heading" and article[at - 1].level == 1
        asked = _ASKED.fullmatch(line.text) if titled else line.text.endswith("?")
        if (told or alone or titled) and is_prose(line) and not asked:
            return at
    for at, line in enumerate(article):
        if is_prose(line) and not line.text.endswith("?"):
            return at
    raise NotAnArticle("holds no running text, only short lines as a menu has; an article's paragraphs are needed")


def _opens(line: Line, titled: bool, page: Page, words: Words) -> bool:
    """Whether a line before the first paragraph belongs to the text, and is no title and no label."""
    if titled or (line.role == "heading" and line.level == 1):
        return line.text.endswith("?")
    return page.marked_up or line.role != "text" or line.text.endswith("?") or asks(line.text, words)


# What the page is about, and whom it is for.


def _name(page: Page, article: Sequence[Line], first: int, words: Words) -> tuple[str, int | None]:
    """The name of what the text goes on to tell of, and the index of the line that says it."""
    told = [line.text for line in article[first:] if line.role != "heading"]
    subject = _subject(article[first], words)
    candidates = list(_titles(page, article, first, subject))
    candidates += [(_BEFORE_COLON.sub("", text), at) for text, at in candidates if ":" in text]
    headed = [(line.text, at) for at, line in enumerate(article) if line.role == "heading" and line.level == 1]
    if len(headed) == 1 and (name := _only_heading(page, article, headed[0][0], told, words)):
        return name, headed[0][1]
    for text, at in candidates:
        name = clean_name(text, words)
        same = bool(subject) and at not in {None, first} and stems(name) == stems(subject)
        if name and (same or _is_about(told, stems(name))):
            return name, at if at is not None else _headed(article, name)
    for text, at in candidates:
        name = clean_name(text, words)
        if name and at is not None and at < first and _repeats(told[:OPENING], name):
            return name, at
    raise NotAnArticle(
        "does not say what it is about: no title or first sentence names what the text goes on to tell of"
    )


def _is_about(told: Sequence[str], name: frozenset[str]) -> bool:
    """Whether a text speaks of this name twice, once with most of its words."""
    most = len(name) * (0.75 if len(name) < 6 else 0.5)
    return any(_told_of(text, name) >= most for text in told) and sum(_mentions(text, name) for text in told) > 1


def _only_heading(page: Page, article: Sequence[Line], heading: str, told: Sequence[str], words: Words) -> str:
    """The name in a page's one main heading, if the text repeats it, or its head does and the text asks for health."""
    name = clean_name(heading, words)
    under = [line.text for line in article if line.role == "heading" and line.level > 1]
    asked = sum(asks(text, words) for text in under)
    titled = any(heading.casefold() in title.casefold() for title in page.titles)
    spoken = any(_mentions(text, stems(name)) for text in told)
    return name if _repeats([*told, *under], name) or (titled and asked + spoken > 1) else ""


def _repeats(told: Sequence[str], name: str) -> bool:
    """Whether a text has this name, with or without what it says in brackets."""
    both = (stems(name), stems(_IN_BRACKETS.sub("", name)))
    return any(_told_of(text, named) == len(named) > 0 for named in both for text in told)


def _subject(line: Line, words: Words) -> str:
    """What a first sentence tells of: "Croup is …"."""
    said = words.explanations.subject.match(plain(line.text))
    return line.text[slice(*said.span("term"))] if said else ""


def _titles(page: Page, article: Sequence[Line], first: int, subject: str) -> Iterator[tuple[str, int | None]]:
    """What could be the title, the likeliest first, each with the index of its line."""
    yield from ((line.text, at) for at, line in enumerate(article) if line.role == "heading" and line.level == 1)
    near = [at for at in range(first - 1, max(first - NEAR, 0) - 1, -1) if len(article[at].text.split()) <= 12]
    near.sort(key=lambda at: (article[at].text.endswith("?"), -_times_told(article[at].text, article[first:])))
    if subject:
        named = stems(subject)
        yield from ((article[at].text, at) for at in near if _told_of(article[at].text, named) == len(named))
        yield subject, first
    yield from ((part, None) for title in page.titles for part in _TITLE_PARTS.split(title))
    yield from ((article[at].text, at) for at in near)


def _times_told(title: str, lines: Sequence[Line]) -> int:
    named = stems(title)
    return sum(_told_of(line.text, named) == len(named) for line in lines)


def _headed(article: Sequence[Line], name: str) -> int | None:
    """The index of the first heading that holds the name."""
    for at, line in enumerate(article):
        if line.role == "heading" and line.level == 1 and name.casefold() in line.text.casefold():
            return at
    return None


def clean_name(title: str, words: Words) -> str:
    """A title without its question, audience and pronunciation; empty where it is too long for one."""
    name = _AUDIENCE_TAIL.sub("", title).strip()
    if framed := words.layout.title_frame.match(plain(name)):
        name = name[slice(*framed.span("name"))]
    name = _SAID.sub("", name).strip(" :?¿›»>|/–-")
    if len(name) > MAX_HEADING or any(rule.search(name) for rule in words.layout.audience_lines.values()):
        return ""
    return name[:1].upper() + name[1:]


def _audience(
    page: Page, article: Sequence[Line], first: int, words: Words
) -> tuple[Audience, Literal["stated", "derived", "unstated"], int | None]:
    """Whom the page is for, whether it says so, and the index of the line that does."""
    said = [audience_of(line.text, words) for line in article[:first]]
    for at in range(first - 1, -1, -1):
        who = said[at]
        if who is not None and not set(said[max(at - 1, 0) : at + 2]) - {None, who}:
            return who, "stated", at  # beside another it would be a tab, which says nothing of this page
    titles = [*(line.text for line in article if line.role == "heading" and line.level == 1), *page.titles]
    for who, rule in words.layout.audience_paths.items():
        if any(rule.search(title) for title in titles):
            return who, "stated", None
        if page.url and rule.search(page.url):
            return who, "derived", None
    return Audience.general, "unstated", None


def audience_of(text: str, words: Words) -> Audience | None:
    """The audience that a line such as "For Parents" names."""
    return next((who for who, rule in words.layout.audience_lines.items() if rule.search(text)), None)


# What stands after the article.


def _take_related(lines: Sequence[Line], words: Words) -> tuple[list[Line], list[Line]]:
    """The other lines, and those under a heading such as "More on this topic", up to the next heading."""
    rest: list[Line] = []
    related: list[Line] = []
    heading: Line | None = None
    for line in lines:
        rule = words.layout.related if line.role == "heading" else words.layout.related_label
        if line.role in {"heading", "text"} and rule.search(line.text):
            heading = line
        elif heading is not None and _stays_related(line, heading, words):
            related.append(line)
        else:
            heading = None
            rest.append(line)
    return rest, related


def _stays_related(line: Line, heading: Line, words: Words) -> bool:
    if audience_of(line.text, words):
        return True
    closes = line.role == "heading" and line.href is None and line.level <= heading.level
    if closes or line.area != heading.area:
        return False
    return is_prose(line) or not words.layout.menu_words.search(line.text)


def _take_tail(body: list[Line], words: Words) -> tuple[list[Line], list[Line]]:
    """The text, and the menu lines at its end; fragments that a colon leads into are no menu, unless they say so."""
    cut = len(body)
    while cut > 1 and _is_label(body[cut - 1]):
        cut -= 1
    if leads(body[cut - 1].text, words):
        while cut < len(body) and not words.layout.menu_words.search(body[cut].text):
            cut += 1
    return body[:cut], body[cut:]


def _is_label(line: Line) -> bool:
    text = line.text
    return line.role == "text" and len(text.split()) <= 8 and text[-1] not in ".!?:" and not text[0].islower()


def _take_teasers(body: list[Line], name: str, words: Words) -> tuple[list[Line], list[Line]]:
    """The text, and a run of teasers at its end: two lines or more that invite to read on, or tell of other things."""
    named = stems(name)
    cut = len(body)
    while cut > 1 and _is_teaser(body[cut - 1], named, words):
        cut -= 1
    invites = any(words.layout.teaser.search(plain(line.text)) for line in body[cut:])
    return (body[:cut], body[cut:]) if invites and len(body) - cut > 1 else (body, [])


def _is_teaser(line: Line, named: frozenset[str], words: Words) -> bool:
    text = plain(line.text)
    if not is_prose(line) or text.endswith(":") or words.calls.directive.search(text):
        return False
    if any(words.layout.teaser.match(sentence) for sentence in sentences(text, words)):
        return True  # an order to read elsewhere, also on the same topic
    hints = words.layout.teaser.search(text) or words.layout.teaser_hint.search(text)
    return bool(hints) and not _mentions(text, named)
