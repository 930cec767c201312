"""The program's own words in what it renders. Content is never translated, and is never made of these."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.pack import Audience, Contact, Urgency


@dataclass(frozen=True)
class Words:
    """One language's words; `lang` is the language they are in, which may not be the content's."""

    lang: str
    warning_signs: str
    applies_to: str
    one_of: dict[str, str]  # how many are told of, and how one of them is
    urgency: dict[Urgency, str]
    contact: dict[Contact, str]
    whom: str
    umbrella: str
    incomplete_set: str
    complete_set: str
    no_signs: str
    care_team: str
    lost_banner: str
    lost_list: str
    fallback: str
    on_this_page: str
    also_called: str
    said: str
    related: str
    unreviewed: str
    reviewed: str
    reviewed_unnamed: str
    next_review: str
    words_by: str
    based_on: str
    rights: str
    published_on: str
    modified_on: str
    full_page: str
    print_page: str
    publishers_page: str
    article: str
    audiences: dict[Audience, str]
    reader: str
    languages: dict[str, str]
    months: tuple[str, ...]
    date: str
    printed_on: str
    live_page: str
    choose: str
    sections: str
    size: str
    sizes: dict[str, str]
    show: str
    partly: str
    glossary: str
    withdrawn: str
    withdrawn_advice: str
    reason: str
    successor: str
    moved: str
    not_found: str
    not_found_advice: str
    no_edition: str
    available: str
    home: str
    bad_request: str
    unavailable: str
    unavailable_advice: str
    places: str
    no_places: str
    place_kinds: dict[str, str]
    hours: str
    hours_unknown: str
    phone: str
    next_page: str


ENGLISH = Words(
    lang="en",
    warning_signs="Warning signs",
    applies_to="For {who}",
    one_of={"children ": "a child ", "people ": "someone "},
    urgency={
        Urgency.immediate: "Right away",
        Urgency.urgent: "Today",
        Urgency.non_urgent: "Not urgent",
        Urgency.unstated: "No time is given: do not take that as time to wait",
    },
    contact={
        Contact.emergency: "Emergency services",
        Contact.doctor: "A doctor",
        Contact.unstated: "Nobody is named",
    },
    whom="Whom to contact: {contact}",
    umbrella="Any sign of this kind counts",
    incomplete_set="This is not the whole list: there may be other signs.",
    complete_set="These are all the signs that the source names.",
    no_signs="No warning sign is known here. That does not mean that there is none.",
    care_team="Care team",
    lost_banner="Parts of the source were lost. Each section that lacks a list says so.",
    lost_list="A list is missing here",
    fallback="You asked for: {requested}. This is: {served}.",
    on_this_page="On this page",
    also_called="Also called",
    said="Say it: {pronunciation}",
    related="More from this library",
    unreviewed="No clinician has reviewed this text.",
    reviewed="Reviewed by {by} on {on}.",
    reviewed_unnamed="Reviewed on {on}.",
    next_review="Next review due on {on}.",
    words_by="Words by {publisher}.",
    based_on="Based on {source}, {owner}.",
    rights="Rights: {rights}",
    published_on="Published on {on}.",
    modified_on="Changed on {on}.",
    full_page="Read all of it",
    print_page="Print",
    publishers_page="The publisher's own page",
    article="Read the article",
    audiences={
        Audience.general: "everybody",
        Audience.parents: "parents",
        Audience.teens: "teenagers",
        Audience.kids: "children",
    },
    reader="for {who}",
    languages={"en": "English", "es": "Spanish"},
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    date="{day} {month} {year}",
    printed_on="Printed on {on}. The page may have changed since.",
    live_page="The page as it is now",
    choose="Choose what to print",
    sections="Sections",
    size="Size of the type",
    sizes={"normal": "Normal", "large": "Large"},
    show="Show",
    partly="Only some of the sections are shown.",
    glossary="Words explained",
    withdrawn="This page was withdrawn",
    withdrawn_advice="Do not use copies of it.",
    reason="Reason: {reason}",
    successor="Read this instead",
    moved="This page has a new address",
    not_found="There is no such page here",
    not_found_advice="The address may be mistyped, or the page may have moved.",
    no_edition="This page is not there in the language and for the readers that were asked for.",
    available="What there is",
    home="All that there is to read here",
    bad_request="This address is not quite right",
    unavailable="This cannot be read at the moment",
    unavailable_advice="Try again in a minute.",
    places="Places of care",
    no_places="No place of care is known here.",
    place_kinds={
        "main-campus": "Main campus",
        "hospital": "Hospital",
        "urgent-care": "Urgent care",
        "specialty-care": "Specialty care",
        "surgery-center": "Surgery center",
    },
    hours="Opening hours: {hours}",
    hours_unknown="Opening hours are not known",
    phone="Telephone",
    next_page="Next page",
)

SPANISH = Words(
    lang="es",
    warning_signs="Señales de alarma",
    applies_to="Para {who}",
    one_of={"niños ": "un niño ", "personas ": "una persona "},
    urgency={
        Urgency.immediate: "De inmediato",
        Urgency.urgent: "Hoy mismo",
        Urgency.non_urgent: "No es urgente",
        Urgency.unstated: "No se indica cuándo: no lo tome como tiempo para esperar",
    },
    contact={
        Contact.emergency: "Servicios de emergencia",
        Contact.doctor: "Un médico",
        Contact.unstated: "No se nombra a nadie",
    },
    whom="A quién acudir: {contact}",
    umbrella="Cuenta cualquier señal de este tipo",
    incomplete_set="Esta no es la lista completa: puede haber otras señales.",
    complete_set="Estas son todas las señales que nombra la fuente.",
    no_signs="Aquí no se conoce ninguna señal de alarma. Eso no significa que no la haya.",
    care_team="Equipo de atención",
    lost_banner="Se perdieron partes de la fuente. Cada sección a la que le falta una lista lo dice.",
    lost_list="Aquí falta una lista",
    fallback="Usted pidió: {requested}. Esto es: {served}.",
    on_this_page="En esta página",
    also_called="También se llama",
    said="Se dice: {pronunciation}",
    related="Más de esta biblioteca",
    unreviewed="Ningún profesional clínico ha revisado este texto.",
    reviewed="Revisado por {by} el {on}.",
    reviewed_unnamed="Revisado el {on}.",
    next_review="Próxima revisión: {on}.",
    words_by="Texto de {publisher}.",
    based_on="Basado en {source}, {owner}.",
    rights="Derechos: {rights}",
    published_on="Publicado el {on}.",
    modified_on="Modificado el {on}.",
    full_page="Leer todo",
    print_page="Imprimir",
    publishers_page="La página del editor",
    article="Leer el artículo",
    audiences={
        Audience.general: "todo el mundo",
        Audience.parents: "padres",
        Audience.teens: "adolescentes",
        Audience.kids: "niños",
    },
    reader="para {who}",
    languages={"en": "inglés", "es": "español"},
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    date="{day} de {month} de {year}",
    printed_on="Impreso el {on}. La página puede haber cambiado desde entonces.",
    live_page="La página tal como está ahora",
    choose="Elija qué imprimir",
    sections="Secciones",
    size="Tamaño de la letra",
    sizes={"normal": "Normal", "large": "Grande"},
    show="Mostrar",
    partly="Solo se muestran algunas de las secciones.",
    glossary="Palabras explicadas",
    withdrawn="Esta página se retiró",
    withdrawn_advice="No use copias de ella.",
    reason="Motivo: {reason}",
    successor="Lea esto en su lugar",
    moved="Esta página tiene una nueva dirección",
    not_found="Aquí no existe esa página",
    not_found_advice="Puede que la dirección esté mal escrita o que la página se haya movido.",
    no_edition="Esta página no existe en el idioma y para los lectores que se pidieron.",
    available="Lo que hay",
    home="Todo lo que se puede leer aquí",
    bad_request="Esta dirección no es del todo correcta",
    unavailable="Esto no se puede leer en este momento",
    unavailable_advice="Inténtelo de nuevo en un minuto.",
    places="Lugares de atención",
    no_places="Aquí no se conoce ningún lugar de atención.",
    place_kinds={
        "main-campus": "Sede principal",
        "hospital": "Hospital",
        "urgent-care": "Atención de urgencia",
        "specialty-care": "Atención especializada",
        "surgery-center": "Centro de cirugía",
    },
    hours="Horario: {hours}",
    hours_unknown="No se conoce el horario",
    phone="Teléfono",
    next_page="Página siguiente",
)


def words_for(lang: str) -> Words:
    """The words that go with content in a language: Spanish beside Spanish, English beside all else."""
    return SPANISH if lang.split("-", maxsplit=1)[0] == "es" else ENGLISH


def spoken(date: dt.date, words: Words) -> str:
    """A date as people say it."""
    return words.date.format(day=date.day, month=words.months[date.month - 1], year=date.year)


def reader_of(lang: str | None, audience: Audience | None, words: Words) -> str:
    """In what language, for whom: of an edition, or of what was asked for."""
    parts = [_language(lang, words) if lang else None]
    parts.append(words.reader.format(who=words.audiences[audience]) if audience else None)
    return ", ".join(part for part in parts if part)


def _language(tag: str, words: Words) -> str:
    primary, *rest = tag.split("-")
    name = words.languages.get(primary)
    return tag if name is None else f"{name} ({tag})" if rest else name


def for_whom(applies_to: str, lang: str) -> str:
    """Whom warning signs are for, as a heading: children with something are told of as a child with it."""
    words = words_for(lang)
    for many, one in words.one_of.items():
        if applies_to.startswith(many):
            return words.applies_to.format(who=one + applies_to.removeprefix(many))
    return words.applies_to.format(who=applies_to)
