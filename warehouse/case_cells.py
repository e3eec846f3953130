"""The table cells that one case is counted in: take the case away and each of them is one less.

Told from the case's months in core (calendar, and 15th to 14th), by the definitions of the marts:
`dbt_project/macros/counts.sql`, `mart_form_06a.sql`, `mart_official_year.sql`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from warehouse.served import Row, rows

# Columns of form II.06a and the measures they fold (domain §2, §3), with their printed number.
FORM_COLUMNS: dict[str, tuple[int, tuple[str, ...]]] = {
    "received_online_count": (4, ("received_online",)),
    "received_direct_count": (5, ("received_direct",)),
    "carried_over_count": (6, ("carried_over",)),
    "resolved_early_count": (8, ("resolved_early",)),
    "resolved_on_time_count": (
        9,
        ("resolved_on_time", "resolved_no_due", "withdrawn", "refused"),
    ),
    "resolved_late_count": (10, ("resolved_late",)),
    "pending_in_time_count": (12, ("pending_in_time", "pending_suspended", "pending_no_due")),
    "pending_overdue_count": (13, ("pending_overdue",)),
}
FORM_TOTALS: dict[str, tuple[int, tuple[int, ...]]] = {
    "received_total_count": (3, (4, 5, 6)),
    "resolved_total_count": (7, (8, 9, 10)),
    "pending_total_count": (11, (12, 13)),
}
RESOLVED = (
    "resolved_early", "resolved_on_time", "resolved_late", "resolved_no_due", "withdrawn", "refused",
)  # fmt: skip
PENDING = ("pending_in_time", "pending_overdue", "pending_suspended", "pending_no_due")
Placed = tuple[str, str]
"""(unit_code, measure)."""


def case_cells(connection: Any, case_key: str, policy: Row) -> list[Row]:
    """Every cell of the count tables in which the case is one: table_name, the key columns of its
    row, `measure` (the column) and, in the form, `form_column`.

    Tables: mart_unit_month, mart_unit_sector_month, mart_form_06a (months of both calendars),
    mart_official_year (year to date of both calendars). `policy`: the default row of core.dim_policy.
    """
    cells: list[Row] = []
    for month in _months(connection, "core.fct_case_month", case_key):
        cells += _unit_cells(month, policy)
        cells += _form_cells(month, "calendar")
    for month in _months(connection, "core.fct_case_month_d15", case_key):
        cells += _form_cells(month, "d15")
    cells += _official_cells(connection, case_key)
    return cells


def _months(connection: Any, table: str, case_key: str) -> list[Row]:
    """The case's months; `is_reported` is None for a unit that is not built in that month."""
    return rows(
        connection,
        f"""
        select m.*, r.is_reported, o.is_reported as opening_is_reported
        from {table} as m
        left join core.fct_unit_report as r on m.period = r.period and m.unit_code = r.unit_code
        left join core.fct_unit_report as o
            on m.period = o.period and m.opening_unit_code = o.unit_code
        where m.case_key = ?
        order by m.month_no
        """,  # noqa: S608 - our own table names
        [case_key],
    )


def _measures(month: Row, *, by_time: bool) -> Iterator[Placed]:
    """The disjoint counts of domain §2 that this month of the case adds one to."""
    suffix = "_by_time" if by_time else ""
    if month["is_opening"] and month["opening_is_reported"] is not None:
        yield month["opening_unit_code"], "opening"
        if month["is_transferred"]:
            yield month["opening_unit_code"], "transferred_out"
    if month["is_reported"] is None:
        return
    unit = month["unit_code"]
    if month["is_transferred"]:
        yield unit, "transferred_in"
    if month["is_received"]:
        yield unit, "received"
        if month["channel"] == "online":
            yield unit, "received_online"
    resolution, pending = month["resolution" + suffix], month["pending_state" + suffix]
    if resolution:
        is_outcome = resolution in ("withdrawn", "refused")
        yield unit, resolution if is_outcome else f"resolved_{resolution}"
    if pending:
        yield unit, f"pending_{pending}"


