"""The importer for lists of hospitals in CSV: what becomes of a row, what is refused, what an update is."""

from __future__ import annotations

import random
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.check import scan
from app.ingest.capitals import from_capitals
from app.ingest.csv_rows import MAX_ROW_BYTES
from app.ingest.files import fingerprint
from app.ingest.locations_csv import COUNTRIES, KINDS, NEEDED, OPTIONAL, FaultyFileError, Report, extract
from app.pack import Faults, Kind, Location, PackError, Withdrawn, read_info, read_records, read_withdrawn
from tests.conftest import EVERY_STATE, ROOT, SEED, Api, publish_to
from tests.test_cli import run

FILES = Path(__file__).parent / "places"
REAL = ROOT.parent / "shared" / "data" / "locations"
HEADER = "ID,NAME,ADDRESS,CITY,STATE,ZIP,TYPE,COUNTRY,LATITUDE,LONGITUDE,STATUS,TELEPHONE,ZIP4,WEBSITE,VAL_METHOD"
CELLS = {
    "ID": "1",
    "NAME": "TEAPOT HOSPITAL",
    "ADDRESS": "1 LID STREET",
    "CITY": "SPOUT",
    "STATE": "VT",
    "ZIP": "05001",
    "TYPE": "GENERAL ACUTE CARE",
    "COUNTRY": "USA",
    "LATITUDE": "44.1",
    "LONGITUDE": "-72.1",
    "STATUS": "OPEN",
    "TELEPHONE": "(802) 222-0100",
    "ZIP4": "NOT AVAILABLE",
    "WEBSITE": "http://teapot.example",
    "VAL_METHOD": "IMAGERY",
}


def row(**cells: str) -> str:
    return ",".join((CELLS | cells)[name] for name in HEADER.split(","))


def write(folder: Path, *rows: str | bytes, header: str = HEADER, start: bytes = b"") -> Path:
    path = folder / "places.csv"
    lines = [line.encode() if isinstance(line, str) else line for line in (header, *rows)]
    path.write_bytes(start + b"\n".join(lines) + b"\n")
    return path


def read(pack: Path) -> list[Location]:
    faults = Faults()
    found = [read.record for read in read_records(pack, faults)]
    assert faults.total == 0
    return [record for record in found if isinstance(record, Location)]


def withdrawn(pack: Path) -> dict[str, Withdrawn]:
    return {tombstone.slug: tombstone for _, tombstone in read_withdrawn(pack, Faults())}


def taken(folder: Path, *rows: str | bytes, **options: Any) -> list[Location]:
    extract(write(folder, *rows), folder / "pack", **options)
    return read(folder / "pack")


def one(folder: Path, **cells: str) -> Location:
    return taken(folder, row(**cells))[0]


def refused(path: Path) -> FaultyFileError:
    out = path.parent / "refused"
    with pytest.raises(FaultyFileError) as caught:
        extract(path, out)
    assert not out.exists()
    return caught.value


def faults(path: Path) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.field) for fault in refused(path).faults.shown]


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path]:
    """The packs of the first edition, and of the second as its update."""
    first, second = tmp_path / "first", tmp_path / "second"
    extract(FILES / "first.csv", first)
    extract(FILES / "second.csv", second, earlier=first)
    return first, second


# ---- over HTTP


def test_a_place_is_served_with_its_source_and_what_was_derived(
    make_api: Callable[..., Api], editions: tuple[Path, Path]
) -> None:
    api = make_api(SEED, editions[0])
    place = api.json("/v1/locations/pebble-bay-general-hospital-pebble-bay-vt")
    assert (place["name"], place["kind"], place["phone"], place["hours"]) == (
        "Pebble Bay General Hospital",
        "hospital",
        None,
        None,
    )
    assert place["postal_address"] == {
        "street": "1 SAND STREET",
        "city": "Pebble Bay",
        "state": "VT",
        "postal_code": "05901",
        "country": "US",
    }
    assert place["coordinates"] == {"latitude": 44.1, "longitude": -72.2, "precision": "address"}
    assert (place["audience"], place["audience_basis"]) == ("general", "unstated")
    assert place["provenance"]["lines"] == [2]
    assert place["provenance"]["derived"] == [
        "slug",
        "kind",
        "name",
        "postal_address.city",
        "postal_address.postal_code",
        "postal_address.country",
        "coordinates.precision",
    ]
    source = api.json(place["provenance"]["source"]["address"])
    assert (source["name"], source["lines"], source["rights"]) == ("first.csv", 5, "US public domain.")
    assert api.json("/v1/locations?kind=childrens-hospital")["total"] == 1


