"""The benchmark, as a story: prepare the content, measure line after line in turn, write the table.

`make bench` runs it; README.md in this folder says what each line means.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from app.settings import Settings
from benchmarks import peers
from benchmarks.content import ASPECTS, CHANGING, write_content
from benchmarks.freshness import Freshness, Publisher, publishing, publishing_twice_a_second, watch_publishes
from benchmarks.load import BROWSER, Load, Sample, fetch, real_time, run, under_load
from benchmarks.report import Aim, Figures, at_least, at_most, ratios, render
from benchmarks.servers import HOST, Cores, Server, choose_cores, resident_bytes, share_a_core, worker_of

RESULTS = Path(__file__).with_name("RESULTS.md")
WORKERS = 2
CACHE_BYTES = 32 * 2**20  # the bound that memory is measured against
SLICE_SECONDS = 10
LANGUAGES = ("en", "en-US", "en-GB", "en-CA", "en-AU", "es", "es-MX", "fr", "de", "pt-BR")
AUDIENCES = ("parents", "general")

NGINX, NGINX_MANY, NGINX_304 = "nginx, one address", "nginx, many addresses", "nginx, 304"
NGINX_BROWSER = "nginx, one address, browser's headers, gzip made before"
FAST, FAST_MANY, FAST_304 = "ours, fast path, one address", "ours, fast path, many addresses", "ours, fast path, 304"
FAST_BROWSER = "ours, fast path, one address, browser's headers, brotli"
ASGI = "ours, cache without fast path, one address"
COLD = "ours, no cache, many addresses"
POCKETBASE, DATASETTE = "PocketBase, many addresses", "Datasette, many addresses"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    seconds: int
    rounds: int
    conditions: int
    publishes: int
    requests: int
    growth_seconds: int
    warm_every_run: bool


FULL = Size(5, 5, 1_000, 500, 1_000_000, 600, warm_every_run=True)
QUICK = Size(1, 3, 100, 15, 20_000, 5, warm_every_run=False)


SIZES = {
    "seconds": "how long each run lasts",
    "rounds": "how many runs each line has",
    "conditions": "how many addresses the load asks for",
    "publishes": "how many publishes are watched",
    "requests": "how many requests the memory line makes",
    "growth_seconds": "how long the memory line may take",
}


@dataclass(frozen=True)
class Line:
    """One line: what is asked of a server, and how the content is found in its answer."""

    name: str
    load: Load
    status: int = 200
    unwrap: Callable[[bytes], Any] = json.loads


class Content(NamedTuple):
    """What is served: the database, the paths in files for the load, and our answers by path, JSON and HTML."""

    database: Path
    one: Path
    many: Path
    page: Path
    fragment: Path
    answers: Mapping[str, bytes]
    pages: Mapping[str, bytes]


def main() -> None:
    """Measure everything, print the table, and write it."""
    size, out = _options()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit("stopped"))
    peers.install_tools()
    cores = choose_cores()
    os.sched_setaffinity(0, {cores.publisher})
    notes = _notes(cores)
    with tempfile.TemporaryDirectory(prefix="health-content-bench-") as name:
        folder = Path(name)
        content = prepare(folder, cores, size)
        figures = compare(folder, cores, size, content, notes)
        aims = compared(figures)
        with publishing(content.database, folder, cores.publisher) as publisher:
            aims.append(publishes_and_p99(folder, cores, size, content, figures, publisher))
            aims += publishes_and_workers(folder, cores, size, content, publisher)
        aims.append(memory(folder, cores, size, content))
    report = render(aims, figures, notes, peers.versions(), _how(size))
    print(report)
    if out:
        out.write_text(report, encoding="utf-8")
        print(f"Written to {out}")


def prepare(folder: Path, cores: Cores, size: Size) -> Content:
    """Publish the made-up packs, and take from our own server what every other one will serve."""
    slugs = [f"made-up-{at:04d}" for at in range(size.conditions - len(CHANGING))]
    database = folder / "content.sqlite3"
    for name, chosen in (("bench", slugs), ("bench-changing", list(CHANGING))):
        _say(f"Publishing {len(chosen)} made-up conditions …")
        write_content(folder / name, name, dict.fromkeys(chosen, 0))
        peers.publish(database, folder / name)
    # The record that will be published again is asked for like any other.
    paths = [f"/v1/conditions/{slug}" for slug in (*CHANGING, *slugs)]
    one = _paths_file(folder / "one.txt", paths[-1:])
    many = _paths_file(folder / "many.txt", paths)
    page = _paths_file(folder / "page.txt", [f"/embed/conditions/{slugs[-1]}"])
    fragment = _paths_file(folder / "fragment.txt", [f"{paths[-1]}.html"])
    with peers.ours(folder, database, cores.server, "ours", FAST_PATH="off", CACHE_BYTES=0) as server:
        answers = _served(Load(server, many))
        pages = _served(Load(server, page)) | _served(Load(server, fragment))
    return Content(database, one, many, page, fragment, answers, pages)


def _served(load: Load) -> dict[str, bytes]:
    """A load's answers by path."""
    paths = load.addresses()
    got = fetch(load, paths)
    _require(all(answer.status == 200 for answer in got), "the service does not serve the made-up conditions")
    return {path: answer.body for path, answer in zip(paths, got, strict=True)}


