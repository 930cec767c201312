"""The importer for MedlinePlus's health topics: the XML files that it offers in, a pack out, word for word.

A topic becomes a condition, its Spanish one an edition of the same condition, its related topics related reading. Other
publishers' texts (`site`, `standard-description`) are never read. However large the files, one topic is in memory at a
time, with a short index of all.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import chain, groupby
from pathlib import Path
from typing import IO, NamedTuple

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, XMLParser
from pydantic import ValidationError

from app.check import identifier_key
from app.ingest.context import Context
from app.ingest.credits import Credit
from app.ingest.edition import make_condition
from app.ingest.english import ENGLISH
from app.ingest.files import CHUNK_BYTES, fingerprint
from app.ingest.flatten import Line, NotAnArticle, Page, Role, web_address
from app.ingest.glossary import Glossary
from app.ingest.outline import Outline
from app.ingest.parts import read_parts
from app.ingest.slugs import slugify
from app.ingest.spanish import SPANISH
from app.ingest.words import Words, plain, rule, vocabulary
from app.pack import (
    MAX_RECORD_BYTES,
    URGENCY_ORDER,
    Alias,
    AnyRecord,
    Article,
    Audience,
    Category,
    Coding,
    Condition,
    Edition,
    Fault,
    Faults,
    Kind,
    PackError,
    PackInfo,
    Provenance,
    Publisher,
    Scope,
    Sign,
    SignSet,
    SignSetWording,
    SignWording,
    Source,
    Urgency,
    kind_of,
    write_pack,
)

SOURCE = "medlineplus-topics"
LANGUAGES = {"English": ENGLISH, "Spanish": SPANISH}
MAX_LINES = 10_000_000
MAX_TOPIC = 200_000  # characters kept of one topic: a long one has 20,000
MAX_TITLE = 300
MAX_DEPTH = 100  # elements inside each other: a topic's are six deep
MAX_CONDITIONS = 100  # that one article may name
RIGHTS = (
    "A work of the United States government, without copyright there. Name MedlinePlus and the National Library of "
    "Medicine as where it comes from, say so where you change it, and do not suggest that they endorse you."
)
# What is kept of a topic, by the path of the element inside it.
KEPT = frozenset(
    {
        ("also-called",),
        ("full-summary",),
        ("group",),
        ("language-mapped-topic",),
        ("mesh-heading", "descriptor"),
        ("mesh-heading", "qualifier"),
        ("related-topic",),
        ("see-reference",),
    }
)
# In each language, what in a sentence tells of illness or harm, and what only points elsewhere.
SIGN = {
    "en": rule(
        r"\b(?:pains?|painful|hurts?|sore|sores|aches?|\w+aches?|symptoms?|signs?|bleed\w*|blood in|bloody|fevers?|"
        r"temperature|swelling|swollen|rash(?:es)?|hives|itch\w*|lumps?|blisters?|discharge|pus|red|redness|infect\w+|"
        r"vomit\w*|nausea|diarrhea|constipat\w+|dehydrat\w+|cough\w*|wheez\w+|breath\w*|chok\w+|faint\w*|dizz\w+|"
        r"vertigo|seizures?|convulsions?|confus\w+|numb\w*|tingl\w+|weak|weakness|tired|fatigue|unwell|vision|burns?|"
        r"cuts?|wounds?|bites?|stings?|injur\w+|bruis\w+|trouble|difficulty|worse|worsening|spread\w*|hiccups|"
        r"suicid\w+|shak\w+|stiff\w*|palpitations|jaundice|yellow\w*)\b"
    ),
    "es": rule(
        r"\b(?:dolor(?:es)?|duele\w*|síntomas?|signos?|sangr\w+|hemorragias?|fiebre|temperatura|hincha\w+|inflama\w+|"
        r"sarpullidos?|erupci\w+|ronchas?|urticaria|picaz\w+|comezón|bultos?|llagas?|ampollas?|secreci\w+|pus|"
        r"enrojec\w+|infect\w+|infecci\w+|v[oó]mit\w+|náuseas?|diarrea|estreñ\w+|deshidrat\w+|tos|tose|respira\w*|"
        r"ahog\w+|desmay\w+|mare\w+|vértigo|convulsi\w+|confusi\w+|confund\w+|entumec\w+|hormigueo|cosquilleo|"
        r"debilidad|débil|cansa\w+|fatiga|malestar|visión|quemaduras?|cortes?|cortaduras?|heridas?|picaduras?|"
        r"mordeduras?|lesi\w+|morado|moretón|moretones|hematomas?|dificultad\w*|empeora\w*|propaga|hipo|suicid\w+|"
        r"rigidez|rígid\w+|palpitaciones|ictericia|amarill\w+)\b"
    ),
}
NO_SIGN = {
    "en": rule(r"\b(?:these|those|them|this|such(?! as))\b", r"^(?:it is |it's )?(?:necessary|needed|possible)$"),
    "es": rule(
        r"\b(?:est[oae]s?|es[oae]s|ell[oa]s|dich[oa]s?)\b(?! (?:el|la|los|las|un|una)\b)",
        r"^(?:es |fuera )?(?:necesario|posible)$",
    ),
}
_Worded = tuple[Sign, SignWording]
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})(?: [\d:]+)?")
_ENDED = re.compile(r"[.!?:…][\"”’»)\]]*$")


class FaultyFileError(PackError):
    """Files that are refused whole, with the file and line of each fault."""

    def __init__(self, faults: Faults, files: int = 1) -> None:
        super().__init__(faults)
        who = "the file has" if files == 1 else "the files have"
        self.args = (f"{who} {faults.total:,} fault{'s' if faults.total != 1 else ''}",)


class Extracted(NamedTuple):
    """What files became. `replaced` counts topics of which a later file has another version.

    `alone` are topics whose English one calls for care otherwise, `faults` what was left out.
    """

    conditions: int
    articles: int
    replaced: int
    alone: tuple[str, ...]
    faults: Faults


def extract(
    paths: Sequence[Path],
    out: Path,
    *,
    skip_faulty: bool = False,
    progress: Callable[[int], None] = lambda _count: None,
) -> Extracted:
    """Read files of health topics and write their pack into a folder that is new or empty.

    A topic that a later file holds again, by its language and its id or address, replaces the earlier one. Raises
    FaultyFileError, unless `skip_faulty` leaves out what is faulty; what no file of health topics holds is refused all
    the same. Raises OSError, and FileExistsError where the folder holds something. `progress` is told how many topics
    were read.
    """
    faults, feeds = Faults(), [_feed(path, number) for number, path in enumerate(paths, start=1)]
    with tempfile.TemporaryFile() as spool:
        index = _Index(spool)
        topics = chain.from_iterable(_topics(feed, faults) for feed in feeds)
        for count, topic in enumerate(topics, start=1):
            for fault in _take(topic, index):
                faults.add(fault)
            progress(count)
        if faults.total and not skip_faulty:
            raise FaultyFileError(faults, len(feeds))
        counts: Counter[Kind] = Counter()
        alone: list[str] = []
        write_pack(out, _info(feeds, index), _counted(_records(index, alone), counts))
    return Extracted(counts[Kind.condition], counts[Kind.article], index.replaced, tuple(alone), faults)


def _feed(path: Path, number: int) -> _Feed:
    """A file that is about to be read."""
    sha256, lines = fingerprint(path)
    if lines > MAX_LINES:
        raise _refusal(path, MAX_LINES, f"has more than {MAX_LINES:,} lines")
    return _Feed(path, number, sha256, lines)


def _refusal(path: Path, line: int, reason: str) -> FaultyFileError:
    faults = Faults()
    faults.add(Fault(str(path), line, "", reason))
    return FaultyFileError(faults)


def _info(feeds: Iterable[_Feed], index: _Index) -> PackInfo:
    return PackInfo(
        name="medlineplus",
        title="MedlinePlus health topics",
        publisher=Publisher(name="MedlinePlus, National Library of Medicine", url="https://medlineplus.gov/"),
        rights=RIGHTS,
        sources=tuple(_source(feed, index) for feed in feeds),
    )


def _source(feed: _Feed, index: _Index) -> Source:
    made_on = _date(feed.attributes.get("date-generated", ""))
    langs = {entry.lang for entry in index.entries.values() if entry.feed is feed}
    return Source(
        slug=feed.source,
        name=f"MedlinePlus health topics{f', as of {made_on}' if made_on else ''}",
        sha256=feed.sha256,
        owner="National Library of Medicine",
        rights=RIGHTS,
        lang="es" if langs == {"es"} else "en",
        lines=max(feed.lines, feed.last_line),
        url="https://medlineplus.gov/xml.html",
    )


def _date(text: str) -> dt.date | None:
    """`08/10/2024`, with or without a time; None for other text, and for a day that there is not."""
    found = _DATE.fullmatch(text)
    try:
        return dt.date(int(found[3]), int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


# A file: topics, each as soon as it has been read.


@dataclass(slots=True)
class Element:
    """An element that is kept. Its text has a line break where the file has one, and nowhere else."""

    name: str
    line: int
    depth: int
    attributes: Mapping[str, str]
    pieces: list[str] = field(default_factory=list)
    last_line: int = 0

    def add(self, line: int, text: str) -> None:
        """Add what stands on a line."""
        self.pieces.append("\n" * (line - (self.last_line or self.line)) + text.replace("\n", " "))
        self.last_line = line

    @property
    def text(self) -> str:
        """The text on one line."""
        return " ".join("".join(self.pieces).split())


@dataclass(slots=True)
class Topic:
    """A topic as its file has it; of one that is `too_long` the rest is not kept."""

    feed: _Feed
    line: int
    attributes: Mapping[str, str]
    elements: list[Element] = field(default_factory=list)
    size: int = 0

    @property
    def too_long(self) -> bool:
        """Whether it holds more than any topic does."""
        return self.size > MAX_TOPIC

    def every(self, *names: str) -> list[Element]:
        """Its elements of these names, in order, without those that say nothing."""
        return [element for element in self.elements if element.name in names and element.text]


class _RefusedError(Exception):
    """What no file of health topics holds."""


class _Feed:
    """A file, the source that it is, and what the XML parser tells of it: its topics, each until it is taken."""

    def __init__(self, path: Path, number: int, sha256: str, lines: int) -> None:
        self.path, self.number, self.sha256, self.lines = path, number, sha256, lines
        self.source = SOURCE if number == 1 else f"{SOURCE}-{number}"
        self.line: Callable[[], int] = lambda: 1
        self.attributes: Mapping[str, str] = {}
        self.count = 0
        self.last_line = 1
        self._path: list[str] = []
        self._whole: list[Topic] = []
        self._topic: Topic | None = None
        self._element: Element | None = None

    def take(self) -> Iterator[Topic]:
        """The topics that were read since the last call."""
        whole, self._whole = self._whole, []
        yield from whole

    def doctype(self, _name: str, _system: str | None, _public: str | None, internal: int) -> None:
        """A document type may be named, as MedlinePlus does; nothing fetches it, and none may be declared here."""
        if internal:
            raise _RefusedError("declares a document type of its own, which may hold anything")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._path.append(name)
        inside = tuple(self._path[2:])
        if self._path[0] != "health-topics":
            raise _RefusedError("is no file of MedlinePlus health topics: it does not begin with <health-topics>")
        if len(self._path) > MAX_DEPTH:
            raise _RefusedError(f"nests elements more than {MAX_DEPTH} deep")
        if len(self._path) == 1:
            self.attributes = attributes
        elif self._path[1:] == ["health-topic"]:
            self._topic = Topic(self, self.line(), attributes)
            self._grow(sum(map(len, attributes.values())))
        elif self._element is not None:
            self._write(f"<{name}>", markup=True)
        elif self._topic is not None and inside in KEPT:
            self._element = Element(name, self.line(), len(self._path), attributes)
            self._grow(sum(map(len, attributes.values())) + 50)

    def data(self, text: str) -> None:
        """Text of the element that is open. Inside markup that is not escaped it must not be taken for markup."""
        if self._element is not None:
            bare = len(self._path) == self._element.depth
            self._write(text if bare else html.escape(text, quote=False))

    def end(self, name: str) -> None:
        """An element ends."""
        self._path.pop()
        if self._element is not None and len(self._path) >= self._element.depth:
            self._write(f"</{name}>", markup=True)
        elif self._element is not None:
            if self._topic is not None and not self._topic.too_long:
                self._topic.elements.append(self._element)
            self._element = None
        elif self._topic is not None and len(self._path) == 1:
            self._whole.append(self._topic)
            self._topic = None
            self.count += 1
            self.last_line = self.line()

    def _write(self, text: str, *, markup: bool = False) -> None:
        if self._element is None or self._topic is None or (markup and self._element.name != "full-summary"):
            return
        self._grow(len(text))
        if not self._topic.too_long:
            self._element.add(self.line(), text)

    def _grow(self, size: int) -> None:
        if self._topic is not None:
            self._topic.size += size


def _topics(feed: _Feed, faults: Faults) -> Iterator[Topic]:
    """The topics of a file, those before the place where it breaks off or is broken, which is a fault.

    A file that holds fewer or more than it says has a fault too.

    Raises FaultyFileError on what no file of health topics holds.
    """
    path, parser = feed.path, XMLParser(target=feed)
    expat = parser.parser
    expat.buffer_text = False  # else the parser would be lines ahead of the text that it tells of
    expat.StartDoctypeDeclHandler = feed.doctype
    feed.line = lambda: int(expat.CurrentLineNumber)
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                parser.feed(chunk)
                yield from feed.take()
        parser.close()
    except ParseError as error:
        reason = str(error).partition(": line ")[0]
        faults.add(Fault(str(path), error.position[0], "", f"is not well-formed XML: {reason}"))
    except _RefusedError as error:
        raise _refusal(path, feed.line(), str(error)) from None
    except DefusedXmlException:
        raise _refusal(path, feed.line(), "declares entities, which may hold anything") from None
    except (LookupError, ValueError):
        raise _refusal(path, feed.line(), "is in no encoding that can be read") from None
    yield from feed.take()
    if (total := feed.attributes.get("total", "")[:20]).isdecimal() and total != str(feed.count):
        faults.add(Fault(str(path), 1, "total", f"says {total} topics; the file holds {feed.count} whole ones"))


# A topic's summary: HTML, most often escaped.

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_LISTS = frozenset({"ul", "ol"})
_CELLS = frozenset({"td", "th"})
_BLOCKS = vocabulary(
    """address article aside blockquote caption dd div dl dt figure figcaption footer h1 h2 h3 h4 h5 h6 header hr li
    main ol p pre section table tbody td tfoot th thead tr ul"""
)
_UNSHOWN = frozenset({"script", "style"})


class _Summary(HTMLParser):
    """The lines of a summary, each with the role that its markup gives it and where it stands in the file."""

    def __init__(self, first_line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self._first_line = first_line
        self._pieces: list[str] = []
        self._numbers: set[int] = set()
        self._lists: list[bool] = []  # of each list that is open, whether it is ordered
        self._listing = 0
        self._depth = 0  # of the item before, since an item is at most one deeper than what it stands under
        self._role: Role = "text"
        self._level = 0
        self._unshown = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  HTMLParser's own
        if tag in _BLOCKS:
            self._break(tag)
            if not self._lists:
                self._role = "heading" if tag in _HEADINGS else "cell" if tag in _CELLS else "text"
                self._level = _HEADINGS.get(tag, 0)
        if tag in _LISTS:
            if not self._lists:
                self._listing, self._depth = self._listing + 1, 0
            self._lists.append(tag == "ol")
        if tag == "br":
            self._break_line()
        self._unshown = tag in _UNSHOWN

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break(tag)
            if not self._lists and (tag in _HEADINGS or tag in _CELLS):
                self._role, self._level = "text", 0
        if tag in _LISTS and self._lists:
            self._lists.pop()
        self._unshown = False

    def handle_data(self, data: str) -> None:
        if self._unshown:
            return
        self._pieces.append(data)
        begin = self._first_line + self.getpos()[0] - 1
        self._numbers |= {number for number, part in enumerate(data.split("\n"), start=begin) if part.strip()}

    def close(self) -> None:
        super().close()
        self._end_line()

    def _break(self, tag: str) -> None:
        """End a line, or only a word where a paragraph is part of an item."""
        if not self._lists or tag in _LISTS or tag == "li":
            self._end_line()
        else:
            self._pieces.append(" ")

    def _break_line(self) -> None:
        """A `<br>` ends a line where a sentence ends too."""
        if self._lists or not _ENDED.search("".join(self._pieces).rstrip()):
            self._pieces.append(" ")
        else:
            self._end_line()

    def _end_line(self) -> None:
        text = " ".join("".join(self._pieces).split())
        if text:
            numbers = tuple(sorted(self._numbers))
            if self._lists:
                self._depth = min(len(self._lists), self._depth + 1)
                self.lines.append(Line(numbers, text, "item", self._depth, self._lists[-1], self._listing))
            else:
                self.lines.append(Line(numbers, text, self._role, self._level))
        self._pieces.clear()
        self._numbers.clear()


def _summary_lines(summary: Element) -> list[Line]:
    parser = _Summary(summary.line)
    parser.feed("".join(summary.pieces))
    parser.close()
    return parser.lines


# A topic as a condition with one edition.


class _WrongError(Exception):
    """What is wrong with a topic: the line, the element or attribute, the reason."""

    def __init__(self, line: int, field: str, reason: str) -> None:
        super().__init__(reason)
        self.line, self.field = line, field


class _Related(NamedTuple):
    """Another topic that a topic names, and the line that does."""

    id: str
    title: str
    url: str | None
    line: int


class _Entry(NamedTuple):
    """What is known of a topic while its condition waits in the spool, `size` bytes from `start`."""

    feed: _Feed
    line: int
    id: str
    lang: str
    title: str
    url: str
    teaser: str | None
    mates: tuple[str, ...]
    related: tuple[_Related, ...]
    start: int
    size: int


class _Index:
    """The topics of all files by their ids; their conditions are spooled: a topic's other edition may be far off."""

    def __init__(self, spool: IO[bytes]) -> None:
        self.entries: dict[str, _Entry] = {}
        self.replaced = 0
        self._ids: dict[str, str] = {}  # by their addresses
        self._spool = spool

    def held(self, key: str, url: str) -> list[_Entry]:
        """The topics that have this id or this address: one, unless they are two topics'."""
        keys = dict.fromkeys((key, self._ids.get(identifier_key(url), key)))
        return [self.entries[one] for one in keys if one in self.entries]

    def add(self, topic: Topic, condition: Condition, related: Iterable[_Related]) -> None:
        """Put a topic in, in the place of the one that it replaces."""
        edition, spooled = condition.editions[0], condition.model_dump_json(exclude_defaults=True).encode()
        start = self._spool.seek(0, 2)
        self._spool.write(spooled)
        told, url = topic.attributes, edition.url or ""
        for before in self.held(told["id"], url):
            del self.entries[before.id], self._ids[identifier_key(before.url)]
            self.replaced += 1
        self._ids[identifier_key(url)] = told["id"]
        mates = tuple(element.attributes.get("id", "") for element in topic.every("language-mapped-topic"))
        self.entries[told["id"]] = _Entry(
            feed=topic.feed,
            line=topic.line,
            id=told["id"],
            lang=edition.lang,
            title=edition.name,
            url=url,
            teaser=" ".join(told.get("meta-desc", "").split()).strip(" :：") or None,
            mates=mates,
            related=tuple(related),
            start=start,
            size=len(spooled),
        )

    def read(self, entry: _Entry) -> Condition:
        self._spool.seek(entry.start)
        return Condition.model_validate_json(self._spool.read(entry.size))


