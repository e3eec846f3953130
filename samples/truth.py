"""The counts the exports stand for, by the rules of domain §2, from the cases' own histories.

Written independently of the product: nothing here reads a written file or shares code with it.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from samples import calendar
from samples.cases import IGNORED_STATUSES, SUSPENDED_STATUSES, Case, Seen
from samples.service_truth import SERVICE_COUNTS, done_counts, received_counts

COUNT_COLUMNS = (
    "opening_count",
    "received_count",
    "transferred_in_count",
    "resolved_early_count",
    "resolved_on_time_count",
    "resolved_late_count",
    "resolved_no_due_count",
    "withdrawn_count",
    "refused_count",
    "transferred_out_count",
    "pending_in_time_count",
    "pending_overdue_count",
    "pending_suspended_count",
    "pending_no_due_count",
)
BLANK_MEMBER = "(trống)"
Counts = dict[tuple[str, str, str], list[int]]
"""(period, unit, sector) -> the counts in the order of COUNT_COLUMNS."""
_COLUMN = {name: index for index, name in enumerate(COUNT_COLUMNS)}


@dataclass(frozen=True)
class FileTruth:
    """What became of one expected file; the row counts are 0 unless it is accepted."""

    period: str
    unit_code: str
    file_name: str
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_duplicate: int
    rows_ignored: int
    status: str  # accepted | rejected | missing


@dataclass(frozen=True)
class RowTruth:
    """One row that breaks one rule."""

    file_name: str
    sheet: str
    row_number: int
    rule_id: str


@dataclass
class Truth:
    """Everything a test may compare the warehouse with."""

    counts: Counts = field(default_factory=dict)
    counts_d15: Counts = field(default_factory=dict)
    service: dict[tuple[str, str, str], Counter[str]] = field(default_factory=dict)
    files: list[FileTruth] = field(default_factory=list)
    rejected_rows: list[RowTruth] = field(default_factory=list)
    warnings: list[RowTruth] = field(default_factory=list)

    def write(self, directory: Path) -> None:
        """Write the six CSV files of the truth (UTF-8, header, ``\\n``)."""
        directory.mkdir(parents=True, exist_ok=True)
        for name, counts in (
            ("unit_sector_month", self.counts),
            ("unit_sector_month_d15", self.counts_d15),
        ):
            _write(
                directory / f"{name}.csv",
                ("period", "unit_code", "sector_code", *COUNT_COLUMNS),
                ((*key, *counts[key]) for key in sorted(counts)),
            )
        _write(
            directory / "service_month.csv",
            ("period", "unit_code", "sector_code", *SERVICE_COUNTS),
            (
                (*key, *(found[name] for name in SERVICE_COUNTS))
                for key, found in sorted(self.service.items())
            ),
        )
        columns = tuple(FileTruth.__dataclass_fields__)
        _write(
            directory / "files.csv",
            columns,
            (tuple(getattr(item, name) for name in columns) for item in self.files),
        )
        for name, rows in (("rejected_rows", self.rejected_rows), ("warnings", self.warnings)):
            _write(
                directory / f"{name}.csv",
                ("file_name", "sheet", "row_number", "rule_id"),
                ((row.file_name, row.sheet, row.row_number, row.rule_id) for row in rows),
            )


def add_unit(truth: Truth, unit_code: str, cases: Iterable[Case], first: int, last: int) -> None:
    """Count one unit's cases for the months first..last (from its first accepted period on)."""
    for case in cases:
        _count(truth, unit_code, case, (first, last), 1)
        _count(truth, unit_code, case, (first, last), 15)


def _count(truth: Truth, unit: str, case: Case, span: tuple[int, int], starts: int) -> None:
    """Add a case to the months of a span, in the reporting calendar whose months start on that day."""
    first, last = span
    counts = truth.counts if starts == 1 else truth.counts_d15
    if not case.seen or case.seen[-1].status in IGNORED_STATUSES:
        return  # a code whose newest row is status 1 or 3 is no case
    states = [seen for seen in case.seen if seen.status not in IGNORED_STATUSES]
    newest = states[-1]
    received_month = calendar.reporting_month(newest.received, starts)
    completed_month = last + 1
    if newest.completed is not None:
        completed_month = calendar.reporting_month(newest.completed, starts)
    sector = newest.sector_code or BLANK_MEMBER
    for month in range(max(first, received_month), min(last, completed_month) + 1):
        key = (calendar.month_text(month), unit, sector)
        row = counts.setdefault(key, [0] * 14)
        row[_COLUMN["received_count" if month == received_month else "opening_count"]] += 1
        if starts == 1 and month == received_month:
            truth.service.setdefault(key, Counter()).update(received_counts(case, states))
        state = _state_in(states, month)
        if month == completed_month:
            outcome = _outcome(newest, states)
            row[_COLUMN[outcome]] += 1
            if starts == 1 and outcome.startswith("resolved_"):
                truth.service.setdefault(key, Counter()).update(done_counts(case, states))
        else:
            end = calendar.reporting_month_end(month, starts)
            row[_COLUMN[_pending(state, end)]] += 1


def _state_in(states: list[Seen], month: int) -> Seen:
    """State(case, M): the row of the greatest accepted period <= M, else of the smallest > M."""
    found = states[0]
    for state in states:
        if state.month <= month:
            found = state
    return found


def _outcome(newest: Seen, states: list[Seen]) -> str:
    """Outcome and completion are the newest state's, the due date that of the calendar month of completion."""
    completed = newest.completed
    if newest.status == "withdrawn":
        return "withdrawn_count"
    if newest.status == "refused":
        return "refused_count"
    if completed is None:
        return "resolved_no_due_count"
    state = _state_in(states, calendar.month_of(completed))
    if state.due is None:
        return "resolved_no_due_count"
    if completed < state.due:
        return "resolved_early_count"
    return "resolved_on_time_count" if completed == state.due else "resolved_late_count"


def _pending(state: Seen, month_end: int) -> str:
    if state.status in SUSPENDED_STATUSES and state.completed is None:
        return "pending_suspended_count"
    if state.due is None:
        return "pending_no_due_count"
    return "pending_overdue_count" if state.due < month_end else "pending_in_time_count"


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
