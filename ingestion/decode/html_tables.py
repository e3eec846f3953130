"""Tables of a web page as a person sees them: merged cells, hidden parts, nested tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingestion.decode.cells import DATE_TEXT, Cell
from ingestion.decode.grid import MAX_CELL_LETTERS, MAX_CELLS, MAX_COLUMNS, sheet_too_large
from ingestion.decode.number_formats import moment
from ingestion.decode.opened import Merged, unreadable

_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(r"\.([\w-]+)\s*\{[^}]*display\s*:\s*none", re.IGNORECASE)
_SKIPPED = frozenset(
    ("script", "style", "title", "noscript", "template", "select", "object", "svg")
)
_LINES = frozenset(
    ("p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "center", "hr")
)
_PLAIN_NUMBER = re.compile(r"-?(?!0\d)[\d., ]+")
_MAX_COLSPAN, _MAX_ROWSPAN = 1000, 65_534
"""The limits of the HTML standard."""
_DATA_CELLS = 3
"""A row of so many filled cells makes a table of data; titles and signatures have fewer."""


@dataclass
class Table:
    """One table, or the text between two. ``is_layout``: it only holds other tables in place.

    ``merged``: cells merged down; ``last_merged``: of each column the last of them.
    """

    rows: list[list[Cell]] = field(default_factory=list)
    is_layout: bool = False
    is_all_headings: bool = True
    covered: dict[int, int] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    last_merged: dict[int, int] = field(default_factory=dict)
    row: list[Cell] | None = None
    is_row_hidden: bool = False
    cell: "_Cell | None" = None

    @property
    def is_data(self) -> bool:
        """Whether it holds rows of data, not only titles or other tables."""
        return not self.is_layout and any(
            sum(cell not in (None, "") for cell in row) >= _DATA_CELLS for row in self.rows
        )

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(map(len, self.rows), default=0)


@dataclass
class _Cell:
    attributes: Mapping[str, str]
    text: "_Text"
    column: int


@dataclass
class _Text:
    """Text as a browser shows it: runs of spaces are one, ``<br>`` and blocks begin lines."""

    parts: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, letters: str) -> None:
        self.size += len(letters)
        if self.size > MAX_CELL_LETTERS:
            raise unreadable("cell_too_large", place="")
        self.parts.append(_SPACES.sub(" ", letters))

    def end_line(self) -> None:
        self.parts.append("\n")

    def begin_block(self) -> None:
        if self.parts and self.parts[-1] != "\n":
            self.parts.append("\n")

    def lines(self) -> list[str]:
        return [
            line for part in "".join(self.parts).split("\n") if (line := " ".join(part.split()))
        ]

    def shown(self) -> str:
        if len(self.parts) == 1:
            return self.parts[0].strip()
        lines = [" ".join(part.split(" ")).strip() for part in "".join(self.parts).split("\n")]
        return "\n".join(_SPACES.sub(" ", line) for line in lines).strip()


@dataclass
class PageReader:
    """Takes the events of an HTML parser and collects ``blocks`` in the order of the page.

    ``date_system`` is that of the page's numbers, ``keeps_hidden_rows`` whether rows that are not
    displayed are kept: Excel writes the rows that a filter hides so.
    """

    date_system: int = 1900
    keeps_hidden_rows: bool = False
    blocks: list[Table] = field(default_factory=list)
    hidden_rows: int = 0
    has_frames: bool = False
    _open: list[Table] = field(default_factory=list)
    _loose: _Text = field(default_factory=_Text)
    _hidden: int = 0
    _skipped: int = 0
    _classes: frozenset[str] = frozenset()
    _style: list[str] | None = None
    _cells: int = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Meet the start of an element."""
        if self._hidden:
            self._hidden += 1
            return
        if tag == "style":
            self._style = []
        is_row = tag == "tr"
        if tag in _SKIPPED or (not is_row and self._is_hidden(attributes)):
            self._hidden = 1
            return
        self.has_frames = self.has_frames or tag in ("frame", "frameset")
        table = self._open[-1] if self._open else None
        if tag == "table":
            self._begin_table()
        elif tag == "br":
            self._text().end_line()
        elif tag in _LINES or tag == "caption":
            self._text().begin_block()
        elif table is not None and is_row:
            self._begin_row(table, is_hidden=self._is_hidden(attributes))
        elif table is not None and tag in ("td", "th"):
            self._begin_cell(table, tag, attributes)

    def end(self, tag: str) -> None:
        """Meet the end of an element."""
        if self._hidden:
            self._hidden -= 1
            if not self._hidden and self._style is not None:
                self._classes |= frozenset(_HIDDEN_CLASS.findall("".join(self._style)))
                self._style = None
            return
        table = self._open[-1] if self._open else None
        if tag in _LINES or tag == "caption":
            self._text().begin_block()
        elif table is None:
            return
        elif tag in ("td", "th"):
            self._end_cell(table)
        elif tag == "tr":
            self._end_row(table)
        elif tag == "table":
            self._end_row(table)
            self._open.pop()

    def data(self, letters: str) -> None:
        """Meet text."""
        if self._style is not None:
            self._style.append(letters)
        elif not self._hidden:
            self._text().add(letters)

    def comment(self, letters: str) -> None:
        """Meet a comment: Excel's settings stand there, and are read beforehand."""

    def close(self) -> list[Table]:
        """Return all tables and the text around them."""
        self._end_loose()
        return self.blocks

    def _is_hidden(self, attributes: Mapping[str, str]) -> bool:
        if not attributes:  # nearly all cells of most pages
            return False
        classes = attributes.get("class", "").split() if self._classes else ()
        return (
            "hidden" in attributes
            or _HIDDEN.search(attributes.get("style", "")) is not None
            or not self._classes.isdisjoint(classes)
        )

    def _text(self) -> _Text:
        """Return where text goes now: the innermost open cell, else between the tables."""
        if self._open and self._open[-1].cell is not None:
            return self._open[-1].cell.text
        return self._loose

    def _begin_table(self) -> None:
        self._end_loose()
        if self._open:  # those around it are layout since it began
            self._open[-1].is_layout = True
        table = Table()
        self._open.append(table)
        self.blocks.append(table)

    def _end_loose(self) -> None:
        lines = self._loose.lines()
        self._loose = _Text()
        if lines:
            self.blocks.append(Table([[line] for line in lines], is_layout=True))

    def _begin_row(self, table: Table, *, is_hidden: bool) -> None:
        self._end_row(table)
        table.row, table.is_row_hidden = [], is_hidden and not self.keeps_hidden_rows
        table.covered = {column: rows - 1 for column, rows in table.covered.items() if rows > 1}

    def _begin_cell(self, table: Table, tag: str, attributes: Mapping[str, str]) -> None:
        self._end_cell(table)
        if table.row is None:
            self._begin_row(table, is_hidden=False)
        table.is_all_headings = table.is_all_headings and tag == "th"
        column = len(table.row or ())
        while column in table.covered:
            column += 1
        table.cell = _Cell(attributes, _Text(), column)

    def _end_cell(self, table: Table) -> None:
        cell, table.cell = table.cell, None
        if cell is None or table.row is None:
            return
        across = _span(cell.attributes, "colspan", _MAX_COLSPAN)
        down = _span(cell.attributes, "rowspan", _MAX_ROWSPAN)
        row = table.row
        row.extend([None] * (cell.column - len(row)))
        row.append(cell_value(cell.attributes, cell.text.shown(), self.date_system))
        row.extend([None] * (across - 1))
        self._cells += len(row) - cell.column
        if len(row) > MAX_COLUMNS or self._cells > MAX_CELLS:
            raise sheet_too_large(None, len(row), len(table.rows) + 1)
        if down > 1:
            # One more than the rows below, for this row is counted when the next one begins.
            table.covered.update(dict.fromkeys(range(cell.column, cell.column + across), down))
            if not table.is_row_hidden:
                first = len(table.rows) + 1
                table.last_merged[cell.column] = len(table.merged)
                table.merged.append(Merged(cell.column, first, first + down - 1))

    def _end_row(self, table: Table) -> None:
        self._end_cell(table)
        row, table.row = table.row, None
        if row is None:
            return
        if table.is_row_hidden:
            self.hidden_rows += any(cell not in (None, "") for cell in row)
            for column in table.covered.keys() & table.last_merged.keys():
                at = table.last_merged[column]
                merged = table.merged[at]  # one row shorter for a row that is not kept
                table.merged[at] = merged._replace(last=max(merged.first, merged.last - 1))
            return
        table.rows.append(row)


def cell_value(attributes: Mapping[str, str], shown: str, date_system: int) -> Cell:
    """Return what a cell holds: the text shown, or the number that a spreadsheet put beside it.

    Excel writes ``x:num``, LibreOffice ``sdval``. A code shown with zeros before it stays a text.
    """
    if not attributes:
        return shown
    written = attributes.get("x:num") or attributes.get("sdval") or ""
    try:
        number = float(written)
    except ValueError:
        return shown
    if DATE_TEXT.search(shown) and not _PLAIN_NUMBER.fullmatch(shown):
        return moment(number, is_duration=False, date_system=date_system)
    return number if _PLAIN_NUMBER.fullmatch(shown) else shown


def _span(attributes: Mapping[str, str], name: str, most: int) -> int:
    if not attributes:
        return 1
    written = attributes.get(name, "1").strip()
    if not (written.isascii() and written.isdigit()):
        return 1
    count = int(written[:9])
    # A rowspan of 0 reaches to the end of the table.
    return min(count or (most if name == "rowspan" else 1), most)
