"""The contract in full: every public shape member by member, what each answer costs, and where addresses come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from app.main import create_app
from tests.conftest import ENGINES, Api

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` shows that both engines answer alike

ADDRESSES = {  # every route, and a live address of it
    "/v1": "/v1",
    "/v1/articles": "/v1/articles",
    "/v1/articles/{slug}": "/v1/articles/hats-for-parents",
    "/v1/by-url": "/v1/by-url?url=hhs:1001",
    "/v1/conditions": "/v1/conditions",
    "/v1/conditions/{slug}": "/v1/conditions/hiccup-hat-syndrome",
    "/v1/conditions/{slug}.html": "/v1/conditions/hiccup-hat-syndrome.html",
    "/v1/conditions/{slug}.jsonld": "/v1/conditions/hiccup-hat-syndrome.jsonld",
    "/v1/conditions/{slug}.md": "/v1/conditions/hiccup-hat-syndrome.md",
    "/v1/conditions/{slug}.txt": "/v1/conditions/hiccup-hat-syndrome.txt",
    "/v1/conditions/{slug}/articles": "/v1/conditions/hiccup-hat-syndrome/articles",
    "/v1/conditions/{slug}/care": "/v1/conditions/hiccup-hat-syndrome/care",
    "/v1/conditions/{slug}/warning-signs": "/v1/conditions/hiccup-hat-syndrome/warning-signs",
    "/v1/directory": "/v1/directory",
    "/v1/glossary": "/v1/glossary",
    "/v1/glossary/{slug}": "/v1/glossary/hiccup",
    "/v1/locations": "/v1/locations",
    "/v1/locations.geojson": "/v1/locations.geojson",
    "/v1/locations/{slug}": "/v1/locations/hat-hall",
    "/v1/locations/{slug}.jsonld": "/v1/locations/hat-hall.jsonld",
    "/v1/search": "/v1/search?q=hiccup+hat",
    "/v1/sources/{slug}": "/v1/sources/hat-notes",
    "/v1/suggest": "/v1/suggest?q=hic",
    "/v1/warning-signs": "/v1/warning-signs",
    "/livez": "/livez",
    "/readyz": "/readyz",
    "/version": "/version",
    "/docs": "/docs",
    "/openapi.json": "/openapi.json",
    "/static": "/static/docs.js",
}
PAGES = {  # what is for people, for robots and for what shows pages: none of it is in the OpenAPI document
    "/": "/",
    "/embed/conditions/{slug}": "/embed/conditions/hiccup-hat-syndrome",
    "/print/conditions/{slug}": "/print/conditions/hiccup-hat-syndrome",
    "/embed/articles/{slug}": "/embed/articles/hats-for-parents",
    "/embed/locations": "/embed/locations",
    "/embed/locations/{slug}": "/embed/locations/hat-hall",
    "/embed/search": "/embed/search",
    "/oembed": "/oembed?url=https://content.example/embed/conditions/hiccup-hat-syndrome",
    "/oembed/provider.json": "/oembed/provider.json",
    "/feed.atom": "/feed.atom",
    "/feed.json": "/feed.json",
    "/sitemap.xml": "/sitemap.xml",
    "/sitemap-{number}.xml": "/sitemap-1.xml",
    "/robots.txt": "/robots.txt",
    "/llms.txt": "/llms.txt",
    "/static/integrity.json": "/static/integrity.json",
    "/static/{name}.{digest}.{ending}": "/static/embed.0123456789abcdef.js",
}
MOVED = [
    ("/v1/conditions/hiccup-hat", "/v1/conditions/hiccup-hat-syndrome"),
    ("/v1/conditions/hat-hiccups?lang=es&aspect=a%20b", "/v1/conditions/hiccup-hat-syndrome?lang=es&aspect=a%20b"),
    ("/v1/conditions/hiccup-hat/warning-signs", "/v1/conditions/hiccup-hat-syndrome/warning-signs"),
    ("/v1/conditions/hiccup-hat/care?near=06106", "/v1/conditions/hiccup-hat-syndrome/care?near=06106"),
    (
        "/v1/conditions/left-eclair-elbow/articles?limit=1&lang=es",
        "/v1/conditions/eclair-elbow-of-the-left-arm/articles?limit=1&lang=es",
    ),
    ("/v1/conditions/hiccup-bonnet", "/v1/conditions/hiccup-cap-syndrome"),
    ("/v1/conditions/hiccup-hat.md?lang=es", "/v1/conditions/hiccup-hat-syndrome.md?lang=es"),
    ("/v1/conditions/hiccup-hat.jsonld", "/v1/conditions/hiccup-hat-syndrome.jsonld"),
    ("/v1/articles/parent-hats", "/v1/articles/hats-for-parents"),
    ("/v1/articles/old-hats", "/v1/articles/hats-of-last-year"),
    ("/v1/locations/hat-house", "/v1/locations/hat-hall"),
    ("/v1/locations/hat-house.jsonld", "/v1/locations/hat-hall.jsonld"),
    ("/v1/glossary/hickup", "/v1/glossary/hiccup"),
]
WITHDRAWN = [
    ("/v1/conditions/hiccup-cap-syndrome", "retired", "/v1/conditions/hiccup-hat-syndrome"),
    ("/v1/conditions/hiccup-cap-syndrome/warning-signs", "retired", "/v1/conditions/hiccup-hat-syndrome"),
    ("/v1/conditions/hiccup-cap-syndrome/care?near=06106", "retired", "/v1/conditions/hiccup-hat-syndrome"),
    ("/v1/conditions/hiccup-cap-syndrome/articles", "retired", "/v1/conditions/hiccup-hat-syndrome"),
    ("/v1/conditions/whispering-thumb?lang=es&fallback=none", "recall", None),
    ("/v1/conditions/hiccup-beret-syndrome", "merged", "/v1/conditions/hiccup-cap-syndrome"),
    ("/v1/conditions/hiccup-cap-syndrome.html", "retired", "/v1/conditions/hiccup-hat-syndrome"),
    ("/v1/conditions/hiccup-cap-syndrome.txt?lang=es", "retired", "/v1/conditions/hiccup-hat-syndrome"),
    ("/v1/conditions/whispering-thumb.jsonld", "recall", None),
    ("/v1/conditions/whispering-thumb.md?audience=kids&fallback=none", "recall", None),
    ("/v1/articles/hats-of-last-year", "retired", "/v1/articles/hats-for-parents"),
    ("/v1/articles/how-to-iron-a-cat", "recall", None),
    ("/v1/locations/leaning-hat-tower", "closed", "/v1/locations/hat-hall"),
    ("/v1/locations/leaning-hat-tower.jsonld", "closed", "/v1/locations/hat-hall"),
    ("/v1/glossary/hattitude", "retired", None),
    ("/v1/by-url?url=hhs:0900", "retired", "/v1/conditions/hiccup-hat-syndrome"),
]
OTHER_ERRORS = [
    "/v1/conditions?limit=0",
    "/v1/conditions/nothing",
    "/v1/conditions/balloon-knees?audience=teens",
    "/v1/conditions/balloon-knees.md?audience=teens",
    "/no",
]
# What is made of a whole document: the edition, its related reading and the glossary, in one snapshot.
RENDERINGS = [path for template, path in ADDRESSES.items() if template.startswith("/v1/conditions/{slug}.")]
DOCUMENTS = [*RENDERINGS, PAGES["/embed/conditions/{slug}"], PAGES["/print/conditions/{slug}"]]
OTHER_FORMATS = [path for path in RENDERINGS if not path.endswith("json")]
NO_JSON = ("/docs", "/openapi", "/static", *OTHER_FORMATS, *(path for path in PAGES.values() if path != "/"))
SEARCHES = ("/v1/search", "/v1/suggest")
FOUND = [ADDRESSES["/v1/search"], ADDRESSES["/v1/suggest"]]  # a search looks words up, one after the other
FURTHER_PAGES = [
    "/embed/locations?near=10.5,-40.2&limit=1",
    "/v1/locations?near=10.5,-40.2&limit=1",
    "/v1/conditions/hiccup-hat-syndrome/care?near=10.5,-40.2",
    "/v1/conditions?limit=1&view=full",
    "/v1/locations.geojson?limit=1",
    "/v1/conditions?slugs=hiccup-hat",
]
EVERY_ANSWER = [
    *ADDRESSES.values(),
    *PAGES.values(),
    *(path for path, _ in MOVED),
    *(path for path, _, _ in WITHDRAWN),
    *OTHER_ERRORS,
    *FURTHER_PAGES,
]


def inside(value: Any) -> Iterator[Any]:
    """A JSON value and all that it holds."""
    yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(part)


# ---- every public shape, by hand


def members(value: Any) -> Any:
    """The names in a JSON value, however deep: objects by their members, lists by the kinds of object they hold."""
    if isinstance(value, dict):
        return {name: members(part) for name, part in value.items()}
    if isinstance(value, list):
        kinds: list[Any] = []
        for part in value:
            if isinstance(part, dict) and (kind := members(part)) not in kinds:
                kinds.append(kind)
        return kinds
    return None


def names(*plain: str, **deep: Any) -> dict[str, Any]:
    return dict.fromkeys(plain) | deep


REFERENCE = names("slug", "address")
PROVENANCE = names("basis", source=REFERENCE, lines=[], derived=[], curated=[])
PUBLISHER = names("name", "url")
SOURCE = names("slug", "address", "name", "sha256", "owner", "rights", "lang", "lines", "url", "retrieved_on")
EDITION_NAME = names("lang", "audience", "audience_basis")
EDITION = names("fallback", requested=names("lang", "audience"), served=EDITION_NAME, available=[EDITION_NAME])
REVIEW = names("status", "by", "reviewed_on", "next_review_on")
SIGN = names("key", "sign", "scope", "urgency", "contact", "action", provenance=PROVENANCE)
SET_SUMMARY = names("address", "complete", "total", "highest_urgency")
SIGN_SET = SET_SUMMARY | names("applies_to", "note", signs=[SIGN], provenance=PROVENANCE)
SUMMARY = names(
    "slug",
    "address",
    "name",
    "pronunciation",
    "summary",
    "complete",
    edition=EDITION,
    aliases=[
        names("name", "kind", "lang", provenance=PROVENANCE),
        names("name", "kind", "lang", provenance=PROVENANCE | {"source": None}),
    ],
    codings=[names("system", "code", "display", provenance=PROVENANCE | {"source": None})],
    categories=[names("name", "lang", provenance=PROVENANCE)],
    review=REVIEW,
    warning_signs=SET_SUMMARY,
    provenance=PROVENANCE,
)
HEADING = names("heading", "anchor", "aspect", "complete")
PARAGRAPH = names("type", "text", provenance=PROVENANCE)
LIST = names("type", "about", "ordered", provenance=PROVENANCE, items=[])
LOST_LIST = names("type", "about", "note", provenance=PROVENANCE)
CONDITION = SUMMARY | names(
    "articles_address",
    "url",
    "published_on",
    "modified_on",
    "rights",
    "notice",
    warning_signs=SIGN_SET,
    contents=[HEADING],
    sections=[
        HEADING | names(blocks=[PARAGRAPH], provenance=PROVENANCE),
        HEADING | names(blocks=[LIST], provenance=PROVENANCE),
        HEADING | names(blocks=[PARAGRAPH, LIST], provenance=PROVENANCE),
    ],
    former_slugs=[],
    publisher=PUBLISHER,
    based_on=SOURCE,
)
WITH_LOST_LISTS = CONDITION | {
    "sections": [
        HEADING | names(blocks=[PARAGRAPH], provenance=PROVENANCE),
        HEADING | names(blocks=[LOST_LIST], provenance=PROVENANCE),
    ]
}
FLAT = names("slug", "lang", "audience", "audience_basis", publisher=PUBLISHER, provenance=PROVENANCE)
ARTICLE = FLAT | names("address", "title", "teaser", "url", conditions=[REFERENCE])
PLACE = FLAT | names(
    "address",
    "name",
    "kind",
    "phone",
    "hours",
    "url",
    postal_address=names("street", "city", "state", "postal_code", "country"),
)
LOCATION = PLACE | names(coordinates=names("latitude", "longitude", "precision"))
NEARNESS = names("measured_from", "radius", "unit")
FEATURE = names("type", "id", geometry=names("type", coordinates=[]), properties=PLACE | names("precision"))
TERM = FLAT | names("address", "term", "pronunciation", "meaning", also_called=[])
ENTRY = FLAT | names("name", "url", group=names("slug", "name"))
PUBLICATION = names("generation", "id", "published_at", "pack")
PROBLEM = names("type", "title", "status", "code", "detail", "request_id")

SHAPES = [
    (
        "/v1",
        names(
            "name",
            "version",
            "emergency_line",
            "care_team_phone",
            "notice",
            publication=PUBLICATION,
            links=names(
                "conditions",
                "warning-signs",
                "articles",
                "locations",
                "locations.geojson",
                "glossary",
                "directory",
                "documentation",
                "openapi",
            ),
        ),
    ),
    (
        "/v1/conditions?slugs=hiccup-hat&code=U77",
        names(
            "total",
            "next",
            "notice",
            items=[SUMMARY],
            code=names("requested", "matched", "fallback"),
            not_served=[names("slug", "code", "reason", "address")],
        ),
    ),
    (
        "/v1/conditions?slugs=hiccup-hat-syndrome&view=full",
        names("total", "next", "notice", "code", items=[CONDITION], not_served=[]),
    ),
    ("/v1/conditions/hiccup-hat-syndrome", CONDITION),
    ("/v1/conditions/hiccup-hat-syndrome?lang=es", WITH_LOST_LISTS),
    (
        "/v1/conditions/hiccup-hat-syndrome/warning-signs",
        SIGN_SET | names("name", "notice", condition=REFERENCE, edition=EDITION, review=REVIEW),
    ),
    ("/v1/conditions/cloud-nose/articles?lang=es", names("total", "next", items=[ARTICLE])),
    (
        "/v1/warning-signs?condition=giggle-elbow",
        names(
            "total",
            "next",
            "notice",
            sign_set=SET_SUMMARY | names("applies_to", "note", umbrella=[SIGN]),
            items=[
                SIGN
                | names(
                    "condition_name",
                    condition=REFERENCE,
                    edition=EDITION,
                    review=REVIEW,
                    sign_set=SET_SUMMARY | names("applies_to", "note", umbrella=[SIGN]),
                )
            ],
        ),
    ),
    ("/v1/articles?audience=parents&lang=es", names("total", "next", items=[ARTICLE])),
    ("/v1/articles/hats-for-parents", ARTICLE),
    ("/v1/locations?kind=main-campus", names("total", "next", "near", items=[LOCATION | names("distance")])),
    (
        "/v1/locations?near=10.5,-40.2&kind=main-campus",
        names("total", "next", near=NEARNESS, items=[LOCATION | names(distance=names("value", "unit"))]),
    ),
    (
        "/v1/conditions/hiccup-hat-syndrome/care?near=10.5,-40.2",
        names(
            "notice",
            warning_signs=SIGN_SET | names("name", "notice", condition=REFERENCE, edition=EDITION, review=REVIEW),
            near=NEARNESS,
            contacts=[names("contact", "emergency_line", kinds=[], places=[])],
        ),
    ),
    ("/v1/locations/hat-hall", LOCATION),
    ("/v1/locations.geojson?kind=main-campus", names("type", "total", "next", features=[FEATURE])),
    ("/v1/glossary", names("total", "next", items=[TERM])),
    ("/v1/glossary/hiccup", TERM),
    ("/v1/directory", names("total", "next", items=[ENTRY])),
    ("/v1/by-url?url=hhs:1001", names("kind", "slug", "address")),
    ("/v1/sources/hat-notes", SOURCE),
    ("/livez", names("status")),
    ("/readyz", names("status")),
    ("/version", names("version", publication=PUBLICATION)),
    ("/no", PROBLEM),
    ("/v1/conditions/nothing", PROBLEM),
    ("/v1/conditions/hiccup-hat", PROBLEM),
    ("/v1/conditions/balloon-knees?audience=teens", PROBLEM | names(available=[EDITION_NAME])),
    ("/v1/conditions/hiccup-cap-syndrome", PROBLEM | names("reason", "successor")),
    ("/v1/conditions?limit=0", PROBLEM | names(errors=[names("parameter", "detail")])),
]


@pytest.mark.parametrize(("path", "shape"), SHAPES, ids=[path for path, _ in SHAPES])
def test_an_answer_has_exactly_the_members_promised(states: Api, path: str, shape: Any) -> None:
    assert members(states.get(path).json()) == shape


def test_the_request_id_is_in_every_header_and_in_the_body_of_problems_only(states: Api) -> None:
    for path in EVERY_ANSWER:
        answer = states.get(path, headers={"X-Request-ID": "Hop.77_hop-hop"})
        assert answer.headers["X-Request-ID"] == "Hop.77_hop-hop", path
        problem = answer.headers["Content-Type"] == "application/problem+json"
        assert answer.text.count("Hop.77_hop-hop") == int(problem), path
        assert problem == (answer.status_code != 200), path


# ---- what an answer costs


DETAILS = {
    "/v1/conditions/hiccup-hat-syndrome",
    "/v1/conditions/hiccup-hat-syndrome/warning-signs",
    "/v1/articles/hats-for-teens",
    "/v1/locations/hat-hall",
    "/v1/locations/hat-hall.jsonld",
    "/v1/glossary/hiccup",
}


@pytest.mark.engines(*ENGINES)
@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/v1", 2),
        ("/livez", 0),
        ("/readyz", 2),
        ("/version", 2),
        ("/v1/conditions?limit=1", 3),
        ("/v1/conditions?limit=100", 3),
        ("/v1/conditions?limit=1&view=full", 3),
        ("/v1/conditions?limit=100&view=full", 3),
        ("/v1/conditions?aspect=OverviewHealthAspect&starts_with=h", 3),
        ("/v1/conditions?slugs=quiet-toes,hiccup-hat,nothing", 3),
        ("/v1/conditions?code=U77.9", 3),
        ("/v1/conditions?category=headwear", 3),
        ("/v1/conditions/hiccup-hat-syndrome", 2),
        ("/v1/conditions/hiccup-hat-syndrome/warning-signs", 2),
        ("/v1/conditions/hiccup-hat-syndrome.html", 4),
        ("/v1/conditions/hiccup-hat-syndrome.jsonld", 3),
        ("/v1/conditions/hiccup-hat-syndrome.md", 3),
        ("/v1/conditions/hiccup-hat-syndrome.txt?lang=es&audience=kids", 3),
        ("/v1/conditions/hiccup-hat.md", 3),
        ("/v1/conditions/hiccup-cap-syndrome.txt", 3),
        ("/v1/conditions/No.md", 0),
        ("/v1/conditions/hiccup-hat-syndrome.md?unknown=1", 0),
        ("/v1/conditions/hiccup-hat-syndrome/articles", 3),
        ("/v1/conditions/hiccup-hat-syndrome/care", 2),
        ("/v1/conditions/hiccup-hat-syndrome/care?near=06106", 2),
        ("/v1/conditions/hiccup-hat/care?near=06106", 3),
        ("/v1/conditions/hiccup-hat-syndrome/care?near=nowhere", 0),
        ("/v1/conditions/hiccup-hat", 3),
        ("/v1/conditions/hiccup-cap-syndrome", 3),
        ("/v1/conditions/nothing", 3),
        ("/v1/conditions/No", 0),
        ("/v1/conditions?limit=0", 0),
        ("/v1/conditions?unknown=1", 0),
        ("/v1/warning-signs?limit=1", 3),
        ("/v1/warning-signs?limit=100", 3),
        ("/v1/articles?limit=1&condition=hiccup-hat-syndrome", 3),
        ("/v1/articles?limit=100", 3),
        ("/v1/articles/hats-for-teens", 2),
        ("/v1/locations?limit=1", 3),
        ("/v1/locations?limit=100", 3),
        ("/v1/locations?near=06106", 3),
        ("/v1/locations?near=Hartford,CT&limit=100&radius=200&kind=urgent-care", 3),
        ("/v1/locations?near=nowhere", 0),
        ("/v1/locations.geojson", 3),
        ("/v1/locations/hat-hall", 2),
        ("/v1/locations/hat-hall.jsonld", 2),
        ("/v1/glossary", 3),
        ("/v1/glossary/hiccup", 2),
        ("/v1/directory", 3),
        ("/v1/by-url?url=hhs:1001", 3),
        ("/v1/by-url?url=nothing", 2),
        ("/v1/sources/hat-notes", 2),
        ("/v1/search?q=", 1),
        ("/v1/search?q=hiccup", 9),
        ("/v1/search?q=hicup+hat", 20),
        ("/v1/search?q=nothing+of+this", 9),
        ("/v1/suggest?q=hiccup", 7),
        ("/v1/suggest?q=hickup", 7),
    ],
)
def test_an_answer_costs_as_many_statements_as_are_pinned_here(
    api: Api, statements: Callable[[], Any], path: str, count: int
) -> None:
    with statements() as sent:
        answer = api.get(path)
    if api.app.state.engine.dialect.name == "sqlite" and path in DETAILS and answer.is_success:
        count -= 1  # a file is asked for one record and the publication at once
    if api.app.state.engine.dialect.name == "postgresql" and path.startswith(SEARCHES):
        count += 1  # its limits
    assert len(sent) == count, "\n".join(sent)


@pytest.mark.engines(*ENGINES)
def test_no_answer_costs_more_than_three_statements_and_no_document_more_than_four(
    api: Api, statements: Callable[[], Any]
) -> None:
    for path in EVERY_ANSWER:
        with statements() as sent:
            api.get(path)
        most = 20 if path in FOUND else 4 if path in DOCUMENTS else 3
        assert len(sent) <= most, "\n".join([path, *sent])


@pytest.mark.engines(*ENGINES)
def test_a_further_page_costs_no_more_than_the_first(api: Api, statements: Callable[[], Any]) -> None:
    with statements() as first:
        following = api.json("/v1/warning-signs?limit=1")["next"]
    with statements() as further:
        api.json(following)
    assert len(further) == len(first)


# ---- former slugs and withdrawn content


def test_a_former_slug_leads_to_the_new_one_keeping_sub_path_and_query(states: Api) -> None:
    for path, location in MOVED:
        answer = states.get(path)
        assert [answer.status_code, answer.headers["Location"]] == [308, location], path
        assert answer.json()["code"] == "moved", path


def test_withdrawn_content_is_gone_with_its_reason_and_successor(states: Api) -> None:
    for path, reason, successor in WITHDRAWN:
        answer = states.get(path)
        assert answer.status_code == 410, path
        told = [answer.json()[member] for member in ("code", "reason", "successor")]
        assert told == ["withdrawn", reason, successor], path


def test_a_former_slug_of_withdrawn_content_ends_at_its_withdrawal(states: Api) -> None:
    moved = states.get("/v1/conditions/loud-thumb/warning-signs")
    gone = states.get(moved.headers["Location"])
    assert [moved.status_code, gone.status_code, gone.json()["reason"]] == [308, 410, "recall"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/conditions/hiccup-hat/nothing",
        "/v1/articles/hiccup-hat",
        "/v1/articles/whispering-thumb",
        "/v1/glossary/hiccup-hat-syndrome",
        "/v1/conditions/hat-house",
    ],
)
def test_a_slug_is_known_only_in_its_own_kind_and_under_paths_that_are(states: Api, path: str) -> None:
    assert states.get(path).status_code == 404


# ---- where addresses come from


def headers_with_addresses(answer: Any) -> list[str]:
    return [answer.headers[name] for name in ("Location", "Link", "Content-Location") if name in answer.headers]


def test_the_host_header_reaches_no_body_and_no_header(states: Api) -> None:
    told = {
        "Host": "evil.example:8443",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Prefix": "/evil.example",
        "Forwarded": "host=evil.example;proto=gopher",
        "X-Original-URL": "/evil.example",
    }
    for path in EVERY_ANSWER:
        answer = states.get(path, headers=told)
        said = answer.text + "\n".join(answer.headers.values())
        assert [word for word in ("evil.example", "gopher://", "untrusted.example") if word in said] == [], path


@pytest.fixture(scope="module")
def behind_a_prefix(states: Api, portal: BlockingPortal) -> Iterator[Api]:
    """The same database, served by a deployment with a public address."""
    settings = states.app.state.settings.model_copy(update={"public_url": "https://content.example/health"})
    app = create_app(settings)
    yield Api(app, portal)
    app.state.engine.dispose()


def prefixed(value: Any) -> Any:
    """A JSON value as it must be with a public address: whatever was root-relative is absolute."""
    if isinstance(value, dict):
        return {name: prefixed(part) for name, part in value.items() if name != "request_id"}
    if isinstance(value, list):
        return [prefixed(part) for part in value]
    return f"https://content.example/health{value}" if isinstance(value, str) and value.startswith("/") else value


def test_a_public_address_makes_every_address_absolute_and_changes_nothing_else(
    states: Api, behind_a_prefix: Api
) -> None:
    paths = [path for path in EVERY_ANSWER if path != "/" and not path.startswith(NO_JSON)]
    assert len(paths) > 50
    for path in paths:
        relative, absolute = states.get(path), behind_a_prefix.get(path)
        body = absolute.json()
        body.pop("request_id", None)
        assert body == prefixed(relative.json()), path
        expected = [
            header.replace("</", "<https://content.example/health/")
            if header.startswith("<")
            else f"https://content.example/health{header}"
            for header in headers_with_addresses(relative)
        ]
        assert headers_with_addresses(absolute) == expected, path


def test_every_address_in_an_answer_leads_to_an_answer(states: Api) -> None:
    addresses = {
        part
        for path in EVERY_ANSWER
        if (answer := states.get(path)).headers["Content-Type"].endswith("json") and "openapi" not in path
        for part in inside(answer.json())
        if isinstance(part, str) and part.startswith("/")
    }
    assert len(addresses) > 50
    answers = {address: states.get(address).status_code for address in addresses}
    assert {address: status for address, status in answers.items() if status != 200} == {
        "/v1/conditions/hiccup-cap-syndrome": 410  # the successor of what was merged into it, withdrawn since
    }
