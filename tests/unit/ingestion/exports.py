"""The workbook from which the files of tests/fixtures/exports were made, and how it must read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from ingestion.decode.cells import to_text
from ingestion.decode.opened import Sheet, UnreadableFileError
from ingestion.decode.readers import open_file
from ingestion.layouts import Header, Layout

FIXTURES = Path(__file__).parents[2] / "fixtures" / "exports"
SHEET = "Danh sách"

ROWS: dict[int, list[str]] = {
    1: ["", "DANH SÁCH HỒ SƠ THÁNG 01/2024"],
    3: ["", "Mã hồ sơ", "Lĩnh vực", "Ngày", "", "", "Trạng thái", "Lệ phí"],
    4: ["", "", "", "tiếp nhận", "hẹn trả", "xong"],
    5: [
        "",
        "H32.16-240105-0001",
        "Hộ tịch",
        "2024-01-05 08:30:15",
        "2024-01-10",
        "",
        "Đang xử lý",
        "1250000",
    ],
    6: ["", "001234", "Đất đai", "2024-01-06", "#N/A", "", "Đã trả", "0.5"],
    7: [
        "",
        "000123",
        "dòng một\ndòng hai",
        "08:30:00",
        "30:00:00",
        "45301",
        "=cmd|' /C calc'!A0",
        "2",
    ],
    10: ["", "Tổng cộng", "", "", "3"],
}
"""Row number -> cells from column A as `cells.to_text` shows them; in every format the same."""


def write_export(path: Path, *, is_1904: bool = False) -> Path:
    """Write the workbook: merged header, rich text, dates, times, errors, codes, hidden sheets."""
    book = xlsxwriter.Workbook(str(path), {"date_1904": is_1904, "strings_to_formulas": False})
    day, clock = (book.add_format({"num_format": code}) for code in ("dd/mm/yyyy", "hh:mm"))
    moment, span = (
        book.add_format({"num_format": code}) for code in ("dd/mm/yyyy hh:mm", "[h]:mm:ss")
    )
    code, bold = book.add_format({"num_format": "000000"}), book.add_format({"bold": True})
    sheet = book.add_worksheet(SHEET)
    sheet.merge_range("B1:G1", ROWS[1][1], bold)
    for place, label in {"B3:B4": 1, "C3:C4": 2, "D3:F3": 3, "G3:G4": 6, "H3:H4": 7}.items():
        sheet.merge_range(place, ROWS[3][label], bold)
    sheet.write_row("D4", ROWS[4][3:], bold)
    sheet.write_row("B5", ROWS[5][1:3])
    sheet.write_datetime("D5", datetime(2024, 1, 5, 8, 30, 15), moment)  # noqa: DTZ001
    sheet.write_datetime("E5", date(2024, 1, 10), day)
    sheet.write_row("G5", [ROWS[5][6], 1_250_000])
    sheet.write_number("B6", 1234, code)
    sheet.write_rich_string("C6", "Đất ", bold, "đai")
    sheet.write_datetime("D6", date(2024, 1, 6), day)
    sheet.write_formula("E6", "=NA()", None, "#N/A")
    sheet.write_row("G6", ["Đã trả", 0.5])
    sheet.write_row("B7", ROWS[7][1:3])
    sheet.write_datetime("D7", time(8, 30), clock)
    sheet.write_datetime("E7", timedelta(hours=30), span)
    sheet.write_row("F7", [45301, ROWS[7][6]])
    sheet.write_formula("H7", "=1+1", None, 2)
    sheet.merge_range("B10:D10", "Tổng cộng", bold)
    sheet.write("E10", 3)
    for name in ("Ẩn", "Rất ẩn"):
        hidden = book.add_worksheet(name)
        hidden.write("A1", name)
        (hidden.hide if name == "Ẩn" else hidden.very_hidden)()
    book.close()
    return path


LAYOUT = Layout(
    name="bang",
    header=Header(labels=("Mã hồ sơ", "Ngày tiếp nhận")),
    export_kind="snapshot",
    columns={
        "case_code": ("Mã hồ sơ", "MaHoSo"),
        "received_at": ("Ngày tiếp nhận", "NgayTiepNhan"),
    },
)


def shown(path: Path) -> dict[str | None, dict[int, list[str]]]:
    """Return sheet -> row number -> cells as text from column A, blank ends and rows left out."""
    _, opened = open_file(path)
    return {sheet.name: _shown(sheet) for sheet in opened.sheets(LAYOUT)}


def _shown(sheet: Sheet) -> dict[int, list[str]]:
    found = {}
    for number, row in sheet.rows():
        cells = [""] * sheet.first_column + ["" if x is None else to_text(x) for x in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            found[number] = cells
    return found


def refused(path: Path, content: bytes | None = None) -> tuple[str, str]:
    """Return code and text of the first message of a file that cannot be read, down to its rows."""
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableFileError) as caught:
        shown(path)
    return caught.value.messages[0].code, caught.value.messages[0].text
