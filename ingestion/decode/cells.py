"""Cells as text: what a person sees, never a guess at what it means (design §4)."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

Cell = str | float | int | bool | date | datetime | time | timedelta | None
Row = Sequence[Cell]
DATE_TEXT = re.compile(r"(?<!\d)(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{14}|\d{12}|\d{8})(?!\d)")
_WHOLE_LIMIT = 1e15
"""Above it a double no longer tells whole numbers apart."""


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell holds nothing that a person can see."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def to_text(cell: Cell) -> str:
    """Return a cell as text; Excel dates as ISO text (seconds rounded), whole numbers plain."""
    match cell:
        case None:
            shown = ""
        case bool():
            shown = "TRUE" if cell else "FALSE"
        case float() if cell.is_integer() and abs(cell) < _WHOLE_LIMIT:
            shown = str(int(cell))
        case datetime():
            shown = _moment(cell)
        case date():
            shown = cell.isoformat()
        case time():
            shown = cell.isoformat(timespec="seconds")
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            shown = f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
        case _:
            shown = str(cell)
    return shown


def _moment(moment: datetime) -> str:
    rounded = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    # The reader gives a date without time of day as a date; midnight after rounding is the same.
    if rounded.time() == time.min:
        return rounded.date().isoformat()
    return rounded.isoformat(sep=" ")


def looks_like_date(cell: Cell) -> bool:
    """Tell whether a cell is a date or a text that holds one (right or wrong)."""
    if isinstance(cell, str):
        return DATE_TEXT.search(cell) is not None
    return isinstance(cell, date)


def column_letter(index: int) -> str:
    """Return the spreadsheet letter of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_address(row_number: int, index: int) -> str:
    """Return the address of a cell, such as ``H17``."""
    return f"{column_letter(index)}{row_number}"
