"""What group titles and sheet names give the rows below them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.decode.row_signs import read_title
from tests.unit.ingestion.legacy_writing import in_tcvn3, in_vni
from tests.unit.ingestion.small_site import Line
from tests.unit.ingestion.written_tables import COLUMNS, LABELS, case, cases, cells, read

pytestmark = pytest.mark.unit
HEADING: list[Line] = [["UBND PHƯỜNG LỘC THỌ"], ["DANH SÁCH HỒ SƠ THÁNG 3 NĂM 2024"]]


@pytest.mark.parametrize(
    ("title", "column", "value"),
    [
        ("I. Lĩnh vực Hộ tịch", "sector", "Hộ tịch"),
        ("Lĩnh vực: Đất đai (12 hồ sơ)", "sector", "Đất đai"),
        ("A) Chứng thực - 5 hs", "sector", "Chứng thực"),
        ("1.2. LV: Bảo trợ xã hội : 1.250 hồ sơ", "sector", "Bảo trợ xã hội"),
        ("II – Đất đai (7)", "sector", "Đất đai"),
        ("Lĩnh vực", "sector", "Lĩnh vực"),
        ("Công chức, viên chức", "sector", "Công chức, viên chức"),
        ("P. Lộc Thọ (3 hồ sơ)", "unit", "P. Lộc Thọ"),
        ("X. Vĩnh Thái", "unit", "X. Vĩnh Thái"),
        ("I. Đơn vị: Phường 1", "unit", "Phường 1"),
        ("Thủ tục đăng ký khai sinh", "procedure", "Thủ tục đăng ký khai sinh"),
        ("3. Thủ tục: Đăng ký khai sinh (2 hồ sơ)", "procedure", "Đăng ký khai sinh"),
        ("Mã TTHC: 1.001193", "procedure_code", "1.001193"),
        ("Cán bộ: Nguyễn Văn A - Tổng số: 12 hồ sơ", "official", "Nguyễn Văn A"),
    ],
)
def test_the_name_in_a_title(title: str, column: str, value: str) -> None:
    found = read_title(title, column)
    assert found is not None
    assert found.value == value


def sectors(folder: Path, rows: list[Line], **changes: object) -> list[object]:
    return cells(read(folder, rows, group_holds="sector", **changes), "sector")  # type: ignore[arg-type]


def test_a_title_holds_until_the_next_or_a_total(tmp_path: Path) -> None:
    rows: list[Line] = [
        *HEADING,
        LABELS,
        case(1, 1),
        ["I. Lĩnh vực Hộ tịch"],
        ["", "Tổng số hồ sơ: 2"],
        case(2, 1),
        ["", "Cộng trang", 2],
        case(3, 2),
        ["Cộng", "", 2],
        case(4, 3),
        ["II", "Đất đai (1 hồ sơ)"],
        case(5, 1),
    ]
    assert sectors(tmp_path, rows) == [None, "Hộ tịch", "Hộ tịch", None, "Đất đai"]


def test_the_rows_own_cell_comes_first(tmp_path: Path) -> None:
    labels = [*LABELS, "Lĩnh vực"]
    columns = {**COLUMNS, "sector": ("Lĩnh vực",)}
    rows: list[Line] = [labels, ["I. Hộ tịch"], [*case(1), "Đất đai"], [*case(2), ""]]
    assert sectors(tmp_path, rows, columns=columns) == ["Đất đai", "Hộ tịch"]


def test_a_page_heading_is_no_group(tmp_path: Path) -> None:
    rows: list[Line] = [
        *HEADING,
        LABELS,
        ["HỘ TỊCH"],
        case(1, 1),
        *HEADING,
        LABELS,
        case(2, 2),
        ["ĐẤT ĐAI"],
        *HEADING,
        LABELS,
        case(3, 1),
        ["Văn phòng UBND"],
        ["Bộ phận Một cửa"],
        LABELS,
        case(4, 2),
    ]
    assert sectors(tmp_path, rows) == ["HỘ TỊCH", "HỘ TỊCH", "ĐẤT ĐAI", "ĐẤT ĐAI"]


def test_each_group_with_its_own_header(tmp_path: Path) -> None:
    rows: list[Line] = [
        *HEADING,
        ["Lĩnh vực: Hộ tịch"],
        LABELS,
        case(1, 1),
        ["Tổng cộng", 1],
        ["Lĩnh vực: Đất đai"],
        LABELS,
        case(2, 1),
        ["Tổng cộng", 1],
        ["Người lập biểu"],
        ["Nguyễn Thị Lan"],
        ["Lĩnh vực: Chứng thực"],
        LABELS,
        case(3, 1),
    ]
    assert sectors(tmp_path, rows) == ["Hộ tịch", "Đất đai", "Chứng thực"]


def test_titles_of_other_things_do_not_count(tmp_path: Path) -> None:
    rows: list[Line] = [
        LABELS,
        ["A. Lĩnh vực: Hộ tịch"],
        ["Thủ tục: Khai sinh"],
        case(1, 1),
        ["1. Đăng ký kết hôn"],
        case(2, 1),
        ["UBND phường Vĩnh Hải"],
        case(3, 1),
        ["B. Lĩnh vực: Đất đai"],
        case(4, 1),
    ]
    assert sectors(tmp_path, rows) == ["Hộ tịch", "Hộ tịch", "Hộ tịch", "Đất đai"]


def test_an_applicant_alone_in_a_row_becomes_no_value(tmp_path: Path) -> None:
    rows: list[Line] = [LABELS, ["I. Hộ tịch"], case(1, 1), ["", "", "", "Lê Thị Kín"], case(2, 2)]
    assert sectors(tmp_path, rows) == ["Hộ tịch", "Hộ tịch"]


def test_a_sheets_name_fills_its_column(tmp_path: Path) -> None:
    sheets: dict[str, list[Line]] = {
        "1. Hộ tịch": [LABELS, case(1, 1)],
        "LV Đất đai": [LABELS, case(2, 1), ["Chứng thực"], case(3, 2)],
    }
    reading = read(tmp_path, sheets, sheet="all", sheet_holds="sector")
    assert cells(reading, "sector") == ["Hộ tịch", "Đất đai", "Đất đai"]
    both = read(tmp_path, sheets, sheet="all", sheet_holds="sector", group_holds="sector")
    assert cells(both, "sector") == ["Hộ tịch", "Đất đai", "Chứng thực"]
    assert "sector" not in reading.layout.absent_columns


@pytest.mark.parametrize("write", [in_tcvn3, in_vni])
def test_a_table_in_an_encoding_of_old(tmp_path: Path, write: Callable[[str], str]) -> None:
    rows: list[Line] = [
        ["ỦY BAN NHÂN DÂN PHƯỜNG LỘC THỌ"],
        ["Báo cáo tháng 3 năm 2024 - Tổng số: 4 hồ sơ"],
        LABELS,
        ["Lĩnh vực: Hộ tịch (3 hồ sơ)"],
        *(case(n, n, procedure="Đăng ký khai sinh") for n in (1, 2, 3)),
        ["Cộng", "", 3],
        LABELS,
        ["Lĩnh vực: Đất đai"],
        case(4, 1, procedure="Cấp giấy chứng nhận quyền sử dụng đất"),
        ["", "", "", "Tổng cộng:", 5],
        ["Người lập biểu", "", "", "", "Thủ trưởng đơn vị"],
        ["Nguyễn Thị Lan", "", "", "", "Trần Văn Bình"],
    ]
    written = [[write(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    reading = read(tmp_path, written, group_holds="sector")
    assert cases(reading) == [1, 2, 3, 4]
    assert cells(reading, "sector") == ["Hộ tịch"] * 3 + ["Đất đai"]
    assert cells(reading, "procedure")[0] == "Đăng ký khai sinh"
    assert cells(reading, "status") == ["Đã trả"] * 4
    assert reading.columns["S"]["due_at"].label == "Hẹn trả"
    assert reading.title_periods == {"2024-03"}
    differing = [
        (t.cell, t.stated, t.counted) for t in reading.stated_totals if t.stated != t.counted
    ]
    assert differing == [("E12", 5, 4)]
