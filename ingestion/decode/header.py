"""Finding the header and telling which column is which."""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from difflib import get_close_matches

from ingestion.decode.cells import Row, cell_address, is_blank, looks_like_date, to_text
from ingestion.decode.legacy import label_readings, matching_keys
from ingestion.decode.opened import NumberedRow
from ingestion.decode.row_signs import is_column_numbers
from ingestion.decode.row_words import any_word, is_number_label
from ingestion.layouts import Layout
from ingestion.manifest import ColumnFound, Message
from ingestion.messages import text
from ingestion.text import match_key

_MINIMUM_SHARE = 0.5
_HINTED = 200
"""So many unknown labels have the nearest known one named."""
# The mark of a required column, and a column number written within the label's cell.
_DECORATION = re.compile(r"[\s:(]*\*+\s*\)?\s*$|^\(\d{1,2}\)\s*|\s*\(\d{1,2}\)$|\s*:\s*$")
_DECORATING_DIGITS = 4
"""So many digits can `_DECORATION` take away."""
_DIGIT = re.compile("[0-9]")


@dataclass(frozen=True)
class Header:
    """A header in place. ``position``: index of its first row among the rows searched.

    ``labels``: per column the ways its label can be read, the fullest first; empty when blank.
    ``rows``: per header row the key of each filled cell by column, to know the row when it comes again.
    """

    position: int
    number: int
    size: int
    labels: list[list[str]]
    rows: list[dict[int, str]]


@dataclass
class Mapping:
    """Where the canonical columns stand (``index`` within a row), and what is wrong.

    ``width``: up to the last labelled column; ``unlabelled``: columns without label within it.
    ``dropped``: columns of personal data; ``running``: those that number the rows; ``uncounted``:
    those whose sum is no number of cases (fees, days).
    """

    columns: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    unlabelled: list[int] = field(default_factory=list)
    width: int = 0
    dropped: frozenset[int] = frozenset()
    running: tuple[int, ...] = ()
    uncounted: tuple[int, ...] = ()
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
    found: set[str] = set()
    for cell in row:
        if is_blank(cell):
            continue
        label = to_text(cell)
        # Dates, codes and whole lines read with the wrong delimiter: no key has fewer digits than its text.
        if len(_DIGIT.findall(label)) <= layout.most_digits + _DECORATING_DIGITS:
            found.update(_keys(label))
    return len(found & layout.known_keys)


def _keys(label: str) -> tuple[str, ...]:
    """Return the keys under which a label may be known, also from a legacy encoding."""
    plain = _DECORATION.sub("", label).strip()
    if not plain or plain == label:
        return matching_keys(label)
    return tuple(dict.fromkeys((*matching_keys(label), *matching_keys(plain))))


def find_header(rows: Sequence[NumberedRow], layout: Layout) -> Header | None:
    """Return the header among the first rows of a sheet, or None.

    By labels: the first block of rows that holds all of ``header.labels``. By number: that row, if
    it holds at least half of the mapped labels (else it is a row of data, whose cells must not be
    quoted to anyone).
    """
    for position, (number, _) in enumerate(rows):
        if layout.header.row is not None:
            if number == layout.header.row:
                return _header_at(rows, position, layout)
            continue
        header = _header_at(rows, position, layout)
        if header is not None:
            # The row above a header of several rows may be a title that would count as its first.
            later = range(position + 1, min(position + layout.header.rows, len(rows)))
            others = [found for at in later if (found := _header_at(rows, at, layout))]
            return max([header, *others], key=lambda found: _fit(found, layout))
    return None


def _fit(header: Header, layout: Layout) -> int:
    """Count the columns that the layout knows."""
    return sum(_place(ways, layout) is not None for ways in header.labels)


def _header_at(rows: Sequence[NumberedRow], position: int, layout: Layout) -> Header | None:
    first = rows[position][1]
    filled = sum(not is_blank(cell) for cell in first)
    if not filled or (filled == 1 and len(layout.columns) > 1 and not _known_count(first, layout)):
        return None
    block = _block(rows, position, layout)
    labels = column_labels(block)
    keys = {key for ways in labels for way in ways for key in _keys(way)}
    wanted = {match_key(label) for label in layout.header.labels}
    if wanted:
        is_header = wanted <= keys
    else:
        found = {layout.label_keys[key] for key in keys if key in layout.label_keys}
        is_header = len(found) >= _MINIMUM_SHARE * len(layout.columns)
    if not is_header:
        return None
    own = [
        {i: match_key(to_text(cell)) for i, cell in enumerate(row) if not is_blank(cell)}
        for row in block
    ]
    return Header(position, rows[position][0], len(block), labels, own)


def _block(rows: Sequence[NumberedRow], position: int, layout: Layout) -> list[Row]:
    """Return the header's rows: those the layout says, but no column numbers and no data."""
    block = [rows[position][1]]
    for _, row in rows[position + 1 : position + layout.header.rows]:
        filled = [cell for cell in row if not is_blank(cell)]
        if is_column_numbers(filled) or any(map(looks_like_date, filled)):
            break
        block.append(row)
    return block


