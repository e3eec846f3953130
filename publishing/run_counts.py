"""What the record of a step counts, from what the step returned: the one place where that is said."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ingestion.home import Home
from ingestion.run_log import Counts

if TYPE_CHECKING:  # a task that pulls need not load what builds and publishes
    import duckdb

    from ingestion.decode import DecodeReport
    from ingestion.pull import PullItem
    from publishing.postgres.publication import PostgresPublication
    from warehouse.build import Build
    from warehouse.closing import Closed
    from warehouse.gates import GateReport

_LEDGER = """
    select
        count(*) filter (where is_current) as files_accepted,
        count(*) filter (where status = 'rejected') as files_rejected,
        count(*) filter (where status = 'held') as files_held,
        coalesce(sum(rows_read) filter (where is_current), 0) as rows_read,
        coalesce(sum(rows_accepted) filter (where is_current), 0) as rows_accepted,
        coalesce(sum(rows_rejected) filter (where is_current), 0) as rows_rejected,
        coalesce(sum(rows_duplicate) filter (where is_current), 0) as rows_duplicate,
        coalesce(sum(rows_ignored) filter (where is_current), 0) as rows_ignored
    from quality.load_ledger
    where $period is null or period = $period
"""


def of_pull(items: "Sequence[PullItem]") -> Counts:
    """Files asked for, by what came of it."""
    found = Counter(item.outcome for item in items)
    return Counts(
        files_new=found["new"],
        files_unchanged=found["unchanged"],
        files_missing=found["missing"],
        files_failed=found["failed"],
    )


def of_decode(report: "DecodeReport") -> Counts:
    """Files read now and their rows. Which rows are rejected, the build decides."""
    found = Counter(line.outcome for line in report.decoded)
    return Counts(
        files_new=len(report.decoded),
        files_rejected=found["rejected"],
        files_failed=found["failed"],
        rows_read=sum(line.rows_read for line in report.decoded),
        rows_ignored=sum(line.rows_ignored for line in report.decoded),
    )


def of_build(built: "Build") -> Counts:
    """What the build holds, of all months: files, the rows of those in use, tables."""
    import duckdb

    with duckdb.connect(str(built.path), read_only=True) as connection:
        counts = _ledger(connection, None)
        row = connection.execute("select count(*) from duckdb_tables()").fetchone()
    counts["tables"] = row[0] if row else 0
    return counts


def of_check(report: "GateReport") -> Counts:
    """Gates that ran and those that only warn; a gate that stops raises GateFailed, which counts itself."""
    return Counts(gates=len(report.results), gates_failed=0, warnings=len(report.warnings))


def of_report(home: Home, period: str, written: Sequence[Path]) -> Counts:
    """Files written of the month, and the month's own files and rows in the served figures."""
    from warehouse.served import served

    with served(home) as connection:
        counts = _ledger(connection, period)
    counts["reports"] = len(written)
    return counts


def of_postgres(done: "PostgresPublication") -> Counts:
    """What PostgreSQL has now, whether this run put it there or an earlier one."""
    return Counts(tables=done.tables, rows_published=done.rows)


def of_close(done: "Closed") -> Counts:
    """Tables frozen now; none where the month was signed with the same figures before."""
    return Counts(tables=len(done.closing.tables) if done.is_new else 0)


def _ledger(connection: "duckdb.DuckDBPyConnection", period: str | None) -> Counts:
    found = connection.execute(_LEDGER, {"period": period})
    names, row = [column[0] for column in found.description], found.fetchone() or ()
    return cast(Counts, dict(zip(names, row, strict=True)))