def test_a_newer_edition_is_an_update_of_the_older(
    make_api: Callable[..., Api], new_database: Callable[..., str], editions: tuple[Path, Path]
) -> None:
    database = new_database(editions[0])
    publish_to(database, editions[1])
    api = make_api(database_url=database)
    renamed = api.json("/v1/locations/pebble-bay-general-hospital-pebble-bay-vt")
    assert (renamed["name"], renamed["phone"]) == ("Pebble and Shell Hospital", "+1 802 222 0101")
    assert renamed["postal_address"]["street"] == "1 SAND STREET SUITE 5"
    assert renamed["provenance"]["lines"] == [2, 3]
    closed = api.get("/v1/locations/little-socks-childrens-hospital-sockton-vt")
    gone = api.get("/v1/locations/long-nap-hospital-doze-vt")
    never = api.get("/v1/locations/forgotten-attic-hospital-teaville-pr")
    assert [answer.status_code for answer in (closed, gone, never)] == [410] * 3
    assert [answer.json()["reason"] for answer in (closed, gone, never)] == ["closed", "retired", "closed"]
    assert [place["slug"] for place in api.json("/v1/locations?state=PR")["items"]] == [
        "twin-cups-hospital-teaville-pr-0000000601",
        "twin-cups-hospital-teaville-pr-0000000602",
    ]


# ---- updates


def test_an_update_of_the_same_file_changes_nothing(editions: tuple[Path, Path], tmp_path: Path) -> None:
    extract(FILES / "second.csv", tmp_path / "third", earlier=editions[1])
    assert scan(tmp_path / "third").digests == scan(editions[1]).digests
    assert withdrawn(tmp_path / "third") == withdrawn(editions[1])


def test_a_place_that_opens_again_has_its_slug_back(editions: tuple[Path, Path], tmp_path: Path) -> None:
    extract(FILES / "first.csv", tmp_path / "third", earlier=editions[1])
    assert "little-socks-childrens-hospital-sockton-vt" in {place.slug for place in read(tmp_path / "third")}
    assert set(withdrawn(tmp_path / "third")) == {
        "forgotten-attic-hospital-teaville-pr",
        "twin-cups-hospital-teaville-pr-0000000601",
        "twin-cups-hospital-teaville-pr-0000000602",
    }


def test_a_new_place_does_not_take_the_slug_of_an_earlier_one(tmp_path: Path) -> None:
    first = tmp_path / "first"
    extract(write(tmp_path, row(ID="1")), first)
    places = taken(tmp_path, row(ID="2"), row(ID="1"), earlier=first)
    assert [(place.slug, place.identifiers) for place in places] == [
        ("teapot-hospital-spout-vt-0000000002", ("hifld:0000000002",)),
        ("teapot-hospital-spout-vt", ("hifld:0000000001",)),
    ]


def test_an_update_keeps_the_name_and_the_publisher_of_its_pack(tmp_path: Path) -> None:
    extract(write(tmp_path, row()), tmp_path / "first", name="teapots", owner="The Teapot Office", publisher="Us")
    taken(tmp_path, row(), earlier=tmp_path / "first")
    info = read_info(tmp_path / "pack")
    assert (info.name, info.publisher.name, info.sources[0].owner) == ("teapots", "Us", "The Teapot Office")


