"""A condition may be grouped under categories."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_categories"
down_revision = "20261123_location_bands"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("condition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_category_condition_id_condition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_category_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
    )
    op.create_index(op.f("ix_category_condition_id"), "category", ["condition_id"])
    op.create_index(op.f("ix_category_name_key"), "category", ["name_key"])


def downgrade() -> None:
    # A publish compares digests: without theirs, conditions get their categories again when they are published again.
    op.execute(
        "UPDATE change SET digest = NULL WHERE kind = 'condition' AND op <> 'withdrawn' AND key IN "
        "(SELECT slug FROM condition JOIN category ON category.condition_id = condition.id)"
    )
    op.drop_table("category")
