"""What a unit is reminded of: cases overdue, cases due soon, and what became of those it was told before.

Duties R12 and R14 (letter B3, B5). Everything is as of the end of the newest built month, so the same
inputs give the same reminders, whatever day it is.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import duckdb

from ingestion.home import Home
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.site import Site
from publishing.reminded import backlog_before
from publishing.sheets import open_book
from publishing.tables import Table, write_table
from warehouse.served import Row, rows, served

Kind = Literal["overdue", "due_soon", "left"]


@dataclass(frozen=True)
class Reminders:
    """What one unit is reminded of; rows of mart.mart_backlog_case, the most pressing first.

    overdue: past the due date. due_soon: due within the asked number of working days. Each row has
    `standing`: `new` or `still_open`, against the publication before. left: cases that were in one of
    the two lists then and are not now; `standing` `resolved`, else `not_due` (clock stopped, due date
    moved) or `gone` (no longer a case).
    """

    unit_code: str
    unit_name: str
    as_of: date
    overdue: list[Row] = field(default_factory=list)
    due_soon: list[Row] = field(default_factory=list)
    left: list[Row] = field(default_factory=list)


_REMINDED = """
    case
        when pending_state = 'overdue' then 'overdue'
        when pending_state = 'in_time' and days_to_due <= $within then 'due_soon'
    end
"""
_BEFORE = "from read_parquet('{path}')"
_NONE_BEFORE = """
    from (select null::varchar as case_key, null::varchar as case_code, null::varchar as unit_code,
        null::date as due_on, null::varchar as pending_state, null::integer as days_to_due,
        null::integer as days_late where false)
"""
_ROWS = """
    with now as (
        select *, {reminded} as kind from mart.mart_backlog_case
    ),

    before as (
        select * from (select *, {reminded} as kind {before}) where kind is not null
    ),

    month as (select to_on from core.dim_month order by month_no desc limit 1)

    select n.kind, case when b.case_key is null then 'new' else 'still_open' end as standing,
        n.unit_code, n.unit_name, m.to_on as as_of, n.case_key, n.case_code, n.procedure_name,
        n.sector_name, n.official_name, n.received_on, n.due_on, n.days_to_due, n.days_late,
        n.is_not_updated, n.is_vanished, n.is_due_date_moved, n.passed_due_on, n.file_name, n.sheet,
        n.row_number, null::date as completed_on, null::varchar as resolution
    from now as n
    cross join month as m
    left join before as b on n.case_key = b.case_key
    where n.kind is not null
    union all by name
    select 'left' as kind,
        case when c.case_key is null then 'gone' when o.case_key is null then 'resolved' else 'not_due' end
            as standing,
        coalesce(c.unit_code, b.unit_code) as unit_code, u.unit_name, m.to_on as as_of, b.case_key,
        b.case_code, c.received_on, b.due_on, c.completed_on, c.resolution
    from before as b
    cross join month as m
    left join now as o on b.case_key = o.case_key
    left join core.fct_case as c on b.case_key = c.case_key
    left join core.dim_unit as u on coalesce(c.unit_code, b.unit_code) = u.unit_code and u.is_latest
    where o.kind is null
    order by unit_code, days_late desc nulls last, days_to_due nulls last, due_on, case_code
