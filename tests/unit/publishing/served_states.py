"""Served files and signed months as small as the digest needs them: what is known, what is signed."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingestion.home import Home
from ingestion.register import read_submissions
from ingestion.site import Site
from warehouse.closing_store import read_closings
from warehouse.served import served_database


def serve(site: Site, home: Home, months: Sequence[str], *, site_digest: str | None = None) -> Path:
    """A served file that knows the register, the site (another one: `site_digest`) and the closings as of now."""
    home.create()
    path = served_database(home)
    path.unlink(missing_ok=True)
    known = [(s.submission_id, s.status, s.period, s.mode) for s in read_submissions(site, home)]
    closings = [(c.period, c.version, c.status) for c in read_closings(home)]
    with duckdb.connect(str(path)) as connection:
        for schema in ("meta", "quality", "core"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table meta.build as select ? as site_digest", [site_digest or site.digest]
        )
        connection.execute(
            "create table quality.load_ledger"
            " (submission_id varchar, status varchar, period varchar, mode varchar)"
        )
        connection.execute("create table core.fct_unit_report (period varchar)")
        connection.execute(
            "create table core.dim_closing"
            " (period varchar, closing_version integer, closing_status varchar)"
        )
        for table, found in (
            ("quality.load_ledger", known),
            ("core.fct_unit_report", [(month,) for month in months]),
            ("core.dim_closing", closings),
        ):
            for row in found:
                marks = ", ".join("?" * len(row))
                connection.execute(f"insert into {table} values ({marks})", row)
    return path


def sign(home: Home, period: str, *, without: Sequence[str] = ()) -> None:
    """A signed month that holds no tables."""
    lock = {
        "closed_by": "Nguyễn An",
        "closed_at": "2024-02-20T01:00:00Z",
        "reason": "thử",
        "tables": {},
        "files": {},
        "stands_on": [],
        "missing_accepted": list(without),
    }
    folder = home.closings / period / "v1"
    folder.mkdir(parents=True)
    content = json.dumps(lock).encode()
    (folder / "lock.json").write_bytes(content)
    _log(home, period, {"kind": "closing", "lock_sha256": hashlib.sha256(content).hexdigest()})
    _log(home, period, {"kind": "closed"})


def reopen(home: Home, period: str) -> None:
    """Open a signed month again."""
    by = {"by": "Nguyễn An", "reason": "thử", "at": "2024-03-01T01:00:00Z"}
    _log(home, period, {"kind": "reopened", **by})


def _log(home: Home, period: str, entry: dict[str, str]) -> None:
    with (home.closings / period / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps({"version": 1, **entry}, ensure_ascii=False) + "\n")
