"""Files of this machine (or of a network folder mounted on it)."""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path
from typing import Literal

from ingestion.messages import text
from ingestion.places.place import (
    CHUNK_BYTES,
    Look,
    Opened,
    SourceFailedError,
    SourceMissingError,
    resumed_at,
)


class Folder:
    """Absolute paths. A link is followed only where it stays within the folder it stands for.

    ``base`` is the folder of all relative sources; elsewhere a file must stay in its own folder, so
    that who may write there cannot make us read another unit's files or the system's.
    """

    host = "file"
    width = 2
    settle_seconds = 0.1
    listing: Literal["never", "star", "often"] = "star"

    def __init__(self, base: Path | None) -> None:
        self.base = base.resolve() if base else None

    def look(self, path: str, uri: str) -> Look:
        """Say what is known of a file."""
        with _told(uri):
            real = self._real(path, uri)
            return _look(Path(path).name, real.stat(), uri)

    def names(self, folder: str, uri: str) -> list[Look]:
        """List the files of a folder; links are looked at when they are opened."""
        self._check_base(Path(folder))
        with _told(uri), os.scandir(folder) as entries:
            return [Look(entry.name) for entry in entries if not entry.is_dir()]

    @contextmanager
    def open(
        self, path: str, uri: str, *, known: Look | None, start: int, begun: Look | None
    ) -> Iterator[Opened]:
        """Open a file, never a device or pipe, which could wait for ever."""
        with ExitStack() as stack:
            with _told(uri):
                real = self._real(path, uri)
                # The link was resolved and judged above: one put there since then is refused.
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                opened = os.fdopen(os.open(real, flags), "rb", buffering=0)
                handle = stack.enter_context(opened)
                look = _look(Path(path).name, os.fstat(handle.fileno()), uri)
            yield _OpenFile(handle, real, look, resumed_at(start, begun, look), uri)

    def close(self) -> None:
        """Nothing is held."""

    def _real(self, path: str, uri: str) -> Path:
        self._check_base(Path(path))
        real = Path(path).resolve(strict=True)
        around = Path(path).parent.resolve()
        if self.base and Path(path).is_relative_to(self.base):
            around = self.base
        if not real.is_relative_to(around):
            raise SourceFailedError(text("pull.leaves_folder", uri=uri))
        return real

    def _check_base(self, path: Path) -> None:
        """Tell of a mistake in the settings, rather than that every file is missing."""
        if self.base and path.is_relative_to(self.base) and not self.base.is_dir():
            raise SourceFailedError(text("pull.no_folder", folder=self.base))


class _OpenFile(Opened):
    def __init__(self, handle: FileIO, path: Path, look: Look, start: int, uri: str) -> None:
        self.look, self.start = look, start
        self._handle, self._path, self._uri = handle, path, uri

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes up to the end of the file."""
        with _told(self._uri):
            self._handle.seek(self.start)
            while chunk := self._handle.read(CHUNK_BYTES):
                yield chunk

    def after(self) -> Look:
        """Look again at the file's name: another file may stand there by now."""
        with _told(self._uri):
            return _look(self.look.name, self._path.stat(), self._uri)


def _look(name: str, found: os.stat_result, uri: str) -> Look:
    if not stat.S_ISREG(found.st_mode):
        raise SourceFailedError(text("pull.not_file", uri=uri))
    # The time of the last change of any kind cannot be set back by copying tools, as mtime can.
    etag = f"{found.st_ino}-{found.st_ctime_ns}"
    return Look(name, found.st_size, found.st_mtime, etag)


@contextmanager
def _told(uri: str) -> Iterator[None]:
    """Turn errors of the file system into ours; on one's own machine they do not pass by themselves."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceMissingError(text("pull.missing", uri=uri)) from error
    except PermissionError as error:
        raise SourceFailedError(text("pull.locally_forbidden", uri=uri)) from error
    except OSError as error:
        detail = error.strerror or str(error)
        raise SourceFailedError(text("pull.failed", uri=uri, detail=detail)) from error
