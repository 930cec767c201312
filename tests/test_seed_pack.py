"""The seed pack says what its source says: every line, every hedge, nothing more, and none of its sentences."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from app import pack
from app.check import scan
from tests.conftest import EVERY_STATE, ROOT, SEED
from tests.source import facts

FACTS: dict[str, Any] = json.loads((facts.HERE / "facts.json").read_text(encoding="utf-8"))
RUNS = set((facts.HERE / "runs.txt").read_text(encoding="utf-8").split())
SOURCE = ROOT.parent / "shared" / "source"

# Content lines that no record cites, each with the reason.
UNUSED: dict[int, str] = {}

# Terms that take the plain definition from a line which hedges something else.
DEFINED_WITHOUT_A_HEDGE = {
    "absolute neutrophil count",
    "bacteria",
    "cancer",
    "idiopathic neutropenia",
    "leukemia",
    "lymphoma",
    "neutropenia",
    "neutrophils",
}

AnyKind = TypeVar("AnyKind", bound=pack.Sourced)


def records() -> list[pack.AnyRecord]:
    faults = pack.Faults()
    found = [read.record for read in pack.read_records(SEED, faults)]
    assert not faults.shown
    return found


def parts(*models: pack.Record) -> Iterator[pack.Sourced]:
    """Every record and part of a record that says where it comes from."""
    for model in models:
        if isinstance(model, pack.Sourced):
            yield model
        for name in type(model).model_fields:
            value = getattr(model, name)
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, pack.Record):
                    yield from parts(part)


def every(kind: type[AnyKind]) -> list[AnyKind]:
    return [part for part in parts(*records()) if isinstance(part, kind)]


def the_edition() -> pack.Edition:
    (edition,) = every(pack.Edition)
    return edition


def own_texts(model: pack.Record) -> Iterator[str]:
    """The texts of a record, without those of the parts that have a provenance of their own."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, str):
                yield part
            elif isinstance(part, pack.Record) and not isinstance(part, pack.Sourced | pack.Provenance):
                yield from own_texts(part)


def statements() -> dict[int, str]:
    """What we state for each line of the source: the blocks and the teasers that cite it, one after the other."""
    found: dict[int, list[str]] = defaultdict(list)
    for part in parts(*records()):
        match part:
            case pack.Paragraph(text=text) | pack.LostList(about=text) | pack.Article(teaser=text):
                for line in part.provenance.lines:
                    found[line].append(text)
    return {line: " ".join(texts) for line, texts in found.items()}


def copies(path: Path) -> list[str]:
    """Eight words in a row that a file shares with the source."""
    found = facts.runs(path.read_text(encoding="utf-8", errors="ignore"))
    return [words for run, words in found.items() if run in RUNS]


# ---- the pack as a whole


def test_the_pack_is_sound_and_holds_no_file_that_nothing_reads() -> None:
    assert set(scan(SEED).digests) == {(pack.kind_of(record), record.slug) for record in records()}
    assert {path.relative_to(SEED).as_posix() for path in SEED.rglob("*") if path.is_file()} == {
        "pack.json",
        "conditions/neutropenia.json",
        *pack.FILES.values(),
    }


def test_the_pack_is_written_as_an_export_writes_it(tmp_path: Path) -> None:
    pack.write_pack(tmp_path / "again", pack.read_info(SEED), records())
    for path in SEED.rglob("*.json*"):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(SEED)).read_bytes(), path.name


def test_the_publisher_is_this_project_and_the_source_stays_its_owners() -> None:
    info = pack.read_info(SEED)
    (source,) = info.sources
    assert (info.name, info.publisher.name) == ("seed", "Health Content API")
    assert (source.owner, source.sha256, source.lines) == (
        "Connecticut Children’s",
        FACTS["sha256"],
        FACTS["content"][-1],
    )
    assert (source.url, source.retrieved_on) == (None, None)


def test_the_two_packs_of_the_tests_share_no_name() -> None:
    seed, other = scan(SEED), scan(EVERY_STATE)
    ours, theirs = ({*found.digests, *found.withdrawn, *found.former_slugs} for found in (seed, other))
    assert not ours & theirs
    assert not {source.slug for source in seed.info.sources} & {source.slug for source in other.info.sources}


# ---- faithful to the source


def test_every_line_of_the_source_is_cited_or_unused_for_a_reason() -> None:
    cited = {line for part in parts(*records()) for line in part.provenance.lines}
    assert cited | set(UNUSED) == set(FACTS["content"])
    assert not cited & set(UNUSED)
    assert all(UNUSED.values())


def test_every_record_and_part_is_traced_to_lines_of_the_source_or_is_marked_curated() -> None:
    for part in parts(*records()):
        if isinstance(part, pack.Alias | pack.Coding):
            assert part.provenance.basis == "curated"
        else:
            assert (part.provenance.basis, part.provenance.source) == ("source", "neutropenia-page")
            assert part.provenance.lines


