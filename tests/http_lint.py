"""Lints what HTTP's own rules say of every public address's answers: `make lint-http`; `ARGS=--all` shows praise too.

It asks the service at API_URL, whose database is at DATABASE_URL, over one connection that it keeps open: with GET and
HEAD, with and without codings, with validators, for a range, as a browser's preflight does, and by a method that is not
there. It asks everything twice, so that what the service has kept is linted as well. A warning fails it, unless
`ACCEPTED` says why it stands.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

from httplint import HttpRequestLinter, HttpResponseLinter, Note, levels
from rich import box
from rich.console import Console
from rich.table import Table

# The warnings that stand, by httplint's names for them, each with its reason.
ACCEPTED = {
    "STORE_PUBLIC_UNNECESSARY": "a portal's gateway may send an Authorization header along, which we never read: "
    "`public` lets a shared cache keep the answer all the same",
}
FAULTS = {levels.WARN.name, levels.BAD.name}
ROOT = Path(__file__).resolve().parent.parent
EVERY_STATE = ROOT / "tests" / "packs" / "every_state"
STATIC = ROOT / "app" / "static"
PAGE = "/embed/conditions/neutropenia"
UNDOCUMENTED = {
    **dict.fromkeys(("/", PAGE, f"{PAGE}?view=card", "/print/conditions/neutropenia", "/embed/locations"), 200),
    **dict.fromkeys(("/embed/search", "/embed/search?q=fever", "/embed/locations?near=06106"), 200),
    **dict.fromkeys(("/feed.atom", "/feed.json", "/sitemap.xml", "/robots.txt", "/llms.txt"), 200),
    **dict.fromkeys(("/oembed/provider.json", "/static/integrity.json", "/docs", "/openapi.json"), 200),
    **dict.fromkeys(("/nowhere", "/v1/nowhere", "/static/nowhere.js", "/embed/conditions/nowhere"), 404),
    "/oembed?url=x": 404,
    "/embed/locations?near=x": 422,
    "/oembed": 422,
}
FORMER = "/v1/conditions/hiccup-hat"  # a former slug, in the made-up pack alone
SECONDS = 10  # for one answer, and for the service to learn of a publish
WIDTH = 160  # of the table where no terminal has a width of its own

Fields = list[tuple[bytes, bytes]]
Headers = Mapping[str, str]
NO_HEADERS: Headers = MappingProxyType({})
CODINGS = (NO_HEADERS, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip, deflate, br, zstd"})
PREFLIGHT = {"Origin": "https://portal.example", "Access-Control-Request-Method": "GET"}


class Answer(NamedTuple):
    """An answer as it came, its content not decoded."""

    status: int
    phrase: bytes
    fields: Fields
    content: bytes

    def field(self, name: bytes) -> bytes | None:
        return next((value for given, value in self.fields if given.lower() == name), None)


class Service:
    """A connection to the service, and what httplint noted of the answers that came over it."""

    def __init__(self, url: str) -> None:
        self.address = urlsplit(url)
        self.socket = socket.create_connection((self.address.hostname, self.address.port), timeout=SECONDS)
        self.reader = self.socket.makefile("rb")
        self.noted: dict[tuple[str, str, str], list[str]] = defaultdict(list)

    def ask(self, method: str, target: str, headers: Headers = NO_HEADERS) -> Answer:
        """Ask, and lint the answer."""
        given = {"Host": self.address.netloc, "User-Agent": "http-lint", **headers}
        fields = [(name.encode(), value.encode()) for name, value in given.items()]
        lines = [f"{method} {target} HTTP/1.1".encode(), *(b": ".join(field) for field in fields), b"", b""]
        request = HttpRequestLinter(start_time=time.time())
        request.process_request_topline(method.encode(), target.encode(), b"1.1")
        request.process_headers(fields)
        self.socket.sendall(b"\r\n".join(lines))
        answer = read_answer(self.reader, method)
        request_line = f"{method} {target} {' '.join(f'{name}: {value}' for name, value in headers.items())}".strip()
        for note in lint(request, answer):
            self.noted[note.level.name, type(note).__name__, note.summary].append(f"{request_line} → {answer.status}")
        return answer


def read_answer(reader: BinaryIO, method: str) -> Answer:
    """Read one answer. Where one says too little of its own length, its rest is no beginning of the next."""
    first = reader.readline()
    if not first.startswith(b"HTTP/1.1 "):
        raise ValueError(f"this does not begin an answer to {method}: {first!r}")
    _, status, phrase = first.rstrip(b"\r\n").split(b" ", 2)
    fields: Fields = []
    while line := reader.readline().rstrip(b"\r\n"):
        name, _, value = line.partition(b":")
        fields.append((name, value.strip()))
    answer = Answer(int(status), phrase, fields, b"")
    if method == "HEAD" or answer.status in {204, 304}:
        return answer
    return answer._replace(content=reader.read(int(answer.field(b"content-length") or 0)))


def lint(request: HttpRequestLinter, answer: Answer) -> list[Note]:
    """What httplint notes of an answer, given the request that it answers."""
    head = request.method == "HEAD"
    response = HttpResponseLinter(start_time=time.time(), no_content=head)
    response.request = request
    response.is_head_response = head
    response.process_response_topline(b"1.1", str(answer.status).encode(), answer.phrase)
    response.process_headers(answer.fields)
    response.feed_content(answer.content)
    response.finish_content(complete=True)
    return list(response.notes)


def addresses() -> Iterator[tuple[str, int]]:
    """Every public address and the status that it answers with; the examples are of every documented operation."""
    for example in json.loads((ROOT / "app" / "examples.json").read_text(encoding="utf-8")):
        yield example["request"], example["status"]
    for file in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        yield f"/static/{file.relative_to(STATIC).as_posix()}", 200
    yield from UNDOCUMENTED.items()


def ask_in_every_way(service: Service, target: str, status: int) -> None:
    """Ask one address in each way that its answers' headers differ by."""
    for method in ("GET", "HEAD"):
        for coding in CODINGS:
            etag = expect(service.ask(method, target, coding), status, target).field(b"etag")
            if etag is not None:
                expect(service.ask(method, target, {**coding, "If-None-Match": etag.decode()}), 304, target)
    expect(service.ask("GET", target, {"Range": "bytes=0-9"}), status, target)
    expect(service.ask("OPTIONS", target, PREFLIGHT), 204, target)
    expect(service.ask("OPTIONS", target), 204, target)
    service.ask("POST", target, {"Content-Length": "0"})


