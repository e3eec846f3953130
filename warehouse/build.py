"""A whole build into a new file: inputs, one dbt process, meta. The served copy is not touched (design §3)."""

import fcntl
import filecmp
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingestion.home import Home
from ingestion.log import sync
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.site import Site
from warehouse.access import write_access
from warehouse.closing_inputs import apply_closings
from warehouse.closing_store import Closing, read_closings
from warehouse.dictionary import write_comments
from warehouse.inputs import write_inputs
from warehouse.revision import CODE, code_revision

PARSE = CODE / "dbt_project" / "target" / "partial_parse.msgpack"
"""What dbt made of the models' files. It depends on the code alone, so a new home starts from it:
reading all of them anew takes longer than a month's models. dbt itself sees which files changed."""


class BuildError(Exception):
    """The models could not be built, or one of their tests failed; the message says which, in Vietnamese."""


class BuildTestFailed(BuildError):
    """Every model was built, but a test of the laws failed: a gate that stops publication."""


class BuildBusy(BuildError):
    """Another build holds the lock of this home."""


@dataclass(frozen=True)
class Build:
    """One finished build file; `newest_period` is None when nothing was accepted yet."""

    build_id: str
    path: Path
    newest_period: str | None
    seconds: float


def build(site: Site, home: Home, *, progress: Progress = quiet) -> Build:
    """Build the whole warehouse from what was pulled and decoded, into `home.build/<build_id>.duckdb`.

    Raises BuildBusy while another build runs on this home, BuildError with the failing models or tests.
    In both cases no file of this build is left.
    """
    started = time.monotonic()
    home.create()
    with _lock(home):
        database, work = home.build / "new.duckdb", home.build / "work.duckdb"
        _remove(database, work)
        try:
            progress(text("progress.inputs"), 0, 1)
            closings = read_closings(home)
            submissions = write_inputs(site, home, work, closings)
            run_dbt(
                ["build", "--exclude-resource-type", "unit_test"], database, work, home, progress
            )
            manifest = home.build / "target" / "manifest.json"
            build_id = _finish(site, database, manifest, len(submissions), closings)
        except duckdb.Error as error:  # a raw batch that cannot be read, say: ours, not a unit's
            _remove(database, work)
            log = home.runs / "dbt" / "dbt.log"
            raise BuildError(text("build.failed", failures=f"  - {error}", log=log)) from error
        except BaseException:
            _remove(database, work)
            raise
        _remove(work)
        path = home.build / f"{build_id}.duckdb"
        database.replace(path)
        sync(home.build)
    accepted = [s for s in submissions if s.status == "accepted" and s.feed == "cases"]
    newest = max((s.period for s in accepted), default=None)
    return Build(build_id, path, newest, time.monotonic() - started)


@contextmanager
def _lock(home: Home) -> Iterator[None]:
    """Hold the home's build lock; the holder's pid and start stand in the file for whoever comes second."""
    path = home.build / ".lock"
    with path.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            since, _, pid = (handle.read().strip() or "? ?").partition(" ")
            raise BuildBusy(text("build.busy", since=since, pid=pid)) from None
        handle.truncate(0)
        handle.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {os.getpid()}\n")
        handle.flush()
        yield


def run_dbt(
    command: list[str], database: Path, work: Path, home: Home, progress: Progress = quiet
) -> None:
    """Run one dbt process over both files. Raises BuildError naming each model or test that failed."""
    environment = os.environ | {
        # Relative to where dbt runs: the profile says the same in every home, so that one parse of
        # the models serves them all.
        "MOTCUA_BUILD_DB": database.name,
        "MOTCUA_WORK_DB": os.path.relpath(work, database.parent),
        "MOTCUA_CODE": str(CODE),
        "PYTHONPATH": str(CODE),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    project = CODE / "dbt_project"
    arguments = [sys.executable, "-m", "warehouse.dbt_process"]
    # The debug level would write every statement with its node: a fifth of dbt's own time.
    arguments += ["--log-level-file", "info", *command]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(project)]
    # Whole paths: dbt runs in another folder than its caller.
    arguments += ["--target-path", str((home.build / "target").resolve())]
    arguments += ["--log-path", str((home.runs / "dbt").resolve())]
    (home.build / "target" / "run_results.json").unlink(missing_ok=True)
    parse = home.build / "target" / PARSE.name
    if not parse.exists() and PARSE.exists():
        _copy(PARSE, parse)
    with subprocess.Popen(
        arguments,
        env=environment,
        cwd=database.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said = _follow(process.stdout or (), progress)
    is_new = parse.exists() and not (PARSE.exists() and filecmp.cmp(parse, PARSE, shallow=False))
    if is_new and os.access(CODE / "dbt_project", os.W_OK):
        _copy(parse, PARSE)
    if process.returncode != 0:
        tests, errors = _failures(home.build / "target" / "run_results.json")
        error = BuildTestFailed if tests and not errors else BuildError
        # A process that was killed (no memory, a crash of the engine) says nothing itself.
        died = [text("build.died", code=process.returncode)]
        lines = "\n".join(f"  - {line}" for line in (errors or tests or said[-20:] or died))
        key = "build.test_failed" if error is BuildTestFailed else "build.failed"
        raise error(text(key, failures=lines, log=home.runs / "dbt" / "dbt.log"))


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that a process that reads `target` sees the old or the new one, whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, temporary)
    temporary.replace(target)


def _follow(lines: Iterable[str], progress: Progress) -> list[str]:
    """Read what `warehouse.dbt_process` tells and report progress; returns the errors."""
    said: list[str] = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:  # not ours: a traceback, or words of the engine
            said.append(line.strip())
            continue
        if "error" in event:
            said.append(event["error"])
        else:
            progress(text("progress.models"), event["done"], event["of"])
    return said


def _failures(results: Path) -> tuple[list[str], list[str]]:
    """The failed tests and the other errors of dbt's last run, each with its node's name."""
    if not results.exists():
        return [], []
    tests: list[str] = []
    errors: list[str] = []
    for node in json.loads(results.read_text(encoding="utf-8"))["results"]:
        name = node["unique_id"].split(".")[2]
        if node["status"] == "fail":
            tests.append(f"{name}: {node['failures']}")
        elif node["status"] == "error":
            errors.append(f"{name}: {node['message']}")
    return tests, errors


def _finish(
    site: Site, database: Path, manifest: Path, submissions: int, closings: Sequence[Closing]
) -> str:
    """Add `meta.build`, `meta.access`, the dictionary's comments and the signed months.

    The file is closed cleanly (no .wal left) and synced. Returns the build id.
    """
    built_at = datetime.now(UTC)
    build_id = f"{built_at:%Y%m%dT%H%M%S}-{os.getpid():x}"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists meta")
        connection.execute(
            """
            create or replace table meta.build as
            select ? as build_id, ?::TIMESTAMP as built_at, ? as code_revision, ? as site, ? as site_digest,
                   (select max(period) from core.fct_unit_report where is_reported) as newest_period,
                   ?::BIGINT as submissions
            """,
            [build_id, built_at, code_revision(), site.name, site.digest, submissions],
        )
        write_access(connection, manifest)
        write_comments(connection)
        connection.execute("checkpoint")
    apply_closings(site, closings, database)
    if database.with_suffix(".duckdb.wal").exists():
        raise BuildError(text("build.wal", path=database))
    sync(database)
    return build_id


def _remove(*paths: Path) -> None:
    """Delete build files and their write-ahead logs, if there."""
    for path in paths:
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".wal").unlink(missing_ok=True)
