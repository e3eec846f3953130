"""DAGs `pull_exports` and `backfill_months`: who is asked, in which batches, and what a bad one stops."""

from typing import Any

import pytest
from jsonschema import ValidationError, validate

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module", params=["pull_exports", "backfill_months"])
def either(dag_bag: Any, request: pytest.FixtureRequest) -> Any:
    return dag_bag.dags[request.param]


def test_units_are_asked_in_batches_with_names(either: Any) -> None:
    pull = either.get_task("pull")
    assert pull.is_mapped
    assert "name" in pull.map_index_template
    assert pull.pool == "motcua_pull"
    assert pull.retries == 3
    assert not pull.on_failure_callback
    told = either.get_task("tell_not_fetched")
    assert told.upstream_task_ids == {"plan", "gather"}
    assert told.downstream_task_ids == set()  # a mail server that is down stops no figures


def test_a_batch_that_failed_stops_nobody_but_a_plan_that_failed_does(either: Any) -> None:
    gather = either.get_task("gather")
    assert gather.trigger_rule == "all_done"
    assert gather.upstream_task_ids == {"plan", "pull"}
    after = either.get_task("arrived" if "arrived" in either.task_ids else "decode")
    assert after.trigger_rule == "all_success"
    assert {"plan", "gather"} <= after.upstream_task_ids


def test_only_the_schedule_tells_month_end(dag_bag: Any) -> None:
    """A backfill builds by itself: an event besides would build a second time."""
    told = {
        (dag.dag_id, task.task_id)
        for dag in dag_bag.dags.values()
        for task in dag.tasks
        for outlet in task.outlets
        if outlet.name == "motcua_received"
    }
    assert told == {("pull_exports", "arrived")}


def test_a_range_has_to_be_given_in_months(dag_bag: Any) -> None:
    params = dag_bag.dags["backfill_months"].params
    for name in ("from_period", "to_period"):
        schema = params.get_param(name).schema
        validate("2024-01", schema)
        for wrong in (None, "", "2024-13", "01/2024"):
            with pytest.raises(ValidationError):
                validate(wrong, schema)


def test_reports_are_written_month_by_month_oldest_first(dag_bag: Any) -> None:
    report = dag_bag.dags["backfill_months"].get_task("report")
    assert report.is_mapped
    assert report.max_active_tis_per_dagrun == 1
