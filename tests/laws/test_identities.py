"""The ledger, the balance, the form's identities, closing = opening, and the sums, on any site."""

from hypothesis import given

from tests.laws.effort import examples
from tests.laws.harness import loaded, warehouse
from tests.laws.identities import LAWS
from tests.laws.models import Models
from tests.laws.site_strategy import Plan, plans


@examples(60)
@given(plan=plans())
def test_no_row_breaks_a_law(models: Models, plan: Plan) -> None:
    broken = {}
    with loaded(plan) as result, warehouse(models, result) as connection:
        for law, query in LAWS.items():
            rows = connection.execute(query).fetchall()
            if rows:
                broken[law] = rows[:3]
        # The ledger against what was really written: no row of a file is lost on the way.
        read = connection.execute(
            "select submission_id, rows_read - rows_ignored + 0, rows_accepted + rows_rejected"
            " + rows_duplicate from quality.load_ledger where status = 'accepted'"
        ).fetchall()
        fates = dict(
            connection.execute(
                "select submission_id, count(*) from work.intermediate.int_case_row_fate group by all"
            ).fetchall()
        )
        for submission_id, _, _ in read:
            written = len(result.sent[submission_id].rows)
            if fates.get(submission_id, 0) != written:
                broken[f"{submission_id}: rows written"] = [(written, fates.get(submission_id, 0))]
    assert not broken, broken
