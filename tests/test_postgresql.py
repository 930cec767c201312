"""PostgreSQL's own: how transactions begin there, what happens when the server is gone, and the tests' own server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from anyio.from_thread import BlockingPortal
from sqlalchemy import Engine, event, insert, text
from sqlalchemy.exc import IntegrityError, InternalError
from sqlmodel import Session

from app import db, models
from app.check import scan
from app.delivery import freshness
from app.main import create_app
from app.publish import PublishConflictError, apply, plan
from app.settings import Settings
from tests import postgres
from tests.conftest import EVERY_STATE, ROOT, SEED, SERVER, Api, publish_to, wait_until

SECONDS = 20  # nothing here takes as long
CONDITION = "/v1/conditions/hiccup-hat-syndrome"
BLOCKED = """
    SELECT count(*)::int FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"""


@pytest.fixture(scope="module")
def template() -> Iterator[str]:
    """A database with the pack of every state, that nobody is connected to."""
    address = postgres.create_database(os.environ[SERVER])
    publish_to(address, EVERY_STATE)
    yield address
    postgres.drop_database(address)


@pytest.fixture
def address(template: str) -> Iterator[str]:
    """A database of the test's own, with the pack of every state."""
    made = postgres.create_database(os.environ[SERVER], template.rpartition("/")[2])
    yield made
    postgres.drop_database(made)


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    made = db.make_engine(address)
    yield made
    made.dispose()


@pytest.fixture
def service(address: str, portal: BlockingPortal) -> Iterator[Api]:
    """A service over a database of its own, with connections in its pool."""
    app = create_app(Settings.defaults().model_copy(update={"database_url": address}))
    api = Api(app, portal)
    api.json("/v1/conditions")
    yield api
    app.state.engine.dispose()


def disconnect_all(address: str) -> None:
    """End every connection to a database, as a server that is restarted does."""
    server, _, name = address.rpartition("/")
    ended = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608  # ours
    assert postgres.execute(f"{server}/postgres", ended)


# ---- transactions


def settings_of(connection: Any, *names: str) -> list[str]:
    return [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]


def test_a_read_is_one_snapshot_that_writes_nothing_and_does_not_run_for_ever(engine: Engine) -> None:
    with engine.connect() as connection:
        names = ("transaction_isolation", "transaction_read_only", "statement_timeout")
        assert settings_of(connection, *names) == ["repeatable read", "on", "10s"]
        with pytest.raises(InternalError, match="read-only transaction"):
            connection.execute(text("DELETE FROM article"))


def test_a_write_sees_what_the_writer_before_it_wrote_and_waits_for_no_lock_for_ever(engine: Engine) -> None:
    with engine.execution_options(writes=True).connect() as connection:
        names = ("transaction_isolation", "transaction_read_only", "statement_timeout", "lock_timeout")
        assert settings_of(connection, *names) == ["read committed", "off", "0", "5s"]


def test_what_one_transaction_sets_is_gone_in_the_next_on_the_same_connection(engine: Engine) -> None:
    """PgBouncer hands a connection to another client after each transaction."""
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        before = settings_of(connection, "statement_timeout")
    with engine.execution_options(writes=True).connect() as connection:
        assert connection.connection.dbapi_connection is raw
        assert settings_of(connection, "statement_timeout") != before
    assert isinstance(raw, psycopg.Connection)
    assert raw.execute("SHOW statement_timeout").fetchone() == ("0",)
    assert raw.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_a_publish_that_waited_for_another_compares_with_what_that_one_wrote(address: str, engine: Engine) -> None:
    with Session(engine) as session:
        made = plan(session, scan(SEED))
    with ThreadPoolExecutor() as threads:
        with engine.execution_options(writes=True).begin() as connection:
            published = threads.submit(apply, engine, made)
            wait_until(lambda: waits_for_the_writers_lock(address))
            connection.execute(text("INSERT INTO publication SELECT 2, 'another', now(), name FROM pack"))
        with pytest.raises(PublishConflictError):
            published.result()


