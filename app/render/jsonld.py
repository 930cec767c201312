"""JSON-LD: editions and places in schema.org's words (release 30), for programs that read pages.

Terms stand only on types whose domains have them; `tests/test_jsonld.py` proves it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from app import schemas
from app.render import text
from app.render.document import Document, inert, other_names, web_address
from app.render.reading import blocks, marks, review, warning_signs, what_to_do, whole_set

SCHEMA_ORG = "https://schema.org"
SYSTEMS = {"icd-10-cm": "ICD-10-CM", "mesh": "MeSH", "snomed-ct": "SNOMED CT"}
OUR_ASPECT = "DiagnosisHealthAspect"  # schema.org has no such term
# A hospital is an emergency service to schema.org, so only what is called one is one here.
PLACES = dict.fromkeys(("urgent-care", "specialty-care", "surgery-center"), "MedicalClinic") | {"hospital": "Hospital"}
ANY_PLACE = "MedicalBusiness"
EXACT = {"rooftop", "address"}  # a point that stands for less than a town or a postal code
# What would end a <script> that holds the JSON, or a line of one: JSON takes each escaped (RFC 8259, section 7).
IN_A_SCRIPT = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})

Node = dict[str, Any]


def written(node: Node) -> bytes:
    """A node as JSON that is inert within HTML's <script> too."""
    return (
        json.dumps({"@context": SCHEMA_ORG, **node}, ensure_ascii=False, allow_nan=False)
        .translate(IN_A_SCRIPT)
        .encode()
    )


def condition_page(document: Document) -> Node:
    """An edition as a MedicalWebPage about a MedicalCondition. What has to be shown with it is its `usageInfo`."""
    condition = document.condition
    served, reviewed = condition.edition.served, condition.review
    return _node(
        "MedicalWebPage",
        name=condition.name,
        description=condition.summary,
        url=web_address(condition.url),
        inLanguage=served.lang,
        audience=_node("PeopleAudience", audienceType=served.audience.value),
        about=_condition(document),
        hasPart=[_signs_as_text(document), *_sections(document)],
        usageInfo=_node("CreativeWork", text="\n".join([*marks(document), review(document), condition.notice])),
        creativeWorkStatus=reviewed.status,
        lastReviewed=_date(reviewed.reviewed_on),
        reviewedBy=reviewed.by,
        datePublished=_date(condition.published_on),
        dateModified=_date(condition.modified_on),
        publisher=_node("Organization", name=condition.publisher.name, url=web_address(condition.publisher.url)),
        copyrightNotice=condition.rights,
        isBasedOn=condition.based_on and _source(condition.based_on),
        relatedLink=[url for article in document.related if (url := web_address(article.url))],
    )


def location(place: schemas.Location) -> Node:
    """A place of care. It has a point only where that is known to the house or the address."""
    address, point = place.postal_address, place.coordinates
    posted = _node(
        "PostalAddress",
        streetAddress=address.street,
        addressLocality=address.city,
        addressRegion=address.state,
        postalCode=address.postal_code,
        addressCountry=address.country,
    )
    exact = point and point.precision in EXACT
    return {"@id": place.address} | _node(
        PLACES.get(place.kind, ANY_PLACE),
        name=place.name,
        url=web_address(place.url),
        telephone=place.phone,
        openingHours=place.hours,
        address=posted if len(posted) > 1 else None,
        geo=_node("GeoCoordinates", latitude=point.latitude, longitude=point.longitude) if point and exact else None,
    )


def _condition(document: Document) -> Node:
    condition = document.condition
    found, words = condition.warning_signs, document.words
    note = whole_set(found, words)  # with every sign: three named ones must never read as all there are
    return _node(
        "MedicalCondition",
        name=condition.name,
        alternateName=other_names(condition),
        code=[
            _node(
                "MedicalCode",
                codeValue=coding.code,
                codingSystem=SYSTEMS.get(coding.system, coding.system),
                name=coding.display,
            )
            for coding in condition.codings
        ],
        signOrSymptom=[
            _node("MedicalSignOrSymptom", name=sign.sign, description="\n".join([*what_to_do(sign, words), *note]))
            for sign in found.signs
        ],
    )


def _signs_as_text(document: Document) -> Node:
    return _topic(document.words.warning_signs, "SeeDoctorHealthAspect", text.written(warning_signs(document)))


def _sections(document: Document) -> Iterator[Node]:
    for section in document.sections:
        yield _topic(section.heading, section.aspect, text.written(blocks(section, document.words)))


def _topic(name: str, aspect: str | None, said: str) -> Node:
    known = f"{SCHEMA_ORG}/{aspect}" if aspect and aspect != OUR_ASPECT else None
    return _node("HealthTopicContent", name=name, hasHealthAspect=known, text=said)


def _source(source: schemas.Source) -> Node:
    return {"@id": source.address} | _node(
        "CreativeWork",
        name=source.name,
        url=web_address(source.url),
        inLanguage=source.lang,
        copyrightHolder=_node("Organization", name=source.owner),
        copyrightNotice=source.rights,
    )


def _node(kind: str, **members: Any) -> Node:
    """A node of a type, without the members that are not known, its texts inert."""
    return {"@type": kind} | {name: _inert(value) for name, value in members.items() if value not in (None, [])}


def _inert(value: Any) -> Any:
    if isinstance(value, list):
        return [_inert(part) for part in value]
    return inert(value) if isinstance(value, str) else value


def _date(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None
