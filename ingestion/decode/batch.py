"""Writing one batch of raw rows: temporary name, fsync, rename (design §3)."""

import hashlib
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.decode.table import SCHEMA, with_ids
from ingestion.home import Home, private_folder
from ingestion.log import sync

_GROUP_ROWS = 131_072


class HasTables(Protocol):
    """A reading of a file: its rows as tables without the ids."""

    @property
    def tables(self) -> Sequence[pa.Table]: ...


class BatchWriter:
    """Collects the rows of many files into one parquet file.

    The name comes from the decode ids held, so that the same files give the same name anywhere.
    Nothing is left behind unless `finish` was called. ``schema`` is that of the rows with the ids
    in front; ``kind`` stands in the file's name where the rows are not those of cases.
    """

    def __init__(self, home: Home, period: str, schema: pa.Schema = SCHEMA, kind: str = "") -> None:
        self._schema = schema
        self._suffix = f".{kind}.parquet" if kind else ".parquet"
        self._folder = private_folder(home.raw / f"period={period}")
        self._temporary = self._folder / f".{uuid.uuid4().hex}.tmp"
        self._ids: list[str] = []
        self._waiting: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> "BatchWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()
        self._temporary.unlink(missing_ok=True)

    def add(self, decode_id: str, submission_id: str, reading: HasTables) -> None:
        """Take in one file's rows; files without rows count for the name too."""
        self._ids.append(decode_id)
        for table in reading.tables:
            self._waiting.append(with_ids(table, decode_id, submission_id))
            # Small files share a row group: one group for each would make reading slow.
            if sum(waiting.num_rows for waiting in self._waiting) >= _GROUP_ROWS:
                self._write()

    def finish(self) -> Path | None:
        """Put the batch in its place and return its path; None when no file was taken in."""
        if not self._ids:
            return None
        self._write()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        with self._temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        name = hashlib.sha256("|".join(self._ids).encode()).hexdigest()[:32]
        target = self._folder / f"{name}{self._suffix}"
        self._temporary.replace(target)
        sync(self._folder)
        return target

    def _write(self) -> None:
        if self._writer is None:
            self._temporary.touch(mode=0o600)
            self._writer = pq.ParquetWriter(self._temporary, self._schema, compression="zstd")
        if self._waiting:
            table = pa.concat_tables(self._waiting)
            self._writer.write_table(table, row_group_size=_GROUP_ROWS)
            self._waiting = []
