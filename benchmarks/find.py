"""`make bench-find`: how soon things are found among 100,000 conditions and 1,000,000 places, on both engines.

README.md in this folder says what the lines mean; `grown.py` makes the databases.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, text

from app import near
from app.db import make_engine
from benchmarks import peers
from benchmarks.grown import KEPT, copied, grown
from benchmarks.report import commit
from benchmarks.servers import HOST, Cores, Server, busy_seconds, choose_cores, cpu_seconds, resident_bytes, worker_of
from tests import postgres

RESULTS = Path(__file__).with_name("RESULTS-find.md")
ENGINES = ("sqlite", "postgresql")
WARM = 200  # requests of a line before those that count, or one to each of its addresses
BASELINES = 3  # times that each is run
LOOPS, LOOP = 500, 250_000  # that are timed, and how often each goes round
MEMORY = 250 * 2**20
NEAR, SUGGEST, SEARCH = 5.0, 10.0, {"sqlite": 25.0, "postgresql": 60.0}  # milliseconds, p99
CITIES = {"New York": (40.75, -73.98), "Chicago": (41.88, -87.63), "Hartford": (41.76, -72.67)}
SPARSE = {"Wyoming": (44.0, -107.0), "the Atlantic": (30.0, -60.0)}
CARE_KINDS = "doctor=hospital,critical-access-hospital emergency=hospital unstated=hospital"
COMMON = ("children", "treatment", "symptoms", "doctor", "medicine", "blood", "disease", "health")
OF_PLACES = ("hospital", "medical center", "regional hospital", "street", "children's hospital", "memorial health")
SCAN = (
    "SELECT id, (x - :x) * (x - :x) + (y - :y) * (y - :y) + (z - :z) * (z - :z) AS squared "
    "FROM location WHERE x IS NOT NULL ORDER BY squared LIMIT 21"
)
LIKE = (
    "SELECT count(*) FROM (SELECT id FROM edition WHERE lower(name) LIKE :like OR lower(summary) LIKE :like "
    "UNION ALL SELECT id FROM block WHERE lower(text) LIKE :like) AS found"
)


@dataclass(frozen=True)
class Line:
    """What is asked, over and over; the aim of its p99 in milliseconds; and what a baseline is measured with."""

    name: str
    paths: Sequence[str]
    aim: float
    scan: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """What a line showed, in milliseconds."""

    line: Line
    engine: str
    p50: float
    p99: float
    worked: float
    others: float
    ended: int
    baseline: float


def main() -> None:
    """Grow what is not there, measure, print the table, and write it."""
    conditions, places, requests, engines, out = _options()
    cores = choose_cores()
    file = grown(conditions, places)
    jitter = [_jitter(cores)]
    figures: list[Figure] = []
    memory: dict[str, int] = {}
    missing: list[str] = []
    for engine, address in (("sqlite", _file(file)), ("postgresql", _server(file, cores))):
        if engine not in engines:
            continue
        with address as url, tempfile.TemporaryDirectory(prefix="health-content-find-") as folder:
            measured(Path(folder), cores, engine, url, requests, figures, memory, missing)
        jitter.append(_jitter(cores))
    report = _report(figures, memory, missing, conditions, places, requests, jitter)
    print(report)
    if out:
        out.write_text(report, encoding="utf-8")
        print(f"Written to {out}")


def measured(
    folder: Path,
    cores: Cores,
    name: str,
    url: str,
    requests: int,
    figures: list[Figure],
    memory: dict[str, int],
    missing: list[str],
) -> None:
    """Measure every line on one engine."""
    engine = make_engine(url)
    settings: dict[str, str | int] = {"DATABASE_URL": url, "CARE_KINDS": CARE_KINDS, "EMERGENCY_LINE": "Call 911."}
    os.sched_setaffinity(0, {cores.load})
    with peers.ours(folder, folder / "none", cores.server, f"ours {name}", **settings) as server:
        for line in _lines(engine, name):
            with closing(http.client.HTTPConnection(HOST, server.port, timeout=30)) as connection:
                if not _answers(connection, line.paths[0]):
                    missing.append(f"{line.name}: there is no such address in this version")
                    continue
                times, worked, others, ended = _times(connection, server, cores, line.paths, requests)
            p50, p99, scanned = statistics.median(times), _p99(times), _baseline(engine, line)
            figures.append(Figure(line, name, p50, p99, worked, others, ended, scanned))
            _say(f"{name:10}  {line.name:45} p50 {figures[-1].p50:8.2f}  p99 {p99:8.2f} ms")
        memory[name] = _memory(server)
    engine.dispose()


# ---- what is asked


def _lines(engine: Engine, name: str) -> Iterator[Line]:
    chance = random.Random(7)  # noqa: S311  # the same each time
    yield from _near(engine, chance)
    with engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM edition WHERE lang = 'en' ORDER BY id")).scalars().all()
    some = chance.sample(names, min(300, len(names)))
    words = sorted({word.lower() for each in some for word in re.findall(r"[^\W\d_]{6,}", each)})
    asked: dict[str, Sequence[str]] = {
        "a rare word": [chance.choice(words) for _ in some],
        "two words": [f"{chance.choice(words)} {chance.choice(COMMON)}" for _ in some],
        "a common word": COMMON,
        "common words": [" ".join(chance.sample(COMMON, 2)) for _ in some],
        "words of many places": OF_PLACES,
        "misspelled (did you mean)": [_misspelled(chance.choice(words), chance) for _ in some],
        "a name": some,
    }
    for what, texts in asked.items():
        yield _text_line(f"search, {what}", "/v1/search", texts, SEARCH[name])
    prefixes = {length: [word[:length] for word in words] for length in range(1, 9)}
    for length, texts in prefixes.items():
        yield _text_line(f"suggest, {length} letter{'s'[: length > 1]}", "/v1/suggest", texts, SUGGEST)
    yield _text_line("suggest, misspelled", "/v1/suggest", [_misspelled(word, chance) for word in words], SUGGEST)


def _near(engine: Engine, chance: random.Random) -> Iterator[Line]:
    for where, radii in ((CITIES, (1, 5, 25, 100, 200)), (SPARSE, (25, 200))):
        for place, centre in where.items():
            for radius in radii:
                yield _near_line(f"near, {place}, {radius} mi", "/v1/locations", centre, chance, radius=radius)
    centre = CITIES["New York"]
    for told in ({"kind": "hospital"}, {"kind": "psychiatric-hospital", "radius": 200}, {"state": "NY"}):
        what = ", ".join(f"{name} {value}" for name, value in told.items())
        yield _near_line(f"near, New York, {what}", "/v1/locations", centre, chance, **told)
    with engine.connect() as connection:
        signed = "SELECT slug FROM condition JOIN warning_sign ON condition_id = condition.id ORDER BY slug LIMIT 1"
        slug = connection.execute(text(signed)).scalar()
    for place, centre in {**CITIES, **SPARSE}.items():
        yield _near_line(f"care near, {place}", f"/v1/conditions/{slug}/care", centre, chance)


def _near_line(name: str, path: str, centre: tuple[float, float], chance: random.Random, **told: str | int) -> Line:
    points = [tuple(degree + chance.uniform(-0.1, 0.1) for degree in centre) for _ in range(100)]
    paths = [f"{path}?{urlencode({'near': f'{north:.5f},{east:.5f}', **told})}" for north, east in points]
    return Line(name, paths, NEAR, SCAN, dict(zip("xyz", near.vector(*centre), strict=True)))


def _text_line(name: str, path: str, texts: Sequence[str], aim: float) -> Line:
    paths = [f"{path}?{urlencode({'q': each})}" for each in texts]
    return Line(name, paths, aim, LIKE, {"like": f"%{texts[0].lower()}%"})


def _misspelled(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


# ---- measuring


def _answers(connection: http.client.HTTPConnection, path: str) -> bool:
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response.status != http.HTTPStatus.NOT_FOUND


def _times(
    connection: http.client.HTTPConnection, server: Server, cores: Cores, paths: Sequence[str], requests: int
) -> tuple[list[float], float, float, int]:
    """Milliseconds from sending each request to having its answer, one after the other, once the server is warm.

    And the milliseconds that the server's processor worked for one, what share of that core others had, and how many
    answers were a 503, since a statement had taken too long.
    """
    times: list[float] = []
    ended = 0
    warm = max(WARM, len(paths))
    for at in range(warm + requests):
        if at == warm:
            times, ended, began_all = [], 0, time.perf_counter()
            used, busy = cpu_seconds(server), busy_seconds(cores.server)
        path = paths[at % len(paths)]
        began = time.perf_counter()
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        times.append((time.perf_counter() - began) * 1_000)
        ended += response.status == http.HTTPStatus.SERVICE_UNAVAILABLE
        if response.status not in {http.HTTPStatus.OK, http.HTTPStatus.SERVICE_UNAVAILABLE}:
            raise SystemExit(f"Not measured: {response.status} for {path}.")
    worked, all_of_it = cpu_seconds(server) - used, busy_seconds(cores.server) - busy
    return times, worked * 1_000 / requests, max(0.0, all_of_it - worked) / (time.perf_counter() - began_all), ended


def _jitter(cores: Cores) -> tuple[float, float]:
    """The median and the p99 of milliseconds that the same bare loop takes on the server's idle core."""
    os.sched_setaffinity(0, {cores.server})
    times = []
    for _ in range(LOOPS):
        began = time.perf_counter()
        for _ in range(LOOP):
            pass
        times.append((time.perf_counter() - began) * 1_000)
    os.sched_setaffinity(0, {cores.load})
    return statistics.median(times), _p99(times)


