"""The two engines: entries of a kind whose words match, by SQLite's FTS5 or by PostgreSQL's GIN indexes.

Words come as stems that the pipeline made: an engine parses and ranks nothing, so that both find the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ARRAY, JSON, Boolean, ColumnElement, FromClause, bindparam, column, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from app.models import SearchEntry
from app.search.index import LETTERS

Group = frozenset[tuple[str, ...]]  # phrases that mean the same, as stems; a text matches with all words of one


def expression(dialect: str, kind: str, groups: Sequence[Group], *, anyof: bool) -> str:
    """What an engine looks for in a kind: all of the groups or any of them.

    As FTS5 takes it (SQLite's FTS5, section 3), or as PostgreSQL's `tsquery`. Stems hold letters and digits only:
    nothing in them ends a quotation.
    """
    quote, also, either = ('"', " AND ", " OR ") if dialect == "sqlite" else ("'", " & ", " | ")
    letter = LETTERS[kind]
    found = []
    for group in groups:
        phrases = (also.join(f"{quote}{letter}{stem}{quote}" for stem in phrase) for phrase in sorted(group))
        found.append(f"({either.join(f'({phrase})' for phrase in phrases)})")
    return (either if anyof else also).join(found)


def matching(dialect: str, kind: str, *, titles: bool, common: bool, name: str) -> FromClause:
    """The ids of the entries that match the parameter `name`, as something to select from.

    `common` is for one word that very many of the kind have: PostgreSQL may then walk the kind, to stop early, where it
    knows that this is less than to gather them all from its index of words. SQLite's is walked in any case.
    """
    if dialect == "sqlite":
        index = "search_title" if titles else "search_text"
        return (
            select(column("rowid").label("id"))
            .select_from(text(index))
            .where(text(f"{index} MATCH :{name}"))
            .subquery()
        )
    found = text(f"{'title_vector' if titles else 'every_vector'} @@ CAST(:{name} AS tsquery)")
    rows = select(col(SearchEntry.id)).where(found)
    if common:
        return rows.where(col(SearchEntry.kind) == kind).subquery()
    return rows.cte(f"of_{name}").prefix_with("MATERIALIZED")


class _Among(FunctionElement[bool]):
    """Whether a column holds one of the values of a parameter."""

    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> _Among:  # noqa: ARG002  # the name is SQLAlchemy's
        """Itself: a condition as it stands, where a function's value would be compared with 1."""
        return self


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # a column's name and a parameter's mark


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} = ANY ({values})"


def among(held: Any, name: str) -> ColumnElement[bool]:
    """Whether a column holds one of the parameter `name`, a list: one statement however long that is."""
    column: Any = col(held)
    return _Among(column, bindparam(name, type_=JSON().with_variant(ARRAY(column.type), "postgresql")))


def alternatives(groups: Iterable[Group]) -> set[str]:
    """Every stem of some groups."""
    return {stem for group in groups for phrase in group for stem in phrase}
