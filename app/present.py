"""How what we store becomes what we promise: rows in, public shapes out. Nothing here asks the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app import models, schemas
from app.editions import Wanted, is_fallback
from app.pack import URGENCY_ORDER, Scope, Urgency
from app.rows import KINDS, FlatRow

NOTICES = {
    "en": "This is educational content. It is not medical advice.",
    "es": "Este contenido es educativo. No es un consejo médico.",
}
PATHS = {
    "condition": "/v1/conditions",
    "article": "/v1/articles",
    "location": "/v1/locations",
    "glossary": "/v1/glossary",
    "source": "/v1/sources",
}

Address = Callable[[str], str]  # a root-relative path to a public address: Settings.address


def notice(lang: str = "en") -> str:
    """What is shown with all content: that it is no medical advice."""
    return NOTICES.get(lang.split("-", maxsplit=1)[0], NOTICES["en"])


def record_address(kind: str, slug: str, address: Address) -> str:
    """Where a record is. A directory entry has no address of its own: its list is."""
    return address(f"{PATHS[kind]}/{slug}" if kind in PATHS else f"/v1/{kind}")


# ---- conditions


def condition(
    row: models.Condition,
    edition: models.Edition,
    former_slugs: Sequence[str],
    wanted: Wanted,
    aspect: str | None,
    address: Address,
) -> schemas.Condition:
    """A condition, whole. `aspect` narrows its sections and nothing else."""
    sections = [_section(section, address) for section in edition.sections]
    return schemas.Condition(
        **_summary_fields(row, edition, wanted, address),
        warning_signs=sign_set(row, edition, address),
        contents=[schemas.SectionHeading(**_heading(section)) for section in edition.sections],
        sections=[section for section in sections if aspect is None or section.aspect == aspect],
        articles_address=f"{record_address('condition', row.slug, address)}/articles",
        former_slugs=list(former_slugs),
        url=edition.url,
        published_on=edition.published_on,
        modified_on=edition.modified_on,
        publisher=publisher(row.in_pack),
        rights=row.in_pack.rights,
        based_on=edition.source and source(edition.source, address),
        notice=notice(edition.lang),
    )


def condition_summary(
    row: models.Condition, edition: models.Edition, wanted: Wanted, address: Address
) -> schemas.ConditionSummary:
    """A condition as an item of a list, with the least that must be said of its warning signs."""
    fields = _summary_fields(row, edition, wanted, address)
    return schemas.ConditionSummary(**fields, warning_signs=schemas.SignSetSummary(**_set_summary(row, address)))


def sign_set(row: models.Condition, edition: models.Edition, address: Address) -> schemas.SignSet:
    """A condition's warning signs in an edition's words: all of them, always."""
    return schemas.SignSet(**_sign_set_fields(row, edition, address))


def condition_signs(
    row: models.Condition, edition: models.Edition, wanted: Wanted, address: Address
) -> schemas.ConditionSigns:
    """A condition's warning signs by themselves."""
    return schemas.ConditionSigns(
        **_sign_set_fields(row, edition, address),
        condition=reference(row.slug, address),
        name=edition.name,
        edition=choice(row.editions, edition, wanted),
        review=_review(edition),
        notice=notice(edition.lang),
    )


def warning_sign_item(
    row: models.Condition,
    edition: models.Edition,
    whole: schemas.SignSet,
    sign: schemas.WarningSign,
    wanted: Wanted,
    address: Address,
) -> schemas.WarningSignItem:
    """One warning sign of a whole set as an item of a list: never without its set's umbrella signs and note."""
    return schemas.WarningSignItem(
        **dict(sign),
        condition=reference(row.slug, address),
        condition_name=edition.name,
        edition=choice(row.editions, edition, wanted),
        review=_review(edition),
        sign_set=sign_set_context(whole),
    )


def sign_set_context(whole: schemas.SignSet) -> schemas.SignSetContext:
    """What must be shown wherever one of a set's signs is, or none is found."""
    fields = {name: getattr(whole, name) for name in schemas.SignSetContext.model_fields if name != "umbrella"}
    return schemas.SignSetContext(**fields, umbrella=[sign for sign in whole.signs if sign.scope == Scope.any])


def choice(editions: Sequence[models.Edition], served: models.Edition, wanted: Wanted) -> schemas.EditionChoice:
    """Which edition was asked for, which is served, and which there are."""
    return schemas.EditionChoice(
        requested=schemas.Preference(lang=wanted.lang, audience=wanted.audience),
        served=edition_name(served),
        fallback=is_fallback(served.lang, served.audience, wanted),
        available=[edition_name(edition) for edition in editions],
    )


def edition_name(row: models.Edition) -> schemas.EditionName:
    """An edition's language and audience."""
    return schemas.EditionName(lang=row.lang, audience=row.audience, audience_basis=row.audience_basis)


def reference(slug: str, address: Address) -> schemas.ConditionReference:
    """A condition, by its address."""
    return schemas.ConditionReference(slug=slug, address=record_address("condition", slug, address))


