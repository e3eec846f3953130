"""Every figure, verdict and row's fate equals the plain reading of domain §2, in both directions."""

from hypothesis import given

from tests.laws.comparison import disagreements, told_by_oracle, told_by_warehouse
from tests.laws.effort import examples
from tests.laws.harness import loaded, warehouse
from tests.laws.models import Models
from tests.laws.oracle import tell
from tests.laws.site_strategy import Plan, plans
from tests.laws.smaller import explain


@examples(100)
@given(plan=plans())
def test_tables_say_what_the_law_says(models: Models, plan: Plan) -> None:
    def check(plan: Plan) -> list[str]:
        with loaded(plan) as result:
            truth = tell(plan.reference, result.accepted())
            with warehouse(models, result) as connection:
                return disagreements(
                    told_by_oracle(plan.reference, truth), told_by_warehouse(connection)
                )

    problem = explain(plan, check)
    assert not problem, problem
