"""What every list keeps: its bounds, its order, its pages, and cursors that mean one place in one list."""

from __future__ import annotations

import base64
import json
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.conftest import EVERY_STATE, Api, publish

LISTS = {  # each list with filters that leave two items or more, and the member that it is sorted by
    "/v1/conditions": ("lang=es&fallback=none", "name"),
    "/v1/conditions/hiccup-hat-syndrome/articles": ("audience=kids", "title"),
    "/v1/warning-signs": ("urgency=immediate&fallback=nearest", None),
    "/v1/articles": ("condition=cloud-nose&audience=general", "title"),
    "/v1/locations": ("kind=urgent-care&city=Puddleton", "name"),
    "/v1/locations.geojson": ("kind=urgent-care&city=Puddleton", "name"),
    "/v1/glossary": ("lang=es&audience=general", "term"),
    "/v1/directory": ("group=hats&lang=en", "name"),
}

every_list = pytest.mark.parametrize("path", LISTS)


@pytest.fixture(scope="module")
def other_database(make_api: Callable[..., Api]) -> Api:
    """The same content, published a second time elsewhere."""
    api = make_api()
    publish(api.app.state.engine, EVERY_STATE)
    return api


def items(page: Any) -> list[Any]:
    """A page's items, whatever its format calls them."""
    found: list[Any] = page["features"] if "features" in page else page["items"]
    return found


def pages(api: Api, path: str) -> list[Any]:
    """Every page of a list, by its `next`."""
    found = [api.json(path)]
    while found[-1]["next"]:
        found.append(api.json(found[-1]["next"]))
        assert len(found) <= found[0]["total"], "the pages go round in a circle"
    return found


def refused(api: Api, path: str) -> list[str]:
    """The parameters that an answer refuses."""
    answer = api.get(path)
    assert answer.status_code == 422, answer.text
    return [error["parameter"] for error in answer.json()["errors"]]


def cursor_of(page: Any) -> str:
    cursor: str = page["next"].partition("cursor=")[2]
    assert cursor.isascii()
    return cursor


@pytest.mark.engines("sqlite")
def test_these_are_all_the_lists_there_are(states: Api) -> None:
    paths = states.json("/openapi.json")["paths"]
    listing = {
        path.replace("{slug}", "hiccup-hat-syndrome")
        for path, operations in paths.items()
        if "cursor" in {parameter["name"] for parameter in operations["get"].get("parameters", [])}
    }
    assert listing - {"/v1/search"} == set(LISTS)  # what is found has an order of its own


@every_list
@pytest.mark.parametrize("filtered", [False, True], ids=["whole", "filtered"])
def test_every_item_comes_exactly_once_at_any_size_of_page(states: Api, path: str, filtered: bool) -> None:
    query = f"{LISTS[path][0]}&" if filtered else ""
    whole = states.json(f"{path}?{query}limit=100")
    assert len(items(whole)) == whole["total"] > 1
    assert whole["next"] is None
    for limit in (1, 7):
        parts = pages(states, f"{path}?{query}limit={limit}")
        assert [item for page in parts for item in items(page)] == items(whole)
        assert {len(items(page)) for page in parts[:-1]} <= {limit}
        assert {page["total"] for page in parts} == {whole["total"]}


@pytest.mark.engines("sqlite")
@every_list
def test_a_page_holds_twenty_items_unless_it_is_told(states: Api, path: str) -> None:
    page = states.json(path)
    assert len(items(page)) == min(20, page["total"])


@pytest.mark.engines("sqlite")
@every_list
def test_a_limit_beyond_the_bounds_is_refused_not_lowered(states: Api, path: str) -> None:
    for limit in ("0", "-1", "101", "100000000000000000000", "ten", "1.5", "", "NaN"):
        assert refused(states, f"{path}?limit={limit}") == ["limit"], limit


@pytest.mark.parametrize(("path", "member"), [(path, member) for path, (_, member) in LISTS.items() if member])
def test_order_is_by_letters_without_accents_or_case_then_by_slug(states: Api, path: str, member: str) -> None:
    def key(item: Any) -> tuple[str, str]:
        shown = item.get("properties", item)
        letters = unicodedata.normalize("NFKD", shown[member])
        return "".join(char for char in letters if not unicodedata.combining(char)).casefold(), shown["slug"]

    found = items(states.json(f"{path}?limit=100"))
    assert found == sorted(found, key=key)


@pytest.mark.engines("sqlite")
@every_list
def test_the_link_header_names_the_page_that_next_names(states: Api, path: str) -> None:
    first = states.get(f"{path}?limit=1")
    following = first.json()["next"]
    assert following.startswith(f"{path}?limit=1&cursor=")
    assert first.headers["Link"] == f'<{path}?limit=1>; rel="first", <{following}>; rel="next"'
    last = states.get(f"{path}?limit=100")
    assert last.json()["next"] is None
    assert last.headers["Link"] == f'<{path}?limit=100>; rel="first"'


