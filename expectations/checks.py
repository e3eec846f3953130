"""The words in which the gates are written: a source, a rule, a check.

The lists in `submission`, `core` and `marts` are the specification. Nothing here imports Great
Expectations: importing it costs about six seconds, so only the runner does, when it runs.
"""
# ruff: noqa: S608 - SQL is put together from our own names; values are quoted or bound

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Source:
    """What a check looks at: a table of the build file, or a named query over it.

    name: `schema.table`, or the name of the query. keys: columns that name a row in the sample of
    offenders. query: SQL, for a source that is no table.
    """

    name: str
    keys: tuple[str, ...] = ()
    query: str | None = None


@dataclass(frozen=True)
class Rule:
    """A Great Expectations expectation by class name, with its arguments."""

    expectation: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """One thing that must hold. Its Vietnamese text is `gate.<check_id>` of the messages.

    severity: `critical` stops publication, `warning` is shown.
    """

    check_id: str
    severity: Severity
    source: Source
    rule: Rule


@dataclass(frozen=True)
class GateResult:
    """What Great Expectations found for one check.

    observed: the numbers looked at (rows, values, shares). unexpected_count: offenders, or None
    where the rule looks at one number. sample: at most 20 offenders, by key. error: why the check
    could not run; such a check has not passed.
    """

    gate: str
    check_id: str
    severity: Severity
    success: bool
    text: str
    observed: Mapping[str, int | float | str | None] = field(default_factory=dict)
    unexpected_count: int | None = None
    sample: Sequence[Mapping[str, int | float | str | bool | None]] = ()
    error: str | None = None

    @property
    def stops_publication(self) -> bool:
        """True for a critical check that did not pass."""
        return self.severity == "critical" and not self.success


def not_null(column: str) -> Rule:
    """No row may leave the column blank."""
    return Rule("ExpectColumnValuesToNotBeNull", {"column": column})


def unique(*columns: str) -> Rule:
    """No two rows may agree in all these columns; blanks are equal to each other.

    Great Expectations' own rule for several columns takes blanks as different (the total rows of
    the form have no sector) and names no offender on SQL, so that case is a query.
    """
    if len(columns) == 1:
        return Rule("ExpectColumnValuesToBeUnique", {"column": columns[0]})
    key = ", ".join(columns)
    return no_rows(
        f"select {key}, count(*) as copies from checked group by {key} having count(*) > 1"
    )


def in_set(column: str, values: Sequence[str]) -> Rule:
    """The column may hold only these values (or nothing)."""
    return Rule("ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(values)})


def between(column: str, low: float | None, high: float | None) -> Rule:
    """Every value lies in [low, high]; None leaves a side open."""
    return Rule(
        "ExpectColumnValuesToBeBetween", {"column": column, "min_value": low, "max_value": high}
    )


def at_least(column: str, low: float) -> Rule:
    """The smallest value of the column is at least `low`; the value is reported either way."""
    return Rule("ExpectColumnMinToBeBetween", {"column": column, "min_value": low})


def not_above(smaller: str, larger: str) -> Rule:
    """Row by row `smaller` <= `larger`, where both are given (numbers or dates)."""
    return Rule(
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {
            "column_A": larger,
            "column_B": smaller,
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    )


def no_rows(select: str) -> Rule:
    """The query over `checked` (the source's rows) finds no offender; what it selects is shown.

    The source goes into a named subquery, because Great Expectations substitutes `{batch}` with
    or without an alias depending on whether the query has a join.
    """
    query = f"with checked as (select * from {{batch}})\nselect * from (\n{select}\n) as offender"
    return Rule("UnexpectedRowsExpectation", {"unexpected_rows_query": query})
