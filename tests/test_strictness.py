"""Every route refuses what it does not know, and every error has the one shape that is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from tests.conftest import ENGINES, EVERY_STATE, Api
from tests.test_contract import ADDRESSES, MOVED, PAGES, WITHDRAWN

pytestmark = pytest.mark.engines("sqlite")  # it is refused before a database is asked

CONTENT = {template: path for template, path in ADDRESSES.items() if template.startswith("/v1")}
WITH_SLUG = [template for template in CONTENT if "{slug}" in template]
ALLOW = {"GET", "HEAD", "OPTIONS"}
TITLES = {  # RFC 9110's, whatever the Python says
    308: "Permanent Redirect",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
    422: "Unprocessable Content",
    500: "Internal Server Error",
}
TYPED = "zzTypedzz"  # what no answer may say back

each_content_route = pytest.mark.parametrize("template", CONTENT)


def routes(tree: Iterable[Any]) -> Iterator[str]:
    """The path of every route of an app: routers stand in the tree as one node each."""
    for node in tree:
        if hasattr(node, "original_router"):
            yield from routes(node.original_router.routes)
        else:
            yield node.path_format if isinstance(node, Route) else node.path


def parameters(api: Api, template: str) -> list[str]:
    """The query parameters that a route declares."""
    declared = api.json("/openapi.json")["paths"][template]["get"].get("parameters", [])
    return [parameter["name"] for parameter in declared if parameter["in"] == "query"]


def plus(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


def faults(answer: httpx.Response) -> dict[str, str]:
    """The parameters that a 422 names, each with what is wrong."""
    assert_is_a_problem(answer, 422, "invalid-parameters", "errors")
    errors = answer.json()["errors"]
    assert all(set(error) == {"parameter", "detail"} for error in errors)
    return {error["parameter"]: error["detail"] for error in errors}


def assert_is_a_problem(answer: httpx.Response, status: int, code: str, *more: str) -> None:
    asked = f"{answer.request.method} {answer.request.url}: {answer.text}"
    assert answer.status_code == status, asked
    assert answer.headers["Content-Type"] == "application/problem+json", asked
    body = answer.json()
    assert set(body) == {"type", "title", "status", "code", "detail", "request_id", *more}, asked
    assert body["type"] == "about:blank", asked
    assert [body["status"], body["title"], body["code"]] == [status, TITLES[status], code], asked
    assert body["request_id"] == answer.headers["X-Request-ID"], asked
    assert body["detail"].endswith("."), asked


def test_the_walk_meets_every_route_of_the_app(states: Api) -> None:
    assert sorted(routes(states.app.routes)) == sorted(ADDRESSES | PAGES)


# ---- parameters


@each_content_route
def test_an_unknown_parameter_is_refused_naming_the_known_ones(states: Api, template: str) -> None:
    found = faults(states.get(plus(CONTENT[template], f"colour={TYPED}&Limit=1")))
    known = parameters(states, template)
    assert found.keys() == {"colour", "Limit"}
    for detail in found.values():
        listed = detail.partition("known here: ")[2]
        assert sorted(filter(None, listed.split(", "))) == sorted(known)
        assert known or detail == "is not known; this address takes no parameters"


@each_content_route
def test_an_unknown_parameter_is_refused_however_it_is_written(states: Api, template: str) -> None:
    for query in ("colour", "colour=", "=1", "limit[]=1", "%20limit=1"):
        assert len(faults(states.get(plus(CONTENT[template], query)))) == 1, query


MUST_BE_GIVEN = {"/v1/by-url": "url", "/v1/search": "q", "/v1/suggest": "q"}


def test_an_unknown_parameter_is_refused_where_there_is_no_record_too(states: Api) -> None:
    for template in CONTENT.keys() - MUST_BE_GIVEN.keys():
        path = template.replace("{slug}", "nothing")
        assert faults(states.get(f"{path}?colour=red")).keys() == {"colour"}, path


@each_content_route
def test_a_parameter_given_twice_is_refused(states: Api, template: str) -> None:
    known = parameters(states, template)
    bare = CONTENT[template].partition("?")[0]
    needed = MUST_BE_GIVEN.get(template)
    for name in known:
        also = f"{needed}=1&" if needed and needed != name else ""
        for query in (f"{name}=1&{name}=1", f"{name}={TYPED}&{name}=", f"{name}=en&{name}=es&{name}=fr"):
            assert faults(states.get(f"{bare}?{also}{query}")) == {name: "must be given once"}
    assert "colour" in faults(states.get(f"{bare}?colour=1&colour=1"))


def test_a_parameter_that_must_be_given_is_asked_for(states: Api) -> None:
    for template, name in MUST_BE_GIVEN.items():
        assert faults(states.get(template)).keys() == {name}
    assert faults(states.get("/v1/by-url?url=")).keys() == {"url"}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (
            "/v1/conditions?limit=0&lang=-&audience=adults&fallback=far&view=wide&cursor=!",
            "limit lang audience fallback view cursor",
        ),
        ("/v1/conditions/quiet-toes?audience=adults&aspect=", "audience aspect"),
        ("/v1/warning-signs?urgency=soon&contact=nurse&condition=", "urgency contact condition"),
        ("/v1/conditions?urgency=immediate&limit=0", "urgency limit"),
        ("/v1/conditions?limit=0&view=full&view=full", "limit view"),
    ],
)
def test_every_parameter_at_fault_is_named_at_once(states: Api, path: str, names: str) -> None:
    assert faults(states.get(path)).keys() == set(names.split())


def test_what_is_no_content_ignores_parameters_that_others_add(states: Api) -> None:
    for path in (path for template, path in ADDRESSES.items() if template not in {*CONTENT, "/static"}):
        assert states.get(f"{path}?utm_source=x&utm_source=y").status_code == 200, path


@each_content_route
def test_no_answer_says_back_what_was_typed_into_a_bad_parameter(states: Api, template: str) -> None:
    bare = CONTENT[template].partition("?")[0]
    bad = f"{TYPED}\x01" * 1_500  # too long and ill-formed for each of them
    for name in parameters(states, template):
        answer = states.get(bare, params={name: bad})
        assert faults(answer).keys() >= {name}
        assert TYPED not in answer.text + str(answer.headers)


@pytest.mark.engines(*ENGINES)
def test_no_answer_says_back_what_it_found_nothing_for(states: Api) -> None:
    for path in (
        f"/v1/conditions?limit={TYPED}",
        f"/v1/conditions?audience={TYPED}",
        f"/v1/conditions?lang={TYPED}",
        f"/v1/conditions?cursor={TYPED}",
        f"/v1/conditions?view={TYPED}",
        f"/v1/warning-signs?urgency={TYPED}",
        f"/v1/conditions?colour={TYPED}",
        f"/v1/conditions?lang={TYPED}&lang={TYPED}",
        f"/v1/conditions/{TYPED}",
        f"/v1/conditions/{TYPED.lower()}/warning-signs",
        f"/v1/sources/{TYPED.lower()}",
        f"/v1/by-url?url={TYPED}",
        f"/{TYPED}",
        f"/static/{TYPED}",
    ):
        answer = states.get(path)
        assert TYPED.lower() not in answer.text.lower() + str(answer.headers).lower(), path


# ---- slugs


ILL_FORMED = [
    "Hat-Hall",
    "hat_hall",
    "-hat",
    "hat-",
    "hat--hall",
    "h%20t",
    "h%C3%A4t",
    "h%00t",
    "%FF",
    "h%0A",
    "%2e%2e",
    "h" * 5_000,
    "'",
    "%25",
]


@pytest.mark.parametrize("template", WITH_SLUG)
def test_a_slug_that_is_ill_formed_or_that_nothing_has_is_not_found(states: Api, template: str) -> None:
    for slug in [*ILL_FORMED, "nothing-at-all"]:
        assert_is_a_problem(states.get(template.replace("{slug}", slug)), 404, "not-found")


@pytest.mark.parametrize("end", ["/", "%0A"])
def test_a_slash_or_a_line_end_too_many_is_not_found_and_never_redirected(states: Api, end: str) -> None:
    for template, path in ADDRESSES.items():
        if template != "/static":
            assert_is_a_problem(states.get(f"{path.partition('?')[0]}{end}"), 404, "not-found")


# ---- methods


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_another_method_is_refused_with_every_one_that_is_allowed(states: Api, method: str) -> None:
    for path in ADDRESSES.values():
        answer = states.request(method, path)
        assert_is_a_problem(answer, 405, "method-not-allowed")
        assert set(answer.headers["Allow"].split(", ")) == ALLOW, path


def test_every_method_that_is_allowed_answers(states: Api) -> None:
    for path in ADDRESSES.values():
        got, head = states.get(path), states.request("HEAD", path)
        assert [got.status_code, head.status_code, head.content] == [200, 200, b""], path
        assert {**head.headers, "x-request-id": ""} == {**got.headers, "x-request-id": ""}, path
        options = states.request("OPTIONS", path)
        assert options.status_code == 204, path
        assert set(options.headers["Allow"].split(", ")) == ALLOW, path


# ---- the one shape of errors


def test_an_address_that_is_no_route_is_a_problem_too(states: Api) -> None:
    for path in ("/v2", "/v2/conditions"):
        assert_is_a_problem(states.get(path), 404, "not-found")


def test_a_redirect_carries_a_problem(states: Api) -> None:
    for path, _ in MOVED:
        assert_is_a_problem(states.get(path), 308, "moved")


def test_a_withdrawal_is_a_problem_with_reason_and_successor(states: Api) -> None:
    for path, _, _ in WITHDRAWN:
        assert_is_a_problem(states.get(path), 410, "withdrawn", "reason", "successor")


@pytest.mark.parametrize("path", ["/v1/conditions/balloon-knees", "/v1/conditions/balloon-knees/warning-signs"])
def test_a_lacking_edition_is_a_problem_that_names_those_there_are(states: Api, path: str) -> None:
    assert_is_a_problem(states.get(f"{path}?audience=teens"), 404, "no-edition", "available")


def test_a_crash_is_a_problem_that_tells_nothing_of_it(make_api: Callable[..., Api]) -> None:
    api = make_api(EVERY_STATE)

    def crash() -> None:
        raise RuntimeError(TYPED)

    api.app.add_api_route("/crash", crash)
    answer = api.get(f"/crash?q={TYPED}")
    assert_is_a_problem(answer, 500, "internal-error")
    assert TYPED not in answer.text + str(answer.headers)


ERRORS = [
    *((template, plus(path, "colour=red"), 422) for template, path in CONTENT.items()),
    *((template, template.replace("{slug}", "nothing"), 404) for template in WITH_SLUG),
    ("/v1/by-url", "/v1/by-url?url=nothing", 404),
    ("/v1/by-url", "/v1/by-url?url=hhs:0900", 410),
    ("/v1/conditions/{slug}", "/v1/conditions/balloon-knees?audience=teens", 404),
    ("/v1/conditions/{slug}/warning-signs", "/v1/conditions/balloon-knees/warning-signs?audience=teens", 404),
    ("/v1/conditions/{slug}.md", "/v1/conditions/balloon-knees.md?audience=teens", 404),
    *(
        (f"/v1/conditions/{{slug}}{rest}", f"/v1/conditions/hiccup-hat{rest}", 308)
        for rest in ("", "/warning-signs", "/articles", ".html", ".jsonld", ".md", ".txt")
    ),
    *(
        (f"/v1/conditions/{{slug}}{rest}", f"/v1/conditions/whispering-thumb{rest}", 410)
        for rest in ("", "/warning-signs", "/articles", ".html", ".jsonld", ".md", ".txt")
    ),
    ("/v1/articles/{slug}", "/v1/articles/parent-hats", 308),
    ("/v1/articles/{slug}", "/v1/articles/how-to-iron-a-cat", 410),
    ("/v1/locations/{slug}", "/v1/locations/hat-house", 308),
    ("/v1/locations/{slug}", "/v1/locations/leaning-hat-tower", 410),
    ("/v1/locations/{slug}.jsonld", "/v1/locations/hat-house.jsonld", 308),
    ("/v1/locations/{slug}.jsonld", "/v1/locations/leaning-hat-tower.jsonld", 410),
    ("/v1/glossary/{slug}", "/v1/glossary/hickup", 308),
    ("/v1/glossary/{slug}", "/v1/glossary/hattitude", 410),
]


def test_openapi_declares_each_error_with_the_members_it_has(states: Api) -> None:
    document = states.json("/openapi.json")
    for template, path, status in ERRORS:
        answer = states.get(path)
        assert answer.status_code == status, path
        declared = document["paths"][template]["get"]["responses"][str(status)]["content"]["application/problem+json"]
        references = [shape["$ref"] for shape in declared["schema"].get("anyOf", [declared["schema"]])]
        shapes = [document["components"]["schemas"][reference.rpartition("/")[2]] for reference in references]
        assert set(answer.json()) in [set(shape["properties"]) for shape in shapes], path
        assert set(answer.json()) in [set(shape["required"]) for shape in shapes], path


def test_openapi_declares_a_crash_and_an_outage_of_every_route(states: Api) -> None:
    paths = states.json("/openapi.json")["paths"]
    for template in ADDRESSES.keys() - {"/docs", "/openapi.json", "/static"}:
        responses = paths[template]["get"]["responses"]
        for status in ("500", "503"):
            content = responses[status]["content"]["application/problem+json"]
            assert content["schema"]["$ref"].endswith("/Problem"), template
