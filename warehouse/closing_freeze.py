"""Writing a closing: frozen tables, the site's files, the lock; then one rename (design §3.5)."""
# ruff: noqa: S608 - SQL is put together from our own names and paths

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.home import Home, private_folder
from ingestion.log import sync
from ingestion.manifest import DECODER_VERSION
from ingestion.receipts import read_register
from ingestion.site import Site, site_files
from warehouse.closing_store import LOCK, Closing, closing_log, sha256_of, table_file
from warehouse.frozen_tables import EVIDENCE, content_hash, frozen_query, signed_marts
from warehouse.restatement import write_differences
from warehouse.revision import CODE
from warehouse.served import Row, rows

SEEDS = CODE / "dbt_project" / "seeds"
Positions = dict[str, dict[str, Any]]
"""Log of a period -> how many lines of it were there, and their hash."""


@dataclass(frozen=True)
class Signing:
    """Who signs which month, when and why; `without`: units accepted as missing."""

    period: str
    by: str
    reason: str
    at: str
    without: tuple[str, ...]


def register_positions(home: Home) -> Positions:
    """How far each log of the register reaches now: whole lines, and a hash of them."""
    positions: Positions = {}
    for path in sorted(home.register.glob("*.jsonl")):
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        positions[path.stem] = {
            "lines": whole.count(b"\n"),
            "sha256": hashlib.sha256(whole).hexdigest(),
        }
    return positions


def freeze(  # noqa: PLR0913 - all that a lock names
    site: Site,
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    signing: Signing,
    *,
    closings: Sequence[Closing],
    positions: Positions,
    database: Path,
) -> None:
    """Write the next version of the month from an open connection to the served file `database`.

    Written to `.vN.tmp`, fsynced, announced in the log with the lock's hash, renamed, confirmed. What a
    crash left of an earlier try is removed first: it was never a closing.
    """
    month = private_folder(home.closings / signing.period)
    earlier = [c for c in closings if c.period == signing.period]
    version = max((c.version for c in earlier), default=0) + 1
    for leftover in month.glob(".v*.tmp"):
        shutil.rmtree(leftover)
    folder = private_folder(month / f".v{version}.tmp")
    tables = _write_tables(connection, signing.period, folder)
    _copy_site(site, folder / "site" / site.name)
    if earlier:
        write_differences(earlier[-1], database, folder / "differences.parquet", site)
    lock = {
        "format": 1,
        "period": signing.period,
        "version": version,
        "closed_by": signing.by,
        "closed_at": signing.at,
        "reason": signing.reason,
        "missing_accepted": list(signing.without),
        "site": {"name": site.name, "digest": site.digest},
        "build": _build(connection),
        "rules": {path.name: sha256_of(path) for path in sorted(SEEDS.glob("*.csv"))},
        "decoder_version": DECODER_VERSION,
        "register": positions,
        "submissions": _submissions(home, connection, signing.period),
        "totals": control_totals(connection, signing.period),
        "tables": tables,
        "stands_on": [
            {"period": c.period, "version": c.version, "lock_sha256": c.lock_sha256}
            for c in closings
            if c.status == "in_force" and c.period < signing.period
        ],
        "files": _files(folder),
    }
    content = (json.dumps(lock, ensure_ascii=False, indent=1) + "\n").encode()
    (folder / LOCK).write_bytes(content)
    _sync_all(folder)
    log = closing_log(home, signing.period)
    line = {"version": version, "by": signing.by, "reason": signing.reason, "at": signing.at}
    with log.locked():
        log.append({"kind": "closing", **line, "lock_sha256": hashlib.sha256(content).hexdigest()})
        folder.rename(month / f"v{version}")
        sync(month)
        sync(home.closings)
        log.append({"kind": "closed", "version": version, "at": signing.at})


def _write_tables(
    connection: duckdb.DuckDBPyConnection, period: str, folder: Path
) -> dict[str, dict[str, Any]]:
    """Freeze the month's rows of every mart, and its evidence; rows and hash of each table."""
    for name in ("mart", "evidence"):
        private_folder(folder / name)
    tables = {}
    for table in [*(f"mart.{name}" for name in signed_marts(connection)), *EVIDENCE]:
        query = frozen_query(connection, table, period)
        path = str(folder / table_file(table)).replace("'", "''")
        connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
        tables[table] = content_hash(connection, query)
    return tables


def _copy_site(site: Site, target: Path) -> None:
    """Copy every file of the site that decides figures."""
    for path in site_files(site.directory):
        copy = target / path.relative_to(site.directory)
        private_folder(copy.parent)
        shutil.copyfile(path, copy)


def _build(connection: duckdb.DuckDBPyConnection) -> Row:
    build = rows(connection, "select * from meta.build")[0]
    return {**build, "built_at": build["built_at"].isoformat()}


def _submissions(home: Home, connection: duckdb.DuckDBPyConnection, period: str) -> list[Row]:
    """The files counted for the month, with bytes' hash, order of receipt and decision.

    Those of other months stand in the frozen `quality.load_ledger`.
    """
    decisions = read_register(home).decisions
    found = rows(
        connection,
        "select submission_id, unit_code, feed, mode, status, is_current, receipt_seq, sha256,"
        " layout from quality.load_ledger where period = ? order by receipt_seq, submission_id",
        [period],
    )
    for row in found:
        decision = decisions.get(row["submission_id"])
        row["decision"] = (
            {"verdict": decision.verdict, "by": decision.by, "at": decision.decided_at}
            if decision
            else None
        )
    return found


def control_totals(connection: duckdb.DuckDBPyConnection, period: str) -> Row:
    """Control totals: the authority's counts of the month."""
    names = [
        row["column_name"]
        for row in rows(
            connection,
            "select column_name from duckdb_columns() where schema_name = 'mart'"
            " and table_name = 'mart_unit_month' and column_name like '%\\_count' escape '\\'"
            " and database_name = current_database()",
        )
    ]
    sums = ", ".join(f"coalesce(sum({name}), 0)::BIGINT as {name}" for name in names)
    return rows(
        connection,
        f"select count(*) as units, count(*) filter (is_reported) as units_reported, {sums}"
        " from mart.mart_unit_month where period = ?",
        [period],
    )[0]


def _files(folder: Path) -> dict[str, str]:
    """Hash of every file written so far, by its path below the closing."""
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _sync_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o400)
        sync(path)
    sync(folder)
