"""Putting received bytes into the landing folder in an order that survives a crash (design §3)."""

import hashlib
import os
import time
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ingestion.home import Home, private_folder
from ingestion.log import sync
from ingestion.masking import masked_file_name

_LONGEST_NAME_BYTES = 200
_LEFTOVER_SECONDS = 24 * 3600
_NOT_IN_NAMES = {ord("/"): "_", ord("\\"): "_", **dict.fromkeys(range(32)), 127: None}


@dataclass(frozen=True)
class Arrived:
    """Bytes on their way in: written below ``landing/.in``, not yet in their place."""

    path: Path
    sha256: str
    bytes: int

    def settle(self, home: Home, unit: str, period: str, file_name: str) -> Path:
        """Move it durably to ``landing/<unit>/<period>/<sha256>/<file name>``; return that path.

        ``file_name`` must be one of `landing_name`.
        """
        sync(self.path)
        folder = home.landing / unit / period / self.sha256
        fresh = [made for made in (folder, *folder.parents) if not made.exists()]
        private_folder(folder)
        target = folder / file_name
        self.path.replace(target)
        for changed in (folder, *(made.parent for made in fresh)):
            sync(changed)
        return target

    def discard(self) -> None:
        """Remove the bytes: they were already there."""
        self.path.unlink()


class Incoming:
    """A file that is being read: its bytes so far in ``landing/.in``, their number and hash.

    The hash is that of the bytes written, whatever became of the source in the meantime.
    """

    def __init__(self, home: Home) -> None:
        self.size = 0
        self._folder = home.landing / ".in"
        self._digest = hashlib.sha256()
        self._written: tuple[Path, BinaryIO] | None = None

    def write(self, chunk: bytes) -> None:
        """Add bytes at the end."""
        _, handle = self._file()
        handle.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)

    def restart(self) -> None:
        """Forget the bytes so far: the source holds others now."""
        _, handle = self._file()
        handle.seek(0)
        handle.truncate()
        self._digest, self.size = hashlib.sha256(), 0

    def finish(self) -> Arrived:
        """Return the whole file; `Arrived.settle` makes it durable."""
        path, handle = self._file()
        handle.close()
        return Arrived(path, self._digest.hexdigest(), self.size)

    def discard(self) -> None:
        """Remove what was written."""
        if self._written is not None:
            path, handle = self._written
            handle.close()
            path.unlink(missing_ok=True)

    def _file(self) -> tuple[Path, BinaryIO]:
        """Return the file, made when the first byte comes: most sources have nothing new."""
        if self._written is None:
            path = private_folder(self._folder) / uuid.uuid4().hex
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._written = path, os.fdopen(descriptor, "wb")
        return self._written


def landing_name(name: str) -> str:
    """Return a source's file name as one part of a path: no separators or control characters, not
    hidden, at most 200 bytes (its kind, the ending, is kept), without personal data: it stands in
    receipts, tables and workbooks."""
    plain = masked_file_name(name.translate(_NOT_IN_NAMES)).strip().lstrip(".") or "_"
    suffix = PurePosixPath(plain).suffix if len(PurePosixPath(plain).suffix.encode()) <= 20 else ""
    room = _LONGEST_NAME_BYTES - len(suffix.encode())
    stem = plain.removesuffix(suffix) if suffix else plain
    return stem.encode()[:room].decode(errors="ignore") + suffix


def sweep(home: Home) -> None:
    """Delete what a killed pull left in ``landing/.in`` a day or more ago."""
    for path in private_folder(home.landing / ".in").iterdir():
        if path.stat().st_mtime < time.time() - _LEFTOVER_SECONDS:
            path.unlink(missing_ok=True)
