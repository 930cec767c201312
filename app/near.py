"""What `near` may say, and how far places are from there.

Coordinates are stored as a unit vector too. The square of the chord between two such vectors grows with the
great-circle distance, knows neither poles nor antimeridian, and is plain arithmetic: the same bits on every engine.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator
from sqlalchemy import ColumnElement, Float, bindparam
from sqlmodel import col

from app import schemas, sorted_lines
from app.bands import Vector
from app.models import Location

EARTH_RADIUS = 6371.0088  # km: the mean radius R1 of GRS 80 (H. Moritz, Geodetic Reference System 1980)
KM = {"km": 1.0, "mi": 1.609344}  # the international mile, exactly
LARGEST_RADIUS = 200

POINT = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9]{0,20})?) *, *([+-]?[0-9]{1,3}(?:\.[0-9]{0,20})?)")
ZIP = re.compile(r"([0-9]{5})(?:-[0-9]{4})?")
FORMS = (
    "must be a latitude and a longitude with a comma between them, a US ZIP code, "
    "or a US town and its state, as in `Hartford, CT`"
)
ABBREVIATED = {"ft": "fort", "mt": "mount", "st": "saint", "ste": "sainte"}
STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "US Virgin Islands", "FM": "Micronesia", "MH": "Marshall Islands", "PW": "Palau",
}  # fmt: skip


class Reader(NamedTuple):
    """Where a reader is, and what the point stands for: `coordinates`, `postal-code` or `town`."""

    at: Vector
    measured_from: str


def _known(near: str) -> str:
    reader_at(near)
    return near


Near = Annotated[str, Field(max_length=100), AfterValidator(_known)]
NEAR = (
    "Where the reader is: a latitude and a longitude in WGS 84 degrees, a US ZIP code, or a US town and its state. "
    "Distances are then from there, and what is nearest comes first."
)
NEAR_EXAMPLES = ["41.76,-72.67", "06106", "Hartford, CT"]


class Around(BaseModel):
    """Where a reader is, and how far around is looked for places."""

    near: Near | None = Field(default=None, description=NEAR, examples=NEAR_EXAMPLES)
    radius: float = Field(
        default=25, gt=0, le=LARGEST_RADIUS, description="How far away a place may be, in `unit`. Only with `near`."
    )
    unit: Literal["mi", "km"] = Field(
        default="mi", description="What `radius` and distances are in: miles or kilometres. Only with `near`."
    )

    @field_validator("radius", "unit")
    @classmethod
    def _with_near(cls, value: Any, told: ValidationInfo) -> Any:
        if told.data.get("near", "refused") is None:
            raise ValueError("goes only with `near`")
        return value


# ---- where a reader is


def reader_at(near: str) -> Reader:
    """Where a text says that a reader is. Raises ValueError, which repeats nothing of it."""
    near = near.strip()
    if point := POINT.fullmatch(near):
        latitude, longitude = float(point[1]), float(point[2])
        if not -90 <= latitude <= 90:
            raise ValueError("the latitude, which comes first, must be from -90 to 90")
        if not -180 <= longitude <= 180:
            raise ValueError("the longitude, which comes second, must be from -180 to 180")
        return Reader(vector(latitude, longitude), "coordinates")
    if code := ZIP.fullmatch(near):
        return Reader(_looked_up(code[1], "this ZIP code is not known here"), "postal-code")
    town, comma, state = near.rpartition(",")
    if not comma:
        town, _, state = near.rpartition(" ")
    if not _letters(town) or not _letters(state):
        raise ValueError(FORMS)
    code_of_state = _states().get(_letters(state))
    if code_of_state is None:
        raise ValueError(f"this state is not known here; {FORMS}")
    return Reader(_looked_up(town_key(town, code_of_state), "no town of this name is known here in that state"), "town")


def vector(latitude: float, longitude: float) -> Vector:
    """A point, in WGS 84 degrees, as a unit vector on the sphere; one and the same for 180 degrees east and west."""
    north, east = radians(latitude), radians(longitude)
    x, y, z = cos(north) * cos(east), cos(north) * sin(east), sin(north)
    return round(x, 15), round(y, 15), round(z, 15)


def town_key(town: str, state: str) -> str:
    """A town as the gazetteer names it: its state's two letters, and its name without case, accents or spaces."""
    words = re.split(r"[\s.\-]+", town.strip().casefold())
    return f"{state.lower()} {_letters(''.join(ABBREVIATED.get(word, word) for word in words))}"


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in decomposed if char.isascii() and char.isalpha())


@cache
def _states() -> dict[str, str]:
    return {_letters(name): code for code, full in STATES.items() for name in (code, full)}


@cache
def _gazetteer() -> bytes:
    """Lines of a key, a latitude and a longitude, by key; `app/gazetteer/NOTICE` says whose they are."""
    return (Path(__file__).parent / "gazetteer" / "us.tsv").read_bytes()


def _looked_up(key: str, unknown: str) -> Vector:
    """The point of a ZIP code or a town. Raises ValueError."""
    found = sorted_lines.find(_gazetteer(), key)
    if found is None:
        raise ValueError(unknown)
    latitude, longitude = found.split(b"\t")
    return vector(float(latitude), float(longitude))


# ---- how far places are from there


def squared_chord() -> ColumnElement[float | None]:
    """The square of the straight line from `:x`, `:y`, `:z` to a row of `location`, in Earth radii.

    Null where that has no coordinates.
    """
    axes = ((Location.x, "x"), (Location.y, "y"), (Location.z, "z"))
    x, y, z = (col(column) - bindparam(name, type_=Float) for column, name in axes)
    return x * x + y * y + z * z


def radius(around: Around) -> float:
    """How far is looked, as an angle at the Earth's centre in radians."""
    return around.radius * KM[around.unit] / EARTH_RADIUS


def squared(arc: float) -> float:
    """The square of the chord of an arc in radians, in Earth radii."""
    return (2 * sin(arc / 2)) ** 2


def arc_of(squared: float) -> float:
    """The arc in radians of a squared chord (the haversine formula)."""
    return 2 * asin(min(1.0, sqrt(squared) / 2))


def distance(squared: float, unit: str) -> schemas.Distance:
    """The great-circle distance of a squared chord, to a hundredth of a mile or kilometre."""
    return schemas.Distance(value=round(arc_of(squared) * EARTH_RADIUS / KM[unit], 2), unit=unit)


def nearness(reader: Reader, around: Around) -> schemas.Nearness:
    """What distances are from, and how far was looked; never the place itself."""
    return schemas.Nearness(measured_from=reader.measured_from, radius=around.radius, unit=around.unit)
