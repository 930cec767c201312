"""Databases as large as nobody has yet: 100,000 conditions and 1,000,000 places, grown from real ones and kept.

Where there are real ones (MedlinePlus's topics and HIFLD's hospitals, imported as an operator does), they are published
first; else the packs of this repository are. Then each is varied, again and again. A condition's copy has a made-up
word in place of one of its own, in its name and wherever its text has it, so that the vocabulary grows as a real one
does, and is written by the functions that publish. A place's copy stands some kilometres from it, and is copied within
the file, since a million rows would take those functions a quarter of an hour. PostgreSQL gets the same rows.
"""

from __future__ import annotations

import json
import math
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import insert, select
from sqlmodel import Session, col

from app import models, near, presented
from app.bands import spot
from app.check import scan
from app.db import batches, make_engine, migrate
from app.models import metadata
from app.pack import (
    Condition,
    Coordinates,
    Faults,
    Kind,
    Location,
    PackInfo,
    PostalAddress,
    Publisher,
    read_records,
    sort_key,
    write_pack,
)
from app.publish import apply, count_places, plan
from app.rows import condition_row, loaded
from app.search import index
from benchmarks.content import MADE_UP
from benchmarks.servers import ROOT, environment
from tests import postgres

KEPT = ROOT / ".tools" / "find"  # not in .tools/bench, which is made anew with its requirements
DATA = Path(os.environ.get("BENCH_DATA", ROOT.parent / "shared" / "data"))
TOPICS = DATA / "medlineplus" / "mplus_topics_en_rebuilt.xml"
HOSPITALS = DATA / "locations" / "hifld_hospitals.csv"
OWN_PACKS = (ROOT / "seed_data", ROOT / "tests" / "packs" / "every_state")
INDEXES = """SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND indrelid <> 'alembic_version'::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"""
CONDITIONS_AT_LEAST = 1_023  # that there are, before any is varied
TOWNS = 5_000  # where places are put without HIFLD's
SPREAD = 6.0  # km: how far a place's copies are from it, on average
BATCH = 500
DEGREE = 111.2  # km of latitude
TOWN_NAMED = 0.7  # of the places' copies: called by a town, the rest by a made-up word
# What many places' names say of what they are: a copy's name keeps it.
GENERIC = re.compile(
    r"hospital|medical|cent(er|re)|health|regional|memorial|community|care|clinic|general|rehabilitation|behavioral|"
    r"children.?s|county|of|the|and|&|system|services|specialty|surgical|university",
    re.IGNORECASE,
)
SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "je",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "ri",
    "so",
    "tu",
    "va",
    "we",
    "xi",
    "yo",
    "zu",
    "bra",
    "cle",
    "dri",
    "fro",
    "gla",
    "pre",
    "sta",
    "tri",
]


def grown(conditions: int, places: int) -> Path:
    """An SQLite file with so many conditions and places. Made where it is not there, which takes minutes.

    Bodies that other code made would be made anew as the service starts, so that each state of it has files of its own.
    """
    file = KEPT / f"{conditions}-{places}-{presented.made_by()}.sqlite3"
    if file.exists():
        return file
    KEPT.mkdir(parents=True, exist_ok=True)
    growing = KEPT / "growing"
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir()
    database = growing / "content.sqlite3"
    engine = make_engine(f"sqlite:///{database}", create=True)
    migrate(engine)
    for pack in _real(growing):
        _say(f"Publishing {pack.name} …")
        with Session(engine) as session:
            made = plan(session, scan(pack))
        apply(engine, made)
    engine.dispose()
    if conditions > CONDITIONS_AT_LEAST:
        _say(f"Varying conditions up to {conditions:,} …")
        _vary_conditions(database, conditions)
    _say(f"Varying places up to {places:,} …")
    _vary_places(database, places)
    database.rename(file)
    shutil.rmtree(growing)
    return file


