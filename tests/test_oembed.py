"""oEmbed (https://oembed.com): from a page's address alone to a frame that another site can show."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.conftest import EVERY_STATE, ROOT, Api

pytestmark = pytest.mark.engines("sqlite")  # `test_engines.py` shows that both engines answer alike

PUBLIC = "https://content.example/health"
HATS = f"{PUBLIC}/embed/conditions/hiccup-hat-syndrome"
ARTICLE = f"{PUBLIC}/embed/articles/hats-for-parents"
PLACE = f"{PUBLIC}/embed/locations/hat-hall"
CONTENT = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"

Tag = tuple[str, dict[str, str]]


@pytest.fixture(scope="module")
def provider(make_api: Callable[..., Api]) -> Api:
    """The service at a public address."""
    return make_api(EVERY_STATE, public_url=PUBLIC)


def ask(api: Api, url: str, **parameters: str | int) -> httpx.Response:
    return api.get("/oembed", params={"url": url, **parameters})


def embed(api: Api, url: str, **parameters: str | int) -> Any:
    answer = ask(api, url, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def xml(answer: httpx.Response) -> ET.Element:
    return ET.fromstring(answer.content)  # noqa: S314  # it is our own


class Html(HTMLParser):
    """A fragment's tags and text, as a browser would have them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data


def frame_of(html: str) -> dict[str, str]:
    """The attributes of the one frame."""
    (found,) = [attributes for tag, attributes in Html(html).tags if tag == "iframe"]
    return found


# ---- what is answered


def test_a_condition_is_a_frame_of_its_card_beside_a_link_to_its_page(provider: Api) -> None:
    found = embed(provider, HATS)
    html = found.pop("html")
    assert found == {
        "version": "1.0",
        "type": "rich",
        "title": "Hiccup Hat Syndrome",
        "author_name": "The Hiccup Hat Society",
        "author_url": "https://hiccup-hats.example/about",
        "provider_name": "Health Content API",
        "provider_url": f"{PUBLIC}/",
        "cache_age": 86_400,
        "width": 600,
        "height": 600,
    }
    fragment = Html(html)
    assert fragment.tags == [
        ("blockquote", {"class": "wp-embedded-content"}),
        ("a", {"href": HATS}),
        (
            "iframe",
            {
                "class": "wp-embedded-content",
                "sandbox": "allow-scripts allow-popups allow-popups-to-escape-sandbox "
                "allow-top-navigation-by-user-activation",
                "security": "restricted",
                "src": f"{HATS}?view=card",
                "title": "Hiccup Hat Syndrome",
                "width": "600",
                "height": "600",
                "frameborder": "0",
                "marginwidth": "0",
                "marginheight": "0",
            },
        ),
    ]
    assert fragment.text == "Hiccup Hat Syndrome"
    assert "\n" not in html


@pytest.mark.parametrize(("url", "title"), [(ARTICLE, "Hats for parents"), (PLACE, "Hat Hall")])
def test_an_article_and_a_place_are_links(provider: Api, url: str, title: str) -> None:
    assert embed(provider, url) == {
        "version": "1.0",
        "type": "link",
        "title": title,
        "author_name": "The Hiccup Hat Society",
        "author_url": "https://hiccup-hats.example/about",
        "provider_name": "Health Content API",
        "provider_url": f"{PUBLIC}/",
        "cache_age": 86_400,
    }


