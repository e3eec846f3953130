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
        "NT-VINH-HAI": ["Tổng hợp", "Số liệu của đơn vị"],
    }


def test_summary_adds_up_over_files_in_use(outbox: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(outbox["NT-LOC-THO"])["Tổng hợp"]
    assert sheet["A2"].value == "UBND phường Lộc Thọ"
    assert sheet["A5"].value == (
        "Có 2 dòng bị từ chối, chưa tính vào số liệu. Đề nghị đơn vị sửa theo trang “Lỗi cần sửa”"
        " trên hệ thống Một cửa, kết xuất lại và gửi lại cả tệp."
    )
    assert _rows(sheet, 7, 10, 10) == [
        ["Tệp", "Nhận lúc", "Tình trạng tệp", "Cách nạp", "Số dòng đã đọc", "Được nhận",
         "Bị từ chối", "Trùng lặp", "Bỏ qua", "Tổng số ghi trong tệp"],
        ["loc-tho-12.csv", _time("2025-01-01 08:00"), "Đã được tệp sau thay thế", "Thay thế",
         10, 9, 0, 0, 1, None],
        ["loc-tho-12-sua.csv", _time("2025-01-03 02:30"), "Đang dùng", "Thay thế",
         20, 15, 2, 1, 2, 17],
        ["Cộng các tệp đang dùng", None, None, None, 20, 15, 2, 1, 2, None],
    ]  # fmt: skip


def test_rows_to_correct_in_file_order(outbox: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(outbox["NT-LOC-THO"])["Lỗi cần sửa"]
    file = ("loc-tho-12-sua.csv", "loc-tho-12-sua")
    assert _rows(sheet, 1, 4, 9) == [
        ["STT", "Tệp", "Trang tính", "Ô", "Cột", "Mã hồ sơ", "Giá trị hiện có", "Lỗi", "Cách sửa"],
        [1, *file, "B7", "Mã hồ sơ", None, None, "Lỗi missing_case_code.",
         "Sửa missing_case_code."],
        [2, *file, "E7", "Ngày tiếp nhận", None, "=HYPERLINK(1)", "Lỗi unreadable_received_date.",
         "Sửa unreadable_received_date."],
        [3, *file, "F19", "Ngày hẹn trả", "H32.16-241230-0009", "01/12/2024",
         "Lỗi due_before_received.", "Sửa due_before_received."],
    ]  # fmt: skip
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:I4"


def test_values_that_look_like_formulas_stay_text(outbox: dict[str, Path]) -> None:
    value = openpyxl.load_workbook(outbox["NT-LOC-THO"])["Lỗi cần sửa"]["G3"]
    assert (value.value, value.data_type, value.quotePrefix) == ("=HYPERLINK(1)", "s", True)
    name = openpyxl.load_workbook(outbox["NT-TU-PHAP"])["Tổng hợp"]["A8"]
    assert (name.value, name.data_type, name.quotePrefix) == ("=tu-phap.xlsx", "s", True)


def test_warning_without_a_column_in_the_file_says_row_and_column(outbox: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(outbox["NT-TU-PHAP"])["Cảnh báo"]
    assert _rows(sheet, 2, 2, 6) == [
        [1, "=tu-phap.xlsx", "Sheet1", "9", "Cán bộ xử lý", "H32.20-241203-0004"]
    ]


def test_refused_and_held_files_say_why(outbox: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(outbox["NT-VINH-HAI"])["Tổng hợp"]
    cells = [c for row in sheet.iter_rows(values_only=True) for c in row if c is not None]
    assert "Tên tệp có chữ «bổ sung»: chờ quyết định nạp thay thế hay nạp thêm." in cells
    assert "Thiếu cột «Mã hồ sơ»; nhãn gần nhất trong tệp là «Ma ho so»." in cells
    assert [sheet["C9"].value, sheet["C10"].value] == ["Bị từ chối", "Giữ lại chờ quyết định"]


def test_own_figures_per_sector(outbox: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(outbox["NT-LOC-THO"])["Số liệu của đơn vị"]
    assert sheet["A5"].value == (
        "Cách tính tỷ lệ trễ hạn: Trễ hạn trên hồ sơ có hạn đã giải quyết."
    )
    assert "1 trên 2 đơn vị được xếp hạng" in str(sheet["A6"].value)
    assert _rows(sheet, 8, 11, 17) == [
        ["Đất đai", 3, 2, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, pytest.approx(1 / 3)],
        ["Hộ tịch", 3, 12, 6, 0, 5, 3, 2, 0, 0, 0, 0, 3, 1, 1, 0, 0.2],
        ["(trống)", 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, None],
        ["Tổng cộng", 6, 15, 6, 0, 6, 4, 3, 0, 0, 0, 1, 4, 1, 1, 1, pytest.approx(3 / 13)],
    ]
