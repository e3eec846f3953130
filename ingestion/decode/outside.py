"""Filled cells of data rows under no label: a shifted row, or a column nobody named."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.decode.cells import Cell, Row, cell_address, is_blank
from ingestion.decode.header import Mapping
from ingestion.decode.opened import Sheet
from ingestion.manifest import Message
from ingestion.messages import text

_SHOWN = 20


@dataclass
class OutsideCells:
    """Such cells of all sheets of a file, by sheet and column: the first one and their number."""

    _found: dict[tuple[str | None, int], tuple[int, int]] = field(default_factory=dict)

    def find(
        self, sheet: Sheet, mapping: Mapping, data: Sequence[Row], numbers: Sequence[int]
    ) -> bool:
        """Note the cells of a block of data rows outside its columns; tell whether there are any."""
        any_found = False
        width, inside = mapping.width, mapping.unlabelled
        if not inside and max(map(len, data)) <= width:
            return False
        for number, row in zip(numbers, data, strict=True):
            # Used ranges can be wide and empty: whole rests of rows are looked at first.
            if len(row) > width and _is_filled(row[width:]):
                spots = [i for i in range(width, len(row)) if not is_blank(row[i])]
            else:
                spots = []
            spots += [i for i in inside if i < len(row) and not is_blank(row[i])]
            for index in spots:
                place = (sheet.name, index + sheet.first_column)
                first, count = self._found.get(place, (number, 0))
                self._found[place] = (first, count + 1)
                any_found = True
        return any_found

    def messages(self) -> list[Message]:
        """Return one message per column, the first cell named; many columns are summed up."""
        messages = []
        for (sheet, index), (number, count) in list(self._found.items())[:_SHOWN]:
            cell = cell_address(number, index)
            more = text("intake.more_cells", count=count - 1) if count > 1 else ""
            said = text("intake.cell_without_label", cell=cell, row=number, more=more)
            messages.append(Message("cell_without_label", said, sheet, cell))
        rest = len(self._found) - _SHOWN
        if rest > 0:
            messages.append(Message("more_findings", text("intake.more_findings", count=rest)))
        return messages


def _is_filled(cells: Sequence[Cell]) -> bool:
    return cells.count("") + cells.count(None) < len(cells)
