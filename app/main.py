"""The whole service, assembled on one page."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from multiprocessing import parent_process

from anyio import create_task_group
from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route

from app import __version__, documentation, errors
from app.db import make_engine
from app.delivery import metrics
from app.delivery.cache import Cache
from app.delivery.fastpath import FastPath
from app.delivery.freshness import watch
from app.delivery.headers import Delivery
from app.routes import (
    articles,
    care,
    conditions,
    directory,
    documents,
    embed,
    feeds,
    front,
    glossary,
    locations,
    oembed,
    renderings,
    search,
    search_page,
    service,
    warning_signs,
)
from app.settings import Settings

log = logging.getLogger("app.main")


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI app, by the given settings or by the environment's."""
    settings = settings or Settings()
    engine = make_engine(settings.database_url)
    cache = Cache(settings.cache_bytes)
    read_engine = make_engine(settings.read_database_url) if settings.read_database_url else engine

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with (
            metrics.flushing() if settings.metrics_port else contextlib.nullcontext(),
            create_task_group() as tasks,
        ):
            tasks.start_soon(watch, engine, read_engine, cache)
            with _ending_with_supervisor():
                yield
            tasks.cancel_scope.cancel()
        read_engine.dispose()
        engine.dispose()

    app = FastAPI(
        **documentation.about(settings),
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,  # a redirect would take its origin from the Host header
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    app.state.engine = engine
    app.state.cache = cache
    app.state.fast_path = FastPath(cache)
    app.state.read_engine = read_engine
    app.state.replica_away_until = 0.0  # on the monotonic clock
    app.state.known_publication = lambda: cache.current  # the newest that this process knows of
    errors.install(app, documents.problem_page)
    for module in (
        conditions,
        renderings,
        care,
        warning_signs,
        articles,
        locations,
        glossary,
        directory,
        search,
        service,
        embed,
        search_page,
        oembed,
        front,
        feeds,
    ):
        app.router.routes += module.router.routes  # as they are: an included router is matched twice for each request
    app.router.routes += service.operations.routes
    documentation.install(app)
    for route in app.router.routes:
        if isinstance(route, Route):  # whose `$` stands before a line's end too: `/v1%0A` is another address
            route.path_regex = re.compile(route.path_regex.pattern.removesuffix("$") + r"\Z")
    # Around all else: a cached answer passes none of it. What the framework's other layers do, Delivery does.
    routed = ExceptionMiddleware(AsyncExitStackMiddleware(app.router), handlers=app.exception_handlers)
    app.middleware_stack = Delivery(routed, cache)
    return app


@contextlib.contextmanager
def _ending_with_supervisor() -> Iterator[None]:
    """End this process in order once the one that started it by `multiprocessing` is gone, however that went.

    Else the port stays taken by workers that nothing watches over or can stop.
    """
    supervisor = parent_process()
    if supervisor is None or sys.platform == "win32":  # where an event loop cannot wait for a process
        yield
        return
    loop, gone = asyncio.get_running_loop(), supervisor.sentinel

    def end() -> None:
        loop.remove_reader(gone)
        log.warning("the process that started this worker is gone: it ends too")
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(gone, end)
    try:
        yield
    finally:
        loop.remove_reader(gone)


def __getattr__(name: str) -> FastAPI:
    """`app.main:app`, for ASGI servers: the service by the environment's settings, made when it is first asked for."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = globals()["app"] = create_app()
    # The program itself is never garbage: to look through it with each collection would hold up requests for a tenth of
    # a second, again and again.
    gc.collect()
    gc.freeze()
    return made
