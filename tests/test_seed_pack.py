"""The seed pack says what its source says: every line, every hedge, nothing more, and none of its sentences."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from app import pack
from app.check import scan
from app.pack import Faults
from tests.conftest import ROOT, SEED

FACTS = ROOT / "tests" / "source"
SOURCE = ROOT.parent / "shared" / "source"
RUN = 8
LINES = range(1, 90)


def records() -> list[pack.AnyRecord]:
    faults = Faults()
    found = [read.record for read in pack.read_records(SEED, faults)]
    assert not faults.total
    return found


def neutropenia() -> pack.Condition:
    (condition,) = (record for record in records() if isinstance(record, pack.Condition))
    return condition


def traced(model: Any) -> Iterator[tuple[pack.Sourced, pack.Provenance]]:
    """Every record and part of a record that says where it comes from."""
    if isinstance(model, pack.Sourced):
        yield model, model.provenance
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, pack.Record) and not isinstance(part, pack.Provenance):
                yield from traced(part)


def own_texts(model: pack.Sourced) -> Iterator[str]:
    """The texts of a record itself, without those of its parts."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        yield from (part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, str))


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower().replace("’", "").replace("'", ""))


def hashed_runs(text: str) -> Iterator[str]:
    found = words(text)
    for at in range(len(found) - RUN + 1):
        yield hashlib.sha256(" ".join(found[at : at + RUN]).encode()).hexdigest()[:16]


def known_runs() -> set[str]:
    return set((FACTS / "runs.txt").read_text().split())


def cited() -> dict[int, list[str]]:
    """For each line of the source, the texts that cite it."""
    found: dict[int, list[str]] = defaultdict(list)
    for record in records():
        for part, provenance in traced(record):
            for line in provenance.lines:
                found[line] += own_texts(part)
    return found


def test_the_pack_is_sound() -> None:
    assert len(scan(SEED).digests) == 82


def test_every_line_is_cited_or_unused_for_a_reason() -> None:
    unused = json.loads((FACTS / "unused.json").read_text())
    assert all(unused.values())
    assert {*cited(), *map(int, unused)} == set(LINES)
    assert not set(cited()) & set(map(int, unused))


def test_every_record_and_part_is_traced_to_the_source_or_marked_curated() -> None:
    for record in records():
        for part, provenance in traced(record):
            assert provenance.basis == "curated" or (provenance.source and provenance.lines), part


@pytest.mark.parametrize(("line", "hedges"), json.loads((FACTS / "hedges.json").read_text()).items())
def test_a_hedge_of_the_source_is_kept(line: str, hedges: list[str]) -> None:
    said = " ".join(cited()[int(line)]).lower()
    for hedge in hedges:
        assert re.search(rf"\b({hedge})\b", said), f"line {line} lost {hedge!r}"


def test_the_words_hold_no_number_and_no_temperature() -> None:
    said = [
        text
        for record in records()
        for part, _ in traced(record)
        if not isinstance(part, pack.Coding)
        for text in own_texts(part)
    ]
    assert len(said) > 200
    assert not [text for text in said if re.search(r"\d|degree|fahrenheit|celsius", text, re.IGNORECASE)]


def test_no_file_of_the_project_holds_eight_words_of_the_source_in_a_row() -> None:
    known = known_runs()
    assert len(known) > 300
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    paths = [*map(ROOT.joinpath, names), *SEED.rglob("*.json*")]
    copies = []
    for path in paths:
        if path.is_file() and path.stat().st_size < 1_000_000:
            text = path.read_bytes().decode(errors="ignore")
            copies += [path.name for run in hashed_runs(text) if run in known]
    assert copies == []


def test_there_are_four_signs_and_the_umbrella_comes_first() -> None:
    condition = neutropenia()
    assert [(sign.key, sign.scope) for sign in condition.sign_set.signs] == [
        ("any-sign-of-infection", "any"),
        ("fever", "named"),
        ("spreading-redness-around-a-cut", "named"),
        ("shivering-or-chills", "named"),
    ]
    assert {(sign.urgency, sign.contact) for sign in condition.sign_set.signs} == {("immediate", "doctor")}
    assert not condition.sign_set.complete
    (edition,) = condition.editions
    assert edition.warning_signs.note
    assert edition.warning_signs.signs[0].provenance.lines == (62, 75, 76)
    assert all(62 in sign.provenance.lines for sign in edition.warning_signs.signs)


def test_the_eight_lost_lists_are_marked_as_lost() -> None:
    lost = [part for part, _ in traced(neutropenia()) if isinstance(part, pack.LostList)]
    assert [part.provenance.lines for part in lost] == [(63,), (66,), (67,), (70,), (73,), (74,), (76,), (77,)]


def test_every_question_that_the_source_answers_has_its_section() -> None:
    (edition,) = neutropenia().editions
    aspects = "Overview Symptoms Causes Diagnosis Treatments SelfCare SeeDoctor LivingWith"
    assert [section.aspect for section in edition.sections] == [f"{name}HealthAspect" for name in aspects.split()]
    assert (edition.lang, edition.audience, edition.audience_basis) == ("en", "parents", "stated")
    assert (edition.review.status, edition.url, edition.published_on, edition.modified_on) == ("unreviewed",) + (
        None,
    ) * 3


def test_what_the_project_added_is_marked_curated() -> None:
    condition = neutropenia()
    assert {(coding.system, coding.code) for coding in condition.codings} == {
        ("icd-10-cm", "D70"),
        ("icd-10-cm", "D70.9"),
        ("mesh", "D009503"),
    }
    added = [*condition.codings, *condition.aliases]
    assert {part.provenance.basis for part in added} == {"curated"}
    places = [record for record in records() if isinstance(record, pack.Location)]
    assert len(places) == 6
    for place in places:
        assert place.coordinates is not None
        assert place.coordinates.precision == "town"
        assert "coordinates" in place.provenance.curated
        assert (place.url, place.phone, place.hours) == (None, None, None)


def test_the_twelve_articles_have_derived_titles_and_an_audience_only_where_it_is_stated() -> None:
    articles = [record for record in records() if isinstance(record, pack.Article)]
    assert [article.provenance.lines for article in articles] == [(line,) for line in range(78, 90)]
    assert all("title" in article.provenance.derived and article.url is None for article in articles)
    stated = {
        article.provenance.lines[0]: article.audience for article in articles if article.audience_basis == "stated"
    }
    assert stated == {78: "parents", 79: "teens", 83: "kids"}
    assert {article.audience for article in articles if article.audience_basis != "stated"} == {"general"}


@pytest.mark.skipif(not SOURCE.is_dir(), reason="the source text is not beside this checkout")
def test_the_facts_kept_of_the_source_are_true() -> None:
    (path,) = SOURCE.glob("*.txt")
    raw = path.read_bytes()
    (source,) = pack.read_info(SEED).sources
    assert source.sha256 == hashlib.sha256(raw).hexdigest()
    lines = raw.decode().splitlines()
    assert source.lines == len(lines) == len(LINES)
    assert {run for line in lines[60:] for run in hashed_runs(line)} == known_runs()
    for line, hedges in json.loads((FACTS / "hedges.json").read_text()).items():
        first = hedges[0].split("|")[0].split()[0]
        assert first in lines[int(line) - 1].lower(), f"line {line} has no {first!r}"
