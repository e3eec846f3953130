"""What goes back to each unit: what became of its files, what to correct, its own figures."""
# ruff: noqa: S608 - SQL is put together from our own queries

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from ingestion.home import Home
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.receipts import local_time
from ingestion.site import Site
from publishing.finding_sheets import write_findings
from publishing.outbox_state import find_outdated, remember_written
from publishing.pack_findings import Place, none_found, read_findings
from publishing.pack_sheets import Pack, write_figures, write_summary
from publishing.reports import built_at
from publishing.sheets import open_book
from warehouse.served import Row, rows, served

# Every query reads the units and months of one batch of `pack_wanted`, all of them at once.
OF_BATCH = "inner join pack_wanted as w on t.unit_code = w.unit_code and t.period = w.period"
PLACES = (
    "select unit_code, period from pack_wanted as t where t.batch = ? order by period, unit_code"
)
LEDGER = f"""
    select t.unit_code, t.period, t.unit_name, t.submission_id, t.receipt_seq, t.feed, t.file_name,
        t.pulled_at, t.mode, t.status, t.is_current, t.rows_read, t.rows_accepted, t.rows_rejected,
        t.rows_duplicate, t.rows_ignored, t.rows_decoded, t.stated_total
    from quality.load_ledger as t {OF_BATCH}
    where w.batch = ?
    order by t.unit_code, t.period, t.receipt_seq
"""
FILE_MESSAGES = f"""
    select t.unit_code, t.period, t.submission_id, t.code, t.file_name, t.sheet, t.cell, t.message
    from quality.file_messages as t {OF_BATCH}
    where w.batch = ?
    order by t.unit_code, t.submission_id, t.sheet nulls first, t.cell nulls first, t.message
"""
UNIT_MONTH = f"select t.* from mart.mart_unit_month as t {OF_BATCH} where w.batch = ?"
SECTOR_MONTH = f"""
    select t.* from mart.mart_unit_sector_month as t {OF_BATCH}
    where w.batch = ?
    order by t.unit_code, t.sector_code = '(trống)', t.sector_name collate vi, t.sector_code
"""
# The figures beside it are those of calendar months (mart_unit_month), so the rank is too.
RANKS = f"""
    with ranked as (
        select member_code as unit_code, period, rank, policy_name, small_n, numerator, denominator,
            count(rank) over (partition by period) as ranked_units
        from mart.mart_late_rate_ranking
        where calendar = 'calendar' and period_kind = 'month' and scope = 'unit' and policy_code = ?
            and period in (select period from pack_wanted)
    )
    select t.* from ranked as t {OF_BATCH} where w.batch = ?
"""


def write_outbox(site: Site, home: Home, period: str, *, progress: Progress = quiet) -> list[Path]:
    """Write the workbooks that are out of date, one per unit and month; return their paths.

    `outbox/<unit>/<period>/Ket-qua-nap-<unit>-<period>.xlsx`: of the month asked for, all that are
    missing or would change; of other months, those that would change since the last run, so that a
    correction to an old month reaches the unit (publishing.outbox_state). Each is written whole and
    renamed over the earlier one; one that nothing stands behind any more is removed. Raises
    NothingServed when nothing is published.
    """
    written: list[Path] = []
    with served(home) as connection:
        created = built_at(connection)
        outdated = find_outdated(connection, home, period, site.default_policy)
        for batch in outdated.batches:
            for pack in _read_packs(connection, site, batch):
                path = pack_path(home, pack.unit_code, pack.period)
                _write_pack(path, pack, created)
                written.append(path)
                progress(text("outbox.progress"), len(written), outdated.count)
        for unit_code, gone_period in outdated.gone:
            pack_path(home, unit_code, gone_period).unlink(missing_ok=True)
        remember_written(connection, home)
    return written


def _write_pack(path: Path, pack: Pack, created: datetime) -> None:
    with open_book(path, created) as book:
        write_summary(book, pack)
        write_findings(book, pack.findings, has_earlier=pack.has_earlier)
        write_figures(book, pack)


def pack_path(home: Home, unit_code: str, period: str) -> Path:
    """Where a unit's workbook of a month lies."""
    return home.outbox / unit_code / period / f"Ket-qua-nap-{unit_code}-{period}.xlsx"


def _read_packs(connection: duckdb.DuckDBPyConnection, site: Site, batch: int) -> list[Pack]:
    """The packs of one batch."""
    ledger = _by_place(connection, LEDGER, [batch])
    messages = _by_place(connection, FILE_MESSAGES, [batch])
    months = _by_place(connection, UNIT_MONTH, [batch])
    sectors = _by_place(connection, SECTOR_MONTH, [batch])
    ranks = _by_place(connection, RANKS, [site.default_policy, batch])
    findings = read_findings(connection, batch)
    zone = ZoneInfo(site.time_zone)
    places = [(r["unit_code"], r["period"]) for r in rows(connection, PLACES, [batch])]
    return [
        Pack(
            unit_code=place[0],
            unit_name=_unit_name(place[0], months[place], ledger[place]),
            period=place[1],
            files=[
                {**row, "pulled_at": local_time(row["pulled_at"], zone)} for row in ledger[place]
            ],
            messages=messages[place],
            findings=findings.get(place, none_found()),
            month=next(iter(months[place]), None),
            sectors=sectors[place],
            standing=next(iter(ranks[place]), None),
        )
        for place in places
    ]


def _by_place(
    connection: duckdb.DuckDBPyConnection, query: str, values: list[object]
) -> defaultdict[Place, list[Row]]:
    """The rows of a query by unit and month, in the query's order."""
    found: defaultdict[Place, list[Row]] = defaultdict(list)
    for row in rows(connection, query, values):
        found[row["unit_code"], row["period"]].append(row)
    return found


def _unit_name(code: str, months: Sequence[Row], files: Sequence[Row]) -> str:
    named = [row["unit_name"] for row in (*months, *files) if row["unit_name"]]
    return str(named[0]) if named else code
