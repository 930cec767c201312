"""A CSV file (RFC 4180) as rows, one in memory at a time, each with the physical lines that it stands on.

A row that cannot be read costs itself alone: a quotation mark that is never closed does not swallow the rows after it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

MAX_ROW_BYTES = 100_000  # a hospital's row has 500
MAX_ROW_LINES = 1_000
CHUNK_BYTES = 1_000_000
BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "a zip archive or a workbook",
    b"\x1f\x8b": "gzip",
}


class NotCsv(Exception):  # noqa: N818  # the word of the importers, as NotAnArticle
    """A file that is no CSV in UTF-8 as a whole; its text says what was found and what is needed."""


class Row(NamedTuple):
    """A row with its first and last line, counted from 1. Where `fault` says what is wrong there are no cells."""

    first: int
    last: int
    cells: list[str]
    fault: str | None = None


class _Line(NamedTuple):
    number: int
    raw: bytes | None  # None where it is longer than MAX_ROW_BYTES


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file, its header first, blank lines left out. Raises NotCsv and OSError.

    A row has a fault that has other than the header's number of cells, is not UTF-8, or is longer than MAX_ROW_BYTES
    or MAX_ROW_LINES.
    """
    with path.open("rb") as file:
        lines = _lines(file)
        waiting: deque[_Line] = deque()
        width = None
        while held := _take(waiting, lines):
            row = _row(held, width)
            if row.fault is None:
                width = width or len(row.cells)
            elif width is None:
                raise NotCsv(f"line {row.first}, the header, {row.fault}")
            else:
                waiting.extendleft(reversed(held[1:]))
                row = row._replace(last=row.first)
            yield row


def _take(waiting: deque[_Line], lines: Iterator[_Line]) -> list[_Line]:
    """The lines of the next row: up to the one that closes its quotation marks, none at the end of the file."""
    held: list[_Line] = []
    quotes = size = 0
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        if line.raw is None:
            if held:
                waiting.appendleft(line)
                break
            return [line]
        if not held and not line.raw.strip():
            continue
        held.append(line)
        quotes += line.raw.count(b'"')
        size += len(line.raw)
        if quotes % 2 == 0 or size > MAX_ROW_BYTES or len(held) == MAX_ROW_LINES:
            break
    return held


def _row(held: list[_Line], width: int | None) -> Row:
    first, last = held[0].number, held[-1].number
    raw = b"".join(line.raw or b"" for line in held)
    if held[0].raw is None:
        fault = f"is longer than {MAX_ROW_BYTES:,} bytes"
    elif raw.count(b'"') % 2:
        fault = "has a quotation mark that nothing closes"
    else:
        try:
            cells = next(csv.reader([raw.decode()], strict=True))
        except UnicodeDecodeError as error:
            fault = f"is not in UTF-8: byte 0x{raw[error.start]:02X} after {error.start:,} others"
        except (csv.Error, StopIteration) as error:
            fault = f"is not CSV: {error}"
        else:
            if width is None or len(cells) == width:
                return Row(first, last, cells)
            fault = f"has {len(cells):,} cells, and the header {width:,}"
    return Row(first, last, [], fault)


def _lines(file: BinaryIO) -> Iterator[_Line]:
    """The lines of a file without its byte order mark; of one that is too long nothing is kept."""
    start = file.read(len(BOM))
    for mark, found in _OTHER_BOMS.items():
        if start.startswith(mark[: len(BOM)]):
            raise NotCsv(f"is {found}; CSV in UTF-8 is needed")
    file.seek(len(BOM) if start == BOM else 0)
    number = 0
    while raw := file.readline(MAX_ROW_BYTES + 1):
        number += 1
        if len(raw) <= MAX_ROW_BYTES:
            yield _Line(number, raw)
            continue
        while raw and not raw.endswith(b"\n"):
            raw = file.readline(CHUNK_BYTES)
        yield _Line(number, None)
