"""What every answer carries, and what no route has to think of: pure ASGI, around the whole app.

An answer is whole before it is sent. A cacheable one becomes a page, which is kept, coded and named by its bytes once.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.assets import FOR_EVER
from app.delivery import codings
from app.delivery.cache import Body, Cache, Page, RawHeaders, Representation, represent
from app.delivery.metrics import UNMATCHED, counts, route_of
from app.errors import METHODS, ProblemError, problem_response
from app.logs import log, log_access
from app.pagination import normalised

CONTENT = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
CACHE_CONTROL = {200: CONTENT, 308: CONTENT, 410: CONTENT, 404: "public, max-age=10"}
NO_STORE = "no-store"
UNCACHED_PATHS = ("/livez", "/readyz", "/version")
# Parameters that hold a search text or a reader's place: no answer to one is kept anywhere, errors included.
PRIVATE = {"near", "q"}
CONSTANT: RawHeaders = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Location, Retry-After, X-Request-ID"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match, X-Request-ID",
    "Access-Control-Max-Age": "86400",
}
POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
# One validator, the stronger one; one length; and ranges are not served.
OURS = {b"cache-control", b"content-length", b"etag", b"last-modified", b"accept-ranges", *dict(CONSTANT)}
CONDITIONAL = {b"if-match", b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since", b"range"}
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
LONGEST_QUERY = 2_000  # bytes; an answer to a longer one is made each time
CODED_AT_ONCE = 32_768  # bytes


def _request_ids() -> Iterator[str]:
    """Ids for requests: a random beginning for each worker, and a count."""
    worker = secrets.token_hex(4)
    return (f"{worker}{number:08x}" for number in count(secrets.randbits(31)))


request_ids = _request_ids()


class Target(NamedTuple):
    """What is asked for, however it is spelt."""

    name: str
    lang: str | None


class Sent(NamedTuple):
    """An answer that is made anew for each request."""

    status: int
    headers: RawHeaders
    body: bytes


@dataclass
class _Answer:
    """An answer held back until it is whole."""

    status: int = 500
    headers: RawHeaders = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(name.lower(), value) for name, value in message.get("headers", [])]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.whole = not message.get("more_body", False)


class Delivery:
    """Answers from the cache, HEAD as GET without a body, and OPTIONS; adds headers; turns a crash into a problem."""

    def __init__(self, app: ASGIApp, cache: Cache) -> None:
        self.app = app
        self.cache = cache
        self._flights: dict[str, asyncio.Future[Page | None]] = {}
        self._codings: dict[tuple[str, str], asyncio.Task[bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        given = _header(scope["headers"], b"x-request-id") or ""
        request_id = given if REQUEST_ID.fullmatch(given) else next(request_ids)
        answer = await self._answer(scope, receive, request_id)
        status, body = answer.status, b"" if scope["method"] == "HEAD" else answer.body
        headers = [(b"x-request-id", request_id.encode()), *answer.headers]
        seconds = time.perf_counter() - began
        log_access(scope["method"], scope["path"], status, seconds, request_id)
        route = answer.page.route if isinstance(answer, Representation) else scope.get("route_template", UNMATCHED)
        counts.answered(scope["method"], route, status, seconds)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> Sent | Representation:
        if scope["method"] == "OPTIONS":
            answer = _Answer()
            # A preflight names its origin and method (Fetch, section 4.8): anything else only asks what is allowed.
            asked = {name for name, _ in scope["headers"]}
            preflight = PREFLIGHT if asked >= {b"origin", b"access-control-request-method"} else {}
            response = Response(status_code=204, headers={"Allow": METHODS, **preflight})
            await response(scope, receive, answer.take)
            return _finished(answer, NO_STORE)
        found = await self._find(scope, receive, request_id)
        if isinstance(found, Sent):
            return found
        coding = codings.negotiate(_header(scope["headers"], b"accept-encoding")) if found.varies else codings.IDENTITY
        if coding is None:
            detail = "This answer is there in the content codings br, gzip and identity."
            problem = ProblemError(406, "not-acceptable", detail, headers={"Vary": "Accept-Encoding"})
            return await self._problem(scope, receive, request_id, problem)
        await self._encode(found.body, coding)
        return represent(self.cache, found, coding, _header(scope["headers"], b"if-none-match"))

    async def _find(self, scope: Scope, receive: Receive, request_id: str) -> Page | Sent:
        """The page that is cached, or the answer made anew."""
        if scope["method"] not in {"GET", "HEAD"} or scope["path"] in UNCACHED_PATHS:
            return await self._make(scope, receive, request_id, None)
        query = scope["query_string"]
        spelling = scope.get("raw_path") or quote(scope["path"]).encode()
        if query:
            spelling += b"?" + query
        if page := self.cache.spelt(spelling):
            counts.cache_hits += 1
            return page
        if len(query) > LONGEST_QUERY:
            return await self._make(scope, receive, request_id, None)
        target = _target(scope)
        page = self.cache.find(target.name)
        if page:
            counts.cache_hits += 1
        found = page or await self._shared(scope, receive, request_id, target)
        if isinstance(found, Page):
            self.cache.learn(spelling, found)
        return found

    async def _shared(self, scope: Scope, receive: Receive, request_id: str, target: Target) -> Page | Sent:
        """Make an answer; whoever asks for the same meanwhile waits for it, so that a page is made once."""
        if flight := self._flights.get(target.name):
            page = await asyncio.shield(flight)
            return page or await self._make(scope, receive, request_id, target)
        self._flights[target.name] = flight = asyncio.get_running_loop().create_future()
        made = None
        counts.cache_misses += 1
        try:
            made = await self._make(scope, receive, request_id, target)
            return made
        finally:
            del self._flights[target.name]
            flight.set_result(made if isinstance(made, Page) else None)

    async def _make(self, scope: Scope, receive: Receive, request_id: str, target: Target | None) -> Page | Sent:
        """Let the app answer; a success that may be cached becomes a page."""
        answer = _Answer()
        inner = {**scope, "method": "GET" if scope["method"] == "HEAD" else scope["method"]}
        # Conditions and ranges are answered here, on the whole answer: nothing within sees them.
        inner["headers"] = [pair for pair in scope["headers"] if pair[0] not in CONDITIONAL]
        state = inner["state"] = {**scope.get("state", {}), "request_id": request_id}
        try:
            await self.app(inner, receive, answer.take)
        except Exception:  # noqa: BLE001  # whatever it is: the reader gets a problem, the log gets its cause
            members = {"method": scope["method"], "path": quote(scope["path"]), "request_id": request_id}
            log.exception("%(method)s %(path)s failed %(request_id)s", members)
            answer.whole = False
        finally:
            scope["route_template"] = route_of(inner)
        if not answer.whole:
            problem = ProblemError(500, "internal-error", "Something went wrong here, and it has been recorded.")
            return await self._problem(scope, receive, request_id, problem)
        caching = _header(answer.headers, b"cache-control") or _caching(scope, answer.status)
        if answer.status != 200 or caching not in (CONTENT, FOR_EVER):
            return _finished(answer, caching)
        return self._page(scope, answer, state, target, caching)

    def _page(self, scope: Scope, answer: _Answer, state: dict[str, Any], target: Target | None, caching: str) -> Page:
        """A page of an answer; kept where it was read under the publication that is known to be the newest."""
        if target and "parameters" in state:  # those that it ignores must not fill the cache
            target = _target(scope, state["parameters"])
        body = self.cache.body(bytes(answer.body))
        headers = _completed(answer.headers, caching)
        if varies := codings.codable(_header(headers, b"content-type") or ""):
            headers.append((b"vary", b"Accept-Encoding"))  # a field may have several lines
        page = Page(
            target=target.name if target else "",
            path=scope["path"],
            route=scope["route_template"],
            record=state.get("record"),
            publication=None,
            headers=headers,
            varies=varies,
            body=body,
        )
        current = self.cache.current
        if target and current and state.get("publication", current[:2]) == current[:2]:
            self.cache.keep(page, target.lang)
            counts.cache_bytes = self.cache.bytes
        return page

    async def _encode(self, body: Body, coding: str) -> None:
        """Make a body's coding, once; a large one in a thread, since it takes milliseconds."""
        if coding in body.coded:
            return
        plain = body.coded[codings.IDENTITY]
        if len(plain) <= CODED_AT_ONCE:
            self.cache.add_coding(body, coding, codings.encode(plain, coding))
            return
        name = (body.digest, coding)
        if name not in self._codings:
            task = asyncio.create_task(run_in_threadpool(codings.encode, plain, coding))
            task.add_done_callback(lambda _task: self._codings.pop(name))
            self._codings[name] = task
        self.cache.add_coding(body, coding, await asyncio.shield(self._codings[name]))

    async def _problem(self, scope: Scope, receive: Receive, request_id: str, problem: ProblemError) -> Sent:
        answer = _Answer()
        await problem_response(request_id, problem)(scope, receive, answer.take)
        return _finished(answer, NO_STORE)


