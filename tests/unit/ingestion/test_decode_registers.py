"""Reading register workbooks: every row, by label, whatever the order; all that is wrong at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.register_file import RegisterReading, read_registers
from ingestion.holds import months_in_title, says_supplement
from ingestion.manifest import Message
from ingestion.messages import text
from ingestion.registers.definitions import Registers, load_registers
from tests.unit.ingestion.binary_workbooks import xls

pytestmark = pytest.mark.unit
Lines = Sequence[Sequence[object]]
DIALOGUE = ("Đơn vị tổ chức", "Ngày đối thoại *", "Người đứng đầu chủ trì", "Số người dự",
            "Số ý kiến", "Số ý kiến đã giải đáp")  # fmt: skip


@pytest.fixture(scope="module")
def registers() -> Registers:
    return load_registers()


def write(path: Path, sheets: Mapping[str, Lines], hidden: Sequence[str] = ()) -> Path:
    """A workbook of these sheets, cells from A1 on."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, lines in {"Hướng dẫn": [["Mẫu"]], **sheets}.items():
            page = book.add_worksheet(name)
            if name in hidden:
                page.hide()
            for row, line in enumerate(lines):
                for column, value in enumerate(line):
                    if value is not None:
                        page.write(row, column, value)
    return path


def read(path: Path, sheets: Mapping[str, Lines], hidden: Sequence[str] = ()) -> RegisterReading:
    return read_registers(write(path / "so.xlsx", sheets, hidden), load_registers())


def refused(
    path: Path, sheets: Mapping[str, Lines], hidden: Sequence[str] = ()
) -> Sequence[Message]:
    with pytest.raises(UnreadableFileError) as caught:
        read(path, sheets, hidden)
    return caught.value.messages


def rows(reading: RegisterReading) -> list[tuple[str, int, dict[str, str]]]:
    return [
        (row["register"], row["row_number"], dict(row["cells"]))
        for part in reading.tables
        for row in part.to_pylist()
    ]


def test_rows_are_found_below_titles_and_above_signatures(tmp_path: Path) -> None:
    """Numbers, titles, totals and signatures are ignored and counted; blank rows are nothing."""
    reading = read(
        tmp_path,
        {
            "ĐỐI  THOẠI": [
                ["SỔ ĐỐI THOẠI"],
                ["Kỳ số liệu: Tháng 03 năm 2024"],
                ["STT", *DIALOGUE],
                [1, None, datetime(2024, 3, 5), "Có", 40.0, 12],  # noqa: DTZ001 - a cell has no zone
                [2],
                [],
                [None, "Cộng Hòa", "06/03/2024", "không"],
                [None, "Cộng", None, None, 40],
                [None, None, "Người lập biểu"],
                [None, None, "Trần Văn A"],
            ]
        },
    )
    assert rows(reading) == [
        (
            "dialogue",
            4,
            {
                "held_on": "2024-03-05",
                "is_chaired_by_head": "Có",
                "participant_count": "40",
                "question_count": "12",
            },
        ),
        (
            "dialogue",
            7,
            {"unit": "Cộng Hòa", "held_on": "06/03/2024", "is_chaired_by_head": "không"},
        ),
    ]
    assert (reading.rows_read, reading.rows_ignored, reading.rows_data) == (8, 6, 2)
    assert reading.title_periods == {"2024-03"}
    assert reading.columns["ĐỐI  THOẠI"]["dialogue.held_on"].index == 2


def test_data_below_a_signature_is_not_lost(tmp_path: Path) -> None:
    (message,) = refused(
        tmp_path, {"Đối thoại": [DIALOGUE, ["Thủ trưởng đơn vị"], [None, "05/03/2024"]]}
    )
    assert message.code == "below_signature"
    assert "Dòng 3" in message.text
    assert "dòng 2" in message.text


def test_sheets_that_are_not_the_templates_are_told(tmp_path: Path) -> None:
    """Also hidden ones; empty ones and the lists are nothing."""
    messages = refused(
        tmp_path,
        {
            "Đối thoại": [DIALOGUE],
            "Thư xin lỗi (2)": [["x"]],
            "Nháp": [["ghi chú"]],
            "Trống": [],
            "Danh mục": [["Đơn vị"]],
        },
        hidden=("Nháp",),
    )
    assert [(m.code, m.sheet) for m in messages] == [
        ("unknown_sheet", "Thư xin lỗi (2)"),
        ("unknown_sheet", "Nháp"),
    ]
    assert "(có phải «Thư xin lỗi»?)" in messages[0].text
    assert "đang bị ẩn" in messages[1].text


