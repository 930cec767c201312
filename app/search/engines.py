"""The two engines: entries of a kind whose words match, by SQLite's FTS5 or by PostgreSQL's GIN indexes.

Words come as stems that the pipeline made: an engine parses and ranks nothing, so that both find the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    column,
    func,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from app.models import SearchEntry
from app.search.index import LETTERS

Rows = Select[*tuple[Any, ...]]
WALKED = 5_000  # entries of a kind that are looked through for what is common
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


def matching(rows: Rows, dialect: str, kind: str, *, titles: bool, common: bool, limit: int, name: str) -> Rows:
    """So many of some entries' rows at most as match the parameter `name`, or all that do.

    `common` is for what a good share of the kind may match: PostgreSQL then looks through some of the kind first, where
    its index of words would gather all that match, and asks that only if it has not found enough. SQLite's stops early.
    """
    if dialect == "sqlite":
        index = "search_title" if titles else "search_text"
        found = text(f"{index} MATCH :{name}")
        ids = select(column("rowid", Integer).label("id")).select_from(text(index)).where(found).subquery()
        return first_of(rows.join(ids, col(SearchEntry.id) == ids.c.id), limit)
    vector = f"{'title' if titles else 'every'}_vector"
    found = text(f"{vector} @@ CAST(:{name} AS tsquery)")
    held = select(col(SearchEntry.id)).where(found).cte(f"of_{name}").prefix_with("MATERIALIZED")
    matched = rows.join(held, col(SearchEntry.id) == held.c.id)
    if not common:
        return first_of(matched, limit)
    some = rows.add_columns(literal_column(f"search_entry.{vector}")).where(col(SearchEntry.kind) == kind)
    some_ = some.order_by(col(SearchEntry.id)).limit(WALKED).subquery()
    walked = select(*list(some_.c)[:-1]).where(found).limit(limit).cte(f"walk_{name}").prefix_with("MATERIALIZED")
    found_by_then = select(func.count()).select_from(walked).scalar_subquery()
    enough = select(walked).where(found_by_then >= limit)
    return first_of(union_all(enough, matched.where(found_by_then < limit)), limit)


def first_of(rows: Rows | CompoundSelect[*tuple[Any, ...]], limit: int) -> Rows:
    """So many of some rows, as a part of a union may be."""
    return select(*rows.limit(limit).subquery().c)


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
