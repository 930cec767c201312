"""A publish that says when it has come to a moment, a record's number or `commit`, and stays there to be killed."""

import sys
import time
from pathlib import Path

from sqlalchemy import event
from sqlmodel import Session

from app import db
from app.check import scan
from app.publish import apply, plan
from app.settings import Settings

moment = sys.argv[2]
engine = db.make_engine(Settings().database_url)
with Session(engine) as session:
    made = plan(session, scan(Path(sys.argv[1])))


def stay(now: str) -> None:
    if now == moment:
        sys.stdout.write("here\n")
        sys.stdout.flush()
        time.sleep(999)


event.listen(engine, "commit", lambda _connection: stay("commit"))
apply(engine, made, lambda count: stay(str(count)))
