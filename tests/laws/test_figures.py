"""On any site: every figure, verdict and row's fate equals the plain reading of domain §2, in both
directions; and the ledger, the balance, the form's identities, closing = opening and the sums hold.
"""

import duckdb
from hypothesis import given

from tests.laws import comparison, identities
from tests.laws.comparison import disagreements, told_by_oracle, told_by_warehouse
from tests.laws.effort import examples
from tests.laws.harness import Loaded, loaded, warehouse
from tests.laws.models import Models
from tests.laws.oracle import tell
from tests.laws.site_strategy import Plan, plans
from tests.laws.smaller import explain


@examples(30)
@given(plan=plans())
def test_tables_say_what_the_law_says(models: Models, plan: Plan) -> None:
    needed = models.only(*comparison.READ, *identities.READ)

    def check(plan: Plan) -> list[str]:
        with loaded(plan) as result:
            truth = tell(plan.reference, result.accepted())
            with warehouse(needed, result) as connection:
                wrong = disagreements(
                    told_by_oracle(plan.reference, truth), told_by_warehouse(connection)
                )
                wrong += _lost_rows(result, connection)
                for law, query in identities.LAWS.items():
                    wrong += [f"{law}: {row}" for row in connection.execute(query).fetchmany(3)]
                return wrong

    problem = explain(plan, check)
    assert not problem, problem


def _lost_rows(result: Loaded, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Files in which not every row that was written has a fate."""
    fates = dict(
        connection.execute(
            "select submission_id, count(*) from work.intermediate.int_case_row_fate group by all"
        ).fetchall()
    )
    ledger = connection.execute(
        "select submission_id, rows_accepted + rows_rejected + rows_duplicate + rows_ignored"
        " from quality.load_ledger where status = 'accepted'"
    ).fetchall()
    lost = []
    for submission_id, counted in ledger:
        written = len(result.sent[submission_id].rows)
        # The reader ignores the header; the ledger counts it among the ignored.
        if fates.get(submission_id, 0) != written or counted != written + 1:
            lost.append(f"{submission_id}: {written} rows written, {counted} in the ledger")
    return lost