def copied(file: Path, server: postgres.Server) -> str:
    """The address of a PostgreSQL database with the same rows; made on the server where it is not there."""
    name = f"grown_{file.stem.replace('-', '_')}"
    address = f"{server.address.rpartition('/')[0]}/{name}"
    if postgres.execute(server.address, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        return address
    _say("Copying to PostgreSQL …")
    postgres.execute(server.address, f"DROP DATABASE IF EXISTS {name}_growing")
    postgres.execute(server.address, f"CREATE DATABASE {name}_growing")
    growing = f"{address}_growing"
    engine = make_engine(growing)
    migrate(engine)
    engine.dispose()
    with closing(sqlite3.connect(file)) as source, psycopg.connect(growing) as target:
        target.execute("SET session_replication_role = replica")  # what was checked once needs no second check
        target.execute("SET maintenance_work_mem = '1GB'")
        indexes = target.execute(INDEXES).fetchall()
        for index_name, _ in indexes:
            target.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index_name)))
        for table in metadata.sorted_tables:
            _copy(source, target, table.name, [column.name for column in table.columns])
        for _, made in indexes:  # made when the rows are there, which takes a tenth of the time
            target.execute(made)
    postgres.execute(growing, "VACUUM ANALYZE")  # as autovacuum does, which is off here
    postgres.execute(server.address, f"ALTER DATABASE {name}_growing RENAME TO {name}")
    return address


