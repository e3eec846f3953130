"""Form II.06g and the comparison of policies, cell by cell, against figures added up by hand."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.golden.workbooks import named

pytestmark = pytest.mark.golden


def _rows(sheet: Worksheet, first: int, last: int, columns: int) -> list[list[object]]:
    return [
        [sheet.cell(number, column).value for column in range(1, columns + 1)]
        for number in range(first, last + 1)
    ]


def test_causes_of_the_authority(reports: list[Path]) -> None:
    sheet = openpyxl.load_workbook(reports[0])["II.06g"]
    assert sheet["A1"].value == "Biểu số II.06g/VPCP/KSTT"
    assert sheet["C1"].value == "NGUYÊN NHÂN QUÁ HẠN TRONG GIẢI QUYẾT\nTHỦ TỤC HÀNH CHÍNH"
    assert sheet["F1"].value == (
        "- Đơn vị báo cáo: UBND thành phố Nha Trang\n- Đơn vị nhận báo cáo: ………………………"
    )
    assert sheet["C2"].value == "Kỳ báo cáo: Tháng 12 năm 2024"
    assert sheet["F4"].value == "Đơn vị tính: Số hồ sơ TTHC"
    assert _rows(sheet, 5, 12, 6) == [
        ["STT", "Nguyên nhân quá hạn", "Số lượng hồ sơ quá hạn", None, None, "Ghi chú"],
        [None, None, "Tổng số", "Đã giải quyết\n(cột 10 biểu II.06a)",
         "Đang giải quyết\n(cột 13 biểu II.06a)", None],
        ["(1)", "(2)", "(3)=(4)+(5)", "(4)", "(5)", "(6)"],
        ["1", "Thiếu biên chế, nhân lực", 3, 2, 1, None],
        ["2", "Cơ quan, đơn vị phối hợp chậm", 3, 3, 0, None],
        ["3", "Nguyên nhân khác", 1, 0, 1, None],
        ["4", "(trống)", 3, 1, 2, None],
        [None, "Tổng cộng", 10, 6, 4, None],
    ]  # fmt: skip
    assert sheet["A14"].value == (
        "Nguyên nhân lấy theo tệp của đơn vị; “(trống)” là hồ sơ quá hạn chưa ghi nguyên nhân."
    )
    assert str(sheet["A15"].value).startswith("Ghi chú: 1 đơn vị không có báo cáo trong kỳ")
    assert sheet["A16"].value == "Số liệu tạm tính, chưa chốt."
    assert (sheet["A19"].value, sheet["D19"].value) == ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ")
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$5:$7"


def test_causes_add_up_to_columns_10_and_13_of_the_form(reports: list[Path]) -> None:
    book = openpyxl.load_workbook(reports[0])
    form, causes = book["Tổng hợp"], book["II.06g"]
    assert form["B12"].value == "Tổng cộng"
    assert [causes["D12"].value, causes["E12"].value] == [form["J12"].value, form["M12"].value]


def test_causes_by_unit(reports: list[Path]) -> None:
    sheet = openpyxl.load_workbook(reports[0])["II.06g theo đơn vị"]
    assert _rows(sheet, 8, 16, 5) == [
        ["1", "Phòng Tư pháp", 5, 3, 2],
        [None, "Cơ quan, đơn vị phối hợp chậm", 3, 3, 0],
        [None, "(trống)", 2, 0, 2],
        ["2", "UBND phường Lộc Thọ", 4, 3, 1],
        [None, "Thiếu biên chế, nhân lực", 3, 2, 1],
        [None, "(trống)", 1, 1, 0],
        ["3", "UBND phường Vĩnh Hải", 1, 0, 1],
        [None, "Nguyên nhân khác", 1, 0, 1],
        [None, "Tổng cộng", 10, 6, 4],
    ]


def test_policies_side_by_side(reports: list[Path]) -> None:
    """Lộc Thọ: 3 late of 13 judged, and of 13 resolved; Tư pháp: 3 of 25 either way. Vĩnh Hải sent nothing."""
    sheet = openpyxl.load_workbook(named(reports, "Xep-hang"))["So sánh cách tính"]
    strict = "Trễ hạn trên hồ sơ có hạn đã giải quyết"
    kstt = "Trễ hạn trên toàn bộ hồ sơ đã giải quyết (biểu II.06a)"
    assert sheet["A2"].value == "SO SÁNH TỶ LỆ HỒ SƠ TRỄ HẠN THEO CÁC CÁCH TÍNH"
    assert _rows(sheet, 5, 11, 9) == [
        ["Đơn vị", "Cách tính tỷ lệ", "Số hồ sơ trễ hạn", "Số hồ sơ tính tỷ lệ", "Tỷ lệ trễ hạn",
         "Chênh lệch so với cách tính mặc định", "Hạng", "Hạng theo cách tính mặc định", "Ghi chú"],
        ["UBND phường Lộc Thọ", strict, 3, 13, pytest.approx(3 / 13), None, 1, None,
         "Số liệu nhỏ (<20)"],
        ["UBND phường Lộc Thọ", kstt, 3, 13, pytest.approx(3 / 13), 0, 1, 1, "Số liệu nhỏ (<20)"],
        ["Phòng Tư pháp", strict, 3, 25, 0.12, None, 2, None, None],
        ["Phòng Tư pháp", kstt, 3, 25, 0.12, 0, 2, 2, None],
        ["UBND phường Vĩnh Hải", strict, None, None, None, None, None, None, "Không có báo cáo"],
        ["UBND phường Vĩnh Hải", kstt, None, None, None, None, None, None, "Không có báo cáo"],
    ]  # fmt: skip
    assert sheet["F7"].number_format == "+0.00%;-0.00%;0.00%"
