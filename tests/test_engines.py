"""SQLite and PostgreSQL give the same answers, byte for byte, and take and refuse the same content."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from anyio.from_thread import BlockingPortal
from sqlmodel import Session

from app.check import scan
from app.export import read_info, read_records, read_withdrawn
from app.main import create_app
from app.pack import KEY_BYTES, PackError, sort_key, write_pack
from app.publish import plan
from app.settings import Settings
from tests import postgres
from tests.conftest import EVERY_STATE, SEED, SERVER, Api, publish_to
from tests.examples import EXAMPLES, fix_publications
from tests.test_contract import EVERY_ANSWER, SHAPES
from tests.test_lists import LISTS

CONDITIONS = sorted(path.stem for path in (EVERY_STATE / "conditions").glob("*.json"))
READERS = list(
    product([None, "en", "es", "es-MX", "fr"], [None, "parents", "kids", "teens", "general"], ["nearest", "none"])
)
ASPECTS = sorted({*re.findall(r'"aspect": "(\w+)"', "".join(p.read_text() for p in EVERY_STATE.rglob("*.json")))})
STARTS = ["n", "N", "é", "E", "%", "_", "h%", "/", "\\", "'", "ß", "hiccup ", "ZZZ", "😀"]

HAT = "/embed/conditions/hiccup-hat-syndrome"
FURTHER_PAGES = [
    "/?lang=es",
    "/?letter=h",
    "/?after=giggle-elbow",
    "/?condition=hiccup-hat-syndrome&lang=es&audience=kids&view=full",
    f"{HAT}?lang=fr&audience=general",
    f"{HAT}?lang=es&audience=kids&sections=symptoms",
    "/embed/conditions/giggle-elbow?lang=es&fallback=none",
    "/embed/conditions/hiccup-cap-syndrome",
    "/embed/locations?limit=10&lang=es",
    f"/oembed?url=https://content.example{HAT}?lang=es&format=xml",
]

Both = tuple[Api, Api]


@pytest.fixture(scope="module")
def both(portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The same content on SQLite and on PostgreSQL, as publications of the same id and time, at one public address."""
    file = tmp_path_factory.mktemp("both") / "content.sqlite3"
    addresses = (f"sqlite:///{file}", postgres.create_database(os.environ[SERVER]))
    for address in addresses:
        publish_to(address, SEED, EVERY_STATE)
    told = Settings.defaults().model_copy(update={"public_url": "https://content.example"})
    apps = [create_app(told.model_copy(update={"database_url": address})) for address in addresses]
    for app in apps:
        fix_publications(app.state.engine)
    yield Api(apps[0], portal), Api(apps[1], portal)
    for app in apps:
        app.state.engine.dispose()
    postgres.drop_database(addresses[1])


def answers(api: Api, path: str) -> tuple[int, dict[str, str], bytes]:
    answer = api.get(path, headers={"X-Request-ID": "the-same"})
    return answer.status_code, dict(answer.headers), answer.content


def assert_same(both: Both, path: str) -> bytes:
    one, other = (answers(api, path) for api in both)
    assert one == other, path
    return one[2]


def query(**parameters: str | None) -> str:
    return "&".join(f"{name}={quote(value)}" for name, value in parameters.items() if value)


def test_both_engines_give_the_same_answer(both: Both) -> None:
    shown = [path for path, _ in SHAPES]
    for path in dict.fromkeys([*EVERY_ANSWER, *FURTHER_PAGES, *shown, *(example.request for example in EXAMPLES)]):
        assert_same(both, path)


@pytest.mark.parametrize("path", LISTS)
def test_both_engines_give_the_same_pages_with_the_same_cursors(both: Both, path: str) -> None:
    for filters in ("", f"&{LISTS[path][0]}"):
        following = f"{path}?limit=2{filters}"
        for _ in range(100):
            page = json.loads(assert_same(both, following))
            following = page["next"]
            if following is None:
                break
        assert following is None


@pytest.mark.parametrize(("lang", "audience", "fallback"), READERS)
def test_both_engines_choose_the_same_edition(
    both: Both, lang: str | None, audience: str | None, fallback: str
) -> None:
    asked = query(lang=lang, audience=audience, fallback=fallback)
    for slug in CONDITIONS:
        assert_same(both, f"/v1/conditions/{slug}?{asked}")
    assert_same(both, f"/v1/warning-signs?limit=100&{asked}")
    assert_same(both, f"/v1/conditions?limit=100&view=full&{asked}")


def test_both_engines_filter_alike_by_aspect_urgency_and_contact(both: Both) -> None:
    assert len(ASPECTS) > 5
    for aspect, lang in product([*ASPECTS, "NoSuchAspect"], [None, "es-MX"]):
        asked = query(aspect=aspect, lang=lang)
        assert_same(both, f"/v1/conditions?limit=100&view=full&{asked}")
        assert_same(both, f"/v1/conditions/giggle-elbow?{asked}")
    contacts = [None, "emergency", "doctor", "unstated"]
    for urgency, contact in product([None, "immediate", "urgent", "unstated", "non-urgent"], contacts):
        assert_same(both, f"/v1/warning-signs?limit=100&{query(urgency=urgency, contact=contact, lang='es')}")


