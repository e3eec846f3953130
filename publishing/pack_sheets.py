"""The first and the last sheet of a unit's workbook: what became of its files, and its own figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter.worksheet import Worksheet

from ingestion.messages import percent, text
from ingestion.sources import FEEDS
from publishing.pack_findings import Findings, none_found
from publishing.sheets import LINE_HEIGHT, Book, lines_needed, print_setup, set_widths
from warehouse.served import Row

PARTS = ("rows_accepted", "rows_rejected", "rows_duplicate", "rows_ignored")
FILE_COUNTS = ("rows_read", *PARTS)
FILE_KEYS = ("number", "file", "feed", "received_at", "status", "mode", *FILE_COUNTS, "sum_check",
             "stated_total", "rows_decoded", "total_check")  # fmt: skip
SUMMARY_WIDTHS = (5, 30, 10, 16.5, 16, 9, 8.5, 8.5, 9.5, 9.5, 8, 8.5, 10, 10, 9.5)
SHOWN_REASONS = 3
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
    """All that one unit is told about one month.

    files: rows of quality.load_ledger, in the order of receipts, `pulled_at` on the authority's
    clock. messages: rows of quality.file_messages. month, sectors: rows of the marts.
    """

    unit_code: str
    unit_name: str
    period: str
    files: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    findings: Findings = field(default_factory=none_found)
    month: Row | None = None
    sectors: list[Row] = field(default_factory=list)
    standing: Row | None = None

    @property
    def has_earlier(self) -> bool:
        """Whether a file of this month and feed was there before the newest one."""
        feeds = [file["feed"] for file in self.files]
        return len(feeds) > len(set(feeds))

    def is_to_correct(self, file: Row) -> bool:
        """Whether a file has rows that still wait for a correction (a supplement may bring it)."""
        return any(
            cause.first["scope"] == "row" and cause.first["submission_id"] == file["submission_id"]
            for cause in self.findings.causes["error"]
        )


def write_summary(book: Book, pack: Pack) -> None:
    """Sheet 1: what to do, each file with its ledger, what to do about each, notes on files."""
    sheet = book.sheet(text("outbox.sheet_summary"))
    set_widths(sheet, SUMMARY_WIDTHS)
    print_setup(sheet)
    last = len(SUMMARY_WIDTHS) - 1
    row = _write_heading(book, sheet, pack, last)
    for line in _what_to_do(pack):
        book.merge_wrapped(sheet, (row, 0, row, last), line, "wrapped", sum(SUMMARY_WIDTHS))
        row += 1
    if pack.files:
        row = _write_ledger(book, sheet, pack.files, row + 1)
        row = _write_next_steps(book, sheet, pack, row + 1)
    notes = _notes(pack)
    if notes:
        _write_notes(book, sheet, notes, row + 1)


def _write_heading(book: Book, sheet: Worksheet, pack: Pack, last: int) -> int:
    year, month = pack.period.split("-")
    book.merge(sheet, (0, 0, 0, last), text("outbox.title"), "title")
    sheet.set_row(0, 24)
    book.merge(sheet, (1, 0, 1, last), text("outbox.unit", unit=pack.unit_name), "centre_bold")
    period = text("outbox.period", month=month, year=year)
    book.merge(sheet, (2, 0, 2, last), period, "centre_italic")
    return 4


def _what_to_do(pack: Pack) -> list[str]:
    """Where the unit stands and its next step, in a sentence or two each."""
    found = pack.findings
    lines = [] if pack.files else [text("outbox.todo_no_file")]
    if any(file["status"] == "held" for file in pack.files):
        lines.append(text("outbox.todo_held"))
    for feed in _rejected_feeds(pack):
        stands = any(file["is_current"] and file["feed"] == feed for file in pack.files)
        lines.append(text(f"outbox.todo_rejected_file{'_again' if stands else ''}"))
    for feed in FEEDS:
        of_feed = [file for file in pack.files if file["feed"] == feed]
        faulty = sum(file["rows_rejected"] for file in of_feed if pack.is_to_correct(file))
        if faulty:
            lines.append(text(f"outbox.todo_rejected_{feed}", rows=faulty))
    has_task = len(lines) > 0
    if pack.has_earlier and found.fixed + found.rows_to_correct:
        counts = {"fixed": found.fixed, "remaining": found.remaining, "new": found.new}
        lines.append(text("outbox.followup", **counts))
    warnings = sum(cause.cells for cause in found.causes["warning"])
    if warnings:
        lines.append(text("outbox.todo_warned", findings=warnings))
    if not (has_task or warnings):
        lines.append(text("outbox.todo_nothing"))
    return lines


def _rejected_feeds(pack: Pack) -> list[str]:
    """The feeds whose newest file was rejected as a whole and waits for a correction."""
    waiting = {
        cause.first["submission_id"]
        for cause in pack.findings.causes["error"]
        if cause.first["scope"] == "file"
    }
    found = {file["feed"] for file in pack.files if file["submission_id"] in waiting}
    return [feed for feed in FEEDS if feed in found]


def _write_ledger(book: Book, sheet: Worksheet, files: Sequence[Row], row: int) -> int:
    """A line per file: rows read and what became of them, whether both add up; the sum in use."""
    last = len(FILE_KEYS) - 1
    book.merge(sheet, (row, 0, row, last), text("outbox.ledger_title"), "bold")
    row += 1
    sheet.set_row(row, 50)
    heads = [text(f"outbox.column_{key}") for key in FILE_KEYS]
    book.put_row(sheet, row, heads, ["head"] * len(heads))
    styles = ["text_centre", "text", "text_centre", "time", "text", "text_centre", *["count"] * 5, "agrees",
              "count", "count", "agrees"]  # fmt: skip
    for number, file in enumerate(files, start=1):
        row += 1
        values = [
            number, file["file_name"], text(f"outbox.feed_{file['feed']}"), file["pulled_at"],
            _status(file), text(f"outbox.mode_{file['mode']}"), *(file[k] for k in FILE_COUNTS),
            _sum_check(file), file["stated_total"], _counted(file), _total_check(file),
        ]  # fmt: skip
        shown = [
            _check_style(v) if s == "agrees" else s for v, s in zip(values, styles, strict=True)
        ]
        book.put_wrapped_row(sheet, row, values, shown, SUMMARY_WIDTHS)
    return _write_sum(book, sheet, files, row + 1)


def _write_sum(book: Book, sheet: Worksheet, files: Sequence[Row], row: int) -> int:
    """The files in use together, and the identity with its numbers."""
    current = [file for file in files if file["is_current"]]
    last = len(FILE_KEYS) - 1
    if not current:
        book.merge(sheet, (row, 0, row, last), text("outbox.none_current"), "italic")
        return row + 1
    sums = {name: sum(file[name] or 0 for file in current) for name in FILE_COUNTS}
    first_count = FILE_KEYS.index("rows_read")
    book.merge(sheet, (row, 0, row, first_count - 1), text("outbox.total_current"), "total")
    for column, name in enumerate(FILE_COUNTS, start=first_count):
        book.put(sheet, row, column, sums[name], "total_count")
    check = _sum_check(sums)
    column = FILE_KEYS.index("sum_check")
    book.put(sheet, row, column, check, _check_style(check))
    for empty in range(column + 1, last + 1):
        book.put(sheet, row, empty, None, "total_count")
    identity = text("outbox.identity", **sums, check=check)
    book.merge(sheet, (row + 1, 0, row + 1, last), identity, "italic")
    return row + 2


def _sum_check(counts: Row) -> str | None:
    """Whether what was read is what became of it; nothing for a file that was not taken in."""
    if counts["rows_read"] is None:
        return None
    agrees = counts["rows_read"] == sum(counts[part] for part in PARTS)
    return text("outbox.agrees" if agrees else "outbox.differs")


def _counted(file: Row) -> int | None:
    """Rows counted, where the file states a total to compare with."""
    return None if file["stated_total"] is None else file["rows_decoded"]


def _total_check(file: Row) -> str | None:
    counted = _counted(file)
    if counted is None:
        return None
    return text("outbox.agrees" if counted == file["stated_total"] else "outbox.differs")


def _check_style(shown: object) -> str:
    return "differs" if shown == text("outbox.differs") else "agrees"


def _status(file: Row) -> str:
    return text(f"outbox.status_{_standing_of(file)}")


def _standing_of(file: Row) -> str:
    is_replaced = file["status"] == "accepted" and not file["is_current"]
    return "replaced" if is_replaced else str(file["status"])


def _write_next_steps(book: Book, sheet: Worksheet, pack: Pack, row: int) -> int:
    """A line per file: why it was held or rejected, and what to do next."""
    spans = ((0, 0), (1, 2), (3, 8), (9, 14))
    heads = [text(f"outbox.column_{key}") for key in ("number", "file", "reason", "next_step")]
    _put_spans(book, sheet, row, list(zip(spans, heads, strict=True)), "head")
    for number, file in enumerate(pack.files, start=1):
        row += 1
        said = [
            str(number),
            file["file_name"],
            _reason(pack, file),
            text(f"outbox.next_{_next(pack, file)}"),
        ]
        _put_spans(book, sheet, row, list(zip(spans, said, strict=True)), "text_top")
    return row + 1


def _put_spans(
    book: Book, sheet: Worksheet, row: int, cells: Sequence[tuple[tuple[int, int], str]], style: str
) -> None:
    """One row of merged cells (first and last column, text), high enough for its texts."""
    lines = 1
    for (first, last), value in cells:
        is_number = first == last == 0 and style == "text_top"
        chosen = "text_centre_top" if is_number else style
        book.merge(sheet, (row, first, row, last), value, chosen)
        lines = max(lines, lines_needed(value, sum(SUMMARY_WIDTHS[first : last + 1])))
    sheet.set_row(row, LINE_HEIGHT * lines + 3)


def _reason(pack: Pack, file: Row) -> str:
    """Why a file is not in use, in the words of its messages; the first few of many."""
    if file["status"] == "accepted":
        rejected = file["rows_rejected"] or 0
        return text("outbox.reason_rows", rows=rejected) if rejected else text("outbox.reason_none")
    said = [m["message"] for m in pack.messages if m["submission_id"] == file["submission_id"]]
    shown = [message for message in said[:SHOWN_REASONS] if message]
    if len(said) > SHOWN_REASONS:
        shown.append(text("outbox.reason_more", count=len(said) - SHOWN_REASONS))
    return "\n".join(shown)


def _next(pack: Pack, file: Row) -> str:
    """Which sentence says what to do about a file."""
    standing = _standing_of(file)
    later = [
        other
        for other in pack.files
        if other["feed"] == file["feed"] and other["receipt_seq"] > file["receipt_seq"]
    ]
    if standing == "rejected" and any(other["status"] == "accepted" for other in later):
        return "answered"
    if standing == "rejected" and _is_refused(pack, file):
        return "refused"
    if standing == "accepted":
        return f"accepted_rows_{file['feed']}" if pack.is_to_correct(file) else "accepted"
    return standing


def _is_refused(pack: Pack, file: Row) -> bool:
    """Whether a person decided against the file."""
    return any(
        m["submission_id"] == file["submission_id"] and m["code"] == "refused"
        for m in pack.messages
    )


def _notes(pack: Pack) -> list[Row]:
    """What a unit should know of files in use that could be read all the same."""
    current = {file["submission_id"] for file in pack.files if file["is_current"]}
    return [message for message in pack.messages if message["submission_id"] in current]


def _write_notes(book: Book, sheet: Worksheet, notes: Sequence[Row], row: int) -> None:
    last = len(SUMMARY_WIDTHS) - 1
    book.merge(sheet, (row, 0, row, last), text("outbox.notes_title"), "bold")
    row += 1
    spans = ((0, 2), (3, 3), (4, 4), (5, last))
    heads = [text(f"outbox.column_{key}") for key in ("file", "sheet", "cell", "message")]
    _put_spans(book, sheet, row, list(zip(spans, heads, strict=True)), "head")
    for note in notes:
        row += 1
        said = [note[key] or "" for key in ("file_name", "sheet", "cell", "message")]
        _put_spans(book, sheet, row, list(zip(spans, said, strict=True)), "text_top")


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
    if standing["denominator"]:
        share = percent(standing["numerator"] / standing["denominator"])
        parts = {name: standing[name] for name in ("numerator", "denominator")}
        lines.append(text("outbox.rate", **parts, rate=share))
    if standing["rank"] is not None:
        key = "outbox.rank_small" if standing["small_n"] else "outbox.rank"
        lines.append(text(key, rank=standing["rank"], units=standing["ranked_units"]))
    return lines