def _copy(source: sqlite3.Connection, target: psycopg.Connection[Any], table: str, columns: Sequence[str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    quoted = ", ".join(f'"{name}"' for name in columns)
    with target.cursor() as cursor, cursor.copy(command) as copy:
        for row in source.execute(f'SELECT {quoted} FROM "{table}"'):  # our own tables' names
            copy.write_row(row)


# ---- what is real


def _real(folder: Path) -> list[Path]:
    """Packs to begin with: what the importers make of the real files, or what this repository has."""
    hospitals, topics = folder / "hospitals", folder / "topics"
    if HOSPITALS.exists():
        _run("extract-locations", HOSPITALS, "--out", hospitals, "--skip-faulty")
    else:
        _towns(hospitals)
    if not TOPICS.exists():
        return [hospitals, *OWN_PACKS]
    _run("extract-medlineplus", TOPICS, "--out", topics, "--skip-faulty")
    return [hospitals, topics]


def _run(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "app", *map(str, arguments)]
    subprocess.run(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)  # noqa: S603


def _towns(pack: Path) -> None:
    """A pack of places, one in each of many towns."""
    info = PackInfo(name="towns", title="Places", publisher=Publisher(name="Nobody"), rights="Made up.", sources=())
    lines = (ROOT / "app" / "gazetteer" / "us.tsv").read_text(encoding="ascii").splitlines()
    towns = [line.split("\t") for line in lines if not line[0].isdigit()]
    chosen = random.Random(1).sample(towns, TOWNS)  # noqa: S311  # the same each time
    write_pack(pack, info, (_place(key, float(north), float(east)) for key, north, east in chosen))


def _place(key: str, latitude: float, longitude: float) -> Location:
    state, _, town = key.partition(" ")
    return Location(
        provenance=MADE_UP,
        slug=f"{town}-{state}",
        lang="en",
        name=f"{town.title()} Hospital",
        kind="hospital",
        postal_address=PostalAddress(city=town.title(), state=state.upper(), country="US"),
        coordinates=Coordinates(latitude=latitude, longitude=longitude, precision="town"),
    )


# ---- conditions


def _vary_conditions(database: Path, count: int) -> None:
    """Write copies of the conditions that are there, as a publication of their own."""
    engine = make_engine(f"sqlite:///{database}").execution_options(writes=True)
    packs = sorted((database.parent / "topics", *OWN_PACKS), key=lambda pack: pack.parent != database.parent)
    originals = [
        read.record.model_dump(mode="json", exclude_defaults=True)
        for pack in packs[: 1 if TOPICS.exists() else None]
        for read in read_records(pack, Faults())
        if isinstance(read.record, Condition)
    ]
    with Session(engine, autoflush=False) as session, session.begin():
        name = "varied"
        told: dict[str, Any] = {"title": "Varied", "publisher_name": "Nobody", "publisher_url": None, "rights": "-"}
        session.add(models.Pack(name=name, made_by=presented.made_by(), **told))
        session.flush()
        slugs = []
        for at in range(len(originals), count):
            copy, original = divmod(at, len(originals))
            record = varied(originals[original], copy)
            slugs.append(record.slug)
            session.add(condition_row(record, name))
            if at % BATCH == 0:
                session.flush()
                session.expunge_all()
        session.flush()
        session.expunge_all()
        with index.vocabulary(session) as vocabulary:
            presented.store(session, [(str(Kind.condition), slug) for slug in slugs], vocabulary)
        change = {"pack": name, "generation": 1, "op": models.Op.added, "kind": str(Kind.condition)}
        session.execute(insert(models.Change), [{**change, "key": slug} for slug in slugs])
    engine.dispose()


def varied(original: dict[str, Any], copy: int) -> Condition:
    """A condition's copy: a word of its name, here and in all its text, is a made-up one."""
    name = original["editions"][0]["name"]
    chance = random.Random(f"{original['slug']} {copy}")  # noqa: S311  # it must repeat, not surprise
    word = max(re.findall(r"[^\W\d_]+", name), key=len)
    made_up = word[: chance.randint(2, 4)] + _made_up(chance)
    pattern = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)

    def vary(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda found: made_up.capitalize() if found[0][0].isupper() else made_up.lower(), value)
        if isinstance(value, list):
            return [vary(each) for each in value]
        if isinstance(value, dict):
            return {key: _kept(key, each) if key in KEPT_AS_IT_IS else vary(each) for key, each in value.items()}
        return value

    told = {key: value for key, value in original.items() if key not in {"identifiers", "former_slugs"}}
    return Condition.model_validate_json(json.dumps(vary(told) | {"slug": f"{original['slug']}-{copy}"}))


KEPT_AS_IT_IS = {"provenance", "key", "anchor", "aspect", "kind", "lang", "audience", "audience_basis", "url", "type",
                 "scope", "urgency", "contact", "system", "code", "review", "published_on", "modified_on"}  # fmt: skip


def _kept(key: str, value: Any) -> Any:
    return MADE_UP.model_dump(mode="json", exclude_defaults=True) if key == "provenance" else value


# ---- places


def _vary_places(database: Path, count: int) -> None:
    """Copy the places within the file, each copy some kilometres from its original."""
    engine = make_engine(f"sqlite:///{database}")
    with closing(engine.raw_connection()) as pooled:
        connection: Any = pooled.driver_connection
        originals: int = connection.execute("SELECT max(id) FROM location").fetchone()[0]
        connection.create_function("moved", 4, _moved, deterministic=True)
        connection.create_function("axis", 3, lambda at, *point: near.vector(*point)[at], deterministic=True)
        connection.create_function("spot", 3, lambda at, *point: spot(*point)[at], deterministic=True)
        connection.create_function("renamed", 3, renamed, deterministic=True)
        connection.create_function("sort_key", 2, sort_key, deterministic=True)
        connection.create_function("quoted", 1, _quoted, deterministic=True)
        connection.create_function("instead", -1, _instead, deterministic=True)
        connection.execute("PRAGMA cache_size = -1000000")  # KiB: the indexes are filled in no order
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "CREATE TEMP TABLE copy AS WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy "
            f"WHERE n < {count // originals}) SELECT n FROM copy"  # a number of ours
        )
        new = {
            "id": f"id + n * {originals}",
            "slug": "slug || '-' || n",
            "name": "renamed(name, id, n)",
            "sort_key": "sort_key(renamed(name, id, n), slug || '-' || n)",
            "latitude": "north",
            "longitude": "east_",
            "x": "axis(0, north, east_)",
            "y": "axis(1, north, east_)",
            "z": "axis(2, north, east_)",
            "band": "spot(0, north, east_)",
            "east": "spot(1, north, east_)",
        }
        # A place without coordinates gets none; the functions are not asked for it.
        moved = (
            "SELECT location.*, n, moved(0, id, n, latitude) AS north, moved(latitude, id, n, longitude) AS east_ "
            f"FROM location, copy WHERE id <= {originals} AND id + n * {originals} <= {count} AND latitude IS NOT NULL"
        )
        _insert(connection, "location", new, moved)
        bodies = (
            "SELECT presented.*, n, slug, name, id, latitude, longitude "
            "FROM presented JOIN location ON id = row_id, copy "
            f"WHERE shape IN ('location', 'location-feature') AND id <= {originals} AND latitude IS NOT NULL "
            f"AND id + n * {originals} <= {count}"
        )
        shown = (
            "instead(body, slug || '\"', slug || '-' || n || '\"', quoted(name), quoted(renamed(name, id, n)), "
            "latitude, moved(0, id, n, latitude), longitude, moved(latitude, id, n, longitude))"
        )
        _insert(connection, "presented", {"row_id": f"row_id + n * {originals}", "body": shown}, bodies)
        connection.execute("COMMIT")
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        count_places(session)
        _index_places(session, originals, count)
    engine.dispose()


