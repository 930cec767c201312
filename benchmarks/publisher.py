"""Publish the changing records: `python -m benchmarks.publisher DATABASE_URL FOLDER`, one publish per line of input.

Each line is a revision's number, and is answered by the monotonic clock just after the commit. One process publishes
them all: what a start of Python costs is no part of what is measured.
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
    for line in sys.stdin:
        pack = folder / f"revision-{line.strip()}"
        write_content(pack, "bench-changing", CHANGING, revision=int(line))
        with Session(engine) as session:
            made = plan(session, scan(pack))
        apply(engine, made)
        print(time.monotonic(), flush=True)
        shutil.rmtree(pack)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
