"""A pack's record as rows, and rows as a pack's record again: what one direction stores, the other gives back."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy.orm import Load
from sqlmodel import SQLModel

from app import models, pack
from app.bands import spot
from app.near import vector
from app.pack import sort_key

FlatRow = models.Article | models.Location | models.GlossaryTerm | models.DirectoryEntry

TABLES: dict[pack.Kind, type[models.Condition | FlatRow]] = {
    pack.Kind.condition: models.Condition,
    pack.Kind.article: models.Article,
    pack.Kind.location: models.Location,
    pack.Kind.glossary: models.GlossaryTerm,
    pack.Kind.directory: models.DirectoryEntry,
}
KINDS = {table: kind for kind, table in TABLES.items()}


def loaded(*path: Any) -> Load:
    """Load relationships eagerly, one below the other: what is one with its row, else in a statement of its own.

    A cast, since SQLModel types them as what they hold.
    """
    option: Any = Load(path[0].class_)
    for attribute in path:
        option = option.selectinload(attribute) if attribute.property.uselist else option.joinedload(attribute)
    return cast("Load", option)


def whole_condition() -> list[Load]:
    """All that belongs to a condition."""
    sections = (models.Condition.editions, models.Edition.sections)
    wording = (models.Condition.editions, models.Edition.sign_set_wording)
    return [
        loaded(models.Condition.aliases),
        loaded(models.Condition.codings),
        loaded(models.Condition.categories),
        loaded(models.Condition.sign_set, models.SignSet.signs),
        loaded(*sections, models.Section.blocks),
        loaded(*wording, models.SignSetWording.signs),
    ]


def code_key(code: str) -> str:
    """A code as it is looked up: without dots, in capitals (`d70.9` and `D709` are one code)."""
    return code.replace(".", "").upper()


def place_key(name: str) -> str:
    """A town's, a state's or a category's name as it is looked up: no accents, no case."""
    return sort_key(name.strip(), "").strip()


# ---- record -> rows


def condition_row(record: pack.Condition, pack_name: str) -> models.Condition:
    """A condition with all that belongs to it."""
    original = record.editions[0]
    return models.Condition(
        **_traced(record),
        slug=record.slug,
        pack=pack_name,
        name=original.name,
        lang=original.lang,
        sort_key=sort_key(original.name, record.slug),
        aliases=[
            models.Alias(**_traced(alias), position=at, name=alias.name, kind=alias.kind, lang=alias.lang)
            for at, alias in enumerate(record.aliases)
        ],
        codings=[
            models.Coding(
                **_traced(coding),
                position=at,
                system=coding.system,
                code=coding.code,
                code_key=code_key(coding.code),
                display=coding.display,
            )
            for at, coding in enumerate(record.codings)
        ],
        categories=[
            models.Category(
                **_traced(category),
                position=at,
                name=category.name,
                name_key=place_key(category.name),
                lang=category.lang,
            )
            for at, category in enumerate(record.categories)
        ],
        sign_set=models.SignSet(
            complete=record.sign_set.complete,
            signs=[
                models.WarningSign(position=at, sort_key=_sign_key(record, at), **sign.model_dump())
                for at, sign in enumerate(record.sign_set.signs)
            ],
        ),
        editions=[_edition_row(edition, at) for at, edition in enumerate(record.editions)],
    )


def _sign_key(record: pack.Condition, at: int) -> str:
    """A sign's place in the list of all signs: by condition, umbrella signs first."""
    named = record.sign_set.signs[at].scope != pack.Scope.any
    return f"{sort_key(record.editions[0].name, record.slug)}\t{named:d}{at:04d}"


def _edition_row(edition: pack.Edition, at: int) -> models.Edition:
    wording = edition.warning_signs
    return models.Edition(
        **_traced(edition),
        **edition.model_dump(exclude={"provenance", "review", "warning_signs", "sections"}),
        position=at,
        complete=all(block.type != "lost-list" for section in edition.sections for block in section.blocks),
        review_status=edition.review.status,
        reviewed_by=edition.review.by,
        reviewed_on=edition.review.reviewed_on,
        next_review_on=edition.review.next_review_on,
        sign_set_wording=models.SignSetWording(
            **_traced(wording),
            applies_to=wording.applies_to,
            note=wording.note,
            signs=[
                models.SignWording(**_traced(sign), position=n, key=sign.key, sign=sign.sign, action=sign.action)
                for n, sign in enumerate(wording.signs)
            ],
        ),
        sections=[_section_row(section, n) for n, section in enumerate(edition.sections)],
    )


