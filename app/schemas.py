"""What we promise: every public shape on one page, its fields listed by hand, none with a default.

Closed vocabularies are enums; every other vocabulary is a documented string that may grow.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.pack import Audience, Contact, Scope, Urgency


class Shape(BaseModel):
    """What every public shape shares."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Slug = Annotated[str, Field(description="Stable name in addresses.", examples=["neutropenia"])]
Link = Annotated[
    str, Field(description="Where this is: absolute where the deployment has a public address, else root-relative.")
]
Lang = Annotated[str, Field(description="Language, by BCP 47.", examples=["en", "es-MX"])]
AudienceBasis = Annotated[
    str, Field(description="Whether the source states the audience: `stated`, `derived` or `unstated`.")
]


class SourceReference(Shape):
    """The document that a record comes from."""

    slug: Slug
    address: Link


class Provenance(Shape):
    """Where a record comes from, and which of its fields a program or a person added."""

    basis: str = Field(
        description="`source`: the source says it. `derived`: a program worked it out. `curated`: a person added it."
    )
    source: SourceReference | None = Field(description="The source; null for what has none.")
    lines: list[int] = Field(description="Lines of the source, counted from 1, ascending.")
    derived: list[str] = Field(description="Fields of this record that a program worked out.")
    curated: list[str] = Field(description="Fields of this record that a person added.")


class Publisher(Shape):
    """Who wrote the words that are served."""

    name: str = Field(description="The publisher's name.")
    url: str | None = Field(description="The publisher's site.")


class Source(Shape):
    """A document that records come from. Its owner did not write the words served here unless the publisher is it."""

    slug: Slug
    address: Link
    name: str = Field(description="What the document is.")
    sha256: str = Field(description="SHA-256 of the document's bytes, in hexadecimal.")
    owner: str = Field(description="Who owns the document.")
    rights: str = Field(description="The owner's rights in it.")
    lang: Lang
    lines: int = Field(description="How many lines it has.")
    url: str | None = Field(description="Where it was published, if known.")
    retrieved_on: dt.date | None = Field(description="When it was fetched, if known. Never a review date.")


class Review(Shape):
    """A clinician's review."""

    status: str = Field(description="`unreviewed` or `reviewed`.")
    by: str | None = Field(description="Who reviewed it.")
    reviewed_on: dt.date | None = Field(description="When it was reviewed; null where it was not.")
    next_review_on: dt.date | None = Field(description="When the next review is due.")


class Preference(Shape):
    """What a request asked for; null where it did not ask."""

    lang: str | None = Field(description="The language asked for.")
    audience: Audience | None = Field(description="The audience asked for.")


class EditionName(Shape):
    """Which edition of a condition: one language, one audience."""

    lang: Lang
    audience: Audience = Field(description="Whom it is written for.")
    audience_basis: AudienceBasis


class EditionChoice(Shape):
    """Which of a condition's editions this is, and why."""

    requested: Preference
    served: EditionName
    fallback: bool = Field(
        description="True where the served edition is not in the language or for the audience asked."
    )
    available: list[EditionName] = Field(description="Every edition of the condition.")


class WarningSign(Shape):
    """A sign that calls for care. Show `action` as it stands; route readers nowhere that it does not."""

    key: str = Field(description="The sign's stable name within its condition, the same in every edition.")
    sign: str = Field(description="The sign in this edition's words.")
    scope: Scope = Field(description="`any`: an umbrella over every sign of its kind. `named`: this one sign.")
    urgency: Urgency = Field(description="How soon, by the source's words. `unstated` never means that there is time.")
    contact: Contact = Field(description="Whom the source names. Only `emergency` may show an emergency number.")
    action: str = Field(description="What to do, in the source's meaning.")
    provenance: Provenance


class SignSetSummary(Shape):
    """The least that is said of a condition's warning signs wherever the condition is shown."""

    address: Link
    complete: bool = Field(description="False where the source does not give the whole list: there may be other signs.")
    total: int = Field(description="How many signs are known.")
    highest_urgency: Urgency | None = Field(
        description="The most pressing urgency among them; null where none is known."
    )


