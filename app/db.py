"""The database: one engine per process, and reads that are one snapshot each."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from functools import lru_cache, wraps
from inspect import Parameter, signature
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TypeVar
from weakref import WeakKeyDictionary

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    PoolProxiedConnection,
    Select,
    bindparam,
    delete,
    event,
    func,
    make_url,
    tuple_,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlmodel import Session, col, create_engine, select
from starlette.datastructures import State

from app.models import Publication

log = logging.getLogger("app.db")

POOL_SIZE = 10
KEPT_PAGES_KB = 8_000  # of a SQLite file, by each pooled connection: with SQLite's own 2,000 a search reads some twice
WRITER_WAIT_MS = 5_000  # for another writer to end
READ_TIMEOUT_MS = 10_000  # for one statement
REPLICA_RETRY = 2  # seconds until a replica that could not be read is tried again
CHANNEL = "publication"
LATEST = "SELECT generation, id FROM publication ORDER BY generation DESC LIMIT 1"
# For a read of many short statements: none walks a whole table, or is compiled for longer than it runs.
LIMITED = "SET LOCAL statement_timeout = {milliseconds}; SET LOCAL enable_seqscan = off; SET LOCAL jit = off"
STEPS = 20_000  # of SQLite's machine, about a millisecond: how often it asks whether to go on
BEGAN = "began"  # when a connection's last statement did, in what is kept of it
BATCH = 500  # rows or keys at a time

# What libpq is told unless DATABASE_URL says otherwise, in seconds but for the last: a server that is gone without a
# word is known to be gone within half a minute.
LIBPQ = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

# How a transaction begins on PostgreSQL, in one message. Limits are set here, not as the connection begins, where
# PgBouncer would refuse them. A writer waits for its turn before its first snapshot, and has one per statement:
# REPEATABLE READ would go on showing it what stood before the writer that it waited for.
WRITERS_LOCK = 0x6865616C7468  # the same number for each publish and migration, and for nothing else in a database
BEGIN_READ = f"""BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL statement_timeout = {READ_TIMEOUT_MS};
    SET LOCAL idle_in_transaction_session_timeout = '1min'"""
BEGIN_WRITE = f"""BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = {WRITER_WAIT_MS};
    SET LOCAL idle_in_transaction_session_timeout = '10min';
    SELECT pg_advisory_xact_lock({WRITERS_LOCK})"""

Found = TypeVar("Found")
Item = TypeVar("Item")
SLUG = object()  # stands where a statement's slug goes


class NewerDatabaseError(Exception):
    """The database has tables that this version of the program does not know."""


def make_engine(url: str, *, create: bool = False) -> Engine:
    """An engine for `url`, whose every transaction is one snapshot; `create` makes an SQLite file that is not there.

    `engine.execution_options(writes=True)` is for writers: one writes at a time, and another waits WRITER_WAIT_MS.
    Raises ArgumentError for what is no address, ModuleNotFoundError where the driver is not installed.
    """
    address = _parse(url)
    if address.get_backend_name() == "postgresql":
        return _make_postgresql(address)
    if address.get_backend_name() == "sqlite":
        return _make_sqlite(address, create)
    raise ArgumentError("DATABASE_URL must begin with sqlite:/// or postgresql://")


def _parse(url: str) -> URL:
    """The parts of an address. Raises ArgumentError, which repeats nothing of it: a password may stand anywhere."""
    try:
        address = make_url(url)
    except ValueError:
        raise ArgumentError("DATABASE_URL's port is not a number") from None
    if "@" in (address.host or ""):
        raise ArgumentError("DATABASE_URL: an @ in the password must be written as %40")
    return address


def _make_postgresql(address: URL) -> Engine:
    told = {name: value for name, value in LIBPQ.items() if name not in address.query}
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_pre_ping=True,  # connections to a server that was restarted are replaced before a request meets them
        hide_parameters=True,
        # Transactions begin below, not in the driver; statements that a server keeps prepared are lost on PgBouncer.
        connect_args={**told, "autocommit": True, "prepare_threshold": None},
    )
    event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "handle_error", _forget_values)
    return engine


def _begin_postgresql(connection: Connection) -> None:
    connection.exec_driver_sql(BEGIN_WRITE if _writes(connection) else BEGIN_READ)


def _forget_values(context: ExceptionContext) -> None:
    """Cut what PostgreSQL adds to an error: it quotes the row, which `hide_parameters` does not know of."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error and error.args:
            error.args = (str(error.args[0]).partition("\nDETAIL:")[0], *error.args[1:])


