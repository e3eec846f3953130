"""The analysts' copy of a build: all of it but what tells of officials as persons."""

from pathlib import Path

import duckdb

ANALYSTS_NAME = "analysts.duckdb"

_TABLES = """
    select t.schema_name, t.table_name, t.comment
    from duckdb_tables() as t
    where t.database_name = 'whole'
        and t.table_name not in (select table_name from whole.meta.access where column_name is null)
    order by t.schema_name, t.table_name
"""
_COLUMNS = """
    select c.column_name, c.comment
    from duckdb_columns() as c
    where c.database_name = 'whole' and c.schema_name = ? and c.table_name = ?
        and c.column_name not in (
            select column_name from whole.meta.access where table_name = ? and column_name is not null
        )
    order by c.column_index
"""


def write_analysts(build: Path, target: Path) -> None:
    """Write the new DuckDB file `target` from a build that nobody writes to.

    It holds every table and column that `meta.access` of the build does not restrict, with their
    comments, and the build's own `meta.build`. The rows are written anew: nothing of what is left out
    stands in the file. Raises duckdb.Error for a build without `meta.access`.
    """
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"attach {_text(str(build))} as whole (read_only)")
        connection.begin()  # one wait for the disk, not one for each of a thousand comments
        for schema, table, comment in connection.execute(_TABLES).fetchall():
            columns = connection.execute(_COLUMNS, [schema, table, table]).fetchall()
            place = f"{_name(schema)}.{_name(table)}"
            names = ", ".join(_name(name) for name, _ in columns)
            connection.execute(f"create schema if not exists {_name(schema)}")
            connection.execute(
                f"create table {place} as select {names} from whole.{place}"  # noqa: S608 - quoted
            )
            _comment(connection, f"table {place}", comment)
            for name, said in columns:
                _comment(connection, f"column {place}.{_name(name)}", said)
        connection.commit()
        connection.execute("detach whole")
        connection.execute("checkpoint")


def _comment(connection: duckdb.DuckDBPyConnection, what: str, said: str | None) -> None:
    if said:
        connection.execute(f"comment on {what} is {_text(said)}")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
