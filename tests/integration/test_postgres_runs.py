"""The record of runs in PostgreSQL: rows are added once, all may read it but units, figures never wait."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ingestion.home import Home
from ingestion.run_log import RunOf, read_steps, recorded, run_log
from ingestion.site import Site
from publishing.postgres.publication import PostgresPublication, publish_postgres
from publishing.run_table import COLUMNS
from publishing.snapshot import PublishError
from tests.integration.postgres_server import (
    BOTH,
    Published,
    debian_programs,
    grant_roles,
    running,
    wheel_programs,
)
from warehouse.served import served_database

pytestmark = pytest.mark.integration
RUN = RunOf("manual__x", "manual", "month_end")


@pytest.fixture(scope="module")
def published(postgres_builds: tuple[Site, dict[str, Home]]) -> Iterator[Published]:
    """A server with one publication, made before anything was recorded."""
    site, homes = postgres_builds
    with running(debian_programs() or wheel_programs()) as server:
        published = Published(server, site, homes)
        published.publish(BOTH)
        grant_roles(server)
        yield published


@pytest.fixture
def home(published: Published, tmp_path: Path) -> Home:
    """A home that serves what PostgreSQL has, with a record of its own; the table begins empty."""
    home = Home(tmp_path / "home").create()
    served_database(home).symlink_to(served_database(published.homes[BOTH]))
    with published.server.admin() as admin:
        admin.execute("delete from motcua.run")
    return home


def take_step(home: Home, step: str, **counts: int) -> None:
    with recorded(home, RUN, step, "2024-01") as record:
        record.counts.update(counts)  # type: ignore[typeddict-item]


def publish(published: Published, home: Home, *, again: bool = False) -> PostgresPublication:
    return publish_postgres(published.site, home, published.server.target, patience=60, again=again)


def steps(published: Published) -> list[str]:
    with published.server.admin() as admin:
        found = admin.execute("select step from motcua.run order by began_at")
        return [step for (step,) in found.fetchall()]


@pytest.mark.parametrize("again", [False, True])
def test_steps_are_added_once(published: Published, home: Home, again: bool) -> None:
    """Whether the figures are there already or are loaded anew."""
    take_step(home, "pull", files_new=3)
    take_step(home, "build", rows_read=2**40, rows_rejected=7)
    assert publish(published, home, again=again).notes == ()
    take_step(home, "report")
    assert publish(published, home).notes == ()
    assert publish(published, home).notes == ()
    assert steps(published) == ["pull", "build", "report"]
    with published.server.admin() as admin:
        row = admin.execute(
            "select rows_read, rows_rejected, files_new, began_at from motcua.run where step = 'build'"
        ).fetchone()
    (month,) = [path.stem for path in home.runs.glob("*.jsonl")]
    assert row == (2**40, 7, None, read_steps(home, month)[1].began_at)


def test_types_key_and_words(published: Published, home: Home) -> None:
    with published.server.admin() as admin:
        found = admin.execute(
            """
            select a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                col_description(a.attrelid, a.attnum)
            from pg_attribute as a
            where a.attrelid = 'motcua.run'::regclass and a.attnum > 0 order by a.attnum
            """
        ).fetchall()
        said = admin.execute("select obj_description('motcua.run'::regclass)").fetchone()
    types = {"timestamptz": "timestamp with time zone"}
    assert found == [(c.name, types.get(c.type, c.type), c.required, c.said) for c in COLUMNS]
    assert said is not None
    assert "mỗi dòng là một bước" in said[0]


def test_who_reads_it(published: Published, home: Home) -> None:
    take_step(home, "pull")
    publish(published, home)
    for login in ("bao_cao", "to_chuc"):
        with published.server.login(login) as reader:
            assert reader.execute("select step from motcua.run").fetchall() == [("pull",)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute("delete from motcua.run")
    for login in ("phuong_u1", "nguoi_la"):
        with (
            published.server.login(login) as reader,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            reader.execute("select step from motcua.run")
    # Even a right given by mistake shows no row.
    with published.server.admin() as admin, published.server.login("phuong_u1") as reader:
        admin.execute("grant select on motcua.run to phuong_u1")
        try:
            assert reader.execute("select step from motcua.run").fetchall() == []
        finally:
            admin.execute("revoke select on motcua.run from phuong_u1")


def test_an_older_table_gets_the_columns_of_a_later_version(
    published: Published, home: Home
) -> None:
    take_step(home, "pull", mails_sent=4)
    with published.server.admin() as admin:
        admin.execute("alter table motcua.run drop column mails_sent, drop column part")
        assert publish(published, home).notes == ()
        row = admin.execute(
            """
            select mails_sent, col_description(attrelid, attnum) is not null from motcua.run
            cross join pg_attribute where attrelid = 'motcua.run'::regclass and attname = 'mails_sent'
            """
        ).fetchone()
    assert row == (4, True)


def test_months_that_are_there_are_not_read_again(published: Published, home: Home) -> None:
    take_step(home, "pull")
    (newest,) = [path.stem for path in home.runs.glob("*.jsonl")]
    with run_log(home, "2020-01").locked():
        run_log(home, "2020-01").append({"not": "a record"})
    (note,) = publish(published, home).notes  # the first time all are read
    assert "motcua.run" in note
    assert "2020-01" in note
    (home.runs / "2020-01.jsonl").rename(home.root / "aside")
    assert publish(published, home).notes == ()
    (home.root / "aside").rename(home.runs / "2020-01.jsonl")
    take_step(home, "build")
    assert publish(published, home).notes == ()
    assert steps(published) == ["pull", "build"]
    assert newest > "2020-01"


def test_a_clock_that_was_ahead_stops_nothing(published: Published, home: Home) -> None:
    take_step(home, "pull")
    publish(published, home)
    with published.server.admin() as admin:
        admin.execute("update motcua.run set began_at = now() + interval '20 years'")
    take_step(home, "build")
    publish(published, home)
    assert set(steps(published)) == {"pull", "build"}


def test_a_log_that_cannot_be_read_does_not_stop_the_figures(
    published: Published, home: Home
) -> None:
    take_step(home, "pull")
    (path,) = home.runs.glob("*.jsonl")
    path.write_text("rubbish\n")
    done = publish(published, home, again=True)
    assert done.is_new
    assert "không đọc được" in done.notes[0]


def test_a_table_of_somebody_else_does_not_stop_the_figures(
    published: Published, home: Home
) -> None:
    take_step(home, "pull")
    with published.server.admin() as admin:
        admin.execute("alter table motcua.run owner to postgres")
        try:
            done = publish(published, home, again=True)
        finally:
            admin.execute("alter table motcua.run owner to motcua")
    assert done.is_new
    assert "chưa được cập nhật" in done.notes[0]


def test_a_lost_connection_is_a_failure(
    published: Published, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was published then, and that is told, not only noted."""
    take_step(home, "pull")
    real = psycopg.Cursor.executemany

    def cut(self: psycopg.Cursor, *arguments: object) -> None:
        with published.server.admin() as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'motcua'"
            )
        real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(psycopg.Cursor, "executemany", cut)
    with pytest.raises(PublishError, match="mất kết nối"):
        publish(published, home, again=True)
