"""The month's workbooks: forms II.06a and II.06g, rankings, targets, index scores, duties, officials."""
# ruff: noqa: S608 - SQL is put together from our own names; values are quoted or bound

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from ingestion.home import Home
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.site import Site
from publishing.change_report import write_change_book
from publishing.duty_report import write_duty_book
from publishing.form_06a import COLUMNS, Counts, Form, Line, add, write_form, zero
from publishing.form_06g import write_causes
from publishing.index_report import write_index_book
from publishing.officials import officials_path, write_officials
from publishing.ranking import write_ranking
from publishing.report_periods import ReportPeriod, periods_ending
from publishing.scale import authority_scale
from publishing.sheets import open_book
from publishing.signed_month import SignedMonth, read_signed_month, signature_notes
from publishing.signed_sheets import write_signed_sheets
from publishing.snapshot import PublishError
from publishing.target_report import write_target_book
from warehouse.served import rows, rows_by_unit, served

Writer = Callable[[duckdb.DuckDBPyConnection, Site, str, Path, datetime], None]
"""Writes one workbook of a month to a path; the moment is when the build was made."""
LEVELS = ("department", "district", "commune")
ROMAN = ("I", "II", "III", "IV", "V")


class PeriodNotServed(PublishError):
    """The published warehouse does not hold the month that was asked for."""


@dataclass(frozen=True)
class Month:
    """What all sheets of one period share."""

    authority: str
    scale: str
    title: str
    from_on: date
    to_on: date
    zone: ZoneInfo
    signed: SignedMonth
    unit_names: dict[str, str]
    unit_levels: dict[str, str]
    unreported: list[str]


def write_reports(site: Site, home: Home, period: str, *, progress: Progress = quiet) -> list[Path]:
    """Write the month's workbooks to `reports/<period>/` from the served database.

    Form II.06a of the month, and of the quarter, half, nine months or year that it ends. Returns their
    paths; the workbook of changes only when published figures have moved since. Each
    is written whole beside its place and renamed over an earlier one. Raises NothingServed when
    nothing is published, PeriodNotServed when the month is not in it, ReportError when a total
    differs from the sum of its rows.
    """
    folder = home.reports / period
    with served(home) as connection:
        created = built_at(connection)
        periods = periods_ending(connection, site, period)
        if not periods:
            raise PeriodNotServed(text("report.no_period", period=period))
        forms = {folder / f"Bieu-II.06a-{p.label}.xlsx": p for p in periods}
        books: dict[Path, Writer] = {
            folder / f"Xep-hang-tre-han-{period}.xlsx": write_ranking,
            folder / f"Theo-doi-nghia-vu-{period}.xlsx": write_duty_book,
            folder / text("target_report.book_name", period=period): write_target_book,
            folder / text("index_report.book_name", period=period): write_index_book,
            officials_path(home, period): write_officials,
        }
        paths = [*forms, *books]
        for number, path in enumerate(paths):
            progress(text("report.progress_book", name=path.name), number, len(paths))
            if path in forms:
                _write_form_book(connection, site, forms[path], path, created)
            else:
                books[path](connection, site, period, path, created)
        progress(text("report.progress_book", name=paths[-1].name), len(paths), len(paths))
    changes = write_change_book(site, home, period, created)
    return [*paths, *([changes] if changes else [])]


def built_at(connection: duckdb.DuckDBPyConnection) -> datetime:
    """When the served build was made."""
    moment: datetime = rows(connection, "select built_at from meta.build")[0]["built_at"]
    return moment


def _write_form_book(
    connection: duckdb.DuckDBPyConnection,
    site: Site,
    period: ReportPeriod,
    path: Path,
    created: datetime,
) -> None:
    month = _read_month(connection, site, period)
    by_unit = _read_lines(connection, period)
    with open_book(path, created) as book:
        form = _authority_form(connection, period, month)
        write_form(book, form)
        write_form(book, _units_form(by_unit, month))
        write_causes(connection, book, period, form)
        for unit_code in month.unit_names:
            write_form(book, _unit_form(unit_code, by_unit[unit_code], month))
        write_signed_sheets(book, month.signed)


def _read_month(connection: duckdb.DuckDBPyConnection, site: Site, period: ReportPeriod) -> Month:
    """Units of the period in Vietnamese order, by level."""
    units = rows(
        connection,
        """
        select unit_code, unit_name, unit_level, is_reported
        from mart.mart_unit_period
        where calendar = ? and period_kind = ? and period = ?
        order by list_position(?, unit_level) nulls last, unit_name collate vi, unit_code
        """,
        [period.calendar, period.kind, period.label, list(LEVELS)],
    )
    if not units:
        raise PeriodNotServed(text("report.no_period", period=period.label))
    return Month(
        authority=site.authority.name,
        scale=authority_scale(site),
        title=text("report.form_period", period=period.title),
        from_on=period.from_on,
        to_on=period.to_on,
        zone=site.zone,
        signed=read_signed_month(connection, period),
        unit_names={u["unit_code"]: u["unit_name"] for u in units},
        unit_levels={u["unit_code"]: u["unit_level"] for u in units},
        unreported=[u["unit_code"] for u in units if not u["is_reported"]],
    )


