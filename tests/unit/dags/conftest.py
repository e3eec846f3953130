"""Airflow reads its settings when it is first imported: they are set before any test is loaded."""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from dags.environment import airflow_environment

_HOME = Path(tempfile.mkdtemp(prefix="motcua-dags-"))
os.environ.update(
    {k: v for k, v in airflow_environment(_HOME, "test").items() if k.startswith("AIRFLOW")}
)


@pytest.fixture(scope="session")
def project() -> Path:
    """The project folder."""
    return Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def dag_bag(project: Path) -> Any:
    """Every DAG of the folder, as the scheduler loads them."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=project / "dags", bundle_name="test")
