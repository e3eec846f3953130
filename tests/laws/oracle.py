"""Domain §2 read aloud in plain Python, part two: from rows that count to cases and figures.

The independent reading that the models are tested against (see `oracle_rows` for part one).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from tests.laws.oracle_dates import Moment
from tests.laws.oracle_rows import (
    SUSPENDED,
    Identity,
    Reference,
    Row,
    Submission,
    ended_before,
    first_day,
    judge_file,
    last_day,
    month_of,
    shift,
    standing_rows,
)

BLANK_SECTOR = "(trống)"
COUNT_OF_VERDICT = {
    "early": "resolved_early",
    "on_time": "resolved_on_time",
    "late": "resolved_late",
    "resolved_no_due": "resolved_no_due",
    "withdrawn": "withdrawn",
    "refused": "refused",
}

Key = tuple[str, str, str, str]
"""calendar (calendar | d15), period, unit, sector"""


@dataclass(frozen=True)
class State:
    """A case's state as of a month: the row that stands, blank columns that its layout lacks filled."""

    period: str
    row: Row
    unit: str
    received: Moment
    due: Moment | None
    completed: Moment | None
    status: str | None
    sector: str
    channel: str


@dataclass
class Case:
    """A case: its states in the order of their periods. The last one is the newest."""

    identity: Identity
    states: list[State]

    @property
    def newest(self) -> State:
        """received_on, completed_on, outcome, sector and official come from the newest state."""
        return self.states[-1]

    def state(self, month: str) -> State:
        """State(case, M) = the row of the greatest accepted period ≤ M; if there is none, of the
        smallest > M."""
        earlier = [state for state in self.states if state.period <= month]
        return earlier[-1] if earlier else self.states[0]

    def next_state(self, state: State) -> State | None:
        """The state that follows."""
        position = self.states.index(state) + 1
        return self.states[position] if position < len(self.states) else None


@dataclass
class Truth:
    """What §2 says of a site. `counts` holds only what is not zero."""

    rows: list[Row]
    standing: list[Row]
    cases: dict[Identity, Case]
    verdicts: dict[Identity, str | None]
    verdicts_by_time: dict[Identity, str | None]
    first_periods: dict[str, str]
    reported: dict[tuple[str, str], bool]
    counts: dict[Key, Counter[str]] = field(default_factory=dict)
    vanished: set[tuple[str, int]] = field(default_factory=set)
    moved: set[tuple[str, int]] = field(default_factory=set)
    reopened: set[tuple[str, int]] = field(default_factory=set)


def tell(reference: Reference, submissions: Sequence[Submission]) -> Truth:
    """All that §2 says of the accepted submissions of a site."""
    files = [judge_file(reference, file) for file in submissions]
    return tell_rows(reference, submissions, files)


def tell_rows(
    reference: Reference, submissions: Sequence[Submission], files: Sequence[list[Row]]
) -> Truth:
    """The same of rows that have been read and judged, one list per submission."""
    rows = [row for file_rows in files for row in file_rows]
    standing = standing_rows(files)
    cases = cases_of(standing)
    first = first_periods(reference, submissions, standing)
    truth = Truth(
        rows=rows,
        standing=standing,
        cases=cases,
        verdicts={i: verdict(case, by_time=False) for i, case in cases.items()},
        verdicts_by_time={i: verdict(case, by_time=True) for i, case in cases.items()},
        first_periods=first,
        reported={},
    )
    if not submissions:
        return truth
    newest = max(file.period for file in submissions)
    for unit, start in first.items():
        for month in months(start, newest):
            truth.reported[month, unit] = is_reported(submissions, standing, unit, month)
    truth.counts = all_counts(reference, cases, first, newest)
    for case in cases.values():
        add_findings(truth, reference, case, submissions)
    return truth


def months(start: str, end: str) -> list[str]:
    """The months from start to end, both included."""
    listed = []
    while start <= end:
        listed.append(start)
        start = shift(start, 1)
    return listed


def cases_of(standing: Sequence[Row]) -> dict[Identity, Case]:
    """Per case and period the row of the greatest receipt stands, also between two units that send
    the same case. Rows of status 1 and 3 are no states; a code whose newest row is 1 or 3 is no case."""
    winners: dict[tuple[Identity, str], Row] = {}
    for row in sorted(standing, key=lambda row: row.file.receipt):
        assert row.identity is not None
        winners[row.identity, row.file.period] = row
    cases = {}
    chosen_of: dict[Identity, list[Row]] = {}
    for identity, period in sorted(winners, key=lambda key: key[1]):
        chosen_of.setdefault(identity, []).append(winners[identity, period])
    for identity, chosen in chosen_of.items():
        if chosen[-1].fate == "ignored":
            continue
        states: list[State] = []
        for row in chosen:
            if row.fate == "accepted":
                states.append(state_of(row, states[-1] if states else None))
        cases[identity] = Case(identity, states)
    return cases