def _summary_fields(row: models.Condition, edition: models.Edition, wanted: Wanted, address: Address) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "address": record_address("condition", row.slug, address),
        "name": edition.name,
        "pronunciation": edition.pronunciation,
        "summary": edition.summary,
        "edition": choice(row.editions, edition, wanted),
        "aliases": [
            schemas.Alias(name=alias.name, kind=alias.kind, lang=alias.lang, provenance=provenance(alias, address))
            for alias in row.aliases
        ],
        "codings": [
            schemas.Coding(
                system=coding.system,
                code=coding.code,
                display=coding.display,
                provenance=provenance(coding, address),
            )
            for coding in row.codings
        ],
        "categories": [
            schemas.Category(name=category.name, lang=category.lang, provenance=provenance(category, address))
            for category in row.categories
        ],
        "review": _review(edition),
        "complete": edition.complete,
        "provenance": provenance(edition, address),
    }


def _set_summary(row: models.Condition, address: Address) -> dict[str, Any]:
    return {
        "address": f"{record_address('condition', row.slug, address)}/warning-signs",
        "complete": row.sign_set.complete,
        "total": len(row.sign_set.signs),
        "highest_urgency": min((sign.urgency for sign in row.sign_set.signs), key=_pressing, default=None),
    }


def _sign_set_fields(row: models.Condition, edition: models.Edition, address: Address) -> dict[str, Any]:
    wording = edition.sign_set_wording
    words = {words.key: words for words in wording.signs}
    signs = sorted(row.sign_set.signs, key=lambda sign: (sign.scope != Scope.any, _pressing(sign.urgency)))
    return {
        **_set_summary(row, address),
        "applies_to": wording.applies_to,
        "note": wording.note,
        "signs": [_warning_sign(sign, words[sign.key], address) for sign in signs],
        "provenance": provenance(wording, address),
    }


def _warning_sign(sign: models.WarningSign, words: models.SignWording, address: Address) -> schemas.WarningSign:
    return schemas.WarningSign(
        key=sign.key,
        sign=words.sign,
        scope=sign.scope,
        urgency=sign.urgency,
        contact=sign.contact,
        action=words.action,
        provenance=provenance(words, address),
    )


def _pressing(urgency: Urgency) -> int:
    return URGENCY_ORDER.index(urgency)


def _review(row: models.Edition) -> schemas.Review:
    return schemas.Review(
        status=row.review_status,
        by=row.reviewed_by,
        reviewed_on=row.reviewed_on,
        next_review_on=row.next_review_on,
    )


def _complete(section: models.Section) -> bool:
    return all(block.type != "lost-list" for block in section.blocks)


def _heading(section: models.Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "anchor": section.anchor,
        "aspect": section.aspect,
        "complete": _complete(section),
    }


def _section(section: models.Section, address: Address) -> schemas.Section:
    return schemas.Section(
        **_heading(section),
        blocks=[_block(block, address) for block in section.blocks],
        provenance=provenance(section, address),
    )


def _block(block: models.Block, address: Address) -> schemas.Paragraph | schemas.ListBlock | schemas.LostList:
    traced = provenance(block, address)
    if block.type == "paragraph":
        return schemas.Paragraph(type="paragraph", text=block.text or "", provenance=traced)
    if block.type == "list":
        return schemas.ListBlock(
            type="list",
            about=block.about,
            ordered=bool(block.ordered),
            items=list(block.items or ()),
            provenance=traced,
        )
    return schemas.LostList(type="lost-list", about=block.about or "", note=block.note or "", provenance=traced)


# ---- the flat kinds


def article(row: models.Article, address: Address) -> schemas.Article:
    """Related reading."""
    return schemas.Article(
        **_flat(row, address),
        address=record_address("article", row.slug, address),
        title=row.title,
        teaser=row.teaser,
        url=row.url,
        conditions=[reference(link.condition.slug, address) for link in row.links],
    )


def location(row: models.Location, address: Address) -> schemas.Location:
    """A place of care."""
    return schemas.Location(**_location_fields(row, address), coordinates=_coordinates(row))


def feature(row: models.Location, address: Address) -> schemas.Feature:
    """A place of care as a GeoJSON feature (RFC 7946, section 3.2)."""
    point = _coordinates(row)
    return schemas.Feature(
        type="Feature",
        id=row.slug,
        geometry=point and schemas.Point(type="Point", coordinates=[point.longitude, point.latitude]),
        properties=schemas.FeatureProperties(**_location_fields(row, address), precision=row.precision),
    )


def glossary_term(row: models.GlossaryTerm, address: Address) -> schemas.GlossaryTerm:
    """A medical word and what it means."""
    return schemas.GlossaryTerm(
        **_flat(row, address),
        address=record_address("glossary", row.slug, address),
        term=row.term,
        pronunciation=row.pronunciation,
        meaning=row.meaning,
        also_called=list(row.also_called),
    )


def directory_entry(row: models.DirectoryEntry, address: Address) -> schemas.DirectoryEntry:
    """A service or link of the organisation."""
    return schemas.DirectoryEntry(
        **_flat(row, address),
        name=row.name,
        group=schemas.Group(slug=row.group_slug, name=row.group_name),
        url=row.url,
    )


