"""Signing a month: what readers see of it is frozen under a lock, and can be opened again (design §3.5, §7)."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
from filelock import FileLock, Timeout

from ingestion.home import Home, private_folder
from ingestion.messages import text
from ingestion.periods import parse_period, previous_period
from ingestion.receipts import local_time, now
from ingestion.register import Submission, read_submissions
from ingestion.site import Site, places_of
from warehouse.closing_freeze import Signing, freeze, register_positions
from warehouse.closing_store import (
    Closing,
    check_files,
    closing_in_force,
    closing_log,
    read_closings,
)
from warehouse.frozen_tables import content_hash, frozen_query
from warehouse.revision import code_revision
from warehouse.served import Row, rows, served, served_database


class ClosingError(Exception):
    """A month cannot be signed or opened again now; the Vietnamese text says why and what to do."""


class ClosingBusy(ClosingError):
    """Another closing runs on this home."""


@dataclass(frozen=True)
class Closed:
    """What `close` did: the closing that stands, and whether it was made now or stood already."""

    closing: Closing
    is_new: bool


def close(  # noqa: PLR0913 - who, when, why and what is accepted
    site: Site,
    home: Home,
    period: str,
    by: str,
    reason: str,
    *,
    without: Sequence[str] = (),
    seen_build: str | None = None,
) -> Closed:
    """Freeze what the served warehouse shows for the month, as the next version of its closing.

    `without`: units whose missing file is accepted; all that are missing must be named. `seen_build`: the
    build whose figures the signer looked at; another one is not signed. A month that is
    signed with the same content already is left as it is. Raises ClosingError with every reason against
    it, ClosingBusy, ClosingTampered, NothingServed.
    """
    month = parse_period(period)
    _require_person(by, reason)
    home.create()
    with closing_lock(home):
        closings = read_closings(home)
        standing = closing_in_force(closings, month)
        positions = register_positions(home)
        with served(home) as connection:
            _require_seen(connection, month, seen_build)
            if standing:
                return _already(site, home, connection, standing)
            found = obstacles(site, home, connection, month, closings, without=without)
            if found:
                lines = "\n".join(f"  - {line}" for line in found)
                raise ClosingError(text("closing.refused", period=month, reasons=lines))
            signing = Signing(month, by.strip(), reason.strip(), now(), tuple(sorted(set(without))))
            freeze(
                site,
                home,
                connection,
                signing,
                closings=closings,
                positions=positions,
                database=served_database(home),
            )
        made = next(c for c in read_closings(home) if c.period == month and c.status == "in_force")
    return Closed(made, is_new=True)


def reopen(site: Site, home: Home, period: str, by: str, reason: str) -> Closing:
    """Make a signed month provisional again, by one more line in its log; nothing signed is touched.

    Returns the closing as it stands now. Months signed on top of it are shaken from then on. Raises
    ClosingError when the month is not signed, ClosingBusy, ClosingTampered.
    """
    month = parse_period(period)
    _require_person(by, reason)
    home.create()
    with closing_lock(home):
        standing = closing_in_force(read_closings(home), month)
        if standing is None:
            raise ClosingError(
                text("closing.not_closed", period=month, places=places_of(site, home))
            )
        log = closing_log(home, month)
        with log.locked():
            log.append(
                {
                    "kind": "reopened",
                    "version": standing.version,
                    "by": by.strip(),
                    "reason": reason.strip(),
                    "at": now(),
                }
            )
        return next(c for c in read_closings(home) if c.folder == standing.folder)


@contextmanager
def closing_lock(home: Home) -> Iterator[None]:
    """Only one process signs or opens months of a home. Raises ClosingBusy."""
    lock = FileLock(private_folder(home.closings) / ".lock", timeout=0, mode=0o600)
    try:
        with lock:
            yield
    except Timeout as problem:
        raise ClosingBusy(text("closing.busy")) from problem


def obstacles(  # noqa: PLR0913 - all that can stand against it
    site: Site,
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    period: str,
    closings: Sequence[Closing],
    *,
    without: Sequence[str] = (),
) -> list[str]:
    """Every reason against signing the month as it is served, each with what to do; none: it can be."""
    places = places_of(site, home)
    built = rows(connection, "select distinct period from core.fct_unit_report order by 1")
    months = [row["period"] for row in built]
    if period not in months:
        return [text("closing.no_month", period=period, places=places)]
    submissions = read_submissions(site, home)
    found = _behind(site, connection, submissions, places)
    below = previous_period(period)
    if period != months[0] and closing_in_force(closings, below) is None:
        found.append(text("closing.earlier_open", period=period, below=below, places=places))
    found += [
        text("closing.held", submission=s.submission_id, file=s.file_name, places=places)
        for s in submissions
        if s.status == "held" and s.period == period
    ]
    missing = missing_units(connection, period)
    names = {row["unit_code"]: row["unit_name"] for row in missing}
    unnamed = sorted(names.keys() - set(without))
    if unnamed:
        shown = "; ".join(f"{names[code]} ({code})" for code in unnamed)
        options = shlex.join(["--without", ",".join(sorted(names))])
        found.append(
            text("closing.missing", period=period, units=shown, options=options, places=places)
        )
    needless = sorted(set(without) - names.keys())
    if needless:
        found.append(text("closing.not_missing", period=period, units=", ".join(needless)))
    return found


def missing_units(connection: duckdb.DuckDBPyConnection, period: str) -> list[Row]:
    """Units that were asked for a file of the month and have none accepted, or never had: code and name."""
    return rows(
        connection,
        """
        select e.unit_code, u.unit_name
        from core.fct_expected_source as e
        left join core.fct_unit_report as r on e.unit_code = r.unit_code and e.period = r.period
        left join core.dim_unit as u on e.unit_code = u.unit_code and u.is_latest
        where e.period = ? and r.is_reported is distinct from true
        order by e.unit_code
        """,
        [period],
    )


def _behind(
    site: Site,
    connection: duckdb.DuckDBPyConnection,
    submissions: Sequence[Submission],
    places: str,
) -> list[str]:
    """What came, was decided or was changed since the served build was made."""
    build = rows(connection, "select site_digest, code_revision, newest_period from meta.build")[0]
    ledger = rows(
        connection, "select submission_id, status, period, mode, layout from quality.load_ledger"
    )
    known = {tuple(row.values()) for row in ledger}
    now_there = {(s.submission_id, s.status, s.period, s.mode, s.layout) for s in submissions}
    moved = sorted({row[0] for row in known ^ now_there})
    found = []
    if moved:
        shown = ", ".join(moved[:10]) + (" …" if len(moved) > 10 else "")
        found.append(text("closing.new_files", count=len(moved), submissions=shown))
    if build["site_digest"] != site.digest:
        found.append(text("closing.new_site"))
    if build["code_revision"] != code_revision():
        found.append(text("closing.new_code"))
    if found:
        newest = build["newest_period"]
        found.append(text("closing.build_first", period=newest, places=places))
    return found


def _already(
    site: Site, home: Home, connection: duckdb.DuckDBPyConnection, standing: Closing
) -> Closed:
    """The closing that stands, if what is served is what was signed. Raises ClosingError if not."""
    check_files(standing)
    for table, signed in standing.tables.items():
        if not table.startswith("mart."):
            continue
        live = content_hash(connection, frozen_query(connection, table, standing.period))
        if live != signed:
            about = {"by": standing.closed_by, "table": table, "places": places_of(site, home)}
            at = f"{local_time(standing.closed_at, site.zone):%H:%M %d/%m/%Y}"
            values = {"period": standing.period, "version": standing.version, "at": at}
            raise ClosingError(text("closing.already", **values, **about))
    log = closing_log(home, standing.period)
    with log.locked():
        line = {"kind": "closed", "version": standing.version}
        if not any(line.items() <= entry.items() for entry in log.read()):  # a crash came between
            log.append({**line, "at": standing.closed_at})
    return Closed(standing, is_new=False)


def _require_seen(
    connection: duckdb.DuckDBPyConnection, period: str, seen_build: str | None
) -> None:
    """Nobody signs figures that he has not seen: raises ClosingError when another build is served by now."""
    build_id = rows(connection, "select build_id from meta.build")[0]["build_id"]
    if seen_build not in (None, build_id):
        values = {"period": period, "seen": seen_build, "build_id": build_id}
        raise ClosingError(text("closing.not_seen", **values))


def _require_person(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise ClosingError(text("closing.needs_reason"))
