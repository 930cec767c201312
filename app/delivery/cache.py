"""The response cache: whole answers by publication and normalised request, bounded in bytes, least used out first.

A publish purges nothing: a page answers only under the publication that it was read in, or under later ones of which
the `change` table says that they left the page's record alone.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from app.delivery import codings

BODY_COST = 2_000  # bytes of Python's own objects, beside what they hold: by what the process grows by, fragments too
PAGE_COST = 12_000
REPRESENTATION_COST = 7_000
SPELLING_COST = 400
SPELLING_SHARE = 16  # spellings take at most one part in so many of the bytes that the cache may take
REQUEST_COST = 500
REQUEST_SHARE = 8  # and so do whole requests, on the fast path
STEPS_KEPT = 64
# A tag beyond language and region is rare, and there is no end of them: answers to those are made anew.
KEPT_TAG = re.compile(r"([a-z]{2,3})(?:-[A-Z]{2})?")

RawHeaders = list[tuple[bytes, bytes]]
Record = tuple[str, str]  # kind and slug
Kept = TypeVar("Kept")


class Publication(NamedTuple):
    """What the content is at: its clock, its random id, and the primary languages that it has."""

    generation: int
    id: str
    languages: frozenset[str]


class Step(NamedTuple):
    """What came after a publication, and the records that it touched; None where that is not known, or too many."""

    to: Publication
    touched: Collection[Record] | None


class Body:
    """A body's bytes, and their codings, each made once."""

    __slots__ = ("coded", "cost", "digest", "pages")

    def __init__(self, digest: str, plain: bytes) -> None:
        self.digest = digest
        self.coded = {codings.IDENTITY: plain}
        self.cost = 0  # of what is kept; 0 where it is not
        self.pages: dict[str, Page] = {}


@dataclass(slots=True, eq=False)
class Representation:
    """A page as it is sent: `head` is its header fields in HTTP/1.1, but for date and request id, for the fast path."""

    page: Page
    status: int
    headers: RawHeaders
    body: bytes
    head: bytes = b""


@dataclass(slots=True, eq=False)
class Page:
    """A cacheable answer: its normalised request (`target`), what it was read from, and how it was sent so far."""

    target: str
    path: str
    route: str
    record: Record | None
    publication: Publication | None
    headers: RawHeaders
    varies: bool
    body: Body
    cost: int = PAGE_COST
    representations: dict[tuple[int, str], Representation] = field(default_factory=dict)


class Memo(dict[bytes, Kept]):
    """What requests' own bytes meant, bounded in bytes: all of it is forgotten at once where it would take more."""

    def __init__(self, max_bytes: int, cost: int) -> None:
        super().__init__()
        self._max_bytes = max_bytes
        self._cost = cost  # bytes that Python takes for an entry, beside the request's own
        self._bytes = 0

    def learn(self, request: bytes, kept: Kept) -> None:
        """Remember what a request meant."""
        self._bytes += len(request) + self._cost
        if self._bytes > self._max_bytes:
            self.clear()
            self._bytes = len(request) + self._cost
        self[request] = kept


