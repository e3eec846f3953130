"""Puts loaded schemas in the place of the readers' ones, in one transaction.

A transaction that has read any published table holds a lock on it to its end, and the swap needs all of
those tables for itself. So nobody ever reads one table before and another after it.
"""

import time
from collections.abc import Iterable, Sequence

import psycopg
from psycopg import sql

from ingestion.messages import text
from ingestion.progress import Progress
from publishing.postgres.loading import OURS
from publishing.postgres.roles import open_schema
from publishing.postgres.tables import LOADING, SCHEMAS
from publishing.snapshot import PublishError

TRY_SECONDS, LOCK_MS = 0.5, 400
"""How long one try takes tables, and waits for the last one. Together below the server's `deadlock_timeout`
(1 s): a reader that waits for us while we wait for it sees us give up, and is never ended as a deadlock."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
Place = tuple[str, str]
"""Schema and name of a table."""


def require_ours(connection: psycopg.Connection) -> None:
    """Raise PublishError when a schema of one of our names was made by somebody else."""
    names = [name + ending for name in SCHEMAS for ending in ("", LOADING)]
    others = [
        name
        for name, said in connection.execute(
            """
            select nspname, obj_description(oid, 'pg_namespace') from pg_namespace
            where nspname = any(%s) order by 1
            """,
            [names],
        ).fetchall()
        if not (said or "").startswith(OURS)
    ]
    if others:
        raise PublishError(text("postgres.other_schema", schemas=", ".join(others)))


def drop_loading(connection: psycopg.Connection) -> None:
    """Drop what a run that was cut off had loaded: nobody may read it, nobody waits for it."""
    for name in _there(connection, (schema + LOADING for schema in SCHEMAS)):
        connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))


def swap(
    connection: psycopg.Connection,
    schemas: Sequence[str],
    record: sql.Composed,
    *,
    patience: float,
    progress: Progress,
) -> None:
    """Swap `<schema>__new` in for each schema, and run `record` with it. All old schemas go.

    Tries for `patience` seconds to get the tables from their readers, then raises PublishError naming
    who holds them; the old figures stay.
    """
    started, pause, number = time.monotonic(), FIRST_PAUSE, 0
    held: list[Place] = []
    while not _swap_once(connection, schemas, record, held):
        waited, number = time.monotonic() - started, number + 1
        if waited >= patience:
            holders = _holders(connection)
            said = text("postgres.readers_hold", seconds=round(waited), holders=holders)
            raise PublishError(said)
        progress(text("postgres.progress_wait"), number, 0)
        time.sleep(min(pause, patience - waited))
        pause = min(pause * 2, LONGEST_PAUSE)


def _swap_once(
    connection: psycopg.Connection,
    schemas: Sequence[str],
    record: sql.Composed,
    held: list[Place],
) -> bool:
    """One try; False when a reader held a table, which is then put first in `held`.

    Tables of `held` are taken first. A reader that goes from A to B holds A while we, having B, wait for A:
    nobody moves until we give up. With A taken first, those who have it go on to B and end, and those who
    come wait at A with nothing in hand.
    """
    try:
        with connection.transaction():
            # This commit waits for the disk, and with it all that was loaded before without waiting.
            connection.execute("set local synchronous_commit = on")
            connection.execute(f"set local lock_timeout = {LOCK_MS}")
            old = _there(connection, SCHEMAS)
            if not _take(connection, old, held):
                raise psycopg.Rollback
            _replace(connection, old, schemas)
            connection.execute(record)
            return True
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        pass  # something else of a reader's, such as a view on our tables
    return False


def _take(connection: psycopg.Connection, old: Sequence[str], held: list[Place]) -> bool:
    """Lock every published table; False when that takes too long."""
    tables: list[Place] = connection.execute(
        "select schemaname::text, tablename::text from pg_tables where schemaname = any(%s) order by 1, 2",
        [old],
    ).fetchall()
    first = {table: rank for rank, table in enumerate(held)}
    started = time.monotonic()
    for table in sorted(tables, key=lambda table: first.get(table, len(first))):
        statement = sql.SQL("lock table {} in access exclusive mode").format(sql.Identifier(*table))
        try:
            connection.execute(statement)
            is_held = time.monotonic() - started > TRY_SECONDS
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            is_held = True
        if is_held:
            held[:] = [table, *(other for other in held if other != table)]
            return False
    return True


def _replace(connection: psycopg.Connection, old: Sequence[str], schemas: Sequence[str]) -> None:
    if old:
        names = sql.SQL(", ").join(map(sql.Identifier, old))
        connection.execute(sql.SQL("drop schema {} cascade").format(names))
    for schema in schemas:
        loaded, name = sql.Identifier(schema + LOADING), sql.Identifier(schema)
        connection.execute(sql.SQL("alter schema {} rename to {}").format(loaded, name))
        connection.execute(open_schema(schema))


def _there(connection: psycopg.Connection, names: Iterable[str]) -> list[str]:
    found = connection.execute(
        "select nspname from pg_namespace where nspname = any(%s) order by 1", [list(names)]
    ).fetchall()
    return [name for (name,) in found]


def _holders(connection: psycopg.Connection) -> str:
    """Who holds published tables: log-in, program, process number, since when, as far as we may know."""
    rows = connection.execute(
        """
        select distinct a.pid, a.usename, coalesce(nullif(a.application_name, ''), '?'),
            to_char(a.xact_start, 'HH24:MI:SS DD/MM')
        from pg_locks as l
        inner join pg_class as c on l.relation = c.oid
        inner join pg_namespace as n on c.relnamespace = n.oid
        inner join pg_stat_activity as a on l.pid = a.pid
        where n.nspname = any(%s) and l.granted and a.pid <> pg_backend_pid()
        order by 1
        """,
        [list(SCHEMAS)],
    ).fetchall()
    return "; ".join(
        text("postgres.holder", pid=pid, login=login, program=program, since=since or "?")
        for pid, login, program, since in rows
    ) or text("postgres.holder_gone")