# ---- throughput


def compare(folder: Path, cores: Cores, size: Size, content: Content, notes: list[str]) -> Figures:
    """Every line of throughput, in groups; within a group the lines take turns."""
    with ExitStack() as stack:

        def ours(name: str, **settings: str | int) -> Server:
            return stack.enter_context(peers.ours(folder, content.database, cores.server, name, **settings))

        nginx = stack.enter_context(peers.nginx(folder, cores.server, {**content.answers, **content.pages}))
        fast = ours("ours fast", FAST_PATH="on")
        asgi = ours("ours asgi", FAST_PATH="off")
        cold = ours("ours cold", FAST_PATH="off", CACHE_BYTES=0)
        pocketbase = stack.enter_context(peers.pocketbase(folder, cores.server, content.answers))
        datasette = stack.enter_context(peers.datasette(folder, cores.server, content.answers))
        records = _paths_file(folder / "records.txt", map(peers.pocketbase_path, range(size.conditions)))
        rows = _paths_file(folder / "rows.txt", map(peers.datasette_path, range(size.conditions)))
        one, many = content.one, content.many
        groups = [
            [
                Line(NGINX, Load(nginx, one)),
                Line(FAST, Load(fast, one)),
                Line(ASGI, Load(asgi, one)),
                Line(FAST_BROWSER, Load(fast, one, BROWSER), unwrap=_coded),
                Line(NGINX_BROWSER, Load(nginx, one, BROWSER), unwrap=_coded),
            ],
            [
                Line(NGINX_MANY, Load(nginx, many)),
                Line(FAST_MANY, Load(fast, many)),
                Line(COLD, Load(cold, many)),
                Line(POCKETBASE, Load(pocketbase, records), unwrap=lambda body: json.loads(body)["body"]),
                Line(DATASETTE, Load(datasette, rows), unwrap=lambda body: json.loads(json.loads(body)["rows"][0][1])),
            ],
            [
                Line(NGINX_304, _unchanged(nginx, one), 304),
                Line(FAST_304, _unchanged(fast, one), 304),
            ],
            [
                Line("nginx, a page", Load(nginx, content.page)),
                Line("ours, fast path, a page", Load(fast, content.page)),
                Line("ours, no cache, a page", Load(cold, content.page)),
                Line("nginx, a fragment of HTML", Load(nginx, content.fragment)),
                Line("ours, fast path, a fragment of HTML", Load(fast, content.fragment)),
                Line("ours, no cache, a fragment of HTML", Load(cold, content.fragment)),
            ],
        ]
        figures = Figures()
        for lines in groups:
            for line in lines:
                notes += check(line, content)
            in_turn(lines, cores, size, figures)
        return figures


def in_turn(lines: Sequence[Line], cores: Cores, size: Size, figures: Figures) -> None:
    """Measure lines A B C, C B A, A B C …, so that a machine that slows down is unfair to none."""
    for at in range(size.rounds):
        for line in lines if at % 2 == 0 else reversed(lines):
            if at == 0 or size.warm_every_run:
                run(line.load, cores, 1)
            sample = run(line.load, cores, size.seconds)
            figures.add(lines[0].name, line.name, sample)
            _say(f"round {at + 1}  {line.name:55} {sample.rate:9,.0f}/s  p50 {sample.p50:.2f}  p99 {sample.p99:.2f} ms")


