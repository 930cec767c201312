"""The fast path: a cached answer is written as soon as its request's bytes arrive, before scope and task are built.

It repeats what it has seen the ordinary way do, for a whole GET or HEAD in one read, on a connection with nothing else
under way, with plain header fields. Whatever else comes goes to uvicorn's own protocol. Both ways give the same bytes,
but for date and request id (tests/test_fastpath.py).
"""

from __future__ import annotations

import logging
import re
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.delivery import codings
from app.delivery.cache import REQUEST_COST, REQUEST_SHARE, Cache, Memo, Representation, represent
from app.delivery.headers import request_ids
from app.delivery.metrics import counts
from app.delivery.protocol import WholeProtocol
from app.logs import log, log_access

# RFC 9112, sections 3 and 5, without what may be spelt in more than one way: possessive, so never slow.
REQUEST = re.compile(rb"(GET|HEAD) (/(?!/)[!-~]*+) HTTP/1\.1\r\n((?:[A-Za-z0-9-]++: [!-~][ -~]*+\r\n)++)\r\n")
FIELD = re.compile(rb"([^:]++): ([^\r]*+)\r\n")
READ = {b"accept-encoding", b"if-none-match"}
# Fields that neither frame a message nor change an answer, as browsers, apps and proxies send them.
PLAIN = READ | {
    b"accept", b"accept-charset", b"accept-language", b"cache-control", b"cookie", b"dnt", b"forwarded", b"from",
    b"host", b"if-modified-since", b"origin", b"pragma", b"priority", b"purpose", b"referer", b"save-data",
    b"traceparent", b"tracestate", b"user-agent", b"via",
}  # fmt: skip
PLAIN_BEGINNINGS = (b"sec-", b"x-forwarded-", b"x-real-ip", b"cf-", b"x-amzn-", b"x-b3-")


class Known(NamedTuple):
    """What answered a request: how a page is sent, whether without its body, and how it is counted."""

    representation: Representation
    head_only: bool
    label: tuple[str, str, int]


class FastPath:
    """What the connections of one worker share: the cache, and what answered the requests that came before."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self._memo: Memo[Known] = Memo(cache.max_bytes // REQUEST_SHARE, REQUEST_COST)
        self.answers = 0
        self._second = 0
        self._beginnings: dict[int, bytes] = {}

    def find(self, request: bytes) -> Known | None:
        """What answers a whole request; None in any doubt."""
        known = self._memo.get(request)
        if known is None or not self.cache.stands(known.representation.page):
            known = self._read(request)
        if known is not None:
            counts.cache_hits += 1
            self.answers += 1
        return known

    def _read(self, request: bytes) -> Known | None:
        found = REQUEST.fullmatch(request)
        page = self.cache.spelt(found[2]) if found else None
        if found is None or page is None:
            return None
        pairs = FIELD.findall(found[3])
        fields = {name.lower(): value.decode("ascii") for name, value in pairs}
        if len(fields) != len(pairs) or not all(name.startswith(PLAIN_BEGINNINGS) for name in fields.keys() - PLAIN):
            return None
        coding = codings.negotiate(fields.get(b"accept-encoding")) if page.varies else codings.IDENTITY
        if coding not in page.body.coded:
            return None
        representation = represent(self.cache, page, coding, fields.get(b"if-none-match"))
        if not representation.head:
            lines = (b"\r\n%b: %b" % pair for pair in representation.headers)
            representation.head = b"".join((*lines, b"\r\n\r\n"))
        label = (found[1].decode(), page.route, representation.status)
        known = Known(representation, found[1] == b"HEAD", label)
        self._memo.learn(request, known)
        return known

    def beginning(self, status: int, default_headers: list[tuple[bytes, bytes]]) -> bytes:
        """The status line, the server's own fields with this second's date, and the name of the request's id."""
        second = int(time.time())
        if second != self._second:
            now = {b"date": formatdate(second, usegmt=True).encode()}
            fields = b"".join(b"%b: %b\r\n" % (name, now.get(name, value)) for name, value in default_headers)
            self._beginnings = {
                code: b"HTTP/1.1 %d %b\r\n%bx-request-id: " % (code, HTTPStatus(code).phrase.encode(), fields)
                for code in (200, 304)
            }
            self._second = second
        return self._beginnings[status]


class FastProtocol(WholeProtocol):
    """The protocol with the fast path before it. The app's state holds the worker's `fast_path`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fast_path: FastPath = self.config.loaded_app.state.fast_path
        self._within_message = False
        self._answered_at = 0.0

    def on_message_begin(self) -> None:
        """Note that the parser is within a message: what comes next belongs to it."""
        self._within_message = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Note that the parser is between two messages."""
        self._within_message = False
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Answer from the cache, if that is all there is to do; else go the ordinary way."""
        if self._idle() and (found := self.fast_path.find(data)) is not None:
            self._answer(found)
        else:
            super().data_received(data)

    def _idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        answered = cycle is None or (cycle.response_complete and cycle.keep_alive)
        return answered and not self._within_message and not self.flow.write_paused

    def _answer(self, answer: Known) -> None:
        representation = answer.representation
        request_id = next(request_ids)
        beginning = self.fast_path.beginning(representation.status, self.server_state.default_headers)
        body = b"" if answer.head_only else representation.body
        self.joined.send(b"".join((beginning, request_id.encode(), representation.head, body)))
        self.server_state.total_requests += 1
        self._answered_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._wait_for_more(self.timeout_keep_alive)
        counts.fast[answer.label] += 1
        if log.isEnabledFor(logging.INFO):
            log_access(answer.label[0], representation.page.path, representation.status, 0.0, request_id)

    def _wait_for_more(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection. The fast path leaves the timer as it is, so the time is looked at here."""
        left = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._wait_for_more(left)
        else:
            super().timeout_keep_alive_handler()
