"""The sheets of a unit's workbook."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter.worksheet import Worksheet

from ingestion.messages import text
from publishing.sheets import LINE_HEIGHT, Book, lines_needed, print_setup, set_widths
from warehouse.served import Row

MAX_ROWS = 1_000_000
FILE_COUNTS = ("rows_read", "rows_accepted", "rows_rejected", "rows_duplicate", "rows_ignored")
SUMMARY_WIDTHS = (34, 16, 19, 10, 10, 9, 9, 9, 9, 12)
FINDING_WIDTHS = (5, 23, 14, 7, 16, 23, 19, 34, 36)
FIGURES = (
    "opening_count", "received_count", "received_online_count", "transferred_in_count",
    "resolved_early_count", "resolved_on_time_count", "resolved_late_count",
    "resolved_no_due_count", "withdrawn_count", "refused_count", "transferred_out_count",
    "pending_in_time_count", "pending_overdue_count", "pending_suspended_count",
    "pending_no_due_count",
)  # fmt: skip
FIGURE_WIDTHS = (30, *[8.5] * len(FIGURES), 9)


@dataclass
class Pack:
    """All that one unit is told about one month."""

    unit_code: str
    unit_name: str
    period: str
    files: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    warned: list[Row] = field(default_factory=list)
    month: Row | None = None
    sectors: list[Row] = field(default_factory=list)
    standing: Row | None = None


def write_summary(book: Book, pack: Pack) -> None:
    """Sheet 1: each file with its ledger, the sum over the files in use, and messages on files."""
    sheet = book.sheet(text("outbox.sheet_summary"))
    set_widths(sheet, SUMMARY_WIDTHS)
    print_setup(sheet)
    row = _write_heading(book, sheet, pack, len(SUMMARY_WIDTHS) - 1)
    for line in _what_to_do(pack):
        sheet.set_row(row, LINE_HEIGHT * lines_needed(line, sum(SUMMARY_WIDTHS)) + 3)
        book.merge(sheet, (row, 0, row, len(SUMMARY_WIDTHS) - 1), line, "wrapped")
        row += 1
    row = _write_files(book, sheet, pack.files, row + 1)
    if pack.messages:
        _write_messages(book, sheet, pack.messages, row + 1)


def _write_heading(book: Book, sheet: Worksheet, pack: Pack, last: int) -> int:
    year, month = pack.period.split("-")
    book.merge(sheet, (0, 0, 0, last), text("outbox.title"), "title")
    sheet.set_row(0, 24)
    book.merge(sheet, (1, 0, 1, last), text("outbox.unit", unit=pack.unit_name), "centre_bold")
    period = text("outbox.period", month=month, year=year)
    book.merge(sheet, (2, 0, 2, last), period, "centre_italic")
    return 4


def _what_to_do(pack: Pack) -> list[str]:
    """The next step in a sentence or two."""
    lines = []
    if any(row["status"] == "held" for row in pack.files):
        lines.append(text("outbox.todo_held"))
    if _is_last_refused(pack.files):
        lines.append(text("outbox.todo_rejected_file"))
    if pack.rejected:
        faulty = len({(r["file_name"], r["sheet"], r["row_number"]) for r in pack.rejected})
        lines.append(text("outbox.todo_rejected", rows=faulty))
    if pack.warned:
        lines.append(text("outbox.todo_warned", findings=len(pack.warned)))
    return lines or [text("outbox.todo_nothing")]


def _is_last_refused(files: Sequence[Row]) -> bool:
    """A file was rejected and no accepted one has come since."""
    statuses = [file["status"] for file in files if file["status"] != "held"]
    return bool(statuses) and statuses[-1] == "rejected"


def _write_files(book: Book, sheet: Worksheet, files: Sequence[Row], row: int) -> int:
    keys = ("file", "received_at", "status", "mode", *FILE_COUNTS, "stated_total")
    heads = [text(f"outbox.column_{key}") for key in keys]
    sheet.set_row(row, 50)
    book.put_row(sheet, row, heads, ["head"] * len(keys))
    styles = ("text", "time", "text", "text_centre", *["count"] * 6)
    for file in files:
        row += 1
        mode = text(f"outbox.mode_{file['mode']}")
        values = [file["file_name"], file["pulled_at"], _status(file), mode]
        values += [file[name] for name in FILE_COUNTS]
        values.append(file["stated_total"])
        book.put_wrapped_row(sheet, row, values, styles, SUMMARY_WIDTHS)
    current = [file for file in files if file["is_current"]]
    sums = [sum(file[name] or 0 for file in current) for name in FILE_COUNTS]
    row += 1
    book.merge(sheet, (row, 0, row, 3), text("outbox.total_current"), "total")
    for column, value in enumerate(sums, start=4):
        book.put(sheet, row, column, value, "total_count")
    book.put(sheet, row, 9, None, "total_count")
    book.merge(sheet, (row + 1, 0, row + 1, 9), text("outbox.identity"), "italic")
    return row + 2


def _status(file: Row) -> str:
    if file["status"] == "accepted" and not file["is_current"]:
        return text("outbox.status_replaced")
    return text(f"outbox.status_{file['status']}")


def _write_messages(book: Book, sheet: Worksheet, messages: Sequence[Row], row: int) -> None:
    """Why files were rejected or are held."""
    last = len(SUMMARY_WIDTHS) - 1
    book.merge(sheet, (row, 0, row, last), text("outbox.messages_title"), "bold")
    row += 1
    keys = ("file", "message_status", "sheet", "cell", "message")
    for column, key in enumerate(keys[:4]):
        book.put(sheet, row, column, text(f"outbox.column_{key}"), "head")
    book.merge(sheet, (row, 4, row, last), text("outbox.column_message"), "head")
    width = sum(SUMMARY_WIDTHS[4:])
    for message in messages:
        row += 1
        values = (
            message["file_name"], text(f"outbox.status_{message['status']}"), message["sheet"],
            message["cell"],
        )  # fmt: skip
        book.put_row(sheet, row, values, ("text_top",) * 4)
        book.merge(sheet, (row, 4, row, last), message["message"] or "", "text_top")
        height = max(
            lines_needed(message["message"] or "", width),
            lines_needed(message["file_name"], SUMMARY_WIDTHS[0]),
        )
        sheet.set_row(row, LINE_HEIGHT * height + 3)


def write_findings(book: Book, name: str, findings: Sequence[Row]) -> None:
    """Rows to correct or to look at, in the order of the file; no sheet without any."""
    if not findings:
        return
    sheet = book.sheet(name)
    set_widths(sheet, FINDING_WIDTHS)
    print_setup(sheet, header_rows=(0, 0))
    keys = ("number", "file", "sheet", "cell", "column", "case_code", "value", "fault", "fix")
    sheet.set_row(0, 32)
    book.put_row(sheet, 0, [text(f"outbox.column_{key}") for key in keys], ["head"] * len(keys))
    sheet.freeze_panes(1, 0)
    shown = findings[:MAX_ROWS]
    styles = ("text_centre", *["text_top"] * 8)
    for number, row in enumerate(shown, start=1):
        # The row's number stands in for the cell where a column has no place in the file.
        place = row["cell"] or row["row_number"]
        values = (
            number, row["file_name"], row["sheet"], None if place is None else str(place),
            row["column_label"] or _column_label(row["column_name"]), row["case_code"],
            row["value"], row["message"], row["fix"],
        )  # fmt: skip
        book.put_wrapped_row(sheet, number, values, styles, FINDING_WIDTHS)
    sheet.autofilter(0, 0, len(shown), len(keys) - 1)


def _column_label(column_name: str | None) -> str | None:
    """The Vietnamese name of a canonical column that the file itself did not carry."""
    return None if column_name is None else text(f"outbox.canonical_{column_name}")


def write_figures(book: Book, pack: Pack) -> None:
    """The unit's own figures of the month per sector, with its rate, policy and rank."""
    if pack.month is None:
        return
    sheet = book.sheet(text("outbox.sheet_figures"))
    set_widths(sheet, FIGURE_WIDTHS)
    last = len(FIGURE_WIDTHS) - 1
    row = _write_heading(book, sheet, pack, last)
    for line in _standing(pack):
        book.merge(sheet, (row, 0, row, last), line, "wrapped")
        row += 1
    print_setup(sheet, header_rows=(row, row))
    sheet.set_row(row, 82)
    heads = [text(f"outbox.figure_{name}") for name in ("sector", *FIGURES, "late_rate")]
    book.put_row(sheet, row, heads, ["head"] * len(heads))
    sheet.freeze_panes(row + 1, 1)
    styles = ("text", *["count"] * len(FIGURES), "rate")
    for sector in pack.sectors:
        row += 1
        name = sector["sector_name"] or sector["sector_code"]
        book.put_wrapped_row(sheet, row, _figures(name, sector), styles, FIGURE_WIDTHS)
    total = ("total", *["total_count"] * len(FIGURES), "total_rate")
    book.put_row(sheet, row + 1, _figures(text("outbox.figure_total"), pack.month), total)


def _figures(name: str, counts: Row) -> list[Any]:
    return [name, *(counts[column] for column in FIGURES), counts["late_rate"]]


def _standing(pack: Pack) -> list[str]:
    """Rate, policy and rank in words; what is missing is said."""
    standing = pack.standing
    if standing is None:
        return []
    lines = [text("outbox.policy", policy=standing["policy_name"])]
    if standing["rank"] is not None:
        key = "outbox.rank_small" if standing["small_n"] else "outbox.rank"
        lines.append(text(key, rank=standing["rank"], units=standing["ranked_units"]))
    return lines
