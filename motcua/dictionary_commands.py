"""`motcua dictionary`: the data dictionary as pages."""

from pathlib import Path
from typing import Annotated

import typer

from ingestion.home import Home
from ingestion.messages import text
from motcua.console import say, told

PAGES = Path("docs/dictionary")


def dictionary(
    out: Annotated[Path, typer.Option(help="Folder of the Markdown pages.")] = PAGES,
    html: Annotated[
        Path | None, typer.Option(help="Also write dbt docs as this one HTML file.")
    ] = None,
    home: Annotated[
        Path,
        typer.Option(envvar="MOTCUA_HOME", help="Folder that holds all data of this installation."),
    ] = Path("var"),
) -> None:
    """Write what every table and column means, in Vietnamese and English."""
    from warehouse.dictionary_pages import write_html, write_pages

    with told():
        changed = write_pages(out)
        say(text("dictionary.pages", folder=out, count=len(changed)))
        if html is not None:
            write_html(Home(home.resolve()), html)
            say(text("dictionary.html", path=html))
