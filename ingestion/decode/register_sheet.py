"""Reading one sheet of a register workbook: its columns by label, its rows as text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice

from ingestion.decode.cells import Cell, Row, cell_address, is_blank, to_text
from ingestion.decode.opened import HEADER_DEPTH, NumberedRow, Sheet
from ingestion.decode.personal import masked_date
from ingestion.manifest import ColumnFound, Message
from ingestion.masking import masked_numbers, masked_text
from ingestion.messages import text
from ingestion.registers.definitions import Register, RegisterColumn
from ingestion.text import match_key

# Clerks number their rows; that says nothing.
_SKIPPED_LABELS = frozenset(map(match_key, ("STT", "TT", "Số TT")))
_TOTALS = tuple(map(match_key, ("Tổng cộng", "Tổng số")))
# "Cộng" alone: a unit may be called "Cộng Hòa".
_WHOLE_TOTALS = frozenset(map(match_key, ("Cộng", "Cộng:", "Tổng", "Tổng:")))
_SIGNATURES = tuple(
    map(match_key, ("Người lập biểu", "Người lập bảng", "Người lập sổ", "Thủ trưởng", "Nơi nhận"))
)


@dataclass
class SheetReading:
    """What one sheet holds. ``data``: row number and the filled cells by column name.

    ``titles``: the texts above the header; they are looked at, never kept.
    """

    rows_read: int = 0
    rows_ignored: int = 0
    data: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    columns: dict[str, ColumnFound] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class _Header:
    position: int
    number: int
    labels: list[str]


def read_sheet(sheet: Sheet, register: Register) -> SheetReading:
    """Read a register's sheet; everything that is wrong with it stands in ``messages``."""
    reading = SheetReading()
    top = list(islice(sheet.rows(), HEADER_DEPTH))
    header = _find_header(top, register)
    if header is None:
        if any(not is_blank(cell) for _, row in top for cell in row):
            reading.messages.append(_no_header(top, register, sheet.name))
        return reading
    above = [row for _, row in top[: header.position] if not all(map(is_blank, row))]
    reading.titles = [" ".join(to_text(c) for c in row if not is_blank(c)) for row in above]
    reading.rows_read = reading.rows_ignored = len(above) + 1
    places = _map_columns(header, register, sheet, reading)
    if not reading.messages:
        rest = islice(sheet.rows(), header.position + 1, None)
        _read_rows(rest, register, places, sheet, reading)
    return reading


def label_text(cell: Cell) -> str:
    """Return a header cell's label without the mark of a required column."""
    return to_text(cell).replace("*", "").strip()


def _known(row: Row, register: Register) -> int:
    keys = {match_key(label_text(cell)) for cell in row if not is_blank(cell)}
    return len(keys & register.by_label.keys())


def _find_header(top: Sequence[NumberedRow], register: Register) -> _Header | None:
    """The first row that holds at least half of the register's labels."""
    for position, (number, row) in enumerate(top):
        if 2 * _known(row, register) >= len(register.columns):
            return _Header(position, number, [label_text(cell) for cell in row])
    return None


def _no_header(top: Sequence[NumberedRow], register: Register, sheet: str | None) -> Message:
    number, row = max(top, key=lambda item: _known(item[1], register))
    found = {match_key(label_text(cell)) for cell in row if not is_blank(cell)}
    labels = [column.label for column in register.columns]
    missing = ", ".join(f"«{label}»" for label in labels if match_key(label) not in found)
    key = "no_header_near" if _known(row, register) else "no_header"
    said = text(f"register.{key}", sheet=sheet, row=number, missing=missing)
    return Message("no_header", said, sheet)