def test_a_known_place_whose_row_is_left_out_is_told(tmp_path: Path) -> None:
    extract(write(tmp_path, row(), row(ID="2", CITY="HANDLE")), tmp_path / "first")
    write(tmp_path, row(ZIP="x"), row(ID="2", CITY="HANDLE"), row(ID="3", ZIP="x"))
    told = run(tmp_path, "extract-locations", "places.csv", "--out", "pack", "--update", "first", "--skip-faulty")
    assert "1 of them were places of first, which are withdrawn. Mend their rows to keep them." in told.out
    assert withdrawn(tmp_path / "pack")["teapot-hospital-spout-vt"].reason == "retired"


def test_a_pack_of_something_else_is_no_earlier_edition(tmp_path: Path) -> None:
    with pytest.raises(PackError):
        extract(write(tmp_path, row()), tmp_path / "pack", earlier=EVERY_STATE)


# ---- cells


@pytest.mark.parametrize(
    ("zip_code", "more", "read"),
    [
        ("738", "NOT AVAILABLE", "00738"),
        ("6106", "", "06106"),
        ("06106", "42", "06106-0042"),
        ("06457-3945", "3945", "06457-3945"),
        ("-999", "3945", None),
        ("00000", "", None),
    ],
)
def test_a_zip_code_has_its_lost_zeros_back(tmp_path: Path, zip_code: str, more: str, read: str | None) -> None:
    assert one(tmp_path, ZIP=zip_code, ZIP4=more).postal_address.postal_code == read


@pytest.mark.parametrize("told", ["(802) 222-0100", "(802( 222-0100", "802.222.0100", "18022220100", "+1 802 222 0100"])
def test_a_telephone_number_has_one_form(tmp_path: Path, told: str) -> None:
    place = one(tmp_path, TELEPHONE=told)
    assert place.phone == "+1 802 222 0100"
    assert ("phone" in place.provenance.derived) == (told != place.phone)


def test_a_placeholder_for_a_number_is_left_out_and_counted(tmp_path: Path) -> None:
    report = extract(write(tmp_path, row(TELEPHONE="(520) 111-1111")), tmp_path / "pack")
    assert read(tmp_path / "pack")[0].phone is None
    assert report.survey.left_out == {"TELEPHONE": 1}


@pytest.mark.parametrize("told", [("0", "0"), ("-999", "-999"), ("NOT AVAILABLE", ""), ("0.000", "-0.0")])
def test_a_point_that_stands_for_none_is_none(tmp_path: Path, told: tuple[str, str]) -> None:
    assert one(tmp_path, LATITUDE=told[0], LONGITUDE=told[1]).coordinates is None


@pytest.mark.parametrize(
    ("method", "precision"),
    [("IMAGERY", "address"), ("IMAGERY/OTHER", "address"), ("UNVERIFIED", "town"), ("", "town")],
)
def test_only_what_was_seen_in_an_image_is_precise(tmp_path: Path, method: str, precision: str) -> None:
    point = one(tmp_path, VAL_METHOD=method).coordinates
    assert point is not None
    assert point.precision == precision


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("www.teapot.example", "http://www.teapot.example"),
        ("HTTPS://teapot.example/a", "https://teapot.example/a"),
        ("http://teapot.example/st-luke's", "http://teapot.example/st-luke%27s"),
        ("www.teapot.example/\u200e", "http://www.teapot.example/"),
        ("http://teapot.example/broken in two", None),
        ("javascript:alert(1)", None),
        ("NOT AVAILABLE", None),
    ],
)
def test_a_web_address_is_whole_or_left_out(tmp_path: Path, told: str, read: str | None) -> None:
    assert one(tmp_path, WEBSITE=told).url == read


@pytest.mark.parametrize(
    ("told", "kind"), [*KINDS.items(), ("NOT AVAILABLE", "unstated"), ("TEA CLINIC", "tea-clinic")]
)
def test_each_type_is_a_kind_of_its_own(tmp_path: Path, told: str, kind: str) -> None:
    assert one(tmp_path, TYPE=told).kind == kind


@pytest.mark.parametrize(("told", "code"), COUNTRIES.items())
def test_a_country_is_its_code_of_two_letters(tmp_path: Path, told: str, code: str) -> None:
    assert one(tmp_path, COUNTRY=told).postal_address.country == code


