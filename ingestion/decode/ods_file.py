"""Reader of OpenDocument spreadsheets (.ods, .fods), row by row.

Our own: the library that reads .xlsx puts every repeated cell of every sheet into memory at once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from ingestion.decode.archive import damage_told, open_archive
from ingestion.decode.cells import Cell
from ingestion.decode.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, sheet_rows, sheet_too_large
from ingestion.decode.opened import Merged, NumberedRow, OpenedFile, Sheet, broken, unreadable
from ingestion.decode.xml_stream import Events, OpenSource, Span, read, root_tag, utf8_source
from ingestion.layouts import Layout

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_CALC_EXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_DRAW = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0 "
_SHEET, _ROW = _TABLE + "table", _TABLE + "table-row"
_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")
_PARAGRAPHS = (_TEXT + "p", _TEXT + "h")
_SIGNS = {_TEXT + "tab": "\t", _TEXT + "line-break": "\n"}
_VALUES = frozenset(
    _OFFICE + name
    for name in ("value", "date-value", "time-value", "boolean-value", "string-value")
)
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?")
_LEADING_ZERO = re.compile(r"0\d+")
_HEAD = 1 << 16
_MIDNIGHT = datetime(1900, 1, 1)  # noqa: DTZ001 - only its time of day counts

Repeated = tuple[int, list[tuple[int, Cell]]]
"""How often a row stands, and its cells with how often each stands."""


@dataclass(frozen=True)
class _Listed:
    name: str
    span: Span
    is_visible: bool


@dataclass
class OdsFile(OpenedFile):
    """An opened spreadsheet; its sheets are found, their rows are read when asked for."""

    source: OpenSource
    listed: list[_Listed]
    date_system: int = 1900
    merged: dict[_Listed, list[Merged]] = field(default_factory=dict)

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return all tables of the document."""
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
        with damage_told("ods", listed.name), self.source() as source:
            events = _Rows("ods", listed.name)
            self.merged[listed] = events.merged
            found = read(source, events, listed.span)
            yield from sheet_rows(_unrolled(found, listed.name), listed.name)


def open_ods(path: Path) -> OdsFile:
    """Open an OpenDocument spreadsheet; raises `UnreadableFileError` for a damaged or locked one."""
    archive = open_archive(path, "ods")
    with damage_told("ods"):
        has_manifest = "meta-inf/manifest.xml" in archive.parts
        manifest = archive.read("META-INF/manifest.xml") if has_manifest else b""
    if b"encryption-data" in manifest:
        raise unreadable("encrypted")
    return _open(lambda: archive.open("content.xml"))


def open_flat_ods(path: Path) -> OdsFile:
    """Open a spreadsheet that is one XML file; raises `UnreadableFileError`."""
    return _open(utf8_source(path, "ods"))


def _open(source: OpenSource) -> OdsFile:
    with damage_told("ods"):
        with source() as handle:
            root = root_tag(handle.read(_HEAD), "ods")
        outline = _Outline("ods", root=root)
        with source() as handle:
            for _ in read(handle, outline):
                pass
    return OdsFile(source, outline.listed, outline.date_system)


@dataclass
class _Outline(Events[None]):
    """Finds where each table begins and ends, which are hidden, and the date system."""

    root: bytes = b""
    listed: list[_Listed] = field(default_factory=list)
    date_system: int = 1900
    _hidden: set[str] = field(default_factory=set)
    _style: str = ""
    _depth: int = 0
    _open: tuple[str, int, bool] = ("", 0, True)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _SHEET:
            self._depth += 1
            if self._depth == 1:
                title = attributes.get(_TABLE + "name", "")
                is_visible = attributes.get(_TABLE + "style-name") not in self._hidden
                self._open = (title, self.parser.CurrentByteIndex, is_visible)
        elif name == _STYLE + "style":
            self._style = attributes.get(_STYLE + "name", "")
        elif name == _STYLE + "table-properties":
            if attributes.get(_TABLE + "display") == "false":
                self._hidden.add(self._style)
        elif name == _TABLE + "null-date":
            is_1904 = attributes.get(_TABLE + "date-value", "").startswith("1904")
            self.date_system = 1904 if is_1904 else 1900

    def end(self, name: str) -> None:
        if name == _SHEET:
            self._depth -= 1
            if self._depth == 0:
                title, start, is_visible = self._open
                span = Span(self.root, start, self.parser.CurrentByteIndex)
                self.listed.append(_Listed(title, span, is_visible))


