"""`motcua close | reopen | verify-closing`: the signed month."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from ingestion.home import Home
from ingestion.messages import text
from ingestion.periods import parse_period
from ingestion.receipts import local_time
from ingestion.site import Site, places_of
from motcua.build_commands import publish_anew
from motcua.console import DONE, GATE, TIME, bar, print_json, say, stdout, told
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

if TYPE_CHECKING:  # loading the comparison is not for every command
    from warehouse.closing_store import Closing
    from warehouse.closing_verify import Verified

By = Annotated[str, typer.Option(help="Who signs, or opens again.")]
Reason = Annotated[str, typer.Option(help="Why.")]
NoPublish = Annotated[
    bool,
    typer.Option(
        "--no-publish", help="Leave building, publishing and the reports to the next month-end."
    ),
]


def close(
    period: Month,
    by: By,
    reason: Reason,
    without: Annotated[
        str,
        typer.Option(
            metavar="UNIT,UNIT",
            help="Sign although these units, all that are missing, sent nothing.",
        ),
    ] = "",
    no_publish: NoPublish = False,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Sign a month: freeze what is served of it, then publish it as signed and write its reports."""
    from publishing.run_counts import of_close
    from warehouse.closing import close as close_month

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        month = parse_period(period)
        units = [code.strip() for code in without.split(",") if code.strip()]
        with command_run(where, "close") as step:
            with step("close", month) as record:
                done = close_month(opened, where, month, by, reason, without=units)
                record.counts.update(of_close(done))
            publish = done.is_new and not no_publish
            if publish:
                publish_anew(opened, where, month, progress, step)
    closing = done.closing
    if as_json:
        print_json({**plain(closing), "is_new": done.is_new, "is_published": publish})
        return
    key = "closing.closed" if done.is_new else "closing.closed_before"
    say(text(key, period=month, version=closing.version, by=closing.closed_by))
    if done.is_new:
        _say_shaken(where, month)
        _say_where(opened, where, month, publish)


def reopen(
    period: Month,
    by: By,
    reason: Reason,
    no_publish: NoPublish = False,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Make a signed month provisional again. What was signed stays; later signed months are flagged."""
    from warehouse.closing import reopen as reopen_month

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        month = parse_period(period)
        with command_run(where, "reopen") as step:
            with step("reopen", month):
                closing = reopen_month(opened, where, month, by, reason)
            if not no_publish:
                publish_anew(opened, where, month, progress, step)
    if as_json:
        shaken = shaken_months(where, month)
        print_json({**plain(closing), "shaken": shaken, "is_published": not no_publish})
        return
    say(text("closing.reopened", period=month, version=closing.version))
    _say_shaken(where, month)
    _say_where(opened, where, month, not no_publish)
    say(text("closing.sign_again", period=month, places=places_of(opened, where)))


def verify_closing(
    period: Month,
    version: Annotated[
        int | None, typer.Option(help="The version (default: the newest).", min=1)
    ] = None,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Build a signed month again from its lock alone, and compare every frozen table."""
    from warehouse.closing_verify import verify

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        found = verify(opened, where, parse_period(period), version, progress=progress)
    if as_json:
        print_json(found)
    else:
        _print_verified(found)
    raise typer.Exit(DONE if found.is_same else GATE)


def plain(closing: Any) -> dict[str, Any]:
    """A closing for a program: without its whole lock."""
    hidden = ("lock",)
    return {name: value for name, value in vars(closing).items() if name not in hidden}


def print_states(closings: Sequence["Closing"], zone: ZoneInfo) -> None:
    """The signed months and their versions, as `motcua status` shows them, on the authority's clock."""
    from motcua.terminal import table_of

    if not closings:
        return
    table = table_of("closing.status_columns")
    for c in closings:
        shaken = ", ".join(c.shaken_by)
        note = text("closing.status_shaken", periods=shaken) if shaken else ""
        state = text(f"closing.status_{c.status}")
        at = f"{local_time(c.closed_at, zone):{TIME}}"
        table.add_row(c.period, state, str(c.version), escape(c.closed_by), at, note)
    stdout().print(table)


def shaken_months(home: Home, period: str) -> list[str]:
    """Signed months in force that stand on another signature of this month than the present one."""
    from warehouse.closing_store import read_closings

    found = (c for c in read_closings(home) if c.status == "in_force" and period in c.shaken_by)
    return [c.period for c in found]


def _say_shaken(home: Home, period: str) -> None:
    if shaken := shaken_months(home, period):
        say(text("closing.shaken", periods=", ".join(shaken)))


def _say_where(site: Site, home: Home, period: str, is_published: bool) -> None:
    if is_published:
        say(text("closing.published", folder=home.reports / period))
    else:
        say(text("closing.publish_later", period=period, places=places_of(site, home)))


def _print_verified(found: "Verified") -> None:
    key = "closing.verify_same" if found.is_same else "closing.verify_different"
    count = found.tables if found.is_same else len(found.differences)
    say(text(key, period=found.period, version=found.version, count=count))
    for d in found.differences:
        say(text("closing.verify_table", **vars(d)))
        if d.columns:
            say(text("closing.verify_columns", table=d.table, columns=", ".join(d.columns)))
    for file in found.submissions:
        say(text("closing.verify_file", **file))
    if found.signed_decoder != found.present_decoder:
        decoders = {"signed": found.signed_decoder, "present": found.present_decoder}
        say(text("closing.verify_decoder", **decoders))
    if found.signed_revision != found.present_revision:
        revisions = {"signed": found.signed_revision, "present": found.present_revision}
        key = "closing.verify_code_same" if found.is_same else "closing.verify_code"
        say(text(key, **revisions))