@pytest.mark.parametrize("url", [HATS, f"{HATS}?lang=es&theme=dark", ARTICLE, PLACE])
def test_xml_says_what_json_says(provider: Api, url: str) -> None:
    answer = ask(provider, url, format="xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = xml(answer)
    assert root.tag == "oembed"
    said = {part.tag: part.text for part in root}
    assert said == {name: str(value) for name, value in embed(provider, url, format="json").items()}


@pytest.mark.parametrize(
    ("most", "size"),
    [
        ({"maxwidth": 320}, (320, 600)),
        ({"maxheight": 200}, (600, 200)),
        ({"maxwidth": 1, "maxheight": 1}, (1, 1)),
        ({"maxwidth": 600, "maxheight": 601}, (600, 600)),
        ({"maxwidth": 100_000, "maxheight": 100_000}, (600, 600)),
    ],
)
def test_a_frame_is_no_larger_than_it_may_be(provider: Api, most: dict[str, int], size: tuple[int, int]) -> None:
    found = embed(provider, HATS, **most)
    frame = frame_of(found["html"])
    assert (found["width"], found["height"]) == size
    assert (frame["width"], frame["height"]) == (str(size[0]), str(size[1]))


def test_the_frame_may_scroll_so_that_a_small_one_cuts_nothing_off(provider: Api) -> None:
    assert "scrolling" not in frame_of(embed(provider, HATS, maxheight=100)["html"])


@pytest.mark.parametrize(
    "path",
    [
        "/embed/conditions/hiccup-hat-syndrome",
        "/print/conditions/hiccup-hat-syndrome",
        "/v1/conditions/hiccup-hat-syndrome",
        "/v1/conditions/hiccup-hat-syndrome.html",
        "/v1/conditions/hiccup-hat-syndrome.md",
        "/v1/conditions/hiccup-hat-syndrome.txt",
        "/v1/conditions/hiccup-hat-syndrome.jsonld",
        "/embed/conditions/hiccup-hat",
        "/embed/conditions/hat-hiccups#symptoms",
    ],
)
def test_every_address_of_a_condition_gives_the_same_frame(provider: Api, path: str) -> None:
    assert embed(provider, f"{PUBLIC}{path}") == embed(provider, HATS)


@pytest.mark.parametrize(("url", "now"), [("articles/parent-hats", ARTICLE), ("locations/hat-house", PLACE)])
def test_a_former_slug_leads_to_the_record(provider: Api, url: str, now: str) -> None:
    assert embed(provider, f"{PUBLIC}/embed/{url}") == embed(provider, now)


def test_the_host_is_known_however_its_letters_are_written(provider: Api) -> None:
    assert embed(provider, HATS.replace("https://content.example", "HTTPS://Content.EXAMPLE")) == embed(provider, HATS)


def test_a_pages_own_query_goes_on_to_the_frame_and_the_link_and_nothing_else_does(provider: Api) -> None:
    asked = {
        "lang": "es",
        "audience": "parents",
        "fallback": "nearest",
        "sections": "a,b",
        "theme": "dark",
        "accent": "#00aa00",
        "heading_level": "3",
    }
    query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
    found = embed(provider, f"{HATS}?{query}&view=full&size=large&utm_source=mail")
    assert found["title"] == "Síndrome del gorro con hipo"
    (link,) = [attributes["href"] for tag, attributes in Html(found["html"]).tags if tag == "a"]
    frame = frame_of(found["html"])["src"]
    assert {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()} == asked
    assert {name: value for name, (value,) in parse_qs(urlsplit(frame).query).items()} == asked | {"view": "card"}


def test_the_title_is_that_of_the_edition_that_the_frame_shows(provider: Api) -> None:
    assert embed(provider, f"{HATS}?audience=kids")["title"] == "The Hopping Hat"
    assert embed(provider, f"{HATS}?audience=kids&lang=es")["title"] == "El gorro que salta"


@pytest.mark.parametrize("url", [HATS, f"{HATS}?lang=es&audience=kids"])
def test_what_the_frame_shows_is_there(provider: Api, url: str) -> None:
    answer = provider.get(frame_of(embed(provider, url)["html"])["src"].removeprefix(PUBLIC))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


# ---- what is not


@pytest.mark.parametrize(
    "url",
    [
        f"{PUBLIC}/embed/conditions/nothing",
        f"{PUBLIC}/embed/conditions/whispering-thumb",  # withdrawn
        f"{PUBLIC}/embed/conditions/loud-thumb",  # its former slug
        f"{PUBLIC}/embed/conditions/Hiccup-Hat-Syndrome",
        f"{PUBLIC}/embed/conditions/hiccup-hat-syndrome/",
        f"{PUBLIC}/embed/conditions/hiccup-hat-syndrome.html",
        f"{PUBLIC}/embed/conditions/",
        f"{PUBLIC}/embed/articles/how-to-iron-a-cat",
        f"{PUBLIC}/embed/articles/nothing",
        f"{PUBLIC}/embed/locations/leaning-hat-tower",
        f"{PUBLIC}/embed/locations",
        f"{PUBLIC}/print/articles/hats-for-parents",
        f"{PUBLIC}/v1/glossary/hiccup",
        f"{PUBLIC}/v1/conditions/hiccup-hat-syndrome/warning-signs",
        f"{PUBLIC}/",
        PUBLIC,
        f"{HATS}?lang=xx&fallback=none",
        f"{HATS}?lang=not%20a%20language",
        f"{HATS}?audience=hats",
        f"{HATS}?theme=plaid",
        f"{HATS}?accent=no",
        f"{HATS}?heading_level=9",
        HATS.replace("https:", "http:"),
        HATS.replace("https:", "javascript:"),
        HATS.replace("content.example", "content.example.evil.example"),
        HATS.replace("content.example", "user@content.example"),
        HATS.replace("/health/", "/"),
        HATS.replace("/health/", "/healthy/"),
        HATS.replace("/health/", "/health/../"),
        "/embed/conditions/hiccup-hat-syndrome",
        "https://[",
        "hiccup-hat-syndrome",
        "",
    ],
)
def test_any_other_address_is_not_found(provider: Api, url: str) -> None:
    for form in ("json", "xml"):
        answer = ask(provider, url, format=form)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), form
        assert answer.headers["content-type"] == "application/problem+json", form
        assert answer.headers["cache-control"] == "public, max-age=10", form


