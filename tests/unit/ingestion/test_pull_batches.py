"""Pulling for a schedule: some units, some months, and what came of it as a whole."""

import pytest

from ingestion.periods import PeriodError
from ingestion.pull import (
    NotFetchedError,
    NothingArrivedError,
    months_asked,
    pull,
    range_asked,
    reasons_missing,
    require_fetched,
    require_files,
    units_asked,
)
from tests.unit.ingestion.small_site import SmallSite, case

pytestmark = pytest.mark.unit

ROWS = [case(1)]


def test_a_batch_asks_its_units_alone(small: SmallSite) -> None:
    small.export("2024-01", "U1", ROWS)
    small.export("2024-01", "U2", ROWS)
    report = pull(small.site, small.home, "2024-01", units={"U2"})
    assert [(item.unit, item.outcome) for item in report.items] == [("U2", "new")]
    report = pull(small.site, small.home, "2024-01")
    assert [(item.unit, item.outcome) for item in report.items] == [
        ("U1", "new"),
        ("U2", "unchanged"),
    ]


def test_a_range_begins_where_it_is_told_and_never_before_the_site(small: SmallSite) -> None:
    assert months_asked(small.site, "2024-03", "2024-02") == ["2024-02", "2024-03"]
    assert months_asked(small.site, "2024-03", "2023-11") == ["2024-01", "2024-02", "2024-03"]
    assert months_asked(small.site, "2025-06")[0] == "2024-06"  # as far as the site looks back
    report = pull(small.site, small.home, "2024-03", first="2024-02", units={"U1"})
    assert [item.period for item in report.items] == ["2024-02", "2024-03"]


def test_only_units_with_a_source_in_those_months_are_asked(small: SmallSite) -> None:
    sources = small.directory / "sources.yml"
    written = sources.read_text("utf-8").replace("{unit: U1,", "{unit: U1, valid_to: 2024-02,")
    sources.write_text(written, "utf-8")
    assert units_asked(small.site, "2024-03", "2024-03") == ["U2"]
    assert units_asked(small.site, "2024-03", "2024-02") == ["U1", "U2"]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2024-03", "2024-02", "sau kỳ cuối"),
        ("2023-12", "2024-02", "2024-01"),
        ("2024-13", "2024-02", "2024-13"),
    ],
)
def test_a_range_that_is_none_is_refused_in_words(
    small: SmallSite, first: str, last: str, said: str
) -> None:
    with pytest.raises(PeriodError, match=said):
        range_asked(small.site, first, last)


def test_what_cannot_be_had_is_told_once_all_were_asked(small: SmallSite) -> None:
    small.export("2024-01", "U1", ROWS)
    small.export("2024-01", "U2", ROWS, tail=" a")
    small.export("2024-01", "U2", ROWS, tail=" b")
    report = pull(small.site, small.home, "2024-01")
    with pytest.raises(NotFetchedError, match=r"U2 2024-01: .*U2 a\.csv"):
        require_fetched(report)
    require_files(small.site, small.home, "2024-01", reasons_missing(report, "2024-01"))


def test_what_is_missing_is_no_failure_until_a_person_asks_for_it(small: SmallSite) -> None:
    report = pull(small.site, small.home, "2024-01")
    require_fetched(report)
    with pytest.raises(NothingArrivedError, match=r"2024-01\b.*\n.*U1\.csv"):
        require_files(small.site, small.home, "2024-01", reasons_missing(report, "2024-01"))
