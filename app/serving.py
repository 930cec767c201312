"""Running the server: its socket, its one process or its workers, and how they end."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import sys
from types import FrameType

import uvicorn
from sqlalchemy import Engine
from sqlmodel import Session
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app import db, logs
from app.delivery import metrics
from app.delivery.fastpath import FastProtocol
from app.delivery.protocol import WholeProtocol
from app.publish import PublishConflictError, apply, plan, present_anew
from app.settings import Settings

log = logging.getLogger("app.serving")

DRAIN_SECONDS = 10  # that a request in flight has to end in, once the service is told to
BACKLOG = 2048
# New connections that a turn of the event loop takes. uvloop takes one from each socket: where clients that are there
# already keep the server busy, the thirtieth new one would wait for thirty turns.
ACCEPTED = 8


class CannotListenError(Exception):
    """The port cannot be had, and why."""


class FailedToStartError(Exception):
    """The service did not start; what it logged says why."""


def prepare(engine: Engine, settings: Settings) -> None:
    """Bring the tables up to date, and publish the seed pack into an empty database. Writes nothing else."""
    db.migrate(engine)
    present_anew(engine)
    with Session(engine) as session:
        empty = db.latest_publication(session) is None
    if empty and settings.seed == "on":
        _publish_seed(engine)


def serve(settings: Settings, workers: int, engine: Engine) -> None:
    """Answer until SIGTERM or Ctrl-C, and what is in flight then. Raises CannotListenError, FailedToStartError."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(_listen(settings))
        sockets = [listening, *(stack.enter_context(listening.dup()) for _ in range(ACCEPTED - 1))]
        if settings.metrics_port:
            try:
                stack.enter_context(metrics.exposed(settings.host, settings.metrics_port, engine))
            except OSError as error:
                raise _cannot_listen(settings.host, settings.metrics_port, error, "METRICS_PORT") from error
        run = _run_alone if workers == 1 else _run_workers
        run(_config(settings, workers), sockets)


def _config(settings: Settings, workers: int) -> uvicorn.Config:
    """How uvicorn serves. It is sent to each worker, which sets its logging by it too."""
    return uvicorn.Config(
        "app.main:app",
        http=FastProtocol if settings.fast_path == "on" else WholeProtocol,
        workers=workers,
        log_config=logs.config(settings),
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _listen(settings: Settings) -> socket.socket:
    """The listening socket: whoever connects from now on waits for the first worker."""
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that asyncio sends small writes at once (TCP_NODELAY).
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise _cannot_listen(host, port, error, "HOST or PORT") from error
    log.info("Serving on http://%s:%d  (documentation: /docs, stop: Ctrl-C)", host, port)
    return listening


def _cannot_listen(host: str, port: int, error: OSError, names: str) -> CannotListenError:
    return CannotListenError(f"Cannot listen on {host} port {port}: {error.strerror}. Set {names}.")


def _run_alone(config: uvicorn.Config, sockets: list[socket.socket]) -> None:
    # Uvicorn drains, then raises the signal once more for whoever had it before: an end in order, not by the signal.
    signal.signal(signal.SIGTERM, _end)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=sockets)


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _run_workers(config: uvicorn.Config, sockets: list[socket.socket]) -> None:
    supervisor = _Supervisor(config, sockets)
    supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise FailedToStartError("The service did not start.")


class _Supervisor(Multiprocess):
    """Uvicorn's supervisor of workers, which lets go of the port when they end and of what dead ones have measured."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._seen: set[int | None] = set()

    def keep_subprocess_alive(self) -> None:
        super().keep_subprocess_alive()
        running = {process.pid for process in self.processes}
        for pid in self._seen - running:
            metrics.worker_died(pid)
        self._seen = running

    def terminate_all(self) -> None:
        # The kernel would go on taking connections that nobody answers.
        for listening in self.sockets:
            listening.close()
        super().terminate_all()


def _publish_seed(engine: Engine) -> None:
    from app.check import scan

    with Session(engine) as session:
        made = plan(session, scan(db.shipped("seed_data")))
    with contextlib.suppress(PublishConflictError):  # another process published first, and its content is served
        apply(engine, made)
