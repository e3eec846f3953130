"""Reference rows an authority writes: ``reference/*.csv`` of a site, one model per file."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ingestion.layouts import Month, Name, Strict
from ingestion.messages import text
from ingestion.text import match_key

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
PendingState = Literal["in_time", "overdue", "suspended", "no_due"]
PendingSum = Annotated[tuple[PendingState, ...], BeforeValidator(_split_by_plus)]
MeasureSum = Annotated[tuple[str, ...], BeforeValidator(_split_by_plus)]
Filled = Annotated[str, Field(min_length=1)]


_LEVELS = {
    **dict.fromkeys(("2", "info", "information"), "information"),
    **dict.fromkeys(("3", "partial"), "partial"),
    **dict.fromkeys(("4", "full"), "full"),
}


def _named_level(value: object) -> object:
    """Levels 2, 3 and 4 are what is called information, partial and full since 2022."""
    return _LEVELS.get(value, value) if isinstance(value, str) else value


def _yes_or_no(value: object) -> object:
    """Take Vietnamese yes and no beside the usual words of booleans."""
    words = {"có": True, "x": True, "không": False}
    return words.get(match_key(value), value) if isinstance(value, str) else value


Level = Literal["department", "district", "commune"]
ServiceLevel = Annotated[Literal["information", "partial", "full"], BeforeValidator(_named_level)]
YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]


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
    level: Level
    parent: Name | None = None
    successors: NameList = Field(default=(), alias="successor")
    case_namespace: Name | None = None

    def overlaps(self, other: "Unit") -> bool:
        """Tell whether the two versions are valid on a common day."""
        return self.is_valid_between(other.valid_from or date.min, other.valid_to or date.max)


class Sector(Strict):
    """A sector (lĩnh vực); ``group`` joins sectors that a duty asks for together, such as ``land``."""

    code: Filled
    name: Filled
    aliases: SemicolonList = ()
    group: Name | None = None


class Procedure(Strict):
    """A procedure (thủ tục hành chính), the sector it belongs to, and how it is offered.

    ``service_level``: of its online service. ``term_days``: working days to resolve a case.
    ``unit_levels``, ``units``: the levels of units, and single units, that handle it. What is blank
    is not known, never "no"; then cases tell, where they can.
    """

    code: Filled
    name: Filled
    aliases: SemicolonList = ()
    sector_code: Filled | None = None
    service_level: ServiceLevel | None = None
    has_fee: YesNo | None = None
    is_payment_integrated: YesNo | None = None
    is_joint: YesNo | None = None
    term_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    unit_levels: Annotated[tuple[Level, ...], BeforeValidator(_split_by_semicolon)] = ()
    units: NameList = ()


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


class NotUpdated(Strict):
    """When an open case counts as not updated: in one of ``pending_states``, without an event on it
    for ``quiet_working_days``; the rate is among the open cases in ``of_states`` (domain §5, R26).
    """

    name: Filled
    pending_states: PendingSum
    quiet_working_days: Annotated[int, Field(ge=0, le=250)]
    of_states: PendingSum


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
