"""`motcua template`: workbooks for people to fill in."""

from pathlib import Path
from typing import Annotated

import typer

from ingestion.messages import text
from ingestion.periods import parse_period
from ingestion.site import load_site
from motcua.console import say, told

template = typer.Typer(help="Workbooks for people to fill in.", no_args_is_help=True)


@template.callback()
def group() -> None:
    """Workbooks for people to fill in."""


@template.command()
def registers(
    out: Annotated[Path, typer.Option(metavar="FILE.xlsx", help="The workbook to write.")],
    site: Annotated[
        Path,
        typer.Option(envvar="MOTCUA_SITE", help="Folder of the authority's configuration."),
    ] = Path("sites/demo"),
    unit: Annotated[
        str | None, typer.Option(help="The unit (or the office) that will send it.")
    ] = None,
    period: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="The month it is about.")
    ] = None,
) -> None:
    """Write the register workbook: what cases cannot tell (obligations, feedback, scores, …)."""
    from publishing.register_template import UnknownUnit, write_template

    if out.suffix.lower() != ".xlsx":
        raise typer.BadParameter(text("template.wrong_suffix", path=out))
    with told():
        month = parse_period(period) if period else None
        try:
            write_template(load_site(site), out, unit_code=unit, period=month)
        except UnknownUnit as error:
            raise typer.BadParameter(str(error)) from None
    say(text("template.written", path=out))
