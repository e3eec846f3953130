"""The backlog that the publication before had: what a reminder is compared with."""
# ruff: noqa: S608 - SQL is put together from our own names and paths

from pathlib import Path

import duckdb

from ingestion.home import Home
from publishing.files import replaced

COLUMNS = (
    "case_key",
    "case_code",
    "unit_code",
    "due_on",
    "pending_state",
    "days_to_due",
    "days_late",
)
_FOUND = (
    "select 1 from information_schema.tables"
    " where table_schema = 'mart' and table_name = 'mart_backlog_case'"
)


def backlog_before(home: Home, build_id: str) -> Path:
    """Where a publication keeps the backlog of the one before; there is none for the first one."""
    return home.publications / f"{build_id}.backlog.parquet"


def keep_backlog(home: Home, served: Path, build_id: str) -> None:
    """Keep the open cases of the served file, before the build `build_id` takes its place.

    A served file of before there was a backlog leaves none. Raises duckdb.IOException or OSError when
    it cannot be read or written.
    """
    if not served.exists():
        return
    with duckdb.connect(str(served), read_only=True) as connection:
        if connection.execute(_FOUND).fetchone() is None:
            return
        with replaced(backlog_before(home, build_id)) as temporary:
            path = str(temporary).replace("'", "''")
            chosen = ", ".join(COLUMNS)
            connection.execute(
                f"copy (select {chosen} from mart.mart_backlog_case order by case_key)"
                f" to '{path}' (format parquet)"
            )