class Cache:
    """One worker's pages. `current` is the publication that is known to be the newest; None where none is known."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._spellings: Memo[Page] = Memo(max_bytes // SPELLING_SHARE, SPELLING_COST)
        self._most = max_bytes - max_bytes // SPELLING_SHARE - max_bytes // REQUEST_SHARE
        self.bytes = 0
        self.current: Publication | None = None
        self.verified = False  # whether the last look at the database worked
        self._pages: dict[str, Page] = {}
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._steps: OrderedDict[Publication, Step] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    def find(self, target: str) -> Page | None:
        """The page that answers a normalised request under the current publication."""
        page = self._pages.get(target)
        return page if page is not None and self.stands(page) else None

    def lasts(self) -> bool:
        """Whether there is something to answer with, were the database away."""
        return self.current is not None and bool(self._pages)

    def spelt(self, spelling: bytes) -> Page | None:
        """The page that answers a request for a path and query as they were sent, if it was asked for before."""
        page = self._spellings.get(spelling)
        return page if page is not None and self.stands(page) else None

    def learn(self, spelling: bytes, page: Page) -> None:
        """Remember which page a path and query mean."""
        if page.publication is not None:
            self._spellings.learn(spelling, page)

    def stands(self, page: Page) -> bool:
        """Whether a page still answers. It counts as a use of the page."""
        if page.publication is not self.current and not self._carry(page):
            return False
        if page.body.cost:
            self._bodies.move_to_end(page.body.digest)
        return page.publication is not None

    def _carry(self, page: Page) -> bool:
        """Let a page stand under the current publication, where each one since its own left its record alone."""
        at = page.publication
        while at is not None and at != self.current:
            step = self._steps.get(at)
            if step is None or step.touched is None or page.record is None or page.record in step.touched:
                return False
            at = step.to
        page.publication = self.current if at is not None else None
        return page.publication is not None

    def body(self, plain: bytes) -> Body:
        """The body of these bytes: the one that is kept, with its codings, or a new one."""
        digest = hashlib.sha256(plain).hexdigest()[:32]
        return self._bodies.get(digest) or Body(digest, plain)

    def keep(self, page: Page, lang: str | None) -> None:
        """Keep a page, unless it answers for a language that the content does not have: there is no end of those."""
        tag = KEPT_TAG.fullmatch(lang) if lang else None
        if not self.max_bytes or self.current is None:
            return
        if lang and (tag is None or tag[1] not in self.current.languages):
            return
        if old := self._pages.pop(page.target, None):
            del old.body.pages[page.target]
            self._grow(old.body, -old.cost)
            _end(old)
        page.publication = self.current
        self._pages[page.target] = page
        page.body.pages[page.target] = page
        self._grow(page.body, page.cost)

    def add_coding(self, body: Body, coding: str, coded: bytes) -> None:
        """Keep a coding with its body, by the body's hash."""
        if coding not in body.coded:
            body.coded[coding] = coded
            self._grow(body, len(coded))

    def add_representation(self, page: Page, representation: Representation, name: tuple[int, str]) -> None:
        """Keep how a page is sent, with the page."""
        page.representations[name] = representation
        page.cost += REPRESENTATION_COST
        if page.publication is not None:
            self._grow(page.body, REPRESENTATION_COST)

    def _grow(self, body: Body, by: int) -> None:
        """Count what a body costs now, and let the least used go until all fits."""
        if body.digest not in self._bodies:
            self._bodies[body.digest] = body
            by += BODY_COST + len(body.coded[codings.IDENTITY])
        self._bodies.move_to_end(body.digest)
        body.cost += by
        self.bytes += by
        while self.bytes > self._most:
            self._release(next(iter(self._bodies.values())))

    def _release(self, body: Body) -> None:
        for page in body.pages.values():
            del self._pages[page.target]
            _end(page)
        body.pages.clear()
        del self._bodies[body.digest]
        self.bytes -= body.cost
        body.cost = 0

    def move_on(self, publication: Publication | None, touched: Collection[Record] | None) -> None:
        """Answer under another publication from now on; `touched` is what changed since the current one, if known."""
        if self.current is not None and publication is not None:
            self._steps[self.current] = Step(publication, touched)
            while len(self._steps) > STEPS_KEPT:
                self._steps.popitem(last=False)
        self.current = publication


def _end(page: Page) -> None:
    """Let go of what a page holds, whoever remembers it: it answers no more."""
    page.publication = None
    for representation in page.representations.values():
        representation.body = b""
        representation.headers = []
        representation.head = b""
    page.representations.clear()


def represent(cache: Cache, page: Page, coding: str, conditions: str | None) -> Representation:
    """How a page is sent: in a coding that its body has, or as 304 where the client has that (RFC 9110, 13.1.2)."""
    etag = f'"{page.body.digest}{"" if coding == codings.IDENTITY else f"-{coding}"}"'
    status = 304 if conditions is not None and _matches(conditions, etag) else 200
    if known := page.representations.get((status, coding)):
        return known
    headers = [*page.headers, (b"etag", etag.encode())]
    body = b""
    if status == 304:
        headers = [pair for pair in headers if pair[0] != b"content-type"]
    else:
        body = page.body.coded[coding]
        if coding != codings.IDENTITY:
            headers.append((b"content-encoding", coding.encode()))
        headers.append((b"content-length", b"%d" % len(body)))
    made = Representation(page, status, headers, body)
    cache.add_representation(page, made, (status, coding))
    return made


def _matches(conditions: str, etag: str) -> bool:
    """Whether If-None-Match names this validator: a list, `*`, or a weakened one."""
    tags = [tag.strip() for tag in conditions.split(",")]
    return "*" in tags or etag in {tag.removeprefix("W/") for tag in tags}
