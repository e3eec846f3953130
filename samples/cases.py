"""What happens to the cases of one unit: the history behind both the exports and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from samples import calendar
from samples.calendar import WorkingDays
from samples.reference import COMMUNE_SECTORS, DEPARTMENTS, PROCEDURES, Procedure, person

NEVER = 10**9
CLOSED_STATUSES = frozenset({"done", "returned", "withdrawn", "refused"})
IGNORED_STATUSES = frozenset({"registered", "not_accepted"})
SUSPENDED_STATUSES = frozenset({"supplement_requested", "payment_requested", "stopped"})


class State(NamedTuple):
    """A case as its system shows it on one day (days are ordinals, None = blank)."""

    received: int | None
    due: int | None
    completed: int | None
    returned: int | None
    status: str


class Seen(NamedTuple):
    """One accepted row of a case: the state the warehouse is told for one period."""

    month: int
    received: int  # only rows of status 1 and 3 may lack it, and they are no states
    due: int | None
    completed: int | None
    status: str
    sector_code: str
    fields: frozenset[str] = frozenset()  # what the file's shape has columns for
    is_procedure_known: bool = True


@dataclass(slots=True)
class Official:
    """An official and how often this person is late."""

    code: str
    name: str
    late_rate: float


@dataclass(slots=True)
class Case:
    """One case from reception to its end; NEVER stands for a day that does not come."""

    code: str
    received: int
    received_minute: int
    procedure: Procedure
    official: Official
    channel: int  # 0 direct, 1 online, 2 post
    person: int
    accepted: int
    due: int | None
    completed: int = NEVER
    completed_minute: int = 0
    outcome: str = "done"
    returned: int = NEVER
    suspended: int = NEVER
    resumed: int = NEVER
    suspended_status: str = "supplement_requested"
    moved: int = NEVER  # from this day on the due date is `moved_due`
    moved_due: int | None = None
    annulled: int = NEVER  # not accepted (portal status 3) from this day on
    reopened: int = NEVER
    recompleted: int = NEVER
    vanishes: int = NEVER  # no longer exported from this day on
    code_differs: bool = False
    hides_received: bool = False  # a registered row without reception date
    seen: list[Seen] = field(default_factory=list)

    @property
    def ends(self) -> int:
        """Day after which nothing happens to the case any more."""
        if self.annulled != NEVER:
            return self.annulled
        return self.completed if self.reopened == NEVER else self.recompleted

    def state_on(self, day: int) -> State:
        """The case as its system shows it at the end of a day."""
        if day >= self.annulled:
            return State(self.received, None, None, None, "not_accepted")
        if day < self.accepted:
            received = None if self.hides_received else self.received
            return State(received, None, None, None, "registered")
        due = self.moved_due if day >= self.moved else self.due
        completed = self.recompleted if day >= self.reopened else self.completed
        if completed <= day:
            is_returned = self.returned <= day < self.reopened
            returned = self.returned if is_returned else None
            status = self.outcome
            if status == "done" and returned is not None:
                status = "returned"
            return State(self.received, due, completed, returned, status)
        if self.suspended <= day < self.resumed:
            return State(self.received, due, None, None, self.suspended_status)
        status = "processing" if day > self.accepted else "accepted"
        return State(self.received, due, None, None, status)


@dataclass(frozen=True)
class UnitProfile:
    """What a unit handles and how well."""

    code: str
    agency: str  # the part of a national-format code before the date; "" = free numbers
    monthly: float
    procedures: tuple[Procedure, ...]
    shares: tuple[float, ...]  # cumulative, ends with 1
    officials: tuple[Official, ...]


def unit_weight(code: str, level: str, rng: Random) -> float:
    """Relative size of a unit: a known department's own, else a skewed draw (most small)."""
    size: float = (0.35 / (1.0 - 0.93 * rng.random())) ** 0.8
    if level == "department":
        known = DEPARTMENTS.get(_department(code))
        return known[1] if known else size
    return size


def make_profile(code: str, level: str, agency: str, monthly: float, rng: Random) -> UnitProfile:
    """Draw a unit's procedures (Pareto shares), late rate and officials."""
    procedures = _procedures(code, level, rng)
    weights = [p.weight * (0.5 + rng.random()) for p in procedures]
    total, running, shares = sum(weights), 0.0, []
    for weight in weights:
        running += weight / total
        shares.append(running)
    draw = rng.random()
    if draw < 0.35:
        late = 0.004 + 0.020 * rng.random()
    elif draw < 0.75:
        late = 0.03 + 0.05 * rng.random()
    else:
        late = 0.11 + 0.07 * rng.random()
    count = 2 + min(10, int(monthly / 25))
    officials = tuple(
        Official(
            f"CB.{code}.{number + 1:02d}",
            person(int(rng.random() * 1280)),
            # One in eight is a slow one, whatever the unit's own rate.
            0.12 + 0.10 * rng.random() if rng.random() < 0.125 else late * (0.4 + rng.random()),
        )
        for number in range(count)
    )
    shares[-1] = 1.0
    return UnitProfile(code, agency, monthly, procedures, tuple(shares), officials)