def expect(answer: Answer, status: int, target: str) -> Answer:
    """The answer, if it is the one that was meant to be linted."""
    if answer.status != status:
        raise ValueError(f"{target} answered {answer.status}, not {status}")
    return answer


def publish_every_state(service: Service) -> None:
    """Publish the pack of every state, and wait until the service answers from it."""
    command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "app", "publish", str(EVERY_STATE)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + SECONDS
    while service.ask("GET", FORMER).status != 308:
        if time.monotonic() > deadline:
            raise TimeoutError("the service does not answer from what was published")
        time.sleep(0.1)


def main(arguments: list[str]) -> int:
    service = Service(os.environ["API_URL"])
    publish_every_state(service)
    for _ in range(2):
        for target, status in addresses():
            ask_in_every_way(service, target, status)
    table = Table("level", "note", "an answer that has it", "of all", "accepted, because", box=box.SIMPLE_HEAD)
    for (level, name, summary), asked in sorted(service.noted.items()):
        if level in FAULTS or "--all" in arguments:
            table.add_row(level, f"{name}: {summary}", asked[0], str(len(asked)), ACCEPTED.get(name, ""))
    Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else WIDTH).print(table)
    noted = {name for level, name, _ in service.noted if level in FAULTS}
    for name in sorted(ACCEPTED.keys() - noted):
        sys.stderr.write(f"{name} is accepted, but nothing has it any more: take it out.\n")
    return int(noted != ACCEPTED.keys())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
