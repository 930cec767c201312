"""How Alembic reaches the database: on the connection that `app.db.migrate` hands over, in its transaction."""

from alembic import context
from sqlalchemy import Connection

from app import models
from app.db import make_engine
from app.settings import Settings


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=models.metadata, compare_type=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:  # the `alembic` command itself, for a developer who writes a revision
    with make_engine(Settings().database_url, create=True).execution_options(writes=True).begin() as own:
        run(own)
