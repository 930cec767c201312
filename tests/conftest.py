"""A migrated, published database, and the service over it, as every test meets them: through HTTP."""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import Engine, event
from sqlmodel import Session

from app import db
from app.check import scan
from app.main import create_app
from app.publish import apply, plan
from app.settings import Settings
from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "seed_data"
EVERY_STATE = ROOT / "tests" / "packs" / "every_state"
ENGINES = ("sqlite", "postgresql")
SERVER = "TEST_POSTGRES_ADDRESS"
MAX_PAGES = 1_000
PATIENT = 20_000  # milliseconds: a busy machine must not fail a search
collect_ignore = ["browser"]  # `make test-browser` runs it
# What is imported is never garbage, and what tests leave is little.
gc.freeze()
gc.set_threshold(50_000)


class Api:
    """The service as a client sees it. Each call is one request, and nothing is followed or kept."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self.app = app
        self.portal = portal

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://untrusted.example") as client:
                return await client.request(method, path, **kwargs)

        return self.portal.call(call)

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.request("GET", path, **kwargs)

    def json(self, path: str, **kwargs: Any) -> Any:
        """The body of an answer that must be a 200."""
        answer = self.get(path, **kwargs)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def every_item(self, path: str) -> list[Any]:
        """All items of a list, page by page."""
        items: list[Any] = []
        following = path
        for _ in range(MAX_PAGES):
            page = self.json(following)
            items += page["items"]
            following = page["next"]
            if following is None:
                return items
        raise AssertionError(f"{path} has no last page")


def wait_until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait for what takes a moment, for many times as long as it takes: a busy machine must not fail a test."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def publish_to(address: str, *packs: Path) -> None:
    """Publish packs into the database at an address, which is made if need be."""
    engine = db.make_engine(address, create=True)
    publish(engine, *packs)
    engine.dispose()


def publish(engine: Engine, *packs: Path) -> None:
    """Migrate a database and publish packs into it."""
    db.migrate(engine)
    for folder in packs:
        with Session(engine) as session:
            made = plan(session, scan(folder))
        apply(engine, made)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start PostgreSQL once for a run of the tests, before it is shared out; it ends with the run."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    try:
        server = postgres.start()
    except postgres.StartError as error:
        raise pytest.UsageError(str(error)) from error
    session.config.add_cleanup(server.stop)
    os.environ[SERVER] = server.address


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches a database on every engine, unless a mark names others."""
    if "engine_name" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("engines")
        metafunc.parametrize("engine_name", mark.args if mark else ENGINES, indirect=True, scope="session")


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def engine_name(request: pytest.FixtureRequest) -> str:
    """The engine that a test runs on."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def create_database(engine_name: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Make a database, without tables or as a copy of one that nobody is connected to, and return its address."""

    def create(template: str | None = None) -> str:
        if engine_name == "postgresql":
            name = template.rpartition("/")[2] if template else "template1"
            return postgres.create_database(os.environ[SERVER], name)
        file = tmp_path_factory.mktemp("database") / "content.sqlite3"
        if template:
            shutil.copy(template.removeprefix("sqlite:///"), file)
        else:
            file.touch()
        return f"sqlite:///{file}"

    return create


@pytest.fixture(scope="session")
def new_database(create_database: Callable[..., str]) -> Callable[..., str]:
    """Make a database with all tables and the given packs, and return its address.

    What holds the same packs of this project is a copy of one publication, whose id and time it shares.
    """
    templates: dict[tuple[Path, ...], str] = {}

    def new(*packs: Path) -> str:
        ours = packs if {SEED, EVERY_STATE}.issuperset(packs) else ()
        if ours not in templates:
            address = create_database()
            publish_to(address, *ours)
            templates[ours] = address
        made = create_database(templates[ours])
        if packs != ours:
            publish_to(made, *packs)
        return made

    return new


@pytest.fixture(scope="session")
def make_api(portal: BlockingPortal, new_database: Callable[..., str]) -> Iterator[Callable[..., Api]]:
    """Make a service over a new database with the given packs, and settings."""
    engines: list[Engine] = []

    def make(*packs: Path, **settings: Any) -> Api:
        told = {"database_url": new_database(*packs), "search_timeout_ms": PATIENT, **settings}
        app = create_app(Settings.defaults().model_copy(update=told))
        engines.append(app.state.engine)
        return Api(app, portal)

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture(scope="session")
def api(make_api: Callable[..., Api]) -> Api:
    """The service with the seed pack and the pack of every state."""
    return make_api(SEED, EVERY_STATE)


@pytest.fixture(scope="session")
def states(make_api: Callable[..., Api]) -> Api:
    """The service with the pack of every state alone."""
    return make_api(EVERY_STATE)


@pytest.fixture
def statements(api: Api) -> Callable[[], Any]:
    """A context that collects the SQL statements that the service sends, to pin how many a request costs."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith("BEGIN"):
                sent.append(statement)

        event.listen(api.app.state.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(api.app.state.engine, "before_cursor_execute", note)

    return collect
