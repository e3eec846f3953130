"""The truth: its laws, the files it speaks of, and domain §2 on cases made by hand."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from samples import calendar
from samples.cases import Case, Official, Seen
from samples.dirt import REJECTING, WARNING
from samples.plan import file_path, read_plan
from samples.reference import PROCEDURES
from samples.shape import Shape
from samples.truth import COUNT_COLUMNS, Truth, add_unit
from tests.unit.samples.sites import Sample
from tests.unit.samples.written import rows_of

pytestmark = pytest.mark.unit

JANUARY = calendar.parse_month("2024-01")
OPEN_SIDE = slice(0, 3)
CLOSE_SIDE = slice(3, 14)
PENDING = slice(10, 14)


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def _files(sample: Sample) -> dict[str, tuple[Path, Shape]]:
    files = {}
    for unit in read_plan(sample.site):
        for item in sample.truth.files:
            if item.unit_code == unit.code and item.status != "missing":
                month = calendar.parse_month(item.period)
                source = unit.source_in(month)
                path = sample.out / file_path(source, unit.code, month)
                files[item.file_name] = (path, source.shape)
    return files


def test_balance_per_unit_sector_and_month(small: Sample, demo: Sample) -> None:
    for truth in (small.truth, demo.truth):
        for (period, unit, sector), row in truth.counts.items():
            assert sum(row[OPEN_SIDE]) == sum(row[CLOSE_SIDE]), (period, unit, sector)
            after = calendar.month_text(calendar.parse_month(period) + 1)
            following = truth.counts.get((after, unit, sector))
            if sum(row[PENDING]) and after <= max(file.period for file in truth.files):
                assert following is not None
                assert following[0] == sum(row[PENDING])


def test_ledger_of_every_file(small: Sample, demo: Sample) -> None:
    for sample in (small, demo):
        files = _files(sample)
        for item in sample.truth.files:
            total = item.rows_accepted + item.rows_rejected
            total += item.rows_duplicate + item.rows_ignored
            assert item.rows_read == total
            if item.status == "missing":
                continue
            path, shape = files[item.file_name]
            written = [row for row in rows_of(path, shape) if any(cell != "" for cell in row)]
            if item.status == "accepted":
                assert len(written) == item.rows_read, item.file_name


def test_whole_files_go_wrong_once_each(demo: Sample) -> None:
    odd = [(file.period, file.status) for file in demo.truth.files if file.status != "accepted"]
    assert sorted(odd) == [("2024-06", "rejected"), ("2024-11", "missing")]
    empty = [f for f in demo.truth.files if f.rows_read == f.rows_ignored > 0]
    assert [file.period for file in empty] == ["2024-02"]
    exports = [path.read_bytes() for path, _ in _files(demo).values()]
    assert len(set(exports)) == len(exports)  # equal bytes would be held for a person


def test_every_kind_of_dirt_is_in_the_demo(demo: Sample) -> None:
    assert {row.rule_id for row in demo.truth.rejected_rows} == set(REJECTING)
    warned = {row.rule_id for row in demo.truth.warnings}
    assert warned == {*WARNING, "received_differs_from_code"}
    rejected = sum(file.rows_rejected for file in demo.truth.files)
    assert rejected < 0.02 * sum(file.rows_read for file in demo.truth.files)


def test_rejected_rows_stand_where_the_truth_says(small: Sample, demo: Sample) -> None:
    checked: set[str] = set()
    for sample in (small, demo):
        files = _files(sample)
        periods = {file.file_name: file.period for file in sample.truth.files}
        for row in sample.truth.rejected_rows:
            path, shape = files[row.file_name]
            values = rows_of(path, shape)[row.row_number - 1]
            cells = dict(zip(shape.fields, values, strict=True))
            assert _breaks(row.rule_id, cells, periods[row.file_name]), (row, cells)
            checked.add(row.rule_id)
    assert checked == set(REJECTING)


def _breaks(rule: str, cells: dict[str, object], period: str) -> bool:
    received = _read(cells["received_at"])
    due, completed = _read(cells["due_at"]), _read(cells["completed_at"])
    broken = {
        "missing_case_code": cells["case_code"] == "",
        "unknown_unit": cells.get("unit") == "UBND phường Không Có Thật",
        "missing_received_date": cells["received_at"] == "",
        "unreadable_date": any("31/02" in str(v) or "0231" in str(v) for v in cells.values()),
        "closed_without_completion": cells["completed_at"] == "",
        "conflicting_rows": cells["case_code"] != "",
        "received_after_period": received is not None and f"{received:%Y-%m}" > period,
        "due_before_received": received is not None and due is not None and due < received,
        "completed_before_received": received is not None
        and completed is not None
        and completed < received,
    }
    return broken[rule]


def _read(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for form in ("%d/%m/%Y %H:%M", "%Y%m%d%H%M%S"):
        try:
            return datetime.strptime(str(value), form).date()  # noqa: DTZ007 - a day only
        except ValueError:
            continue  # the next form; a text that fits none is no date
    return None


def _count(*seen: Seen, first: int = JANUARY, last: int = JANUARY + 3) -> dict[str, list[str]]:
    """Months of one case -> the names of the columns it counts in."""
    case = Case("1", 0, 0, PROCEDURES[0], Official("a", "b", 0.0), 0, 0, 0, None)
    case.seen = list(seen)
    truth = Truth()
    add_unit(truth, "U", [case], first, last)
    return {
        period: [name for name, value in zip(COUNT_COLUMNS, row, strict=True) if value]
        for (period, _, _), row in truth.counts.items()
    }


def _seen(month: int, status: str, due: str | None, completed: str | None = None) -> Seen:
    return Seen(
        JANUARY + month - 1,
        _day("2024-01-10"),
        _day(due) if due else None,
        _day(completed) if completed else None,
        status,
        "G15-TP07",
    )


def test_verdict_takes_the_due_date_of_the_completion_month() -> None:
    # Finished on 5 February, reported with a later due date only in March.
    counted = _count(
        _seen(1, "processing", "2024-02-02"), _seen(3, "done", "2024-02-20", "2024-02-05")
    )
    assert counted["2024-01"] == ["received_count", "pending_in_time_count"]
    assert counted["2024-02"] == ["opening_count", "resolved_late_count"]
    assert "2024-03" not in counted


def test_a_due_date_moved_in_the_completion_month_counts() -> None:
    counted = _count(
        _seen(1, "processing", "2024-02-02"), _seen(2, "done", "2024-02-20", "2024-02-05")
    )
    assert counted["2024-02"] == ["opening_count", "resolved_early_count"]


def test_a_month_before_the_first_row_takes_the_next_one() -> None:
    # January's row was rejected: February's tells of January as well.
    counted = _count(_seen(2, "supplement_requested", "2024-01-20"))
    assert counted["2024-01"] == ["received_count", "pending_suspended_count"]


def test_due_on_the_last_day_is_still_in_time() -> None:
    assert _count(_seen(1, "processing", "2024-01-31"))["2024-01"][1] == "pending_in_time_count"
    assert _count(_seen(1, "processing", "2024-01-30"))["2024-01"][1] == "pending_overdue_count"
    assert _count(_seen(1, "processing", None))["2024-01"][1] == "pending_no_due_count"


def test_a_completion_that_disappears_was_none() -> None:
    counted = _count(
        _seen(1, "done", "2024-01-20", "2024-01-15"), _seen(2, "processing", "2024-01-20")
    )
    assert counted["2024-01"] == ["received_count", "pending_overdue_count"]


def test_the_state_rows_own_completion_ends_a_suspension() -> None:
    counted = _count(
        _seen(1, "supplement_requested", "2024-02-20", "2024-01-15"),
        _seen(2, "processing", "2024-02-20"),
    )
    assert counted["2024-01"] == ["received_count", "pending_in_time_count"]


def test_status_one_and_three() -> None:
    assert _count(_seen(1, "registered", None)) == {}
    assert _count(_seen(1, "processing", "2024-01-20"), _seen(2, "not_accepted", None)) == {}
    counted = _count(_seen(1, "registered", None), _seen(2, "processing", "2024-01-20"))
    assert counted["2024-01"] == ["received_count", "pending_overdue_count"]


def test_outcomes_and_blank_sector() -> None:
    assert _count(_seen(1, "withdrawn", "2024-01-20", "2024-01-25"))["2024-01"][1] == (
        "withdrawn_count"
    )
    assert _count(_seen(1, "refused", None, "2024-01-25"))["2024-01"][1] == "refused_count"
    assert _count(_seen(1, "processing", None, "2024-01-25"))["2024-01"][1] == (
        "resolved_no_due_count"
    )
    truth = Truth()
    case = Case("1", 0, 0, PROCEDURES[0], Official("a", "b", 0.0), 0, 0, 0, None)
    case.seen = [_seen(1, "done", "2024-01-20", "2024-01-20")._replace(sector_code="")]
    add_unit(truth, "U", [case], JANUARY, JANUARY)
    assert list(truth.counts) == [("2024-01", "U", "(trống)")]
