"""Numbers of cases that a file states, and their reconciliation with the rows read.

A file states its number in a total below or above the data, in subtotals of groups and pages, in the
title of a group («Hộ tịch (12 hồ sơ)») or above the table («Tổng số: 125 hồ sơ»). Which rows such a
number is about is told by its words and its place. Where several are possible, a number that agrees
with one of them agrees; else it differs from the most likely one, and the unit is told.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.decode.cells import Cell, cell_address
from ingestion.decode.row_signs import whole_number
from ingestion.decode.row_words import Level, any_word
from ingestion.manifest import StatedTotal
from ingestion.text import match_key

_DATES = re.compile(
    r"(?:ngày\s*)?\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{4}|(?:tháng\s*)?\d{1,2}\s*[-/.]\s*\d{4}(?!\d)"
    r"|(?:ngày|tháng|năm|quý)\s*(?:\d+|[ivx]+\b)"
)
_NUMBERED_PART = re.compile(r"(?<!\w)(?:mục|nhóm|phần|trang|tờ|biểu|số thứ tự)\s+\d+(?!\w)")
_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:[.,]\d{3})+|\d+)(?![\w])")


@dataclass(frozen=True)
class Statement:
    """A number that a sheet states. ``numbers``: what may be meant, the most likely first.

    ``before``: data rows of the sheet above it; ``opens``: it stands right below a group's title.
    """

    row_number: int
    index: int
    label: str | None
    level: Level
    numbers: tuple[int, ...]
    before: int
    opens: bool = False


@dataclass
class SheetStatements:
    """The statements of one sheet.

    ``breaks``: data rows above each title and total; ``pages``: above each page's header or total;
    ``title_at``: above the last title.
    """

    sheet: str | None
    first_column: int
    statements: list[Statement] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    pages: set[int] = field(default_factory=set)
    title_at: int | None = None
    rows: int = 0


_WITHIN_HEADING = re.compile(r"(?<!\w)(?:tổng số|tổng cộng)(?:\s+hồ sơ)?\s*[:=]\s*(?=\d)")


def total_in_heading(shown: str) -> str | None:
    """Return the end of a heading's line that states a total: «Tháng 3/2024 - Tổng số: 125 hồ sơ»."""
    key = match_key(shown)
    match = _WITHIN_HEADING.search(key)
    return key[match.start() :] if match else None


def count_in(shown: str) -> int | None:
    """Return the number of cases that a text states, or None: not for late, paid, received ones."""
    key = _NUMBERED_PART.sub(" ", _DATES.sub(" ", match_key(shown)))
    if any_word("not_counts").search(key):
        return None
    counted = re.search(rf"{_NUMBER.pattern}\s*{any_word('count_units').pattern}", key)
    marked = re.search(rf"[:=]\s*{_NUMBER.pattern}", key)
    match = counted or marked or _NUMBER.search(key)
    return int(re.sub(r"\D", "", match[1])) if match else None


def is_qualified(shown: str) -> bool:
    """Tell whether the words of a total say that it counts something else (late cases, fees)."""
    key = _DATES.sub(" ", match_key(shown))
    return any_word("not_counts").search(key) is not None


def numbers_in_row(
    cells: Mapping[int, Cell],
    label_at: int,
    shown: str,
    preferred: Sequence[int],
    excluded: Sequence[int],
) -> tuple[tuple[int, int], ...]:
    """Return the numbers of a total row with their columns; all may be meant, the first most likely.

    ``cells``: the filled cells by column; ``shown``: the label's text. Meant is the number in the
    label's own cell, or else those in the columns of codes and running numbers (``preferred``), or
    else all but those of fees and days (``excluded``).
    """
    if is_qualified(shown):
        return ()
    own = count_in(shown)
    if own is not None:
        return ((label_at, own),)
    found = {
        index: number
        for index, cell in cells.items()
        if index != label_at
        and index not in excluded
        and (number := whole_number(cell)) is not None
    }
    sure = tuple((index, found[index]) for index in preferred if index in found)
    return sure or tuple(found.items())


def reconcile(sheets: Sequence[SheetStatements]) -> list[StatedTotal]:
    """Compare every statement with the rows read. ``scope``: sheet, file, group or page."""
    file_rows = sum(part.rows for part in sheets)
    return [
        _reconciled(statement, part, file_rows) for part in sheets for statement in part.statements
    ]


def _reconciled(statement: Statement, part: SheetStatements, file_rows: int) -> StatedTotal:
    counts = _possible(statement, part, file_rows)
    agreed = next(
        ((number, scope) for number in statement.numbers for scope, n in counts if n == number),
        None,
    )
    if agreed is None:
        scope, counted = counts[0]
        stated = statement.numbers[0]
    else:
        stated, scope = agreed
        counted = stated
    return StatedTotal(
        sheet=part.sheet,
        row_number=statement.row_number,
        cell=cell_address(statement.row_number, statement.index + part.first_column),
        label=statement.label,
        stated=stated,
        counted=counted,
        scope=scope,
    )


def _possible(statement: Statement, part: SheetStatements, file_rows: int) -> list[tuple[str, int]]:
    """Return the numbers of rows that a statement may be about, the most likely first."""
    before = statement.before
    whole = [("sheet", part.rows), ("file", file_rows)]
    breaks = {0, *part.breaks, part.rows}
    since = [("group", n) for n in _since(breaks, before)]
    until = [("group", n) for n in _until(breaks, before)]
    if statement.level is Level.TITLE:
        return [*until, ("group", 0)]
    if statement.level is Level.PAGE:
        pages = _since({0, *part.pages}, before)
        return [*(("page", n) for n in pages), *since, *whole]
    parts = [*until, *since] if statement.opens or before == 0 else since
    # With data on both sides a total is that of a part, whatever it is called.
    if statement.level is Level.WHOLE and (before in (0, part.rows) or not parts):
        return [*whole, *parts]
    return [*parts, *whole]


def _since(bounds: set[int], before: int) -> list[int]:
    """Numbers of rows from each earlier bound, the nearest first."""
    return [before - bound for bound in sorted(bounds, reverse=True) if bound < before]


def _until(bounds: set[int], before: int) -> list[int]:
    """Numbers of rows to each later bound, the nearest first."""
    return [bound - before for bound in sorted(bounds) if bound > before]


def grand_total(totals: Sequence[StatedTotal], sheets_with_rows: set[str | None]) -> int | None:
    """Return the number of cases the whole file states; None where it does, or only for a part."""
    of_file = [total.stated for total in totals if total.scope == "file"]
    if of_file:
        return of_file[-1]
    by_sheet = {total.sheet: total.stated for total in totals if total.scope == "sheet"}
    if not by_sheet or not sheets_with_rows <= by_sheet.keys():
        return None
    return sum(by_sheet.values())
