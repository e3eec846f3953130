"""What reading a file gave: one line per file read, kept beside the raw rows of its period."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ingestion.home import Home
from ingestion.layouts import Layout
from ingestion.log import Log

DECODER_VERSION = 2
"""Raise it when the readers give other rows for the same bytes; everything is then read again."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something a unit must know about its file; ``text`` is Vietnamese and complete."""

    code: str
    text: str
    sheet: str | None = None
    cell: str | None = None
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """Where a canonical column stands in a file; ``index`` is 0-based from column A."""

    label: str
    index: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """One manifest line. Row counts are of the sheets read; titles themselves are not kept.

    ``failed``: our own reader broke down on the file; it is tried again at the next decode.
    """

    decode_id: str
    submission_id: str
    outcome: Literal["decoded", "rejected", "failed"]
    layout: str | None = None
    batch: str | None = None
    rows_read: int = 0
    rows_ignored: int = 0
    rows_data: int = 0
    stated_total: int | None = None
    export_kind: str | None = None
    absent: tuple[str, ...] = ()
    columns: dict[str, ColumnFound] = field(default_factory=dict)
    title_periods: tuple[str, ...] = ()
    is_title_supplement: bool = False
    messages: tuple[Message, ...] = ()


def decode_key(submission_id: str, sha256: str, layouts: Sequence[Layout]) -> str:
    """Return the id of reading these bytes by these layouts with this decoder.

    It holds the submission too: a file that comes a second time gives rows of its own.
    """
    parts = [submission_id, sha256, str(DECODER_VERSION), *(x.digest for x in layouts)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


def manifest_log(home: Home, period: str) -> Log:
    """Return the manifest of one period (the period under which files were received)."""
    return Log(home.raw / f"period={period}" / "manifest.jsonl")


def read_manifest(home: Home, period: str) -> dict[str, Decoded]:
    """Return the manifest lines of one period by ``decode_id``; of repeated ids the first.

    A line that says ``failed`` gives way to any later one.
    """
    lines: dict[str, Decoded] = {}
    for entry in manifest_log(home, period).read():
        known = lines.get(entry["decode_id"])
        if known is None or known.outcome == "failed":
            lines[entry["decode_id"]] = _decoded(entry)
    return lines


def append_manifest(home: Home, period: str, lines: Iterable[Decoded]) -> None:
    """Append manifest lines in one durable write."""
    log = manifest_log(home, period)
    with log.locked():
        log.append(*(asdict(line) for line in lines))


def _decoded(entry: dict[str, Any]) -> Decoded:
    return Decoded(
        **{
            **entry,
            "absent": tuple(entry["absent"]),
            "title_periods": tuple(entry["title_periods"]),
            "messages": tuple(Message(**message) for message in entry["messages"]),
            "columns": {name: ColumnFound(**found) for name, found in entry["columns"].items()},
        }
    )
