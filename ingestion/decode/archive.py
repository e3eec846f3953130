"""Looking into an .xlsx before it is unpacked: is it one, is it bounded, which cells are errors."""

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree

from ingestion.decode.opened import unreadable

ErrorCells = dict[int, list[tuple[int, str]]]
"""Row number -> (0-based column, shown error such as ``#N/A``)."""

_MAX_BYTES = 2 << 30
_MAX_RATIO = 200
_RATIO_FROM_BYTES = 1 << 20
"""Below this size a high ratio harms nobody."""
_MAX_CELLS = 60_000_000
"""A sheet is held as a full rectangle, so one stray far cell can ask for more than there is."""
_MAX_PART_BYTES = 16 << 20
_CHUNK = 4 << 20
_OVERLAP = 1024
# A cell with content: neither <c .../> nor <c ...></c>, which only carry a format.
_CONTENT = rb'"[^>]*(?<!/)>(?!</)'
# Beyond column Z or row 99,999; nearly no cell of a usual sheet matches, so the search is quick.
_FAR_CELL = re.compile(rb'\sr="([A-Za-z]{2,}\d+|[A-Za-z]+\d{6,})' + _CONTENT)
_ANY_CELL = re.compile(rb'\sr="([A-Za-z]+\d+)' + _CONTENT)
_ROW = re.compile(rb'row\s[^>]*?\br="(\d+)"')
_REFERENCE = re.compile(rb"([A-Z]+)(\d+)")
_NEAR_ROWS, _NEAR_COLUMNS = 99_999, 26
_ERROR_CELL = re.compile(
    rb'<c (?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(?:<f[^>]*/>|<f.*?</f>)?<v>([^<]*)</v>',
    re.S,
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def inspect_workbook(path: Path) -> dict[str, ErrorCells]:
    """Return the error cells by sheet name.

    Raises `UnreadableFileError` for a file that is no workbook, is damaged, or would unpack to more
    than 2 GB, 200 times its size or 60 million cells.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive)
            names = set(archive.namelist())
            if "xl/workbook.xml" not in names:
                raise unreadable("not_a_workbook")
            found = {}
            for part, sheet in _sheet_parts(archive).items():
                if part in names:
                    errors = _scan(archive, part, sheet)
                    if errors:
                        found[sheet] = errors
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise unreadable("xlsx_broken") from error
    except RuntimeError as error:  # zipfile's word for a part that wants a password
        raise unreadable("encrypted") from error
    except NotImplementedError as error:  # a way of packing that Excel never uses
        raise unreadable("xlsx_broken") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file's start, as damaged bytes say
            raise
        raise unreadable("xlsx_broken") from error


def _check_sizes(archive: zipfile.ZipFile) -> None:
    unpacked = sum(part.file_size for part in archive.infolist())
    packed = sum(part.compress_size for part in archive.infolist())
    is_bomb = unpacked > _RATIO_FROM_BYTES and unpacked > _MAX_RATIO * max(packed, 1)
    if unpacked > _MAX_BYTES or is_bomb:
        raise unreadable("xlsx_too_large", size=unpacked >> 20)


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return part name -> sheet name."""
    relations = _parse(archive, "xl/_rels/workbook.xml.rels")
    targets = {}
    for relation in relations:
        target = relation.get("Target", "")
        place = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        targets[relation.get("Id")] = place
    workbook = _parse(archive, "xl/workbook.xml")
    return {
        targets[sheet.get(_RELATION)]: sheet.get("name", "")
        for sheet in workbook.iter()
        if sheet.tag.endswith("}sheet") and sheet.get(_RELATION) in targets
    }


def _parse(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    try:
        info = archive.getinfo(part)
    except KeyError as error:
        raise unreadable("xlsx_broken") from error
    content = archive.read(part) if info.file_size <= _MAX_PART_BYTES else b"<!DOCTYPE"
    if b"<!DOCTYPE" in content:
        raise unreadable("xlsx_broken")
    try:
        return ElementTree.fromstring(content)  # noqa: S314 - no DOCTYPE, so no entities
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # or an unknown encoding
        raise unreadable("xlsx_broken") from error


def _scan(archive: zipfile.ZipFile, part: str, sheet: str) -> ErrorCells:
    """Read a sheet's XML once: its true size, its farthest filled cell, its error cells."""
    columns, rows = _NEAR_COLUMNS, 1
    errors: ErrorCells = {}
    for chunk in _chunks(archive, part, sheet):
        filled = max(chunk.rfind(b"</v>"), chunk.rfind(b"</is>"), 0)
        rows = max([rows, *map(int, _ROW.findall(chunk, 0, filled))])
        columns, rows = _farthest(_FAR_CELL.findall(chunk), columns, rows)
        if b't="e"' in chunk:
            for letters, row, shown in _ERROR_CELL.findall(chunk):
                cell = (_column_index(letters), shown.decode(errors="replace"))
                cells = errors.setdefault(int(row), [])
                if cell not in cells:
                    cells.append(cell)
    if columns * _NEAR_ROWS > _MAX_CELLS:
        # So wide that a row number of a few digits matters: look at every cell's own.
        for chunk in _chunks(archive, part, sheet):
            columns, rows = _farthest(_ANY_CELL.findall(chunk), columns, rows)
    if columns * rows > _MAX_CELLS:
        raise unreadable("sheet_too_large", sheet=sheet, columns=columns, rows=rows)
    return errors


def _farthest(references: list[bytes], columns: int, rows: int) -> tuple[int, int]:
    for reference in references:
        match = _REFERENCE.fullmatch(reference.upper())
        if match:
            columns = max(columns, _column_index(match[1]) + 1)
            rows = max(rows, int(match[2][:12]))
    return columns, rows


def _chunks(archive: zipfile.ZipFile, part: str, sheet: str) -> Iterator[bytes]:
    """Yield overlapping pieces, so that no cell is cut in two; counts what really comes out."""
    total, tail = 0, b""
    with archive.open(part) as handle:
        while piece := handle.read(_CHUNK):
            total += len(piece)
            if total > _MAX_BYTES:
                raise unreadable("xlsx_too_large", size=total >> 20, sheet=sheet)
            yield tail + piece
            tail = piece[-_OVERLAP:]


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters[:8]:
        index = index * 26 + letter - ord("A") + 1
    return index - 1
