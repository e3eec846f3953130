"""The workbook of figures that moved after they were published: per unit and month, then cell by cell."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from xlsxwriter.worksheet import Worksheet

from ingestion.home import Home
from ingestion.messages import has_text, text
from ingestion.receipts import local_time
from ingestion.site import Site
from publishing.changes import changes_path, read_changed_months, read_changes
from publishing.sheets import Book, open_book, print_setup, set_widths
from warehouse.change_causes import MEASURES
from warehouse.served import Row

MAX_LINES = 200_000
"""Lines of a sheet; the lists beside the publications hold all."""
SUMMARY = {"number": 5, "published": 15, "month": 9, "unit": 26, "what": 52, "cause": 62}
DETAILS = {"number": 6, "published": 15, "month": 9, "unit": 24, "sector": 22, "measure": 24, "old": 9,
           "new": 9, "difference": 10, "cause": 50, "submission": 22}  # fmt: skip
STYLES = {"number": "text_centre_top", "published": "time_top", "month": "text_centre_top",
          "old": "count_top", "new": "count_top", "difference": "signed_top"}  # fmt: skip


def write_change_book(site: Site, home: Home, period: str, created: datetime) -> Path | None:
    """Write `reports/<period>/thay-doi-so-lieu.xlsx`; None, and no file, when nothing has moved.

    It tells the changes that publications have made since figures up to that month were first
    published, the newest publication first.
    """
    published = _publications(home, period)
    paths = [path for key in published if (path := changes_path(home, key)).exists()]
    months = read_changed_months(paths, most=MAX_LINES)
    if not months:
        return None
    zone = ZoneInfo(site.time_zone)
    moments = {key: local_time(moment, zone) for key, moment in published.items()}
    path = home.reports / period / "thay-doi-so-lieu.xlsx"
    with open_book(path, created) as book:
        _write_summary(book, months, moments, period)
        _write_details(book, read_changes(paths, most=MAX_LINES), moments, months[0]["lines"])
    return path


def _publications(home: Home, period: str) -> dict[str, str]:
    """When each publication that reaches that month was made, by its id."""
    records = [json.loads(p.read_text(encoding="utf-8")) for p in home.publications.glob("*.json")]
    return {
        record["publication_id"]: record["published_at"]
        for record in records
        if record["newest_period"] >= period
    }


def _write_summary(
    book: Book, months: Sequence[Row], moments: Mapping[str, datetime], period: str
) -> None:
    """A line per publication, month and unit: what moved, summed over sectors, and why."""
    guide = _cut(text("report.changes_guide", period=period), months[0]["months"])
    sheet, row = _open(book, "report.sheet_changes", guide, SUMMARY)
    for number, month in enumerate(months, start=1):
        row += 1
        sums = dict(month["moved"])
        moved = [name for name in (*MEASURES, "is_reported") if name in sums]
        values = (
            number, moments[month["publication_id"]], month["period"],
            month["unit_name"] or month["unit_code"],
            "\n".join(f"{measure_title(name)}: {sums[name]:+d}" for name in moved),
            "\n".join(map(cause_text, month["causes"])),
        )  # fmt: skip
        _put(book, sheet, row, values, SUMMARY)
    sheet.autofilter(2, 0, row, len(SUMMARY) - 1)


def _write_details(
    book: Book, lines: Sequence[Row], moments: Mapping[str, datetime], count: int
) -> None:
    """Every cell and cause, a line each."""
    guide = _cut(text("report.change_details_guide"), count)
    sheet, row = _open(book, "report.sheet_change_details", guide, DETAILS)
    for number, line in enumerate(lines, start=1):
        row += 1
        values = (
            number, moments[line["publication_id"]], line["period"],
            line["unit_name"] or line["unit_code"], line["sector_name"],
            measure_title(line["measure"]), line["old_value"], line["new_value"],
            line["difference"], cause_text(line), line["submission_id"],
        )  # fmt: skip
        _put(book, sheet, row, values, DETAILS)
    sheet.autofilter(2, 0, row, len(DETAILS) - 1)


def measure_title(measure: str) -> str:
    """The Vietnamese name of a count column."""
    key = f"outbox.figure_{measure}"
    return text(key) if has_text(key) else text("report.change_reported")


def cause_text(line: Row) -> str:
    """Why a figure moved, in one line."""
    return text(
        f"report.cause_{line['cause']}",
        file=line["cause_file_name"],
        unit=line["cause_unit_code"],
        period=line["cause_period"],
        submission=line["submission_id"],
    )


def _cut(guide: str, count: int) -> str:
    if count <= MAX_LINES:
        return guide
    return f"{guide} {text('report.changes_cut', shown=MAX_LINES, count=count)}"


def _open(book: Book, name: str, guide: str, columns: Mapping[str, float]) -> tuple[Worksheet, int]:
    """A sheet with its title, how to read it, and the heads; gives the row of the heads."""
    sheet = book.sheet(text(name))
    widths = list(columns.values())
    set_widths(sheet, widths)
    print_setup(sheet, header_rows=(2, 2))
    last = len(columns) - 1
    book.merge(sheet, (0, 0, 0, last), text("report.changes_title"), "title")
    sheet.set_row(0, 24)
    book.merge_wrapped(sheet, (1, 0, 1, last), guide, "wrapped", sum(widths))
    sheet.set_row(2, 32)
    heads = [text(f"report.change_{key}") for key in columns]
    book.put_row(sheet, 2, heads, ["head"] * len(heads))
    sheet.freeze_panes(3, 0)
    return sheet, 2


def _put(
    book: Book, sheet: Worksheet, row: int, values: Sequence[object], columns: Mapping[str, float]
) -> None:
    styles = [STYLES.get(key, "text_top") for key in columns]
    book.put_wrapped_row(sheet, row, values, styles, list(columns.values()))
