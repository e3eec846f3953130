"""What is past its day or waits for a person on a day: the events that the daily digest tells.

The rules are those of `motcua status` (warehouse.status); here they meet the days of `sources.yml` and
`operations.yml`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from ingestion.home import Home
from ingestion.messages import text
from ingestion.periods import add_months, last_day, months_between, period_of, previous_period
from ingestion.receipts import local_time, read_register
from ingestion.reference import Unit
from ingestion.register import Submission, read_submissions
from ingestion.site import Site, places_of
from ingestion.sources import Feed, Source
from ingestion.text import match_key
from publishing.unit_packs import pack_path
from warehouse.closing_store import Closing, closing_in_force, read_closings
from warehouse.served import NothingServed, served
from warehouse.status import Behind, missing_sources, open_months, open_problems, read_behind

Kind = Literal["not_sent", "registers_not_sent", "rejected", "held", "behind", "not_closed"]
KINDS: tuple[Kind, ...] = (
    "not_sent",
    "registers_not_sent",
    "rejected",
    "held",
    "behind",
    "not_closed",
)
"""In the order in which they are told: what units owe first, then what the office does itself."""
Standing = Literal["new", "still_open", "resolved"]
_NAMED = 3
"""Files that a line names; all of them can be many thousands."""
_OF_FEED: dict[Feed, Kind] = {"cases": "not_sent", "registers": "registers_not_sent"}


@dataclass(frozen=True)
class Event:
    """One thing that somebody has to do something about.

    kind: `not_sent`, `registers_not_sent` (no file by `Source.due_on`), `rejected` (nothing followed),
    `held` (waits for a decision), `behind` (not in the served figures), `not_closed` (not signed by
    `close_day`). key: stays the same for as long as it lasts. unit_code: None where it is about the
    whole authority. detail, todo: Vietnamese. since: the day of the first digest sent that told it.
    """

    key: str
    kind: Kind
    period: str | None
    unit_code: str | None
    unit_name: str
    detail: str
    todo: str
    since: date
    submission_id: str | None = None
    standing: Standing = "new"

    @property
    def place(self) -> tuple[int, str, str, str, str]:
        """Where it stands in a list: by cause, unit, month."""
        unit = self.unit_code or ""
        return KINDS.index(self.kind), match_key(self.unit_name), unit, self.period or "", self.key


@dataclass(frozen=True)
class Situation:
    """Register, signed months and served file as they are on a day, read once."""

    site: Site
    home: Home
    today: date
    submissions: list[Submission]
    closings: list[Closing]
    is_served: bool
    behind: Behind
    unsigned: list[str]
    touched: dict[str, str] = field(default_factory=dict)

    @cached_property
    def by_month(self) -> dict[str, list[Submission]]:
        """Submissions by month."""
        found: defaultdict[str, list[Submission]] = defaultdict(list)
        for s in self.submissions:
            found[s.period].append(s)
        return found

    @cached_property
    def by_id(self) -> dict[str, Submission]:
        """Submissions by id."""
        return {s.submission_id: s for s in self.submissions}

    @cached_property
    def _versions(self) -> dict[str, list[Unit]]:
        found: defaultdict[str, list[Unit]] = defaultdict(list)
        for unit in self.site.units:
            found[unit.code].append(unit)
        return found

    def unit_name(self, code: str, period: str) -> str:
        """The unit's name in that month, else its last one, else its code."""
        versions = self._versions.get(code, [])
        then = [u for u in versions if u.is_valid_between(last_day(period), last_day(period))]
        return next((u.name for u in (*then, *reversed(versions))), code)

    def accepts_missing(self, unit_code: str, period: str) -> bool:
        """Whether the month is signed, and the signer accepted that the unit sent nothing."""
        closing = closing_in_force(self.closings, period)
        return closing is not None and unit_code in closing.lock.get("missing_accepted", ())

    def is_before_today(self, moment: str) -> bool:
        """Whether something of this moment (UTC) was there before the day began."""
        return local_time(moment, self.site.zone).date() < self.today