@pytest.mark.parametrize(
    ("kind", "added"),
    [
        (pack.Addressed, {"slug"}),
        (pack.Edition, {"summary"}),
        (pack.Section, {"heading", "anchor", "aspect"}),
        (pack.LostList, {"note"}),
        (pack.SignSetWording, {"complete", "note"}),
        (pack.SignWording, {"key", "scope", "urgency"}),
        (pack.Article, {"title", "conditions"}),
        (pack.DirectoryEntry, {"group"}),
        (pack.Location, {"kind", "postal_address.city"}),
    ],
)
def test_what_the_source_does_not_say_itself_is_marked_derived(kind: type[pack.Sourced], added: set[str]) -> None:
    found = every(kind)
    assert found
    assert all(added <= set(part.provenance.derived) for part in found)


@pytest.mark.parametrize(("line", "hedges"), FACTS["hedges"].items())
def test_what_we_state_for_a_line_keeps_its_hedges(line: str, hedges: list[str]) -> None:
    kept = facts.hedges(statements()[int(line)])
    assert {hedge: min(kept.count(hedge), hedges.count(hedge)) for hedge in hedges} == {
        hedge: hedges.count(hedge) for hedge in hedges
    }


def test_the_summary_and_the_terms_keep_the_hedges_of_what_they_take() -> None:
    assert "can" in facts.hedges(the_edition().summary)
    unhedged = {
        term.term
        for term in every(pack.GlossaryTerm)
        for line in term.provenance.lines
        if set(FACTS["hedges"].get(str(line), ())) - set(facts.hedges(term.meaning))
    }
    assert unhedged == DEFINED_WITHOUT_A_HEDGE


def test_our_words_name_no_number_and_no_temperature() -> None:
    number = r"\d|°|\bdegrees?\b|fahrenheit|celsius|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|dozen)\b"
    said = [text for part in parts(*records()) if not isinstance(part, pack.Coding) for text in own_texts(part)]
    assert len(said) > len(FACTS["content"])
    assert [text for text in said if re.search(number, text, re.IGNORECASE)] == []


def test_names_and_words_are_repaired_of_damage() -> None:
    for part in parts(*records()):
        for text in own_texts(part):
            assert not re.search("[Â\u00a0\ufffd]|  ", text), text


def test_the_pack_holds_no_eight_words_in_a_row_of_the_source() -> None:
    assert {path.name: found for path in SEED.rglob("*.json*") if (found := copies(path))} == {}


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only a git checkout knows which files are the project's")
def test_no_file_of_the_project_holds_eight_words_in_a_row_of_the_source() -> None:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [path for name in names.splitlines() if (path := ROOT / name).is_file()]
    assert SEED / "pack.json" in paths
    assert {path.name: found for path in paths if (found := copies(path))} == {}


# ---- the condition


def test_there_are_exactly_four_signs_and_the_umbrella_comes_first() -> None:
    (condition,) = every(pack.Condition)
    assert [(sign.key, str(sign.scope)) for sign in condition.sign_set.signs] == [
        ("any-sign-of-infection", "any"),
        ("fever", "named"),
        ("spreading-redness-around-a-cut", "named"),
        ("shivering-or-chills", "named"),
    ]
    assert {(str(sign.urgency), str(sign.contact)) for sign in condition.sign_set.signs} == {("immediate", "doctor")}


def test_the_signs_never_read_as_the_whole_list() -> None:
    (condition,) = every(pack.Condition)
    wording = the_edition().warning_signs
    assert not condition.sign_set.complete
    assert wording.applies_to == "children with neutropenia"
    assert wording.note
    assert all(words in wording.note for words in ("common examples", "not the whole list", "Any sign of infection"))


def test_every_sign_says_to_call_the_doctor_right_away_by_the_lines_that_say_so() -> None:
    for sign in the_edition().warning_signs.signs:
        assert re.search(r"call the doctor\b.*\bright away\.$", sign.action, re.IGNORECASE)
        assert sign.provenance.lines == (62, 75, 76)


def test_every_lost_list_stands_where_the_source_lost_it() -> None:
    lost = every(pack.LostList)
    assert [part.provenance.lines for part in lost] == [(line,) for line in FACTS["lost_lists"]]
    assert len(lost) == 8
    assert all("has lost this list" in part.note for part in lost)
    assert every(pack.ListBlock) == []


def test_the_page_for_parents_has_a_section_for_every_question_that_the_source_answers() -> None:
    edition = the_edition()
    aspects = ("Overview", "Symptoms", "Causes", "Diagnosis", "Treatments", "SelfCare", "SeeDoctor", "LivingWith")
    assert [section.aspect for section in edition.sections] == [f"{aspect}HealthAspect" for aspect in aspects]
    assert (edition.lang, edition.audience, edition.audience_basis) == ("en", "parents", "stated")
    assert 60 in edition.provenance.lines


def test_nobody_has_reviewed_or_dated_the_page() -> None:
    edition = the_edition()
    assert edition.review == pack.Review()
    assert (edition.published_on, edition.modified_on) == (None, None)


