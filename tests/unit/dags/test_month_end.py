"""DAG `month_end`: the steps in their order, what is tried again, and when it runs."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.unit

STEPS = ["pull", "decode", "build", "check", "publish", "report"]


@pytest.fixture(scope="module")
def dag(dag_bag: Any) -> Any:
    return dag_bag.dags["month_end"]


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
