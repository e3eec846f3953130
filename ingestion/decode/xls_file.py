"""Reader of Excel 97–2003 workbooks (.xls: BIFF8, and BIFF5 of Excel 95), row by row.

Our own, not the library that reads .xlsx: see docs/decisions.
"""

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path

from ingestion.decode import biff
from ingestion.decode.archive import damage_told
from ingestion.decode.cells import Cell
from ingestion.decode.grid import sheet_rows
from ingestion.decode.ole import CompoundFile
from ingestion.decode.opened import Merged, NumberedRow, OpenedFile, Sheet, broken, unreadable
from ingestion.layouts import Layout

_WORKSHEET = 0
_COLUMNS = 256
_ROW_SHIFT = 32
_CELL = struct.Struct("<HHH")
_NUMBER = struct.Struct("<d")
_RK = struct.Struct("<I")
_RANGE = struct.Struct("<HHHH")
_STYLED_RK = struct.Struct("<HI")
_BETWEEN_FORMULA_AND_TEXT = frozenset((biff.ARRAY, biff.SHARED_FORMULA, biff.TABLE, biff.CONTINUE))


@dataclass
class XlsFile(OpenedFile):
    """The workbook stream of an .xls with its head read."""

    book: biff.Globals
    date_system: int = 1900
    merged: dict[int, list[Merged]] = field(default_factory=dict)
    """Cells merged down, by the place of the sheet whose rows were asked for."""

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the worksheets; charts, macro sheets and modules hold no table."""
        del layout
        return [
            Sheet(
                sheet.name,
                partial(self._rows, sheet),
                is_visible=sheet.is_visible,
                merged=partial(self._merged, sheet.place),
            )
            for sheet in self.book.sheets
            if sheet.kind == _WORKSHEET
        ]

    def _merged(self, place: int) -> list[Merged]:
        return self.merged.get(place, [])

    def _rows(self, sheet: biff.SheetPlace) -> Iterator[NumberedRow]:
        with damage_told("xls", sheet.name):
            yield from sheet_rows(self._cells(sheet), sheet.name)

    def _cells(self, sheet: biff.SheetPlace) -> Iterator[tuple[int, dict[int, Cell]]]:
        for index, group in groupby(self._places(sheet.place), lambda place: place >> _ROW_SHIFT):
            cells: dict[int, Cell] = {}
            for place in group:
                self._read(place & ((1 << _ROW_SHIFT) - 1), cells)
            yield index + 1, cells

    def _places(self, start: int) -> list[int]:
        """Return row and place of every cell record of a sheet, sorted: writers need not sort."""
        stream = self.book.stream
        if start >= len(stream):
            raise broken("xls")
        places = array("Q")
        merged = self.merged[start] = []
        depth = 0
        for kind, place, length in biff.records(stream, start):
            if kind == biff.BOF:
                depth += 1  # a chart inside the sheet has cells of its own
            elif depth == 0:
                raise broken("xls")
            elif kind == biff.EOF:
                depth -= 1
                if depth == 0:
                    break
            elif depth == 1 and kind in biff.CELL_RECORDS and length >= _CELL.size:
                (row,) = struct.unpack_from("<H", stream, place)
                places.append(row << _ROW_SHIFT | place - 4)
            elif depth == 1 and kind == biff.MERGED_CELLS:
                ranges = _RANGE.iter_unpack(stream[place + 2 : place + 2 + (length - 2) // 8 * 8])
                merged += [Merged(c, top + 1, end + 1) for top, end, c, _ in ranges if end > top]
        else:
            raise broken("xls")
        return sorted(places)

    def _read(self, start: int, cells: dict[int, Cell]) -> None:
        """Read the cells of one record into ``cells`` (0-based column -> value)."""
        stream, formats = self.book.stream, self.book.formats
        kind, length = struct.unpack_from("<HH", stream, start)
        place = start + 4
        _, column, style = _CELL.unpack_from(stream, place)
        value: Cell
        match kind:
            case biff.SHARED_LABEL:
                (number,) = _RK.unpack_from(stream, place + 6)
                value = self.book.strings[number]
            case biff.RK:
                (raw,) = _RK.unpack_from(stream, place + 6)
                value = formats.value(biff.rk_number(raw), style)
            case biff.NUMBER:
                (number,) = _NUMBER.unpack_from(stream, place + 6)
                value = formats.value(number, style)
            case biff.MULTIPLE_RK:
                for step in range((length - 6) // 6):
                    style, raw = _STYLED_RK.unpack_from(stream, place + 4 + 6 * step)
                    cells[column + step] = formats.value(biff.rk_number(raw), style)
                return
            case biff.BOOLEAN_OR_ERROR:
                shown, is_error = stream[place + 6], stream[place + 7]
                value = biff.ERRORS.get(shown, "#N/A") if is_error else bool(shown)
            case biff.FORMULA:
                has_text, value = biff.formula_result(stream[place + 6 : place + 14])
                if has_text:
                    value = self._formula_text(place + length)
                elif isinstance(value, float):
                    value = formats.value(value, style)
            case _:
                value = self.book.string(stream[place : place + length], 6)
        if column < _COLUMNS:
            cells[column] = value

    def _formula_text(self, start: int) -> Cell:
        """Return the string record that follows a formula; it may run over several records."""
        pieces: list[bytes] = []
        for kind, place, length in biff.records(self.book.stream, start):
            data = self.book.stream[place : place + length]
            if kind == biff.STRING and not pieces:
                pieces = [data]
            elif kind == biff.CONTINUE and pieces:
                pieces.append(data)
            elif pieces or kind not in _BETWEEN_FORMULA_AND_TEXT:
                break
        if not pieces:
            return None
        return biff.running_string(pieces) if len(pieces) > 1 else self.book.string(pieces[0], 0)


def open_xls(path: Path) -> XlsFile:
    """Open an Excel 97–2003 workbook.

    Raises `UnreadableFileError` for a damaged or encrypted one, or one older than Excel 95.
    """
    with damage_told("xls"):
        container = CompoundFile(path.read_bytes())
        stream = container.stream("Workbook", "Book")
        if stream is None:
            raise unreadable("encrypted") if container.stream("EncryptedPackage") else broken("xls")
        book = biff.read_globals(stream)
    return XlsFile(book, book.formats.date_system)