def test_an_older_template_that_no_longer_fits_says_so(
    tmp_path: Path, registers: Registers
) -> None:
    guide = [[text("template.version"), "00000000"]]
    path = write(tmp_path / "so.xlsx", {"Phiếu hài lòng": [["Mã phiếu hoặc đợt", "Ngày đánh giá"]]})
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Hướng dẫn").write_row(0, 0, guide[0])
        book.add_worksheet("Phiếu hài lòng").write_row(
            0, 0, ["Mã phiếu hoặc đợt", "Ngày đánh giá", "Mức độ"]
        )
    with pytest.raises(UnreadableFileError) as caught:
        read_registers(path, registers)
    first, *others = caught.value.messages
    assert first.code == "old_template"
    assert registers.version in first.text
    assert {m.code for m in others} == {"missing_column"}


def test_files_that_are_no_register_workbook(tmp_path: Path, registers: Registers) -> None:
    assert [m.code for m in refused(tmp_path, {"Danh sách": [["Mã hồ sơ"], ["1"]]})] == [
        "unknown_sheet",
        "no_register",
    ]
    path = tmp_path / "so.csv"
    path.write_text("Mã việc,Hạn thực hiện\nBC-1,05/03/2024\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError) as caught:
        read_registers(path, registers)
    assert caught.value.messages[0].code == "wrong_kind"
    (message,) = refused(tmp_path, {"Đối thoại": [["05/03/2024", "Có"], ["06/03/2024", "Có"]]})
    assert message.code == "no_header"


def test_an_old_excel_file_reads_the_same(tmp_path: Path, registers: Registers) -> None:
    grid: list[list[object]] = [list(DIALOGUE), [None, "05/03/2024", "Có", 40]]
    path = tmp_path / "so.xls"
    cells = {
        (row, column): value
        for row, line in enumerate(grid)
        for column, value in enumerate(line)
        if isinstance(value, str | int)
    }
    path.write_bytes(xls({"Đối thoại": cells}))
    new = read(tmp_path, {"Đối thoại": grid})
    assert rows(read_registers(path, registers)) == rows(new)


def test_personal_data_in_any_column_is_masked(tmp_path: Path) -> None:
    """No column asks for a person; what is typed all the same never leaves the reader."""
    planted = ("0905123456", "225123456789", "a.b@example.com", "Nguyễn Thị Bích")
    register = next(r for r in load_registers().all if r.name == "feedback")
    labels = [column.label for column in register.columns]
    lines = [labels, *[[value] * len(labels) for value in planted]]
    kept = rows(read(tmp_path, {register.title: lines}))
    by_type: dict[str, list[str]] = {}
    for _, _, cells in kept:
        for column in register.columns:
            by_type.setdefault(column.type, []).append(cells[column.name])
    assert not {"0905123456", "225123456789", "a.b@example.com"} & set(by_type["choice"])
    assert not set(planted) & set(by_type["date"])
    assert "Nguyễn Thị Bích" not in by_type["code"]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_order_of_columns_and_rows_between_does_not_matter(
    data: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: what is read depends on labels only; every row is data or ignored, none is lost."""
    order = data.draw(st.permutations(range(len(DIALOGUE))))
    days = data.draw(st.lists(st.integers(1, 28), min_size=1, max_size=5))
    gaps = data.draw(st.lists(st.integers(0, 2), min_size=len(days), max_size=len(days)))
    plain = [[None, f"{day:02d}/03/2024", "Có", day, 5, 4] for day in days]
    moved: list[list[object]] = [[DIALOGUE[i] for i in order]]
    for line, gap in zip(plain, gaps, strict=True):
        moved += [[] for _ in range(gap)]
        moved.append([line[i] for i in order])
    folder = tmp_path_factory.mktemp("so")
    expected = read(folder, {"Đối thoại": [DIALOGUE, *plain]})
    found = read(folder, {"Đối thoại": moved})
    assert [cells for _, _, cells in rows(found)] == [cells for _, _, cells in rows(expected)]
    assert found.rows_read == found.rows_ignored + found.rows_data == 1 + len(days)


def test_our_own_titles_are_no_sign_of_another_month_or_a_supplement(registers: Registers) -> None:
    """Else every template of ours would be held."""
    for register in registers.all:
        for line in (register.title, register.purpose, *(c.help for c in register.columns)):
            assert not says_supplement(line), line
            assert not months_in_title(line), line
