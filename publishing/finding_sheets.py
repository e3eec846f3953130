"""The sheets of a unit's workbook that list findings: what to correct, warnings, what was fixed.

A cell's place is a link that opens the unit's own file there, when both files lie in one folder.
"""

import re
from collections.abc import Sequence
from pathlib import PurePath

from xlsxwriter.worksheet import Worksheet

from ingestion.messages import has_text, text
from publishing.pack_findings import Cause, Findings, Kind
from publishing.sheets import Book, print_setup, set_widths
from warehouse.served import Row

LISTED = ("number", "followup", "file", "sheet", "cell", "cells", "case_code", "column", "value",
          "fault", "fix")  # fmt: skip
WIDTHS = {"number": 5, "cause": 7, "followup": 10, "file": 20, "sheet": 11, "cell": 15, "cells": 6,
          "case_code": 26, "column": 14, "value": 15, "value_before": 15, "fault": 28,
          "fix": 29}  # fmt: skip
CENTRED = {"number", "cause", "followup", "cells"}
MAX_CAUSES = 50_000
"""Lines of one list; Excel takes 65,530 links on a sheet."""
LINKED_DETAILS = 10_000
"""Cells of the details that are links: each one makes the file slower to open."""
WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
# How the reader writes a cell that holds a date (ingestion.decode.cells).
_DATE_CELL = re.compile(r"(\d{4})-(\d\d)-(\d\d)( \d\d:\d\d)?(?::\d\d)?")
# What would lead a relative link out of the folder, or break it.
NOT_IN_LINKS = set('/\\:?*"<>|#%')
GUIDE = {"error": "guide_error", "warning": "guide_warning", "fixed": "guide_fixed"}


def write_findings(book: Book, findings: Findings, *, has_earlier: bool) -> None:
    """Sheets for errors, their cells, what was fixed, warnings, their cells; none that is empty.

    `has_earlier`: an earlier file of the month was there, so that lines say new or remaining.
    """
    keys = [key for key in LISTED if key != "followup" or has_earlier]
    _write_list(book, findings, "error", keys)
    _write_details(book, findings, "error", has_earlier=has_earlier)
    mended = [key for key in LISTED if key not in ("followup", "fix")]
    mended[mended.index("value")] = "value_before"
    _write_list(book, findings, "fixed", mended)
    _write_list(book, findings, "warning", keys)
    _write_details(book, findings, "warning", has_earlier=has_earlier)


def _write_list(book: Book, findings: Findings, kind: Kind, keys: Sequence[str]) -> None:
    causes = findings.causes[kind]
    if not causes:
        return
    guide = text(f"outbox.{GUIDE[kind]}")
    if len(causes) > MAX_CAUSES:
        guide += " " + text("outbox.lines_cut", shown=MAX_CAUSES, count=len(causes))
    sheet, row = _open_list(book, f"sheet_{kind}", guide, keys)
    widths = [WIDTHS[key] for key in keys]
    styles = ["text_centre_top" if key in CENTRED else "text_top" for key in keys]
    place = keys.index("cell")
    for cause in causes[:MAX_CAUSES]:
        row += 1
        values = _cause_values(cause)
        book.put_wrapped_row(sheet, row, [values[key] for key in keys], styles, widths)
        # What was fixed stands in the earlier file, which often had the name of the newest one.
        link = None if kind == "fixed" else _link(cause.first)
        shown = str(values["cell"] or "")
        if link and shown:
            book.put_link(sheet, row, place, link, shown)
    sheet.autofilter(2, 0, row, len(keys) - 1)


def _write_details(book: Book, findings: Findings, kind: Kind, *, has_earlier: bool) -> None:
    """Every cell of the causes that are told together."""
    details = findings.details[kind]
    if not details:
        return
    keys = ["cause", "followup", "file", "sheet", "cell", "case_code", "column", "value", "fault"]
    if not has_earlier:
        keys.remove("followup")
    count = findings.detail_counts[kind]
    guide = text("outbox.guide_details", list=text(f"outbox.sheet_{kind}"))
    if count > len(details):
        guide += " " + text("outbox.details_cut", shown=len(details), count=count)
    sheet, row = _open_list(book, f"sheet_details_{kind}", guide, keys)
    widths = [WIDTHS[key] for key in keys]
    styles = ["text_centre_top" if key in CENTRED else "text_top" for key in keys]
    place = keys.index("cell")
    for number, line in enumerate(details):
        row += 1
        cell = place_in_file(line, [(line["row_number"], line["row_number"])], 1)
        values = {
            "cause": line["number"],
            "followup": text(f"outbox.followup_{line['followup']}"),
            "file": line["file_name"],
            "sheet": line["sheet"],
            "cell": cell,
            "case_code": line["case_code"],
            "column": column_title(line),
            "value": _value(line),
            "fault": line["message"],
        }
        book.put_wrapped_row(sheet, row, [values[key] for key in keys], styles, widths)
        link = _link(line) if number < LINKED_DETAILS else None
        if link and cell:
            book.put_link(sheet, row, place, link, cell)
    sheet.autofilter(2, 0, row, len(keys) - 1)