def _take(topic: Topic, index: _Index) -> list[Fault]:
    """Put a topic into the index, or say what is wrong with it."""
    file = str(topic.feed.path)
    try:
        _refuse_twice(topic, index)
        condition = _condition(topic)
        related = list(_related(topic, condition))
    except _WrongError as error:
        return [Fault(file, error.line, error.field, str(error))]
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return [Fault(file, topic.line, ".".join(map(str, one["loc"])), one["msg"]) for one in found]
    index.add(topic, condition, related)
    return []


def _refuse_twice(topic: Topic, index: _Index) -> None:
    """Only one topic of an earlier file, in the same language, can be one that this topic replaces."""
    key, url = topic.attributes.get("id", ""), topic.attributes.get("url", "")
    if not re.fullmatch(r"[0-9]{1,10}", key):
        raise _WrongError(topic.line, "id", "must be a number")
    if not web_address(url):
        raise _WrongError(topic.line, "url", "must be an address that begins with http:// or https://")
    words, held = LANGUAGES.get(topic.attributes.get("language", "")), index.held(key, url)
    for before in held:
        if before.feed is topic.feed or len(held) > 1 or (words is not None and words.lang != before.lang):
            where = "" if before.feed is topic.feed else f" of {before.feed.path}"
            raise _WrongError(topic.line, "id, url", f"is another topic's too, at line {before.line}{where}")


