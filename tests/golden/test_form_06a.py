"""Form II.06a and the ranking, cell by cell, against figures added up by hand."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.golden.workbooks import named

pytestmark = pytest.mark.golden

TITLE = (
    "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH\n"
    "TẠI CƠ QUAN, ĐƠN VỊ TRỰC TIẾP GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"
)


def _row(sheet: Worksheet, number: int, columns: int) -> list[object]:
    return [sheet.cell(number, column).value for column in range(1, columns + 1)]


def test_sheets_in_order(reports: list[Path]) -> None:
    book = openpyxl.load_workbook(reports[0])
    assert reports[0].name == "Bieu-II.06a-2024-12.xlsx"
    assert book.sheetnames == [
        "Tổng hợp", "Theo đơn vị", "II.06g", "II.06g theo đơn vị", "Phòng Tư pháp",
        "UBND phường Lộc Thọ", "UBND phường Vĩnh Hải",
    ]  # fmt: skip


def test_authority_form_cell_by_cell(reports: list[Path]) -> None:
    sheet = openpyxl.load_workbook(reports[0])["Tổng hợp"]
    assert sheet["A1"].value == "Biểu số II.06a/VPCP/KSTT"
    assert sheet["C1"].value == TITLE
    assert sheet["J1"].value == (
        "- Đơn vị báo cáo: UBND thành phố Nha Trang\n- Đơn vị nhận báo cáo: ………………………"
    )
    assert sheet["C2"].value == "Kỳ báo cáo: Tháng 12 năm 2024"
    assert sheet["C3"].value == "(Từ ngày 01 tháng 12 năm 2024 đến ngày 31 tháng 12 năm 2024)"
    assert sheet["J4"].value == "Đơn vị tính: Số hồ sơ TTHC"
    assert _row(sheet, 5, 13) == [
        "STT", "Lĩnh vực giải quyết", "Số lượng hồ sơ tiếp nhận", None, None, None,
        "Số lượng hồ sơ đã giải quyết", None, None, None, "Số lượng hồ sơ đang giải quyết", None,
        None,
    ]  # fmt: skip
    assert _row(sheet, 6, 13) == [
        None, None, "Tổng số", "Trong kỳ", None, "Từ kỳ trước", "Tổng số", "Trước hạn", "Đúng hạn",
        "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn",
    ]  # fmt: skip
    assert _row(sheet, 7, 5)[3:] == ["Trực tuyến", "Trực tiếp, dịch vụ bưu chính"]
    assert _row(sheet, 8, 13) == [
        "(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)", "(8)", "(9)",
        "(10)", "(11)=(12)+(13)", "(12)", "(13)",
    ]  # fmt: skip
    assert _row(sheet, 9, 13) == ["1", "Đất đai", 7, 0, 2, 5, 3, 1, 1, 1, 4, 2, 2]
    assert _row(sheet, 10, 13) == ["2", "Hộ tịch", 42, 21, 16, 5, 35, 25, 5, 5, 7, 5, 2]
    assert _row(sheet, 11, 13) == ["3", "(trống)", 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0]
    assert _row(sheet, 12, 13) == [None, "Tổng cộng", 50, 21, 19, 10, 38, 26, 6, 6, 12, 8, 4]
    assert sheet["A14"].value == (
        "Ghi chú: 1 đơn vị không có báo cáo trong kỳ, hồ sơ tồn được chuyển từ kỳ trước:"
        " UBND phường Vĩnh Hải."
    )
    assert sheet["A15"].value == "Số liệu tạm tính, chưa chốt."
    assert (sheet["A18"].value, sheet["I18"].value) == ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ")


def test_units_are_grouped_with_subtotals(reports: list[Path]) -> None:
    sheet = openpyxl.load_workbook(reports[0])["Theo đơn vị"]
    assert [_row(sheet, number, 13) for number in range(9, 15)] == [
        ["I", "Phòng, ban chuyên môn", 28, 15, 10, 3, 25, 20, 2, 3, 3, 1, 2],
        ["1", "Phòng Tư pháp", 28, 15, 10, 3, 25, 20, 2, 3, 3, 1, 2],
        ["II", "Xã, phường, thị trấn", 22, 6, 9, 7, 13, 6, 4, 3, 9, 7, 2],
        ["1", "UBND phường Lộc Thọ", 20, 6, 9, 5, 13, 6, 4, 3, 7, 6, 1],
        ["2", "UBND phường Vĩnh Hải", 2, 0, 0, 2, 0, 0, 0, 0, 2, 1, 1],
        [None, "Tổng cộng", 50, 21, 19, 10, 38, 26, 6, 6, 12, 8, 4],
    ]


def test_unit_form_names_sender_and_receiver(reports: list[Path]) -> None:
    sheet = openpyxl.load_workbook(reports[0])["UBND phường Vĩnh Hải"]
    assert sheet["J1"].value == (
        "- Đơn vị báo cáo: UBND phường Vĩnh Hải\n- Đơn vị nhận báo cáo: UBND thành phố Nha Trang"
    )
    assert _row(sheet, 9, 13) == ["1", "Đất đai", 2, 0, 0, 2, 0, 0, 0, 0, 2, 1, 1]
    assert sheet["A12"].value == (
        "Ghi chú: đơn vị không có báo cáo trong kỳ; hồ sơ tồn được chuyển từ kỳ trước."
    )


def test_form_is_ready_to_print(reports: list[Path]) -> None:
    for sheet in openpyxl.load_workbook(reports[0]).worksheets:
        if sheet.title.startswith("II.06g"):
            continue  # test_form_06g
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # One page wide and, with so few lines, one high (both the default, so not written): the
        # signatures must not stand alone on a second page.
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, None)
        assert sheet.print_title_rows == "$5:$8"
        assert sheet["C9"].font.name == "Times New Roman"
        assert sheet["C9"].border.left.style == "thin"


def test_ranking_of_units(reports: list[Path]) -> None:
    sheet = openpyxl.load_workbook(named(reports, "Xep-hang"))["Đơn vị - tháng"]
    policy = "Trễ hạn trên hồ sơ có hạn đã giải quyết"
    assert _row(sheet, 5, 10) == [
        "Hạng", "Đơn vị", "Cấp", "Số hồ sơ trễ hạn", "Số hồ sơ tính tỷ lệ", "Tỷ lệ trễ hạn",
        "Hạng kỳ trước", "So với kỳ trước", "Cách tính tỷ lệ", "Ghi chú",
    ]  # fmt: skip
    assert _row(sheet, 6, 10) == [
        1, "UBND phường Lộc Thọ", "Cấp xã", 3, 13, pytest.approx(3 / 13), 1, "Tăng", policy,
        "Số liệu nhỏ (<20)",
    ]  # fmt: skip
    assert _row(sheet, 7, 9) == [2, "Phòng Tư pháp", "Phòng, ban", 3, 25, 0.12, 2, "Tăng", policy]
    assert _row(sheet, 8, 10) == [
        None, "UBND phường Vĩnh Hải", "Cấp xã", None, None, None, 3, None, policy,
        "Không có báo cáo",
    ]  # fmt: skip
    assert sheet["F6"].number_format == "0.00%"
