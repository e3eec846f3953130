"""Which months' reports a new publication makes out of date."""

from pathlib import Path

import pytest

from ingestion.register import append_decision
from tests.unit.ingestion.small_site import SmallSite, case
from tests.unit.publishing.served_states import serve
from warehouse.status import months_served, months_to_report

pytestmark = pytest.mark.unit

JAN, FEB, MAR = "2024-01", "2024-02", "2024-03"


@pytest.fixture
def small(tmp_path: Path) -> SmallSite:
    """January of two units and February of one, read and served."""
    made = SmallSite.make(tmp_path)
    for number, period in enumerate((JAN, FEB), start=1):
        made.export(period, "U1", [case(number)])
    made.export(JAN, "U2", [case(3)])
    made.pull(FEB)
    made.submissions()
    serve(made.site, made.home, [JAN, FEB])
    return made


def test_before_anything_is_served_every_month_that_was_sent(tmp_path: Path) -> None:
    made = SmallSite.make(tmp_path)
    assert months_to_report(made.site, made.home, MAR) == []  # nobody ever sent anything
    made.export(JAN, "U1", [case(1)])
    made.export(FEB, "U1", [case(2)])
    made.pull(FEB)
    assert months_to_report(made.site, made.home, FEB) == [JAN, FEB]


def test_without_anything_new_the_month_asked_for_or_the_newest(small: SmallSite) -> None:
    assert months_to_report(small.site, small.home, JAN) == [JAN]
    assert months_to_report(small.site, small.home, MAR) == [FEB]


def test_a_late_file_of_an_earlier_month(small: SmallSite) -> None:
    small.export(JAN, "U2", [case(4)])
    small.pull(FEB)
    assert months_to_report(small.site, small.home, FEB) == [JAN, FEB]


def test_a_decision_concerns_the_month_it_leaves_and_the_one_it_goes_to(small: SmallSite) -> None:
    why = {"by": "An", "reason": "gửi nhầm kỳ"}
    append_decision(small.site, small.home, f"{JAN}.U1.1", "accept", period=FEB, mode=None, **why)
    assert months_to_report(small.site, small.home, MAR) == [JAN, FEB]


def test_months_with_figures(small: SmallSite) -> None:
    assert months_served(small.home) == {JAN, FEB}
