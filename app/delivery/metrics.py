"""What is counted: plain numbers while requests run, Prometheus metrics of all workers once a second.

Counting is the event loop's alone: it takes no lock. Nothing of prometheus_client is imported unless `serve` has a
METRICS_PORT.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.types import Scope

from app.db import latest_publication

if TYPE_CHECKING:
    import prometheus_client as prometheus
    from prometheus_client.core import GaugeMetricFamily

# Upper bounds in seconds: a cached answer takes microseconds, a cold one milliseconds.
BUCKETS = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OTHER_METHOD = "other"
UNMATCHED = "unmatched"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@dataclass(slots=True)
class Counts:
    """What this process has answered since its last flush. Labels are bounded: never a raw path, never a raw method."""

    requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)  # method, route, status
    fast: Counter[tuple[str, str, int]] = field(default_factory=Counter)  # the fast path's, all in the shortest bucket
    durations: Counter[tuple[str, int]] = field(default_factory=Counter)  # route, which of BUCKETS
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))  # route
    cache_hits: int = 0
    cache_misses: int = 0
    cache_bytes: int = 0  # what the cache holds now; the only one that no flush sets back

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is a template as `route_of` gives it."""
        self.requests[method if method in METHODS else OTHER_METHOD, route, status] += 1
        self.durations[route, bisect_left(BUCKETS, seconds)] += 1
        self.seconds[route] += seconds

    def flush(self) -> None:
        """Add what was counted to this process's metrics, and begin anew. Call it on the event loop's thread."""
        metrics = _metrics()
        for (method, route, status), count in self.fast.items():
            self.requests[method, route, status] += count
            self.durations[route, 0] += count
        self.fast.clear()
        for (method, route, status), count in self.requests.items():
            metrics.requests.labels(method, route, str(status)).inc(count)
        for (route, bucket), count in self.durations.items():
            # Not observe(): it takes one answer at a time, and there can be tens of thousands.
            metrics.durations.labels(route)._buckets[bucket].inc(count)
        for route, seconds in self.seconds.items():
            metrics.durations.labels(route)._sum.inc(seconds)
        metrics.cache_hits.inc(self.cache_hits)
        metrics.cache_misses.inc(self.cache_misses)
        metrics.cache_bytes.set(self.cache_bytes)
        self.requests.clear()
        self.durations.clear()
        self.seconds.clear()
        self.cache_hits = self.cache_misses = 0


counts = Counts()


def route_of(scope: Scope) -> str:
    """The template of what answered a request, `/v1/conditions/{slug}` or the mounted `/static`, or `unmatched`."""
    mounted = scope.get("root_path", "").removeprefix(scope.get("app_root_path", scope.get("root_path", "")))
    return getattr(scope.get("route"), "path_format", None) or mounted or UNMATCHED


@contextlib.asynccontextmanager
async def flushing(every: float = 1.0) -> AsyncIterator[None]:
    """Flush the counts every so many seconds, and once more at the end."""

    async def flush() -> None:
        while True:
            counts.flush()
            await asyncio.sleep(every)

    task = asyncio.create_task(flush())
    try:
        yield
    finally:
        task.cancel()
        counts.flush()


class _Metrics(NamedTuple):
    requests: prometheus.Counter
    durations: prometheus.Histogram
    cache_hits: prometheus.Counter
    cache_misses: prometheus.Counter
    cache_bytes: prometheus.Gauge


@cache
def _metrics() -> _Metrics:
    """This process's metrics, in the folder that `exposed` made for all of them."""
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

    own = CollectorRegistry()
    took = "Time from a request's head to its whole answer."
    return _Metrics(
        Counter("http_requests_total", "Answers.", ("method", "route", "status"), registry=own),
        Histogram("http_request_duration_seconds", took, ("route",), buckets=BUCKETS, registry=own),
        Counter("response_cache_hits_total", "Answers that the cache held.", registry=own),
        Counter("response_cache_misses_total", "Answers that the cache did not hold.", registry=own),
        Gauge("response_cache_bytes", "What a worker's cache holds.", registry=own, multiprocess_mode="liveall"),
    )


# ---- the listener


@contextlib.contextmanager
def exposed(host: str, port: int, engine: Engine) -> Iterator[None]:
    """Answer `/metrics` on a port of its own, for this process and all that it starts. Raises OSError.

    They meet in a temporary folder, which is removed at the end.
    """
    with tempfile.TemporaryDirectory(prefix="health-content-metrics-") as folder:
        os.environ[FOLDER] = folder  # the client library looks for it when it is imported, so not before
        from prometheus_client import CollectorRegistry, start_http_server
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = CollectorRegistry()
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]  # the library's
        registry.register(_Publication(engine))
        listener, thread = start_http_server(port, host, registry)
        try:
            yield
        finally:
            listener.shutdown()
            listener.server_close()
            thread.join()


class _Publication:
    """What the database says of its newest publication when somebody asks; nothing where it cannot be read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[GaugeMetricFamily]:
        from prometheus_client.core import GaugeMetricFamily

        with contextlib.suppress(SQLAlchemyError), Session(self._engine) as session:
            latest = latest_publication(session)
            generation, seconds = (latest.generation, latest.seconds) if latest else (0, 0.0)
            took = "How long the newest publication's transaction took."
            yield GaugeMetricFamily("publication_generation", "The newest publication.", generation)
            yield GaugeMetricFamily("publish_duration_seconds", took, seconds)


def worker_died(pid: int | None) -> None:
    """Forget what a process that is no more said of itself; what it counted stays counted."""
    if folder := os.environ.get(FOLDER):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]  # the library's
