"""Reader of Excel workbooks in Open XML (.xlsx, .xlsm)."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ingestion.decode.opened import (
    Merged,
    NumberedRow,
    OpenedFile,
    Sheet,
    UnreadableFileError,
    broken,
    unreadable,
)
from ingestion.decode.xlsx_scan import ShownCells, inspect_workbook
from ingestion.layouts import Layout


@dataclass
class WorkbookFile(OpenedFile):
    """An opened workbook; each sheet is loaded when its rows are first asked for.

    ``shown``: by sheet name, cells that the library gives otherwise than a person sees.
    """

    workbook: CalamineWorkbook
    shown: dict[str, ShownCells]
    date_system: int = 1900
    _loaded: dict[int, CalamineSheet] = field(default_factory=dict)

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the worksheets; chart sheets and macro sheets hold no table."""
        del layout
        return [
            Sheet(
                sheet.name,
                partial(self._rows, index, sheet.name),
                is_visible=sheet.visible == SheetVisibleEnum.Visible,
                merged=partial(self._merged, index),
            )
            for index, sheet in enumerate(self.workbook.sheets_metadata)
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def _merged(self, index: int) -> list[Merged]:
        """Return the cells merged down of a sheet whose rows were asked for."""
        ranges = self._loaded[index].merged_cell_ranges or () if index in self._loaded else ()
        return [
            Merged(column, first + 1, last + 1)
            for (first, column), (last, _) in ranges
            if last > first
        ]

    def _rows(self, index: int, name: str) -> Iterator[NumberedRow]:
        """Yield rows with their numbers, each from column A."""
        if index not in self._loaded:
            with _damage_told(name):
                self._loaded[index] = self.workbook.get_sheet_by_index(index)
        sheet = self._loaded[index]
        if sheet.start is None:
            return
        first = sheet.start[1]
        shown = self.shown.get(name, {})
        # The library starts at row 1 but at the first used column.
        for number, row in enumerate(sheet.iter_rows(), start=1):
            if first:
                row[:0] = [""] * first
            for column, seen in shown.get(number, ()):
                # It gives an error (#N/A) as an empty cell, and numbers without their format.
                if column < len(row):
                    row[column] = seen
            yield number, row


def open_workbook(path: Path) -> WorkbookFile:
    """Open a workbook after checking that it is safe to unpack; raises `UnreadableFileError`."""
    found = inspect_workbook(path)
    with _damage_told(None):
        workbook = CalamineWorkbook.from_path(path)
    return WorkbookFile(workbook, found.shown, found.date_system)


@contextmanager
def _damage_told(sheet: str | None) -> Generator[None]:
    """Turn what the library raises for a damaged workbook into the message for the unit."""
    try:
        yield
    except UnreadableFileError:
        raise
    except PasswordError as error:
        raise unreadable("encrypted") from error
    except (CalamineError, UnicodeError) as error:
        raise broken("xlsx", sheet=sheet) from error
    except OSError as error:
        if error.errno is not None:  # the disk's error; the library's own carry no number
            raise
        raise broken("xlsx", sheet=sheet) from error
    except BaseException as error:
        # A panic of the native code comes as a class of its own, outside Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise broken("xlsx", sheet=sheet) from error
