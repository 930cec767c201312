"""Publishing: whole or not at all, only what changed, and never a warning sign less without a person's word."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session, SQLModel, select

from app import db, models
from app.check import scan
from app.export import read_info, read_records, read_withdrawn
from app.pack import Condition, PackError, digest, write_pack
from app.publish import Plan, PublishConflictError, apply, plan
from tests.conftest import EVERY_STATE, ROOT, SEED, publish

Edit = Callable[[Any], None]


@pytest.fixture
def engine(new_database: Callable[..., str]) -> Iterator[Engine]:
    """A database with tables and without content."""
    made = db.make_engine(new_database())
    yield made
    made.dispose()


@pytest.fixture
def states(new_database: Callable[..., str]) -> Iterator[Engine]:
    """A database that holds the pack of every state."""
    made = db.make_engine(new_database(EVERY_STATE))
    yield made
    made.dispose()


@pytest.fixture
def both(new_database: Callable[..., str]) -> Iterator[Engine]:
    """A database that holds the seed pack and the pack of every state."""
    made = db.make_engine(new_database(SEED, EVERY_STATE))
    yield made
    made.dispose()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The pack of every state, to change."""
    return Path(shutil.copytree(EVERY_STATE, tmp_path / "pack"))


def planned(engine: Engine, folder: Path) -> Plan:
    with Session(engine) as session:
        return plan(session, scan(folder))


def edit_condition(folder: Path, slug: str, edit: Edit) -> None:
    path = folder / "conditions" / f"{slug}.json"
    record = json.loads(path.read_text())
    edit(record)
    path.write_text(json.dumps(record))


def edit_lines(folder: Path, name: str, edit: Callable[[list[Any]], list[Any]]) -> None:
    path = folder / name
    records = edit([json.loads(line) for line in path.read_text().splitlines()])
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def dump(engine: Engine) -> dict[str, list[Any]]:
    """Everything in a database, row by row."""
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key))]
            for name, table in models.metadata.tables.items()
        }


def test_publishing_the_same_pack_twice_changes_nothing(states: Engine) -> None:
    before = dump(states)
    assert planned(states, EVERY_STATE).empty
    assert dump(states) == before


def test_a_publication_counts_up_and_is_named_at_random(both: Engine) -> None:
    with Session(both) as session:
        rows = session.exec(select(models.Publication).order_by(text("generation"))).all()
    assert [row.generation for row in rows] == [1, 2]
    assert len({row.id for row in rows}) == 2
    assert all(row.published_at.tzinfo for row in rows)


@pytest.mark.parametrize("folder", [SEED, EVERY_STATE], ids=["seed", "every state"])
def test_an_export_publishes_back_to_nothing_changed(
    engine: Engine, new_database: Callable[..., str], tmp_path: Path, folder: Path
) -> None:
    publish(engine, folder)
    name = scan(folder).info.name
    with Session(engine) as session:
        info = read_info(session, name)
        assert info is not None
        write_pack(tmp_path / "out", info, read_records(session, name), list(read_withdrawn(session, name)))
    assert planned(engine, tmp_path / "out").empty
    fresh = db.make_engine(new_database())
    publish(fresh, tmp_path / "out")
    assert planned(fresh, folder).empty
    fresh.dispose()


def test_a_condition_without_categories_has_the_digest_that_it_had_before_there_were_any() -> None:
    found = [record for record in scan(EVERY_STATE).read() if isinstance(record, Condition)]
    before = [hashlib.sha256(record.model_dump_json(exclude={"categories"}).encode()).hexdigest() for record in found]
    same = [record.slug for record, then in zip(found, before, strict=True) if digest(record) == then]
    assert 0 < len(same) < len(found)
    assert same == [record.slug for record in found if not record.categories]


def test_a_changed_category_is_a_change_of_its_condition_and_no_safety_change(states: Engine, copy: Path) -> None:
    edit_condition(copy, "giggle-elbow", lambda record: record["categories"][0].update(name="No laughing matter"))
    made = planned(states, copy)
    assert (made.changed, made.added, made.withdrawn) == ([("condition", "giggle-elbow")], [], {})
    assert made.safety_changes == []
    edit_condition(copy, "giggle-elbow", lambda record: record.pop("categories"))
    assert planned(states, copy).changed == [("condition", "giggle-elbow")]


