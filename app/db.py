"""The database: one engine per process, and a session whose reads are one snapshot."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session, col, create_engine, select

from app.models import Publication

POOL_SIZE = 10
BUSY_TIMEOUT_MS = 5_000


class NewerDatabaseError(Exception):
    """The database has tables that this version of the program does not know."""


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
        except sqlite3.OperationalError as error:
            reason = error.sqlite_errorcode & 0xFF  # the rest of the code says more than we ask
            if reason == sqlite3.SQLITE_READONLY:  # read as it stands; a write says what is wrong
                return
            if reason not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} or time.monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Any) -> None:
    # A writer takes the lock before it reads, so that what it compared with is what it replaces.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision, whole or not at all. Several processes may call it at once.

    Raises NewerDatabaseError where a newer version of the program has been here.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"configure_logger": False})
    config.set_main_option("script_location", str(shipped("migrations")))
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise NewerDatabaseError(f"The database is of another version of this program: {error}.") from error


def migrated(session: Session) -> bool:
    """Whether the database has the tables of this version of the program."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(shipped("migrations")))
    return MigrationContext.configure(session.connection()).get_current_revision() == scripts.get_current_head()


def shipped(name: str) -> Path:
    """A folder that the program ships: beside `app/` in a checkout, inside it where it is installed."""
    here = Path(__file__).resolve().parent
    return here / name if (here / name).is_dir() else here.parent / name


def latest_publication(session: Session) -> Publication | None:
    """The publication that this session's snapshot shows; None in a database that nothing was published to."""
    return session.exec(select(Publication).order_by(col(Publication.generation).desc()).limit(1)).first()


def get_session(request: Request) -> Iterator[Session]:
    """A session for one request: its first statement opens a snapshot, and nothing is ever committed."""
    with Session(request.app.state.engine, autoflush=False) as session:
        yield session


# As many reads as there are connections run at once and further ones wait: without the bound, waiting requests would
# hold the worker threads that the running ones need to finish. A connection is free again before the answer is sent.
SessionDep = Annotated[Session, Depends(get_session, scope="function", max_concurrency=POOL_SIZE)]
