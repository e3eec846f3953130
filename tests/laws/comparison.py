"""The same facts, once as the warehouse tells them and once as the oracle does, in plain shapes."""

from collections.abc import Iterable
from typing import Any

import duckdb

from tests.laws.oracle import Truth
from tests.laws.oracle_rates import POLICIES, Ranked, ranked
from tests.laws.oracle_rows import Reference

Facts = dict[str, dict[Any, Any]]

COUNTS = (
    "opening",
    "received",
    "received_online",
    "transferred_in",
    "resolved_early",
    "resolved_on_time",
    "resolved_late",
    "resolved_no_due",
    "withdrawn",
    "refused",
    "transferred_out",
    "pending_in_time",
    "pending_overdue",
    "pending_suspended",
    "pending_no_due",
)
ROW_RULES = (
    "missing_case_code",
    "unknown_unit",
    "missing_received_date",
    "unreadable_received_date",
    "unreadable_due_date",
    "unreadable_completed_date",
    "unreadable_returned_date",
    "completed_before_received",
    "due_before_received",
    "received_after_period",
    "closed_without_completion",
    "conflicting_rows",
    "ambiguous_date",
)
SEEN_RULES = (
    "vanished",
    "moved_due_date",
    "reopened",
    "swapped_received_date",
    "swapped_due_date",
    "swapped_completed_date",
)


def told_by_oracle(reference: Reference, truth: Truth) -> Facts:
    """What §2 says."""
    counts = {}
    for (calendar, period, unit, sector), counter in truth.counts.items():
        for name, count in counter.items():
            counts[calendar, period, unit, sector, name] = count
    findings: list[tuple[str, int, str]] = []
    for rule in ("vanished", "moved", "reopened"):
        name = "moved_due_date" if rule == "moved" else rule
        findings += [(*row, name) for row in getattr(truth, rule)]
    for row in truth.rows:
        if row.fate != "duplicate":
            names = (f"swapped_{column.removesuffix('_at')}_date" for column in row.swapped)
            findings += [(row.file.submission_id, row.number, name) for name in names]
    return {
        "fates": {(r.file.submission_id, r.number): r.fate for r in truth.rows},
        "rules": _sets(
            (r.file.submission_id, r.number, rule) for r in truth.rows for rule in r.rules
        ),
        "reported": dict(truth.reported),
        "verdicts": {f"{space}:{code}": v for (space, code), v in truth.verdicts.items()},
        "verdicts by time": {
            f"{space}:{code}": v for (space, code), v in truth.verdicts_by_time.items()
        },
        "sectors": {
            f"{space}:{code}": case.newest.sector for (space, code), case in truth.cases.items()
        },
        "counts": counts,
        "ranks": dict(ranked(reference, truth)),
        "findings": _sets(findings),
    }


READ = (
    "core.agg_unit_sector_month",
    "core.fct_case",
    "core.fct_unit_report",
    "intermediate.int_case_row_fate",
    "mart.mart_late_rate_ranking",
    "quality.findings",
    "quality.rejected_rows",
)
"""The tables that `told_by_warehouse` reads."""


def counts_told(connection: duckdb.DuckDBPyConnection) -> dict[Any, int]:
    """(calendar, period, unit, sector, count's name) -> what the monthly table says, zeros left out."""
    columns = ", ".join(f"{name}_count" for name in COUNTS)
    counts = {}
    for calendar, period, unit, sector, *values in connection.execute(
        f"select calendar, period, unit_code, sector_code, {columns}"
        " from core.agg_unit_sector_month where grain = 'date'"
    ).fetchall():
        for name, count in zip(COUNTS, values, strict=True):
            if count:
                counts[calendar, period, unit, sector, f"{name}_count"] = count
    return counts


def ranks_told(connection: duckdb.DuckDBPyConnection) -> Ranked:
    """Every rank of the oracle's policies, in the oracle's shape."""
    found = connection.execute(
        "select policy_code, calendar, period_kind, period, scope, member_code,"
        " numerator, denominator, rank from mart.mart_late_rate_ranking"
        " where rank is not null and list_contains(?, policy_code)",
        [list(POLICIES)],
    ).fetchall()
    return {row[:6]: row[6:] for row in found}


def told_by_warehouse(connection: duckdb.DuckDBPyConnection) -> Facts:
    """What the tables say, in the same shapes."""
    cases = connection.execute(
        "select case_key, resolution, resolution_by_time, sector_code from core.fct_case"
    ).fetchall()
    resolutions = {"no_due": "resolved_no_due"}  # fct_case says the same in fewer words
    cases = [(k, resolutions.get(v, v), resolutions.get(t, t), s) for k, v, t, s in cases]
    rules = ", ".join(f"'{rule}'" for rule in ROW_RULES)
    seen = ", ".join(f"'{rule}'" for rule in SEEN_RULES)
    return {
        "fates": _pairs(
            connection,
            "select submission_id, row_number, fate from work.intermediate.int_case_row_fate",
        ),
        "rules": _sets(
            connection.execute(
                "select submission_id, row_number, rule_id from quality.rejected_rows"
                f" where rule_id in ({rules})"
            ).fetchall()
        ),
        "reported": _pairs(
            connection, "select period, unit_code, is_reported from core.fct_unit_report"
        ),
        "verdicts": {key: verdict for key, verdict, _, _ in cases},
        "verdicts by time": {key: verdict for key, _, verdict, _ in cases},
        "sectors": {key: sector for key, _, _, sector in cases},
        "counts": counts_told(connection),
        "ranks": ranks_told(connection),
        "findings": _sets(
            connection.execute(
                "select submission_id, row_number, rule_id from quality.findings"
                f" where rule_id in ({seen})"
            ).fetchall()
        ),
    }


def disagreements(oracle: Facts, warehouse: Facts) -> list[str]:
    """Every difference, in both directions, in words."""
    found = []
    for kind, expected in oracle.items():
        actual = warehouse[kind]
        for key in sorted(expected.keys() | actual.keys(), key=str):
            if (key in expected) != (key in actual) or expected.get(key) != actual.get(key):
                said = actual.get(key, "nothing")
                found.append(f"{kind} {key}: law {expected.get(key, 'nothing')}, tables {said}")
    return found


def _pairs(connection: duckdb.DuckDBPyConnection, query: str) -> dict[Any, Any]:
    rows = connection.execute(query).fetchall()
    pairs = {(first, second): value for first, second, value in rows}
    assert len(pairs) == len(rows), "a row twice"
    return pairs


def _sets(rows: Iterable[tuple[Any, ...]]) -> dict[Any, Any]:
    """Rows without order; a row that stands twice counts twice."""
    counted: dict[Any, Any] = {}
    for row in rows:
        key = tuple(row)
        counted[key] = counted.get(key, 0) + 1
    return counted
