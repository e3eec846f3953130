"""Opening a file without a layout: which delimiter its text has, which sheets hold a table."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from ingestion.decode.opened import OpenedFile, Sheet, UnreadableFileError
from ingestion.decode.readers import kind_of, open_file
from ingestion.layouts import Header, Layout
from ingestion.manifest import Message
from ingestion.messages import text
from ingestion.suggest.labels import LabelBook
from ingestion.suggest.tables import Table, find_table

_DELIMITERS = (",", ";", "\t", "|")
KINDS = {"text": "csv", "workbook": "workbook", "json": "json"}
"""Family of a file → the kind a layout names for it."""


@dataclass(frozen=True)
class Seen:
    """A file as opened. ``tables``: of the sheets that hold one, visible ones first.

    ``delimiter`` is None unless the file is text; ``text`` says encoding and delimiter.
    """

    family: str
    delimiter: str | None
    text: str
    sheets: tuple[Sheet, ...]
    tables: tuple[Table, ...]


def look_into(path: Path, book: LabelBook) -> Seen:
    """Open a file and find its tables; raises `UnreadableFileError` where there is none."""
    family, opened = open_file(path)
    if family == "text":
        return _as_text(path, opened, book)
    sheets = opened.sheets(_neutral("auto", book))
    tables = _tables(sheets, book)
    if not tables:
        raise _no_table(path)
    return Seen(family, None, text(f"suggest.kind_{family}"), tuple(sheets), tuple(tables))


def _as_text(path: Path, opened: OpenedFile, book: LabelBook) -> Seen:
    """Try every delimiter: the right one is that under which the header says most."""
    best: tuple[float, str, list[Sheet], list[Table]] | None = None
    failure: UnreadableFileError | None = None
    for delimiter in _DELIMITERS:
        try:
            sheets = opened.sheets(_neutral(delimiter, book))
            tables = _tables(sheets, book)
        except UnreadableFileError as error:
            failure = failure or error
            continue
        score = sum(table.score + len(table.labels) / 100 for table in tables)
        if tables and (best is None or score > best[0]):
            best = (score, delimiter, sheets, tables)
    if best is None:
        raise failure if failure and not _is_delimiter(failure) else _no_table(path)
    _, delimiter, sheets, tables = best
    named = text("suggest.delimiter_tab") if delimiter == "\t" else delimiter
    said = text("suggest.kind_text", delimiter=named, encoding=_encoding(path))
    return Seen("text", delimiter, said, tuple(sheets), tuple(tables))


def _no_table(path: Path) -> UnreadableFileError:
    return UnreadableFileError(Message("no_header", text("suggest.no_table", file=path.name)))


def _is_delimiter(error: UnreadableFileError) -> bool:
    return {message.code for message in error.messages} == {"csv_delimiter"}


def _neutral(delimiter: str, book: LabelBook) -> Layout:
    """A layout that knows all labels and means none, for the readers that look for some."""
    labels = tuple(dict.fromkeys(label for _, label in book.known))
    return Layout.model_validate(
        {
            "name": "neutral",
            "delimiter": delimiter,
            "header": Header(row=1),
            "export_kind": "snapshot",
            "columns": {"case_code": labels},
        }
    )


def _tables(sheets: list[Sheet], book: LabelBook) -> list[Table]:
    ordered = sorted(sheets, key=lambda sheet: not sheet.is_visible)
    return [table for sheet in ordered if (table := find_table(sheet, book)) is not None]


def _encoding(path: Path) -> str:
    """Say how the text is encoded, as far as its first bytes and UTF-8's own rules tell."""
    if kind_of(path) == "zip":
        return text("suggest.encoding_zip")
    content = path.read_bytes()
    if content.startswith(codecs.BOM_UTF8):
        return text("suggest.encoding_bom")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return text("suggest.encoding_wide")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return text("suggest.encoding_legacy")
    return text("suggest.encoding_plain")