def waits_for_the_writers_lock(address: str) -> bool:
    return postgres.execute(address, BLOCKED) == [(1,)]


def test_a_publication_is_told_to_who_listens_once_it_is_committed(address: str, engine: Engine) -> None:
    with psycopg.connect(address, autocommit=True) as listener:
        listener.execute(f"LISTEN {db.CHANNEL}".encode())
        with Session(engine) as session:
            made = plan(session, scan(SEED))
        apply(engine, made)
        (told,) = listener.notifies(timeout=SECONDS, stop_after=1)
        assert (told.channel, told.payload) == ("publication", "2")
        with pytest.raises(PublishConflictError):
            apply(engine, made)
        assert list(listener.notifies(timeout=0.1)) == []


def test_an_error_of_the_database_quotes_no_row(engine: Engine) -> None:
    stored = "a-word"[::-1]  # a traceback shows this line
    with engine.execution_options(writes=True).connect() as connection, pytest.raises(IntegrityError) as refused:
        connection.execute(insert(models.Pack).values(name=stored))
    assert "null value in column" in str(refused.value)
    assert stored not in "".join(traceback.format_exception(refused.value))


# ---- a server that goes away


def test_a_server_that_was_restarted_costs_the_next_reader_nothing(address: str, service: Api) -> None:
    before = service.get("/v1/conditions")
    disconnect_all(address)
    assert service.get("/v1/conditions").content == before.content


