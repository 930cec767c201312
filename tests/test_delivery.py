"""What every answer carries: validators, caching, CORS, request ids; what crashes become; what is never logged."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import httpx
import pytest
from anyio.from_thread import BlockingPortal
from sqlalchemy import event, insert
from starlette.types import Message

from app.db import POOL_SIZE
from app.models import Pack
from tests.conftest import ENGINES, EVERY_STATE, Api
from tests.examples import EXAMPLES

pytestmark = pytest.mark.engines("sqlite")  # headers are made around the app; test_engines.py compares them

CONTENT = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
SECONDS = 30  # no answer takes as long: what waits longer waits for ever
OPERATIONS = {"/livez", "/readyz", "/version"}
ALWAYS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, Location, Retry-After, X-Request-ID",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
REQUESTS = {
    **{f"{example.operation}-{example.name}": (example.request, example.status) for example in EXAMPLES},
    "documentation": ("/docs", 200),
    "document": ("/openapi.json", 200),
    "asset": ("/static/docs.js", 200),
    "nowhere": ("/nowhere", 404),
    "nowhere under v1": ("/v1/nowhere", 404),
    "slash": ("/v1/conditions/", 404),
    "no asset": ("/static/nowhere.js", 404),
}
KEPT_NOWHERE = {*OPERATIONS, *(path for path, _ in REQUESTS.values() if "near=" in path or "q=" in path)}
CACHEABLE = [path for path, status in REQUESTS.values() if status == 200 and path not in KEPT_NOWHERE]

each_request = pytest.mark.parametrize(("path", "status"), REQUESTS.values(), ids=REQUESTS)
each_cacheable = pytest.mark.parametrize("path", CACHEABLE)


@pytest.fixture(scope="module")
def failing(make_api: Callable[..., Api]) -> Api:
    """A service in which one address crashes, and one sends the database what it refuses."""
    api = make_api(EVERY_STATE)

    @api.app.get("/crash")
    def crash() -> None:
        raise RuntimeError("the innermost secret")

    @api.app.get("/refused")
    def refused(q: str) -> None:
        with api.app.state.engine.execution_options(writes=True).connect() as connection:
            connection.execute(insert(Pack).values(name=q))

    return api


@pytest.fixture(scope="module", params=["tables", "folder", "everything"])
def without_database(request: pytest.FixtureRequest, make_api: Callable[..., Api]) -> Api:
    """A service whose database is gone: its tables, its folder, or all that was ever in it."""
    api = make_api(EVERY_STATE)
    engine = api.app.state.engine
    assert engine.dialect.name == "sqlite", "only there is a database a folder of its own"
    engine.dispose()
    folder = Path(engine.url.database).parent
    shutil.rmtree(folder)
    if request.param == "folder":
        return api
    folder.mkdir()
    if request.param == "tables":
        with contextlib.closing(sqlite3.connect(engine.url.database)) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
    return api


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """All that is logged at any level by anything but the tests' own client."""
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.CRITICAL, name)
    caplog.set_level(logging.DEBUG)
    return lambda: "\n".join(logging.Formatter("%(name)s %(message)s").format(record) for record in caplog.records)


def steady(answer: httpx.Response) -> dict[str, str]:
    """An answer's headers without what is new in each."""
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}


# ---- validators


def test_a_cacheable_answer_has_a_validator_made_of_its_bytes(api: Api) -> None:
    for path in CACHEABLE:
        first, second = api.get(path), api.get(path)
        assert first.headers["etag"] == second.headers["etag"], path
        assert re.fullmatch(r'"[0-9a-f]{32}(-br|-gzip)?"', first.headers["etag"]), path


def test_answers_that_differ_have_validators_that_differ(api: Api) -> None:
    validators: dict[str, bytes] = {}
    for path in CACHEABLE:
        answer = api.get(path)
        assert validators.setdefault(answer.headers["etag"], answer.content) == answer.content
    assert len(validators) > len(CACHEABLE) // 2


