"""What is presented at publish: stored bytes are what presenting the rows gives, always whole, never out of date."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, select, update
from sqlmodel import Session, col
from starlette.types import ASGIApp, Receive, Scope, Send

from app import db, models, present, presented
from app.check import scan
from app.delivery.headers import Delivery
from app.editions import Wanted, is_fallback
from app.models import Op
from app.pack import Audience, Kind
from app.publish import present_anew
from app.rows import loaded, whole_condition
from tests.conftest import EVERY_STATE, ROOT, SEED, Api, publish
from tests.test_migrations import downgrade

ORIGINS = ("", "https://content.example/health")
WANTED = (
    Wanted(),
    Wanted(lang="es"),
    Wanted(lang="en-GB", audience=Audience.kids),
    Wanted(audience=Audience.teens),
    Wanted(lang="zh-Hant-TW", audience=Audience.parents, fallback="none"),
)
MARKS = ("\x01", "\x02", "\x03")

UNCACHED: dict[str, Any] = {"cache_bytes": 0}

Bodies = dict[tuple[str, int], bytes]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The pack of every state, to change."""
    return Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))


def bodies(engine: Engine) -> Bodies:
    """Everything that is stored, by shape and row."""
    with engine.connect() as connection:
        columns = (col(models.Presented.shape), col(models.Presented.row_id), col(models.Presented.body))
        return {(shape, row_id): bytes(body) for shape, row_id, body in connection.execute(select(*columns))}


def of_conditions(session: Session, wanted: Wanted, address: present.Address) -> Iterator[tuple[tuple[str, Any], Any]]:
    """Every shape of every edition, made of its rows."""
    former: dict[str, list[str]] = {}
    names = select(models.FormerSlug).where(col(models.FormerSlug.kind) == Kind.condition)
    for name in session.scalars(names.order_by(col(models.FormerSlug.position))):
        former.setdefault(name.current_slug, []).append(name.slug)
    source = loaded(models.Condition.editions, models.Edition.source)
    loads = (*whole_condition(), source, loaded(models.Condition.in_pack))
    for row in session.scalars(select(models.Condition).options(*loads)):
        for edition in row.editions:
            names_of_row = former.get(row.slug, [])
            yield ("condition", edition.id), present.condition(row, edition, names_of_row, wanted, None, address)
            yield ("condition-summary", edition.id), present.condition_summary(row, edition, wanted, address)
            yield ("condition-signs", edition.id), present.condition_signs(row, edition, wanted, address)
            signs = present.sign_set(row, edition, address)
            ids = {words.key: words.id for words in edition.sign_set_wording.signs}
            for sign in signs.signs:
                item = present.warning_sign_item(row, edition, signs, sign, wanted, address)
                yield ("warning-sign", ids[sign.key]), item


def of_flat_kinds(session: Session, address: present.Address) -> Iterator[tuple[tuple[str, Any], Any]]:
    """Every shape of every record of a flat kind, made of its rows."""
    article, location = models.Article, models.Location
    links = loaded(article.links, models.ArticleCondition.condition)
    for row in session.scalars(select(article).options(loaded(article.in_pack), links)):
        yield ("article", row.id), present.article(row, address)
    for place in session.scalars(select(location).options(loaded(location.in_pack))):
        yield ("location", place.id), present.location(place, address)
        yield ("location-feature", place.id), present.feature(place, address)
    for term in session.scalars(select(models.GlossaryTerm).options(loaded(models.GlossaryTerm.in_pack))):
        yield ("glossary", term.id), present.glossary_term(term, address)
    for entry in session.scalars(select(models.DirectoryEntry).options(loaded(models.DirectoryEntry.in_pack))):
        yield ("directory", entry.id), present.directory_entry(entry, address)


def assert_stored_as_presented(engine: Engine, origin: str = "", wanted: Wanted = WANTED[0]) -> None:
    """What is stored is what the rows give, byte for byte: all of it, and nothing else."""

    def address(path: str) -> str:
        return f"{origin}{path}"

    stored = bodies(engine)
    with Session(engine) as session:
        made = {key: shape.model_dump_json().encode() for key, shape in of_flat_kinds(session, address)}
        assert {key: presented.fill(stored[key], origin) for key in made} == made
        whole = dict(of_conditions(session, wanted, address))
    assert set(stored) == set(made) | set(whole)
    for key, shape in whole.items():
        served = shape.edition.served
        fallback = is_fallback(served.lang, served.audience, wanted)
        assert presented.fill(stored[key], origin, wanted, fallback) == shape.model_dump_json().encode(), key


# ---- bytes


