"""Any order of processing gives the same tables; again changes nothing; cached = from scratch."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from ingestion.decode import decode
from ingestion.progress import quiet
from tests.laws.effort import examples
from tests.laws.harness import hashes, loaded, send
from tests.laws.models import Models, Tables
from tests.laws.site_strategy import Plan, plans
from tests.laws.smaller import explain

RECEIPT = ("pulled_at", "uri", "receipt_seq")
"""What a receipt says of its own arrival: when, from where, as which line of the log."""


def _shared_periods(plan: Plan) -> set[str]:
    """Months in which two units send the same code: there the order of receipts between them counts."""
    senders: dict[tuple[str, str], set[str]] = {}
    for sending in plan.sendings:
        for row in sending.rows:
            code = dict(row)["case_code"]
            if code:
                senders.setdefault((sending.period, code), set()).add(sending.unit)
    return {period for (period, _), units in senders.items() if len(units) > 1}


def _reorder(plan: Plan, shuffled: list[int]) -> list[int]:
    """The shuffled order, but files of one unit and month (of a shared month: all) keep theirs."""
    shared = _shared_periods(plan)

    def group(index: int) -> tuple[str, str]:
        sending = plan.sendings[index]
        return (sending.period, "" if sending.period in shared else sending.unit)

    waiting: dict[tuple[str, str], list[int]] = {}
    for index in range(len(plan.sendings)):
        waiting.setdefault(group(index), []).append(index)
    return [waiting[group(index)].pop(0) for index in shuffled]


def _changed(before: Tables, after: Tables) -> list[str]:
    """The tables whose content is not the same."""
    return [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]


@examples(7)
@given(data=st.data(), plan=plans())
def test_any_order_of_processing(models: Models, data: st.DataObject, plan: Plan) -> None:
    order = _reorder(plan, list(data.draw(st.permutations(range(len(plan.sendings))))))
    with loaded(plan) as result:
        expected = hashes(models, result, RECEIPT)
    with loaded(plan, order=order, batches=True) as result:
        changed = _changed(expected, hashes(models, result, RECEIPT))
    assert not changed, (changed, order, plan.sendings)


@examples(6)
@given(plan=plans())
def test_again_and_from_scratch_change_nothing(models: Models, plan: Plan) -> None:
    def check(plan: Plan) -> list[str]:
        with loaded(plan, batches=True) as result, TemporaryDirectory() as folder:
            expected = hashes(models, result)
            # What was decoded file by file is decoded at once, from nothing.
            shutil.rmtree(result.home.raw)
            result.home.create()
            decode(result.site, result.home, progress=quiet)
            wrong = _changed(expected, hashes(models, result))
            # What lies at the source now is pulled again, then decoded again.
            newest = {(s.unit, s.period, s.mode): index for index, s in enumerate(plan.sendings)}
            outcomes = {send(result, i, Path(folder) / f"{i}") for i in newest.values()}
            decode(result.site, result.home, progress=quiet)
            wrong += ["a file came in again"] if "new" in outcomes else []
            return wrong + _changed(expected, hashes(models, result))

    problem = explain(plan, check)
    assert not problem, problem
