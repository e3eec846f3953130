"""What the served file says of a period's signature: who signed it, what moved since, what was carried in."""

# ruff: noqa: S608 - SQL is put together from our own names; values are bound

from collections import defaultdict
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import duckdb

from ingestion.messages import text
from ingestion.receipts import local_time
from ingestion.site import Site
from publishing.form_06a import COLUMNS
from publishing.report_periods import ReportPeriod
from warehouse.frozen_tables import columns_of
from warehouse.served import Row, rows

Place = tuple[str, str]
"""(unit_code, sector_code)."""


@dataclass(frozen=True)
class SignedMonth:
    """standing, previous: the closings in force of the period's last month, and of the month before it.

    moved_units: units whose form of the period is not as signed. moved: what moved in the signed months of
    the period, of those units. carried: unit × sector with the backlog that was signed at the month's end
    before (`signed`), what it is now (`live`), and `difference`.
    carried_causes: what made each of those differences, as far as cases tell.
    """

    standing: Row | None = None
    previous: Row | None = None
    moved_units: frozenset[str] = frozenset()
    moved: list[Row] = field(default_factory=list)
    carried: list[Row] = field(default_factory=list)
    carried_causes: dict[Place, list[Row]] = field(default_factory=dict)

    @property
    def adjusted(self) -> list[Row]:
        """The backlogs that are not as they were signed."""
        return [row for row in self.carried if row["difference"]]


def read_signed_month(connection: duckdb.DuckDBPyConnection, period: ReportPeriod) -> SignedMonth:
    """Read it for one period of the reporting calendar. A file of an earlier release knows no closings."""
    try:
        connection.execute("select 1 from core.dim_closing, mart.mart_restatement limit 0")
    except duckdb.CatalogException:
        return SignedMonth()
    span = rows(
        connection,
        "select first_month_no, last_month_no from core.dim_reporting_period"
        " where calendar = ? and period_kind = ? and period = ?",
        [period.calendar, period.kind, period.label],
    )[0]
    first, last = span["first_month_no"], span["last_month_no"]
    standing, previous = _standing(connection, last), _standing(connection, first - 1)
    moved_units = _moved_units(connection, period, standing) if standing else frozenset()
    moved = _moved(connection, first, last, moved_units) if moved_units else []
    if previous is None:
        return SignedMonth(standing, None, moved_units, moved)
    carried = _carried(connection, period.calendar, previous)
    causes = _carried_causes(connection, previous)
    return SignedMonth(standing, previous, moved_units, moved, carried, causes)


def signature_notes(month: SignedMonth, zone: ZoneInfo, unit_code: str | None = None) -> list[str]:
    """Notes for a form: whether its figures are provisional, signed or moved since, and what was
    carried in from the signed month before. `unit_code`: of one unit; else of the authority."""
    notes = []
    if month.standing is None:
        notes.append(text("report.note_provisional"))
    else:
        notes.append(text("closing.note_closed", **_who(month.standing, zone)))
        if month.moved_units and unit_code in {None, *month.moved_units}:
            notes.append(text("closing.note_restated", sheet=text("closing.sheet_restated")))
    if month.previous is not None:
        own = [row for row in month.carried if unit_code in (None, row["unit_code"])]
        signed, live = (sum(row[name] for row in own) for name in ("signed", "live"))
        who = _who(month.previous, zone)
        counts = {"signed": signed, "live": live, "adjustment": f"{live - signed:+d}"}
        notes.append(text("closing.note_carried", **who, **counts))
        if any(row["difference"] for row in own):
            notes.append(text("closing.note_adjusted", sheet=text("closing.sheet_adjustments")))
    return notes


def ranking_note(connection: duckdb.DuckDBPyConnection, site: Site, period: str) -> str:
    """Whether the month's ranking is provisional, signed (who, when, which version) or moved since.

    A file of an earlier release knows no closings: blank.
    """
    try:
        found = rows(
            connection,
            """
            select c.* from core.dim_reporting_period as p
            left join core.dim_closing as c
                on p.last_month_no = c.month_no and c.closing_status = 'in_force'
            where p.calendar = ? and p.period_kind = 'month' and p.period = ?
            """,
            [site.reporting_calendar, period],
        )
    except duckdb.CatalogException:
        return ""
    standing = found[0] if found and found[0]["period"] else None
    if standing is None:
        return text("report.note_provisional")
    note = text("closing.note_closed", **_who(standing, site.zone))
    live_names = columns_of(connection, "mart.mart_late_rate_ranking")
    shared = set(columns_of(connection, "closed.mart_late_rate_ranking")) - {"maturity"}
    columns = ", ".join(f'"{name}"' for name in live_names if name in shared)
    live, signed = (
        f"select {columns} from {name}.mart_late_rate_ranking where calendar = $1 and period = $2"
        for name in ("mart", "closed")
    )
    of_closing = f"{signed} and closing_period = $3 and closing_version = $4"
    moved = rows(
        connection,
        f"(({live}) except ({of_closing})) union all (({of_closing}) except ({live})) limit 1",
        [site.reporting_calendar, period, standing["period"], standing["closing_version"]],
    )
    return f"{note} {text('closing.note_moved')}" if moved else note


