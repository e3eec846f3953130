"""Tables in web pages, as a person sees them in a browser or in Excel."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.decode.readers import open_file
from tests.unit.ingestion.exports import FIXTURES, LAYOUT, ROWS, refused, shown

pytestmark = pytest.mark.unit

HEAD = "<tr><th>Mã hồ sơ</th><th>Lĩnh vực</th><th>Ngày tiếp nhận</th></tr>"
ROW = "<tr><td>A-1</td><td>Hộ tịch</td><td>05/01/2024</td></tr>"


def page(
    path: Path, content: str, encoding: str = "utf-8"
) -> dict[str | None, dict[int, list[str]]]:
    path.write_bytes(content.encode(encoding))
    return shown(path)


def test_a_page_that_libreoffice_wrote() -> None:
    found = shown(FIXTURES / "danh_sach.html")
    wanted = {number: cells[1:] for number, cells in ROWS.items()}
    # The page shows a time of day without its seconds.
    wanted[7][2] = "08:30"
    assert found == {"Bảng 1": wanted}


def test_nested_and_hidden_parts() -> None:
    path = FIXTURES / "trang_web.xls"
    assert shown(path) == {
        "Bảng 1": {
            1: ["DANH SÁCH HỒ SƠ THÁNG 01/2024"],
            3: ["STT", "Mã hồ sơ", "Ngày", "", "Trạng thái"],
            4: ["", "", "tiếp nhận", "hẹn trả"],
            5: ["1", "000123", "2024-01-05 08:30:15", "10/01/2024", "Đang\nxử lý"],
            6: ["2", "1234567", "06/01/2024", "", "Đã trả"],
            7: ["Người lập biểu"],
        }
    }
    _, opened = open_file(path)
    assert [note.code for note in opened.notes] == ["hidden_rows_not_read"]
    assert "1 dòng" in opened.notes[0].text


def test_tables_within_tables_within_tables(tmp_path: Path) -> None:
    """Only the innermost holds data; those around it hold it in place, however deep."""
    rows = "<tr><td>Mã<td>Ngày<td>Xong</tr><tr><td>A-1<td>05/01/2024<td>x</tr>"
    for depth in (1, 2, 3):
        around = "<table><tr><td>a<td>b<td>c</tr><tr><td>" * (depth - 1)
        found = page(tmp_path / f"{depth}.xls", f"<html>{around}<table>{rows}</table>")
        (sheet,) = found.values()
        assert list(sheet.values())[-2:] == [["Mã", "Ngày", "Xong"], ["A-1", "05/01/2024", "x"]]


def test_a_web_archive_of_a_workbook() -> None:
    found = shown(FIXTURES / "luu_tron.mht")
    assert {name: rows[2][0] for name, rows in found.items()} == {
        "Hộ tịch": "A-1",
        "Đất đai": "B-1",
    }


@pytest.mark.parametrize(
    ("encoding", "meta"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-8", '<meta charset="windows-1252">'),
        ("utf-16", '<meta http-equiv="Content-Type" content="text/html; charset=unicode">'),
        ("utf-16-le", ""),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, meta: str) -> None:
    found = page(
        tmp_path / "a.xls", f"<html><head>{meta}</head><table>{HEAD}{ROW}</table>", encoding
    )
    assert found["Bảng 1"][2] == ["A-1", "Hộ tịch", "05/01/2024"]


def test_windows_1258_composes_letters(tmp_path: Path) -> None:
    split = "Hộ tịch".replace("ộ", "ô\u0323").replace("ị", "i\u0323")
    content = f'<meta charset="windows-1258"><table>{HEAD}<tr><td>{split}<td>x<td>y</table>'
    plain = content.replace("Mã hồ sơ", "Ma").replace("Lĩnh vực", "Linh").replace("tiếp nhận", "")
    assert page(tmp_path / "a.xls", plain, "cp1258")["Bảng 1"][2][0] == "Hộ tịch"


def test_merged_cells_leave_blanks(tmp_path: Path) -> None:
    rows = (
        "<tr><td rowspan=3>a<td colspan=2>b<td>c<tr><td rowspan=0>d<td>e"
        "<tr><td colspan=9999999>f<td>g<tr><td>h<td>i<td colspan=x>j"
    )
    found = page(tmp_path / "a.xls", f"<table>{rows}</table>")["Bảng 1"]
    assert found[1] == ["a", "b", "", "c"]
    assert found[2] == ["", "d", "e"]
    assert (found[3][2], found[3].index("g")) == ("f", 1002)
    assert found[4] == ["h", "", "i", "j"]


def test_a_table_that_only_lays_out_the_page_is_no_table_of_data(tmp_path: Path) -> None:
    menu = "<tr><td>Trang chủ</td><td>Tra cứu</td><td>Thoát</td></tr>"
    inner = f"<tr><td colspan=3><table>{HEAD}{ROW}</table></td></tr>"
    found = page(tmp_path / "a.xls", f"<table>{menu}{inner}</table>")
    assert list(found) == ["Bảng 1"]
    assert list(found["Bảng 1"].values())[-1] == ["A-1", "Hộ tịch", "05/01/2024"]


def test_a_table_without_rows_and_open_cells(tmp_path: Path) -> None:
    found = page(tmp_path / "a.xls", "<table><td>a<td>b<td>c<tr><td>1<td>2<td>3")
    assert found["Bảng 1"] == {1: ["a", "b", "c"], 2: ["1", "2", "3"]}


def test_several_tables_are_several_sheets_with_their_titles(tmp_path: Path) -> None:
    found = page(
        tmp_path / "a.xls",
        f"<p>Tháng 1</p><table>{HEAD}{ROW}</table><h3>Đất đai</h3><table>{HEAD}{ROW}</table>"
        "<table><tr><td>Người lập</td></tr></table>Hết",
    )
    assert found["Bảng 1"][1] == ["Tháng 1"]
    assert next(iter(found["Bảng 2"].values())) == ["Đất đai"]
    assert list(found["Bảng 2"].values())[-2:] == [["Người lập"], ["Hết"]]
    assert list(found) == ["Bảng 1", "Bảng 2"]


def test_headings_apart_from_their_table_belong_to_it(tmp_path: Path) -> None:
    found = page(tmp_path / "a.xls", f"<table>{HEAD}</table><table>{ROW}{ROW}</table>")
    assert list(found) == ["Bảng 1"]
    assert len(found["Bảng 1"]) == 3


def test_rows_that_excel_hides_are_rows(tmp_path: Path) -> None:
    hidden = ROW.replace("<tr>", "<tr height=0 style='display:none'>")
    made_by = '<meta name=Generator content="Microsoft Excel 15">'
    content = f"<html>{{}}<table>{HEAD}{hidden}{ROW}</table>"
    assert len(page(tmp_path / "a.xls", content.format(made_by))["Bảng 1"]) == 3
    assert len(page(tmp_path / "a.xls", content.format(""))["Bảng 1"]) == 2


def test_numbers_beside_the_text(tmp_path: Path) -> None:
    cells = (
        '<td x:num="45301">10/01/24</td><td x:num="7">007</td><td x:num="0.5">50%</td>'
        '<td sdval="1250000.5">1.250.000,5</td><td x:num>12</td><td x:num="x">y</td>'
    )
    head = "<!--[if gte mso 9]><xml><x:Date1904/></xml><![endif]-->"
    found = page(tmp_path / "a.xls", f"<html><table><tr>{cells}</table>")["Bảng 1"][1]
    assert found == ["2024-01-10", "007", "50%", "1250000.5", "12", "y"]
    found = page(tmp_path / "a.xls", f"<html>{head}<table><tr>{cells}</table>")["Bảng 1"][1]
    assert found[0] == "2028-01-11"
    assert open_file(tmp_path / "a.xls")[1].date_system == 1904


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            b"<html><body><form>\xc4\x90\xc4\x83ng nh\xe1\xba\xadp</form></body></html>",
            "html_no_table",
        ),
        (b"<html><frameset><frame src='a_files/sheet001.htm'></frameset></html>", "html_frames"),
        (b"<html>", "html_no_table"),
        (b"<table><tr><td>" + b"x" * 200_000 + b"</table>", "cell_too_large"),
        (b"<table>" + b"<tr><td colspan=1000>a" * 70_000, "sheet_too_large"),
        (b"<table><tr>" + b"<td colspan=1000>a" * 30, "sheet_too_large"),
    ],
)
def test_pages_that_hold_no_table(tmp_path: Path, content: bytes, code: str) -> None:
    assert refused(tmp_path / "a.xls", content)[0] == code


def test_entities_and_depth_do_no_harm(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    rows = f"{HEAD}<tr><td>&a;</td><td>&b;</td><td>&lt;</td></tr>"
    deep = "<div>" * 20_000 + "<span>" * 2_000
    found = page(tmp_path / "a.xls", f"{bomb}<html>{deep}<table>{rows}</table>")
    assert ["&a;", "&b;", "<"] in found["Bảng 1"].values()


def test_a_layout_is_not_needed_to_open(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(f"<table>{HEAD}{ROW}</table>", "utf-8")
    family, opened = open_file(path)
    assert family == "workbook"
    assert next(opened.sheets(LAYOUT)[0].rows())[0] == 1
