"""Rows as columns of text, and the shape of the raw files."""

from collections.abc import Mapping, Sequence
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.decode.cells import Cell, Row, to_text
from ingestion.layouts import CANONICAL_COLUMNS

_ROW_SCHEMA = pa.schema(
    [
        ("sheet", pa.string()),
        ("row_number", pa.int32()),
        *((column, pa.string()) for column in CANONICAL_COLUMNS),
    ]
)
SCHEMA = pa.schema([("decode_id", pa.string()), ("submission_id", pa.string()), *_ROW_SCHEMA])
"""Columns of ``raw/period=YYYY-MM/<batch>.parquet``, one row per data row of a file."""


def to_table(
    data: Sequence[Row], numbers: Sequence[int], sheet: str | None, columns: Mapping[str, int]
) -> pa.Table:
    """Return data rows as a table of text without the ids; only mapped columns are looked at.

    A cell's outer white space is cut and a blank cell is null, like a column the file lacks.
    """
    count = len(data)
    shortest = min(map(len, data))
    arrays = [
        pa.array([sheet] * count, pa.string()),
        pa.array(numbers, pa.int32()),
    ]
    for column in CANONICAL_COLUMNS:
        index = columns.get(column)
        if index is None:
            arrays.append(pa.nulls(count, pa.string()))
        elif index < shortest:
            arrays.append(_texts(list(map(itemgetter(index), data))))
        else:
            arrays.append(_texts([row[index] if index < len(row) else "" for row in data]))
    return pa.Table.from_arrays(arrays, schema=_ROW_SCHEMA)


def _texts(cells: Sequence[Cell]) -> pa.Array:
    try:
        texts = pa.array(cells, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):  # a sheet's column with numbers or dates
        shown = [cell if type(cell) is str else to_text(cell) for cell in cells]
        texts = pa.array(shown, pa.string())
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def with_ids(table: pa.Table, decode_id: str, submission_id: str) -> pa.Table:
    """Return a table of `to_table` with the two id columns in front."""
    count = table.num_rows
    ids = [pa.array([value] * count, pa.string()) for value in (decode_id, submission_id)]
    return pa.Table.from_arrays([*ids, *table.columns], schema=SCHEMA)
