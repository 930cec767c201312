"""The feeds of publications, the sitemap, robots.txt and llms.txt."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from app.render.markdown import escaped
from app.routes import feeds
from tests.conftest import ENGINES, EVERY_STATE, SEED, Api, publish

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` shows that both engines answer alike

PUBLIC = "https://content.example/health"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOSTILE = "Hats]]></content><script>alert(1)</script> [x](javascript:alert) \"&' \u202egnorw\u2066 \ufffe"
SHOWN = "Hats]]></content><script>alert(1)</script> [x](javascript:alert) \"&' gnorw"
NOTICE = "This is educational content. It is not medical advice."
TYPES = {
    "/feed.atom": "application/atom+xml",
    "/feed.json": "application/feed+json",
    "/sitemap.xml": "application/xml",
    "/sitemap-1.xml": "application/xml",
    "/robots.txt": "text/plain; charset=utf-8",
    "/llms.txt": "text/plain; charset=utf-8",
}
ABSOLUTE = ["/feed.atom", "/feed.json", "/sitemap.xml", "/sitemap-1.xml"]

each_address = pytest.mark.parametrize("path", TYPES)


@pytest.fixture(scope="module")
def public(make_api: Callable[..., Api]) -> Api:
    """Both packs, at a public address."""
    return make_api(SEED, EVERY_STATE, public_url=PUBLIC, organisation_name="The Hat Hospital")


def xml(api: Api, path: str) -> ET.Element:
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    return ET.fromstring(answer.content)  # noqa: S314  # what we made ourselves


def entries(api: Api) -> list[ET.Element]:
    return xml(api, "/feed.atom").findall(f"{ATOM}entry")


def content(entry: ET.Element) -> LexborHTMLParser:
    return LexborHTMLParser(entry.findtext(f"{ATOM}content") or "")


def changes(entry: ET.Element) -> list[str]:
    return [item.text() for item in content(entry).css("li")]


def is_rfc_3339(text: str | None) -> bool:
    made = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text or "")
    return made is not None and dt.datetime.fromisoformat(made[0]).tzinfo is not None


def edited(folder: Path, slug: str, name: str | None) -> Path:
    """The pack of every state with one condition called otherwise or, for no name, withdrawn."""
    if not folder.exists():
        shutil.copytree(EVERY_STATE, folder)
    file = folder / "conditions" / f"{slug}.json"
    if name is None:
        file.unlink()
        with (folder / "withdrawn.jsonl").open("a", encoding="utf-8") as tombstones:
            tombstones.write(json.dumps({"kind": "condition", "slug": slug, "reason": "recall"}) + "\n")
        return folder
    record = json.loads(file.read_text(encoding="utf-8"))
    for edition in record["editions"]:
        edition["name"] = name
    file.write_text(json.dumps(record), encoding="utf-8")
    return folder


# ---- the feeds


def test_the_atom_feed_has_what_rfc_4287_requires(public: Api) -> None:
    feed = xml(public, "/feed.atom")
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}id") == f"{PUBLIC}/feed.atom"
    assert feed.findtext(f"{ATOM}title") == "The Hat Hospital"
    assert "its latest publication" in (feed.findtext(f"{ATOM}subtitle") or "")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "The Hat Hospital"
    assert {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{ATOM}link")} == {
        "self": f"{PUBLIC}/feed.atom",
        "alternate": f"{PUBLIC}/",
    }
    listed = entries(public)
    assert len(listed) == 2
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in listed]
    assert len(set(ids)) == len(ids)
    assert [uuid.UUID(entry_id).urn for entry_id in ids] == ids
    for entry in listed:
        assert entry.findtext(f"{ATOM}title")
        assert is_rfc_3339(entry.findtext(f"{ATOM}updated"))
        assert entry.findtext(f"{ATOM}published") == entry.findtext(f"{ATOM}updated")
        assert entry.find(f"{ATOM}content").attrib == {"type": "html"}  # type: ignore[union-attr]
    assert feed.findtext(f"{ATOM}updated") == listed[0].findtext(f"{ATOM}updated")
    unqualified = [node.tag for node in feed.iter() if not node.tag.startswith(ATOM)]
    assert unqualified == []


def test_the_json_feed_has_what_version_1_1_requires_and_says_the_same(public: Api) -> None:
    feed = public.json("/feed.json")
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "The Hat Hospital"
    assert feed["home_page_url"] == f"{PUBLIC}/"
    assert feed["feed_url"] == f"{PUBLIC}/feed.json"
    assert all(is_rfc_3339(item["date_published"]) for item in feed["items"])
    listed = entries(public)
    told = [
        (item["id"], item["title"], item["content_html"], item["date_published"], *item["tags"])
        for item in feed["items"]
    ]
    assert told == [
        (
            entry.findtext(f"{ATOM}id"),
            entry.findtext(f"{ATOM}title"),
            entry.findtext(f"{ATOM}content"),
            entry.findtext(f"{ATOM}published"),
            entry.find(f"{ATOM}category").attrib["term"],  # type: ignore[union-attr]
        )
        for entry in listed
    ]


def test_a_publication_lists_every_record_with_its_name_and_its_address(public: Api) -> None:
    newest = entries(public)[0]
    assert (newest.findtext(f"{ATOM}title") or "").startswith("Publication 2 of every-state: ")
    addresses = {link.attributes["href"] for link in content(newest).css("a")}
    for item in public.json("/v1/conditions?limit=100")["items"]:
        if item["slug"] != "neutropenia":
            assert {item["address"], f"{PUBLIC}/embed/conditions/{item['slug']}"} <= addresses
            assert any(item["name"] in line for line in changes(newest))
    for kind in ("articles", "locations", "glossary"):
        assert {item["address"] for item in public.every_item(f"/v1/{kind}?limit=100") if "hat" in item["slug"]} <= (
            addresses | {entry.attributes["href"] for entry in content(entries(public)[1]).css("a")}
        )


def test_what_was_withdrawn_stands_first_with_its_reason_and_its_successor(public: Api) -> None:
    newest = entries(public)[0]
    withdrawn = [line for line in changes(newest) if line.startswith("Withdrawn: ")]
    assert changes(newest)[: len(withdrawn)] == withdrawn
    assert len(withdrawn) == len((EVERY_STATE / "withdrawn.jsonl").read_text(encoding="utf-8").splitlines())
    assert "Withdrawn: whispering-thumb (condition, recall), its record" in withdrawn
    assert "Withdrawn: hiccup-cap-syndrome (condition, retired), its record, see hiccup-hat-syndrome" in withdrawn
    assert f"{len(withdrawn)} withdrawn" in (newest.findtext(f"{ATOM}title") or "")


def test_the_feeds_hold_names_and_no_sentence_of_the_content(public: Api) -> None:
    said = "".join(entry.findtext(f"{ATOM}content") or "" for entry in entries(public))
    for item in public.json("/v1/conditions?limit=100&view=full")["items"]:
        assert item["summary"] not in said
        assert [sign["action"] for sign in item["warning_signs"]["signs"] if sign["action"] in said] == []


@pytest.mark.engines(*ENGINES)
def test_publishing_again_adds_one_entry_and_moves_what_changed_to_it(
    make_api: Callable[..., Api], tmp_path: Path
) -> None:
    api = make_api(EVERY_STATE, public_url=PUBLIC)
    engine = api.app.state.engine
    before = entries(api)
    publish(engine, edited(tmp_path / "pack", "quiet-toes", "Noisy toes"))
    after = entries(api)
    assert len(after) == len(before) + 1
    assert after[1].findtext(f"{ATOM}id") == before[0].findtext(f"{ATOM}id")
    assert after[0].findtext(f"{ATOM}title") == "Publication 2 of every-state: 1 changed"
    assert changes(after[0]) == ["Changed: Noisy toes (condition), its record"]
    assert [line for line in changes(after[1]) if "toes" in line.lower() and "condition" in line] == [
        line for line in changes(before[0]) if "toes" in line.lower() and "condition" in line and "Quiet" not in line
    ]
    publish(engine, edited(tmp_path / "pack", "quiet-toes", None))
    third = entries(api)
    assert changes(third[0]) == ["Withdrawn: quiet-toes (condition, recall), its record"]
    assert third[1].findtext(f"{ATOM}title") == "Publication 2 of every-state"
    assert content(third[1]).text() == "All that it changed has changed again since."


@pytest.mark.engines(*ENGINES)
def test_a_large_publication_is_cut_short_after_its_withdrawals_and_says_so(
    public: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = changes(entries(public)[0])
    monkeypatch.setattr(feeds, "MOST_CHANGES", 10)
    short = entries(public)[0]
    assert changes(short) == whole[:10]
    assert f"And {len(whole) - 10} more, which are not listed here." in content(short).text()
    assert short.findtext(f"{ATOM}title") == entries(public)[0].findtext(f"{ATOM}title")


def test_an_empty_deployment_has_feeds_without_entries(make_api: Callable[..., Api]) -> None:
    api = make_api(public_url=PUBLIC)
    assert entries(api) == []
    assert is_rfc_3339(xml(api, "/feed.atom").findtext(f"{ATOM}updated"))
    assert api.json("/feed.json")["items"] == []


@pytest.mark.parametrize("path", ABSOLUTE)
def test_what_needs_absolute_addresses_says_that_there_is_no_public_one(states: Api, path: str) -> None:
    answer = states.get(path)
    assert [answer.status_code, answer.json()["code"]] == [503, "no-public-address"]
    assert "PUBLIC_URL" in answer.json()["detail"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"


# ---- the sitemap


def expected_pages(api: Api) -> set[str]:
    """The address of each page whose record has none on its publisher's site."""
    kinds = {"conditions": "&view=full", "articles": "", "locations": ""}
    found = {f"{PUBLIC}/", f"{PUBLIC}/embed/locations"}
    for kind, view in kinds.items():
        items = api.every_item(f"/v1/{kind}?limit=100{view}".replace(PUBLIC, ""))
        found |= {f"{PUBLIC}/embed/{kind}/{item['slug']}" for item in items if item["url"] is None}
    return found