def test_both_engines_find_the_same_by_category(both: Both) -> None:
    for name in ("laughing MATTERS", "sombrereria", "Sombrerería", "headwear", "Headwear%", "😀"):
        assert_same(both, f"/v1/conditions?{query(category=name)}")


def test_both_engines_understand_the_same_by_how_a_name_begins(both: Both) -> None:
    for start in STARTS:
        assert_same(both, f"/v1/conditions?{query(starts_with=start)}")


def test_both_engines_refuse_a_cursor_that_holds_what_no_text_holds(both: Both) -> None:
    for api in both:
        cursor = api.json("/v1/articles?limit=1")["next"].partition("cursor=")[2]
        generation, publication, filters, _ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        for after in ("a\0b", "\0", "\ud800"):
            forged = base64.urlsafe_b64encode(json.dumps([generation, publication, filters, after]).encode()).decode()
            answer = api.get(f"/v1/articles?cursor={forged.rstrip('=')}")
            assert answer.status_code == 422


def test_both_engines_export_the_same_files(both: Both, tmp_path: Path) -> None:
    exported = []
    for number, api in enumerate(both):
        folder = tmp_path / str(number)
        with Session(api.app.state.engine) as session:
            info = read_info(session, "every-state")
            assert info is not None
            records, withdrawn = read_records(session, info.name), list(read_withdrawn(session, info.name))
            write_pack(folder, info, records, withdrawn)
        exported.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    assert exported[0] == exported[1]
    assert len(exported[0]) > len(CONDITIONS)


def test_both_engines_plan_the_same_changes_in_the_same_order(both: Both, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))
    locations = folder / "locations.jsonl"
    locations.write_text(locations.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    (folder / "glossary.jsonl").unlink()
    made = []
    for api in both:
        with Session(api.app.state.engine) as session:
            made.append(plan(session, scan(folder)))
    assert list(made[0].withdrawn) == list(made[1].withdrawn) != []
    assert made[0] == made[1]


# ---- content at its bounds


def edit_articles(folder: Path, edits: list[dict[str, Any]]) -> list[str]:
    """Change the first articles of a pack, one by each edit; return their slugs."""
    path = folder / "articles.jsonl"
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    changed = [record | edit for record, edit in zip(records, edits, strict=False)]
    assert len(changed) == len(edits)
    lines = [json.dumps(record) + "\n" for record in [*changed, *records[len(edits) :]]]
    path.write_text("".join(lines), encoding="utf-8")
    return [record["slug"] for record in changed]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The pack of every state, to change."""
    return Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))


def test_a_name_may_be_as_long_as_a_pack_allows_in_any_script(make_api: Callable[..., Api], copy: Path) -> None:
    titles = [letter * 300 for letter in ("각", "漢", "Ж", "ﷺ", "😀", "x")]
    slugs = edit_articles(copy, [{"title": title} for title in titles])
    api = make_api(copy)
    assert [api.json(f"/v1/articles/{slug}")["title"] for slug in slugs] == titles
    listed = [item["slug"] for item in api.json("/v1/articles?limit=100")["items"]]
    assert [item["slug"] for item in api.every_item("/v1/articles?limit=1")] == listed
    assert set(slugs) <= set(listed)


def test_an_old_address_may_be_as_long_as_a_pack_allows(make_api: Callable[..., Api], copy: Path) -> None:
    old = ["https://hiccup-hats.example/".ljust(2_000, letter) for letter in ("x", "漢", "😀")]
    old.append(random_address())
    slugs = edit_articles(copy, [{"identifiers": [address]} for address in old])
    api = make_api(copy)
    for spelt in (old, [address.upper() for address in old]):
        assert [api.json("/v1/by-url", params={"url": address})["slug"] for address in spelt] == slugs
    assert {api.get("/v1/by-url", params={"url": address[:-1]}).status_code for address in old} == {404}


def random_address() -> str:
    """An address that cannot be compressed."""
    draw = random.Random(1)  # noqa: S311  # the same each time
    return "https://hiccup-hats.example/" + "".join(chr(draw.randint(0x4E00, 0x9FFF)) for _ in range(1_900))


def test_a_sort_key_fits_an_index_and_keeps_its_slug() -> None:
    for letter in ("각", "ﷺ", "😀"):
        key = sort_key(letter * 300, "slug")
        assert len(key.encode()) <= KEY_BYTES + len("\tslug")
        assert key.endswith("\tslug")


def test_an_address_with_a_control_character_is_a_fault(copy: Path) -> None:
    edit_articles(copy, [{"url": "https://hats.example/\0"}])
    with pytest.raises(PackError):
        scan(copy)


def test_a_source_of_more_lines_than_a_database_counts_is_a_fault(copy: Path) -> None:
    info = json.loads((copy / "pack.json").read_text(encoding="utf-8"))
    info["sources"][0]["lines"] = 2**40
    (copy / "pack.json").write_text(json.dumps(info), encoding="utf-8")
    with pytest.raises(PackError):
        scan(copy)
