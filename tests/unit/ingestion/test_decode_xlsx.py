"""Workbooks: real row numbers, dates, numbers, errors, sheets, merged headers, bounds."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from ingestion.decode import read_file
from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.reading import Reading
from ingestion.layouts import Header, Layout
from ingestion.site import load_site
from ingestion.trial import try_file
from tests.unit.ingestion.small_site import LABELS, Line, SmallSite, case, write_workbook

pytestmark = pytest.mark.unit

# A workbook knows no time zone.
MOMENT = datetime(2024, 1, 5, 8, 30, 15, 600000)  # noqa: DTZ001
MIDNIGHT = datetime(2024, 1, 5)  # noqa: DTZ001
TABLE: list[Line] = [LABELS, case(1), case(2)]


def layout(small: SmallSite, **changes: object) -> Layout:
    return load_site(small.directory).layouts["bang_xlsx"].model_copy(update=changes)


def cells(reading: Reading, column: str) -> list[object]:
    return [value for table in reading.tables for value in table.column(column).to_pylist()]


def rejected(path: Path, used: Layout) -> tuple[str, str]:
    with pytest.raises(UnreadableFileError) as caught:
        read_file(path, [used])
    return caught.value.messages[0].code, caught.value.messages[0].text


def test_rows_and_columns_are_those_of_the_sheet(small: SmallSite, tmp_path: Path) -> None:
    shifted: list[Line] = [
        [],
        [],
        ["", "", "THÁNG 01/2024"],
        [],
        *(["", "", *row] for row in TABLE),
    ]
    path = write_workbook(tmp_path / "a.xlsx", {"Danh sách": shifted})
    reading = read_file(path, [layout(small)])
    assert cells(reading, "row_number") == [6, 7]
    assert cells(reading, "sheet") == ["Danh sách"] * 2
    assert reading.columns["Danh sách"]["case_code"].index == 2
    assert (reading.rows_read, reading.rows_ignored) == (4, 2)


def test_excel_values_become_text(small: SmallSite, tmp_path: Path) -> None:
    rows: list[Line] = [
        LABELS,
        [101001240759, True, MOMENT, date(2024, 1, 9), "", 9],
        ["A-2", 1.5, MIDNIGHT, 45301.5, "", "=1+1"],
    ]
    reading = read_file(write_workbook(tmp_path / "a.xlsx", {"S": rows}), [layout(small)])
    assert cells(reading, "case_code") == ["101001240759", "A-2"]
    assert cells(reading, "sector") == ["TRUE", "1.5"]
    assert cells(reading, "received_at") == ["2024-01-05 08:30:16", "2024-01-05"]
    assert cells(reading, "due_at") == ["2024-01-09", "45301.5"]
    assert cells(reading, "status") == ["9", "=1+1"]


def test_error_cells_are_seen(small: SmallSite, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    for number, row in enumerate([LABELS, case(1)]):
        sheet.write_row(number, 1, row)
    sheet.write_formula(1, 4, "=NA()", None, "#N/A")
    book.close()
    assert cells(read_file(path, [layout(small)]), "due_at") == ["#N/A"]


def test_hidden_and_empty_sheets_are_not_read(small: SmallSite, tmp_path: Path) -> None:
    sheets: dict[str, list[Line]] = {
        "hidden:Cũ": [LABELS, case(8)],
        "Danh sách": TABLE,
        "Ghi chú": [["xin chào"]],
    }
    path = write_workbook(tmp_path / "a.xlsx", sheets)
    assert read_file(path, [layout(small)]).rows_data == 2
    assert read_file(path, [layout(small, sheet="Cũ")]).rows_data == 1
    assert rejected(path, layout(small, sheet="Không"))[0] == "no_such_sheet"


def test_a_second_table_is_not_passed_over(small: SmallSite, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"A": TABLE, "B": [LABELS, case(3)], "C": []})
    code, said = rejected(path, layout(small))
    assert code == "second_table"
    assert "«B»" in said
    reading = read_file(path, [layout(small, sheet="all")])
    assert cells(reading, "sheet") == ["A", "A", "B"]


def test_sheets_may_have_their_columns_in_different_places(
    small: SmallSite, tmp_path: Path
) -> None:
    other: list[Line] = [["STT", *reversed(LABELS)], [1, *reversed(case(3))]]
    path = write_workbook(tmp_path / "a.xlsx", {"A": TABLE, "B": other})
    reading = read_file(path, [layout(small, sheet="all")])
    assert [str(code)[-1] for code in cells(reading, "case_code")] == ["1", "2", "3"]
    assert {name: c["case_code"].index for name, c in reading.columns.items()} == {"A": 0, "B": 6}


def test_merged_header_rows(small: SmallSite, tmp_path: Path) -> None:
    rows: list[Line] = [
        ["DANH SÁCH"],
        ["Mã hồ sơ", "Lĩnh vực", "Ngày", "", "", "Trạng thái"],
        ["", "", "tiếp nhận", "hẹn trả", "xong", ""],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        case(1),
    ]
    path = write_workbook(tmp_path / "a.xlsx", {"S": rows})
    header = Header(labels=("Mã hồ sơ", "Ngày tiếp nhận"), rows=2)
    reading = read_file(path, [layout(small, header=header)])
    assert cells(reading, "due_at") == ["10/01/2024"]
    assert (reading.rows_read, reading.rows_ignored, reading.rows_data) == (5, 4, 1)


def test_a_fixed_header_row(small: SmallSite, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": [["X"], *TABLE]})
    assert read_file(path, [layout(small, header=Header(row=2))]).rows_data == 2
    assert rejected(path, layout(small, header=Header(row=3)))[0] == "no_header"


def test_a_filled_cell_outside_the_table_is_named(small: SmallSite, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": [LABELS, [*case(1), "", "ghi chú"]]})
    code, said = rejected(path, layout(small))
    assert code == "cell_without_label"
    assert "Ô H2" in said


def test_the_wrong_kind_is_told(small: SmallSite, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.csv", {"S": TABLE})
    site = load_site(small.directory)
    assert rejected(path, site.layouts["bang_csv"])[0] == "wrong_kind"
    # The kind is told by the content, never by the name.
    assert read_file(path, list(site.layouts.values())).rows_data == 2


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_damaged_workbook_is_told(small: SmallSite, tmp_path: Path, part: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": TABLE})
    copy = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            target.writestr(
                info.filename, content[: len(content) // 2] if info.filename == part else content
            )
    assert rejected(copy, layout(small))[0] == "file_broken"


def test_a_cut_file_is_told(small: SmallSite, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": TABLE})
    path.write_bytes(path.read_bytes()[:-400])
    assert rejected(path, layout(small))[0] == "file_broken"


def test_a_zip_that_is_no_workbook_is_told(small: SmallSite, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("word/document.xml", "<x/>")
        target.writestr("[Content_Types].xml", "<x/>")
    assert rejected(path, layout(small))[0] == "not_a_table"


def test_an_archive_bomb_is_refused(small: SmallSite, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": TABLE})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/media/x.bin", b"\0" * (30 << 20))
    assert rejected(path, layout(small))[0] == "file_too_large"


def test_a_far_cell_does_not_take_all_memory(small: SmallSite, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, LABELS)
    sheet.write_string(1_048_575, 16_383, ".")
    book.close()
    assert rejected(path, layout(small))[0] == "sheet_too_large"


def test_an_inflated_used_range_is_harmless(small: SmallSite, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    for number, row in enumerate(TABLE):
        sheet.write_row(number, 0, row)
    sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    book.close()
    assert read_file(path, [layout(small)]).rows_data == 2


def test_trying_a_file_loads_nothing(small: SmallSite, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"S": TABLE})
    trial = try_file(small.site, path, "U1")
    assert (trial.accepted, trial.layout, trial.rows_data) == (True, "bang_xlsx", 2)
    assert not small.home.root.exists()
    path.write_bytes(b"x")
    refused = try_file(small.site, path)
    assert not refused.accepted
    assert "Không thấy dòng tiêu đề" in refused.summary
