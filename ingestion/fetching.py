"""Getting one unit's file: finding it, leaving it if it did not change, reading it whole."""

import fnmatch
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial

from ingestion.addresses import Address
from ingestion.connections import Connection
from ingestion.fingerprints import Fingerprint, Fingerprints
from ingestion.home import Home
from ingestion.hosts import Host
from ingestion.landing import Arrived, Incoming, landing_name
from ingestion.messages import text
from ingestion.places.place import (
    Look,
    Opened,
    SourceFailedError,
    SourceMissingError,
    TransientError,
    UnreachableError,
)

LIST_FROM_FILES = 8
"""From so many files of one folder on, one listing is cheaper than asking for each."""
_SHOWN_NAMES = 5
_UNFINISHED = (".part", ".tmp", ".filepart", ".partial", ".crdownload", ".download")
_NOT_FILES = ("~$", ".")
"""What Office and copying tools put beside a file while they work on it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a file: its name and hash, and its bytes unless they need not be had again."""

    file_name: str
    sha256: str
    arrived: Arrived | None


@dataclass
class Fetcher:
    """Fetches files into the landing folder of a home; used by several threads.

    ``limit_bytes``: no larger file is read. ``stop``: set it to end all work soon.
    """

    home: Home
    limit_bytes: int
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._fingerprints = Fingerprints(self.home)
        self._hosts: dict[str, Host] = {}
        self._asked: Counter[tuple[str, str]] = Counter()

    def expect(self, addresses: Iterable[tuple[Address, Connection | None]]) -> None:
        """Make known what will be asked for, before any `fetch`: folders asked often are listed."""
        for address, connection in addresses:
            self._asked[address.server, address.folder] += 1
            if address.server not in self._hosts:
                seconds = (connection or Connection()).file_seconds
                self._hosts[address.server] = Host(address.make(), self.stop, seconds)

    def width(self, server: str) -> int:
        """Return how many files of a server are fetched at once."""
        return self._hosts[server].place.width

    def leave(self, server: str) -> None:
        """Close the connection to a server of which nothing more is wanted."""
        self._hosts[server].place.close()

    def fetch(self, address: Address, no_ops: Collection[str]) -> Fetched:
        """Fetch a file, unless it surely has bytes with a hash of ``no_ops``.

        Raises `SourceMissingError` when it is not there or not whole yet, `SourceFailedError` when it
        cannot be had; both say why.
        """
        host = self._hosts[address.server]
        name, look = self._find(host, address)
        path = address.path_of(name)
        at = f"{address.server} {path}"
        known = self._fingerprints.get(at)
        if known and known.sha256 not in no_ops:
            known = None  # these bytes are wanted again
        if look and known and look.is_surely(known.look):
            return Fetched(landing_name(look.name), known.sha256, None)
        if look:
            self._check_size(look, address.uri)
        transfer = _Transfer(self, host, address.uri, path, known, Incoming(self.home))
        try:
            fetched = host.keep_trying(
                address.uri, transfer.go_on, transfer.deadline, lambda: transfer.incoming.size
            )
        except BaseException:
            transfer.incoming.discard()
            raise
        if transfer.begun is not None and fetched.arrived is not None:
            self._fingerprints.remember(at, transfer.begun, fetched.sha256)
        return fetched

    def _find(self, host: Host, address: Address) -> tuple[str, Look | None]:
        """Return the file's name (of the one that matches ``*``) and what is known of it by now."""
        if "*" in address.name and host.place.listing != "never":
            return self._single(host, address)
        often = self._asked[address.server, address.folder] >= LIST_FROM_FILES
        if often and host.place.listing == "often":
            found = self._listed(host, address)
            if found is not None:
                return found.name, found if found.size is not None else None
        look = host.keep_trying(
            address.uri, partial(host.place.look, address.path, address.uri), host.deadline()
        )
        return address.name, look

    def _listed(self, host: Host, address: Address) -> Look | None:
        """Return the file from its folder's listing; None when the folder may not be listed."""
        try:
            files = self._files(host, address)
        except UnreachableError:
            raise
        except SourceFailedError:
            return None  # asking for the file itself may still work, and says why if not
        found = files.get(address.name) or _same_letters(files, address.name)
        if found is None:
            is_coming = any(address.name + ending in files for ending in _UNFINISHED)
            key = "pull.being_written" if is_coming else "pull.missing"
            raise SourceMissingError(text(key, uri=address.uri))
        return found

    def _single(self, host: Host, address: Address) -> tuple[str, Look | None]:
        """Return the one file that matches ``*``."""
        files = self._files(host, address)
        # Only * is special in a template; [ and ? are letters of a file name.
        pattern = address.name.replace("[", "[[]").replace("?", "[?]")
        matches = [look for name, look in files.items() if _matches(name, pattern)]
        whole = [look for look in matches if not look.name.lower().endswith(_UNFINISHED)]
        if len(whole) > 1:
            names = ", ".join(sorted(look.name for look in whole)[:_SHOWN_NAMES])
            raise SourceFailedError(
                text("pull.many", count=len(whole), uri=address.uri, names=names)
            )
        if not whole:
            # An unfinished copy has an ending behind the name that is asked for.
            is_coming = matches or any(_matches(_stem(name), pattern) for name in files)
            key = "pull.being_written" if is_coming else "pull.missing"
            raise SourceMissingError(text(key, uri=address.uri))
        found = whole[0]
        return found.name, found if found.size is not None else None

    @staticmethod
    def _files(host: Host, address: Address) -> dict[str, Look]:
        """List the file's folder; what went wrong is told of this file, or of the folder."""
        try:
            return host.files_in(address.folder, address.uri.rpartition("/")[0] + "/")
        except SourceMissingError as error:
            raise SourceMissingError(text("pull.missing", uri=address.uri)) from error
        except UnreachableError as error:
            raise UnreachableError(address.uri, error.detail) from error

    def _check_size(self, look: Look, uri: str, so_far: int = 0) -> None:
        if max(look.size or 0, so_far) > self.limit_bytes:
            raise SourceFailedError(text("pull.too_large", uri=uri, limit=self.limit_bytes >> 20))


