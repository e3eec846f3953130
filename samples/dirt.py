"""What goes wrong in real exports, one kind at a time, each known to the truth.

`spoil` changes what a row says before it is rendered; `decorate` changes only how the text of a
rendered row looks, which must not change any figure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from samples import calendar
from samples.cases import CLOSED_STATUSES, Case, State

WARNING = (
    "blank_sector",
    "blank_official",
    "blank_procedure",
    "unmapped_sector",
    "unmapped_procedure",
    "unknown_status",
)
LOOKS = ("nbsp", "nfd", "old_tone", "eth", "odd_date", "blank_row", "formula")

_TONE_PAIRS = (
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("ọa", "oạ"),
    ("ủy", "uỷ"),
    ("úy", "uý"),
    ("òe", "oè"),
)
_LABELS = ("sector", "unit", "procedure", "official", "status", "channel")


@dataclass(slots=True)
class Row:
    """One data row of a file before rendering; `texts` wins over what the row would say."""

    case: Case
    received: int | None
    due: int | None
    completed: int | None
    returned: int | None
    status: str
    sector_code: str
    rules: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    look: str = ""
    copies: int = 0  # exact copies that follow
    is_ignored: bool = False


def make_row(case: Case, state: State, is_ignored: bool) -> Row:
    """The clean row of a case in a state."""
    return Row(
        case,
        state.received,
        state.due,
        state.completed,
        state.returned,
        state.status,
        case.procedure.sector_code,
        is_ignored=is_ignored,
    )


@dataclass(frozen=True)
class Setting:
    """What a file is like, as far as dirt depends on it."""

    month: int
    has_unit: bool
    compact_dates: bool


def spoil(row: Row, setting: Setting, rng: Random) -> None:
    """Draw one kind of dirt and put it into a row, where that kind can apply to it.

    A kind that cannot apply (a completion before reception in an open case) leaves the row clean.
    """
    kind = KINDS[int(rng.random() * len(KINDS))]
    if kind in REJECTING:
        if row.received is not None and _BREAKS[kind](row, row.received, setting):
            row.rules.append(kind)
    elif kind in WARNING:
        if _blur(row, kind):
            row.warnings.append(kind)
    elif kind == "duplicate":
        row.copies = 1
    else:
        row.look = kind


def _no_code(row: Row, _received: int, _setting: Setting) -> bool:
    row.texts["case_code"] = ""
    return True


def _wrong_unit(row: Row, _received: int, setting: Setting) -> bool:
    row.texts["unit"] = "UBND phường Không Có Thật"
    return setting.has_unit


def _no_received(row: Row, _received: int, _setting: Setting) -> bool:
    row.texts["received_at"] = ""
    return True


def _impossible_date(row: Row, _received: int, setting: Setting) -> bool:
    column = "due_at" if row.case.person % 3 == 0 else "received_at"
    year = setting.month // 12
    row.texts[column] = f"{year}0231083000" if setting.compact_dates else f"31/02/{year}"
    return True


def _early_completion(row: Row, received: int, _setting: Setting) -> bool:
    if row.completed is None:
        return False
    row.completed = received - 1 - row.case.person % 4
    return True


def _early_due(row: Row, received: int, _setting: Setting) -> bool:
    if row.due is None:
        return False
    row.due = received - 1 - row.case.person % 9
    return True


def _received_later(row: Row, _received: int, setting: Setting) -> bool:
    if row.completed is not None:
        return False
    row.received = calendar.last_day(setting.month) + 1 + row.case.person % 5
    # The due date moves along: this row is to break one rule only.
    row.due = None if row.due is None else row.received + 10
    return True


def _no_completion(row: Row, _received: int, _setting: Setting) -> bool:
    if row.status not in CLOSED_STATUSES:
        return False
    row.completed = row.returned = None
    return True


def _two_rows(_row: Row, _received: int, _setting: Setting) -> bool:
    return True  # the second row is made where the file is built


_BREAKS: dict[str, Callable[[Row, int, Setting], bool]] = {
    "missing_case_code": _no_code,
    "unknown_unit": _wrong_unit,
    "missing_received_date": _no_received,
    "unreadable_date": _impossible_date,
    "completed_before_received": _early_completion,
    "due_before_received": _early_due,
    "received_after_period": _received_later,
    "closed_without_completion": _no_completion,
    "conflicting_rows": _two_rows,
}
REJECTING = tuple(_BREAKS)
KINDS = (*REJECTING, *WARNING, *LOOKS, "duplicate", "duplicate")


def _blur(row: Row, kind: str) -> bool:
    if kind == "blank_sector":
        row.sector_code = ""
    elif kind == "blank_official":
        row.texts.update(official="", official_code="")
    elif kind == "blank_procedure":
        row.texts.update(procedure="", procedure_code="")
    elif kind == "unmapped_sector":
        row.sector_code = ""
        row.texts.update(sector="Lĩnh vực chưa phân loại", sector_code="G99-ZZ99")
    elif kind == "unmapped_procedure":
        row.texts.update(procedure="Thủ tục chưa công bố", procedure_code="8.888888")
    else:
        if row.status not in ("accepted", "processing", "done", "returned"):
            return False
        # Neither suspended nor an end of its own: the dates alone decide how the case counts.
        row.status = "unknown"
        row.texts["status"] = "Chuyển xử lý nội bộ"
    return True


def decorate(cells: dict[str, str | float], look: str, received_minute: int) -> None:
    """Change the look of a rendered row in place: the values stay the same to a careful reader."""
    if look == "odd_date":
        received = cells["received_at"]
        # Only day/month/year texts and Excel days have a second way of writing.
        if isinstance(received, float):
            day = int(received) + calendar.EXCEL_EPOCH
            cells["received_at"] = f"{calendar.clock(received_minute)} {calendar.dmy(day)}"
        elif "/" in received:
            date_text, _, time_text = received.partition(" ")
            cells["received_at"] = f"{time_text}:00 {date_text}" if time_text else f" {date_text}"
        return
    if look == "formula":
        if cells.get("official"):
            sign = "=" if received_minute % 2 else "+"
            cells["official"] = f"{sign}{cells['official']}"
        return
    for name in _LABELS:
        value = cells.get(name)
        if isinstance(value, str) and value:
            cells[name] = _restyle(value, look)
    code = cells.get("sector_code")
    if look == "eth" and isinstance(code, str):
        cells["sector_code"] = code.replace("Đ", "Ð")


def _restyle(text: str, look: str) -> str:
    if look == "nbsp":
        return text.replace(" ", "\u00a0", 1)
    if look == "nfd":
        return unicodedata.normalize("NFD", text)
    if look == "eth":
        return text.replace("Đ", "Ð")
    if look == "old_tone":
        for new, old in _TONE_PAIRS:
            text = text.replace(new, old)
    return text
