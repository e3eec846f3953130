"""Finding the header and telling which column is which."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from ingestion.decode.cells import Row, cell_address, is_blank, to_text
from ingestion.decode.opened import NumberedRow
from ingestion.layouts import Layout
from ingestion.manifest import ColumnFound, Message
from ingestion.messages import text
from ingestion.text import match_key

_MINIMUM_SHARE = 0.5


@dataclass(frozen=True)
class Header:
    """A header in place. ``position``: index of its first row among the rows searched.

    ``labels``: per column the ways its label can be read, the fullest first; empty when blank.
    """

    position: int
    number: int
    size: int
    labels: list[list[str]]


@dataclass
class Mapping:
    """Where the canonical columns stand (``index`` within a row), and what is wrong."""

    columns: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    unlabelled: list[int] = field(default_factory=list)
    width: int = 0
    messages: list[Message] = field(default_factory=list)

    def found(self, first_column: int) -> dict[str, ColumnFound]:
        """Return the columns as the manifest keeps them, counted from column A."""
        return {
            name: ColumnFound(self.labels[name], index + first_column)
            for name, index in self.columns.items()
        }


def best_label_count(rows: Sequence[NumberedRow], layout: Layout) -> int:
    """Return the greatest number of the layout's labels recognised in one row."""
    return max((_known_count(row, layout) for _, row in rows), default=0)


def _known_count(row: Row, layout: Layout) -> int:
    known = layout.label_keys.keys() | layout.skipped_keys
    return len({match_key(to_text(cell)) for cell in row if not is_blank(cell)} & known)


def find_header(rows: Sequence[NumberedRow], layout: Layout) -> Header | None:
    """Return the header among the first rows of a sheet, or None.

    By labels: the first row that holds one of the layout's labels and, with the header rows below
    it, holds all of ``header.labels``. By number: that row, if it holds at least half of the mapped
    labels (else it is a row of data, whose cells must not be quoted to anyone).
    """
    wanted = {match_key(label) for label in layout.header.labels}
    for position, (number, row) in enumerate(rows):
        if layout.header.row is not None and number != layout.header.row:
            continue
        if not _known_count(row, layout):
            continue
        block = [cells for _, cells in rows[position : position + layout.header.rows]]
        labels = _labels(block)
        keys = {match_key(label) for ways in labels for label in ways}
        if wanted and wanted <= keys:
            return Header(position, number, len(block), labels)
        found = {layout.label_keys[key] for key in keys if key in layout.label_keys}
        if not wanted and len(found) >= _MINIMUM_SHARE * len(layout.columns):
            return Header(position, number, len(block), labels)
    return None


def _labels(block: Sequence[Row]) -> list[list[str]]:
    """Return the ways to read each column's label over 1 to 3 header rows.

    A merged cell has its text in the first column only, so the upper rows are filled to the right
    as long as a lower row has text there.
    """
    width = max(map(len, block))
    texts = [[to_text(cell).strip() for cell in row] + [""] * (width - len(row)) for row in block]
    labels = []
    above = [""] * len(texts)
    for column in range(width):
        own = [row[column] for row in texts]
        filled = list(own)
        for level in range(len(texts) - 1):
            if own[level]:
                above[level:] = [own[level], *([""] * (len(texts) - level - 1))]
            elif any(own[level + 1 :]):
                filled[level] = above[level]
        parts = [part for part in filled if part]
        single = [part for part in own if part][-1:]
        labels.append(list(dict.fromkeys([" ".join(parts), *single])) if single else [])
    return labels


def map_columns(header: Header, layout: Layout, sheet: str | None, first_column: int) -> Mapping:
    """Match a header against a layout; all findings at once, each with its cell."""
    mapping = Mapping(width=len(header.labels))
    unknown: dict[str, int] = {}
    for index, ways in enumerate(header.labels):
        keys = [match_key(label) for label in ways]
        column = next((layout.label_keys[key] for key in keys if key in layout.label_keys), None)
        cell = cell_address(header.number, index + first_column)
        if not ways:
            mapping.unlabelled.append(index)
        elif column is None and not layout.skipped_keys.intersection(keys):
            unknown[ways[0]] = index
            nearest = _nearest(ways[0], _all_labels(layout))
            said = text("intake.unknown_column", label=ways[0], cell=cell, hint=nearest)
            mapping.messages.append(Message("unknown_column", said, sheet, cell, ways[0]))
        elif column is not None and column in mapping.columns:
            other = cell_address(header.number, mapping.columns[column] + first_column)
            said = text("intake.repeated_column", label=ways[0], cell=cell, other=other)
            mapping.messages.append(Message("repeated_column", said, sheet, cell, ways[0]))
        elif column is not None:
            mapping.columns[column] = index
            mapping.labels[column] = ways[0]
    for column, labels in layout.columns.items():
        if column not in mapping.columns:
            nearest = _nearest(labels[0], unknown)
            said = text("intake.missing_column", labels=" / ".join(labels), hint=nearest)
            mapping.messages.append(Message("missing_column", said, sheet, column=labels[0]))
    return mapping


def no_header(rows: Sequence[NumberedRow], layout: Layout, sheet: str | None) -> Message:
    """Return the message for a sheet without a header; it quotes labels of the layout only."""
    number, row = max(rows, key=lambda item: _known_count(item[1], layout), default=(0, ()))
    keys = {match_key(to_text(cell)) for cell in row if not is_blank(cell)}
    wanted = layout.header.labels or [labels[0] for labels in layout.columns.values()]
    missing = ", ".join(f"«{label}»" for label in wanted if match_key(label) not in keys)
    place = text("intake.at_sheet", sheet=sheet) if sheet else ""
    if _known_count(row, layout):
        said = text("intake.no_header_near", sheet_place=place, row=number, missing=missing)
    else:
        said = text("intake.no_header", sheet_place=place, missing=missing)
    return Message("no_header", said, sheet)


def _all_labels(layout: Layout) -> list[str]:
    mapped = [label for labels in layout.columns.values() for label in labels]
    return [*mapped, *layout.drop, *layout.ignore]


def _nearest(label: str, known: Sequence[str] | dict[str, int]) -> str:
    by_key = {match_key(name): name for name in known}
    matches = get_close_matches(match_key(label), by_key, n=1, cutoff=0.6)
    return text("intake.hint_nearest", label=by_key[matches[0]]) if matches else ""
