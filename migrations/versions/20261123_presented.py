"""What is presented is stored, and a publication knows its languages. `migrate` fills both, as a publication."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_presented"
down_revision = "20261123_content"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presented",
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shape", "row_id", name=op.f("pk_presented")),
    )
    op.add_column("publication", sa.Column("languages", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("publication", "languages")
    op.drop_table("presented")
