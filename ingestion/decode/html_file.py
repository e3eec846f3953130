"""Reader of tables in web pages: .xls files that are HTML, and web archives (.mht) of workbooks."""

import codecs
import email
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lxml import etree

from ingestion.decode.archive import damage_told
from ingestion.decode.cells import Cell
from ingestion.decode.grid import sheet_rows
from ingestion.decode.html_tables import PageReader, Table
from ingestion.decode.opened import Merged, NumberedRow, OpenedFile, Sheet, broken, unreadable
from ingestion.decode.xml_stream import encoding_of
from ingestion.layouts import Layout
from ingestion.manifest import Message
from ingestion.messages import text

_MAX_BYTES = 512 << 20
_PIECE = 1 << 16
_HEAD = 1 << 16
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_BY_EXCEL = re.compile(r"content\s*=\s*[\"']?(?:Microsoft Excel|Excel\.Sheet)", re.IGNORECASE)
_SHEET_NAME = re.compile(r"<x:Name>([^<]{1,64})</x:Name>", re.IGNORECASE)
_DATE_1904 = re.compile(r"<x:Date1904\s*/?>", re.IGNORECASE)
_WINDOWS = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "windows-1258": "cp1258",
}

Rows = list[list[Cell]]


@dataclass
class _Grid:
    """The rows of one table with the titles above it, and its cells merged down."""

    rows: Rows = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)

    def add(self, rows: Rows, merged: Sequence[Merged] = ()) -> None:
        """Put rows below; ``merged`` counts from the first of them."""
        above = len(self.rows)
        self.merged += [Merged(m.column, m.first + above, m.last + above) for m in merged]
        self.rows += rows


@dataclass
class HtmlFile(OpenedFile):
    """The tables of a page, as sheets: name and rows from row 1."""

    tables: list[tuple[str, _Grid]]
    date_system: int = 1900
    notes: Sequence[Message] = field(default_factory=tuple)

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the tables of data, each with the titles above it."""
        del layout
        return [
            Sheet(name, partial(_numbered, name, grid.rows), merged=partial(list, grid.merged))
            for name, grid in self.tables
        ]


def open_html(path: Path) -> HtmlFile:
    """Open a web page; raises `UnreadableFileError` where there is no table in it."""
    page = _read_page(_read_bytes(path), None)
    return _opened([page])


def open_mhtml(path: Path) -> HtmlFile:
    """Open a web archive: one page for each sheet of a workbook; raises `UnreadableFileError`."""
    with damage_told("mhtml"):
        try:
            message = email.message_from_bytes(_read_bytes(path))
            parts = [part for part in message.walk() if part.get_content_type() == "text/html"]
            contents = [
                (part.get_payload(decode=True), part.get_content_charset()) for part in parts
            ]
        except (RecursionError, LookupError) as error:  # parts within parts without end
            raise broken("mhtml") from error
    pages = [
        _read_page(raw, charset) for raw, charset in contents if isinstance(raw, bytes) and raw
    ]
    return _opened(pages)


@dataclass
class _Page:
    tables: list[_Grid]
    names: list[str]
    hidden_rows: int
    has_frames: bool
    date_system: int


def _read_bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise unreadable("file_too_large", kind=text("intake.kind_html"), size=size >> 20)
    return path.read_bytes()


def _read_page(content: bytes, charset: str | None) -> _Page:
    page = _decode(content, charset)
    head = page[:_HEAD]
    date_system = 1904 if _DATE_1904.search(head) else 1900
    reader = PageReader(date_system, keeps_hidden_rows=_BY_EXCEL.search(head) is not None)
    # The stub asks for methods that a target may leave out.
    parser = etree.HTMLParser(target=reader, encoding="utf-8")  # type: ignore[call-overload]
    raw = page.encode("utf-8", "replace")
    try:
        for start in range(0, len(raw), _PIECE):
            parser.feed(raw[start : start + _PIECE])
        blocks = parser.close()
    except etree.XMLSyntaxError:  # a page without any element
        blocks = reader.close()
    names = _SHEET_NAME.findall(head)
    return _Page(_joined(blocks), names, reader.hidden_rows, reader.has_frames, date_system)


def _decode(content: bytes, charset: str | None) -> str:
    """Return a page's text: by its mark, as UTF-8 where it is that, else as the page says."""
    encoding = encoding_of(content[:_HEAD])
    if encoding.startswith("utf-16"):
        return content.decode(encoding, "replace").lstrip("\ufeff")
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        found = _CHARSET.search(content[:_HEAD])
        named = (charset or (found[1].decode("latin-1") if found else "")).lower()
    codec = _WINDOWS.get(named, named or "cp1258")
    try:
        decoded = content.decode(codec, "replace")
    except LookupError:
        decoded = content.decode("cp1258", "replace")
    # Windows-1258 writes tones apart from their letters.
    return unicodedata.normalize("NFC", decoded)


def _joined(blocks: Sequence[Table]) -> list[_Grid]:
    """Put titles with the table of data below them, what follows the last one with that one.

    A table of headings only is the head of the table after it: some grids write them apart.
    """
    sheets: list[_Grid] = []
    above: Rows = []
    head: Table | None = None
    for block in blocks:
        if not block.is_data:
            above += block.rows
            continue
        if head is None or head.width != block.width:
            sheets.append(_Grid())
        sheets[-1].add(above)
        sheets[-1].add(block.rows, block.merged)
        above = []
        head = block if block.is_all_headings else None
    if sheets:
        sheets[-1].add(above)
    is_table = any(block.rows and not block.is_layout for block in blocks)
    return sheets or ([_Grid(above)] if is_table else [])


def _opened(pages: Sequence[_Page]) -> HtmlFile:
    tables = [rows for page in pages for rows in page.tables]
    if not tables:
        is_frame = any(page.has_frames for page in pages)
        raise unreadable("html_frames" if is_frame else "html_no_table")
    names = [name for page in pages for name in page.names]
    if len(names) != len(tables) or len(set(names)) < len(names):
        names = [text("intake.html_sheet", number=n) for n in range(1, len(tables) + 1)]
    hidden = sum(page.hidden_rows for page in pages)
    said = text("intake.hidden_rows_not_read", count=hidden)
    notes = [Message("hidden_rows_not_read", said)] if hidden else []
    date_system = max((page.date_system for page in pages), default=1900)
    return HtmlFile(list(zip(names, tables, strict=True)), date_system, notes)


def _numbered(name: str, rows: Rows) -> Iterator[NumberedRow]:
    filled = (
        (number, {column: cell for column, cell in enumerate(row) if cell not in (None, "")})
        for number, row in enumerate(rows, start=1)
    )
    return sheet_rows(filled, name)
