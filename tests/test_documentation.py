"""The documentation page: all that it loads is the service's own, as its policy demands."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from app.documentation import DESCRIPTION
from tests.conftest import ROOT, Api

pytestmark = pytest.mark.engines("sqlite")  # the page and its assets are files

ASSETS = {
    "/static/docs.css": "text/css; charset=utf-8",
    "/static/docs.js": "text/javascript; charset=utf-8",
    "/static/swagger-ui/favicon-32x32.png": "image/png",
    "/static/swagger-ui/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "/static/swagger-ui/swagger-ui.css": "text/css; charset=utf-8",
}
LICENCES = {
    "LICENSE": "Apache License",
    "NOTICE": "Copyright",
    "swagger-ui-bundle.js.LICENSE.txt": "@license",
}


class Page(HTMLParser):
    """What a page loads, where it leads, and what it does inline."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads_to: list[str] = []
        self.inline: list[str] = []
        self._within = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        for name, value in attrs:
            if name in {"src", "srcset", "data", "data-openapi"} or (name == "href" and tag == "link"):
                self.loads.append(value or "")
            elif name in {"href", "action"}:
                self.leads_to.append(value or "")
            elif name == "style" or name.startswith("on"):
                self.inline.append(f"{name}={value}")

    def handle_endtag(self, _tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in {"script", "style"} and data.strip():
            self.inline.append(data)


def test_the_page_loads_the_services_own_assets_and_document_and_nothing_else(api: Api) -> None:
    answer = api.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert set(page.loads) == {*ASSETS, "/openapi.json"}
    assert page.leads_to == ["/openapi.json"]
    assert page.inline == []


def test_the_pages_policy_allows_no_other_origin_and_no_inline_code(api: Api) -> None:
    policy = api.get("/docs").headers["content-security-policy"]
    allowed = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert allowed == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["/v1", "/openapi.json", "/static/docs.js", "/nowhere", "/livez"])
def test_every_other_answer_may_load_nothing_at_all(api: Api, path: str) -> None:
    assert api.get(path).headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(("path", "media_type"), ASSETS.items())
def test_an_asset_is_there_in_its_own_media_type_and_is_not_empty(api: Api, path: str, media_type: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content == (ROOT / "app" / path.removeprefix("/")).read_bytes()
    assert answer.content


@pytest.mark.parametrize(("name", "says"), LICENCES.items())
def test_the_licence_stands_beside_the_files_it_is_of(api: Api, name: str, says: str) -> None:
    answer = api.get(f"/static/swagger-ui/{name}")
    assert answer.status_code == 200
    assert says in answer.text


@pytest.mark.parametrize("path", ["/static/docs.css", "/static/swagger-ui/swagger-ui.css"])
def test_a_style_sheet_loads_nothing_from_elsewhere(api: Api, path: str) -> None:
    styles = api.get(path).text
    assert "@import" not in styles
    loaded = re.findall(r"url\(\s*['\"]?([^'\")]+)", styles)
    assert [address for address in loaded if not address.startswith("data:")] == []


def test_our_own_script_names_no_address_and_asks_no_validator(api: Api) -> None:
    script = api.get("/static/docs.js").text
    assert "//" not in re.sub(r"^//.*$", "", script, flags=re.MULTILINE)
    assert "validatorUrl: null" in script
    assert "dataset.openapi" in script


@pytest.mark.parametrize("public_url", ["https://content.example", "https://content.example/health/"])
def test_behind_a_prefix_every_address_of_the_page_has_it(make_api: Callable[..., Api], public_url: str) -> None:
    api = make_api(public_url=public_url.rstrip("/"))
    page = Page(api.get("/docs").text)
    assert len(page.loads) == len(ASSETS) + 1
    for address in (*page.loads, *page.leads_to):
        assert address.startswith(urljoin(public_url, "static/") if "/static/" in address else public_url)
        assert api.get("/" + address.removeprefix(public_url).lstrip("/")).status_code == 200


@pytest.mark.parametrize(
    "path", ["/docs/", "/redoc", "/docs/oauth2-redirect", "/static", "/static/", "/static/../main.py"]
)
def test_there_is_no_other_documentation_page_and_no_listing(api: Api, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


def test_the_document_opens_with_what_to_read_before_showing_content(api: Api) -> None:
    assert api.json("/openapi.json")["info"]["description"] == DESCRIPTION
    for word in ("lost-list", "complete", "note", "review", "notice", "contact: emergency"):
        assert word in DESCRIPTION
