"""`motcua publish-postgres`: the served figures in PostgreSQL, for BI tools."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingestion.home import Home
from ingestion.messages import text
from ingestion.progress import Progress
from ingestion.run_log import Recorder
from ingestion.site import Site
from motcua.console import bar, print_json, say, told
from motcua.options import DEFAULT_HOME, DEFAULT_SITE, AsJson, HomePath, SitePath, open_places
from motcua.recording import command_run

if TYPE_CHECKING:
    from publishing.postgres.publication import PostgresPublication


def publish_postgres(
    again: Annotated[
        bool, typer.Option("--again", help="Load the build although PostgreSQL has it already.")
    ] = False,
    patience: Annotated[
        int | None,
        typer.Option(
            metavar="SECONDS", min=0, help="How long to wait for readers (default: 10 minutes)."
        ),
    ] = None,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Put the served figures into the PostgreSQL that MOTCUA_POSTGRES names (docs/postgresql.md)."""
    from publishing.postgres.publication import PATIENCE

    seconds = PATIENCE if patience is None else patience
    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        with command_run(where, "publish-postgres") as step:
            done = _publish(opened, where, None, progress, step, patience=seconds, again=again)
    if as_json:
        print_json(done)
        return
    say(text("postgres.published" if done.is_new else "postgres.same", **vars(done)))
    for note in done.notes:
        say(text("postgres.note", note=note))


def publish_where_configured(
    site: Site, home: Home, period: str, progress: Progress, step: Recorder
) -> None:
    """Publish to PostgreSQL after a month end, where this installation has one.

    Raises PublishError as `publish_postgres` does.
    """
    from publishing.postgres.target import is_configured

    if is_configured():
        _publish(site, home, period, progress, step)


def _publish(
    site: Site,
    home: Home,
    period: str | None,
    progress: Progress,
    step: Recorder,
    **options: Any,
) -> "PostgresPublication":
    """Publish and record the step. Raises PublishError."""
    from publishing.postgres.publication import publish_postgres
    from publishing.postgres.target import configured
    from publishing.run_counts import of_postgres

    with step("publish_postgres", period) as record:
        done = publish_postgres(site, home, configured(), progress=progress, **options)
        record.build_id = done.build_id
        record.counts.update(of_postgres(done))
        record.message = "; ".join(done.notes) or None
    return done
