"""What reading a file gave: one line per file read, kept beside the raw rows of its period."""

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from ingestion.home import Home
from ingestion.log import Log
from ingestion.masking import masked_file_name, masked_sentence

DECODER_VERSION = 4
"""Raise it when the readers give other rows for the same bytes; everything is then read again."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something a unit must know about its file; ``text`` is Vietnamese and complete.

    What it quotes of the file (a label, a sheet, a value) shows no personal data: where a header is
    missing, the words in its place are people's.
    """

    code: str
    text: str
    sheet: str | None = None
    cell: str | None = None
    column: str | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        for name in ("text", "column", "value"):
            said = getattr(self, name)
            if said is not None:
                object.__setattr__(self, name, masked_sentence(said))
        if self.sheet is not None:
            object.__setattr__(self, "sheet", masked_file_name(self.sheet))


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """Where a canonical column stands in a file; ``index`` is 0-based from column A."""

    label: str
    index: int


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """A number of cases that a file states, and the data rows read of what it is about.

    ``scope``: what the number is about: ``file``, ``sheet``, ``group`` or ``page``. ``label``: the
    known words it was found by; never the file's own text.
    """

    sheet: str | None
    row_number: int
    cell: str
    label: str | None
    stated: int
    counted: int
    scope: str


Columns = dict[str, dict[str, ColumnFound]]
"""Sheet name (``""`` for a text file) -> canonical column -> its place."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One manifest line. Row counts are of the sheets read; titles themselves are not kept.

    ``stated_total``: the number of cases stated for the whole file; ``stated_totals``: every stated
    number. ``date_system``: the year, 1900 or 1904, from which numbers count that are dates.
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
    columns: Columns = field(default_factory=dict)
    stated_totals: tuple[StatedTotal, ...] = ()
    date_system: int = 1900
    title_periods: tuple[str, ...] = ()
    title_units: tuple[str, ...] = ()
    is_title_supplement: bool = False
    messages: tuple[Message, ...] = ()


class HasDigest(Protocol):
    """What decides how a file is read: a layout, or the definitions of all registers."""

    @property
    def digest(self) -> str: ...


def decode_key(
    submission_id: str,
    sha256: str,
    layouts: Sequence[HasDigest],
    period: str | None = None,
    known_units: AbstractSet[str] = frozenset(),
) -> str:
    """Return the id of reading these bytes by these layouts (or definitions) with this decoder.

    It holds the submission too: a file that comes a second time gives rows of its own. ``period``:
    the file's month, where it decides which rows are read (a decision may change it).
    ``known_units``: the units whose names are not masked though they look like people's.
    """
    parts = [submission_id, sha256, str(DECODER_VERSION), *(x.digest for x in layouts)]
    parts += [period] if period else []
    parts += sorted(known_units)
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
            "title_units": tuple(entry.get("title_units", ())),
            "messages": tuple(Message(**message) for message in entry["messages"]),
            "columns": {
                sheet: {name: ColumnFound(**found) for name, found in columns.items()}
                for sheet, columns in entry["columns"].items()
            },
            "stated_totals": tuple(StatedTotal(**total) for total in entry["stated_totals"]),
        }
    )