def check(line: Line, content: Content) -> Iterator[str]:
    """Ask for everything once: it warms the caches, and proves that a line's answers hold the same content."""
    paths = line.load.addresses()
    asked = list(content.answers) if len(paths) > 1 else paths
    for path, answer in zip(asked, fetch(line.load, paths), strict=True):
        _require(answer.status == line.status, f"{line.name}: {answer.status} for {path}")
        if path in content.pages:
            _require(answer.body == content.pages[path], f"{line.name}: another {path}")
        elif line.status == 200 and line.unwrap is not _coded:
            _require(line.unwrap(answer.body) == json.loads(content.answers[path]), f"{line.name}: another {path}")
    if line.unwrap is _coded:
        coding = answer.headers.get("Content-Encoding", "identity")
        yield f"“{line.name}” was answered with the coding {coding}, {len(answer.body):,} bytes."


def _unchanged(server: Server, paths: Path) -> Load:
    """A load of requests that the server answers with 304."""
    load = Load(server, paths)
    etag = fetch(load, load.addresses())[0].headers["ETag"]
    return Load(server, paths, {"If-None-Match": etag})


def compared(figures: Figures) -> list[Aim]:
    """The aims that are ratios between lines."""
    wanted = [
        ("cached 200, fast path ÷ nginx static file, one address", FAST, NGINX, 0.90),
        ("cached 200, fast path ÷ nginx static file, many addresses", FAST_MANY, NGINX_MANY, 0.85),
        ("cached 200 with 12 browser headers and brotli ÷ nginx static file", FAST_BROWSER, NGINX, 0.70),
        ("cached 304, fast path ÷ nginx 304", FAST_304, NGINX_304, 0.70),
        ("cached 200, ASGI cache alone ÷ nginx static file", ASGI, NGINX, 0.25),
        ("cached 200 ÷ Datasette row JSON", FAST_MANY, DATASETTE, 120),
        ("cached 200 ÷ PocketBase record", FAST_MANY, POCKETBASE, 40),
        ("cold detail ÷ PocketBase record", COLD, POCKETBASE, 1.0),
        ("cold detail ÷ nginx static file", COLD, NGINX_MANY, 0.05),
    ]
    return [
        at_least(what, ratios(figures.rates(ours), figures.rates(theirs)), aim) for what, ours, theirs, aim in wanted
    ]


# ---- publishes


def publishes_and_p99(
    folder: Path, cores: Cores, size: Size, content: Content, figures: Figures, publisher: Publisher
) -> Aim:
    """How much slower the slowest reads get while a record that they read is published."""
    resting, busy = "ours, fast path, many addresses, at rest", "ours, fast path, many addresses, while publishing"
    published = 0
    with peers.ours(folder, content.database, cores.server, "ours p99", FAST_PATH="on") as server:
        load = Load(server, content.many)
        fetch(load, load.addresses())
        publisher.publish()
        for at in range(size.rounds):
            for name in (resting, busy) if at % 2 == 0 else (busy, resting):
                if size.warm_every_run:
                    run(load, cores, 1)
                before = publisher.revision
                with ExitStack() as stack:
                    if name == busy:
                        stack.enter_context(publishing_twice_a_second(publisher))
                    figures.add(resting, name, run(load, cores, size.seconds, undisturbed=True))
                published += publisher.revision - before
    samples = {name: figures.samples[name] for name in (resting, busy)}
    slower = ratios([sample.p99 for sample in samples[busy]], [sample.p99 for sample in samples[resting]])
    errors = sum(sample.errors for sample in samples[busy])
    aim = at_most("p99 while a record of the load is published twice a second ÷ p99 at rest", slower, 3.0)
    seconds = size.rounds * size.seconds
    return aim.but(f"{published} publishes in {seconds} s, {errors} errors", errors == 0 and published >= 1.8 * seconds)


def publishes_and_workers(folder: Path, cores: Cores, size: Size, content: Content, publisher: Publisher) -> list[Aim]:
    """How soon every worker serves what was published, while others read."""
    options = ("--workers", str(WORKERS)) if peers.takes_workers() else ()
    with peers.ours(folder, content.database, cores.server, "ours workers", *options, FAST_PATH="on") as server:
        load = Load(server, content.many)
        fetch(load, load.addresses())
        with under_load(load, cores) as samples:
            found = watch_publishes(server, WORKERS if options else 1, publisher, size.publishes)
    return _fresh(found, samples[0], size)