def test_codes_are_those_of_neutropenia() -> None:
    assert [(coding.system, coding.code) for coding in every(pack.Coding)] == [
        ("icd-10-cm", "D70"),
        ("icd-10-cm", "D70.9"),
        ("mesh", "D009503"),
    ]


# ---- the flat kinds


def test_the_twelve_articles_have_an_audience_only_where_the_source_states_it() -> None:
    articles = every(pack.Article)
    assert [article.provenance.lines for article in articles] == [(line,) for line in range(78, 90)]
    assert {article.conditions for article in articles} == {("neutropenia",)}
    assert {article.provenance.lines[0]: str(article.audience) for article in articles if _is_stated(article)} == {
        78: "parents",
        79: "teens",
        83: "kids",
    }
    assert {str(article.audience) for article in articles if not _is_stated(article)} == {"general"}


def _is_stated(article: pack.Article) -> bool:
    return article.audience_basis == "stated"


def test_no_record_has_a_link_a_phone_number_or_hours() -> None:
    assert the_edition().url is None
    assert {article.url for article in every(pack.Article)} == {None}
    assert {entry.url for entry in every(pack.DirectoryEntry)} == {None}
    assert {(place.url, place.phone, place.hours) for place in every(pack.Location)} == {(None, None, None)}


def test_the_six_locations_have_their_kind_and_town() -> None:
    assert [(place.name, place.kind, place.postal_address.city) for place in every(pack.Location)] == [
        ("Main Campus – Hartford", "main-campus", "Hartford"),
        ("Connecticut Children’s – Waterbury", "unstated", "Waterbury"),
        ("Urgent Care – Farmington", "urgent-care", "Farmington"),
        ("Specialty Care Center – Danbury", "specialty-care", "Danbury"),
        ("Connecticut Children’s Surgery Center at Farmington", "surgery-center", "Farmington"),
        ("Specialty Care Center – Fairfield", "specialty-care", "Fairfield"),
    ]


def test_where_the_towns_are_is_curated_and_only_about_there() -> None:
    for place in every(pack.Location):
        assert place.coordinates
        assert place.coordinates.precision == "town"
        assert 41 < place.coordinates.latitude < 42
        assert -74 < place.coordinates.longitude < -72
        assert (place.postal_address.state, place.postal_address.country) == ("CT", "US")
        assert place.provenance.curated == ("postal_address.state", "postal_address.country", "coordinates")


def test_the_glossary_has_the_terms_that_the_source_explains_and_no_other() -> None:
    assert {term.term: (term.pronunciation, *term.also_called) for term in every(pack.GlossaryTerm)} == {
        "neutropenia": ("noo-treh-PEE-nee-eh",),
        "neutrophils": ("NOO-treh-filz",),
        "bacteria": (None,),
        "idiopathic neutropenia": (None,),
        "complete blood count": (None, "CBC"),
        "hematologist": (None,),
        "absolute neutrophil count": (None, "ANC"),
        "cancer": (None,),
        "lymphoma": (None,),
        "leukemia": (None,),
        "chemotherapy": (None, "chemo"),
        "radiation therapy": (None, "radiotherapy", "irradiation", "X-ray therapy"),
    }


def test_the_directory_has_each_name_of_the_menus_once() -> None:
    entries = every(pack.DirectoryEntry)
    lines = [line for entry in entries for line in entry.provenance.lines]
    assert sorted(lines) == [1, 2, *range(9, 60)]
    assert len({entry.name.casefold() for entry in entries}) == len(entries)
    assert {entry.name: entry.provenance.lines for entry in entries if len(entry.provenance.lines) > 1} == {
        "Find a doctor": (10, 13),
        "Pay a Bill": (21, 33),
    }


# ---- with the source at hand


@pytest.fixture(scope="module")
def source() -> bytes:
    path = next(SOURCE.glob("*.txt"), None) if SOURCE.is_dir() else None
    if path is None:
        pytest.skip("the source is not beside this checkout")
    return path.read_bytes()


def test_the_facts_kept_about_the_source_are_true(source: bytes) -> None:
    assert facts.facts(source) == FACTS
    assert facts.source_runs(source) == sorted(RUNS)


def test_names_and_pronunciations_stand_in_the_lines_that_they_cite(source: bytes) -> None:
    lines = [" ".join(line.replace("Â", " ").split()).removesuffix(".") for line in source.decode().splitlines()]
    listed: list[pack.Location | pack.DirectoryEntry] = [*every(pack.Location), *every(pack.DirectoryEntry)]
    for named in listed:
        assert {lines[line - 1].casefold() for line in named.provenance.lines} == {named.name.casefold()}
    for term in every(pack.GlossaryTerm):
        cited = " ".join(lines[line - 1] for line in term.provenance.lines)
        assert term.term in cited.lower()
        assert all(name in cited for name in (*term.also_called, term.pronunciation or ""))