def _who(closing: Row, zone: ZoneInfo) -> Row:
    moment = local_time(closing["closed_at"], zone)
    return {
        "period": closing["period"],
        "version": closing["closing_version"],
        "by": closing["closed_by"],
        "at": f"{moment:%H:%M %d/%m/%Y}",
    }


def _standing(connection: duckdb.DuckDBPyConnection, month_no: int) -> Row | None:
    found = rows(
        connection,
        "select * from core.dim_closing where closing_status = 'in_force' and month_no = ?",
        [month_no],
    )
    return found[0] if found else None


def _moved_units(
    connection: duckdb.DuckDBPyConnection, period: ReportPeriod, closing: Row
) -> frozenset[str]:
    """Units with a row of the period's form that was not signed so, or is not any more."""
    columns = ", ".join(("unit_code", "row_kind", "sector_code", *COLUMNS))
    live, signed = (f"select {columns} from {name}.mart_form_06a" for name in ("mart", "closed"))
    of_period = "where calendar = $1 and period_kind = $2 and period = $3"
    of_closing = f"{of_period} and closing_period = $4 and closing_version = $5"
    found = rows(
        connection,
        f"""
        select distinct unit_code from (
            (({live} {of_period}) except ({signed} {of_closing}))
            union all
            (({signed} {of_closing}) except ({live} {of_period}))
        )
        """,
        [period.calendar, period.kind, period.label, closing["period"], closing["closing_version"]],
    )
    return frozenset(row["unit_code"] for row in found)


def _moved(
    connection: duckdb.DuckDBPyConnection, first: int, last: int, units: frozenset[str]
) -> list[Row]:
    """Counts by sector, and whether a unit reported, in signed months; other measures follow from them."""
    return rows(
        connection,
        """
        select r.*, u.unit_name, coalesce(s.sector_name, r.sector_code) as sector_name
        from mart.mart_restatement as r
        inner join core.dim_closing as c
            on r.period = c.period and r.closing_version = c.closing_version and c.closing_status = 'in_force'
        left join core.dim_unit as u on r.unit_code = u.unit_code and u.is_latest
        left join core.dim_sector as s on r.sector_code = s.sector_code
        where c.month_no between ? and ? and list_contains(?, r.unit_code)
            and (r.sector_code is not null or r.measure = 'is_reported')
        order by r.period, u.unit_name collate vi, r.unit_code, r.sector_code nulls first, r.measure,
            r.cause, r.submission_id
        """,
        [first, last, sorted(units)],
    )


def _carried(connection: duckdb.DuckDBPyConnection, calendar: str, closing: Row) -> list[Row]:
    """Form column (11) of the month before: as signed, and as it is now, which is what (6) opens with."""
    return rows(
        connection,
        """
        with signed as (
            select unit_code, sector_code, sector_name, pending_total_count
            from closed.mart_form_06a
            where calendar = $1 and period_kind = 'month' and row_kind = 'sector' and period = $2
                and closing_period = $2 and closing_version = $3
        ),
        live as (
            select unit_code, sector_code, sector_name, pending_total_count
            from mart.mart_form_06a
            where calendar = $1 and period_kind = 'month' and row_kind = 'sector' and period = $2
        )
        select
            coalesce(l.unit_code, s.unit_code) as unit_code,
            u.unit_name,
            coalesce(l.sector_code, s.sector_code) as sector_code,
            coalesce(l.sector_name, s.sector_name) as sector_name,
            coalesce(s.pending_total_count, 0) as signed,
            coalesce(l.pending_total_count, 0) as live,
            coalesce(l.pending_total_count, 0) - coalesce(s.pending_total_count, 0) as difference
        from signed as s
        full join live as l on s.unit_code = l.unit_code and s.sector_code = l.sector_code
        left join core.dim_unit as u
            on coalesce(l.unit_code, s.unit_code) = u.unit_code and u.is_latest
        order by u.unit_name collate vi, 1, 4 collate vi, 3
        """,
        [calendar, closing["period"], closing["closing_version"]],
    )


def _carried_causes(connection: duckdb.DuckDBPyConnection, closing: Row) -> dict[Place, list[Row]]:
    """What moved the backlog of a signed month, by unit and sector; the parts add up."""
    causes: defaultdict[Place, list[Row]] = defaultdict(list)
    found = rows(
        connection,
        """
        select unit_code, sector_code, cause, cause_detail, submission_id, cause_unit_code, cause_period,
            cause_file_name, sum(difference)::BIGINT as difference
        from mart.mart_restatement
        where period = ? and closing_version = ? and sector_code is not null
            and measure like 'pending\\_%' escape '\\'
        group by all
        having sum(difference) <> 0
        order by all
        """,
        [closing["period"], closing["closing_version"]],
    )
    for row in found:
        causes[row["unit_code"], row["sector_code"]].append(row)
    return dict(causes)
