"""Publishes the served build to PostgreSQL; readers have the old figures or the new ones, never parts of both."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import duckdb
import psycopg
from psycopg import sql

from ingestion.home import Home
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.site import Site
from publishing.postgres.copying import load_extension
from publishing.postgres.loading import has_collation, load
from publishing.postgres.roles import prepare_roles, unknown_units
from publishing.postgres.runs import add_runs
from publishing.postgres.swap import drop_loading, require_ours, swap
from publishing.postgres.tables import read_tables, references
from publishing.postgres.target import Target, connected
from publishing.snapshot import PublishError
from warehouse.served import served

PATIENCE = 600.0
"""Seconds to wait for readers that hold a transaction open."""
_LOCK = 0x6D6F74637561
"""Number of the advisory lock: the letters of motcua."""


@dataclass(frozen=True)
class PostgresPublication:
    """What PostgreSQL now has. `is_new`: this run put it there. `notes`: what a person should know."""

    build_id: str
    place: str
    is_new: bool
    tables: int
    rows: int
    seconds: float
    notes: tuple[str, ...]


def publish_postgres(  # noqa: PLR0913 - what to publish, where, and how
    site: Site,
    home: Home,
    target: Target,
    *,
    patience: float = PATIENCE,
    again: bool = False,
    progress: Progress = quiet,
) -> PostgresPublication:
    """Load the served build beside the published schemas of `target`, then swap them in one transaction.

    A build that is there already is left alone, unless `again`. The steps recorded until now are added
    to `motcua.run` in any case. Raises NothingServed before the first
    `motcua publish`, and PublishError (Vietnamese) when the server cannot be reached or refuses, another
    run publishes, or readers hold the tables for longer than `patience` seconds: the old figures stay.
    """
    started = time.monotonic()
    with served(home) as build, connected(target) as connection, _alone(connection, target):
        build_id = _build_id(build)
        require_ours(connection)
        _require_same_site(connection, site, target)
        drop_loading(connection)
        prepare_roles(connection)
        notes = tuple(add_runs(connection, home, target))
        if not again and (there := _published(connection)) and there[0] == build_id:
            _, tables, rows = there
            return PostgresPublication(build_id, target.place, False, tables, rows, 0.0, notes)
        load_extension(build)
        plan = read_tables(build)
        try:
            rows = load(build, connection, plan, references(build, plan), progress)
            record = sql.SQL(
                "insert into motcua.publication (build_id, site, tables, rows) values ({}, {}, {}, {})"
            ).format(*map(sql.Literal, (build_id, site.name, len(plan), rows)))
            schemas = sorted({table.schema for table in plan})
            swap(connection, schemas, record, patience=patience, progress=progress)
        except BaseException:
            with suppress(psycopg.Error):  # what is left is dropped at the next start
                drop_loading(connection)
            raise
        return PostgresPublication(
            build_id,
            target.place,
            True,
            len(plan),
            rows,
            time.monotonic() - started,
            (*notes, *_notes(connection)),
        )


@contextmanager
def _alone(connection: psycopg.Connection, target: Target) -> Iterator[None]:
    """Hold the database's publication lock; the server lets go of it when the connection ends."""
    if connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchone() != (True,):
        raise PublishError(text("postgres.busy", place=target.place))
    yield


def _build_id(build: duckdb.DuckDBPyConnection) -> str:
    row = build.execute("select build_id from meta.build").fetchone()
    if row is None:
        raise PublishError(text("postgres.no_build"))
    return str(row[0])


def _published(connection: psycopg.Connection) -> tuple[str, int, int] | None:
    """Build, tables and rows that readers have now, if any of ours."""
    row = connection.execute(
        "select to_regclass('meta.build') is not null and to_regclass('motcua.publication') is not null"
    ).fetchone()
    if row != (True,):
        return None
    return connection.execute(
        """
        select b.build_id, p.tables, p.rows
        from meta.build as b inner join motcua.publication as p on b.build_id = p.build_id
        order by p.published_at desc limit 1
        """
    ).fetchone()


def _require_same_site(connection: psycopg.Connection, site: Site, target: Target) -> None:
    """A database holds one authority's figures: those of another are not replaced by mistake."""
    if connection.execute("select to_regclass('meta.build')").fetchone() == (None,):
        return
    row = connection.execute("select site from meta.build").fetchone()
    if row is not None and row[0] != site.name:
        raise PublishError(
            text("postgres.other_site", place=target.place, found=row[0], site=site.name)
        )


def _notes(connection: psycopg.Connection) -> Iterator[str]:
    if not has_collation(connection):
        yield text("postgres.no_collation")
    for login, unit in unknown_units(connection):
        yield text("postgres.unknown_unit", login=login, unit=unit)
