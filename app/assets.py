"""The files that pages are made with: each under a stable name, and under one that holds its hash, to keep for ever."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastapi import Request
from starlette.responses import FileResponse, JSONResponse, Response

from app.errors import ProblemError

FOLDER = Path(__file__).parent / "static"
HASHED = ("embed.js", "frame.js", "front.css", "front.js", "near.js", "pages.css", "print.js", "search.js")
FOR_EVER = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """A file, by the hash of its bytes. `integrity` is what Subresource Integrity takes (W3C SRI, section 3.1)."""

    path: str
    integrity: str
    digest: str


@cache
def asset(name: str) -> Asset:
    """A file of HASHED, under the path that holds its hash."""
    digest = hashlib.sha384((FOLDER / name).read_bytes())
    stem, _, ending = name.rpartition(".")
    short = digest.hexdigest()[:16]
    integrity = f"sha384-{b64encode(digest.digest()).decode()}"
    return Asset(f"/static/{stem}.{short}.{ending}", integrity, short)


async def get_asset(request: Request) -> Response:
    """A file under a name with a hash. Another version's hash gets today's file, which is then not kept for ever.

    Raises a 404 problem for any other name.
    """
    name = "{name}.{ending}".format(**request.path_params)
    if name not in HASHED:
        raise ProblemError(404, "not-found", "There is no such file here.")
    current = request.path_params["digest"] == asset(name).digest
    return FileResponse(FOLDER / name, headers={"Cache-Control": FOR_EVER} if current else None)


async def get_integrity(request: Request) -> Response:
    """Each file of HASHED: the address that holds its hash, and its integrity, for a page that pins what it loads."""
    address = request.app.state.settings.address
    return JSONResponse(
        {name: {"address": address(asset(name).path), "integrity": asset(name).integrity} for name in HASHED}
    )
