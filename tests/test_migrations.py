"""The tables: what the migrations make is what the models say, and the database itself holds to it."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Enum,
    String,
    Table,
    Update,
    event,
    inspect,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import Session

from app import db, models
from tests.conftest import EVERY_STATE, ROOT, Api

PROCESSES = 2
TABLES = models.metadata.tables
CLOSED = [column for table in TABLES.values() for column in table.columns if isinstance(column.type, Enum)]
REFERENCES = [column for table in TABLES.values() for column in table.columns if column.foreign_keys]


@pytest.fixture
def engine(create_database: Callable[..., str]) -> Iterator[Engine]:
    """A database without tables."""
    made = db.make_engine(create_database(), create=True)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def published(make_api: Callable[..., Api]) -> Engine:
    """A database with at least one row in every table. What a test writes there, it takes back."""
    made: Engine = make_api(EVERY_STATE).app.state.engine
    with made.connect() as connection:
        assert [name for name, table in TABLES.items() if not connection.execute(select(table).limit(1)).all()] == []
    return made


ENGINES_OWN = (
    "search_text",
    "search_title",
    "ix_search_entry_title",
    "ix_search_entry_every",
    "title_vector",
    "every_vector",
)  # indexes of words: no model tells them


def tables(engine: Engine) -> set[str]:
    return {
        name for name in inspect(engine).get_table_names() if not name.startswith(("alembic_version", *ENGINES_OWN))
    }


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to a revision, on one connection as `db.migrate` goes forward."""
    config = Config(attributes={"configure_logger": False})
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_the_migrations_make_exactly_the_models_tables(engine: Engine) -> None:
    db.migrate(engine)
    assert tables(engine) == set(TABLES)
    with engine.connect() as connection:
        compared = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": _differs,
                "render_as_batch": True,
                "include_name": lambda name, _kind, _parents: not str(name).startswith(ENGINES_OWN),
            },
        )
        assert compare_metadata(compared, models.metadata) == []


def _differs(_context: object, _inspected: object, column: Any, *_rest: object) -> bool | None:
    """Whether defaults differ, as Alembic finds out by itself (None); of JSON, PostgreSQL can tell no equality."""
    return False if isinstance(column.type, JSON) else None


def test_the_migrations_have_one_newest_revision() -> None:
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    db.migrate(engine)
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: sent.append(statement))
    db.migrate(engine)
    assert sent
    assert [statement for statement in sent if not statement.startswith(("BEGIN", "SELECT", "PRAGMA"))] == []
    assert [statement for statement in sent if "READ WRITE" in statement or "IMMEDIATE" in statement] == []


def test_a_database_knows_whether_it_is_at_this_version(engine: Engine) -> None:
    with Session(engine) as session:
        assert not db.migrated(session)
    db.migrate(engine)
    with Session(engine) as session:
        assert db.migrated(session)


def test_a_migration_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    last = list(models.metadata.sorted_tables)[-1].name
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text(f'CREATE TABLE "{last}" (in_the_way INTEGER)'))
    with pytest.raises(DatabaseError, match="already exists"):
        db.migrate(engine)
    assert set(inspect(engine).get_table_names()) == {last}


def test_a_downgrade_removes_every_table_and_the_way_back_up_is_open(engine: Engine) -> None:
    db.migrate(engine)
    downgrade(engine, "base")
    assert tables(engine) == set()
    db.migrate(engine)
    assert tables(engine) == set(TABLES)


def test_processes_may_migrate_at_once(tmp_path: Path, engine: Engine) -> None:
    address = engine.url.set(drivername=engine.dialect.name).render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": address}
    arguments = [sys.executable, "-m", "app", "migrate"]
    started = [
        subprocess.Popen(
            arguments, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    told = [process.communicate(timeout=60) for process in started]
    assert told == [("The tables are up to date.\n", "")] * PROCESSES
    assert [process.returncode for process in started] == [0] * PROCESSES
    assert tables(engine) == set(TABLES)


@pytest.mark.engines("sqlite")
def test_a_connection_waits_for_another_that_writes_the_same_new_file(engine: Engine) -> None:
    other = sqlite3.connect(str(engine.url.database), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ends = threading.Timer(0.3, other.execute, ["COMMIT"])
    ends.start()
    try:
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    finally:
        ends.join()
        other.close()


# ---- what the database itself refuses


def test_there_are_closed_vocabularies_and_references_to_try() -> None:
    assert {str(column) for column in CLOSED} >= {"warning_sign.urgency", "warning_sign.contact", "edition.audience"}
    assert {str(column) for column in REFERENCES} >= {"section.edition_id", "article_condition.condition_id"}


@pytest.mark.parametrize("column", CLOSED, ids=str)
def test_the_database_knows_each_word_of_a_closed_vocabulary_and_refuses_others(
    published: Engine, column: Column[str]
) -> None:
    assert isinstance(column.type, Enum)
    checks = [check["sqltext"] for check in inspect(published).get_check_constraints(column.table.name)]
    (known,) = [re.findall("'(.+?)'", check) for check in checks if re.match(rf"\W*{column.name}\b", check)]
    assert sorted(known) == sorted(column.type.enums)
    with refused(published, "(?i)check constraint") as connection:
        connection.execute(one_row(connection, column).values({column.name: literal("whenever", String())}))


@pytest.mark.parametrize("column", REFERENCES, ids=str)
def test_a_reference_to_what_is_not_there_is_refused(published: Engine, column: Column[str]) -> None:
    nowhere = -1 if column.type.python_type is int else "nowhere"
    with refused(published, "(?i)foreign key constraint") as connection:
        connection.execute(one_row(connection, column).values({column.name: nowhere}))


@contextmanager
def refused(engine: Engine, reason: str) -> Iterator[Connection]:
    """A transaction that the database must refuse, for a reason, at the latest when it is committed."""
    with pytest.raises(IntegrityError, match=reason), engine.execution_options(writes=True).begin() as connection:
        yield connection


def one_row(connection: Connection, column: Column[str]) -> Update:
    """An update of one row of a column's table."""
    table = column.table
    assert isinstance(table, Table)
    key = connection.execute(select(*table.primary_key).limit(1)).one()
    return update(table).where(*(part == value for part, value in zip(table.primary_key, key, strict=True)))