def _make_sqlite(address: URL, create: bool) -> Engine:
    """Write-ahead log, foreign keys enforced, transactions begun explicitly."""
    engine = create_engine(
        address, pool_size=POOL_SIZE, max_overflow=0, hide_parameters=True, connect_args={"check_same_thread": False}
    )
    if (file := address.database) and not file.startswith((":", "file:")):
        event.listen(engine, "do_connect", _make_folder if create else _connect_to_what_is_there)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "before_cursor_execute", _start_clock)
    return engine


def _make_folder(_dialect: Dialect, _record: object, arguments: list[Any], _keywords: dict[str, Any]) -> None:
    Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)


def _connect_to_what_is_there(
    dialect: Dialect, _record: object, arguments: list[Any], keywords: dict[str, Any]
) -> DBAPIConnection:
    # Where a reader's file is gone, SQLite would make an empty one, and a publisher might fill that.
    return dialect.connect(f"{Path(arguments[0]).as_uri()}?mode=rw", **keywords, uri=True)


def _configure_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own transactions begin only at the first write, so two SELECTs could see two publications.
    connection.isolation_level = None
    cursor = connection.cursor()
    pragmas = f"busy_timeout={WRITER_WAIT_MS}", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{KEPT_PAGES_KB}"
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Turn the write-ahead log on. SQLite does not wait for a lock here, so that two first starts need us to."""
    patience = time.monotonic() + WRITER_WAIT_MS / 1000
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


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock before it reads, so that what it compared with is what it replaces.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _start_clock(connection: Connection | None, *_: object) -> None:
    if connection is not None:  # `first` has none, and no limit
        connection.info[BEGAN] = time.monotonic()


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writes", False))


def is_busy(error: SQLAlchemyError) -> bool:
    """Whether a writer gave up waiting for another."""
    cause = getattr(error, "orig", None)
    told = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return told in {"55P03", "SQLITE_BUSY"}  # PostgreSQL's lock_not_available


def arrives(replica: Engine, publication: Publication, seconds: float) -> bool:
    """Whether a replica has a publication, or has it within so many seconds."""
    patience = time.monotonic() + seconds
    while True:
        with contextlib.suppress(DBAPIError), Session(replica) as session:
            latest = latest_publication(session)
            if latest is not None and latest.generation >= publication.generation:
                return True
        if time.monotonic() > patience:
            return False
        time.sleep(0.05)


def notify(session: Session, generation: int) -> None:
    """Tell who listens on CHANNEL of a publication as soon as it is committed; on SQLite nobody can."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, str(generation))))


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision, whole or not at all. Several processes may call it at once.

    Where there is nothing to do it waits for no other writer. Raises NewerDatabaseError where a newer version of the
    program has been here.
    """
    with Session(engine) as session:
        if migrated(session):
            return

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


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Items in lists that fit a statement's parameters on every engine."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def delete_each(session: Session, columns: Sequence[Any], keys: Iterable[tuple[Any, ...]]) -> None:
    """Delete the rows of a table whose columns, which begin an index, hold one of the keys.

    On SQLite by a statement for each: for several keys of several columns it looks through the whole table.
    """
    table, names = columns[0].class_, [f"held_{column.key}" for column in columns]
    one = delete(table).where(*(column == bindparam(name) for column, name in zip(columns, names, strict=True)))
    for batch in batches(keys):
        if session.get_bind().dialect.name == "sqlite":
            session.connection().execute(one, [dict(zip(names, key, strict=True)) for key in batch])
        else:
            session.execute(delete(table).where(tuple_(*columns).in_(batch)))


def latest_publication(session: Session) -> Publication | None:
    """The publication that this session's snapshot shows; None in a database that nothing was published to."""
    return session.exec(select(Publication).order_by(col(Publication.generation).desc()).limit(1)).first()


