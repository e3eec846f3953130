"""Domain §2 read aloud in plain Python, part one: from the cells of the files to rows that count.

Slow on purpose, written from the text of the law and never from the models. Each function is one
sentence of §2, and carries it as its docstring.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from tests.laws.oracle_dates import Moment, Settled, read_written, settle_file

NATIONAL_CODE = re.compile(
    r"^(\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(\.\d{1,3}){0,3})-\d{6}-\d{4,6}$"
)
NO_STATE = frozenset({"registered", "not_accepted"})
CLOSED = frozenset({"done", "returned", "withdrawn", "refused"})
SUSPENDED = frozenset({"supplement_requested", "payment_requested", "stopped"})
DATE_COLUMNS = ("received_at", "due_at", "completed_at", "returned_at")

Identity = tuple[str, str]


@dataclass(frozen=True)
class UnitFacts:
    """What the reference says of one unit over all its versions; `ended_on` is its last day.

    `levels`: (first month, level) of its versions, the first one from ever on.
    """

    code: str
    names: tuple[str, ...]
    ended_on: date | None = None
    successors: tuple[str, ...] = ()
    case_namespace: str | None = None
    levels: tuple[tuple[str, str], ...] = (("", "commune"),)


@dataclass(frozen=True)
class Reference:
    """A site, as far as §2 looks at it. The maps go from a cell's text to the canonical value."""

    namespace: str
    units: tuple[UnitFacts, ...]
    sectors: Mapping[str, str]
    statuses: Mapping[str, str]
    channels: Mapping[str, str]

    def unit(self, code: str) -> UnitFacts:
        """The facts of the unit with this code."""
        return next(unit for unit in self.units if unit.code == code)


@dataclass(frozen=True)
class FileRow:
    """One data row: its number in the file, and the text of each mapped column (None: blank)."""

    number: int
    cells: Mapping[str, str | None]


@dataclass(frozen=True)
class Submission:
    """An accepted file. `receipt` orders the files of one period; `absent` columns it lacks."""

    submission_id: str
    unit: str
    period: str
    receipt: int
    mode: str
    export_kind: str
    absent: frozenset[str]
    rows: tuple[FileRow, ...]


@dataclass
class Row:
    """A row of a file, read. `fate`: accepted | rejected | duplicate | ignored."""

    file: Submission
    number: int
    code: str | None
    named_unit: str | None
    unit: str | None
    identity: Identity | None
    dates: dict[str, Moment | None]
    unreadable: set[str]
    status: str | None
    sector: str | None
    channel: str
    fate: str = "accepted"
    rules: set[str] = field(default_factory=set)
    swapped: frozenset[str] = frozenset()
    is_ambiguous: bool = False


@cache
def first_day(period: str) -> date:
    """First day of a month YYYY-MM."""
    return date(int(period[:4]), int(period[5:]), 1)


@cache
def shift(period: str, months: int) -> str:
    """The month so many months later."""
    year, month = divmod(int(period[:4]) * 12 + int(period[5:]) - 1 + months, 12)
    return f"{year:04d}-{month + 1:02d}"


@cache
def last_day(period: str) -> date:
    """Last day of a month YYYY-MM."""
    return first_day(shift(period, 1)) - timedelta(days=1)


def month_of(day: date) -> str:
    """The month of a day."""
    return f"{day.year:04d}-{day.month:02d}"


def day_of_code(code: str | None) -> date | None:
    """YYMMDD of a national-format code, where it is a day."""
    if code is None or not NATIONAL_CODE.match(code):
        return None
    written = code.split("-")[-2]
    try:
        return date(2000 + int(written[:2]), int(written[2:4]), int(written[4:]))
    except ValueError:
        return None


def ended_before(unit: UnitFacts, period: str) -> bool:
    """Mergers take effect on the first of a month: ended before a month is ended before its first day."""
    return unit.ended_on is not None and unit.ended_on < first_day(period)


def unit_of_row(reference: Reference, named: str, sender: str, period: str) -> str:
    """A row of a unit that ended before its declared period counts as its successor's.

    On a split that is the heir that exports it (the sender), else the first heir.
    """
    code = named
    while ended_before(reference.unit(code), period) and reference.unit(code).successors:
        heirs = reference.unit(code).successors
        code = sender if sender in heirs else heirs[0]
    return code


def own_namespace(reference: Reference, code: str) -> str:
    """The unit's `case_namespace`. A successor without its own inherits only when its predecessors
    share one, else its unit code stands."""
    unit = reference.unit(code)
    if unit.case_namespace:
        return unit.case_namespace
    predecessors = [u.code for u in reference.units if code in u.successors]
    shared = {own_namespace(reference, predecessor) for predecessor in predecessors}
    return shared.pop() if len(shared) == 1 else code


def identity_of(reference: Reference, code: str, unit: str) -> Identity:
    """(namespace, case_code): the authority's namespace for national-format codes, else the unit's."""
    if NATIONAL_CODE.match(code):
        return (reference.namespace, code)
    return (own_namespace(reference, unit), code)


