"""The README is true: each call answers as printed, and each command that it names is there."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def calls() -> list[tuple[str, str]]:
    """The commands of the README's console blocks, each with what it prints."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            length = next(n for n in range(1, len(lines) + 1) if "".join(lines[:n]).count('"') % 2 == 0)
            found.append(("".join(lines[:length]), "".join(lines[length:])))
    return found


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a service as `make serve` starts it, on a new database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    folder: Path = tmp_path_factory.mktemp("readme")
    environment = {**os.environ, "PORT": str(number), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-m", "app", "serve"], cwd=folder, env=environment) as server:
        try:
            _wait(number)
            yield number
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{port}/readyz").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the service did not start in 30 seconds")


@pytest.mark.parametrize(("command", "printed"), calls())
def test_a_call_of_the_readme_answers_as_printed(port: int, command: str, printed: str) -> None:
    command = command.replace("localhost:8000", f"127.0.0.1:{port}")
    answer = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert answer.stdout.rstrip("\n") == printed.rstrip("\n")


def test_the_readme_has_calls_and_names_commands_that_exist() -> None:
    assert len(calls()) == 6
    named = set(re.findall(r"^health-content (\w+)", README, re.MULTILINE))
    helped = subprocess.run(
        [sys.executable, "-m", "app", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert named
    assert named <= set(re.findall(r"^  (\w+) ", helped.stdout, re.MULTILINE))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/scaling.md"])
def test_every_file_that_a_page_names_is_there(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    named = re.findall(
        r"`((?:app|tests|docs|migrations|seed_data|benchmarks)/[\w./]*)`", page.read_text(encoding="utf-8")
    )
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing + [path for path in named if not (ROOT / path).exists()] == []
