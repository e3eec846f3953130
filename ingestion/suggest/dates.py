"""Dates as files write them: which order of day, month and year the cells prove."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

Order = Literal["dmy", "mdy", "ymd"]
_MARKED = re.compile(r"(?<!\d)(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4}|\d{6})?")
_YEARS = range(1900, 2100)
_MONTHS = 12


@dataclass(frozen=True)
class WrittenDate:
    """``parts`` as they stand from left to right; form ``cell`` is a date of the workbook itself."""

    form: Literal["cell", "year_first", "year_last", "year_short"]
    parts: tuple[int, int, int]

    def day(self, order: str) -> date | None:
        """Return the day under an order, None where there is no such day."""
        one, two, three = self.parts
        if self.form in ("cell", "year_first"):
            year, month, day = one, two, three
        else:
            year = three + 2000 if self.form == "year_short" else three
            day, month = (two, one) if order == "mdy" else (one, two)
        try:
            return date(year, month, day)
        except ValueError:
            return None


@lru_cache(maxsize=65536)
def read_written(shown: str) -> WrittenDate | None:
    """Return what a text says as a date, or None. Nothing is decided about its order."""
    compact = _COMPACT.fullmatch(shown)
    if compact:
        written = WrittenDate("year_first", (int(compact[1]), int(compact[2]), int(compact[3])))
        return written if written.parts[0] in _YEARS and written.day("ymd") else None
    match = _MARKED.search(shown)
    if match is None:
        return None
    one, two, three = (int(part) for part in match.groups())
    if len(match[1]) == 4:
        return WrittenDate("year_first", (one, two, three)) if one in _YEARS else None
    if len(match[3]) == 4:
        return WrittenDate("year_last", (one, two, three)) if three in _YEARS else None
    if len(match[3]) == 2 and len(match[1]) <= 2:
        return WrittenDate("year_short", (one, two, three))
    return None


@dataclass(frozen=True)
class DateOrder:
    """The orders found. ``proven``: some date can be read in this order only, none in another.

    ``counts``: written forms and what proves day or month first, for the person who decides.
    """

    orders: tuple[Order, ...]
    proven: bool
    two_digit_years: bool
    day_first: int
    month_first: int


def find_order(dates: Iterable[WrittenDate]) -> DateOrder:
    """Tell the order of all date cells of a file: a day above 12 proves where the day stands."""
    day_first = month_first = undecided = year_first = short = 0
    for written in dates:
        one, two, _ = written.parts
        year_first += written.form == "year_first"
        short += written.form == "year_short"
        if written.form in ("year_last", "year_short"):
            day_first += one > _MONTHS >= two
            month_first += two > _MONTHS >= one
            undecided += one <= _MONTHS and two <= _MONTHS
    orders: list[Order] = []
    if day_first or month_first or undecided or not year_first:
        orders.append("mdy" if month_first > day_first else "dmy")
    if year_first:
        orders.append("ymd")
    is_clear = min(day_first, month_first) <= 0.01 * max(day_first, month_first)
    proven = is_clear and (day_first + month_first > 0 or not undecided)
    return DateOrder(tuple(orders), proven, short > 0, day_first, month_first)
