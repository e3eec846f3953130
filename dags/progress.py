"""How a step says what it is doing: to the task log, or to whoever listens in the same process."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ingestion.progress import Progress

SECONDS_BETWEEN_LINES = 5.0


class Listener(Protocol):
    """Hears the steps of one run, in order."""

    def started(self, step: str) -> None:
        """`step` begins."""

    def advanced(self, step: str, what: str, done: int, total: int) -> None:
        """`step` is at `what`, `done` of `total` (0: unknown)."""

    def finished(self, step: str, seconds: float) -> None:
        """`step` ended well."""

    def failed(self, step: str, error: BaseException, seconds: float) -> None:
        """`step` ended with `error`."""


class LogListener:
    """Writes progress to the task log, a line every few seconds so that the log stays short."""

    def __init__(self) -> None:
        self._log = logging.getLogger("airflow.task")
        self._last_line = 0.0

    def started(self, step: str) -> None:
        """Say nothing: Airflow logs the start of a task itself."""
        self._last_line = 0.0

    def advanced(self, step: str, what: str, done: int, total: int) -> None:
        """Log where the step is, unless a line was written a moment ago."""
        now = time.monotonic()
        if now - self._last_line >= SECONDS_BETWEEN_LINES or (total and done >= total):
            self._last_line = now
            self._log.info("%s: %s (%d/%d)", step, what, done, total)

    def finished(self, step: str, seconds: float) -> None:
        """Log how long the step took."""
        self._log.info("%s: %.1f s", step, seconds)

    def failed(self, step: str, error: BaseException, seconds: float) -> None:
        """Log why the step ended, in one line; Airflow adds the traceback."""
        self._log.error("%s: %s", step, error)


_listener: Listener = LogListener()


def listen(listener: Listener) -> None:
    """Send the steps of this process to `listener` instead of the task log."""
    global _listener  # noqa: PLW0603  (one listener a process, set once before the run)
    _listener = listener


@contextmanager
def step(name: str, skips: tuple[type[BaseException], ...] = ()) -> Iterator[Progress]:
    """Report one step: its start, its progress through the callback given, and its end.

    `skips`: errors that mean "nothing to do"; the step has ended well.
    """
    began = time.monotonic()
    _listener.started(name)
    try:
        yield lambda what, done, total: _listener.advanced(name, what, done, total)
    except skips:
        _listener.finished(name, time.monotonic() - began)
        raise
    except BaseException as error:
        _listener.failed(name, error, time.monotonic() - began)
        raise
    _listener.finished(name, time.monotonic() - began)
