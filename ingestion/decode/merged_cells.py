"""Cells merged down over rows of cases: what one shows is meant for each of its rows."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from operator import attrgetter

from ingestion.decode.cells import Cell, Row, cell_address, is_blank
from ingestion.decode.opened import Sheet
from ingestion.manifest import Message
from ingestion.messages import text

_NOT_FILLED = "case_code"
"""One code over several rows may be one case or several: the row's rule tells the unit."""


class MergedCells:
    """Fills the blank cells of one sheet's data rows from the merged cell that covers them.

    A spreadsheet keeps the value in the first row only. It is carried to the data rows below where
    the first row is one of data, too; titles, totals and signatures neither give nor take.
    """

    def __init__(self, sheet: Sheet, columns: Mapping[str, int]) -> None:
        self._sheet = sheet
        self._places = {
            index + sheet.first_column: index
            for name, index in columns.items()
            if name != _NOT_FILLED
        }
        self._values: dict[tuple[int, int], Cell] = {}
        self._shown: str | None = None
        self._count = 0

    def fill(self, data: list[Row], numbers: Sequence[int]) -> None:
        """Fill a block of data rows in place; ``numbers``: their row numbers, growing."""
        if not data:
            return
        reached: dict[int, int] = {}
        for column, first, last in sorted(self._sheet.merged(), key=attrgetter("first")):
            index = self._places.get(column)
            # No program lets merged cells overlap; a file that does could be filled for ever.
            if index is None or first <= reached.get(column, 0):
                continue
            reached[column] = last
            if last < numbers[0] or first > numbers[-1]:
                continue
            start, end = bisect_left(numbers, first), bisect_right(numbers, last)
            if start < len(numbers) and numbers[start] == first:
                row = data[start]
                self._values[column, first] = row[index] if index < len(row) else None
                start += 1
            value = self._values.get((column, first))
            if is_blank(value):
                continue
            for at in range(start, end):
                self._fill(
                    data,
                    at,
                    index,
                    value,
                    f"{cell_address(first, column)}:{cell_address(last, column)}",
                )

    def _fill(self, data: list[Row], at: int, index: int, value: Cell, shown: str) -> None:
        row = [*data[at]]
        row += [None] * (index + 1 - len(row))
        if is_blank(row[index]):
            row[index] = value
            data[at] = row
            self._count += 1
            self._shown = self._shown or shown

    def notes(self) -> list[Message]:
        """Return what the unit should know of the cells that were filled."""
        if self._shown is None:
            return []
        place = text("intake.at_sheet", sheet=self._sheet.name) if self._sheet.name else ""
        said = text("intake.merged_filled", place=place, cells=self._shown, count=self._count)
        return [Message("merged_filled", said, self._sheet.name, self._shown.split(":")[0])]
