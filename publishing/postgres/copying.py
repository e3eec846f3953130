"""The rows of a table from a build into PostgreSQL: its binary COPY format, through a pipe.

DuckDB's postgres extension writes the format (half the server's work of CSV); psycopg sends it, so that
the password goes nowhere else, and so that the rows can be frozen: a reader whose snapshot is older
than the load sees them all the same once the schemas are swapped, instead of an empty table.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import distribution

import duckdb
import psycopg
from psycopg import sql

from publishing.postgres.tables import Table, in_build, quoted

BLOCK = 1 << 20
_EXTENSION = "duckdb-extension-postgres-scanner"
_ZERO = "replace({}, chr(0), '\N{REPLACEMENT CHARACTER}')"
"""PostgreSQL cannot hold the zero character in a text."""


def load_extension(build: duckdb.DuckDBPyConnection) -> None:
    """Load DuckDB's postgres extension from the file in its wheel: nothing is downloaded.

    Raises FileNotFoundError when the wheel has none for this version of DuckDB.
    """
    wheel = distribution(_EXTENSION)
    version = f"v{duckdb.__version__}"
    for file in wheel.files or ():
        if file.suffix == ".duckdb_extension" and version in file.parts:
            path = str(wheel.locate_file(file)).replace("'", "''")
            build.execute(f"load '{path}'")
            return
    raise FileNotFoundError(f"{_EXTENSION} {version}")


def copy_rows(
    build: duckdb.DuckDBPyConnection,
    table: Table,
    connection: psycopg.Connection,
    into: sql.Composable,
) -> int:
    """Copy all rows of `table` into the table `into`, made in the transaction that is open; how many.

    Raises psycopg.Error for what the server refuses, duckdb.Error for what the build cannot give.
    """
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    statement = sql.SQL("copy {} ({}) from stdin (format binary, freeze)").format(into, columns)
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for block in _blocks(build, table):
                copy.write(block)
        return cursor.rowcount


def _blocks(build: duckdb.DuckDBPyConnection, table: Table) -> Iterator[bytes]:
    """The rows in PostgreSQL's format, as DuckDB writes them in a thread of its own."""
    source, sink = os.pipe()
    with suppress(OSError):  # a larger pipe is faster; how large it may be is the system's to say
        fcntl.fcntl(sink, fcntl.F_SETPIPE_SZ, BLOCK)
    problems: list[BaseException] = []

    def write() -> None:
        try:
            # A connection of its own to the same build; DuckDB opens the pipe by its path.
            with build.cursor() as cursor:
                cursor.execute(
                    f"copy ({_select(table)}) to '/dev/fd/{sink}' (format postgres_binary)"
                )
        except duckdb.Error as problem:
            problems.append(problem)
        finally:
            os.close(sink)  # the end for whoever reads, however this went

    writer = threading.Thread(target=write, name=f"copy {table.place}")
    writer.start()
    try:
        while block := os.read(source, BLOCK):
            yield block
    finally:
        os.close(source)  # a writer that nobody reads from any more ends with an error
        writer.join()
    if problems:
        raise problems[0]


def _select(table: Table) -> str:
    cells = (
        _ZERO.format(quoted(column.name)) if column.type == "text" else quoted(column.name)
        for column in table.columns
    )
    return f"select {', '.join(cells)} from {in_build(table)}"  # noqa: S608 - quoted names
