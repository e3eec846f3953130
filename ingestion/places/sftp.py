"""Files of an SFTP server: one SSH connection, a channel for each file that is read at once.

paramiko directly, because fsspec's own driver trusts any host key by default and knows no timeouts.
"""

import errno
import queue
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Literal

import paramiko

from ingestion.connections import Connection, ConnectionFault
from ingestion.messages import text
from ingestion.places.place import (
    CHUNK_BYTES,
    HostFailedError,
    Look,
    Opened,
    SourceFailedError,
    SourceMissingError,
    TransientError,
    resumed_at,
    said_of,
)
from ingestion.places.ssh import SSH_PORT, UnknownHostKey, connect, is_final

_READ_BYTES = 255 << 10
"""Asked for at once: eight times the library's own measure, or a far server would be slow. A server
gives less if it likes. (Its way to ask ahead uses a thread that dies loudly when a line breaks.)"""


class Sftp:
    """One SFTP server. The connection is made when it is first needed, and again when it was lost."""

    width = 4
    settle_seconds = 1.0
    listing: Literal["never", "star", "often"] = "often"

    def __init__(self, host: str, port: int, login: str | None, connection: Connection) -> None:
        self.host = host if port == SSH_PORT else f"{host}:{port}"
        self._address = (host, port)
        self._login = login or connection.login
        self._connection = connection
        self._lock = threading.Lock()
        self._client: paramiko.SSHClient | None = None
        self._idle: queue.SimpleQueue[paramiko.SFTPClient] = queue.SimpleQueue()
        self._tries = 0
        self._failure: Exception | None = None

    def look(self, path: str, uri: str) -> Look:
        """Say what is known of a file."""
        with self._told(uri), self._channel() as channel:
            return _look(_name_of(path), channel.stat(path), uri)

    def names(self, folder: str, uri: str) -> list[Look]:
        """List the files of a folder; what a link leads to is looked at when it is opened."""
        with self._told(uri), self._channel() as channel:
            entries = channel.listdir_attr(folder or "/")
        # A name is a name: a server must not send us to other folders by it.
        plain = [e for e in entries if "/" not in e.filename and e.filename not in {".", ".."}]
        return [
            _look(e.filename, e, uri) if _kind(e) == stat.S_IFREG else Look(e.filename)
            for e in plain
            if _kind(e) != stat.S_IFDIR
        ]

    @contextmanager
    def open(
        self, path: str, uri: str, *, known: Look | None, start: int, begun: Look | None
    ) -> Iterator[Opened]:
        """Open a file."""
        with ExitStack() as stack:
            with self._told(uri):
                channel = stack.enter_context(self._channel())
                handle = channel.open(path, "rb")
                look = _look(_name_of(path), handle.stat(), uri)
            told = partial(self._told, uri)
            try:
                yield _OpenFile(handle, look, resumed_at(start, begun, look), uri, told)
            except BaseException:
                channel.close()  # an answer may still be on its way
                raise
            with self._told(uri):
                handle.close()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    @contextmanager
    def _channel(self) -> Iterator[paramiko.SFTPClient]:
        """Lend a channel to one thread; one that failed is not used again."""
        channel = self._take()
        try:
            yield channel
        except (FileNotFoundError, PermissionError, SourceMissingError, SourceFailedError):
            self._idle.put(channel)  # the server answered: the channel is sound
            raise
        except BaseException:
            channel.close()
            raise
        self._idle.put(channel)

    def _take(self) -> paramiko.SFTPClient:
        tries = self._tries
        with self._lock:
            if self._failure and (self._tries > tries or is_final(self._failure)):
                raise self._failure  # whom we waited for tried it for us
            transport = self._client.get_transport() if self._client else None
            if transport is None or not transport.is_active():
                transport = self._connect()
            channel = self._idle_channel(transport) or self._new_channel(transport)
        if channel is None:  # a server may allow a few only
            try:
                channel = self._idle.get(timeout=self._connection.connect_seconds)
            except queue.Empty:
                raise TransientError(text("pull.no_channel"), is_silent=True) from None
        return channel

    def _idle_channel(self, transport: paramiko.Transport) -> paramiko.SFTPClient | None:
        while not self._idle.empty():
            channel = self._idle.get()
            if not _is_closed(channel, transport):
                return channel
        return None

    def _connect(self) -> paramiko.Transport:
        self._drop()
        try:
            self._client, transport = connect(*self._address, self._login, self._connection)
        except Exception as error:
            self._failure = error
            raise
        else:
            self._failure = None
            return transport
        finally:
            self._tries += 1

    def _new_channel(self, transport: paramiko.Transport) -> paramiko.SFTPClient | None:
        try:
            channel = paramiko.SFTPClient.from_transport(transport)
        except paramiko.ChannelException:
            return None
        if channel is not None:
            _socket(channel).settimeout(self._connection.read_seconds)
        return channel

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client, self._idle = None, queue.SimpleQueue()

    @contextmanager
    def _told(self, uri: str) -> Iterator[None]:
        """Turn the errors of SSH and SFTP into ours: what passes, what does not, what stops the host."""
        host, connection = self.host, self._connection
        called = said_of(connection)
        try:
            yield
        except (SourceMissingError, SourceFailedError, TransientError):
            raise
        except ConnectionFault as error:
            raise HostFailedError(str(error)) from error
        except UnknownHostKey as error:
            kind, print_ = error.key.get_name(), error.key.fingerprint
            said = text(
                "pull.unknown_host_key", host=host, kind=kind, fingerprint=print_, connection=called
            )
            raise HostFailedError(said) from error
        except paramiko.BadHostKeyException as error:
            print_ = error.key.fingerprint
            said = text("pull.changed_host_key", host=host, fingerprint=print_, connection=called)
            raise HostFailedError(said) from error
        except paramiko.AuthenticationException as error:
            if not is_final(error):
                raise _silent(error, connection) from error
            refused = text("pull.login_refused", host=host, connection=called)
            raise HostFailedError(refused) from error
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.ENOTDIR}:
                raise SourceMissingError(text("pull.missing", uri=uri)) from error
            if error.errno in {errno.EACCES, errno.EPERM}:
                raise SourceFailedError(text("pull.forbidden", uri=uri)) from error
            raise _silent(error, connection) from error
        except (paramiko.SSHException, paramiko.SFTPError, EOFError) as error:
            raise _silent(error, connection) from error


