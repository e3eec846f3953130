"""Reader of binary Excel workbooks (.xlsb: BIFF12 in a zip, [MS-XLSB]), row by row.

Our own for the reasons given in `xls_file`; the library also gives whole-day dates as plain numbers.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from posixpath import join, normpath

from ingestion.decode import biff
from ingestion.decode.archive import Archive, damage_told, open_archive
from ingestion.decode.cells import Cell
from ingestion.decode.grid import sheet_rows
from ingestion.decode.number_formats import Formats
from ingestion.decode.opened import NumberedRow, OpenedFile, Sheet, broken, unreadable
from ingestion.layouts import Layout

_PIECE = 1 << 20
_MAX_RECORD = 4 << 20
"""A cell holds at most 32,767 letters."""
_ROW, _BLANK, _RK, _ERROR, _BOOLEAN, _NUMBER, _TEXT, _SHARED_TEXT = range(8)
_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOLEAN, _FORMULA_ERROR = range(8, 12)
_SHORT_CELLS = range(12, 19)
"""Cells without a column of their own: in the specification, but written by no program we know."""
_SHARED_ITEM, _FORMAT, _STYLE, _RICH_TEXT = 19, 44, 47, 62
_BEGIN_DATA, _END_DATA, _BOOK_PROPERTIES, _SHEET = 145, 146, 153, 156
_BEGIN_STYLES, _END_STYLES = 617, 618
_NULL_STRING = 0xFFFFFFFF
_INT = struct.Struct("<I")
_DOUBLE = struct.Struct("<d")


@dataclass
class XlsbFile(OpenedFile):
    """An opened workbook. ``listed``: name, part and visibility of each worksheet."""

    archive: Archive
    listed: list[tuple[str, str, bool]]
    formats: Formats
    strings: list[str]
    date_system: int = 1900

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the worksheets."""
        del layout
        return [
            Sheet(name, partial(self._rows, name, part), is_visible=is_visible)
            for name, part, is_visible in self.listed
        ]

    def _rows(self, name: str, part: str) -> Iterator[NumberedRow]:
        with damage_told("xlsb", name):
            yield from sheet_rows(self._cells(name, part), name)

    def _cells(self, name: str, part: str) -> Iterator[tuple[int, dict[int, Cell]]]:
        number = 0
        cells: dict[int, Cell] = {}
        for kind, data in _sheet_data(self.archive, part):
            (place,) = _INT.unpack_from(data)
            if kind != _ROW:
                cells[place] = self._value(kind, data)
                continue
            yield number, cells
            if place < number:
                raise broken("xlsb", sheet=name)
            number, cells = place + 1, {}
        yield number, cells

    def _value(self, kind: int, data: bytes) -> Cell:
        style = _INT.unpack_from(data, 4)[0] & 0xFFFFFF
        value: Cell
        if kind == _SHARED_TEXT:
            value = self.strings[_INT.unpack_from(data, 8)[0]]
        elif kind == _RK:
            value = self.formats.value(biff.rk_number(_INT.unpack_from(data, 8)[0]), style)
        elif kind in (_NUMBER, _FORMULA_NUMBER):
            value = self.formats.value(_DOUBLE.unpack_from(data, 8)[0], style)
        elif kind in (_TEXT, _FORMULA_TEXT):
            value = _string(data, 8)[0]
        elif kind == _RICH_TEXT:
            value = _string(data, 9)[0]
        elif kind in (_BOOLEAN, _FORMULA_BOOLEAN):
            value = bool(data[8])
        else:
            value = biff.ERRORS.get(data[8], "#N/A")
        return value