@pytest.mark.parametrize(
    ("told", "kept", "read"),
    [
        ("GOOD PEBBLE HOSPITAL AND MEDICAL CTR", "", "Good Pebble Hospital and Medical Ctr"),
        ("UPQR PEBBLE - AMG UNIT II, LLC", "", "UPQR Pebble - AMG Unit II, LLC"),
        ("ST. LUKE'S OF THE BAY", "", "St. Luke's of the Bay"),
        ("THE O'FALLON MCDOWELL CENTER", "", "The O'Fallon McDowell Center"),
        ("COEUR D'ALENE", "", "Coeur D'Alene"),
        ("COHEN CHILDREN’S HOUSE 4TH", "", "Cohen Children’s House 4th"),
        ("EASTERN LA CENTER", "LA", "Eastern LA Center"),
        ("LA PEBBLE CENTER", "CA", "La Pebble Center"),
        ("HOSPITAL DE NIÑOS", "PR", "Hospital De Niños"),
        ("HSPTL SRVCS", "", "HSPTL SRVCS"),
        ("Already as it is READ", "", "Already as it is READ"),
    ],
)
def test_capitals_give_way_only_where_nothing_is_lost(told: str, kept: str, read: str) -> None:
    assert from_capitals(told, kept) == read


def test_a_name_that_is_changed_is_marked_as_derived(tmp_path: Path) -> None:
    marks = {place.name: place.provenance.derived for place in taken(tmp_path, row(), row(ID="2", NAME="Lid House"))}
    assert "name" in marks["Teapot Hospital"]
    assert "name" not in marks["Lid House"]


# ---- faults


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("ID", ""),
        ("ID", "one"),
        ("ID", "12345678901"),
        ("NAME", "NOT AVAILABLE"),
        ("NAME", "=HYPERLINK(A1)"),
        ("NAME", "+cmd"),
        ("CITY", "@SUM(A1)"),
        ("ADDRESS", "-2+3"),
        ("STATE", "ZZ"),
        ("ZIP", "1"),
        ("ZIP", "123456"),
        ("ZIP", "ABCDE"),
        ("ZIP4", "12345"),
        ("COUNTRY", "XXX"),
        ("LATITUDE", "95"),
        ("LATITUDE", "nan"),
        ("LATITUDE", "1e1"),
        ("LATITUDE", "-999"),
        ("LONGITUDE", "-181"),
        ("LONGITUDE", "NOT AVAILABLE"),
        ("STATUS", "PERHAPS"),
        ("TELEPHONE", "911"),
        ("TELEPHONE", "802 222 0100 x7"),
        ("TYPE", "***"),
    ],
)
def test_a_bad_cell_is_told_with_its_line_and_column(tmp_path: Path, column: str, text: str) -> None:
    path = write(tmp_path, row(), row(ID="2", **{column: text}) if column != "ID" else row(ID=text))
    ((line, told),) = faults(path)
    assert line == 3
    assert told == column or {told, column} == {"LATITUDE", "LONGITUDE"}


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, row(ZIP="1", STATE="ZZ"), row(ID="2"), row(ID="3", COUNTRY="X"))
    assert faults(path) == [(2, "STATE"), (2, "ZIP"), (4, "COUNTRY")]


def test_only_rows_with_faults_are_skipped(tmp_path: Path) -> None:
    path = write(tmp_path, row(), row(ID="2", ZIP="x", STATE="x"), row(ID="1"), row(ID="3"))
    report = extract(path, tmp_path / "pack", skip_faulty=True)
    assert (report.live, report.survey.faulty_rows, report.survey.faults.total) == (2, 2, 3)
    assert [place.identifiers[0][-1] for place in read(tmp_path / "pack")] == ["1", "3"]


def test_an_id_that_is_there_twice_is_a_fault_that_names_both_lines(tmp_path: Path) -> None:
    (fault,) = refused(write(tmp_path, row(), row(ID="2"), row(ID="0001"))).faults.shown
    assert (fault.line, fault.field) == (4, "ID")
    assert "line 2" in fault.reason


