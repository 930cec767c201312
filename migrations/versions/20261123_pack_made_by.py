"""A pack remembers what made its bodies, so that nobody looks through these to know. `migrate` presents every pack."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_pack_made_by"
down_revision = "20261123_search_titles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pack", sa.Column("made_by", sa.String(), nullable=True))
    op.drop_column("presented", "made_by")


def downgrade() -> None:
    op.add_column("presented", sa.Column("made_by", sa.String(), nullable=False, server_default=""))
    op.drop_column("pack", "made_by")
