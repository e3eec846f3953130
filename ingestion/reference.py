"""Reference rows an authority writes: ``reference/*.csv`` of a site, one model per file."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ingestion.layouts import Month, Name, Strict
from ingestion.messages import text

MEASURES = frozenset(
    (
        "resolved_early",
        "resolved_on_time",
        "resolved_late",
        "resolved_no_due",
        "withdrawn",
        "refused",
        "pending_in_time",
        "pending_overdue",
        "pending_suspended",
        "pending_no_due",
    )
)
"""Disjoint counts that a policy may add up (domain §2): the marts' count columns without `_count`."""
SHIPPED_POLICIES = frozenset(("strict", "kstt", "with_pending", "timestamp"))
"""Policies that come with the product as national seeds."""


def _split_by_semicolon(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return value


def _split_by_plus(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split("+"))
    return value


SemicolonList = Annotated[tuple[str, ...], BeforeValidator(_split_by_semicolon)]
NameList = Annotated[tuple[Name, ...], BeforeValidator(_split_by_semicolon)]
MeasureSum = Annotated[tuple[str, ...], BeforeValidator(_split_by_plus)]
Filled = Annotated[str, Field(min_length=1)]


class _Dated(Strict):
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "_Dated":
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(text("site.dates_swapped"))
        return self

    def is_valid_between(self, first: date, last: date) -> bool:
        """Tell whether the row is valid on any day from ``first`` to ``last``."""
        return (self.valid_from or first) <= last and (self.valid_to or last) >= first


class Unit(_Dated):
    """One version in time of a unit; several rows of one code must not overlap.

    ``valid_to`` is the last valid day; ``successors`` are the codes of the units that take over.
    """

    code: Name
    name: Filled
    aliases: SemicolonList = ()
    level: Literal["department", "district", "commune"]
    parent: Name | None = None
    successors: NameList = Field(default=(), alias="successor")
    case_namespace: Name | None = None

    def overlaps(self, other: "Unit") -> bool:
        """Tell whether the two versions are valid on a common day."""
        return self.is_valid_between(other.valid_from or date.min, other.valid_to or date.max)


class Sector(Strict):
    """A sector (lĩnh vực)."""

    code: Filled
    name: Filled
    aliases: SemicolonList = ()


class Procedure(Strict):
    """A procedure (thủ tục hành chính) and the sector it belongs to."""

    code: Filled
    name: Filled
    aliases: SemicolonList = ()
    sector_code: Filled | None = None


class OverdueCause(Strict):
    """A coded cause of delay (form II.06g); ``aliases`` are the texts exports write for it.

    A code of the shipped list replaces that line; another one is added to it.
    """

    code: Name
    name: Filled
    aliases: SemicolonList = ()


class Policy(Strict):
    """How counts fold into a rate: ``numerator`` ÷ ``denominator`` at a grain of time."""

    policy_code: Name
    name: Filled
    grain: Literal["date", "timestamp"]
    numerator: MeasureSum
    denominator: MeasureSum


class CalendarDay(Strict):
    """A day that the public holidays get wrong for this authority: a swapped day, a local day off."""

    date: date
    is_working: bool
    name: Filled


class RuleSeverity(Strict):
    """How severe a row rule is for this authority, from a month on (``unit_code`` blank: every unit).

    It wins over the shipped severity, and a unit's own line over one for every unit.
    """

    rule_id: Name
    unit_code: Name | None = None
    severity: Literal["off", "observe", "warn", "reject"]
    from_period: Month
    reason: Filled
    approver: Filled | None = None


class Waiver(Strict):
    """A row rule not applied to files of some months (``unit_code`` blank: for every unit).

    What it finds stays visible, with who approved the waiver and its last month ``valid_to``.
    """

    rule_id: Name
    unit_code: Name | None = None
    valid_from: Month
    valid_to: Month
    reason: Filled
    approver: Filled