def test_a_pack_touches_no_other_packs_records(both: Engine, copy: Path) -> None:
    before = dump(both)
    (copy / "glossary.jsonl").unlink()
    publish(both, copy)
    after = dump(both)
    seed_rows = [row for row in before["glossary_term"] if "seed" in row]
    assert seed_rows
    assert after["glossary_term"] == seed_rows
    assert after["article"] == before["article"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("article", "articles"), ("location", "locations"), ("glossary", "glossary"), ("directory", "directory")],
)
def test_a_record_that_leaves_the_pack_becomes_a_tombstone(states: Engine, copy: Path, kind: str, name: str) -> None:
    slugs: list[str] = []

    def drop_last(records: list[Any]) -> list[Any]:
        slugs.append(records[-1]["slug"])
        return records[:-1]

    edit_lines(copy, f"{name}.jsonl", drop_last)
    made = planned(states, copy)
    assert [*made.withdrawn] == [(kind, slugs[0])]
    assert made.withdrawn[kind, slugs[0]].reason == "retired"
    apply(states, made)
    assert planned(states, copy).empty


def test_a_withdrawn_record_can_come_back(states: Engine, copy: Path) -> None:
    kept = (copy / "glossary.jsonl").read_text()
    edit_lines(copy, "glossary.jsonl", lambda records: records[1:])
    publish(states, copy)
    (copy / "glossary.jsonl").write_text(kept)
    made = planned(states, copy)
    assert len(made.added) == 1
    assert not made.withdrawn
    apply(states, made)
    assert planned(states, copy).empty


def test_a_faulty_pack_is_refused_whole_with_every_fault(states: Engine, copy: Path) -> None:
    before = dump(states)
    (copy / "articles.jsonl").write_text('{"slug": "Not A Slug"}\n' * 1_500)
    with pytest.raises(PackError) as refused:
        planned(states, copy)
    assert refused.value.faults.total >= 1_500
    assert len(refused.value.faults.shown) == 1_000
    fault = refused.value.faults.shown[0]
    assert (fault.file, fault.line) == ("articles.jsonl", 1)
    assert {fault.field for fault in refused.value.faults.shown} >= {"slug", "title", "provenance"}
    assert dump(states) == before


def _twice(records: list[Any]) -> list[Any]:
    return [*records, records[0]]


def _with(name: str, value: Any) -> Callable[[list[Any]], list[Any]]:
    return lambda records: [{**records[0], name: value}, *records[1:]]


@pytest.mark.parametrize(
    ("file", "edit", "reason"),
    [
        ("articles.jsonl", _twice, "is used by another article"),
        ("articles.jsonl", _with("conditions", ["no-such-condition"]), "no condition of this pack"),
        ("articles.jsonl", _with("provenance", {"source": "elsewhere", "lines": [1]}), "is not in pack.json"),
        ("articles.jsonl", _with("provenance", {"basis": "source"}), "must name a source and its lines"),
        ("articles.jsonl", _with("teaser", "Reasons are:"), "must not end in a colon"),
        ("articles.jsonl", _with("teaser", "a\u0000b"), "control characters"),
        ("articles.jsonl", _with("colour", "red"), "Extra inputs"),
        ("articles.jsonl", _with("url", "javascript:alert(1)"), "pattern"),
        ("withdrawn.jsonl", _twice, "is withdrawn twice"),
        ("withdrawn.jsonl", _with("successor", "nowhere"), "is no"),
    ],
)
def test_a_fault_is_named_with_its_reason(copy: Path, file: str, edit: Any, reason: str) -> None:
    edit_lines(copy, file, edit)
    with pytest.raises(PackError) as refused:
        scan(copy)
    assert any(reason in fault.reason for fault in refused.value.faults.shown), refused.value.faults.shown


def test_a_field_named_twice_is_a_fault_since_readers_would_keep_the_last(copy: Path) -> None:
    (copy / "glossary.jsonl").write_text('{"slug": "a", "slug": "b"}\n')
    with pytest.raises(PackError) as refused:
        scan(copy)
    assert "twice" in refused.value.faults.shown[0].reason


def test_a_file_that_nothing_reads_is_a_fault(copy: Path) -> None:
    (copy / "article.jsonl").write_text("{}\n")
    with pytest.raises(PackError, match="1 fault"):
        scan(copy)


