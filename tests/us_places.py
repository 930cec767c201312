"""Makes `app/gazetteer/us.tsv` from the package zipcodes: `python -m tests.us_places`.

Each line is a ZIP code, or a town with its state, and its latitude and longitude in degrees.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from statistics import fmean

import zipcodes

from app.near import STATES, town_key
from tests.conftest import ROOT

FILE = ROOT / "app" / "gazetteer" / "us.tsv"

Points = list[tuple[float, float]]


def lines() -> str:
    """The text of the file: ZIP codes first, then towns, byte by byte.

    Left out are ZIP codes without coordinates (0,0) and those of military mail, which are in no state. A town stands at
    the mean of the ZIP codes that mail is delivered to there, of its boxes where it has only those, and of those that
    take its name beside their own town's where no ZIP code is its own.
    """
    points: dict[str, tuple[float, float]] = {}
    towns: tuple[dict[str, Points], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
    for row in zipcodes.list_all():  # type: ignore[no-untyped-call]  # the package's
        point = float(row["lat"]), float(row["long"])
        if point == (0, 0) or row["state"] not in STATES:
            continue
        points[row["zip_code"]] = point
        towns[row["zip_code_type"] != "STANDARD"][town_key(row["city"], row["state"])].append(point)
        for name in row["acceptable_cities"]:
            towns[2][town_key(name, row["state"])].append(point)
    for key, found in (towns[2] | towns[1] | towns[0]).items():
        points[key] = round(fmean(north for north, _ in found), 4), round(fmean(east for _, east in found), 4)
    return "".join(f"{key}\t{north}\t{east}\n" for key, (north, east) in sorted(points.items()))


if __name__ == "__main__":
    FILE.write_text(lines(), encoding="ascii")
    sys.stdout.write(f"Wrote {FILE.relative_to(ROOT)}.\n")
