"""The command line, thin: each command says what it does in the words of the modules that do it.

Exit codes: 1 the content is refused, 2 the command or a setting is wrong, 3 a change waits to be accepted, 4 the
database, a file or the port cannot be used.
"""

from __future__ import annotations

import contextlib
import json
import logging.config
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app import db, logs, pack
from app.pack import PackError
from app.settings import Settings, settings_table

if TYPE_CHECKING:
    from app.publish import Plan

# A command imports what it alone needs: a service starts and a fault is told without what reads pages or draws tables.

REFUSED, USAGE, UNACCEPTED, UNUSABLE = 1, 2, 3, 4
REPLICA_SECONDS = 5  # that `publish` waits for the replica
SHOWN = 20  # records of each kind of change that the difference names

cli = typer.Typer(
    name="health-content",
    help="Turns a care organisation's health pages into content that other software can use.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

SourceFile = Annotated[Path, typer.Argument(metavar="FILE", help="A saved page.", exists=True, dir_okay=False)]
PackFolder = Annotated[Path, typer.Argument(metavar="PACK", help="The pack's folder.", exists=True, file_okay=False)]


@cli.command()
def serve(
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that answer; the setting WORKERS if it is not given.")
    ] = None,
) -> None:
    """Serve the API: bring the tables up to date, publish the seed pack into an empty database, listen."""
    from app import serving

    settings = _settings()
    try:
        with _engine(create=True) as engine:
            serving.prepare(engine, settings)
            serving.serve(settings, workers or settings.workers, engine)
    except (serving.CannotListenError, serving.FailedToStartError) as error:
        _stop(UNUSABLE, str(error))


@cli.command()
def migrate() -> None:
    """Bring the database's tables up to date, and present content anew that other versions of the program presented."""
    from app.publish import present_anew

    with _engine(create=True) as engine:
        db.migrate(engine)
        publications = present_anew(engine)
    typer.echo("The tables are up to date.")
    for publication in publications:
        typer.echo(f"Presented {publication.pack} anew as generation {publication.generation}.")


@cli.command()
def publish(
    folder: PackFolder,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the difference and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove more than a fifth of a kind without asking.")] = False,
    accept_safety_changes: Annotated[
        bool, typer.Option("--accept-safety-changes", help="Accept the listed changes to warning signs.")
    ] = False,
) -> None:
    """Make the database hold a pack's content, and only that pack's, in one publication."""
    from app.check import scan
    from app.publish import PublishConflictError, apply, plan

    with _progress("Reading") as progress:
        scanned = scan(folder, progress)
    with _engine(create=True) as engine, _replica() as replica:
        with Session(engine) as session:
            if not db.migrated(session):
                _stop(UNUSABLE, "The database is not at this version. Run `migrate` first.")
            made = plan(session, scanned)
        _print_difference(made)
        if made.empty or dry_run:
            return
        waiting = {}
        if made.safety_changes and not accept_safety_changes:
            waiting["--accept-safety-changes"] = "Accept these safety changes?"
        if made.large_removals and not yes:
            waiting["--yes"] = "Remove that much?"
        _accept(waiting)
        try:
            with _progress("Publishing") as progress:
                publication = apply(engine, made, progress)
        except PublishConflictError:
            _stop(UNUSABLE, "Another publication came between. Nothing was changed; run it again.")
        typer.echo(f"Published {scanned.info.name} as generation {publication.generation}.")
        if replica is not None:
            there = db.arrives(replica, publication, REPLICA_SECONDS)
            typer.echo("The replica has it." if there else "The replica does not have it yet.")


@cli.command()
def check(folder: PackFolder) -> None:
    """Check a pack without a database: every record by itself, then all of them together."""
    from app.check import scan

    with _progress("Reading") as progress:
        scanned = scan(folder, progress)
    typer.echo(f"{scanned.info.name}: {len(scanned.digests)} records, no fault.")


@cli.command()
def extract(
    file: SourceFile,
    to: Annotated[Path, typer.Option("--out", help="The draft pack's folder, new or empty.")],
    owner: Annotated[str | None, typer.Option(help="Who owns the page.")] = None,
    rights: Annotated[str | None, typer.Option(help="The owner's rights, in words.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who publishes the pack.")] = None,
    url: Annotated[str | None, typer.Option(help="The page's address, if it does not say it.")] = None,
) -> None:
    """Make a draft pack of a saved article page, verbatim: for an organisation that holds the rights."""
    from app.ingest.page import NotAnArticle
    from app.ingest.page import extract as extract_page

    try:
        draft = extract_page(file, to, owner=owner, rights=rights, publisher=publisher, url=url)
    except NotAnArticle as error:
        _stop(REFUSED, f"Refused: the file {error}.")
    typer.echo(f"Wrote a draft of {len(draft.records)} records to {to}.")
    typer.echo(f"Now read it beside its source:  review {to} --source {file}")


