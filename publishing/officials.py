"""The workbook of officials over 10 % late in the year, with the cases behind it (letter A2, R03).

It names persons: it lies in a folder of its own and is not for everyone who gets the rankings.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.home import Home
from ingestion.messages import text
from ingestion.site import Site
from publishing.sheets import open_book
from publishing.tables import Table, write_table
from warehouse.served import Row, rows

OFFICIALS = Table(
    {
        "rank": (6, "text_centre"),
        "official": (25, "text"),
        "official_code": (22, "text_centre"),
        "unit": (25, "text"),
        "late": (9, "count"),
        "denominator": (10, "count"),
        "rate": (10, "rate"),
        "grain": (20, "text"),
        "attribution": (18, "text"),
        "policy": (28, "text"),
        "note": (17, "text"),
    },
    empty="officials.none",
    texts="officials",
)
CASES = Table(
    {
        "official": (22, "text"),
        "official_code": (22, "text_centre"),
        "unit": (24, "text"),
        "case_code": (27, "text"),
        "received_on": (11, "text_centre"),
        "late_due_on": (11, "text_centre"),
        "late_ended_on": (11, "text_centre"),
        "late_days": (10, "count"),
        "attribution": (20, "text"),
        "file": (30, "text"),
        "sheet": (14, "text"),
        "row": (7, "count"),
    },
    empty="officials.no_cases",
    texts="officials",
)
_OVER = """
    select o.grain, o.official_code, o.official_name, o.unit_name, o.unit_count, o.numerator,
        o.denominator, o.rate, o.rank, o.small_n, o.attribution, p.policy_name
    from mart.mart_official_year as o
    left join core.dim_policy as p on o.policy_code = p.policy_code
    where o.calendar = ? and o.period = ? and o.exceeds_limit
    order by o.grain = 'name', o.rank nulls last, o.official_name collate vi, o.official_key
"""
# The late cases of the year up to the month, of everyone on the list by person or by name.
_CASES = """
    select e.official_name, e.official_code, e.unit_name, e.case_code, e.received_on, e.late_due_on,
        e.late_ended_on, e.late_working_days, e.attribution, e.late_step_number, e.late_step_name,
        e.file_name, e.sheet, e.row_number
    from mart.mart_official_case as e
    where e.calendar = $1 and left(e.period, 4) = left($2, 4) and e.period <= $2
        and exists (
            select 1 from mart.mart_official_year as o
            where o.calendar = $1 and o.period = $2 and o.exceeds_limit
                and o.official_key = case o.grain when 'person' then e.official_key else e.official_name_key end
        )
    order by e.official_name collate vi, e.official_key, e.late_ended_on, e.case_code
"""


def officials_path(home: Home, period: str) -> Path:
    """Where the month's workbook of officials lies: in a folder of its own, closed to others."""
    return home.reports / period / "can-bo" / f"Can-bo-tre-han-{period}.xlsx"


def write_officials(
    connection: duckdb.DuckDBPyConnection, site: Site, period: str, path: Path, created: datetime
) -> None:
    """Write the officials over the limit in the year up to the month, and each of their late cases.

    In the site's own reporting calendar. The rule is strict: late × 10 > cases counted.
    """
    calendar = site.reporting_calendar
    span = rows(
        connection,
        """
        select from_on, to_on from core.dim_reporting_period
        where calendar = ? and period_kind = 'ytd' and period = ?
        """,
        [calendar, period],
    )
    below = text("officials.span", start=_day(span[0]["from_on"]), end=_day(span[0]["to_on"]))
    above = site.authority.name
    over = [_official(row) for row in rows(connection, _OVER, [calendar, period])]
    cases = [_case(row) for row in rows(connection, _CASES, [calendar, period])]
    with open_book(path, created) as book:
        heading = (text("officials.title"), below, above)
        write_table(book, text("officials.sheet_list"), heading, OFFICIALS, over)
        heading = (text("officials.title_cases"), below, above)
        write_table(book, text("officials.sheet_cases"), heading, CASES, cases)


def _official(row: Row) -> dict[str, Any]:
    several = text("officials.several_units", count=row["unit_count"])
    return {
        "rank": row["rank"],
        "official": row["official_name"],
        "official_code": row["official_code"],
        "unit": row["unit_name"] or several,
        "late": row["numerator"],
        "denominator": row["denominator"],
        "rate": row["rate"],
        "grain": text(f"officials.grain_{row['grain']}"),
        "attribution": text(f"officials.attribution_{row['attribution']}"),
        "policy": row["policy_name"],
        "note": text("officials.small_n") if row["small_n"] else None,
    }


def _case(row: Row) -> dict[str, Any]:
    step = (row["late_step_number"], row["late_step_name"])
    return {
        "official": row["official_name"],
        "official_code": row["official_code"],
        "unit": row["unit_name"],
        "case_code": row["case_code"],
        "received_on": _day(row["received_on"]),
        "late_due_on": _day(row["late_due_on"]),
        "late_ended_on": _day(row["late_ended_on"]),
        "late_days": row["late_working_days"],
        "attribution": text("officials.by_step", number=step[0], name=step[1])
        if row["attribution"] == "step"
        else text("officials.attribution_handler"),
        "file": row["file_name"],
        "sheet": row["sheet"],
        "row": row["row_number"],
    }


def _day(day: date | None) -> str | None:
    return day.strftime("%d/%m/%Y") if day else None
