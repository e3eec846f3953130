"""Periods are calendar months written ``YYYY-MM``: plain text that sorts in time order."""

import re
from datetime import date, timedelta

from ingestion.messages import text

_PERIOD = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_FIRST_YEAR = 1990


class PeriodError(ValueError):
    """A text that is not a month ``YYYY-MM``; its message is for the user (Vietnamese)."""


def parse_period(value: str) -> str:
    """Return ``value`` when it is a month ``YYYY-MM`` from 1990 on, else raise `PeriodError`."""
    match = _PERIOD.fullmatch(value.strip())
    if match is None or int(match[1]) < _FIRST_YEAR:
        raise PeriodError(text("intake.bad_period", value=value))
    return match[0]


def period_of(day: date) -> str:
    """Return the month that holds ``day``."""
    return f"{day.year:04d}-{day.month:02d}"


def add_months(period: str, months: int) -> str:
    """Return the month ``months`` later (earlier when negative)."""
    year, month = divmod(_index(period) + months, 12)
    return f"{year:04d}-{month + 1:02d}"


def next_period(period: str) -> str:
    """Return the month after ``period``."""
    return add_months(period, 1)


def previous_period(period: str) -> str:
    """Return the month before ``period``."""
    return add_months(period, -1)


def months_between(first: str, last: str) -> list[str]:
    """Return all months from ``first`` to ``last``, both included; empty when first > last."""
    return [add_months(first, n) for n in range(_index(last) - _index(first) + 1)]


def first_day(period: str) -> date:
    """Return the first day of the month."""
    parsed = parse_period(period)
    return date(int(parsed[:4]), int(parsed[5:]), 1)


def last_day(period: str) -> date:
    """Return the last day of the month."""
    return first_day(next_period(period)) - timedelta(days=1)


def _index(period: str) -> int:
    parsed = parse_period(period)
    return int(parsed[:4]) * 12 + int(parsed[5:]) - 1
