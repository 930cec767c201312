"""HTML: an edition as a fragment, and whole pages around it, made of `templates/` with everything escaped."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import nh3
import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from app.assets import asset
from app.pack import Contact, Urgency
from app.render.document import Document, direction, inert, other_names, web_address
from app.render.glossary import Explainer
from app.render.words import reader_of, spoken
from app.schemas import WarningSign
from app.settings import Settings

MEDIA_TYPE = "text/html; charset=utf-8"
MOST_SIGNS = 6  # on one care card, so that each fits a printed page
# Digits with one space, dot or hyphen between them and one pair of brackets at most. A zero in brackets is dialled
# within a country alone, and more digits without a country's code are two numbers.
ONE_NUMBER = re.compile(r"(?!\+.*\(0)\+?(?:[0-9][ .-]?)*(?:\((?!0\))[0-9]+\)[ .-]?)?(?:[0-9][ .-]?)*")
DIALLED = re.compile(r"[0-9]{7,12}|\+[0-9]{7,15}")

# All that a fragment is made of: a second fence, should a template ever let something through.
TAGS = {
    *("article", "section", "header", "footer", "nav", "div", "p", "span", "strong", "a", "dfn"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "details", "summary"),
}
ATTRIBUTES = {
    "*": {"id", "class", "lang", "dir", "role", "aria-labelledby"},
    "a": {"href", "rel", "target"},
    "details": {"open"},
}


class CareCard(NamedTuple):
    """Warning signs that stand one after the other and call for the same."""

    urgency: Urgency
    contact: Contact
    action: str
    signs: Sequence[WarningSign]


def care_cards(signs: Sequence[WarningSign]) -> list[CareCard]:
    """All the signs of a set in their order, on cards of up to MOST_SIGNS."""
    return [
        CareCard(*called_for, run[first : first + MOST_SIGNS])
        for called_for, group in groupby(signs, key=lambda sign: (sign.urgency, sign.contact, sign.action))
        for run in [list(group)]
        for first in range(0, len(run), MOST_SIGNS)
    ]


def fragment(document: Document, heading_level: int = 1, *, card: bool = False, printed: bool = False) -> Markup:
    """An edition as HTML to put into a page. `heading_level`, 1 to 4, is its name's.

    `card` leaves out summary and sections, never what stands with the signs; `printed` opens what paper cannot.
    """
    made = render(
        "edition.html",
        document.settings,
        document=document,
        cards=care_cards(document.condition.warning_signs.signs),
        explain=Explainer(document),
        level=heading_level,
        card=card,
        printed=printed,
    )
    return Markup(_cleaner().clean(made))  # noqa: S704  # cleaned


def qr_code(address: str) -> Markup:
    """An address as a QR code (ISO/IEC 18004), an SVG to put into a page."""
    code = segno.make_qr(address, error="m")
    return Markup(code.svg_inline(border=4, light="#fff", omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "tel"}, link_rel=None)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,  # of every template: what is not marked safe by us is text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: inert(value) if isinstance(value, str) and not hasattr(value, "__html__") else value,
    )
    made.filters |= {"web_address": web_address, "spoken": spoken, "dialled": _dialled}
    made.globals |= {
        "asset": asset,
        "direction": direction,
        "far": _far,
        "filled": _filled,
        "other_names": other_names,
        "reader_of": reader_of,
        "qr_code": qr_code,
    }
    return made


def _dialled(phone: str) -> str | None:
    """A telephone number as a `tel:` address has it (RFC 3966); None for what is not plainly one number, whole."""
    dialled = re.sub(r"[^+0-9]", "", phone)
    return dialled if ONE_NUMBER.fullmatch(phone.strip()) and DIALLED.fullmatch(dialled) else None


def _far(distance: float) -> str:
    """A distance as people say it: to a tenth, from ten on to the whole."""
    return f"{distance:.1f}" if distance < 9.95 else f"{distance:.0f}"


def _filled(own: str, lang: str, content: dict[str, str]) -> Markup:
    """Our own words with texts of the content put into them, each marked with its language."""
    mark = Markup('<span lang="{}" dir="{}">{}</span>')
    return escape(own).format(
        **{name: mark.format(lang, direction(lang), inert(text)) for name, text in content.items()}
    )


def render(template: str, settings: Settings, **context: Any) -> str:
    """A template of `templates/` with its context. `address` in it makes a path the deployment's own address."""
    made = _environment().get_template(template)
    return made.render(context | {"settings": settings, "address": settings.address})


def page_headers(settings: Settings, *styles: str, framed: bool = True, locates: bool = False) -> dict[str, str]:
    """The headers of a page: what it may load, who may frame it, and what it may ask the browser for: nothing.

    With `locates`, it may ask where the reader is. `styles` are the texts of the `<style>` elements it holds, allowed
    by their hash (CSP 3, section 2.3.1).
    """
    hashes = [f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" for style in styles]
    policy = {
        "default-src": "'none'",
        "style-src": " ".join(["'self'", *hashes]),
        "script-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "frame-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": settings.frame_ancestors if framed else "'self'",
    }
    place = "self" if locates else ""
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Permissions-Policy": f"camera=(), geolocation=({place}), microphone=(), payment=(), usb=()",
    }
