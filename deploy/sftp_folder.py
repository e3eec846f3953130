"""One account's folder, as SFTP shows it: nothing above it, and a file only once it is whole.

An upload is written beside all folders, in `.uploads`, and renamed to its name when the client
closes it. Where the line breaks before, nothing is there: the pull cannot take half a file.
"""

from __future__ import annotations

import os
import posixpath
import unicodedata
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from errno import EACCES, EEXIST, EFBIG, EISDIR, ENOSPC
from functools import wraps
from logging import Logger
from pathlib import Path
from shutil import copyfile, disk_usage
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

import paramiko
from paramiko import SFTPAttributes
from paramiko.sftp import SFTP_OK, SFTP_PERMISSION_DENIED

from ingestion.home import private_folder
from ingestion.log import sync
from ingestion.masking import masked_file_name
from ingestion.messages import text

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LARGEST_BYTES = 4 << 30
"""As the largest `pull.max_file_mb` that a site may set."""
LEAST_FREE_BYTES = 1 << 30
"""No upload begins when less is free: the warehouse may live on the same disk."""

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Drop:
    """The folder that holds all accounts' folders, and where what happens is told."""

    exports: Path
    log: Logger

    @property
    def uploads(self) -> Path:
        """Files on their way in; no account's folder, since those begin with a letter or digit."""
        return self.exports / ".uploads"

    def sweep(self) -> None:
        """Remove what a killed server left; only for a server that starts."""
        for path in private_folder(self.uploads).iterdir():
            path.unlink()


class LoggedIn(Protocol):
    """The connection that a folder is shown to."""

    login: str

    def folder(self) -> str:
        """The name of the account's folder."""

    def count(self, change: int) -> None:
        """One session more, or one less."""


