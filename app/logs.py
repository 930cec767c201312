"""What the log holds: a line for each record, as text or as JSON; never a query string or a reader's place."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from app.settings import Settings

ACCESS = "%(method)s %(path)s %(status)d %(duration_ms).1fms %(request_id)s"

log = logging.getLogger("app.access")


def config(settings: Settings) -> dict[str, Any]:
    """The logging of every process, in the form of `logging.config.dictConfig`: all of it to standard error."""
    formatter = "app.logs.JsonLine" if settings.log_format == "json" else "app.logs.TextLine"
    level = settings.log_level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {"app": {"level": level}, "uvicorn": {"level": level}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }


def log_access(method: str, path: str, status: int, seconds: float, request_id: str) -> None:
    """Log one answer. `path` is the decoded path alone: a query can hold a search text or a reader's place."""
    if log.isEnabledFor(logging.INFO):
        members = {
            "method": method,
            "path": quote(path),
            "status": status,
            "duration_ms": round(seconds * 1000, 3),
            "request_id": request_id,
        }
        log.info(ACCESS, members)


class TextLine(logging.Formatter):
    """A record as a line of text: time, level, logger, message. A traceback follows on lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the base class's name
        """The line without its traceback."""
        return f"{_time(record)} {record.levelname} {record.name} {_one_line(record.message)}"


class JsonLine(logging.Formatter):
    """A record as a line that is one JSON object; the named arguments of its message are members too."""

    def format(self, record: logging.LogRecord) -> str:
        """The whole record, its traceback included."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if isinstance(record.args, Mapping):
            line = {**record.args, **line}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def _time(record: logging.LogRecord) -> str:
    """When it happened: UTC, to the millisecond (RFC 3339)."""
    return dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _one_line(text: str) -> str:
    """A text in which no character can begin a line of its own or steer a terminal."""
    return text if text.isprintable() else "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
