"""Reading bytes from where a unit leaves its export: a folder, sftp, http(s) or s3, by fsspec."""

import fnmatch
import posixpath
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from ingestion.messages import text

_CHUNK = 1 << 20
_ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 1.0
_SHOWN_NAMES = 5
Result = TypeVar("Result")


class SourceMissingError(Exception):
    """The file is not there (yet)."""


class SourceFailedError(Exception):
    """The file cannot be had; the message is for the user (Vietnamese)."""


@dataclass(frozen=True)
class RemoteFile:
    """One file found at a source. ``uri`` is as the site writes it, placeholders filled."""

    uri: str
    file_name: str
    path: str
    files: Any
    is_local: bool
    limit_bytes: int

    def chunks(self) -> Iterator[bytes]:
        """Yield the file's bytes; raises `SourceMissingError` or `SourceFailedError`."""
        total = 0
        with _attempt(self.uri, self.is_local, lambda: self.files.open(self.path, "rb")) as handle:
            while chunk := _attempt(self.uri, True, lambda: handle.read(_CHUNK)):
                total += len(chunk)
                if total > self.limit_bytes:
                    limit = self.limit_bytes >> 20
                    raise SourceFailedError(
                        text("intake.source_too_large", uri=self.uri, limit=limit)
                    )
                yield bytes(chunk)


@dataclass
class Fetcher:
    """Finds files below a base folder or at full URIs; lists each folder once."""

    base: Path
    limit_bytes: int
    _listings: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def find(self, uri: str) -> RemoteFile:
        """Return the one file at ``uri`` (``*`` allowed in its last part).

        Raises `SourceMissingError` when there is none, `SourceFailedError` when there are several or the
        source cannot be reached.
        """
        full = self._full(uri)
        # Some drivers connect here already.
        files, path = _attempt(uri, "://" not in full, lambda: url_to_fs(full))
        protocols = files.protocol if isinstance(files.protocol, tuple) else (files.protocol,)
        is_local = "file" in protocols or "local" in protocols
        if "*" in path:
            path = self._single(uri, files, path, is_local)
        elif is_local and not Path(path).is_file():
            if Path(path).exists():
                raise SourceFailedError(text("intake.source_not_file", uri=uri))
            raise SourceMissingError(text("intake.source_missing", uri=uri))
        name = posixpath.basename(unquote(urlsplit(path).path) if "://" in path else path)
        return RemoteFile(uri, name, path, files, is_local, self.limit_bytes)

    def find_exact(self, path: str) -> RemoteFile:
        """Return the local file at exactly this absolute path (a ``*`` is a letter of its name)."""
        name = posixpath.basename(path)
        if not Path(path).exists():
            raise SourceMissingError(text("intake.source_missing", uri=name))
        if not Path(path).is_file():
            raise SourceFailedError(text("intake.source_not_file", uri=name))
        return RemoteFile(name, name, path, LocalFileSystem(), True, self.limit_bytes)

    def _full(self, uri: str) -> str:
        if "://" in uri or Path(uri).is_absolute():
            return uri
        if not self.base.is_dir():
            raise SourceFailedError(text("intake.source_folder", folder=self.base))
        return str(self.base / uri)

    def _single(self, uri: str, files: Any, path: str, is_local: bool) -> str:
        folder, _, pattern = path.rpartition("/")
        key = (str(files.protocol), folder)
        if key not in self._listings:
            found = _attempt(uri, is_local, lambda: files.ls(folder, detail=False))
            self._listings[key] = [str(entry).rstrip("/") for entry in found]
        # Only * is special in a template; [ and ? are letters of a file name.
        escaped = pattern.replace("[", "[[]").replace("?", "[?]")
        matches = [
            entry
            for entry in self._listings[key]
            if fnmatch.fnmatchcase(posixpath.basename(entry), escaped)
        ]
        if not matches:
            raise SourceMissingError(text("intake.source_missing", uri=uri))
        if len(matches) > 1:
            names = ", ".join(sorted(map(posixpath.basename, matches))[:_SHOWN_NAMES])
            count = len(matches)
            raise SourceFailedError(text("intake.source_many", count=count, uri=uri, names=names))
        return matches[0]


def _attempt(uri: str, is_once: bool, action: Callable[[], Result]) -> Result:
    """Run one step on a source; a remote one is tried three times with growing pauses."""
    pause = _FIRST_PAUSE_SECONDS
    for attempt in range(1, (1 if is_once else _ATTEMPTS) + 1):
        try:
            return action()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise SourceMissingError(text("intake.source_missing", uri=uri)) from error
        except Exception as error:  # every driver raises errors of its own
            is_hopeless = isinstance(error, ImportError)  # no driver for this scheme
            if is_once or is_hopeless or attempt == _ATTEMPTS:
                detail = f"{type(error).__name__}: {error}"
                raise SourceFailedError(
                    text("intake.source_failed", uri=uri, detail=detail)
                ) from error
        time.sleep(pause)
        pause *= 3
    raise AssertionError("unreachable")
