"""Which rows of a sheet are cases: everything around them is ignored and counted, no case is lost."""

from datetime import date
from pathlib import Path

import pytest

from ingestion.layouts import Header
from tests.unit.ingestion.small_site import Line
from tests.unit.ingestion.written_tables import GROUPED, LABELS, case, cases, cells, read, refused

pytestmark = pytest.mark.unit
TWO_ROWS = Header(labels=("Mã hồ sơ", "Thời gian Tiếp nhận"), rows=2)
HEADING: list[Line] = [
    ["ỦY BAN NHÂN DÂN", "", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["PHƯỜNG LỘC THỌ", "", "", "", "Độc lập - Tự do - Hạnh phúc"],
    [],
    ["BÁO CÁO TÌNH HÌNH GIẢI QUYẾT HỒ SƠ"],
    ["Từ ngày 01/03/2024 đến ngày 31/03/2024"],
    ["", "", "", "", "", "", "Đơn vị tính: hồ sơ"],
]
SIGNATURES: list[Line] = [
    [],
    ["", "", "", "", "Nha Trang, ngày 05 tháng 4 năm 2024"],
    ["", "NGƯỜI LẬP BIỂU", "", "", "", "KT. CHỦ TỊCH"],
    ["", "(Ký, ghi rõ họ tên)", "", "", "", "PHÓ CHỦ TỊCH"],
    [],
    ["", "Nguyễn Thị Lan", "", "", "", "Trần Văn Bình"],
]


def test_a_whole_report(tmp_path: Path) -> None:
    rows: list[Line] = [
        *HEADING,
        *GROUPED,
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
        ["I", "Lĩnh vực Hộ tịch"],
        case(1, 1),
        case(2, 2),
        ["", "Cộng lĩnh vực", 2],
        [],
        [],
        ["II. Lĩnh vực Đất đai"],
        case(3, 1),
        *GROUPED,
        ["1", "2", "3", "4", "5", "6", "7=6-5", "8", "9"],
        case(4, 2),
        ["Cộng", "", 2],
        ["TỔNG CỘNG", "", 4, "", "", "", "", "", 80000],
        ["Ghi chú: hồ sơ H32.16-240305-0009 chuyển sang kỳ sau"],
        *SIGNATURES,
    ]
    reading = read(tmp_path, rows, header=TWO_ROWS)
    assert cases(reading) == [1, 2, 3, 4]
    assert cells(reading, "completed_at") == ["08/03/2024"] * 4
    assert reading.title_periods == {"2024-03"}
    assert reading.rows_read == sum(any(cell != "" for cell in row) for row in rows)


def test_a_page_heading_printed_again_is_no_case(tmp_path: Path) -> None:
    page: list[Line] = [*HEADING, LABELS]
    rows: list[Line] = [
        *page,
        case(1, 1),
        ["", "Trang 1/3"],
        *page,
        case(2, 2),
        ["", "CÁN BỘ TƯ PHÁP", "", "", "", "CÔNG CHỨC VĂN PHÒNG"],  # no word of ours
        ["", "Lê Văn Tám", "", "", "", "Phạm Thị Chín"],
        *page,
        case(3, 3),
    ]
    assert cases(read(tmp_path, rows)) == [1, 2, 3]


@pytest.mark.parametrize(
    "numbers",
    [
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
        ["A", "B", "C", "1", "2", "3", "4", "5", "6"],
        ["A", "B", "", "1", "", "2", "3=1+2", "4", ""],
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
        ["1", "2", "3", "", "4.1", "4.2", "4.3", "5a", "5b"],
        ["(1)", "(2)", "(3) = (1) + (2)", "", "", "(4)", "", "", ""],
    ],
)
def test_column_numbers(tmp_path: Path, numbers: Line) -> None:
    assert cases(read(tmp_path, [LABELS, numbers, case(1, 1)])) == [1]


@pytest.mark.parametrize("stt", [1, "1", "", "II"])
def test_rows_that_lack_the_code_or_the_date_are_cases(tmp_path: Path, stt: object) -> None:
    rows: list[Line] = [
        LABELS,
        case(1, 1),
        case(2, stt, case_code=""),
        case(3, stt, received_at=""),
        case(4, stt, received_at="chưa rõ"),
        case(5, stt, received_at="", due_at="", completed_at="", status="", procedure="", fee=""),
        case(6, stt, case_code="", received_at=""),
        case(7, 7),
    ]
    assert cases(read(tmp_path, rows)) == [1, None, 3, 4, 5, None, 7]


def test_little_of_a_case_is_one_where_it_is_numbered_or_coded(tmp_path: Path) -> None:
    blank = dict.fromkeys(
        ("received_at", "due_at", "completed_at", "status", "procedure", "fee"), ""
    )
    rows: list[Line] = [
        LABELS,
        case(1, 1),
        case(2, 2, **(blank | {"case_code": "", "procedure": "Khai sinh"})),
        case(3, 3, **(blank | {"case_code": ""})),
        *SIGNATURES,
        case(4, 4, **(blank | {"received_at": "chưa rõ"})),
        *SIGNATURES,
        ["", "0905111222"],  # a telephone number below a name
    ]
    assert cases(read(tmp_path, rows)) == [1, None, None, 4]


def test_incomplete_cases_around_totals_and_signatures(tmp_path: Path) -> None:
    rows: list[Line] = [
        ["Tổng cộng", 6],  # above the header
        LABELS,
        ["Tổng cộng", 6],
        case(1, 1, received_at=""),
        case(2, 2, case_code=""),
        ["", "Cộng trang", 2],
        case(3, 3, case_code="", received_at=""),
        case(4, 4),
        *SIGNATURES,
        case(5, 5),
        *SIGNATURES,
        case(6, 6, received_at="không có ngày"),
    ]
    assert cases(read(tmp_path, rows)) == [1, None, None, 4, 5, 6]


@pytest.mark.parametrize(
    "title",
    [
        ["I. Lĩnh vực Hộ tịch"],
        ["I", "Lĩnh vực Hộ tịch"],
        ["1", "Hộ tịch"],
        [1, "Hộ tịch", "", "", "12 hồ sơ"],
        ["", "Lĩnh vực: Đất đai (12 hồ sơ)"],
        ["", "UBND PHƯỜNG LỘC THỌ"],
        ["Phường 1"],
        ["", "Phường 1: 12 hồ sơ"],
        ["", "", "Bộ phận Một cửa"],
        ["1. Ho tich"],
    ],
)
def test_group_titles_are_no_cases(tmp_path: Path, title: Line) -> None:
    assert cases(read(tmp_path, [LABELS, title, case(1, 1), title, case(2, 1)])) == [1, 2]


@pytest.mark.parametrize(
    "frame",
    [
        ["Cộng"],
        ["", "Cộng", 1],
        ["TỔNG SỐ", "", "", "", "", "", "", "", "40.000 đồng"],
        ["", "Tổng số hồ sơ: 2"],
        ["", "", "", "Tổng cộng", 2],
        ["Tổng:", 2],
        ["Ghi chú:", "các hồ sơ trên đã trả đủ", "", "", "x"],
        ["", "", "", "", "Khánh Hòa, ngày …… tháng …… năm 2024"],
        ["", "TM. ỦY BAN NHÂN DÂN", "", "", "", "NGƯỜI LẬP"],
        ["Trong đó:", "quá hạn", 3],
    ],
)
def test_totals_signatures_and_notes_are_no_cases(tmp_path: Path, frame: Line) -> None:
    rows = [LABELS, case(1, 1), frame, case(2, 2), case(3, 3, case_code=""), frame]
    assert cases(read(tmp_path, rows)) == [1, 2, None]


def test_words_of_totals_in_a_case(tmp_path: Path) -> None:
    rows: list[Line] = [
        LABELS,
        case(1, "Cộng"),
        case(2, 2, procedure="Tổng hợp danh sách", case_code=""),
        case(3, 3, case_code="", procedure="Cộng nhận kết quả"),
        case(4, "", case_code="Ghi chú 4"),
    ]
    assert cases(read(tmp_path, rows)) == [1, None, None, "Ghi chú 4"]


def test_numbers_alone_and_prefilled_rows_are_no_cases(tmp_path: Path) -> None:
    rows: list[Line] = [LABELS, case(1, 1), [2], [3], ["", "", "", "", "", "", "", "", 20000]]
    reading = read(tmp_path, rows)
    assert cases(reading) == [1]
    assert reading.rows_ignored == 4


def test_serial_and_written_dates_are_cases(tmp_path: Path) -> None:
    rows: list[Line] = [
        LABELS,
        case(1, 1, received_at=date(2024, 3, 5)),
        case(2, 2, received_at=45356),
        case(3, 3, received_at="5 tháng 3 năm 2024"),
    ]
    assert cases(read(tmp_path, rows)) == [1, 2, 3]


def test_a_case_above_the_header_is_one(tmp_path: Path) -> None:
    assert cases(read(tmp_path, [["DANH SÁCH"], case(1, 1), LABELS, case(2, 2)])) == [1, 2]


def test_blank_columns_and_an_inflated_range(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "bang.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    bold = book.add_format({"bold": True})
    for number, row in enumerate([LABELS, case(1, 1), case(2, 2)]):
        for column, cell in enumerate(row):
            sheet.write(number, column * 2, cell)
    for number in range(3, 3000):
        for column in (0, 5, 60):
            sheet.write_blank(number, column, None, bold)
    book.close()
    from ingestion.decode import read_file
    from tests.unit.ingestion.written_tables import layout

    reading = read_file(path, [layout()])
    assert cases(reading) == [1, 2]
    assert reading.columns["S"]["received_at"].index == 8


def test_cells_under_no_label_are_named_once_a_column(tmp_path: Path) -> None:
    rows: list[Line] = [[*LABELS, "", ""], *([*case(n, n), "", "x", n] for n in range(1, 5))]
    messages = refused(tmp_path, rows)
    assert [m.cell for m in messages] == ["K2", "L2"]
    assert "và 3 ô khác" in messages[0].text
    wide = [[*LABELS], [*case(1), *range(1, 31)]]
    many = refused(tmp_path, wide)
    assert len(many) == 21
    assert many[-1].code == "more_findings"
    assert "10 cột" in many[-1].text


def test_a_second_table_in_other_columns_is_told(tmp_path: Path) -> None:
    moved = [
        "STT",
        "Tiếp nhận",
        "Hẹn trả",
        "Kết thúc",
        "Mã hồ sơ",
        "Thủ tục",
        "Trạng thái",
        "Lệ phí",
    ]
    messages = refused(tmp_path, [LABELS, case(1, 1), moved, [1, "05/03/2024", "", "", "A-1"]])
    assert [m.code for m in messages] == ["header_moved"]
    assert "Dòng 3" in messages[0].text
