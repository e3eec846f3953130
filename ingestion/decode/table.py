"""Rows as columns of text, and the shape of the raw files."""

from collections.abc import Mapping, Sequence
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.decode.cells import Cell, Row, to_text
from ingestion.layouts import CANONICAL_COLUMNS
from ingestion.text import code_text

_ROW_SCHEMA = pa.schema(
    [
        ("sheet", pa.string()),
        ("row_number", pa.int32()),
        *((column, pa.string()) for column in CANONICAL_COLUMNS),
    ]
)


# Printable ASCII without spaces is what codes nearly always are.
_PLAIN_CODE = r"^[!-~]*$"


def schema_with_ids(rows: pa.Schema) -> pa.Schema:
    """Return the schema of rows with the two id columns in front."""
    return pa.schema([("decode_id", pa.string()), ("submission_id", pa.string()), *rows])


SCHEMA = schema_with_ids(_ROW_SCHEMA)
"""Columns of ``raw/period=YYYY-MM/<batch>.parquet``, one row per data row of a file."""


Held = Mapping[str, Sequence[tuple[str | None, int]]]
"""Canonical column -> values that hold for runs of rows: (value, number of rows), in order."""


def to_table(
    data: Sequence[Row],
    numbers: Sequence[int],
    sheet: str | None,
    columns: Mapping[str, int],
    held: Held | None = None,
) -> pa.Table:
    """Return data rows as a table of text without the ids; only mapped columns are looked at.

    A cell's outer white space is cut and a blank cell is null, like a column the file lacks.
    ``held``: what the titles of groups and the sheet's name give where a row's own cell is blank.
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
            array = pa.nulls(count, pa.string())
        elif index < shortest:
            array = _texts(list(map(itemgetter(index), data)))
        else:
            array = _texts([row[index] if index < len(row) else "" for row in data])
        if held and column in held:
            array = pc.coalesce(array, _repeated(held[column]))
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=_ROW_SCHEMA)


def _repeated(runs: Sequence[tuple[str | None, int]]) -> pa.Array:
    values = [value for value, count in runs for _ in range(count)]
    return pa.array(values, pa.string())


def _texts(cells: Sequence[Cell]) -> pa.Array:
    try:
        texts = pa.array(cells, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):  # a sheet's column with numbers or dates
        shown = [cell if type(cell) is str else to_text(cell) for cell in cells]
        texts = pa.array(shown, pa.string())
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def with_plain_codes(table: pa.Table) -> pa.Table:
    """Return a table of `to_table` with its case codes as they are compared (`text.code_text`)."""
    codes = table["case_code"]
    if pc.all(pc.match_substring_regex(codes, _PLAIN_CODE)).as_py() is not False:
        return table
    plain = [code and code_text(code) for code in codes.to_pylist()]
    at = table.column_names.index("case_code")
    return table.set_column(at, "case_code", pa.array(plain, pa.string()))


def with_ids(table: pa.Table, decode_id: str, submission_id: str) -> pa.Table:
    """Return a table of rows with the two id columns in front."""
    count = table.num_rows
    ids = [pa.array([value] * count, pa.string()) for value in (decode_id, submission_id)]
    return pa.Table.from_arrays([*ids, *table.columns], schema=schema_with_ids(table.schema))
