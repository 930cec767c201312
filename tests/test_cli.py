"""The command line: each command does what it says, and a fault is a line and an exit code, never a traceback."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import typer
from sqlalchemy import make_url
from typer.core import TyperArgument, TyperOption

from app import cli, db, models
from app.check import scan
from app.settings import Settings
from tests.conftest import EVERY_STATE, ROOT, SEED, SERVER

COMMANDS = ("serve", "migrate", "publish", "check", "export", "openapi", "settings")
START_SECONDS, STOP_SECONDS = 60, 15
RECORDS, WITHDRAWN = len(scan(EVERY_STATE).digests), len(scan(EVERY_STATE).withdrawn)
LOCATIONS = len((EVERY_STATE / "locations.jsonl").read_text().splitlines())


class Run(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def run(folder: Path, *arguments: str, terminal: Terminal | None = None, **environment: str) -> Run:
    """Run a command in a folder as a program would: no terminal unless one is given, nor any setting.

    It runs in this process, since a new one takes seconds; what it sets is set back.
    """
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = _run(arguments, environment, terminal or io.StringIO())
    root.handlers[:], root.level = before
    assert "Traceback" not in err.getvalue()
    return Run(code, out.getvalue(), err.getvalue())


def _run(arguments: tuple[str, ...], environment: dict[str, str], stdin: io.StringIO) -> int:
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["health-content", *arguments])
        patch.setattr(sys, "stdin", stdin)
        try:
            cli.main()
        except SystemExit as ended:
            return int(ended.code or 0)
    return 0


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The pack of every state, to change."""
    return Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))


@pytest.fixture
def database(tmp_path: Path, new_database: Callable[..., str]) -> str:
    """A database that holds the pack of every state: its address, which the folder `tmp_path` has in its settings."""
    address = new_database(EVERY_STATE)
    (tmp_path / ".env").write_text(f"DATABASE_URL={address}\n")
    return address


def content(database: str) -> dict[str, list[Any]]:
    """Everything that a database holds, row by row."""
    engine = db.make_engine(database)
    with engine.connect() as connection:
        rows = {
            name: [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key))]
            for name, table in models.metadata.tables.items()
        }
    engine.dispose()
    return rows


def edit_sign(pack: Path) -> None:
    """Lower the urgency of a sign."""
    path = pack / "conditions" / "giggle-elbow.json"
    path.write_text(path.read_text().replace('"urgency": "immediate"', '"urgency": "non-urgent"', 1))


def keep_first_line(path: Path) -> None:
    path.write_text(path.read_text().splitlines(keepends=True)[0])


# ---- help


def test_help_names_every_command_with_what_it_does(tmp_path: Path) -> None:
    told = run(tmp_path, "--help")
    assert told.code == 0
    listed = told.out.split("Commands:\n")[1]
    assert set(COMMANDS) <= {line.split()[0] for line in listed.splitlines() if line.strip()}


def test_without_a_command_there_is_help(tmp_path: Path) -> None:
    told = run(tmp_path)
    assert "Commands:" in told.out + told.err


@pytest.mark.parametrize("name", typer.main.get_group(cli.cli).commands)
def test_a_commands_help_says_what_it_does_and_describes_its_options(tmp_path: Path, name: str) -> None:
    command = typer.main.get_group(cli.cli).commands[name]
    told = run(tmp_path, name, "--help")
    assert told.code == 0
    shown = " ".join(told.out.split())
    assert command.help
    assert " ".join(command.help.split()) in shown
    for option in command.params:
        assert isinstance(option, TyperOption | TyperArgument)
        assert option.help
        assert option.help in shown


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    told = run(tmp_path, "serv")
    assert told.code == 2
    assert "No such command" in told.err


# ---- migrate, publish, check, export


def test_a_first_publish_needs_tables_and_says_so(tmp_path: Path) -> None:
    told = run(tmp_path, "publish", str(EVERY_STATE))
    assert told.code == 4
    assert told.err == "The database is not at this version. Run `migrate` first.\n"


def test_publish_tells_the_difference_and_the_generation(tmp_path: Path) -> None:
    run(tmp_path, "migrate")
    told = run(tmp_path, "publish", str(EVERY_STATE))
    assert told.code == 0
    assert "     add  condition hiccup-hat-syndrome\n" in told.out
    assert f"{RECORDS} added, 0 changed, {WITHDRAWN} withdrawn.\n" in told.out
    assert told.out.endswith("Published every-state as generation 1.\n")
    assert re.fullmatch(r"\S+ INFO app.publish published every-state as generation 1 in \d+\.\d{3} s\n", told.err)


