"""Delimited files: encodings, delimiters, quotes, footers; no row lost, nothing personal kept."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.decode import read_file
from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.reading import Reading
from ingestion.layouts import Layout
from ingestion.site import load_site
from tests.unit.ingestion.legacy_writing import WRITERS
from tests.unit.ingestion.small_site import LABELS, Line, SmallSite, case, csv_bytes

pytestmark = pytest.mark.unit

TOTAL = ["Tổng cộng", "", "2", "", "", ""]


def layout(small: SmallSite, **changes: object) -> Layout:
    return load_site(small.directory).layouts["bang_csv"].model_copy(update=changes)


def read(small: SmallSite, content: bytes | list[Line], **changes: object) -> Reading:
    path = small.directory / "exports" / "x.csv"
    path.write_bytes(content if isinstance(content, bytes) else csv_bytes([LABELS, *content]))
    return read_file(path, [layout(small, **changes)])


def rejected(small: SmallSite, content: bytes | list[Line], **changes: object) -> list[str]:
    with pytest.raises(UnreadableFileError) as caught:
        read(small, content, **changes)
    return [f"{message.code} {message.text}" for message in caught.value.messages]


def cells(reading: Reading, column: str) -> list[object]:
    return [value for table in reading.tables for value in table.column(column).to_pylist()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found(
    small: SmallSite, encoding: str, delimiter: str
) -> None:
    rows = [LABELS, case(1), case(2)]
    reading = read(small, csv_bytes(rows, encoding=encoding, delimiter=delimiter))
    assert (reading.rows_read, reading.rows_ignored, reading.rows_data) == (3, 1, 2)
    assert cells(reading, "status") == ["Đang xử lý"] * 2


@pytest.mark.parametrize("named", ["auto", "utf-8", "its own"])
@pytest.mark.parametrize("encoding", WRITERS)
def test_older_encodings_are_read_labels_and_cells(
    small: SmallSite, encoding: str, named: str
) -> None:
    text = csv_bytes([["Danh sách bổ sung tháng 03/2024"], LABELS, case(1)]).decode()
    content = WRITERS[encoding](text).encode("cp1252")
    reading = read(small, content, encoding=encoding if named == "its own" else named)
    assert cells(reading, "sector") == ["Hộ tịch"]
    assert cells(reading, "status") == ["Đang xử lý"]
    assert (reading.title_periods, reading.is_title_supplement) == ({"2024-03"}, True)
    told = {note.code for note in reading.notes}
    assert told == {"converted_text"} | ({"encoding_differs"} if named == "utf-8" else set())


def test_bytes_that_prove_an_encoding_prevail_over_the_layout(small: SmallSite) -> None:
    content = csv_bytes([LABELS, case(1)], encoding="utf-16")
    reading = read(small, content, encoding="windows-1258")
    assert cells(reading, "status") == ["Đang xử lý"]
    assert [note.code for note in reading.notes] == ["encoding_differs"]
    assert cells(read(small, content[2:]), "sector") == ["Hộ tịch"]


@pytest.mark.parametrize("first", ["sep=|\r\n", '"sep=|"\n', "SEP=|;\r"])
def test_a_line_for_excel_is_no_row(small: SmallSite, first: str) -> None:
    reading = read(small, first.encode() + csv_bytes([LABELS, case(1)], delimiter="|"))
    assert cells(reading, "row_number") == [3]
    assert reading.rows_read == 2


def test_numbers_kept_as_text_for_excel(small: SmallSite) -> None:
    lines = csv_bytes([LABELS, ['="00012"', *case(1)[1:]], ['"=""7""', *case(2)[1:]]])
    assert cells(read(small, lines), "case_code") == ["00012", '"=""7""']
    quoted = csv_bytes([LABELS]) + '="000.1",Hộ tịch,05/01/2024,,,x\r\n'.encode()
    assert cells(read(small, quoted), "case_code") == ["000.1"]


def test_old_line_ends_and_odd_separators_within_cells(small: SmallSite) -> None:
    rows = [LABELS, ["A-1", "Hộ\u2028tịch", "05/01/2024", "", "", "x\x0b\x85y"], case(2)]
    content = csv_bytes(rows).replace(b"\r\n", b"\r")
    assert cells(read(small, content), "row_number") == [2, 3]


def test_all_wrong_records_are_told_at_once(small: SmallSite) -> None:
    good = csv_bytes([case(n) for n in range(3)])
    content = csv_bytes([LABELS]) + good + b'"A"2,x,y\n' + good + b'"B"3,x\n' + good
    found = rejected(small, content)
    assert [x.split(":")[0] for x in found] == ["csv_quotes Dòng 5", "csv_quotes Dòng 9"]


def test_cells_keep_inner_space_and_lose_outer(small: SmallSite) -> None:
    row = ["  A-1\u00a0", "Hộ  tịch", "05/01/2024", "   ", "", "\tĐang "]
    reading = read(small, [row])
    assert cells(reading, "case_code") == ["A-1"]
    assert cells(reading, "sector") == ["Hộ  tịch"]
    assert cells(reading, "due_at") == [None]
    assert cells(reading, "fee") == [None]


def test_row_numbers_are_physical_lines(small: SmallSite) -> None:
    first, second, third = case(1), case(2), case(3)
    second[1] = "Hộ\ntịch\nhai"
    reading = read(small, [first, second, ["", "", "", "", "", ""], third])
    assert cells(reading, "row_number") == [2, 3, 7]
    assert (reading.rows_read, reading.rows_ignored) == (4, 1)


def test_titles_numbers_groups_totals_and_signatures_are_ignored(small: SmallSite) -> None:
    rows: list[Line] = [
        ["UBND PHƯỜNG MỘT"],
        ["DANH SÁCH BỔ SUNG THÁNG 03/2024"],
        [],
        LABELS,
        ["(1)", "(2)", "(3)", "(4)", "(5)=(3)+(4)", "(6)"],
        ["I. Lĩnh vực Hộ tịch"],
        case(1),
        TOTAL,
        ["II. Lĩnh vực Đất đai"],
        case(2),
        LABELS,
        ["1", "2", "3", "4", "5", "6"],
        case(3),
        ["Tổng cộng: 3 hồ sơ"],
        [],
        ["NGƯỜI LẬP BIỂU", "", "", "", "", "THỦ TRƯỞNG"],
        ["(Ký, ghi rõ họ tên)", "", "", "", "", "(Ký)"],
    ]
    reading = read(small, csv_bytes(rows))
    assert cells(reading, "row_number") == [7, 10, 13]
    assert (reading.rows_read, reading.rows_ignored, reading.rows_data) == (15, 12, 3)
    assert reading.stated_total == 3
    assert reading.title_periods == {"2024-03"}
    assert reading.is_title_supplement


def test_no_row_is_lost_below_a_footer(small: SmallSite) -> None:
    blank_code = ["", "Hộ tịch", "05/01/2024", "", "", "Đang xử lý"]
    late = case(9)
    odd = ["B-7", "Hộ tịch", "hôm qua", "", "", ""]
    reading = read(small, [case(1), TOTAL, blank_code, late, odd, ["Người lập biểu"], ["A"]])
    # Data follow the total, so it was a subtotal: the row without a code is data as well.
    assert cells(reading, "row_number") == [2, 4, 5, 6]
    assert (reading.rows_read, reading.rows_ignored) == (8, 4)


def test_a_label_in_the_first_cell_of_a_data_row(small: SmallSite) -> None:
    labels = ["STT", *LABELS]
    rows: list[Line] = [
        labels,
        ["Tổng cộng", *case(1)],
        ["Tổng cộng", "153", "", "153", "", "", ""],
    ]
    reading = read(small, csv_bytes(rows))
    assert (reading.rows_data, reading.stated_total) == (1, 153)


def test_a_row_without_a_code_is_data(small: SmallSite) -> None:
    assert (
        read(small, [["", "Hộ tịch", "", "", "", "Xong"], ["A-1", "", "", "", "", ""]]).rows_data
        == 2
    )


def test_a_header_without_rows_is_accepted(small: SmallSite) -> None:
    small.export("2024-01", "U1", [])
    small.pull()
    only = small.submissions()["2024-01.U1.1"]
    assert (only.status, only.rows_data, only.rows_read) == ("accepted", 0, 1)


def test_all_column_findings_come_at_once_with_the_nearest_label(small: SmallSite) -> None:
    labels = ["Mã hồ sơ", "Linh vực", "Ngày tiếp nhận", "Ngày hẹn", "Trạng thái", "Số hồ sơ"]
    found = rejected(small, csv_bytes([labels, case(1)]))
    assert [x.split()[0] for x in found] == [
        "unknown_column",
        "unknown_column",
        "repeated_column",
        "missing_column",
        "missing_column",
        "missing_column",
    ]
    assert "Ô B1: cột «Linh vực»" in found[0]
    assert "(có phải «Lĩnh vực»?)" in found[0]
    assert "Ô F1" in found[2]
    assert "ô A1" in found[2]
    assert "«Ngày hẹn trả» (có phải «Ngày hẹn»?)" in found[4]


def test_more_columns_than_a_sheet_has_are_refused_at_once(small: SmallSite) -> None:
    labels = [*LABELS, *(f"c{number}" for number in range(16_384))]
    found = rejected(small, csv_bytes([labels, case(1)]))
    assert [x.split()[0] for x in found] == ["sheet_too_large"]


def test_a_renamed_column_is_named_however_unlike(small: SmallSite) -> None:
    """One label is not known and one column is missing: each names the other."""
    labels = [label.replace("Ngày hẹn trả", "Hạn giải quyết") for label in LABELS]
    found = rejected(small, csv_bytes([labels, case(1)]))
    assert [x.split()[0] for x in found] == ["unknown_column", "missing_column"]
    assert "(có phải «Ngày hẹn trả»?)" in found[0]
    assert "(có phải «Hạn giải quyết»?)" in found[1]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf \r\n", "empty_file"),
        (b"%PDF-1.7", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_broken"),
        (b"<html><table>", "html_no_table"),
        (b"PK\x03\x04rest", "file_broken"),
        (b"a,b\n1,2\n", "no_header"),
        (csv_bytes([LABELS, case(1)]) + b"\xff\n", "csv_encoding"),
        (csv_bytes([LABELS, case(1)]) + b"a\0b\n", "csv_nul"),
        (csv_bytes([LABELS, case(1)]) + b'"A-2,x,05/01/2024\n' + b"A-3,x,1\n" * 3, "csv_quotes"),
        (csv_bytes([LABELS, case(1)]) + b'"A"2,x,05/01/2024\n', "csv_quotes"),
        (
            csv_bytes([LABELS]) + b"A-1," + b"x" * 200_000 + b",05/01/2024,,,\n",
            "csv_field_too_large",
        ),
        (csv_bytes([LABELS, [*case(1), "thừa"]]), "cell_without_label"),
    ],
)
def test_unreadable_files_say_why(small: SmallSite, content: bytes, code: str) -> None:
    assert rejected(small, content)[0].split()[0] == code


def test_two_stray_quotes_do_not_swallow_rows(small: SmallSite) -> None:
    lines = csv_bytes([LABELS, *(case(n) for n in range(9))]).decode().splitlines()
    lines[2] = lines[2].replace(",Hộ tịch", ',"Hộ tịch')
    lines[6] = lines[6].replace("Hộ tịch,", 'Hộ tịch",')
    found = rejected(small, "\r\n".join(lines).encode())
    assert found[0].startswith("csv_quotes Dòng 3")


def test_surplus_blank_cells_and_short_rows_are_read(small: SmallSite) -> None:
    content = csv_bytes([[*LABELS, ""], [*case(1), "", ""], ["A-2", "Hộ tịch", "05/01/2024"]])
    reading = read(small, content)
    assert cells(reading, "status") == ["Đang xử lý", None]


def test_personal_columns_never_leave_the_reader(small: SmallSite) -> None:
    secret = "Trần Thị Bí Mật"
    good: list[Line] = [[*LABELS, "Chủ hồ sơ"], [*case(1), secret]]
    bad: list[Line] = [[*LABELS, "Chủ hồ sơ", "Cột lạ"], [*case(1), secret, secret]]
    title: list[Line] = [[secret], *good]
    for number, rows in enumerate((good, bad, title)):
        small.export(f"2024-0{number + 1}", "U1", csv_bytes(rows))
    small.pull("2024-03")
    assert [s.status for s in small.submissions().values()] == ["accepted", "rejected", "accepted"]
    kept = [p for p in small.home.root.rglob("*") if p.is_file() and "landing" not in p.parts]
    assert kept
    for path in kept:
        assert secret.encode() not in path.read_bytes(), path
        if path.suffix == ".parquet":
            shown = json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False)
            assert "Bí Mật" not in shown


def test_a_fixed_header_row_that_is_data_quotes_nobody(small: SmallSite) -> None:
    header = layout(small).header.model_copy(update={"labels": (), "row": 2})
    found = rejected(small, [["Trần Thị Bí Mật", "Hộ tịch"]], header=header)
    assert found[0].startswith("no_header")
    assert "Bí Mật" not in found[0]


def test_the_first_layout_that_fits_wins(small: SmallSite) -> None:
    one = layout(small)
    other = one.model_copy(update={"name": "khac", "columns": {**one.columns, "fee": ("Lệ phí",)}})
    path = small.export("2024-01", "U1", [case(1)])
    assert read_file(path, [other, one]).layout.name == "bang_csv"
    with pytest.raises(UnreadableFileError) as caught:
        read_file(path, [other])
    assert [m.code for m in caught.value.messages] == ["missing_column"]


def test_a_corrected_layout_reads_the_same_bytes_again(small: SmallSite) -> None:
    small.export("2024-01", "U1", csv_bytes([[*LABELS, "Cột lạ"], [*case(1), "x"]]))
    small.pull()
    assert small.submissions()["2024-01.U1.1"].status == "rejected"
    path = small.directory / "layouts" / "bang_csv.yml"
    path.write_text(path.read_text("utf-8").replace('["STT"]', '["STT", "Cột lạ"]'), "utf-8")
    assert small.pull()["U1", "2024-01"].outcome == "unchanged"
    assert small.submissions()["2024-01.U1.1"].status == "accepted"


def test_batches_have_the_same_name_and_content_anywhere(small: SmallSite, tmp_path: Path) -> None:
    for unit in ("U1", "U2"):
        small.export("2024-01", unit, [case(1), case(2)])
    small.pull()
    small.submissions()
    other = SmallSite(small.directory, type(small.home)(tmp_path / "other"))
    other.pull()
    other.submissions()
    batches = [next(x.home.raw.glob("period=2024-01/*.parquet")) for x in (small, other)]
    assert batches[0].name == batches[1].name
    assert batches[0].read_bytes() == batches[1].read_bytes()
    # Nothing waits, so nothing is written.
    small.submissions()
    assert len(list(small.home.raw.rglob("*.parquet"))) == 1


CELL = st.sampled_from(
    ["", " ", "A-1", "Tổng cộng", "Người lập biểu", "05/01/2024", "x", "1", "2", "Mã hồ sơ", "(3)"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=6, max_size=6), max_size=12))
def test_every_row_is_data_or_ignored(small: SmallSite, rows: list[list[str]]) -> None:
    reading = read(small, [list(row) for row in rows])
    filled = sum(any(cell.strip() for cell in row) for row in rows)
    assert reading.rows_read == filled + 1 == reading.rows_data + reading.rows_ignored
    assert sum(table.num_rows for table in reading.tables) == reading.rows_data
    numbers = cells(reading, "row_number")
    assert numbers == sorted(set(numbers))  # type: ignore[type-var]
    dated = [n for n, row in enumerate(rows, 2) if row[0] == "A-1" and row[2] == "05/01/2024"]
    assert set(dated) <= set(numbers)
