from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from micawber import bootstrap_oembed

from tests.browser.conftest import NEEDED
from tests.programs import find

SLUG = "giggle-elbow"
SCRIPT = Path(__file__).parent / "consume.mjs"
ADDRESSES = [f"/embed/conditions/{SLUG}", f"/embed/conditions/{SLUG}?theme=dark"]


def asked(service: str, address: str, **sizes: int) -> Any:
    """What oEmbed says of a page."""
    return httpx.get(f"{service}/oembed", params={"url": f"{service}{address}", **sizes}).raise_for_status().json()


@pytest.mark.parametrize("address", ADDRESSES)
def test_oembed_extractor_discovers_the_embed_from_the_page_alone(service: str, address: str) -> None:
    command = [find("node", NEEDED["node"]), str(SCRIPT), f"{service}{address}"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert {name: found[name] for name in asked(service, address)} == asked(service, address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_micawber_finds_the_embed_by_the_provider_file(service: str, address: str, tmp_path: Path) -> None:
    """micawber looks into no page: it knows providers by a registry's file, and ours is made for that registry."""
    file = tmp_path / "providers.json"
    file.write_bytes(httpx.get(f"{service}/oembed/provider.json").raise_for_status().content)
    registry = bootstrap_oembed(providers_file=file)
    expected = asked(service, address, maxwidth=400, maxheight=300)
    found = registry.request(f"{service}{address}", maxwidth=400, maxheight=300)
    assert {name: found[name] for name in expected} == expected
    (address_found,), _embeds = registry.extract(f"Look at {service}{address} today.")
    assert address_found == f"{service}{address}"
