"""The commands that take files in: `motcua pull`, `decode` and `decide`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ingestion.home import Home
from ingestion.messages import text
from ingestion.periods import parse_period
from ingestion.progress import Progress
from ingestion.run_log import Recorder
from ingestion.site import Site, places_of
from ingestion.sources import FEEDS
from motcua.console import DONE, PARTLY, bar, print_json, say, stdout, told
from motcua.options import (
    DEFAULT_HOME,
    DEFAULT_SITE,
    AsJson,
    HomePath,
    Month,
    SitePath,
    open_places,
)
from motcua.recording import command_run

if TYPE_CHECKING:
    from ingestion.pull import PullItem


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
    from publishing.run_counts import of_pull

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        asked = parse_period(period)
        known = next((known for known in FEEDS if known == feed), None)
        if (file is None) != (unit is None) or mode not in {"replace", "supplement"} or not known:
            raise typer.BadParameter(text("cli.pull_file_usage"))
        with command_run(where, "pull") as step, step("pull", asked) as record:
            if file is not None and unit is not None:
                items = [pull_file(opened, where, unit, asked, file, mode, known)]
            else:
                items = pull_step(opened, where, asked, progress=progress).items
            record.counts.update(of_pull(items))
    if as_json:
        print_json(items)
    else:
        _print_items(items, asked)
    raise typer.Exit(PARTLY if not_fetched(items) else DONE)


def decode(
    site: SitePath = DEFAULT_SITE, home: HomePath = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Read what was pulled and not yet read, by the layouts; a corrected layout reads the same bytes again."""
    from ingestion.decode import decode as decode_step
    from ingestion.register import read_submissions
    from motcua.terminal import print_problems
    from publishing.run_counts import of_decode
    from warehouse.status import open_problems

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        with command_run(where, "decode") as step, step("decode", None) as record:
            record.counts.update(of_decode(decode_step(opened, where, progress=progress)))
        submissions = read_submissions(opened, where)
    bad = open_problems(submissions)
    if as_json:
        print_json(submissions)
    else:
        accepted = sum(s.status == "accepted" for s in submissions)
        say(text("cli.decoded", accepted=accepted, other=len(bad)))
        print_problems(stdout(), bad)
    raise typer.Exit(PARTLY if bad else DONE)


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
    say(said)


def take_in(
    site: Site,
    home: Home,
    period: str,
    progress: Progress,
    step: Recorder,
    first: str | None = None,
) -> "list[PullItem]":
    """Pull the months up to ``period`` (from ``first``, else as far as the site looks back) and read what came.

    Raises NothingArrivedError when ``period`` alone is asked for and no unit has sent it.
    """
    from ingestion.decode import decode as decode_step
    from ingestion.pull import pull as pull_step
    from ingestion.pull import reasons_missing, require_files
    from publishing.run_counts import of_decode, of_pull

    with step("pull", period) as record:
        fetched = pull_step(site, home, period, first=first, progress=progress)
        record.counts.update(of_pull(fetched.items))
        if first is None:
            require_files(site, home, period, reasons_missing(fetched, period))
    with step("decode", period) as record:
        record.counts.update(of_decode(decode_step(site, home, progress=progress)))
    return fetched.items


def not_fetched(items: list["PullItem"]) -> list["PullItem"]:
    """Files that are there but could not be had, whatever the month."""
    return [item for item in items if item.outcome == "failed"]


def _print_items(items: list["PullItem"], asked: str) -> None:
    """How many files came, and of those that did not, why."""
    counts = {
        o: sum(i.outcome == o for i in items) for o in ("new", "unchanged", "missing", "failed")
    }
    say(text("cli.pulled", **counts))
    for item in items:
        if item.outcome == "failed" or (item.outcome == "missing" and item.period == asked):
            line = f"  {item.period} {item.unit}: {item.message or text('cli.missing')}"
            say(line)


def print_not_fetched(items: list["PullItem"]) -> None:
    """Tell on the error stream which files could not be had, and why."""
    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    for item in not_fetched(items):
        said = text("cli.not_fetched", unit=item.unit, period=item.period, why=item.message)
        errors.print(said)
