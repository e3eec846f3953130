"""The demo site, loaded as `make month-end` loads it, equals what its generator knows."""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.pull import pull
from ingestion.site import load_site
from samples.generate import generate
from samples.service_truth import SERVICE_COUNTS
from tests.laws.models import Models, failed_tests, run_models
from warehouse.inputs import write_inputs

SITE = Path(__file__).resolve().parents[2] / "sites" / "demo"
NEWEST = "2024-12"
COUNTS = (
    "opening_count",
    "received_count",
    "transferred_in_count",
    "resolved_early_count",
    "resolved_on_time_count",
    "resolved_late_count",
    "resolved_no_due_count",
    "withdrawn_count",
    "refused_count",
    "transferred_out_count",
    "pending_in_time_count",
    "pending_overdue_count",
    "pending_suspended_count",
    "pending_no_due_count",
)

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of the demo site, with their truth beside them."""
    exports = tmp_path_factory.mktemp("exports")
    generate(SITE, exports, seed=1)
    return exports / "_truth"


@pytest.fixture(scope="module")
def built(
    truth: Path, tmp_path_factory: pytest.TempPathFactory, models: Models
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of all twelve months, asked for as the newest one."""
    site, home = load_site(SITE), Home(tmp_path_factory.mktemp("home"))
    home.create()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTCUA_EXPORTS", str(truth.parent))
        pull(site, home, NEWEST)
        decode(site, home)
    work = home.build / "work.duckdb"
    write_inputs(site, home, work)
    with run_models(models, work) as connection:
        assert failed_tests(models, connection) == []
        yield connection


