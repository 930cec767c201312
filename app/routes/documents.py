"""What the renderings of a condition share: its document read in one snapshot, and its problems as pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from markupsafe import Markup
from pydantic import BaseModel, model_validator
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from starlette.responses import Response

from app import models, schemas
from app.db import read
from app.documentation import operation_id
from app.editions import Wanted, in_language
from app.errors import ProblemError, is_away, parameter_errors, unavailable
from app.pack import Kind
from app.present import Address
from app.presented import fill, fill_edition, one_condition, stored
from app.render.document import Document, make_document
from app.render.html import MEDIA_TYPE, page_headers, render
from app.render.words import reader_of, words_for
from app.routes.answers import Lenient, absent, of_condition, origin

MOST_TERMS = 500  # of a glossary, on one page
CARRIED = ("lang", "audience", "theme", "accent")  # what a reader asked for, on the way from a problem to another page


async def find_document(
    request: Request, slug: str, wanted: Wanted, anchors: Collection[str] | None = None, *, glossary: bool = False
) -> Document:
    """The document of a condition, in the edition that fits a reader best.

    `anchors` choose its sections, never its signs; `glossary` reads the terms that explain its words, too.
    Raises 308, 404 and 410 problems.
    """

    def ask(reader: Connection) -> tuple[bytes, list[bytes], list[bytes]]:
        row = reader.execute(one_condition("condition", wanted), {"slug": slug}).first()
        if row is None:
            raise absent(request, reader, Kind.condition, slug)
        article, term = models.Article, models.GlossaryTerm
        body, lang = col(models.Presented.body), row.lang.split("-")[0]
        articles = (
            select(body)
            .join(article, stored("article", article.id))
            .where(of_condition(slug), in_language(article.lang, lang))
            .order_by(col(article.sort_key))
        )
        terms = (
            select(body)
            .join(term, stored("glossary", term.id))
            .where(in_language(term.lang, lang))
            .order_by(col(term.sort_key))
            .limit(MOST_TERMS)
        )
        whole = fill_edition(row, origin(request), wanted)
        return whole, list(reader.scalars(articles)), list(reader.scalars(terms)) if glossary else []

    whole, articles, terms = await read(request, ask)
    return make_document(
        schemas.Condition.model_validate_json(whole),
        [schemas.Article.model_validate_json(fill(body, origin(request))) for body in articles],
        [schemas.GlossaryTerm.model_validate_json(fill(body, origin(request))) for body in terms],
        request.app.state.settings,
        anchors,
    )


class PageRoute(APIRoute):
    """A route of a page for people: its problems are pages too. It ignores parameters that it does not know."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with problems caught."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return problem_page(request, parameter_errors(error))
            except ProblemError as problem:
                return problem_page(request, problem)
            except SQLAlchemyError as error:
                if not is_away(error):
                    raise
                return problem_page(request, unavailable(error))

        return handled


def pages(prefix: str = "") -> APIRouter:
    """A router for pages."""
    return APIRouter(
        prefix=prefix,
        dependencies=[Lenient],
        route_class=PageRoute,
        include_in_schema=False,
        generate_unique_id_function=operation_id,
    )


class Form(BaseModel):
    """The parameters of a page with a form, which sends what was left open as an empty value."""

    @model_validator(mode="before")
    @classmethod
    def _left_open(cls, given: Any) -> Any:
        return {name: value for name, value in given.items() if value != ""} if isinstance(given, dict) else given


def page(
    request: Request, template: str, *styles: str, framed: bool = True, locates: bool = False, **context: Any
) -> Response:
    """A page of a template; `styles` are its own `<style>` elements, `framed` where others may frame it.

    It may ask the browser where the reader is where it `locates`.

    A style is program text: it goes into the page as it stands.
    """
    settings = request.app.state.settings
    body = render(template, settings, styles=[Markup(style) for style in styles], **context)  # noqa: S704
    headers = page_headers(settings, *styles, framed=framed, locates=locates)
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def problem_page(request: Request, problem: ProblemError) -> Response:
    """A problem as a page for people, with the problem's own status and headers."""
    asked = request.query_params
    words = words_for(asked.get("lang", "en"))
    carried = {name: asked[name] for name in CARRIED if asked.get(name)}
    address = request.app.state.settings.address
    successor = problem.members.get("successor")
    editions = [
        (
            reader_of(edition["lang"], edition["audience"], words),
            address(_with(request.scope["path"], carried | {name: edition[name] for name in ("lang", "audience")})),
        )
        for edition in problem.members.get("available", [])
    ]
    response = page(
        request,
        "problem.html",
        problem=problem,
        words=words,
        page_theme={"light": "light", "dark": "dark"}.get(asked.get("theme", ""), "auto"),
        successor=successor and _with(page_of(successor, address), carried),
        editions=editions,
        searched="q" in asked,
    )
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


def _with(page: str, query: Mapping[str, str]) -> str:
    return f"{page}?{urlencode(query)}" if query else page


def page_of(record: str, address: Address) -> str:
    """The page that shows a record, by the record's own address."""
    *_, kind, slug = record.split("/")
    return address(f"/embed/{kind}/{slug}")
