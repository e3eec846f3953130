"""Closings as inputs of a build: what the models read of them, and the signed rows beside the live ones."""
# ruff: noqa: S608 - SQL is put together from our own names and paths

from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingestion.site import Site
from warehouse.closing_store import Closing, check_files
from warehouse.frozen_tables import columns_of, month_of_rows, signed_marts
from warehouse.restatement import fill_restatement

_CLOSING = """
    period varchar, version integer, status varchar, closed_by varchar, closed_at varchar, reason varchar,
    reopened_by varchar, reopened_at varchar, reopen_reason varchar, shaken_by varchar,
    code_revision varchar, build_id varchar, lock_sha256 varchar
"""


def write_closing_inputs(
    connection: duckdb.DuckDBPyConnection, closings: Sequence[Closing]
) -> None:
    """Write `raw.closing`: one row per version of a signed month."""
    connection.execute(f"create table raw.closing ({_CLOSING})")
    for c in closings:
        connection.execute(
            "insert into raw.closing values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                c.period,
                c.version,
                c.status,
                c.closed_by,
                c.closed_at,
                c.reason,
                c.reopened_by,
                c.reopened_at,
                c.reopen_reason,
                "; ".join(c.shaken_by) or None,
                c.lock["build"]["code_revision"],
                c.lock["build"]["build_id"],
                c.lock_sha256,
            ],
        )


def apply_closings(site: Site, closings: Sequence[Closing], database: Path) -> None:
    """Lay the signed months beside the live ones in a build file that has all its tables.

    Writes schema `closed` (every signed row of every version, as it was signed), sets `maturity` of the
    live rows, and fills `mart_restatement`. Raises ClosingTampered where a frozen file is not what was
    signed: no build shows it.
    """
    for closing in closings:
        check_files(closing)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists closed")
        for name in sorted({t for c in closings for t in c.tables if t.startswith("mart.")}):
            _write_closed(connection, name.partition(".")[2], closings)
        for name in signed_marts(connection):
            _set_maturity(connection, name, closings)
        connection.execute("checkpoint")
    fill_restatement(site, closings, database)


def _write_closed(
    connection: duckdb.DuckDBPyConnection, name: str, closings: Sequence[Closing]
) -> None:
    """All signed rows of one mart, with the month and version of their closing."""
    parts = [
        f"select '{c.period}' as closing_period, {c.version}::INTEGER as closing_version, *"
        f" from read_parquet('{_quoted(c.table_path(f'mart.{name}'))}')"
        for c in closings
        if f"mart.{name}" in c.tables
    ]
    # A column that a later release added is empty in what was signed before it.
    connection.execute(
        f"create or replace table closed.{name} as {' union all by name '.join(parts)}"
    )


def _set_maturity(
    connection: duckdb.DuckDBPyConnection, name: str, closings: Sequence[Closing]
) -> None:
    """Set `maturity` of a mart's rows in months that are signed (docs/decisions/0010).

    `closed`: the row is, in every column both have, a row of the first closing of its month. `restated`:
    it is not, or a later version stands. Other rows stay `provisional`.
    """
    live = columns_of(connection, f"mart.{name}")
    standing = [c for c in closings if c.status == "in_force" and f"mart.{name}" in c.tables]
    if "maturity" not in live or not standing:
        return
    signed = set(columns_of(connection, f"closed.{name}"))
    shared = [column for column in live if column in signed and column != "maturity"]
    same = " and ".join(f't."{column}" is not distinct from c."{column}"' for column in shared)
    months = ", ".join(f"('{c.period}', {c.version})" for c in standing)
    connection.execute(
        f"""
        update mart.{name} set maturity = found.maturity
        from (
            select t.rowid as row_id,
                case when c.closing_period is not null and s.version = 1 then 'closed' else 'restated' end
                    as maturity
            from mart.{name} as t
            {month_of_rows(live)}
            inner join (values {months}) as s (period, version) on ends.period = s.period
            left join closed.{name} as c
                on s.period = c.closing_period and s.version = c.closing_version and {same}
        ) as found
        where mart.{name}.rowid = found.row_id
        """
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
