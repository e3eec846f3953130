"""What an authority writes about targets and index criteria: ``reference/targets.csv`` and ``index_criteria.csv``.

The shipped rows (dbt seeds ``target`` and ``index_criterion``) have the same columns, so that a line
can be copied from one to the other.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ingestion.layouts import Month, Name, Strict
from ingestion.messages import text
from ingestion.reference import Filled, NameList

TOTAL_CODE = "TONG"
"""Criterion code of an index's own row: its name, its points in all and its result bands."""
LEVELS = ("department", "district", "commune")
Comparator = Literal["<", "<=", ">", ">=", "=", "falls", "not_worst"]
THRESHOLDLESS = ("falls", "not_worst")
"""Comparators that look at another figure, not at a number."""
ParameterMap = Mapping[str, str]

# Rule -> parameters it needs, parameters it may have besides. `none`: what a denominator of 0 gives.
RULES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "linear": (frozenset(), frozenset(("scale", "none"))),
    "capped_linear": (frozenset(("target",)), frozenset(("none",))),
    "floor_linear": (frozenset(("floor",)), frozenset(("none",))),
    "bands": (frozenset(("bands",)), frozenset(("none",))),
    "all_or_nothing": (frozenset(), frozenset(("target", "at_most", "none"))),
    "declared": (frozenset(), frozenset()),
    "result": (frozenset(("bands",)), frozenset()),
}
NONE_GIVES = ("full", "zero")
# As DECIMAL(12,6) of the models holds it.
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,6})?")


class Target(Strict):
    """A figure that units must reach (chỉ tiêu): a measure against a threshold, judged on a kind of period.

    Scope: the authority (every unit, and their sum), a level of units (each, and their sum) or one
    unit; of several rows of one target the narrowest holds for a unit. A rate's threshold is in
    percent. Without one the target is still to be assigned and is judged as no data.
    """

    target_code: Name
    target_name: Filled
    measure_code: Name
    scope: Literal["authority", "unit_level", "unit"]
    scope_code: Name | None = None
    calendar: Literal["calendar", "d15"] = "calendar"
    period_kind: NameList = Field(min_length=1)
    valid_from: Month | None = None
    valid_to: Month | None = None
    comparator: Comparator
    threshold: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4)] | None = None
    legal_basis: Filled
    is_confirmed: bool

    @model_validator(mode="after")
    def _sound(self) -> "Target":
        if (self.scope == "authority") != (self.scope_code is None):
            raise ValueError(text("index.scope_code"))
        if self.scope == "unit_level" and self.scope_code not in LEVELS:
            raise ValueError(
                text("index.scope_level", code=self.scope_code, known=", ".join(LEVELS))
            )
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(text("site.dates_swapped"))
        if self.comparator in THRESHOLDLESS and self.threshold is not None:
            raise ValueError(text("index.threshold_unused", comparator=self.comparator))
        return self

    def clashes_with(self, other: "Target") -> bool:
        """Tell whether both rows would judge the same unit of a same period at the same scope."""
        if (self.target_code, self.scope, self.scope_code, self.calendar) != (
            other.target_code,
            other.scope,
            other.scope_code,
            other.calendar,
        ):
            return False
        first = max(self.valid_from or "0000-01", other.valid_from or "0000-01")
        last = min(self.valid_to or "9999-12", other.valid_to or "9999-12")
        return bool(set(self.period_kind) & set(other.period_kind)) and first <= last