def locations(root: ET.Element) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SITEMAP}loc")]


@pytest.mark.engines(*ENGINES)
def test_the_sitemap_holds_every_page_that_is_at_home_here(public: Api) -> None:
    root = xml(public, "/sitemap.xml")
    assert root.tag == f"{SITEMAP}urlset"
    assert sorted(locations(root)) == sorted(expected_pages(public))
    records = [url for url in root if "/embed/" in (url.findtext(f"{SITEMAP}loc") or "")][1:]
    assert all(is_rfc_3339(url.findtext(f"{SITEMAP}lastmod")) for url in records)
    assert len(records) > 10


@pytest.mark.engines(*ENGINES)
def test_a_sitemap_that_would_be_too_large_is_an_index_of_several(public: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = locations(xml(public, "/sitemap.xml"))
    monkeypatch.setattr(feeds, "MOST_ADDRESSES", 10)
    index = xml(public, "/sitemap.xml")
    assert index.tag == f"{SITEMAP}sitemapindex"
    parts = locations(index)
    assert len(parts) == -(-(len(whole) - 2) // 10)
    found = [locations(xml(public, part.removeprefix(PUBLIC))) for part in parts]
    assert [address for part in found for address in part] == whole
    assert max(map(len, found)) <= 12
    assert public.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404


def test_a_sitemap_never_holds_more_than_the_protocol_allows() -> None:
    assert feeds.MOST_ADDRESSES + len(feeds.PLAIN_PAGES) <= 50_000


@pytest.mark.parametrize(
    "number", ["0", "2", "999999", "1000000", "9" * 4301, "-1", "+1", "01", "%D9%A1", "1%0A", "x", "1.5", "1.xml"]
)
def test_a_sitemap_that_is_not_there_is_not_found(public: Api, number: str) -> None:
    assert public.get(f"/sitemap-{number}.xml").status_code == 404


def test_an_empty_deployments_sitemap_holds_its_plain_pages(make_api: Callable[..., Api]) -> None:
    assert locations(xml(make_api(public_url=PUBLIC), "/sitemap.xml")) == [f"{PUBLIC}/", f"{PUBLIC}/embed/locations"]


# ---- robots.txt and llms.txt


def test_robots_may_read_all_and_learn_of_the_sitemap_where_it_has_an_address(public: Api, states: Api) -> None:
    assert public.get("/robots.txt").text == f"User-agent: *\nAllow: /\n\nSitemap: {PUBLIC}/sitemap.xml\n"
    assert states.get("/robots.txt").text == "User-agent: *\nAllow: /\n"


def test_llms_txt_is_in_its_format_and_lists_every_conditions_markdown(public: Api) -> None:
    told = public.get("/llms.txt").text.splitlines()
    assert told[0] == "# The Hat Hospital"
    assert told[2].startswith("> ")
    assert NOTICE in told[2]
    assert [line for line in told if line.startswith("## ")] == ["## Conditions", "## Data", "## Optional"]
    listed = told[told.index("## Conditions") + 2 : told.index("## Data") - 1]
    items = public.json("/v1/conditions?limit=100")["items"]
    assert len(listed) == len(items)
    for item, line in zip(items, listed, strict=True):
        assert f"]({item['address']}.md): " in line
        signs = item["warning_signs"]
        assert f"{signs['total']} warning sign" in line or signs["total"] == 0
        assert ("not the whole list" in line) == (signs["total"] > 0 and not signs["complete"])
    assert all(re.match(r"- \[.+\]\(https://\S+\): .+", line) for line in listed)


def test_llms_txt_of_an_empty_deployment_says_that_there_is_nothing_yet(make_api: Callable[..., Api]) -> None:
    told = make_api().get("/llms.txt").text
    assert "Nothing is published here yet." in told
    assert NOTICE in told


def test_llms_txt_stops_somewhere_and_says_where_the_rest_is(public: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST_CONDITIONS", 3)
    told = public.get("/llms.txt").text
    assert told.count(".md)") == 3
    assert f"- [More conditions]({PUBLIC}/v1/conditions)" in told


# ---- safety and delivery


def test_hostile_names_are_text_everywhere(make_api: Callable[..., Api], tmp_path: Path) -> None:
    pack = edited(tmp_path / "pack", "quiet-toes", HOSTILE)
    api = make_api(pack, public_url=PUBLIC, organisation_name=HOSTILE)
    feed = xml(api, "/feed.atom")
    assert (feed.findtext(f"{ATOM}title") or "").strip() == SHOWN
    (entry,) = feed.findall(f"{ATOM}entry")
    assert [line for line in changes(entry) if SHOWN in line]
    assert content(entry).css("script") == []
    assert {(link.attributes["href"] or "")[: len(PUBLIC)] for link in content(entry).css("a")} == {PUBLIC}
    for path in TYPES:
        told = api.get(path).content.decode()
        assert [mark for mark in "\u202e\u2066" if mark in told] == []
    told = api.get("/llms.txt").text
    assert f"# {escaped(HOSTILE)}\n" in told
    assert f"- [{escaped(HOSTILE)}]({PUBLIC}/" in told
    assert re.findall(r"(?<!\\)\]\((?!https://content\.example/)", told) == []


@pytest.mark.parametrize("name", ["1. Hats", "- Hats", "www.hats.example", "Hats {#x} $y$ @all", "Hats\n## Caps"])
def test_the_organisations_name_is_one_line_of_text_in_llms_txt(make_api: Callable[..., Api], name: str) -> None:
    read = MarkdownIt("commonmark").render(make_api(organisation_name=name).get("/llms.txt").text)
    assert [node.text() for node in LexborHTMLParser(read).css("h1")] == [name.replace("\n", " ")]
    assert read.count("<h2>") == 2


@each_address
def test_each_has_its_media_type_and_ignores_what_others_add(public: Api, path: str) -> None:
    answer = public.get(f"{path}?utm_source=x&utm_source=y")
    assert [answer.status_code, answer.headers["Content-Type"]] == [200, TYPES[path]]
    assert answer.content == public.get(path).content


@each_address
def test_each_is_cached_validated_and_coded_like_all_content(public: Api, path: str) -> None:
    answer = public.get(path, headers={"Accept-Encoding": "identity"})
    assert "max-age=60" in answer.headers["Cache-Control"]
    coded = public.get(path, headers={"Accept-Encoding": "gzip"})
    assert [coded.headers["Content-Encoding"], coded.content] == ["gzip", answer.content]
    again = public.get(path, headers={"If-None-Match": answer.headers["ETag"], "Accept-Encoding": "identity"})
    assert [again.status_code, again.content] == [304, b""]
    head = public.request("HEAD", path, headers={"Accept-Encoding": "identity"})
    assert [head.status_code, head.headers["ETag"], head.content] == [200, answer.headers["ETag"], b""]


@each_address
def test_each_is_the_same_bytes_each_time(public: Api, path: str) -> None:
    assert public.get(path).content == public.get(f"{path}?again").content


@pytest.mark.engines(*ENGINES)
@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/feed.atom", 3),
        ("/feed.json", 3),
        ("/sitemap.xml", 2),
        ("/sitemap-1.xml", 2),
        ("/robots.txt", 0),
        ("/llms.txt", 2),
    ],
)
def test_each_costs_as_many_statements_as_are_pinned_here(
    api: Api, public: Api, statements: Callable[[], Any], path: str, count: int
) -> None:
    api.app.state.settings, told = public.app.state.settings, api.app.state.settings
    try:
        with statements() as sent:
            assert api.get(path).status_code == 200
    finally:
        api.app.state.settings = told
    assert len(sent) == count, "\n".join(sent)
