"""The address of every page there is to look at, by what the packs hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from tests.conftest import EVERY_STATE, SEED

PACK = Path(__file__).parent / "pack"
PACKS = (SEED, EVERY_STATE, PACK)


def editions() -> Iterator[tuple[str, str]]:
    """Every edition of every condition: its slug, and the query that asks for just this one."""
    for pack in PACKS:
        for file in sorted((pack / "conditions").glob("*.json")):
            condition = json.loads(file.read_text(encoding="utf-8"))
            for edition in condition["editions"]:
                wanted = {"lang": edition["lang"], "audience": edition["audience"], "fallback": "none"}
                yield condition["slug"], urlencode(wanted)


EDITIONS = tuple(editions())
FEW = (
    ("neutropenia", ""),  # incomplete, with lost lists and an umbrella sign
    ("hiccup-hat-syndrome", "lang=en&audience=parents"),  # complete and reviewed
    ("hiccup-hat-syndrome", "lang=es&audience=kids"),
    ("giggle-elbow", ""),  # an emergency number, unreviewed
    ("quiet-toes", ""),  # without any sign
    ("sneezing-camel", "lang=en&audience=parents"),  # many signs
    ("sneezing-camel", "lang=ar&audience=parents"),  # from right to left
)

FULL = [f"/embed/conditions/{slug}?{query}" for slug, query in EDITIONS]
CARDS = [f"/embed/conditions/{slug}?{query}&view=card" for slug, query in FEW]
HANDOUTS = [f"/print/conditions/{slug}?{query}&size={size}" for slug, query in FEW for size in ("normal", "large")]
CHOSEN = [
    "/embed/conditions/neutropenia?theme=light",
    "/embed/conditions/neutropenia?theme=dark",
    "/embed/conditions/neutropenia?theme=dark&accent=202020",
    "/embed/conditions/neutropenia?theme=light&accent=ffee00",
    "/embed/conditions/neutropenia?sections=diagnosis",
    "/embed/conditions/hiccup-hat-syndrome?lang=fr&audience=teens",  # a language there is not
]
OTHERS = [
    "/",
    "/embed/articles/hats-for-parents",
    "/embed/articles/hats-for-kids",  # without a link
    "/embed/articles/gorros-para-todos",
    "/embed/locations",
    "/embed/locations?near=10.5,-40.2",
    "/embed/locations?near=60,60&radius=5&unit=km&lang=es",  # where nothing is near
    "/embed/locations/hat-hall",
    "/embed/locations/somewhere",  # of which nothing is known
]
FOUND = [
    "/embed/search",
    "/embed/search?q=nootropenia+fever",  # put right, with an umbrella sign
    "/embed/search?q=elbow&limit=2&theme=dark",
    "/embed/search?q=hipo&lang=es&kind=warning-sign",
    "/embed/search?q=camel",  # from right to left too
    "/embed/search?q=hicup+xqxqxq",  # nothing, and another spelling
    "/embed/search?q=hat&accent=ffee00",
]
PROBLEMS = {
    "/embed/locations?near=nowhere": 422,
    "/embed/conditions/whispering-thumb": 410,
    "/embed/conditions/hiccup-cap-syndrome": 410,  # with a successor
    "/embed/articles/hats-of-last-year": 410,
    "/embed/locations/leaning-hat-tower": 410,
    "/print/conditions/whispering-thumb": 410,
    "/embed/conditions/no-such-thing": 404,
    "/embed/conditions/giggle-elbow?lang=es&fallback=none": 404,
    "/embed/articles/no-such-thing": 404,
    "/embed/locations/no-such-thing": 404,
    "/print/conditions/no-such-thing": 404,
    "/embed/conditions/neutropenia?heading_level=9": 422,
    "/print/conditions/neutropenia?size=tiny": 422,
}
PAGES = {**dict.fromkeys([*OTHERS, *FOUND, *FULL, *CARDS, *HANDOUTS, *CHOSEN], 200), **PROBLEMS}
