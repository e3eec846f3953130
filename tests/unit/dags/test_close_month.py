"""DAG `close_month`: a person stands between the figures and the signature."""

from itertools import pairwise
from typing import Any

import pytest

pytestmark = pytest.mark.unit

STEPS = ["prepare", "approve", "sign", "build", "check", "publish", "report"]


@pytest.fixture(scope="module")
def dag(dag_bag: Any) -> Any:
    return dag_bag.dags["close_month"]


def test_every_step_waits_for_the_one_before(dag: Any) -> None:
    assert sorted(dag.task_ids) == sorted(STEPS)
    for before, after in pairwise(STEPS):
        assert before in dag.get_task(after).upstream_task_ids


def test_only_a_person_starts_it_and_the_answer_may_take_days(dag: Any) -> None:
    assert not dag.timetable.can_be_scheduled
    approve = dag.get_task("approve")
    assert approve.options == ["Chốt", "Chưa chốt"]
    assert approve.response_timeout.days == 14
    assert approve.execution_timeout is None
    assert set(approve.params) == {"reason", "signer", "without"}


def test_a_signature_is_never_tried_again_by_itself(dag: Any) -> None:
    tried_again = {"build", "check", "publish", "report"}
    assert {t.task_id for t in dag.tasks if t.retries} == tried_again