def open_xlsb(path: Path) -> XlsbFile:
    """Open a binary workbook; raises `UnreadableFileError`. Macros in it are never looked at."""
    archive = open_archive(path, "xlsb")
    with damage_told("xlsb"):
        parts = {}
        for relation in archive.xml("xl/_rels/workbook.bin.rels"):
            target = relation.get("Target", "").replace("\\", "/")
            place = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            is_worksheet = relation.get("Type", "").endswith("/worksheet")
            parts[relation.get("Id", "")] = place if is_worksheet else ""
        listed, formats = [], Formats()
        for kind, data in _records(archive, "xl/workbook.bin"):
            if kind == _BOOK_PROPERTIES:
                formats.date_system = 1904 if data[0] & 1 else 1900
            elif kind == _SHEET:
                number, after = _string(data, 8)
                name, _ = _string(data, after)
                if parts.get(number):
                    listed.append((name, parts[number], _INT.unpack_from(data)[0] == 0))
        _read_styles(archive, formats)
        strings = _shared_strings(archive)
    return XlsbFile(archive, listed, formats, strings, formats.date_system)


def _read_styles(archive: Archive, formats: Formats) -> None:
    if "xl/styles.bin" not in archive.parts:
        return
    is_cell_style = False
    for kind, data in _records(archive, "xl/styles.bin"):
        if kind in (_BEGIN_STYLES, _END_STYLES):
            is_cell_style = kind == _BEGIN_STYLES
        elif kind == _FORMAT:
            (number,) = struct.unpack_from("<H", data)
            formats.codes[number] = _string(data, 2)[0]
        elif kind == _STYLE and is_cell_style:
            formats.by_style.append(struct.unpack_from("<HH", data)[1])


def _shared_strings(archive: Archive) -> list[str]:
    part = "xl/sharedStrings.bin"
    if part.lower() not in archive.parts:
        return []
    return [_string(data, 1)[0] for kind, data in _records(archive, part) if kind == _SHARED_ITEM]


def _sheet_data(archive: Archive, part: str) -> Iterator[tuple[int, bytes]]:
    """Yield the row and filled cell records of a sheet."""
    wanted = frozenset((_ROW, *range(_RK, _FORMULA_ERROR + 1), _RICH_TEXT))
    is_data = False
    for kind, data in _records(archive, part):
        if kind == _BEGIN_DATA:
            is_data = True
        elif kind == _END_DATA:
            return
        elif is_data and kind in wanted:
            yield kind, data
        elif is_data and kind in _SHORT_CELLS:
            raise broken("xlsb")
    raise broken("xlsb")


def _records(archive: Archive, part: str) -> Iterator[tuple[int, bytes]]:
    """Yield type and data of the records of a part; raises `IndexError` where one is cut."""
    buffer, place = b"", 0
    pieces = archive.pieces(part, _PIECE)
    while True:
        # A head takes at most 6 bytes; the record itself is looked for once its length is known.
        head = _head(buffer, place) if len(buffer) - place >= 6 else None
        if head is not None and head[2] > _MAX_RECORD:
            raise unreadable("cell_too_large", place="")
        if head is None or head[1] + head[2] > len(buffer):
            piece = next(pieces, b"")
            if piece:
                buffer, place = buffer[place:] + piece, 0
                continue
            if place == len(buffer):
                return
            head = _head(buffer, place)
            if head[1] + head[2] > len(buffer):
                raise IndexError("a record reaches beyond its part")
        kind, start, length = head
        place = start + length
        yield kind, buffer[start:place]


def _head(buffer: bytes, place: int) -> tuple[int, int, int]:
    """Return type, place of the data and length of the record at ``place``."""
    kind = buffer[place]
    place += 1
    if kind & 0x80:
        kind = kind & 0x7F | (buffer[place] & 0x7F) << 7
        place += 1
    length = 0
    for shift in (0, 7, 14, 21):
        byte = buffer[place]
        place += 1
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return kind, place, length


def _string(data: bytes, place: int) -> tuple[str, int]:
    """Return a string with a 32-bit count, and the place after it."""
    (count,) = _INT.unpack_from(data, place)
    place += 4
    if count == _NULL_STRING:
        return "", place
    end = place + 2 * count
    if end > len(data):
        raise IndexError("a string reaches beyond its record")
    return data[place:end].decode("utf-16-le", "replace"), end