@dataclass
class _Transfer:
    """A file being read, over as many attempts as it takes."""

    fetcher: Fetcher
    host: Host
    uri: str
    path: str
    known: Fingerprint | None
    incoming: Incoming
    begun: Look | None = None
    """The file whose bytes are in ``incoming``."""

    def __post_init__(self) -> None:
        self.deadline = self.host.deadline()

    def go_on(self) -> Fetched:
        """Read the file, or what is still lacking of it."""
        known = self.known.look if self.known else None
        began = time.monotonic()
        with self.host.place.open(
            self.path, self.uri, known=known, start=self.incoming.size, begun=self.begun
        ) as opened:
            if self.known and (opened.is_same or opened.look.is_surely(self.known.look)):
                self.incoming.discard()
                return Fetched(landing_name(opened.look.name), self.known.sha256, None)
            self.fetcher._check_size(opened.look, self.uri)
            self._read(opened)
            self._check_whole(opened, began)
            return Fetched(landing_name(opened.look.name), *_whole(self.incoming))

    def _read(self, opened: Opened) -> None:
        if opened.start != self.incoming.size:
            self.incoming.restart()
        self.begun = opened.look
        for chunk in opened.chunks():
            self.fetcher._check_size(opened.look, self.uri, self.incoming.size + len(chunk))
            self.incoming.write(chunk)
            self.host.check_stop()
            if time.monotonic() > self.deadline:
                raise self.host.too_slow(self.uri)

    def _check_whole(self, opened: Opened, began: float) -> None:
        """Raise unless all bytes came, and the file did not change while they were read."""
        told, got = opened.look.size, self.incoming.size
        if told is not None and got < told:
            raise TransientError(text("pull.truncated", got=got, size=told), is_silent=True)
        if opened.look.is_young:
            self.host.settle(began)
        now = opened.after()
        if (told is not None and got > told) or (now and opened.look.differs(now)):
            raise SourceMissingError(text("pull.being_written", uri=self.uri))


def _whole(incoming: Incoming) -> tuple[str, Arrived]:
    arrived = incoming.finish()
    return arrived.sha256, arrived


def _matches(name: str, pattern: str) -> bool:
    if name.startswith(_NOT_FILES) and not pattern.startswith(_NOT_FILES):
        return False
    return fnmatch.fnmatchcase(_composed(name), _composed(pattern))


def _stem(name: str) -> str:
    """Return a name without the ending of an unfinished copy; nothing for other names."""
    ending = next((x for x in _UNFINISHED if name.lower().endswith(x)), None)
    return name[: -len(ending)] if ending else ""


def _same_letters(files: dict[str, Look], name: str) -> Look | None:
    """Return the file whose name is written with other code points for the same letters."""
    wanted = _composed(name)
    return next((look for each, look in files.items() if _composed(each) == wanted), None)


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
