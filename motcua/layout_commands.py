"""`motcua layout`: help with writing layouts."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ingestion.layouts import NAME
from ingestion.messages import text
from ingestion.site import load_site
from ingestion.text import bare_key
from motcua.console import DONE, PARTLY, print_json, stdout, told

if TYPE_CHECKING:  # loading the readers is not for every command
    from ingestion.suggest import Suggestion

layout = typer.Typer(help="Drafting layouts of export files.", no_args_is_help=True)


@layout.callback()
def group() -> None:
    """Drafting layouts of export files."""


@layout.command()
def suggest(
    file: Annotated[Path, typer.Argument(help="An export that no layout fits.")],
    site: Annotated[
        Path | None,
        typer.Option(help="Also use this site's units, sectors, procedures and layouts."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="NAME.yml", help="Write the draft here, a new file.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print machine-readable JSON instead of text.")
    ] = False,
) -> None:
    """Draft a layout from a file: header found, columns matched, and what is left to a person."""
    from ingestion.decode.opened import UnreadableFileError
    from ingestion.decode.sandbox import Limits, Sandbox
    from ingestion.suggest import suggest as draft_layout
    from ingestion.suggest import vocabulary

    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    with told():
        if not file.is_file():
            raise FileNotFoundError(text("trial.no_file", file=file))
        if out is not None and out.exists():
            raise FileExistsError(text("suggest.exists", path=out))
        if out is not None and not (re.match(NAME, out.stem) and out.suffix == ".yml"):
            raise typer.BadParameter(text("suggest.bad_name", name=out.name))
        loaded = load_site(site) if site else None
        limits = Limits(loaded.decode.memory_mb, loaded.decode.seconds) if loaded else Limits()
        known = vocabulary(loaded)
        name = out.stem if out else _name(file)
        try:
            with Sandbox(limits) as sandbox:
                found = sandbox.call(draft_layout, file, known, name)
        except UnreadableFileError as error:
            for message in error.messages:
                errors.print(message.text)
            raise typer.Exit(PARTLY) from None
        if out is not None:
            out.write_text(found.draft, encoding="utf-8", newline="\n")
    if as_json:
        print_json(found)
    else:
        _print(found, file, site, out)
    raise typer.Exit(PARTLY if found.missing else DONE)


def _name(file: Path) -> str:
    """A layout's name from a file's: letters without marks, digits and underscores."""
    words = re.findall(r"[a-z0-9]+", bare_key(file.stem))
    return "_".join(words) or "mau_moi"


def _print(found: "Suggestion", file: Path, site: Path | None, out: Path | None) -> None:
    from motcua.terminal import table_of

    shown = stdout()
    sheet = text("suggest.title_sheet", sheet=found.sheet) if found.sheet else ""
    head = {"file": found.file, "kind": found.seen, "row": found.header_row, "sheet": sheet}
    said = text("suggest.title", rows=found.rows_seen, **head)
    shown.print(said, markup=False, highlight=False, soft_wrap=True)
    table = table_of("suggest.columns")
    for number, guess in enumerate(found.columns, start=1):
        place = guess.place or "none"
        named = f"suggest.place_{place}"
        place = text(named) if place in ("drop", "ignore", "none") else place
        label = guess.label if guess.label is not None else text("suggest.draft_hidden")
        sure = f"{guess.confidence:.2f}".replace(".", ",") if guess.place else "–"
        table.add_row(str(number), guess.cell, escape(label), place, sure, escape(guess.reason))
    shown.print(table)
    for line in _remarks(found):
        shown.print(line, markup=False, highlight=False, soft_wrap=True)
    if out is None:
        shown.print(f"\n{found.draft}", markup=False, highlight=False, soft_wrap=True)
        return
    said = text("suggest.written", path=out, site=site or "SITE", file=file)
    shown.print(said, markup=False, highlight=False, soft_wrap=True)


def _remarks(found: "Suggestion") -> list[str]:
    remarks = []
    if not found.rows_seen:
        remarks.append(text("suggest.no_rows"))
    if found.missing:
        remarks.append(text("suggest.required", columns=", ".join(found.missing)))
    if found.unplaced:
        remarks.append(text("suggest.unplaced", count=len(found.unplaced)))
    if found.trial:
        remarks += [text("suggest.trial_refused"), *(f"  {line}" for line in found.trial)]
    elif found.rows_data is not None:
        counts = {"data": found.rows_data, "ignored": found.rows_ignored}
        remarks.append(text("suggest.trial", **counts))
    remarks.append(text("suggest.todo", count=found.todo))
    return remarks
