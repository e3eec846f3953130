"""Loads a build into schemas of its own that nobody reads: tables, rows, keys, indexes, comments, rights."""

from collections.abc import Sequence

import duckdb
import psycopg
from psycopg import sql

from ingestion.messages import text
from ingestion.progress import Progress
from publishing.postgres.copying import copy_rows
from publishing.postgres.roles import protect
from publishing.postgres.tables import LOADING, Column, Reference, Table, in_build
from publishing.snapshot import PublishError

OURS = "motcua: "
"""Comments of our schemas begin so; a schema of another's is never dropped."""
COLLATION = "vi-x-icu"


def has_collation(connection: psycopg.Connection) -> bool:
    """Whether the server can sort Vietnamese words."""
    found = connection.execute(
        "select 1 from pg_collation where collname = %s and collnamespace = 'pg_catalog'::regnamespace",
        [COLLATION],
    ).fetchone()
    return found is not None


def load(
    build: duckdb.DuckDBPyConnection,
    connection: psycopg.Connection,
    tables: Sequence[Table],
    links: Sequence[Reference],
    progress: Progress,
) -> int:
    """Load all tables into `<schema>__new`; returns the number of rows.

    Each table is committed by itself; the schemas are closed to everybody. Raises PublishError when a
    table has other than the build's number of rows, psycopg.Error and duckdb.Error.
    """
    sorts = has_collation(connection)
    for schema in sorted({table.schema for table in tables}):
        name = sql.Identifier(schema + LOADING)
        said = sql.Literal(OURS + text("postgres.schema", schema=schema))
        # With its comment at once, or the next run would not know it as ours.
        with connection.transaction():
            connection.execute(sql.SQL("create schema {}").format(name))
            connection.execute(sql.SQL("comment on schema {} is {}").format(name, said))
    total = 0
    for number, table in enumerate(tables, 1):
        progress(text("postgres.progress_load"), number - 1, len(tables))
        total += _load_table(build, connection, table, sorts)
    if links:
        connection.execute(sql.SQL("; ").join(_references(links)))
    progress(text("postgres.progress_load"), len(tables), len(tables))
    return total


def _load_table(
    build: duckdb.DuckDBPyConnection, connection: psycopg.Connection, table: Table, sorts: bool
) -> int:
    place = _place(table)
    with connection.transaction():
        # Rows never change after the load, and are frozen and analysed by it: nothing for autovacuum.
        connection.execute(
            sql.SQL("create table {} ({}) with (autovacuum_enabled = false)").format(
                place, sql.SQL(", ").join(_column(column, sorts) for column in table.columns)
            )
        )
        copied = copy_rows(build, table, connection, place)
        row = build.execute(f"select count(*) from {in_build(table)}").fetchone()  # noqa: S608
        if row != (copied,):
            expected = row[0] if row else 0
            raise PublishError(
                text("postgres.rows_differ", table=table.place, copied=copied, expected=expected)
            )
        connection.execute(sql.SQL("; ").join([*_keys(table), *_comments(table), protect(table)]))
        connection.execute(sql.SQL("analyze {}").format(place))
    return copied


def _column(column: Column, sorts: bool) -> sql.Composable:
    return sql.SQL(" ").join(
        [
            sql.Identifier(column.name),
            sql.SQL(column.type),
            sql.SQL(f'collate "{COLLATION}"' if sorts and column.is_vietnamese else ""),
            sql.SQL("not null" if column.required else ""),
        ]
    )


def _keys(table: Table) -> list[sql.Composable]:
    """The grain as primary key (or unique, where a part of it may be empty), and the usual filters."""
    place, statements = _place(table), []
    if table.has_primary_key:
        key = "alter table {} add primary key ({})"
        statements.append(sql.SQL(key).format(place, _names(table.grain)))
    elif table.grain:
        key = "create unique index on {} ({}) nulls not distinct"
        statements.append(sql.SQL(key).format(place, _names(table.grain)))
    for name in table.filters:
        statements.append(sql.SQL("create index on {} ({})").format(place, sql.Identifier(name)))
    return list(statements)


def _references(links: Sequence[Reference]) -> list[sql.Composable]:
    statements = []
    for parent, columns in {
        link.parent.place: (link.parent, link.columns) for link in links
    }.values():
        if columns != parent.grain:  # a dimension referred to by other columns than its key
            unique = sql.SQL("alter table {} add unique ({})")
            statements.append(unique.format(_place(parent), _names(columns)))
    for link in links:
        key = sql.SQL("alter table {} add foreign key ({}) references {} ({})")
        names = _names(link.columns)
        statements.append(key.format(_place(link.child), names, _place(link.parent), names))
    return list(statements)


def _comments(table: Table) -> list[sql.Composable]:
    place = sql.SQL("table {}").format(_place(table))
    said: list[tuple[sql.Composable, str | None]] = [(place, table.said)]
    for column in table.columns:
        name = sql.Identifier(table.schema + LOADING, table.name, column.name)
        said.append((sql.SQL("column {}").format(name), column.said))
    return [
        sql.SQL("comment on {} is {}").format(what, sql.Literal(words))
        for what, words in said
        if words
    ]


def _place(table: Table) -> sql.Identifier:
    return sql.Identifier(table.schema + LOADING, table.name)


def _names(columns: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
