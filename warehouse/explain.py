"""Why a case counted as it did, back to file, sheet and row (`motcua explain`)."""

from dataclasses import dataclass, field
from typing import Any

from ingestion.home import Home
from warehouse.served import Row, rows, served


@dataclass(frozen=True)
class Explanation:
    """Everything the served warehouse knows of one case.

    case: its row of core.fct_case, or None when no row of it was ever accepted. rows: every decoded
    row with its code and what became of it, oldest first. months: what was counted in each month,
    and from which row. cells: the mart cells it stands in. findings: what was found wrong or odd.
    """

    case_key: str
    case: Row | None
    rows: list[Row] = field(default_factory=list)
    months: list[Row] = field(default_factory=list)
    cells: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    policy: Row = field(default_factory=dict)


_ROWS = """
select l.period, l.submission_id, g.file_name, l.sheet, l.row_number, l.standing, g.unit_name as sender_name,
       l.unit_code, l.received_at, l.due_at, l.completed_at, l.status_code, g.pulled_at
from quality.row_lineage as l
join quality.load_ledger as g using (submission_id)
where l.case_key = ?
order by l.period, l.receipt_seq, l.sheet, l.row_number
"""

_MONTHS = """
select m.period, m.unit_code, m.opening_unit_code, m.sector_code, m.is_opening, m.is_received, m.is_transferred,
       m.is_resolved, m.resolution, m.resolution_by_time, m.pending_state, m.due_on, m.state_period, m.is_vanished,
       g.file_name, m.sheet, m.row_number
from core.fct_case_month as m
join quality.load_ledger as g using (submission_id)
where m.case_key = ?
order by m.period
"""

_FINDINGS = """
select f.rule_id, f.severity, f.message, f.fix, f.period, f.file_name, f.sheet, f.row_number, f.cell, f.value
from quality.findings as f
where (f.submission_id, f.sheet, f.row_number) in (
    select (submission_id, sheet, row_number) from quality.row_lineage where case_key = ?
)
order by f.period, f.file_name, f.row_number, f.rule_id
"""

# Which canonical count a case-month adds one to, as mart_unit_month and mart_unit_sector_month show it.
_CELLS = """
select period, unit_code, sector_code, measure
from (
    select period, opening_unit_code as unit_code, sector_code, 'opening_count' as measure
    from core.fct_case_month where case_key = $key and is_opening
    union all
    select period, opening_unit_code, sector_code, 'transferred_out_count'
    from core.fct_case_month where case_key = $key and is_transferred
    union all
    select period, unit_code, sector_code, 'transferred_in_count'
    from core.fct_case_month where case_key = $key and is_transferred
    union all
    select period, unit_code, sector_code, 'received_count'
    from core.fct_case_month where case_key = $key and is_received
    union all
    select period, unit_code, sector_code,
        if(resolution in ('withdrawn', 'refused'), resolution, 'resolved_' || resolution) || '_count'
    from core.fct_case_month where case_key = $key and resolution is not null
    union all
    select period, unit_code, sector_code, 'pending_' || pending_state || '_count'
    from core.fct_case_month where case_key = $key and pending_state is not null
)
semi join core.fct_unit_report using (period, unit_code)
order by period, measure
"""


def explain(home: Home, case_code: str) -> list[Explanation]:
    """Explain every case with this code (or key): one per namespace, none when it was never seen.

    Reads the served file only. Raises warehouse.served.NothingServed before the first publication.
    """
    with served(home) as connection:
        keys = connection.execute(
            "select distinct case_key from quality.row_lineage where case_code = $1 or case_key = $1 order by 1",
            [case_code.strip()],
        ).fetchall()
        return [_explain_key(connection, key) for (key,) in keys]


def _explain_key(connection: Any, key: str) -> Explanation:
    case = rows(
        connection,
        """
        select f.*, u.unit_name, s.sector_name, p.procedure_name, o.official_name
        from core.fct_case as f
        left join core.dim_unit as u on f.unit_code = u.unit_code and u.is_latest
        left join core.dim_sector as s using (sector_code)
        left join core.dim_procedure as p on f.procedure_code = p.procedure_code
        left join core.dim_official as o using (official_key)
        where f.case_key = ?
        """,
        [key],
    )
    policy = rows(connection, "select * from core.dim_policy where is_default")
    result = connection.execute(_CELLS, {"key": key})
    names = [column[0] for column in result.description]
    cells = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return Explanation(
        case_key=key,
        case=case[0] if case else None,
        rows=rows(connection, _ROWS, [key]),
        months=rows(connection, _MONTHS, [key]),
        cells=cells,
        findings=rows(connection, _FINDINGS, [key]),
        policy=policy[0],
    )
