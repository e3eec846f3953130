"""Telling and turning the encoding of whole columns, over all rows of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.decode.cells import cell_address
from ingestion.decode.legacy.codes import LEGACY, is_foreign, read_as
from ingestion.decode.legacy.deciding import Verdict, decide
from ingestion.decode.legacy.labels import decode_title
from ingestion.manifest import ColumnFound, Message
from ingestion.messages import text

SAMPLE = 2000
"""So many distinct values of a column are judged."""
_MOST_SHEETS_NAMED = 5


@dataclass(frozen=True)
class _Part:
    """A column over some sheets of a file, and what was found of it."""

    column: str
    places: tuple[int, ...]
    verdict: Verdict


def recode(
    tables: Sequence[pa.Table],
    columns: Mapping[str, ColumnFound],
    encoding: str,
    in_sheets: Mapping[str, Mapping[str, ColumnFound]] | None = None,
) -> tuple[list[pa.Table], list[Message]]:
    """Return the tables with their text in Unicode, and what the unit should know of it.

    ``tables``: blocks of `table.to_table`, each of one sheet. ``encoding``: of the layout; a legacy
    one is taken for every column without deciding, unless letters show that the file is Unicode.
    ``in_sheets``: the columns of each sheet (by name, else ""), where sheets differ.
    A column that cannot be decided is kept as it stands. No message holds a cell's content.
    """
    samples = {
        column: values
        for column in _text_columns(tables)
        if (values := distinct_sample([table.column(column) for table in tables]))
    }
    if not samples:
        return list(tables), []
    if encoding in LEGACY and not any(map(is_foreign, chain.from_iterable(samples.values()))):
        everywhere = tuple(range(len(tables)))
        parts = [_Part(x, everywhere, Verdict("decided", encoding)) for x in samples]
    else:
        parts = _decided(tables, samples, encoding, [found.label for found in columns.values()])
    changed = list(tables)
    for part in parts:
        if part.verdict.standing == "decided":
            for place in part.places:
                changed[place] = _converted(changed[place], part.column, part.verdict.encoding)
    return changed, _messages(tables, columns, in_sheets or {}, parts)


def _text_columns(tables: Sequence[pa.Table]) -> list[str]:
    if not tables:
        return []
    schema = tables[0].schema
    return [field.name for field in schema if field.type == pa.string() and field.name != "sheet"]


def distinct_sample(arrays: Sequence[pa.Array]) -> list[str]:
    """Return distinct values that are not plain ASCII, in the order of the file."""
    written = [
        array.filter(pc.invert(pc.string_is_ascii(array)))
        for array in arrays
        if not _is_ascii(array)
    ]
    if not written:
        return []
    distinct = pc.unique(pa.chunked_array([_flat(array) for array in written], pa.string()))
    # Evenly over the file: a column may change half-way.
    step = -(-len(distinct) // SAMPLE)
    values: list[str] = distinct.take(pa.array(range(0, len(distinct), step))).to_pylist()
    return values


def _is_ascii(array: pa.Array) -> bool:
    is_ascii: bool = pc.all(pc.string_is_ascii(array), min_count=0).as_py()
    return is_ascii


def _flat(array: pa.Array) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _decided(
    tables: Sequence[pa.Table],
    samples: Mapping[str, Sequence[str]],
    encoding: str,
    labels: Sequence[str],
) -> list[_Part]:
    """Decide each column over the whole file, or sheet by sheet where the sheets disagree."""
    everywhere = tuple(range(len(tables)))
    named = encoding if encoding in LEGACY else None
    parts = [
        _Part(column, everywhere, decide(sample, is_expected=named))
        for column, sample in samples.items()
    ]
    sheets = _by_sheet(tables)
    if len(sheets) > 1:
        parts = [piece for part in parts for piece in _split(tables, part, sheets, named)]
    verdicts = [decide(labels), *(part.verdict for part in parts)]
    written = {verdict.encoding for verdict in verdicts if verdict.standing == "decided"}
    if not written:
        return parts
    expected = next(iter(written)) if len(written) == 1 else None
    return [_in_view(tables, part, expected) for part in parts]


def _by_sheet(tables: Sequence[pa.Table]) -> list[tuple[int, ...]]:
    names = [table.column("sheet")[0].as_py() if table.num_rows else None for table in tables]
    places = sorted(range(len(tables)), key=lambda place: str(names[place]))
    grouped = groupby(places, key=lambda place: names[place])
    return [tuple(group) for _, group in grouped]


def _split(
    tables: Sequence[pa.Table],
    part: _Part,
    sheets: Sequence[tuple[int, ...]],
    named: str | None,
) -> list[_Part]:
    """Return an undecided column's parts by sheet, when at least one sheet can be decided."""
    if part.verdict.standing != "undecided":
        return [part]
    smaller = []
    for places in sheets:
        sample = distinct_sample([tables[place].column(part.column) for place in places])
        smaller.append(_Part(part.column, places, decide(sample, is_expected=named)))
    return smaller if any(x.verdict.standing == "decided" for x in smaller) else [part]


