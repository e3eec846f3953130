"""Whatever is sent after months were signed: signed rows stay, and every difference is accounted for."""

from hypothesis import given
from hypothesis import strategies as st

from ingestion.decode import decode
from ingestion.progress import quiet
from tests.integration.publications import publish_now
from tests.laws.effort import examples
from tests.laws.harness import Loaded, decide, loaded, send
from tests.laws.models import Models
from tests.laws.site_strategy import Plan, plans
from warehouse.change_causes import MEASURES
from warehouse.closing import close, missing_units
from warehouse.closing_store import read_closings
from warehouse.frozen_tables import content_hash
from warehouse.revision import code_revision
from warehouse.served import rows, served

_COLUMNS = ", ".join(MEASURES)
# Cells in which the signed count and the listed differences do not add up to the live count.
UNEXPLAINED = f"""
    with signed as (
        unpivot (select closing_period as period, unit_code, sector_code, {_COLUMNS}
            from closed.mart_unit_sector_month) on {_COLUMNS} into name measure value counted
    ),
    live as (
        unpivot (select period, unit_code, sector_code, {_COLUMNS} from mart.mart_unit_sector_month
            where period in (select period from core.dim_closing))
        on {_COLUMNS} into name measure value counted
    ),
    moved as (
        select period, unit_code, sector_code, measure, sum(difference) as difference
        from mart.mart_restatement group by all
    )
    select period, unit_code, sector_code, measure, s.counted, l.counted, m.difference
    from signed as s
    full join live as l using (period, unit_code, sector_code, measure)
    left join moved as m using (period, unit_code, sector_code, measure)
    where coalesce(l.counted, 0) - coalesce(s.counted, 0) <> coalesce(m.difference, 0)
"""


def _sign(result: Loaded, count: int) -> None:
    """Sign the first months that are served, accepting every unit that is missing."""
    with served(result.home) as connection:
        months = rows(connection, "select distinct period from core.fct_unit_report order by 1")
        signed = [row["period"] for row in months[:count]]
        missing = {m: [u["unit_code"] for u in missing_units(connection, m)] for m in signed}
    for month in signed:
        close(result.site, result.home, month, "kiểm thử", "thử", without=missing[month])


@examples(3)
@given(data=st.data(), plan=plans())
def test_signed_rows_stay_and_differences_add_up(
    models: Models, data: st.DataObject, plan: Plan
) -> None:
    first = data.draw(st.integers(1, len(plan.sendings)), label="files before the signing")
    count = data.draw(st.integers(1, 4), label="months signed")
    with loaded(plan, order=range(first)) as result:
        publish_now(result.site, result.home, models, "20240101T000000-a", code_revision())
        _sign(result, count)
        for index in range(first, len(plan.sendings)):
            send(result, index, result.home.root.parent / "exports" / f"{index}")
        decode(result.site, result.home, progress=quiet)
        decide(result)
        publish_now(result.site, result.home, models, "20240101T000001-a", code_revision())
        with served(result.home) as connection:
            for closing in read_closings(result.home):
                for table, signed in closing.tables.items():
                    if table.startswith("mart."):
                        query = (
                            "select * exclude (closing_period, closing_version)"
                            f" from closed.{table.removeprefix('mart.')}"
                            f" where closing_period = '{closing.period}'"
                        )
                        assert content_hash(connection, query) == signed, table
            if read_closings(result.home):
                assert rows(connection, UNEXPLAINED) == []
                wrong = (
                    "from mart.mart_restatement where cause in ('unexplained', 'code', 'reference')"
                )
                assert rows(connection, wrong) == []
