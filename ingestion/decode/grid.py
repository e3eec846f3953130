"""Rows as readers find them, made into the rows of a sheet: every row in its place, within bounds."""

from collections.abc import Iterable, Iterator

from ingestion.decode.cells import Cell
from ingestion.decode.opened import NumberedRow, UnreadableFileError, unreadable

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""The size of a sheet in Excel and LibreOffice."""
MAX_CELLS = 60_000_000
"""So many cells, blank ones between filled ones too, are read of one sheet."""
MAX_CELL_LETTERS = 131_072
"""Four times what Excel can hold in a cell, and the limit of text files too."""


def sheet_rows(
    rows: Iterable[tuple[int, dict[int, Cell]]], sheet: str | None
) -> Iterator[NumberedRow]:
    """Yield rows from column A, with the blank rows above filled ones; blank rows below are left out.

    ``rows``: row number (from 1, growing) and cells by 0-based column. Raises `UnreadableFileError`
    for a row or column beyond a sheet, and for more cells than are read of one.
    """
    last, total = 0, 0
    for number, cells in rows:
        if not cells:
            continue
        width = max(cells) + 1
        total += width
        if number > MAX_ROWS or width > MAX_COLUMNS or total > MAX_CELLS:
            raise sheet_too_large(sheet, width, number)
        for blank in range(last + 1, number):
            yield blank, ()
        last = number
        yield number, [cells.get(column) for column in range(width)]


def sheet_too_large(sheet: str | None, columns: int, rows: int) -> UnreadableFileError:
    """Return the error for a sheet with cells far away."""
    return unreadable("sheet_too_large", sheet=sheet, columns=columns, rows=rows)
