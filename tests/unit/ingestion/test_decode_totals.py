"""Numbers of cases that a file states are compared with the rows read of what they are about."""

from pathlib import Path

import pytest

from ingestion.decode.totals import count_in
from tests.unit.ingestion.small_site import Line
from tests.unit.ingestion.written_tables import LABELS, case, read, totals

pytestmark = pytest.mark.unit
TWO: list[Line] = [case(1, 1), case(2, 2)]


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("Tổng cộng: 12 hồ sơ", 12),
        ("TỔNG SỐ HỒ SƠ: 1.250", 1250),
        ("Tổng số hồ sơ tháng 03/2024: 125 hồ sơ", 125),
        ("Tổng cộng đến ngày 31/03/2024 = 7", 7),
        ("Cộng mục 1", None),
        ("Cộng (I): 5", 5),
        ("Tổng cộng: 125 (một trăm hai mươi lăm) hồ sơ", 125),
        ("Danh sách này có 05 hồ sơ./.", 5),
        ("Tổng số hồ sơ trễ hạn: 5", None),
        ("Tổng lệ phí: 1.250.000 đồng", None),
        ("Tổng số ngày trễ: 5", None),
        ("Tổng cộng", None),
    ],
)
def test_the_number_in_a_text(shown: str, number: int | None) -> None:
    assert count_in(shown) == number


@pytest.mark.parametrize(
    "total",
    [
        ["Tổng cộng: 2 hồ sơ"],
        ["Tổng cộng", 2],
        ["Tổng cộng", "", "2 hồ sơ"],
        ["TỔNG CỘNG", "", "", "", 2, "", "", "", 40000],
        ["", "Tổng số", "", "", "", "", "", "", 2],  # only the fees: no number of cases
        [2, "Tổng cộng", "", "", "", "", "", "", 99],
        ["Tổng cộng", "", 2, 1, 1, "50%"],
        ["Tổng cộng", "", "", 7, "", 2],  # of several numbers one agrees
        ["Danh sách này có 2 hồ sơ"],
        ["Tổng số hồ sơ trễ hạn: 7"],
        ["Tổng lệ phí", "", "", "", "", "", "", "", 40000],
        ["Tổng cộng", "", "", "", "", "", "", "", 40000],
    ],
)
def test_totals_that_agree_or_count_something_else(tmp_path: Path, total: Line) -> None:
    for rows in ([LABELS, *TWO, total], [LABELS, total, *TWO], [total, [], LABELS, *TWO]):
        reading = read(tmp_path, rows)
        assert reading.rows_data == 2
        assert all(t.stated == t.counted == 2 for t in reading.stated_totals)


@pytest.mark.parametrize(
    ("total", "cell"),
    [
        (["Tổng cộng: 3 hồ sơ"], "A4"),
        (["Tổng cộng", 3, 2], "B4"),  # in the column of codes: surely meant
        (["", "", "Tổng số", "", 3, 5], "E4"),
        (["Cộng", "", 3], "C4"),
    ],
)
def test_totals_that_differ_name_their_cell(tmp_path: Path, total: Line, cell: str) -> None:
    (found,) = totals(read(tmp_path, [LABELS, *TWO, total]))
    assert found[:3] == (cell, 3, 2)


def test_every_level_is_compared(tmp_path: Path) -> None:
    rows: list[Line] = [
        ["BÁO CÁO TIẾP NHẬN - Tổng số: 6 hồ sơ"],
        LABELS,
        ["A. UBND phường (5 hồ sơ)"],
        ["I. Hộ tịch: 2 hồ sơ"],
        case(1, 1),
        ["Cộng trang", 1],
        LABELS,
        case(2, 2),
        ["Cộng", 2],
        ["II. Đất đai (4 hồ sơ)"],
        case(3, 1),
        case(4, 2),
        case(5, 3),
        ["Cộng trang", 4],
        ["Cộng", 4],
        ["Tổng cộng", 5],
        ["Tổng số hồ sơ: 5"],
    ]
    reading = read(tmp_path, rows)
    assert totals(reading) == [
        ("A1", 6, 5, "sheet"),
        ("A3", 5, 5, "group"),
        ("A4", 2, 2, "group"),
        ("B6", 1, 1, "page"),
        ("B9", 2, 2, "group"),
        ("A10", 4, 3, "group"),
        ("B14", 4, 4, "page"),
        ("B15", 4, 3, "group"),
        ("B16", 5, 5, "sheet"),
        ("A17", 5, 5, "sheet"),
    ]
    assert reading.stated_total == 5
    assert {t.label for t in reading.stated_totals} == {
        None,
        "Tổng số",
        "Tổng cộng",
        "Cộng",
        "Cộng trang",
    }


def test_a_total_in_the_middle_is_that_of_a_part(tmp_path: Path) -> None:
    rows: list[Line] = [LABELS, *TWO, ["Tổng cộng", 2], case(3), ["Tổng cộng", 1]]
    reading = read(tmp_path, rows)
    assert totals(reading) == [("B4", 2, 2, "group"), ("B6", 1, 1, "group")]
    assert reading.stated_total is None


def test_a_number_right_below_a_title_is_that_of_the_group(tmp_path: Path) -> None:
    rows: list[Line] = [
        LABELS,
        ["I. Hộ tịch"],
        ["", "Tổng số hồ sơ: 1"],
        case(1, 1),
        ["II. Đất đai"],
        ["", "Tổng số hồ sơ: 5"],
        case(2, 1),
        case(3, 2),
    ]
    assert totals(read(tmp_path, rows)) == [("B3", 1, 1, "group"), ("B6", 5, 2, "group")]


def test_own_words_of_a_layout(tmp_path: Path) -> None:
    rows: list[Line] = [LABELS, *TWO, ["Sum nhóm", 2], case(3), ["Hết danh sách", 4]]
    reading = read(tmp_path, rows, subtotal_labels=("Sum nhóm",), total_label="Hết danh sách")
    assert totals(reading) == [("B4", 2, 2, "group"), ("B6", 4, 3, "sheet")]
    assert reading.stated_total == 4


def test_totals_over_several_sheets(tmp_path: Path) -> None:
    sheets: dict[str, list[Line]] = {
        "A": [LABELS, *TWO, ["Tổng cộng", 2]],
        "B": [LABELS, case(3, 1), ["Tổng cộng", 1], ["Tổng số", 3]],
    }
    reading = read(tmp_path, sheets, sheet="all")
    assert totals(reading)[-1] == ("B4", 3, 3, "file")
    assert reading.stated_total == 3
    sheets["B"] = [LABELS, case(3, 1), ["Tổng cộng", 2]]
    reading = read(tmp_path, sheets, sheet="all")
    assert [(t.sheet, t.stated, t.counted) for t in reading.stated_totals] == [
        ("A", 2, 2),
        ("B", 2, 1),
    ]
    assert reading.stated_total == 4
    sheets["B"] = [LABELS, case(3, 1)]
    assert read(tmp_path, sheets, sheet="all").stated_total is None
