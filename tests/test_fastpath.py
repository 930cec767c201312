"""The fast path: byte for byte what the ordinary way gives, however the bytes of a request arrive."""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.delivery.fastpath import FastPath, FastProtocol
from app.delivery.protocol import Joined
from app.logs import log as access_log
from tests.conftest import EVERY_STATE, Api, wait_until

pytestmark = pytest.mark.engines("sqlite")  # what is cached comes from no engine

SECONDS = 20
SILENCE = 0.4  # seconds after which a server that waits for more has said all it says
CONDITION = "/v1/conditions/hiccup-hat-syndrome"
TARGETS = [CONDITION, f"{CONDITION}?lang=es", "/v1/glossary", "/docs", "/static/swagger-ui/favicon-32x32.png"]
LAST = b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Request-ID: the-last\r\nConnection: close\r\n\r\n"
KEEP_ALIVE = 1  # second


class Running(NamedTuple):
    """A server in a thread of its own."""

    port: int
    fast_path: FastPath
    server: uvicorn.Server


@contextmanager
def running(api: Api, protocol: type[asyncio.Protocol] | str) -> Iterator[Running]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            api.app,
            http=protocol,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=5,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    wait_until(lambda: server.started and api.app.state.cache.current is not None)
    try:
        yield Running(listening.getsockname()[1], api.app.state.fast_path, server)
    finally:
        server.should_exit = True
        thread.join(SECONDS)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def fast(make_api: Callable[..., Api]) -> Iterator[Running]:
    with running(make_api(EVERY_STATE), FastProtocol) as server:
        yield server


@pytest.fixture(scope="module")
def ordinary(make_api: Callable[..., Api]) -> Iterator[Running]:
    with running(make_api(EVERY_STATE), "httptools") as server:
        yield server


def assert_same(fast: Running, ordinary: Running, chunks: list[bytes]) -> None:
    """Both say the same. Where a busy machine reads two chunks as one, uvicorn itself says this or that, so the chunks
    are sent again with more time between them: a difference of ours does not go away by that."""
    for pause in (0.004, 0.05, 0.5):
        ours, theirs = (steady(talk(server, chunks, pause)) for server in (fast, ordinary))
        if ours == theirs:
            return
    assert ours == theirs


def talk(server: Running, chunks: list[bytes], pause: float = 0.004) -> bytes:
    """All that a server says to chunks of bytes that arrive one by one, until it closes or falls silent."""
    said = bytearray()
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at, chunk in enumerate(chunks):
            # What the server says is read before more is sent: a closed connection's reset would take it away.
            client.settimeout(pause if at < len(chunks) - 1 else max(SILENCE, 2 * pause))
            try:
                client.sendall(chunk)
                while found := client.recv(1 << 20):
                    said += found
                break
            except TimeoutError:
                continue
            except ConnectionError:
                break
    return bytes(said)


def repeat(server: Running, asked: bytes, times: int) -> list[bytes]:
    """What a server says to a request that is sent again when it is answered, on one connection."""
    answers = []
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as client:
        for _ in range(times):
            client.sendall(asked)
            said = bytearray()
            while b"\r\n\r\n" not in said:
                said += client.recv(1 << 20)
            head, _, body = said.partition(b"\r\n\r\n")
            length = re.findall(rb"content-length: (\d+)", head)
            while not asked.startswith(b"HEAD") and length and len(body) < int(length[0]):
                found = client.recv(1 << 20)
                body += found
                said += found
            answers.append(bytes(said))
    return answers


def steady(said: bytes) -> bytes:
    """What a server said, without dates and without the ids of requests that had none."""
    said = re.sub(rb"\r\ndate: [^\r]+", b"\r\ndate: now", said)
    said = re.sub(rb"\r\nx-request-id: [0-9a-f]{16}\r", b"\r\nx-request-id: new\r", said)
    return re.sub(rb'"request_id":"[0-9a-f]{16}"', b'"request_id":"new"', said)


