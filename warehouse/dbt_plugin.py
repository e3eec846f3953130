"""What dbt-duckdb loads for each of its connections (dbt_project/profiles.yml)."""

from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from warehouse.duckdb_functions import register


class Plugin(BasePlugin):  # type: ignore[misc] # dbt is untyped
    """What dbt-duckdb instantiates for each connection environment."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> Any:
        """Register the functions on dbt's connection."""
        register(conn)
