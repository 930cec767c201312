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
    one_sign: str
    many_signs: str
    whole_set: str
    not_whole_set: str
    most_pressing: str
    no_time: str
    parts_lost: str
    search: str
    search_label: str
    search_advice: str
    search_button: str
    too_long: str
    read_first: str
    of_more: str
    of_at_least: str
    results: str
    one_result: str
    many_results: str
    at_least: str
    nothing_found: str
    nothing_of_kind: str
    nothing_advice: str
    instead: str
    did_you_mean: str
    kinds: dict[str, str]
    kinds_label: str
    every_kind: str
    suggestions: str
    suggested: dict[str, str]  # how many there are: none, one, many
    near_label: str
    near_advice: str
    radius_label: str
    unit_label: str
    units: dict[str, str]
    near_button: str
    here: str
    here_asked: str
    here_refused: str
    near_fault: str
    near_told: str
    near_none: str
    every_place: str
    distance: str
    about: str
    gazetteer: str


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
    one_sign="1 warning sign",
    many_signs="{total} warning signs",
    whole_set="all that the source names",
    not_whole_set="not the whole list",
    most_pressing="Most pressing of those named: {urgency}.",
    no_time="No time is given for the most pressing of those named: do not take that as time to wait.",
    parts_lost="Parts of the source were lost.",
    search="Search",
    search_label="What are you looking for?",
    search_advice="In your own words: a name, a sign, a place. Spelling need not be right.",
    search_button="Search",
    too_long="This is too long to look for. Type {most} characters at most.",
    read_first="Read first: warning signs",
    of_more="The signs of {shown} conditions are shown here, of {total} that match.",
    of_at_least="The signs of {shown} conditions are shown here, of {total} or more that match.",
    results="Results",
    one_result="1 result",
    many_results="{total} results",
    at_least="{total} results or more",
    nothing_found="Nothing was found for what you typed.",
    nothing_of_kind="Nothing of this kind was found.",
    nothing_advice="That says only that no words here match. Try other words, or fewer.",
    instead="These are results for",
    did_you_mean="Did you mean",
    kinds={
        "condition": "Condition",
        "warning-sign": "Warning sign",
        "section": "Section",
        "glossary": "Word explained",
        "article": "Article",
        "directory": "Service",
        "location": "Place of care",
    },
    kinds_label="Show only",
    every_kind="All",
    suggestions="Suggestions",
    suggested={"none": "No suggestions.", "one": "1 suggestion.", "many": "{total} suggestions."},
    near_label="Where are you?",
    near_advice="A US ZIP code, or a town and its state: Hartford, CT. What you type is not kept.",
    radius_label="Within",
    unit_label="Miles or kilometres",
    units={"mi": "miles", "km": "kilometres"},
    near_button="Find care near me",
    here="Use my location",
    here_asked="Your browser is asking you whether this page may know where you are.",
    here_refused="Your location could not be had. Type a ZIP code or a town instead.",
    near_fault="This place cannot be used:",
    near_told="Within {radius} {unit}, what is nearest first. Distances are in a straight line. "
    "Places whose position is not known are not in this list.",
    near_none="No place of care is known here within {radius} {unit}. "
    "Places whose position is not known are not looked at.",
    every_place="See every place",
    distance="{value} {unit} away",
    about="about {value} {unit} away",
    gazetteer="Where ZIP codes and towns are: GeoNames, CC BY 4.0.",
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
    one_sign="1 señal de alarma",
    many_signs="{total} señales de alarma",
    whole_set="todas las que nombra la fuente",
    not_whole_set="no es la lista completa",
    most_pressing="La más apremiante de las nombradas: {urgency}.",
    no_time="No se indica cuándo para la más apremiante de las nombradas: no lo tome como tiempo para esperar.",
    parts_lost="Se perdieron partes de la fuente.",
    search="Buscar",
    search_label="¿Qué busca?",
    search_advice="Con sus propias palabras: un nombre, una señal, un lugar. La ortografía no tiene que ser exacta.",
    search_button="Buscar",
    too_long="Esto es demasiado largo para buscarlo. Escriba como máximo {most} caracteres.",
    read_first="Lea primero: señales de alarma",
    of_more="Aquí se muestran las señales de {shown} enfermedades, de {total} que coinciden.",
    of_at_least="Aquí se muestran las señales de {shown} enfermedades, de {total} o más que coinciden.",
    results="Resultados",
    one_result="1 resultado",
    many_results="{total} resultados",
    at_least="{total} resultados o más",
    nothing_found="No se encontró nada con lo que escribió.",
    nothing_of_kind="No se encontró nada de este tipo.",
    nothing_advice="Eso solo dice que aquí no coincide ninguna palabra. Pruebe con otras palabras, o con menos.",
    instead="Estos son resultados de",
    did_you_mean="Quizás quiso decir",
    kinds={
        "condition": "Enfermedad",
        "warning-sign": "Señal de alarma",
        "section": "Sección",
        "glossary": "Palabra explicada",
        "article": "Artículo",
        "directory": "Servicio",
        "location": "Lugar de atención",
    },
    kinds_label="Mostrar solo",
    every_kind="Todo",
    suggestions="Sugerencias",
    suggested={"none": "No hay sugerencias.", "one": "1 sugerencia.", "many": "{total} sugerencias."},
    near_label="¿Dónde está usted?",
    near_advice="Un código postal de EE. UU., o una ciudad y su estado: Hartford, CT. Lo que escriba no se guarda.",
    radius_label="A menos de",
    unit_label="Millas o kilómetros",
    units={"mi": "millas", "km": "kilómetros"},
    near_button="Buscar atención cerca",
    here="Usar mi ubicación",
    here_asked="Su navegador le pregunta si esta página puede saber dónde está.",
    here_refused="No se pudo saber su ubicación. Escriba un código postal o una ciudad.",
    near_fault="No se puede usar este lugar:",
    near_told="A menos de {radius} {unit}, primero lo más cercano. Las distancias son en línea recta. "
    "Los lugares cuya posición no se conoce no están en esta lista.",
    near_none="Aquí no se conoce ningún lugar de atención a menos de {radius} {unit}. "
    "No se miran los lugares cuya posición no se conoce.",
    every_place="Ver todos los lugares",
    distance="a {value} {unit}",
    about="a unos {value} {unit}",
    gazetteer="Dónde están los códigos postales y las ciudades: GeoNames, CC BY 4.0.",
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
