"""The servers that are compared: ours, and nginx, PocketBase and Datasette with the same content."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path

from benchmarks.servers import HOST, ROOT, Server, environment, free_port, running

PEERS = ROOT / ".tools" / "bench" / "bin"  # what `make bench` installs benchmarks/requirements.txt into
DEBIAN = {
    "nginx": "nginx-light",
    "wrk": "wrk",
    "taskset": "util-linux",
    "chrt": "util-linux",
}  # command -> Debian's package
TABLE = "conditions"

NGINX = """
daemon off;
{user}
worker_processes 1;
pid nginx.pid;
error_log nginx-errors.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=10000 inactive=1h;
  open_file_cache_valid 1h;
  gzip_static on;
  default_type application/json;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
  server {{ listen {host}:{port}; root files; }}
}}
"""

# PocketBase runs this once, in its first start: a public table without request logs, filled from a file.
POCKETBASE = """
migrate((app) => {
  const settings = app.settings()
  settings.logs.maxDays = 0
  app.save(settings)
  const table = new Collection({
    type: "base", name: "conditions", viewRule: "", fields: [{name: "body", type: "json", maxSize: 1000000}],
  })
  app.save(table)
  for (const [id, body] of JSON.parse(toString($os.readFile(`${__hooks}/rows.json`)))) {
    app.save(new Record(table, {id: id, body: body}))
  }
})
"""


def install_tools() -> None:
    """Install nginx and wrk from Debian where they are missing and this may; else end, saying what to install."""
    os.environ["PATH"] += f"{os.pathsep}/usr/sbin"  # where Debian keeps nginx, and users' shells do not look
    missing = sorted({package for command, package in DEBIAN.items() if not shutil.which(command)})
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"Install {' and '.join(missing)} first; on Debian: apt-get install {' '.join(missing)}")
    # The package would start an nginx of its own; at run level 1 services stay stopped.
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        subprocess.run(["apt-get", "-qq", *step], env=quiet, stdout=subprocess.DEVNULL, check=True)  # noqa: S603, S607


def versions() -> dict[str, str]:
    """Each program's version, in its own words."""
    commands = {
        "nginx": ["nginx", "-v"],
        "wrk": ["wrk", "-v"],
        "PocketBase": [str(PEERS / "pocketbase"), "--version"],
        "Datasette": [str(PEERS / "datasette"), "--version"],
    }
    return {name: _first_line(command) for name, command in commands.items()}


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # written above
    line = (done.stdout + done.stderr).strip().splitlines()[0]
    return next((word.rpartition("/")[2] for word in line.split() if any(char.isdigit() for char in word)), line)


# ---- ours


def ours(
    folder: Path, database: Path, core: int, name: str, *options: str, **settings: str | int
) -> AbstractContextManager[Server]:
    """The service as `serve` starts it, with a production log level: no line per request."""
    port = free_port()
    known: dict[str, str | int] = {
        "HOST": HOST,
        "PORT": port,
        "DATABASE_URL": database_url(database),
        "SEED": "off",
        "LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "app", "serve", *options]
    return running(name, command, port=port, ready="/readyz", folder=folder, core=core, settings=known | settings)


def database_url(database: Path) -> str:
    """A database file as the settings name it."""
    return f"sqlite:///{database}"


def publish(database: Path, pack: Path) -> None:
    """Publish a pack as an operator does, by the command line."""
    settings = environment(DATABASE_URL=database_url(database))
    for command in (["migrate"], ["publish", str(pack)]):
        subprocess.run(  # noqa: S603  # our own command line
            [sys.executable, "-m", "app", *command], env=settings, cwd=pack, stdout=subprocess.DEVNULL, check=True
        )


def takes_workers() -> bool:
    """Whether `serve` can run several workers yet."""
    done = subprocess.run(
        [sys.executable, "-m", "app", "serve", "--help"], env=environment(), capture_output=True, text=True, check=True
    )
    return "--workers" in done.stdout


# ---- the others


def nginx(folder: Path, core: int, answers: Mapping[str, bytes]) -> AbstractContextManager[Server]:
    """nginx with each answer as a file under its path, and a gzipped copy beside it."""
    home = folder / "nginx"
    (home / "temp").mkdir(parents=True)
    for path, body in answers.items():
        file = home / "files" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
    port = free_port()
    # Its workers would become another user, who cannot read a temporary folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (home / "nginx.conf").write_text(NGINX.format(host=HOST, port=port, user=user))
    command = ["nginx", "-p", f"{home}/", "-c", "nginx.conf", "-e", "nginx-errors.log"]
    return running("nginx", command, port=port, ready=next(iter(answers)), folder=home, core=core)


def pocketbase(folder: Path, core: int, answers: Mapping[str, bytes]) -> AbstractContextManager[Server]:
    """PocketBase with one record per answer, its body in a JSON field."""
    home = folder / "pocketbase"
    (home / "migrations").mkdir(parents=True)
    (home / "migrations" / "1_conditions.js").write_text(POCKETBASE)
    rows = [[pocketbase_id(at), json.loads(body)] for at, body in enumerate(answers.values())]
    (home / "hooks").mkdir()
    (home / "hooks" / "rows.json").write_text(json.dumps(rows))
    port = free_port()
    command: list[str | Path] = [PEERS / "pocketbase", "serve", "--http", f"{HOST}:{port}", "--dir", home / "data"]
    command += [
        "--hooksDir",
        home / "hooks",
        "--hooksWatch=false",
        "--migrationsDir",
        home / "migrations",
        "--publicDir",
        home / "public",
    ]
    return running("PocketBase", command, port=port, ready=pocketbase_path(0), folder=home, core=core)


def pocketbase_id(at: int) -> str:
    """A record's id, in PocketBase's form."""
    return f"{at:015d}"


def pocketbase_path(at: int) -> str:
    """A record's path."""
    return f"/api/collections/{TABLE}/records/{pocketbase_id(at)}"


def datasette(folder: Path, core: int, answers: Mapping[str, bytes]) -> AbstractContextManager[Server]:
    """Datasette over an immutable file with one row per answer, its body in a text column."""
    home = folder / "datasette"
    home.mkdir()
    file = home / "rows.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        connection.executemany(
            f"INSERT INTO {TABLE} VALUES (?, ?)",  # noqa: S608  # our own word
            ((at, body.decode()) for at, body in enumerate(answers.values())),
        )
    port = free_port()
    command: list[str | Path] = [PEERS / "datasette", "serve", "--immutable", file, "--host", HOST, "--port", str(port)]
    return running("Datasette", command, port=port, ready=datasette_path(0), folder=home, core=core)


def datasette_path(at: int) -> str:
    """A row's path."""
    return f"/rows/{TABLE}/{at}.json"
