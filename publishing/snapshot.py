"""Puts a checked build before the readers, whole or not at all (design §3.4)."""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from ingestion.home import Home
from ingestion.log import sync
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.site import Site
from publishing.analysts import ANALYSTS_NAME, write_analysts
from publishing.changes import write_changes
from publishing.files import replaced
from publishing.reminded import keep_backlog
from warehouse.served import DATABASE_NAME, served_database

CHUNK = 8 * 1024 * 1024
WHOLE = 0o440
"""The served file tells of officials: for its owner and group."""
FOR_ANALYSTS = 0o444


class PublishError(Exception):
    """Publication cannot go on; the Vietnamese text says why and what to do."""


class PublishedNewer(PublishError):
    """Readers have a build that was made after this one: the older one would take figures back."""


@dataclass(frozen=True)
class Publication:
    """A build that readers have. publication_id is the build's id: a build is published once.

    database: all of it, for those who may see officials. analysts: the copy without them.
    """

    publication_id: str
    database: Path
    analysts: Path
    build_id: str


def publish(site: Site, home: Home, build_id: str, *, progress: Progress = quiet) -> Publication:
    """Copy the build into `serving/`, rename it over the served file, then record it.

    The analysts' copy (publishing.analysts) is written from the same build and renamed just before.

    Before that, what the build changes in published months is listed beside the record
    (publishing.changes). The record `publications/<build_id>.json` comes last, so a crash before it
    means: do it again.
    A build that has its record is not published again. Raises PublishError; the served file is
    then the earlier one, unless the text says that only the record is missing.
    """
    lock = FileLock(home.serving / ".publish.lock", timeout=0)
    try:
        with lock:
            return _publish(site, home, build_id, progress)
    except Timeout as problem:
        raise PublishError(text("publish.busy")) from problem


def readers_have(home: Home, build_id: str) -> bool:
    """Whether readers have this build, or one that was made after it: then it need not be published."""
    return _record_of(home, build_id).is_file() or _served_build(served_database(home)) > build_id


def _record_of(home: Home, build_id: str) -> Path:
    return home.publications / f"{build_id}.json"


def _publish(site: Site, home: Home, build_id: str, progress: Progress) -> Publication:
    served = served_database(home)
    record = _record_of(home, build_id)
    analysts = home.serving / ANALYSTS_NAME
    publication = Publication(build_id, served, analysts, build_id)
    if record.is_file() and served.is_file():
        return publication
    _remove_leftovers(home)
    _require_newer(served, build_id)
    build = home.build / f"{build_id}.duckdb"
    _require_whole(build, build_id)
    about = _read_build(build, build_id)
    _require_no_wal(served)
    _list_changes(home, served, build, build_id)
    temporary = home.serving / f".{DATABASE_NAME}.{build_id}.tmp"
    for_analysts = home.serving / f".{ANALYSTS_NAME}.{build_id}.tmp"
    try:
        size, digest = _copy(build, temporary, progress)
        _read_build(temporary, build_id)
        temporary.chmod(WHOLE)
        write_analysts(temporary, for_analysts)
        sync(for_analysts)
        for_analysts.chmod(FOR_ANALYSTS)
        # Checked again at the last moment: a foreign log beside a renamed file is replayed into it.
        _require_no_wal(served)
        _require_no_wal(analysts)
        for_analysts.replace(analysts)
        temporary.replace(served)
        sync(home.serving)
    except (OSError, duckdb.IOException) as problem:
        raise PublishError(
            text("publish.copy_failed", build_id=build_id, problem=_said(problem))
        ) from problem
    finally:
        _remove_leftovers(home)
    _record(record, {**about, "site": site.name, "bytes": size, "sha256": digest})
    # The served file is it; builds would fill the disk month by month. Older ones, of a run that was
    # killed or overtaken, can no longer be published.
    for settled in home.build.glob("*.duckdb"):
        if settled.stem <= build_id:
            settled.unlink()
    return publication


def _said(problem: Exception) -> object:
    return (problem.strerror if isinstance(problem, OSError) else None) or problem


def _require_whole(build: Path, build_id: str) -> None:
    """The build file exists and was closed: with a live log beside it, a copy loses rows."""
    if not build.is_file():
        raise PublishError(text("publish.missing_build", build_id=build_id))
    wal = build.with_name(build.name + ".wal")
    if wal.exists():
        raise PublishError(text("publish.build_open", build_id=build_id, wal=wal.name))


def _require_newer(served: Path, build_id: str) -> None:
    """What is served was not built after this build: it would know files that this one does not.

    A build's id begins with the moment at which it ended, and builds of one home never overlap.
    """
    if (found := _served_build(served)) > build_id:
        raise PublishedNewer(text("publish.newer", build_id=build_id, served=found))


def _served_build(served: Path) -> str:
    """The id of the build that readers have; the empty text before the first one, or where it cannot be read."""
    if not served.is_file():
        return ""
    try:
        with duckdb.connect(str(served), read_only=True) as connection:
            found = connection.execute("select build_id from meta.build").fetchone()
    except (
        duckdb.Error
    ):  # what a damaged file hides cannot be newer; the steps that follow tell of it
        return ""
    return str(found[0]) if found else ""


def _require_no_wal(served: Path) -> None:
    wal = served.with_name(served.name + ".wal")
    if wal.exists():
        raise PublishError(text("publish.stale_wal", wal=wal.name))


def _read_build(database: Path, build_id: str) -> dict[str, Any]:
    """What the file says about itself; it must open and be the build that was asked for."""
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            found = connection.execute(
                "select build_id, newest_period, code_revision from meta.build"
            ).fetchone()
    except duckdb.Error as problem:
        raise PublishError(
            text("publish.unreadable_build", build_id=build_id, problem=problem)
        ) from problem
    if found is None or found[0] != build_id:
        raise PublishError(
            text("publish.wrong_build", build_id=build_id, found=found[0] if found else "–")
        )
    return dict(zip(("build_id", "newest_period", "code_revision"), map(str, found), strict=True))


def _list_changes(home: Home, served: Path, build: Path, build_id: str) -> None:
    """List what changes while both files are there; the served one stays if that cannot be done."""
    try:
        write_changes(home, served, build, build_id)
        keep_backlog(home, served, build_id)
    except (duckdb.IOException, OSError) as problem:
        raise PublishError(
            text("publish.changes_failed", build_id=build_id, problem=problem)
        ) from problem


def _copy(source: Path, target: Path, progress: Progress) -> tuple[int, str]:
    """Copy with fsync; give back size and SHA-256 of what was copied."""
    total = source.stat().st_size
    digest, done = hashlib.sha256(), 0
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(CHUNK):
            writer.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            progress(text("publish.progress_copy"), done, total)
        writer.flush()
        os.fsync(writer.fileno())
    return done, digest.hexdigest()


def _record(path: Path, about: dict[str, Any]) -> None:
    """Write the publication's record; no machine paths, so that a home can be moved."""
    content = {
        "publication_id": about["build_id"],
        **about,
        "database": f"serving/{DATABASE_NAME}",
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        with replaced(path) as temporary:
            temporary.write_text(
                json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
            )
    except OSError as problem:
        raise PublishError(
            text("publish.record_failed", build_id=about["build_id"], problem=problem)
        ) from problem


def _remove_leftovers(home: Home) -> None:
    """Copies that a killed run left behind; the lock says that nobody is writing them now."""
    for name in (DATABASE_NAME, ANALYSTS_NAME):
        for leftover in home.serving.glob(f".{name}.*.tmp*"):
            leftover.unlink(missing_ok=True)