def read_situation(site: Site, home: Home, today: date) -> Situation:
    """Read it; changes nothing. Raises ClosingTampered. `today`: a day of the authority's clock."""
    submissions, closings = read_submissions(site, home), read_closings(home)
    register = read_register(home)
    touched = {s.submission_id: s.pulled_at for s in submissions}
    touched |= {x.submission_id: x.decided_at for x in register.decisions.values()}
    unsigned: list[str] = []
    try:
        with served(home) as connection:
            behind = read_behind(connection, site, submissions, closings)
            unsigned = open_months(connection, closings)
        is_served = True
    except NothingServed:
        accepted = (s.submission_id for s in submissions if s.status == "accepted")
        is_served, behind = False, Behind(submissions=frozenset(accepted))
    return Situation(
        site=site,
        home=home,
        today=today,
        submissions=submissions,
        closings=closings,
        is_served=is_served,
        behind=behind,
        unsigned=unsigned,
        touched=touched,
    )


def open_events(now: Situation) -> list[Event]:
    """Everything that is past its day or waits for a person, by cause, unit and month; all `new`."""
    found = [*_not_sent(now), *_files(now), *_behind(now), *_not_closed(now)]
    return sorted(found, key=lambda event: event.place)


def what_became(now: Situation, event: Event) -> str:
    """Why an event is no longer there, in Vietnamese."""
    if event.kind in ("rejected", "held"):
        return _became_of_file(now, event)
    if event.kind == "behind":
        return text("notice.became_published")
    assert event.period is not None  # noqa: S101 - all kinds below are about a month
    if event.kind == "not_closed":
        if closing_in_force(now.closings, event.period):
            return text("notice.became_closed")
        is_waiting = event.period in now.unsigned
        return text("notice.became_not_first" if is_waiting else "notice.became_not_served")
    feed = next(feed for feed, kind in _OF_FEED.items() if kind == event.kind)
    sent = _sent(now, event.unit_code or "", feed, event.period)
    if sent:
        return text("notice.became_sent", file=sent[-1].file_name)
    is_signed = now.accepts_missing(event.unit_code or "", event.period)
    return text("notice.became_signed_without" if is_signed else "notice.became_not_asked")


def not_sent_by_unit(now: Situation) -> dict[str, list[Event]]:
    """What each unit has not sent by its day, by month; units that have sent everything are not there."""
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in sorted(_not_sent(now), key=lambda event: event.place):
        found[event.unit_code or ""].append(event)
    return dict(found)


def _not_sent(now: Situation) -> Iterator[Event]:
    """Months asked for as `ingestion.pull` looks back, each from the day after it was due."""
    newest = previous_period(period_of(now.today))
    first = max(now.site.first_period, add_months(newest, -now.site.pull.lookback_months))
    for period in months_between(first, newest):
        of_month = now.by_month.get(period, [])
        for source in missing_sources(now.site, of_month, period):
            due = source.due_on(period)
            if now.today <= due:
                continue
            if source.feed == "cases" and now.accepts_missing(source.unit, period):
                continue
            yield _not_sent_event(now, source, period, due)


def _not_sent_event(now: Situation, source: Source, period: str, due: date) -> Event:
    kind = _OF_FEED[source.feed]
    refused = _sent(now, source.unit, source.feed, period)
    values = {"due": day_text(due), "days": (now.today - due).days}
    detail = text("notice.late", **values)
    if refused:
        detail = text("notice.late_refused", file=refused[-1].file_name, **values)
    return Event(
        key=f"{kind}:{source.unit}:{period}",
        kind=kind,
        period=period,
        unit_code=source.unit,
        unit_name=now.unit_name(source.unit, period),
        detail=detail,
        todo=text(f"notice.todo_{kind}", month=month_text(period)),
        since=now.today,
    )


def _sent(now: Situation, unit_code: str, feed: Feed, period: str) -> list[Submission]:
    of_month = now.by_month.get(period, [])
    return [s for s in of_month if s.unit_code == unit_code and s.feed == feed]