class SignSet(SignSetSummary):
    """A condition's warning signs, all that are known; umbrella signs first. No parameter narrows it."""

    applies_to: str = Field(description="Whom the signs apply to.")
    note: str | None = Field(description="What the set leaves open. Show it with the signs; null only where complete.")
    signs: list[WarningSign] = Field(description="The signs: umbrella signs first, then the most pressing.")
    provenance: Provenance


class Paragraph(Shape):
    """Running text."""

    type: Literal["paragraph"] = Field(description="Always `paragraph`.")
    text: str = Field(description="The text.")
    provenance: Provenance


class ListBlock(Shape):
    """A list that the source has whole."""

    type: Literal["list"] = Field(description="Always `list`.")
    about: str | None = Field(description="What leads into the list.")
    ordered: bool = Field(description="True for steps.")
    items: list[str] = Field(description="The list's items.")
    provenance: Provenance


class LostList(Shape):
    """A list that the source had and lost. Show the note: what is missing is not known here."""

    type: Literal["lost-list"] = Field(description="Always `lost-list`.")
    about: str = Field(description="What the lost list was of.")
    note: str = Field(description="That it is lost, in the edition's language.")
    provenance: Provenance


Block = Annotated[Paragraph | ListBlock | LostList, Field(discriminator="type")]


class SectionHeading(Shape):
    """A line of an edition's table of contents."""

    heading: str = Field(description="The section's heading.")
    anchor: str = Field(description="The section's name within its edition.")
    aspect: str | None = Field(
        description="Which question it answers: a schema.org HealthAspect term, or `DiagnosisHealthAspect`."
    )
    complete: bool = Field(description="False where the source lost a list of this section.")


class Section(SectionHeading):
    """The part of an edition that answers one question."""

    blocks: list[Block] = Field(description="What it says, in order.")
    provenance: Provenance


class Alias(Shape):
    """Another name for a condition."""

    name: str = Field(description="The name.")
    kind: str = Field(description="`synonym`, `abbreviation` or `misspelling`. Never show a misspelling.")
    lang: Lang
    provenance: Provenance


class Coding(Shape):
    """A condition's code in a code system."""

    system: str = Field(description="`icd-10-cm`, `mesh` or `snomed-ct`.")
    code: str = Field(description="The code.")
    display: str | None = Field(description="The code system's own words for it.")
    provenance: Provenance


class Category(Shape):
    """What a condition is grouped under, named in one language."""

    name: str = Field(description="The category's name.")
    lang: Lang
    provenance: Provenance


class ConditionSummary(Shape):
    """A condition as an item of a list."""

    slug: Slug
    address: Link
    name: str = Field(description="The condition's name in this edition.")
    pronunciation: str | None = Field(description="How to say the name, as the source spells it out.")
    summary: str = Field(description="What it is, in a sentence or a few.")
    edition: EditionChoice
    aliases: list[Alias] = Field(description="Other names, common misspellings included.")
    codings: list[Coding] = Field(description="Its codes.")
    categories: list[Category] = Field(
        description="What it is grouped under, in order, in every language that names it; empty where nothing does."
    )
    review: Review
    warning_signs: SignSetSummary
    complete: bool = Field(description="False where the source lost a list anywhere in this edition.")
    provenance: Provenance


class Condition(ConditionSummary):
    """A condition, whole: its warning signs, its sections, and whose words they are."""

    warning_signs: SignSet
    contents: list[SectionHeading] = Field(description="Every section of the edition, also those not asked for.")
    sections: list[Section] = Field(description="The sections, or those of the `aspect` asked for.")
    articles_address: Link
    former_slugs: list[str] = Field(description="Slugs it had, which still lead here.")
    url: str | None = Field(description="The page on its publisher's own site.")
    published_on: dt.date | None = Field(description="When the page was first published.")
    modified_on: dt.date | None = Field(description="When the page was last changed.")
    publisher: Publisher
    rights: str = Field(description="The publisher's rights in these words.")
    based_on: Source | None = Field(description="The source that these words rest on.")
    notice: str = Field(description="Show it with the content.")


