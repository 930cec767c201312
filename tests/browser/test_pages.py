from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.addresses import EDITIONS, FEW, PAGES
from tests.browser.conftest import NEEDED, Visit
from tests.browser.text import squeezed, what_is_said
from tests.programs import find

MODULES = Path(__file__).parent / "node_modules"
AXE = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
VNU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
WIDTHS = {"phone": 390, "tablet": 820, "desktop": 1600}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HEIGHT = 900
SMALLEST = 280


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_nothing_that_axe_objects_to(visit: Visit, address: str) -> None:
    page = visit(address, PAGES[address])
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert objections(page) == [], scheme


@pytest.mark.parametrize("address", PAGES)
def test_a_page_fits_every_width_and_larger_type(visit: Visit, address: str, pytestconfig: pytest.Config) -> None:
    page = visit(address, PAGES[address])
    folder: Path | None = pytestconfig.getoption("screenshots")
    for name, width in {"smallest": SMALLEST, **WIDTHS}.items():
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert widest(page) <= width, name
        if folder and name in WIDTHS:
            take_pictures(page, folder, address, name)
    page.set_viewport_size({"width": 640, "height": HEIGHT})
    assert grows_with_its_readers_type(page)
    assert widest(page) <= 640


@pytest.mark.parametrize(
    ("kind", "slug", "query"),
    [*(("embed", *edition) for edition in EDITIONS), *(("print", *edition) for edition in FEW)],
)
def test_an_edition_is_read_without_a_script(visit: Visit, service: str, kind: str, slug: str, query: str) -> None:
    page = visit(f"/{kind}/conditions/{slug}?{query}", java_script_enabled=False)
    shown = squeezed(page.locator("body").inner_text())
    assert [text for text in what_is_said(service, slug, query) if text not in shown] == []


def test_the_front_door_is_used_without_a_script(visit: Visit) -> None:
    page = visit("/", java_script_enabled=False)
    assert page.get_by_role("link", name="Neutropenia").first.is_visible()
    page.locator("form").last.get_by_role("button").first.click()
    page.wait_for_load_state()
    assert "?" in page.url
    assert page.locator("iframe").first.is_visible()


def test_the_documentation_asks_nobody_else(visit: Visit) -> None:
    page = visit("/docs")
    page.locator(".opblock").first.wait_for()


def test_every_page_is_valid_html(service: str, tmp_path: Path) -> None:
    fragments = [f"/v1/conditions/{slug}.html?{query}" for slug, query in EDITIONS]
    written = {}
    for number, address in enumerate([*PAGES, *fragments]):
        file = tmp_path / f"{number}.html"
        text = httpx.get(f"{service}{address}").text
        file.write_text(document_of(text) if address in fragments else text, encoding="utf-8")
        written[file.as_uri()] = address
    command = [find("java", NEEDED["java"]), "-jar", str(VNU), "--format", "json", "--exit-zero-always", "--stdout"]
    checked = subprocess.run([*command, *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=True)
    messages = json.loads(checked.stdout)["messages"]
    assert [f"{written.get(told.get('url'))}: {told['message']}" for told in messages if told["type"] == "error"] == []


def objections(page: Page) -> list[str]:
    """What axe-core finds wrong with a page, its frames aside, by all rules: those of WCAG 2.2 A and AA, and more."""
    page.evaluate(f"{AXE}; 0")
    found: list[dict[str, Any]] = page.evaluate("axe.run({iframes: false}).then((result) => result.violations)")
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def widest(page: Page) -> int:
    """How wide the page is, with what reaches out of the window."""
    width: int = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    return width


def grows_with_its_readers_type(page: Page) -> bool:
    """Whether text grows where a reader's type is twice as large; by less where it is sized by the window too."""
    size = "(name) => parseFloat(getComputedStyle(document.querySelector(name)).fontSize)"
    before, root = page.evaluate(size, "main p"), page.evaluate(size, "html")
    page.evaluate("(size) => { document.documentElement.style.fontSize = `${size}px`; }", 2 * root)
    return bool(page.evaluate(size, "main p") >= 1.5 * before)


def take_pictures(page: Page, folder: Path, address: str, name: str) -> None:
    stem = "".join(sign if sign.isalnum() else "-" for sign in address).strip("-") or "front"
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=folder / f"{stem}.{name}.{scheme}.png", full_page=True)


def document_of(fragment: str) -> str:
    """A fragment in the least page that may hold it."""
    return f'<!doctype html><html lang="en"><head><title>A fragment</title></head><body>{fragment}</body></html>'
