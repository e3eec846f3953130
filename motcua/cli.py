"""`motcua`: every step of the month end as a command. The DAG tasks call the same functions.

Exit codes: 0 done; 1 internal; 2 usage; 3 a gate stopped publication; 4 some files could not be
fetched, or some submissions are rejected or held, but the rest is done. A file that is not there yet
is no failure: units are late.
"""

import gc
import os
from pathlib import Path

import typer

from ingestion.home import Home
from ingestion.periods import parse_period
from ingestion.site import Site
from motcua import closing_commands
from motcua.backfill_command import backfill
from motcua.build_commands import build, check, publish, publish_anew, report
from motcua.console import DONE, PARTLY, bar, print_json, stdout, told
from motcua.dictionary_commands import dictionary
from motcua.intake_commands import decide, decode, not_fetched, print_not_fetched, pull, take_in
from motcua.layout_commands import layout
from motcua.options import (
    DEFAULT_HOME,
    DEFAULT_SITE,
    AsJson,
    HomePath,
    Month,
    SitePath,
    open_places,
)
from motcua.postgres_commands import publish_postgres
from motcua.reading_commands import digest, explain, status
from motcua.recording import command_run
from motcua.runs_command import runs
from motcua.site_commands import samples, validate_site
from motcua.template_commands import template

app = typer.Typer(
    help="Month-end data warehouse for administrative cases (hồ sơ thủ tục hành chính).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command("month-end")
def month_end(
    period: Month,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Run all steps of one month without Airflow: pull, decode, build, check, publish, report."""
    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        asked = parse_period(period)
        with command_run(where, "month-end") as step:
            fetched = take_in(opened, where, asked, progress, step)
            publish_anew(opened, where, asked, progress, step)
    with told():
        print_not_fetched(fetched)
        code = print_summary(opened, where, asked, as_json=as_json)
    raise typer.Exit(PARTLY if not_fetched(fetched) else code)


for command in (
    pull,
    decode,
    decide,
    backfill,
    build,
    check,
    publish,
    report,
    status,
    digest,
    explain,
    runs,
    closing_commands.close,
    closing_commands.reopen,
    closing_commands.verify_closing,
    publish_postgres,
    validate_site,
    samples,
    dictionary,
):
    app.command()(command)
app.add_typer(layout, name="layout")
app.add_typer(template, name="template")


def print_summary(site: Site, home: Home | Path, period: str, *, as_json: bool = False) -> int:
    """Print the month's ranking, what was accepted and rejected, and where the outputs are.

    Returns the exit code: 0, or 4 when some submission of the month is held, or was rejected and
    nothing that could be accepted has come since.
    """
    from motcua.terminal import print_month
    from warehouse.summary import read_summary

    where = home if isinstance(home, Home) else Home(Path(home).resolve())
    summary = read_summary(site, where, period)
    if as_json:
        print_json(summary)
    else:
        print_month(stdout(), summary)
    return PARTLY if summary.files_open else DONE


def main() -> None:
    """Entry point: no colours of tracebacks, no telemetry of the libraries below."""
    # The libraries make hundreds of thousands of objects that stay. Looking among them for garbage at
    # every 700 new ones is a fifth of what it takes to import Great Expectations.
    gc.set_threshold(100_000, 20, 20)
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    app()


if __name__ == "__main__":
    main()
