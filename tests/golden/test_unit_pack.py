"""The units' workbooks, cell by cell."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

pytestmark = pytest.mark.golden


def _rows(sheet: Worksheet, first: int, last: int, columns: int) -> list[list[object]]:
    return [
        [c.value for c in row[:columns]] for row in sheet.iter_rows(min_row=first, max_row=last)
    ]


def _time(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def test_every_unit_that_sent_something_has_a_workbook(outbox: dict[str, Path]) -> None:
    assert sorted(outbox) == ["NT-LOC-THO", "NT-TU-PHAP", "NT-VINH-HAI"]
    sheets = {unit: openpyxl.load_workbook(path).sheetnames for unit, path in outbox.items()}
    assert sheets == {
        "NT-LOC-THO": ["Tổng hợp", "Lỗi cần sửa", "Số liệu của đơn vị"],
        "NT-TU-PHAP": ["Tổng hợp", "Cảnh báo", "Số liệu của đơn vị"],
        "NT-VINH-HAI": ["Tổng hợp", "Lỗi cần sửa", "Số liệu của đơn vị"],
    }


def test_summary_adds_up_over_files_in_use(outbox: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(outbox["NT-LOC-THO"])["Tổng hợp"]
    assert sheet["A2"].value == "UBND phường Lộc Thọ"
    assert _rows(sheet, 10, 12, 15) == [
        [1, "loc-tho-12.csv", "Hồ sơ", _time("2025-01-01 08:00"), "Đã được tệp sau thay thế",
         "Thay thế", 10, 9, 0, 0, 1, "Khớp", None, None, None],
        [2, "loc-tho-12-sua.csv", "Hồ sơ", _time("2025-01-03 02:30"), "Đang dùng", "Thay thế",
         20, 15, 2, 1, 2, "Khớp", 17, 18, "LỆCH"],
        ["Cộng các tệp đang dùng", None, None, None, None, None, 20, 15, 2, 1, 2, "Khớp", None, None,
         None],
    ]  # fmt: skip
    assert sheet["O11"].font.b, "what differs stands out"


def test_values_that_look_like_formulas_stay_text(outbox: dict[str, Path]) -> None:
    value = openpyxl.load_workbook(outbox["NT-LOC-THO"])["Lỗi cần sửa"]["I5"]
    assert (value.value, value.data_type, value.quotePrefix) == ("=HYPERLINK(1)", "s", True)
    sheet = openpyxl.load_workbook(outbox["NT-TU-PHAP"])["Tổng hợp"]
    for name in (sheet["B9"], sheet["B14"]):
        assert (name.value, name.data_type, name.quotePrefix) == ("=tu-phap.xlsx", "s", True)


def test_warning_without_a_column_in_the_file_says_row_and_column(outbox: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(outbox["NT-TU-PHAP"])["Cảnh báo"]
    assert _rows(sheet, 4, 4, 7) == [
        [1, "=tu-phap.xlsx", "Sheet1", "dòng 9", 1, "H32.20-241203-0004", "Cán bộ xử lý"]
    ]
    assert sheet["D4"].hyperlink.location == "'Sheet1'!A9"


def test_own_figures_per_sector(outbox: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(outbox["NT-LOC-THO"])["Số liệu của đơn vị"]
    assert sheet["A5"].value == (
        "Cách tính tỷ lệ trễ hạn: Trễ hạn trên hồ sơ có hạn đã giải quyết."
    )
    assert sheet["A6"].value == "Tỷ lệ trễ hạn trong tháng: 3 trên 13 hồ sơ = 23,08 %."
    assert "1 trên 2 đơn vị được xếp hạng" in str(sheet["A7"].value)
    assert _rows(sheet, 9, 12, 17) == [
        ["Đất đai", 3, 2, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, pytest.approx(1 / 3)],
        ["Hộ tịch", 3, 12, 6, 0, 5, 3, 2, 0, 0, 0, 0, 3, 1, 1, 0, 0.2],
        ["(trống)", 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, None],
        ["Tổng cộng", 6, 15, 6, 0, 6, 4, 3, 0, 0, 0, 1, 4, 1, 1, 1, pytest.approx(3 / 13)],
    ]
