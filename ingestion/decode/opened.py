"""What every reader gives: sheets of numbered rows, or the reasons why there are none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from ingestion.decode.cells import Row
from ingestion.layouts import Layout
from ingestion.manifest import Message
from ingestion.messages import text

NumberedRow = tuple[int, Row]
HEADER_DEPTH = 200
"""So many rows from the top are searched for a header."""


class UnreadableFileError(Exception):
    """A unit's file that cannot be read as it stands; ``messages`` say why, for the unit."""

    def __init__(self, *messages: Message) -> None:
        super().__init__("; ".join(message.code for message in messages))
        self.messages = messages


def unreadable(code: str, *, sheet: str | None = None, **values: object) -> UnreadableFileError:
    """Return the error whose message is the text ``intake.<code>``."""
    return UnreadableFileError(
        Message(code=code, text=text(f"intake.{code}", sheet=sheet or "", **values), sheet=sheet)
    )


def broken(kind: str, *, sheet: str | None = None) -> UnreadableFileError:
    """Return the error for a damaged file; ``kind`` is a key of `readers.READERS` or ``zip``."""
    return unreadable("file_broken", sheet=sheet, kind=text(f"intake.kind_{kind}"))


class Merged(NamedTuple):
    """A cell merged down: its 0-based column from A, its first and last row from 1."""

    column: int
    first: int
    last: int


def _none_merged() -> Sequence[Merged]:
    return ()


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``rows`` starts again at each call; row numbers are those of the file, from 1.

    ``first_column`` is the 0-based column of each row's first cell; rows may differ in length. A
    text file is a sheet without name. ``rows`` may be costly at its first call only; it raises
    `UnreadableFileError`. ``member``: the file within an archive that holds the sheet; ``name`` then
    begins with it. ``merged``: cells merged down that begin in the rows read so far, or in any row.
    """

    name: str | None
    rows: Callable[[], Iterator[NumberedRow]]
    first_column: int = 0
    is_visible: bool = True
    member: str | None = None
    merged: Callable[[], Sequence[Merged]] = _none_merged


class OpenedFile(Protocol):
    """A file opened once and read by one or more layouts.

    ``date_system``: 1900 or 1904, the day from which numbers count that are dates but are not
    formatted as such. ``notes``: what the unit should know of a file that can be read all the same.
    """

    date_system: int = 1900
    notes: Sequence[Message] = ()

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return all sheets of the file, in its order; raises `UnreadableFileError`.

        The layout says how text is read (encoding, delimiter), not which sheets are meant.
        """
        ...


class Opener(Protocol):
    """How a kind of file is opened; raises `UnreadableFileError`."""

    def __call__(self, path: Path) -> OpenedFile: ...