@cli.command("extract-locations")
def extract_locations(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list of hospitals.", exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option("--out", help="The pack's folder, new or empty.")],
    update: Annotated[
        Path | None,
        typer.Option(
            help="The pack of an earlier edition, whose places keep their slugs.", exists=True, file_okay=False
        ),
    ] = None,
    skip_faulty: Annotated[bool, typer.Option("--skip-faulty", help="Leave rows with faults out.")] = False,
    name: Annotated[str | None, typer.Option(help="The pack's name.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who owns the list.")] = None,
    rights: Annotated[str | None, typer.Option(help="The owner's rights, in words.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who publishes the pack.")] = None,
) -> None:
    """Make a pack of a list of hospitals in CSV, in the columns of HIFLD."""
    from app.ingest.locations_csv import FaultyFileError
    from app.ingest.locations_csv import extract as extract_places

    told = {"name": name, "owner": owner, "rights": rights, "publisher": publisher}
    try:
        with _progress("Reading") as progress:
            made = extract_places(file, to, earlier=update, skip_faulty=skip_faulty, **told, progress=progress)
    except FaultyFileError as error:
        _print_faults(error.faults)
        hint = f" --skip-faulty would leave out {error.rows:,} of its rows." if error.rows else ""
        _stop(REFUSED, f"Refused: {error}. Nothing was written.{hint}")
    _print_faults(made.survey.faults)
    typer.echo(f"Wrote {made.live:,} places to {to}, and {made.closed + made.gone:,} as withdrawn.")
    if made.survey.faulty_rows:
        typer.echo(f"Left out {made.survey.faulty_rows:,} rows with faults.")
    if made.gone_faulty:
        typer.echo(
            f"{made.gone_faulty:,} of them were places of {update}, which are withdrawn. Mend their rows to keep them."
        )
    for column, count in sorted(made.survey.left_out.items()):
        typer.echo(f"Left out {count:,} cells of {column} that say nothing of use.")
    for what, columns in (("Not in this file", made.survey.absent), ("Not read", made.survey.unread)):
        if columns:
            typer.echo(_plain(f"{what}: {', '.join(columns)}."))


@cli.command()
def extract_medlineplus(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="XML files of health topics; a topic of a later file replaces the same one of an earlier.",
            exists=True,
            dir_okay=False,
        ),
    ],
    to: Annotated[Path, typer.Option("--out", help="The pack's folder, new or empty.")],
    skip_faulty: Annotated[
        bool, typer.Option("--skip-faulty", help="Leave faulty topics out; without it, a fault refuses every file.")
    ] = False,
) -> None:
    """Make a pack of MedlinePlus's health topics, word for word, from the XML files that it offers."""
    from app.ingest.medlineplus import extract as extract_topics

    with _progress("Reading") as progress:
        made = extract_topics(files, to, skip_faulty=skip_faulty, progress=progress)
    for fault in made.faults.shown:
        typer.echo(f"Passed over: {_plain(str(fault))}", err=True)
    for title in made.alone:
        typer.echo(_plain(f"Stands alone, since the English topic calls for care otherwise: {title}"), err=True)
    typer.echo(f"Wrote {made.conditions:,} conditions and {made.articles:,} articles to {to}.")
    if made.replaced:
        typer.echo(f"From a later file, in the place of an earlier one's: {made.replaced:,}.")


@cli.command()
def review(
    folder: PackFolder,
    source: Annotated[Path, typer.Option(help="The document that the pack came from.", exists=True, dir_okay=False)],
) -> None:
    """Print each line of a source beside what a pack makes of it, and what no record cites."""
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from app.ingest.review import review as review_lines

    table = Table("line", Column("source", ratio=1), Column("pack", ratio=1), box=box.SIMPLE_HEAD, expand=True)
    unused = []
    try:
        lines = list(review_lines(folder, source.read_bytes()))
    except ValueError as error:
        _stop(USAGE, f"{error}.")
    for line in lines:
        uses = "\n".join(_plain(f"{use.record} {use.field}: {use.text}".replace(" :", ":")) for use in line.uses)
        table.add_row(str(line.number), Text(_plain(line.text)), Text(uses or "—"))
        if line.unused:
            unused.append(line.number)
    Console(markup=False, highlight=False, soft_wrap=True).print(table)
    typer.echo(f"No record cites: {', '.join(map(str, unused))}." if unused else "Every line is cited.")


@cli.command()
def export(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The pack's name.")],
    to: Annotated[Path, typer.Option("--out", help="A folder that is new or empty.")],
) -> None:
    """Write a published pack into a folder: publishing it again would change nothing."""
    from app.export import read_info, read_records, read_withdrawn

    with _engine() as engine, Session(engine) as session, _progress("Writing") as progress:
        info = read_info(session, name)
        if info is None:
            _stop(USAGE, f"There is no pack named {name!r} in the database.")
        pack.write_pack(to, info, _counted(read_records(session, name), progress), list(read_withdrawn(session, name)))
    typer.echo(f"Wrote {name} to {to}.")


