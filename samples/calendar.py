"""Months, working days and date texts of the generator.

Days are proleptic Gregorian ordinals (``date.toordinal``) and months are ``year * 12 + month - 1``:
plain integers keep a million rows cheap.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from functools import cache

EXCEL_EPOCH = date(1899, 12, 30).toordinal()

# Public holidays with a fixed date: 01/01, 30/4, 01/5, 02/9 and the day beside it.
_FIXED_HOLIDAYS = {(1, 1), (4, 30), (5, 1), (9, 2), (9, 3)}
# Tết and the Hùng Kings' day move with the moon. Only the demo's years are listed: elsewhere a
# due date falls a few days early, which no figure of the truth depends on.
_MOVING_HOLIDAYS = {
    *(date(2024, 2, day) for day in range(8, 15)),
    date(2024, 4, 18),
    *(date(2025, 1, day) for day in range(27, 32)),
    date(2025, 4, 7),
}


def parse_month(text: str) -> int:
    """Month number of ``YYYY-MM``. Raises ValueError when the text is anything else."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
    if match is None:
        raise ValueError(f"{text!r} is not a month in the form YYYY-MM")
    return int(match[1]) * 12 + int(match[2]) - 1


def month_text(month: int) -> str:
    """``YYYY-MM`` of a month number."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


@cache
def first_day(month: int) -> int:
    """Ordinal of the first day of a month."""
    return date(month // 12, month % 12 + 1, 1).toordinal()


def last_day(month: int) -> int:
    """Ordinal of the last day of a month."""
    return first_day(month + 1) - 1


@cache
def month_of(day: int) -> int:
    """Month number an ordinal falls in."""
    when = date.fromordinal(day)
    return when.year * 12 + when.month - 1


@cache
def reporting_month(day: int, starts: int) -> int:
    """Month a day is reported in: months begin on the 1st, or (15) on the 15th of the month before."""
    when = date.fromordinal(day)
    return when.year * 12 + when.month - 1 + (1 if 1 < starts <= when.day else 0)


def reporting_month_end(month: int, starts: int) -> int:
    """Ordinal of the last day of a reporting month: the day before it starts anew."""
    return last_day(month) if starts == 1 else first_day(month) + starts - 2


@cache
def dmy(day: int) -> str:
    """``dd/mm/yyyy``, the way Vietnamese exports write a day."""
    when = date.fromordinal(day)
    return f"{when.day:02d}/{when.month:02d}/{when.year:04d}"


@cache
def compact(day: int) -> str:
    """``yyyymmdd``, the way the national sync payload writes a day."""
    return date.fromordinal(day).strftime("%Y%m%d")


def clock(minute: int) -> str:
    """``HH:MM`` of a minute of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


class WorkingDays:
    """Working days between two ordinals (both inclusive)."""

    def __init__(self, first: int, last: int) -> None:
        """List the working days of the span."""
        self._days = [day for day in range(first, last + 1) if _is_working(day)]

    def add(self, day: int, count: int) -> int:
        """The day ``count`` working days after ``day``; count 0 gives the working day at or before.

        Raises IndexError when the answer lies outside the calendar.
        """
        return self._days[bisect_right(self._days, day) - 1 + count]

    def within(self, first: int, last: int) -> list[int]:
        """Working days of a span, both ends inclusive."""
        return self._days[bisect_right(self._days, first - 1) : bisect_right(self._days, last)]


def _is_working(day: int) -> bool:
    when = date.fromordinal(day)
    return (
        when.weekday() < 5
        and (when.month, when.day) not in _FIXED_HOLIDAYS
        and when not in _MOVING_HOLIDAYS
    )