@pytest.mark.parametrize("form", ["", "JSON", "jsonp", "html"])
def test_another_format_is_not_implemented(provider: Api, form: str) -> None:
    answer = ask(provider, HATS, format=form)
    assert (answer.status_code, answer.json()["code"]) == (501, "not-implemented")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({}, "url"),
        ({"url": "x" * 2_001}, "url"),
        ({"url": HATS, "maxwidth": "0"}, "maxwidth"),
        ({"url": HATS, "maxwidth": "wide"}, "maxwidth"),
        ({"url": HATS, "maxheight": "-1"}, "maxheight"),
        ({"url": HATS, "maxheight": ""}, "maxheight"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(provider: Api, query: dict[str, str], parameter: str) -> None:
    answer = provider.get("/oembed", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-parameters")
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_parameters_of_other_sites_own_are_ignored(provider: Api) -> None:
    assert embed(provider, HATS, dnt=1, callback="alert", lang="not a language") == embed(provider, HATS)


@pytest.mark.parametrize("path", [f"/oembed?url={quote(HATS)}", "/oembed/provider.json"])
def test_without_a_public_address_there_is_nothing_to_hand_out(states: Api, path: str) -> None:
    answer = states.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "no-public-address")
    assert "PUBLIC_URL" in answer.json()["detail"]


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("url", [HATS, ARTICLE])
def test_an_answer_meets_the_delivery_contract(provider: Api, url: str, form: str) -> None:
    answer = ask(provider, url, format=form)
    assert answer.headers["cache-control"] == CONTENT
    assert answer.headers["access-control-allow-origin"] == "*"
    path = answer.request.url.raw_path.decode()
    head = provider.request("HEAD", path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
    again = provider.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert provider.get(path, headers={"Accept-Encoding": "br"}).headers["content-encoding"] == "br"


# ---- hostile names, and WordPress

HOSTILE = '"><script>alert(1)</script></a></blockquote>\' onload=\'x" <iframe src="//evil.example"></iframe> ]]>&amp;'
TURNED = "\u202eTurned\u2066"
ODD = "\ufffeOdd\uffff"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, make_api: Callable[..., Api]) -> Api:
    """A deployment of which every name is hostile."""
    pack = Path(shutil.copytree(EVERY_STATE, tmp_path_factory.mktemp("hostile") / "pack"))
    name = f"{HOSTILE}{TURNED}{ODD}"
    file = pack / "conditions" / "quiet-toes.json"
    condition = json.loads(file.read_text(encoding="utf-8"))
    for edition in condition["editions"]:
        edition["name"] = name
    file.write_text(json.dumps(condition), encoding="utf-8")
    file = pack / "pack.json"
    whole = json.loads(file.read_text(encoding="utf-8"))
    whole["publisher"]["name"] = name
    file.write_text(json.dumps(whole), encoding="utf-8")
    return make_api(pack, public_url=PUBLIC, organisation_name=name)


TOES = f"{PUBLIC}/embed/conditions/quiet-toes"


def test_hostile_names_are_text_and_nothing_more(hostile: Api) -> None:
    found = embed(hostile, f"{TOES}?sections={quote(HOSTILE + TURNED)}")
    fragment = Html(found["html"])
    assert [tag for tag, _ in fragment.tags] == ["blockquote", "a", "iframe"]
    assert fragment.text == frame_of(found["html"])["title"] == f"{HOSTILE}Turned{ODD}"
    assert parse_qs(urlsplit(frame_of(found["html"])["src"]).query)["sections"] == [HOSTILE + TURNED]
    for said in (found["html"], found["title"], found["author_name"]):
        assert not re.search("[\u202e\u2066]", said)


def test_xml_is_well_formed_whatever_the_names(hostile: Api) -> None:
    root = xml(ask(hostile, TOES, format="xml"))
    assert root.findtext("title") == f"{HOSTILE}TurnedOdd"  # XML has no characters that Unicode has not
    assert root.findtext("provider_name") == f"{HOSTILE}{TURNED}Odd"


KEPT = {  # by wp_kses, in what an unknown provider sends
    "a": {"href"},
    "blockquote": set[str](),
    "iframe": {"src", "width", "height", "frameborder", "marginwidth", "marginheight", "scrolling", "title"},
}


class Kses(HTMLParser):
    """The part of WordPress's sanitiser that matters here: some tags, some attributes, all text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.kept = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in KEPT:
            told = [f' {name}="{escape(value or "")}"' for name, value in attrs if name in KEPT[tag]]
            self.kept += f"<{tag}{''.join(told)}>"

    def handle_endtag(self, tag: str) -> None:
        if tag in KEPT:
            self.kept += f"</{tag}>"

    def handle_data(self, data: str) -> None:
        self.kept += data

    def handle_entityref(self, name: str) -> None:
        self.kept += f"&{name};"

    def handle_charref(self, name: str) -> None:
        self.kept += f"&#{name};"


def as_wordpress_has_it(html: str, secret: str) -> str | None:
    """What WordPress makes of an unknown provider's html: it looks for a blockquote and a frame, and adds a secret."""
    found = re.search(
        r"(<blockquote>.*?</blockquote>)?.*(<iframe.*?></iframe>)", Kses(html).kept, re.MULTILINE | re.DOTALL
    )
    if not found:
        return None
    kept = f"{found[1] or ''}{found[2]}"
    source = re.search(r" src=(['\"])(.*?)\1", kept)
    if source:
        # esc_url drops what it does not take for a part of an address
        url = re.sub(r"[^a-z0-9\-~+_.?#=!&;,/:%@$|*'()\[\]\x80-\xff]", "", source[2], flags=re.IGNORECASE)
        kept = kept.replace(source[0], f' src="{url}#?secret={secret}" data-secret="{secret}"')
        kept = kept.replace("<blockquote", f'<blockquote data-secret="{secret}"')
    return kept


@pytest.mark.parametrize("query", ["", "?lang=es&theme=dark&accent=%2300aa00&sections=a,b"])
def test_wordpress_lets_the_link_and_the_frame_through_whole(provider: Api, query: str) -> None:
    sent = embed(provider, f"{HATS}{query}", maxwidth=500)["html"]
    shown = as_wordpress_has_it(sent, "abcDEF1234")
    assert shown is not None
    before, after = Html(sent), Html(shown)
    assert after.text == before.text
    assert after.tags[0] == ("blockquote", {"data-secret": "abcDEF1234"})
    assert after.tags[1] == before.tags[1]
    frame = frame_of(shown)
    assert frame["src"] == f"{frame_of(sent)['src']}#?secret=abcDEF1234"
    assert frame["title"] == frame_of(sent)["title"]
    assert (frame["width"], frame["height"], frame["frameborder"]) == ("500", "600", "0")


def test_wordpress_takes_hostile_names_for_text_too(hostile: Api) -> None:
    shown = as_wordpress_has_it(embed(hostile, TOES)["html"], "abcDEF1234")
    assert shown is not None
    assert [tag for tag, _ in Html(shown).tags] == ["blockquote", "a", "iframe"]
    assert frame_of(shown)["src"] == f"{TOES}?view=card#?secret=abcDEF1234"


# ---- the registry


def test_the_registrys_entry_is_the_committed_one_with_the_deployments_own_address(
    make_api: Callable[..., Api],
) -> None:
    committed = json.loads((ROOT / "docs" / "oembed-provider.json").read_text(encoding="utf-8"))
    assert make_api(public_url="https://health-content.example").json("/oembed/provider.json") == committed


def test_the_registrys_entry_covers_the_addresses_that_are_answered_and_no_other_site(provider: Api) -> None:
    (entry,) = provider.json("/oembed/provider.json")
    (endpoint,) = entry["endpoints"]
    schemes = [re.compile(re.escape(scheme).replace(r"\*", ".+")) for scheme in endpoint["schemes"]]
    assert endpoint["url"] == f"{PUBLIC}/oembed"
    for url in (HATS, ARTICLE, PLACE, HATS.replace("/embed/", "/print/"), HATS.replace("/embed/", "/v1/")):
        assert any(scheme.fullmatch(url) for scheme in schemes)
        assert ask(provider, url).status_code == 200
    assert not any(scheme.match("https://other.example/embed/conditions/hiccup-hat-syndrome") for scheme in schemes)
