"""The pages' own files: kept for ever under the hash of their bytes, and what a page that pins them is told."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Callable

import pytest

from app.assets import HASHED
from tests.conftest import ROOT, Api

pytestmark = pytest.mark.engines("sqlite")  # they are files

FOREVER = "public, max-age=31536000, immutable"
# What a script needs no policy's leave for, and what it must not do on another's page.
NEVER = (
    r"\beval\b|\bFunction\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|cssText|['\"]style['\"]"
    r"|cookie|localStorage|sessionStorage|indexedDB|\bfetch\(|XMLHttpRequest|sendBeacon|\bimport\b"
)


def integrity(body: bytes) -> str:
    """What a browser compares (W3C Subresource Integrity, section 3.3)."""
    return f"sha384-{base64.b64encode(hashlib.sha384(body).digest()).decode()}"


@pytest.mark.parametrize("name", HASHED)
def test_a_file_is_published_with_the_integrity_of_the_very_bytes_that_are_served(api: Api, name: str) -> None:
    entry = api.json("/static/integrity.json")[name]
    assert set(entry) == {"address", "integrity"}
    answer = api.get(entry["address"])
    assert answer.status_code == 200
    assert answer.content == api.get(f"/static/{name}").content
    assert entry["integrity"] == integrity(answer.content)
    assert answer.headers["access-control-allow-origin"] == "*"  # a browser checks no bytes that it may not read
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("name", HASHED)
def test_a_file_is_kept_for_ever_under_its_hash_alone(api: Api, name: str) -> None:
    address = api.json("/static/integrity.json")[name]["address"]
    assert re.fullmatch(r"/static/[a-z]+\.[0-9a-f]{16}\.(?:js|css)", address)
    assert api.get(address).headers["cache-control"] == FOREVER
    assert api.get(f"/static/{name}").headers["cache-control"] != FOREVER


def test_another_versions_hash_gets_todays_file_and_nobody_keeps_that(api: Api) -> None:
    answer = api.get("/static/embed.0123456789abcdef.js")
    assert answer.status_code == 200
    assert answer.content == api.get("/static/embed.js").content
    assert answer.headers["cache-control"].startswith("public, max-age=60,")


@pytest.mark.parametrize("path", ["/static/docs.0123456789abcdef.css", "/static/nothing.0123456789abcdef.js"])
def test_a_file_that_has_no_hash_is_not_there_under_one(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_the_list_of_files_meets_the_delivery_contract(api: Api) -> None:
    answer = api.get("/static/integrity.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"].startswith("public, max-age=60,")
    again = api.get("/static/integrity.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_with_a_public_address_the_list_has_absolute_ones(make_api: Callable[..., Api]) -> None:
    listed = make_api(public_url="https://content.example/health").json("/static/integrity.json")
    assert set(listed) == set(HASHED)
    for entry in listed.values():
        assert entry["address"].startswith("https://content.example/health/static/")


def test_the_script_for_other_sites_is_small(api: Api) -> None:
    script = api.get("/static/embed.js", headers={"Accept-Encoding": "identity"}).content
    assert 1_000 < len(gzip.compress(script, mtime=0)) < 4_000


@pytest.mark.parametrize("name", ["embed.js", "frame.js"])
def test_a_script_for_other_sites_writes_no_markup_keeps_nothing_and_sends_nothing(api: Api, name: str) -> None:
    assert re.findall(NEVER, api.get(f"/static/{name}").text) == []


@pytest.mark.parametrize("name", ["embed.js", "frame.js"])
def test_a_script_for_other_sites_names_no_address(api: Api, name: str) -> None:
    assert re.findall(r"\w+://", api.get(f"/static/{name}").text) == []


def test_the_attributes_that_the_script_reads_are_those_that_the_documentation_names(api: Api) -> None:
    script = api.get("/static/embed.js").text
    (listed,) = re.findall(r"const parameters = \[(.*?)\]", script)
    read = {"condition", *re.findall(r'"([a-z-]+)"', listed)}
    element = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8").partition("| attribute |")[2]
    rows = re.findall(r"^\| (`.*?) \|", element.partition("\n\n")[0], re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)} == read
