"""Where places stand, so that few of them are looked at to find those in a circle.

A place stands in a band of latitude, and so far east in it: whole numbers, of which an index finds a stretch at once. A
circle is a stretch of each band that it crosses. These are a little too long, never too short: what they hold is
measured. What stands in cells, pieces of a band, is counted beforehand, so that it need not be where a circle holds
them whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import asin, atan2, ceil, cos, degrees, floor, hypot, log, radians, sin, sqrt
from typing import Any, NamedTuple

BANDS = 32  # of a degree of latitude: each is 3.5 km high
EAST = 4_096  # of a degree of longitude: each is 27 m long at most
ROUND = 360 * EAST
CELL = EAST // BANDS  # so that a cell at the equator is as long as it is high
SMALLEST_RING = 0.3 / 6371  # radians: about 300 m
WIDER = 2  # times the ring before
SLACK = 1e-9  # radians: 6 mm, so that what was rounded is on neither side by mistake

Vector = tuple[float, float, float]
Stretches = dict[int, tuple[int, int]]  # by band: from where to where, which is no longer in it


class Spot(NamedTuple):
    """Where a place stands: its band, from the south pole, and how far east in it, from the antimeridian."""

    band: int
    east: int


def spot(latitude: float, longitude: float) -> Spot:
    """Where a point, in WGS 84 degrees, stands."""
    return Spot(floor((latitude + 90) * BANDS), floor((longitude + 180) * EAST) % ROUND)


def cell(band: Any, east: Any) -> Any:
    """The number of the cell of a spot, of numbers as of columns: eastwards, band after band."""
    return band * (ROUND // CELL) + east // CELL


def rings(at: Vector, arc: float, start: float = 0) -> Iterator[tuple[int, float, int, int, int]]:
    """The circle around a point, without the one of the arc `start`, as rings from the inside out: arcs in radians.

    Of each ring its pieces: its number, the arc it ends at, and a band with the first and the last spot in it.
    """
    count = max(0, ceil(log(arc / SMALLEST_RING, WIDER))) + 1
    hole = _held(at, start)
    for ring in range(count):
        end = min(arc, hypot(start, arc / WIDER ** (count - 1 - ring)))
        reached = _touched(at, end)
        for piece in _between(reached, hole):
            yield ring, end, *piece
        hole = reached


def cells_and_rim(at: Vector, arc: float) -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]]:
    """The first and the last of the cells that a circle holds in each band, and the bands' pieces around those."""
    held = {band: (-(-west // CELL) * CELL, east // CELL * CELL) for band, (west, east) in _held(at, arc).items()}
    held = {band: (west, east) for band, (west, east) in held.items() if west < east}
    cells = [(cell(band, west), cell(band, east)) for band, west, east in _between(held, {})]
    return cells, list(_between(_touched(at, arc), held))


def disc(at: Vector, arc: float) -> list[tuple[int, int, int]]:
    """A circle's pieces of bands."""
    return list(_between(_touched(at, arc), {}))


def _touched(at: Vector, arc: float) -> Stretches:
    """What holds all of a circle."""
    latitude, longitude = _place(at)
    arc += SLACK
    first, widths = _half_widths(latitude, arc)
    peak = sin(latitude) / cos(arc)  # where the circle is widest; a pole within it has no such place
    top = (peak, floor((degrees(asin(peak)) + 90) * BANDS)) if abs(peak) <= 1 else None
    found = {}
    for band, (south, north) in enumerate(pairwise(widths), first):
        half = max(south, north)
        if top and abs(band - top[1]) <= 1:
            half = max(half, _half_width(latitude, arc, asin(peak)))
        if half >= 0:
            west, east = floor((longitude - half) * EAST) - 1, ceil((longitude + half) * EAST) + 2
            found[band] = (west, min(east, west + ROUND))
    return found


def _held(at: Vector, arc: float) -> Stretches:
    """What a circle holds all of."""
    latitude, longitude = _place(at)
    arc -= SLACK
    if arc <= 0:
        return {}
    first, widths = _half_widths(latitude, arc)
    found = {}
    for band, (south, north) in enumerate(pairwise(widths), first):
        half = min(south, north)
        west, east = ceil((longitude - half) * EAST) + 1, floor((longitude + half) * EAST) - 1
        if half >= 180:
            west = floor((longitude - half) * EAST) - 1
            east = west + ROUND
        if half >= 0 and west < east:
            found[band] = (west, east)
    return found


def _place(at: Vector) -> tuple[float, float]:
    """A point's latitude in radians, and its degrees east of the antimeridian."""
    x, y, z = at
    return atan2(z, hypot(x, y)), degrees(atan2(y, x)) + 180


def _half_widths(latitude: float, arc: float) -> tuple[int, list[float]]:
    """The first band that a circle crosses, and half its width where that begins and where each from there on ends."""
    first = max(0, floor((degrees(latitude - arc) + 90) * BANDS))
    last = min(180 * BANDS, floor((degrees(latitude + arc) + 90) * BANDS))
    edges = (radians(min(90, band / BANDS - 90)) for band in range(first, last + 2))
    return first, [_half_width(latitude, arc, edge) for edge in edges]


def _half_width(latitude: float, arc: float, edge: float) -> float:
    """Half of what a circle cuts out of a parallel, in degrees of longitude; -1 where they do not meet."""
    left = sin(arc / 2) ** 2 - sin((edge - latitude) / 2) ** 2  # the haversine formula
    if left < 0:
        return -1
    most = cos(edge) * cos(latitude)
    return 180 if left >= most else 2 * degrees(asin(sqrt(left / most)))


def _between(outer: Mapping[int, tuple[int, int]], inner: Stretches) -> Iterator[tuple[int, int, int]]:
    """What of some stretches is outside of others: a band, and the first and the last spot in it."""
    for band, (west, east) in outer.items():
        from_, to = inner.get(band, (east, east))
        for first, end in ((west, from_), (to, east)):
            if first < end:
                turns = first // ROUND * ROUND
                first, end = first - turns, end - turns  # noqa: PLW2901
                yield band, first, min(end, ROUND) - 1
                if end > ROUND:
                    yield band, 0, end - ROUND - 1
