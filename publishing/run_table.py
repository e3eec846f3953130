"""The record of runs as a table of typed columns: one Parquet file a month, beside the served figures.

Not in the warehouse file: that one is a function of what was received and decided, and the same inputs
give the same rows whenever and however often it is built (docs/decisions/0016).
"""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from ingestion.home import Home, private_folder
from ingestion.messages import text
from ingestion.run_log import COUNTS, FinishedStep, RunLogError, logged_months, read_steps, run_log
from publishing.files import replaced

FOR_ANALYSTS = 0o444
_LATE = 1_000_000_000
"""A log that was written less than a second (in ns) before it was read may have grown since."""


@dataclass(frozen=True)
class RunColumn:
    """One column of the table of runs; `type` in PostgreSQL's words."""

    name: str
    type: str
    required: bool = False

    @property
    def said(self) -> str:
        """What it means, in Vietnamese."""
        return text(f"runs.column_{self.name}")


COLUMNS = (
    RunColumn("record_id", "text", required=True),
    RunColumn("run_id", "text", required=True),
    RunColumn("started_by", "text", required=True),
    RunColumn("work", "text", required=True),
    RunColumn("step", "text", required=True),
    RunColumn("part", "text"),
    RunColumn("period", "text"),
    RunColumn("began_at", "timestamptz", required=True),
    RunColumn("seconds", "double precision", required=True),
    RunColumn("outcome", "text", required=True),
    RunColumn("message", "text"),
    RunColumn("try_number", "integer", required=True),
    RunColumn("build_id", "text"),
    *(RunColumn(name, "bigint") for name in COUNTS),
)
"""`record_id` names a row. A count that a step does not have is empty, not zero."""


def run_rows(steps: Iterable[FinishedStep]) -> Iterator[dict[str, Any]]:
    """Each step as a row of the table."""
    for step in steps:
        row = {**vars(step), "started_by": step.by, **step.counts}
        yield {column.name: row.get(column.name) for column in COLUMNS}


def run_table(home: Home, month: str) -> Path:
    """The file of the steps that began in `month` (YYYY-MM, UTC)."""
    return home.serving / "runs" / f"{month}.parquet"


def write_run_table(home: Home) -> list[Path]:
    """Write the months anew whose log has grown since, normally the present one; return their files.

    Raises RunLogError; what stood there stays.
    """
    folder = private_folder(home.serving / "runs")
    try:
        with FileLock(folder / ".lock", mode=0o600):
            months = [month for month in logged_months(home) if _is_behind(home, month)]
            return [_write(home, month) for month in months]
    except RunLogError:
        raise
    except OSError as problem:
        said = text("runs.table_not_written", folder=folder, problem=problem.strerror or problem)
        raise RunLogError(said) from problem


def _is_behind(home: Home, month: str) -> bool:
    log, table = run_log(home, month).path, run_table(home, month)
    return not table.exists() or log.stat().st_mtime_ns >= table.stat().st_mtime_ns


def _write(home: Home, month: str) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    types = {
        "text": pa.string(),
        "timestamptz": pa.timestamp("us", tz="UTC"),
        "double precision": pa.float64(),
        "integer": pa.int32(),
        "bigint": pa.int64(),
    }
    fields = [pa.field(c.name, types[c.type], nullable=not c.required) for c in COLUMNS]
    read_at = time.time_ns()
    rows = list(run_rows(read_steps(home, month)))
    path = run_table(home, month)
    with replaced(path) as temporary:
        parquet.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), temporary)
        os.utime(temporary, ns=(read_at, read_at - _LATE))
        temporary.chmod(FOR_ANALYSTS)
    return path
