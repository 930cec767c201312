"""Records `app/examples.json`, the answers that the API's documentation shows: `python -m tests.examples`.

Each is a real answer over a new database with the seed pack and the pack of every state. What no two recordings would
have in common is given beforehand: the request's id, and the publications' ids and times.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from anyio.from_thread import start_blocking_portal
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.main import create_app
from app.models import Publication
from app.settings import Settings
from tests.conftest import EVERY_STATE, ROOT, SEED, Api, publish_to

FILE = ROOT / "app" / "examples.json"
REQUEST_ID = "3f1c9a52d07be684"
FIRST_PUBLISHED_AT = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)


class Example(NamedTuple):
    """One request to record, and the status that it must have."""

    operation: str
    name: str
    summary: str
    request: str
    status: int = 200


EXAMPLES = (
    Example("getService", "service", "The service and where its content is", "/v1"),
    Example(
        "listConditions", "by-name", "Conditions whose name begins so", "/v1/conditions?starts_with=neutro&limit=5"
    ),
    Example(
        "listConditions",
        "code-fallback",
        "A code that nothing has: its heading, one level up, is taken, and `code.fallback` says so",
        "/v1/conditions?code=D70.1",
    ),
    Example(
        "listConditions",
        "batch",
        "A batch: `not_served` says what became of each slug that has no item",
        "/v1/conditions?slugs=neutropenia,hiccup-hat,whispering-thumb,no-such-condition&limit=1",
    ),
    Example("listConditions", "too-many", "A limit that is too large is refused", "/v1/conditions?limit=500", 422),
    Example(
        "getCondition",
        "incomplete",
        "An incomplete section (its list is lost) and an incomplete sign set: show both marks",
        "/v1/conditions/neutropenia?aspect=SeeDoctorHealthAspect",
    ),
    Example(
        "getCondition",
        "language-fallback",
        "Asked for in Spanish, which there is not: `edition.fallback` says that another language is served",
        "/v1/conditions/neutropenia?lang=es&aspect=SymptomsHealthAspect",
    ),
    Example(
        "getCondition",
        "complete",
        "A complete sign set and a reviewed edition, in made-up content",
        "/v1/conditions/hiccup-hat-syndrome?audience=teens",
    ),
    Example("getCondition", "moved", "A former slug: follow `Location`", "/v1/conditions/hiccup-hat", 308),
    Example(
        "getCondition",
        "no-edition",
        "`fallback=none`, and no edition fits: `available` names those that there are",
        "/v1/conditions/neutropenia?lang=es&fallback=none",
        404,
    ),
    Example("getCondition", "not-found", "Nothing has this slug", "/v1/conditions/no-such-condition", 404),
    Example("getCondition", "recalled", "Withdrawn for good", "/v1/conditions/whispering-thumb", 410),
    Example(
        "getCondition",
        "withdrawn",
        "Withdrawn: `successor` says where to look instead",
        "/v1/conditions/hiccup-cap-syndrome",
        410,
    ),
    Example(
        "getCondition", "unknown-parameter", "Unknown parameters are refused", "/v1/conditions/neutropenia?size=2", 422
    ),
    Example(
        "getConditionWarningSigns",
        "incomplete",
        "Signs that are not all of them: show `note` with them",
        "/v1/conditions/neutropenia/warning-signs",
    ),
    Example(
        "getConditionWarningSigns",
        "emergency",
        "Signs of every urgency and contact, in made-up content",
        "/v1/conditions/hiccup-hat-syndrome/warning-signs",
    ),
    Example(
        "getConditionHtml", "html", "A fragment for a page, in made-up content", "/v1/conditions/giggle-elbow.html"
    ),
    Example(
        "getConditionMarkdown",
        "markdown",
        "Markdown: what stands in a quotation must not be left out",
        "/v1/conditions/neutropenia.md",
    ),
    Example(
        "getConditionText",
        "text",
        "Plain text, in made-up content: what begins with `[!]` must not be left out",
        "/v1/conditions/giggle-elbow.txt",
    ),
    Example(
        "getConditionLinkedData",
        "linked-data",
        "JSON-LD in made-up content: each sign says that there are others",
        "/v1/conditions/giggle-elbow.jsonld",
    ),
    Example(
        "getConditionCare",
        "no-kinds",
        "Signs and their actions; this deployment named no kinds of places (`CARE_KINDS`), so that none is shown",
        "/v1/conditions/neutropenia/care?near=06106",
    ),
    Example(
        "search",
        "misspelt",
        "A search that is spelled otherwise, and says so: signs with their action stand above what was found",
        "/v1/search?q=nootropenia%20fever&limit=2",
    ),
    Example(
        "search",
        "nothing",
        "An opposite is never taken for an illness: nothing is found, which does not mean that nothing is urgent",
        "/v1/search?q=neutrophilia",
    ),
    Example("search", "too-long", "A text that is too long", f"/v1/search?q={'long%20' * 41}", 422),
    Example("suggest", "misspelt", "Names that a reader may be typing", "/v1/suggest?q=nootro"),
    Example(
        "listConditionArticles",
        "articles",
        "Related reading for a condition",
        "/v1/conditions/neutropenia/articles?limit=2",
    ),
    Example(
        "listWarningSigns",
        "immediate",
        "The most pressing signs, each with what must be shown with it",
        "/v1/warning-signs?condition=neutropenia&urgency=immediate&limit=2",
    ),
    Example(
        "listArticles", "for-teens", "Articles for one audience", "/v1/articles?condition=neutropenia&audience=teens"
    ),
    Example("getArticle", "article", "An article: its source gives no link", "/v1/articles/leukemia"),
    Example("getArticle", "withdrawn", "An article that was withdrawn", "/v1/articles/hats-of-last-year", 410),
    Example("listLocations", "urgent-care", "Places of one kind", "/v1/locations?kind=urgent-care&city=farmington"),
    Example(
        "listLocations",
        "near",
        "The nearest places to a US ZIP code: `hours` null is not known, and a town's point is only “about” there",
        "/v1/locations?near=06106&limit=2",
    ),
    Example("listLocations", "unknown-place", "A place that is not known here", "/v1/locations?near=00000", 422),
    Example("listLocationsGeojson", "places", "Places for a map", "/v1/locations.geojson?state=CT&limit=2"),
    Example("getLocation", "location", "A place of care", "/v1/locations/main-campus-hartford"),
    Example(
        "getLocationLinkedData",
        "linked-data",
        "A place as JSON-LD: a town's point is left out",
        "/v1/locations/main-campus-hartford.jsonld",
    ),
    Example("listGlossaryTerms", "terms", "Medical words, by the alphabet", "/v1/glossary?audience=parents&limit=2"),
    Example("getGlossaryTerm", "term", "A word and what it means", "/v1/glossary/neutrophils"),
    Example("listDirectoryEntries", "entries", "One group of services", "/v1/directory?group=find-a-doctor"),
    Example("getRecordByUrl", "old-address", "What another system's id means", "/v1/by-url?url=hhs:term-1"),
    Example("getRecordByUrl", "unknown", "No record had this address", "/v1/by-url?url=https://example.org/", 404),
    Example("getSource", "source", "The document that records come from", "/v1/sources/neutropenia-page"),
    Example("getLiveness", "alive", "The process answers", "/livez"),
    Example("getReadiness", "ready", "Content can be served", "/readyz"),
    Example("getVersion", "version", "The program and its content", "/version"),
)


def record(folder: Path) -> str:
    """The text of `app/examples.json`, from answers over a new database in a folder."""
    address = f"sqlite:///{folder / 'examples.sqlite3'}"
    publish_to(address, SEED, EVERY_STATE)
    app = create_app(Settings.defaults().model_copy(update={"database_url": address}))
    engine: Engine = app.state.engine
    fix_publications(engine)
    with start_blocking_portal() as portal:
        recorded = [_answer(Api(app, portal), example) for example in EXAMPLES]
    engine.dispose()
    return json.dumps(recorded, indent=2, ensure_ascii=False) + "\n"


def _answer(api: Api, example: Example) -> dict[str, object]:
    answer = api.get(example.request, headers={"X-Request-ID": REQUEST_ID})
    if answer.status_code != example.status:
        raise ValueError(f"{example.request} answered {answer.status_code}, not {example.status}: {answer.text}")
    return {
        **example._asdict(),
        "value": answer.json() if answer.headers["content-type"].endswith("json") else answer.text,
    }


def fix_publications(engine: Engine) -> None:
    """Give the publications of a database the ids and times that those of every recording have."""
    with Session(engine.execution_options(writes=True)) as session:
        for row in session.exec(select(Publication)):
            row.id = f"{row.generation:032x}"
            row.published_at = FIRST_PUBLISHED_AT + dt.timedelta(hours=row.generation - 1)
        session.commit()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        FILE.write_text(record(Path(made)), encoding="utf-8")
    sys.stdout.write(f"Recorded {len(EXAMPLES)} examples.\n")
