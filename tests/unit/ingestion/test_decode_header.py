"""Headers of one to three rows: where they stand and how their labels are read."""

from pathlib import Path

import pytest

from ingestion.decode.header import column_labels
from ingestion.layouts import Header
from tests.unit.ingestion.small_site import Line
from tests.unit.ingestion.written_tables import COLUMNS, GROUPED, LABELS, case, cases, cells, read

pytestmark = pytest.mark.unit


def test_a_label_is_read_with_what_stands_above_it() -> None:
    block: list[Line] = [
        ["STT", "Hồ sơ", "", "", "", "Ghi chú"],
        ["", "Mã", "Thời gian", "", "", ""],
        ["", "", "Tiếp nhận", "Hẹn trả", "Trả", ""],
    ]
    assert column_labels(block) == [  # type: ignore[arg-type]
        ["STT"],
        ["Hồ sơ Mã", "Mã"],
        ["Hồ sơ Thời gian Tiếp nhận", "Thời gian Tiếp nhận", "Tiếp nhận"],
        ["Hồ sơ Thời gian Hẹn trả", "Thời gian Hẹn trả", "Hẹn trả"],
        ["Hồ sơ Thời gian Trả", "Thời gian Trả", "Trả"],
        ["Ghi chú"],
    ]
    # Merged cells whose text stands in each of their cells.
    repeated: list[Line] = [["Mã", "Ngày", "Ngày"], ["Mã", "nhận", "trả"]]
    assert column_labels(repeated) == [["Mã"], ["Ngày nhận", "nhận"], ["Ngày trả", "trả"]]  # type: ignore[arg-type]


@pytest.mark.parametrize("received", ["Thời gian Tiếp nhận", "Tiếp nhận"])
@pytest.mark.parametrize("above", [[], [["DANH SÁCH HỒ SƠ"]], [["UBND PHƯỜNG"], ["Danh sách"], []]])
def test_two_rows_named_either_way(tmp_path: Path, received: str, above: list[Line]) -> None:
    columns = {**COLUMNS, "received_at": (received,)}
    header = Header(labels=("Mã hồ sơ", received), rows=2)
    reading = read(tmp_path, [*above, *GROUPED, case(1, 1)], header=header, columns=columns)
    assert cases(reading) == [1]
    assert cells(reading, "received_at") == ["05/03/2024"]
    assert reading.columns["S"]["received_at"].label == received
    assert reading.columns["S"]["received_at"].index == 4


def test_only_groups_in_the_first_row(tmp_path: Path) -> None:
    top = ["Thông tin hồ sơ", "", "", "", "Thời gian", "", "", "Kết quả", ""]
    header = Header(labels=("Mã hồ sơ", "Tiếp nhận"), rows=2)
    reading = read(tmp_path, [["DANH SÁCH"], top, LABELS, case(1, 1)], header=header)
    assert cases(reading) == [1]
    assert reading.rows_ignored == 3


def test_a_heading_right_above_is_no_row_of_the_header(tmp_path: Path) -> None:
    heading: list[Line] = [["UBND PHƯỜNG", "", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]]
    header = Header(labels=("Mã hồ sơ", "Trạng thái"), rows=2)
    assert cases(read(tmp_path, [*heading, *GROUPED, case(1, 1)], header=header)) == [1]


@pytest.mark.parametrize(
    "below", [[], [["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"]]]
)
def test_fewer_header_rows_than_the_layout_says(tmp_path: Path, below: list[Line]) -> None:
    header = Header(labels=("Mã hồ sơ", "Tiếp nhận"), rows=3)
    assert cases(read(tmp_path, [LABELS, *below, case(1, 1), case(2, 2)], header=header)) == [1, 2]


def test_decorated_labels(tmp_path: Path) -> None:
    labels = [
        "STT",
        "Mã hồ sơ (*)",
        "(3) Thủ tục",
        "Chủ  hồ\nsơ",
        "Tiếp nhận:",
        "Hẹn trả (6)",
        "Kết thúc*",
        "TRẠNG THÁI",
        "Lệ phí",
    ]
    assert cases(read(tmp_path, [labels, case(1, 1)])) == [1]
