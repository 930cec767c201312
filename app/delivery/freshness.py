"""How a worker learns of a publication: within a quarter of a second, and at no request's cost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool

from app import models
from app.db import CHANNEL, LATEST, latest_publication
from app.delivery.cache import Cache, Publication, Record

log = logging.getLogger("app.freshness")

INTERVAL = 0.1  # seconds between two looks at the database
RETRY = 0.5  # seconds until a database that could not be reached is tried again
STALE_IF_ERROR = 86_400  # seconds for which cached answers are given without the database, as Cache-Control says
MOST_TOUCHED = 10_000  # records; past a larger publication nothing is carried
NOTHING = Publication(0, "", frozenset())


async def watch(primary: Engine, replica: Engine, cache: Cache) -> None:
    """Keep the cache at the newest publication: the primary's or, while the primary is away, the replica's.

    A replica that is behind what was known is not followed: what was withdrawn must not come back.
    """
    seen = time.monotonic()
    looks = _look_at_sqlite if primary.dialect.name == "sqlite" else _look_at_postgresql
    while True:
        try:
            async with contextlib.aclosing(looks(primary)) as changes:
                async for changed in changes:
                    if changed:
                        await _move_on(primary, cache)
                    cache.verified, seen = True, time.monotonic()
        except Exception as error:  # noqa: BLE001  # whatever it is: a watch that ended would serve old content for ever
            if cache.verified:
                log.warning("the database is away, and cached answers are given without it: %s", error)
            cache.verified = False
            if looks is _look_at_sqlite:
                primary.dispose()  # open connections would go on reading a file that was replaced
        if replica is not primary:
            with contextlib.suppress(SQLAlchemyError):
                if await _move_on(replica, cache, forward=True):
                    seen = time.monotonic()
        if time.monotonic() - seen > STALE_IF_ERROR:
            cache.move_on(None, None)
        await asyncio.sleep(RETRY)


async def _move_on(engine: Engine, cache: Cache, *, forward: bool = False) -> bool:
    """Bring the cache to a database's publication; `forward` refuses an older one. Whether it is at that one now."""
    newest, touched = await run_in_threadpool(_newest, engine, cache.current)
    if newest != cache.current:
        if forward and cache.current is not None and newest.generation <= cache.current.generation:
            return False
        cache.move_on(newest, touched)
    return True


def _newest(engine: Engine, since: Publication | None) -> tuple[Publication, set[Record] | None]:
    """The newest publication, and the records touched after another one; None where that is not known, or too many."""
    with Session(engine) as session:
        row = latest_publication(session)
        newest = Publication(row.generation, row.id, frozenset(row.languages)) if row else NOTHING
        known = session.get(models.Publication, since.generation) if since else None
        if since is None or known is None or known.id != since.id:
            return newest, None  # a first look, or another history: a restored backup
        change = models.Change
        touched = session.exec(
            select(change.kind, change.key).where(change.generation > since.generation).limit(MOST_TOUCHED + 1)
        ).all()
    if len(touched) > MOST_TOUCHED or any(kind == "pack" for kind, _ in touched):
        return newest, None  # a pack's publisher and rights stand in each of its records
    return newest, {(kind, key) for kind, key in touched}


async def _look_at_sqlite(engine: Engine) -> AsyncGenerator[bool, None]:
    """At each look, whether the file changed. Raises OSError or sqlite3.Error where it is away or another one."""
    file = engine.url.database or ""
    address = f"file:{quote(file)}?mode=rw"
    if file.startswith("file:"):  # an SQLite URI, as a read-only copy has
        ((address,), _) = engine.dialect.create_connect_args(engine.url)
        file = unquote(urlsplit(file).path)
    place = _place(file)
    with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        seen = None
        while _place(file) == place:
            version = connection.execute("PRAGMA data_version").fetchone()
            yield version != seen
            seen = version
            await asyncio.sleep(INTERVAL)
    raise FileNotFoundError(f"{file} was replaced")


def _place(file: str) -> tuple[int, int]:
    found = Path(file).stat()
    return found.st_dev, found.st_ino


async def _look_at_postgresql(engine: Engine) -> AsyncGenerator[bool, None]:
    """At each look, and at once when a publish notifies, whether there is another publication. Raises psycopg.Error.

    The look itself is what counts: through PgBouncer, or in the moment of a lost connection, no notification comes.
    """
    import psycopg  # noqa: PLC0415  # an extra

    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connecting = psycopg.AsyncConnection.connect(address, autocommit=True, prepare_threshold=None, connect_timeout=5)
    async with await connecting as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        seen: object = ()
        while True:
            newest = await (await connection.execute(LATEST)).fetchone()
            yield newest != seen
            seen = newest
            async for _ in connection.notifies(timeout=INTERVAL, stop_after=1):
                pass