def column_labels(block: Sequence[Row]) -> list[list[str]]:
    """Return the ways to read each column's label over 1 to 3 header rows.

    A merged cell has its text in the first column only, so the upper rows are filled to the right
    as long as a lower row has text there. A label is read with all that stands above it
    («Thời gian Tiếp nhận»), with less and less of it, and alone («Tiếp nhận»).
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
        # Some programs write the text of a merged cell into each of its cells.
        parts = [part for at, part in enumerate(filled) if part and part not in filled[:at]]
        ways = [" ".join(parts[start:]) for start in range(len(parts))]
        labels.append(list(dict.fromkeys(ways)) if any(own) else [])
    return labels


def _place(ways: Sequence[str], layout: Layout) -> tuple[str | None, str] | None:
    """Return the canonical column of a label (None: read past) and the label as it was known."""
    for way in ways:
        for key in _keys(way):
            if key in layout.label_keys:
                return layout.label_keys[key], _reading(way, key)
    if any(layout.skipped_keys.intersection(_keys(way)) for way in ways):
        return None, ways[0]
    return None


def _reading(label: str, key: str) -> str:
    """Return the reading of a label that has the key: its Unicode text where it was a legacy one."""
    return next((said for said in label_readings(label) if match_key(said) == key), label)


def map_columns(header: Header, layout: Layout, sheet: str | None, first_column: int) -> Mapping:
    """Match a header against a layout; all findings at once, each with its cell."""
    labelled = [index for index, ways in enumerate(header.labels) if ways]
    mapping = Mapping(width=labelled[-1] + 1 if labelled else 0)
    labels = header.labels[: mapping.width]
    places = [_place(ways, layout) for ways in labels]
    unknown = {ways[0]: i for i, ways in enumerate(labels) if ways and places[i] is None}
    placed = {place[0] for place in places if place is not None}
    missing = {names[0]: names for column, names in layout.columns.items() if column not in placed}
    # One column is missing and one is not known: a renamed one, however unlike the two names are.
    renamed = {*unknown, *missing} if len(unknown) == len(missing) == 1 else set()
    for index, ways in enumerate(labels):
        cell = cell_address(_label_row(header, index), index + first_column)
        place = places[index]
        if not ways:
            mapping.unlabelled.append(index)
        elif place is None:
            # To look for the nearest label costs: a file of many thousand columns is no renamed one.
            near = missing if renamed else _all_labels(layout) if len(unknown) <= _HINTED else ()
            hint = _hint(ways[0], near, renamed)
            said = text("intake.unknown_column", label=ways[0], cell=cell, hint=hint)
            mapping.messages.append(Message("unknown_column", said, sheet, cell, ways[0]))
        elif place[0] is not None and place[0] in mapping.columns:
            taken = mapping.columns[place[0]]
            other = cell_address(_label_row(header, taken), taken + first_column)
            said = text("intake.repeated_column", label=ways[0], cell=cell, other=other)
            mapping.messages.append(Message("repeated_column", said, sheet, cell, ways[0]))
        elif place[0] is not None:
            mapping.columns[place[0]] = index
            mapping.labels[place[0]] = place[1]
    for label, names in missing.items():
        hint = _hint(label, unknown if len(unknown) <= _HINTED else (), renamed)
        said = text("intake.missing_column", labels=" / ".join(names), hint=hint)
        mapping.messages.append(Message("missing_column", said, sheet, column=label))
    _note_kinds(mapping, header, layout)
    return mapping


def _label_row(header: Header, index: int) -> int:
    """Return the number of the lowest header row that has text in the column."""
    offsets = [offset for offset, row in enumerate(header.rows) if index in row]
    return header.number + (offsets[-1] if offsets else 0)


def _note_kinds(mapping: Mapping, header: Header, layout: Layout) -> None:
    """Tell which columns number the rows, hold personal data, or hold what is no count."""
    dropped = {match_key(label) for label in layout.drop}
    labels = header.labels[: mapping.width]
    keys = [[key for way in ways for key in _keys(way)] for ways in labels]
    mapped = set(mapping.columns.values())
    mapping.dropped = frozenset(i for i, known in enumerate(keys) if dropped.intersection(known))
    mapping.running = tuple(
        i for i, ways in enumerate(labels) if i not in mapped and is_number_label(ways)
    )
    no_counts = any_word("not_count_columns")
    mapping.uncounted = tuple(
        i
        for i, known in enumerate(keys)
        if i == mapping.columns.get("fee")
        or (i not in mapped and any(map(no_counts.search, known)))
    )


def no_header(rows: Sequence[NumberedRow], layout: Layout, sheet: str | None) -> Message:
    """Return the message for a sheet without a header; it quotes labels of the layout only."""
    number, row = max(rows, key=lambda item: _known_count(item[1], layout), default=(0, ()))
    keys = {key for cell in row if not is_blank(cell) for key in _keys(to_text(cell))}
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


def _hint(label: str, known: Iterable[str], renamed: AbstractSet[str]) -> str:
    """Name the nearest of the known labels; of a column that was `renamed`, the only one there is."""
    by_key = {match_key(name): name for name in known}
    cutoff = 0.0 if label in renamed else 0.6
    matches = get_close_matches(match_key(label), by_key, n=1, cutoff=cutoff)
    return text("intake.hint_nearest", label=by_key[matches[0]]) if matches else ""