def _unit_cells(month: Row, policy: Row) -> Iterator[Row]:
    """Cells of mart_unit_month and mart_unit_sector_month: the counts, their sums, the rate's parts."""
    parts = {
        name: policy[name.removeprefix("late_")].split(" + ")
        for name in ("late_numerator", "late_denominator")
    }
    for unit, measure in _measures(month, by_time=policy["grain"] == "timestamp"):
        columns = [f"{measure}_count"]
        columns += ["resolved_count"] * (measure in RESOLVED)
        columns += ["pending_count"] * (measure in PENDING)
        is_opening_unit = measure in ("opening", "transferred_out")
        if month["opening_is_reported" if is_opening_unit else "is_reported"]:
            columns += [name for name, folded in parts.items() if measure in folded]
        for column in columns:
            key = {"period": month["period"], "unit_code": unit}
            yield {"table_name": "mart_unit_month", **key, "measure": column}
            sector = {"sector_code": month["sector_code"]}
            yield {"table_name": "mart_unit_sector_month", **key, **sector, "measure": column}


def _form_cells(month: Row, calendar: str) -> Iterator[Row]:
    """Cells of the form of one month: the sector's row and the row "Tổng cộng"."""
    for unit, placed in _by_unit(_measures(month, by_time=False)):
        folded = Counter(placed)
        folded["received_direct"] = folded["received"] - folded["received_online"]
        folded["carried_over"] = (
            folded["opening"] + folded["transferred_in"] - folded["transferred_out"]
        )
        counts = {
            number: (column, sum(folded[m] for m in measures))
            for column, (number, measures) in FORM_COLUMNS.items()
        }
        for column, (number, addends) in FORM_TOTALS.items():
            counts[number] = (column, sum(counts[n][1] for n in addends))
        for number, (column, count) in sorted(counts.items()):
            for row_kind, sector in (("sector", month["sector_code"]), ("total", None)):
                if count:
                    yield {
                        "table_name": "mart_form_06a",
                        "calendar": calendar,
                        "period_kind": "month",
                        "period": month["period"],
                        "unit_code": unit,
                        "row_kind": row_kind,
                        "sector_code": sector,
                        "measure": column,
                        "form_column": number,
                    }


def _by_unit(placed: Iterable[Placed]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for unit, measure in placed:
        found.setdefault(unit, []).append(measure)
    return list(found.items())


def _official_cells(connection: Any, case_key: str) -> Iterator[Row]:
    """Cells of mart_official_year: every year to date that holds the month of resolution, for the
    official named, or for each one who had a step of the case.
    """
    found = rows(
        connection,
        """
        with resolved as (
            select 'calendar' as calendar, month_no from core.fct_case_month
            where case_key = $1 and is_resolved
            union all
            select 'd15', month_no from core.fct_case_month_d15
            where case_key = $1 and is_resolved
        )
        select p.calendar, p.period, f.resolution, d.official_key, d.official_name_key
        from resolved as m
        inner join core.dim_reporting_period as p
            on p.calendar = m.calendar and p.period_kind = 'ytd'
            and m.month_no between p.first_month_no and p.last_month_no
        inner join core.fct_official_case as f on f.case_key = $1
        inner join core.dim_official as d on f.official_key = d.official_key
        order by p.calendar, p.period, d.official_key
        """,
        [case_key],
    )
    for row in found:
        resolution = row["resolution"]
        is_outcome = resolution in ("withdrawn", "refused")
        columns = [f"{resolution if is_outcome else 'resolved_' + resolution}_count"]
        columns += ["numerator", "evidence_count"] * (resolution == "late")
        columns += ["denominator"] * (resolution in ("early", "on_time", "late"))
        for grain, key in (("person", "official_key"), ("name", "official_name_key")):
            for column in columns:
                yield {
                    "table_name": "mart_official_year",
                    "calendar": row["calendar"],
                    "period_kind": "ytd",
                    "period": row["period"],
                    "grain": grain,
                    "official_key": row[key],
                    "measure": column,
                }
