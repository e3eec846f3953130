"""Form II.06g/VPCP/KSTT, causes of delay, as sheets beside form II.06a (Thông tư 01/2020/TT-VPCP)."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ingestion.messages import text
from publishing.form_06a import Form, Heading, ReportError, write_heading, write_signatures
from publishing.report_periods import ReportPeriod
from publishing.sheets import Book, print_setup, set_widths
from warehouse.served import Row, rows

WIDTHS = (6, 42, 18, 20, 20, 40)
HEADER_ROWS = (4, 6)
COLUMN_NUMBERS = ("(1)", "(2)", "(3)=(4)+(5)", "(4)", "(5)", "(6)")
LAST = len(WIDTHS) - 1
HEADING = Heading("report.causes_code", "report.causes_title", WIDTHS, (2, 4))
LATE, OVERDUE = 7, 10
"""Where columns (10) and (13) stand among the counts of a form II.06a."""

Figures = tuple[int, int, int]
"""(3) overdue cases, (4) of them resolved, (5) pending."""


@dataclass(frozen=True)
class CauseLine:
    """A row of the form. kind: `row`, or `group` (a unit with its causes below)."""

    number: str
    title: str
    figures: Figures
    kind: str = "row"


def write_causes(
    connection: duckdb.DuckDBPyConnection, book: Book, period: ReportPeriod, form: Form
) -> None:
    """Add the authority's form by cause, and one by unit and cause; `form` is its form II.06a.

    Raises ReportError when the causes do not add up to columns (10) and (13) of that form.
    """
    causes = rows(
        connection,
        """
        select d.cause_name, coalesce(sum(m.resolved_late_count), 0)::bigint as late,
            coalesce(sum(m.pending_overdue_count), 0)::bigint as pending
        from core.dim_overdue_cause as d
        left join mart.mart_cause_of_overdue as m
            on d.cause_code = m.cause_code and m.calendar = ? and m.period_kind = ? and m.period = ?
        group by d.line_number, d.cause_name
        order by d.line_number
        """,
        [period.calendar, period.kind, period.label],
    )
    lines = [CauseLine(str(n), c["cause_name"], _figures(c)) for n, c in enumerate(causes, start=1)]
    total = _sum([line.figures for line in lines])
    expected = (form.total[LATE] + form.total[OVERDUE], form.total[LATE], form.total[OVERDUE])
    sheet = text("report.sheet_causes")
    if total != expected:
        raise ReportError(text("report.total_differs", sheet=sheet, total=expected, sum=total))
    _write(book, sheet, form, lines, total)
    _write(book, text("report.sheet_unit_causes"), form, _unit_lines(connection, period), total)


def _unit_lines(connection: duckdb.DuckDBPyConnection, period: ReportPeriod) -> list[CauseLine]:
    """Units in Vietnamese order, each with its causes below it; those without overdue cases are left out."""
    found = rows(
        connection,
        """
        select unit_code, unit_name, cause_name, resolved_late_count as late,
            pending_overdue_count as pending
        from mart.mart_cause_of_overdue
        where calendar = ? and period_kind = ? and period = ?
        order by unit_name collate vi, unit_code, line_number
        """,
        [period.calendar, period.kind, period.label],
    )
    lines: list[CauseLine] = []
    for number, code in enumerate(dict.fromkeys(row["unit_code"] for row in found), start=1):
        own = [row for row in found if row["unit_code"] == code]
        sums = _sum([_figures(row) for row in own])
        lines.append(CauseLine(str(number), own[0]["unit_name"] or code, sums, kind="group"))
        lines += [CauseLine("", row["cause_name"], _figures(row)) for row in own]
    return lines


def _figures(row: Row) -> Figures:
    return row["late"] + row["pending"], row["late"], row["pending"]


def _sum(figures: Sequence[Figures]) -> Figures:
    total, late, pending = (sum(part) for part in zip((0, 0, 0), *figures, strict=True))
    return total, late, pending


def _write(book: Book, name: str, form: Form, lines: Sequence[CauseLine], total: Figures) -> None:
    sheet = book.sheet(name)
    set_widths(sheet, WIDTHS)
    print_setup(sheet, header_rows=HEADER_ROWS)
    sheet.freeze_panes(HEADER_ROWS[1] + 1, 2)
    write_heading(book, sheet, form, HEADING)
    top = HEADER_ROWS[0]
    sheet.set_row(top + 1, 32)
    for column, key in ((0, "number"), (1, "cause"), (5, "note")):
        book.merge(sheet, (top, column, top + 1, column), text(f"report.causes_{key}"), "head")
    book.merge(sheet, (top, 2, top, 4), text("report.causes_count"), "head")
    for column, key in ((2, "total"), (3, "resolved"), (4, "pending")):
        book.put(sheet, top + 1, column, text(f"report.causes_{key}"), "head")
    book.put_row(sheet, top + 2, COLUMN_NUMBERS, ["column_number"] * len(COLUMN_NUMBERS))
    row = top + 3
    for line in lines:
        head = ("group_centre", "group") if line.kind == "group" else ("text_centre", "text")
        count = "group_count" if line.kind == "group" else "count"
        last = "group" if line.kind == "group" else "text"
        values = (line.number, line.title, *line.figures, None)
        book.put_wrapped_row(sheet, row, values, (*head, count, count, count, last), WIDTHS)
        row += 1
    styles = ("total", "total", "total_count", "total_count", "total_count", "total")
    book.put_row(sheet, row, (None, text("report.form_total"), *total, None), styles)
    row += 2
    for note in (text("report.causes_blank"), *form.notes):
        book.merge_wrapped(sheet, (row, 0, row, LAST), note, "wrapped", sum(WIDTHS))
        row += 1
    write_signatures(book, sheet, row + 1, left=(0, 1), right=(3, LAST))
