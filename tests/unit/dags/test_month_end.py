"""DAG `month_end`: the steps in their order, what starts it, and what is tried again."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.unit

STEPS = ["months", "decode", "build", "check", "publish", "report"]


@pytest.fixture(scope="module", params=["month_end", "backfill_months"])
def either(dag_bag: Any, request: pytest.FixtureRequest) -> Any:
    """Both DAGs that go from received files to reports."""
    return dag_bag.dags[request.param]


def test_every_step_waits_for_the_one_before(dag_bag: Any) -> None:
    dag = dag_bag.dags["month_end"]
    assert sorted(dag.task_ids) == sorted(STEPS)
    for before, after in pairwise(STEPS):
        assert before in dag.get_task(after).upstream_task_ids
    assert dag.get_task("months").upstream_task_ids == set()


def test_it_runs_when_something_was_received_one_at_a_time(dag_bag: Any) -> None:
    dag = dag_bag.dags["month_end"]
    assert [asset.name for asset in dag.timetable.asset_condition.objects] == ["motcua_received"]
    assert dag.max_active_runs == 1


def test_what_mends_itself_is_tried_again_and_nothing_runs_for_ever(either: Any) -> None:
    assert all(task.retries == 3 and task.retry_exponential_backoff for task in either.tasks)
    assert all(task.execution_timeout for task in either.tasks)
    # One letter tells of all batches that failed.
    silent = {task.task_id for task in either.tasks if not task.on_failure_callback}
    assert silent <= {"pull"}


def test_the_warehouse_is_worked_on_by_one_task_at_a_time(either: Any, project: Path) -> None:
    """Whichever of the two DAGs it belongs to: the pool has one slot."""
    import json

    pools = json.loads((project / "deploy" / "pools.json").read_text("utf-8"))
    assert pools["motcua_warehouse"]["slots"] == 1
    in_pool = {task.task_id for task in either.tasks if task.pool == "motcua_warehouse"}
    assert in_pool == {"decode", "build", "check", "publish"}


def test_every_pool_that_a_task_waits_for_is_made(dag_bag: Any, project: Path) -> None:
    """A task of a pool that does not exist waits for ever."""
    import json

    pools = json.loads((project / "deploy" / "pools.json").read_text("utf-8"))
    wanted = {task.pool for dag in dag_bag.dags.values() for task in dag.tasks}
    assert wanted == {*pools, "default_pool"}


def test_lineage_goes_from_what_was_received_to_reports(either: Any) -> None:
    def names(of: str, side: str) -> list[str]:
        return sorted(asset.name for asset in getattr(either.get_task(of), side))

    assert names("decode", "inlets") == ["motcua_received"]
    assert names("decode", "outlets") == names("build", "inlets") == ["motcua_raw"]
    assert names("publish", "outlets") == ["motcua_core", "motcua_mart"]
    assert names("report", "inlets") == ["motcua_mart"]
    assert names("report", "outlets") == ["motcua_reports"]


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
