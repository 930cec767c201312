"""Every setting, typed and described; nothing else reads the environment.

`docs/settings.md` holds this page as a table (`python -m app settings`), and a test keeps it true.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _no_trailing_slash(address: str) -> str:
    return address.rstrip("/")


WebOrigin = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/\-]*)?$", max_length=300),
    AfterValidator(_no_trailing_slash),
]


def _by_spaces(given: str | list[str] | None) -> list[str] | None:
    return given.split() if isinstance(given, str) else given


# A site, as a frame's ancestors are named (CSP 3, section 2.3.1): its scheme, its host or all below it, its port.
Site = Annotated[
    str, StringConstraints(pattern=r"^https?://(?:\*\.)?[A-Za-z0-9.\-]+(?::(?:[0-9]{1,5}|\*))?$", max_length=300)
]
_KIND = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_OF_CONTACT = rf"(?:emergency|doctor|unstated)={_KIND}(?:,{_KIND})*"
CARE_KINDS = rf"^{_OF_CONTACT}(?: +{_OF_CONTACT})*$"


class Settings(BaseSettings):
    """The service's settings, read once from the environment and from `.env`."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", env_ignore_empty=True, extra="ignore")

    database_url: str = Field(
        default="sqlite:///data/health-content.sqlite3",
        description="Where the content is kept, as an SQLAlchemy address. The default is a file beside the program.",
    )
    read_database_url: str | None = Field(
        default=None,
        description="Where reads go: a streaming replica. Without it, reads go to DATABASE_URL.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on. `0.0.0.0` listens on every interface.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes that `serve` answers with; `--workers` goes before it. About one for each core.",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of HOST where `serve` answers `/metrics` for Prometheus. It has no access control: "
        "keep it from the world. Without it, no metrics are made.",
    )
    seed: Literal["on", "off"] = Field(
        default="on",
        description="`on`: `serve` publishes the seed pack where there is no publication yet. `off`: never.",
    )
    public_url: WebOrigin | None = Field(
        default=None,
        description="The address the world reaches this service at, with its path prefix, if any. "
        "Without it, links in answers are root-relative. A proxy takes the prefix away before it hands a request on.",
    )
    organisation_name: str = Field(
        default="Health Content API",
        min_length=1,
        max_length=200,
        description="Who runs this deployment, as `/v1` and the API's documentation say it.",
    )
    contact_url: WebOrigin | None = Field(
        default=None, description="Where developers get help, for the API's documentation."
    )
    emergency_line: str | None = Field(
        default=None,
        max_length=200,
        description="What to do in an emergency, in the deployment's words, for example `In an emergency, call 911.` "
        "Without it, none is shown.",
    )
    care_team_phone: str | None = Field(
        default=None,
        pattern=r"^\+?(?:[0-9][ ().\-]{0,3}){7,15}$",
        description="The care team's telephone number, of 7 digits at least: no emergency number. Without it, none is "
        "shown.",
    )
    embed_sites: Annotated[list[Site] | None, NoDecode, BeforeValidator(_by_spaces)] = Field(
        default=None,
        description="The sites that may show these pages in a frame, with spaces between them, for example "
        "`https://clinic.example https://*.school.example`. Without it, any site may.",
    )
    care_kinds: Annotated[str, StringConstraints(pattern=CARE_KINDS)] | None = Field(
        default=None,
        max_length=2_000,
        description="Which kinds of places `/v1/conditions/{slug}/care` may show for a sign's contact, as in "
        "`doctor=urgent-care,specialty-care emergency=hospital`. Without it, none is shown.",
    )
    search_timeout_ms: int = Field(
        default=250,
        ge=10,
        le=60_000,
        description="How long a statement of a search may take, in milliseconds; then the answer is a 503.",
    )
    fast_path: Literal["on", "off"] = Field(
        default="on",
        description="`on`: `serve` answers cached requests as soon as their bytes arrive. "
        "`off`: every request takes the ordinary way, to the same answer.",
    )
    cache_bytes: int = Field(
        default=67_108_864,
        ge=0,
        le=2**40,
        description="How many bytes of answers each worker keeps, at most. `0` keeps none: each answer is made anew.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged. No level logs a query string."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="`text`: lines for people. `json`: one JSON object a line."
    )

    def care_kinds_of(self, contact: str) -> list[str]:
        """The kinds of places that the deployment names for a sign's contact, in its order."""
        pairs = (named.split("=") for named in (self.care_kinds or "").split())
        return list(dict.fromkeys(kind for of, kinds in pairs if of == contact for kind in kinds.split(",")))

    @classmethod
    def defaults(cls) -> Settings:
        """Every setting's default, whatever the environment says."""
        return cls.model_construct()

    @property
    def frame_ancestors(self) -> str:
        """Who may frame a page (CSP 3, section 6.4.2)."""
        return " ".join(["'self'", *self.embed_sites]) if self.embed_sites else "*"

    def address(self, path: str) -> str:
        """The public address of a root-relative path: absolute where PUBLIC_URL is set, else the path itself."""
        return f"{self.public_url or ''}{path}"


def settings_table() -> str:
    """The table of every setting in Markdown, as `docs/settings.md` holds it."""
    rows = ["| variable | default | what it does |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"
