"""An append-only log of JSON lines that survives a crash in the middle of a line."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from ingestion.home import private_folder

Entry = dict[str, Any]


class LogError(Exception):
    """A whole line of a log that is not JSON: the file was changed by something else."""


class Log:
    """One log file; remembers what it has read, so that reading again costs only the new lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: list[Entry] = []
        self._offset = 0

    def read(self) -> list[Entry]:
        """Return all whole lines; the entry of line n stands at index n - 1.

        A last line without its line end was cut by a crash before it counted: it is ignored.
        """
        if not self.path.exists():
            self._entries, self._offset = [], 0
            return []
        with self.path.open("rb") as handle:
            if handle.seek(0, os.SEEK_END) < self._offset:
                self._entries, self._offset = [], 0
            handle.seek(self._offset)
            content = handle.read()
        whole = content[: content.rfind(b"\n") + 1]
        for line in whole.splitlines(keepends=True):
            try:
                self._entries.append(json.loads(line))
            except ValueError as error:
                place = f"{self.path}:{len(self._entries) + 1}"
                raise LogError(f"{place}: not a JSON line") from error
            self._offset += len(line)
        return list(self._entries)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the log for this process alone, from reading to appending."""
        private_folder(self.path.parent)
        with FileLock(self.path.with_suffix(".lock"), mode=0o600):
            yield

    def append(self, *entries: Mapping[str, object]) -> None:
        """Append entries durably (call it while `locked`); a torn last line is cut off first."""
        lines = b"".join(
            json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            for entry in entries
        )
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as handle:
            handle.truncate(_whole_length(self.path))
            handle.seek(0, os.SEEK_END)
            handle.write(lines)
            handle.flush()
            os.fsync(handle.fileno())
        if is_new:
            sync(self.path.parent)


def _whole_length(path: Path) -> int:
    """Return the length of the file up to its last line end."""
    size, step = path.stat().st_size, 65536
    with path.open("rb") as handle:
        end = size
        while end > 0:
            start = max(0, end - step)
            handle.seek(start)
            found = handle.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def sync(path: Path) -> None:
    """Flush a file to disk, or make the renames and new files of a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
