"""What goes back to each unit: what became of its files, what to correct, its own figures."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from ingestion.home import Home
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.site import Site
from publishing.pack_sheets import Pack, write_figures, write_findings, write_summary
from publishing.reports import built_at
from publishing.sheets import open_book
from warehouse.served import Row, rows, rows_by_unit, served

LEDGER = """
    select unit_code, unit_name, submission_id, file_name, pulled_at, mode, status, is_current,
        rows_read, rows_accepted, rows_rejected, rows_duplicate, rows_ignored, stated_total
    from quality.load_ledger
    where period = ?
    order by unit_code, receipt_seq
"""
FILE_MESSAGES = """
    select unit_code, file_name, status, sheet, cell, column_label, value, message
    from quality.file_messages
    where period = ?
    order by unit_code, file_name, sheet nulls first, cell nulls first
"""
# Rows of a file that a newer one replaced need no correcting any more.
FINDINGS = """
    select f.unit_code, f.file_name, f.sheet, f.cell, f.row_number, f.column_label, f.column_name,
        f.case_code, f.value, f.message, f.fix, f.severity
    from quality.findings as f
    inner join quality.load_ledger as l on f.submission_id = l.submission_id
    where f.period = ? and f.severity in ('reject', 'warn') and l.is_current
    order by f.unit_code, f.file_name, f.sheet, f.row_number, f.rule_id
"""
UNIT_MONTH = "select * from mart.mart_unit_month where period = ? order by unit_code"
SECTOR_MONTH = """
    select * from mart.mart_unit_sector_month
    where period = ?
    order by unit_code, sector_code = '(trống)', sector_name collate vi, sector_code
"""
RANKS = """
    select member_code as unit_code, rank, policy_name, small_n,
        count(rank) over () as ranked_units
    from mart.mart_late_rate_ranking
    where period = ? and period_kind = 'month' and scope = 'unit' and policy_code = ?
"""


def write_outbox(site: Site, home: Home, period: str, *, progress: Progress = quiet) -> list[Path]:
    """Write one workbook per unit that sent something for the month, and return their paths.

    `outbox/<unit>/<period>/Ket-qua-nap-<unit>-<period>.xlsx`, each written whole and renamed over
    the earlier one. A workbook of an earlier run for a unit that has nothing any more is removed.
    Reads are one query per table, not per unit. Raises NothingServed when nothing is published.
    """
    with served(home) as connection:
        created = built_at(connection)
        packs = _read_packs(connection, site, period)
    written = []
    for number, pack in enumerate(packs, start=1):
        path = pack_path(home, pack.unit_code, period)
        with open_book(path, created) as book:
            write_summary(book, pack)
            write_findings(book, text("outbox.sheet_rejected"), pack.rejected)
            write_findings(book, text("outbox.sheet_warned"), pack.warned)
            write_figures(book, pack)
        written.append(path)
        progress(text("outbox.progress"), number, len(packs))
    _remove_stale(home, period, set(written))
    return written


def pack_path(home: Home, unit_code: str, period: str) -> Path:
    """Where a unit's workbook of a month lies."""
    return home.outbox / unit_code / period / f"Ket-qua-nap-{unit_code}-{period}.xlsx"


def _remove_stale(home: Home, period: str, written: set[Path]) -> None:
    """Remove workbooks of this month that this run did not write: they say what no longer holds."""
    for path in home.outbox.glob(f"*/{period}/Ket-qua-nap-*-{period}.xlsx"):
        if path not in written:
            path.unlink()


def _read_packs(connection: duckdb.DuckDBPyConnection, site: Site, period: str) -> list[Pack]:
    """The packs of all units that sent a file, or are reported by another's rows."""
    ledger = rows_by_unit(connection, LEDGER, [period])
    messages = rows_by_unit(connection, FILE_MESSAGES, [period])
    findings = rows_by_unit(connection, FINDINGS, [period])
    months = {row["unit_code"]: row for row in rows(connection, UNIT_MONTH, [period])}
    sectors = rows_by_unit(connection, SECTOR_MONTH, [period])
    ranks = {r["unit_code"]: r for r in rows(connection, RANKS, [period, site.default_policy])}
    reported = {code for code, row in months.items() if row["is_reported"]}
    zone = ZoneInfo(site.time_zone)
    return [
        Pack(
            unit_code=code,
            unit_name=_unit_name(code, months.get(code), ledger[code]),
            period=period,
            files=[
                {**row, "pulled_at": local_time(row["pulled_at"], zone)} for row in ledger[code]
            ],
            messages=messages[code],
            rejected=[row for row in findings[code] if row["severity"] == "reject"],
            warned=[row for row in findings[code] if row["severity"] == "warn"],
            month=months.get(code),
            sectors=sectors[code],
            standing=ranks.get(code),
        )
        for code in sorted(reported | set(ledger))
    ]


def local_time(moment: datetime | str, zone: ZoneInfo) -> datetime:
    """A receipt's time on the authority's clock, without zone (a workbook knows none).

    Times without a zone are UTC, as the register writes them.
    """
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return aware.astimezone(zone).replace(tzinfo=None, microsecond=0)


def _unit_name(code: str, month: Row | None, files: Sequence[Row]) -> str:
    if month is not None and month["unit_name"]:
        return str(month["unit_name"])
    return str(next((row["unit_name"] for row in files if row["unit_name"]), code))
