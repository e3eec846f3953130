"""Form II.06a/VPCP/KSTT (Thông tư 01/2020/TT-VPCP) as a sheet: heading, 13 columns, signatures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from xlsxwriter.worksheet import Worksheet

from ingestion.messages import text
from publishing.sheets import LINE_HEIGHT, Book, lines_needed, print_setup, set_widths

# Columns (3) to (13) of the form, in its order; the names are those of mart_form_06a.
COLUMNS = (
    "received_total_count", "received_online_count", "received_direct_count", "carried_over_count",
    "resolved_total_count", "resolved_early_count", "resolved_on_time_count", "resolved_late_count",
    "pending_total_count", "pending_in_time_count", "pending_overdue_count",
)  # fmt: skip
COLUMN_NUMBERS = (
    "(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)", "(8)", "(9)", "(10)",
    "(11)=(12)+(13)", "(12)", "(13)",
)  # fmt: skip
WIDTHS = (5, 30, 13, 9, 10, 9.5, 13.5, 9.5, 9.5, 9, 14, 9.5, 9)
HEADER_ROWS = (4, 7)
LINES_ON_ONE_PAGE = 32
LAST = len(WIDTHS) - 1

Counts = tuple[int, ...]


@dataclass(frozen=True)
class Heading:
    """What stands above a form: keys of its code and title, the latter over the columns `middle`."""

    code: str
    title: str
    widths: Sequence[float]
    middle: tuple[int, int]


HEADING = Heading("report.form_code", "report.form_title", WIDTHS, (2, 8))


class ReportError(Exception):
    """Figures that contradict each other; nothing is written. The text is Vietnamese."""


@dataclass(frozen=True)
class Line:
    """A row of the form; counts: columns 3–13. kind: `row`, or `group` (heading with subtotal)."""

    number: str
    title: str
    counts: Counts
    kind: str = "row"


@dataclass(frozen=True)
class Form:
    """One sheet of the form. `total` must be the sum of the lines of kind `row`."""

    sheet: str
    reporting_unit: str
    receiving_unit: str
    period_title: str
    from_on: date
    to_on: date
    row_title: str
    lines: Sequence[Line]
    total: Counts
    notes: Sequence[str] = field(default_factory=tuple)


def write_form(book: Book, form: Form) -> None:
    """Add the form as a sheet. Raises ReportError when its total is not the sum of its rows."""
    _require_sums(form)
    sheet = book.sheet(form.sheet)
    set_widths(sheet, WIDTHS)
    print_setup(sheet, header_rows=HEADER_ROWS)
    sheet.freeze_panes(HEADER_ROWS[1] + 1, 2)
    write_heading(book, sheet, form)
    _write_header(book, sheet, form)
    row = _write_lines(book, sheet, form)
    row = _write_notes(book, sheet, form, row)
    write_signatures(book, sheet, row + 1)
    if len(form.lines) <= LINES_ON_ONE_PAGE:
        sheet.fit_to_pages(1, 1)  # else the signatures alone would go to a second page


def zero() -> Counts:
    """The counts of a unit without any case."""
    return (0,) * len(COLUMNS)


def add(*counts: Counts) -> Counts:
    """Column by column sum."""
    return tuple(sum(column) for column in zip(zero(), *counts, strict=True))


def _require_sums(form: Form) -> None:
    found = add(*(line.counts for line in form.lines if line.kind == "row"))
    if found != form.total:
        raise ReportError(
            text("report.total_differs", sheet=form.sheet, total=form.total, sum=found)
        )


def write_heading(book: Book, sheet: Worksheet, form: Form, heading: Heading = HEADING) -> None:
    """The four rows above a form's table: its code, title and period, and who reports to whom."""
    (first, end), widths, title = heading.middle, heading.widths, text(heading.title)
    after, last = end + 1, len(widths) - 1
    book.merge(sheet, (0, 0, 0, 1), text(heading.code), "bold_top")
    book.merge(sheet, (0, first, 0, end), title, "title")
    units = text("report.form_units", reporting=form.reporting_unit, receiving=form.receiving_unit)
    lines = max(
        3,
        lines_needed(units, sum(widths[after:])),
        lines_needed(title, sum(widths[first:after]) * 0.8),  # bold and a size larger
    )
    sheet.set_row(0, LINE_HEIGHT * lines + 3)
    book.merge(sheet, (0, after, 0, last), units, "wrapped")
    book.merge(sheet, (1, first, 1, end), form.period_title, "centre_bold")
    span = text("report.form_span", start=_long_date(form.from_on), end=_long_date(form.to_on))
    book.merge(sheet, (2, first, 2, end), span, "centre_italic")
    book.merge(sheet, (3, after, 3, last), text("report.form_measure"), "right_italic")


