"""SQL functions that the models need and DuckDB lacks."""

import duckdb

from ingestion.text import match_key


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Add `match_key(text)`: the key under which labels and names are compared.

    One implementation for column labels (Python) and for cell values (SQL). It runs row by row,
    so the models call it on distinct values only.
    """
    connection.create_function("match_key", match_key, ["VARCHAR"], "VARCHAR")
