"""Content codings (RFC 9110, sections 8.4 and 12.5.3): which one a client takes, and each body coded once."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock

import brotli

IDENTITY = "identity"
MAX_KEPT_BYTES = 32_000_000
UNWEIGHTED = 0.0001  # a client that names no weight for identity takes it last


def negotiate(accepted: str | None) -> str | None:
    """The coding to answer with: `br`, `gzip` or `identity`; None where the client takes none of them.

    `accepted` is the value of Accept-Encoding. Of codings with one weight the one that is smallest on the wire is taken.
    """
    if accepted is None:
        return IDENTITY
    weights = dict(_weights(accepted))
    rest = weights.get("*")
    offered = {coding: weights.get(coding, rest or 0.0) for coding in ("br", "gzip")}
    offered[IDENTITY] = weights.get(IDENTITY, UNWEIGHTED if rest is None else rest)
    best = max(offered, key=lambda coding: offered[coding])
    return best if offered[best] > 0 else None


def _weights(accepted: str) -> Iterator[tuple[str, float]]:
    for part in accepted.split(","):
        name, *parameters = part.split(";")
        weight = 1.0
        for parameter in parameters:
            if parameter.strip().lower().startswith("q="):
                try:
                    weight = min(max(float(parameter.strip()[2:]), 0.0), 1.0)
                except ValueError:
                    weight = 0.0  # what cannot be read is not taken
        if name.strip():
            yield name.strip().lower().replace("x-gzip", "gzip"), weight


class Coded:
    """Coded bodies by the hash of the plain one, bounded in bytes: a publish codes anew only what it changed."""

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, body: bytes, digest: str, coding: str) -> bytes:
        """A body in a coding; `digest` names the body."""
        key = (digest, coding)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = brotli.compress(body, quality=5) if coding == "br" else gzip.compress(body, compresslevel=6, mtime=0)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += len(made)
            while self._bytes > self._max_bytes:
                self._bytes -= len(self._kept.popitem(last=False)[1])
        return made
