"""The commands from decoded rows to what is read: `motcua build`, `check`, `publish` and `report`."""

from typing import Annotated

import typer

from ingestion.home import Home
from ingestion.messages import text
from ingestion.periods import parse_period
from ingestion.progress import Progress
from ingestion.run_log import Recorder, unrecorded
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
from motcua.postgres_commands import publish_where_configured
from motcua.recording import command_run


def build(
    as_of: AsOfMoment = None,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Build the whole warehouse into a new file; the served one is not touched."""
    from publishing.run_counts import of_build
    from warehouse.build import build as build_step

    if as_of is not None:
        build_as_of(as_of, site, home, as_json=as_json)
        return
    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        with command_run(where, "build") as step, step("build", None) as record:
            built = build_step(opened, where, progress=progress)
            record.build_id = built.build_id
            record.counts.update(of_build(built))
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
    from publishing.run_counts import of_check
    from warehouse.gates import check as check_step

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        with command_run(where, "check") as step, step("check", None) as record:
            record.build_id = build_id
            report = check_step(opened, where, build_id, progress=progress)
            record.counts.update(of_check(report))
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
        with command_run(where, "publish") as step, step("publish", None) as record:
            record.build_id = build_id
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
    from publishing.run_counts import of_report
    from warehouse.as_of import require_as_of

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        asked = parse_period(period)
        if as_of is not None:  # a look back, no work of a month: not recorded
            then = require_as_of(opened, where, as_of)
            written = write_month(opened, then, asked, progress=progress)
        else:
            with command_run(where, "report") as step, step("report", asked) as record:
                written = write_month(opened, where, asked, progress=progress)
                record.counts.update(of_report(where, asked, written))
    if as_json:
        print_json(written)
        return
    for path in written:
        say(str(path))


def publish_anew(
    site: Site, home: Home, period: str, progress: Progress, step: Recorder = unrecorded
) -> None:
    """Build, check and publish what is there, here and in PostgreSQL, and write the month's files.

    Raises what each of the steps raises; what readers have stays until a build has passed its gates.
    """
    build_id = build_and_publish(site, home, period, progress, step)
    write_files(site, home, period, build_id, progress, step)
    publish_where_configured(site, home, period, progress, step)


def build_and_publish(
    site: Site, home: Home, period: str, progress: Progress, step: Recorder
) -> str:
    """Build, check and publish what is there; the build's id. Raises what each of the steps raises."""
    from publishing.run_counts import of_build, of_check
    from publishing.snapshot import publish
    from warehouse.build import build
    from warehouse.gates import check

    with step("build", period) as record:
        built = build(site, home, progress=progress)
        record.build_id = built.build_id
        record.counts.update(of_build(built))
    with step("check", period) as record:
        record.build_id = built.build_id
        record.counts.update(of_check(check(site, home, built.build_id, progress=progress)))
    with step("publish", period) as record:
        record.build_id = built.build_id
        publish(site, home, built.build_id, progress=progress)
    return built.build_id


def write_files(
    site: Site, home: Home, period: str, build_id: str, progress: Progress, step: Recorder
) -> None:
    """Write the month's files from what is served, the build `build_id`. Raises what `write_month` raises."""
    from publishing.month_files import write_month
    from publishing.run_counts import of_report

    with step("report", period) as record:
        record.build_id = build_id
        written = write_month(site, home, period, progress=progress)
        record.counts.update(of_report(home, period, written))
