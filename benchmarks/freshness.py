"""What a publish does to readers: how soon every worker serves it, whether answers mix, how slow reads get."""

from __future__ import annotations

import http.client
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.content import CHANGING, REVISION
from benchmarks.peers import database_url
from benchmarks.servers import HOST, Server, environment, pinned, stop, worker_of

PUBLISH_SECONDS = 0.5
GIVE_UP_SECONDS = 5.0
POLL_SECONDS = 0.002
TRIES_PER_WORKER = 100
# One record, and both records in one answer: a mixture of two publications would show in the second.
POLLED = (f"/v1/conditions/{CHANGING[0]}", f"/v1/conditions?slugs={','.join(CHANGING)}&view=full")
MARK = re.compile(rf"{REVISION}(\d+)".encode())


class Publisher:
    """A process that publishes changing records, each time with the next revision in all their texts."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.revision = 0

    def publish(self, records: int = len(CHANGING)) -> float:
        """Publish once, the first so many records changed, and return the monotonic time just after the commit."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the publisher has no pipes")
        self.revision += 1
        self._process.stdin.write(f"{self.revision} {records}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("The publisher ended.")
        return float(line)


@contextmanager
def publishing(database: Path, folder: Path, core: int) -> Iterator[Publisher]:
    """A publisher that runs when nothing else wants its core, as if it had one of its own."""
    command = ["chrt", "--idle", "0", sys.executable, "-m", "benchmarks.publisher", database_url(database), str(folder)]
    process = subprocess.Popen(  # noqa: S603  # the command is written here
        pinned(core, command),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Publisher(process)
    finally:
        stop(process)


@contextmanager
def publishing_twice_a_second(publisher: Publisher) -> Iterator[None]:
    """Publish one record at a steady rate while the block runs."""
    ended = threading.Event()

    def work() -> None:
        due = time.monotonic()
        while not ended.wait(max(0.0, due - time.monotonic())):
            publisher.publish(records=1)
            due += PUBLISH_SECONDS

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@dataclass
class Freshness:
    """Seconds from each commit until every worker had served it, and answers that no single publication explains."""

    workers: int
    seconds: list[float] = field(default_factory=list)
    mixed: int = 0
    went_back: int = 0


def watch_publishes(server: Server, workers: int, publisher: Publisher, count: int) -> Freshness:
    """Publish `count` times and, each time, ask every worker until it serves the new text."""
    with ExitStack() as stack:
        readers = _one_reader_per_worker(stack, server, workers)
        found = Freshness(len(readers))
        for _ in range(count):
            # A pause of its own length each time, so that publishes do not fall in step with a worker's timer.
            time.sleep(random.uniform(0.0, 0.2))  # noqa: S311  # no secret
            committed = publisher.publish()
            for reader in readers:
                reader.expect(publisher.revision)
            _poll_all(readers, committed + GIVE_UP_SECONDS)
            found.seconds.append(max(0.0, max(reader.served_at for reader in readers) - committed))
        found.mixed = sum(reader.mixed for reader in readers)
        found.went_back = sum(reader.went_back for reader in readers)
    return found


class _Reader:
    """A connection to one worker, and what has been read over it."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.connection = connection
        self.mixed = 0
        self.went_back = 0
        self.served_at = 0.0
        self._seen = dict.fromkeys(POLLED, 0)
        self._expected = 0

    def expect(self, revision: int) -> None:
        self._expected = revision
        self.served_at = 0.0

    def poll(self) -> None:
        """Ask for both answers; `served_at` is when the later of them was the expected one for the first time."""
        for path in POLLED:
            self.connection.request("GET", path)
            body = self.connection.getresponse().read()
            revisions = {int(mark) for mark in MARK.findall(body)}
            self.mixed += len(revisions) != 1
            newest = max(revisions, default=0)
            self.went_back += newest < self._seen[path]
            self._seen[path] = max(newest, self._seen[path])
        if min(self._seen.values()) >= self._expected:
            self.served_at = time.monotonic()


def _poll_all(readers: list[_Reader], deadline: float) -> None:
    """Poll each worker on a thread of its own, until it serves what is expected or time is up."""

    def work(reader: _Reader) -> None:
        while not reader.served_at:
            reader.poll()
            if time.monotonic() > deadline:
                reader.served_at = time.monotonic()
            elif not reader.served_at:
                time.sleep(POLL_SECONDS)

    threads = [threading.Thread(target=work, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _one_reader_per_worker(stack: ExitStack, server: Server, workers: int) -> list[_Reader]:
    """Connect until every worker holds a connection, which only the kernel can tell."""
    found: dict[int, _Reader] = {}
    for _ in range(workers * TRIES_PER_WORKER):
        connection = stack.enter_context(closing(http.client.HTTPConnection(HOST, server.port, timeout=30)))
        connection.request("GET", POLLED[0])
        connection.getresponse().read()
        worker = worker_of(server, connection)
        if worker in found:
            connection.close()
            continue
        found[worker] = _Reader(connection)
        if len(found) == workers:
            return list(found.values())
    raise SystemExit(f"Only {len(found)} of {workers} workers answered.")
