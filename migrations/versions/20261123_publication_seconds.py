"""A publication says how long it took."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_publication_seconds"
down_revision = "20261123_presented"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publication", sa.Column("seconds", sa.Float(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("publication", "seconds")