def test_a_slug_of_another_pack_is_a_fault(states: Engine, copy: Path) -> None:
    info = json.loads((copy / "pack.json").read_text())
    (copy / "pack.json").write_text(json.dumps({**info, "name": "usurper"}))
    with pytest.raises(PackError) as refused:
        planned(states, copy)
    assert all("belongs to the pack 'every-state'" in fault.reason for fault in refused.value.faults.shown)


def test_a_former_slug_of_another_pack_is_a_fault(both: Engine, copy: Path) -> None:
    edit_lines(copy, "glossary.jsonl", lambda lines: [{**lines[0], "former_slugs": ["first-hat"]}, *lines[1:]])
    publish(both, copy)
    seed = Path(shutil.copytree(SEED, copy.parent / "seed"))
    edit_lines(seed, "glossary.jsonl", lambda lines: [*lines, {**lines[-1], "slug": "first-hat", "former_slugs": []}])
    with pytest.raises(PackError) as refused:
        planned(both, seed)
    (fault,) = refused.value.faults.shown
    assert fault.reason == "glossary 'first-hat' belongs to the pack 'every-state', as a former one"


def test_a_pack_that_changes_between_plan_and_publish_is_refused_whole(engine: Engine, copy: Path) -> None:
    made = planned(engine, copy)
    before = dump(engine)
    edit_lines(copy, "articles.jsonl", _with("teaser", "Changed in the meantime."))
    with pytest.raises(PackError):
        apply(engine, made)
    assert dump(engine) == before


@pytest.mark.engines("sqlite")
def test_a_publish_looks_through_no_whole_table_for_what_it_changes(states: Engine, copy: Path) -> None:
    edit_condition(copy, "cloud-nose", lambda record: record["editions"][0].update(name="Foggy misty nose"))
    asked: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if not statement.startswith("BEGIN"):
            asked[statement] = values[0] if many and isinstance(values, list) else values

    event.listen(states, "before_cursor_execute", note)
    apply(states, planned(states, copy))
    event.remove(states, "before_cursor_execute", note)
    scanned = set()
    with states.connect() as connection:
        for statement, values in asked.items():
            steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            # What refers to a source that goes, and the languages that are left, is looked for everywhere.
            if not statement.startswith(("DELETE FROM source", "SELECT edition.lang")):
                scanned |= {re.sub(r"_\d+$", "", step.split()[1]) for step in steps if step.startswith("SCAN ")}
    deleted = {statement.split()[2] for statement in asked if statement.startswith("DELETE")}
    assert deleted >= {"search_stem", "search_spelling", "search_entry", "change", "presented"}
    assert scanned & set(SQLModel.metadata.tables) <= {"publication"}  # for the newest


def test_two_publishers_at_once_do_not_mix(engine: Engine) -> None:
    first, second = planned(engine, SEED), planned(engine, EVERY_STATE)
    apply(engine, first)
    before = dump(engine)
    with pytest.raises(PublishConflictError):
        apply(engine, second)
    assert dump(engine) == before


def test_a_reader_sees_one_publication_throughout(engine: Engine) -> None:
    publish(engine, SEED)
    with Session(engine) as session:
        first = db.latest_publication(session)
        assert first is not None
        publish(engine, EVERY_STATE)
        session.expire_all()
        again = db.latest_publication(session)
        assert again is not None
        assert again.generation == first.generation == 1
        packs = session.exec(select(models.Article.pack).distinct()).all()
        assert packs == [first.pack]


