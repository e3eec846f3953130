"""Sheets of the form's workbook about signed months: what was carried in otherwise, what moved since."""

from collections.abc import Mapping, Sequence

from ingestion.messages import text
from publishing.change_report import cause_text, measure_title
from publishing.sheets import Book, print_setup, set_widths
from publishing.signed_month import SignedMonth
from warehouse.served import Row

ADJUSTMENTS = {"number": 5, "unit": 28, "sector": 26, "signed_backlog": 13, "adjustment": 12,
               "live_backlog": 13, "cause": 70}  # fmt: skip
RESTATED = {"number": 5, "month": 9, "unit": 26, "sector": 24, "measure": 26, "signed": 10,
            "now": 10, "difference": 11, "cause": 62}  # fmt: skip
STYLES = {"number": "text_centre_top", "month": "text_centre_top",
          "signed_backlog": "count_top", "live_backlog": "count_top",
          "signed": "count_top", "now": "count_top", "adjustment": "signed_top",
          "difference": "signed_top"}  # fmt: skip


def write_signed_sheets(book: Book, month: SignedMonth) -> None:
    """Add a sheet for the adjustments of the previous month and one for what moved since the signing.

    Neither is there when it has nothing to say.
    """
    if month.adjusted and month.previous:
        values = {"period": month.previous["period"], "version": month.previous["closing_version"]}
        _write(book, "adjustments", ADJUSTMENTS, _adjustments(month), values)
    if month.moved and month.standing:
        values = {"period": month.standing["period"], "version": month.standing["closing_version"]}
        _write(book, "restated", RESTATED, _restated(month), values)


def _adjustments(month: SignedMonth) -> list[tuple[object, ...]]:
    """A line per unit and sector whose signed backlog is another now, and the sum of all."""
    lines: list[tuple[object, ...]] = []
    for number, row in enumerate(month.adjusted, start=1):
        causes = month.carried_causes.get((row["unit_code"], row["sector_code"]), [])
        shown = "\n".join(f"{cause['difference']:+d}: {cause_text(cause)}" for cause in causes)
        place = (number, row["unit_name"] or row["unit_code"], row["sector_name"])
        counts = (row["signed"], row["difference"], row["live"])
        lines.append((*place, *counts, shown or text("closing.adjustment_unknown")))
    sums = [sum(row[name] for row in month.adjusted) for name in ("signed", "difference", "live")]
    lines.append((None, text("report.form_total"), None, *sums, None))
    return lines


def _restated(month: SignedMonth) -> list[tuple[object, ...]]:
    return [
        (
            number,
            row["period"],
            row["unit_name"] or row["unit_code"],
            row["sector_name"],
            measure_title(row["measure"]),
            int(row["signed_value"]),
            int(row["current_value"]),
            int(row["difference"]),
            _cause(row),
        )
        for number, row in enumerate(month.moved, start=1)
    ]


def _cause(row: Row) -> str:
    said = cause_text(row)
    return f"{said}: {row['cause_detail']}" if row["cause_detail"] else said


def _write(
    book: Book,
    name: str,
    columns: Mapping[str, float],
    lines: Sequence[tuple[object, ...]],
    values: Row,
) -> None:
    """A sheet with its title, how to read it, the heads and the lines."""
    sheet = book.sheet(text(f"closing.sheet_{name}"))
    widths = list(columns.values())
    set_widths(sheet, widths)
    print_setup(sheet, header_rows=(2, 2))
    last = len(columns) - 1
    book.merge(sheet, (0, 0, 0, last), text(f"closing.{name}_title", **values), "title")
    sheet.set_row(0, 24)
    guide = text(f"closing.{name}_guide", **values)
    book.merge_wrapped(sheet, (1, 0, 1, last), guide, "wrapped", sum(widths))
    sheet.set_row(2, 32)
    heads = [text(f"closing.{name}_{key}") for key in columns]
    book.put_row(sheet, 2, heads, ["head"] * len(heads))
    sheet.freeze_panes(3, 0)
    styles = [STYLES.get(key, "text_top") for key in columns]
    for row, line in enumerate(lines, start=3):
        book.put_wrapped_row(sheet, row, line, styles, widths)
