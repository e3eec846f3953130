"""The workbook of duties, cell by cell, against the small build."""

from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.golden.workbooks import named

pytestmark = pytest.mark.golden

LOC_THO, TU_PHAP, VINH_HAI = "UBND phường Lộc Thọ", "Phòng Tư pháp", "UBND phường Vĩnh Hải"


def _day(year: int, month: int, day: int) -> datetime:
    """A day as a workbook gives it back: at midnight, without a zone."""
    return datetime.combine(date(year, month, day), time.min)


def _sheet(reports: list[Path], name: str) -> Worksheet:
    sheet = openpyxl.load_workbook(named(reports, "Theo-doi"))[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def _lines(sheet: Worksheet) -> list[list[object]]:
    """What stands below the header."""
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]


def test_sheets_in_order(reports: list[Path]) -> None:
    assert openpyxl.load_workbook(named(reports, "Theo-doi")).sheetnames == [
        "Chưa chấp hành", "Nhắc nhiều lần, lặp lại", "Theo đơn vị", "Chưa gửi số liệu",
        "Số liệu từng nghĩa vụ",
    ]  # fmt: skip


def test_who_does_not_comply_with_what_since_when(reports: list[Path]) -> None:
    """Not received: since the due date. Not good enough: since it came. What is not due yet is not there."""
    sheet = _sheet(reports, "Chưa chấp hành")
    assert [sheet[cell].value for cell in ("A1", "A2", "A3")] == [
        "UBND thành phố Nha Trang",
        "DANH SÁCH ĐƠN VỊ CHƯA NỘP HOẶC BÁO CÁO KHÔNG ĐẠT YÊU CẦU",
        "Tính đến hết ngày 31/12/2024",
    ]
    assert [cell.value for cell in sheet[5]] == [
        "STT", "Đơn vị", "Nghĩa vụ", "Loại việc", "Mã việc", "Nội dung", "Văn bản yêu cầu",
        "Hạn thực hiện", "Tình trạng", "Từ ngày", "Số ngày quá hạn", "Số lần nhắc",
    ]  # fmt: skip
    assert _lines(sheet) == [
        ["1", LOC_THO, "R28", "Báo cáo kiểm điểm trách nhiệm", "KD-01", "=1+1", "10784/UBND",
         _day(2024, 11, 30), "Không đạt yêu cầu", _day(2024, 11, 29), 0, 2],
        ["2", LOC_THO, "R24", "Báo cáo định kỳ", "BC-12", "Báo cáo tháng 12", "5797/UBND-NV",
         _day(2024, 12, 25), "Chưa nộp", _day(2024, 12, 25), 6, 1],
        ["3", VINH_HAI, None, "Việc khác", "VK-23", "Việc còn lại của năm trước", None,
         _day(2023, 12, 31), "Chưa nộp", _day(2023, 12, 31), 366, 0],
    ]  # fmt: skip
    assert sheet["F6"].data_type == "s"
    assert sheet["H6"].number_format == "dd/mm/yyyy"


def test_repeated_after_reminders_with_inspections_of_the_year(reports: list[Path]) -> None:
    assert _lines(_sheet(reports, "Nhắc nhiều lần, lặp lại")) == [
        ["1", LOC_THO, "R28", "Báo cáo kiểm điểm trách nhiệm", "KD-01", "=1+1", "10784/UBND",
         _day(2024, 11, 30), "Không đạt yêu cầu", _day(2024, 11, 29), 0, 2],
        ["2", VINH_HAI, "R11", "Trả lời văn bản chỉ đạo", "TL-07", None, None,
         _day(2024, 12, 2), "Nộp muộn", _day(2024, 12, 2), 10, 3],
        ["3", TU_PHAP, "R09", "Kiểm tra đột xuất", "KT-09", None, None, None,
         "Kiểm tra phát hiện lặp lại", _day(2024, 5, 14), None, None],
    ]  # fmt: skip


def test_units_with_most_open_first(reports: list[Path]) -> None:
    sheet = _sheet(reports, "Theo đơn vị")
    assert sheet["A3"].value == (
        "Việc đến hạn trong năm 2024 và việc còn lại từ các năm trước, tính đến hết ngày 31/12/2024"
    )
    # due, on time, late, missing, not good enough, longest, reminders
    assert _lines(sheet) == [
        ["1", LOC_THO, "Cấp xã", 2, 1, 0, 1, 1, 6, 3],
        ["2", VINH_HAI, "Cấp xã", 3, 1, 1, 1, 0, 366, 3],
    ]


def test_units_without_cases_of_the_month(reports: list[Path]) -> None:
    sheet = _sheet(reports, "Chưa gửi số liệu")
    assert sheet["A3"].value == "Tháng 12 năm 2024"
    assert _lines(sheet) == [["1", VINH_HAI, "Cấp xã", "2024-11"]]


def test_each_duty_says_how_many_units_have_figures(reports: list[Path]) -> None:
    """A duty's name stands on its first measure; units: all, measured, none arose, no data."""
    assert _lines(_sheet(reports, "Số liệu từng nghĩa vụ")) == [
        ["R24", "Báo cáo định kỳ đúng hạn", "Thông báo tháng 9/2022, mục 6",
         "Tỷ lệ báo cáo định kỳ đúng hạn", 3, 2, 0, 1, "Nghĩa vụ, báo cáo"],
        ["R42", "Giải quyết khiếu nại, tố cáo", "1547/UBND-NC ngày 17/6/2015, mục 7",
         "Số khiếu nại chưa giải quyết xong", 3, 1, 0, 2, "Phản ánh, khiếu nại"],
        ["R42", None, None, "Tỷ lệ khiếu nại đã giải quyết", 3, 1, 1, 1,
         "Phản ánh, khiếu nại; hồ sơ"],
    ]  # fmt: skip
