"""What a person sees before signing a month: figures, gates, what moved, and what stands against it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.home import Home
from ingestion.periods import parse_period, previous_period
from ingestion.site import Site
from warehouse.closing import missing_units, obstacles
from warehouse.closing_freeze import control_totals
from warehouse.closing_store import Closing, closing_in_force, read_closings
from warehouse.restatement import moved_months
from warehouse.served import Row, rows, served


@dataclass(frozen=True)
class ClosingSummary:
    """The month as it is served now.

    standing: the closing in force, or None. totals, previous_totals: the authority's counts of this month
    and of the one before; late: its late cases by the default policy (policy_name, numerator, denominator, and
    the same of the month before). missing: units without a file. gates: checks passed, and the texts of those
    that were not. restated: signed months that moved since. changed: rows of
    figures of earlier months that the served publication moved. blocking: every reason against signing but
    the missing units, whom a person may accept.
    """

    period: str
    build_id: str
    standing: Closing | None
    totals: Row
    previous_totals: Row
    late: Row
    missing: list[Row]
    gates_passed: int
    gates_failed: list[str]
    restated: list[Row]
    changed: int
    blocking: list[str]


_LATE = """
    select
        (select policy_name from core.dim_policy where is_default) as policy_name,
        sum(late_numerator) filter (period = $month)::BIGINT as numerator,
        sum(late_denominator) filter (period = $month)::BIGINT as denominator,
        sum(late_numerator) filter (period = $before)::BIGINT as previous_numerator,
        sum(late_denominator) filter (period = $before)::BIGINT as previous_denominator
    from mart.mart_unit_month
"""


def closing_summary(site: Site, home: Home, period: str) -> ClosingSummary:
    """Read the summary from the served file. Raises NothingServed, ClosingTampered."""
    month = parse_period(period)
    closings = read_closings(home)
    with served(home) as connection:
        build_id = rows(connection, "select build_id from meta.build")[0]["build_id"]
        restated = moved_months(connection)
        missing = missing_units(connection, month)
        codes = [row["unit_code"] for row in missing]
        blocking = obstacles(site, home, connection, month, closings, without=codes)
        below = previous_period(month)
        totals = control_totals(connection, month)
        before = control_totals(connection, below)
        late = rows(connection, _LATE, {"month": month, "before": below})[0]
    results = _gate_results(home.quality / build_id / "results.json")
    return ClosingSummary(
        period=month,
        build_id=build_id,
        standing=closing_in_force(closings, month),
        totals=totals,
        previous_totals=before,
        late=late,
        missing=missing,
        gates_passed=sum(bool(r["success"]) for r in results),
        gates_failed=[r["text"] for r in results if not r["success"]],
        restated=restated,
        changed=_changed_rows(home.publications / f"{build_id}.changes.parquet", month),
        blocking=blocking,
    )


def _gate_results(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["results"]
    return found


def _changed_rows(path: Path, period: str) -> int:
    """Figures of earlier months that the served publication moved, counted by cause."""
    if not path.exists():
        return 0
    with duckdb.connect(":memory:") as connection:
        ((count,),) = connection.execute(
            "select count(*) from read_parquet(?) where period < ?", [str(path), period]
        ).fetchall()
    return int(count)