def _answered(ask: Callable[Asked, Answer]) -> Callable[Asked, Answer | int]:
    """Answer with SFTP's code for an error of the file system."""

    @wraps(ask)
    def answered(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer | int:
        try:
            return ask(*args, **kwargs)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    return answered


class Folder(paramiko.SFTPServerInterface):
    """What one session may do in its folder. Links can be neither made nor followed."""

    def __init__(self, server: LoggedIn, drop: Drop) -> None:
        self.drop, self.login = drop, server.login
        self.is_over = False
        self._server = server
        self._root = private_folder(drop.exports / server.folder()).resolve()

    def session_started(self) -> None:
        """Count it: a connection without sessions is closed after a while."""
        self._server.count(+1)

    def session_ended(self) -> None:
        """Tell uploads that are still open that their line broke; they are closed after this."""
        self.is_over = True
        self._server.count(-1)

    def canonicalize(self, path: str) -> str:
        """Return the path from the account's root; `..` ends there."""
        return posixpath.normpath("/" + path.lstrip("/"))

    def real(self, path: str) -> Path:
        """Return where a path lies on disk; raises `OSError` where a link stands in it."""
        # One spelling of Vietnamese letters (Macs send another), as sources.yml writes them.
        inside = unicodedata.normalize("NFC", self.canonicalize(path)).lstrip("/")
        found = self._root / inside
        if found.is_symlink() or found.resolve() != found:
            raise OSError(EACCES, "a link", path)
        return found

    @_answered
    def list_folder(self, path: str) -> list[SFTPAttributes]:
        """List a folder."""
        entries = sorted(os.scandir(self.real(path)), key=lambda entry: entry.name)
        return [
            SFTPAttributes.from_stat(entry.stat(follow_symlinks=False), entry.name)
            for entry in entries
        ]

    @_answered
    def stat(self, path: str) -> SFTPAttributes:
        """Tell of a file or folder."""
        return SFTPAttributes.from_stat(self.real(path).stat())

    def lstat(self, path: str) -> SFTPAttributes | int:
        """The same: there are no links to tell of."""
        return self.stat(path)

    @_answered
    def open(self, path: str, flags: int, attr: SFTPAttributes) -> paramiko.SFTPHandle:
        """Open a file: to read what is there, or to send one."""
        found = self.real(path)
        if found.is_dir():
            raise OSError(EISDIR, "a folder", path)
        if flags & (os.O_WRONLY | os.O_RDWR):
            return Upload(self, found, flags)
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = found.open("rb")  # type: ignore[attr-defined]
        handle.stat = lambda: self.stat(path)  # type: ignore[method-assign]
        return handle

    @_answered
    def remove(self, path: str) -> int:
        """Remove a file: what was pulled is kept elsewhere."""
        self.real(path).unlink()
        return SFTP_OK

    @_answered
    def rename(self, oldpath: str, newpath: str) -> int:
        """Rename, never over another file (SFTP 3)."""
        if self.real(newpath).exists():
            raise OSError(EEXIST, "exists", newpath)
        return self.posix_rename(oldpath, newpath)

    @_answered
    def posix_rename(self, oldpath: str, newpath: str) -> int:
        """Rename, over another file if there is one."""
        self.real(oldpath).replace(self.real(newpath))
        return SFTP_OK

    @_answered
    def mkdir(self, path: str, attr: SFTPAttributes) -> int:
        """Make a folder."""
        self.real(path).mkdir(mode=0o700)
        return SFTP_OK

    @_answered
    def rmdir(self, path: str) -> int:
        """Remove an empty folder."""
        self.real(path).rmdir()
        return SFTP_OK

    @_answered
    def chattr(self, path: str, attr: SFTPAttributes) -> int:
        """Set a file's time. Owners and rights stay ours; asking for others is no error to a client."""
        found = self.real(path)
        if attr.st_size is not None:
            raise OSError(EACCES, "only an upload changes a file", path)
        if attr.st_mtime is not None:
            os.utime(found, (attr.st_atime or attr.st_mtime, attr.st_mtime))
        return SFTP_OK


class Upload(paramiko.SFTPHandle):
    """A file on its way in; it gets its name when it is closed, unless something went wrong."""

    def __init__(self, folder: Folder, target: Path, flags: int) -> None:
        super().__init__(flags)
        self._folder, self._target, self._flags = folder, target, flags
        self._is_whole, self._times = True, (0, 0)
        if disk_usage(folder.drop.exports).free < LEAST_FREE_BYTES:
            raise self._failed(OSError(ENOSPC, os.strerror(ENOSPC)))
        # Raises where it must be there and is not, must not be and is, or its folder is missing.
        target.parent.stat()
        is_there = target.exists()
        if is_there and flags & os.O_EXCL:
            raise OSError(EEXIST, "exists", str(target))
        if not is_there and not flags & os.O_CREAT:
            target.stat()
        self._path = private_folder(folder.drop.uploads) / uuid.uuid4().hex
        made = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(made, "r+b")
        if is_there and not flags & os.O_TRUNC:  # a client that goes on where it stopped
            copyfile(target, self._path)

    def write(self, offset: int, data: ReadableBuffer) -> int:
        """Write bytes; after a write that failed the file is not whole any more."""
        try:
            if self._flags & os.O_APPEND:
                offset = self._file.seek(0, os.SEEK_END)
            if offset + memoryview(data).nbytes > LARGEST_BYTES:
                raise OSError(EFBIG, os.strerror(EFBIG))
            self._file.seek(offset)
            self._file.write(data)
        except OSError as error:
            self._is_whole = False
            return paramiko.SFTPServer.convert_errno(self._failed(error).errno or 0)
        return SFTP_OK

    def read(self, offset: int, length: int) -> int:
        """Refuse: what is not whole is not shown."""
        return SFTP_PERMISSION_DENIED

    def stat(self) -> SFTPAttributes:
        """Tell of the bytes so far: clients compare the size before they close."""
        self._file.flush()
        return SFTPAttributes.from_stat(os.fstat(self._file.fileno()))

    def chattr(self, attr: SFTPAttributes) -> int:
        """Take a length at once and a time for when it is closed."""
        if attr.st_size is not None:
            self._file.truncate(min(attr.st_size, LARGEST_BYTES))
        if attr.st_mtime is not None:
            self._times = (attr.st_atime or attr.st_mtime, attr.st_mtime)
        return SFTP_OK

    def close(self) -> None:
        """Give the file its name if all of it came and the session still lives.

        Raises `OSError` when it did not become a file, which tells the client so.
        """
        if self._file.closed:
            return
        try:
            with self._file:
                if self._folder.is_over or not self._is_whole:
                    self._say("drop.broken")
                else:
                    self._land()
        except OSError as error:
            raise self._failed(error) from error
        finally:
            with suppress(FileNotFoundError):
                self._path.unlink()
        if not self._is_whole:
            raise OSError(EACCES, "not whole", str(self._target))

    def _land(self) -> None:
        """Make the bytes durable, then the name."""
        self._file.flush()
        if any(self._times):
            os.utime(self._file.fileno(), self._times)
        os.fsync(self._file.fileno())
        self._path.replace(self._target)
        sync(self._target.parent)
        self._say("drop.received", size=self._target.stat().st_size)

    def _failed(self, error: OSError) -> OSError:
        self._say("drop.failed", detail=error.strerror)
        return error

    def _say(self, key: str, **values: object) -> None:
        """Tell of the file; of its name without what may be a person's."""
        name = masked_file_name(self._target.name)
        self._folder.drop.log.info(text(key, login=self._folder.login, name=name, **values))