def test_lines_are_counted_as_they_stand_in_the_file(tmp_path: Path) -> None:
    rows = (row(ADDRESS='"1 LID\r\nSTREET"') + "\r", "", row(ID="2", NAME='"TEA, OR ""CHA"""'), row(ID="3", ZIP="x"))
    assert faults(write(tmp_path, *rows)) == [(6, "ZIP")]
    places = taken(tmp_path, *rows, skip_faulty=True)
    assert [place.provenance.lines for place in places] == [(2, 3), (5,)]
    assert [place.postal_address.street for place in places] == ["1 LID STREET", "1 LID STREET"]
    assert read_info(tmp_path / "pack").sources[0].lines == 6


def test_a_quotation_mark_that_nothing_closes_costs_its_own_row_alone(tmp_path: Path) -> None:
    rows = [row(ID=str(number)) for number in range(1, 8)]
    rows[2] = row(ID="3", NAME='"TEAPOT')
    rows[5] = row(ID="6", NAME='"TEAPOT, THE')
    assert faults(write(tmp_path, *rows)) == [(4, ""), (7, "")]
    assert [place.identifiers[0][-1] for place in taken(tmp_path, *rows, skip_faulty=True)] == list("12457")


def test_a_row_with_too_few_or_too_many_cells_is_a_fault(tmp_path: Path) -> None:
    assert faults(write(tmp_path, row() + ",more", "1,2", row())) == [(2, ""), (3, "")]