def test_a_reader_whose_connection_breaks_off_is_told_to_try_again(address: str, service: Api) -> None:
    broken: list[str] = []

    def break_off(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not broken and not statement.startswith("BEGIN"):
            broken.append(statement)
            disconnect_all(address)

    event.listen(service.app.state.engine, "before_cursor_execute", break_off)
    answer = service.get("/v1/conditions")
    assert broken
    assert_unavailable(answer)
    assert service.get("/v1/conditions").status_code == 200


@pytest.mark.parametrize("path", ["/v1", "/v1/conditions/hiccup-hat-syndrome", "/readyz", "/version"])
def test_without_its_database_the_service_says_that_content_cannot_be_read(
    address: str, service: Api, path: str
) -> None:
    server, _, name = address.rpartition("/")
    postgres.execute(f"{server}/postgres", f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    disconnect_all(address)
    assert_unavailable(service.get(path))
    assert service.get("/livez").status_code == 200
    postgres.execute(f"{server}/postgres", f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    assert service.get(path).status_code == 200


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "no-store"


# ---- a replica, for which another database stands here; `tests/nodes/` has a real one


@contextmanager
def reading_from(replica: str, primary: str, portal: BlockingPortal) -> Iterator[Api]:
    """A started service that reads from a replica."""
    told = {"database_url": primary, "read_database_url": replica}
    app = create_app(Settings.defaults().model_copy(update=told))
    with portal.wrap_async_context_manager(app.router.lifespan_context(app)):
        wait_until(lambda: app.state.cache.current is not None)
        yield Api(app, portal)


@pytest.fixture
def replica(template: str) -> Iterator[str]:
    """A database that stands where the primary stands."""
    made = postgres.create_database(os.environ[SERVER], template.rpartition("/")[2])
    yield made
    postgres.drop_database(made)


def read_and_say_which(api: Api) -> set[str]:
    """The databases that a cold read's statements were sent to."""
    sent: set[str] = set()

    def note(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "presented" in statement:
            sent.add(connection.engine.url.database)

    for engine in (api.app.state.engine, api.app.state.read_engine):
        event.listen(engine, "before_cursor_execute", note)
    api.json(CONDITION)
    for engine in (api.app.state.engine, api.app.state.read_engine):
        event.remove(engine, "before_cursor_execute", note)
    return sent


def name_of(address: str) -> str:
    return address.rpartition("/")[2]


def test_reads_go_to_the_replica(address: str, replica: str, portal: BlockingPortal) -> None:
    with reading_from(replica, address, portal) as api:
        assert read_and_say_which(api) == {name_of(replica)}


def test_a_read_goes_to_the_primary_where_the_replica_is_behind(
    address: str, replica: str, portal: BlockingPortal
) -> None:
    publish_to(address, SEED)
    with reading_from(replica, address, portal) as api:
        assert read_and_say_which(api) == {name_of(address)}


def test_a_read_goes_to_the_primary_where_the_replica_is_another_history(
    address: str, replica: str, portal: BlockingPortal
) -> None:
    postgres.execute(replica, "UPDATE publication SET id = 'another'")
    with reading_from(replica, address, portal) as api:
        assert read_and_say_which(api) == {name_of(address)}


def test_a_read_goes_to_the_primary_where_the_replica_has_no_tables_yet(address: str, portal: BlockingPortal) -> None:
    empty = postgres.create_database(os.environ[SERVER])
    with reading_from(empty, address, portal) as api:
        assert read_and_say_which(api) == {name_of(address)}
    postgres.drop_database(empty)


def test_a_replica_that_cannot_be_reached_is_left_alone_for_a_while(
    address: str, replica: str, portal: BlockingPortal
) -> None:
    with reading_from(replica, address, portal) as api:
        api.json("/v1/glossary")
        close(replica)
        tried: list[object] = []
        event.listen(api.app.state.read_engine, "do_connect", lambda *_: tried.append(None))
        assert read_and_say_which(api) == {name_of(address)}
        assert api.json("/v1/articles")["items"]
        assert len(tried) == 1


def close(address: str, *, again: bool = False) -> None:
    """Let nobody connect to a database, and end every connection to it; or open it again."""
    server, _, name = address.rpartition("/")
    postgres.execute(f"{server}/postgres", f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {str(again).lower()}")
    if not again:
        disconnect_all(address)


def test_without_the_primary_a_service_follows_the_replica_but_never_back(
    address: str, replica: str, portal: BlockingPortal
) -> None:
    publish_to(address, SEED)
    with reading_from(replica, address, portal) as api:
        cache = api.app.state.cache
        close(address)
        wait_until(lambda: not cache.verified)
        time.sleep(3 * freshness.RETRY)
        assert cache.current.generation == 2
        assert_unavailable(api.get(CONDITION))
        postgres.execute(replica, "INSERT INTO publication SELECT 3, 'newer', now(), pack, languages FROM publication")
        wait_until(lambda: cache.current.generation == 3)
        assert api.get(CONDITION).status_code == 200
        close(address, again=True)


# ---- the tests' own server


def test_the_tests_server_ends_and_leaves_nothing_though_the_tests_are_killed() -> None:
    program = "from tests import postgres; import time; print(postgres.start().address, flush=True); time.sleep(999)"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        ((folder,),) = postgres.execute(address, "SHOW data_directory")
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not Path(folder).parent.exists())
    with pytest.raises(psycopg.OperationalError, match="refused"):
        postgres.execute(address, "SELECT 1")


PROGRAMS = {
    "no programs": ({}, "no initdb in"),
    "a server that cannot begin": ({"initdb": "echo there is no room >&2; exit 1"}, "there is no room"),
    "programs that cannot be run": ({"initdb": None}, "There is no PostgreSQL to test with"),
}


@pytest.mark.parametrize(("programs", "told"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_server_that_does_not_start_says_why_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, programs: dict[str, str | None], told: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for name, script in programs.items():
            program = Path(folder, name)
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755 if script else 0o644)
        monkeypatch.setenv("TEST_PG_BINDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        with pytest.raises(postgres.StartError, match=told):
            postgres.start()
        assert list(Path(folder).glob("test-postgres-*")) == []


def test_without_a_server_no_test_is_run_and_the_run_fails(tmp_path: Path) -> None:
    environment = {**os.environ, "TEST_PG_BINDIR": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-n", "0", "tests/test_settings.py"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "There is no PostgreSQL to test with: no initdb in" in ended.stderr
    assert "passed" not in ended.stdout