def state_of(row: Row, before: State | None) -> State:
    """A blank cell overwrites; a column that the layout declares absent does not."""
    absent = row.file.absent if before else frozenset()
    received = row.dates["received_at"]
    assert received is not None
    assert row.unit is not None
    return State(
        period=row.file.period,
        row=row,
        unit=row.unit,
        received=received,
        due=before.due if before and "due_at" in absent else row.dates["due_at"],
        completed=(
            before.completed if before and "completed_at" in absent else row.dates["completed_at"]
        ),
        status=before.status if before and "status" in absent else row.status,
        sector=before.sector if before and "sector" in absent else row.sector or BLANK_SECTOR,
        channel=before.channel if before and "channel" in absent else row.channel,
    )


def verdict(case: Case, *, by_time: bool) -> str | None:
    """A completion date prevails over an open status; withdrawn and refused are outcomes; a verdict
    uses the due date of State(case, month of completion); `completed < due` early, `=` on time,
    `>` late. By time: only where both ends carry a time, else by date."""
    completed = case.newest.completed
    if completed is None:
        return None
    if case.newest.status in {"withdrawn", "refused"}:
        return case.newest.status
    due = case.state(month_of(completed.day)).due
    if due is None:
        return "resolved_no_due"
    left: date = completed.day
    right: date = due.day
    if by_time and completed.at and due.at:
        left = datetime.combine(completed.day, completed.at)
        right = datetime.combine(due.day, due.at)
    if left < right:
        return "early"
    return "on_time" if left == right else "late"


def unit_in_month(reference: Reference, case: Case, month: str) -> str:
    """The unit in month M comes from State(case, M): the unit named in its row, mapped through the
    successors of units that ended before M. On a split pending cases move to the unit that exports
    them: the sender of the row itself, if it came after the split, else the unit of the next state
    or its sender, if it is one of the heirs, else the first heir."""
    state = case.state(month)
    following = case.next_state(state)
    code = state.row.named_unit
    assert code is not None
    while ended_before(reference.unit(code), month) and reference.unit(code).successors:
        unit = reference.unit(code)
        if ended_before(unit, state.period) and state.row.file.unit in unit.successors:
            code = state.row.file.unit
        elif following and following.unit in unit.successors:
            code = following.unit
        elif following and following.row.file.unit in unit.successors:
            code = following.row.file.unit
        else:
            code = unit.successors[0]
    return code


def first_periods(
    reference: Reference, submissions: Sequence[Submission], rows: Sequence[Row]
) -> dict[str, str]:
    """Months before a unit's first period (its first accepted submission, or accepted row naming it
    that stands) are not built, but a successor is built from the month in which its predecessor's end makes it
    begin."""
    seen: dict[str, set[str]] = {}
    for file in submissions:
        seen.setdefault(file.unit, set()).add(file.period)
    for row in rows:
        if row.fate == "accepted" and row.unit is not None:
            seen.setdefault(row.unit, set()).add(row.file.period)
    first = {unit: min(periods) for unit, periods in seen.items()}
    # A successor's successor may begin through it, so repeat until nothing moves.
    for _ in reference.units:
        for unit in reference.units:
            if unit.ended_on is None:
                continue
            begins = shift(month_of(unit.ended_on), 1)
            # A predecessor that was not built before its end leaves nothing to go on with.
            if first.get(unit.code, begins) >= begins:
                continue
            for heir in unit.successors:
                first[heir] = min(first.get(heir, begins), begins)
    return first


def is_reported(
    submissions: Sequence[Submission], rows: Sequence[Row], unit: str, month: str
) -> bool:
    """No accepted submission for a month: `is_reported = false`. A supplement alone makes the month
    reported; a readable file without rows reports its month; a unit named in the row prevails over
    the sender, so a file with accepted rows of a unit is a submission for that unit too."""
    sent = any(file.unit == unit and file.period == month for file in submissions)
    named = any(r.unit == unit and r.file.period == month and r.fate == "accepted" for r in rows)
    return sent or named


@cache
def bounds(calendar: str, period: str) -> tuple[date, date]:
    """Calendar months, and the 15th-to-14th calendar (month m = 15 of m−1 … 14 of m)."""
    if calendar == "calendar":
        return first_day(period), last_day(period)
    return first_day(shift(period, -1)).replace(day=15), first_day(period).replace(day=14)


