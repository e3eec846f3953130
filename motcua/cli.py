"""`motcua`: every step of the month end as a command. The DAG tasks call the same functions.

Exit codes: 0 done; 1 internal; 2 usage; 3 a gate stopped publication; 4 some files could not be
fetched, or some submissions are rejected or held, but the rest is done. A file that is not there yet
is no failure: units are late.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from ingestion.home import Home
from ingestion.messages import text
from ingestion.periods import parse_period
from ingestion.site import Site, load_site, places_of
from ingestion.sources import FEEDS
from motcua import closing_commands
from motcua.as_of_command import build_as_of
from motcua.console import DONE, PARTLY, USAGE, bar, print_json, stdout, told
from motcua.dictionary_commands import dictionary
from motcua.layout_commands import layout
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
from motcua.postgres_commands import publish_postgres, publish_where_configured
from motcua.template_commands import template

if TYPE_CHECKING:
    from ingestion.pull import PullItem

app = typer.Typer(
    help="Month-end data warehouse for administrative cases (hồ sơ thủ tục hành chính).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(dictionary)
app.command("publish-postgres")(publish_postgres)
app.add_typer(layout, name="layout")
app.add_typer(template, name="template")
for command in (closing_commands.close, closing_commands.reopen, closing_commands.verify_closing):
    app.command()(command)


@app.command("month-end")
def month_end(
    period: Month,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Run all steps of one month without Airflow: pull, decode, build, check, publish, report."""
    from ingestion.decode import decode as decode_step
    from ingestion.pull import pull as pull_step
    from ingestion.pull import require_files
    from publishing.reminders import write_reminders
    from publishing.reports import write_reports
    from publishing.snapshot import publish as publish_step
    from publishing.unit_packs import write_outbox
    from warehouse.build import build as build_step
    from warehouse.gates import check as check_step

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        asked = parse_period(period)
        fetched = pull_step(opened, where, asked, progress=progress)
        require_files(opened, where, asked, fetched)
        decode_step(opened, where, progress=progress)
        built = build_step(opened, where, progress=progress)
        check_step(opened, where, built.build_id, progress=progress)
        publish_step(opened, where, built.build_id, progress=progress)
        write_reports(opened, where, asked, progress=progress)
        write_outbox(opened, where, asked, progress=progress)
        write_reminders(opened, where, asked, progress=progress)
        publish_where_configured(opened, where, progress)
    with told():
        _print_not_fetched(fetched.items)
        code = print_summary(opened, where, asked, as_json=as_json)
    raise typer.Exit(PARTLY if _failed(fetched.items) else code)


