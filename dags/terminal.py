"""The steps of a run on the terminal: one line each, what it is doing and for how long."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ingestion.messages import text

SECONDS_BETWEEN_LINES = 5.0


class TerminalListener:
    """Shows the steps of one run as they go: live lines on a terminal, plain lines in a pipe.

    Keeps the last error: a step that failed and stopped nobody may come before the one that ended the run.
    """

    def __init__(self, console: Console, beside: dict[str, Callable[[], None]]) -> None:
        """Listen; `beside[step]` is called once `step` has something to do: it says where it is."""
        self.error: BaseException | None = None
        self._beside = dict(beside)
        self._console = console
        self._bars = Bars(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[what]}"),
            console=console,
            refresh_per_second=4,  # two cores: leave them to the work
        )
        self._lines: dict[str, TaskID] = {}
        self._last_line = 0.0
        self._preparing: tuple[str, float] | None = None

    def __enter__(self) -> TerminalListener:
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._console.is_terminal:
            self._bars.stop()

    def preparing(self, what: str, began: float) -> None:
        """Open a line for what has to happen (since `began`) before the first step can start."""
        self.started(what)
        self._preparing = (what, began)

    def started(self, step: str) -> None:
        """Open the line of `step`."""
        if self._preparing:
            (what, began), self._preparing = self._preparing, None
            self.finished(what, time.monotonic() - began)
        if self._console.is_terminal:
            self._lines[step] = self._bars.add_task(_title(step), total=1, what="")
        else:
            self._print(f"… {_title(step)}")
        self._last_line = time.monotonic()

    def advanced(self, step: str, what: str, done: int, total: int) -> None:
        """Show where `step` is; in a pipe only every few seconds."""
        self._beside.pop(step, lambda: None)()
        where = f"{what} {done}/{total}" if total else what
        if self._console.is_terminal:
            self._bars.update(self._lines[step], what=where)
        elif time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self._print(f"  {_title(step)}: {where}")

    def finished(self, step: str, seconds: float) -> None:
        """Close the line of `step` with its time."""
        self._close(step, "✓", seconds)

    def failed(self, step: str, error: BaseException, seconds: float) -> None:
        """Close the line of `step` as failed and keep `error`."""
        self.error = error
        self._close(step, "✗", seconds)

    def _close(self, step: str, mark: str, seconds: float) -> None:
        title = f"{mark} {_title(step)}"
        if self._console.is_terminal:
            self._bars.update(self._lines[step], description=title, what="", completed=1)
        else:
            self._print(f"{title} ({seconds:.1f} s)")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def _title(step: str) -> str:
    return text(f"month_end.{step}")
