"""Reader of delimited text."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from ingestion.decode.header import best_label_count
from ingestion.decode.opened import HEADER_DEPTH, NumberedRow, Sheet, unreadable
from ingestion.layouts import Layout

_DELIMITERS = (",", ";", "\t")
_FIELD_LIMIT = 131_072
_CHUNK = 1 << 20
_RECORD_LINES = 100
"""A record over more lines than this has a quote that was never closed."""


@dataclass(frozen=True)
class CsvFile:
    """The bytes of a delimited file; encoding and delimiter come from the layout."""

    content: bytes

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the one sheet; raises `UnreadableFileError` where the text cannot be had."""
        content = to_utf8(self.content, layout.encoding)
        wanted = layout.delimiter
        delimiter = _find_delimiter(content, layout)
        if wanted not in ("auto", delimiter):
            named = {"\t": "Tab"}
            found, meant = (named.get(mark, mark) for mark in (delimiter, wanted))
            raise unreadable("csv_delimiter", found=found, wanted=meant)
        return [Sheet(None, lambda: _records(content, delimiter))]


def open_csv(path: Path) -> CsvFile:
    """Read the file's bytes."""
    return CsvFile(path.read_bytes())


def to_utf8(content: bytes, encoding: str) -> bytes:
    """Return a file's text as UTF-8; raises `UnreadableFileError` naming the line that is wrong.

    ``auto`` means UTF-8 with or without mark, or UTF-16 with mark. Windows-1258 writes tones apart
    from their letters, so that text is composed (NFC).
    """
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    codec = {"auto": "utf-16" if is_wide else "utf-8-sig", "utf-8": "utf-8-sig"}.get(
        encoding, encoding
    )
    if codec == "utf-8-sig":
        _check_utf8(content, encoding)
    else:
        try:
            decoded = content.decode(codec)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise unreadable("csv_encoding", line=line, encoding=encoding) from error
        content = unicodedata.normalize("NFC", decoded).encode()
    nul = content.find(b"\0")
    if nul >= 0:
        raise unreadable("csv_nul", line=content.count(b"\n", 0, nul) + 1)
    return content


def _check_utf8(content: bytes, encoding: str) -> None:
    """Check the bytes piece by piece: the whole text at once would need several times the room."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _CHUNK):
        try:
            decoder.decode(content[start : start + _CHUNK], start + _CHUNK >= len(content))
        except UnicodeDecodeError as error:
            # The decoder may hold back a few bytes, so the line is that of the piece's position.
            line = content.count(b"\n", 0, start + error.start) + 1
            raise unreadable("csv_encoding", line=line, encoding=encoding) from error


def _lines(content: bytes) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")


def _find_delimiter(content: bytes, layout: Layout) -> str:
    """Return the delimiter under which the layout recognises most labels in one row.

    Where several do as well, it is the one the layout names.
    """

    def score(delimiter: str) -> int:
        csv.field_size_limit(_FIELD_LIMIT)
        rows: list[NumberedRow] = []
        try:
            for row in islice(csv.reader(_lines(content), delimiter=delimiter), HEADER_DEPTH):
                rows.append((len(rows) + 1, row))
        except csv.Error:
            pass  # the chosen delimiter is read strictly later, and the error told then
        return best_label_count(rows, layout)

    return max(sorted(_DELIMITERS, key=lambda mark: mark != layout.delimiter), key=score)


def _records(content: bytes, delimiter: str) -> Iterator[NumberedRow]:
    """Yield records with the number of their first physical line.

    Strict about quotes: a quote that is not closed would otherwise swallow the rows after it.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(_lines(content), delimiter=delimiter, strict=True)
    start, width = 1, 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = "csv_field_too_large" if "field limit" in str(error) else "csv_quotes"
            raise unreadable(code, line=start) from error
        end = reader.line_num
        if end > start:
            _check_quotes(row, delimiter, start, end, width)
        yield start, row
        start, width = end + 1, len(row)


def _check_quotes(row: list[str], delimiter: str, start: int, end: int, width: int) -> None:
    """Refuse a cell that holds whole lines of the table: two stray quotes enclose them."""
    whole_lines = (
        line.count(delimiter) >= width - 1
        for cell in row
        if "\n" in cell or "\r" in cell
        for line in cell.splitlines()[1:-1]
    )
    if end - start >= _RECORD_LINES or (width > 1 and any(whole_lines)):
        raise unreadable("csv_quotes", line=start)
