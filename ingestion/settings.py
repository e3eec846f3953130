"""The file ``site.yml``: who the authority is, and its choices."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from ingestion.layouts import Month, Name, Strict
from ingestion.messages import text
from ingestion.reference import Filled


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(text("site.time_zone", value=value))
    return value


Share = Annotated[float, Field(ge=0, le=1)]


class Authority(Strict):
    """The authority; ``namespace`` is the identity of case codes in the national format."""

    code: Name
    name: Filled
    namespace: Name


class PullSettings(Strict):
    """How far back late and corrected files are looked for, and how large one may be."""

    lookback_months: int = Field(default=12, ge=0, le=120)
    max_file_mb: int = Field(default=100, ge=1, le=4096)


class DecodeSettings(Strict):
    """What reading one file may cost; a file that asks for more is refused with a message."""

    memory_mb: int = Field(default=4096, ge=1024, le=65536)
    seconds: int = Field(default=300, ge=10, le=7200)


class Unlisted(Strict):
    """What becomes of a value that the reference does not list."""

    sector: Literal["blank", "keep"] = "blank"
    procedure: Literal["blank", "keep"] = "blank"


class Gates(Strict):
    """Limits of the coverage gate of the newest month."""

    minimum_reported_share: Share = 0.5
    maximum_rejected_share: Share = 0.5


class ReminderSettings(Strict):
    """What units are reminded of: due dates so many working days ahead."""

    due_within_days: int = Field(default=5, ge=0, le=250)


class Settings(Strict):
    """The file ``site.yml``."""

    authority: Authority
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Ho_Chi_Minh"
    default_policy: Name = "strict"
    reporting_calendar: Literal["calendar", "d15"] = "calendar"
    first_period: Month
    pull: PullSettings = PullSettings()
    decode: DecodeSettings = DecodeSettings()
    unlisted: Unlisted = Unlisted()
    gates: Gates = Gates()
    reminders: ReminderSettings = ReminderSettings()