@dataclass
class _Rows(Events[Repeated]):
    """Hands on the rows of one table, each with how often it stands."""

    merged: list[Merged] = field(default_factory=list)
    _row: int = 1
    _column: int = 0
    _cells: list[tuple[int, Cell]] = field(default_factory=list)
    _attributes: dict[str, str] = field(default_factory=dict)
    _row_repeats: int = 1
    _tables: int = 0
    _skipped: int = 0
    _paragraphs: int = 0
    _is_text: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped or name == _OFFICE + "annotation" or name.startswith(_DRAW):
            self._skipped += 1  # notes and drawings hold text of their own
        elif name == _SHEET:
            self._tables += 1
        elif self._tables > 1:
            return  # a table inside a cell
        elif name == _ROW:
            self._row_repeats = self._count(attributes, "number-rows-repeated")
            self._cells, self._column = [], 0
        elif name in _CELLS:
            self._attributes, self._paragraphs = attributes, 0
            self.collect()
        elif name in _PARAGRAPHS:
            self._is_text = True
            if self._paragraphs:
                self.data("\n")
            self._paragraphs += 1
        elif name == _TEXT + "s":
            self.data(" " * min(self._count(attributes, "c", _TEXT), MAX_COLUMNS))
        elif name in _SIGNS:
            self.data(_SIGNS[name])

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif name == _SHEET:
            self._tables -= 1
        elif self._tables > 1:
            return
        elif name in _PARAGRAPHS:
            self._is_text = False
        elif name in _CELLS:
            repeats = self._count(self._attributes, "number-columns-repeated")
            self._cells.append((repeats, _value(self._attributes, self.collected())))
            down = self._count(self._attributes, "number-rows-spanned")
            if down > 1:
                self.merged.append(Merged(self._column, self._row, self._row + down - 1))
            self._column += repeats
        elif name == _ROW:
            self._row += self._row_repeats
            self.done.append((self._row_repeats, self._cells))

    def data(self, letters: str) -> None:
        # Between the paragraphs of a cell there may be line ends that are no text.
        if self._is_text and not self._skipped and self._tables == 1:
            super().data(letters)

    def _count(self, attributes: dict[str, str], name: str, space: str = _TABLE) -> int:
        written = attributes.get(space + name, "1")
        if not (written.isascii() and written.isdigit() and len(written) < 10):
            raise broken("ods", sheet=self.sheet)
        return int(written)


def _unrolled(found: Iterator[Repeated], sheet: str) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Yield numbered rows with their filled cells; repeats are written out, within bounds."""
    number = 1
    for repeats, repeated_cells in found:
        cells: dict[int, Cell] = {}
        column = 0
        for times, value in repeated_cells:
            if value not in (None, ""):
                if column + times > MAX_COLUMNS:
                    raise sheet_too_large(sheet, column + times, number)
                cells.update(dict.fromkeys(range(column, column + times), value))
            column += times
        if cells:
            last = number + repeats - 1
            if last > MAX_ROWS or repeats * len(cells) > MAX_CELLS:
                raise sheet_too_large(sheet, max(cells) + 1, last)
            for repeat in range(repeats):
                yield number + repeat, cells
        number += repeats


def _value(attributes: dict[str, str], shown: str) -> Cell:
    """Return a cell's value; of a number shown as a code (000123) what is shown."""
    kind = attributes.get(_OFFICE + "value-type")
    is_error = attributes.get(_CALC_EXT + "value-type") == "error"
    if kind is None or is_error or not attributes.keys() & _VALUES:
        return shown
    value: Cell
    match kind:
        case "float" | "percentage" | "currency":
            number = float(attributes.get(_OFFICE + "value", "nan"))
            is_code = _LEADING_ZERO.fullmatch(shown) and float(shown) == number
            value = shown if is_code else number
        case "date":
            value = _date(attributes.get(_OFFICE + "date-value", ""), shown)
        case "time":
            value = _time(attributes.get(_OFFICE + "time-value", ""), shown)
        case "boolean":
            value = attributes.get(_OFFICE + "boolean-value") == "true"
        case _:
            value = attributes.get(_OFFICE + "string-value", shown)
    return value


def _date(written: str, shown: str) -> Cell:
    try:
        return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
    except ValueError:
        return shown or written


def _time(written: str, shown: str) -> Cell:
    match = _DURATION.fullmatch(written)
    if match is None:
        return shown or written
    sign, days, hours, minutes, seconds = match.groups()
    try:
        span = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=float((seconds or "0").replace(",", ".")),
        )
    except (OverflowError, ValueError):
        return shown or written
    if sign:
        return -span
    return span if span >= timedelta(days=1) else (_MIDNIGHT + span).time()
