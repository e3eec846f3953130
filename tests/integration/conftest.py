"""What the tests of whole months share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.mini_site import MiniSite
from tests.laws.conftest import models

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
