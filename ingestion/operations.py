"""The file ``operations.yml``: when the month's work runs, by when it must be done, and who hears of it.

It decides no figure: the site's digest leaves it out, so that a new address rebuilds nothing. A site
without the file runs at the hours below and writes to nobody.
"""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from ingestion.layouts import Name, Strict
from ingestion.messages import text

FILE = "operations.yml"
_LAST_DAY = 31


def _days(value: str) -> str:
    for part in value.split(","):
        first, _, last = part.partition("-")
        if not 1 <= int(first) <= int(last or first) <= _LAST_DAY:
            raise ValueError(text("site.days_of_month", value=value))
    return value


Days = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int) else value),  # one day
    StringConstraints(pattern=r"^[0-9]{1,2}(-[0-9]{1,2})?(,[0-9]{1,2}(-[0-9]{1,2})?)*$"),
    AfterValidator(_days),
]
Address = Annotated[str, StringConstraints(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$")]


class Clock(Strict):
    """Days of the month (``1-10``, ``1,15``) and the time of day, in the site's time zone."""

    days: Days
    hour: int = Field(ge=0, le=23)
    minute: int = Field(default=0, ge=0, le=59)

    @property
    def cron(self) -> str:
        """The same as a cron expression."""
        return f"{self.minute} {self.hour} {self.days} * *"


class Mail(Strict):
    """Who is written to. Mailboxes of offices, never of applicants.

    ``data_team`` hears of runs that fail or take too long and gets the digest; ``office`` (Nội vụ) gets the
    digest; ``units`` get their own reminder, by unit code.
    """

    sender: Address | None = None
    data_team: tuple[Address, ...] = ()
    office: tuple[Address, ...] = ()
    units: dict[Name, tuple[Address, ...]] = Field(default_factory=dict)


class Operations(Strict):
    """The whole file.

    ``pull``: when units are asked for last month's file (every day of the span: late files come in by
    the next one). ``remind``: when digest and reminders go out. ``close_day``: the day of the next month by
    which a month has to be signed. ``batch_units``: units that one task asks.
    """

    pull: Clock = Clock(days="1-15", hour=2)
    remind: Clock = Clock(days="1-31", hour=7)
    close_day: int = Field(default=20, ge=1, le=28)
    batch_units: int = Field(default=50, ge=1, le=1000)
    mail: Mail = Mail()
