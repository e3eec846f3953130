"""Real cases with independently counted answers: loaded month by month, compared group by group."""

import csv
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.pull import pull
from ingestion.site import load_site
from publishing.snapshot import publish
from warehouse.build import build
from warehouse.gates import check

ROOT = Path(__file__).resolve().parents[2]
EXPORTS = ROOT.parent / "shared" / "real_exports"
SITE = ROOT / "tests" / "sites" / "boston"
MONTHS = ("2015-01", "2015-02", "2015-03")

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not EXPORTS.is_dir(), reason="the folder of real exports is not beside this checkout"
    ),
]

# Column of the counted answer -> the same quantity in core.agg_unit_sector_month, compared by date.
BY_DATE = {
    "carried_over": "opening_count",
    "received": "received_count",
    "resolved": "resolved_early_count + resolved_on_time_count + resolved_late_count + resolved_no_due_count",
    "early_day": "resolved_early_count",
    "ontime_day": "resolved_on_time_count",
    "late_day": "resolved_late_count",
    "resolved_no_due": "resolved_no_due_count",
    "pending": "pending_in_time_count + pending_overdue_count + pending_suspended_count + pending_no_due_count",
    "pending_in_time_day": "pending_in_time_count",
    "pending_overdue_day": "pending_overdue_count",
    "pending_no_due": "pending_no_due_count",
}
BY_TIME = {
    "late_ts": "resolved_late_count",
    "not_late_ts": "resolved_early_count + resolved_on_time_count",
    "pending_overdue_ts": "pending_overdue_count",
}
Group = tuple[str, str, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse after January, February and March were each loaded in their turn."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("MOTCUA_EXPORTS", str(EXPORTS / "files"))
    site, home = load_site(SITE), Home(tmp_path_factory.mktemp("boston"))
    home.create()
    for month in MONTHS:
        pull(site, home, month)
        decode(site, home)
    built = build(site, home)
    check(site, home, built.build_id)
    publication = publish(site, home, built.build_id)
    with duckdb.connect(str(publication.database), read_only=True) as connection:
        yield connection
    monkeypatch.undo()


def counted() -> dict[Group, dict[str, int]]:
    """The answers that were counted from the original rows, per unit, sector and month."""
    path = EXPORTS / "expected_unit_sector_month.csv"
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return {
            (row["unit"], row["sector"], row["month"]): {
                name: int(row[name]) for name in BY_DATE | BY_TIME
            }
            for row in csv.DictReader(handle)
        }


def computed(
    connection: duckdb.DuckDBPyConnection, grain: str, columns: dict[str, str]
) -> dict[Group, dict[str, int]]:
    """The warehouse's figures in the same shape; groups of zeros are not groups."""
    measures = ", ".join(f'{expression} as "{name}"' for name, expression in columns.items())
    result = connection.execute(
        f"""
        select u.unit_name, s.sector_name, a.period, {measures}
        from core.agg_unit_sector_month as a
        join core.dim_unit as u using (unit_code)
        join core.dim_sector as s using (sector_code)
        where a.calendar = 'calendar' and a.grain = ?
        """,
        [grain],
    ).fetchall()
    return {row[:3]: dict(zip(columns, row[3:], strict=True)) for row in result if any(row[3:])}


def test_every_day_based_column_equals_the_counted_answer(
    served: duckdb.DuckDBPyConnection,
) -> None:
    answers = {group: {name: row[name] for name in BY_DATE} for group, row in counted().items()}
    assert len(answers) == 149
    assert computed(served, "date", BY_DATE) == answers


POLICIES = {
    "strict": (("late_day",), ("early_day", "ontime_day", "late_day")),
    "kstt": (("late_day",), ("resolved",)),
    "with_pending": (
        ("late_day", "pending_overdue_day"),
        ("early_day", "ontime_day", "late_day", "pending_overdue_day"),
    ),
}
Ranks = dict[tuple[str, str, str, str], tuple[int, int, int]]
"""(policy, period, scope, name) -> numerator, denominator, rank."""


def counted_ranks() -> Ranks:
    """Competition ranks (1 = worst) on the counted answers: each month, and the quarter they make."""
    sums: dict[tuple[str, str], dict[str, Counter[str]]] = {}
    for (unit, sector, month), row in counted().items():
        quarter = {n: v for n, v in row.items() if month == MONTHS[-1] or "pending" not in n}
        for period, figures in ((month, row), ("2015-Q1", quarter)):
            for scope, name in (("unit", unit), ("unit_as_today", unit), ("sector", sector)):
                sums.setdefault((period, scope), {}).setdefault(name, Counter()).update(figures)
    ranks: Ranks = {}
    for (period, scope), members in sums.items():
        for policy, parts in POLICIES.items():
            both = {m: [sum(row[n] for n in part) for part in parts] for m, row in members.items()}
            rates = {name: Fraction(n, d) for name, (n, d) in both.items() if d}
            for name, rate in rates.items():
                rank = 1 + sum(other > rate for other in rates.values())
                ranks[policy, period, scope, name] = (both[name][0], both[name][1], rank)
    return ranks


def test_rankings_of_months_and_the_quarter_follow_from_the_counted_answers(
    served: duckdb.DuckDBPyConnection,
) -> None:
    found = {
        row[:4]: row[4:]
        for row in served.execute(
            """
            select policy_code, period, scope, member_name, numerator, denominator, rank
            from mart.mart_late_rate_ranking
            where calendar = 'calendar' and period_kind in ('month', 'quarter')
                and scope <> 'unit_level' and rank is not null and list_contains(?, policy_code)
            """,
            [list(POLICIES)],
        ).fetchall()
    }
    assert len(found) > 100
    assert found == counted_ranks()


def test_timestamp_columns_differ_only_where_text_dates_lost_their_seconds(
    served: duckdb.DuckDBPyConnection,
) -> None:
    """A case finished in the minute it was due is late by seconds that the text no longer has."""
    answers, found = counted(), computed(served, "timestamp", BY_TIME)
    same_minute = dict(
        served.execute(
            """
            select (u.unit_name, s.sector_name, c.completed_period), count(*)
            from core.fct_case as c
            join core.dim_unit as u using (unit_code)
            join core.dim_sector as s using (sector_code)
            where date_trunc('minute', c.completed_at) = date_trunc('minute', c.due_at)
            group by all
            """
        ).fetchall()
    )
    for group, row in found.items():
        lost = same_minute.get(group, 0)
        assert 0 <= answers[group]["late_ts"] - row["late_ts"] <= lost, group
        assert 0 <= row["not_late_ts"] - answers[group]["not_late_ts"] <= lost, group
        assert row["pending_overdue_ts"] == answers[group]["pending_overdue_ts"], group
    assert sum(row["late_ts"] for row in found.values()) > 0


def test_every_row_of_the_files_is_in_the_ledger(served: duckdb.DuckDBPyConnection) -> None:
    with (EXPORTS / "manifest.csv").open(encoding="utf-8-sig", newline="") as handle:
        stated = {row["file"]: int(row["rows"]) for row in csv.DictReader(handle)}
    ledger = dict(
        served.execute(
            "select file_name, rows_accepted + rows_rejected + rows_duplicate from quality.load_ledger"
        ).fetchall()
    )
    assert ledger == stated
