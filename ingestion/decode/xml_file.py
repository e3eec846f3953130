"""Reader of XML Spreadsheet 2003 (often named .xls), row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from ingestion.decode.archive import damage_told
from ingestion.decode.cells import Cell
from ingestion.decode.grid import MAX_COLUMNS, MAX_ROWS, sheet_rows, sheet_too_large
from ingestion.decode.number_formats import as_code
from ingestion.decode.opened import Merged, NumberedRow, OpenedFile, Sheet, broken
from ingestion.decode.xml_stream import Events, OpenSource, Span, read, root_tag, utf8_source
from ingestion.layouts import Layout

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_SS = NAMESPACE + " "
_EXCEL = "urn:schemas-microsoft-com:office:excel "
_HEAD = 1 << 16
_NO_DAY = (1899, 1900, 1904)
"""A time of day is written as a moment on the first day that the date system counts."""


@dataclass(frozen=True)
class _Listed:
    name: str
    span: Span
    is_visible: bool


@dataclass
class XmlFile(OpenedFile):
    """An opened workbook. ``codes``: style -> number format."""

    source: OpenSource
    listed: list[_Listed]
    codes: dict[str, str]
    date_system: int = 1900
    merged: dict[_Listed, list[Merged]] = field(default_factory=dict)

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the worksheets."""
        del layout
        return [
            Sheet(
                listed.name,
                partial(self._rows, listed),
                is_visible=listed.is_visible,
                merged=partial(self._merged, listed),
            )
            for listed in self.listed
        ]

    def _merged(self, listed: _Listed) -> list[Merged]:
        return self.merged.get(listed, [])

    def _rows(self, listed: _Listed) -> Iterator[NumberedRow]:
        with damage_told("xml", listed.name), self.source() as source:
            events = _Rows("xml", listed.name, codes=self.codes)
            self.merged[listed] = events.merged
            rows = read(source, events, listed.span)
            yield from sheet_rows(rows, listed.name)


def open_xml(path: Path) -> XmlFile:
    """Open an XML Spreadsheet 2003; raises `UnreadableFileError` for a damaged one."""
    source = utf8_source(path, "xml")
    with damage_told("xml"):
        with source() as handle:
            outline = _Outline("xml", root=root_tag(handle.read(_HEAD), "xml"))
        with source() as handle:
            for _ in read(handle, outline):
                pass
    return XmlFile(source, outline.listed, outline.codes, outline.date_system)


@dataclass
class _Outline(Events[None]):
    """Finds where each worksheet begins and ends, which are hidden, formats and date system."""

    root: bytes = b""
    listed: list[_Listed] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    date_system: int = 1900
    _style: str = ""
    _name: str = ""
    _start: int = 0
    _is_visible: bool = True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _SS + "Worksheet":
            self._name = attributes.get(_SS + "Name", "")
            self._start, self._is_visible = self.parser.CurrentByteIndex, True
        elif name == _SS + "Style":
            self._style = attributes.get(_SS + "ID", "")
        elif name == _SS + "NumberFormat":
            self.codes[self._style] = attributes.get(_SS + "Format", "")
        elif name == _EXCEL + "Date1904":
            self.date_system = 1904
        elif name == _EXCEL + "Visible":
            self.collect()

    def end(self, name: str) -> None:
        if name == _SS + "Worksheet":
            span = Span(self.root, self._start, self.parser.CurrentByteIndex)
            self.listed.append(_Listed(self._name, span, self._is_visible))
        elif name == _EXCEL + "Visible":
            self._is_visible = not self.collected().strip().endswith("Hidden")


@dataclass
class _Rows(Events[tuple[int, dict[int, Cell]]]):
    """Hands on numbered rows with their filled cells."""

    codes: dict[str, str] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    _row: int = 0
    _column: int = -1
    _cells: dict[int, Cell] = field(default_factory=dict)
    _below: dict[int, int] = field(default_factory=dict)
    _span: int = 0
    _across: int = 0
    _style: str = ""
    _type: str = ""
    _is_note: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _SS + "Row":
            self._begin_row(attributes)
        elif name == _SS + "Cell":
            self._begin_cell(attributes)
        elif name == _SS + "Comment":
            self._is_note = True
        elif name == _SS + "Data" and not self._is_note:
            self._type = attributes.get(_SS + "Type", "String")
            self.collect()

    def end(self, name: str) -> None:
        if name == _SS + "Data" and not self._is_note:
            value = self._value(self.collected())
            if value not in (None, ""):
                self._cells[self._column] = value
        elif name == _SS + "Comment":
            self._is_note = False
        elif name == _SS + "Cell":
            self._column += self._across
        elif name == _SS + "Row":
            self.done.append((self._row, self._cells))
            self._row += self._span

    def _begin_row(self, attributes: dict[str, str]) -> None:
        following = self._number(attributes, "Index", self._row + 1)
        if following <= self._row:
            raise broken("xml", sheet=self.sheet)
        self._below = {c: last for c, last in self._below.items() if last >= following}
        self._row, self._column, self._cells = following, -1, {}
        self._span = self._number(attributes, "Span", 0)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        if _SS + "Index" in attributes:
            self._column = self._number(attributes, "Index", 1) - 1
        else:
            self._column += 1
            while self._column in self._below:  # covered by a cell merged down from above
                self._column += 1
        self._across = self._number(attributes, "MergeAcross", 0)
        down = self._number(attributes, "MergeDown", 0)
        if self._column < 0 or self._column + self._across >= MAX_COLUMNS:
            raise sheet_too_large(self.sheet, self._column + self._across + 1, self._row)
        if down:
            covered = range(self._column, self._column + self._across + 1)
            self._below.update(dict.fromkeys(covered, self._row + down))
            self.merged.append(Merged(self._column, self._row, self._row + down))
        self._style = attributes.get(_SS + "StyleID", "")

    def _number(self, attributes: dict[str, str], name: str, default: int) -> int:
        written = attributes.get(_SS + name)
        if written is None:
            return default
        if not (written.isascii() and written.isdigit() and len(written) < 10):
            raise broken("xml", sheet=self.sheet)
        return min(int(written), MAX_ROWS + 1)

    def _value(self, shown: str) -> Cell:
        value: Cell = shown
        if self._type == "Number" and shown.strip():
            try:
                number = float(shown)
            except ValueError as error:
                raise broken("xml", sheet=self.sheet) from error
            value = as_code(number, self.codes.get(self._style, "")) or number
        elif self._type == "Boolean":
            value = shown.strip() == "1"
        elif self._type == "DateTime" and shown.strip():
            value = _moment(shown.strip())
        return value


def _moment(written: str) -> Cell:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return written
    if found.year in _NO_DAY and (found.month, found.day) in ((12, 30), (12, 31), (1, 1)):
        return found.time()
    return found
