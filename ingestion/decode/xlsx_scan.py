"""Looking into an .xlsx before it is unpacked: is it bounded, and what the library would not show."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath

from lxml import etree

from ingestion.decode.archive import Archive, damage_told, local_name, open_archive
from ingestion.decode.grid import MAX_CELLS, sheet_too_large
from ingestion.decode.number_formats import Formats, as_code, shows_code
from ingestion.decode.opened import broken, unreadable

ShownCells = dict[int, list[tuple[int, str]]]
"""Row number -> (0-based column, what a person sees there): ``#N/A``, ``000123``."""

_CHUNK = 4 << 20
_OVERLAP = 1024
_REF = rb'\sr\s*=\s*["\']'
# A cell that only carries a format: <c .../> or <c ...></c>, its attributes plainly written.
_BLANK = (
    rb"(?:\s+[\w:]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*"
    rb"(?:/>|></(?:\w+:)?c>)"
)
# The bytes after a cell's tag show that the tag was not cut by the end of a chunk.
_CONTENT = rb'["\'](?!' + _BLANK + rb")[^>]*>(?s:.{12})"
# Beyond column Z or row 99,999; few cells of a usual sheet match, so the search is quick.
_FAR_COLUMN = re.compile(_REF + rb"([A-Za-z]{2,}\d+)" + _CONTENT)
_FAR_ROW = re.compile(_REF + rb"[A-Za-z](\d{6,})" + _CONTENT)
_ANY_CELL = re.compile(_REF + rb"([A-Za-z]+\d+)" + _CONTENT)
_ROW = re.compile(rb'row\s[^>]*?\br\s*=\s*["\'](\d+)["\']')
_CELL_WITHOUT_PLACE = re.compile(rb"<(?:\w+:)?c(?!\s+r\s*=)(?=[\s/>])(?![^>]*\sr\s*=)")
_CELL_START = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW_START = re.compile(rb"<(?:\w+:)?row[\s/>]")
_REFERENCE = re.compile(rb"([A-Z]+)(\d+)")
_NEAR_ROWS, _NEAR_COLUMNS = 99_999, 26
_FORMULA = rb"(?:<(?:\w+:)?f[^>]*/>|<(?:\w+:)?f\b.*?</(?:\w+:)?f>)?"
_PLACE = rb'[^>]*\sr="([A-Z]+)(\d+)"[^>]*>'
_ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c(?=\s[^>]*\bt="e")' + _PLACE + _FORMULA + rb"<(?:\w+:)?v>([^<]*)</", re.S
)


@dataclass(frozen=True)
class Inspection:
    """``shown``: by sheet name, the cells that the library gives otherwise than a person sees."""

    shown: dict[str, ShownCells]
    date_system: int


@dataclass
class _Extent:
    """How far the filled cells of a sheet reach."""

    columns: int = _NEAR_COLUMNS
    rows: int = 1
    shown: ShownCells = field(default_factory=dict)

    def reach(self, references: list[bytes]) -> None:
        for reference in references:
            match = _REFERENCE.fullmatch(reference.upper())
            if match:
                self.columns = max(self.columns, _column_index(match[1]) + 1)
                self.rows = max(self.rows, _row_number(match[2]))

    def show(self, letters: bytes, row: bytes, shown: str) -> None:
        cell = (_column_index(letters), shown)
        cells = self.shown.setdefault(_row_number(row), [])
        if cell not in cells:  # chunks overlap
            cells.append(cell)


def inspect_workbook(path: Path) -> Inspection:
    """Return what the library would not tell of a workbook.

    Raises `UnreadableFileError` for a file that is damaged, or that would take more room than 2 GB,
    200 times its size or 60 million cells.
    """
    archive = open_archive(path, "xlsx")
    with damage_told("xlsx"):
        workbook = archive.xml("xl/workbook.xml")
        sheets = _sheet_parts(archive, workbook)
        codes = _code_styles(archive)
        shown, cells = {}, 0
        for part, sheet in sheets.items():
            if part.lower() not in archive.parts:
                continue
            found = _scan(archive, part, sheet, codes)
            cells += found.columns * found.rows
            if cells > MAX_CELLS:
                # A sheet is held as a full rectangle: one stray far cell asks for all of it.
                raise sheet_too_large(sheet, found.columns, found.rows)
            shown[sheet] = found.shown
        if "xl/sharedstrings.xml" in archive.parts:
            for piece in archive.pieces("xl/sharedstrings.xml", _CHUNK):
                _check_piece(piece, None)
    return Inspection(shown, 1904 if _is_1904(workbook) else 1900)


