"""Processes and signals: how `serve` starts, what it says when it cannot, and how it ends. All with real processes."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from app import db
from app.settings import Settings
from tests import conftest
from tests.conftest import EVERY_STATE, ROOT, publish
from tests.test_cli import run

SECONDS = 60  # nothing here takes as long: what waits longer waits for ever
wait_until = partial(conftest.wait_until, seconds=SECONDS)
SERVE = (sys.executable, "-m", "app", "serve")
LARGE = "/static/swagger-ui/swagger-ui-bundle.js"  # more than the buffers between two processes hold
# Root may write, read and listen anywhere; these processes may not (PR_CAPBSET_DROP of three CAP_…).
WITHOUT_ROOTS_POWERS = (
    sys.executable,
    "-c",
    "import ctypes, os, sys\n"
    "for power in (1, 2, 10): ctypes.CDLL(None).prctl(24, power, 0, 0, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])",
)


@dataclass
class Service:
    """A running `serve`, as its operator sees it."""

    process: subprocess.Popen[bytes]
    port: int
    file: Path

    @property
    def log(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @property
    def started(self) -> list[int]:
        """The processes that have begun to answer, dead ones too."""
        return [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", self.log)]

    def status(self, path: str) -> int | None:
        """How a new connection's request is answered; None where it is not."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)) as client:
            try:
                client.request("GET", path)
                return client.getresponse().status
            except (OSError, http.client.HTTPException):
                return None

    def refuses(self) -> bool:
        """Whether a new connection is refused."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """This environment with these settings and no others."""
    unset = {name.upper(): "" for name in Settings.model_fields}
    return {**os.environ, **unset, "PYTHONPATH": str(ROOT), **given}


@contextlib.contextmanager
def serving(folder: Path, *arguments: str, **settings: str) -> Iterator[Service]:
    """The service in processes of its own, once each has begun to answer."""
    port = free_port()
    given = environment({"PORT": str(port), **settings})
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([*SERVE, *arguments], cwd=folder, env=given, stderr=log, start_new_session=True) as process,
    ):
        service = Service(process, port, folder / "log")
        workers = int(arguments[1]) if arguments else int(settings.get("WORKERS", "1"))
        try:
            wait_until(lambda: len(service.started) == workers or process.poll() is not None)
            assert service.status("/readyz") == 200, service.log
            yield service
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_on_sigterm_what_is_in_flight_is_answered_and_nothing_else_is_taken(tmp_path: Path, workers: int) -> None:
    with serving(tmp_path, WORKERS=str(workers), SEED="off") as service, socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(SECONDS)
        slow.connect(("127.0.0.1", service.port))
        slow.sendall(f"GET {LARGE} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n".encode())
        received = slow.recv(100)
        service.process.send_signal(signal.SIGTERM)
        wait_until(service.refuses)
        while part := slow.recv(1_000_000):
            received += part
        assert service.process.wait(SECONDS) == 0
        assert "Traceback" not in service.log
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith((ROOT / "app" / LARGE[1:]).read_bytes())


def test_each_worker_answers_and_a_killed_one_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as service:
        first, second = service.started
        for other in (first, second):
            os.kill(other, signal.SIGSTOP)  # so it is the one that is left who answers
            assert service.status("/v1/conditions/neutropenia") == 200
            os.kill(other, signal.SIGCONT)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(service.started) == 3)
        os.kill(second, signal.SIGSTOP)
        assert service.status("/v1/conditions/neutropenia") == 200
        os.kill(second, signal.SIGCONT)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(SECONDS) == 0
        assert "Traceback" not in service.log


def test_workers_end_with_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2", SEED="off") as service:
        service.process.kill()
        wait_until(lambda: service.log.count("Finished server process") == 2)
        wait_until(service.refuses)
        assert "Traceback" not in service.log


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_every_process_in_order(tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, "--workers", workers, SEED="off") as service:
        os.killpg(service.process.pid, signal.SIGINT)  # a terminal sends it to all of them
        assert service.process.wait(SECONDS) == 0
        wait_until(service.refuses)
        assert service.log.count("Finished server process") == int(workers)
        assert "Traceback" not in service.log


def test_the_service_is_there_for_other_servers_too_made_once_and_only_when_asked_for(tmp_path: Path) -> None:
    code = (
        "import sys, app.main\n"
        "assert 'app' not in vars(app.main)\n"
        "assert app.main.app is app.main.app\n"
        "assert app.main.app.state.settings.organisation_name == 'Somebody'\n"
        "print([name for name in ('alembic', 'rich', 'prometheus_client', 'app.ingest') if name in sys.modules])"
    )
    given = environment({"ORGANISATION_NAME": "Somebody"})
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, check=True)
    assert (told.stdout, list(tmp_path.iterdir())) == ("[]\n", [])


# ---- what cannot be used


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A database with content that nobody may write to."""
    file = tmp_path / "database" / "content.sqlite3"
    engine = db.make_engine(f"sqlite:///{file}", create=True)
    publish(engine, EVERY_STATE)
    engine.dispose()
    file.chmod(0o444)
    return file


