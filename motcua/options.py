"""Options that several commands share, and the places they name."""

import shlex
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
    typer.Option("--as-of", metavar="DATE|TIME", help="What was known then (see `build --as-of`)."),
]
DEFAULT_SITE, DEFAULT_HOME = Path("sites/demo"), Path("var")


def places_of(site: Site, home: Home) -> str:
    """The options that make a printed next command work word for word."""
    return shlex.join(["--site", str(site.directory), "--home", str(home.root)])


def open_places(site: Path, home: Path) -> tuple[Site, Home]:
    """Load the site and make the home's folders."""
    loaded, opened = load_site(site), Home(home.resolve())
    opened.create()
    return loaded, opened