def test_publish_says_that_the_replica_has_it(tmp_path: Path, database: str) -> None:
    told = run(tmp_path, "publish", str(SEED), READ_DATABASE_URL=database)
    assert told.code == 0
    assert told.out.endswith("Published seed as generation 2.\nThe replica has it.\n")


@pytest.mark.parametrize("reachable", [True, False])
def test_publish_says_that_the_replica_does_not_have_it_yet(
    tmp_path: Path,
    database: str,
    new_database: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    reachable: bool,
) -> None:
    monkeypatch.setattr(cli, "REPLICA_SECONDS", 0.1)
    replica = new_database(EVERY_STATE) if reachable else "sqlite:////nowhere/replica.sqlite3"
    told = run(tmp_path, "publish", str(SEED), READ_DATABASE_URL=replica)
    assert told.code == 0
    assert told.out.endswith("Published seed as generation 2.\nThe replica does not have it yet.\n")


def test_a_replicas_address_that_is_none_is_refused_before_anything_is_published(tmp_path: Path, database: str) -> None:
    before = content(database)
    told = run(tmp_path, "publish", str(SEED), READ_DATABASE_URL="mysql://replica")
    assert told.code == 4
    assert "DATABASE_URL must begin with" in told.err
    assert content(database) == before


def test_publishing_again_changes_nothing(tmp_path: Path, database: str) -> None:
    before = content(database)
    told = run(tmp_path, "publish", str(EVERY_STATE))
    assert told == (0, "Nothing changes: every-state is published as it stands.\n", "")
    assert content(database) == before


def test_a_dry_run_tells_everything_and_changes_nothing(tmp_path: Path, database: str, copy: Path) -> None:
    before = content(database)
    edit_sign(copy)
    keep_first_line(copy / "locations.jsonl")
    told = run(tmp_path, "publish", str(copy), "--dry-run")
    assert told.code == 0
    assert "  change  condition giggle-elbow\n" in told.out
    assert "withdraw  location casa-del-gorro\n" in told.out
    assert "Safety changes:\n  giggle-elbow: lowers the urgency" in told.out
    assert f"Large removals:\n  {LOCATIONS - 1} of {LOCATIONS} records of kind location\n" in told.out
    assert content(database) == before


def remove_much(pack: Path) -> None:
    keep_first_line(pack / "locations.jsonl")


@pytest.mark.parametrize(
    ("edit", "flag", "other"),
    [(remove_much, "--yes", "--accept-safety-changes"), (edit_sign, "--accept-safety-changes", "--yes")],
)
def test_without_a_terminal_a_grave_change_needs_its_own_flag(
    tmp_path: Path, database: str, copy: Path, edit: Callable[[Path], None], flag: str, other: str
) -> None:
    before = content(database)
    edit(copy)
    for given in ([], [other]):
        told = run(tmp_path, "publish", str(copy), *given)
        assert told.code == 3
        assert told.err == f"Nothing was changed. To go on, give {flag}.\n"
        assert content(database) == before
    told = run(tmp_path, "publish", str(copy), flag)
    assert told.code == 0
    assert told.out.endswith("Published every-state as generation 2.\n")
    assert content(database) != before


@pytest.mark.engines("sqlite")
def test_without_a_terminal_all_the_flags_that_are_needed_are_named_at_once(
    tmp_path: Path, database: str, copy: Path
) -> None:
    remove_much(copy)
    edit_sign(copy)
    told = run(tmp_path, "publish", str(copy))
    assert told.code == 3
    assert told.err == "Nothing was changed. To go on, give --accept-safety-changes and --yes.\n"
    assert run(tmp_path, "publish", str(copy), "--yes", "--accept-safety-changes").code == 0


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(("typed", "code", "generations"), [("y", 0, 2), ("n", 3, 1), ("", 3, 1)])
def test_at_a_terminal_a_person_is_asked(
    tmp_path: Path, database: str, copy: Path, typed: str, code: int, generations: int
) -> None:
    edit_sign(copy)
    told = run(tmp_path, "publish", str(copy), terminal=Terminal(f"{typed}\n"))
    assert told.code == code
    assert "lowers the urgency of 'any-sign-of-wobble' from immediate to non-urgent" in told.out
    assert "Accept these safety changes? [y/N]: " in told.out
    assert len(content(database)["publication"]) == generations


