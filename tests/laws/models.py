"""The dbt models without dbt: compiled once, then run as plain SQL, so that an example costs little.

`test_harness.py` shows that this gives the same tables as a real `dbt build`.
"""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.home import Home
from warehouse.build import run_dbt
from warehouse.duckdb_functions import register
from warehouse.revision import CODE

SERVED = ("core", "mart", "quality")
Tables = dict[str, tuple[str, str]]
"""`schema.table` -> (row count, order-free hash of all rows)."""


@dataclass(frozen=True)
class Models:
    """Compiled models in the order in which they can be made: (relation, SQL)."""

    schemas: tuple[tuple[str, str], ...]
    seeds: tuple[tuple[str, Path], ...]
    statements: tuple[tuple[str, str], ...]


def compile_models(root: Path) -> Models:
    """Let dbt compile the project once (no data needed), and order the models by what they read."""
    home = Home(root).create()
    run_dbt(["compile"], home.build / "new.duckdb", home.build / "work.duckdb", home)
    return read_models(home)


def read_models(home: Home) -> Models:
    """Read what a dbt run left in the home's target folder."""
    manifest = json.loads((home.build / "target" / "manifest.json").read_text())
    nodes = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"}
    }
    done: dict[str, None] = {key: None for key, n in nodes.items() if n["resource_type"] == "seed"}
    models = {key for key in nodes if key not in done}
    while waiting := sorted(models - done.keys()):
        ready = [k for k in waiting if (set(nodes[k]["depends_on"]["nodes"]) & nodes.keys()) <= done.keys()]
        assert ready, f"a circle among {waiting}"
        done |= dict.fromkeys(ready)
    kinds = {nodes[key]["config"]["materialized"] for key in models}
    assert kinds <= {"table", "view"}, kinds
    return Models(
        schemas=tuple(sorted({(node["database"], node["schema"]) for node in nodes.values()})),
        seeds=tuple(
            (node["relation_name"], CODE / "dbt_project" / node["original_file_path"])
            for node in nodes.values()
            if node["resource_type"] == "seed"
        ),
        statements=tuple(
            (
                nodes[key]["relation_name"],
                f"create {nodes[key]['config']['materialized']} {nodes[key]['relation_name']} as "
                f"{nodes[key]['compiled_code']}",
            )
            for key in done
            if key in models
        ),
    )


@contextmanager
def run_models(models: Models, work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Make every table from the inputs in `work`; gives a connection in which `new` is the default."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set threads = 1")
        register(connection)
        connection.execute("attach ':memory:' as new")
        connection.execute(f"attach '{work}' as work")
        for database, schema in models.schemas:
            connection.execute(f"create schema if not exists {database}.{schema}")
        for relation, path in models.seeds:
            _load_seed(connection, relation, path)
        connection.execute("use new")
        for _, statement in models.statements:
            connection.execute(statement)
        yield connection


def _load_seed(connection: duckdb.DuckDBPyConnection, relation: str, path: Path) -> None:
    """All columns are text, blank is NULL: what the seeds' column types say."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    columns = ", ".join(f'"{name}" varchar' for name in header)
    connection.execute(f"create table {relation} ({columns})")
    if rows:
        marks = ", ".join("?" for _ in header)
        values = [[value or None for value in row] for row in rows]
        connection.executemany(f"insert into {relation} values ({marks})", values)


def table_hashes(connection: duckdb.DuckDBPyConnection, database: str) -> Tables:
    """Content of every served table: how many rows, and a hash that does not depend on their order."""
    names = connection.execute(
        "select table_schema, table_name from information_schema.tables"
        " where table_catalog = ? and table_schema in ('core', 'mart', 'quality') order by all",
        [database],
    ).fetchall()
    hashes = {}
    for schema, name in names:
        columns = connection.execute(
            "select column_name from information_schema.columns where table_catalog = ?"
            " and table_schema = ? and table_name = ? order by column_name",
            [database, schema, name],
        ).fetchall()
        texts = ", ".join(f'"{column}"::varchar' for (column,) in columns)
        found = connection.execute(
            f"select count(*)::varchar, coalesce(sum(hash(row({texts}))::hugeint), 0)::varchar"
            f" from {database}.{schema}.{name}"
        ).fetchone()
        assert found is not None
        hashes[f"{schema}.{name}"] = (found[0], found[1])
    return hashes
