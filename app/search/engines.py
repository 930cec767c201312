"""The two engines: entries of a kind whose words match, by SQLite's FTS5 or by PostgreSQL's GIN indexes.

Words come as stems that the pipeline made: an engine parses and ranks nothing, so that both find the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import FromClause, column, select, text
from sqlmodel import col

from app.models import SearchEntry
from app.search.index import LETTERS

Group = frozenset[tuple[str, ...]]  # phrases that mean the same, as stems; a text matches with all words of one


def expression(dialect: str, kind: str, groups: Sequence[Group], *, titles: bool, anyof: bool) -> str:
    """What an engine looks for in a kind: all of the groups or any of them, in titles alone or everywhere.

    As FTS5 takes it (SQLite's FTS5, section 3), or as PostgreSQL's `tsquery`. Stems hold letters and digits only:
    nothing in them ends a quotation.
    """
    quote, also, either = ('"', " AND ", " OR ") if dialect == "sqlite" else ("'", " & ", " | ")
    letter = LETTERS[kind]
    found = []
    for group in groups:
        phrases = (also.join(f"{quote}{letter}{stem}{quote}" for stem in phrase) for phrase in sorted(group))
        found.append(f"({either.join(f'({phrase})' for phrase in phrases)})")
    words = (either if anyof else also).join(found)
    return f"{{title_words}} : ({words})" if titles and dialect == "sqlite" else words


def matching(dialect: str, kind: str, *, titles: bool, common: bool, name: str) -> FromClause:
    """The ids of the entries that match the parameter `name`, as something to select from.

    `common` is for one word that very many of the kind have: PostgreSQL may then walk the kind, to stop early, where it
    knows that this is less than to gather them all from its index of words. SQLite's is walked in any case.
    """
    if dialect == "sqlite":
        found = text(f"search_text MATCH :{name}")
        return select(column("rowid").label("id")).select_from(text("search_text")).where(found).subquery()
    found = text(f"{'title_vector' if titles else 'every_vector'} @@ CAST(:{name} AS tsquery)")
    rows = select(col(SearchEntry.id)).where(found)
    if common:
        return rows.where(col(SearchEntry.kind) == kind).subquery()
    return rows.cte(f"of_{name}").prefix_with("MATERIALIZED")


def alternatives(groups: Iterable[Group]) -> set[str]:
    """Every stem of some groups."""
    return {stem for group in groups for phrase in group for stem in phrase}