class IndexCriterion(Strict):
    """One criterion of an index, or (code ``TONG``, rule ``result``) the index's own row.

    unit_level: ``all`` (each unit, and the authority by the sums of its units), ``unit`` (each unit),
    one level, or ``authority`` (the authority alone). Years include both ends; blank is open.
    """

    index_code: Name
    valid_from_year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    valid_to_year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    unit_level: Literal["all", "unit", "authority", "department", "district", "commune"]
    group_code: Filled | None = None
    group_name: Filled | None = None
    criterion_code: Filled
    criterion_name: Filled
    max_points: Annotated[Decimal, Field(gt=0, max_digits=9, decimal_places=3)]
    rule: Literal[
        "linear",
        "capped_linear",
        "floor_linear",
        "bands",
        "all_or_nothing",
        "declared",
        "result",
    ]
    parameters: str = ""
    measure_code: Name | None = None
    legal_source: Filled
    is_confirmed: bool

    @model_validator(mode="after")
    def _sound(self) -> "IndexCriterion":
        if (self.valid_from_year or 0) > (self.valid_to_year or 9999):
            raise ValueError(text("index.years_swapped"))
        if (self.rule == "result") != (self.criterion_code == TOTAL_CODE):
            raise ValueError(text("index.total_row", total=TOTAL_CODE))
        is_measured = self.rule not in ("declared", "result")
        if is_measured != (self.measure_code is not None):
            raise ValueError(text("index.measure_needed", rule=self.rule))
        if self.rule != "result" and not (self.group_code and self.group_name):
            raise ValueError(text("index.group_needed"))
        self._check_parameters()
        return self

    def _check_parameters(self) -> None:
        values = parse_parameters(self.parameters)
        needed, allowed = RULES[self.rule]
        if needed - values.keys():
            missing = ", ".join(sorted(needed - values.keys()))
            raise ValueError(text("index.parameter_missing", rule=self.rule, name=missing))
        for name in values.keys() - needed - allowed:
            known = ", ".join(sorted(needed | allowed)) or "–"
            message = text("index.parameter_unknown", rule=self.rule, name=name, known=known)
            raise ValueError(message)
        if {"target", "at_most"} <= values.keys():
            raise ValueError(text("index.parameter_both", rule=self.rule))
        for name in values.keys() - {"bands", "none"}:
            if not _NUMBER.fullmatch(values[name]):
                raise ValueError(text("index.parameter_number", name=name, value=values[name]))
        for name in ("target", "scale"):
            if name in values and not Decimal(values[name]):
                raise ValueError(text("index.parameter_number", name=name, value=values[name]))
        if "none" in values and values["none"] not in NONE_GIVES:
            raise ValueError(text("index.parameter_none", value=values["none"]))
        if "bands" in values:
            self._check_bands(parse_bands(values["bands"]))

    def _check_bands(self, bands: list[tuple[Decimal, str]]) -> None:
        starts = [start for start, _ in bands]
        if starts != sorted(set(starts), reverse=True) or starts[-1] != 0:
            raise ValueError(text("index.bands_order"))
        if self.rule == "bands":
            for _, points in bands:
                if not _NUMBER.fullmatch(points) or Decimal(points) > self.max_points:
                    raise ValueError(text("index.bands_points", value=points, top=self.max_points))

    def applies_to(self, level: str) -> bool:
        """Tell whether the criterion is one of a unit of that level, or of the ``authority``."""
        if level == "authority":
            return self.unit_level in ("all", "authority")
        return self.unit_level in ("all", "unit", level)

    def holds_in(self, year: int) -> bool:
        """Tell whether the criterion is in force in that year."""
        return (self.valid_from_year or 0) <= year <= (self.valid_to_year or 9999)


def parse_parameters(written: str) -> dict[str, str]:
    """Read ``target=0.8; none=full`` as a mapping. Raises ValueError (Vietnamese) where it is no such list."""
    values: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in written.split(";"))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (name and equals and value) or name in values:
            raise ValueError(text("index.parameter_syntax", value=part))
        values[name] = value
    return values


def parse_bands(written: str) -> list[tuple[Decimal, str]]:
    """Read ``0.95:2 | 0.9:1 | 0:0`` as (from value, points or name). Raises ValueError (Vietnamese)."""
    bands = []
    for step in written.split("|"):
        start, colon, given = (piece.strip() for piece in step.partition(":"))
        if not (colon and given) or not _NUMBER.fullmatch(start):
            raise ValueError(text("index.bands_syntax", value=step.strip()))
        try:
            bands.append((Decimal(start), given))
        except InvalidOperation:  # cannot happen for what the pattern lets through
            raise ValueError(text("index.bands_syntax", value=step.strip())) from None
    return bands
