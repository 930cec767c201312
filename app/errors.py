"""The one error shape: problem details (RFC 9457), raised where the fault is known and rendered here.

No answer echoes what a reader typed: an error names the parameter, its problem and what is allowed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

log = logging.getLogger("app.errors")

MEDIA_TYPE = "application/problem+json"
METHODS = "GET, HEAD, OPTIONS"
FOR_PEOPLE = ("/embed/", "/print/")
AWAY = (OperationalError, ProgrammingError, PoolTimeoutError)  # what the database raises where it cannot be read
# RFC 9110's phrases, where older Pythons have older ones.
PHRASES = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}


class ProblemError(Exception):
    """An answer that is a problem: `code` is stable, `detail` is for people, `members` are the problem's own fields."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


def invalid(errors: Sequence[Mapping[str, Any]]) -> ProblemError:
    """422 for parameters that are not allowed; each error has `parameter` and `detail`."""
    names = ", ".join(dict.fromkeys(str(error["parameter"]) for error in errors))
    return ProblemError(
        422, "invalid-parameters", f"These parameters are not allowed as given: {names}.", errors=errors
    )


def _phrase(status: int) -> str:
    return PHRASES.get(status) or HTTPStatus(status).phrase


def problem_response(request_id: str | None, error: ProblemError) -> Response:
    """A problem as a response (RFC 9457, section 3). `type` is about:blank, so `title` is the status's own phrase."""
    body = {
        "type": "about:blank",
        "title": _phrase(error.status),
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "request_id": request_id,
        **error.members,
    }
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        error.status,
        headers=error.headers,
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI, page: Callable[[Request, ProblemError], Response]) -> None:
    """Render every error of an app as a problem, and by `page` an address for people that leads nowhere."""

    async def _http(request: Request, error: HTTPException) -> Response:
        render = page if f"{request.scope['path']}/".startswith(FOR_PEOPLE) else _render
        return render(request, _known(error))

    app.exception_handler(ProblemError)(_problem)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http)
    for away in AWAY:
        app.exception_handler(away)(_unavailable)
    app.exception_handler(DBAPIError)(_database_error)


def _render(request: Request, error: ProblemError) -> Response:
    return problem_response(request.scope.get("state", {}).get("request_id"), error)


async def _problem(request: Request, error: ProblemError) -> Response:
    return _render(request, error)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    return _render(request, parameter_errors(error))


def parameter_errors(error: RequestValidationError) -> ProblemError:
    """422 for what FastAPI refuses."""
    return invalid([_parameter_error(found["loc"][1], found["msg"]) for found in error.errors()])


def value_errors(error: ValidationError) -> list[dict[str, str]]:
    """What is wrong with the values given for a query model's parameters."""
    return [_parameter_error(found["loc"][0], found["msg"]) for found in error.errors(include_url=False)]


def _parameter_error(name: int | str, message: str) -> dict[str, str]:
    return {"parameter": str(name), "detail": message.removeprefix("Value error, ")}


def _known(error: HTTPException) -> ProblemError:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return ProblemError(404, "not-found", "There is nothing at this address. See /v1 for what there is.")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return ProblemError(405, "method-not-allowed", f"This address answers {METHODS}.", headers={"Allow": METHODS})
    phrase = _phrase(error.status_code)
    return ProblemError(error.status_code, phrase.lower().replace(" ", "-"), phrase)


async def _database_error(request: Request, error: DBAPIError) -> Response:
    if not is_away(error):
        raise error
    return await _unavailable(request, error)


def is_away(error: Exception) -> bool:
    """Whether it is the database's fault: a connection that broke off is, whatever kind of error tells of it."""
    return isinstance(error, AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def unavailable(error: Exception) -> ProblemError:
    """503 for a database that cannot be read, whose error is logged."""
    log.error("the database cannot be read: %s", getattr(error, "orig", None) or error)
    detail = "The content cannot be read at the moment. Try again shortly."
    return ProblemError(503, "unavailable", detail, headers={"Retry-After": "5"})


async def _unavailable(request: Request, error: Exception) -> Response:
    return _render(request, unavailable(error))