def test_only_a_cacheable_success_has_a_validator(api: Api) -> None:
    for path, status in REQUESTS.values():
        answer = api.get(path, headers={"If-None-Match": '"something-else"'})
        assert answer.status_code == status, path
        assert ("etag" in answer.headers) == (path in CACHEABLE), path
        assert "last-modified" not in answer.headers or path.startswith("/static/"), path


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_client_has_already_is_not_sent_again(api: Api, method: str) -> None:
    for path in CACHEABLE:
        whole = api.get(path)
        answer = api.request(method, path, headers={"If-None-Match": whole.headers["etag"]})
        assert answer.status_code == 304, path
        assert answer.content == b"", path
        assert answer.headers["etag"] == whole.headers["etag"], path
        assert answer.headers["cache-control"] == CONTENT, path
        assert ALWAYS.items() <= answer.headers.items(), path
        assert not {"content-type", "content-length"} & set(answer.headers), path


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("form", ["W/{tag}", '"other", {tag}', '"a","b",W/{tag} ,"c"', "*"])
def test_a_list_a_weak_validator_and_any_match_too(api: Api, form: str, method: str) -> None:
    for path in ("/v1/conditions/neutropenia", "/openapi.json", "/docs"):
        etag = api.get(path).headers["etag"]
        answer = api.request(method, path, headers={"If-None-Match": form.format(tag=etag)})
        assert (answer.status_code, answer.headers["etag"]) == (304, etag), path


@pytest.mark.parametrize("form", ["", "{bare}", '"{bare}x"', '"{bare}-gzip-x"', '"*"'])
def test_what_the_client_does_not_have_is_sent(api: Api, form: str) -> None:
    bare = api.get("/v1/glossary").headers["etag"].strip('"')
    assert api.get("/v1/glossary", headers={"If-None-Match": form.format(bare=bare)}).status_code == 200


def test_several_lines_of_one_header_are_one_list(api: Api) -> None:
    etag = api.get("/v1/glossary").headers["etag"]
    assert api.get("/v1/glossary", headers=[("If-None-Match", '"a"'), ("If-None-Match", etag)]).status_code == 304


def test_nothing_else_ever_becomes_a_not_modified(api: Api) -> None:
    for path, status in (request for request in REQUESTS.values() if request[0] not in CACHEABLE):
        assert api.get(path, headers={"If-None-Match": "*"}).status_code == status, path


@pytest.mark.parametrize(
    ("name", "value"),
    [("If-None-Match", "*"), ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"), ("Range", "bytes=0-9")],
)
def test_an_asset_has_one_validator_however_it_is_asked_for(api: Api, name: str, value: str) -> None:
    whole, answer = api.get("/static/docs.js"), api.get("/static/docs.js", headers={name: value})
    assert answer.status_code in {200, 206, 304}
    assert answer.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("value", ["bytes=999999-", "bytes", "lines=1-2"])
@pytest.mark.parametrize("path", ["/static/docs.js", "/v1"])
def test_a_range_that_cannot_be_had_is_a_problem_or_the_whole(api: Api, path: str, value: str) -> None:
    answer = api.get(path, headers={"Range": value})
    assert answer.status_code == 200 or answer.headers["content-type"] == "application/problem+json"


# ---- HEAD


def test_head_answers_as_get_does_without_a_body(api: Api) -> None:
    for path, status in REQUESTS.values():
        got, headed = api.get(path), api.request("HEAD", path)
        assert headed.status_code == got.status_code == status, path
        assert steady(headed) == steady(got), path
        plain = api.request("HEAD", path, headers={"Accept-Encoding": "identity"})
        assert int(plain.headers["content-length"]) == len(got.content), path


@pytest.mark.parametrize("path", ["/v1", "/static/docs.js", "/nowhere"])
@pytest.mark.parametrize(("method", "empty"), [("HEAD", True), ("GET", False)])
def test_head_sends_not_one_byte_of_a_body(
    api: Api, portal: BlockingPortal, path: str, method: str, empty: bool
) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        await anyio.sleep_forever()  # the client waits
        return {}

    async def send(message: Message) -> None:
        sent.append(message)

    async def call() -> None:
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}
        with anyio.fail_after(SECONDS):
            await api.app({**scope, "root_path": "", "scheme": "http"}, receive, send)

    portal.call(call)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert (sent[1]["body"] == b"") is empty


# ---- caching


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_says_how_long_it_may_be_kept(api: Api, method: str) -> None:
    for path, status in REQUESTS.values():
        told = {200: CONTENT, 308: CONTENT, 410: CONTENT, 404: "public, max-age=10"}.get(status, "no-store")
        expected = "no-store" if path in KEPT_NOWHERE else told
        assert api.request(method, path).headers["cache-control"] == expected, path


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_what_is_no_reading_is_never_kept(api: Api, method: str) -> None:
    for path in ("/v1", "/v1/conditions/neutropenia", "/static/docs.js", "/nowhere", "/livez"):
        answer = api.request(method, path)
        assert answer.status_code in {204, 404, 405}, path
        assert answer.headers["cache-control"] == "no-store", path
        assert "etag" not in answer.headers, path


