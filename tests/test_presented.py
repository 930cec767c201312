"""What is presented at publish: the same bytes as the rows give, made anew when the code that made them changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlmodel import Session, col

from app import db, models, present
from app.editions import Wanted, is_fallback
from app.pack import Kind
from app.presented import FLAT_SHAPES, outdated
from app.publish import present_anew
from app.rows import TABLES, loaded, whole_condition
from tests.conftest import EVERY_STATE, SEED, Api, publish

WANTED = [
    Wanted(),
    Wanted(lang="es"),
    Wanted(lang="fr"),
    Wanted(audience="kids"),
    Wanted(lang="es-MX", audience="teens"),
    Wanted(lang="en", fallback="none"),
]


@pytest.fixture
def engine(new_database: Callable[..., str]) -> Iterator[Engine]:
    made = db.make_engine(new_database())
    publish(made, EVERY_STATE)
    yield made
    made.dispose()


def bodies(engine: Engine) -> dict[tuple[str, int], bytes]:
    with engine.connect() as connection:
        return {(row.shape, row.row_id): row.body for row in connection.execute(select(models.Presented))}


def generation(engine: Engine) -> int:
    with Session(engine) as session:
        newest = db.latest_publication(session)
        return newest.generation if newest else 0


def rows(api: Api, kind: Kind) -> list[Any]:
    """Every live record of a kind, with all that `present` looks at."""
    table: Any = TABLES[kind]
    loads = [loaded(table.in_pack)]
    if kind == Kind.condition:
        loads += [*whole_condition(), loaded(models.Condition.editions, models.Edition.source)]
    if kind == Kind.article:
        loads.append(loaded(models.Article.links, models.ArticleCondition.condition))
    with Session(api.app.state.engine) as session:
        return list(session.scalars(select(table).options(*loads)))


@pytest.fixture(scope="session", params=[None, "https://content.example.org"], ids=["relative", "absolute"])
def service(request: pytest.FixtureRequest, make_api: Callable[..., Api]) -> Api:
    return make_api(SEED, EVERY_STATE, public_url=request.param)


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: wanted.model_dump_json(exclude_defaults=True))
def test_a_condition_is_served_as_its_rows_give_it(service: Api, wanted: Wanted) -> None:
    address = service.app.state.settings.address
    query = wanted.model_dump(mode="json", exclude_none=True)
    compared = 0
    for row in rows(service, Kind.condition):
        answer = service.get(f"/v1/conditions/{row.slug}", params=query)
        if answer.status_code == 404:
            continue
        served = answer.json()
        name = served["edition"]["served"]
        edition = next(e for e in row.editions if (e.lang, e.audience) == (name["lang"], name["audience"]))
        assert served["edition"]["fallback"] is is_fallback(edition.lang, edition.audience, wanted)
        whole = present.condition(row, edition, served["former_slugs"], wanted, None, address)
        assert answer.content == as_json(whole)
        signs = present.condition_signs(row, edition, wanted, address)
        assert service.get(f"/v1/conditions/{row.slug}/warning-signs", params=query).content == as_json(signs)
        summary = present.condition_summary(row, edition, wanted, address)
        listed = service.json("/v1/conditions", params={**query, "slugs": row.slug})["items"]
        assert listed == [summary.model_dump(mode="json")]
        compared += 1
    assert compared > 5


def as_json(shape: Any) -> bytes:
    return json.dumps(shape.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("kind", FLAT_SHAPES)
def test_a_record_without_editions_is_served_as_its_row_gives_it(service: Api, kind: Kind) -> None:
    address = service.app.state.settings.address
    make = next(iter(FLAT_SHAPES[kind].values()))
    expected = {row.slug: make(row, address).model_dump(mode="json") for row in rows(service, kind)}
    paths = {Kind.article: "articles", Kind.location: "locations"}
    items = service.every_item(f"/v1/{paths.get(kind, kind.value)}")
    assert {item["slug"]: item for item in items} == expected
    if kind != Kind.directory:
        for slug, record in expected.items():
            assert service.json(f"/v1/{paths.get(kind, kind.value)}/{slug}") == record


def test_an_aspect_narrows_the_sections_and_nothing_else(service: Api) -> None:
    whole = service.json("/v1/conditions/neutropenia")
    narrow = service.json("/v1/conditions/neutropenia?aspect=SymptomsHealthAspect")
    assert {section["aspect"] for section in narrow["sections"]} == {"SymptomsHealthAspect"}
    assert {**narrow, "sections": None} == {**whole, "sections": None}


@pytest.mark.parametrize("fault", ["other code", "missing"])
def test_what_other_code_made_is_presented_anew_once(engine: Engine, fault: str) -> None:
    before = bodies(engine)
    table = models.Presented
    with engine.execution_options(writes=True).begin() as connection:
        if fault == "other code":
            connection.execute(update(table).where(col(table.shape) == "article").values(made_by="other", body=b"{}"))
        else:
            connection.execute(delete(table).where(col(table.shape) == "glossary"))
    (made,) = present_anew(engine)
    assert made.generation == generation(engine) == 2
    assert bodies(engine) == before
    with Session(engine) as session:
        live = select(func.count()).select_from(models.Change).where(col(models.Change.op) != "withdrawn")
        touched = live.where(col(models.Change.generation) == 2)
        assert session.scalar(touched) == session.scalar(live)
        assert outdated(session) == []
    assert present_anew(engine) == []
    assert generation(engine) == 2


def test_nothing_is_stored_of_what_is_gone(engine: Engine, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))
    (pack / "conditions" / "quiet-toes.json").unlink()
    publish(engine, pack)
    tables = {"article": models.Article, "location": models.Location, "location-feature": models.Location}
    tables |= {"glossary": models.GlossaryTerm, "directory": models.DirectoryEntry, "warning-sign": models.SignWording}
    tables |= dict.fromkeys(("condition", "condition-summary", "condition-signs"), models.Edition)
    with Session(engine) as session:
        stored = {(row.shape, row.row_id) for row in session.scalars(select(models.Presented))}
        assert stored == {(shape, row.id) for shape, table in tables.items() for row in session.scalars(select(table))}


def test_a_changed_pack_presents_all_of_its_records_anew(engine: Engine, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))
    info = json.loads((pack / "pack.json").read_text())
    info["publisher"]["name"] = "Hats Unlimited"
    (pack / "pack.json").write_text(json.dumps(info))
    publish(engine, pack)
    whole = [body for (shape, _), body in bodies(engine).items() if shape in {"condition", "article", "location"}]
    assert whole
    assert all(b'"Hats Unlimited"' in body for body in whole)