def _condition(topic: Topic) -> Condition:
    """A topic as a condition. Raises _WrongError and ValidationError."""
    told, summaries = topic.attributes, topic.every("full-summary")
    words, title = LANGUAGES.get(told.get("language", "")), " ".join(told.get("title", "").split())
    if topic.too_long:
        raise _WrongError(topic.line, "", f"has more than {MAX_TOPIC:,} characters; a long topic has 20,000")
    if words is None:
        raise _WrongError(topic.line, "language", f"must be one of {', '.join(LANGUAGES)}")
    if not 0 < len(title) <= MAX_TITLE:
        raise _WrongError(topic.line, "title", f"must be there, in at most {MAX_TITLE} characters")
    if len(summaries) != 1:
        raise _WrongError(topic.line, "full-summary", "must be there, once, and say something")
    found = make_condition(_context(topic, title, words, summaries[0]))
    edition, (signs, wording) = found.editions[0], _sure_signs(found, words)
    condition = Condition(
        slug=found.slug,
        identifiers=(f"medlineplus:{told['id']}", told["url"]),
        aliases=tuple(_aliases(topic, title, words.lang)),
        codings=tuple(_codings(topic)),
        categories=tuple(_categories(topic, words.lang)),
        sign_set=SignSet(complete=False, signs=signs),
        editions=(edition.model_copy(update={"warning_signs": wording}),),
        provenance=found.provenance,
    )
    if topic.size * 20 > MAX_RECORD_BYTES and len(condition.model_dump_json(indent=2)) * 2 > MAX_RECORD_BYTES:
        raise _WrongError(topic.line, "full-summary", f"makes a record of more than {MAX_RECORD_BYTES // 2:,} bytes")
    return condition


