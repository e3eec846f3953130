"""The workbook of officials, cell by cell: who is over 10 %, and every late case behind it."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.golden.workbooks import named

pytestmark = pytest.mark.golden


def _rows(sheet: Worksheet) -> list[list[Any]]:
    """The rows below the header."""
    return [list(row) for row in sheet.iter_rows(min_row=6, values_only=True)]


def test_the_list_names_those_over_ten_percent(reports: list[Path]) -> None:
    sheet = openpyxl.load_workbook(named(reports, "Can-bo"))["Cán bộ trên 10 %"]
    assert [cell.value for cell in sheet[5]] == [
        "Hạng", "Họ và tên", "Mã cán bộ", "Đơn vị", "Số hồ sơ trễ hạn", "Số hồ sơ tính tỷ lệ",
        "Tỷ lệ trễ hạn", "Tính theo", "Quy trách nhiệm theo", "Cách tính tỷ lệ", "Ghi chú",
    ]  # fmt: skip
    assert str(sheet["A3"].value).startswith(
        "Hồ sơ giải quyết từ ngày 01/01/2024 đến ngày 31/12/2024."
    )
    last = ["Cán bộ ghi trong tệp", "Trễ hạn trên hồ sơ có hạn đã giải quyết", "Số liệu nhỏ (<20)"]
    # CB02 stands at exactly 2 of 20: not over 10 %.
    assert _rows(sheet) == [
        [1, "Nguyễn Thị Ánh", "CB01", "UBND phường Lộc Thọ", 2, 10, 0.2,
         "Mã cán bộ, hoặc họ tên trong đơn vị", *last],
        [1, "Nguyễn Thị Ánh", None, "2 đơn vị", 3, 12, 0.25, "Họ tên, không kể đơn vị", *last],
    ]  # fmt: skip


def test_the_evidence_is_every_late_case_of_those_on_the_list(reports: list[Path]) -> None:
    """CB03 is on the list by name only; CB02 is not on it."""
    sheet = openpyxl.load_workbook(named(reports, "Can-bo"))["Hồ sơ làm căn cứ"]
    loc_tho, tu_phap = "UBND phường Lộc Thọ", "Phòng Tư pháp"
    file, by_name = "loc-tho-12-sua.csv", "Cán bộ ghi trong tệp"
    assert _rows(sheet) == [
        ["Nguyễn Thị Ánh", "CB01", loc_tho, "=H32.16-241120-0007", "20/11/2024", "25/11/2024",
         "26/11/2024", 1, "Bước 2: Thẩm định", file, "Sheet1", 1],
        ["Nguyễn Thị Ánh", "CB01", loc_tho, "H32.16-241102-0002", "02/11/2024", "10/11/2024",
         "03/12/2024", 17, by_name, file, "Sheet1", 2],
        ["Nguyễn Thị Ánh", "CB03", tu_phap, "H32.20-241203-0003", "03/12/2024", "06/12/2024",
         "09/12/2024", 1, by_name, file, "Sheet1", 5],
    ]  # fmt: skip
    # A code that looks like a formula stays text.
    assert (sheet["D6"].data_type, sheet["D6"].quotePrefix) == ("s", True)


def test_it_lies_in_a_folder_closed_to_others(reports: list[Path]) -> None:
    assert named(reports, "Can-bo").parent.name == "can-bo"
    assert named(reports, "Can-bo").parent.stat().st_mode & 0o777 == 0o700


def test_the_ranking_names_nobody(reports: list[Path]) -> None:
    """Who gets the ranking of units does not get officials with it."""
    book = openpyxl.load_workbook(named(reports, "Xep-hang"))
    cells = [str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row]
    assert not any("Nguyễn Thị Ánh" in cell for cell in cells)
