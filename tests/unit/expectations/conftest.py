"""The small build and its site, and gates run on a broken copy of it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from expectations.checks import GateResult
from expectations.runner import GATES, run_gates
from ingestion.site import Site, load_site
from tests.golden import small_warehouse


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of the small build."""
    return load_site(small_warehouse.create_site(tmp_path_factory.mktemp("site") / "nho"))


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small build; nobody writes to it."""
    return small_warehouse.create(tmp_path_factory.mktemp("build") / "small.duckdb")


@pytest.fixture(scope="session")
def sound(build: Path, site: Site) -> list[GateResult]:
    """All results of the sound build."""
    return run_gates(build, site)


@pytest.fixture
def broken(build: Path, site: Site, tmp_path: Path) -> Callable[[str, str], GateResult]:
    """Break a copy of the build by SQL and run one check on it."""

    def run(check_id: str, sql: str) -> GateResult:
        path = tmp_path / "broken.duckdb"
        shutil.copyfile(build, path)
        with duckdb.connect(str(path)) as connection:
            connection.execute(sql)
        gate, check = next(
            (name, c) for name, checks in GATES for c in checks(site) if c.check_id == check_id
        )
        [result] = run_gates(path, site, ((gate, lambda _: (check,)),))
        return result

    return run
