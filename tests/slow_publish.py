"""A publish that says when it has begun to write and then takes its time: for tests that kill it."""

import sys
import time
from pathlib import Path

from sqlmodel import Session

from app import db
from app.check import scan
from app.publish import apply, plan
from app.settings import Settings

engine = db.make_engine(Settings().database_url)
with Session(engine) as session:
    made = plan(session, scan(Path(sys.argv[1])))


def slowly(count: int) -> None:
    if count == 1:
        sys.stdout.write("writing\n")
        sys.stdout.flush()
    time.sleep(0.02)


apply(engine, made, slowly)
