"""What the tests of whole months share."""

import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from ingestion.home import Home
from ingestion.site import Site
from tests.integration.mini_site import MiniSite
from tests.laws.conftest import models
from tests.laws.models import Models

__all__ = ["mini", "models", "no_exports_folder"]
"""`models`: the compiled models, made once for both folders."""


@pytest.fixture(scope="module")
def no_exports_folder() -> Iterator[None]:
    """Sources are read where the site folder says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MOTCUA_EXPORTS", raising=False)
        yield


@pytest.fixture
def mini(tmp_path: Path, no_exports_folder: None) -> MiniSite:
    """A site of two units that send CSV files."""
    return MiniSite(tmp_path)


@pytest.fixture(scope="session")
def postgres_builds(
    tmp_path_factory: pytest.TempPathFactory, models: Models
) -> tuple[Site, dict[str, Home]]:
    """The site and the homes of two builds to publish; made once for all test processes."""
    from tests.integration.postgres_server import two_builds

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    kept = shared / "postgres-builds.pickle"
    with FileLock(shared / "postgres-builds.lock"), pytest.MonkeyPatch.context() as patch:
        patch.delenv("MOTCUA_EXPORTS", raising=False)
        if not kept.exists():
            root = shared / "postgres-builds"
            root.mkdir()
            kept.write_bytes(pickle.dumps(two_builds(root, models)))
    site, homes = pickle.loads(kept.read_bytes())
    return site, homes