@contextlib.contextmanager
def snapshot(request: Request) -> Iterator[Connection]:
    """A connection for one request's reads. Its first statement reads the publication, for `request.state`.

    Reads go to the replica, where there is one that answers and is not behind what this process knows of; else to the
    primary.
    """
    state = request.app.state
    with contextlib.ExitStack() as stack:
        found = _on_replica(state, stack) if state.read_engine is not state.engine else None
        if found is None:
            connection = stack.enter_context(state.engine.connect())
            found = connection, _stands_at(connection)
        connection, request.state.publication = found
        yield connection


def _on_replica(state: State, stack: contextlib.ExitStack) -> tuple[Connection, tuple[int, str]] | None:
    """A connection to the replica, open until the stack ends, and where it stands; None where it is away or behind."""
    if time.monotonic() < state.replica_away_until:
        return None
    with contextlib.ExitStack() as opened:
        try:
            connection: Connection = opened.enter_context(state.read_engine.connect())
            stands_at = _stands_at(connection)
        except DBAPIError as error:  # it cannot be reached, or has not the tables yet
            state.replica_away_until = time.monotonic() + REPLICA_RETRY
            log.warning("the replica cannot be read, and reads go to the primary: %s", error.orig)
            return None
        known = state.known_publication()
        if known is None or stands_at[0] > known[0] or stands_at == known[:2]:
            stack.push(opened.pop_all())
            return connection, stands_at
    return None


def _stands_at(connection: Connection) -> tuple[int, str]:
    """Generation and id of the newest publication; 0 and nothing before the first."""
    row = connection.exec_driver_sql(LATEST).first()  # as it stands: the first statement of every read
    return (row[0], row[1]) if row else (0, "")


async def read(request: Request, query: Callable[[Connection], Found], *, short: bool = True) -> Found:
    """What a query finds in one snapshot.

    SQLite is asked where we are if the query is short: an indexed read of a local file takes microseconds, and never
    waits in the write-ahead log. Everything else is asked in a worker thread.
    """

    def ask() -> Found:
        with snapshot(request) as connection:
            return query(connection)

    if short and request.app.state.read_engine.dialect.name == "sqlite":
        return ask()
    return await to_thread.run_sync(ask, limiter=_DETAILS if short else _LISTS)


def in_snapshot(endpoint: Callable[..., Found]) -> Callable[..., Awaitable[Found]]:
    """An endpoint that is given a `connection`: all that it reads there is one snapshot.

    It runs in a worker thread, as FastAPI's plain endpoints do. A dependency would be two more trips to such a thread.
    """
    told = signature(endpoint)
    others = [each for name, each in told.parameters.items() if name not in {"request", "connection"}]

    @wraps(endpoint)
    async def route(request: Request, **asked: Any) -> Found:
        if "request" in told.parameters:
            asked["request"] = request
        return await read(request, lambda connection: endpoint(connection=connection, **asked), short=False)

    asked = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    route.__signature__ = told.replace(parameters=[asked, *others])  # type: ignore[attr-defined]
    return route


