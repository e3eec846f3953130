"""What every kind of source has in common: how it tells of a file, hands out its bytes and fails."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ingestion.connections import Connection
from ingestion.messages import text

CHUNK_BYTES = 1 << 20
RACY_SECONDS = 5.0
"""Clocks of file systems and servers tick in whole seconds (FAT: two): a file changed this short
before it was looked at may change again and keep its time."""


class SourceMissingError(Exception):
    """The file is not there, or not whole yet; the message is for the user (Vietnamese)."""


class SourceFailedError(Exception):
    """The file cannot be had; the message is for the user (Vietnamese)."""


class UnreachableError(SourceFailedError):
    """All attempts were in vain. ``detail`` is the reason alone."""

    def __init__(self, uri: str, detail: str) -> None:
        super().__init__(text("pull.failed", uri=uri, detail=detail))
        self.detail = detail


class LoginRefusedError(SourceFailedError):
    """The server refused these credentials for this file; again and again means for all."""


class HostFailedError(SourceFailedError):
    """Nothing can be had from this server in this pull: asking again would do harm or no good."""


class TransientError(Exception):
    """It may work in a moment. ``is_silent``: no (whole) answer came; else the server said so."""

    def __init__(self, detail: str, *, is_silent: bool, after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.is_silent = is_silent
        self.after_seconds = after_seconds


@dataclass(frozen=True, slots=True)
class Look:
    """What a source says of a file without its bytes; None is what it does not say.

    ``modified`` and ``at`` (when the source was asked, by its clock if it tells) are seconds since
    1970, ``size`` bytes.
    """

    name: str
    size: int | None = None
    modified: float | None = None
    etag: str | None = None
    at: float = field(default_factory=time.time)

    @property
    def age(self) -> float | None:
        """Seconds from the last change to the look; below 0 when the clocks disagree."""
        return None if self.modified is None else self.at - self.modified

    @property
    def is_racy(self) -> bool:
        """Tell whether the file may change after this look and still look the same."""
        return self.age is not None and self.age < RACY_SECONDS

    @property
    def is_young(self) -> bool:
        """Tell whether the file changed just now: someone may still be writing it."""
        return self.age is not None and abs(self.age) < RACY_SECONDS

    @property
    def is_weak(self) -> bool:
        """Tell whether the etag stands for the meaning only, not for the bytes (RFC 9110, 8.8.1)."""
        return self.etag is not None and self.etag.startswith("W/")

    def is_surely(self, other: "Look") -> bool:
        """Tell whether both looks show the same bytes, by positive evidence (neither being racy).

        A strong etag decides; else size and time must both be told and be the same.
        """
        if self.differs(other) or (self.etag is None) != (other.etag is None):
            return False
        if self.etag is not None and not self.is_weak:
            return True
        return None not in (self.size, other.size, self.modified, other.modified)

    def differs(self, other: "Look") -> bool:
        """Tell whether anything that both looks tell is not the same."""
        pairs = (
            (self.size, other.size),
            (self.modified, other.modified),
            (self.etag, other.etag),
        )
        return any(None not in pair and pair[0] != pair[1] for pair in pairs)


class Opened(ABC):
    """A file that is being read. ``start``: where its bytes begin; ``is_same``: as the known look,
    so no bytes are sent."""

    look: Look
    start: int = 0
    is_same: bool = False

    @abstractmethod
    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes from ``start`` on; raises as `Place` says."""

    def after(self) -> Look | None:
        """Look once more after reading; None where an answer is always of one whole file."""
        return None


class Place(Protocol):
    """One server (or this machine) as one connection reaches it; used by several threads.

    Methods raise `SourceMissingError`, `SourceFailedError` (for good) or `TransientError`.
    """

    host: str
    """As a person knows it, without login."""
    width: int
    """How many files are read at once."""
    settle_seconds: float
    """How long a file that changed just now must keep still before it counts as whole."""
    listing: Literal["never", "star", "often"]
    """Whether folders can be listed, and whether that is cheaper than asking for each file."""

    def look(self, path: str, uri: str) -> Look | None:
        """Say what is known of a file before it is opened; None: this place tells only then."""

    def names(self, folder: str, uri: str) -> list[Look]:
        """List the files of a folder."""

    def open(
        self, path: str, uri: str, *, known: Look | None, start: int, begun: Look | None
    ) -> AbstractContextManager[Opened]:
        """Open a file. ``known``: hand out no bytes if it still looks like this. ``begun``: the file
        whose first ``start`` bytes are here already; the rest is enough if it is still that one."""

    def close(self) -> None:
        """Give back connections; the place may be used again."""


def resumed_at(start: int, begun: Look | None, now: Look) -> int:
    """Return where to go on reading: ``start``, or 0 when it is not surely the file begun."""
    return start if begun is not None and now.is_surely(begun) else 0


def said_of(connection: Connection) -> str:
    """Return how messages call a connection."""
    if connection.name:
        return text("pull.connection", name=connection.name)
    return text("pull.no_connection")
