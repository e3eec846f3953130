"""What the models of the registers start from: decoded rows, and the definitions as tables."""

from collections.abc import Iterable, Sequence

import duckdb

from ingestion.home import Home
from ingestion.register import Submission
from ingestion.registers.definitions import Registers, load_registers
from ingestion.registers.wording import allowed

REGISTER_BATCH = ".registers.parquet"
"""How the name of a batch of register rows ends."""
_ROW = """
    decode_id varchar, submission_id varchar, register varchar, sheet varchar, row_number integer,
    cells map(varchar, varchar)
"""
_COLUMN = """
    register varchar, position integer, column_name varchar, label varchar, column_type varchar,
    is_required boolean, is_key boolean, is_row_place boolean, is_within_period boolean,
    not_before varchar, at_most varchar, minimum bigint, maximum bigint, allowed varchar
"""
_OPTION = "register varchar, column_name varchar, option_code varchar, option_text varchar"


def write_register_inputs(
    connection: duckdb.DuckDBPyConnection, home: Home, submissions: Sequence[Submission]
) -> None:
    """Write `raw.register_row`, `raw.register_column` and `raw.register_option`."""
    paths = {str(home.root / s.batch_path) for s in submissions if s.batch_path}
    _write_rows(connection, sorted(path for path in paths if path.endswith(REGISTER_BATCH)))
    registers = load_registers()
    _write(connection, "register_column", _COLUMN, _columns(registers))
    _write(connection, "register_option", _OPTION, _options(registers))


def _write_rows(connection: duckdb.DuckDBPyConnection, batches: Sequence[str]) -> None:
    _write(connection, "register_row", _ROW, ())
    if batches:
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in batches)
        source = f"read_parquet([{listed}], hive_partitioning = false)"
        connection.execute(f"insert into raw.register_row by name from {source}")


def _write(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: str,
    rows: Iterable[Sequence[object]],
) -> None:
    connection.execute(f"create table raw.{name} ({columns})")
    records = [list(row) for row in rows]
    if records:
        # One statement: DuckDB takes a millisecond for each of a thousand small ones.
        marks = "(" + ", ".join("?" for _ in records[0]) + ")"
        values = ", ".join(marks for _ in records)
        cells = [cell for record in records for cell in record]
        connection.execute(f"insert into raw.{name} values {values}", cells)  # noqa: S608


def _columns(registers: Registers) -> Iterable[Sequence[object]]:
    """One row per register and column; a finding about a row as a whole points at its first key."""
    for register in registers.all:
        place = (*register.key, register.columns[0].name)[0]
        for position, column in enumerate(register.columns, start=1):
            yield (
                register.name,
                position,
                column.name,
                column.label,
                column.type,
                column.required,
                column.name in register.key,
                column.name == place,
                column.within_period,
                column.not_before,
                column.at_most,
                column.minimum,
                column.maximum,
                allowed(column),
            )


def _options(registers: Registers) -> Iterable[Sequence[object]]:
    """What each choice may be written as: its Vietnamese label, or its code."""
    for register in registers.all:
        for column in register.columns:
            for code, label in column.options.items():
                yield register.name, column.name, code, label
                yield register.name, column.name, code, code
