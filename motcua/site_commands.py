"""The commands about a site folder: `motcua validate-site` and `samples`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ingestion.messages import text
from ingestion.periods import parse_period
from ingestion.site import load_site
from motcua.console import DONE, PARTLY, USAGE, print_json, say, told
from motcua.options import (
    DEFAULT_SITE,
    AsJson,
    SitePath,
)

if TYPE_CHECKING:
    pass


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
        say(text("cli.site_valid", name=loaded.name, layouts=len(loaded.layouts), **sizes))
        if trial:
            say(trial.summary)
    raise typer.Exit(DONE if trial is None or trial.accepted else PARTLY)


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
    say(said)


def _sizes(truth: Any) -> dict[str, int]:
    sent = sum(f.status != "missing" for f in truth.files)
    return {"files": sent, "rows": sum(f.rows_read for f in truth.files)}
