"""The commands from decoded rows to what is read: `motcua build`, `check`, `publish` and `report`."""

from typing import TYPE_CHECKING, Annotated

import typer

from ingestion.home import Home
from ingestion.messages import text
from ingestion.periods import parse_period
from ingestion.progress import Progress
from ingestion.site import Site, places_of
from motcua.as_of_command import build_as_of
from motcua.console import bar, print_json, say, told
from motcua.options import (
    DEFAULT_HOME,
    DEFAULT_SITE,
    AsJson,
    AsOfMoment,
    HomePath,
    Month,
    SitePath,
    open_places,
)

if TYPE_CHECKING:
    pass
from motcua.postgres_commands import publish_where_configured


def build(
    as_of: AsOfMoment = None,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Build the whole warehouse into a new file; the served one is not touched."""
    from warehouse.build import build as build_step

    if as_of is not None:
        build_as_of(as_of, site, home, as_json=as_json)
        return
    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        built = build_step(opened, where, progress=progress)
    if as_json:
        print_json(built)
    else:
        places = places_of(opened, where)
        say(text("cli.built", build_id=built.build_id, path=built.path, places=places))


def check(
    build_id: Annotated[str, typer.Argument(help="The build, as `motcua build` printed it.")],
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Run the quality gates on a build; a critical failure deletes it."""
    from warehouse.gates import check as check_step

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        report = check_step(opened, where, build_id, progress=progress)
    if as_json:
        print_json(report)
        return
    said = text(
        "cli.checked",
        count=sum(r.success for r in report.results),
        warnings=len(report.warnings),
        page=report.page,
        build_id=build_id,
        places=places_of(opened, where),
    )
    say(said)


def publish(
    build_id: Annotated[str, typer.Argument(help="A build that passed `motcua check`.")],
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Put a checked build in the place of the served file."""
    from publishing.snapshot import publish as publish_step
    from warehouse.served import rows, served

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        publication = publish_step(opened, where, build_id, progress=progress)
    if as_json:
        print_json(publication)
        return
    with told(), served(where) as connection:
        newest = rows(connection, "select newest_period from meta.build")[0]["newest_period"]
    said = text(
        "cli.published", path=publication.database, period=newest, places=places_of(opened, where)
    )
    say(said)


def report(
    period: Month,
    as_of: AsOfMoment = None,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Write the month's workbooks and each unit's pack from the served file."""
    from publishing.month_files import write_month
    from warehouse.as_of import require_as_of

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        asked = parse_period(period)
        if as_of is not None:
            where = require_as_of(opened, where, as_of)
        written = write_month(opened, where, asked, progress=progress)
    if as_json:
        print_json(written)
        return
    for path in written:
        say(str(path))


def publish_anew(site: Site, home: Home, period: str, progress: Progress) -> None:
    """Build, check and publish what is there, here and in PostgreSQL, and write the month's files.

    Raises what each of the steps raises; what readers have stays until a build has passed its gates.
    """
    from publishing.month_files import write_month
    from publishing.snapshot import publish
    from warehouse.build import build
    from warehouse.gates import check

    built = build(site, home, progress=progress)
    check(site, home, built.build_id, progress=progress)
    publish(site, home, built.build_id, progress=progress)
    write_month(site, home, period, progress=progress)
    publish_where_configured(site, home, progress)