@cli.command()
def openapi() -> None:
    """Print the OpenAPI document of the default settings, as `docs/openapi.json` holds it."""
    from app.main import create_app

    document = create_app(Settings.defaults()).openapi()
    print(json.dumps(document, indent=2, ensure_ascii=False))  # noqa: T201  # bytes as they are, not fitted to a terminal


@cli.command()
def settings() -> None:
    """Print every setting, as `docs/settings.md` holds it."""
    print(settings_table(), end="")  # noqa: T201  # as above


def main() -> None:
    """Run the command line. A fault is one line (or one a fault) and an exit code, never a traceback."""
    try:
        cli()
    except PackError as error:
        _print_faults(error.faults)
        _stop(REFUSED, f"Refused: {error}. Nothing was changed.")
    except ValidationError as error:
        for found in error.errors(include_input=False, include_url=False):
            typer.echo(f"{'.'.join(str(part) for part in found['loc']).upper()}: {found['msg']}", err=True)
        _stop(USAGE, "A setting is not allowed as given.")
    except db.NewerDatabaseError as error:
        _stop(UNUSABLE, str(error))
    except (ModuleNotFoundError, SQLAlchemyError, OSError) as error:
        _stop(UNUSABLE, _what_cannot_be_used(error))


def _what_cannot_be_used(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        if error.name != "psycopg":
            raise error
        return "PostgreSQL needs the extra `postgres`: install health-content-api[postgres]."
    if isinstance(error, SQLAlchemyError):
        if db.is_busy(error):
            return "Another publish or migration is under way. Nothing was changed; run it again."
        told = str(getattr(error, "orig", None) or error)
        if "no such module: fts5" in told:
            return "This Python's SQLite has no FTS5, which search needs. Use another Python, or PostgreSQL."
        return f"The database cannot be used: {' '.join(told.split())}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.strerror or error}: {error.filename}"
    return str(error)


# ---- what the commands share


def _settings() -> Settings:
    settings = Settings()
    logging.config.dictConfig(logs.config(settings))
    return settings


@contextlib.contextmanager
def _engine(*, create: bool = False) -> Iterator[Engine]:
    """The database of the settings, let go of at the end; `create` makes its file where there is none."""
    engine = db.make_engine(_settings().database_url, create=create)
    try:
        yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def _replica() -> Iterator[Engine | None]:
    """The replica of the settings, let go of at the end; None where there is none."""
    address = _settings().read_database_url
    replica = db.make_engine(address) if address else None
    try:
        yield replica
    finally:
        if replica is not None:
            replica.dispose()


@contextlib.contextmanager
def _progress(what: str) -> Iterator[Callable[[int], None]]:
    """A count of the records done, drawn only where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,} records"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda count: bar.update(task, completed=count)


def _counted(records: Iterator[pack.AnyRecord], progress: Callable[[int], None]) -> Iterator[pack.AnyRecord]:
    for count, record in enumerate(records, 1):
        progress(count)
        yield record


def _print_difference(made: Plan) -> None:
    if made.empty:
        typer.echo(f"Nothing changes: {made.scan.info.name} is published as it stands.")
        return
    for word, keys in (("add", made.added), ("change", made.changed), ("withdraw", list(made.withdrawn))):
        for kind, slug in keys[:SHOWN]:
            typer.echo(f"{word:>8}  {kind} {slug}")
        if len(keys) > SHOWN:
            typer.echo(f"{word:>8}  … and {len(keys) - SHOWN:,} more")
    if made.info_changed:
        typer.echo("  change  pack.json" if made.info_known else "     add  pack.json")
    typer.echo(f"{len(made.added):,} added, {len(made.changed):,} changed, {len(made.withdrawn):,} withdrawn.")
    for title, lines in (("Safety changes:", made.safety_changes), ("Large removals:", made.large_removals)):
        if lines:
            typer.echo("\n".join([title, *(f"  {line}" for line in lines)]))


def _print_faults(faults: pack.Faults) -> None:
    for fault in faults.shown:
        typer.echo(_plain(str(fault)), err=True)


def _accept(waiting: dict[str, str]) -> None:
    """Go on only where a person says yes to each question, by its flag or at the terminal."""
    if waiting and not sys.stdin.isatty():
        _stop(UNACCEPTED, f"Nothing was changed. To go on, give {' and '.join(waiting)}.")
    if not all(typer.confirm(question) for question in waiting.values()):
        _stop(UNACCEPTED, "Nothing was changed.")


def _plain(text: str) -> str:
    """Text of a file that may hold anything, without the characters that steer a terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _stop(code: int, line: str) -> NoReturn:
    """End with one line and an exit code."""
    typer.echo(_plain(line), err=True)
    sys.exit(code)
