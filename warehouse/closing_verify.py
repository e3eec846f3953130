"""A signed month built again from its lock alone, and every frozen table compared (`verify-closing`)."""
# ruff: noqa: S608 - SQL is put together from our own names and paths

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.manifest import DECODER_VERSION
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.register import read_submissions
from ingestion.site import Site, load_site, places_of
from warehouse.build import build
from warehouse.closing import ClosingError
from warehouse.closing_store import Closing, ClosingTampered, check_files, read_closings
from warehouse.frozen_tables import content_hash, frozen_query
from warehouse.known_then import cut_at_lines, require_bytes
from warehouse.revision import code_revision

_OF_THE_BUILD = frozenset(("meta.build",))
"""Evidence that names a build: another one by nature."""


@dataclass(frozen=True)
class Difference:
    """A table that came out otherwise. `missing`: signed rows not built again; `extra`: rows not signed."""

    table: str
    signed: int
    rebuilt: int
    missing: int
    extra: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verified:
    """What `verify` found. submissions: files whose status is another than when it was signed."""

    period: str
    version: int
    tables: int
    differences: list[Difference]
    signed_revision: str
    present_revision: str
    signed_decoder: int
    present_decoder: int
    submissions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Whether every frozen table came out as signed."""
        return not self.differences


def build_whole(site: Site, home: Home, progress: Progress) -> Path:
    """A build by dbt; the file."""
    return build(site, home, progress=progress).path


def verify(  # noqa: PLR0913 - how to build it, too
    site: Site,
    home: Home,
    period: str,
    version: int | None = None,
    *,
    progress: Progress = quiet,
    rebuild: Callable[[Site, Home, Progress], Path] = build_whole,
) -> Verified:
    """Build a signed month again in a home of its own, removed afterwards, and compare.

    It starts from the register as far as the lock says, the site's files that were copied, and the
    landed bytes (read again where decoded rows are gone); `rebuild` makes the tables. Raises ClosingError
    when there is no such version, BytesGone when a file cannot be read again, ClosingTampered when lock,
    frozen files or register are not what was signed.
    """
    closing = _find(site, home, period, version)
    check_files(closing)
    present = code_revision()
    with TemporaryDirectory(prefix="verify-") as folder:
        signed_site = load_site(closing.folder / "site" / closing.lock["site"]["name"])
        then = cut_at_lines(home, Home(Path(folder) / "home"), closing.lock["register"])
        progress(text("closing.verify_rebuilding"), 0, 1)
        require_bytes(signed_site, then)
        decode(signed_site, then)
        differences = _compare(closing, rebuild(signed_site, then, progress))
        submissions = _statuses(closing, signed_site, then)
    return Verified(
        period=closing.period,
        version=closing.version,
        tables=len(closing.tables.keys() - _OF_THE_BUILD),
        differences=differences,
        signed_revision=closing.lock["build"]["code_revision"],
        present_revision=present,
        signed_decoder=closing.lock["decoder_version"],
        present_decoder=DECODER_VERSION,
        submissions=submissions,
    )


def _find(site: Site, home: Home, period: str, version: int | None) -> Closing:
    versions = [c for c in read_closings(home) if c.period == period]
    found = [c for c in versions if version in (None, c.version)]
    if not found:
        key = "closing.no_version" if versions else "closing.never_closed"
        places = places_of(site, home)
        raise ClosingError(text(key, period=period, version=version, places=places))
    return found[-1]


def _compare(closing: Closing, database: Path) -> list[Difference]:
    """The frozen tables that differ from a build's."""
    differences = []
    with duckdb.connect(str(database), read_only=True) as connection:
        there = {
            f"{schema}.{name}"
            for schema, name in connection.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall()
        }
        for table in sorted(closing.tables.keys() - _OF_THE_BUILD):
            signed = closing.tables[table]
            frozen = f"from read_parquet('{_quoted(closing.table_path(table))}')"
            if content_hash(connection, frozen) != signed:
                raise ClosingTampered(text("closing.file_changed", path=closing.table_path(table)))
            if table not in there:
                differences.append(Difference(table, signed["rows"], 0, signed["rows"], 0))
                continue
            live = frozen_query(connection, table, closing.period)
            rebuilt = content_hash(connection, live)
            if rebuilt == signed:
                continue
            columns = set(signed["columns"]) ^ set(rebuilt["columns"])
            names = ", ".join(
                f'"{n}"' for n in sorted(set(signed["columns"]) & set(rebuilt["columns"]))
            )
            sides = f"select {names} {frozen}", f"select {names} from ({live})"
            differences.append(
                Difference(
                    table,
                    signed["rows"],
                    rebuilt["rows"],
                    _count(connection, f"{sides[0]} except all {sides[1]}"),
                    _count(connection, f"{sides[1]} except all {sides[0]}"),
                    tuple(sorted(columns)),
                )
            )
    return differences


def _statuses(closing: Closing, site: Site, then: Home) -> list[dict[str, Any]]:
    """Files of the month that are read or judged otherwise now."""
    now = {s.submission_id: s.status for s in read_submissions(site, then)}
    signed: Iterable[dict[str, Any]] = closing.lock["submissions"]
    return [
        {
            "submission": s["submission_id"],
            "signed": s["status"],
            "rebuilt": now.get(s["submission_id"], "–"),
        }
        for s in signed
        if now.get(s["submission_id"]) != s["status"]
    ]


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    ((count,),) = connection.execute(f"select count(*) from ({query})").fetchall()
    return int(count)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
