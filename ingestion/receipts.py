"""The register: what came in and what people decided, one append-only log per period (design §3).

Three kinds of lines: ``receipt``; ``decision`` on a receipt of the same log; and ``moved_in``,
which gives a receipt of another period its place in the order of this one. A ``moved_in`` line
counts only once the decision that caused it stands in the other log, so a crash between the two
does no harm.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from ingestion.home import Home
from ingestion.layouts import NAME
from ingestion.log import Log
from ingestion.messages import text
from ingestion.periods import parse_period
from ingestion.sources import Feed

Mode = Literal["replace", "supplement"]
Verdict = Literal["accept", "refuse"]
MODES: tuple[Mode, ...] = ("replace", "supplement")
VERDICTS: tuple[Verdict, ...] = ("accept", "refuse")
_NAME = re.compile(NAME)


class RegisterError(Exception):
    """A receipt or decision that cannot be written; its message is for the user (Vietnamese)."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One file as received. ``submission_id`` is ``<period>.<unit>.<revision>``."""

    submission_id: str
    unit: str
    period: str
    mode: Mode
    uri: str
    file_name: str
    bytes: int
    sha256: str
    pulled_at: str
    feed: Feed = "cases"

    def path(self, home: Home) -> Path:
        """Where the original bytes lie."""
        return home.landing / self.unit / self.period / self.sha256 / self.file_name


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file before it has its number in the register."""

    unit: str
    period: str
    mode: Mode
    uri: str
    file_name: str
    bytes: int
    sha256: str
    feed: Feed = "cases"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on a submission; ``period`` and ``mode`` are None when unchanged."""

    submission_id: str
    verdict: Verdict
    period: str | None
    mode: Mode | None
    by: str
    reason: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Register:
    """All logs together. ``places``: (submission_id, period) -> line in that period's log."""

    receipts: dict[str, Receipt]
    decisions: dict[str, Decision]
    places: dict[tuple[str, str], int]


def check_name(value: str) -> str:
    """Return a code that may become part of a path, else raise `RegisterError`."""
    if not _NAME.fullmatch(value):
        raise RegisterError(text("intake.bad_name", value=value))
    return value


def now() -> str:
    """Return the present moment as UTC text, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_time(moment: datetime | str, zone: ZoneInfo) -> datetime:
    """A moment on the authority's clock, without zone (a workbook knows none).

    Times without a zone are UTC, as the register writes them.
    """
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return aware.astimezone(zone).replace(tzinfo=None, microsecond=0)


def period_log(home: Home, period: str) -> Log:
    """Return the log of one period."""
    return Log(home.register / f"{parse_period(period)}.jsonl")


def read_receipts(log: Log) -> list[Receipt]:
    """Return the receipts of one log, in their order."""
    return [_receipt(entry) for entry in log.read() if entry["kind"] == "receipt"]


def read_decisions(log: Log) -> dict[str, Decision]:
    """Return the last decision on each submission of one log."""
    entries = (entry for entry in log.read() if entry["kind"] == "decision")
    return {entry["submission_id"]: _decision(entry) for entry in entries}


def read_register(home: Home) -> Register:
    """Read all logs of a home; what is not there yet is empty."""
    register = Register({}, {}, {})
    for path in sorted(home.register.glob("*.jsonl")):
        period = path.stem
        log = Log(path)
        for line, entry in enumerate(log.read(), start=1):
            kind, submission_id = entry["kind"], entry["submission_id"]
            if kind == "receipt":
                register.receipts[submission_id] = _receipt(entry)
            elif kind == "decision":
                register.decisions[submission_id] = _decision(entry)
                continue
            register.places.setdefault((submission_id, period), line)
    return register


def append_receipt(
    home: Home,
    arrival: Arrival,
    *,
    log: Log | None = None,
    unless: Callable[[list[Receipt]], Receipt | None] = lambda _earlier: None,
) -> tuple[Receipt, bool]:
    """Register a file that lies in the landing folder; return its receipt and True.

    ``unless`` sees the earlier receipts of the unit and feed in this period, under the lock; the receipt it
    returns is given back with False, and nothing is written.
    """
    check_name(arrival.unit)
    log = log or period_log(home, arrival.period)
    with log.locked():
        entries = (entry for entry in log.read() if entry["kind"] == "receipt")
        earlier = [_receipt(entry) for entry in entries if entry["unit"] == arrival.unit]
        same = unless([receipt for receipt in earlier if receipt.feed == arrival.feed])
        if same is not None:
            return same, False
        receipt = Receipt(
            submission_id=f"{arrival.period}.{arrival.unit}.{len(earlier) + 1}",
            **asdict(arrival),
            pulled_at=now(),
        )
        log.append({"kind": "receipt", **asdict(receipt)})
    return receipt, True


def write_decision(home: Home, receipt: Receipt, decision: Decision) -> None:
    """Append a decision to its receipt's log; a new period's log first gets the receipt's place."""
    if decision.period and decision.period != receipt.period:
        target = period_log(home, decision.period)
        with target.locked():
            moved = {"kind": "moved_in", "submission_id": receipt.submission_id}
            if moved not in target.read():
                target.append(moved)
    log = period_log(home, receipt.period)
    with log.locked():
        log.append({"kind": "decision", **asdict(decision)})


def _receipt(entry: dict[str, object]) -> Receipt:
    return Receipt(**{key: value for key, value in entry.items() if key != "kind"})  # type: ignore[arg-type]


def _decision(entry: dict[str, object]) -> Decision:
    return Decision(**{key: value for key, value in entry.items() if key != "kind"})  # type: ignore[arg-type]