def _write_header(book: Book, sheet: Worksheet, form: Form) -> None:
    top = HEADER_ROWS[0]
    for row, height in ((top, 20), (top + 1, 20), (top + 2, 46), (top + 3, 27)):
        sheet.set_row(row, height)
    book.merge(sheet, (top, 0, top + 2, 0), text("report.form_number"), "head")
    book.merge(sheet, (top, 1, top + 2, 1), form.row_title, "head")
    for first, last, key in ((2, 5, "received"), (6, 9, "resolved"), (10, 12, "pending")):
        book.merge(sheet, (top, first, top, last), text(f"report.form_{key}"), "head")
    book.merge(sheet, (top + 1, 3, top + 1, 4), text("report.form_in_period"), "head")
    for column in (3, 4):
        title = text(f"report.form_column_{column + 1}")
        book.merge(sheet, (top + 2, column, top + 2, column), title, "head")
    for column in (2, 5, 6, 7, 8, 9, 10, 11, 12):
        title = text(f"report.form_column_{column + 1}")
        book.merge(sheet, (top + 1, column, top + 2, column), title, "head")
    book.put_row(sheet, top + 3, COLUMN_NUMBERS, ["column_number"] * len(COLUMN_NUMBERS))


def _write_lines(book: Book, sheet: Worksheet, form: Form) -> int:
    """Sector or unit rows and the total; returns the next free row."""
    row = HEADER_ROWS[1] + 1
    for line in form.lines:
        head = ("group_centre", "group") if line.kind == "group" else ("text_centre", "text")
        count = "group_count" if line.kind == "group" else "count"
        values = (line.number, line.title, *line.counts)
        book.put_wrapped_row(sheet, row, values, (*head, *[count] * len(COLUMNS)), WIDTHS)
        row += 1
    sheet.set_row(row, 20)
    styles = ("total", "total", *["total_count"] * len(COLUMNS))
    book.put_row(sheet, row, (None, text("report.form_total"), *form.total), styles)
    return row + 1


def _write_notes(book: Book, sheet: Worksheet, form: Form, row: int) -> int:
    """Notes below the table, each over the whole width, high enough for its text."""
    width = sum(WIDTHS)
    sheet.set_row(row, 6)
    row += 1
    for note in form.notes:
        sheet.set_row(row, LINE_HEIGHT * lines_needed(note, width) + 3)
        book.merge(sheet, (row, 0, row, LAST), note, "wrapped")
        row += 1
    return row


def write_signatures(
    book: Book,
    sheet: Worksheet,
    row: int,
    *,
    left: tuple[int, int] = (0, 3),
    right: tuple[int, int] = (8, LAST),
) -> None:
    """Place and date, and the two who sign, over the columns `left` and `right`."""
    place = text("report.form_place_and_date")
    book.merge(sheet, (row, right[0], row, right[1]), place, "centre_italic")
    for (first, last), key in ((left, "preparer"), (right, "head")):
        book.merge(
            sheet, (row + 1, first, row + 1, last), text(f"report.sign_{key}"), "centre_bold"
        )
        hint = text(f"report.sign_{key}_hint")
        book.merge(sheet, (row + 2, first, row + 2, last), hint, "centre_italic")


def _long_date(day: date) -> str:
    return text("report.long_date", day=f"{day.day:02}", month=f"{day.month:02}", year=day.year)
