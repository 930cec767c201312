"""The service, a partner's site and a browser, as real as they come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.browser.addresses import PACKS
from tests.browser.partner import partner_site
from tests.conftest import publish_to, wait_until
from tests.programs import environment, find, free_port, started

NEEDED = {"chromium": "chromium", "java": "default-jre-headless", "node": "nodejs"}  # and their Debian packages
Visit = Callable[..., Page]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", metavar="FOLDER", type=Path, help="keep a picture of every page here")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Find or install what is needed once for a run of the tests, before it is shared out."""
    if hasattr(session.config, "workerinput"):
        return
    try:
        for program, package in NEEDED.items():
            find(program, package)
    except FileNotFoundError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The public address of the service, with every setting that shows on a page."""
    folder = tmp_path_factory.mktemp("service")
    database = f"sqlite:///{folder}/content.sqlite3"
    publish_to(database, *PACKS)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = environment(
        DATABASE_URL=database,
        PORT=str(port),
        PUBLIC_URL=url,
        ORGANISATION_NAME="The Hiccup Hat Society",
        EMERGENCY_LINE="In an emergency, call 000.",
        CARE_TEAM_PHONE="+1 555 0100",
        LOG_LEVEL="warning",
    )
    with started([sys.executable, "-m", "app", "serve"], port, folder, "service", settings) as process:
        wait_until(process.answers)
        yield url


@pytest.fixture(scope="session")
def partner(service: str) -> Iterator[str]:
    """The address of a partner's site, whose pages embed ours."""
    with partner_site(service) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, which finds nothing but this machine."""
    unplugged = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        # Its own sandbox does not run as root.
        chromium = playwright.chromium.launch(
            executable_path=find("chromium", NEEDED["chromium"]), args=["--no-sandbox", unplugged]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, service: str, partner: str) -> Iterator[Visit]:
    """Open an address. Whatever a test looks at, its pages ask no other site, set no cookie and complain of nothing."""
    wrong: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{service}/", f"{partner}/", "data:", "about:")):
            wrong.append(f"asked for {request.url}")

    def said(message: ConsoleMessage) -> None:
        page = message.page
        answered_a_problem = page is not None and message.location["url"] == page.url and "status of 4" in message.text
        if message.type in {"error", "warning"} and not answered_a_problem:
            wrong.append(f"said {message.text}")

    with ExitStack() as stack:

        def open_page(address: str, status: int = 200, **options: Any) -> Page:
            context = stack.enter_context(browser.new_context(reduced_motion="reduce", **options))
            page = context.new_page()
            page.on("request", asked)
            page.on("console", said)
            page.on("pageerror", lambda error: wrong.append(f"raised {error}"))
            answer = page.goto(address if "://" in address else f"{service}{address}")
            assert answer
            assert answer.status == status, address
            stack.callback(lambda: wrong.extend(f"set {cookie}" for cookie in context.cookies()))
            return page

        yield open_page
    assert wrong == []
