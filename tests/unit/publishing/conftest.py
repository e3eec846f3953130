"""The small site and a home that holds its build, not yet published."""

from pathlib import Path

import pytest

from ingestion.home import Home
from ingestion.site import Site, load_site
from tests.golden import small_warehouse


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The site of the small build."""
    return load_site(small_warehouse.create_site(tmp_path / "nho"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with the small build in `build/`."""
    home = Home(tmp_path / "home").create()
    small_warehouse.create(home.build / f"{small_warehouse.BUILD_ID}.duckdb")
    return home