class _OpenFile(Opened):
    def __init__(
        self,
        handle: paramiko.SFTPFile,
        look: Look,
        start: int,
        uri: str,
        told: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.look, self.start = look, start
        self._handle, self._uri, self._told = handle, uri, told

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes up to the size told; what was added since then shows in `after`."""
        left = (self.look.size or 0) - self.start
        with self._told():
            self._handle.MAX_REQUEST_SIZE = _READ_BYTES
            self._handle.seek(self.start)
            while left > 0 and (chunk := self._handle.read(min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk

    def after(self) -> Look:
        """Look again."""
        with self._told():
            return _look(self.look.name, self._handle.stat(), self._uri)


def _socket(channel: paramiko.SFTPClient) -> paramiko.Channel:
    found = channel.get_channel()
    if found is None:
        raise TransientError(text("pull.no_channel"), is_silent=True)
    return found


def _is_closed(channel: paramiko.SFTPClient, transport: paramiko.Transport) -> bool:
    found = channel.get_channel()
    return found is None or found.closed or found.get_transport() is not transport


def _name_of(path: str) -> str:
    return path.rpartition("/")[2]


def _kind(attributes: paramiko.SFTPAttributes) -> int:
    # A server need not tell the kind: then opening will.
    return stat.S_IFMT(attributes.st_mode) if attributes.st_mode else stat.S_IFREG


def _look(name: str, attributes: paramiko.SFTPAttributes, uri: str) -> Look:
    if _kind(attributes) != stat.S_IFREG:
        raise SourceFailedError(text("pull.not_file", uri=uri))
    return Look(name, attributes.st_size, attributes.st_mtime)


def _silent(error: Exception, connection: Connection) -> TransientError:
    detail = connection.scrub(str(error) or type(error).__name__)
    return TransientError(text("pull.no_answer", detail=detail), is_silent=True)
