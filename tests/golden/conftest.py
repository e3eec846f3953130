"""The small build, published, for all golden workbooks."""

from pathlib import Path

import pytest

from ingestion.home import Home
from ingestion.site import Site, load_site
from publishing.snapshot import publish
from tests.golden import small_warehouse
from tests.laws.conftest import models

__all__ = ["home", "models", "outbox", "reports", "site"]
"""`models`: the compiled models, made once for all folders."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of the small build."""
    return load_site(small_warehouse.create_site(tmp_path_factory.mktemp("site") / "nho"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Home:
    """A home in which the small build is published."""
    home = Home(tmp_path_factory.mktemp("home")).create()
    build_id = small_warehouse.BUILD_ID
    small_warehouse.create(home.build / f"{build_id}.duckdb")
    publish(site, home, build_id)
    return home


@pytest.fixture(scope="module")
def reports(site: Site, home: Home) -> list[Path]:
    """The month's workbooks."""
    from publishing.reports import write_reports

    return write_reports(site, home, small_warehouse.PERIOD)


@pytest.fixture(scope="module")
def outbox(site: Site, home: Home) -> dict[str, Path]:
    """The units' workbooks, by unit."""
    from publishing.unit_packs import write_outbox

    paths = write_outbox(site, home, small_warehouse.PERIOD)
    return {path.parent.parent.name: path for path in paths}
