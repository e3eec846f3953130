"""The served database: where it stands and how it is read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from ingestion.home import Home
from ingestion.messages import text

DATABASE_NAME = "warehouse.duckdb"


class PublishError(Exception):
    """Publication cannot go on; the Vietnamese text says why and what to do."""


def served_database(home: Home) -> Path:
    """Path of the served database, whether or not it exists."""
    return home.serving / DATABASE_NAME


@contextmanager
def open_served(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the served database, with Vietnamese sorting (`COLLATE vi`).

    Raises PublishError when nothing has been published yet.
    """
    path = served_database(home)
    if not path.is_file():
        raise PublishError(text("publish.nothing_published"))
    connection = duckdb.connect(str(path), read_only=True)
    try:
        connection.load_extension(str(_icu_extension()))
        yield connection
    finally:
        connection.close()


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = ()
) -> list[dict[str, Any]]:
    """The result of a query, one dictionary per row."""
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _icu_extension() -> Path:
    """The ICU extension that the wheel of this DuckDB version carries; nothing is downloaded."""
    folder = Path(str(files("duckdb_extension_icu"))) / "extensions" / f"v{duckdb.__version__}"
    return folder / "icu.duckdb_extension"
