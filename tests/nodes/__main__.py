"""`python -m tests.nodes`: the steps in their order, each on what the one before it left."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests import postgres
from tests.conftest import SEED
from tests.nodes.cluster import Cluster, find_nginx, running, wait_until
from tests.programs import Process

CONDITION = "/v1/conditions/neutropenia"
PATHS = (
    "/v1",
    "/v1/conditions",
    CONDITION,
    f"{CONDITION}/warning-signs",
    "/v1/warning-signs",
    "/v1/articles",
    "/v1/locations",
    "/v1/glossary",
    "/v1/directory",
)
ARTICLE = "/v1/articles/cancer-center-for-parents"
WITHDRAWN = "/v1/articles/cancer-center-for-teens"
PER_REQUEST = {"date", "x-request-id"}
OK, NOT_MODIFIED, GONE, UNUSABLE = 200, 304, 410, 4


class Pack:
    """The seed pack, to change."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(shutil.copytree(SEED, folder / "pack"))
        self.file = self.folder / "articles.jsonl"
        self.articles = {}
        for line in self.file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            self.articles[record["slug"]] = record

    def retitle(self, path: str, title: str) -> Path:
        self.articles[_slug(path)]["title"] = title
        return self._written()

    def remove(self, path: str) -> Path:
        del self.articles[_slug(path)]
        return self._written()

    def _written(self) -> Path:
        lines = [json.dumps(record) + "\n" for record in self.articles.values()]
        self.file.write_text("".join(lines), encoding="utf-8")
        return self.folder


def _slug(path: str) -> str:
    return path.rpartition("/")[2]


def title(process: Process, query: str = "") -> str:
    """The article's title as a node tells it; another query is another page of its cache."""
    answer = process.ask(f"{ARTICLE}{query}")
    assert answer.status_code == OK, answer.text
    told: str = answer.json()["title"]
    return told


def seen_everywhere(cluster: Cluster, expected: str) -> float:
    return wait_until(lambda: all(title(node) == expected for node in cluster.nodes))


def published(cluster: Cluster, pack: Path, replica: str) -> None:
    """Publish, and compare what the command says of the replica."""
    ended = cluster.publish(pack)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == replica, ended.stdout


def generation(address: str) -> int:
    ((newest,),) = postgres.execute(address, "SELECT max(generation) FROM publication")
    return int(newest)


# ---- the steps


def both_nodes_give_the_same_answers_with_the_same_validators(cluster: Cluster, _pack: Pack) -> None:
    for path in PATHS:
        for coding in ("identity", "gzip", "br"):
            told = [compared(node.ask(path, accept_encoding=coding)) for node in cluster.nodes]
            assert told[0] == told[1], path
            assert told[0][0] == OK, path
            assert told[0][1]["etag"], path


def compared(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in answer.headers.items() if name not in PER_REQUEST}
    return answer.status_code, headers, answer.content


def a_publish_is_seen_on_both_nodes(cluster: Cluster, pack: Pack) -> None:
    published(cluster, pack.retitle(ARTICLE, "One"), "The replica has it.")
    seen_everywhere(cluster, "One")
    assert generation(cluster.replica.address) == generation(cluster.primary.address)


def a_cold_read_goes_to_the_primary_where_the_replica_is_behind(cluster: Cluster, pack: Pack) -> None:
    postgres.execute(cluster.replica.address, "SELECT pg_wal_replay_pause()")
    paused = "SELECT pg_get_wal_replay_pause_state()"
    wait_until(lambda: postgres.execute(cluster.replica.address, paused) == [("paused",)])
    published(cluster, pack.retitle(ARTICLE, "Two"), "The replica does not have it yet.")
    seen_everywhere(cluster, "Two")
    assert generation(cluster.replica.address) < generation(cluster.primary.address)
    postgres.execute(cluster.replica.address, "SELECT pg_wal_replay_resume()")
    wait_until(lambda: generation(cluster.replica.address) == generation(cluster.primary.address))


def nginx_keeps_an_answer_for_each_coding(cluster: Cluster, _pack: Pack) -> None:
    spellings = {"br": "gzip, deflate, br, zstd", "gzip": "deflate,gzip;q=0.5", "": "br;q=0"}
    for coding, accepted in spellings.items():
        missed = cluster.nginx.ask(CONDITION, accept_encoding=accepted)
        hit = cluster.nginx.ask(CONDITION, accept_encoding=coding or "identity")
        assert [answer.headers["x-cache"] for answer in (missed, hit)] == ["MISS", "HIT"], accepted
        assert missed.headers.get("content-encoding", "") == hit.headers.get("content-encoding", "") == coding
        assert missed.content == hit.content == cluster.nodes[0].ask(CONDITION).content
        assert missed.headers["vary"] == "Accept-Encoding"
        assert missed.headers["x-request-id"] != hit.headers["x-request-id"]
    own = cluster.nginx.ask(CONDITION, x_request_id="a-readers-own")
    assert own.headers.get_list("x-request-id") == ["a-readers-own"]


