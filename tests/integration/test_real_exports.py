"""Real cases with independently counted answers: loaded month by month, compared group by group."""

import csv
from collections.abc import Iterator
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