FAULTS = {
    "articles.jsonl": (
        '"slug":"hats-for-parents"',
        '"slug":"Hats"',
        "articles.jsonl:1: slug: String should match pattern",
    ),
    "glossary.jsonl": ("The edge of a hat.", "The edges are:", "glossary.jsonl:2: meaning: must not end in a colon"),
    "withdrawn.jsonl": (
        '"successor":"hat-hall"',
        '"successor":"x"',
        "withdrawn.jsonl:6: successor: 'x' is no location",
    ),
    "conditions/quiet-toes.json": ('"editions"', '"edition"', "conditions/quiet-toes.json: editions: Field required"),
}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("command", ["check", "publish"])
def test_a_faulty_pack_is_refused_whole_with_each_of_its_faults(
    tmp_path: Path, database: str, copy: Path, command: str
) -> None:
    before = content(database)
    for name, (old, new, _) in FAULTS.items():
        path = copy / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
    told = run(tmp_path, command, str(copy), *(["--yes"] if command == "publish" else []))
    assert told.code == 1
    for *_, fault in FAULTS.values():
        assert [line for line in told.err.splitlines() if line.startswith(fault)], (fault, told.err)
    *faults, last = told.err.splitlines()
    assert last == f"Refused: the pack has {len(faults)} faults. Nothing was changed."
    assert content(database) == before


def test_a_fault_cannot_steer_the_terminal(tmp_path: Path, copy: Path) -> None:
    (copy / "conditions" / "\x1b[2Jodd.json").write_text("{}")
    told = run(tmp_path, "check", str(copy))
    assert told.code == 1
    assert "\x1b" not in told.err
    assert "odd.json" in told.err


def test_check_counts_the_records_of_a_sound_pack_and_needs_no_database(tmp_path: Path) -> None:
    assert run(tmp_path, "check", str(EVERY_STATE)) == (0, f"every-state: {RECORDS} records, no fault.\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["check", "publish"])
def test_a_pack_that_is_not_there_is_a_wrong_command(tmp_path: Path, command: str) -> None:
    told = run(tmp_path, command, "nowhere")
    assert told.code == 2
    assert "nowhere" in told.err


def test_what_is_exported_publishes_back_to_nothing_changed(tmp_path: Path, database: str) -> None:
    told = run(tmp_path, "export", "every-state", "--out", "exported")
    assert told == (0, "Wrote every-state to exported.\n", "")
    assert run(tmp_path, "check", "exported").out == f"every-state: {RECORDS} records, no fault.\n"
    before = content(database)
    told = run(tmp_path, "publish", "exported")
    assert told.out == "Nothing changes: every-state is published as it stands.\n"
    assert content(database) == before


def test_an_export_overwrites_nothing(tmp_path: Path, database: str, copy: Path) -> None:
    before = (copy / "pack.json").read_bytes()
    told = run(tmp_path, "export", "every-state", "--out", str(copy))
    assert told.code == 4
    assert told.err == f"{copy} is not empty\n"
    assert (copy / "pack.json").read_bytes() == before


def test_an_export_of_an_unknown_pack_is_a_wrong_command(tmp_path: Path, database: str) -> None:
    told = run(tmp_path, "export", "nobody", "--out", "exported")
    assert told == (2, "", "There is no pack named 'nobody' in the database.\n")
    assert not (tmp_path / "exported").exists()


def test_the_printed_document_is_the_committed_one_whatever_the_environment_says(tmp_path: Path) -> None:
    told = run(tmp_path, "openapi", ORGANISATION_NAME="Somebody", PUBLIC_URL="https://content.example")
    assert told.code == 0
    assert told.out == (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")


# ---- what cannot be used


SECRET = "a-secret-word"  # noqa: S105  # what must not be printed
UNUSABLE = {
    "no address": "nonsense",
    "a system that is not known": "nosuchsystem://somewhere/content",
    "a driver that is not installed": "mysql://somebody:a-secret-word@127.0.0.1:1/content",
    "nobody there": "postgresql://somebody:a-secret-word@127.0.0.1:1/content",
    "a port that is none": "postgresql://somebody:a@a-secret-word:5432b@127.0.0.1/content",
    "an at sign in the password": "postgresql://somebody:a@a-secret-word@127.0.0.1:1/content",
    "an option that is not known": "postgresql://somebody:a-secret-word@127.0.0.1:1/content?colour=red",
    "a folder that is a file": "sqlite:///{folder}/file/content.sqlite3",
    "a folder nobody can write to": "sqlite:////proc/nowhere/content.sqlite3",
    "a file that is a folder": "sqlite:///{folder}",
    "a file that is no database": "sqlite:///{folder}/file",
}


@pytest.mark.parametrize("command", ["migrate", "publish", "export", "serve"])
@pytest.mark.parametrize("address", UNUSABLE.values(), ids=UNUSABLE)
def test_a_database_that_cannot_be_used_is_one_clear_line(tmp_path: Path, address: str, command: str) -> None:
    (tmp_path / "file").write_text("no database " * 1_000)
    arguments = {"publish": [str(EVERY_STATE)], "export": ["every-state", "--out", "exported"]}.get(command, [])
    told = run(tmp_path, command, *arguments, DATABASE_URL=address.format(folder=tmp_path))
    assert told.code == 4
    assert told.out == ""
    (line,) = told.err.splitlines()
    assert len(line) > len("The database cannot be used: ")
    assert "\N{REPLACEMENT CHARACTER}" not in line
    assert SECRET not in line


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda address: re.sub(":[^:@]+@", f":{SECRET}@", address), "password authentication failed"),
        (lambda address: re.sub("//[^:]+:", "//nobody:", address), "authentication failed"),
        (lambda address: re.sub("[^/]+$", "nowhere", address), 'database "nowhere" does not exist'),
        (lambda address: re.sub(r":\d+/", ":1/", address), "Connection refused"),
    ],
    ids=["a wrong password", "a wrong user", "no such database", "no server"],
)
@pytest.mark.parametrize("command", ["migrate", "publish", "export", "serve"])
def test_a_server_that_lets_nobody_in_is_one_clear_line(
    tmp_path: Path, change: Callable[[str], str], told: str, command: str
) -> None:
    arguments = {"publish": [str(EVERY_STATE)], "export": ["every-state", "--out", "exported"]}.get(command, [])
    server = os.environ[SERVER]
    ended = run(tmp_path, command, *arguments, DATABASE_URL=change(server))
    assert ended.code == 4
    assert ended.out == ""
    (line,) = ended.err.splitlines()
    assert line.startswith("The database cannot be used: ")
    assert told in line
    assert "\N{REPLACEMENT CHARACTER}" not in line
    assert SECRET not in line
    assert str(make_url(server).password) not in line