class ConditionReference(Shape):
    """A condition, by its address."""

    slug: Slug
    address: Link


class ConditionSigns(SignSet):
    """A condition's warning signs by themselves, with all that must be shown with them."""

    condition: ConditionReference
    name: str = Field(description="The condition's name in this edition.")
    edition: EditionChoice
    review: Review
    notice: str = Field(description="Show it with the content.")


class SignSetContext(SignSetSummary):
    """The set that a sign belongs to: what must be shown wherever the sign is."""

    applies_to: str = Field(description="Whom the signs apply to.")
    note: str | None = Field(description="What the set leaves open. Show it with the sign.")
    umbrella: list[WarningSign] = Field(description="The set's umbrella signs. Show them with the sign.")


class WarningSignItem(WarningSign):
    """A warning sign as an item of a list, with the set it belongs to."""

    condition: ConditionReference
    condition_name: str = Field(description="The condition's name in this edition.")
    edition: EditionChoice
    review: Review
    sign_set: SignSetContext


class Article(Shape):
    """Related reading."""

    slug: Slug
    address: Link
    title: str = Field(description="The title; `provenance.derived` names it where the source gives none.")
    teaser: str = Field(description="What it is about.")
    audience: Audience = Field(description="Whom it is written for.")
    audience_basis: AudienceBasis
    lang: Lang
    url: str | None = Field(description="Where to read it. Null is null: make nothing tappable.")
    conditions: list[ConditionReference] = Field(description="Conditions that it is related reading for.")
    publisher: Publisher
    provenance: Provenance


class PostalAddress(Shape):
    """A postal address; null where it is not known."""

    street: str | None = Field(description="Street and number.")
    city: str | None = Field(description="Town.")
    state: str | None = Field(description="State or province.")
    postal_code: str | None = Field(description="Postal code.")
    country: str | None = Field(description="Country, by ISO 3166-1 alpha-2.")


class Coordinates(Shape):
    """A point, in WGS 84 degrees."""

    latitude: float = Field(description="North is positive.", ge=-90, le=90)
    longitude: float = Field(description="East is positive.", ge=-180, le=180)
    precision: str = Field(
        description="What the point stands for: `rooftop`, `address`, `postal-code` or `town`. Say “about” for a town."
    )


class LocationProperties(Shape):
    """A place of care, without its coordinates."""

    slug: Slug
    address: Link
    name: str = Field(description="The place's name.")
    kind: str = Field(
        description="`main-campus`, `hospital`, `urgent-care`, `specialty-care`, `surgery-center` …, or `unstated`."
    )
    postal_address: PostalAddress
    phone: str | None = Field(description="Telephone number.")
    hours: str | None = Field(description="Opening hours. Null is not known: never show it as open.")
    url: str | None = Field(description="The place's own page.")
    lang: Lang
    audience: Audience = Field(description="Whom it is meant for.")
    audience_basis: AudienceBasis
    publisher: Publisher
    provenance: Provenance


class Location(LocationProperties):
    """A place of care."""

    coordinates: Coordinates | None = Field(description="Where it is, if known.")


class Distance(Shape):
    """A great-circle distance."""

    value: float = Field(description="How far, to a hundredth. Say “about” where either end stands for a town.", ge=0)
    unit: str = Field(description="`mi` or `km`, as asked for.")


class Nearness(Shape):
    """What distances are from, and how far was looked. The reader's place itself is not repeated."""

    measured_from: str = Field(
        description="What the place stands for: `coordinates`, `postal-code` or `town` (their middle: say “about”)."
    )
    radius: float = Field(description="How far away a place may be, in `unit`.")
    unit: str = Field(description="`mi` or `km`.")


class ListedLocation(Location):
    """A place of care as an item of a list."""

    distance: Distance | None = Field(description="How far it is from `near`; null where no `near` was asked for.")