@app.command()
def pull(
    period: Month,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    unit: Annotated[str | None, typer.Option(help="With --file: the unit that sent it.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="Take in this one file instead of the sources.")
    ] = None,
    mode: Annotated[
        str, typer.Option(help="With --file: replace, or supplement what came before.")
    ] = "replace",
    feed: Annotated[
        str, typer.Option(help="With --file: cases, or registers (the register workbook).")
    ] = "cases",
    as_json: AsJson = False,
) -> None:
    """Fetch the units' exports of a month, and late or corrected ones of the months before."""
    from ingestion.pull import pull as pull_step
    from ingestion.pull import pull_file

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        asked = parse_period(period)
        known = next((known for known in FEEDS if known == feed), None)
        if (file is None) != (unit is None) or mode not in {"replace", "supplement"} or not known:
            raise typer.BadParameter(text("cli.pull_file_usage"))
        if file is not None and unit is not None:
            items = [pull_file(opened, where, unit, asked, file, mode, known)]
        else:
            items = pull_step(opened, where, asked, progress=progress).items
    if as_json:
        print_json(items)
    else:
        _print_items(items, asked)
    raise typer.Exit(PARTLY if _failed(items) else DONE)


@app.command()
def decode(
    site: SitePath = DEFAULT_SITE, home: HomePath = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Read what was pulled and not yet read, by the layouts; a corrected layout reads the same bytes again."""
    from ingestion.decode import decode as decode_step
    from ingestion.register import read_submissions
    from warehouse.status import open_problems

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        decode_step(opened, where, progress=progress)
        submissions = read_submissions(opened, where)
    bad = open_problems(submissions)
    if as_json:
        print_json(submissions)
    else:
        stdout().print(
            text(
                "cli.decoded",
                accepted=sum(s.status == "accepted" for s in submissions),
                other=len(bad),
            ),
            highlight=False,
        )
        _print_problems(bad)
    raise typer.Exit(PARTLY if bad else DONE)


@app.command()
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
        stdout().print(
            text(
                "cli.built",
                build_id=built.build_id,
                path=built.path,
                places=places_of(opened, where),
            ),
            soft_wrap=True,
            highlight=False,
        )


@app.command()
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
    stdout().print(said, soft_wrap=True, highlight=False)


@app.command()
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
    stdout().print(said, soft_wrap=True, highlight=False)


@app.command()
def report(
    period: Month,
    as_of: AsOfMoment = None,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Write the month's workbooks and each unit's pack from the served file."""
    from publishing.reminders import write_reminders
    from publishing.reports import write_reports
    from publishing.unit_packs import write_outbox
    from warehouse.as_of import require_as_of

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        asked = parse_period(period)
        if as_of is not None:
            where = require_as_of(opened, where, as_of)
        written = write_reports(opened, where, asked, progress=progress)
        written += write_outbox(opened, where, asked, progress=progress)
        written += write_reminders(opened, where, asked, progress=progress)
    if as_json:
        print_json(written)
        return
    for path in written:
        stdout().print(str(path), soft_wrap=True, highlight=False, markup=False)


@app.command()
def decide(
    submission: Annotated[
        str, typer.Argument(help="The held submission, e.g. 2024-03.NT-LOC-THO.2.")
    ],
    verdict: Annotated[str, typer.Argument(metavar="accept|refuse")],
    by: Annotated[str, typer.Option(help="Who decides.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    period: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Count it for this month instead.")
    ] = None,
    mode: Annotated[
        str | None, typer.Option(metavar="replace|supplement", help="How to count it.")
    ] = None,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Settle a submission that is held for a person. The decision is appended, never edited."""
    from ingestion.register import append_decision

    with told():
        opened, where = open_places(site, home)
        asked = parse_period(period) if period else None
        decision = append_decision(
            opened, where, submission, verdict, period=asked, mode=mode, by=by, reason=reason
        )
    if as_json:
        print_json(decision)
        return
    said = text(
        "cli.decided",
        submission=submission,
        period=asked or submission.partition(".")[0],
        places=places_of(opened, where),
    )
    stdout().print(said, soft_wrap=True, highlight=False)


@app.command()
def status(
    site: SitePath = DEFAULT_SITE, home: HomePath = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """What is there, what failed, and the next command to give."""
    from motcua.terminal import print_restated, table_of
    from warehouse.status import status as read_status

    with told():
        opened, where = open_places(site, home)
        found = read_status(opened, where)
    if as_json:
        closings = [closing_commands.plain(c) for c in found.closings]
        print_json({**vars(found), "closings": closings})
        return
    out = stdout()
    if found.served is None:
        out.print(text("cli.nothing_served"))
    else:
        out.print(text("cli.serving", **found.served), soft_wrap=True, highlight=False)
    table = table_of("cli.status_columns")
    for month in found.coverage:
        missing = ", ".join(month["missing"])
        if month["missing_registers"]:
            units = ", ".join(month["missing_registers"])
            missing = f"{missing}\n{text('cli.missing_registers', units=units)}".strip()
        numbers = (
            month["period"],
            month["expected"],
            month["reported"],
            month["rejected"],
            month["held"],
        )
        table.add_row(*map(str, numbers), escape(missing))
    out.print(table)
    closing_commands.print_states(found.closings, opened.zone)
    print_restated(out, found.restated)
    _print_problems(found.problems)
    said = text("cli.nothing_to_do")
    if found.waits_for_units:
        said = text("cli.waits_for_units")
    if found.next_command:
        said = text("cli.next", command=found.next_command)
    out.print(said, soft_wrap=True, highlight=False, markup=False)


@app.command()
def explain(
    case_code: Annotated[str, typer.Argument(help="Mã hồ sơ.")],
    as_of: AsOfMoment = None,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Why a case counted as it did: its rows, the one that won, its verdict's rule, its cells."""
    from motcua.terminal import print_explanation
    from warehouse.as_of import require_as_of
    from warehouse.explain import explain as explain_case

    with told():
        where = Home(home.resolve())
        if as_of is not None:  # a day ends on the authority's clock
            where = require_as_of(load_site(site), where, as_of)
        found = explain_case(where, case_code)
    if as_json:
        print_json(found)
    elif not found:
        key = "explain.unknown" if as_of is None else "as_of.unknown_case"
        said = text(key, case_code=case_code, value=as_of)
        Console(stderr=True, soft_wrap=True).print(said, markup=False)
    else:
        for explanation in found:
            print_explanation(stdout(), explanation)
    raise typer.Exit(DONE if found else USAGE)


@app.command("validate-site")
def validate_site(
    site: Annotated[Path, typer.Argument(help="The site folder.")],
    file: Annotated[
        Path | None, typer.Option(help="Also try this export, without loading it.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="The unit whose layouts to try (default: all layouts).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a site folder before any data is read, and try a file against its layouts."""
    from ingestion.trial import try_file
    from warehouse.rules import check_rules

    with told():
        loaded = load_site(site)
        check_rules(loaded)
        trial = try_file(loaded, file, unit) if file else None
    if as_json:
        print_json({"site": loaded.name, "units": len(loaded.units), "trial": trial})
    else:
        sizes = {"units": len({u.code for u in loaded.units}), "sources": len(loaded.sources)}
        stdout().print(
            text("cli.site_valid", name=loaded.name, layouts=len(loaded.layouts), **sizes),
            highlight=False,
        )
        if trial:
            stdout().print(trial.summary, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(DONE if trial is None or trial.accepted else PARTLY)


@app.command()
def samples(
    out: Annotated[
        Path, typer.Option(help="Folder for the exports; their truth goes to its _truth/.")
    ],
    site: SitePath = DEFAULT_SITE,
    units: Annotated[
        int | None, typer.Option(help="Write a new site of so many units at --site first.")
    ] = None,
    months: Annotated[int, typer.Option(help="Number of months from --start.")] = 12,
    start: Annotated[str, typer.Option(metavar="YYYY-MM", help="The first month.")] = "2024-01",
    cases: Annotated[int, typer.Option(help="Mean number of new cases per unit and month.")] = 70,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
    dirt: Annotated[float, typer.Option(help="Share of rows with something wrong or odd.")] = 0.02,
    as_json: AsJson = False,
) -> None:
    """Write deterministic exports with known truth."""
    from samples.generate import generate

    with told():
        first = parse_period(start)
        try:
            truth = generate(
                site,
                out,
                units=units,
                months=months,
                start=first,
                cases_per_unit_month=cases,
                seed=seed,
                dirt=dirt,
            )
        except ValueError as problem:
            said = text("cli.samples_refused", problem=problem)
            Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(said)
            raise typer.Exit(USAGE) from None
    if as_json:
        print_json({"out": out, **_sizes(truth)})
        return
    said = text("cli.samples_written", out=out, **_sizes(truth))
    stdout().print(said, soft_wrap=True, highlight=False)


def _sizes(truth: Any) -> dict[str, int]:
    sent = sum(f.status != "missing" for f in truth.files)
    return {"files": sent, "rows": sum(f.rows_read for f in truth.files)}


def _failed(items: list["PullItem"]) -> list["PullItem"]:
    """Files that are there but could not be had, whatever the month."""
    return [item for item in items if item.outcome == "failed"]


def _print_items(items: list["PullItem"], asked: str) -> None:
    """How many files came, and of those that did not, why."""
    counts = {
        o: sum(i.outcome == o for i in items) for o in ("new", "unchanged", "missing", "failed")
    }
    stdout().print(text("cli.pulled", **counts), highlight=False)
    for item in items:
        if item.outcome == "failed" or (item.outcome == "missing" and item.period == asked):
            line = f"  {item.period} {item.unit}: {item.message or text('cli.missing')}"
            stdout().print(line, highlight=False, markup=False, soft_wrap=True)


def _print_not_fetched(items: list["PullItem"]) -> None:
    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    for item in _failed(items):
        said = text("cli.not_fetched", unit=item.unit, period=item.period, why=item.message)
        errors.print(said)


def _print_problems(submissions: list[Any]) -> None:
    """One block per submission that a person must look at."""
    out = stdout()
    for s in submissions:
        out.print(
            text(f"cli.submission_{s.status}", submission=s.submission_id, file=s.file_name),
            markup=False,
            highlight=False,
        )
        # Why a person must decide comes first; the rows themselves are judged when they count.
        said = [*s.hold_reasons, *(m.text for m in s.messages)]
        if s.status == "held":
            said.append(text("cli.held_rows", rows=s.rows_data))
        for line in said:
            out.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)


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
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    app()


if __name__ == "__main__":
    main()