def _sure_signs(condition: Condition, words: Words) -> tuple[tuple[Sign, ...], SignSetWording]:
    """The signs of a topic without what may be none; that some were left out is said. No topic gives all its signs."""
    edition, notes = condition.editions[0], words.notes
    sure = [one for call in _calls(condition) for one in _sure(call, words.lang)]
    note = edition.warning_signs.note or notes["set-open"]
    if not sure:
        note = notes["no-signs"]
    elif len(sure) < len(condition.sign_set.signs) and notes["set-left-out"] not in note:
        note = f"{note.removesuffix(notes['set-open'])}{notes['set-left-out']} {notes['set-open']}"
    lines = [line for _, wording in sure for line in wording.provenance.lines]
    provenance = edition.warning_signs.provenance
    wording = SignSetWording(
        applies_to=edition.name,
        note=note,
        signs=tuple(wording for _, wording in sure),
        provenance=provenance.model_copy(
            update={"lines": tuple(sorted(set(lines))), "basis": "source" if lines else "derived"}
        ),
    )
    return tuple(sign for sign, _ in sure), wording


def _sure(call: Sequence[_Worded], lang: str) -> list[_Worded]:
    """The signs of one call; of a sentence's own none that only points elsewhere, or tells of no illness and no hurry.

    Topics also send readers to a doctor who plan to have children, smoke, or wonder whether a test is right for them.
    """
    if any(wording.sign not in wording.action for _, wording in call):
        return list(call)  # they stand in a list or a sentence of their own, which the call speaks of
    named = [one for one in call if not NO_SIGN[lang].search(plain(one[1].sign))]
    hurry = any(sign.urgency in {Urgency.immediate, Urgency.urgent} for sign, _ in named)
    return named if hurry or any(SIGN[lang].search(plain(wording.sign)) for _, wording in named) else []