class Point(Shape):
    """A GeoJSON point (RFC 7946): longitude first, then latitude."""

    type: Literal["Point"] = Field(description="Always `Point`.")
    coordinates: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(
        description="Longitude and latitude, in WGS 84 degrees."
    )


class FeatureProperties(LocationProperties):
    """A place of care, as a GeoJSON feature's properties."""

    precision: str | None = Field(description="What the point stands for; null where there is none.")


class Feature(Shape):
    """A place of care as a GeoJSON feature."""

    type: Literal["Feature"] = Field(description="Always `Feature`.")
    id: str = Field(description="The place's slug.")
    geometry: Point | None = Field(description="Where it is; null where that is not known.")
    properties: FeatureProperties


class FeatureCollection(Shape):
    """Places of care as GeoJSON (RFC 7946); `total` and `next` are foreign members."""

    type: Literal["FeatureCollection"] = Field(description="Always `FeatureCollection`.")
    features: list[Feature] = Field(description="This page's places.")
    total: int = Field(description="How many places there are on all pages.")
    next: str | None = Field(description="Where the next page is; null on the last.")


class GlossaryTerm(Shape):
    """A medical word that the source explains."""

    slug: Slug
    address: Link
    term: str = Field(description="The word.")
    pronunciation: str | None = Field(description="How to say it, as the source spells it out.")
    meaning: str = Field(description="What it means, in plain words.")
    also_called: list[str] = Field(description="Other words for it.")
    lang: Lang
    audience: Audience = Field(description="Whom the words are for.")
    audience_basis: AudienceBasis
    publisher: Publisher
    provenance: Provenance


class Group(Shape):
    """What directory entries stand under."""

    slug: str = Field(description="The group's stable name.")
    name: str = Field(description="The group's heading.")


class DirectoryEntry(Shape):
    """A service or link of the organisation."""

    slug: Slug
    name: str = Field(description="What it is called.")
    group: Group
    url: str | None = Field(description="Where it is. Null is null: make nothing tappable.")
    lang: Lang
    audience: Audience = Field(description="Whom it is meant for.")
    audience_basis: AudienceBasis
    publisher: Publisher
    provenance: Provenance


class RecordReference(Shape):
    """The record that an old address or another system's id means."""

    kind: str = Field(description="`condition`, `article`, `location`, `glossary` or `directory`.")
    slug: Slug
    address: Link


T = TypeVar("T")


class Page(Shape, Generic[T]):
    """A page of a list."""

    items: list[T] = Field(description="This page's items.")
    total: int = Field(description="How many items there are on all pages.")
    next: str | None = Field(description="Where the next page is; null on the last.")


class CodeMatch(Shape):
    """How a code was found."""

    requested: str = Field(description="The code asked for.")
    matched: str = Field(description="The code that was looked for in its place, or the same.")
    fallback: bool = Field(
        description="True where nothing has the code itself, and its heading, one level up, was taken."
    )


class NotServed(Shape):
    """A slug of a batch that the answer has no item for."""

    slug: Slug
    code: str = Field(description="`not-found`, `withdrawn`, `moved`, or `no-match`: no edition or filter fits it.")
    reason: str | None = Field(description="Why it was withdrawn.")
    address: str | None = Field(description="Where to look instead: its successor, or its new address.")


class ConditionPage(Shape):
    """A page of conditions."""

    items: list[ConditionSummary] | list[Condition] = Field(
        description="This page's items: whole conditions with `view=full`, else summaries."
    )
    total: int = Field(description="How many items there are on all pages.")
    next: str | None = Field(description="Where the next page is; null on the last.")
    code: CodeMatch | None = Field(description="How the `code` asked for was found; null where none was asked for.")
    not_served: list[NotServed] = Field(description="Of the `slugs` asked for, those without an item, and why.")
    notice: str = Field(description="Show it with the content.")


class WarningSignPage(Page[WarningSignItem]):
    """A page of warning signs."""

    sign_set: SignSetContext | None = Field(
        description="The set of the `condition` asked for, whatever the other filters leave of it; null where none was."
    )
    notice: str = Field(description="Show it with the content.")


