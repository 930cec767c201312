"""The load: wrk on its own core, with a fixed number of connections, and what it measured."""

from __future__ import annotations

import http.client
import json
import math
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from benchmarks.servers import HOST, Cores, Server, busy_seconds, cpu_seconds, environment, pinned, stop

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("load.lua")
REAL_TIME = ["chrt", "--fifo", "1"]
# What a browser sends with a request that a page's script makes.
BROWSER = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9,es;q=0.8",
    "DNT": "1",
    "Origin": "https://portal.example",
    "Referer": "https://portal.example/health/topics",
    "Sec-CH-UA": '"Chromium";v="140", "Not=A?Brand";v="24"',
    "Sec-CH-UA-Mobile": "?0",
    "Sec-CH-UA-Platform": '"Linux"',
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "cross-site",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0",
}


@dataclass(frozen=True)
class Load:
    """What is asked of a server: its paths in a file, one a line, round and round; and headers."""

    server: Server
    paths: Path
    headers: Mapping[str, str] = field(default_factory=dict)

    def addresses(self) -> list[str]:
        """The paths by themselves."""
        return self.paths.read_text().split()


class Sample(NamedTuple):
    """What one run showed: times in milliseconds, and who had how much of the server's core."""

    requests: int
    rate: float
    p50: float
    p99: float
    errors: int
    busy: float
    others: float


class Answer(NamedTuple):
    """One answer, as a client got it."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def run(load: Load, cores: Cores, seconds: int, skip: int = 0, *, undisturbed: bool = False) -> Sample:
    """Put load on a server for whole seconds; `undisturbed` by what else runs on the load's core, if that is allowed.

    Else a publisher there gets whole ticks of the kernel's clock, and answers wait for the load, not for the server.
    """
    used = _Used(load.server, cores.server)
    first = REAL_TIME if undisturbed and real_time() else []
    process = subprocess.Popen(  # noqa: S603  # the command is written here
        pinned(cores.load, [*first, *_command(load, seconds, skip)]),
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=seconds + 60)
    finally:
        stop(process)
    return _sample(output, used)


@cache
def real_time() -> bool:
    """Whether this user may run a program in real time."""
    return subprocess.run([*REAL_TIME, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603


@contextmanager
def under_load(load: Load, cores: Cores) -> Iterator[list[Sample]]:
    """Keep load on a server while the block runs; what it showed is in the list afterwards."""
    found: list[Sample] = []
    used = _Used(load.server, cores.server)
    process = subprocess.Popen(  # noqa: S603  # as above
        pinned(cores.load, _command(load, 24 * 3600, 0)),
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield found
        process.send_signal(signal.SIGINT)  # wrk then prints what it has
        output, _ = process.communicate(timeout=60)
        found.append(_sample(output, used))
    finally:
        stop(process)


def fetch(load: Load, paths: Sequence[str]) -> list[Answer]:
    """The answers to a load's requests, one after the other over one connection."""
    with closing(http.client.HTTPConnection(HOST, load.server.port, timeout=30)) as connection:
        answers = []
        for path in paths:
            connection.request("GET", path, headers=dict(load.headers))
            response = connection.getresponse()
            answers.append(Answer(response.status, response.headers, response.read()))
        return answers


def _command(load: Load, seconds: int, skip: int) -> list[str]:
    addresses = load.addresses()
    headers = [part for name, value in load.headers.items() for part in ("--header", f"{name}: {value}")]
    # One address needs no script's function per request, so the load is then as cheap as wrk can make it.
    many = [str(load.paths), str(skip)] if len(addresses) > 1 else []
    return [
        *("wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--timeout", "30s"),
        *("--latency", "--script", str(SCRIPT), *headers, load.server.origin + addresses[0], *many),
    ]


class _Used:
    """The processor time that a server, and all else on its core, uses from now on."""

    def __init__(self, server: Server, core: int) -> None:
        self._server, self._core = server, core
        self._before = self._now()

    def _now(self) -> tuple[float, float]:
        return cpu_seconds(self._server), busy_seconds(self._core)

    def shares(self, seconds: float) -> tuple[float, float]:
        """The server's share of the core, and the others'; the kernel's ticks make them good to a few hundredths."""
        ours, all_of_it = (now - before for now, before in zip(self._now(), self._before, strict=True))
        return ours / seconds, max(0.0, all_of_it - ours) / seconds


def _sample(output: str, used: _Used) -> Sample:
    found = json.loads(output.splitlines()[-1])
    seconds = found["seconds"]
    busy, others = used.shares(seconds)
    # Where no answer came at all there is no time, and no ratio to it may meet an aim.
    times = {name: found[name] if found["requests"] else math.nan for name in ("p50", "p99")}
    rate = found["requests"] / seconds
    return Sample(found["requests"], rate, times["p50"], times["p99"], found["errors"], busy, others)