def _context(topic: Topic, title: str, words: Words, summary: Element) -> Context:
    """A topic as the makers of records read a page: an article whose markup says all that a rule might guess."""
    lines = _summary_lines(summary)
    try:
        parts = read_parts(lines, words, marked=True)
    except NotAnArticle as error:
        raise _WrongError(summary.line, "full-summary", str(error)) from error
    if not parts:
        raise _WrongError(summary.line, "full-summary", "holds no text")
    made_on = _date(topic.attributes.get("date-created", ""))
    if made_on is None and "date-created" in topic.attributes:
        raise _WrongError(topic.line, "date-created", "must be a date, as 12/31/2024")
    return Context(
        page=Page([], lines, marked_up=True, url=topic.attributes["url"]),
        outline=Outline(
            name=title,
            name_numbers=(topic.line,),
            audience=Audience.general,
            audience_basis="unstated",
            audience_numbers=(),
            credit=Credit(published_on=made_on, numbers=[topic.line]),
            menu=[],
            body=lines,
            parts=parts,
            related=[],
        ),
        words=words,
        glossary=Glossary([], [], []),
        source=topic.feed.source,
        slug=slugify(title) or f"topic-{topic.attributes['id']}",
        guess=False,
    )


def _aliases(topic: Topic, title: str, lang: str) -> Iterator[Alias]:
    """The other names of a topic, each once, however it is spelt in capitals."""
    taken = {title.casefold()}
    for element in topic.every("also-called", "see-reference"):
        if element.text.casefold() not in taken:
            taken.add(element.text.casefold())
            cited = _cite(topic.feed, [element.line], "kind")
            yield Alias(name=element.text, kind="synonym", lang=lang, provenance=cited)


