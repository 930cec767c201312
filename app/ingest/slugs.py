"""Slugs made from what a page calls things."""

import re
import unicodedata

MAX_LENGTH = 60


def slugify(text: str) -> str:
    """The letters and digits of a text, without accents, cut between words; empty where it has none."""
    bare = re.sub(r"['’‘]", "", text)
    plain = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode().casefold()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))
    return slug if len(slug) <= MAX_LENGTH else slug[: MAX_LENGTH + 1].rpartition("-")[0] or slug[:MAX_LENGTH]


def free_slug(text: str, taken: dict[str, int], fallback: str) -> str:
    """A slug of the text that is not taken yet, numbered where it must be; `taken` counts the uses of each."""
    base = slug = slugify(text) or fallback
    while slug in taken:
        taken[base] += 1
        slug = f"{base}-{taken[base]}"
    taken[slug] = 1
    return slug
