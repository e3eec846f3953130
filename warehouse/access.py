"""Which tables and columns only some readers may have, as the models' descriptions say.

A model or column with `meta: {access: officials}` tells of officials as persons. A build carries the
list, so that publication knows what to leave out of the analysts' copy without knowing the models.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

OFFICIALS = "officials"
"""The one restriction there is: tables and columns that tell of officials."""


def write_access(connection: duckdb.DuckDBPyConnection, manifest: Path) -> None:
    """Write `meta.access` of a build from dbt's manifest of the run that made it.

    One row per restricted table (column_name null: the whole table) or column of it. It holds for a
    table of that name in any schema, so also for the signed copy of a mart.
    """
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    connection.execute("create schema if not exists meta")
    connection.execute(
        "create or replace table meta.access (table_name varchar, column_name varchar, access varchar)"
    )
    for row in sorted(_restricted(nodes), key=str):
        connection.execute("insert into meta.access values (?, ?, ?)", row)


def _restricted(nodes: Any) -> Iterator[tuple[str, str | None, str]]:
    for node in nodes:
        if node["resource_type"] != "model":
            continue
        whole = node["config"]["meta"].get("access")
        if whole:
            yield node["name"], None, whole
        for name, column in node["columns"].items():
            restricted = column["config"]["meta"].get("access")
            if restricted and not whole:
                yield node["name"], name, restricted