def _codings(topic: Topic) -> Iterator[Coding]:
    """The MeSH descriptors of a topic; with a qualifier it is a narrower thing, whose code MeSH makes of both."""
    headings: list[tuple[Element, list[Element]]] = []
    for element in topic.every("descriptor", "qualifier"):
        if element.name == "descriptor":
            headings.append((element, []))
        elif headings:
            headings[-1][1].append(element)
    taken: set[str] = set()
    for descriptor, qualifiers in headings:
        pairs: list[tuple[Element, ...]] = [(descriptor, qualifier) for qualifier in qualifiers]
        for both in pairs or [(descriptor,)]:
            code = "".join(element.attributes.get("id", "") for element in both)
            if code not in taken:
                taken.add(code)
                display = "/".join(element.text for element in both)
                cited = _cite(topic.feed, (element.line for element in both))
                yield Coding(system="mesh", code=code, display=display, provenance=cited)


def _categories(topic: Topic, lang: str) -> Iterator[Category]:
    """The groups that MedlinePlus files a topic under, each once, however it is spelt in capitals."""
    taken: set[str] = set()
    for element in topic.every("group"):
        if element.text.casefold() not in taken:
            taken.add(element.text.casefold())
            cited = _cite(topic.feed, range(element.line, element.last_line + 1))
            yield Category(name=element.text, lang=lang, provenance=cited)


