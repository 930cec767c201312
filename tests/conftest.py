"""A migrated, published database, and the service over it, as every test meets them: through HTTP."""

from __future__ import annotations

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

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "seed_data"
EVERY_STATE = ROOT / "tests" / "packs" / "every_state"


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
        following: str | None = path
        while following:
            page = self.json(following)
            items += page["items"]
            following = page["next"]
        return items


def publish(engine: Engine, *packs: Path) -> None:
    """Migrate a database and publish packs into it."""
    db.migrate(engine)
    for folder in packs:
        with Session(engine) as session:
            made = plan(session, scan(folder))
        apply(engine, made)


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def make_api(portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Api]]:
    """Make a service over a new database with the given packs, and settings."""
    engines: list[Engine] = []

    def make(*packs: Path, **settings: Any) -> Api:
        file = tmp_path_factory.mktemp("database") / "content.sqlite3"
        made = Settings.defaults().model_copy(update={"database_url": f"sqlite:///{file}", **settings})
        app = create_app(made)
        engines.append(app.state.engine)
        publish(app.state.engine, *packs)
        return Api(app, portal)

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture(scope="session")
def api(make_api: Callable[..., Api]) -> Api:
    """The service with the seed pack and the pack of every state."""
    return make_api(SEED, EVERY_STATE)


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