def request(target: str, *fields: str, method: str = "GET", version: str = "1.1", body: str = "") -> bytes:
    lines = [f"{method} {target} HTTP/{version}", "Host: a", *fields]
    return ("\r\n".join(lines) + f"\r\n\r\n{body}").encode("latin-1")


def warm(server: Running) -> None:
    for target in TARGETS:
        for accepted in ("identity", "br", "gzip"):
            talk(server, [request(target, f"Accept-Encoding: {accepted}") + LAST])


# ---- the same answers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("accepted", [None, "identity", "gzip", "br", "gzip, deflate, br, zstd", "br;q=0, gzip;q=0.1"])
def test_a_cached_answer_is_the_same_on_the_fast_path(
    fast: Running, ordinary: Running, method: str, target: str, accepted: str | None
) -> None:
    fields = [f"Accept-Encoding: {accepted}"] if accepted else []
    (whole,) = repeat(fast, request(target, *fields, method=method), 1)
    etag = re.findall(rb"\r\netag: ([^\r]+)", whole)[0].decode()
    for condition, status in ((None, 200), ("*", 304), (f'"a", W/{etag}', 304), ('"a"', 200)):
        asked = request(target, *fields, *([f"If-None-Match: {condition}"] if condition else []), method=method)
        before = fast.fast_path.answers
        first, *others = (steady(answer) for answer in repeat(fast, asked, 3) + repeat(ordinary, asked, 2))
        assert fast.fast_path.answers >= before + 2
        assert others == [first] * 4
        assert first.startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize(
    "asked",
    [
        request(CONDITION, version="1.0"),
        request(CONDITION, "Connection: close"),
        request(CONDITION, "Connection: keep-alive"),
        request(CONDITION, "X-Request-ID: mine"),
        request(CONDITION, "Authorization: Basic YTpi"),
        request(CONDITION, "Range: bytes=0-9"),
        request(CONDITION, "Expect: 100-continue", "Content-Length: 1", body="a"),
        request(CONDITION, "Content-Length: 3", body="abc"),
        request(CONDITION, "Content-Length: 0"),
        request(CONDITION, "Transfer-Encoding: chunked", body="1\r\na\r\n0\r\n\r\n"),
        request(CONDITION, "Upgrade: websocket", "Connection: Upgrade"),
        request(CONDITION, "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"),
        request(CONDITION, "Accept-Encoding: br", "Accept-Encoding: gzip"),
        request(CONDITION, "If-None-Match: *", "If-None-Match: *"),
        request(CONDITION, "Accept:  two spaces"),
        request(CONDITION, "Accept:none"),
        request(CONDITION, "Accept : before"),
        request(CONDITION, " folded: line"),
        request(CONDITION, "Accept: a", " folded"),
        request(CONDITION, "Accept:"),
        request(CONDITION, "No-Colon"),
        request(CONDITION, "Accept: caf\xe9"),
        request(CONDITION, "Accept: bell\x07"),
        request(CONDITION, "Accept: " + "a" * 65_536),
        request(CONDITION, *(f"X-{number}: {number}" for number in range(2_000))),
        request(CONDITION, "X-Forwarded-For: 192.0.2.1", "X-Unknown: a"),
        request(CONDITION, method="get"),
        request(CONDITION, method="POST"),
        request(CONDITION, method="OPTIONS"),
        request(f"http://a{CONDITION}"),
        request(f"{CONDITION}#fragment"),
        request(f"/{CONDITION}"),
        request(f"{CONDITION}?"),
        request(f"{CONDITION}/"),
        request(f"{CONDITION}%00"),
        request(f" {CONDITION}"),
        request(f"{CONDITION} "),
        request("*", method="OPTIONS"),
        request(CONDITION, version="1.1\t"),
        request(CONDITION, version="2.0"),
        request(CONDITION).replace(b"\r\n", b"\n"),
        b"\r\n\r\n" + request(CONDITION),
        request(CONDITION) + b"\r\n",
        request(CONDITION) * 3,
        request(CONDITION) + b"garbage\r\n\r\n",
        b"GET " + CONDITION.encode() + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=lambda asked: asked[:60].decode("latin-1"),
)
def test_an_odd_request_gets_what_the_ordinary_way_gives(fast: Running, ordinary: Running, asked: bytes) -> None:
    warm(fast)
    warm(ordinary)
    usual = request(CONDITION)
    for chunks in ([asked, LAST], [usual, asked, usual, LAST], [usual, asked + usual, LAST]):
        assert_same(fast, ordinary, chunks)


FIELDS = st.sampled_from(
    [
        "Accept: */*",
        "Accept-Encoding: br",
        "Accept-Encoding: gzip;q=0.5, br;q=0.1",
        "accept-encoding: identity;q=0",
        "ACCEPT-ENCODING: GZIP ",
        "If-None-Match: *",
        'If-None-Match: "a", W/"b"',
        "User-Agent: curl",
        "Cookie: a=b",
        "Sec-Fetch-Mode: cors",
        "X-Forwarded-For: 192.0.2.1",
        "X-Request-ID: mine",
        "X-Odd: 1",
        "Content-Length: 2",
        "Connection: keep-alive",
        "Connection: close",
        "Range: bytes=0-1",
        "Expect: 100-continue",
        "Accept:  spaced",
        "Accept:tight",
    ]
)
REQUESTS = st.builds(
    request,
    st.sampled_from(
        [*TARGETS, *TARGETS, "/v1/nowhere", "/livez", f"{CONDITION}?lang=", "//v1/glossary", "/v1/glossary?"]
    ),
    method=st.sampled_from(["GET"] * 6 + ["HEAD", "POST", "OPTIONS", "get"]),
    version=st.sampled_from(["1.1"] * 9 + ["1.0"]),
    body=st.sampled_from([""] * 9 + ["ab", "\r\n"]),
)


@st.composite
def conversations(draw: st.DrawFn) -> list[bytes]:
    """Requests, mostly sound, as one stream of bytes that is cut anywhere."""
    stream = b""
    cuts: set[int] = set()
    for _ in range(draw(st.integers(1, 4))):
        head, blank, body = draw(REQUESTS).partition(b"\r\n\r\n")
        fields = "".join(f"\r\n{field}" for field in draw(st.lists(FIELDS, max_size=4))).encode()
        stream += head + fields + blank + body
        if draw(st.booleans()):
            cuts.add(len(stream))  # the next arrives by itself
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(stream) - 1))
        stream = stream[:at] + bytes([draw(st.integers(0, 255))]) + stream[at + 1 :]
    cuts |= draw(st.sets(st.integers(1, len(stream) - 1), max_size=2))
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    return [stream[begin:end] for begin, end in itertools.pairwise(edges)] + [LAST]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(chunks=conversations())
def test_any_bytes_cut_anywhere_get_what_the_ordinary_way_gives(
    fast: Running, ordinary: Running, chunks: list[bytes]
) -> None:
    assert_same(fast, ordinary, chunks)