def nginx_answers_head_and_conditional_requests_itself(cluster: Cluster, _pack: Pack) -> None:
    whole = cluster.nginx.ask(CONDITION)
    head = cluster.nginx.ask(CONDITION, "HEAD")
    assert (head.status_code, head.content, head.headers["etag"]) == (OK, b"", whole.headers["etag"])
    unchanged = cluster.nginx.ask(CONDITION, if_none_match=whole.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (NOT_MODIFIED, b"")
    assert unchanged.headers["etag"] == whole.headers["etag"]
    assert {answer.headers["x-cache"] for answer in (whole, head, unchanged)} == {"HIT"}


def withdrawn_content_is_gone_behind_nginx_within_two_minutes(cluster: Cluster, pack: Pack) -> None:
    assert cluster.nginx.ask(WITHDRAWN).status_code == OK
    published(cluster, pack.remove(WITHDRAWN), "The replica has it.")
    wait_until(lambda: all(node.ask(WITHDRAWN).status_code == GONE for node in cluster.nodes))
    assert kept(cluster) == (OK, "HIT")
    cluster.age(120)
    assert kept(cluster) == (GONE, "EXPIRED")
    assert kept(cluster) == (GONE, "HIT")


def kept(cluster: Cluster) -> tuple[int, str]:
    answer = cluster.nginx.ask(WITHDRAWN)
    return answer.status_code, answer.headers["x-cache"]


def without_its_primary_everything_is_read_and_nothing_is_published(cluster: Cluster, pack: Pack) -> None:
    before = {path: cluster.nodes[0].ask(path).content for path in PATHS}
    cluster.primary.kill()
    for node in cluster.nodes:
        assert {path: node.ask(path).content for path in PATHS} == before
        for page in range(3):  # the cache has none of these
            assert node.ask(f"{CONDITION}?lang=xx-{page}AA").status_code == OK
            assert node.ask(f"/v1/articles?limit={7 + page}").status_code == OK
    assert cluster.nginx.ask("/v1/articles?limit=11").headers["x-cache"] == "MISS"
    refused = cluster.publish(pack.retitle(ARTICLE, "Three"))
    assert (refused.returncode, refused.stdout) == (UNUSABLE, "")
    (line,) = refused.stderr.splitlines()
    assert line.startswith("The database cannot be used: "), line
    assert [title(node) for node in cluster.nodes] == ["Two", "Two"]


def the_primary_comes_back_and_a_publish_works(cluster: Cluster, pack: Pack) -> None:
    published(cluster, pack.retitle(ARTICLE, "Three"), "The replica has it.")
    seen_everywhere(cluster, "Three")


def without_the_replica_everything_is_read_from_the_primary(cluster: Cluster, pack: Pack) -> None:
    cluster.replica.kill()
    for node in cluster.nodes:
        assert node.ask("/v1/articles?limit=21").status_code == OK
        assert node.ask(f"{CONDITION}?lang=yy").status_code == OK
    published(cluster, pack.retitle(ARTICLE, "Four"), "The replica does not have it yet.")
    seen_everywhere(cluster, "Four")


def without_a_node_nginx_asks_the_other_and_without_both_it_gives_what_it_has(cluster: Cluster, _pack: Pack) -> None:
    cluster.nodes[0].process.kill()
    for limit in range(31, 37):
        assert cluster.nginx.ask(f"/v1/articles?limit={limit}").status_code == OK
    cluster.nodes[1].process.kill()
    cluster.age(3_600)
    answer = cluster.nginx.ask("/v1/articles?limit=31")
    assert (answer.status_code, answer.headers["x-cache"]) == (OK, "STALE")


STEPS: tuple[Callable[[Cluster, Pack], None], ...] = (
    both_nodes_give_the_same_answers_with_the_same_validators,
    a_publish_is_seen_on_both_nodes,
    a_cold_read_goes_to_the_primary_where_the_replica_is_behind,
    nginx_keeps_an_answer_for_each_coding,
    nginx_answers_head_and_conditional_requests_itself,
    withdrawn_content_is_gone_behind_nginx_within_two_minutes,
    without_its_primary_everything_is_read_and_nothing_is_published,
)
BACK: tuple[Callable[[Cluster, Pack], None], ...] = (
    the_primary_comes_back_and_a_publish_works,
    without_the_replica_everything_is_read_from_the_primary,
    without_a_node_nginx_asks_the_other_and_without_both_it_gives_what_it_has,
)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    try:
        find_nginx()
    except FileNotFoundError as error:
        sys.exit(str(error))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="test-nodes-") as folder, running(Path(folder)) as cluster:
        pack = Pack(Path(folder))
        say("a primary, a replica, two nodes and nginx are running", began)
        take(STEPS, cluster, pack)
        revived = cluster.primary.revive()
        try:
            take(BACK, cluster, pack)
        finally:
            revived.stop()
    say("all of it", began)


def take(steps: tuple[Callable[[Cluster, Pack], None], ...], cluster: Cluster, pack: Pack) -> None:
    for step in steps:
        began = time.monotonic()
        step(cluster, pack)
        say(step.__name__.replace("_", " "), began)


def say(what: str, began: float) -> None:
    sys.stdout.write(f"{time.monotonic() - began:6.1f} s  {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