def read_row(reference: Reference, file: Submission, source: FileRow, settled: Settled) -> Row:
    """A unit named in the row prevails over the sender."""
    cells = source.cells
    named_text = cells.get("unit")
    named: str | None = file.unit
    if named_text is not None:
        named = next((u.code for u in reference.units if named_text in (u.code, *u.names)), None)
    code = cells.get("case_code")
    unit = unit_of_row(reference, named, file.unit, file.period) if named else None
    return Row(
        file=file,
        number=source.number,
        code=code,
        named_unit=named,
        unit=unit,
        # A row of an unknown unit names a case too: the sender's (it may be all that is decoded of it).
        identity=identity_of(reference, code, named or file.unit) if code else None,
        dates=dict(settled.dates),
        unreadable=set(settled.unreadable),
        swapped=settled.swapped,
        is_ambiguous=settled.is_ambiguous,
        status=reference.statuses.get(cells.get("status") or ""),
        sector=reference.sectors.get(cells.get("sector") or ""),
        channel=reference.channels.get(cells.get("channel") or "", "direct"),
    )


def broken_rules(row: Row) -> set[str]:
    """Row rules, rejecting (dates compared): blank case code; unknown unit; blank received date (but
    for status 1 and 3); unreadable date; completed < received; due < received; received after the
    declared period; done, withdrawn or refused without completion date; a date that may be swapped."""
    broken = {"ambiguous_date"} if row.is_ambiguous else set()
    received, due, completed = (row.dates[c] for c in ("received_at", "due_at", "completed_at"))
    if row.code is None:
        broken.add("missing_case_code")
    if row.unit is None:
        broken.add("unknown_unit")
    blank_received = received is None and "received_at" not in row.unreadable
    if blank_received and row.status not in NO_STATE:
        broken.add("missing_received_date")
    for column in row.unreadable:
        broken.add(f"unreadable_{column.removesuffix('_at')}_date")
    if received and completed and completed.day < received.day:
        broken.add("completed_before_received")
    if received and due and due.day < received.day:
        broken.add("due_before_received")
    if received and received.day > last_day(row.file.period):
        broken.add("received_after_period")
    blank_completed = completed is None and "completed_at" not in row.unreadable
    if blank_completed and row.status in CLOSED:
        broken.add("closed_without_completion")
    return broken


def mark_duplicates(rows: Sequence[tuple[FileRow, Row]]) -> None:
    """Exact duplicates (equal mapped columns, STT ignored) go first: dropped and counted."""
    seen = set()
    for source, row in rows:
        content = tuple(sorted((k, v) for k, v in source.cells.items() if v is not None))
        if content in seen:
            row.fate = "duplicate"
        seen.add(content)


def mark_conflicts(rows: Iterable[Row]) -> None:
    """One code with differing rows in one file (all copies, even where one breaks another rule).

    A code is (namespace, case_code): the number 12 of two units in one file is two cases.
    """
    standing = [row for row in rows if row.fate != "duplicate" and row.identity is not None]
    copies = Counter(row.identity for row in standing)
    for row in standing:
        if copies[row.identity] > 1:
            row.rules.add("conflicting_rows")


def judge_file(reference: Reference, file: Submission) -> list[Row]:
    """Every row of a file with its fate: duplicates first, then the rejecting rules, then status 1
    and 3, which are no states (the ledger counts them as ignored)."""
    settled = settle_file(
        [
            (
                day_of_code(source.cells.get("case_code")),
                {column: read_written(source.cells.get(column)) for column in DATE_COLUMNS},
            )
            for source in file.rows
        ]
    )
    pairs = [
        (source, read_row(reference, file, source, dates))
        for source, dates in zip(file.rows, settled, strict=True)
    ]
    mark_duplicates(pairs)
    rows = [row for _, row in pairs]
    for row in rows:
        if row.fate != "duplicate":
            row.rules |= broken_rules(row)
    mark_conflicts(rows)
    for row in rows:
        if row.fate == "duplicate":
            continue
        if row.rules:
            row.fate = "rejected"
        elif row.status in NO_STATE:
            row.fate = "ignored"
    return rows


def is_displaced(row: Row, files: Sequence[list[Row]]) -> bool:
    """Rejected rows displace nothing; a readable file without rows displaces nothing.

    A later `replace` file of the same sender and month, with at least one accepted row, displaces
    the row, unless it holds this case only as rejected rows.
    """
    for rows in files:
        later = rows[0].file if rows else None
        if later is None or later.mode != "replace":
            continue
        if (later.unit, later.period) != (row.file.unit, row.file.period):
            continue
        if later.receipt <= row.file.receipt:
            continue
        if not any(r.fate == "accepted" for r in rows):
            continue
        fates = {r.fate for r in rows if r.identity == row.identity}
        if fates != {"rejected"}:
            return True
    return False


def standing_rows(files: Sequence[list[Row]]) -> list[Row]:
    """Rows that may be a case's state, or say that it is no case: accepted or ignored, not displaced."""
    return [
        row
        for rows in files
        for row in rows
        if row.fate in {"accepted", "ignored"}
        and row.identity is not None
        and not is_displaced(row, files)
    ]