# ---- what a server does besides


def test_an_idle_connection_is_closed_in_its_time_and_a_busy_one_is_not(fast: Running) -> None:
    warm(fast)
    with socket.create_connection(("127.0.0.1", fast.port), timeout=SECONDS) as client:
        began = time.monotonic()
        while time.monotonic() < began + 2 * KEEP_ALIVE:
            client.sendall(request(CONDITION))
            assert client.recv(1 << 20).startswith(b"HTTP/1.1 200")
            last = time.monotonic()
            time.sleep(KEEP_ALIVE / 4)
        assert client.recv(1 << 20) == b""  # the server closed it
        assert time.monotonic() - last > KEEP_ALIVE * 0.9


def test_a_date_is_at_most_a_second_old(fast: Running) -> None:
    warm(fast)
    with socket.create_connection(("127.0.0.1", fast.port), timeout=SECONDS) as client:
        for _ in range(12):
            asked = datetime.now(UTC).replace(microsecond=0)
            client.sendall(request(CONDITION))
            said = client.recv(1 << 20)
            told = parsedate_to_datetime(re.findall(rb"date: ([^\r]+)", said)[0].decode())
            assert asked <= told <= datetime.now(UTC)
            time.sleep(0.1)


def test_each_answer_has_a_request_id_of_its_own(fast: Running) -> None:
    warm(fast)
    said = b"".join(repeat(fast, request(CONDITION), 20))
    assert len({*re.findall(rb"\r\nx-request-id: ([^\r]+)", said)}) == 20


