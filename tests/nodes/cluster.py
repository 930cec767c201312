"""What runs: a primary and a streaming replica, two nodes, and nginx by the configuration of docs/scaling.md."""

from __future__ import annotations

import contextlib
import os
import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import postgres, programs
from tests.conftest import ROOT
from tests.programs import SECONDS, Process, find, free_port, started

# As a production server has them; and a replica looks for its primary more often than each five seconds.
POSTGRES = {"synchronous_commit": "on", "wal_retrieve_retry_interval": "500ms"}
NGINX = """
daemon off;
{user}
worker_processes 1;
pid nginx.pid;
error_log nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
  include health-content.conf;
}}
"""
CACHE_HEADER = struct.Struct("=4q")  # how a file of nginx's cache begins, since nginx 1.11.10
CACHE_VERSION = 5


@dataclass
class Cluster:
    """All of it, with a folder for its files."""

    folder: Path
    primary: postgres.Server
    replica: postgres.Server
    nodes: list[Process]
    nginx: Process

    def publish(self, pack: Path, *options: str) -> subprocess.CompletedProcess[str]:
        """Publish a pack by the command line."""
        command = [sys.executable, "-m", "app", "publish", str(pack), *options]
        given = environment(self.primary, self.replica)
        return subprocess.run(
            command, cwd=self.folder, env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )

    def age(self, seconds: int) -> None:
        """Let so much time pass for what nginx has kept."""
        for file in (self.folder / "nginx" / "cache").rglob("*"):
            if file.is_file():
                with file.open("r+b") as kept:
                    version, *times = CACHE_HEADER.unpack(kept.read(CACHE_HEADER.size))
                    assert version == CACHE_VERSION, "this nginx writes its cache in a way that is not known here"
                    kept.seek(0)
                    kept.write(CACHE_HEADER.pack(version, *(at - seconds if at else at for at in times)))


def wait_until(holds: Callable[[], object]) -> float:
    """Wait until something holds; return how many seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + SECONDS
        time.sleep(0.02)
    return time.monotonic() - began


def environment(primary: postgres.Server, replica: postgres.Server, **settings: str) -> dict[str, str]:
    """This environment with the settings of a node and no others."""
    return programs.environment(DATABASE_URL=primary.address, READ_DATABASE_URL=replica.address, **settings)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """Everything started and ready; all of it is ended again, however the block ends."""
    with contextlib.ExitStack() as stack:
        primary = postgres.start(**POSTGRES)
        stack.callback(primary.stop)
        replica = primary.replicate()
        stack.callback(replica.stop)
        nodes = [stack.enter_context(_node(folder, name, primary, replica)) for name in ("node-1", "node-2")]
        nginx = stack.enter_context(_nginx(folder / "nginx", nodes))
        for process in (*nodes, nginx):
            wait_until(process.answers)
        yield Cluster(folder, primary, replica, nodes, nginx)


def _node(
    folder: Path, name: str, primary: postgres.Server, replica: postgres.Server
) -> contextlib.AbstractContextManager[Process]:
    port = free_port()
    given = environment(primary, replica, PORT=str(port), LOG_LEVEL="warning")
    return started([sys.executable, "-m", "app", "serve"], port, folder, name, given)


def _nginx(folder: Path, nodes: list[Process]) -> contextlib.AbstractContextManager[Process]:
    """nginx by the documented configuration: addresses and the cache's folder are changed, and nothing else is."""
    port = free_port()
    (folder / "temp").mkdir(parents=True)
    changes = {
        "10.0.0.11:8000": f"127.0.0.1:{nodes[0].port}",
        "10.0.0.12:8000": f"127.0.0.1:{nodes[1].port}",
        "listen 80;": f"listen 127.0.0.1:{port};",
        "/var/cache/nginx-health-content": str(folder / "cache"),
    }
    (text,) = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8"), re.DOTALL)
    for documented, here in changes.items():
        assert text.count(documented) == 1, documented
        text = text.replace(documented, here)
    (folder / "health-content.conf").write_text(text, encoding="utf-8")
    # Its workers would become another user, who cannot read a temporary folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(user=user), encoding="utf-8")
    command = [find_nginx(), "-p", f"{folder}/", "-c", "nginx.conf", "-e", "nginx.log"]
    return started(command, port, folder, "nginx", dict(os.environ))


def find_nginx() -> str:
    """The path of nginx. Raises FileNotFoundError where there is none and it may not be installed."""
    return find("nginx", "nginx-light")