def test_a_field_of_ten_megabytes_costs_its_own_row_and_no_memory(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        row(),
        row(ID="2", NAME="A" * 10_000_000),
        row(ID="3", NAME='"' + "B\n" * (MAX_ROW_BYTES // 2 + 1) + '"'),
    )
    tracemalloc.start()
    try:
        error = refused(path)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert [fault.line for fault in error.faults.shown][:3] == [3, 4, 5]


def test_a_row_that_is_not_utf_8_is_told_with_its_byte(tmp_path: Path) -> None:
    (fault,) = refused(write(tmp_path, row(), row(ID="2", CITY="MUÑOZ").encode("latin-1"))).faults.shown
    assert fault.line == 3
    assert "not in UTF-8: byte 0xD1" in fault.reason


@pytest.mark.parametrize("column", ["NAME", "ADDRESS", "CITY"])
@pytest.mark.parametrize("text", ["TEA\x07POT", "TEA\x00POT", "TEA\u2066POT", "TEA\ue000POT", "A" * 301])
def test_what_no_name_holds_is_a_fault_of_its_column(tmp_path: Path, column: str, text: str) -> None:
    assert faults(write(tmp_path, row(**{column: text}))) == [(2, column)]


@pytest.mark.parametrize("number", range(20))
def test_a_damaged_file_is_read_or_refused_and_never_half_read(tmp_path: Path, number: int) -> None:
    chance = random.Random(number)  # noqa: S311  # damage that is the same in each run
    damage = (b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b"\xe2\x80\xa8", b"\xc2\x85", b"\xef\xbb\xbf", b"9" * 300)
    for _ in range(10):
        raw = bytearray((FILES / "second.csv").read_bytes())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randint(0, 3)] = chance.choice(damage)
        path, out = tmp_path / "damaged.csv", Path(tempfile.mkdtemp(dir=tmp_path))
        path.write_bytes(raw)
        try:
            report = extract(path, out, skip_faulty=True)
        except FaultyFileError:
            assert not list(out.iterdir())
        else:
            assert len(scan(out).digests) == report.live


@pytest.mark.parametrize("start", [b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\x1f\x8b"])
def test_what_is_no_csv_in_utf_8_is_refused_whole(tmp_path: Path, start: bytes) -> None:
    path = write(tmp_path, row(), start=start)
    assert "is needed" in refused(path).faults.shown[0].reason
    with pytest.raises(FaultyFileError):
        extract(path, tmp_path / "pack", skip_faulty=True)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    extract(write(tmp_path, row(), start=b"\xef\xbb\xbf"), tmp_path / "pack")
    assert len(read(tmp_path / "pack")) == 1


@pytest.mark.parametrize("content", [b"", b"\n\n", b"just one line", HEADER.replace(",", ";").encode()])
def test_a_file_without_the_columns_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    assert {field for _, field in faults(path)} >= set(NEEDED)
    with pytest.raises(FaultyFileError):
        extract(path, tmp_path / "pack", skip_faulty=True)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        (HEADER.replace("LATITUDE", "LAT"), "LATITUDE"),
        (HEADER.replace("STATUS", "STATUSS"), "STATUSS"),
        (HEADER.replace("ZIP4", "ZIP"), "ZIP"),
    ],
)
def test_a_missing_misspelt_or_doubled_column_is_named(tmp_path: Path, header: str, column: str) -> None:
    assert faults(write(tmp_path, row(), header=header)) == [(1, column)]


def test_columns_may_stand_in_any_case_and_others_are_told(tmp_path: Path) -> None:
    header = HEADER.lower().replace("val_method", "parking")
    report = extract(write(tmp_path, row(), header=header), tmp_path / "pack")
    assert (report.survey.unread, report.survey.absent) == (("PARKING",), ("VAL_METHOD",))
    assert (report.live, set(OPTIONAL) - {"VAL_METHOD"} <= set(header.upper().split(","))) == (1, True)


# ---- the command


def test_the_command_writes_a_pack_and_says_what_it_left_out(tmp_path: Path) -> None:
    write(tmp_path, row(), row(ID="2", ZIP="x"), row(ID="3", STATUS="CLOSED"))
    told = run(tmp_path, "extract-locations", "places.csv", "--out", "pack")
    assert (told.code, told.out) == (1, "")
    assert "places.csv:3: ZIP: must be a ZIP code" in told.err
    assert "Nothing was written. --skip-faulty would leave out 1 of its rows." in told.err
    told = run(tmp_path, "extract-locations", "places.csv", "--out", "pack", "--skip-faulty")
    assert told.code == 0
    assert "Wrote 1 places to pack, and 1 as withdrawn." in told.out
    assert "Left out 1 rows with faults." in told.out
    assert "places.csv:3: ZIP" in told.err
    assert run(tmp_path, "check", "pack").code == 0
    assert run(tmp_path, "extract-locations", "places.csv", "--out", "pack", "--skip-faulty").code == 4


def test_many_places_take_little_memory(tmp_path: Path) -> None:
    def needed(rows: int) -> int:
        folder = tmp_path / str(rows)
        folder.mkdir()
        path = write(folder, *(row(ID=str(number), NAME=f"TEAPOT {number}") for number in range(rows)))
        tracemalloc.start()
        try:
            assert extract(path, folder / "pack").live == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = needed(200), needed(2_200)
    assert (many - few) / 2_000 < 1_000  # bytes a place: its id and its slug, and not its record


# ---- the real lists, where they are


@pytest.mark.skipif(not REAL.exists(), reason="the real lists are not beside this checkout")
def test_the_real_lists_load_and_the_newer_updates_the_older(tmp_path: Path) -> None:
    def load(name: str, **options: Any) -> Report:
        return extract(REAL / name, tmp_path / name, **options)

    old = load("hifld_hospitals_2018.csv")
    new = load("hifld_hospitals.csv", earlier=tmp_path / "hifld_hospitals_2018.csv")
    assert (old.live, old.closed, old.survey.faults.total) == (7146, 0, 0)
    assert (new.live, new.closed, new.gone, new.survey.faults.total) == (7277, 319, 25, 0)
    before, after = scan(tmp_path / "hifld_hospitals_2018.csv"), scan(tmp_path / "hifld_hospitals.csv")
    assert len(before.digests.keys() & after.digests.keys()) == 7104
    assert len(before.digests.keys() & after.withdrawn.keys()) == 42
    assert fingerprint(REAL / "hifld_hospitals.csv")[1] == after.info.sources[0].lines == 7597
    assert {key[0] for key in after.withdrawn} == {Kind.location}
    assert all(len((place.postal_address.postal_code or "")[:5]) == 5 for place in read(after.folder))