# ---- CORS


@pytest.mark.parametrize("origin", [None, "https://portal.example"])
def test_any_origin_may_read_any_answer_and_none_of_them_shows_in_it(api: Api, origin: str | None) -> None:
    for path, status in REQUESTS.values():
        answer = api.get(path, headers={"Origin": origin} if origin else {})
        assert answer.status_code == status, path
        assert ALWAYS.items() <= answer.headers.items(), path
        assert "origin" not in answer.headers.get("vary", "").lower(), path
        assert "access-control-allow-credentials" not in answer.headers, path


def test_a_crash_and_a_wrong_method_can_be_read_by_any_origin_too(failing: Api) -> None:
    for answer in (failing.get("/crash"), failing.request("POST", "/v1"), failing.request("OPTIONS", "/v1")):
        assert answer.status_code in {500, 405, 204}
        assert ALWAYS.items() <= answer.headers.items()
        assert "origin" not in answer.headers.get("vary", "").lower()


@pytest.mark.parametrize("path", ["/v1/conditions", "/openapi.json", "/nowhere"])
def test_a_preflight_allows_what_browsers_ask_before_reading(api: Api, path: str) -> None:
    asked = {
        "Origin": "https://portal.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match,x-request-id",
    }
    answer = api.request("OPTIONS", path, headers=asked)
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == answer.headers["allow"] == "GET, HEAD, OPTIONS"
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {"if-none-match", "x-request-id", "accept-language"} <= allowed
    assert int(answer.headers["access-control-max-age"]) > 0


# ---- request ids


def test_a_request_id_is_kept_and_named_in_every_problem(api: Api) -> None:
    for path, status in REQUESTS.values():
        answer = api.get(path, headers={"X-Request-ID": "A.b_c-9"})
        assert answer.headers["x-request-id"] == "A.b_c-9", path
        if status != 200:
            assert answer.json()["request_id"] == "A.b_c-9", path


@pytest.mark.parametrize("given", ["a", "-", "...", "0" * 64])
def test_a_well_formed_request_id_is_kept(api: Api, given: str) -> None:
    assert api.get("/v1", headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "0" * 65, "a b", "a/b", "a\tb", "é", "<b>", "a,b", "a%0ab"])
def test_an_ill_formed_request_id_is_replaced(api: Api, given: str) -> None:
    ids = [api.get("/v1", headers={"X-Request-ID": given.encode()}).headers["x-request-id"] for _ in range(2)]
    assert given not in ids
    assert len({*ids}) == 2
    assert all(len(made) == 16 and made.isalnum() for made in ids)


def test_a_request_without_an_id_gets_one_of_its_own(api: Api) -> None:
    first, second = (api.get("/nowhere") for _ in range(2))
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["x-request-id"] == first.json()["request_id"]


def test_a_request_id_is_in_no_success_and_changes_no_validator(api: Api) -> None:
    for path in (path for path, status in REQUESTS.values() if status == 200):
        plain, marked = api.get(path), api.get(path, headers={"X-Request-ID": "my-own-mark"})
        assert b"my-own-mark" not in marked.content, path
        assert marked.content == plain.content, path
        assert marked.headers.get("etag") == plain.headers.get("etag"), path