def newer(file: Path) -> Path:
    """A copy of a database, as a version of the program leaves it that is not written yet."""
    copy = file.with_name("newer.sqlite3")
    copy.write_bytes(file.read_bytes())
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'tomorrow'")
        connection.commit()
    return copy


def first_privileged_port() -> int | None:
    """A port that only root may listen on, where there is one."""
    limit = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    return 1 if not limit.exists() or int(limit.read_text()) > 1 else None


def test_what_cannot_be_used_is_one_clear_line_and_an_exit_code(tmp_path: Path, written: Path) -> None:
    (tmp_path / "unwritable").mkdir(mode=0o555)
    empty = tmp_path / "empty.sqlite3"
    empty.touch(mode=0o444)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        cases: dict[str, tuple[dict[str, str], int, str]] = {
            "port": ({"PORT": port}, 4, f"Cannot listen on 127.0.0.1 port {port}: Address already in use. Set HOST"),
            "metrics": ({"METRICS_PORT": port}, 4, f"Cannot listen on 127.0.0.1 port {port}: Address already in use"),
            "folder": ({"DATABASE_URL": f"sqlite:///{tmp_path}/unwritable/new/c.sqlite3"}, 4, "Permission denied: "),
            "file": ({"DATABASE_URL": f"sqlite:///{empty}"}, 4, "The database cannot be used: attempt to write a read"),
            "address": ({"DATABASE_URL": "nonsense"}, 4, "The database cannot be used: Could not parse"),
            "newer": ({"DATABASE_URL": f"sqlite:///{newer(written)}"}, 4, "The database is of another version of this"),
        }
        if privileged := first_privileged_port():
            told = f"Cannot listen on 127.0.0.1 port {privileged}: Permission denied. Set HOST or PORT."
            cases["privileged port"] = ({"PORT": str(privileged)}, 4, told)
        running = {name: failing_to_serve(tmp_path / name, given) for name, (given, *_) in cases.items()}
        ended = {name: process.communicate(timeout=SECONDS)[1] for name, process in running.items()}
    for name, (_, code, line) in cases.items():
        assert (running[name].returncode, ended[name].count("\n")) == (code, 1), (name, ended[name])
        assert ended[name].startswith(line), (name, ended[name])


def failing_to_serve(folder: Path, settings: dict[str, str]) -> subprocess.Popen[str]:
    folder.mkdir()
    given = environment({"LOG_LEVEL": "error", "SEED": "off", "PORT": str(free_port()), **settings})
    return subprocess.Popen([*WITHOUT_ROOTS_POWERS, *SERVE], cwd=folder, env=given, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", ["0", "65"])
def test_a_bad_number_of_workers_is_refused(tmp_path: Path, number: str) -> None:
    told = run(tmp_path, "serve", "--workers", number)
    assert told.code == 2
    assert "--workers" in told.err


def test_a_database_that_may_not_be_written_is_served_as_it_stands(tmp_path: Path, written: Path) -> None:
    before = written.read_bytes()
    written.parent.chmod(0o555)
    address = f"sqlite:///file:{written}?immutable=1&uri=true"
    with serving(tmp_path, DATABASE_URL=address) as service:
        assert service.status("/v1/conditions/quiet-toes") == 200
    assert [path.read_bytes() for path in written.parent.iterdir()] == [before]
    written.parent.chmod(0o755)