def _department(code: str) -> str:
    _, _, rest = code.partition("-P-")
    return rest


def _procedures(code: str, level: str, rng: Random) -> tuple[Procedure, ...]:
    if level != "department":
        sectors: tuple[str, ...] = COMMUNE_SECTORS
    elif _department(code) in DEPARTMENTS:
        sectors = DEPARTMENTS[_department(code)][0]
    else:
        known = sorted(DEPARTMENTS)
        sectors = DEPARTMENTS[known[int(rng.random() * len(known))]][0]
    return tuple(p for p in PROCEDURES if p.sector_code in sectors)


def simulate(
    profile: UnitProfile, first: int, last: int, days: WorkingDays, rng: Random
) -> Iterator[list[Case]]:
    """Cases received in each month of first..last (month numbers), sorted by reception.

    Late rates, terms and channels follow the unit's profile; every unit has its own random stream,
    so that a unit's cases do not depend on the other units.
    """
    numbers: dict[int, int] = {}
    free_number = 240000000
    for month in range(first, last + 1):
        season = 0.7 if month % 12 == 1 else 0.9 + 0.2 * rng.random()  # Tết falls in February
        count = max(1, round(profile.monthly * season))
        working = days.within(calendar.first_day(month), calendar.last_day(month))
        online_share = 0.35 + 0.02 * (month - first)
        cases = [_case(profile, working, online_share, days, rng) for _ in range(count)]
        cases.sort(key=lambda case: (case.received, case.received_minute))
        for case in cases:
            if not profile.agency:
                free_number += 1
                case.code = str(free_number)
                case.code_differs = False
                continue
            written = case.received - 1 if case.code_differs else case.received
            numbers[written] = numbers.get(written, 0) + 1
            stamp = calendar.compact(written)[2:]
            case.code = f"{profile.agency}-{stamp}-{numbers[written]:04d}"
        yield cases


def _case(
    profile: UnitProfile, working: list[int], online_share: float, days: WorkingDays, rng: Random
) -> Case:
    draw = rng.random
    received = working[int(draw() * len(working))]
    pick, index = draw(), 0
    while profile.shares[index] < pick:
        index += 1
    procedure = profile.procedures[index]
    official = profile.officials[int(draw() ** 1.5 * len(profile.officials))]
    way = draw()
    channel = 1 if way < online_share else 2 if way > 0.96 else 0
    case = Case(
        code="",
        received=received,
        received_minute=450 + int(draw() * 540),
        procedure=procedure,
        official=official,
        channel=channel,
        person=int(draw() * 1_000_000),
        accepted=received,
        due=None if draw() < 0.005 else days.add(received, procedure.term),
        code_differs=draw() < 0.0004,
    )
    if channel == 1 and draw() < 0.06:
        case.accepted = days.add(received, 1)
        case.hides_received = draw() < 0.3
    _end(case, days, rng)
    return case


def _end(case: Case, days: WorkingDays, rng: Random) -> None:
    """Draw how a case ends: its completion, outcome and the rarer turns of its life."""
    draw = rng.random
    turn = draw()
    if turn < 0.008:
        case.annulled = case.accepted if turn < 0.0075 else case.accepted + 10
        case.accepted = case.accepted if turn >= 0.0075 else NEVER
        return
    if turn < 0.013:  # never finished: the backlog grows old
        if turn < 0.0095:
            case.vanishes = case.received + 20
        return
    due = case.due if case.due is not None else case.accepted + 5
    if case.due is not None and turn < 0.06:
        due = _suspend(case, due, days, rng)
    if draw() < case.official.late_rate:
        case.completed = days.add(due, 1 + int(14 * draw() ** 3))
    elif draw() < 0.18 or due <= case.accepted:
        case.completed = max(due, case.accepted)
    else:
        span = days.within(case.accepted, due - 1)
        case.completed = span[int(draw() ** 0.5 * len(span))] if span else due
    if case.resumed != NEVER:
        case.completed = max(case.completed, case.resumed)
    case.completed_minute = max(480 + int(draw() * 540), case.received_minute + 5)
    end = draw()
    case.outcome = "withdrawn" if end < 0.01 else "refused" if end < 0.017 else "done"
    if case.outcome == "done":
        case.returned = case.completed + int(4 * draw() ** 3)
        if end > 0.9985:
            case.reopened = case.completed + 3 + int(20 * draw())
            if end < 0.9997:
                case.recompleted = days.add(case.reopened, 2 + int(10 * draw()))


def _suspend(case: Case, due: int, days: WorkingDays, rng: Random) -> int:
    """Stop the clock for a while; two in three times the due date moves. Returns the last one."""
    draw = rng.random
    case.suspended = case.accepted + 1
    case.resumed = days.add(case.accepted, 2 + int(25 * draw() ** 2))
    kind = draw()
    if kind > 0.92:
        case.suspended_status = "stopped"
    elif kind > 0.75:
        case.suspended_status = "payment_requested"
    if draw() < 0.67:
        # Some are moved only after they had passed: the finding "moved due date".
        case.moved = case.resumed
        case.moved_due = days.add(max(due, case.resumed), case.procedure.term)
        return case.moved_due
    return due