def _files(now: Situation) -> Iterator[Event]:
    """Rejected files that nothing followed, and files that wait for a decision."""
    for s in open_problems(now.submissions):
        kind: Kind = "held" if s.status == "held" else "rejected"
        said = [*s.hold_reasons, *(m.text for m in s.messages), text("notice.no_reason")]
        yield Event(
            key=f"{kind}:{s.submission_id}",
            kind=kind,
            period=s.period,
            unit_code=s.unit_code,
            unit_name=now.unit_name(s.unit_code, s.period),
            detail=text(
                "notice.file", submission=s.submission_id, file=s.file_name, reason=said[0]
            ),
            todo=_todo_of_file(now, s),
            since=now.today,
            submission_id=s.submission_id,
        )


def _todo_of_file(now: Situation, s: Submission) -> str:
    if s.status == "held":
        places = places_of(now.site, now.home)
        return text("notice.todo_held", submission=s.submission_id, places=places)
    if s.is_unread:
        return text("notice.todo_our_defect")
    book = pack_path(now.home, s.unit_code, s.period)
    return text("notice.todo_rejected", file=book.relative_to(now.home.root))


def _became_of_file(now: Situation, event: Event) -> str:
    s = now.by_id.get(event.submission_id or "")
    if s is None:
        return text("notice.became_gone")
    if any(m.code == "refused" for m in s.messages):
        return text("notice.became_refused", file=s.file_name)
    later = [
        x
        for x in _sent(now, s.unit_code, s.feed, s.period)
        if x.status == "accepted" and x.receipt_seq > s.receipt_seq
    ]
    if s.status == "rejected" and later:
        return text("notice.became_answered", file=later[-1].file_name)
    return text(f"notice.became_{s.status}", file=s.file_name)


def _behind(now: Situation) -> Iterator[Event]:
    """One event for the whole authority, whatever is behind: one new run mends all of it.

    What came today is left out: the run that takes it in may still be at work, and one that fails is told
    by Airflow at once.
    """
    waiting = sorted(
        i
        for i in now.behind.submissions
        if i not in now.touched or now.is_before_today(now.touched[i])
    )
    said = []
    if waiting and now.is_served:
        shown = ", ".join(waiting[:_NAMED]) + (" …" if len(waiting) > _NAMED else "")
        said.append(text("notice.behind_files", count=len(waiting), submissions=shown))
    elif waiting:
        said.append(text("notice.behind_nothing_served", count=len(waiting)))
    if now.behind.site:
        said.append(text("notice.behind_site"))
    moved = [c for c in now.closings if c.period in now.behind.closings]
    signed = sorted({c.period for c in moved if now.is_before_today(c.reopened_at or c.closed_at)})
    if signed:
        months = ", ".join(map(month_text, signed))
        said.append(text("notice.behind_closings", months=months))
    if not said:
        return
    accepted = [s.period for s in now.submissions if s.status == "accepted" and s.feed == "cases"]
    newest = max(accepted, default=now.site.first_period)
    places = places_of(now.site, now.home)
    yield _of_authority(
        now,
        "behind",
        None,
        "; ".join(said),
        text("notice.todo_behind", period=newest, places=places),
    )


def _not_closed(now: Situation) -> Iterator[Event]:
    """The first month served that is not signed, once its day is past: only that one can be signed."""
    if not now.unsigned:
        return
    period, *later = now.unsigned
    day = (last_day(period) + timedelta(days=1)).replace(day=now.site.operations.close_day)
    if now.today <= day:
        return
    key = "notice.not_closed_more" if later else "notice.not_closed"
    detail = text(key, due=day_text(day), days=(now.today - day).days, count=len(later))
    todo = text("notice.todo_not_closed", period=period, places=places_of(now.site, now.home))
    yield _of_authority(now, "not_closed", period, detail, todo)


def _of_authority(now: Situation, kind: Kind, period: str | None, detail: str, todo: str) -> Event:
    return Event(
        key=f"{kind}:{period}" if period else kind,
        kind=kind,
        period=period,
        unit_code=None,
        unit_name=now.site.authority.name,
        detail=detail,
        todo=todo,
        since=now.today,
    )


def day_text(day: date) -> str:
    """A day as Vietnamese readers write it."""
    return day.strftime("%d/%m/%Y")


def month_text(period: str) -> str:
    """A month as Vietnamese readers write it: 12/2024."""
    return f"{period[5:]}/{period[:4]}"
