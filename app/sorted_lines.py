"""Files of sorted lines that ship with the program: looked up where they are, as bytes, without being taken apart."""

from __future__ import annotations

from bisect import bisect_left


def find(lines: bytes, key: str) -> bytes | None:
    """What stands behind a line's key and its tab, or nothing where the line is the key alone; None where no line is.

    Lines are sorted by their keys' bytes, and each ends with a newline.
    """

    def key_at(place: int) -> bytes:
        begin = lines.rfind(b"\n", 0, place) + 1
        return lines[begin : lines.index(b"\n", begin)].partition(b"\t")[0]

    place = bisect_left(range(len(lines) - 1), key.encode(), key=key_at)
    if place >= len(lines) - 1 or key_at(place) != key.encode():
        return None
    return lines[place : lines.index(b"\n", place)].partition(b"\t")[2]
