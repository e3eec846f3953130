"""Why a case counted as it did, back to file, sheet and row (`motcua explain`)."""

from dataclasses import dataclass, field
from typing import Any

from ingestion.home import Home
from warehouse.case_cells import case_cells
from warehouse.served import Row, rows, served


@dataclass(frozen=True)
class Explanation:
    """Everything the served warehouse knows of one case.

    case: its row of core.fct_case, or None when no row of it was ever accepted. rows: every decoded
    row with its code and what became of it, oldest first. months: what was counted in each month,
    and from which row. cells: the mart cells in which it counts as one (see case_cells). findings:
    what was found wrong or odd.
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
select f.submission_id, f.rule_id, f.severity, f.message, f.fix, f.period, f.file_name, f.sheet, f.row_number,
    f.cell, f.value
from quality.findings as f
where (f.submission_id, f.sheet, f.row_number) in (
    select (submission_id, sheet, row_number) from quality.row_lineage where case_key = ?
)
order by f.period, f.file_name, f.row_number, f.rule_id
"""


def explain(home: Home, case_code: str) -> list[Explanation]:
    """Explain every case with this code (or key): one per namespace, none when it was never seen.

    Reads the served file only. Raises warehouse.served.NothingServed before the first publication.
    """
    with served(home) as connection:
        return explain_in(connection, case_code)


def explain_in(connection: Any, case_code: str) -> list[Explanation]:
    """The same from an open connection to a warehouse."""
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
    policy = rows(connection, "select * from core.dim_policy where is_default")[0]
    return Explanation(
        case_key=key,
        case=case[0] if case else None,
        rows=rows(connection, _ROWS, [key]),
        months=rows(connection, _MONTHS, [key]),
        cells=case_cells(connection, key, policy),
        findings=rows(connection, _FINDINGS, [key]),
        policy=policy,
    )
