"""Publish the changing records: `python -m benchmarks.publisher DATABASE_URL FOLDER`, one publish per line of input.

Each line is a revision's number and how many of the records get it, and is answered by the monotonic clock just after
the commit. One process publishes them all: what a start of Python costs is no part of what is measured.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from sqlmodel import Session

from app.check import scan
from app.db import make_engine
from app.publish import apply, plan
from benchmarks.content import CHANGING, write_content


def main(database_url: str, folder: Path) -> None:
    """Publish until the input ends."""
    engine = make_engine(database_url)
    revisions = dict.fromkeys(CHANGING, 0)
    for line in sys.stdin:
        revision, records = map(int, line.split())
        revisions |= dict.fromkeys(CHANGING[:records], revision)
        pack = folder / f"revision-{revision}"
        write_content(pack, "bench-changing", revisions)
        with Session(engine) as session:
            made = plan(session, scan(pack))
        apply(engine, made)
        print(time.monotonic(), flush=True)
        shutil.rmtree(pack)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