def _location_fields(row: models.Location, address: Address) -> dict[str, Any]:
    return {
        **_flat(row, address),
        "address": record_address("location", row.slug, address),
        "name": row.name,
        "kind": row.kind,
        "postal_address": schemas.PostalAddress(
            street=row.street,
            city=row.city,
            state=row.state,
            postal_code=row.postal_code,
            country=row.country,
        ),
        "phone": row.phone,
        "hours": row.hours,
        "url": row.url,
    }


def _coordinates(row: models.Location) -> schemas.Coordinates | None:
    if row.latitude is None or row.longitude is None or row.precision is None:
        return None
    return schemas.Coordinates(latitude=row.latitude, longitude=row.longitude, precision=row.precision)


def _flat(row: FlatRow, address: Address) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "lang": row.lang,
        "audience": row.audience,
        "audience_basis": row.audience_basis,
        "publisher": publisher(row.in_pack),
        "provenance": provenance(row, address),
    }


# ---- what a search finds


def found_condition(row: models.Condition, edition: models.Edition, address: Address) -> schemas.FoundRecord:
    """A condition, as a search finds it."""
    return _found(row, edition, address, kind="condition", title=edition.name, complete=edition.complete)


def found_section(
    row: models.Condition, edition: models.Edition, section: models.Section, address: Address
) -> schemas.FoundRecord:
    """A section, as a search finds it."""
    return _found(
        row,
        edition,
        address,
        kind="section",
        title=section.heading,
        anchor=section.anchor,
        complete=_complete(section),
        provenance=provenance(section, address),
    )


def found_sign(
    row: models.Condition,
    edition: models.Edition,
    whole: schemas.SignSet,
    sign: schemas.WarningSign,
    address: Address,
) -> schemas.FoundRecord:
    """A warning sign, as a search finds it: never without its set's umbrella signs and note."""
    return _found(
        row,
        edition,
        address,
        kind="warning-sign",
        title=sign.sign,
        address=_of_edition(row, edition, f"{record_address('condition', row.slug, address)}/warning-signs"),
        sign=warning_sign_item(row, edition, whole, sign, Wanted(), address),
        complete=whole.complete,
        provenance=sign.provenance,
    )


def found_flat(row: FlatRow, address: Address) -> schemas.FoundRecord:
    """A record without editions, as a search finds it."""
    kind = KINDS[type(row)].value
    return schemas.FoundRecord(
        **_flat(row, address),
        kind=kind,
        title=_flat_title(row),
        address=record_address(kind, row.slug, address),
        anchor=None,
        condition=None,
        condition_name=None,
        warning_signs=None,
        sign=None,
        review=None,
        complete=True,
    )


def _found(row: models.Condition, edition: models.Edition, origin: Address, **fields: Any) -> schemas.FoundRecord:
    shared = {
        "slug": row.slug,
        "address": _of_edition(row, edition, record_address("condition", row.slug, origin)),
        "anchor": None,
        "lang": edition.lang,
        "audience": edition.audience,
        "audience_basis": edition.audience_basis,
        "condition": reference(row.slug, origin),
        "condition_name": edition.name,
        "warning_signs": schemas.SignSetSummary(**_set_summary(row, origin)),
        "sign": None,
        "review": _review(edition),
        "publisher": publisher(row.in_pack),
        "provenance": provenance(edition, origin),
    }
    return schemas.FoundRecord(**shared | fields)


def _of_edition(row: models.Condition, edition: models.Edition, address: str) -> str:
    """An address that leads to this very edition."""
    if len(row.editions) == 1:
        return address
    return f"{address}?audience={edition.audience.value}&lang={edition.lang}"


def _flat_title(row: FlatRow) -> str:
    if isinstance(row, models.Article):
        return row.title
    return row.term if isinstance(row, models.GlossaryTerm) else row.name


# ---- whose words, from where


def provenance(row: models.Traced, address: Address) -> schemas.Provenance:
    """Where a record comes from."""
    source = row.source_slug and schemas.SourceReference(
        slug=row.source_slug, address=record_address("source", row.source_slug, address)
    )
    return schemas.Provenance(
        basis=row.basis, source=source or None, lines=row.lines, derived=row.derived, curated=row.curated
    )


def publisher(row: models.Pack) -> schemas.Publisher:
    """Who wrote the words that are served."""
    return schemas.Publisher(name=row.publisher_name, url=row.publisher_url)


def source(row: models.Source, address: Address) -> schemas.Source:
    """A document that records come from."""
    return schemas.Source(
        slug=row.slug,
        address=record_address("source", row.slug, address),
        name=row.name,
        sha256=row.sha256,
        owner=row.owner,
        rights=row.rights,
        lang=row.lang,
        lines=row.lines,
        url=row.url,
        retrieved_on=row.retrieved_on,
    )


def publication(row: models.Publication | None) -> schemas.Publication:
    """The publication that the content is at."""
    if row is None:
        return schemas.Publication(generation=0, id=None, published_at=None, pack=None)
    return schemas.Publication(generation=row.generation, id=row.id, published_at=row.published_at, pack=row.pack)
