"""Reader of delimited text."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TextIO

from ingestion.decode.cells import Cell
from ingestion.decode.grid import MAX_COLUMNS, sheet_too_large
from ingestion.decode.header import best_label_count
from ingestion.decode.opened import (
    HEADER_DEPTH,
    NumberedRow,
    OpenedFile,
    Sheet,
    UnreadableFileError,
    unreadable,
)
from ingestion.decode.text_bytes import Text, encoding_note, read_text
from ingestion.layouts import Layout
from ingestion.manifest import Message
from ingestion.messages import text

_DELIMITERS = (",", ";", "\t", "|")
_FIELD_LIMIT = 131_072
_RECORD_LINES = 100
"""A record over more lines than this has a quote that was never closed."""
_SHOWN_RECORDS = 20
_LINE_END = re.compile(r"\r\n|\r|\n")
# A first line by which Excel is told the delimiter.
_SEPARATOR_LINE = re.compile(rb'"?sep=([^\r\n"])"?[\t;,| ]*(?:\r\n|\r|\n)', re.IGNORECASE)
# A text that Excel must not take for a number: ="00123"
_AS_FORMULA = re.compile(r'="([^"]*)"')


@dataclass(frozen=True)
class _Body:
    """The records of a file as UTF-8. ``skipped``: lines before them; ``mark``: the delimiter these
    lines name."""

    content: bytes
    skipped: int = 0
    mark: str | None = None

    def lines(self) -> TextIO:
        return io.TextIOWrapper(io.BytesIO(self.content), encoding="utf-8", newline="")


class CsvFile(OpenedFile):
    """The bytes of a delimited file; the delimiter comes from the layout, the encoding from them.

    What a layout names as encoding matters for the letters only (`legacy.recode`): bytes that prove
    another one are read as what they are, with a note.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content

    @cached_property
    def _text(self) -> Text:
        return read_text(self._content)

    @cached_property
    def _body(self) -> _Body:
        content = self._text.utf8
        first = _SEPARATOR_LINE.match(content)
        if first is None:
            return _Body(content)
        return _Body(content[first.end() :], 1, first[1].decode(errors="replace"))

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the one sheet; raises `UnreadableFileError` where the text cannot be had."""
        note = encoding_note(self._text.found, layout.encoding)
        self.notes = () if note is None else (note,)
        body, wanted = self._body, layout.delimiter
        delimiter = _find_delimiter(body, layout)
        if wanted not in ("auto", delimiter):
            named = {"\t": "Tab"}
            found, meant = (named.get(mark, mark) for mark in (delimiter, wanted))
            raise unreadable("csv_delimiter", found=found, wanted=meant)
        return [Sheet(None, lambda: _rows(body, delimiter))]


def open_csv(path: Path) -> CsvFile:
    """Read the file's bytes."""
    return CsvFile(path.read_bytes())


def _find_delimiter(body: _Body, layout: Layout) -> str:
    """Return the delimiter under which the layout recognises most labels in one row.

    Where several do as well, it is the one the layout names, then the one the file names.
    """
    marks = dict.fromkeys(
        mark for mark in (layout.delimiter, body.mark, *_DELIMITERS) if mark and len(mark) == 1
    )

    def score(delimiter: str) -> int:
        csv.field_size_limit(_FIELD_LIMIT)
        rows: list[NumberedRow] = []
        try:
            for row in islice(csv.reader(body.lines(), delimiter=delimiter), HEADER_DEPTH):
                rows.append((len(rows) + 1, row[:MAX_COLUMNS]))
        except csv.Error:
            pass  # the chosen delimiter is read strictly later, and the error told then
        return best_label_count(rows, layout)

    return max(marks, key=score)


def _rows(body: _Body, delimiter: str) -> Iterator[NumberedRow]:
    """Yield records without what programs write around texts for Excel's sake."""
    records = _records(body, delimiter)
    if b'="' not in body.content:
        return records
    return ((number, list(map(_plain, row))) for number, row in records)


def _plain(cell: Cell) -> Cell:
    match = _AS_FORMULA.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return match[1] if match else cell


def _records(body: _Body, delimiter: str) -> Iterator[NumberedRow]:
    """Yield records with the number of their first physical line.

    Strict about quotes: a quote that is not closed would otherwise swallow the rows after it. Once
    a record is wrong no more are given: the rest is searched for more such records, and all are told.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(body.lines(), delimiter=delimiter, strict=True)
    start, width, wrong = body.skipped + 1, 1, list[Message]()
    while len(wrong) < _SHOWN_RECORDS:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            code = "csv_field_too_large" if "field limit" in str(error) else "csv_quotes"
            wrong.append(Message(code, text(f"intake.{code}", line=start)))
            if body.skipped + reader.line_num > start:
                break  # where the next record begins cannot be known
            start += 1
            continue
        if len(row) > MAX_COLUMNS:
            raise sheet_too_large(None, len(row), start)
        end = body.skipped + reader.line_num
        if end > start and _has_stray_quotes(row, delimiter, end - start, width):
            wrong.append(Message("csv_quotes", text("intake.csv_quotes", line=start)))
        elif not wrong:
            yield start, row
        start, width = end + 1, len(row)
    if wrong:
        raise UnreadableFileError(*wrong)


def _has_stray_quotes(row: Sequence[str], delimiter: str, more_lines: int, width: int) -> bool:
    """Tell a cell that holds whole lines of the table: two stray quotes enclose them."""
    whole_lines = (
        line.count(delimiter) >= width - 1
        for cell in row
        if "\n" in cell or "\r" in cell
        for line in _LINE_END.split(cell)[1:-1]
    )
    return more_lines >= _RECORD_LINES or (width > 1 and any(whole_lines))