def _related(topic: Topic, condition: Condition) -> Iterator[_Related]:
    """The topics that a topic names as related, as far as they can be told apart."""
    lang = condition.editions[0].lang
    for element in topic.every("related-topic"):
        key, title = element.attributes.get("id", ""), element.text.strip(" :：")
        if not re.fullmatch(r"[0-9]{1,10}", key):
            raise _WrongError(element.line, "related-topic.id", "must be a number")
        related = _Related(key, title, web_address(element.attributes.get("url")), element.line)
        cited = _cite(topic.feed, [related.line])
        _article(related, lang, related.title, [condition.slug], cited)  # raises where it would be no article
        yield related


def _cite(feed: _Feed, lines: Iterable[int], *derived: str) -> Provenance:
    return Provenance(source=feed.source, lines=tuple(sorted(set(lines))), derived=derived)


# The records of a pack.


def _counted(records: Iterable[AnyRecord], counts: Counter[Kind]) -> Iterator[AnyRecord]:
    for record in records:
        counts[kind_of(record)] += 1
        yield record


def _records(index: _Index, alone: list[str]) -> Iterator[AnyRecord]:
    """Each topic once: an English one with its Spanish edition, other Spanish ones after all English ones."""
    mates = _mates(index.entries)
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    waiting = [entry for entry in index.entries.values() if entry.id not in mates.values()]
    waiting.sort(key=lambda entry: entry.lang != "en")
    apart: list[_Entry] = []
    for entry in waiting:
        condition, slug = index.read(entry), _free_slug(entry, taken)
        slugs[entry.id] = slug
        if entry.id in mates:
            mate = index.entries[mates[entry.id]]
            other = index.read(mate)
            joined = _join(condition, other)
            slugs[mate.id] = slug
            if joined is None:
                apart.append(mate)
                alone.append(mate.title)
            condition = joined or condition
        yield condition.model_copy(update={"slug": slug})
    for entry in apart:
        slugs[entry.id] = _free_slug(entry, taken)
        yield index.read(entry).model_copy(update={"slug": slugs[entry.id]})
    yield from _articles(index, slugs)


def _mates(entries: Mapping[str, _Entry]) -> dict[str, str]:
    """The Spanish topic of each English one, where either names the other; what a later file says comes first."""
    mates: dict[str, str] = {}
    for entry in sorted(entries.values(), key=lambda entry: -entry.feed.number):
        for other in filter(None, map(entries.get, entry.mates)):
            pair = {entry.lang: entry.id, other.lang: other.id}
            if len(pair) == 2 and pair["en"] not in mates and pair["es"] not in mates.values():
                mates[pair["en"]] = pair["es"]
    return mates


def _free_slug(entry: _Entry, taken: set[str]) -> str:
    """A slug of the title; where another topic has it, with this one's id, so that it stays."""
    slug = slugify(entry.title) or "topic"
    while slug in taken:
        slug = f"{slug}-{entry.id}"
    taken.add(slug)
    return slug


def _article(related: _Related, lang: str, teaser: str, conditions: Sequence[str], cited: Provenance) -> Article:
    derived = ("slug", "conditions", *(("teaser",) if teaser == related.title else ()))
    return Article(
        slug=f"{slugify(related.title) or 'topic'}-{related.id}",
        title=related.title,
        teaser=teaser,
        url=related.url,
        lang=lang,
        conditions=tuple(conditions),
        provenance=cited.model_copy(update={"derived": derived}),
    )


