"""The dbt models without dbt: compiled once, then run as plain SQL, so that an example costs little.

`test_harness.py` shows that this gives the same tables as a real `dbt build`.
"""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
from hypothesis.vendor.pretty import RepresentationPrinter

from ingestion.home import Home
from warehouse.build import run_dbt
from warehouse.duckdb_functions import register
from warehouse.revision import CODE

Tables = dict[str, tuple[str, str]]
"""`schema.table` -> (row count, order-free hash of all rows)."""


@dataclass(frozen=True)
class Models:
    """Compiled models in the order in which they can be made: (relation, SQL).

    `tests`: the data tests, (name, SQL that gives the rows for which the law does not hold).
    """

    schemas: tuple[tuple[str, str], ...]
    seeds: tuple[tuple[str, Path], ...]
    statements: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, str], ...]
    reads: dict[str, frozenset[str]]
    manifest: Path

    def only(self, *names: str) -> "Models":
        """The models of which these tables (`schema.table`) are made, and nothing else: no tests.

        Raises KeyError for a table that no model makes.
        """
        relations = {
            relation.replace('"', "").split(".", 1)[1]: relation for relation in self.reads
        }
        needed: set[str] = set()
        waiting = [relations[name] for name in names]
        while waiting:
            relation = waiting.pop()
            if relation not in needed:
                needed.add(relation)
                waiting.extend(self.reads[relation])
        return replace(
            self, statements=tuple(s for s in self.statements if s[0] in needed), tests=()
        )

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """What Hypothesis shows of the models: how many there are."""
        printer.text(f"<{len(self.statements)} models>")


def compile_models(root: Path) -> Models:
    """Let dbt compile the project once (no data needed), and order the models by what they read."""
    home = Home(root).create()
    run_dbt(["compile"], home.build / "new.duckdb", home.build / "work.duckdb", home)
    return read_models(home.build / "target" / "manifest.json")


def read_models(path: Path) -> Models:
    """Read the manifest that a dbt run left."""
    manifest = json.loads(path.read_text("utf-8"))
    nodes = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"}
    }
    done: dict[str, None] = {key: None for key, n in nodes.items() if n["resource_type"] == "seed"}
    models = {key for key in nodes if key not in done}
    while waiting := sorted(models - done.keys()):
        ready = [
            k
            for k in waiting
            if (set(nodes[k]["depends_on"]["nodes"]) & nodes.keys()) <= done.keys()
        ]
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
        statements=tuple(_statement(nodes[key]) for key in done if key in models),
        tests=tuple(
            (node["unique_id"].split(".")[2], node["compiled_code"])
            for node in manifest["nodes"].values()
            if node["resource_type"] == "test"
        ),
        reads={
            nodes[key]["relation_name"]: frozenset(
                nodes[k]["relation_name"] for k in nodes[key]["depends_on"]["nodes"] if k in models
            )
            for key in models
        },
        manifest=path,
    )


def _statement(node: dict[str, Any]) -> tuple[str, str]:
    """Relation of a model, and the SQL that makes it."""
    relation = node["relation_name"]
    kind = node["config"]["materialized"]
    return relation, f"create {kind} {relation} as {node['compiled_code']}"


@contextmanager
def run_models(
    models: Models, work: Path, new: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Make every table from the inputs in `work`, in memory or in the file `new`.

    Gives a connection in which `new` is the default database.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("set threads = 1")
        register(connection)
        connection.execute(f"attach '{new or ':memory:'}' as new")
        # In memory: a copy of the inputs costs less than writing what is made of them to the file's log.
        connection.execute(f"attach '{work}' as inputs (read_only)")
        connection.execute("attach ':memory:' as work")
        connection.execute("copy from database inputs to work")
        connection.execute("detach inputs")
        for database, schema in models.schemas:
            connection.execute(f"create schema if not exists {database}.{schema}")
        for relation, path in models.seeds:
            load_seed(connection, relation, path)
        connection.execute("use new")
        for _, statement in models.statements:
            connection.execute(statement)
        yield connection
        # So that a file can be detached when the connection closes: nothing may be left in its log.
        connection.execute("use memory")
        connection.execute("detach new")


def failed_tests(models: Models, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The data tests that do not hold, each with its number of rows, as `dbt build` tells them."""
    failed = []
    for name, sql in models.tests:
        found = connection.execute(f"select count(*) from ({sql}\n)").fetchone()
        assert found is not None
        if found[0]:
            failed.append(f"{name}: {found[0]}")
    return failed


def load_seed(connection: duckdb.DuckDBPyConnection, relation: str, path: Path) -> None:
    """All columns are text, blank is NULL: what the seeds' column types say."""
    with path.open(encoding="utf-8", newline="") as file:
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in next(csv.reader(file)))
    connection.execute(
        f"create table {relation} as from read_csv($path, header = true, nullstr = '',"
        f" auto_detect = false, columns = {{{columns}}})",
        {"path": str(path)},
    )


def table_hashes(
    connection: duckdb.DuckDBPyConnection, database: str, without: tuple[str, ...] = ()
) -> Tables:
    """Content of every served table: how many rows, and a hash that does not depend on their order.

    `without`: columns that are not looked at (the time of receipt, say).
    """
    columns = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where database_name = ? and schema_name in ('core', 'mart', 'quality')",
        [database],
    ).fetchall()
    tables: dict[str, list[str]] = {}
    for schema, name, column in sorted(columns):
        if column not in without:
            tables.setdefault(f"{schema}.{name}", []).append(f'"{column}"::varchar')
    hashes = {}
    for name, texts in tables.items():
        found = connection.execute(
            f"select count(*)::varchar, coalesce(sum(hash(row({', '.join(texts)}))::hugeint), 0)::varchar"
            f' from "{database}".{name}'
        ).fetchone()
        assert found is not None
        hashes[name] = (found[0], found[1])
    return hashes