def _index_places(session: Session, originals: int, count: int) -> None:
    """Write what a search finds of the copies, each made from its original's entry."""
    place, found = models.Location, models.SearchEntry
    with_body = select(place, col(found.item)).join(
        found, (col(found.record_kind) == Kind.location) & (col(found.record_slug) == place.slug)
    )
    loads = loaded(place.in_pack)
    chosen = with_body.where(col(place.id) <= originals, col(place.latitude).is_not(None)).options(loads)
    rows = session.execute(chosen.order_by(col(place.id))).all()
    entries = [(row.id, row.name, row.slug, next(index.entries(row, str)), item) for row, item in rows]
    with index.vocabulary(session) as vocabulary:
        for copy in range(1, count // originals + 1):
            told = [each for each in entries if each[0] + copy * originals <= count]
            for batch in batches(told, BATCH * 10):
                index.write(session, (_copied_entry(copy, *each) for each in batch), vocabulary)
    session.expunge_all()


def _copied_entry(
    copy: int, row: int, name: str, slug: str, entry: index.Entry, item: bytes
) -> tuple[index.Entry, bytes]:
    called, new_slug = renamed(name, row, copy), f"{slug}-{copy}"
    body = _instead(item, f'{slug}"', f'{new_slug}"', _quoted(name), _quoted(called))
    return replace(entry, record_slug=new_slug, title=called), body


@lru_cache(maxsize=8)  # a statement asks several times for each row
def renamed(name: str, row: int, copy: int) -> str:
    """What a place's copy is called: as a real one is, by a town, a saint or a person, and what it is."""
    chance = random.Random(row * 1_000 + copy)  # noqa: S311  # it must repeat, not surprise
    rest = [word for word in name.split() if GENERIC.fullmatch(word)] or name.split()[-1:]
    own = chance.choice(("", "", "St. ", "Mount ", "North ", "Greater "))
    town = chance.choice(_town_names()) if chance.random() < TOWN_NAMED else _made_up(chance).title()
    return f"{own}{town} {' '.join(rest)}"


def _made_up(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))


@cache
def _town_names() -> list[str]:
    lines = (ROOT / "app" / "gazetteer" / "us.tsv").read_text(encoding="ascii").splitlines()
    return sorted({line.split("\t")[0].partition(" ")[2].title() for line in lines if not line[0].isdigit()})


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _insert(connection: sqlite3.Connection, table: str, new: dict[str, str], rows: str) -> None:
    columns = [column.name for column in metadata.tables[table].columns]
    values = ", ".join(new.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f'INSERT INTO "{table}" ({names}) SELECT {values} FROM ({rows})')


@lru_cache(maxsize=8)
def _moved(latitude: float, row: int, copy: int, degree: float) -> float:
    """A coordinate of a place's copy: its latitude where `latitude` is 0, else its longitude at that latitude."""
    chance = random.Random(row * 1_000 + copy)  # noqa: S311  # it must repeat, not surprise
    far, course = chance.expovariate(1 / SPREAD) / DEGREE, chance.uniform(0, math.tau)
    if latitude == 0:
        return round(max(-90.0, min(90.0, degree + far * math.cos(course))), 6)
    east = degree + far * math.sin(course) / max(0.01, math.cos(math.radians(latitude)))
    return round((east + 180) % 360 - 180, 6)


def _instead(body: bytes, *pairs: str | float) -> bytes:
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        body = body.replace(str(old).encode(), str(new).encode())
    return body


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