def _open_list(book: Book, name: str, guide: str, keys: Sequence[str]) -> tuple[Worksheet, int]:
    """A sheet with its title, how to use it, and the heads; gives the row of the heads."""
    sheet = book.sheet(text(f"outbox.{name}"))
    widths = [WIDTHS[key] for key in keys]
    set_widths(sheet, widths)
    print_setup(sheet, header_rows=(2, 2))
    last = len(keys) - 1
    book.merge(sheet, (0, 0, 0, last), text(f"outbox.{name}_title"), "title")
    sheet.set_row(0, 24)
    book.merge_wrapped(sheet, (1, 0, 1, last), guide, "wrapped", sum(widths))
    sheet.set_row(2, 32)
    heads = [text(f"outbox.column_{key}") for key in keys]
    book.put_row(sheet, 2, heads, ["head"] * len(keys))
    sheet.freeze_panes(3, 0)
    return sheet, 2


def _cause_values(cause: Cause) -> dict[str, str | int | None]:
    """What a line says, by its column."""
    first = cause.first
    fault, fix = first["message"], first["fix"]
    if first["scope"] == "file":
        fault, fix = _parted(fault or "")
    is_many = cause.is_grouped
    value = _sample(cause) if is_many else _value(first)
    return {
        "number": cause.number,
        "followup": text(f"outbox.followup_{first['followup']}"),
        "file": first["file_name"],
        "sheet": first["sheet"],
        "cell": place_in_file(first, cause.spans, cause.span_count),
        "cells": cause.cells,
        "case_code": _cases(cause) if is_many else first["case_code"],
        "column": column_title(first),
        "value": value,
        "value_before": value,
        "fault": fault,
        "fix": fix,
    }


def _parted(message: str) -> tuple[str, str | None]:
    """What is wrong and what to do: our texts on files say the second from «Hãy» on."""
    fault, asked, fix = message.partition(" Hãy ")
    return (fault, f"Hãy {fix}") if asked else (message, None)


def _cases(cause: Cause) -> str | None:
    """How many cases a cause hits; rows without case codes, as those of registers, hit none."""
    return text("outbox.cases", cases=cause.cases) if cause.cases else None


def _value(line: Row) -> str | None:
    """The value as it stood, and how it was read where that is another."""
    value = _as_shown(line["value"], line)
    if not line["read_as"]:
        return value
    return text("outbox.value_read_as", value=value, read_as=line["read_as"])


def _as_shown(value: str | None, line: Row) -> str | None:
    """A date cell of a workbook as a clerk sees it; all else, and what is no date, as it stands."""
    found = _DATE_CELL.fullmatch(value or "")
    if (
        found is None
        or not is_workbook(line["file_name"])
        or "unreadable" in (line["rule_id"] or "")
    ):
        return value
    year, month, day, clock = found.groups()
    return f"{day}/{month}/{year}{clock or ''}"


def _sample(cause: Cause) -> str | None:
    """The values as they stood; of many different ones the first three."""
    if not cause.sample:
        return None
    shown = "; ".join(_as_shown(value, cause.first) or "" for value in cause.sample)
    more = cause.value_count - len(cause.sample)
    return text("outbox.values_more", values=shown, count=more) if more > 0 else shown


def place_in_file(line: Row, spans: Sequence[tuple[int | None, int | None]], count: int) -> str:
    """Where to look: `H17:H24, H30` in a workbook, `dòng 17–24, 30` or `dòng 17 (H17)` in a text file.

    A text file's single line has its cell too, as a spreadsheet program shows the file. A row
    stands in for the cell also where the column has no place in the file; "" where the message is
    about the file as a whole.
    """
    if not spans or spans[0][0] is None:
        return str(line["cell"] or "")
    if (
        count == 1
        and spans[0][0] == spans[0][1]
        and line["cell"]
        and not is_workbook(line["file_name"])
    ):
        return text("outbox.place_line", line=spans[0][0], cell=line["cell"])
    letter = (line["cell"] or "").rstrip("0123456789") if is_workbook(line["file_name"]) else ""
    join = f":{letter}" if letter else "–"
    shown = ", ".join(
        f"{letter}{first}" if first == last else f"{letter}{first}{join}{last}"
        for first, last in spans
    )
    if count > len(spans):
        shown = text("outbox.places_more", places=shown, count=count - len(spans))
    return shown if letter else text("outbox.place_lines", lines=shown)


def is_workbook(file_name: str) -> bool:
    """Whether a spreadsheet program shows the cells of the file under the addresses we know."""
    return PurePath(file_name).suffix.casefold() in WORKBOOKS


def _link(line: Row) -> str | None:
    """A relative link to the first cell in the unit's own file; to the file where it has no cells."""
    name = line["file_name"] or ""
    if not name or NOT_IN_LINKS & set(name) or name.startswith("."):
        return None
    target = f"external:{name}"
    cell = line["cell"] or (f"A{line['row_number']}" if line["row_number"] else None)
    if is_workbook(name) and line["sheet"] and cell:
        sheet = line["sheet"].replace("'", "''")
        target += f"#'{sheet}'!{cell}"
    return target


def column_title(line: Row) -> str | None:
    """The label in the file, else the Vietnamese name of the canonical column."""
    label: str | None = line["column_label"]
    name: str | None = line["column_name"]
    if label or name is None:
        return label
    key = f"outbox.canonical_{name}"
    return text(key) if has_text(key) else name
