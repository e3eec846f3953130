"""The record of runs as the table `motcua.run`: rows are added, no publication replaces them."""

from collections.abc import Iterator

import psycopg
from psycopg import sql

from ingestion.home import Home
from ingestion.messages import text
from ingestion.periods import add_months
from ingestion.run_log import RunLogError, logged_months, read_steps
from publishing.postgres.target import Target
from publishing.run_table import COLUMNS, RunColumn, run_rows

_TABLE = sql.SQL("motcua.run")
_OPEN = """
    alter table motcua.run enable row level security;
    create policy all_rows on motcua.run for select to bi_reader using (true);
    grant select on motcua.run to bi_reader;
"""
_LOCK_MS = 10_000
"""A new version of the program adds columns; a reader who keeps the table open holds that up."""


def add_runs(connection: psycopg.Connection, home: Home, target: Target) -> Iterator[str]:
    """Add the steps that the table does not have yet; yields what a person should know.

    Figures do not wait for their record: what is wrong with it is told and nothing else. A connection
    that is lost here is met by the next statement of the publication.
    """
    try:
        with connection.transaction():
            connection.execute(f"set local lock_timeout = {_LOCK_MS}")
            _prepare(connection)
            _insert(connection, home)
    except RunLogError as problem:
        yield text("postgres.runs_not_added", problem=problem)
    except psycopg.Error as problem:
        yield text("postgres.runs_not_added", problem=target.said(problem))


def _prepare(connection: psycopg.Connection) -> None:
    """Make the table, or the columns that it does not have yet."""
    found = connection.execute(
        """
        select attname::text from pg_attribute
        where attrelid = to_regclass('motcua.run') and attnum > 0 and not attisdropped
        """
    ).fetchall()
    there = {name for (name,) in found}
    if not there:
        columns = sql.SQL(", ").join(map(_column, COLUMNS))
        connection.execute(
            sql.SQL("create table {} ({}, primary key (record_id))").format(_TABLE, columns)
        )
        said = sql.Literal(text("runs.table"))
        connection.execute(sql.SQL("comment on table {} is {}").format(_TABLE, said))
        connection.execute("create index on motcua.run (began_at)")
        connection.execute(_OPEN)
    for column in COLUMNS:
        if there and column.name not in there:
            add = sql.SQL("alter table {} add column {}")
            connection.execute(add.format(_TABLE, _column(column)))
        if column.name not in there:
            place, said = sql.Identifier("motcua", "run", column.name), sql.Literal(column.said)
            connection.execute(sql.SQL("comment on column {} is {}").format(place, said))


def _column(column: RunColumn) -> sql.Composable:
    required = " not null" if column.required else ""
    return sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type + required))


def _insert(connection: psycopg.Connection, home: Home) -> None:
    """Read the log from the month before the newest step that is there, and add what is new.

    A line is written when its step ends, and no step runs for a month. A step of a clock that was ahead
    counts as one of now.
    """
    row = connection.execute(
        "select to_char(max(least(began_at, now())) at time zone 'UTC', 'YYYY-MM') from motcua.run"
    ).fetchone()
    first = add_months(row[0], -1) if row and row[0] else ""
    names = [column.name for column in COLUMNS]
    statement = sql.SQL("insert into {} ({}) values ({}) on conflict do nothing").format(
        _TABLE,
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(map(sql.Placeholder, names)),
    )
    with connection.cursor() as cursor:
        for month in logged_months(home):
            if month >= first:
                cursor.executemany(statement, list(run_rows(read_steps(home, month))))
