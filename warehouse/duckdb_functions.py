"""SQL functions that the models need and DuckDB lacks; dbt-duckdb loads this module as a plugin."""

from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from ingestion.text import match_key


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Add `match_key(text)`: the key under which labels and names are compared.

    One implementation for column labels (Python) and for cell values (SQL). It runs row by row,
    so the models call it on distinct values only.
    """
    connection.create_function("match_key", match_key, ["VARCHAR"], "VARCHAR")


class Plugin(BasePlugin):  # type: ignore[misc] # dbt is untyped
    """What dbt-duckdb instantiates for each connection environment."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> Any:
        """Register the functions on dbt's connection."""
        register(conn)
