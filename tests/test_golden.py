"""The golden files: what people type, and what they expect to come first, on both engines."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.ingest import locations_csv, medlineplus
from tests.conftest import ROOT, SEED, Api

GOLDEN = Path(__file__).parent / "golden"
REAL = ROOT.parent / "shared" / "data"
STATES = {"CT", "MA", "MD", "NY", "PA", "TN"}  # 974 of 7,596 hospitals: all of them take a minute to publish
FIRST = 3
NOTHING = "-"
NOT_APPLIED = "?"
APPLIED = " (applied)"
COLLECTIONS = {
    "about": "conditions",  # the condition itself, a section of it or a sign of it
    "condition": "conditions",
    "section": "conditions",
    "warning-sign": "conditions",
    "article": "articles",
    "directory": "directory",
    "glossary": "glossary",
    "location": "locations",
}


class Row(NamedTuple):
    """A line of a golden file; `search.tsv` says what its columns mean."""

    line: int
    query: str
    expected: str
    urgent: str
    did_you_mean: str
    never: str


def rows(name: str) -> Iterator[Row]:
    """The rows of a golden file; cells that are empty at a line's end may be left out."""
    header, *lines = (GOLDEN / name).read_text(encoding="utf-8").split("\n")
    assert tuple(header.split("\t")) == Row._fields[1:]
    for number, line in enumerate(lines, start=2):
        if line and not line.startswith("#"):
            cells = line.split("\t")
            yield Row(number, *cells, *[""] * (len(header.split("\t")) - len(cells)))


def named(cell: str) -> list[str]:
    """What a cell lists."""
    return [] if cell in ("", NOTHING) else cell.split("|")


def is_there(api: Api, name: str) -> bool:
    """Whether a record that a golden file names was ever published; a directory entry has no address of its own."""
    kind, _, slug = name.rpartition(":")
    if kind == "directory":
        return slug in {entry["slug"] for entry in api.every_item("/v1/directory?limit=100")}
    return api.get(f"/v1/{COLLECTIONS[kind or 'condition']}/{slug}").status_code in (200, 410)


def names(item: Any) -> list[str]:
    """What a golden file may call an item."""
    kind = item["kind"]
    if item["condition"]:
        slug = item["condition"]["slug"]
        return [f"{kind}:{slug}", f"about:{slug}"]
    return [f"{kind}:{item['slug']}"]


def correction(answer: Any) -> str:
    """The correction of an answer, as a golden file writes it."""
    found = answer["did_you_mean"]
    return f"{found['text'].casefold()}{APPLIED if found['applied'] else ''}" if found else NOTHING


def faults(row: Row, answer: Any) -> Iterator[str]:
    """In what an answer is not what a row expects."""
    first = [names(item) for item in answer["items"][:FIRST]]
    urgent = [item["warning_signs"]["condition"]["slug"] for item in answer["urgent"]["items"]]
    seen = {name for found in first for name in found}
    if row.expected == NOTHING and first:
        yield "something was found"
    if (expected := named(row.expected)) and not seen.intersection(expected):
        yield f"expected {' or '.join(expected)}"
    if row.urgent == NOTHING and urgent:
        yield f"urgent: {', '.join(urgent)}"
    if (signs := named(row.urgent)) and not set(signs).intersection(urgent):
        yield f"expected the signs of {' or '.join(signs)}, not {', '.join(urgent) or 'none'}"
    if row.did_you_mean not in ("", NOT_APPLIED) and correction(answer) not in row.did_you_mean.split("|"):
        yield f"expected “did you mean {row.did_you_mean}”, not {correction(answer)}"
    if row.did_you_mean == NOT_APPLIED and correction(answer).endswith(APPLIED):
        yield f"applied {correction(answer)}"
    if never := seen.union(urgent, (name.partition(":")[2] for name in seen)).intersection(named(row.never)):
        yield f"never {', '.join(sorted(never))}"
    if not answer["notice"] or len(urgent) > FIRST:
        yield "no notice, or too much that is urgent"


def walk(api: Api, name: str) -> list[str]:
    """Ask every query of a golden file, and tell each that fails, with what came first."""
    asked = list(rows(name))
    mentioned = {one for row in asked for cell in (row.expected, row.urgent, row.never) for one in named(cell)}
    told = [f"{name} names what there is not: {one}" for one in sorted(mentioned) if not is_there(api, one)]
    for row in asked:
        answer = api.get("/v1/search", params={"q": row.query})
        if answer.status_code != 200:
            told.append(f"{name}:{row.line} {row.query!r}: {answer.status_code}")
            continue
        found = answer.json()
        if wrong := "; ".join(faults(row, found)):
            first = ", ".join(names(item)[0] for item in found["items"][:FIRST]) or "nothing"
            told.append(f"{name}:{row.line} {row.query!r}: {wrong}; first came {first}")
    return told


def some_states(folder: Path) -> Path:
    """The real hospitals of the states that the golden file asks for."""
    path = folder / "hospitals.csv"
    with (
        (REAL / "locations" / "hifld_hospitals.csv").open(encoding="utf-8-sig", newline="") as every,
        path.open("w", encoding="utf-8", newline="") as some,
    ):
        places = csv.DictReader(every)
        writer = csv.DictWriter(some, places.fieldnames or ())
        writer.writeheader()
        writer.writerows(place for place in places if place["STATE"] in STATES)
    return path


@pytest.fixture(scope="session")
def real_packs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The packs of the real topics and hospitals."""
    folder = tmp_path_factory.mktemp("golden")
    topics = [REAL / "medlineplus" / name for name in ("mplus_topics_en_rebuilt.xml", "mplus_topics_2012-07-21.xml")]
    assert medlineplus.extract(topics, folder / "topics").conditions == 1_023
    locations_csv.extract(some_states(folder), folder / "hospitals")
    return [folder / "topics", folder / "hospitals"]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real topics and hospitals are not beside this checkout")
def test_people_find_what_they_expect_first_in_the_real_topics_and_hospitals(
    make_api: Callable[..., Api], real_packs: list[Path]
) -> None:
    wrong = walk(make_api(SEED, *real_packs), "search.tsv")
    assert not wrong, "\n".join([f"{len(wrong)} queries fail:", *wrong])


def test_people_find_what_they_expect_first_in_this_projects_own_packs(api: Api) -> None:
    wrong = walk(api, "seed.tsv")
    assert not wrong, "\n".join([f"{len(wrong)} queries fail:", *wrong])


@pytest.mark.parametrize(("name", "least"), [("search.tsv", 180), ("seed.tsv", 40)])
def test_a_golden_file_asks_each_query_once_and_checks_something_of_its_answer(name: str, least: int) -> None:
    asked = list(rows(name))
    assert len({row.query for row in asked}) == len(asked) >= least
    for row in asked:
        assert len(row.query) <= 200, row
        assert all(kind.partition(":")[0] in COLLECTIONS for kind in named(row.expected)), row
        assert row.expected or row.urgent or row.did_you_mean or row.never or not row.query.isalpha(), row
