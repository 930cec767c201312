"""HTML: an edition as a fragment, and whole pages around it, made of `templates/` with everything escaped."""

from __future__ import annotations

import datetime as dt
import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.assets import asset
from app.render.document import direction, inert, web_address
from app.settings import Settings

MEDIA_TYPE = "text/html; charset=utf-8"


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
    made.filters |= {"web_address": web_address, "iso": dt.date.isoformat}
    made.globals |= {"asset": asset, "direction": direction}
    return made


def render(template: str, settings: Settings, **context: Any) -> str:
    """A template of `templates/` with its context. `address` in it makes a path the deployment's own address."""
    made = _environment().get_template(template)
    return made.render(context | {"settings": settings, "address": settings.address})


def page_headers(settings: Settings, *styles: str, framed: bool = True) -> dict[str, str]:
    """The headers of a page: what it may load, who may frame it, and that it asks the browser for nothing.

    `styles` are the texts of the `<style>` elements it holds, allowed by their hash (CSP 3, section 2.3.1).
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
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
