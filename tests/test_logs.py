"""The log: a line for each record, as text or JSON, that no path can forge and no query string enters."""

from __future__ import annotations

import datetime as dt
import json
import logging
import logging.config
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from app import logs
from app.settings import Settings
from tests.conftest import EVERY_STATE, Api
from tests.test_serving import SECONDS, serving

pytestmark = pytest.mark.engines("sqlite")  # a line says nothing of an engine

FORMATTERS = {"text": logs.TextLine(), "json": logs.JsonLine()}

each_format = pytest.mark.parametrize("form", FORMATTERS)


def record(message: str, *arguments: object, failed: bool = False) -> logging.LogRecord:
    """A record as a logger makes it."""
    error = RuntimeError("the\ncause")
    cause = (RuntimeError, error, error.__traceback__) if failed else None
    return logging.LogRecord("app.x", logging.ERROR, __file__, 1, message, arguments, cause)


@each_format
@pytest.mark.parametrize("char", ["\n", "\r", "\x1b", "\x00", "\x85", "\u2028"])
def test_no_character_of_a_message_begins_a_line_or_steers_a_terminal(form: str, char: str) -> None:
    line = FORMATTERS[form].format(record("one%stwo", char))
    assert char not in line
    assert len(line.splitlines()) == 1
    assert "one" in line
    assert "two" in line


def test_a_json_line_has_the_records_time_level_logger_message_and_named_arguments() -> None:
    made = record("%(status)d of %(logger)s", {"status": 200, "logger": "a forged one"})
    made.created = dt.datetime(2026, 1, 2, 3, 4, 5, 678_000, dt.UTC).timestamp()
    assert json.loads(logs.JsonLine().format(made)) == {
        "time": "2026-01-02T03:04:05.678Z",
        "level": "error",
        "logger": "app.x",
        "message": "200 of a forged one",
        "status": 200,
    }


def test_an_exception_is_within_the_object() -> None:
    line = logs.JsonLine().format(record("it failed", failed=True))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["exception"].endswith("RuntimeError: the\ncause")


def test_a_text_line_is_followed_by_the_traceback() -> None:
    first, *rest = logs.TextLine().format(record("it failed", failed=True)).splitlines()
    assert first.endswith("Z ERROR app.x it failed")
    assert rest == ["RuntimeError: the", "cause"]


@each_format
def test_an_access_line_holds_the_path_quoted_and_never_the_query(
    form: str, make_api: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.access")
    make_api(EVERY_STATE).get("/forged%0A2026 INFO?q=my-secret", headers={"X-Request-ID": "to-be-found"})
    (made,) = [record for record in caplog.records if record.name == "app.access"]
    line = FORMATTERS[form].format(made)
    assert "GET /forged%0A2026%20INFO 404 " in line
    assert "my-secret" not in line
    if form == "json":
        told = json.loads(line)
        assert (told["method"], told["path"], told["status"]) == ("GET", "/forged%0A2026%20INFO", 404)
        assert told["request_id"] == "to-be-found"
        assert told["duration_ms"] > 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_line_of_every_process_is_an_object_where_json_is_asked_for(tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, WORKERS=workers, LOG_FORMAT="json", SEED="off") as service:
        assert service.status("/v1/glossary?limit=2") == 200
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(SECONDS) == 0
        lines = [json.loads(line) for line in service.log.splitlines()]
    told = [line for line in lines if line["logger"] == "app.access" and line["path"] == "/v1/glossary"]
    assert [line["status"] for line in told] == [200]
    assert {line["logger"] for line in lines} >= {"app.access", "app.serving", "uvicorn.error"}
    assert "limit=2" not in service.log


def test_the_level_and_the_form_are_the_settings() -> None:
    made = logs.config(Settings.defaults().model_copy(update={"log_level": "debug", "log_format": "json"}))
    assert made["loggers"] == {"app": {"level": "DEBUG"}, "uvicorn": {"level": "DEBUG"}}
    assert logging.config.dictConfigClass(made).config["formatters"]["line"]["()"] == "app.logs.JsonLine"
