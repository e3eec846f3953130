"""`Theo dõi nghĩa vụ`: who does not comply with what, since when, how often reminded; and what has no figure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from ingestion.messages import text
from ingestion.registers.definitions import load_registers
from ingestion.site import Site
from publishing.scale import authority_scale
from publishing.sheets import Book, open_book
from publishing.tables import Table, write_table
from warehouse.served import rows

_OBLIGATION = {
    "number": (6, "text_centre"),
    "unit": (26, "text"),
    "duty": (9, "text_centre"),
    "kind": (20, "text"),
    "code": (13, "text"),
    "subject": (28, "text"),
    "basis": (18, "text"),
    "due": (12, "date"),
    "state": (14, "text_centre"),
    "since": (12, "date"),
    "days": (9, "count"),
    "reminders": (8, "count"),
}
_UNITS = {
    "number": (6, "text_centre"),
    "unit": (34, "text"),
    "level": (18, "text"),
    "due_count": (11, "count"),
    "on_time_count": (11, "count"),
    "late_count": (11, "count"),
    "missing_count": (11, "count"),
    "unsatisfactory_count": (12, "count"),
    "longest": (13, "count"),
    "reminders": (11, "count"),
}
_UNREPORTED_UNITS = {
    "number": (6, "text_centre"),
    "unit": (40, "text"),
    "level": (22, "text"),
    "last_report": (18, "text_centre"),
}
_DUTIES = {
    "duty": (9, "text_centre"),
    "name": (46, "text"),
    "basis": (36, "text"),
    "measure": (38, "text"),
    "unit_count": (11, "count"),
    "measured": (9, "count"),
    "none_arose": (9, "count"),
    "no_data": (9, "count"),
    "input": (24, "text"),
}
TABLES = {
    key: Table(columns, empty=f"duties.empty_{key}", texts="duties")
    for key, columns in {
        "open": _OBLIGATION,
        "repeated": _OBLIGATION,
        "units": _UNITS,
        "unreported": _UNREPORTED_UNITS,
        "status": _DUTIES,
    }.items()
}
"""The sheets, in their order: key (title, name and empty sentence `duties.…_<key>`) to shape."""


def write_duty_book(
    connection: duckdb.DuckDBPyConnection, site: Site, period: str, path: Path, created: datetime
) -> None:
    """Write `Theo-doi-nghia-vu-<period>.xlsx` from the served marts of duties.

    The lists of obligations (R06, R09, R36) stand as of the newest built month, which they name; the
    units that sent no cases and the figures of the duties are those of `period`.
    """
    year, month = period.split("-")
    obligations = rows(connection, _OBLIGATIONS)
    as_of = _day(obligations[0]["as_of_on"]) if obligations else None
    standing = text("duties.as_of", day=as_of) if as_of else text("duties.no_register")
    of_year = text("duties.as_of_year", year=year, day=as_of) if as_of else standing
    of_month = text("duties.of_month", month=month, year=year)
    repeated = [o for o in obligations if o["is_repeat_violation"]]
    inspections = rows(connection, _INSPECTIONS, [period, period])
    silent = rows(connection, _UNREPORTED, [period] * 3)
    sheets = {
        "open": (standing, [_obligation(o) for o in obligations if o["is_non_compliant"]]),
        "repeated": (standing, [*map(_obligation, repeated), *map(_inspection, inspections)]),
        "units": (of_year, [_unit(site, u) for u in rows(connection, _BY_UNIT, [int(year)])]),
        "unreported": (of_month, [_unreported(site, u) for u in silent]),
        "status": (of_month, [_status(s) for s in rows(connection, _STATUS, [period])]),
    }
    with open_book(path, created) as book:
        for key, (heading, lines) in sheets.items():
            _write(book, site, key, heading, lines)


def _write(book: Book, site: Site, key: str, period: str, lines: Sequence[dict[str, Any]]) -> None:
    """One sheet; the lists of obligations say so where no register has come."""
    table = TABLES[key]
    if period == text("duties.no_register"):
        table = replace(table, empty="duties.no_register")
    heading = (text(f"duties.title_{key}"), period, site.authority.name)
    numbered = [{"number": str(n), **line} for n, line in enumerate(lines, start=1)]
    write_table(book, text(f"duties.sheet_{key}"), heading, table, numbered)


def _obligation(row: dict[str, Any]) -> dict[str, Any]:
    """A line of the lists. What did not come is wrong since its due date, what does not do since it came."""
    if not row["is_received"]:
        state, since = "missing", row["due_on"]
    elif row["is_non_compliant"]:
        state, since = "unsatisfactory", row["received_on"]
    else:
        state, since = "late", row["due_on"]
    return {
        "unit": row["unit_name"],
        "duty": row["duty_code"],
        "kind": _label("obligation", "obligation_kind", row["obligation_kind"]),
        "code": row["obligation_code"],
        "subject": row["subject"],
        "basis": row["legal_basis"],
        "due": _moment(row["due_on"]),
        "state": text(f"duties.state_{state}"),
        "since": _moment(since),
        "days": row["overdue_days"],
        "reminders": row["reminder_count"],
    }


def _inspection(row: dict[str, Any]) -> dict[str, Any]:
    """An inspection that found a violation the unit had been reminded of."""
    return {
        "unit": row["unit_name"],
        "duty": "R09",
        "kind": _label("inspection", "event_kind", row["event_kind"]),
        "code": row["event_code"],
        "subject": None,
        "basis": None,
        "due": None,
        "state": text("duties.state_inspection"),
        "since": _moment(row["happened_on"]),
        "days": None,
        "reminders": None,
    }


def _unit(site: Site, row: dict[str, Any]) -> dict[str, Any]:
    counts = ("due_count", "on_time_count", "late_count", "missing_count", "unsatisfactory_count",
              "longest", "reminders")  # fmt: skip
    return {"unit": row["unit_name"], "level": _level(site, row), **{k: row[k] for k in counts}}


def _unreported(site: Site, row: dict[str, Any]) -> dict[str, Any]:
    last = row["last_report"] or text("duties.never")
    return {"unit": row["unit_name"], "level": _level(site, row), "last_report": last}


def _status(row: dict[str, Any]) -> dict[str, Any]:
    """How many units have a figure; the duty's own cells only on its first line."""
    inputs = [
        text("duties.input_cases") if name == "cases" else _title(name)
        for name in row["input"].split("; ")
    ]
    first = row["measure_order"] == 1
    return {
        "duty": row["duty_code"],
        "name": row["duty_name"] if first else None,
        "basis": row["legal_basis"] if first else None,
        "measure": row["measure_name"],
        **{name: row[name] for name in ("unit_count", "measured", "none_arose", "no_data")},
        "input": "; ".join(inputs),
    }