@pytest.mark.parametrize("origin", ORIGINS, ids=["relative", "absolute"])
@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_a_stored_body_is_byte_for_byte_what_presenting_its_rows_gives(api: Api, origin: str, wanted: Wanted) -> None:
    assert_stored_as_presented(api.app.state.engine, origin, wanted)


def test_every_shape_is_stored(api: Api) -> None:
    flat = {shape for shapes in presented.FLAT_SHAPES.values() for shape in shapes}
    assert {shape for shape, _ in bodies(api.app.state.engine)} == {*flat, *presented.EDITION_SHAPES, "warning-sign"}


def test_a_body_that_is_narrowed_to_an_aspect_is_what_presenting_it_so_gives(api: Api) -> None:
    stored = bodies(api.app.state.engine)
    source = loaded(models.Condition.editions, models.Edition.source)
    loads = (*whole_condition(), source, loaded(models.Condition.in_pack))
    narrowed = 0
    with Session(api.app.state.engine) as session:
        for row in session.scalars(select(models.Condition).options(*loads)):
            for edition in row.editions:
                body = json.loads(presented.fill(stored["condition", edition.id or 0], "", Wanted()))
                for aspect in {section.aspect for section in edition.sections} - {None}:
                    made = present.condition(row, edition, body["former_slugs"], Wanted(), aspect, str)
                    whole = presented.fill(stored["condition", edition.id or 0], "", Wanted())
                    assert presented.narrowed(whole, aspect) == made.model_dump_json().encode()
                    narrowed += 1
    assert narrowed > 10


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to every text in a JSON value."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from texts(part, (*path, name))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from texts(part, (*path, at))


@pytest.mark.parametrize("mark", MARKS, ids=ascii)
def test_no_text_of_a_pack_can_hold_a_mark(mark: str) -> None:
    seen = set()
    for record in scan(EVERY_STATE).read():
        told = record.model_dump(mode="json")
        for *parents, last in texts(told):
            place = (type(record), *(part for part in (*parents, last) if isinstance(part, str)))
            if place in seen:
                continue
            seen.add(place)
            holder: Any = told
            for part in parents:
                holder = holder[part]
            text = holder[last]
            for marked in (f'"{mark}{text}', f'{text}"{mark}', f'{text[:3]}"{mark}{text[3:]}'):
                holder[last] = marked
                with pytest.raises(ValidationError):
                    type(record).model_validate_json(json.dumps(told))
            holder[last] = text
    assert len(seen) > 50


def test_a_text_that_spells_a_mark_out_is_no_mark(make_api: Callable[..., Api], copy: Path) -> None:
    text = r'He wrote "\u0001/v1", \"\\u0002" and "\u0003" down.'
    path = copy / "glossary.jsonl"
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    record = {**json.loads(first), "meaning": text}
    path.write_text("\n".join([json.dumps(record), *rest]) + "\n", encoding="utf-8")
    api = make_api(copy, public_url="https://content.example")
    assert api.json(f"/v1/glossary/{record['slug']}")["meaning"] == text


# ---- publishing


def test_what_a_publish_touches_is_presented_anew_and_nothing_stays_of_what_is_gone(
    make_api: Callable[..., Api], copy: Path
) -> None:
    engine = make_api(copy).app.state.engine
    before = bodies(engine)
    record = json.loads((copy / "conditions" / "giggle-elbow.json").read_text(encoding="utf-8"))
    record["editions"][0]["summary"] = "It says something else now."
    (copy / "conditions" / "giggle-elbow.json").write_text(json.dumps(record), encoding="utf-8")
    path = copy / "locations.jsonl"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    publish(engine, copy)
    assert_stored_as_presented(engine)
    after = bodies(engine)
    assert sum(b"It says something else now." in body for body in after.values()) == 2
    assert len(before) - len(after) == 2  # the location, and the feature it was
    assert len(set(before.values()) & set(after.values())) > len(after) / 2


def test_a_new_publisher_is_in_every_body_of_the_pack_and_in_no_other(make_api: Callable[..., Api], copy: Path) -> None:
    engine = make_api(SEED, copy).app.state.engine
    info = json.loads((copy / "pack.json").read_text(encoding="utf-8"))
    info["publisher"]["name"] = "The New Hat Office"
    (copy / "pack.json").write_text(json.dumps(info), encoding="utf-8")
    publish(engine, copy)
    assert_stored_as_presented(engine)
    named = [shape for (shape, _), body in bodies(engine).items() if b"The New Hat Office" in body]
    with Session(engine) as session:
        assert named.count("article") == len(
            session.scalars(select(models.Article).where(col(models.Article.pack) == info["name"])).all()
        )