def _fresh(found: Freshness, sample: Sample, size: Size) -> list[Aim]:
    told = f"{size.publishes} publishes, {found.workers} worker{'s' if found.workers > 1 else ''}"
    slowest = statistics.quantiles(found.seconds, n=100, method="inclusive")[98]
    what = f"publishes under read load ({sample.rate:,.0f} requests/s): time until every worker serves the new text"
    strange = found.mixed + found.went_back + sample.errors
    counts = f"{found.mixed} mixed, {found.went_back} went back, {sample.errors} errors"
    return [
        Aim(f"{what}, p99", f"{slowest:.3f} s ({told})", "≤ 0.25 s", slowest <= 0.25),
        Aim("the same, longest", f"{max(found.seconds):.3f} s", "≤ 1 s", max(found.seconds) <= 1),
        Aim("the same, answers that no one publication explains", counts, "none", strange == 0),
    ]


# ---- memory


def memory(folder: Path, cores: Cores, size: Size, content: Content) -> Aim:
    """How much a worker grows while it is asked for more distinct addresses than its cache can hold."""
    variants = [
        f"?aspect={aspect}&audience={audience}&lang={lang}"
        for aspect in ASPECTS[:5]
        for audience in AUDIENCES
        for lang in LANGUAGES
    ]
    paths = _paths_file(folder / "distinct.txt", [path + variant for variant in variants for path in content.answers])
    settings: dict[str, str | int] = {"FAST_PATH": "on", "CACHE_BYTES": CACHE_BYTES}
    with peers.ours(folder, content.database, cores.server, "ours memory", **settings) as server:
        run(Load(server, content.one), cores, 1)
        before = _worker_memory(server)
        load, done, errors = Load(server, paths), 0, 0
        for _ in range(max(1, size.growth_seconds // SLICE_SECONDS)):
            sample = run(load, cores, min(SLICE_SECONDS, size.growth_seconds), skip=done)
            done, errors = done + sample.requests, errors + sample.errors
            if done >= size.requests:
                break
        grown = _worker_memory(server) - before
    distinct = len(variants) * len(content.answers)
    return Aim(
        f"memory growth per worker over {distinct:,} distinct addresses, cache bound {CACHE_BYTES / 2**20:.0f} MiB",
        f"{grown / 2**20:.1f} MiB after {done:,} requests, {errors} errors",
        f"≤ {CACHE_BYTES * 1.1 / 2**20:.1f} MiB after {FULL.requests:,}",
        grown <= CACHE_BYTES * 1.1 and done >= FULL.requests and errors == 0,
    )


# ---- small things


def _worker_memory(server: Server) -> int:
    """The resident bytes of the worker that answers a new connection."""
    with closing(http.client.HTTPConnection(HOST, server.port, timeout=30)) as connection:
        connection.request("GET", "/readyz")
        connection.getresponse().read()
        return resident_bytes(worker_of(server, connection))


def _paths_file(file: Path, paths: Iterable[str]) -> Path:
    file.write_text("\n".join(paths) + "\n")
    return file


def _coded(body: bytes) -> Any:
    """Stands for the content of an answer in a coding that Python cannot undo."""
    raise NotImplementedError(f"{len(body)} coded bytes")


def _how(size: Size) -> str:
    return f"{size.rounds} rounds of {size.seconds} s per line, {size.conditions:,} addresses where a line says many"


def _notes(cores: Cores) -> list[str]:
    """What a reader must know of this run before its figures."""
    notes = []
    if lacking := [name.upper() for name in ("fast_path", "cache_bytes") if name not in Settings.model_fields]:
        notes.append(
            f"This version has no {' and no '.join(lacking)} setting yet: its lines are measured all the same, and are "
            "what the service does without."
        )
    if not peers.takes_workers():
        notes.append("This version's `serve` has no --workers yet: publishes are watched on one worker.")
    if share_a_core(cores):
        notes.append("The server's core and the load's are two threads of one: each slows the other.")
    if cores.publisher == cores.load:
        how = "in real time, so that no publish holds up what it measures" if real_time() else "beside it, as it may"
        notes.append(
            f"There are two cores: the publisher runs on the load's. Where p99 is measured, the load runs {how}."
        )
    return notes


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(f"Not measured: {what}.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> tuple[Size, Path | None]:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the service beside other servers.")
    parser.add_argument("--quick", action="store_true", help="a look in under two minutes; writes no table")
    parser.add_argument("--out", type=Path, help="where to write the table (benchmarks/RESULTS.md, if not --quick)")
    for name, meaning in SIZES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=_positive, metavar="N", help=meaning)
    given = vars(parser.parse_args())
    quick, out = given.pop("quick"), given.pop("out")
    size = replace(QUICK if quick else FULL, **{name: value for name, value in given.items() if value is not None})
    return size, out or (None if quick else RESULTS)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped")
