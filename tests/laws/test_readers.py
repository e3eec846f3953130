"""Readers never see half a month (design §8 law 9): whole builds only, and never a failed one."""

import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb
import pytest

from ingestion.home import Home
from ingestion.progress import quiet
from ingestion.site import Site
from publishing.snapshot import PublishError, publish
from tests.laws.harness import loaded, warehouse
from tests.laws.models import Models
from tests.laws.oracle_rows import Reference, UnitFacts
from tests.laws.readers import QUERY, Seen, read_until
from tests.laws.site_strategy import CHANNELS, COLUMNS, FIRST, SECTORS, STATUSES, Plan, Sending
from warehouse.access import write_access

PUBLICATIONS = 10


def _plan(cases: int) -> Plan:
    """One unit and one month with so many cases."""
    row = dict.fromkeys(COLUMNS) | {"received_at": "05/11/2024", "status": "Đang làm"}
    rows = tuple(tuple((row | {"case_code": f"{n}"}).items()) for n in range(cases))
    reference = Reference("H32", (UnitFacts("A", ("Phường A",)),), SECTORS, STATUSES, CHANNELS)
    return Plan(
        reference, (("A", "day_du"),), FIRST, (Sending("A", FIRST, "replace", "day_du", rows, "1"),)
    )


def _write_build(models: Models, cases: int, path: Path) -> Site:
    """A closed build file, as `warehouse.build` leaves it, without the seconds that dbt takes."""
    with loaded(_plan(cases)) as result:
        with warehouse(models, result, path) as connection:
            connection.execute("create schema meta")
            connection.execute(
                "create table meta.build as select ? as build_id, now() as built_at, 'x' as"
                " code_revision, 'site' as site, ? as newest_period, 1 as submissions",
                [path.stem, FIRST],
            )
            write_access(connection, models.manifest)
        return result.site


@pytest.fixture
def builds(models: Models, tmp_path: Path) -> tuple[Site, Home]:
    """A home with many build files: every second one has more cases."""
    home = Home(tmp_path / "home").create()
    site = _write_build(models, 3, home.build / "b00.duckdb")
    _write_build(models, 40, home.build / "b01.duckdb")
    for number in range(2, PUBLICATIONS):
        path = home.build / f"b{number:02d}.duckdb"
        shutil.copy(home.build / f"b{number % 2:02d}.duckdb", path)
        with duckdb.connect(str(path)) as connection:
            connection.execute("update meta.build set build_id = ?", [path.stem])
    return site, home


def _expected(build_id: str) -> Seen:
    cases = 40 if int(build_id[1:]) % 2 else 3
    return (build_id, cases, cases, cases + 1)


def test_a_reader_sees_one_whole_build(builds: tuple[Site, Home], tmp_path: Path) -> None:
    site, home = builds
    served = publish(site, home, "b00", progress=quiet).database
    stop = tmp_path / "stop"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        readers = [pool.submit(read_until, served, stop) for _ in range(2)]
        for number in range(1, PUBLICATIONS):
            publish(site, home, f"b{number:02d}", progress=quiet)
        stop.touch()
        seen = [pair for reader in readers for pair in reader.result()]
    for before, after in seen:
        assert before == after == _expected(before[0])
    assert {pair[0][0] for pair in seen} >= {f"b{PUBLICATIONS - 1:02d}"}


def test_a_build_that_failed_leaves_the_served_copy(builds: tuple[Site, Home]) -> None:
    site, home = builds
    served = publish(site, home, "b01", progress=quiet).database
    before = served.read_bytes()
    half = home.build / "b02.duckdb"
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    (home.build / "b03.duckdb.wal").write_bytes(b"still being written")
    shutil.copy(home.build / "b04.duckdb", home.build / "b99.duckdb")
    # Torn, still open, not the build it says it is, and deleted by a gate.
    for build_id in ("b02", "b03", "b99", "b77"):
        with pytest.raises(PublishError):
            publish(site, home, build_id, progress=quiet)
        assert served.read_bytes() == before
    with duckdb.connect(str(served), read_only=True) as connection:
        assert connection.execute(QUERY).fetchone() == _expected("b01")