def read(path: Path) -> list[dict[str, str]]:
    """The rows of one truth file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_counts_equal_the_truth_in_both_directions(
    truth: Path, built: duckdb.DuckDBPyConnection
) -> None:
    known = {
        (row["period"], row["unit_code"], row["sector_code"]): tuple(
            int(row[name]) for name in COUNTS
        )
        for row in read(truth / "unit_sector_month.csv")
    }
    found = {
        row[:3]: row[3:]
        for row in built.execute(
            f"select period, unit_code, sector_code, {', '.join(COUNTS)} from mart.mart_unit_sector_month"
        ).fetchall()
        if any(row[3:])
    }
    assert len(known) > 1000
    assert found == known


def test_counts_of_service_equal_the_truth_in_both_directions(
    truth: Path, built: duckdb.DuckDBPyConnection
) -> None:
    """Shapes lack columns, say no by a blank cell, and one unit changes its shape within the year."""
    known = {
        (row["period"], row["unit_code"], row["sector_code"]): tuple(
            int(row[name]) for name in SERVICE_COUNTS
        )
        for row in read(truth / "service_month.csv")
    }
    found = {
        row[:3]: row[3:]
        for row in built.execute(
            f"select period, unit_code, sector_code, {', '.join(SERVICE_COUNTS)}"
            " from mart.mart_service_sector_month where calendar = 'calendar'"
        ).fetchall()
        if any(row[3:])
    }
    assert len(known) > 1000
    assert all(map(any, zip(*known.values(), strict=True)))
    assert found == known


def test_distinct_counts_equal_counting_the_cases(built: duckdb.DuckDBPyConnection) -> None:
    """In every period of both calendars, straight from the cases; all demo procedures are listed."""
    differing = built.execute("""
        with counted as (
            select
                p.calendar, p.period_kind, p.period, c.unit_code,
                count(distinct c.procedure_code) filter (
                    c.channel = 'online' and coalesce(d.service_level, c.service_level) in ('partial', 'full')
                ) as online,
                count(distinct c.procedure_code) filter (
                    d.has_fee and coalesce(c.has_fee, true) and c.is_paid_online
                ) as paid
            from core.fct_case as c
            inner join core.dim_procedure as d on c.procedure_code = d.procedure_code and d.is_listed
            inner join core.dim_reporting_period as p on c.received_on between p.from_on and p.to_on
            where c.procedure_code <> '(trống)'
            group by all
        )
        select count(*), count(*) filter (
            coalesce(c.online, 0) <> a.online_case_procedure_count
            or coalesce(c.paid, 0) <> a.paid_online_procedure_count
        )
        from core.agg_unit_service_period as a
        left join counted as c using (calendar, period_kind, period, unit_code)
    """).fetchone()
    assert differing is not None
    assert differing[0] > 1000
    assert differing[1] == 0


FLOWS, STOCKS = COUNTS[1:10], COUNTS[10:]
Line = tuple[str, str, str, str, str]
"""calendar, kind of period, period, unit, sector"""


def spans(months: list[str]) -> dict[tuple[str, str], list[str]]:
    """Every period of a year, by kind and label, and the months it is made of."""
    year = months[0][:4]
    found = {("month", month): [month] for month in months}
    found |= {("ytd", month): months[: n + 1] for n, month in enumerate(months)}
    found |= {("quarter", f"{year}-Q{n + 1}"): months[3 * n : 3 * n + 3] for n in range(4)}
    found |= {("half", f"{year}-H{n + 1}"): months[6 * n : 6 * n + 6] for n in range(2)}
    return found | {("nine_months", f"{year}-9M"): months[:9], ("year", year): months}


def test_every_period_of_the_year_equals_the_truth_in_both_calendars(
    truth: Path, built: duckdb.DuckDBPyConnection
) -> None:
    """Flows are the sum of the months, stocks those of the last, opening that of the first."""
    known: dict[Line, list[int]] = {}
    for calendar, name in (("calendar", "unit_sector_month"), ("d15", "unit_sector_month_d15")):
        lines = {
            (row["period"], row["unit_code"], row["sector_code"]): row
            for row in read(truth / f"{name}.csv")
        }
        first: dict[str, str] = {}
        for month, unit, _ in sorted(lines):
            first.setdefault(unit, month)
        for (kind, label), span in spans(sorted({key[0] for key in lines})).items():
            for (month, unit, sector), row in lines.items():
                if month not in span:
                    continue
                line = known.setdefault((calendar, kind, label, unit, sector), [0] * len(COUNTS))
                opens = month == max(span[0], first[unit])
                for place, column in enumerate(COUNTS):
                    counts = column in FLOWS or (
                        opens if column == COUNTS[0] else month == span[-1]
                    )
                    line[place] += int(row[column]) * counts
    found = {
        row[:5]: list(row[5:])
        for row in built.execute(
            f"select calendar, period_kind, period, unit_code, sector_code, {', '.join(COUNTS)}"
            " from mart.mart_unit_sector_period"
        ).fetchall()
    }
    assert len({key[:3] for key in known}) == 2 * (12 + 12 + 4 + 2 + 1 + 1)
    assert {key: line for key, line in found.items() if any(line)} == {
        key: line for key, line in known.items() if any(line)
    }


def test_ledger_equals_the_truth_file_by_file(
    truth: Path, built: duckdb.DuckDBPyConnection
) -> None:
    names = ("rows_read", "rows_accepted", "rows_rejected", "rows_duplicate", "rows_ignored")
    known = {
        (row["period"], row["unit_code"]): (row["status"], *(int(row[name]) for name in names))
        for row in read(truth / "files.csv")
        if row["status"] != "missing"
    }
    columns = ", ".join(f"coalesce({name}, 0)" for name in names)
    found = {
        row[:2]: row[2:]
        for row in built.execute(
            f"select period, unit_code, status, {columns} from quality.load_ledger"
        ).fetchall()
    }
    assert len(known) == 479
    assert found == known


def test_each_refused_row_is_named_with_its_rule(
    truth: Path, built: duckdb.DuckDBPyConnection
) -> None:
    """The generator says `unreadable_date` of any date column; the rules name which."""
    known = {
        (row["file_name"], row["sheet"] or None, int(row["row_number"]), row["rule_id"])
        for row in read(truth / "rejected_rows.csv")
    }
    found = {
        (file, sheet or None, number, "unreadable_date" if rule.startswith("unreadable_") else rule)
        for file, sheet, number, rule in built.execute(
            "select file_name, sheet, row_number, rule_id from quality.rejected_rows"
        ).fetchall()
    }
    assert known
    assert found == known
