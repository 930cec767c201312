"""SQLite's index of titles' words stands by itself, and names are found by where they stand in theirs, too.

A text that many entries hold in parts, and few in their titles, was looked for in the one index through all of them.
"""

from alembic import op

revision = "20261123_search_titles"
down_revision = "20261123_categories"
branch_labels = None
depends_on = None

# Neither index keeps a text of its own, where in it a word stands, or a length: the program ranks.
INDEXES = (
    """CREATE VIRTUAL TABLE search_title USING fts5(
    title_words, content='search_entry', content_rowid='id', tokenize='ascii', detail='none', columnsize=0)""",
    """CREATE VIRTUAL TABLE search_text USING fts5(
    title_words, context_words, body_words,
    content='search_entry', content_rowid='id', tokenize='ascii', detail='none', columnsize=0)""",
    "INSERT INTO search_title(search_title) VALUES ('rebuild')",
    "INSERT INTO search_text(search_text) VALUES ('rebuild')",
    """CREATE TRIGGER search_entry_inserted AFTER INSERT ON search_entry BEGIN
    INSERT INTO search_title(rowid, title_words) VALUES (new.id, new.title_words);
    INSERT INTO search_text(rowid, title_words, context_words, body_words)
    VALUES (new.id, new.title_words, new.context_words, new.body_words); END""",
    """CREATE TRIGGER search_entry_deleted AFTER DELETE ON search_entry BEGIN
    INSERT INTO search_title(search_title, rowid, title_words) VALUES ('delete', old.id, old.title_words);
    INSERT INTO search_text(search_text, rowid, title_words, context_words, body_words)
    VALUES ('delete', old.id, old.title_words, old.context_words, old.body_words); END""",
)
BEFORE = (
    """CREATE VIRTUAL TABLE search_text USING fts5(
    title_words, context_words, body_words,
    content='search_entry', content_rowid='id', tokenize='ascii', detail='column', columnsize=0)""",
    "INSERT INTO search_text(search_text) VALUES ('rebuild')",
    """CREATE TRIGGER search_entry_inserted AFTER INSERT ON search_entry BEGIN
    INSERT INTO search_text(rowid, title_words, context_words, body_words)
    VALUES (new.id, new.title_words, new.context_words, new.body_words); END""",
    """CREATE TRIGGER search_entry_deleted AFTER DELETE ON search_entry BEGIN
    INSERT INTO search_text(search_text, rowid, title_words, context_words, body_words)
    VALUES ('delete', old.id, old.title_words, old.context_words, old.body_words); END""",
)
TRIGGERS = ("DROP TRIGGER search_entry_inserted", "DROP TRIGGER search_entry_deleted")


def upgrade() -> None:
    op.drop_index("ix_search_name_kind_key", table_name="search_name")
    op.create_index("ix_search_name_kind_key_word", "search_name", ["kind", "key", "word"])
    if op.get_bind().dialect.name == "sqlite":
        for statement in (*TRIGGERS, "DROP TABLE search_text", *INDEXES):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in (*TRIGGERS, "DROP TABLE search_text", "DROP TABLE search_title", *BEFORE):
            op.execute(statement)
    op.drop_index("ix_search_name_kind_key_word", table_name="search_name")
    op.create_index("ix_search_name_kind_key", "search_name", ["kind", "key"])
