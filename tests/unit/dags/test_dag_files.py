"""Every DAG file: it loads light, is documented and owned, and its form takes a month."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError, validate

pytestmark = pytest.mark.unit

DAGS = ["backfill_months", "close_month", "month_end", "pull_exports", "remind_units"]
WITH_PERIOD = ["close_month", "month_end", "pull_exports"]
HEAVY = ["pandas", "dbt", "duckdb", "great_expectations", "pyarrow", "ingestion", "warehouse"]


def test_the_folder_holds_dags_and_nothing_that_fails_to_load(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}
    assert sorted(dag_bag.dags) == DAGS


def test_helpers_are_not_parsed_as_dag_files(dag_bag: Any) -> None:
    parsed = sorted(Path(stat.file).name for stat in dag_bag.dagbag_stats)
    assert parsed == [f"{name}.py" for name in DAGS]


@pytest.mark.parametrize("name", DAGS)
def test_a_dag_file_imports_nothing_heavy(project: Path, name: str) -> None:
    code = (
        f"import sys, dags.{name};"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True
    )
    assert run.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", DAGS)
def test_it_is_documented_and_owned(dag_bag: Any, name: str) -> None:
    dag = dag_bag.dags[name]
    assert dag.doc_md
    assert dag.description
    assert "motcua" in dag.tags
    assert all(task.doc_md and task.owner == "motcua" for task in dag.tasks)


@pytest.mark.parametrize("name", WITH_PERIOD)
@pytest.mark.parametrize("period", [None, "2024-01", "2024-12"])
def test_the_form_takes_a_month_or_nothing(dag_bag: Any, name: str, period: str | None) -> None:
    validate(period, dag_bag.dags[name].params.get_param("period").schema)


@pytest.mark.parametrize("name", WITH_PERIOD)
@pytest.mark.parametrize("period", ["2024-13", "2024-1", "12/2024", "", "2024-12 "])
def test_the_form_refuses_what_is_not_a_month(dag_bag: Any, name: str, period: str) -> None:
    with pytest.raises(ValidationError):
        validate(period, dag_bag.dags[name].params.get_param("period").schema)
