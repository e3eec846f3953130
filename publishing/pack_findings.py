"""The findings of units' workbooks: cells that one cause hits are told together, and still listed one by one.

A cause is a rule × column × sheet × file, apart for findings that are new and those that remain. Up
to ALONE cells of a cause have a line each; more become one line with their places, and their cells
are listed in the details. All of it is SQL over `quality.finding_followup`.
"""
# ruff: noqa: S608 - SQL is put together from our own numbers

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import duckdb

from warehouse.served import Row, rows

Kind = Literal["error", "warning", "fixed"]
KINDS: tuple[Kind, ...] = ("error", "warning", "fixed")
ALONE = 5
"""As many cells of one cause have a line each; a clerk still sees them at a glance."""
SPANS = 12
"""As many stretches of rows are named in a cause's line; the details name every cell."""
DETAILS = 100_000
"""Cells listed one by one in a workbook: more is nobody's work by hand, and would cost memory."""

# One row per finding, with its cause. A message on a whole file is a cause of its own.
_FINDINGS = f"""
    create or replace temp table pack_finding as
    with told as (
        select
            f.*,
            case
                when f.followup = 'fixed' then 'fixed'
                when f.severity = 'reject' then 'error'
                else 'warning'
            end as kind,
            regexp_extract(f.cell, '^[A-Z]+') as letter
        from quality.finding_followup as f
        inner join pack_wanted as w on f.unit_code = w.unit_code and f.period = w.period
        where w.batch = ? and (f.severity = 'reject' or f.followup <> 'fixed')
    ),
    counted as (
        select
            *,
            scope = 'row' and count(*) over (
                partition by unit_code, period, kind, followup, submission_id, sheet, rule_id, message,
                    column_name, letter
            ) > {ALONE} as is_grouped,
            row_number() over (
                order by unit_code, period, kind, scope, submission_id, sheet, row_number, rule_id,
                    cell, column_label, message
            ) as place
        from told
    )
    select
        *,
        dense_rank() over (
            order by unit_code, period, kind, followup, submission_id, sheet, rule_id, message,
                column_name, letter, case when not is_grouped then place end
        ) as cause
    from counted
"""
# Stretches of rows: neighbours share the difference of row number and rank.
_CAUSES = f"""
    with ranked as (
        select *, row_number - dense_rank() over (partition by cause order by row_number) as stretch
        from pack_finding
    ),
    stretches as (
        select cause, min(row_number) as first_row, max(row_number) as last_row
        from ranked
        where row_number is not null
        group by cause, stretch
    ),
    places as (
        select
            cause,
            list([first_row, last_row] order by first_row)[1:{SPANS}] as spans,
            count(*) as span_count
        from stretches
        group by cause
    ),
    causes as (
        select
            cause,
            count(*) as cells,
            count(distinct case_code) as cases,
            count(distinct value) as value_count,
            list_sort(list(distinct value) filter (value is not null))[1:3] as sample,
            min(place) as first_place
        from pack_finding
        group by cause
    )
    select
        f.*,
        c.cells,
        c.cases,
        c.value_count,
        c.sample,
        coalesce(p.spans, []) as spans,
        coalesce(p.span_count, 0) as span_count
    from causes as c
    inner join pack_finding as f on c.first_place = f.place
    left join places as p on c.cause = p.cause
    -- What to mend first: what keeps a whole file out, then what mends many cells at once, then single
    -- cells in the order of the file.
    order by
        f.unit_code, f.period, f.kind, f.scope, f.is_grouped desc,
        case when f.is_grouped then -c.cells end, f.file_name, f.sheet,
        f.row_number, f.rule_id, f.place
"""
_DETAILS = f"""
    select
        unit_code, period, kind, cause, followup, rule_id, file_name, sheet, row_number, cell,
        case_code, column_name, column_label, value, read_as, message
    from pack_finding
    where is_grouped and kind <> 'fixed'
    qualify row_number() over (partition by unit_code, period, kind order by place) <= {DETAILS}
    order by unit_code, period, kind, place
"""
_COUNTS = """
    select
        unit_code,
        period,
        count(*) filter (kind = 'fixed') as fixed,
        count(*) filter (kind = 'error' and followup = 'remaining') as remaining,
        count(*) filter (kind = 'error' and followup = 'new') as new,
        count(*) filter (kind = 'error' and is_grouped) as detailed_errors,
        count(*) filter (kind = 'warning' and is_grouped) as detailed_warnings
    from pack_finding
    group by unit_code, period
"""
Place = tuple[str, str]
"""Unit and period."""


