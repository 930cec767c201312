"""Programs that tests start beside themselves, and those of Debian that they need."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.settings import Settings
from tests.conftest import ROOT

SECONDS = 30  # nothing here takes as long
STOP_SECONDS = 15


@dataclass
class Process:
    """A program that listens on a port of the loopback interface."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """The answer to one request on a connection of its own. Without Accept-Encoding, it is not coded."""
        told = {"accept-encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return httpx.request(method, f"http://127.0.0.1:{self.port}{path}", headers=told, timeout=SECONDS)

    def answers(self) -> bool:
        """Whether it is ready."""
        assert self.process.poll() is None, self.log.read_text(errors="replace")
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.closing(client), contextlib.suppress(OSError):
            client.request("GET", "/readyz")
            return client.getresponse().status == http.HTTPStatus.OK
        return False


@contextlib.contextmanager
def started(command: list[str], port: int, folder: Path, name: str, env: dict[str, str]) -> Iterator[Process]:
    """A program, until the block ends; what it says is in a log of that name."""
    log = folder / f"{name}.log"
    with log.open("wb") as said:
        # In a session of its own: Ctrl-C is for the tests, which then end it.
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=said, stderr=said, start_new_session=True)
    try:
        yield Process(process, port, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment(**settings: str) -> dict[str, str]:
    """This environment, with these settings of the service and no others."""
    unset = {name.upper(): "" for name in Settings.model_fields}
    return {**os.environ, **unset, "PYTHONPATH": str(ROOT), **settings}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def find(program: str, package: str) -> str:
    """The path of a program, installed from its Debian package where it is missing and this may.

    Raises FileNotFoundError, whose words say what to install.
    """
    path = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"  # Debian's place, where no user's shell looks
    if found := shutil.which(program, path=path):
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise FileNotFoundError(f"There is no {program}. Install it first; on Debian: apt-get install {package}")
    # A package may start a service of its own; at run level 1 services stay stopped.
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        subprocess.run(["apt-get", "-qq", *step], env=quiet, stdout=subprocess.DEVNULL, check=True)
    if found := shutil.which(program, path=path):
        return found
    raise FileNotFoundError(f"apt-get installed no {program}")
