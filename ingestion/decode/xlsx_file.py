"""Reader of Excel workbooks (.xlsx, .xlsm)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
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
from ingestion.decode.opened import NumberedRow, Sheet, unreadable
from ingestion.layouts import Layout


@dataclass
class XlsxFile:
    """An opened workbook; each sheet is loaded when it is first asked for."""

    workbook: CalamineWorkbook
    errors: dict[str, ErrorCells]
    _loaded: dict[str, Sheet] = field(default_factory=dict)

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the worksheets; chart sheets and macro sheets hold no table."""
        del layout
        return [
            self._load(sheet.name, sheet.visible == SheetVisibleEnum.Visible)
            for sheet in self.workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def _load(self, name: str, is_visible: bool) -> Sheet:
        if name not in self._loaded:
            try:
                sheet = self.workbook.get_sheet_by_name(name)
            except CalamineError as error:
                raise unreadable("xlsx_broken", sheet=name) from error
            first = sheet.start[1] if sheet.start else 0
            errors = self.errors.get(name, {})
            self._loaded[name] = Sheet(name, lambda: _rows(sheet, first, errors), first, is_visible)
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