def test_without_its_driver_postgresql_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    ended = run(tmp_path, "migrate", DATABASE_URL=os.environ[SERVER])
    told = "PostgreSQL needs the extra `postgres`: install health-content-api[postgres].\n"
    assert ended == (4, "", told)


def test_what_only_reads_makes_no_database(tmp_path: Path) -> None:
    ended = run(tmp_path, "export", "every-state", "--out", "exported")
    assert ended == (4, "", "The database cannot be used: unable to open database file\n")
    assert list(tmp_path.iterdir()) == []


# ---- two writers


def test_who_waits_too_long_for_another_writer_is_told_so(
    tmp_path: Path, database: str, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BEGIN_WRITE", db.BEGIN_WRITE.replace(f"= {db.WRITER_WAIT_MS};", "= 300;"))
    monkeypatch.setattr(db, "WRITER_WAIT_MS", 300)
    edit_sign(copy)
    other = db.make_engine(database)
    command = ["publish", str(copy), "--accept-safety-changes"]
    with other.execution_options(writes=True).begin():
        ended = run(tmp_path, *command)
    other.dispose()
    assert ended.code == 4
    assert ended.err == "Another publish or migration is under way. Nothing was changed; run it again.\n"
    assert run(tmp_path, *command).code == 0


def test_a_writer_waits_for_another_that_soon_ends(tmp_path: Path, database: str, copy: Path) -> None:
    edit_sign(copy)
    other = db.make_engine(database)
    transaction = other.execution_options(writes=True).connect()
    transaction.begin()
    ends = threading.Timer(0.5, transaction.close)
    ends.start()
    ended = run(tmp_path, "publish", str(copy), "--accept-safety-changes")
    ends.join()
    other.dispose()
    assert ended.code == 0
    assert ended.out.endswith("Published every-state as generation 2.\n")


def test_a_database_that_is_up_to_date_is_migrated_though_another_publishes(tmp_path: Path, database: str) -> None:
    other = db.make_engine(database)
    with other.execution_options(writes=True).begin():
        ended = run(tmp_path, "migrate")
    other.dispose()
    assert ended == (0, "The tables are up to date.\n", "")


@pytest.mark.engines("sqlite")
def test_a_read_only_database_is_one_clear_line_and_stays_as_it_is(tmp_path: Path, database: str, copy: Path) -> None:
    before = content(database)
    remove_much(copy)
    address = f"sqlite:///file:{database.removeprefix('sqlite:///')}?mode=ro&uri=true"
    told = run(tmp_path, "publish", str(copy), "--yes", DATABASE_URL=address)
    assert told.code == 4
    assert told.err == "The database cannot be used: attempt to write a readonly database\n"
    assert content(database) == before


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run(tmp_path, "serve", PORT=str(port), SEED="off")
    assert told.code == 4
    assert told.err == f"Cannot listen on 127.0.0.1 port {port}: Address already in use. Set HOST or PORT.\n"


def test_a_host_that_is_no_address_of_this_machine_is_one_clear_line(tmp_path: Path) -> None:
    told = run(tmp_path, "serve", HOST="192.0.2.1", SEED="off")
    assert told.code == 4
    assert told.err.startswith("Cannot listen on 192.0.2.1 port 8000: ")
    assert told.err.count("\n") == 1


# ---- serve


class Service(NamedTuple):
    """A running `serve`, as a client and its operator meet it."""

    client: httpx.Client
    process: subprocess.Popen[str]

    def stop(self, by: signal.Signals) -> str:
        """Stop it as an operator does, and return what it logged."""
        self.process.send_signal(by)
        _, logged = self.process.communicate(timeout=STOP_SECONDS)
        return logged


@contextlib.contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Service]:
    """The service in a process of its own, on a free port, once it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    unset = {name.upper(): "" for name in Settings.model_fields}
    settings = {**os.environ, **unset, "PYTHONPATH": str(ROOT), "PORT": str(port), **environment}
    command = [sys.executable, "-m", "app", "serve"]
    with (
        subprocess.Popen(command, cwd=folder, env=settings, stderr=subprocess.PIPE, text=True) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        try:
            _wait_until_ready(client, process)
            yield Service(client, process)
        finally:
            process.kill()


def _wait_until_ready(client: httpx.Client, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/readyz").status_code == 200:
                return
        time.sleep(0.05)
    process.kill()
    pytest.fail(f"the service did not get ready: {process.communicate()[1]}")


def test_serve_publishes_the_seed_pack_where_there_is_no_content_and_ends_cleanly(tmp_path: Path) -> None:
    with serving(tmp_path, LOG_LEVEL="debug") as service:
        publication = service.client.get("/version").json()["publication"]
        assert (publication["generation"], publication["pack"]) == (1, "seed")
        assert service.client.get("/v1/conditions/neutropenia").status_code == 200
        assert service.client.get("/v1/conditions", params={"starts_with": "my-secret"}).status_code == 200
        assert service.client.get("/v1/locations", params={"my-secret": "my-secret"}).status_code == 422
        assert service.client.get("/my-place", params={"near": "my-secret"}).status_code == 404
        logged = service.stop(signal.SIGTERM)
    assert service.process.returncode in {0, -signal.SIGTERM}
    assert "Serving on http://127.0.0.1:" in logged
    assert "GET /v1/conditions 200" in logged
    assert "GET /my-place 404" in logged
    assert "my-secret" not in logged
    assert "Traceback" not in logged


@pytest.mark.engines("postgresql")
def test_serve_publishes_no_seed_pack_over_other_content(tmp_path: Path, database: str) -> None:
    with serving(tmp_path) as service:
        publication = service.client.get("/version").json()["publication"]
        assert (publication["generation"], publication["pack"]) == (1, "every-state")
        assert service.client.get("/v1/conditions/neutropenia").status_code == 404
        logged = service.stop(signal.SIGINT)
    assert "Traceback" not in logged


def test_serve_publishes_no_seed_pack_where_seed_is_off(tmp_path: Path) -> None:
    with serving(tmp_path, SEED="off") as service:
        publication = {"generation": 0, "id": None, "published_at": None, "pack": None}
        assert service.client.get("/version").json()["publication"] == publication
        assert service.client.get("/v1/conditions").json()["items"] == []
        service.stop(signal.SIGTERM)