def _is_1904(workbook: etree._Element) -> bool:
    return any(
        element.get("date1904") in ("1", "true")
        for element in workbook.iter()
        if local_name(element) == "workbookPr"
    )


def _sheet_parts(archive: Archive, workbook: etree._Element) -> dict[str, str]:
    """Return part name -> sheet name."""
    targets = {}
    for relation in archive.xml("xl/_rels/workbook.xml.rels"):
        target = relation.get("Target", "").replace("\\", "/")
        place = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        targets[relation.get("Id")] = place
    parts = {}
    for sheet in workbook.iter():
        if local_name(sheet) == "sheet":
            ids = [value for name, value in sheet.attrib.items() if str(name).endswith("}id")]
            parts.update(
                {targets[number]: sheet.get("name", "") for number in ids if number in targets}
            )
    return parts


def _code_styles(archive: Archive) -> dict[bytes, str]:
    """Return style number -> number format, for formats that show a number as a code."""
    if "xl/styles.xml" not in archive.parts:
        return {}
    formats = Formats()
    for element in archive.xml("xl/styles.xml").iter():
        match local_name(element):
            case "numFmt":
                formats.codes[_number(element.get("numFmtId"))] = element.get("formatCode", "")
            case "cellXfs":
                formats.by_style = [_number(style.get("numFmtId")) for style in element]
    codes = {style: formats.code(style) for style in range(len(formats.by_style))}
    return {str(style).encode(): code for style, code in codes.items() if shows_code(code)}


def _number(digits: str | None) -> int:
    return int(digits) if digits and digits.isascii() and digits.isdigit() else 0


def _scan(archive: Archive, part: str, sheet: str, codes: dict[bytes, str]) -> _Extent:
    """Read a sheet's XML once: its true size, its farthest filled cell, its error cells."""
    extent, tail = _Extent(), b""
    find_codes = _code_cells(codes)
    for piece in archive.pieces(part, _CHUNK):
        _check_piece(piece, sheet)
        chunk, tail = tail + piece, piece[-_OVERLAP:]
        filled = max(chunk.rfind(b"v>"), chunk.rfind(b"is>"), 0)
        extent.rows = max([extent.rows, *map(_row_number, _ROW.findall(chunk, 0, filled))])
        extent.reach(_FAR_COLUMN.findall(chunk))
        extent.rows = max([extent.rows, *map(_row_number, _FAR_ROW.findall(chunk))])
        if _CELL_WITHOUT_PLACE.search(chunk):
            rows = _ROW_START.split(chunk)
            extent.columns = max([extent.columns, *(len(_CELL_START.findall(r)) for r in rows)])
        if b't="e"' in chunk:
            for letters, row, shown in _ERROR_CELL.findall(chunk):
                extent.show(letters, row, shown.decode(errors="replace"))
        if find_codes is not None:
            for style, letters, row, digits in find_codes.findall(chunk):
                shown = as_code(float(digits), codes[style])
                if shown is not None:
                    extent.show(letters, row, shown)
    if extent.columns * _NEAR_ROWS > MAX_CELLS:
        # So wide that a row number of a few digits matters: look at every cell's own.
        tail = b""
        for piece in archive.pieces(part, _CHUNK):
            chunk, tail = tail + piece, piece[-_OVERLAP:]
            extent.reach(_ANY_CELL.findall(chunk))
    return extent


def _code_cells(codes: dict[bytes, str]) -> re.Pattern[bytes] | None:
    if not codes:
        return None
    styles = rb"|".join(codes)
    return re.compile(
        rb'<(?:\w+:)?c(?=\s[^>]*\bs="(' + styles + rb')")(?![^>]*\bt="(?!n"))'
        rb"" + _PLACE + _FORMULA + rb"<(?:\w+:)?v>(\d{1,15})</",
        re.S,
    )


def _check_piece(piece: bytes, sheet: str | None) -> None:
    """Refuse what no spreadsheet program writes: entities, wide characters, a cell of megabytes."""
    if b"<!DOCTYPE" in piece:
        raise unreadable("xml_doctype", sheet=sheet)
    if b"\0" in piece[:64]:
        raise broken("xlsx", sheet=sheet)
    if b"<" not in piece and len(piece) == _CHUNK:
        raise unreadable("cell_too_large", sheet=sheet, place="")


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters[:8]:
        index = index * 26 + letter - ord("A") + 1
    return index - 1


def _row_number(digits: bytes) -> int:
    """Return the row; more digits than any sheet has rows are cut to a number that is too large as well."""
    return int(digits.lstrip(b"0")[:12] or b"0")
