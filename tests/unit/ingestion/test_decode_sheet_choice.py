"""Which sheets are read, and what is said of those that are not."""

from pathlib import Path

import pytest

from ingestion.decode.sheet_choice import months_of_sheet
from ingestion.manifest import decode_key
from tests.unit.ingestion.small_site import Line
from tests.unit.ingestion.written_tables import (
    LABELS,
    case,
    cases,
    cells,
    layout,
    read,
    refused,
)

pytestmark = pytest.mark.unit
TABLE: list[Line] = [LABELS, case(1, 1)]
COVER: list[Line] = [["BÁO CÁO THÁNG 03 NĂM 2024 (BỔ SUNG)"], ["Đơn vị: UBND phường"]]
SUMMARY: list[Line] = [
    ["Ngày", "Tiếp nhận", "Đã giải quyết", "Đang giải quyết", "Tỷ lệ"],
    *([f"0{day}/03/2024", 5, 4, 1, "80%"] for day in range(1, 9)),
    ["Tổng cộng", 40, 32, 8, "80%"],
]


@pytest.mark.parametrize(
    ("name", "months"),
    [
        ("Tháng 3", {(None, "03")}),
        ("THANG 03", {(None, "03")}),
        ("T3", {(None, "03")}),
        ("T03-2024", {("2024", "03")}),
        ("T12.24", {("2024", "12")}),
        ("03.2024", {("2024", "03")}),
        ("2024-03", {("2024", "03")}),
        ("Tháng 3 năm 2024", {("2024", "03")}),
        ("HS T3 (2)", {(None, "03")}),
        ("3", {(None, "03")}),
        ("Sheet3", set()),
        ("Quý 1", set()),
        ("T13", set()),
        ("Đất đai", set()),
        ("Hộ tịch 2", set()),
        ("TT3", set()),
    ],
)
def test_the_months_that_a_sheet_names(name: str, months: set[object]) -> None:
    assert months_of_sheet(name) == months


def test_the_sheet_of_the_month(tmp_path: Path) -> None:
    sheets: dict[str, list[Line]] = {
        "T2-2024": [LABELS, case(2)],
        "T3-2023": [LABELS, case(9)],
        "T3-2024": [LABELS, case(3)],
        "hidden:T4-2024": [LABELS, case(4)],
        "Tổng hợp": SUMMARY,
    }
    assert cases(read(tmp_path, sheets, sheet="month", period="2024-03")) == [3]
    assert cases(read(tmp_path, sheets, sheet="month", period="2024-02")) == [2]
    assert cases(read(tmp_path, sheets, sheet="month")) == [3]
    (none,) = refused(tmp_path, sheets, sheet="month", period="2024-04")
    assert none.code == "no_month_sheet"
    assert "04/2024" in none.text
    assert "«T3-2024»" in none.text
    assert "T4-2024" not in none.text
    (many,) = refused(
        tmp_path, {"T3": TABLE, "Tháng 3 (sửa)": TABLE}, sheet="month", period="2024-03"
    )
    assert many.code == "many_month_sheets"
    assert "«T3», «Tháng 3 (sửa)»" in many.text


def test_a_decision_on_the_month_reads_the_file_again() -> None:
    keys = {
        decode_key("s", "x", [layout(sheet="month")], month) for month in ("2024-03", "2024-04")
    }
    assert len(keys) == 2


def test_all_sheets_with_a_table_are_read_and_the_others_counted(tmp_path: Path) -> None:
    reordered: list[Line] = [
        ["DANH SÁCH"],
        list(reversed(LABELS)),
        list(reversed(case(2, 1))),
    ]
    sheets: dict[str, list[Line]] = {
        "Bìa": COVER,
        "Hộ tịch": TABLE,
        "Đất đai": reordered,
        "Tổng hợp": SUMMARY,
        "Trống": [],
        "hidden:Cũ": [LABELS, case(9)],
    }
    reading = read(tmp_path, sheets, sheet="all")
    assert cases(reading) == [1, 2]
    assert reading.rows_ignored == 2 + 1 + 2 + 10
    assert reading.columns["Hộ tịch"]["case_code"].index == 1
    assert reading.columns["Đất đai"]["case_code"].index == 7
    assert (reading.title_periods, reading.is_title_supplement) == ({"2024-03"}, True)


def test_a_sheet_of_cases_without_header_is_told(tmp_path: Path) -> None:
    sheets: dict[str, list[Line]] = {"A": TABLE, "B": [case(2, 2), case(3, 3)]}
    for chosen in ("all", "first"):
        (message,) = refused(tmp_path, sheets, sheet=chosen)
        assert message.code == "sheet_without_header"
        assert message.sheet == "B"
    row: Line = [2, "BN-17/2024", "Khai sinh", "", "06/03/2024", "", "", "Đã trả"]
    free: dict[str, list[Line]] = {"A": TABLE, "B": [row]}
    assert refused(tmp_path, free, sheet="all")[0].code == "sheet_without_header"


def test_findings_of_all_sheets_come_at_once(tmp_path: Path) -> None:
    renamed = [
        "STT",
        "Mã hồ sơ",
        "Thủ tục",
        "Chủ hồ sơ",
        "Tiếp nhận",
        "Hẹn",
        "Kết thúc",
        "Trạng thái",
    ]
    sheets: dict[str, list[Line]] = {
        "A": [renamed, case(1)[:-1]],
        "B": [LABELS, case(2)],
        "C": [["Cột lạ", *LABELS]],
    }
    messages = refused(tmp_path, sheets, sheet="all")
    assert [(m.sheet, m.code) for m in messages] == [
        ("A", "unknown_column"),
        ("A", "missing_column"),
        ("A", "missing_column"),
        ("C", "unknown_column"),
    ]


def test_the_first_sheet_is_the_one_with_the_table(tmp_path: Path) -> None:
    assert cases(read(tmp_path, {"Bìa": COVER, "DS": TABLE, "Tổng hợp": SUMMARY})) == [1]
    (message,) = refused(tmp_path, {"Bìa": COVER, "DS": TABLE, "DS 2": TABLE})
    assert message.code == "second_table"
    assert "«DS 2»" in message.text
    assert refused(tmp_path, {"Bìa": COVER, "Tổng hợp": SUMMARY})[0].code == "no_header"


def test_a_sheet_is_named_as_people_write_it(tmp_path: Path) -> None:
    sheets = {"Bìa": COVER, "hidden:Dữ  liệu ": TABLE}
    assert cases(read(tmp_path, sheets, sheet="DỮ LIỆU")) == [1]
    assert cells(read(tmp_path, sheets, sheet="DỮ LIỆU"), "sheet") == ["Dữ  liệu "]