def _section_row(section: pack.Section, at: int) -> models.Section:
    return models.Section(
        **_traced(section),
        position=at,
        heading=section.heading,
        anchor=section.anchor,
        aspect=section.aspect,
        blocks=[_block_row(block, n) for n, block in enumerate(section.blocks)],
    )


def _block_row(block: pack.Block, at: int) -> models.Block:
    blank: dict[str, Any] = dict.fromkeys(("text", "about", "note", "ordered", "items"))
    said = block.model_dump(mode="json", exclude={"provenance"})
    return models.Block(**_traced(block), **(blank | said), position=at)


def article_row(record: pack.Article, pack_name: str, condition_ids: dict[str, int]) -> models.Article:
    """An article with its links; `condition_ids` gives the row of each condition that it names."""
    row = models.Article(
        **_flat(record, pack_name, record.title), title=record.title, teaser=record.teaser, url=record.url
    )
    row.links = [
        models.ArticleCondition(condition_id=condition_ids[slug], position=at)
        for at, slug in enumerate(record.conditions)
    ]
    return row


def flat_row(record: pack.Location | pack.GlossaryTerm | pack.DirectoryEntry, pack_name: str) -> FlatRow:
    """A location, a glossary term or a directory entry."""
    if isinstance(record, pack.Location):
        coordinates = record.coordinates
        point = (coordinates.latitude, coordinates.longitude) if coordinates else None
        x, y, z = vector(*point) if point else (None, None, None)
        band, east = spot(*point) if point else (None, None)
        return models.Location(
            **_flat(record, pack_name, record.name),
            **record.postal_address.model_dump(),
            name=record.name,
            kind=record.kind,
            city_key=_key(record.postal_address.city),
            state_key=_key(record.postal_address.state),
            latitude=coordinates.latitude if coordinates else None,
            longitude=coordinates.longitude if coordinates else None,
            precision=coordinates.precision if coordinates else None,
            x=x,
            y=y,
            z=z,
            band=band,
            east=east,
            phone=record.phone,
            hours=record.hours,
            url=record.url,
        )
    if isinstance(record, pack.GlossaryTerm):
        return models.GlossaryTerm(
            **_flat(record, pack_name, record.term),
            term=record.term,
            pronunciation=record.pronunciation,
            meaning=record.meaning,
            also_called=list(record.also_called),
        )
    return models.DirectoryEntry(
        **_flat(record, pack_name, record.name),
        name=record.name,
        group_slug=record.group.slug,
        group_name=record.group.name,
        url=record.url,
    )


def _key(name: str | None) -> str | None:
    return place_key(name) if name else None


def _traced(record: pack.Sourced) -> dict[str, Any]:
    provenance = record.provenance
    return {
        "basis": provenance.basis,
        "source_slug": provenance.source,
        "lines": list(provenance.lines),
        "derived": list(provenance.derived),
        "curated": list(provenance.curated),
    }


def _flat(record: pack.Flat, pack_name: str, name: str) -> dict[str, Any]:
    return {
        **_traced(record),
        "slug": record.slug,
        "pack": pack_name,
        "sort_key": sort_key(name, record.slug),
        "lang": record.lang,
        "audience": record.audience,
        "audience_basis": record.audience_basis,
    }


# ---- rows -> record