@pytest.mark.engines("sqlite")
@every_list
def test_the_next_page_keeps_the_filters(states: Api, path: str) -> None:
    query = LISTS[path][0]
    following = states.json(f"{path}?{query}&limit=1")["next"]
    assert parse_qsl(urlsplit(following).query)[:-1] == sorted(parse_qsl(f"{query}&limit=1"))
    assert urlsplit(following).path == path
    assert "&cursor=" in following
    assert f"<{following}>" in states.get(f"{path}?{query}&limit=1").headers["Link"]


@pytest.mark.engines("sqlite")
@every_list
def test_a_cursor_is_refused_under_other_filters(states: Api, path: str) -> None:
    query = LISTS[path][0]
    whole = cursor_of(states.json(f"{path}?limit=1"))
    part = cursor_of(states.json(f"{path}?{query}&limit=1"))
    assert refused(states, f"{path}?{query}&cursor={whole}") == ["cursor"]
    assert refused(states, f"{path}?cursor={part}") == ["cursor"]


@pytest.mark.engines("sqlite")
@every_list
def test_a_cursor_is_refused_by_every_other_list(states: Api, path: str) -> None:
    cursor = cursor_of(states.json(f"{path}?limit=1"))
    for other in LISTS.keys() - {path}:
        assert refused(states, f"{other}?cursor={cursor}") == ["cursor"]


@pytest.mark.engines("sqlite")
@every_list
def test_a_cursor_is_refused_by_another_database_at_the_same_generation(
    states: Api, other_database: Api, path: str
) -> None:
    assert other_database.json("/version")["publication"]["generation"] == 1
    cursor = cursor_of(states.json(f"{path}?limit=1"))
    assert refused(other_database, f"{path}?cursor={cursor}") == ["cursor"]


@every_list
def test_a_cursor_takes_another_size_of_page_and_filters_in_another_order(states: Api, path: str) -> None:
    filters = LISTS[path][0]
    page = states.json(f"{path}?{filters}&limit=1")
    turned = "&".join(reversed(filters.split("&")))
    rest = states.json(f"{path}?cursor={cursor_of(page)}&limit=100&{turned}")
    assert len(items(rest)) == page["total"] - 1 > 0


def forged(*content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%00",
        "AAAA",
        "a" * 1_501,
        base64.urlsafe_b64encode(b"null").decode().rstrip("="),
        base64.urlsafe_b64encode(b"{}").decode().rstrip("="),
        base64.urlsafe_b64encode(b'[1e999,"","",""]').decode().rstrip("="),
        base64.urlsafe_b64encode(b'[-1e999,"","",""]').decode().rstrip("="),
        base64.urlsafe_b64encode(b'[NaN,"","",""]').decode().rstrip("="),
        base64.urlsafe_b64encode(b"[" * 1_000).decode().rstrip("="),
        forged(),
        forged(1, "", "", ""),
        forged(1, "", "", "", ""),
        forged(10**400, "", "", ""),
        forged(None, "", "", ""),
        forged([], {}, None, "\ud800"),
        forged(1, "", "", "\x00"),
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(states: Api, cursor: str) -> None:
    assert refused(states, f"/v1/articles?cursor={cursor}") == ["cursor"]


def test_a_cursor_that_was_tampered_with_is_refused_or_only_moves_within_its_list(states: Api) -> None:
    cursor = cursor_of(states.json("/v1/articles?limit=1"))
    generation, publication, filters, _after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    assert refused(states, f"/v1/articles?cursor={forged(generation, publication[::-1], filters, 'a')}") == ["cursor"]
    assert refused(states, f"/v1/articles?cursor={forged(generation + 1, publication, filters, 'a')}") == ["cursor"]
    assert refused(states, f"/v1/articles?cursor={forged(generation, publication, filters[::-1], 'a')}") == ["cursor"]
    late = states.json(f"/v1/articles?cursor={forged(generation, publication, filters, 'zzz')}")
    assert [item["slug"] for item in late["items"]] == ["gorros-para-todos"]


def test_a_reader_half_way_sees_every_remaining_item_once_though_content_changes(
    make_api: Callable[..., Api], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))
    api = make_api(folder)
    before = [item["slug"] for item in api.every_item("/v1/articles?limit=100")]
    page = api.json("/v1/articles?limit=5")
    seen = [item["slug"] for item in page["items"]]
    # What the cursor stands at goes, and something comes before it and after it.
    path = folder / "articles.jsonl"
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [record for record in records if record["slug"] != seen[-1]]
    added = [{**records[-1], "slug": slug, "title": slug} for slug in ("aaa-first", "zzz-last")]
    path.write_text("".join(json.dumps(record) + "\n" for record in kept + added), encoding="utf-8")
    publish(api.app.state.engine, folder)
    assert api.json("/version")["publication"]["generation"] == 2
    rest = [item["slug"] for item in api.every_item(page["next"])]
    assert rest == [*before[5:-1], "zzz-last", before[-1]]
