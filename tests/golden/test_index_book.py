"""The workbooks of index scores and of targets, cell by cell."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.messages import text

pytestmark = pytest.mark.golden
REGISTER = "theo sổ Phản ánh, khiếu nại"
UNREPORTED = "chưa có số liệu: đơn vị không có báo cáo hồ sơ trong kỳ"


def _book(reports: list[Path], name: str) -> openpyxl.Workbook:
    (path,) = [path for path in reports if path.name == name]
    return openpyxl.load_workbook(path)


def _lines(sheet: Worksheet, first: int) -> list[list[object]]:
    return [list(row) for row in sheet.iter_rows(min_row=first, values_only=True)]


def _index_book(reports: list[Path]) -> openpyxl.Workbook:
    return _book(reports, "Bang-diem-chi-so-2024-12.xlsx")


def _target_book(reports: list[Path]) -> openpyxl.Workbook:
    return _book(reports, "Thuc-hien-chi-tieu-2024-12.xlsx")


def test_each_index_has_its_sheets(reports: list[Path]) -> None:
    book = _index_book(reports)
    assert book.sheetnames == ["QD766 - xếp hạng", "QD766 - cơ quan", "QD766 - đơn vị"]
    sheet = book["QD766 - đơn vị"]
    assert [sheet.cell(row, 1).value for row in range(1, 7)] == [
        "UBND thành phố Nha Trang",
        "BẢNG ĐIỂM BỘ CHỈ SỐ PHỤC VỤ",
        "Lũy kế từ đầu năm đến hết tháng 12 năm 2024",
        text("index_report.note_result"),
        "Căn cứ: QĐ 766/QĐ-TTg.",
        text("index_report.note_unconfirmed"),
    ]
    assert sheet.freeze_panes == "C9"
    assert sheet.print_title_rows == "$8:$8"


def test_units_are_ranked_by_what_their_points_rest_on(reports: list[Path]) -> None:
    assert _lines(_index_book(reports)["QD766 - xếp hạng"], 7) == [
        ["Hạng", "Đơn vị", "Cấp", "Điểm chuẩn", "Tự chấm", "Thẩm định", "Điểm theo số đo",
         "Điểm kết quả", "Điểm chưa có số liệu", "Xếp loại", "Ghi chú"],
        [1, "Phòng Tư pháp", "Phòng, ban", 26, 21, 17, 18.4, 17, 6, "Khá đến Tốt",
         "xếp tạm: còn 6 điểm chưa có số liệu"],
        [1, "UBND phường Lộc Thọ", "Cấp xã", 26, 26, None, 24, 24, 0, "Tốt",
         "tự chấm cao hơn số liệu ở 1 tiêu chí"],
        [None, "UBND phường Vĩnh Hải", "Cấp xã", 26, 15, None, None, None, 26, None,
         "chưa có số liệu"],
    ]  # fmt: skip


def test_criteria_of_units_with_three_kinds_of_points(reports: list[Path]) -> None:
    sheet = _index_book(reports)["QD766 - đơn vị"]
    late, liked = "Hồ sơ đúng hạn, trong hạn", "Phản ánh xử lý đúng hạn *"
    office, ward, silent = "Phòng Tư pháp", "UBND phường Lộc Thọ", "UBND phường Vĩnh Hải"
    assert _lines(sheet, 8) == [
        ["Đơn vị", "Mã", "Tiêu chí", "Điểm chuẩn", "Tự chấm", "Thẩm định", "Tử số", "Mẫu số", "Số đo",
         "Điểm theo số đo", "Chênh lệch (tự chấm − theo số đo)", "Điểm kết quả", "Ghi chú"],
        [office, "2", "Tiến độ giải quyết", 20, 18, 17, None, None, None, 18.4, -0.4, 17, None],
        [office, "2.1", late, 20, 18, 17, 23, 25, 0.92, 18.4, -0.4, 17, None],
        [office, "6", "Mức độ hài lòng", 6, 3, None, None, None, None, None, None, None, None],
        [office, "6.2", liked, 6, 3, None, None, None, None, None, None, None, "chưa có số liệu"],
        [office, None, "Tổng điểm", 26, 21, 17, None, None, None, 18.4, -0.4, 17,
         "Khá đến Tốt; xếp tạm: còn 6 điểm chưa có số liệu"],
        [ward, "2", "Tiến độ giải quyết", 20, 20, None, None, None, None, 18, 2, 18, None],
        [ward, "2.1", late, 20, 20, None, 9, 10, 0.9, 18, 2, 18, "tự chấm cao hơn số liệu"],
        [ward, "6", "Mức độ hài lòng", 6, 6, None, None, None, None, 6, 0, 6, None],
        [ward, "6.2", liked, 6, 6, None, 0, 0, None, 6, 0, 6, REGISTER],
        [ward, None, "Tổng điểm", 26, 26, None, None, None, None, 24, 2, 24, "Tốt"],
        [silent, "2", "Tiến độ giải quyết", 20, 15, *[None] * 8],
        [silent, "2.1", late, 20, 15, *[None] * 7, UNREPORTED],
        [silent, "6", "Mức độ hài lòng", 6, *[None] * 9],
        [silent, "6.2", liked, 6, *[None] * 8, "chưa có số liệu"],
        [silent, None, "Tổng điểm", 26, 15, *[None] * 7, "chưa có số liệu"],
    ]  # fmt: skip
    assert (sheet["D9"].number_format, sheet["K9"].font.bold) == ("#,##0.000", True)
    assert sheet["K10"].number_format == "+#,##0.000;-#,##0.000;0.000"
    assert sheet["I10"].number_format == "0.00%"


def test_the_authority_has_a_table_of_its_own(reports: list[Path]) -> None:
    assert _lines(_index_book(reports)["QD766 - cơ quan"], 9) == [
        ["2", "Tiến độ giải quyết", 20, *[None] * 5, 18.285714, None, 18.285714, None],
        ["2.1", "Hồ sơ đúng hạn, trong hạn", 20, None, None, 32, 35, pytest.approx(32 / 35),
         18.285714, None, 18.285714, None],
        ["6", "Mức độ hài lòng", 6, *[None] * 5, 3, None, 3, None],
        ["6.2", "Phản ánh xử lý đúng hạn *", 6, None, None, 1, 2, 0.5, 3, None, 3, REGISTER],
        [None, "Tổng điểm", 26, *[None] * 5, 21.285714, None, 21.285714, "Tốt"],
    ]  # fmt: skip


def test_targets_in_sum(reports: list[Path]) -> None:
    sheet = _target_book(reports)["Tổng hợp"]
    assert [sheet.cell(row, 1).value for row in range(1, 5)] == [
        "UBND thành phố Nha Trang", "THỰC HIỆN CHỈ TIÊU ĐƯỢC GIAO", "Các kỳ kết thúc vào tháng 12 năm 2024",
        text("target_report.note_unconfirmed"),
    ]  # fmt: skip
    assert _lines(sheet, 6) == [
        ["Mã", "Chỉ tiêu", "Kỳ", "Mức phải đạt", "Phạm vi", "Số đơn vị đạt", "Số đơn vị không đạt",
         "Số đơn vị chưa có số liệu", "Thực hiện", "Kết quả", "Xu hướng", "Văn bản giao"],
        ["R10", "Giảm hồ sơ trễ hẹn", "Tháng", "giảm so với kỳ trước", "Từng đơn vị", 1, 0, 0,
         None, None, None, "10784/UBND"],
        ["R18", "Trực tuyến đạt mức tối thiểu *", "Lũy kế năm", "chưa giao mức", "Cấp xã", 0, 0, 1,
         0.5, "Chưa giao mức", None, "10784/UBND"],
        ["R27", "Trễ hạn trong tháng không trên 10 %", "Tháng", "≤ 10 %", "Toàn cơ quan", 1, 1, 1,
         pytest.approx(4 / 23), "Không đạt", None, "10784/UBND"],
    ]  # fmt: skip


def test_targets_by_unit(reports: list[Path]) -> None:
    """Those that missed a target come first, those of whom nothing is known last."""
    sheet = _target_book(reports)["Theo đơn vị"]
    limit = ("Trễ hạn trong tháng không trên 10 %", "Tháng", "≤ 10 %")
    assert _lines(sheet, 6) == [
        ["Mã", "Đơn vị", "Chỉ tiêu", "Kỳ", "Mức phải đạt", "Tử số", "Mẫu số", "Thực hiện", "Kết quả",
         "Chênh lệch với mức", "Kỳ trước", "Xu hướng", "Ghi chú"],
        ["R10", "UBND phường Lộc Thọ", "Giảm hồ sơ trễ hẹn", "Tháng", "giảm so với kỳ trước", 3,
         None, 3, "Đạt", "−2", 5, "Tốt hơn", None],
        ["R18", "UBND phường Lộc Thọ", "Trực tuyến đạt mức tối thiểu *", "Lũy kế năm",
         "chưa giao mức", 1, 2, 0.5, "Chưa giao mức", None, None, None, "chưa giao mức phải đạt"],
        ["R27", "UBND phường Lộc Thọ", *limit, 3, 13, pytest.approx(3 / 13), "Không đạt",
         "+13,08 điểm %", 0.2, "Xấu hơn", None],
        ["R27", "Phòng Tư pháp", *limit, 1, 10, 0.1, "Đạt", "0 điểm %", 0.1, "Như cũ", None],
        ["R27", "UBND phường Vĩnh Hải", *limit, None, None, None, "Chưa có số liệu", None, None,
         None, UNREPORTED],
    ]  # fmt: skip
    assert (sheet["H7"].number_format, sheet["H9"].number_format) == ("#,##0", "0.00%")
    assert (sheet["I9"].font.color.rgb, sheet["I10"].font.color.rgb) == ("FFB00020", "FF1E6B34")
