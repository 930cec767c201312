"""Metrics: on a port of their own, of all workers, with labels that nobody outside can multiply."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from app.delivery import metrics
from tests.conftest import EVERY_STATE, Api
from tests.test_serving import SECONDS, free_port, serving, wait_until

pytestmark = pytest.mark.engines("sqlite")  # what is counted comes from no engine


@pytest.fixture
def counted(make_api: Callable[..., Api]) -> Callable[[str, str], list[tuple[str, str, int]]]:
    """What one request is counted as."""
    api = make_api(EVERY_STATE)

    def count(method: str, path: str) -> list[tuple[str, str, int]]:
        metrics.counts.requests.clear()
        metrics.counts.durations.clear()
        api.request(method, path)
        assert [route for route, _ in metrics.counts.durations] == [key[1] for key in metrics.counts.requests]
        return list(metrics.counts.requests.elements())

    return count


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/v1/conditions/quiet-toes", ("GET", "/v1/conditions/{slug}", 200)),
        ("HEAD", "/v1/conditions/nothing?q=my-secret", ("HEAD", "/v1/conditions/{slug}", 422)),
        ("GET", "/v1/conditions/nothing", ("GET", "/v1/conditions/{slug}", 404)),
        ("GET", "/livez", ("GET", "/livez", 200)),
        ("GET", "/docs", ("GET", "/docs", 200)),
        ("GET", "/static/docs.js", ("GET", "/static", 200)),
        ("GET", "/my-secret", ("GET", "unmatched", 404)),
        ("PUT", "/v1/glossary", ("PUT", "/v1/glossary", 405)),
        ("MYSECRET", "/v1/my-secret", ("other", "unmatched", 404)),
    ],
)
def test_an_answer_is_counted_under_its_routes_template(
    counted: Callable[[str, str], list[tuple[str, str, int]]], method: str, path: str, told: tuple[str, str, int]
) -> None:
    assert counted(method, path) == [told]


def test_metrics_of_all_workers_are_on_a_port_of_their_own_and_leave_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    port = free_port()

    def scraped() -> str:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=SECONDS).raise_for_status().text

    def value(sample: str) -> float:
        found = re.search(rf"^{re.escape(sample)} (\S+)$", scraped(), re.MULTILINE)
        return float(found[1]) if found else 0

    def living() -> set[int]:
        return {int(pid) for pid in re.findall(r'^response_cache_bytes{pid="(\d+)"}', scraped(), re.MULTILINE)}

    with serving(tmp_path, WORKERS="2", METRICS_PORT=str(port), TMPDIR=str(folder)) as service:
        first, second = service.started
        wait_until(lambda: living() == {first, second})
        for stopped in (first, second):
            os.kill(stopped, signal.SIGSTOP)
            assert service.status("/v1/conditions/neutropenia?lang=en") == 200
            os.kill(stopped, signal.SIGCONT)
        assert service.status("/metrics") == 404
        labels = 'method="GET",route="/v1/conditions/{slug}",status="200"'
        wait_until(lambda: value(f"http_requests_total{{{labels}}}") == 2)
        wait_until(lambda: value('http_requests_total{method="GET",route="unmatched",status="404"}') == 1)
        timed = 'route="/v1/conditions/{slug}"'
        assert value(f"http_request_duration_seconds_count{{{timed}}}") == 2
        assert value(f'http_request_duration_seconds_bucket{{le="+Inf",{timed}}}') == 2
        assert value(f"http_request_duration_seconds_sum{{{timed}}}") > 0
        assert value("publication_generation") == 1
        assert 0 < value("publish_duration_seconds") < 60
        assert value("response_cache_hits_total") == 0
        assert value("response_cache_misses_total") == 3  # the page in each worker, and the 404
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: living() == {second, service.started[-1]} and len(service.started) == 3)
        assert value(f"http_requests_total{{{labels}}}") == 2  # what the dead one counted stays counted
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(SECONDS) == 0
        assert "Traceback" not in service.log
    assert list(folder.iterdir()) == []
