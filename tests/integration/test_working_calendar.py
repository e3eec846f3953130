"""The working calendar from library, national overlay and site to `core.dim_date`."""

from datetime import date

import duckdb
import pytest

from tests.integration.mini_site import Case, MiniSite
from tests.laws.models import Models

pytestmark = pytest.mark.integration

AFTER = """
    select b.date_on
    from core.dim_date as a
    inner join core.dim_date as b
        on b.is_working_day and b.working_day_number = a.working_day_number + ?
    where a.date_on = ?
"""


def plus(connection: duckdb.DuckDBPyConnection, day: str, working_days: int) -> str:
    """The day so many working days later, by the join that dim_date's description gives."""
    found = connection.execute(AFTER, [working_days, day]).fetchall()
    assert len(found) == 1
    return str(found[0][0])


def test_terms_over_holidays_and_swapped_days(mini: MiniSite, models: Models) -> None:
    """The checks of the domain reference, and a local day off that only the site knows."""
    mini.write_settings(first_period="2026-08")
    mini.edit(
        "reference/calendar_overlay.csv",
        "date,is_working,name",
        "2026-06-08,false,Ngày nghỉ của tỉnh",
        "2026-01-10,false,Không làm bù",
    )
    mini.send("2026-08", "U1", Case(1, received="24/01/2017", due="07/02/2031"))
    mini.take_in("2026-08")
    with mini.warehouse(models) as connection:
        assert plus(connection, "2017-01-24", 5) == "2017-02-07"
        assert plus(connection, "2024-04-26", 3) == "2024-05-04"
        assert plus(connection, "2026-08-20", 5) == "2026-08-26"
        # A Saturday is no working day, and a term that starts on it is one that starts on Friday.
        assert (
            plus(connection, "2024-06-01", 1) == plus(connection, "2024-05-31", 1) == "2024-06-03"
        )
        # 2 January off by the national overlay; the site does without working on the 10th instead.
        assert plus(connection, "2025-12-31", 1) == "2026-01-05"
        assert plus(connection, "2026-01-09", 1) == "2026-01-12"
        assert plus(connection, "2026-06-05", 1) == "2026-06-09"
        (span,) = connection.execute(
            "select min(date_on), max(date_on) from core.dim_date"
        ).fetchall()
        assert span == (date(2017, 1, 1), date(2031, 12, 31))