# ---- crashes


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_crash_is_a_problem_that_tells_nothing_of_its_cause(failing: Api, method: str) -> None:
    answer = failing.request(method, "/crash?q=my-secret", headers={"X-Request-ID": "of-the-crash"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"] == "of-the-crash"
    if method == "GET":
        assert answer.json() == {
            "type": "about:blank",
            "title": "Internal Server Error",
            "status": 500,
            "code": "internal-error",
            "detail": "Something went wrong here, and it has been recorded.",
            "request_id": "of-the-crash",
        }


@pytest.mark.engines(*ENGINES)
def test_a_crash_is_logged_with_its_cause_under_its_request_id(failing: Api, log: Callable[[], str]) -> None:
    failing.get("/crash?q=my-secret", headers={"X-Request-ID": "of-the-crash"})
    (told,) = [line for line in log().splitlines() if "failed" in line]
    assert told == "app.access GET /crash failed of-the-crash"
    assert "RuntimeError: the innermost secret" in log()
    assert "my-secret" not in log()


@pytest.mark.engines(*ENGINES)
def test_a_crash_in_the_database_is_logged_without_the_values_that_it_was_given(
    failing: Api, log: Callable[[], str]
) -> None:
    assert failing.get("/refused?q=my-secret").status_code == 500
    assert "IntegrityError" in log()
    assert "INSERT INTO pack" in log()
    assert "my-secret" not in log()


def test_after_a_crash_the_service_goes_on(failing: Api) -> None:
    failing.get("/crash")
    assert failing.get("/v1").status_code == 200


@pytest.mark.parametrize("path", ["/v1", "/v1/conditions/hiccup-hat-syndrome", "/v1/locations.geojson", "/version"])
def test_without_its_database_the_service_says_that_content_cannot_be_read(
    without_database: Api, path: str, log: Callable[[], str]
) -> None:
    answer = without_database.get(path, headers={"X-Request-ID": "unlucky"})
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["retry-after"]) > 0
    assert ALWAYS.items() <= answer.headers.items()
    assert answer.json() == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "code": "unavailable",
        "detail": "The content cannot be read at the moment. Try again shortly.",
        "request_id": "unlucky",
    }
    assert "SELECT" not in answer.text
    assert "cannot be read: " in log()


def test_without_its_database_the_service_lives_but_is_not_ready(without_database: Api) -> None:
    assert without_database.get("/livez").status_code == 200
    assert without_database.get("/readyz").status_code == 503
    assert without_database.get("/docs").status_code == 200


# ---- logs


@each_request
def test_no_log_line_holds_a_query_string(api: Api, path: str, status: int, log: Callable[[], str]) -> None:
    bare, _, query = path.partition("?")
    api.get(path)
    api.get(f"{bare}?near=my-secret&{query}", headers={"X-Request-ID": "to-be-found"})
    assert f"GET {bare} " in log()
    assert "to-be-found" in log()
    assert "my-secret" not in log()
    assert not query or query not in log()


def test_a_filters_text_shows_in_no_log_not_even_where_the_database_fails(
    without_database: Api, log: Callable[[], str]
) -> None:
    for filtered in ("conditions?starts_with", "locations?city", "by-url?url", "articles?condition"):
        assert without_database.get(f"/v1/{filtered}=my-secret").status_code == 503
    assert "GET /v1/conditions 503" in log()
    assert "my-secret" not in log()


def test_a_log_line_stays_one_line_whatever_the_path_holds(api: Api, log: Callable[[], str]) -> None:
    api.get("/v1/conditions/a%0Ab%1B%5B2J%C3%A9")
    (told,) = [line for line in log().splitlines() if "app.access" in line]
    assert "/v1/conditions/a%0Ab%1B%5B2J%C3%A9 404" in told


@pytest.mark.engines(*ENGINES)
# ---- many at once


def test_sixty_four_readers_at_once_are_all_answered(make_api: Callable[..., Api], portal: BlockingPortal) -> None:
    api = make_api(EVERY_STATE)
    clients = 64
    paths = ["/v1/conditions", "/v1/conditions/hiccup-hat-syndrome", "/v1/articles", "/readyz"]
    answers: list[httpx.Response] = []

    def linger(*_: object) -> None:
        time.sleep(0.005)  # long enough that all of them wait for a connection at once

    async def read(client: httpx.AsyncClient, path: str) -> None:
        answers.append(await client.get(path))

    async def read_all() -> None:
        transport = httpx.ASGITransport(api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://untrusted.example") as client:
            with anyio.fail_after(SECONDS):
                async with anyio.create_task_group() as tasks:
                    for number in range(clients):
                        tasks.start_soon(read, client, paths[number % len(paths)])

    event.listen(api.app.state.engine, "before_cursor_execute", linger)
    portal.call(read_all)
    assert [answer.status_code for answer in answers] == [200] * clients
    assert clients > 2 * POOL_SIZE
    assert api.app.state.engine.pool.checkedout() == 0


def test_a_problem_is_json_in_utf_8_without_escapes(api: Api) -> None:
    answer = api.get("/v1/conditions?größe=1")
    assert answer.status_code == 422
    assert "größe" in answer.content.decode()
    assert json.loads(answer.content)["errors"][0]["parameter"] == "größe"
