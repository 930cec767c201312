"""The response cache: what it answers, what never enters it, how soon it knows of a publication, what it may take."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import anyio
import brotli
import httpx
import pytest
from anyio.from_thread import BlockingPortal
from sqlalchemy import event

from app.delivery import codings
from app.delivery.cache import Cache, Page, Publication
from app.delivery.metrics import counts
from tests.conftest import ENGINES, EVERY_STATE, Api, publish, publish_to, wait_until

pytestmark = pytest.mark.engines("sqlite")  # a cache knows no engine, but how it follows publications

SECONDS = 20  # for what takes a quarter of one: on a busy machine a test must not fail for being late
CONDITION = "/v1/conditions/hiccup-hat-syndrome"
PAGES = [
    "/v1",
    "/v1/conditions",
    "/v1/conditions?view=full&limit=100",
    CONDITION,
    f"{CONDITION}?lang=es",
    f"{CONDITION}/warning-signs",
    f"{CONDITION}/articles",
    "/v1/warning-signs",
    "/v1/articles",
    "/v1/locations",
    "/v1/locations.geojson",
    "/v1/glossary",
    "/v1/directory",
]


@pytest.fixture(scope="module")
def started(make_api: Callable[..., Api], portal: BlockingPortal) -> Iterator[Callable[..., Api]]:
    """Make services that are started as a server starts them, so that their caches follow the publications."""
    with ExitStack() as stack:

        def start(*packs: Path, **settings: Any) -> Api:
            api = make_api(*packs, **settings)
            stack.enter_context(portal.wrap_async_context_manager(api.app.router.lifespan_context(api.app)))
            wait_until(lambda: api.app.state.cache.current is not None)
            return api

        yield start


@pytest.fixture(scope="module")
def live(started: Callable[..., Api]) -> Api:
    """A started service with the pack of every state."""
    return started(EVERY_STATE)


@pytest.fixture(scope="module")
def uncached(started: Callable[..., Api]) -> Api:
    """The same, without a cache."""
    return started(EVERY_STATE, cache_bytes=0)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The pack of every state, to change."""
    return Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))