"""


def read_reminders(
    connection: duckdb.DuckDBPyConnection, home: Home, within: int
) -> dict[str, Reminders]:
    """Every unit that has something to be reminded of, by its code.

    `connection`: the served warehouse. `within`: how many working days ahead a due date is told.
    Before a second publication every case is new.
    """
    (build_id,) = connection.execute("select build_id from meta.build").fetchall()[0]
    path = backlog_before(home, build_id)
    quoted = str(path).replace("'", "''")
    before = _BEFORE.format(path=quoted) if path.exists() else _NONE_BEFORE
    found: defaultdict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    query = _ROWS.format(reminded=_REMINDED.replace("$within", str(int(within))), before=before)
    for row in rows(connection, query):
        found[row["unit_code"]][row["kind"]].append(row)
    return {unit: _reminders(unit, lists) for unit, lists in found.items()}


def _reminders(unit: str, lists: dict[str, list[Row]]) -> Reminders:
    every = [row for kind in lists.values() for row in kind]
    return Reminders(
        unit_code=unit,
        unit_name=next((row["unit_name"] for row in every if row["unit_name"]), unit),
        as_of=every[0]["as_of"],
        overdue=lists.get("overdue", []),
        due_soon=lists.get("due_soon", []),
        left=lists.get("left", []),
    )


_CASE: dict[str, tuple[float, str]] = {
    "number": (5, "text_centre"),
    "case_code": (27, "text"),
    "procedure": (34, "text"),
    "official": (22, "text"),
    "received_on": (11, "text_centre"),
    "due_on": (12, "text_centre"),
}
_PLACE: dict[str, tuple[float, str]] = {
    "note": (24, "text"),
    "standing": (10, "text_centre"),
    "file": (30, "text"),
    "row": (7, "count"),
}
TABLES: dict[Kind, Table] = {
    "overdue": Table(
        {**_CASE, "days_late": (9, "count"), **_PLACE}, "reminder.none_overdue", "reminder"
    ),
    "due_soon": Table(
        {**_CASE, "days_to_due": (9, "count"), **_PLACE}, "reminder.none_due_soon", "reminder"
    ),
    "left": Table(
        {
            "number": (5, "text_centre"),
            "case_code": (27, "text"),
            "received_on": (11, "text_centre"),
            "due_on": (11, "text_centre"),
            "completed_on": (12, "text_centre"),
            "standing": (34, "text"),
        },
        "reminder.none_left",
        "reminder",
    ),
}


def reminder_path(home: Home, unit_code: str, period: str) -> Path:
    """Where a unit's reminder as of a month's end lies, beside its other workbook."""
    return home.outbox / unit_code / period / f"Nhac-viec-{unit_code}-{period}.xlsx"


def write_reminders(
    site: Site, home: Home, period: str, *, progress: Progress = quiet
) -> list[Path]:
    """Write a workbook for every unit that has something to be reminded of; return their paths.

    Only for the newest month: a file of an older one stays as it was. One of this month, of a unit
    that has nothing left, is removed. Raises NothingServed when nothing is published.
    """
    within = site.reminders.due_within_days
    with served(home) as connection:
        (about,) = rows(connection, "select newest_period, built_at from meta.build")
        if about["newest_period"] != period:
            return []
        wanted = sorted(read_reminders(connection, home, within).items())
    written = []
    for unit_code, reminders in wanted:
        path = reminder_path(home, unit_code, period)
        _write(path, reminders, within, about["built_at"])
        written.append(path)
        progress(text("reminder.progress"), len(written), len(wanted))
    for path in home.outbox.glob(f"*/{period}/Nhac-viec-*-{period}.xlsx"):
        if path not in written:
            path.unlink()
    return written


def _write(path: Path, reminders: Reminders, within: int, created: datetime) -> None:
    below = text(
        "reminder.summary",
        day=_day(reminders.as_of),
        overdue=len(reminders.overdue),
        new=_new(reminders.overdue),
        not_updated=sum(row["is_not_updated"] for row in reminders.overdue),
        due_soon=len(reminders.due_soon),
        within=within,
        resolved=sum(row["standing"] == "resolved" for row in reminders.left),
    )
    lists: dict[Kind, list[Row]] = {
        "overdue": reminders.overdue,
        "due_soon": reminders.due_soon,
        "left": reminders.left,
    }
    with open_book(path, created) as book:
        for kind, found in lists.items():
            heading = (text(f"reminder.title_{kind}"), below, reminders.unit_name)
            lines = [_line(number, row) for number, row in enumerate(found, start=1)]
            write_table(book, text(f"reminder.sheet_{kind}"), heading, TABLES[kind], lines)


def _new(found: list[Row]) -> int:
    return sum(row["standing"] == "new" for row in found)


def _line(number: int, row: Row) -> Row:
    resolution = f"_{row['resolution']}" if row["standing"] == "resolved" else ""
    return {
        "number": number,
        "case_code": row["case_code"],
        "procedure": row["procedure_name"],
        "official": row["official_name"],
        "received_on": _day(row["received_on"]),
        "due_on": _day(row["due_on"]),
        "completed_on": _day(row["completed_on"]),
        "days_late": row["days_late"],
        "days_to_due": row["days_to_due"],
        "note": _note(row),
        "standing": text(f"reminder.standing_{row['standing']}{resolution}"),
        "file": row["file_name"],
        "row": row["row_number"],
    }


def _note(row: Row) -> str:
    notes = [
        text(f"reminder.{name}")
        for name in ("is_not_updated", "is_vanished", "is_due_date_moved")
        if row[name]
    ]
    return "; ".join(notes)


def _day(day: date | None) -> str | None:
    return day.strftime("%d/%m/%Y") if day else None