def test_a_reader_who_takes_nothing_does_not_fill_the_servers_memory(fast: Running) -> None:
    warm(fast)
    before = fast.fast_path.answers
    with socket.create_connection(("127.0.0.1", fast.port), timeout=0.5) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sent = 0
        try:
            while sent < 5_000:
                client.sendall(request(CONDITION))
                sent += 1
        except TimeoutError:
            pass
        assert sent < 5_000 or fast.fast_path.answers - before < 5_000
    assert talk(fast, [request(CONDITION), LAST]).count(b"HTTP/1.1 200 OK") == 2


def test_an_answers_head_and_body_are_one_write_and_a_head_alone_does_not_wait() -> None:
    written = []

    class Recorded(asyncio.Transport):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            written.append(bytes(data))

        def close(self) -> None:
            written.append(b"closed")

        def is_closing(self) -> bool:
            return b"closed" in written

    async def answers() -> None:
        joined = Joined(Recorded(), asyncio.get_running_loop())
        joined.write(b"head, ")
        joined.write(b"body")
        joined.write(b"a head alone")
        assert written.pop() == b"head, body"
        await asyncio.sleep(0)
        assert written.pop() == b"a head alone"
        joined.write(b"before it, ")
        joined.send(b"the fast path")
        assert written.pop() == b"before it, the fast path"
        joined.write(b"the last")
        joined.close()
        await asyncio.sleep(0)
        assert written == [b"the last", b"closed"]

    asyncio.run(answers())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_has_said_all_it_says_gets_its_answer(fast: Running, method: str) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", fast.port), timeout=SECONDS) as client:
            client.sendall(request("/livez", method=method))
            client.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: client.recv(1 << 20), b""))
        assert said.startswith(b"HTTP/1.1 200 "), said


def test_answers_of_the_fast_path_are_in_the_access_log_without_their_query(
    fast: Running, caplog: pytest.LogCaptureFixture
) -> None:
    warm(fast)
    caplog.set_level(logging.INFO, access_log.name)
    before = fast.fast_path.answers
    talk(fast, [request(f"{CONDITION}?lang=es", "Accept-Encoding: br"), LAST])
    assert fast.fast_path.answers == before + 1
    told = [record.getMessage() for record in caplog.records if record.name == access_log.name]
    assert re.fullmatch(rf"GET {CONDITION} 200 \d+\.\dms [0-9a-f]{{16}}", told[0])


def test_a_server_that_is_asked_to_stop_sends_what_it_has_begun(make_api: Callable[..., Api]) -> None:
    with running(make_api(EVERY_STATE), FastProtocol) as server:
        warm(server)
        client = socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS)
        client.sendall(request(CONDITION))
        wait_until(lambda: server.server.server_state.total_requests > 3 * 2 * len(TARGETS))
    said = bytearray()
    while found := client.recv(1 << 20):
        said += found
    client.close()
    length = int(re.findall(rb"content-length: (\d+)", said)[0])
    assert len(said.partition(b"\r\n\r\n")[2]) == length
