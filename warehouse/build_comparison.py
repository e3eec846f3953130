"""Two builds side by side, attached as `old` and `new`: what moved, and why (warehouse.change_causes)."""

import duckdb

from warehouse.change_causes import (
    CASE_CAUSES,
    CASE_COLUMNS,
    MEASURES,
    MOVED,
    PUBLISHED_MONTHS,
    RESULT,
    RESULT_WITHOUT_CASES,
    UNIT_CAUSES,
    cells,
)
from warehouse.changed_submissions import DELTA, SUBMISSIONS

_TABLES: dict[str, tuple[str, ...]] = {
    "mart.mart_unit_sector_month": ("period", "unit_code", "sector_code", *MEASURES),
    "core.fct_unit_report": ("period", "unit_code", "is_reported"),
    "meta.build": ("build_id", "newest_period"),
    "quality.load_ledger": (
        "submission_id",
        "unit_code",
        "feed",
        "period",
        "status",
        "is_current",
        "layout",
    ),
}
"""What both builds must have to be compared at all."""
MADE = (
    "cell", "submission", "delta", "changed_month", "moved", "case_cause", "unit_file", "unit_cause",
    "change",
)  # fmt: skip
"""Tables that a comparison leaves in the connection's own database."""


def can_compare(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether both builds have what a comparison needs: an older release's may not."""
    return _has(connection, _TABLES)


def find_changes(connection: duckdb.DuckDBPyConnection, months: str = PUBLISHED_MONTHS) -> None:
    """Make `change`: a row per cell that moved and cause, in months that satisfy the condition (SQL).

    Columns: period, unit_code, sector_code, measure, old_value, new_value, difference, cause,
    submission_id. `submission` and `delta` say which files stand otherwise.
    """
    connection.execute(cells(months))
    connection.execute(SUBMISSIONS)
    connection.execute(DELTA)
    if not _has(connection, CASE_COLUMNS):
        connection.execute(RESULT_WITHOUT_CASES)
        return
    for statement in (MOVED, CASE_CAUSES, UNIT_CAUSES, RESULT):
        connection.execute(statement)


def _has(connection: duckdb.DuckDBPyConnection, tables: dict[str, tuple[str, ...]]) -> bool:
    """Whether both builds have these columns."""
    found = connection.execute(
        "select database_name, schema_name || '.' || table_name, column_name from duckdb_columns()"
        " where database_name in ('old', 'new')"
    ).fetchall()
    wanted = {
        (name, table, column)
        for name in ("old", "new")
        for table, columns in tables.items()
        for column in columns
    }
    return wanted <= set(found)