@contextmanager
def read_from_the_database(api: Api) -> Iterator[list[str]]:
    """The statements that a service's requests send; the watch over publications is not counted."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SET")):
            sent.append(statement)

    event.listen(api.app.state.engine, "before_cursor_execute", note)
    yield sent
    event.remove(api.app.state.engine, "before_cursor_execute", note)


def pages(api: Api) -> int:
    return len(api.app.state.cache)


def rename(pack: Path, slug: str, name: str) -> None:
    file = pack / "conditions" / f"{slug}.json"
    record = json.loads(file.read_text())
    record["editions"][0]["name"] = name
    file.write_text(json.dumps(record))


# ---- what it answers


@pytest.mark.engines(*ENGINES)
@pytest.mark.parametrize("path", PAGES)
def test_what_was_asked_for_before_is_answered_without_the_database(live: Api, path: str) -> None:
    first = live.get(path)
    with read_from_the_database(live) as statements:
        second, headed = live.get(path), live.request("HEAD", path)
    assert statements == []
    assert (second.status_code, second.content) == (200, first.content)
    assert second.headers["etag"] == headed.headers["etag"] == first.headers["etag"]
    assert headed.content == b""


def test_answers_from_the_cache_are_counted(live: Api) -> None:
    live.get("/v1/glossary")
    before = counts.cache_hits
    live.get("/v1/glossary")
    live.request("HEAD", "/v1/glossary")
    assert counts.cache_hits == before + 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/v1/conditions?lang=es&limit=3", "/v1/conditions?limit=3&lang=es"),
        ("/v1/conditions?lang=es", "/v1/conditions?lang=ES"),
        ("/v1/conditions?starts_with=a%20b", "/v1/conditions?starts_with=a+b"),
        (CONDITION, CONDITION.replace("hat", "h%61t")),
        (f"{CONDITION}?lang=en-us", f"{CONDITION}?lang=EN-US"),
    ],
)
def test_two_spellings_of_one_request_are_one_page(live: Api, one: str, other: str) -> None:
    first = live.get(one)
    kept = pages(live)
    with read_from_the_database(live) as statements:
        second = live.get(other)
    assert statements == []
    assert (second.content, second.headers["link"] if "link" in first.headers else "") == (
        first.content,
        first.headers.get("link", ""),
    )
    assert pages(live) == kept


def test_parameters_that_a_page_ignores_do_not_fill_the_cache(live: Api) -> None:
    page = live.get("/embed/conditions/hiccup-hat-syndrome?theme=dark")
    kept = pages(live)
    for number in range(5):
        other = live.get(f"/embed/conditions/hiccup-hat-syndrome?campaign={number}&theme=dark")
        assert other.content == page.content
    assert live.get("/embed/conditions/hiccup-hat-syndrome?theme=light").content != page.content
    assert pages(live) == kept + 1


def test_a_path_that_holds_another_requests_query_is_not_that_request(live: Api) -> None:
    live.get("/v1/conditions?limit=1")
    live.get("/v1/conditions")
    for path in ("/v1/conditions%3Flimit=1", "/v1/conditions%20", "/%20/v1/conditions", "//v1/conditions"):
        assert live.get(path).status_code == 404


# ---- what never enters it


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/conditions/nowhere", 404),
        ("/nowhere", 404),
        ("/v1/conditions/whispering-thumb", 410),
        ("/v1/conditions?limit=101", 422),
        (f"{CONDITION}?lang=", 422),
        (f"{CONDITION}?lang=es&lang=es", 422),
        ("/livez", 200),
        ("/readyz", 200),
        ("/version", 200),
    ],
)
def test_problems_and_what_an_operator_asks_are_never_kept(live: Api, path: str, status: int) -> None:
    kept = pages(live)
    answers = [live.get(path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert pages(live) == kept


def test_what_is_no_reading_is_not_answered_from_the_cache(live: Api) -> None:
    live.get("/v1/glossary")
    assert live.request("POST", "/v1/glossary").status_code == 405
    assert live.request("OPTIONS", "/v1/glossary").status_code == 204


def test_languages_that_no_content_has_are_never_kept(live: Api) -> None:
    live.get(CONDITION)
    kept = pages(live)
    for tag in ("fr", "tlh", "zh-Hant-TW", "es-419", "en-US-x-mine", "es-x-a", "qaa-QM"):
        assert live.json(f"{CONDITION}?lang={tag}")["edition"]["requested"]["lang"] == tag
        assert live.get(f"/v1/conditions?lang={tag}").status_code == 200
    assert pages(live) == kept


def test_a_query_too_long_to_keep_is_answered(live: Api) -> None:
    kept = pages(live)
    assert live.get("/v1/conditions?slugs=" + ",".join(["hiccup-hat-syndrome"] * 100)).status_code == 200
    assert live.get("/v1/conditions?slugs=" + "a" * 9_000).status_code == 200
    assert pages(live) == kept


# ---- codings


@pytest.mark.parametrize("path", [*PAGES, "/docs", "/openapi.json", "/static/docs.js"])
def test_a_coded_answer_decodes_to_the_plain_one(live: Api, path: str) -> None:
    plain = live.get(path, headers={"Accept-Encoding": "identity"})
    for coding, decoded in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        answer = raw(live, path, coding)
        assert answer.headers["content-encoding"] == coding
        assert decoded(b"".join(answer.extensions["sent"])) == plain.content
        assert answer.headers["etag"] == plain.headers["etag"][:-1] + f'-{coding}"'
        assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
        assert int(answer.headers["content-length"]) == len(b"".join(answer.extensions["sent"]))


def raw(api: Api, path: str, accepted: str, **headers: str) -> httpx.Response:
    """An answer whose body is as it was sent, in the extension `sent`."""
    sent: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def note(message: Any) -> None:
            sent.append(message.get("body", b""))
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await api.app(scope, receive, note)

    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://untrusted.example") as client:
            request = client.build_request("GET", path, headers={"Accept-Encoding": accepted, **headers})
            answer = await client.send(request, stream=True)
            answer.extensions["sent"] = sent
            return answer

    return api.portal.call(call)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("identity", None),
        ("br", "br"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.7", "gzip"),
        ("br; q=0.5 , gzip ;q=0.5", "br"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0, gzip;q=0.001", "gzip"),
        ("identity, br;q=0.9", None),
        ("br;q=0, gzip;q=0", None),
        ("br;q=nan, gzip;q=inf", None),
        ("br;q=2", None),
        ("zstd, deflate", None),
        (",,;;q=1,br", "br"),
    ],
)
def test_the_coding_is_what_the_client_prefers(live: Api, accepted: str, coding: str | None) -> None:
    answer = raw(live, "/v1/glossary", accepted)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == coding


@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "identity;q=0, br;q=0, gzip;q=0", "zstd, *;q=0"])
def test_a_client_that_takes_no_coding_there_is_is_told_so(live: Api, accepted: str) -> None:
    answer = live.get("/v1/glossary", headers={"Accept-Encoding": accepted})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_validator_is_good_for_its_own_coding_alone(live: Api, coding: str) -> None:
    etag = raw(live, "/v1/glossary", coding).headers["etag"]
    for given, status in ((etag, 304), (f"W/{etag}", 304), (etag.replace(f"-{coding}", ""), 200)):
        answer = raw(live, "/v1/glossary", coding, **{"If-None-Match": given})
        assert answer.status_code == status
        assert answer.headers["vary"] == "Accept-Encoding"
    assert raw(live, "/v1/glossary", "identity", **{"If-None-Match": etag}).status_code == 200


def test_an_image_is_not_coded(live: Api) -> None:
    answer = raw(live, "/static/swagger-ui/favicon-32x32.png", "br, gzip")
    assert answer.status_code == 200
    assert not {"content-encoding", "vary"} & set(answer.headers)


@pytest.mark.engines(*ENGINES)
def test_a_body_is_coded_once_also_across_publications(
    started: Callable[..., Api], pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = started(EVERY_STATE)
    coded: list[bytes] = []
    encode = codings.encode

    def counted(body: bytes, coding: str) -> bytes:
        coded.append(body)
        return encode(body, coding)

    monkeypatch.setattr(codings, "encode", counted)
    for _ in range(3):
        assert raw(api, "/v1/glossary", "br").headers["content-encoding"] == "br"
    assert len(coded) == 1
    rename(pack, "quiet-toes", "Very Quiet Toes")
    publish(api.app.state.engine, pack)
    wait_until(lambda: api.app.state.cache.current.generation == 2)
    with read_from_the_database(api) as statements:
        assert raw(api, "/v1/glossary", "br").headers["content-encoding"] == "br"
    assert statements
    assert len(coded) == 1


# ---- publications


@pytest.mark.engines(*ENGINES)
def test_a_publish_shows_what_it_changed_and_leaves_the_rest_in_the_cache(
    started: Callable[..., Api], pack: Path
) -> None:
    api = started(EVERY_STATE)
    untouched = ["/v1/conditions/socks-and-sandals", "/v1/conditions/socks-and-sandals/warning-signs"]
    before = {path: api.get(path).content for path in (CONDITION, "/v1/conditions", *untouched)}
    rename(pack, "hiccup-hat-syndrome", "Hiccup Hat Disease")
    publish(api.app.state.engine, pack)
    wait_until(lambda: api.json(CONDITION)["name"] == "Hiccup Hat Disease")
    with read_from_the_database(api) as statements:
        for path in untouched:
            assert api.get(path).content == before[path]
    assert statements == []
    assert api.get("/v1/conditions").content != before["/v1/conditions"]


@pytest.mark.engines(*ENGINES)
def test_what_stays_in_the_cache_is_what_the_database_would_give(started: Callable[..., Api], pack: Path) -> None:
    api = started(EVERY_STATE)
    cold = started(EVERY_STATE, cache_bytes=0)
    slugs = [item["slug"] for item in api.every_item("/v1/conditions")]
    paths = [f"/v1/conditions/{slug}{rest}" for slug in slugs for rest in ("", "/warning-signs", "?lang=es")]
    paths += [
        f"/v1/{kind}/{item['slug']}" for kind in ("articles", "glossary") for item in api.every_item(f"/v1/{kind}")
    ]
    for path in paths:
        assert api.get(path).status_code in {200, 404}
    rename(pack, "balloon-knees", "Balloon Knee")
    for service in (api, cold):
        publish(service.app.state.engine, pack)
    wait_until(lambda: api.app.state.cache.current.generation == 2)
    assert [api.get(path).content for path in paths if api.get(path).status_code == 200] == [
        cold.get(path).content for path in paths if cold.get(path).status_code == 200
    ]


@pytest.mark.engines(*ENGINES)
def test_a_change_of_the_pack_itself_is_seen_in_every_answer(started: Callable[..., Api], pack: Path) -> None:
    api = started(EVERY_STATE)
    api.get(CONDITION)
    info = json.loads((pack / "pack.json").read_text())
    info["publisher"]["name"] = "A new name"
    (pack / "pack.json").write_text(json.dumps(info))
    publish(api.app.state.engine, pack)
    wait_until(lambda: api.json(CONDITION)["publisher"]["name"] == "A new name")


@pytest.mark.engines(*ENGINES)
def test_withdrawn_content_leaves_the_cache(started: Callable[..., Api], pack: Path) -> None:
    api = started(EVERY_STATE)
    assert api.get("/v1/conditions/quiet-toes").status_code == 200
    (pack / "conditions" / "quiet-toes.json").unlink()
    publish(api.app.state.engine, pack)
    wait_until(lambda: api.get("/v1/conditions/quiet-toes").status_code == 410)


# ---- a stampede


@pytest.mark.engines(*ENGINES)
def test_a_cold_page_that_many_ask_for_at_once_is_made_once(
    started: Callable[..., Api], portal: BlockingPortal
) -> None:
    api = started(EVERY_STATE)
    with read_from_the_database(api) as statements:
        api.get("/v1/conditions?limit=7")
        alone = len(statements)
    answers: list[httpx.Response] = []

    async def ask(client: httpx.AsyncClient) -> None:
        answers.append(await client.get("/v1/conditions?limit=8"))

    async def ask_all() -> None:
        transport = httpx.ASGITransport(api.app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://untrusted.example") as client,
            anyio.create_task_group() as tasks,
        ):
            for _ in range(50):
                tasks.start_soon(ask, client)

    with read_from_the_database(api) as statements:
        portal.call(ask_all)
    assert len({answer.content for answer in answers}) == 1
    assert [answer.status_code for answer in answers] == [200] * 50
    assert len(statements) == alone


# ---- bounds


def page_of(cache: Cache, number: int, size: int) -> Page:
    body = cache.body(b"%d" % number * size)
    return Page(f" /{number}", f"/{number}", "/{n}", None, None, [], False, body)


def test_what_is_kept_stays_within_its_bytes_and_the_least_used_goes_first() -> None:
    cache = Cache(500_000)
    cache.move_on(Publication(1, "a", frozenset()), None)
    for number in range(100):
        cache.keep(page_of(cache, number, 2_000), None)
        assert cache.find(" /0") is not None
        assert cache.bytes <= 500_000
    assert 5 < len(cache) < 60
    assert cache.find(" /1") is None
    assert cache.find(" /99") is not None


def test_a_page_that_had_to_go_holds_no_bytes_and_answers_nothing_even_where_it_is_remembered() -> None:
    cache = Cache(20_000)
    cache.move_on(Publication(1, "a", frozenset()), None)
    page = page_of(cache, 1, 1_000)
    cache.keep(page, None)
    cache.learn(b"/1", page)
    assert cache.spelt(b"/1") is page
    cache.keep(page_of(cache, 2, 19_000), None)
    assert cache.spelt(b"/1") is None
    assert not cache.stands(page)
    assert cache.bytes <= 20_000


def test_a_body_larger_than_the_bound_is_answered_and_not_kept() -> None:
    cache = Cache(10_000)
    cache.move_on(Publication(1, "a", frozenset()), None)
    cache.keep(page_of(cache, 1, 20_000), None)
    assert (len(cache), cache.bytes) == (0, 0)


@pytest.mark.parametrize("path", PAGES)
def test_without_a_cache_the_answers_are_the_same(uncached: Api, live: Api, path: str) -> None:
    for accepted in ("identity", "br", "gzip"):
        ours, theirs = (raw(api, path, accepted) for api in (uncached, live))
        if path != "/v1" and 'rel="next"' not in ours.headers.get("link", ""):  # these name a publication's random id
            assert ours.headers["etag"] == theirs.headers["etag"]
        assert ours.headers.get("content-encoding") == theirs.headers.get("content-encoding")
    assert pages(uncached) == 0


def test_pages_that_share_a_body_share_its_bytes() -> None:
    cache = Cache(1_000_000)
    cache.move_on(Publication(1, "a", frozenset()), None)
    cache.keep(page_of(cache, 1, 300_000), None)
    alone = cache.bytes
    other = page_of(cache, 1, 300_000)
    other.target = " /other"
    cache.keep(other, None)
    assert cache.find(" /1") is not None
    assert cache.find(" /other") is not None
    assert cache.bytes < alone + 100_000


# ---- without the database


def test_without_its_database_what_is_cached_is_served_and_the_rest_can_wait(started: Callable[..., Api]) -> None:
    api = started(EVERY_STATE)
    cached = api.get(CONDITION)
    file = Path(api.app.state.engine.url.database)
    aside = file.rename(file.with_suffix(".aside"))
    wait_until(lambda: not api.app.state.cache.verified)
    answer = api.get(CONDITION)
    assert (answer.status_code, answer.content) == (200, cached.content)
    assert api.json("/readyz") == {"status": "degraded"}
    cold = api.get("/v1/conditions/quiet-toes")
    assert (cold.status_code, cold.json()["code"]) == (503, "unavailable")
    assert int(cold.headers["retry-after"]) > 0
    assert not file.exists()
    aside.rename(file)
    wait_until(lambda: api.get("/v1/conditions/quiet-toes").status_code == 200)
    wait_until(lambda: api.json("/readyz") == {"status": "ok"})


def test_a_restored_backup_is_served_though_its_generation_is_the_same(
    started: Callable[..., Api], create_database: Callable[..., str], pack: Path
) -> None:
    api = started(EVERY_STATE)
    api.get(CONDITION)
    rename(pack, "hiccup-hat-syndrome", "Another History")
    backup = create_database()
    publish_to(backup, pack)
    file = Path(api.app.state.engine.url.database)
    for part in ("-wal", "-shm"):
        Path(f"{file}{part}").unlink(missing_ok=True)
    Path(backup.removeprefix("sqlite:///")).replace(file)
    wait_until(lambda: api.json(CONDITION)["name"] == "Another History")
    assert api.app.state.cache.current.generation == 1


def test_a_database_that_nothing_may_write_to_is_answered_from_the_cache_too(
    started: Callable[..., Api], new_database: Callable[..., str]
) -> None:
    file = new_database(EVERY_STATE).removeprefix("sqlite:///")
    api = started(database_url=f"sqlite:///file:{file}?mode=ro&immutable=1&uri=true")
    api.json(CONDITION)
    assert len(api.app.state.cache) == 1
