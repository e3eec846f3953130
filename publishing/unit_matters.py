"""What each unit is to be told: from the served file and the register, against its last mail (R12, R14)."""
# ruff: noqa: S608 - SQL is put together from our own queries

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingestion.home import Home
from ingestion.messages import text
from ingestion.periods import period_of
from ingestion.site import Site
from publishing.notice_events import Event, not_sent_by_unit, read_situation
from publishing.notices import NoticeStateError
from publishing.reminders import Reminders, read_reminders
from warehouse.served import NothingServed, Row, rows, served
from warehouse.summary import OPEN_FILES


@dataclass(frozen=True)
class _Served:
    """What the served file says of the units that are written to."""

    period: str | None = None
    reminders: dict[str, Reminders] = field(default_factory=dict)
    refused_rows: dict[str, list[Row]] = field(default_factory=dict)
    refused_files: dict[str, list[Row]] = field(default_factory=dict)
    resolved: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Mailed:
    """What a unit was told last."""

    day: date
    fingerprint: str
    cases: frozenset[str]
    has_matters: bool


@dataclass(frozen=True)
class Matters:
    """All that one unit is to be told."""

    unit_code: str
    unit_name: str
    period: str | None
    within: int
    reminders: Reminders | None
    refused_rows: list[Row]
    refused_files: list[Row]
    not_sent: list[Event]
    resolved: int

    def __bool__(self) -> bool:
        return bool(self.cases or self.refused or self.not_sent)

    @property
    def overdue(self) -> list[Row]:
        """Open cases past their due date."""
        return self.reminders.overdue if self.reminders else []

    @property
    def due_soon(self) -> list[Row]:
        """Open cases that fall due within the asked working days."""
        return self.reminders.due_soon if self.reminders else []

    @property
    def cases(self) -> list[str]:
        """Keys of all cases it is reminded of."""
        return sorted(row["case_key"] for row in (*self.overdue, *self.due_soon))

    @property
    def refused(self) -> int:
        """Rows and files that it has to mend."""
        rows_refused: int = sum(row["rows"] for row in self.refused_rows)
        return rows_refused + len(self.refused_files)

    @property
    def fingerprint(self) -> str:
        """Changes when the unit has something else to do; not with every day or publication."""
        told = {
            "overdue": sorted(row["case_key"] for row in self.overdue),
            "due_soon": sorted((row["case_key"], str(row["due_on"])) for row in self.due_soon),
            "rows": sorted((row["submission_id"], row["rows"]) for row in self.refused_rows),
            "files": sorted(row["submission_id"] for row in self.refused_files),
            "not_sent": sorted(event.key for event in self.not_sent),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def read_matters(
    site: Site, home: Home, today: date, units: Sequence[str]
) -> Iterator[tuple[Matters, Mailed | None]]:
    """What each of the units is to be told, and what it was told last, in the order asked for.

    Raises NoticeStateError, ClosingTampered.
    """
    mailed = {code: _read_mailed(home, code) for code in units}
    now = read_situation(site, home, today)
    not_sent = not_sent_by_unit(now)
    found = _read_served(site, home, mailed)
    for code, last in mailed.items():
        matters = Matters(
            unit_code=code,
            unit_name=now.unit_name(code, period_of(today)),
            period=found.period,
            within=site.reminders.due_within_days,
            reminders=found.reminders.get(code),
            refused_rows=found.refused_rows.get(code, []),
            refused_files=found.refused_files.get(code, []),
            not_sent=not_sent.get(code, []),
            resolved=found.resolved.get(code, 0),
        )
        yield matters, last


def state_path(home: Home, unit_code: str) -> Path:
    """Where it is kept what a unit was told last."""
    return home.notices / "units" / f"{unit_code}.json"


def _read_mailed(home: Home, unit_code: str) -> Mailed | None:
    path = state_path(home, unit_code)
    if not path.exists():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return Mailed(
            day=date.fromisoformat(content["day"]),
            fingerprint=content["fingerprint"],
            cases=frozenset(content["cases"]),
            has_matters=content["has_matters"],
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise NoticeStateError(text("unit_mail.state_broken", path=path)) from problem


# What the office decided not to take, and what our own reader broke down on, is not the unit's to mend.
_REFUSED_FILES = f"""
    select unit_code, period, submission_id, file_name, message from quality.load_ledger
    where status = 'rejected' and submission_id in ({OPEN_FILES})
        and submission_id not in (
            select submission_id from quality.file_messages where code = 'our_defect'
        )
    order by period desc, receipt_seq desc
"""
_REFUSED_ROWS = """
    select unit_code, period, submission_id, rows_rejected as rows from quality.load_ledger
    where is_current and rows_rejected > 0
    order by period desc, receipt_seq desc
"""
_RESOLVED = """
    select told.unit_code, count(*) as cases
    from told
    inner join core.fct_case as c on told.case_key = c.case_key
    anti join mart.mart_backlog_case as b on told.case_key = b.case_key
    group by told.unit_code
"""


def _read_served(site: Site, home: Home, mailed: dict[str, Mailed | None]) -> _Served:
    """Everything is of one served file; nothing before the first publication."""
    try:
        with served(home) as connection:
            newest = rows(connection, "select newest_period from meta.build")[0]["newest_period"]
            within = site.reminders.due_within_days
            return _Served(
                period=newest,
                reminders=read_reminders(connection, home, within),
                refused_rows=_by_unit(rows(connection, _REFUSED_ROWS)),
                refused_files=_by_unit(rows(connection, _REFUSED_FILES)),
                resolved=_resolved(connection, mailed),
            )
    except NothingServed:
        return _Served()


def _by_unit(found: Sequence[Row]) -> dict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in found:
        grouped[row["unit_code"]].append(row)
    return dict(grouped)


def _resolved(
    connection: duckdb.DuckDBPyConnection, mailed: dict[str, Mailed | None]
) -> dict[str, int]:
    """Of the cases that each unit was last told of, how many are open no more."""
    told = [(code, key) for code, last in mailed.items() if last for key in last.cases]
    connection.execute("create or replace temp table told (unit_code varchar, case_key varchar)")
    if told:
        codes, keys = zip(*told, strict=True)
        connection.execute(
            "insert into told select unnest(?), unnest(?)", [list(codes), list(keys)]
        )
    return {row["unit_code"]: row["cases"] for row in rows(connection, _RESOLVED)}
