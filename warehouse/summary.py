"""What the person who ran a month sees at its end: ranking, what came, what was refused, where things are."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.home import Home
from ingestion.site import Site
from warehouse.restatement import moved_months
from warehouse.served import Row, rows, served, served_database


@dataclass(frozen=True)
class MonthSummary:
    """One month of the served warehouse.

    ranking: rows of mart_late_rate_ranking (units, default policy, the site's reporting calendar),
    worst first, unranked last.
    `files_accepted` are those in use and `rows_*` their rows: a file that a later one has replaced
    (`files_replaced`) is not counted twice. `missing` are units asked of which no file was accepted
    or waits for a person.
    `files_open`: held files, and rejected ones that no accepted file of the unit has followed and
    that no person has refused; `is_open` of `files` marks them. `changed_months`: units × months
    before this one whose figures the served publication moved, and `changed_cells` how many of
    their figures (publishing.changes). `restated`: signed months, of whatever date, whose figures are
    others now (warehouse.restatement).
    """

    authority: str
    period: str
    policy_name: str
    ranking: list[Row]
    files_accepted: int
    files_replaced: int
    files_rejected: int
    files_held: int
    files_open: int
    missing: list[str]
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_duplicate: int
    rows_ignored: int
    files: list[Row]
    changed_months: int
    changed_cells: int
    restated: list[Row]
    outputs: dict[str, Path]


OPEN_FILES = """
    select submission_id from quality.load_ledger as l
    where (status = 'held' or (
        status = 'rejected'
        and not exists (
            select 1 from quality.load_ledger as a
            where a.unit_code = l.unit_code and a.feed = l.feed and a.period = l.period
                and a.status = 'accepted'
                and a.receipt_seq > l.receipt_seq
        )
        and not exists (
            select 1 from quality.file_messages as m
            where m.submission_id = l.submission_id and m.code = 'refused'
        )
    ))
"""
"""Ids of files that wait for a person, or were rejected and nothing came after them."""


def read_summary(site: Site, home: Home, period: str) -> MonthSummary:
    """Read the summary of a month from the served file. Raises NothingServed before the first publication."""
    with served(home) as connection:
        ranking = rows(
            connection,
            """
            select r.* from mart.mart_late_rate_ranking as r
            join core.dim_policy as p using (policy_code)
            where p.is_default and r.scope = 'unit' and r.calendar = ?
                and r.period_kind = 'month' and r.period = ?
            order by r.rank nulls last, r.member_name collate vi
            """,
            [site.reporting_calendar, period],
        )
        files = rows(
            connection, "select * from quality.load_ledger where period = ? order by 1", [period]
        )
        policy = rows(connection, "select policy_name from core.dim_policy where is_default")[0]
        build = rows(connection, "select build_id from meta.build")[0]
        of_month = f"{OPEN_FILES} and l.period = ?"
        waiting = {row["submission_id"] for row in rows(connection, of_month, [period])}
        restated = moved_months(connection)
    cases = [f for f in files if f["feed"] == "cases"]
    changed_months, changed_cells = _count_changes(home, build["build_id"], period)
    came = {
        f["unit_code"] for f in cases if f["status"] == "accepted" or f["submission_id"] in waiting
    }
    asked = {s.unit for s in site.sources if s.feed == "cases" and s.covers(period)}
    sums = {
        name: sum(f[name] or 0 for f in files if f["is_current"])
        for name in (
            "rows_read",
            "rows_accepted",
            "rows_rejected",
            "rows_duplicate",
            "rows_ignored",
        )
    }
    return MonthSummary(
        authority=site.authority.name,
        period=period,
        policy_name=policy["policy_name"],
        ranking=ranking,
        files_accepted=sum(f["is_current"] for f in files),
        files_replaced=sum(f["status"] == "accepted" and not f["is_current"] for f in files),
        files_rejected=sum(f["status"] == "rejected" for f in files),
        files_held=sum(f["status"] == "held" for f in files),
        files_open=len(waiting),
        missing=sorted(asked - came),
        files=[{**f, "is_open": f["submission_id"] in waiting} for f in files],
        changed_months=changed_months,
        changed_cells=changed_cells,
        restated=restated,
        outputs={
            "database": served_database(home),
            "reports": home.reports / period,
            "outbox": home.outbox,
            "gates": home.quality / build["build_id"] / "index.html",
        },
        **sums,
    )


def _count_changes(home: Home, build_id: str, period: str) -> tuple[int, int]:
    """Units × months before `period`, and their figures, that this publication moved."""
    listed = home.publications / f"{build_id}.changes.parquet"
    if not listed.exists():
        return 0, 0
    with duckdb.connect(":memory:") as connection:
        found = rows(
            connection,
            """
            select
                count(distinct (unit_code, period)) as months,
                count(distinct (unit_code, period, coalesce(sector_code, ''), measure)) as cells
            from read_parquet(?)
            where period < ?
            """,
            [str(listed), period],
        )[0]
    return found["months"], found["cells"]