@dataclass(frozen=True)
class Cause:
    """One line of the lists: one finding, or many cells with one cause.

    `spans`: first and last row of the first stretches of rows, of `span_count`. `sample`: up to
    three of `value_count` different values. Where `cells` is 1, `first` is the finding itself; else
    it is the first one in the order of the file.
    """

    number: int
    first: Row
    cells: int
    cases: int
    sample: list[str]
    value_count: int
    spans: list[tuple[int, int]]
    span_count: int

    @property
    def is_grouped(self) -> bool:
        """Whether its cells are told together."""
        return bool(self.first["is_grouped"])


@dataclass(frozen=True)
class Findings:
    """What one unit's workbook of a month tells. Numbers of causes count from 1 in each list.

    `details`: a row per cell of the causes told together, `number` being the cause's; at most
    DETAILS of them, of `detail_counts`.
    """

    causes: dict[Kind, list[Cause]]
    details: dict[Kind, list[Row]]
    detail_counts: dict[Kind, int]
    fixed: int
    remaining: int
    new: int

    @property
    def rows_to_correct(self) -> int:
        """Errors that are open."""
        return self.remaining + self.new


def none_found() -> Findings:
    """The findings of a unit without any."""
    empty: dict[Kind, list[Cause]] = {kind: [] for kind in KINDS}
    return Findings(empty, {kind: [] for kind in KINDS}, dict.fromkeys(KINDS, 0), 0, 0, 0)


def read_findings(connection: duckdb.DuckDBPyConnection, batch: int) -> dict[Place, Findings]:
    """The findings of the units and months of one batch of `pack_wanted` (unit_code, period, batch).

    Writes the temporary table `pack_finding`. Units without any finding are not in the answer.
    """
    connection.execute(_FINDINGS, [batch])
    lists: defaultdict[Place, dict[Kind, list[Cause]]]
    lists = defaultdict(lambda: {kind: [] for kind in KINDS})
    numbers: dict[int, int] = {}
    for row in rows(connection, _CAUSES):
        of_kind = lists[row["unit_code"], row["period"]][row["kind"]]
        numbers[row["cause"]] = len(of_kind) + 1
        of_kind.append(_cause(len(of_kind) + 1, row))
    details: defaultdict[Place, dict[Kind, list[Row]]]
    details = defaultdict(lambda: {kind: [] for kind in KINDS})
    for row in rows(connection, _DETAILS):
        line = {**row, "number": numbers[row["cause"]]}
        details[row["unit_code"], row["period"]][row["kind"]].append(line)
    return {
        place: Findings(
            causes=lists[place],
            details=details[place],
            detail_counts={
                "error": counts["detailed_errors"],
                "warning": counts["detailed_warnings"],
                "fixed": 0,
            },
            fixed=counts["fixed"],
            remaining=counts["remaining"],
            new=counts["new"],
        )
        for counts in rows(connection, _COUNTS)
        for place in [(counts["unit_code"], counts["period"])]
    }


def _cause(number: int, row: Row) -> Cause:
    return Cause(
        number=number,
        first=row,
        cells=row["cells"],
        cases=row["cases"],
        sample=row["sample"] or [],
        value_count=row["value_count"],
        spans=[(first, last) for first, last in row["spans"]],
        span_count=row["span_count"],
    )
