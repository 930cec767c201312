"""The service itself: `/v1`, sources, old addresses, and what an operator asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from app import __version__
from app.main import create_app
from app.settings import Settings
from tests.conftest import EVERY_STATE, Api, publish_to

KINDS = ("conditions", "warning-signs", "articles", "locations", "locations.geojson", "glossary", "directory")


def test_the_root_says_what_the_service_is_and_where_its_content_is(states: Api) -> None:
    answer = states.json("/v1")
    publication = answer.pop("publication")
    assert answer == {
        "name": "Health Content API",
        "version": __version__,
        "emergency_line": None,
        "care_team_phone": None,
        "notice": "This is educational content. It is not medical advice.",
        "links": {
            **{kind: f"/v1/{kind}" for kind in KINDS},
            "documentation": "/docs",
            "openapi": "/openapi.json",
        },
    }
    assert [publication["generation"], publication["pack"]] == [1, "every-state"]
    assert dt.datetime.fromisoformat(publication["published_at"]).utcoffset() == dt.timedelta(0)


def test_every_link_of_the_root_leads_somewhere(states: Api) -> None:
    for address in states.json("/v1")["links"].values():
        assert states.get(address).status_code == 200, address


def test_the_deployments_own_numbers_come_from_its_settings(make_api: Callable[..., Api]) -> None:
    line = "In an emergency, whistle."
    answer = make_api(emergency_line=line, care_team_phone="+1 555 0199", organisation_name="Hats & Co.").json("/v1")
    assert [answer["name"], answer["emergency_line"], answer["care_team_phone"]] == ["Hats & Co.", line, "+1 555 0199"]


def test_before_the_first_publication_every_list_is_empty_and_the_generation_is_zero(
    make_api: Callable[..., Api],
) -> None:
    empty = make_api()
    nothing = {"generation": 0, "id": None, "published_at": None, "pack": None}
    assert empty.json("/v1")["publication"] == nothing
    assert empty.json("/version") == {"version": __version__, "publication": nothing}
    for kind in KINDS:
        assert empty.json(f"/v1/{kind}")["total"] == 0


def test_a_source_says_whose_it_is_and_how_to_know_it_again(states: Api) -> None:
    assert states.json("/v1/sources/notas-del-gorro") == {
        "slug": "notas-del-gorro",
        "address": "/v1/sources/notas-del-gorro",
        "name": "Notas sobre el gorro del hipo",
        "sha256": "1ce4930f89fdca659150cbb9fb310bd5933e827b5304f533a2576bc1158cbd4c",
        "owner": "La Sociedad del Gorro",
        "rights": "Uso libre (CC0 1.0).",
        "lang": "es",
        "lines": 80,
        "url": None,
        "retrieved_on": None,
    }


@pytest.mark.parametrize(
    ("url", "kind", "slug", "address"),
    [
        ("hhs:1001", "condition", "hiccup-hat-syndrome", "/v1/conditions/hiccup-hat-syndrome"),
        ("urn:hats:hiccup/1", "condition", "hiccup-hat-syndrome", "/v1/conditions/hiccup-hat-syndrome"),
        ("hhs:1002", "condition", "giggle-elbow", "/v1/conditions/giggle-elbow"),
        ("hhs:art-1", "article", "hats-for-parents", "/v1/articles/hats-for-parents"),
        ("hhs:loc-1", "location", "hat-hall", "/v1/locations/hat-hall"),
        ("hhs:term-1", "glossary", "hiccup", "/v1/glossary/hiccup"),
        ("hhs:dir-1", "directory", "return-a-hat", "/v1/directory"),
    ],
)
def test_an_old_address_or_id_means_a_record(states: Api, url: str, kind: str, slug: str, address: str) -> None:
    found = states.json("/v1/by-url", params={"url": url})
    assert found == {"kind": kind, "slug": slug, "address": address}


@pytest.mark.parametrize(
    "url",
    [
        "https://www.hiccup-hats.example/pages/HiccupHat.html?lang=en",
        "http://hiccup-hats.example/pages/hiccuphat.html?lang=en",
        "hiccup-hats.example/pages/HiccupHat.html?lang=en#signs",
        "HTTPS://WWW.HICCUP-HATS.EXAMPLE/pages/HiccupHat.html?lang=en",
    ],
)
def test_an_old_address_is_known_by_other_spellings_of_it(states: Api, url: str) -> None:
    assert states.json("/v1/by-url", params={"url": url})["slug"] == "hiccup-hat-syndrome"


def test_another_page_of_an_old_site_is_not_the_record(states: Api) -> None:
    answer = states.get("/v1/by-url", params={"url": "https://hiccup-hats.example/pages/HiccupHat.html?lang=es"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("url", "reason", "successor"),
    [
        ("hhs:0900", "retired", "/v1/conditions/hiccup-hat-syndrome"),
        ("https://hiccup-hats.example/pages/thumb.html", "recall", None),
    ],
)
def test_an_old_address_of_withdrawn_content_says_that_it_was_withdrawn(
    states: Api, url: str, reason: str, successor: str | None
) -> None:
    answer = states.get("/v1/by-url", params={"url": url})
    assert answer.status_code == 410
    assert [answer.json()["reason"], answer.json()["successor"]] == [reason, successor]


@pytest.mark.parametrize(("length", "status"), [(2_000, 404), (2_001, 422)])
def test_an_old_address_may_be_as_long_as_a_pack_allows(states: Api, length: int, status: int) -> None:
    url = "https://hiccup-hats.example/".ljust(length, "x")
    assert states.get("/v1/by-url", params={"url": url}).status_code == status


def test_the_process_says_that_it_lives_and_the_database_that_it_is_ready(states: Api) -> None:
    assert states.json("/livez") == {"status": "ok"}
    assert states.json("/readyz") == {"status": "ok"}


def test_the_version_names_the_program_and_the_publication(states: Api) -> None:
    publication = states.json("/v1")["publication"]
    assert states.json("/version") == {"version": __version__, "publication": publication}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/livez", 200, None), ("/readyz", 503, "not-migrated"), ("/v1/conditions", 503, "unavailable")],
)
def test_without_its_tables_the_service_lives_but_is_not_ready(
    portal: BlockingPortal, create_database: Callable[..., str], path: str, status: int, code: Any
) -> None:
    address = create_database()
    app = create_app(Settings.defaults().model_copy(update={"database_url": address}))
    answer = Api(app, portal).get(path)
    app.state.engine.dispose()
    assert [answer.status_code, answer.json().get("code")] == [status, code]
    assert ("Retry-After" in answer.headers) == (code == "unavailable")


@pytest.mark.engines("sqlite")
def test_who_only_reads_makes_no_database_where_there_is_none(portal: BlockingPortal, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'folder' / 'content.sqlite3'}"
    app = create_app(Settings.defaults().model_copy(update={"database_url": address}))
    assert Api(app, portal).get("/v1/conditions").status_code == 503
    assert list(tmp_path.iterdir()) == []
    publish_to(address, EVERY_STATE)
    assert Api(app, portal).get("/v1/conditions").status_code == 200
    app.state.engine.dispose()


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/version"])
def test_what_an_operator_asks_is_never_kept_in_a_cache(states: Api, path: str) -> None:
    assert states.get(path).headers["Cache-Control"] == "no-store"