def _target(scope: Scope, known: Collection[str] | None = None) -> Target:
    """What a request asks for, normalised, and by the parameters that are `known`, where others are ignored."""
    query = scope["query_string"].decode("latin-1")
    pairs = normalised(parse_qsl(query, keep_blank_values=True)) if query else []
    if known is not None:
        pairs = [pair for pair in pairs if pair[0] in known]
    # The first space ends the query, which has none: a path may hold anything.
    return Target(f"{urlencode(pairs)} {scope['path']}", dict(pairs).get("lang"))


def _header(headers: RawHeaders, name: bytes) -> str | None:
    """A header field, its lines joined (RFC 9110, section 5.2); None where there is none."""
    values = [value for key, value in headers if key == name]
    return b", ".join(values).decode("latin-1") if values else None


def _caching(scope: Scope, status: int) -> str:
    cacheable = scope["path"] not in UNCACHED_PATHS and scope["method"] in {"GET", "HEAD"} and not _private(scope)
    return CACHE_CONTROL.get(status, NO_STORE) if cacheable else NO_STORE


def _private(scope: Scope) -> bool:
    query = scope["query_string"].decode("latin-1")
    return any(name in PRIVATE for name, _ in parse_qsl(query, keep_blank_values=True))


def _completed(headers: RawHeaders, caching: str) -> RawHeaders:
    """An answer's headers, with those that are the same on every answer, and how long it may be kept."""
    own = [pair for pair in headers if pair[0] not in OURS]
    policy = [] if any(name == POLICY[0] for name, _ in own) else [POLICY]
    return [*own, *policy, *CONSTANT, (b"cache-control", caching.encode())]


def _finished(answer: _Answer, caching: str) -> Sent:
    headers = _completed(answer.headers, caching)
    if answer.status not in {204, 304}:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    return Sent(answer.status, headers, bytes(answer.body))
