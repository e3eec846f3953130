"""Who reads the published figures: three roles, and the programs that people use."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from typer.testing import CliRunner

from ingestion.home import Home
from ingestion.site import Site
from motcua.cli import app
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

pytestmark = pytest.mark.integration
RECEIVED = """
    select u.unit_name, c.received_on, m.received_count, m.late_rate, u.is_latest, c.due_at, c.returned_on
    from core.fct_case as c inner join core.dim_unit as u on c.unit_code = u.unit_code
    inner join mart.mart_unit_month as m on c.unit_code = m.unit_code and c.received_period = m.period
    where c.unit_code = 'U2'
"""


@pytest.fixture(scope="module")
def published(postgres_builds: tuple[Site, dict[str, Home]]) -> Iterator[Published]:
    """A server with one publication and its log-ins."""
    site, homes = postgres_builds
    with running(debian_programs() or wheel_programs()) as server:
        published = Published(server, site, homes)
        published.publish(BOTH)
        grant_roles(server)
        yield published


def _found(what: Path | str | None, package: str) -> str:
    """A driver; where it is not installed the test is skipped, and the summary says so."""
    if what is None:
        pytest.skip(f"Debian's {package} is not installed")
    return str(what)


def _one(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_a_bi_reader_reads_all_but_officials(published: Published) -> None:
    with published.served(BOTH) as build, published.server.login("bao_cao") as reader:
        restricted = build.execute("select table_name, column_name from meta.access").fetchall()
        columns = reader.execute(
            "select table_name::text, column_name::text from information_schema.columns"
            " where table_schema in ('core', 'mart', 'quality', 'meta')"
        ).fetchall()
        assert len(columns) > 1000
        whole = {table for table, column in restricted if column is None}
        assert not whole & {table for table, _ in columns}
        assert not set(restricted) & set(columns)
        for schema, table in reader.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('core', 'mart', 'quality')"
        ).fetchall():
            reader.execute(f"select * from {schema}.{table} limit 1")  # as ODBC asks for a table
        assert _one(reader, "select count(*) from core.fct_case") == 31
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from mart_officials.mart_official_year")


def test_an_officials_reader_reads_all(published: Published) -> None:
    with published.served(BOTH) as build, published.server.login("to_chuc") as reader:
        for table, column in build.execute(
            "select table_name, column_name from meta.access"
        ).fetchall():
            (schema,) = build.execute(
                "select schema_name from duckdb_tables() where table_name = ?", [table]
            ).fetchone()
            count = f"select count({column or '*'}) from {{}}.{table}"
            here = build.execute(count.format(schema)).fetchone()
            assert reader.execute(count.format(f"{schema}_officials")).fetchone() == here
        assert _one(reader, "select count(*) from core.fct_case") == 31


def test_a_unit_reads_its_own_rows(published: Published) -> None:
    """Of every table that names a unit only its own; the lists that all share; nothing else at all."""
    with published.server.admin() as admin, published.server.login("phuong_u1") as reader:
        tables = admin.execute(
            """
            select t.schemaname, t.tablename, bool_or(c.column_name = 'unit_code')
            from pg_tables as t inner join information_schema.columns as c
                on t.schemaname = c.table_schema and t.tablename = c.table_name
            where t.schemaname ~ '^(core|mart|quality|closed|meta)' group by 1, 2
            """
        ).fetchall()
        own, shared, refused = 0, set(), set()
        for schema, table, names_unit in tables:
            place = f"{schema}.{table}"
            try:
                with reader.transaction():
                    seen = _one(reader, f"select count(*) from {place}")
            except psycopg.errors.InsufficientPrivilege:
                refused.add(place)
                continue
            if names_unit:
                mine = f"select count(*) from {place} where unit_code = 'U1'"
                assert seen == _one(admin, mine), place
                own += 1
            elif table != "mart_late_rate_ranking":
                shared.add(place)
        assert own > 30
        assert {place.split(".")[1][:4] for place in shared} <= {"dim_", "buil", "agg_"}
        assert {p for p in refused if "_officials" not in p} == {"meta.access"}
        ranked = reader.execute(
            "select distinct scope, member_code from mart.mart_late_rate_ranking"
        )
        assert ranked.fetchall() == [("unit", "U1")]
        plan = reader.execute("explain select count(*) from core.fct_case").fetchall()
        assert "hashed SubPlan" in str(plan)  # the units are read once, not for each row
        assert reader.execute("select * from motcua.my_unit").fetchall() == [("U1",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from motcua.unit_login")


def test_nobody_else_reads_anything(published: Published) -> None:
    with published.server.login("phuong_moi") as reader:  # no unit yet
        assert _one(reader, "select count(*) from core.fct_case") == 0
        assert _one(reader, "select count(*) from mart.mart_unit_month") == 0
    with published.server.admin() as admin, published.server.login("nguoi_la") as stranger:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stranger.execute("select * from core.fct_case")
        stranger.rollback()
        # Even a right given by mistake shows no row.
        admin.execute(
            "grant usage on schema core to nguoi_la; grant select on core.fct_case to nguoi_la"
        )
        assert _one(stranger, "select count(*) from core.fct_case") == 0


def test_a_units_log_in_outlives_publications(published: Published) -> None:
    published.publish(ONE)
    done = published.publish(BOTH)
    with published.server.login("phuong_u1") as reader:
        assert _one(reader, "select count(*) from core.fct_case") == 30
    assert done.notes == ()
    with published.server.admin() as admin:
        admin.execute(
            "insert into motcua.unit_login (login, unit_code) values ('phuong_moi', 'U9')"
        )
        try:
            (note,) = published.publish(BOTH, again=True).notes
        finally:
            admin.execute("delete from motcua.unit_login where unit_code = 'U9'")
    assert "phuong_moi" in note
    assert "U9" in note


def test_names_sort_as_vietnamese(published: Published) -> None:
    _found(debian_programs(), "postgresql")
    with published.server.login("bao_cao") as reader:
        assert (
            _one(
                reader,
                "select collation_name from information_schema.columns"
                " where table_schema = 'core' and table_name = 'dim_sector' and column_name = 'sector_name'",
            )
            == "vi-x-icu"
        )
        sorted_names = reader.execute(
            "select n from (select sector_name as n from core.dim_sector where false"
            " union all values ('Đất đai'), ('Dân tộc'), ('Ăn uống'), ('An ninh'), ('Hộ tịch')) as t order by n"
        ).fetchall()
    assert [n for (n,) in sorted_names] == ["An ninh", "Ăn uống", "Dân tộc", "Đất đai", "Hộ tịch"]


def test_psql(published: Published) -> None:
    done = subprocess.run(
        [wheel_programs() / "psql", "-AtX", "-h", "127.0.0.1", "-p", str(published.server.port),
         "-U", "bao_cao", "-d", "motcua", "-c", RECEIVED, "-c", "\\d+ mart.mart_unit_month"],
        env={**os.environ, "PGPASSWORD": PASSWORD, "PGCLIENTENCODING": "UTF8"},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    first, *described = done.stdout.splitlines()
    assert first == "Phường U2|2024-01-08|1|1|t|2024-01-20 00:00:00|"
    assert any("Mã đơn vị" in line for line in described)


def test_sqlalchemy(published: Published) -> None:
    address = published.server.address("bao_cao").replace("postgresql:", "postgresql+psycopg:")
    engine = sqlalchemy.create_engine(address)
    with engine.connect() as connection:
        row = tuple(connection.execute(sqlalchemy.text(RECEIVED)).one())
        about = sqlalchemy.inspect(connection)
        key = about.get_pk_constraint("fct_case_month", "core")["constrained_columns"]
        foreign = {k["referred_table"] for k in about.get_foreign_keys("fct_case_month", "core")}
        said = {c["name"]: c["comment"] for c in about.get_columns("mart_unit_month", "mart")}
    engine.dispose()
    assert row[:5] == ("Phường U2", date(2024, 1, 8), 1, 1.0, True)
    assert row[6] is None
    assert key == ["case_key", "month_no"]
    assert {"fct_case", "dim_month", "dim_sector"} <= foreign
    assert "Mã đơn vị" in (said["unit_code"] or "")


def test_odbc(published: Published) -> None:
    """The driver that Power BI and Excel use."""
    import pyodbc

    drivers = sorted(Path("/usr/lib").glob("*/odbc/psqlodbcw.so"))
    driver = _found(drivers[0] if drivers else None, "odbc-postgresql")
    connection = pyodbc.connect(
        f"Driver={driver};Server=127.0.0.1;Port={published.server.port};Database=motcua;"
        f"Uid=bao_cao;Pwd={PASSWORD}",
        readonly=True,
    )
    try:
        cursor = connection.cursor()
        row = tuple(cursor.execute(RECEIVED).fetchone())
        assert row[:3] == ("Phường U2", date(2024, 1, 8), 1)
        assert row[3] == 1.0
        assert row[6] is None
        # What Excel asks for: the columns the driver lists, all of them.
        listed = [c.column_name for c in cursor.columns(table="mart_backlog_case", schema="mart")]
        names = ", ".join(f'"{name}"' for name in listed)
        assert "official_name" not in listed
        assert len(cursor.execute(f"select {names} from mart.mart_backlog_case").fetchall()) == 1
        keys = [k.column_name for k in cursor.primaryKeys(table="fct_case", schema="core")]
        assert keys == ["case_key"]
    finally:
        connection.close()


def test_jdbc(published: Published) -> None:
    jar = Path("/usr/share/java/postgresql.jar")
    driver = _found(jar if jar.exists() else None, "libpostgresql-jdbc-java")
    java = _found(shutil.which("java"), "default-jdk-headless")
    source = Path(__file__).with_name("JdbcRead.java")
    address = f"jdbc:postgresql://127.0.0.1:{published.server.port}/motcua"
    done = subprocess.run(
        [
            java,
            "-Dfile.encoding=UTF-8",
            "-Dstdout.encoding=UTF-8",
            "-cp",
            driver,
            source,
            address,
            "bao_cao",
            RECEIVED,
        ],
        env={**os.environ, "PGPASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:5] == [
        "cell String Phường U2",
        "cell Date 2024-01-08",
        "cell Long 1",
        "cell Double 1.0",
        "cell Boolean true",
    ]
    assert lines[6] == "cell null null"
    assert "key case_key" in lines
    assert {"foreign dim_sector", "foreign dim_unit"} <= set(lines)


def test_the_command(published: Published, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = published.homes[ONE].root
    places = ["--site", str(published.site.directory), "--home", str(home)]
    secret = tmp_path / "mat-khau"
    secret.write_text(f"{PASSWORD}\n")

    def run(*options: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["publish-postgres", *options, *places])
        assert PASSWORD not in done.output + done.stderr
        return done.exit_code, done.output + done.stderr

    monkeypatch.delenv("MOTCUA_POSTGRES", raising=False)
    assert run()[0] == 1
    port = published.server.port
    monkeypatch.setenv("MOTCUA_POSTGRES", f"postgresql://motcua@127.0.0.1:{port}/motcua")
    monkeypatch.setenv("MOTCUA_POSTGRES_PASSWORD_FILE", str(secret))
    code, said = run()
    assert code == 0, said
    assert f"127.0.0.1:{port}/motcua: bản {ONE}" in said
    assert "không phải làm gì" in run()[1]
    monkeypatch.setenv("MOTCUA_POSTGRES", f"postgresql://motcua:{PASSWORD}@127.0.0.1:1/motcua")
    code, said = run()
    assert code == 1
    assert "Không kết nối được" in said
    monkeypatch.setenv(
        "MOTCUA_POSTGRES", f"postgresql://bao_cao:{PASSWORD}@127.0.0.1:{port}/motcua"
    )
    code, said = run("--again")
    assert code == 1
    assert "không cho phép" in said
    with published.server.login("bao_cao") as reader:
        assert _one(reader, "select build_id from meta.build") == ONE
