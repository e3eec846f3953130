"""Signed months on disk: `closings/<period>/vN/` and the month's log. Read here, never edited (design §3.5).

The log has three kinds of lines: `closing` (about to be renamed into place, with the hash of its
lock), `closed` (it is there) and `reopened`. A version counts when its folder is there and its lock
has the hash of its last `closing` line; one that has a `closed` line and no folder was deleted.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ingestion.home import Home
from ingestion.log import Log
from ingestion.messages import text
from ingestion.periods import parse_period

LOCK = "lock.json"
_VERSION = re.compile(r"v([1-9]\d*)")
Status = Literal["in_force", "reopened", "superseded"]


class ClosingTampered(Exception):
    """A signed month on disk is not what was signed; the Vietnamese text names the file."""


@dataclass(frozen=True)
class Closing:
    """One version of a signed month.

    status: `in_force`; `reopened` (the month is provisional again); `superseded` by a later version.
    shaken_by: earlier months that it stands on and that were reopened or signed anew since.
    """

    period: str
    version: int
    closed_by: str
    closed_at: str
    reason: str
    status: Status
    lock_sha256: str
    folder: Path
    lock: dict[str, Any]
    reopened_by: str | None = None
    reopened_at: str | None = None
    reopen_reason: str | None = None
    shaken_by: tuple[str, ...] = ()

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """`schema.table` -> rows and content hash of each frozen table."""
        found: dict[str, dict[str, Any]] = self.lock["tables"]
        return found

    def table_path(self, table: str) -> Path:
        """The frozen rows of a table."""
        return self.folder / table_file(table)


def table_file(table: str) -> str:
    """Where a frozen table lies in its closing: `mart/<table>.parquet`, all else in `evidence`."""
    folder = "mart" if table.startswith("mart.") else "evidence"
    return f"{folder}/{table}.parquet"


def closing_log(home: Home, period: str) -> Log:
    """The log of one month's closings."""
    return Log(home.closings / parse_period(period) / "log.jsonl")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def read_closings(home: Home) -> list[Closing]:
    """Every version of every signed month, by month and version.

    Reads locks only; `check_files` looks at the frozen tables. Raises ClosingTampered where a lock is
    missing or is not the one that was signed.
    """
    found: list[Closing] = []
    for folder in sorted(home.closings.glob("????-??")):
        found += _read_month(home, folder.name)
    current = {c.period: c for c in found if c.status == "in_force"}
    return [replace(c, shaken_by=_shaken_by(c, current)) for c in found]


def closing_in_force(closings: Sequence[Closing], period: str) -> Closing | None:
    """The closing that stands for a month, if it is signed and was not reopened."""
    return next((c for c in closings if c.period == period and c.status == "in_force"), None)


def _read_month(home: Home, period: str) -> list[Closing]:
    entries = closing_log(home, period).read()
    announced = {e["version"]: e for e in entries if e["kind"] == "closing"}
    confirmed = {e["version"] for e in entries if e["kind"] == "closed"}
    reopened = {e["version"]: e for e in entries if e["kind"] == "reopened"}
    there = _versions(home.closings / period)
    unknown = there - announced.keys()
    gone = confirmed - there
    if unknown or gone:
        version = min(unknown | gone)
        key = "closing.unknown_version" if unknown else "closing.version_gone"
        raise ClosingTampered(text(key, period=period, version=version, folder=home.closings))
    counted = sorted(there & announced.keys())
    closings = []
    for version in counted:
        folder = home.closings / period / f"v{version}"
        lock_sha256 = announced[version]["lock_sha256"]
        lock = _read_lock(folder, lock_sha256)
        undone = reopened.get(version)
        status: Status = "reopened" if undone else "in_force"
        if version != counted[-1]:
            status = "superseded"
        closings.append(
            Closing(
                period=period,
                version=version,
                closed_by=lock["closed_by"],
                closed_at=lock["closed_at"],
                reason=lock["reason"],
                status=status,
                lock_sha256=lock_sha256,
                folder=folder,
                lock=lock,
                reopened_by=undone["by"] if undone else None,
                reopened_at=undone["at"] if undone else None,
                reopen_reason=undone["reason"] if undone else None,
            )
        )
    return closings


def _versions(folder: Path) -> set[int]:
    matches = (_VERSION.fullmatch(path.name) for path in folder.iterdir() if path.is_dir())
    return {int(match[1]) for match in matches if match}


def _read_lock(folder: Path, lock_sha256: str) -> dict[str, Any]:
    path = folder / LOCK
    if not path.is_file():
        raise ClosingTampered(text("closing.file_gone", path=path))
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != lock_sha256:
        raise ClosingTampered(text("closing.file_changed", path=path))
    lock: dict[str, Any] = json.loads(content)
    return lock


def _shaken_by(closing: Closing, current: dict[str, Closing]) -> tuple[str, ...]:
    """Months below this closing that are not signed as they were when it was."""
    stands_on = closing.lock["stands_on"]
    return tuple(
        below["period"]
        for below in stands_on
        if below["period"] not in current
        or current[below["period"]].lock_sha256 != below["lock_sha256"]
    )


def check_files(closing: Closing) -> None:
    """Raise ClosingTampered when a file of the closing is missing, changed or was added."""
    expected: dict[str, str] = closing.lock["files"]
    there = {
        path.relative_to(closing.folder).as_posix()
        for path in closing.folder.rglob("*")
        if path.is_file()
    }
    added = there - expected.keys() - {LOCK}
    if added:
        raise ClosingTampered(text("closing.file_added", path=closing.folder / min(added)))
    for name, digest in expected.items():
        path = closing.folder / name
        if not path.is_file():
            raise ClosingTampered(text("closing.file_gone", path=path))
        if sha256_of(path) != digest:
            raise ClosingTampered(text("closing.file_changed", path=path))