def _articles(index: _Index, slugs: Mapping[str, str]) -> Iterator[Article]:
    """Each topic that another names as related, with what MedlinePlus says of it in short, if the file has it."""
    named: dict[str, list[tuple[_Entry, _Related]]] = {}
    for entry in index.entries.values():
        for related in entry.related:
            named.setdefault(related.id, []).append((entry, related))
    for key, naming in named.items():
        (entry, related), target = naming[0], index.entries.get(key)
        if target is not None:
            related = related._replace(title=target.title, url=target.url)
        teaser = (target.teaser if target is not None else None) or related.title
        conditions = list(dict.fromkeys(slugs[one.id] for one, _ in naming))
        for start in range(0, len(conditions), MAX_CONDITIONS):
            few = conditions[start : start + MAX_CONDITIONS]
            told = [(one.feed, other.line) for one, other in naming if slugs[one.id] in few]
            if target is not None:
                told.insert(0, (target.feed, target.line))
            feed = told[0][0]  # a record cites one source: here the one that has its title
            cited = _cite(feed, [line for other, line in told if other is feed])
            made = _article(related, entry.lang, teaser, few, cited)
            yield made if start == 0 else made.model_copy(update={"slug": f"{made.slug}-{start // MAX_CONDITIONS + 1}"})


# Two editions of one condition.


def _join(english: Condition, spanish: Condition) -> Condition | None:
    """One condition with both editions; None where what they call for care at does not answer, call by call."""
    pairs = _paired_signs(_calls(english), _calls(spanish))
    if pairs is None:
        return None
    signs = tuple(
        sign.model_copy(update={"urgency": min(sign.urgency, other.urgency, key=URGENCY_ORDER.index)})
        for (sign, _), (other, _) in pairs
    )
    editions = (
        _with_signs(english.editions[0], [wording for (_, wording), _ in pairs]),
        _with_signs(
            spanish.editions[0],
            [wording.model_copy(update={"key": sign.key}) for (sign, _), (_, wording) in pairs],
        ),
    )
    codes = {coding.code for coding in english.codings}
    try:
        return Condition(
            slug=english.slug,
            identifiers=english.identifiers + spanish.identifiers,
            aliases=english.aliases + spanish.aliases,
            codings=english.codings + tuple(coding for coding in spanish.codings if coding.code not in codes),
            categories=english.categories + spanish.categories,
            sign_set=SignSet(complete=False, signs=signs),
            editions=editions,
            provenance=_provenance_of_both(english.provenance, spanish.provenance),
        )
    except ValidationError:
        return None  # together they are more than one condition may have


def _provenance_of_both(english: Provenance, spanish: Provenance) -> Provenance:
    """The lines of both; of topics from two files the English one's, and each edition cites its own."""
    both = english.lines + spanish.lines if english.source == spanish.source else english.lines
    return english.model_copy(update={"lines": tuple(sorted(set(both)))})


def _with_signs(edition: Edition, wordings: Sequence[SignWording]) -> Edition:
    wording = edition.warning_signs.model_copy(update={"signs": tuple(wordings)})
    return edition.model_copy(update={"warning_signs": wording})


def _calls(condition: Condition) -> list[list[_Worded]]:
    """The signs of a condition, those of one call together."""
    both = zip(condition.sign_set.signs, condition.editions[0].warning_signs.signs, strict=True)
    return [list(group) for _, group in groupby(both, key=lambda one: one[1].action)]


def _paired_signs(
    english: Sequence[list[_Worded]], spanish: Sequence[list[_Worded]]
) -> list[tuple[_Worded, _Worded]] | None:
    """Each sign with its translation: the same call in the same place, for signs in the same order.

    Where one language's call was read as fewer signs than the other's, it is one sign in both, as it stands.
    """
    pairs: list[tuple[_Worded, _Worded]] = []
    if len(english) != len(spanish):
        return None
    for ours, theirs in zip(english, spanish, strict=True):
        if len(ours) == len(theirs):
            pairs += zip(ours, theirs, strict=True)
        elif (one := _as_one(ours)) and (other := _as_one(theirs)):
            pairs.append((one, other))
        else:
            return None
    same = all((sign.scope, sign.contact) == (other.scope, other.contact) for (sign, _), (other, _) in pairs)
    return pairs if same else None


def _as_one(call: Sequence[_Worded]) -> _Worded | None:
    """The signs of one sentence as one sign, with the words between them; None for those of a list."""
    sign, wording = call[0]
    if any(told.sign not in wording.action for _, told in call) or any(one.scope is Scope.any for one, _ in call):
        return None
    start = min(wording.action.index(told.sign) for _, told in call)
    end = max(wording.action.index(told.sign) + len(told.sign) for _, told in call)
    urgency = min((one.urgency for one, _ in call), key=URGENCY_ORDER.index)
    return (
        sign.model_copy(update={"urgency": urgency}),
        wording.model_copy(update={"sign": wording.action[start:end]}),
    )