def _level(site: Site, row: dict[str, Any]) -> str:
    return text(f"report.level_{authority_scale(site)}_{row['unit_level']}")


def _label(register: str, column: str, code: str) -> str:
    """A choice as the register's template calls it."""
    (found,) = [
        c.options
        for r in load_registers().all
        if r.name == register
        for c in r.columns
        if c.name == column
    ]
    return found[code]


def _title(register: str) -> str:
    """The register's sheet."""
    (title,) = [r.title for r in load_registers().all if r.name == register]
    return title


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _moment(day: date | None) -> datetime | None:
    """A day as workbooks hold it."""
    return datetime.combine(day, time.min) if day else None


# Every obligation, by unit in Vietnamese order and due date.
_OBLIGATIONS = """
    select unit_name, duty_code, obligation_kind, obligation_code, subject, legal_basis, due_on,
        received_on, is_received, overdue_days, reminder_count, is_non_compliant, is_repeat_violation,
        as_of_on
    from mart.mart_obligations
    order by unit_name collate vi, unit_code, due_on, obligation_code
"""
_INSPECTIONS = """
    select u.unit_name, i.event_kind, i.event_code, i.happened_on
    from core.fct_inspection as i
    inner join core.dim_unit as u
        on i.unit_code = u.unit_code and i.happened_on between u.valid_from and u.valid_to
    where i.is_latest_row and i.is_repeat_violation
        and i.happened_on between date_trunc('year', (? || '-01')::date) and last_day((? || '-01')::date)
    order by u.unit_name collate vi, i.happened_on, i.event_code
"""
_BY_UNIT = """
    select unit_name, unit_level, count(*) as due_count,
        count(*) filter (is_on_time) as on_time_count,
        count(*) filter (is_received and not is_on_time) as late_count,
        count(*) filter (not is_received) as missing_count,
        count(*) filter (is_received and is_non_compliant) as unsatisfactory_count,
        max(overdue_days) filter (not is_received) as longest,
        sum(reminder_count)::bigint as reminders
    from mart.mart_obligations
    where due_on <= as_of_on and (year(due_on) = ? or is_non_compliant)
    group by unit_code, unit_name, unit_level
    order by missing_count + unsatisfactory_count desc, unit_name collate vi, unit_code
"""
_UNREPORTED = """
    select m.unit_name, m.unit_level,
        max(b.period) filter (b.is_reported and b.period <= ?) as last_report
    from mart.mart_unit_month as m
    left join mart.mart_unit_month as b on m.unit_code = b.unit_code
    where m.period = ? and not m.is_reported
        and m.unit_code in (select unit_code from core.dim_unit where valid_to >= (? || '-01')::date)
    group by m.unit_code, m.unit_name, m.unit_level
    order by m.unit_name collate vi, m.unit_code
"""
_STATUS = """
    select s.duty_code, s.duty_name, d.legal_basis, s.measure_order, s.measure_name, d.input,
        count(*) as unit_count,
        count(*) filter (s.duty_status = 'measured') as measured,
        count(*) filter (s.duty_status = 'none_arose') as none_arose,
        count(*) filter (s.duty_status = 'no_data') as no_data
    from mart.mart_duty_status as s
    inner join core.dim_duty as d on s.duty_code = d.duty_code and s.measure_code = d.measure_code
    where s.period = ?
    group by all
    order by s.duty_code, s.measure_order
"""