def _p99(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[98]


def _baseline(engine: Engine, line: Line) -> float:
    """Milliseconds that a plain scan for the same takes in the same database, without HTTP: the best of some."""
    took = []
    with engine.connect() as connection:
        for _ in range(BASELINES):
            began = time.perf_counter()
            connection.execute(text(line.scan), line.values).all()
            took.append((time.perf_counter() - began) * 1_000)
    return min(took)


def _memory(server: Server) -> int:
    """The resident bytes of the worker that answers."""
    with closing(http.client.HTTPConnection(HOST, server.port, timeout=30)) as connection:
        connection.request("GET", "/readyz")
        connection.getresponse().read()
        return resident_bytes(worker_of(server, connection))


@contextmanager
def _file(file: Path) -> Iterator[str]:
    yield peers.database_url(file)


@contextmanager
def _server(file: Path, cores: Cores) -> Iterator[str]:
    """A PostgreSQL server that keeps its databases, on the core of what is measured."""
    os.sched_setaffinity(0, {cores.server})
    server = postgres.keep(KEPT / "postgresql", shared_buffers="512MB", max_wal_size="4GB")
    try:
        yield copied(file, server)
    finally:
        server.stop()


# ---- the table


def _report(
    figures: Sequence[Figure],
    memory: dict[str, int],
    missing: Sequence[str],
    conditions: int,
    places: int,
    requests: int,
    jitter: Sequence[tuple[float, float]],
) -> str:
    head = [
        "engine",
        "line",
        "p50 ms",
        "p99 ms",
        "worker's processor ms",
        "others' share of its core",
        "503s",
        "baseline ms",
    ]
    head += ["baseline ÷ p50", "aim, p99 ms", "met"]
    rows = [_row(each) for each in figures]
    workers = [
        f"- {engine}: {used / 2**20:.0f} MiB resident in the worker, aim ≤ {MEMORY / 2**20:.0f}: "
        f"{'met' if used <= MEMORY else '**not met**'}"
        for engine, used in memory.items()
    ]
    loops = ", ".join(f"{p50:.1f} and {p99:.1f} ({p99 / p50:.1f} times)" for p50, p99 in jitter)
    lacking = [f"- Not measured: {line}." for line in dict.fromkeys(missing)]
    return "\n".join(
        [
            "# Finding, measured\n",
            f"Written by `make bench-find` at commit {commit()}: {conditions:,} conditions, {places:,} places, "
            f"{requests} requests a line, one after the other, after {WARM} or one to each address that do not count; "
            f"{os.cpu_count()} cores, load average {os.getloadavg()[2]:.1f} at the end. The baseline is a full scan "
            "for distances, or a `LIKE` over names, summaries and paragraphs, in SQL alone. What the lines mean: "
            "[README.md](README.md).\n",
            *(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)),
            "",
            *workers,
            "- What the machine adds: p50 and p99 of a bare loop on the server's core, with nothing else there, before "
            f"and after each engine: {loops} ms.",
            *lacking,
            "",
        ]
    )


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.engine,
        figure.line.name,
        f"{figure.p50:.2f}",
        f"{figure.p99:.2f}",
        f"{figure.worked:.2f}",
        f"{figure.others:.0%}",
        str(figure.ended),
        f"{figure.baseline:.0f}",
        f"{figure.baseline / figure.p50:.0f}",
        f"≤ {figure.line.aim:g}",
        "yes" if figure.p99 <= figure.line.aim and not figure.ended else "**no**",
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> tuple[int, int, int, Sequence[str], Path | None]:
    parser = argparse.ArgumentParser(prog="make bench-find", description="Measure how soon things are found.")
    parser.add_argument("--quick", action="store_true", help="1,023 conditions and 20,000 places; writes nothing")
    parser.add_argument("--conditions", type=int, metavar="N", help="how many conditions there are (100,000)")
    parser.add_argument("--places", type=int, metavar="N", help="how many places there are (1,000,000)")
    parser.add_argument("--requests", type=int, metavar="N", default=500, help="how many requests of each line count")
    parser.add_argument(
        "--out", type=Path, help=f"where to write the table (benchmarks/{RESULTS.name}, if not --quick)"
    )
    parser.add_argument("--engine", choices=ENGINES, help="one engine alone")
    given = parser.parse_args()
    engines = (given.engine,) if given.engine else ENGINES
    conditions = given.conditions or (1_023 if given.quick else 100_000)
    places = given.places or (20_000 if given.quick else 1_000_000)
    return conditions, places, given.requests, engines, given.out or (None if given.quick else RESULTS)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped")