class ArticlePage(Page[Article]):
    """A page of articles."""


class LocationPage(Page[ListedLocation]):
    """A page of locations: by name or, where `near` was asked for, what is nearest first."""

    near: Nearness | None = Field(
        description="What distances are from; null where no `near` was asked for. Places without coordinates are left "
        "out of an answer to `near`."
    )


class CareContact(Shape):
    """Whom warning signs name, and places of the kinds that the deployment named for it."""

    contact: Contact = Field(description="Whom the signs name. Each sign's own `action` comes first.")
    emergency_line: str | None = Field(
        description="What to do in an emergency, in the deployment's words; null for every other contact."
    )
    kinds: list[str] = Field(
        description="The kinds of places that the deployment named for this contact; empty where it named none."
    )
    places: list[ListedLocation] = Field(
        description="The nearest places of these kinds; none where no `near` was asked for. `hours` null is not known: "
        "never show such a place as open."
    )


class Care(Shape):
    """A condition's warning signs with their actions, then places of care near a reader."""

    warning_signs: ConditionSigns
    near: Nearness | None = Field(description="What distances are from; null where no `near` was asked for.")
    contacts: list[CareContact] = Field(description="One for each contact that the signs name.")
    notice: str = Field(description="Show it with the content.")


class GlossaryPage(Page[GlossaryTerm]):
    """A page of glossary terms."""


class DirectoryPage(Page[DirectoryEntry]):
    """A page of directory entries."""


class Mark(Shape):
    """Where a word of the search stands in a snippet, in code points."""

    start: int = Field(description="Its first character, counted from 0.", ge=0)
    end: int = Field(description="The first character after it.", ge=0)


class Snippet(Shape):
    """A part of a text that matches, in whole sentences: plain text, to be escaped wherever it is shown."""

    text: str = Field(description="The sentences. `…` stands where items of a list are left out.")
    marks: list[Mark] = Field(description="The words that match, in order.")
    whole: bool = Field(description="False where the text says more than this.")


class FoundRecord(Shape):
    """What a search found, whatever was searched for."""

    kind: str = Field(
        description="`condition`, `warning-sign`, `section`, `glossary`, `article`, `directory` or `location`."
    )
    slug: Slug
    title: str = Field(description="Its name, heading or title; of a warning sign, the sign.")
    address: Link
    anchor: str | None = Field(description="The section's name within its edition; null for every other kind.")
    lang: Lang
    audience: Audience = Field(description="Whom it is written for.")
    audience_basis: AudienceBasis
    condition: ConditionReference | None = Field(description="The condition that it is or is a part of.")
    condition_name: str | None = Field(description="That condition's name in this edition.")
    warning_signs: SignSetSummary | None = Field(description="The least that is said of that condition's signs.")
    sign: WarningSignItem | None = Field(description="The whole of a warning sign; null for every other kind.")
    review: Review | None = Field(description="Of an edition or a part of it; null for every other kind.")
    complete: bool = Field(description="False where the source lost a list of what was found.")
    publisher: Publisher
    provenance: Provenance


class Found(FoundRecord):
    """What a search found, and by what."""

    match: str = Field(
        description="`exact`: a name of it. `prefix`: a name begins so. `title`: words of its title. `text`: words of "
        "its text. `some`: not every word of the search."
    )
    matched_name: str | None = Field(description="The other name that matched; null where its title did.")
    fallback: bool = Field(description="True where this edition is not in the language or for the audience asked.")
    snippet: Snippet | None = Field(description="Where its text matches; null where it has none.")


class Suggestion(Shape):
    """A name that a reader may be typing."""

    kind: str = Field(description="`condition`, `glossary`, `article`, `directory` or `location`.")
    slug: Slug
    name: str = Field(description="Its name or title.")
    matched_name: str | None = Field(description="The other name that matched; null where its own did.")
    address: Link
    lang: Lang
    audience: Audience = Field(description="Whom it is written for.")
    fallback: bool = Field(description="True where this edition is not in the language or for the audience asked.")
    warning_signs: SignSetSummary | None = Field(description="The least that is said of a condition's signs.")


