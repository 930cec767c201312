"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "20261123_content"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_slug",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("current_slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name=op.f("pk_former_slug")),
    )
    op.create_table(
        "identifier",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_identifier")),
    )
    with op.batch_alter_table("identifier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identifier_kind_slug"), ["kind", "slug"], unique=False)

    op.create_table(
        "pack",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("publisher_name", sa.String(), nullable=False),
        sa.Column("publisher_url", sa.String(), nullable=True),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pack")),
    )
    op.create_table(
        "publication",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["pack"], ["pack.name"], name=op.f("fk_publication_pack_pack")),
        sa.PrimaryKeyConstraint("generation", name=op.f("pk_publication")),
        sa.UniqueConstraint("id", name=op.f("uq_publication_id")),
    )
    op.create_table(
        "source",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("retrieved_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["pack"], ["pack.name"], name=op.f("fk_source_pack_pack")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_source")),
    )
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_pack"), ["pack"], unique=False)

    op.create_table(
        "article",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "parents",
                "kids",
                "teens",
                "general",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("audience_basis", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("teaser", sa.Text(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["pack"], ["pack.name"], name=op.f("fk_article_pack_pack")),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_article_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("slug", name=op.f("uq_article_slug")),
        sa.UniqueConstraint("sort_key", name=op.f("uq_article_sort_key")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_pack"), ["pack"], unique=False)

    op.create_table(
        "change",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column(
            "op",
            sa.Enum("added", "changed", "withdrawn", name="op", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("successor", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["generation"], ["publication.generation"], name=op.f("fk_change_generation_publication")
        ),
        sa.ForeignKeyConstraint(["pack"], ["pack.name"], name=op.f("fk_change_pack_pack")),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_generation"), ["generation"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_pack_kind"), ["pack", "kind"], unique=False)

    op.create_table(
        "condition",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["pack"], ["pack.name"], name=op.f("fk_condition_pack_pack")),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_condition_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
        sa.UniqueConstraint("slug", name=op.f("uq_condition_slug")),
        sa.UniqueConstraint("sort_key", name=op.f("uq_condition_sort_key")),
    )
    with op.batch_alter_table("condition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_condition_pack"), ["pack"], unique=False)

    op.create_table(
        "directory_entry",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "parents",
                "kids",
                "teens",
                "general",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("audience_basis", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("group_slug", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["pack"], ["pack.name"], name=op.f("fk_directory_entry_pack_pack")),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_directory_entry_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_entry")),
        sa.UniqueConstraint("slug", name=op.f("uq_directory_entry_slug")),
        sa.UniqueConstraint("sort_key", name=op.f("uq_directory_entry_sort_key")),
    )
    with op.batch_alter_table("directory_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_directory_entry_group_slug"), ["group_slug"], unique=False)
        batch_op.create_index(batch_op.f("ix_directory_entry_pack"), ["pack"], unique=False)

    op.create_table(
        "glossary_term",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "parents",
                "kids",
                "teens",
                "general",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("audience_basis", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("pronunciation", sa.String(), nullable=True),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("also_called", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["pack"], ["pack.name"], name=op.f("fk_glossary_term_pack_pack")),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_glossary_term_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glossary_term")),
        sa.UniqueConstraint("slug", name=op.f("uq_glossary_term_slug")),
        sa.UniqueConstraint("sort_key", name=op.f("uq_glossary_term_sort_key")),
    )
    with op.batch_alter_table("glossary_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_glossary_term_pack"), ["pack"], unique=False)

    op.create_table(
        "location",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "parents",
                "kids",
                "teens",
                "general",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("audience_basis", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("city_key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("state_key", sa.String(), nullable=True),
        sa.Column("postal_code", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("precision", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["pack"], ["pack.name"], name=op.f("fk_location_pack_pack")),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_location_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("slug", name=op.f("uq_location_slug")),
        sa.UniqueConstraint("sort_key", name=op.f("uq_location_sort_key")),
    )
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_location_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_location_pack"), ["pack"], unique=False)
        batch_op.create_index(batch_op.f("ix_location_state_key_city_key"), ["state_key", "city_key"], unique=False)

    op.create_table(
        "alias",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("condition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_alias_condition_id_condition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_alias_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
    )
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alias_condition_id"), ["condition_id"], unique=False)

    op.create_table(
        "article_condition",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("condition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_condition_article_id_article"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["condition_id"],
            ["condition.id"],
            name=op.f("fk_article_condition_condition_id_condition"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("article_id", "condition_id", name=op.f("pk_article_condition")),
    )
    with op.batch_alter_table("article_condition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_condition_condition_id"), ["condition_id"], unique=False)

    op.create_table(
        "coding",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("condition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("display", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_coding_condition_id_condition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_coding_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding")),
    )
    with op.batch_alter_table("coding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coding_code_key_system"), ["code_key", "system"], unique=False)
        batch_op.create_index(batch_op.f("ix_coding_condition_id"), ["condition_id"], unique=False)

    op.create_table(
        "edition",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("condition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "parents",
                "kids",
                "teens",
                "general",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("audience_basis", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pronunciation", sa.String(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("modified_on", sa.Date(), nullable=True),
        sa.Column("review_status", sa.String(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_edition_condition_id_condition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_edition_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("condition_id", "lang", "audience", name=op.f("uq_edition_condition_id_lang_audience")),
    )
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edition_condition_id"), ["condition_id"], unique=False)

    op.create_table(
        "sign_set",
        sa.Column("condition_id", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_sign_set_condition_id_condition"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("condition_id", name=op.f("pk_sign_set")),
    )
    op.create_table(
        "section",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("aspect", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_section_edition_id_edition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_section_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("edition_id", "anchor", name=op.f("uq_section_edition_id_anchor")),
    )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_aspect"), ["aspect"], unique=False)
        batch_op.create_index(batch_op.f("ix_section_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "sign_set_wording",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("applies_to", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_sign_set_wording_edition_id_edition"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_sign_set_wording_source_slug_source")),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_sign_set_wording")),
    )
    op.create_table(
        "warning_sign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("condition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "scope",
            sa.Enum("named", "any", name="scope", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column(
            "urgency",
            sa.Enum(
                "immediate",
                "urgent",
                "non-urgent",
                "unstated",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "contact",
            sa.Enum(
                "emergency", "doctor", "unstated", name="contact", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["condition_id"],
            ["sign_set.condition_id"],
            name=op.f("fk_warning_sign_condition_id_sign_set"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_sign")),
        sa.UniqueConstraint("condition_id", "key", name=op.f("uq_warning_sign_condition_id_key")),
        sa.UniqueConstraint("sort_key", name=op.f("uq_warning_sign_sort_key")),
    )
    with op.batch_alter_table("warning_sign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_warning_sign_condition_id"), ["condition_id"], unique=False)

    op.create_table(
        "block",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ordered", sa.Boolean(), nullable=True),
        sa.Column("items", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_block_section_id_section"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_block_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_section_id"), ["section_id"], unique=False)

    op.create_table(
        "sign_wording",
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source_slug", sa.String(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("derived", sa.JSON(), nullable=False),
        sa.Column("curated", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sign", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["sign_set_wording.edition_id"],
            name=op.f("fk_sign_wording_edition_id_sign_set_wording"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["source_slug"], ["source.slug"], name=op.f("fk_sign_wording_source_slug_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_wording")),
        sa.UniqueConstraint("edition_id", "key", name=op.f("uq_sign_wording_edition_id_key")),
    )
    with op.batch_alter_table("sign_wording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_wording_edition_id"), ["edition_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sign_wording", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_wording_edition_id"))

    op.drop_table("sign_wording")
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_section_id"))

    op.drop_table("block")
    with op.batch_alter_table("warning_sign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_warning_sign_condition_id"))

    op.drop_table("warning_sign")
    op.drop_table("sign_set_wording")
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_section_edition_id"))
        batch_op.drop_index(batch_op.f("ix_section_aspect"))

    op.drop_table("section")
    op.drop_table("sign_set")
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edition_condition_id"))

    op.drop_table("edition")
    with op.batch_alter_table("coding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coding_condition_id"))
        batch_op.drop_index(batch_op.f("ix_coding_code_key_system"))

    op.drop_table("coding")
    with op.batch_alter_table("article_condition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_condition_condition_id"))

    op.drop_table("article_condition")
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alias_condition_id"))

    op.drop_table("alias")
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_state_key_city_key"))
        batch_op.drop_index(batch_op.f("ix_location_pack"))
        batch_op.drop_index(batch_op.f("ix_location_kind"))

    op.drop_table("location")
    with op.batch_alter_table("glossary_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_glossary_term_pack"))

    op.drop_table("glossary_term")
    with op.batch_alter_table("directory_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_entry_pack"))
        batch_op.drop_index(batch_op.f("ix_directory_entry_group_slug"))

    op.drop_table("directory_entry")
    with op.batch_alter_table("condition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_condition_pack"))

    op.drop_table("condition")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_pack_kind"))
        batch_op.drop_index(batch_op.f("ix_change_generation"))

    op.drop_table("change")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_pack"))

    op.drop_table("article")
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_pack"))

    op.drop_table("source")
    op.drop_table("publication")
    op.drop_table("pack")
    with op.batch_alter_table("identifier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identifier_kind_slug"))

    op.drop_table("identifier")
    op.drop_table("former_slug")
