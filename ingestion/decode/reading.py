"""Reading one file by the first layout that fits it."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa

from ingestion.decode.cells import is_blank, to_text
from ingestion.decode.fitting import FittedFile, FittedSheet, choose_layout
from ingestion.decode.groups import Groups
from ingestion.decode.legacy import decode_title, recode
from ingestion.decode.merged_cells import MergedCells
from ingestion.decode.opened import (
    HEADER_DEPTH,
    NumberedRow,
    Sheet,
    UnreadableFileError,
    unreadable,
)
from ingestion.decode.outside import OutsideCells
from ingestion.decode.personal import protect
from ingestion.decode.readers import open_file
from ingestion.decode.row_judge import RowJudge
from ingestion.decode.row_signs import held_value
from ingestion.decode.rows import RowSorter
from ingestion.decode.sheet_choice import own_name
from ingestion.decode.table import to_table, with_plain_codes
from ingestion.decode.totals import SheetStatements, grand_total, reconcile
from ingestion.holds import months_in_title, says_supplement
from ingestion.layouts import Layout
from ingestion.manifest import Columns, Message, StatedTotal
from ingestion.messages import text

_BLOCK_ROWS = 65_536


@dataclass
class Reading:
    """What a file holds. ``tables``: one per block, columns as `table.SCHEMA` without the ids.

    ``columns``: where they stand, by sheet (``""`` for a text file). ``stated_totals``: the numbers
    of cases that the file states, each with the number of rows read. ``notes``: what the unit
    should know of a file that could be read all the same.
    """

    layout: Layout
    tables: list[pa.Table] = field(default_factory=list)
    rows_read: int = 0
    rows_ignored: int = 0
    rows_data: int = 0
    stated_total: int | None = None
    stated_totals: list[StatedTotal] = field(default_factory=list)
    columns: Columns = field(default_factory=dict)
    date_system: int = 1900
    title_periods: set[str] = field(default_factory=set)
    is_title_supplement: bool = False
    notes: list[Message] = field(default_factory=list)


def read_file(
    path: Path,
    layouts: Sequence[Layout],
    period: str | None = None,
    known_units: AbstractSet[str] = frozenset(),
) -> Reading:
    """Read a file by the first of the layouts that fits it. ``period``: its month, ``YYYY-MM``.

    ``known_units``: keys of units called after people (`Site.units_like_people`), which are no
    personal data in the column of the unit.

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
    fitted = choose_layout(opened, candidates, period)
    reading = _read(fitted)
    _decode_text(reading, known_units)
    is_workbook = family == "workbook"
    reading.date_system = opened.date_system if is_workbook else fitted.layout.dates.serial_base
    reading.notes = [*opened.notes, *reading.notes]
    return reading


def _read(fitted: FittedFile) -> Reading:
    reading = Reading(fitted.layout)
    outside = OutsideCells()
    messages: list[Message] = []
    parts: list[SheetStatements] = []
    for sheet in fitted.without_table:
        _pass_over(reading, sheet)
    for sheet in fitted.covers:
        _read_titles(reading, list(islice(sheet.rows(), HEADER_DEPTH)))
    for sheet in fitted.hidden:
        said = text("intake.hidden_sheet_not_read", sheet=sheet.name)
        reading.notes.append(Message("hidden_sheet_not_read", said, sheet.name))
    for part in fitted.sheets:
        statements, moved = _read_sheet(reading, part, outside)
        parts.append(statements)
        messages += moved
    messages += outside.messages()
    if messages:
        raise UnreadableFileError(*messages)
    reading.stated_totals = reconcile(parts)
    with_rows = {part.sheet for part in parts if part.rows}
    reading.stated_total = grand_total(reading.stated_totals, with_rows)
    return reading


def _decode_text(reading: Reading, known_units: AbstractSet[str]) -> None:
    """Turn legacy encodings into Unicode, over the whole file; then mask what is personal."""
    found = {name: place for columns in reading.columns.values() for name, place in columns.items()}
    encoding = reading.layout.encoding
    tables, notes = recode(reading.tables, found, encoding, in_sheets=reading.columns)
    reading.tables = [
        protect(with_plain_codes(table), reading.layout, known_units) for table in tables
    ]
    reading.notes += notes


def _pass_over(reading: Reading, sheet: Sheet) -> None:
    """Count the rows of a cover, a guide or a summary as ignored."""
    count = sum(not all(map(is_blank, row)) for _, row in sheet.rows())
    reading.rows_read += count
    reading.rows_ignored += count


def _read_sheet(
    reading: Reading, part: FittedSheet, outside: OutsideCells
) -> tuple[SheetStatements, list[Message]]:
    """Add one sheet's rows to the reading; return what it states, and what is wrong with it."""
    header, mapping, sheet, layout = part.header, part.mapping, part.sheet, reading.layout
    reading.columns[sheet.name or ""] = mapping.found(sheet.first_column)
    titles = part.top[: header.position]
    _read_titles(reading, titles)
    statements = SheetStatements(sheet.name, sheet.first_column)
    groups = Groups(layout.group_holds is not None)
    sorter = RowSorter(RowJudge(layout, header, mapping), groups, statements)
    sorter.above(titles)
    head = [row for _, row in part.top[header.position : header.position + header.size]]
    counted = sum(not all(map(is_blank, row)) for row in head)
    sorter.rows_read += counted
    sorter.rows_ignored += counted
    merged = MergedCells(sheet, mapping.columns)
    rest = islice(sheet.rows(), header.position + header.size, None)
    for block in _blocks(rest):
        sorter.sort(block)
        reading.tables += _flush(sorter, part, outside, merged)
    sorter.finish()
    reading.notes += merged.notes()
    reading.rows_read += sorter.rows_read
    reading.rows_ignored += sorter.rows_ignored
    reading.rows_data += statements.rows
    moved = [_moved(sheet.name, number) for number in sorter.moved[:1]]
    return statements, moved


def _moved(sheet: str | None, number: int) -> Message:
    return Message("header_moved", text("intake.header_moved", row=number), sheet)


def _blocks(rows: Iterator[NumberedRow]) -> Iterator[Iterator[NumberedRow]]:
    for first in rows:
        yield chain((first,), islice(rows, _BLOCK_ROWS - 1))


def _read_titles(reading: Reading, rows: Sequence[NumberedRow]) -> None:
    """Note the signs in the titles that matter; the titles themselves are not kept."""
    for _, row in rows:
        title = " ".join(decode_title(to_text(cell)) for cell in row if not is_blank(cell))
        reading.title_periods |= months_in_title(title)
        reading.is_title_supplement |= says_supplement(title)


def _flush(
    sorter: RowSorter, part: FittedSheet, outside: OutsideCells, merged: MergedCells
) -> list[pa.Table]:
    """Turn the sorted rows of a block into columns; surplus cells are noted instead."""
    start = sorter.flushed
    data, numbers = sorter.take_out()
    if not data:
        return []
    if outside.find(part.sheet, part.mapping, data, numbers):
        return []
    merged.fill(data, numbers)
    layout, count = sorter.judge.layout, len(data)
    held: dict[str, list[tuple[str | None, int]]] = {}
    if layout.sheet_holds:
        held[layout.sheet_holds] = [(held_value(own_name(part.sheet), layout.sheet_holds), count)]
    if layout.group_holds:
        runs = sorter.groups.values(start, count)
        if layout.group_holds == layout.sheet_holds:
            of_sheet = held[layout.group_holds][0][0]
            runs = [(value or of_sheet, number) for value, number in runs]
        held[layout.group_holds] = runs
    return [to_table(data, numbers, part.sheet.name, part.mapping.columns, held)]
