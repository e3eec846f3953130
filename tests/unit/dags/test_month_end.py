"""The DAG file: it loads light, wires the steps in their order, and is documented."""

import subprocess
import sys
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import ValidationError, validate

pytestmark = pytest.mark.unit

STEPS = ["pull", "decode", "build", "check", "publish", "report"]
HEAVY = ["pandas", "dbt", "duckdb", "great_expectations", "pyarrow", "ingestion", "warehouse"]


@pytest.fixture(scope="module")
def dag_bag(project: Path) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=project / "dags", bundle_name="test")


@pytest.fixture(scope="module")
def dag(dag_bag: Any) -> Any:
    return dag_bag.dags["month_end"]


def test_the_folder_holds_dags_and_nothing_that_fails_to_load(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}
    assert list(dag_bag.dags) == ["month_end"]


def test_helpers_are_not_parsed_as_dag_files(dag_bag: Any) -> None:
    assert [Path(stat.file).name for stat in dag_bag.dagbag_stats] == ["month_end.py"]


def test_the_dag_file_imports_nothing_heavy(project: Path) -> None:
    code = (
        "import sys, dags.month_end;"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True
    )
    assert run.stderr.splitlines()[-1] == "[]"


def test_every_step_waits_for_the_one_before(dag: Any) -> None:
    assert sorted(dag.task_ids) == sorted(STEPS)
    for before, after in pairwise(STEPS):
        assert before in dag.get_task(after).upstream_task_ids
    assert dag.get_task("pull").upstream_task_ids == set()


def test_only_pull_is_tried_again(dag: Any) -> None:
    assert {t.task_id for t in dag.tasks if t.retries} == {"pull"}
    assert dag.get_task("pull").retry_exponential_backoff
    assert all(t.execution_timeout for t in dag.tasks)


def test_postgresql_is_published_to_where_there_is_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the reports: neither waits for the other; tried again, since a server may be down."""
    from airflow.dag_processing.dagbag import DagBag

    monkeypatch.setenv("MOTCUA_POSTGRES", "bi-server")
    dag = DagBag(dag_folder=project / "dags" / "month_end.py", bundle_name="test").dags["month_end"]
    assert sorted(dag.task_ids) == sorted([*STEPS, "publish_postgres"])
    added = dag.get_task("publish_postgres")
    assert added.upstream_task_ids == {"publish"}
    assert added.downstream_task_ids == set()
    assert added.retries == 3
    assert added.doc_md
    assert added.execution_timeout


def test_it_is_documented_and_owned(dag: Any) -> None:
    assert dag.doc_md
    assert dag.description
    assert all(task.doc_md and task.owner == "motcua" for task in dag.tasks)


def test_it_runs_monthly_one_at_a_time_without_catching_up(dag: Any) -> None:
    from airflow.serialization.encoders import coerce_to_core_timetable
    from airflow.timetables.base import TimeRestriction

    assert not dag.catchup
    assert dag.max_active_runs == 1
    restriction = TimeRestriction(earliest=None, latest=None, catchup=False)
    timetable = coerce_to_core_timetable(dag.timetable)
    first = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    at = first.run_after.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert (at.day, at.hour, at.minute) == (5, 2, 0)
    assert timedelta(0) < at - datetime.now(tz=at.tzinfo) < timedelta(days=31)


@pytest.mark.parametrize("period", [None, "2024-01", "2024-12"])
def test_the_form_takes_a_month_or_nothing(dag: Any, period: str | None) -> None:
    validate(period, dag.params.get_param("period").schema)


@pytest.mark.parametrize("period", ["2024-13", "2024-1", "12/2024", "", "2024-12 "])
def test_the_form_refuses_what_is_not_a_month(dag: Any, period: str) -> None:
    with pytest.raises(ValidationError):
        validate(period, dag.params.get_param("period").schema)