def condition_record(row: models.Condition, names: dict[str, Any]) -> pack.Condition:
    """The pack's condition that a fully loaded row came from; `names` are its former slugs and identifiers."""
    return pack.Condition(
        **names,
        slug=row.slug,
        provenance=provenance_of(row),
        aliases=tuple(
            pack.Alias.model_validate({"provenance": provenance_of(a), "name": a.name, "kind": a.kind, "lang": a.lang})
            for a in row.aliases
        ),
        codings=tuple(
            pack.Coding(provenance=provenance_of(c), system=c.system, code=c.code, display=c.display)
            for c in row.codings
        ),
        categories=tuple(pack.Category(provenance=provenance_of(c), name=c.name, lang=c.lang) for c in row.categories),
        sign_set=pack.SignSet(
            complete=row.sign_set.complete,
            signs=tuple(
                pack.Sign(key=s.key, scope=s.scope, urgency=s.urgency, contact=s.contact) for s in row.sign_set.signs
            ),
        ),
        editions=tuple(_edition_record(edition) for edition in row.editions),
    )


def _edition_record(row: models.Edition) -> pack.Edition:
    wording = row.sign_set_wording
    return pack.Edition.model_validate(
        {
            **_fields(row, pack.Edition, "provenance", "review", "warning_signs", "sections"),
            "provenance": provenance_of(row),
            "review": {
                "status": row.review_status,
                "by": row.reviewed_by,
                "reviewed_on": row.reviewed_on,
                "next_review_on": row.next_review_on,
            },
            "warning_signs": pack.SignSetWording(
                provenance=provenance_of(wording),
                applies_to=wording.applies_to,
                note=wording.note,
                signs=tuple(
                    pack.SignWording(provenance=provenance_of(s), key=s.key, sign=s.sign, action=s.action)
                    for s in wording.signs
                ),
            ),
            "sections": tuple(_section_record(section) for section in row.sections),
        }
    )


def _section_record(row: models.Section) -> pack.Section:
    return pack.Section(
        provenance=provenance_of(row),
        heading=row.heading,
        anchor=row.anchor,
        aspect=row.aspect,
        blocks=tuple(_block_record(block) for block in row.blocks),
    )


def _block_record(row: models.Block) -> pack.Paragraph | pack.ListBlock | pack.LostList:
    traced: dict[str, Any] = {"provenance": provenance_of(row)}
    if row.type == "paragraph":
        return pack.Paragraph(**traced, type="paragraph", text=row.text or "")
    if row.type == "list":
        return pack.ListBlock(
            **traced, type="list", about=row.about, ordered=bool(row.ordered), items=tuple(row.items or ())
        )
    return pack.LostList(**traced, type="lost-list", about=row.about or "", note=row.note or "")


def flat_record(row: FlatRow, names: dict[str, Any]) -> pack.AnyRecord:
    """The pack's record that a row of a flat kind came from; `names` are its former slugs and identifiers."""
    shared = {**names, "provenance": provenance_of(row)}
    if isinstance(row, models.Location):
        return pack.Location.model_validate(
            {
                **shared,
                **_fields(row, pack.Location, "provenance", "postal_address", "coordinates", *names),
                "postal_address": _fields(row, pack.PostalAddress),
                "coordinates": None if row.latitude is None else _fields(row, pack.Coordinates),
            }
        )
    if isinstance(row, models.GlossaryTerm):
        also_called = tuple(row.also_called)
        known = _fields(row, pack.GlossaryTerm, "provenance", "also_called", *names)
        return pack.GlossaryTerm.model_validate({**shared, **known, "also_called": also_called})
    if isinstance(row, models.DirectoryEntry):
        group = {"slug": row.group_slug, "name": row.group_name}
        known = _fields(row, pack.DirectoryEntry, "provenance", "group", *names)
        return pack.DirectoryEntry.model_validate({**shared, **known, "group": group})
    conditions = tuple(link.condition.slug for link in row.links)
    known = _fields(row, pack.Article, "provenance", "conditions", *names)
    return pack.Article.model_validate({**shared, **known, "conditions": conditions})


def provenance_of(row: models.Traced) -> pack.Provenance:
    """Where a row's record comes from."""
    return pack.Provenance.model_validate(
        {
            "basis": row.basis,
            "source": row.source_slug,
            "lines": tuple(row.lines),
            "derived": tuple(row.derived),
            "curated": tuple(row.curated),
        }
    )


def _fields(row: SQLModel, model: type[pack.Record], *but: str) -> dict[str, Any]:
    """The columns of a row that a model has under the same name."""
    return {name: getattr(row, name) for name in model.model_fields if name not in but}
