"""Reader of Excel workbooks (.xlsx, .xlsm)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ingestion.decode.archive import ErrorCells, inspect_workbook
from ingestion.decode.header import find_header
from ingestion.decode.opened import HEADER_DEPTH, NumberedRow, Sheet, unreadable
from ingestion.layouts import Layout


@dataclass
class XlsxFile:
    """An opened workbook; each sheet is loaded when it is first asked for."""

    workbook: CalamineWorkbook
    errors: dict[str, ErrorCells]
    _loaded: dict[str, Sheet] = field(default_factory=dict)

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the sheets the layout names; hidden ones only when they are named.

        Raises `UnreadableFileError` when the named sheet is missing, and when only the first sheet
        would be read although another visible one holds such a table too.
        """
        visible = [
            sheet.name
            for sheet in self.workbook.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        if layout.sheet not in ("first", "all"):
            if layout.sheet not in self.workbook.sheet_names:
                names = ", ".join(f"«{name}»" for name in visible)
                raise unreadable("no_such_sheet", wanted=layout.sheet, names=names)
            return [self._load(layout.sheet)]
        if not visible:
            raise unreadable("no_visible_sheet")
        if layout.sheet == "all":
            sheets = [self._load(name) for name in visible]
            return [sheet for sheet in sheets if _has_rows(sheet)] or sheets[:1]
        for name in visible[1:]:
            top = list(islice(self._load(name).rows(), HEADER_DEPTH))
            if find_header(top, layout):
                raise unreadable("second_table", sheet=name, first=visible[0])
        return [self._load(visible[0])]

    def _load(self, name: str) -> Sheet:
        if name not in self._loaded:
            try:
                sheet = self.workbook.get_sheet_by_name(name)
            except CalamineError as error:
                raise unreadable("xlsx_broken", sheet=name) from error
            first = sheet.start[1] if sheet.start else 0
            errors = self.errors.get(name, {})
            self._loaded[name] = Sheet(name, lambda: _rows(sheet, first, errors), first)
        return self._loaded[name]


def open_xlsx(path: Path) -> XlsxFile:
    """Open a workbook after checking that it is safe to unpack; raises `UnreadableFileError`."""
    errors = inspect_workbook(path)
    try:
        return XlsxFile(CalamineWorkbook.from_path(path), errors)
    except PasswordError as error:
        raise unreadable("encrypted") from error
    except CalamineError as error:
        raise unreadable("xlsx_broken") from error


def _has_rows(sheet: Sheet) -> bool:
    return next(sheet.rows(), None) is not None


def _rows(sheet: CalamineSheet, first: int, errors: ErrorCells) -> Iterator[NumberedRow]:
    """Yield rows with their numbers; the reader starts at row 1 but at the first used column."""
    if sheet.start is None:
        return
    for number, row in enumerate(sheet.iter_rows(), start=1):
        for index, shown in errors.get(number, ()):
            # The reader gives an error (#N/A) as an empty cell, which would look like a blank.
            if 0 <= index - first < len(row):
                row[index - first] = shown
        yield number, row
