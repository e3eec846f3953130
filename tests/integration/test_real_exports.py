"""Real cases with independently counted answers: loaded month by month, compared group by group."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import duckdb
import holidays
import pytest

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.pull import pull
from ingestion.register import read_submissions
from ingestion.site import load_site
from publishing.snapshot import publish
from tests.laws.comparison import counts_told, ranks_told
from tests.laws.oracle import Truth, bounds, months, tell_rows, unit_in_month
from tests.laws.oracle_dates import Moment
from tests.laws.oracle_rates import ranked
from tests.laws.oracle_rows import Reference, Row, Submission, UnitFacts, broken_rules
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
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which January, February and March were each loaded in their turn, and published."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("MOTCUA_EXPORTS", str(EXPORTS / "files"))
    site, home = load_site(SITE), Home(tmp_path_factory.mktemp("boston"))
    home.create()
    for month in MONTHS:
        pull(site, home, month)
        decode(site, home)
    built = build(site, home)
    check(site, home, built.build_id)
    publish(site, home, built.build_id)
    yield home
    monkeypatch.undo()


@pytest.fixture(scope="module")
def served(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse."""
    with duckdb.connect(str(home.serving / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


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


@pytest.fixture(scope="module")
def reference() -> Reference:
    """The site as domain §2 looks at it; sectors are the cells' own texts."""
    with (SITE / "reference" / "units.csv").open(encoding="utf-8", newline="") as handle:
        units = tuple(
            UnitFacts(
                row["code"],
                (row["name"],),
                case_namespace=row["case_namespace"],
                levels=(("", row["level"]),),
            )
            for row in csv.DictReader(handle)
        )
    return Reference("BOSTON", units, sectors={}, statuses={}, channels={})


@pytest.fixture(scope="module")
def truth(home: Home, reference: Reference) -> Truth:
    """The plain reading of domain §2 (`tests/laws`) of the decoded rows of every file."""
    units = {name: unit.code for unit in reference.units for name in unit.names}
    found = [s for s in read_submissions(load_site(SITE), home) if s.status == "accepted"]
    files = {
        s.submission_id: Submission(
            s.submission_id,
            s.unit_code,
            s.period,
            s.receipt_seq,
            s.mode,
            "movements",
            frozenset(),
            (),
        )
        for s in found
    }
    rows: dict[str, list[Row]] = {submission: [] for submission in files}
    for submission, number, code, unit, sector, channel, *cells, status in duckdb.execute(
        """
        select submission_id, row_number, case_code, unit, sector, channel,
            received_at, due_at, completed_at, status
        from read_parquet(?)
        """,
        [[str(path) for path in home.raw.rglob("*.parquet")]],
    ).fetchall():
        dates = dict(
            zip(("received_at", "due_at", "completed_at"), map(moment, cells), strict=True)
        )
        row = Row(
            file=files[submission],
            number=number,
            code=code,
            named_unit=units[unit],
            unit=units[unit],
            identity=("BOSTON", code),
            dates=dates,
            unreadable=set(),
            status={"Open": "processing", "Closed": "done"}[status],
            sector=" ".join(sector.split()),
            channel="direct" if channel in BY_PEOPLE else "online",
        )
        assert not broken_rules(row), row
        rows[submission].append(row)
    return tell_rows(reference, list(files.values()), list(rows.values()))


BY_PEOPLE = {"Constituent Call", "Employee Generated"}


def moment(text: str | None) -> Moment | None:
    """A date with its time of day, as these files write it: day first, or as Excel's own date."""
    if text is None:
        return None
    form = "%d/%m/%Y %H:%M" if "/" in text else "%Y-%m-%d %H:%M:%S"
    read = datetime.strptime(text, form)  # noqa: DTZ007 - exports carry local time
    return Moment(read.date(), read.time())


def test_counts_of_both_calendars_equal_the_plain_reading(
    served: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    told = {
        (*key, name): count
        for key, counter in truth.counts.items()
        for name, count in counter.items()
    }
    assert {key[0] for key in told} == {"calendar", "d15"}
    assert counts_told(served) == told


def test_ranks_of_every_period_kind_equal_the_plain_reading(
    served: duckdb.DuckDBPyConnection, reference: Reference, truth: Truth
) -> None:
    told = ranked(reference, truth)
    assert {key[2] for key in told} == {"month", "ytd", "quarter"}
    assert ranks_told(served) == told


Officials = dict[tuple[str, str, str, str], tuple[int, int, int | None, bool, bool]]
"""(calendar, period, grain, key) -> late, with a due date, rank, over 10 %, under 20 cases."""


def officials_by_hand(home: Home, reference: Reference, truth: Truth) -> Officials:
    """Year to date of who the newest row names: per name and unit, and per name alone."""
    names = {
        row[:2]: " ".join((row[2] or "").split()).casefold()
        for row in duckdb.execute(
            "select submission_id, row_number, official from read_parquet(?)",
            [[str(path) for path in home.raw.rglob("*.parquet")]],
        ).fetchall()
    }
    sums: dict[tuple[str, str, str], dict[str, Counter[str]]] = {}
    for identity, case in truth.cases.items():
        completed, verdict = case.newest.completed, truth.verdicts[identity]
        if completed is None or verdict is None:
            continue
        name = names[case.newest.row.file.submission_id, case.newest.row.number]
        for calendar in ("calendar", "d15"):
            for month in MONTHS:
                start, end = bounds(calendar, month)
                if not start <= completed.day <= end:
                    continue
                unit = unit_in_month(reference, case, month)
                if truth.first_periods[unit] > month:
                    continue
                for period in months(month, MONTHS[-1]):
                    for grain, key in (("person", f"name:{unit}:{name}"), ("name", name)):
                        members = sums.setdefault((calendar, period, grain), {})
                        members.setdefault(key, Counter())[verdict] += 1
    told: Officials = {}
    for (calendar, period, grain), members in sums.items():
        decided = {k: c["early"] + c["on_time"] + c["late"] for k, c in members.items()}
        rates = {k: Fraction(c["late"], decided[k]) for k, c in members.items() if decided[k]}
        for key, counter in members.items():
            rank = 1 + sum(r > rates[key] for r in rates.values()) if key in rates else None
            late, total = counter["late"], decided[key]
            told[calendar, period, grain, key] = (late, total, rank, late * 10 > total, total < 20)
    return told


def test_officials_year_to_date_equal_the_plain_reading(
    served: duckdb.DuckDBPyConnection, home: Home, reference: Reference, truth: Truth
) -> None:
    found = {
        row[:4]: row[4:]
        for row in served.execute(
            """
            select calendar, period, grain, official_key, numerator, denominator, rank,
                exceeds_limit, small_n
            from mart.mart_official_year
            """
        ).fetchall()
    }
    told = officials_by_hand(home, reference, truth)
    assert any(over and not small for *_, over, small in told.values())
    assert found == told


def test_backlog_equals_the_plain_reading(served: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Working days after the due date up to the month's end, or after the end up to the due date."""
    calendar, end = holidays.country_holidays("VN"), date(2015, 3, 31)
    first = date(2015, 1, 1)
    working, passed = {}, 0
    for number in range(1500):
        day = first + timedelta(days=number)
        passed += calendar.is_working_day(day)
        working[day] = passed
    told: dict[str, tuple[str, str, int | None, int | None]] = {}
    for (_, code), case in truth.cases.items():
        state = case.state(MONTHS[-1])
        if case.newest.completed:
            continue
        if state.due is None:
            told[code] = (state.unit, "no_due", None, None)
        elif state.due.day < end:
            told[code] = (state.unit, "overdue", None, working[end] - working[state.due.day])
        else:
            told[code] = (state.unit, "in_time", working[state.due.day] - working[end], None)
    found = {
        row[0]: row[1:]
        for row in served.execute(
            """
            select case_code, unit_code, pending_state, days_to_due, days_late
            from mart.mart_backlog_case
            """
        ).fetchall()
    }
    assert len(found) > 8000
    assert found == told
