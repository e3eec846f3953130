"""The models, compiled once for all test processes."""

import os
import pickle
from pathlib import Path

import pytest
from filelock import FileLock

from tests.laws.models import Models, compile_models


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The compiled models; the first test process that asks compiles them for the others."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    kept: Path = shared / "law-models.pickle"
    with FileLock(shared / "law-models.lock"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(compile_models(shared / "law-models")))
    found = pickle.loads(kept.read_bytes())
    assert isinstance(found, Models)
    return found
