"""The working calendar the models start from: holidays of Viet Nam, the site's own days and quiet time."""

from datetime import date
from functools import lru_cache

import duckdb

from ingestion.site import Site

_NOT_UPDATED = (
    "policy_name varchar, pending_states varchar, quiet_working_days bigint, of_states varchar"
)
_DAY = "date_on date, is_working boolean, day_name varchar"
_FIRST_YEAR = 1990
"""The first year a case's date may lie in (dbt macro `plausible`)."""
_YEARS_AHEAD = 3
"""Holidays are told this far beyond the newest month; later days count Monday to Friday as worked."""

Day = tuple[date, bool, str]
"""(the day, whether it is worked, its name)."""


def write_calendar_inputs(
    connection: duckdb.DuckDBPyConnection, site: Site, newest: str | None
) -> None:
    """Write `raw.public_holiday` up to some years after the newest month, and the site's
    `raw.calendar_overlay` and `raw.not_updated_policy`.
    """
    holidays = public_holidays(int(newest[:4]) + _YEARS_AHEAD) if newest else ()
    overlay = tuple((day.date, day.is_working, day.name) for day in site.calendar_overlay)
    for name, days in (("public_holiday", holidays), ("calendar_overlay", overlay)):
        connection.execute(f"create table raw.{name} ({_DAY})")
        if days:
            # One statement: a row at a time would take as long as the whole calendar.
            marks = ", ".join(["(?, ?, ?)"] * len(days))
            values = [cell for day in days for cell in day]
            connection.execute(f"insert into raw.{name} values {marks}", values)  # noqa: S608
    connection.execute(f"create table raw.not_updated_policy ({_NOT_UPDATED})")
    for rule in site.not_updated:
        states = ("+".join(rule.pending_states), rule.quiet_working_days, "+".join(rule.of_states))
        connection.execute(
            "insert into raw.not_updated_policy values (?, ?, ?, ?)", [rule.name, *states]
        )


@lru_cache
def public_holidays(last_year: int) -> tuple[Day, ...]:
    """Every public holiday (days off in lieu included) up to a year, and the weekend days worked for one.

    As the library `holidays` knows them (docs/decisions/0010): the Labour Code, and the swaps that the
    government announced. Names are Vietnamese.
    """
    import holidays  # 0.4 s, and only a build needs it

    known = holidays.country_holidays("VN", years=range(_FIRST_YEAR, last_year + 1), language="vi")
    off = [(day, False, name) for day, name in known.items()]
    worked = [(day, True, "Làm bù") for day in known.weekend_workdays]
    return tuple(sorted(off + worked))