def _read_lines(
    connection: duckdb.DuckDBPyConnection, period: ReportPeriod
) -> defaultdict[str, list[dict[str, Any]]]:
    """All rows of the form for one period, by unit: one query, however many units there are."""
    return rows_by_unit(
        connection,
        f"""
        select unit_code, row_kind, sector_code, sector_name, line_number, {", ".join(COLUMNS)}
        from mart.mart_form_06a
        where calendar = ? and period_kind = ? and period = ?
        order by unit_code, row_kind, line_number
        """,
        [period.calendar, period.kind, period.label],
    )


def _counts(row: dict[str, Any]) -> Counts:
    return tuple(int(row[name]) for name in COLUMNS)


def _total(unit_rows: Sequence[dict[str, Any]]) -> Counts:
    """The mart's own total row; a unit without any case has none."""
    return next((_counts(row) for row in unit_rows if row["row_kind"] == "total"), zero())


def _sector_lines(sectors: Sequence[dict[str, Any]]) -> list[Line]:
    """Numbered lines; a name that stands for two codes shows its code."""
    names = [row["sector_name"] or row["sector_code"] for row in sectors]
    titles = [
        f"{name} ({row['sector_code']})" if names.count(name) > 1 else name
        for name, row in zip(names, sectors, strict=True)
    ]
    return [
        Line(str(number), title, _counts(row))
        for number, (title, row) in enumerate(zip(titles, sectors, strict=True), start=1)
    ]


def _authority_form(
    connection: duckdb.DuckDBPyConnection, period: ReportPeriod, month: Month
) -> Form:
    """Authority totals by sector. The total comes from the units' own total rows, so that the
    check against the sector rows says something."""
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in COLUMNS)
    where = "calendar = ? and period_kind = ? and period = ?"
    parameters = [period.calendar, period.kind, period.label]
    sectors = rows(
        connection,
        f"""
        select sector_code, sector_name, {sums}
        from mart.mart_form_06a
        where {where} and row_kind = 'sector'
        group by sector_code, sector_name
        order by sector_code = '(trống)', sector_name collate vi, sector_code
        """,
        parameters,
    )
    totals = rows(
        connection,
        f"select {', '.join(COLUMNS)} from mart.mart_form_06a where {where} and row_kind = 'total'",
        parameters,
    )
    return Form(
        sheet=text("report.sheet_authority"),
        reporting_unit=month.authority,
        receiving_unit=text("report.blank_line"),
        period_title=month.title,
        from_on=month.from_on,
        to_on=month.to_on,
        row_title=text("report.form_sector"),
        lines=_sector_lines(sectors),
        total=add(*map(_counts, totals)),
        notes=_authority_notes(month),
    )


def _units_form(by_unit: dict[str, list[dict[str, Any]]], month: Month) -> Form:
    """Units grouped by level, each group with its subtotal; only groups that have units."""
    lines: list[Line] = []
    levels = list(dict.fromkeys(month.unit_levels.values()))
    totals = {code: _total(by_unit.get(code, [])) for code in month.unit_names}
    for position, level in enumerate(levels):
        members = [code for code in month.unit_names if month.unit_levels[code] == level]
        subtotal = add(*(totals[code] for code in members))
        title = text(f"report.group_{month.scale}_{level}")
        lines.append(Line(ROMAN[position], title, subtotal, kind="group"))
        lines += [
            Line(str(number), month.unit_names[code], totals[code])
            for number, code in enumerate(members, start=1)
        ]
    return Form(
        sheet=text("report.sheet_units"),
        reporting_unit=month.authority,
        receiving_unit=text("report.blank_line"),
        period_title=month.title,
        from_on=month.from_on,
        to_on=month.to_on,
        row_title=text("report.form_unit"),
        lines=lines,
        total=add(*totals.values()),
        notes=_authority_notes(month),
    )


def _unit_form(unit_code: str, unit_rows: Sequence[dict[str, Any]], month: Month) -> Form:
    notes = [text("report.note_unit_unreported")] if unit_code in month.unreported else []
    return Form(
        sheet=month.unit_names[unit_code],
        reporting_unit=month.unit_names[unit_code],
        receiving_unit=month.authority,
        period_title=month.title,
        from_on=month.from_on,
        to_on=month.to_on,
        row_title=text("report.form_sector"),
        lines=_sector_lines([row for row in unit_rows if row["row_kind"] == "sector"]),
        total=_total(unit_rows),
        notes=notes + signature_notes(month.signed, month.zone, unit_code),
    )


def _authority_notes(month: Month) -> list[str]:
    notes = []
    if month.unreported:
        names = "; ".join(month.unit_names[code] for code in month.unreported)
        count = len(month.unreported)
        notes.append(text("report.note_unreported", count=count, units=names))
    return notes + signature_notes(month.signed, month.zone)