def test_a_publication_knows_the_languages_that_content_has(make_api: Callable[..., Api], copy: Path) -> None:
    engine = make_api(SEED, copy).app.state.engine
    shutil.rmtree(copy / "conditions")
    for path in copy.glob("*.jsonl"):
        path.unlink()
    publish(engine, copy)
    publication = models.Publication
    with Session(engine) as session:
        rows = session.scalars(select(publication).order_by(col(publication.generation)))
        assert [row.languages for row in rows] == [["en"], ["en", "es"], ["en"]]
    assert_stored_as_presented(engine)


# ---- when other code made it


def tamper(engine: Engine, *kinds: Kind) -> None:
    """Let what is stored of kinds be what other code has made, as it tells of every pack."""
    shapes = [next(iter(presented.FLAT_SHAPES.get(kind, presented.EDITION_SHAPES))) for kind in kinds]
    with engine.execution_options(writes=True).begin() as connection:
        made = update(models.Presented).where(col(models.Presented.shape).in_(shapes))
        connection.execute(made.values(body=b"{}"))
        connection.execute(update(models.Pack).values(made_by="0" * 16))


def stands_at(engine: Engine) -> int:
    with Session(engine) as session:
        latest = db.latest_publication(session)
        assert latest is not None
        return latest.generation


def test_what_other_code_presented_is_presented_anew_as_a_publication_of_each_pack(
    make_api: Callable[..., Api],
) -> None:
    api = make_api(SEED, EVERY_STATE)
    engine = api.app.state.engine
    before = bodies(engine)
    tamper(engine, Kind.condition, Kind.article)
    assert [publication.generation for publication in present_anew(engine)] == [3, 4]
    assert bodies(engine) == before
    assert_stored_as_presented(engine)
    with Session(engine) as session:
        changes = session.scalars(select(models.Change)).all()
        languages = [row.languages for row in session.scalars(select(models.Publication))]
    told = {(row.op, row.generation) for row in changes if row.op != Op.withdrawn}
    withdrawn = {row.generation for row in changes if row.op == Op.withdrawn}
    assert told == {(Op.changed, 3), (Op.changed, 4)}
    assert withdrawn == {2}
    assert languages[1:] == [["en", "es"]] * 3
    assert present_anew(engine) == []
    assert stands_at(engine) == 4


@pytest.mark.parametrize("made_by", ["0" * 16, None], ids=["other code's", "not told"])
def test_only_a_pack_that_is_out_of_date_is_presented_anew(make_api: Callable[..., Api], made_by: str | None) -> None:
    engine = make_api(SEED, EVERY_STATE).app.state.engine
    with engine.execution_options(writes=True).begin() as connection:
        one = update(models.Pack).where(col(models.Pack.name) == "every-state")
        assert connection.execute(one.values(made_by=made_by)).rowcount == 1
    assert [publication.pack for publication in present_anew(engine)] == ["every-state"]
    assert present_anew(engine) == []
    assert_stored_as_presented(engine)


def test_a_pack_that_two_versions_have_published_to_is_presented_anew(make_api: Callable[..., Api], copy: Path) -> None:
    engine = make_api(copy).app.state.engine
    tamper(engine, Kind.article)
    file = copy / "conditions" / "giggle-elbow.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    record["editions"][0]["summary"] = "It says something else now."
    file.write_text(json.dumps(record), encoding="utf-8")
    publish(engine, copy)  # one record: the others stay what other code has made
    assert [publication.pack for publication in present_anew(engine)] == ["every-state"]
    assert_stored_as_presented(engine)


@pytest.mark.parametrize("name", ["pack.py", "models.py", "present.py"])
def test_what_made_a_body_is_another_where_the_code_is(tmp_path: Path, name: str) -> None:
    shutil.copytree(ROOT / "app", tmp_path / "app")
    with (tmp_path / "app" / name).open("a") as code:
        code.write("# Another version.\n")
    ask = [sys.executable, "-c", "from app.presented import made_by; print(made_by())"]
    told = subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()
    assert len(told) == 16
    assert told != presented.made_by()


def test_a_database_of_the_first_revision_serves_once_it_is_migrated(make_api: Callable[..., Api]) -> None:
    api = make_api(SEED, EVERY_STATE, **UNCACHED)
    engine = api.app.state.engine
    paths = [f"/v1/{name}?limit=100" for name in ("articles", "conditions", "glossary", "warning-signs", "directory")]
    paths += ["/v1/conditions/neutropenia?lang=es", "/v1/locations.geojson?limit=100", "/v1/articles/leukemia"]
    before = [api.get(path).content for path in paths]
    downgrade(engine, "20261123_content")
    db.migrate(engine)
    assert [publication.pack for publication in present_anew(engine)] == ["every-state", "seed"]
    ungrouped = [re.sub(rb'"categories":\[.*?\],"review"', b'"categories":[],"review"', body) for body in before]
    assert [api.get(path).content for path in paths] == ungrouped != before
    publish(engine, EVERY_STATE)  # the first revision had no table for categories
    assert [api.get(path).content for path in paths] == before
    assert_stored_as_presented(engine)


