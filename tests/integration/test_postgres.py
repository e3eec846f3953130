"""Publication to PostgreSQL: the same figures, whole or not at all, whatever readers and servers do."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ingestion.home import Home
from ingestion.messages import text
from ingestion.site import Site
from publishing.postgres.publication import publish_postgres
from publishing.snapshot import PublishError
from tests.integration.postgres_server import (
    BOTH,
    ONE,
    PASSWORD,
    Published,
    debian_programs,
    grant_roles,
    running,
    wheel_programs,
)
from warehouse.dictionary import read_dictionary

pytestmark = pytest.mark.integration
ROOMS = ("core", "mart", "quality", "meta")
NUMBERS = ("INTEGER", "BIGINT", "DOUBLE", "DECIMAL")
DATES = ("DATE", "TIMESTAMP")
READ = """
    select (select build_id from meta.build), (select count(*) from core.fct_case),
        (select sum(received_count) from mart.mart_unit_month), (select count(*) from quality.row_lineage)
"""


@pytest.fixture(scope="module")
def published(postgres_builds: tuple[Site, dict[str, Home]]) -> Iterator[Published]:
    """Both builds were published, the smaller one last."""
    site, homes = postgres_builds
    with running(debian_programs() or wheel_programs()) as server:
        published = Published(server, site, homes)
        for build_id in (BOTH, ONE):
            assert published.publish(build_id).is_new
            with server.admin() as admin:
                published.figures[build_id] = admin.execute(READ).fetchone() or ()
        grant_roles(server)
        yield published


def test_the_two_builds_can_be_told_apart(published: Published) -> None:
    assert published.figures == {
        ONE: (ONE, 30, 30, 30),
        BOTH: (BOTH, 31, 31, 31),
    }


def test_every_table_has_the_same_counts_and_sums(published: Published) -> None:
    """Of each table and column: rows, filled cells, sum of numbers, first and last date, number of trues."""
    published.publish(BOTH)
    compared = 0
    with published.served(BOTH) as build, published.server.admin() as admin:
        for room, table in build.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name in (select unnest($1))",
            [list(ROOMS)],
        ).fetchall():
            columns = build.execute(f'describe "{room}"."{table}"').fetchall()
            whole = f"{room}_officials.{table}"
            place = whole if _is_there(admin, whole) else f"{room}.{table}"
            here = build.execute(f'select {_measures(columns)} from "{room}"."{table}"').fetchone()
            there = admin.execute(f"select {_measures(columns)} from {place}").fetchone()
            assert _plain(there) == _plain(here), place
            compared += 1
        texts = admin.execute("select authority_name from core.dim_authority").fetchall()
    assert compared > 60
    assert texts == [("Thành\N{REPLACEMENT CHARACTER}phố",)]


def _is_there(admin: psycopg.Connection, place: str) -> bool:
    return admin.execute("select to_regclass(%s)", [place]).fetchone() != (None,)


def _measures(columns: list[Any]) -> str:
    parts = ["count(*)"]
    for name, kind, *_ in columns:
        parts.append(f'count("{name}")')
        if kind.startswith(NUMBERS):
            parts.append(f'sum("{name}")')
        elif kind.startswith(DATES):
            parts += [f'min("{name}")', f'max("{name}")']
        elif kind == "BOOLEAN":
            parts.append(f'count(*) filter (where "{name}")')
        else:  # as bytes: the order of texts is each server's own
            parts.append(f"""count(distinct "{name}") filter (where "{name}" <> '')""")
    return ", ".join(parts)


def _plain(values: Any) -> list[Any]:
    """Sums of fractions to twelve digits: their last ones hang on the order of adding."""
    return [float(f"{v:.12g}") if isinstance(v, float) else v for v in values]


def test_a_build_that_is_there_is_left_alone(published: Published) -> None:
    published.publish(BOTH)
    with published.server.admin() as admin:
        before = admin.execute("select 'mart.mart_unit_month'::regclass::oid").fetchone()
        again = published.publish(BOTH)
        after = admin.execute("select 'mart.mart_unit_month'::regclass::oid").fetchone()
    assert not again.is_new
    assert before == after
    assert published.publish(BOTH, again=True).is_new


def test_types_keys_and_comments(published: Published) -> None:
    published.publish(BOTH)
    with published.server.admin() as admin:
        types: dict[str, bool] = dict(
            admin.execute(
                """
                select distinct data_type, bool_or(column_name ~ '(_on|_at)$') from information_schema.columns
                where table_schema in ('core', 'mart', 'quality') and column_name <> 'pulled_at'
                    and column_name !~ '^(closed|reopened)_at$' group by 1
                """
            ).fetchall()
        )
        assert types["date"]
        assert types["timestamp without time zone"]
        assert not types["text"]
        assert {"numeric", "bigint", "integer", "boolean", "double precision"} <= types.keys()
        keys = _keys(admin)
        foreign = admin.execute(
            "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f'"
        ).fetchall()
        said: dict[str, str] = dict(
            admin.execute(
                """
                select c.relname || '.' || a.attname, col_description(c.oid, a.attnum)
                from pg_class as c inner join pg_attribute as a on c.oid = a.attrelid
                where c.relnamespace = 'mart'::regnamespace and c.relkind = 'r' and a.attnum > 0
                """
            ).fetchall()
        )
        indexed = admin.execute(
            "select indexdef from pg_indexes where schemaname = 'core' and tablename = 'fct_case'"
        ).fetchall()
    for table in read_dictionary():
        required = {column.name for column in table.columns if column.required}
        if table.grain and required.issuperset(table.grain):
            schemas = {schema for schema, name in keys if name == table.name}
            assert schemas, table.name
            assert all(keys[schema, table.name] == list(table.grain) for schema in schemas)
    dimensions = ("core.dim_sector", "core.dim_unit", "core.dim_reporting_period", "core.fct_case")
    children = ("core.fct_case", "core.fct_case", "mart.mart_form_06a", "core.fct_case_month")
    assert set(zip(children, dimensions, strict=True)) <= set(foreign)
    unit_month = next(t for t in read_dictionary() if t.name == "mart_unit_month")
    for column in unit_month.columns:
        assert said[f"mart_unit_month.{column.name}"] == f"{column.vi}\n{column.en}"
    for name in ("unit_code", "sector_code", "received_period"):
        assert any(f"({name})" in definition for (definition,) in indexed)


def _keys(admin: psycopg.Connection) -> dict[tuple[str, str], list[str]]:
    rows = admin.execute(
        """
        select n.nspname, c.relname, array_agg(a.attname::text order by k.place)
        from pg_constraint as p
        inner join pg_class as c on p.conrelid = c.oid
        inner join pg_namespace as n on c.relnamespace = n.oid
        cross join unnest(p.conkey) with ordinality as k (number, place)
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum = k.number
        where p.contype = 'p' and n.nspname <> 'motcua' group by 1, 2
        """
    ).fetchall()
    return {(schema, name): columns for schema, name, columns in rows}


def test_readers_never_see_two_builds_at_once(published: Published) -> None:
    """Many readers while builds change: one statement, and several statements of one transaction."""
    stop = threading.Event()
    faults: list[tuple[Any, ...]] = []
    counted: list[int] = []
    levels = (psycopg.IsolationLevel.READ_COMMITTED, psycopg.IsolationLevel.REPEATABLE_READ)

    def read(number: int) -> None:
        reads = 0
        try:
            with published.server.login("bao_cao") as connection:
                connection.isolation_level = levels[number % 2]
                while not stop.is_set():
                    with connection.transaction():
                        found = connection.execute(READ).fetchone() or ()
                        cases = connection.execute(
                            "select count(*) from core.fct_case inner join core.dim_unit using (unit_code)"
                        ).fetchone()
                        months = connection.execute(
                            "select sum(received_count) from mart.mart_unit_sector_month"
                        ).fetchone()
                    if found not in known or cases != found[1:2] or months != found[2:3]:
                        faults.append((number, found, cases, months))
                    reads += 1
        except psycopg.Error as problem:
            faults.append((number, problem))
        counted.append(reads)

    known = set(published.figures.values())
    readers = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for reader in readers:
        reader.start()
    try:
        for build_id in (ONE, BOTH):
            published.publish(build_id, again=True)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert faults == []
    assert min(counted) > 10


def test_an_older_snapshot_sees_the_new_rows(published: Published) -> None:
    """A transaction that began before the load and reads after the swap gets rows, not empty tables."""
    published.publish(ONE)
    with published.server.login("bao_cao") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("select count(*) from pg_class")  # the snapshot is taken here
        published.publish(BOTH)
        assert connection.execute(READ).fetchone() == published.figures[BOTH]


def test_a_reader_that_stays_keeps_the_old_figures(published: Published) -> None:
    published.publish(ONE)
    with published.server.login("bao_cao") as reader:
        pid = reader.info.backend_pid
        reader.execute("select count(*) from mart.mart_unit_month")
        with pytest.raises(PublishError) as raised:
            published.publish(BOTH, patience=0)
        assert reader.execute(READ).fetchone() == published.figures[ONE]
        with published.server.login("bao_cao") as another:  # nobody waits behind us
            assert another.execute(READ).fetchone() == published.figures[ONE]
    assert f"bao_cao (?, tiến trình {pid}" in str(raised.value)
    assert published.loading() == []
    assert published.publish(BOTH).is_new


def test_a_reader_that_ends_is_waited_for(published: Published) -> None:
    published.publish(ONE)
    with published.server.login("bao_cao") as reader:
        reader.execute("select count(*) from mart.mart_unit_month")
        waited = []

        def let_go(what: str, done: int, total: int) -> None:
            if what == text("postgres.progress_wait"):
                waited.append(reader.execute(READ).fetchone())
                reader.rollback()

        assert published.publish(BOTH, progress=let_go).is_new
        assert waited == [published.figures[ONE]]
        assert reader.execute(READ).fetchone() == published.figures[BOTH]


def test_a_server_that_goes_down_midway(published: Published) -> None:
    published.publish(ONE)

    def crash(what: str, done: int, total: int) -> None:
        if done == 40:
            published.server.stop()

    try:
        with pytest.raises(PublishError, match="mất kết nối") as raised:
            published.publish(BOTH, progress=crash)
    finally:
        published.server.start()
    assert PASSWORD not in str(raised.value)
    with published.server.login("bao_cao") as reader:
        assert reader.execute(READ).fetchone() == published.figures[ONE]
    assert "core__new" in published.loading()
    assert published.publish(BOTH).is_new
    assert published.loading() == []
    with published.server.login("bao_cao") as reader:
        assert reader.execute(READ).fetchone() == published.figures[BOTH]


def test_two_publications_at_once(published: Published) -> None:
    published.publish(ONE)
    refused: list[pytest.ExceptionInfo[PublishError]] = []

    def second(what: str, done: int, total: int) -> None:
        if not refused:
            with pytest.raises(PublishError, match="đang ghi") as raised:
                published.publish(BOTH)
            refused.append(raised)

    assert published.publish(BOTH, progress=second).is_new
    assert refused


def test_what_is_not_ours_is_not_replaced(published: Published, tmp_path: Path) -> None:
    published.publish(ONE)
    other = published.site.model_copy(update={"name": "noi-khac"})
    with pytest.raises(PublishError, match=r"đang có số liệu của «site»"):
        publish_postgres(other, published.homes[BOTH], published.server.target)
    with published.server.admin() as admin:
        admin.execute("create schema closed; create table closed.theirs as select 1 as x")
        try:
            with pytest.raises(PublishError, match="schema closed không do motcua tạo"):
                published.publish(BOTH)
            assert admin.execute("select x from closed.theirs").fetchone() == (1,)
        finally:
            admin.execute("drop schema closed cascade")


def test_a_server_without_icu_is_told(published: Published) -> None:
    with running(wheel_programs()) as server:
        done = publish_postgres(published.site, published.homes[BOTH], server.target)
        with server.admin() as admin:
            assert admin.execute(READ).fetchone() == published.figures[BOTH]
    assert done.notes == (text("postgres.no_collation"),)
