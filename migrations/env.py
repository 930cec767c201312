"""How Alembic reaches the database: on the connection that `app.db.migrate` hands over, in its transaction."""

from alembic import context
from sqlalchemy import Connection

from app import models
from app.db import make_engine
from app.settings import Settings


def ours(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether a name is the models': what indexes words is an engine's own, and no model tells it."""
    engines_own = ("search_text", "ix_search_entry_title", "ix_search_entry_every", "title_vector", "every_vector")
    return not (name or "").startswith(engines_own)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=models.metadata,
        compare_type=True,
        render_as_batch=True,
        include_name=ours,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:  # the `alembic` command itself, for a developer who writes a revision
    with make_engine(Settings().database_url, create=True).execution_options(writes=True).begin() as own:
        run(own)
