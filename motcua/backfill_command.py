"""`motcua backfill`: a range of months anew, as the DAG `backfill_months` does it."""

from typing import Annotated

import typer

from ingestion.messages import text
from motcua.build_commands import build_and_publish, write_files
from motcua.console import DONE, PARTLY, bar, print_json, say, told
from motcua.intake_commands import not_fetched, print_not_fetched, take_in
from motcua.options import DEFAULT_HOME, DEFAULT_SITE, AsJson, HomePath, SitePath, open_places
from motcua.postgres_commands import publish_where_configured
from motcua.recording import command_run


def backfill(
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="The first month.")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="The last month.")],
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Ask for a range of months again, oldest first, and rebuild once if anything has changed."""
    from ingestion.pull import range_asked
    from warehouse.status import current_build, months_served

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        months = range_asked(opened, first, last)
        with command_run(where, "backfill") as step:
            fetched = take_in(opened, where, last, progress, step, first=first)
            kept = current_build(opened, where)
            build_id = kept or build_and_publish(opened, where, last, progress, step)
            there = months_served(where)
            reported = [month for month in months if month in there]
            for month in reported:
                write_files(opened, where, month, build_id, progress, step)
            publish_where_configured(opened, where, last, progress, step)
    print_not_fetched(fetched)
    new = [item for item in fetched if item.outcome == "new"]
    if as_json:
        print_json({"months": reported, "new": new, "rebuilt": kept is None})
    else:
        key = "cli.backfilled" if kept is None else "cli.backfill_unchanged"
        say(text(key, first=first, last=last, count=len(new)))
    raise typer.Exit(PARTLY if not_fetched(fetched) else DONE)