def pending_kind(state: State, end: date) -> str:
    """Overdue at a month's end: not completed by the end and due < last day. Suspended (clock
    stopped) = 5, 6, 8, and looks at the state row's own completion date."""
    if state.status in SUSPENDED and state.completed is None:
        return "pending_suspended"
    if state.due is None:
        return "pending_no_due"
    return "pending_overdue" if state.due.day < end else "pending_in_time"


def case_in_period(
    reference: Reference, case: Case, calendar: str, period: str
) -> list[tuple[str, str]]:
    """What one case adds to a period: (unit, count) pairs.

    received = received_on in [T0,T1]; carried over = received_on < T0 and not completed before T0;
    resolved = completed_on in [T0,T1]; pending = received_on ≤ T1 and not completed by T1. In the
    15→14 calendar the state is taken for the month that contains T1.
    """
    start, end = bounds(calendar, period)
    received = case.newest.received.day
    completed = case.newest.completed.day if case.newest.completed else None
    now = unit_in_month(reference, case, period)
    before = unit_in_month(reference, case, shift(period, -1))
    added = []
    if start <= received <= end:
        added.append((now, "received"))
        if case.newest.channel == "online":
            added.append((now, "received_online"))
    if received < start and (completed is None or completed >= start):
        added.append((before, "opening"))
        if before != now:
            added += [(before, "transferred_out"), (now, "transferred_in")]
    if completed is not None and start <= completed <= end:
        judged = verdict(case, by_time=False)
        assert judged is not None
        added.append((now, COUNT_OF_VERDICT[judged]))
    if received <= end and (completed is None or completed > end):
        added.append((now, pending_kind(case.state(period), end)))
    return added


def all_counts(
    reference: Reference, cases: dict[Identity, Case], first: dict[str, str], newest: str
) -> dict[Key, Counter[str]]:
    """The disjoint counts; months before a unit's first period are not built, and every unit runs
    to the newest accepted period."""
    counts: dict[Key, Counter[str]] = {}
    for calendar in ("calendar", "d15"):
        for period in months(min(first.values()), newest):
            for case in cases.values():
                for unit, name in case_in_period(reference, case, calendar, period):
                    if unit in first and first[unit] <= period:
                        key = (calendar, period, unit, case.newest.sector)
                        counts.setdefault(key, Counter())[f"{name}_count"] += 1
    return counts


def add_findings(
    truth: Truth, reference: Reference, case: Case, submissions: Sequence[Submission]
) -> None:
    """Vanished, moved due date, reopened: each named by (submission, row) of the row it is seen on:
    the last row of a vanished case, the new row of the other two."""
    for state in case.states:
        if is_vanished(truth, reference, case, state, submissions):
            truth.vanished.add((state.row.file.submission_id, state.row.number))
        following = case.next_state(state)
        if following is None:
            continue
        seen_on = (following.row.file.submission_id, following.row.number)
        if is_moved(state, following):
            truth.moved.add(seen_on)
        if state.completed is not None and following.completed is None:
            truth.reopened.add(seen_on)


def is_moved(old: State, new: State) -> bool:
    """Moved due date: the next state's due date is later, and the old one was before the last day of
    the old state's period; suspended cases included."""
    if old.due is None or new.due is None:
        return False
    return new.due.day > old.due.day and old.due.day < last_day(old.period)


def living_heirs(reference: Reference, code: str, month: str) -> set[str]:
    """Every unit that may have taken over from one that ended before the month (on a split, all)."""
    if not ended_before(reference.unit(code), month):
        return {code}
    return {
        living
        for heir in reference.unit(code).successors
        for living in living_heirs(reference, heir, month)
    }


def is_vanished(
    truth: Truth, reference: Reference, case: Case, state: State, submissions: Sequence[Submission]
) -> bool:
    """In a *snapshot*, not completed by its period's end in its own row, and absent from every unit's
    file of the next month (among all decoded codes, rejected rows included; the next snapshot may be
    the successor's, and a unit is in a snapshot by its own file or by rows that name it). Never for
    *movements* exports."""
    if state.row.file.export_kind != "snapshot":
        return False
    if state.completed is not None and state.completed.day <= last_day(state.period):
        return False
    month = shift(state.period, 1)
    if any(r.identity == case.identity and r.file.period == month for r in truth.rows):
        return False
    expected = {state.row.file.unit, state.unit, *living_heirs(reference, state.unit, month)}
    snapshots = {
        file.submission_id: file.unit
        for file in submissions
        if file.period == month and file.export_kind == "snapshot"
    }
    named = {
        row.unit
        for row in truth.standing
        if row.fate == "accepted" and row.file.submission_id in snapshots
    }
    return bool(expected & {*snapshots.values(), *named})
