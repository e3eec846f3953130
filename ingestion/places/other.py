"""Files of whatever else fsspec has a driver for (WebDAV, SMB, FTP, …), with the driver's own settings.

Such sources are asked and read; what they cannot do (go on after a break, say that nothing changed)
costs time only.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Literal

from fsspec.core import url_to_fs

from ingestion.messages import text
from ingestion.places.place import (
    CHUNK_BYTES,
    Look,
    Opened,
    SourceFailedError,
    SourceMissingError,
    TransientError,
)

_TIMES = ("mtime", "modified", "LastModified", "last_modified")


class Other:
    """One server of a scheme that we have no driver of our own for. Paths are whole addresses."""

    width = 1
    settle_seconds = 0.0
    listing: Literal["never", "star", "often"] = "star"

    def __init__(self, scheme: str, host: str) -> None:
        self.host = host or scheme
        self._scheme = scheme

    def look(self, path: str, uri: str) -> Look:
        """Say what is known of a file."""
        with self._told(uri):
            files, inner = url_to_fs(path)
            return _look(files.info(inner), uri)

    def names(self, folder: str, uri: str) -> list[Look]:
        """List the files of a folder."""
        with self._told(uri):
            files, inner = url_to_fs(folder)
            found = files.ls(inner, detail=True)
            return [_look(entry, uri) for entry in found if entry.get("type") != "directory"]

    @contextmanager
    def open(
        self, path: str, uri: str, *, known: Look | None, start: int, begun: Look | None
    ) -> Iterator[Opened]:
        """Open a file."""
        with ExitStack() as stack:
            with self._told(uri):
                files, inner = url_to_fs(path)
                look = _look(files.info(inner), uri)
                handle = stack.enter_context(files.open(inner, "rb"))
            yield _OpenFile(self, look, handle, uri)

    def close(self) -> None:
        """Drivers keep their connections for the process."""

    @contextmanager
    def _told(self, uri: str) -> Iterator[None]:
        """Turn the errors of a driver into ours; every driver raises errors of its own."""
        try:
            yield
        except (SourceMissingError, SourceFailedError):
            raise
        except (FileNotFoundError, NotADirectoryError) as error:
            raise SourceMissingError(text("pull.missing", uri=uri)) from error
        except PermissionError as error:
            raise SourceFailedError(text("pull.forbidden", uri=uri)) from error
        except ImportError as error:
            detail = text("pull.no_driver", scheme=self._scheme)
            raise SourceFailedError(text("pull.failed", uri=uri, detail=detail)) from error
        except Exception as error:
            silent = text("pull.no_answer", detail=str(error) or type(error).__name__)
            raise TransientError(silent, is_silent=True) from error


class _OpenFile(Opened):
    def __init__(self, place: Other, look: Look, handle: Any, uri: str) -> None:
        self.look = look
        self._place, self._handle, self._uri = place, handle, uri

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes up to the end of the file."""
        with self._place._told(self._uri):
            while chunk := self._handle.read(CHUNK_BYTES):
                yield bytes(chunk)


def _look(entry: dict[str, Any], uri: str) -> Look:
    if entry.get("type", "file") != "file":
        raise SourceFailedError(text("pull.not_file", uri=uri))
    time = next((entry[key] for key in _TIMES if entry.get(key)), None)
    modified = time.timestamp() if isinstance(time, datetime) else time
    return Look(
        name=str(entry["name"]).rstrip("/").rpartition("/")[2],
        size=entry.get("size"),
        modified=modified if isinstance(modified, int | float) else None,
        etag=entry.get("ETag"),
    )
