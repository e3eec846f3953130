"""Reading the served warehouse file."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.home import Home
from ingestion.messages import text

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
DATABASE_NAME = "warehouse.duckdb"


class NothingServed(Exception):
    """No warehouse was published in this home yet."""


def served_database(home: Home) -> Path:
    """Path of the served database, whether or not it exists."""
    return home.serving / DATABASE_NAME


@contextmanager
def served(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the served file; an open one keeps its file through a publication.

    Raises NothingServed before the first publication.
    """
    path = served_database(home)
    if not path.exists():
        raise NothingServed(text("served.nothing", path=path))
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def rows(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    values: list[Any] | dict[str, Any] | None = None,
) -> list[Row]:
    """The result of a query as dictionaries; `values` by position or by name."""
    result = connection.execute(query, values or [])
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def rows_by_unit(
    connection: duckdb.DuckDBPyConnection, query: str, values: list[Any] | None = None
) -> defaultdict[str, list[Row]]:
    """The rows of a query by their `unit_code`, in the query's order: one read for all units."""
    import pandas as pd  # a second to import, needed for workbooks only

    found = pd.DataFrame(rows(connection, query, values), dtype=object)
    grouped = found.groupby("unit_code", sort=False) if len(found) else ()
    return defaultdict(list, {str(code): _records(part) for code, part in grouped})


def _records(part: "pd.DataFrame") -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in part.to_dict("records")]
