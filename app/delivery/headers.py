"""What every answer carries, and what no route has to think of: pure ASGI, around the whole app."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.delivery.metrics import UNMATCHED, counts, route_of
from app.errors import METHODS, ProblemError, problem_response
from app.logs import log_access

log = logging.getLogger("app.access")

CONTENT = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
CACHE_CONTROL = {200: CONTENT, 304: CONTENT, 308: CONTENT, 410: CONTENT, 404: "public, max-age=10"}
UNCACHED_PATHS = ("/livez", "/readyz", "/version")
CONSTANT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Location, Retry-After, X-Request-ID",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match, X-Request-ID",
    "Access-Control-Max-Age": "86400",
}
POLICY = "default-src 'none'; frame-ancestors 'none'"
CONDITIONAL = {b"if-match", b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since", b"range"}
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass
class _Answer:
    """An answer held back until it is whole, so that it can be named by its bytes."""

    status: int = 500
    headers: MutableHeaders = field(default_factory=MutableHeaders)
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = MutableHeaders(raw=list(message.get("headers", [])))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.whole = not message.get("more_body", False)


class Delivery:
    """Answers HEAD as GET without a body and OPTIONS by itself; adds headers; turns a crash into a problem."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        answer = await self._answer(scope, receive, request_id)
        _finish(answer, scope, headers, request_id)
        seconds = time.perf_counter() - began
        log_access(scope["method"], scope["path"], answer.status, seconds, request_id)
        counts.answered(scope["method"], scope.get("route_template", UNMATCHED), answer.status, seconds)
        body = b"" if scope["method"] == "HEAD" else bytes(answer.body)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers.raw})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> _Answer:
        answer = _Answer()
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, answer.take)
            return answer
        inner = {**scope, "method": "GET" if scope["method"] == "HEAD" else scope["method"]}
        # Conditions and ranges are answered here, on the whole answer: nothing within sees them.
        inner["headers"] = [pair for pair in scope["headers"] if pair[0].lower() not in CONDITIONAL]
        inner["state"] = {**scope.get("state", {}), "request_id": request_id}
        try:
            await self.app(inner, receive, answer.take)
            if answer.whole:
                return answer
        except Exception:
            members = {"method": scope["method"], "path": quote(scope["path"]), "request_id": request_id}
            log.exception("%(method)s %(path)s failed %(request_id)s", members)
        finally:
            scope["route_template"] = route_of(inner)
        answer = _Answer()
        problem = ProblemError(500, "internal-error", "Something went wrong here, and it has been recorded.")
        await problem_response(request_id, problem)(scope, receive, answer.take)
        return answer


def _finish(answer: _Answer, scope: Scope, request: Headers, request_id: str) -> None:
    """Headers, validator and length of a whole answer; a 304 where the client has it already (RFC 9110, 13.1.2)."""
    headers = answer.headers
    for name, value in CONSTANT.items():
        headers[name] = value
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Request-ID"] = request_id
    cacheable = scope["path"] not in UNCACHED_PATHS and scope["method"] in {"GET", "HEAD"}
    headers["Cache-Control"] = CACHE_CONTROL.get(answer.status, "no-store") if cacheable else "no-store"
    del headers["Last-Modified"]  # one validator, the stronger one
    if answer.status == 200 and cacheable:
        headers["ETag"] = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        if _matches(request.getlist("if-none-match"), headers["ETag"]):
            answer.status = 304
            answer.body.clear()
            for name in ("Content-Type", "Content-Length"):
                del headers[name]
    if answer.status not in {204, 304}:
        headers["Content-Length"] = str(len(answer.body))


def _matches(conditions: list[str], etag: str) -> bool:
    """Whether If-None-Match names this validator: a list, `*`, or a weakened one."""
    tags = [tag.strip() for condition in conditions for tag in condition.split(",")]
    return "*" in tags or etag in {tag.removeprefix("W/") for tag in tags}
