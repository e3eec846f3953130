"""One server during one pull: asked again when that may help, left alone when it does not answer."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ingestion.messages import text
from ingestion.places.place import (
    HostFailedError,
    LoginRefusedError,
    Look,
    Place,
    SourceFailedError,
    SourceMissingError,
    TransientError,
    UnreachableError,
)

ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
SILENT_FILES, REFUSED_FILES = 3, 10
"""So many files in a row without an answer, or with a server's own error, and no more are asked."""
REFUSED_LOGINS = 3
ENOUGH_BYTES = 1 << 16
"""An attempt that brought this much was not in vain: the count of attempts begins anew."""
Result = TypeVar("Result")


class StoppedError(Exception):
    """The pull was stopped by its user or by an error elsewhere."""


@dataclass
class Host:
    """A place with what this pull has learnt of it; used by several threads."""

    place: Place
    stop: threading.Event
    file_seconds: float = 900.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listings: dict[str, "_Listing"] = field(default_factory=dict)
    _failures: int = 0
    _logins: int = 0
    _down: str | None = None
    """Why nothing more is asked of this server, as a detail; see also ``_fault``."""
    _fault: str | None = None
    """The same as a whole sentence: what a person must mend."""
    _not_before: float = 0.0

    def deadline(self) -> float:
        """Return when a file that is begun now must be here (monotonic seconds)."""
        return time.monotonic() + self.file_seconds

    def keep_trying(
        self,
        uri: str,
        step: Callable[[], Result],
        deadline: float,
        gained: Callable[[], int] = lambda: 0,
    ) -> Result:
        """Run ``step`` until it succeeds, again after errors that may pass (with growing pauses).

        ``gained`` tells how many bytes are here so far. Raises `SourceMissingError` and
        `SourceFailedError`, the latter also when time or attempts are used up or the server was
        given up.
        """
        attempt, before = 0, 0
        while True:
            self._wait(self._not_before - time.monotonic())
            self._check(uri)
            try:
                result = step()
            except TransientError as error:
                attempt = 1 if gained() >= before + ENOUGH_BYTES else attempt + 1
                before = gained()
                pause = self._pause(attempt, error)
                if attempt >= ATTEMPTS or time.monotonic() + pause > deadline:
                    self._note_failure(error)
                    raise UnreachableError(uri, str(error)) from error
                self._wait(pause)
            except HostFailedError as error:
                self._fault = str(error)
                raise
            except LoginRefusedError as error:
                self._note_refusal(str(error))
                raise
            except (SourceMissingError, SourceFailedError):
                self._note_answer()
                raise
            else:
                if result is not None:  # else nothing was asked
                    self._note_answer()
                return result

    def too_slow(self, uri: str) -> SourceFailedError:
        """Return the error of a file that did not come in its time; it counts as silence."""
        detail = text("pull.too_slow", seconds=round(self.file_seconds))
        self._note_failure(TransientError(detail, is_silent=True))
        return UnreachableError(uri, detail)

    def files_in(self, folder: str, uri: str) -> dict[str, Look]:
        """Return the files of a folder by name, listed once; raises what listing it raised."""
        with self._lock:
            listing = self._listings.setdefault(folder, _Listing())
        with listing.lock:
            if listing.files is None and listing.error is None:
                list_it = partial(self.place.names, folder, uri)
                try:
                    found = self.keep_trying(uri, list_it, self.deadline())
                    listing.files = {look.name: look for look in found}
                except (SourceMissingError, SourceFailedError) as error:
                    listing.error = error
            if listing.files is None:
                raise listing.error or AssertionError("listed")
            return listing.files

    def settle(self, since: float) -> None:
        """Wait until a file has had its time to keep still, counted from ``since`` (monotonic)."""
        self._wait(since + self.place.settle_seconds - time.monotonic())

    def check_stop(self) -> None:
        """Raise `StoppedError` when the pull was stopped."""
        if self.stop.is_set():
            raise StoppedError

    def _wait(self, seconds: float) -> None:
        if seconds > 0 and self.stop.wait(seconds):
            raise StoppedError

    def _pause(self, attempt: int, error: TransientError) -> float:
        """Return how long to wait: as the server asks, else longer each time, never all at once."""
        if error.after_seconds is not None:
            # What one request is told holds for all of them.
            self._not_before = max(self._not_before, time.monotonic() + error.after_seconds)
            return error.after_seconds
        longest = min(FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreading requests, no secret

    def _check(self, uri: str) -> None:
        if self._fault is not None:
            raise SourceFailedError(self._fault)
        if self._down is not None:
            host = self.place.host
            raise SourceFailedError(text("pull.host_down", uri=uri, host=host, detail=self._down))

    def _note_answer(self) -> None:
        self._failures = self._logins = 0

    def _note_failure(self, error: TransientError) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= (SILENT_FILES if error.is_silent else REFUSED_FILES):
                self._down = str(error)

    def _note_refusal(self, said: str) -> None:
        with self._lock:
            self._logins += 1
            if self._logins >= REFUSED_LOGINS:
                self._fault = said


@dataclass
class _Listing:
    lock: threading.Lock = field(default_factory=threading.Lock)
    files: dict[str, Look] | None = None
    error: SourceMissingError | SourceFailedError | None = None
