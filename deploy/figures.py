"""The figures as a list to compare: a line per table, its rows and a sum over their content.

`python -m deploy.figures [BUILD_ID]` prints what readers have, or a build that is not yet published.
`diff` of two lists shows nothing when all figures are the same, whoever built them and when.
"""
# ruff: noqa: S608 - SQL is put together from names that the database gives

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from ingestion.home import Home
from ingestion.messages import text
from warehouse.served import served_database

_SCHEMAS = ("core", "mart", "quality", "closed")
"""Not `meta`: it says which build this is."""


def figures(database: Path) -> Iterator[str]:
    """The lines of a warehouse file. Order of rows and columns does not matter."""
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where database_name = current_database() and list_contains(?, schema_name)"
            " order by all",
            [list(_SCHEMAS)],
        ).fetchall()
        tables: dict[str, list[str]] = {}
        for schema, table, column in columns:
            tables.setdefault(f'{schema}."{table}"', []).append(f'"{column}"')
        for name, names in tables.items():
            # md5, since DuckDB's own hash is another in another version.
            count, total = connection.execute(
                f"select count(*), coalesce(sum(md5_number_lower(row({', '.join(names)})::varchar)), 0)"
                f" from {name}"
            ).fetchall()[0]
            yield f"{name.replace(chr(34), '')} {count} {int(total):x}"


def main(arguments: Sequence[str]) -> int:
    """Print the list; 2 when there is no such file."""
    home = Home(Path(os.environ.get("MOTCUA_HOME", "var")))
    database = home.build / f"{arguments[0]}.duckdb" if arguments else served_database(home)
    if not database.is_file():
        print(text("served.nothing", path=database), file=sys.stderr)
        return 2
    for line in figures(database):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
