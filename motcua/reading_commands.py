"""The commands that only look: `motcua status`, `digest` and `explain`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ingestion.home import Home
from ingestion.messages import text
from ingestion.site import load_site
from motcua import closing_commands
from motcua.console import DONE, USAGE, print_json, say, stdout, told
from motcua.options import (
    DEFAULT_HOME,
    DEFAULT_SITE,
    AsJson,
    AsOfMoment,
    HomePath,
    SitePath,
    open_places,
)

if TYPE_CHECKING:
    pass


def status(
    site: SitePath = DEFAULT_SITE, home: HomePath = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """What is there, what failed, and the next command to give."""
    from motcua.terminal import print_problems, print_restated, table_of
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
    print_problems(out, found.problems)
    said = text("cli.nothing_to_do")
    if found.waits_for_units:
        said = text("cli.waits_for_units")
    if found.next_command:
        said = text("cli.next", command=found.next_command)
    out.print(said, soft_wrap=True, highlight=False, markup=False)


def digest(
    site: SitePath = DEFAULT_SITE, home: HomePath = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """What is past its day or waits for a person, against the last digest that was mailed."""
    from publishing.notice_page import digest_text, write_digest_book
    from publishing.notices import read_digest

    with told():
        opened, where = open_places(site, home)
        found = read_digest(opened, where, datetime.now(opened.zone).date())
        book = write_digest_book(where, found) if found.events and not as_json else None
    if as_json:
        print_json({**vars(found), "is_worth_sending": found.is_worth_sending})
        return
    say(digest_text(found).rstrip())
    if book:
        say(str(book))


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