@pytest.mark.parametrize("moment", ["1", "30", "commit"])
def test_a_publish_killed_at_any_moment_leaves_the_old_publication_whole(
    new_database: Callable[..., str], moment: str
) -> None:
    address = new_database(SEED)
    engine = db.make_engine(address)
    before = dump(engine)
    environment = {**os.environ, "DATABASE_URL": address, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.slow_publish", str(EVERY_STATE), moment]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert dump(engine) == before
    engine.dispose()


# ---- safety changes (promise 7)


def conditions_with_signs(folder: Path) -> list[Any]:
    records = [json.loads(path.read_text()) for path in sorted((folder / "conditions").glob("*.json"))]
    return [record for record in records if len(record["sign_set"]["signs"]) > 1]


def _remove_sign(record: Any) -> None:
    key = record["sign_set"]["signs"].pop()["key"]
    for edition in record["editions"]:
        edition["warning_signs"]["signs"] = [s for s in edition["warning_signs"]["signs"] if s["key"] != key]


def _lower(record: Any) -> None:
    for sign in record["sign_set"]["signs"]:
        sign["urgency"] = "non-urgent"


def _other_contact(record: Any) -> None:
    sign = record["sign_set"]["signs"][0]
    sign["contact"] = "unstated" if sign["contact"] == "doctor" else "doctor"


def _reword_sign(record: Any) -> None:
    record["editions"][0]["warning_signs"]["signs"][0]["sign"] += ", a little"


def _reword_action(record: Any) -> None:
    record["editions"][0]["warning_signs"]["signs"][0]["action"] = "Wait and see."


def _reword_note(record: Any) -> None:
    record["editions"][0]["warning_signs"]["note"] = "That is all."


def _narrow_scope(record: Any) -> None:
    for sign in record["sign_set"]["signs"]:
        sign["scope"] = "any" if sign["scope"] == "named" else "named"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_remove_sign, "removes the sign"),
        (_lower, "lowers the urgency"),
        (_other_contact, "changes the contact"),
        (_reword_sign, "rewords the sign"),
        (_reword_action, "rewords the action"),
        (_reword_note, "rewords the sign set's note"),
        (_narrow_scope, "changes the scope"),
    ],
)
def test_a_safety_change_is_listed_apart(states: Engine, copy: Path, edit: Edit, told: str) -> None:
    slug = conditions_with_signs(copy)[0]["slug"]
    edit_condition(copy, slug, edit)
    changes = planned(states, copy).safety_changes
    assert any(told in change and slug in change for change in changes), changes


def test_calling_a_set_complete_is_a_safety_change(states: Engine, copy: Path) -> None:
    slug = next(r["slug"] for r in conditions_with_signs(copy) if not r["sign_set"]["complete"])
    edit_condition(copy, slug, lambda record: record["sign_set"].update(complete=True))
    assert planned(states, copy).safety_changes == [f"{slug}: calls the sign set complete"]


def test_adding_a_sign_or_raising_an_urgency_is_no_safety_change(states: Engine, copy: Path) -> None:
    slug = conditions_with_signs(copy)[0]["slug"]

    def raise_all(record: Any) -> None:
        for sign in record["sign_set"]["signs"]:
            sign["urgency"] = "immediate"
        record["sign_set"]["signs"].append({**record["sign_set"]["signs"][-1], "key": "one-more"})
        for edition in record["editions"]:
            words = edition["warning_signs"]["signs"]
            words.append({**words[-1], "key": "one-more"})

    edit_condition(copy, slug, raise_all)
    made = planned(states, copy)
    assert made.changed == [("condition", slug)]
    assert made.safety_changes == []


def test_a_condition_that_leaves_with_its_signs_is_a_safety_change(states: Engine, copy: Path) -> None:
    record = conditions_with_signs(copy)[0]
    (copy / "conditions" / f"{record['slug']}.json").unlink()
    edit_lines(
        copy,
        "articles.jsonl",
        lambda lines: [{**line, "conditions": []} for line in lines],
    )
    edit_lines(copy, "withdrawn.jsonl", lambda lines: [{**line, "successor": None} for line in lines])
    changes = planned(states, copy).safety_changes
    assert len(changes) == len(record["sign_set"]["signs"])


def test_a_renamed_condition_keeps_its_signs_and_its_old_address(states: Engine, copy: Path) -> None:
    record = conditions_with_signs(copy)[0]
    old, new = record["slug"], f"{record['slug']}-renamed"
    (copy / "conditions" / f"{old}.json").unlink()
    former = [*record.get("former_slugs", []), old]
    (copy / "conditions" / f"{new}.json").write_text(json.dumps({**record, "slug": new, "former_slugs": former}))
    for name in ("articles.jsonl", "withdrawn.jsonl"):
        (copy / name).write_text((copy / name).read_text().replace(f'"{old}"', f'"{new}"'))
    made = planned(states, copy)
    assert made.safety_changes == []
    assert made.withdrawn["condition", old].reason == "renamed"
    apply(states, made)
    with Session(states) as session:
        moved = session.get(models.FormerSlug, ("condition", old))
        assert moved is not None
        assert moved.current_slug == new
    assert planned(states, copy).empty


def test_removing_more_than_a_fifth_of_a_kind_is_told(states: Engine, copy: Path) -> None:
    edit_lines(copy, "locations.jsonl", lambda records: [r for r in records if r["slug"] == "hat-hall"])
    told = planned(states, copy).large_removals
    assert len(told) == 1
    assert told[0].endswith("records of kind location")
