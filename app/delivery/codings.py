"""Content codings (RFC 9110, sections 8.4 and 12.5.3): which one a client takes, and how it is made."""

from __future__ import annotations

import gzip
import re

import brotli

IDENTITY, BROTLI, GZIP = "identity", "br", "gzip"
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
CODABLE = re.compile(r"text/|application/(?:[a-z.-]+\+)?(?:json|xml)|application/javascript|image/svg")
WEIGHT = re.compile(r"\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)  # RFC 9110, section 12.4.2


def codable(media_type: str) -> bool:
    """Whether bodies of this media type get smaller when they are coded."""
    return CODABLE.match(media_type) is not None


def negotiate(accepted: str | None) -> str | None:
    """The coding to answer with: `br`, `gzip` or `identity`; None where the client takes none of them.

    `accepted` is the value of Accept-Encoding, None where there is none. Of codings with one weight the smallest on the
    wire wins; identity, where the client says nothing of it, comes last.
    """
    if accepted is None:
        return IDENTITY
    weights = dict(map(_weighted, accepted.lower().split(",")))
    others = weights.get("*")
    coded = {coding: weights.get(coding, others or 0.0) for coding in (BROTLI, GZIP)}
    coded[GZIP] = max(coded[GZIP], weights.get("x-gzip", 0.0))
    best = max(coded, key=coded.__getitem__)
    identity = weights.get(IDENTITY, others)
    if coded[best] and coded[best] >= (identity or 0.0):
        return best
    return None if identity == 0 else IDENTITY


def _weighted(part: str) -> tuple[str, float]:
    coding, _, parameter = part.partition(";")
    if not parameter.strip():
        return coding.strip(), 1.0
    weight = WEIGHT.fullmatch(parameter)
    return coding.strip(), float(weight[1]) if weight else 0.0  # what cannot be read is not taken


def encode(body: bytes, coding: str) -> bytes:
    """A body in a coding; the same bytes for the same body at any time."""
    if coding == BROTLI:
        coded: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
        return coded
    return gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0) if coding == GZIP else body
