"""The parts of an article: headings, paragraphs, lists with the sentences that lead into them, and lost lists."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.ingest.flatten import Line, NotAnArticle
from app.ingest.words import Words, plain, sentences

MAX_STATEMENT = 20_000
MAX_HEADING = 300
MAX_HEADING_WORDS = 12
MAX_FRAGMENT_WORDS = 25

_ENDED = re.compile(r"[.!?…][\"”’»)\]]*$")
_ENDED_OR_COLON = re.compile(r"[.!?…:][\"”’»)\]]*$")
_COLON = re.compile(r"[\s:：]+$")


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
    blocks: list[Block] = field(default_factory=list)


def read_parts(lines: Sequence[Line], words: Words, *, marked: bool = False) -> list[Part]:
    """The parts of an article's lines; where all is `marked` up, nothing is guessed and no heading left out.

    Raises NotAnArticle on a sentence too long to be one.
    """
    guess = not marked and not any(line.role == "heading" for line in lines)
    parts = [Part()]
    queue = deque(_bounded(lines, words))
    while queue:
        line = queue.popleft()
        if _is_heading(line, queue, words, guess=guess):
            above = parts.pop() if not parts[-1].blocks else Part()
            if marked and above.heading:
                above = _keep_heading(above, parts)
            parts.append(Part(line.text, above.numbers + line.numbers))
            continued = _next_is(queue, "item") or (bool(queue) and leads(queue[0].text, words))
            if _dangles(line.text, words) and not continued:
                parts[-1].blocks.extend(_lead_blocks(line, line.text, queue, words, marked=marked))
        elif line.role == "item":
            parts[-1].blocks.append(_listing(None, (), line, queue, words))
        else:
            parts[-1].blocks.extend(_text_blocks(line, queue, words, marked=marked))
    if marked and parts[-1].heading and not parts[-1].blocks:
        _keep_heading(parts.pop(), parts)
    return [part for part in parts if part.blocks]


def _keep_heading(part: Part, parts: list[Part]) -> Part:
    """Make a heading that nothing stands under the last text of the parts before it; an empty part in its place."""
    if not parts:
        parts.append(Part())
    text = part.heading or ""
    lead = _COLON.sub("", text)
    parts[-1].blocks.append(Prose(part.numbers, text) if lead == text else Lost(part.numbers, lead))
    return Part()


def is_prose(line: Line) -> bool:
    """Whether a line is running text, and no label or link."""
    count = len(line.text.split())
    if line.role == "item":
        return count >= 8 and line.href is None
    return line.role == "text" and count >= 6 and bool(_ENDED_OR_COLON.search(line.text))


def leads(text: str, words: Words) -> bool:
    """Whether a text leads into a list: it ends in a colon, or in the middle of a sentence that a list would end."""
    return text.endswith((":", "：")) or _dangles(text, words)


def asks(text: str, words: Words) -> bool:
    """Whether a text names a question that headings of health pages ask."""
    return any(rule.search(plain(text)) for _, rule in words.aspects.by_heading)


def _dangles(text: str, words: Words) -> bool:
    bare = _COLON.sub("", plain(text))
    return len(bare.split()) >= 4 and bool(words.layout.dangling.search(bare))


def _next_is(queue: deque[Line], role: str) -> bool:
    return bool(queue) and queue[0].role == role


def _bounded(lines: Sequence[Line], words: Words) -> Iterator[Line]:
    for line in lines:
        if len(line.text) <= MAX_STATEMENT:
            yield line
            continue
        for sentence in sentences(line.text, words):
            if len(sentence) > MAX_STATEMENT:
                raise NotAnArticle(f"holds a sentence of {len(sentence):,} characters; an article's have some hundreds")
            yield replace(line, text=sentence)


# Headings.


def _is_heading(line: Line, queue: deque[Line], words: Words, *, guess: bool) -> bool:
    if line.role == "heading":
        return len(line.text) <= MAX_HEADING
    return guess and line.role == "text" and bool(queue) and _could_head(line.text, queue[0], words)


def _could_head(text: str, following: Line, words: Words) -> bool:
    """Whether a line without marks heads what follows it: short, no sentence, and worded as headings are."""
    count = len(text.split())
    if count > MAX_HEADING_WORDS or len(text) > 100 or text[-1] in ".,;:!…" or text[0].islower():
        return False
    if text.endswith("?"):
        return True
    if words.calls.directive.search(plain(text)) and words.calls.if_word.match(plain(following.text)):
        return following.role == "item"  # else it is the order for what stands above, and heads no condition below
    told = is_prose(following) or following.role == "item" or leads(following.text, words)
    if asks(text, words) and count <= 8:
        return told or not _ENDED.search(following.text)
    long_words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    titled = sum(word[0].isupper() for word in long_words) * 2 > len(long_words)
    return told and (titled or count <= 3)


# Paragraphs, and what leads into a list.


def _text_blocks(line: Line, queue: deque[Line], words: Words, *, marked: bool) -> list[Block]:
    unfinished = line.role == "text" and not _ENDED.search(line.text) and _next_is(queue, "item")
    if not unfinished and not leads(line.text, words):
        return [Prose(line.numbers, line.text, cell=line.role == "cell")]
    last = sentences(line.text, words)[-1]
    before = line.text[: len(line.text) - len(last)].strip()
    blocks: list[Block] = [Prose(line.numbers, before)] if before else []
    return [*blocks, *_lead_blocks(line, last, queue, words, marked=marked)]


def _lead_blocks(line: Line, text: str, queue: deque[Line], words: Words, *, marked: bool) -> list[Block]:
    """The list that a sentence leads into, or the mark that it is lost."""
    lead = _COLON.sub("", text)
    if not lead:
        return []
    if _next_is(queue, "item"):
        return [_listing(lead, line.numbers, queue.popleft(), queue, words)]
    fragments, whole = ([], False) if marked else _fragments(queue, words)
    if not fragments:
        return [Lost(line.numbers, lead)]
    items = tuple(Item(fragment.numbers, fragment.text, 1) for fragment in fragments)
    return [Listing(line.numbers, lead, items, ordered=False, whole=whole, marked=False)]


# Lists.


def _listing(lead: str | None, numbers: tuple[int, ...], first: Line, queue: deque[Line], words: Words) -> Listing:
    lines = [first]
    while queue and _goes_on(queue[0], first):
        lines.append(queue.popleft())
    whole = not words.layout.cut_item.search(lines[-1].text) and not _breaks_inside(lines)
    if _next_is(queue, "text") and len(queue[0].text) < 30 and words.layout.cut_item.search(queue[0].text):
        queue.popleft()  # "Show more": what it would have shown was not saved
        whole = False
    items = tuple(Item(line.numbers, line.text, line.level or 1) for line in lines)
    return Listing(numbers, lead, items, first.ordered, whole)


def _goes_on(line: Line, first: Line) -> bool:
    inner = line.level > 1 or first.level > 1
    return line.role == "item" and line.listing == first.listing and (inner or line.ordered == first.ordered)


def _breaks_inside(lines: Sequence[Line]) -> bool:
    """Whether the page breaks off in a list, or an item leads into one that cannot be told from the items after it."""
    following = [*(line.level for line in lines[1:]), 0]
    return any(
        line.cut or (line.text.endswith(":") and level <= line.level)
        for line, level in zip(lines, following, strict=True)
    )


def _fragments(queue: deque[Line], words: Words) -> tuple[list[Line], bool]:
    """Items whose bullets are gone, and whether their end can be told from the paragraphs that follow."""
    found: list[Line] = []
    while queue and _is_fragment(queue[0], words) and not (found and queue[0].gap and not found[-1].gap):
        found.append(queue.popleft())
    headed = False
    while found and queue and _could_be_heading(found, queue[0], words):
        headed = True
        queue.appendleft(found.pop())
    lower = not any(line.text[0].isupper() for line in found)
    apart = bool(queue) and queue[0].gap and not any(line.gap for line in found[1:])
    asked = bool(queue) and queue[0].text.endswith("?")
    return found, bool(found) and (lower or (len(found) > 1 and (headed or apart or asked)))


def _could_be_heading(found: Sequence[Line], following: Line, words: Words) -> bool:
    """Whether the last of the fragments may be the heading of what follows them."""
    text = found[-1].text
    tokens = text.split()
    titled = len(tokens) > 1 and all(token[0].isupper() for token in tokens if len(token) > 3)
    alone = len(found) == 1 and is_prose(following)
    return text[0].isupper() and (titled or alone or asks(text, words))


def _is_fragment(line: Line, words: Words) -> bool:
    short = line.role == "text" and len(line.text.split()) <= MAX_FRAGMENT_WORDS
    return short and not _ENDED_OR_COLON.search(line.text) and not words.layout.menu_words.search(line.text)