def test_of_two_processes_that_migrate_at_once_one_presents_anew(make_api: Callable[..., Api], tmp_path: Path) -> None:
    engine = make_api(EVERY_STATE).app.state.engine
    tamper(engine, Kind.condition)
    address = engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": address}
    arguments = [sys.executable, "-m", "app", "migrate"]
    started = [
        subprocess.Popen(
            arguments, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = sorted(process.communicate(timeout=60) for process in started)
    up_to_date = "The tables are up to date.\n"
    assert told == [(up_to_date, ""), (f"{up_to_date}Presented every-state anew as generation 2.\n", "")]
    assert stands_at(engine) == 2
    assert_stored_as_presented(engine)


# ---- reading


class Spy:
    """Keeps what a request's state holds when it has been answered."""

    def __init__(self, app: ASGIApp, seen: list[dict[str, Any]]) -> None:
        self.app = app
        self.seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
        self.seen.append(dict(scope.get("state", {})))


RESTS_ON = {
    "/v1/conditions/giggle-elbow": ("condition", "giggle-elbow"),
    "/v1/conditions/giggle-elbow/warning-signs": ("condition", "giggle-elbow"),
    "/v1/articles/hats-for-teens": ("article", "hats-for-teens"),
    "/v1/locations/hat-hall": ("location", "hat-hall"),
    "/v1/glossary/hiccup": ("glossary", "hiccup"),
    "/v1/conditions": None,
    "/v1/conditions/hiccup-hat-syndrome/articles": None,
    "/v1/warning-signs?condition=giggle-elbow": None,
    "/v1/locations.geojson": None,
    "/v1": None,
}


def test_a_read_tells_which_publication_and_which_record_it_rests_on(make_api: Callable[..., Api]) -> None:
    api = make_api(EVERY_STATE)
    seen: list[dict[str, Any]] = []
    delivery = api.app.middleware_stack
    assert isinstance(delivery, Delivery)
    delivery.app = Spy(delivery.app, seen=seen)
    answer = api.json("/version")["publication"]
    for path, record in RESTS_ON.items():
        api.json(path)
        assert seen[-1]["publication"] == (answer["generation"], answer["id"]), path
        assert seen[-1].get("record") == record, path


def test_a_replica_that_is_behind_what_is_known_is_not_read(make_api: Callable[..., Api]) -> None:
    behind, ahead = make_api(SEED, **UNCACHED), make_api(SEED, EVERY_STATE, **UNCACHED)
    ahead.app.state.read_engine = behind.app.state.engine
    one, many = "/v1/conditions/giggle-elbow", "/v1/conditions?slugs=giggle-elbow"
    ahead.app.state.known_publication = lambda: None
    assert [ahead.get(one).status_code, ahead.json(many)["total"]] == [404, 0]
    ahead.app.state.known_publication = lambda: (2, "whatever")
    assert [ahead.get(one).status_code, ahead.json(many)["total"]] == [200, 1]
    at = behind.json("/v1")["publication"]
    ahead.app.state.known_publication = lambda: (at["generation"], at["id"])
    assert [ahead.get("/v1/articles/leukemia").status_code, ahead.json(many)["total"]] == [200, 0]


@pytest.mark.parametrize(
    ("path", "spellings"),
    [
        ("/v1/conditions", ("audience=parents&lang=es&limit=1", "limit=1&lang=ES&audience=parents")),
        ("/v1/warning-signs", ("lang=en-US&limit=2&urgency=immediate", "urgency=immediate&limit=2&lang=EN-us")),
        ("/v1/glossary", ("lang=en&limit=1", "limit=1&lang=EN")),
    ],
)
def test_two_spellings_of_a_request_get_the_same_bytes(
    make_api: Callable[..., Api], path: str, spellings: tuple[str, str]
) -> None:
    api = make_api(SEED, EVERY_STATE, **UNCACHED)
    first, second = (api.get(f"{path}?{query}") for query in spellings)
    assert first.json()["next"]
    assert first.content == second.content
    assert first.headers["Link"] == second.headers["Link"]
    further = first.json()["next"].partition("cursor=")[2]
    assert [api.get(f"{path}?{query}&cursor={further}").status_code for query in spellings] == [200, 200]
