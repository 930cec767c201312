"""What we store: every table on one page.

`app.pack` says what the values mean and bounds them; only `app.publish` writes. What belongs to a condition, an edition
or an article goes with it; every list keeps its `position`.
"""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Enum, ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel

from app.pack import Audience, Contact, Scope, Urgency

ANY_KIND = ""

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {  # so that migrations can name what they change
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Op(StrEnum):
    """What a publication did to a record."""

    added = "added"
    changed = "changed"
    withdrawn = "withdrawn"


def _closed(vocabulary: type[StrEnum]) -> Any:
    """A closed vocabulary: stored by value, with a CHECK."""
    column_type = Enum(
        vocabulary,
        name=vocabulary.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )
    return Field(sa_type=column_type)


def _bytewise(**options: Any) -> Any:
    """Compared byte by byte on every engine: by a locale's collation each machine would page differently."""
    return Field(sa_type=String(1_000).with_variant(String(1_000, collation="C"), "postgresql"), **options)


def _sort_key() -> Any:
    return _bytewise(unique=True)


def _children(order_by: str) -> Any:
    """Rows that go with their parent, in their order; never loaded unasked."""
    return Relationship(
        cascade_delete=True, passive_deletes=True, sa_relationship_kwargs={"lazy": "raise", "order_by": order_by}
    )


def _child() -> Any:
    """The one row that goes with its parent; never loaded unasked."""
    return Relationship(
        cascade_delete=True, passive_deletes=True, sa_relationship_kwargs={"lazy": "raise", "uselist": False}
    )


def _one() -> Any:
    """The row that this one belongs to; never loaded unasked."""
    return Relationship(sa_relationship_kwargs={"lazy": "raise"})


def _parent(column: str) -> Any:
    return Field(foreign_key=column, ondelete="CASCADE", index=True)


class Traced(SQLModel):
    """The columns of a record's provenance; `derived` and `curated` name fields."""

    basis: str
    source_slug: str | None = Field(foreign_key="source.slug")
    lines: list[int] = Field(sa_type=JSON)
    derived: list[str] = Field(sa_type=JSON)
    curated: list[str] = Field(sa_type=JSON)


class Pack(SQLModel, table=True):
    """A named folder of content, and who publishes it.

    `made_by` is what made all of its stored bodies; null where some may be another's.
    """

    name: str = Field(primary_key=True)
    title: str
    publisher_name: str
    publisher_url: str | None
    rights: str = Field(sa_type=Text)
    made_by: str | None


class Source(SQLModel, table=True):
    """A document that records come from."""

    slug: str = Field(primary_key=True)
    pack: str = Field(foreign_key="pack.name", index=True)
    position: int
    name: str
    sha256: str
    owner: str
    rights: str = Field(sa_type=Text)
    lang: str
    lines: int
    url: str | None
    retrieved_on: dt.date | None


class Condition(Traced, table=True):
    """Something a family looks up. `name`, `lang` and `sort_key` are its first edition's, the original."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    pack: str = Field(foreign_key="pack.name", index=True)
    name: str
    lang: str
    sort_key: str = _sort_key()

    in_pack: Pack = _one()
    aliases: list["Alias"] = _children("Alias.position")
    codings: list["Coding"] = _children("Coding.position")
    categories: list["Category"] = _children("Category.position")
    sign_set: "SignSet" = _child()
    editions: list["Edition"] = _children("Edition.position")


class Alias(Traced, table=True):
    """Another name that families use for a condition."""

    id: int | None = Field(default=None, primary_key=True)
    condition_id: int = _parent("condition.id")
    position: int
    name: str
    kind: str
    lang: str


class Coding(Traced, table=True):
    """A condition's code in a code system; `code_key` is the code without case and dots."""

    __table_args__ = (Index(None, "code_key", "system"),)

    id: int | None = Field(default=None, primary_key=True)
    condition_id: int = _parent("condition.id")
    position: int
    system: str
    code: str
    code_key: str
    display: str | None


class Category(Traced, table=True):
    """What a condition is grouped under, in one language; `name_key` is the name without case and accents."""

    id: int | None = Field(default=None, primary_key=True)
    condition_id: int = _parent("condition.id")
    position: int
    name: str
    name_key: str = Field(index=True)
    lang: str


class SignSet(SQLModel, table=True):
    """A condition's warning signs, whole or not."""

    __tablename__ = "sign_set"

    condition_id: int | None = Field(default=None, primary_key=True, foreign_key="condition.id", ondelete="CASCADE")
    complete: bool

    signs: list["WarningSign"] = _children("WarningSign.position")


class WarningSign(SQLModel, table=True):
    """A sign that calls for care; each edition words it."""

    __tablename__ = "warning_sign"
    __table_args__ = (UniqueConstraint("condition_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    condition_id: int = _parent("sign_set.condition_id")
    position: int
    key: str
    sort_key: str = _sort_key()
    scope: Scope = _closed(Scope)
    urgency: Urgency = _closed(Urgency)
    contact: Contact = _closed(Contact)


class Edition(Traced, table=True):
    """One condition's page in one language for one audience. `complete`: no block of it is a lost list."""

    __table_args__ = (UniqueConstraint("condition_id", "lang", "audience"),)

    id: int | None = Field(default=None, primary_key=True)
    condition_id: int = _parent("condition.id")
    position: int
    lang: str
    audience: Audience = _closed(Audience)
    audience_basis: str
    name: str
    pronunciation: str | None
    summary: str = Field(sa_type=Text)
    complete: bool
    url: str | None
    published_on: dt.date | None
    modified_on: dt.date | None
    review_status: str
    reviewed_by: str | None
    reviewed_on: dt.date | None
    next_review_on: dt.date | None

    source: Source | None = _one()
    sections: list["Section"] = _children("Section.position")
    sign_set_wording: "SignSetWording" = _child()


class SignSetWording(Traced, table=True):
    """A sign set in one edition's words."""

    __tablename__ = "sign_set_wording"

    edition_id: int | None = Field(default=None, primary_key=True, foreign_key="edition.id", ondelete="CASCADE")
    applies_to: str
    note: str | None = Field(sa_type=Text)

    signs: list["SignWording"] = _children("SignWording.position")


class SignWording(Traced, table=True):
    """A warning sign in one edition's words."""

    __tablename__ = "sign_wording"
    __table_args__ = (UniqueConstraint("edition_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = _parent("sign_set_wording.edition_id")
    position: int
    key: str
    sign: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)


class Section(Traced, table=True):
    """The part of an edition that answers one question."""

    __table_args__ = (UniqueConstraint("edition_id", "anchor"),)

    id: int | None = Field(default=None, primary_key=True)
    edition_id: int = _parent("edition.id")
    position: int
    heading: str
    anchor: str
    aspect: str | None = Field(index=True)

    blocks: list["Block"] = _children("Block.position")


class Block(Traced, table=True):
    """A paragraph (`text`), a list (`about`, `ordered`, `items`) or a lost list (`about`, `note`)."""

    id: int | None = Field(default=None, primary_key=True)
    section_id: int = _parent("section.id")
    position: int
    type: str
    text: str | None = Field(sa_type=Text)
    about: str | None = Field(sa_type=Text)
    note: str | None = Field(sa_type=Text)
    ordered: bool | None
    items: list[str] | None = Field(sa_type=JSON)


class Flat(Traced):
    """The columns that every kind without editions has."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    pack: str = Field(foreign_key="pack.name", index=True)
    sort_key: str = _sort_key()
    lang: str
    audience: Audience = _closed(Audience)
    audience_basis: str


class Article(Flat, table=True):
    """Related reading."""

    title: str
    teaser: str = Field(sa_type=Text)
    url: str | None

    in_pack: Pack = _one()
    links: list["ArticleCondition"] = _children("ArticleCondition.position")


class ArticleCondition(SQLModel, table=True):
    """That an article is related reading for a condition."""

    __tablename__ = "article_condition"

    article_id: int | None = Field(default=None, primary_key=True, foreign_key="article.id", ondelete="CASCADE")
    # Deferred: a changed condition is replaced by one with the same id within one publish.
    condition_id: int = Field(
        sa_column=Column(
            ForeignKey("condition.id", deferrable=True, initially="DEFERRED"), primary_key=True, index=True
        )
    )
    position: int

    condition: Condition = _one()


_MEASURED = ("band", "east", "x", "y", "z", "state_key", "city_key", "lang", "audience")


class Location(Flat, table=True):
    """A place of care. `band` and `east` say where it is looked for, `app.bands` says how, and `x`, `y` and `z` are its
    coordinates as a unit vector, by which `app.near` measures.
    """

    __table_args__ = (
        Index(None, "state_key", "city_key"),
        # All that is measured and filtered by stands in the indexes: no row is read before it is chosen.
        Index("ix_location_spot", *_MEASURED),
        Index("ix_location_kind_spot", "kind", *_MEASURED),
    )

    name: str
    kind: str
    street: str | None
    city: str | None
    city_key: str | None
    state: str | None
    state_key: str | None
    postal_code: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    precision: str | None
    x: float | None
    y: float | None
    z: float | None
    band: int | None
    east: int | None
    phone: str | None
    hours: str | None
    url: str | None

    in_pack: Pack = _one()


class LocationCount(SQLModel, table=True):
    """How many places of a kind, or of any (ANY_KIND), stand in a cell of `app.bands` and in all before it.

    A cell without one is not there: what stands before it holds for it too.
    """

    __tablename__ = "location_count"

    kind: str = Field(primary_key=True)
    cell: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    places: int


class GlossaryTerm(Flat, table=True):
    """A medical word that the source explains."""

    __tablename__ = "glossary_term"

    term: str
    pronunciation: str | None
    meaning: str = Field(sa_type=Text)
    also_called: list[str] = Field(sa_type=JSON)

    in_pack: Pack = _one()


class DirectoryEntry(Flat, table=True):
    """A service or link of the organisation."""

    __tablename__ = "directory_entry"

    name: str
    group_slug: str = Field(index=True)
    group_name: str
    url: str | None

    in_pack: Pack = _one()


class FormerSlug(SQLModel, table=True):
    """A slug that a record had; it outlives the record's withdrawal."""

    __tablename__ = "former_slug"

    kind: str = Field(primary_key=True)
    slug: str = Field(primary_key=True)
    current_slug: str
    position: int


class Identifier(SQLModel, table=True):
    """What another system calls a record; `key` is its normal form. It outlives the record's withdrawal."""

    __table_args__ = (Index(None, "kind", "slug"),)

    key: str = Field(primary_key=True)
    value: str
    kind: str
    slug: str
    position: int


class Presented(SQLModel, table=True):
    """A row as JSON, in one of its public shapes; `app.presented` says what stands there, and its pack what made it."""

    shape: str = Field(primary_key=True)
    row_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    body: bytes = Field(sa_type=LargeBinary)


class SearchEntry(SQLModel, table=True):
    """What a search may find: a record, a part of one, or a condition's whole sign set (kind `sign-set`).

    Its words are stems, each behind the letter of its kind, so that an index of words holds a list for each kind.
    `rank` is the place of its edition among its condition's for a reader who asks for none. `text` is what it says, in
    pieces that may stand alone; `item` is its part of an answer, as `app.presented` keeps bodies.
    """

    __tablename__ = "search_entry"
    __table_args__ = (Index(None, "record_kind", "record_slug"), Index(None, "kind", "id"))

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    record_kind: str
    record_slug: str
    part: str
    condition_id: int | None
    edition_id: int | None
    rank: int
    lang: str
    audience: Audience = _closed(Audience)
    text: list[str] = Field(sa_type=JSON)
    title_words: str = Field(sa_type=Text)
    context_words: str = Field(sa_type=Text)
    body_words: str = Field(sa_type=Text)
    item: bytes = Field(sa_type=LargeBinary)


class SearchName(SQLModel, table=True):
    """A name of an entry, from its word number `word` on, as it is looked up; `name` is null where it is not shown."""

    __tablename__ = "search_name"
    __table_args__ = (Index(None, "kind", "key", "word"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = _parent("search_entry.id")
    kind: str
    key: str = _bytewise()
    word: int
    name: str | None


class SearchStem(SQLModel, table=True):
    """How many entries of a kind hold a stem; of all stems together, where it is empty."""

    __tablename__ = "search_stem"

    stem: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    total: int


class SearchWord(SQLModel, table=True):
    """A word that the content uses, folded, and as the content writes it."""

    __tablename__ = "search_word"

    word: str = _bytewise(primary_key=True)
    stem: str = Field(index=True)
    shown: str


class SearchSpelling(SQLModel, table=True):
    """What a word is found by that is not spelled right: what is left without a letter, or `~` and how it sounds."""

    __tablename__ = "search_spelling"

    key: str = _bytewise(primary_key=True)
    word: str = _bytewise(primary_key=True, foreign_key="search_word.word", ondelete="CASCADE", index=True)


class Publication(SQLModel, table=True):
    """One publish that changed something. `generation` is the clock of everything, `id` is random.

    `languages` are the primary subtags, sorted, of the languages that any pack's live records are in; `seconds` is how
    long its transaction took, but for the commit.
    """

    generation: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    id: str = Field(unique=True)
    published_at: dt.datetime
    pack: str = Field(foreign_key="pack.name")
    languages: list[str] = Field(sa_column=Column(JSON, nullable=False, server_default="[]"))
    seconds: float = Field(sa_column_kwargs={"server_default": "0"})


class Change(SQLModel, table=True):
    """What last happened to a record: one row per kind and key, for ever. A withdrawn record's row is its tombstone.

    `digest` is the SHA-256 of the pack's record, so that a publish knows what changed.
    """

    __table_args__ = (Index(None, "pack", "kind"), Index(None, "generation"))

    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    pack: str = Field(foreign_key="pack.name")
    generation: int = Field(foreign_key="publication.generation")
    op: Op = _closed(Op)
    reason: str | None = None
    successor: str | None = None
    digest: str | None = None
