"""The database: one engine per process, and a session whose reads are one snapshot."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session, col, create_engine, select

from app.models import Publication

POOL_SIZE = 10
BUSY_TIMEOUT_MS = 5_000

Found = TypeVar("Found")


def make_engine(url: str) -> Engine:
    """An engine for `url`, whose every transaction is one snapshot.

    On SQLite: write-ahead log, foreign keys enforced, transactions begun explicitly. Raises ArgumentError for what is
    no address, ModuleNotFoundError where the driver is not installed.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        address = parsed.set(drivername="postgresql+psycopg")
        return create_engine(
            address, pool_size=POOL_SIZE, max_overflow=0, hide_parameters=True, isolation_level="REPEATABLE READ"
        )
    if parsed.get_backend_name() != "sqlite":
        raise ArgumentError("DATABASE_URL must begin with sqlite:/// or postgresql://")
    engine = create_engine(
        url, pool_size=POOL_SIZE, max_overflow=0, hide_parameters=True, connect_args={"check_same_thread": False}
    )
    if (file := parsed.database) and not file.startswith((":", "file:")):
        event.listen(engine, "do_connect", lambda *_: Path(file).parent.mkdir(parents=True, exist_ok=True))
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own transactions begin only at the first write, so two SELECTs could see two publications.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Turn the write-ahead log on. SQLite does not wait for a lock here, so that two first starts need us to."""
    patience = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Any) -> None:
    # A writer takes the lock before it reads, so that what it compared with is what it replaces.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision, whole or not at all. Several processes may call it at once."""
    config = Config(attributes={"configure_logger": False})
    config.set_main_option("script_location", str(shipped("migrations")))
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def migrated(session: Session) -> bool:
    """Whether the database has the tables of this version of the program."""
    scripts = ScriptDirectory(str(shipped("migrations")))
    return MigrationContext.configure(session.connection()).get_current_revision() == scripts.get_current_head()


def shipped(name: str) -> Path:
    """A folder that the program ships: beside `app/` in a checkout, inside it where it is installed."""
    here = Path(__file__).resolve().parent
    return here / name if (here / name).is_dir() else here.parent / name


def latest_publication(session: Session) -> Publication | None:
    """The publication that this session's snapshot shows; None in a database that nothing was published to."""
    return session.exec(select(Publication).order_by(col(Publication.generation).desc()).limit(1)).first()


@contextmanager
def snapshot(request: Request) -> Iterator[Connection]:
    """A connection for one request's reads. Its first statement reads the publication, for `request.state`.

    Reads go to the replica, where there is one that is not behind what this process knows of; else to the primary.
    """
    state = request.app.state
    if state.read_engine is not state.engine:
        with state.read_engine.connect() as connection:
            request.state.publication = _stands_at(connection)
            known = state.known_publication()
            if known is None or request.state.publication[0] >= known[0]:
                yield connection
                return
    with state.engine.connect() as connection:
        request.state.publication = _stands_at(connection)
        yield connection


def _stands_at(connection: Connection) -> tuple[int, str]:
    """Generation and id of the newest publication; 0 and nothing before the first."""
    newest = "SELECT generation, id FROM publication ORDER BY generation DESC LIMIT 1"
    row = connection.exec_driver_sql(newest).first()  # as it stands: the first statement of every read
    return (row[0], row[1]) if row else (0, "")


async def read(request: Request, query: Callable[[Connection], Found]) -> Found:
    """What a short query finds in one snapshot.

    SQLite is asked where we are: an indexed read of a local file takes microseconds, and never waits in the
    write-ahead log. PostgreSQL is asked in a worker thread.
    """

    def ask() -> Found:
        with snapshot(request) as connection:
            return query(connection)

    if request.app.state.read_engine.dialect.name == "sqlite":
        return ask()
    return await to_thread.run_sync(ask, limiter=_DETAILS)


def get_session(request: Request) -> Iterator[Session]:
    """A session for one request: one snapshot, and nothing is ever committed."""
    with snapshot(request) as connection, Session(connection, autoflush=False) as session:
        yield session


def get_bare_session(request: Request) -> Iterator[Session]:
    """A session for what must answer in a database without our tables too."""
    with Session(request.app.state.engine, autoflush=False) as session:
        yield session


# As many reads as there are connections run at once and further ones wait: without the bound, waiting requests would
# hold the worker threads that the running ones need to finish. A connection is free again before the answer is sent.
# One connection is left for the event loop, which must never wait for one, and one for an operator's question.
SessionDep = Annotated[Session, Depends(get_session, scope="function", max_concurrency=POOL_SIZE - 2)]
BareSessionDep = Annotated[Session, Depends(get_bare_session, scope="function", max_concurrency=1)]
_DETAILS = CapacityLimiter(POOL_SIZE)