def _in_view(tables: Sequence[pa.Table], part: _Part, expected: str | None) -> _Part:
    """Look again at a column, knowing that other columns of the file are in a legacy encoding."""
    if part.verdict.standing == "undecided" and expected is not None:
        sample = distinct_sample([tables[place].column(part.column) for place in part.places])
        return _Part(part.column, part.places, decide(sample, is_expected=expected))
    if part.verdict.standing == "ambiguous":
        # Good Vietnamese both ways, in a file where either may be meant: a person must look.
        verdict = Verdict("undecided", example=part.verdict.example)
        return _Part(part.column, part.places, verdict)
    return part


def _converted(table: pa.Table, column: str, encoding: str) -> pa.Table:
    """Return the table with one column read by an encoding, each distinct value once."""
    array = _flat(table.column(column))
    if _is_ascii(array):
        return table
    coded = array.dictionary_encode()
    read = [read_as(value, encoding) for value in coded.dictionary.to_pylist()]
    index = table.schema.get_field_index(column)
    return table.set_column(
        index, table.schema.field(index), pa.array(read, pa.string()).take(coded.indices)
    )


def _messages(
    tables: Sequence[pa.Table],
    columns: Mapping[str, ColumnFound],
    in_sheets: Mapping[str, Mapping[str, ColumnFound]],
    parts: Sequence[_Part],
) -> list[Message]:
    messages = []
    for part in parts:
        # What a sheet's name or a group's title fills has no label and no cell of its own.
        found = columns.get(part.column, ColumnFound(part.column, -1))
        label = decode_title(found.label)
        place = _place(tables, part.places)
        if part.verdict.standing == "decided":
            name = text(f"intake.encoding_{part.verdict.encoding.replace('-', '_')}")
            said = text("intake.converted_text", column=label, place=place, encoding=name)
            messages.append(Message("converted_text", said, column=found.label))
        elif part.verdict.standing == "undecided":
            sheet, number = _example(tables, part)
            index = in_sheets.get(sheet or "", columns).get(part.column, found).index
            cell = cell_address(number, index) if number and index >= 0 else None
            at_cell = text("intake.at_cell", cell=cell) if cell else ""
            said = text("intake.undecided_text", column=label, place=place, cell_place=at_cell)
            messages.append(Message("undecided_text", said, sheet, cell, found.label))
    return messages


def _place(tables: Sequence[pa.Table], places: Sequence[int]) -> str:
    """Return which sheets are meant, in words; empty when it is the whole file."""
    if len(places) == len(tables):
        return ""
    names = dict.fromkeys(str(tables[place].column("sheet")[0]) for place in places)
    shown = ", ".join(f"«{name}»" for name in list(names)[:_MOST_SHEETS_NAMED])
    return text("intake.in_sheets", sheets=shown + ("…" if len(names) > _MOST_SHEETS_NAMED else ""))


def _example(tables: Sequence[pa.Table], part: _Part) -> tuple[str | None, int | None]:
    """Return sheet and row of the value that shows why a column could not be decided."""
    for place in part.places:
        table = tables[place]
        row = pc.index(table.column(part.column), part.verdict.example).as_py()
        if row >= 0:
            return table.column("sheet")[row].as_py(), table.column("row_number")[row].as_py()
    return None, None