class Suggestions(Shape):
    """Names that a reader may be typing, the likeliest first."""

    items: list[Suggestion] = Field(description="The names, ten at most.")
    notice: str = Field(description="Show it with the content.")


class UrgentCondition(Shape):
    """A condition whose signs or symptoms match what was typed."""

    for_whom: str = Field(description="Whom the signs are for, as a heading: `For a child with …`.")
    warning_signs: ConditionSigns


class Urgent(Shape):
    """What must be read before all else. Empty means that nothing matched, never that nothing is urgent."""

    items: list[UrgentCondition] = Field(description="At most three conditions, each with all its warning signs.")
    total: int = Field(description="How many conditions' signs or symptoms match.")
    total_is: str = Field(description="`exact` or `at_least`.")


class KindCount(Shape):
    """How much of a kind was found, whatever kinds are shown."""

    kind: str = Field(description="The kind.")
    total: int = Field(description="How many were found.")
    total_is: str = Field(description="`exact`, or `at_least` where counting stopped.")


class DidYouMean(Shape):
    """Another spelling of what was typed."""

    text: str = Field(description="The text that may have been meant.")
    address: Link
    applied: bool = Field(description="True where the items are for this text, not for the text as typed: say so.")


class SearchPage(Shape):
    """What a search found, the likeliest first; what is urgent stands above it."""

    urgent: Urgent
    items: list[Found] = Field(description="This page's items.")
    total: int = Field(description="How many were found. Of very many, only the likeliest are on pages.")
    total_is: str = Field(description="`exact`, or `at_least` where counting stopped.")
    next: str | None = Field(description="Where the next page is; null on the last.")
    counts: list[KindCount] = Field(description="How much was found of each kind.")
    did_you_mean: DidYouMean | None = Field(description="Another spelling; null where none is likelier.")
    emergency_line: str | None = Field(description="What to do in an emergency, in the deployment's words.")
    notice: str = Field(description="Show it with the content.")


class Publication(Shape):
    """The publication that the content is at."""

    generation: int = Field(description="Counts up with every publication; 0 before the first.")
    id: str | None = Field(description="Random: tells two databases apart that are at one generation.")
    published_at: dt.datetime | None = Field(description="When it was published, in UTC.")
    pack: str | None = Field(description="The pack that was published.")


class Service(Shape):
    """What this service is, and where its content is."""

    name: str = Field(description="Who runs it.")
    version: str = Field(description="The program's version.")
    publication: Publication
    emergency_line: str | None = Field(description="What to do in an emergency, in the deployment's words.")
    care_team_phone: str | None = Field(description="The care team's telephone number.")
    notice: str = Field(description="Show it with the content.")
    links: dict[str, str] = Field(description="Where each kind of content is.")


class Version(Shape):
    """What program answers, and what content it has."""

    version: str = Field(description="The program's version.")
    publication: Publication


class Health(Shape):
    """Whether the service can answer."""

    status: str = Field(description="`ok`, or `degraded`: the database is away, and what is cached is served.")


class ParameterError(Shape):
    """One parameter that is not allowed as given."""

    parameter: str = Field(description="The parameter's name.")
    detail: str = Field(description="What is wrong with it, and what is allowed.")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Always `about:blank`: `code` says what it is.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.", ge=300, le=599)
    code: str = Field(description="What went wrong, as a stable word.")
    detail: str = Field(description="What went wrong, for people.")
    request_id: str = Field(description="Name this when you ask about it.")


class InvalidProblem(Problem):
    """Parameters that are not allowed as given."""

    errors: list[ParameterError] = Field(description="Every parameter at fault.")


class GoneProblem(Problem):
    """Content that was withdrawn. Take it out of every copy."""

    reason: str = Field(description="`retired`, `recall` …")
    successor: str | None = Field(description="Where to look instead.")


class NoEditionProblem(Problem):
    """A condition without an edition in the language and for the audience asked."""

    available: list[EditionName] = Field(description="The editions that there are.")
