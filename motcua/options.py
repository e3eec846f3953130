"""Options that several commands share, and the places they name."""

from pathlib import Path
from typing import Annotated

import typer

from ingestion.home import Home
from ingestion.site import Site, load_site

SitePath = Annotated[
    Path,
    typer.Option("--site", envvar="MOTCUA_SITE", help="Folder of the authority's configuration."),
]
HomePath = Annotated[
    Path,
    typer.Option(
        "--home", envvar="MOTCUA_HOME", help="Folder that holds all data of this installation."
    ),
]
Month = Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="The month.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")
]
AsOfMoment = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE|TIME",
        help="What was known at a day's end (2024-03-31) or a time (2024-03-31T17:00), local time.",
    ),
]
DEFAULT_SITE, DEFAULT_HOME = Path("sites/demo"), Path("var")


def open_places(site: Path, home: Path) -> tuple[Site, Home]:
    """Load the site and make the home's folders."""
    loaded, opened = load_site(site), Home(home.resolve())
    opened.create()
    return loaded, opened
