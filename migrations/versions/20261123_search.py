"""What a search may find: entries, their names, the words in use. `migrate` fills all of it, as a publication."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_search"
down_revision = "20261123_location_vector"
branch_labels = None
depends_on = None

KEY = sa.String(1_000).with_variant(sa.String(1_000, collation="C"), "postgresql")
AUDIENCES = ("parents", "kids", "teens", "general")
WORDS = ("title_words", "context_words", "body_words")

# SQLite's index of words keeps no text of its own, no positions and no lengths: the program ranks.
FTS5 = """CREATE VIRTUAL TABLE search_text USING fts5(
    title_words, context_words, body_words,
    content='search_entry', content_rowid='id', tokenize='ascii', detail='column', columnsize=0)"""
INSERTED = """CREATE TRIGGER search_entry_inserted AFTER INSERT ON search_entry BEGIN
    INSERT INTO search_text(rowid, title_words, context_words, body_words)
    VALUES (new.id, new.title_words, new.context_words, new.body_words); END"""
DELETED = """CREATE TRIGGER search_entry_deleted AFTER DELETE ON search_entry BEGIN
    INSERT INTO search_text(search_text, rowid, title_words, context_words, body_words)
    VALUES ('delete', old.id, old.title_words, old.context_words, old.body_words); END"""
# PostgreSQL's are two: of titles, and of all words. The words are stems already: nothing parses them again. Pending
# entries of an index (`fastupdate`) would be a reader's to look through.
VECTORS = {"title": "title_words", "every": "title_words || ' ' || context_words || ' ' || body_words"}
STORED = "array_to_tsvector(string_to_array({words}, ' '))"
COLUMN = "ALTER TABLE search_entry ADD COLUMN {name}_vector tsvector GENERATED ALWAYS AS ({stored}) STORED"
GIN = "CREATE INDEX ix_search_entry_{name} ON search_entry USING gin ({name}_vector) WITH (fastupdate = off)"


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("record_slug", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("condition_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(*AUDIENCES, name="audience", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("text", sa.JSON(), nullable=False),
        *(sa.Column(words, sa.Text(), nullable=False) for words in WORDS),
        sa.Column("item", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
    )
    op.create_index(op.f("ix_search_entry_record_kind_record_slug"), "search_entry", ["record_kind", "record_slug"])
    op.create_index(op.f("ix_search_entry_kind_id"), "search_entry", ["kind", "id"])
    op.create_table(
        "search_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("word", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["search_entry.id"], name=op.f("fk_search_name_entry_id_search_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_name")),
    )
    op.create_index(op.f("ix_search_name_entry_id"), "search_name", ["entry_id"])
    op.create_index(op.f("ix_search_name_kind_key"), "search_name", ["kind", "key"])
    op.create_table(
        "search_stem",
        sa.Column("stem", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("stem", "kind", name=op.f("pk_search_stem")),
    )
    op.create_table(
        "search_word",
        sa.Column("word", KEY, nullable=False),
        sa.Column("stem", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    op.create_index(op.f("ix_search_word_stem"), "search_word", ["stem"])
    op.create_table(
        "search_spelling",
        sa.Column("key", KEY, nullable=False),
        sa.Column("word", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["word"], ["search_word.word"], name=op.f("fk_search_spelling_word_search_word"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "word", name=op.f("pk_search_spelling")),
    )
    op.create_index(op.f("ix_search_spelling_word"), "search_spelling", ["word"])
    if op.get_bind().dialect.name == "sqlite":
        for statement in (FTS5, INSERTED, DELETED):
            op.execute(statement)
    else:
        for name, words in VECTORS.items():
            op.execute(COLUMN.format(name=name, stored=STORED.format(words=words)))
            op.execute(GIN.format(name=name))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_text")
    for table in ("search_spelling", "search_word", "search_stem", "search_name", "search_entry"):
        op.drop_table(table)
