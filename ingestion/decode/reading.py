"""Reading one file by the first layout that fits it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa

from ingestion.decode.cells import cell_address, is_blank, to_text
from ingestion.decode.header import Header, Mapping, find_header, map_columns, no_header
from ingestion.decode.opened import (
    HEADER_DEPTH,
    NumberedRow,
    OpenedFile,
    Sheet,
    UnreadableFileError,
    unreadable,
)
from ingestion.decode.readers import open_file
from ingestion.decode.rows import RowSorter
from ingestion.decode.sheet_choice import choose_sheets
from ingestion.decode.table import to_table
from ingestion.holds import months_in_title, says_supplement
from ingestion.layouts import Layout
from ingestion.manifest import ColumnFound, Message
from ingestion.messages import text

_BLOCK_ROWS = 65_536
_SHOWN_CELLS = 20


@dataclass
class Reading:
    """What a file holds. ``tables``: one per block, columns as `table.SCHEMA` without the ids.

    ``notes``: what the unit should know of a file that could be read all the same.
    """

    layout: Layout
    tables: list[pa.Table] = field(default_factory=list)
    rows_read: int = 0
    rows_ignored: int = 0
    rows_data: int = 0
    stated_total: int | None = None
    columns: dict[str, ColumnFound] = field(default_factory=dict)
    title_periods: set[str] = field(default_factory=set)
    is_title_supplement: bool = False
    notes: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class _FittedSheet:
    sheet: Sheet
    top: list[NumberedRow]
    header: Header
    mapping: Mapping


def read_file(path: Path, layouts: Sequence[Layout]) -> Reading:
    """Read a file by the first of the layouts that fits it.

    Raises `UnreadableFileError` with everything that is wrong with the file; when no layout fits,
    with what keeps the nearest one from fitting.
    """
    if not layouts:
        raise unreadable("no_layout")
    family, opened = open_file(path)
    candidates = [layout for layout in layouts if layout.reads(family)]
    if not candidates:
        wanted = " / ".join(kind.upper() for kind in layouts[0].kind)
        raise unreadable("wrong_kind", found=text(f"intake.family_{family}"), wanted=wanted)
    failures: list[tuple[int, UnreadableFileError]] = []
    for layout in candidates:
        try:
            fitted = _fit(opened, layout)
        except UnreadableFileError as error:
            failures.append((_distance(error), error))
            continue
        return _read(layout, fitted)
    raise min(failures, key=lambda failure: failure[0])[1]


def _distance(error: UnreadableFileError) -> int:
    """A layout whose header was found is nearer than one that found nothing."""
    is_lost = any(m.code not in _COLUMN_CODES for m in error.messages)
    return len(error.messages) + (1000 if is_lost else 0)


_COLUMN_CODES = ("unknown_column", "missing_column", "repeated_column", "sheets_differ")


def _fit(opened: OpenedFile, layout: Layout) -> list[_FittedSheet]:
    """Find header and columns in every sheet the layout reads; all findings at once."""
    fitted: list[_FittedSheet] = []
    messages: list[Message] = []
    for sheet in choose_sheets(opened.sheets(layout), layout):
        top = list(islice(sheet.rows(), HEADER_DEPTH + layout.header.rows))
        header = find_header(top, layout)
        if header is None:
            messages.append(no_header(top, layout, sheet.name))
            continue
        mapping = map_columns(header, layout, sheet.name, sheet.first_column)
        messages += mapping.messages
        fitted.append(_FittedSheet(sheet, top, header, mapping))
    # One place per column is kept for the whole file, so that cells can be named.
    if fitted and not messages:
        places = [f.mapping.found(f.sheet.first_column) for f in fitted]
        for other, place in zip(fitted, places, strict=True):
            if {n: c.index for n, c in place.items()} != {n: c.index for n, c in places[0].items()}:
                said = text("intake.sheets_differ", sheet=other.sheet.name)
                messages.append(Message("sheets_differ", said, other.sheet.name))
    if messages:
        raise UnreadableFileError(*messages)
    return fitted


def _read(layout: Layout, fitted: Sequence[_FittedSheet]) -> Reading:
    reading = Reading(layout)
    messages: list[Message] = []
    for part in fitted:
        messages += _read_sheet(reading, part)
    if messages:
        raise UnreadableFileError(*messages[:_SHOWN_CELLS])
    return reading


def _read_sheet(reading: Reading, part: _FittedSheet) -> list[Message]:
    """Add one sheet's rows to the reading; returns messages about cells outside the table."""
    header, mapping, sheet = part.header, part.mapping, part.sheet
    reading.columns = reading.columns or mapping.found(sheet.first_column)
    _read_titles(reading, part.top[: header.position])
    head = part.top[header.position : header.position + header.size]
    above = [row for _, row in (*part.top[: header.position], *head)]
    sorter = RowSorter(reading.layout, mapping)
    counted = sum(not all(map(is_blank, row)) for row in above)
    sorter.rows_read = sorter.rows_ignored = counted
    rest = islice(sheet.rows(), header.position + header.size, None)
    messages: list[Message] = []
    for block in _blocks(rest):
        sorter.sort(block)
        messages += _flush(reading, part, sorter)
    sorter.finish()
    reading.rows_read += sorter.rows_read
    reading.rows_ignored += sorter.rows_ignored
    if sorter.stated_total is not None:
        reading.stated_total = (reading.stated_total or 0) + sorter.stated_total
    return messages


def _blocks(rows: Iterator[NumberedRow]) -> Iterator[Iterator[NumberedRow]]:
    for first in rows:
        yield chain((first,), islice(rows, _BLOCK_ROWS - 1))


def _read_titles(reading: Reading, rows: Sequence[NumberedRow]) -> None:
    """Note the signs in the titles that matter; the titles themselves are not kept."""
    for _, row in rows:
        title = " ".join(to_text(cell) for cell in row if not is_blank(cell))
        reading.title_periods |= months_in_title(title)
        reading.is_title_supplement |= says_supplement(title)


def _flush(reading: Reading, part: _FittedSheet, sorter: RowSorter) -> list[Message]:
    """Turn the sorted rows of a block into columns; returns messages about surplus cells."""
    data, numbers = sorter.data, sorter.numbers
    if not data:
        return []
    sorter.data, sorter.numbers = [], []
    messages = _surplus(part, data, numbers)
    if not messages:
        reading.tables.append(to_table(data, numbers, part.sheet.name, part.mapping.columns))
    reading.rows_data += len(data)
    return messages


def _surplus(
    part: _FittedSheet, data: Sequence[Sequence[object]], numbers: Sequence[int]
) -> list[Message]:
    """Find filled cells of data rows under no label: a shifted row, or a column nobody named."""
    mapping, sheet = part.mapping, part.sheet
    widest = max(map(len, data))
    outside = [i for i in (*mapping.unlabelled, *range(mapping.width, widest)) if i < widest]
    messages = []
    for index in outside:
        for number, row in zip(numbers, data, strict=True):
            if index < len(row) and not is_blank(row[index]):
                cell = cell_address(number, index + sheet.first_column)
                said = text("intake.cell_without_label", cell=cell, row=number)
                messages.append(Message("cell_without_label", said, sheet.name, cell))
                break
    return messages
