"""From a file to the draft of its layout."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.reading import read_file
from ingestion.layouts import ALWAYS_MAPPED, Layout, layout_problems
from ingestion.messages import text
from ingestion.suggest.draft import write_draft
from ingestion.suggest.files import Seen, look_into
from ingestion.suggest.findings import Findings, find
from ingestion.suggest.matching import ColumnGuess
from ingestion.suggest.vocabulary import Vocabulary


@dataclass(frozen=True)
class Suggestion:
    """A draft and how it came about. No cell of a column that is not drafted is quoted anywhere.

    ``header_row``: first row of the header, from 1. ``missing``: required columns not found.
    ``todo``: marked places a person must settle. ``rows_data`` and ``trial``: what reading the file
    by the draft gave, when nothing was left to settle (else None and empty).
    """

    file: str
    kind: str
    seen: str
    sheet: str | None
    header_row: int
    header_rows: int
    rows_seen: int
    groups_seen: int
    columns: tuple[ColumnGuess, ...]
    missing: tuple[str, ...]
    todo: int
    rows_data: int | None
    rows_ignored: int | None
    trial: tuple[str, ...]
    draft: str

    @property
    def unplaced(self) -> tuple[ColumnGuess, ...]:
        """Columns for which a person must choose a place."""
        return tuple(guess for guess in self.columns if guess.place is None)


def suggest(path: Path, known: Vocabulary, name: str) -> Suggestion:
    """Draft the layout ``name`` of a file.

    Raises `UnreadableFileError` for a file no reader can open and for one without a header.
    """
    seen = look_into(path, known.book)
    found = find(seen, known)
    draft = write_draft(path.name, name, seen, found, known)
    missing = tuple(c for c in ALWAYS_MAPPED if c not in found.places)
    marks = text("suggest.mark_review"), text("suggest.mark_todo")
    rows, ignored, trial = _try(path, draft, found, missing)
    return Suggestion(
        file=path.name,
        kind=seen.family,
        seen=seen.text,
        sheet=found.table.sheet.name,
        header_row=found.table.number,
        header_rows=found.table.size,
        rows_seen=len(found.table.data),
        groups_seen=len(found.table.groups),
        columns=tuple(found.columns),
        missing=missing,
        todo=sum(any(mark in line for mark in marks) for line in draft.splitlines()[2:]),
        rows_data=rows,
        rows_ignored=ignored,
        trial=trial,
        draft=draft,
    )


def _try(
    path: Path, draft: str, found: Findings, missing: tuple[str, ...]
) -> tuple[int | None, int | None, tuple[str, ...]]:
    """Read the file by the draft as if every open choice stayed as it is; values are left out."""
    if missing or any(guess.place is None for guess in found.columns):
        return None, None, ()
    content: dict[str, Any] = yaml.safe_load(draft)
    layout = Layout.model_validate({**content, "values": {}})
    problems = layout_problems(layout)
    if problems:
        return None, None, tuple(problems)
    try:
        reading = read_file(path, [layout])
    except UnreadableFileError as error:
        return None, None, tuple(message.text for message in error.messages)
    return reading.rows_data, reading.rows_ignored, ()


__all__ = ["Seen", "Suggestion", "suggest"]