def _map_columns(
    header: _Header, register: Register, sheet: Sheet, reading: SheetReading
) -> dict[int, RegisterColumn | None]:
    """Tell which column stands where (None: a column to read past); notes every deviation."""
    places: dict[int, RegisterColumn | None] = {}
    unknown: list[str] = []
    at: dict[str, str] = {}
    for index, label in enumerate(header.labels):
        column = register.by_label.get(match_key(label))
        cell = cell_address(header.number, index + sheet.first_column)
        if not label:
            continue
        if column is None:
            places[index] = None
            if match_key(label) not in _SKIPPED_LABELS:
                unknown.append(label)
                hint = nearest(label, [c.label for c in register.columns])
                said = text("register.unknown_column", label=label, cell=cell, hint=hint)
                reading.messages.append(Message("unknown_column", said, sheet.name, cell, label))
        elif column.name in at:
            said = text("register.repeated_column", label=label, cell=cell, other=at[column.name])
            reading.messages.append(Message("repeated_column", said, sheet.name, cell, label))
        else:
            places[index] = column
            at[column.name] = cell
            place = ColumnFound(label, index + sheet.first_column)
            reading.columns[f"{register.name}.{column.name}"] = place
    for column in register.columns:
        if column.name not in at:
            hint = nearest(column.label, unknown)
            said = text("register.missing_column", sheet=sheet.name, label=column.label, hint=hint)
            reading.messages.append(
                Message("missing_column", said, sheet.name, column=column.label)
            )
    return places


def nearest(label: str, known: Iterable[str]) -> str:
    """Return a hint that names the known label nearest to one that is not; empty if none is."""
    by_key = {match_key(name): name for name in known}
    matches = get_close_matches(match_key(label), by_key, n=1, cutoff=0.6)
    return text("intake.hint_nearest", label=by_key[matches[0]]) if matches else ""


def _read_rows(
    rows: Iterable[NumberedRow],
    register: Register,
    places: Mapping[int, RegisterColumn | None],
    sheet: Sheet,
    reading: SheetReading,
) -> None:
    """Take in the rows below the header; totals and what stands below a signature are ignored."""
    signature: int | None = None
    skipped = {index for index, column in places.items() if column is None}
    outside: dict[int, list[int]] = {}
    for number, row in rows:
        filled = [
            (i, cell) for i, cell in enumerate(row) if i not in skipped and not is_blank(cell)
        ]
        if not filled:
            continue
        reading.rows_read += 1
        first = match_key(to_text(filled[0][1]))
        if signature is None and first.startswith(_SIGNATURES):
            signature = number
            reading.rows_ignored += 1
        elif signature is not None:
            reading.rows_ignored += 1
            if _looks_like_data(filled, register, places):
                said = text("register.below_signature", row=number, signature=signature)
                reading.messages.append(Message("below_signature", said, sheet.name))
        elif first.startswith(_TOTALS) or first in _WHOLE_TOTALS:
            reading.rows_ignored += 1
        else:
            for index in (i for i, _ in filled if i not in places):
                outside.setdefault(index, []).append(number)
            cells = {c.name: _shown(cell, c) for i, cell in filled if (c := places.get(i))}
            reading.data.append((number, cells))
    reading.messages += [_outside(sheet, index, found) for index, found in outside.items()]


def _looks_like_data(
    filled: Sequence[tuple[int, Cell]],
    register: Register,
    places: Mapping[int, RegisterColumn | None],
) -> bool:
    """All that is required is there, and where that takes a digit, there is one: not so in names."""
    texts = {column.name: to_text(cell) for i, cell in filled if (column := places.get(i))}
    required = [column for column in register.columns if column.required]
    plain = {column.name for column in required if column.type in {"choice", "yes_no", "text"}}
    return all(
        column.name in texts
        and (column.name in plain or any(letter.isdigit() for letter in texts[column.name]))
        for column in required
    )


def _outside(sheet: Sheet, index: int, numbers: Sequence[int]) -> Message:
    """Filled cells under no label: a shifted row, or notes beside the table that would be lost."""
    cell = cell_address(numbers[0], index + sheet.first_column)
    more = text("register.outside_more", count=len(numbers) - 1) if len(numbers) > 1 else ""
    said = text("register.outside", cell=cell, more=more)
    return Message("cell_without_label", said, sheet.name, cell)


def _shown(cell: Cell, column: RegisterColumn) -> str:
    """A cell as text, with what may be a person's data masked; an official's name is asked for."""
    shown = to_text(cell).strip()
    if column.type == "date":
        return masked_date(shown)
    if column.type != "code":
        is_name_wanted = column.type in {"unit", "official"}
        return masked_numbers(shown) if is_name_wanted else masked_text(shown)
    is_name = " " in shown and not any(letter.isdigit() for letter in shown)
    return text("intake.masked", length=len(shown)) if is_name else shown