async def first(
    request: Request, statement: Select[*tuple[Any, ...]], slug: str, why_not: Callable[[Connection], Exception]
) -> tuple[Any, ...]:
    """The first row of a statement about `:slug`, in one snapshot; raises `why_not` of the database where none is.

    A file is asked through its driver, in one statement with the publication: SQLAlchemy's own work takes several
    times what such a read takes. Its event for statements is kept, since tests count by it.
    """

    def ask(connection: Connection) -> tuple[Any, ...]:
        row = connection.execute(statement, {"slug": slug}).first()
        if row is None:
            raise why_not(connection)
        return tuple(row)

    engine: Engine = request.app.state.engine
    if engine.dialect.name != "sqlite" or request.app.state.read_engine is not engine:
        return await read(request, ask)
    row = _first_in_file(engine, statement, slug)
    if row is None:
        raise await read(request, why_not)
    *found, generation, publication = row
    request.state.publication = (generation or 0, publication or "")
    return tuple(found)


def _first_in_file(engine: Engine, statement: Select[*tuple[Any, ...]], slug: str) -> tuple[Any, ...] | None:
    text, values = _as_text(engine.dialect, statement)
    values = tuple(slug if value is SLUG else value for value in values)
    try:
        # A cursor that stays open would keep its snapshot, and the write-ahead log growing.
        with closing((_KEPT.get(engine) or _keep(engine)).cursor()) as cursor:
            for note in engine.dispatch.before_cursor_execute:
                note(None, cursor, text, values, None, False)
            cursor.execute(text, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
    except sqlite3.Error as error:
        _let_go(engine)
        raise OperationalError(text, None, error) from error


def _keep(engine: Engine) -> PoolProxiedConnection:
    """A connection for the event loop, kept: to borrow one takes as long as to read a record."""
    if not event.contains(engine, "engine_disposed", _let_go):
        event.listen(engine, "engine_disposed", _let_go)
    _KEPT[engine] = kept = engine.raw_connection()
    kept.detach()  # from the pool: it is one more than those
    with closing(kept.cursor()) as cursor:  # each read is of another record, whose pages nobody else asks for soon
        cursor.execute("PRAGMA cache_size=-2000")
    return kept


def _let_go(engine: Engine) -> None:
    if kept := _KEPT.pop(engine, None):
        kept.close()


@lru_cache(maxsize=512)  # a statement is made once for what is asked, and kept by who made it
def _as_text(dialect: Dialect, statement: Select[*tuple[Any, ...]]) -> tuple[str, tuple[Any, ...]]:
    """A statement as SQLite takes it, with the publication's generation and id after its own columns."""
    newest = select(Publication).order_by(col(Publication.generation).desc()).limit(1)
    generation = newest.with_only_columns(col(Publication.generation)).scalar_subquery()
    publication = newest.with_only_columns(col(Publication.id)).scalar_subquery()
    compiled: Any = statement.add_columns(generation, publication).compile(
        dialect=dialect, compile_kwargs={"render_postcompile": True}
    )
    values = compiled.construct_params({"slug": SLUG})
    told = (values[name] for name in compiled.positiontup)
    # A member of an enumeration is a text to SQLite only after its driver has looked for something better each time.
    return str(compiled), tuple(str(value) if isinstance(value, StrEnum) else value for value in told)


@contextlib.contextmanager
def limited(connection: Connection, milliseconds: int) -> Iterator[None]:
    """Give each statement of a read so long at most. Raises OperationalError for one that takes longer."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(LIMITED.format(milliseconds=milliseconds))
        yield
        return
    info = connection.info
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: time.monotonic() > info[BEGAN] + milliseconds / 1000, STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def get_bare_session(request: Request) -> Iterator[Session]:
    """A session for what must answer in a database without our tables too."""
    with Session(request.app.state.engine, autoflush=False) as session:
        yield session


BareSessionDep = Annotated[Session, Depends(get_bare_session, scope="function", max_concurrency=1)]
# As many reads as there are connections run at once and further ones wait. One connection is left for the event loop,
# which must never wait for one, one for the watch over publications, and one for an operator's question.
_LISTS = CapacityLimiter(POOL_SIZE - 3)
_DETAILS = CapacityLimiter(POOL_SIZE)
_KEPT: WeakKeyDictionary[Engine, PoolProxiedConnection] = WeakKeyDictionary()
