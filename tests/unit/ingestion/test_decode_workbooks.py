"""The same sheet in every spreadsheet format reads the same, cell by cell."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ingestion.decode import read_file
from ingestion.decode.number_formats import as_code, meaning
from ingestion.decode.readers import open_file
from ingestion.layouts import Header, Layout
from tests.unit.ingestion.binary_workbooks import (
    Grid,
    compound_file,
    record,
    workbook_stream,
    xls,
    xlsb,
)
from tests.unit.ingestion.exports import FIXTURES, LAYOUT, ROWS, SHEET, refused, shown, write_export

pytestmark = pytest.mark.unit

BINARY: list[Callable[[Mapping[str, Grid]], bytes]] = [xls, xlsb]


@pytest.mark.parametrize("system", [1900, 1904])
@pytest.mark.parametrize("ending", ["xlsx", "xls", "xlsb", "ods"])
def test_every_format_reads_the_same(ending: str, system: int) -> None:
    tail = "_1904" if system == 1904 else ""
    path = FIXTURES / f"danh_sach{tail}.{ending}"
    assert shown(path) == {SHEET: ROWS, "Ẩn": {1: ["Ẩn"]}, "Rất ẩn": {1: ["Rất ẩn"]}}
    family, opened = open_file(path)
    assert (family, opened.date_system) == ("workbook", system)
    assert [sheet.is_visible for sheet in opened.sheets(LAYOUT)] == [True, False, False]


def test_xml_spreadsheet_2003_reads_the_same() -> None:
    path = FIXTURES / "danh_sach_2003.xls"
    assert shown(path) == {SHEET: ROWS, "Ẩn": {1: ["Ẩn"]}, "Rất ẩn": {1: ["Rất ẩn"]}}
    _, opened = open_file(path)
    assert [sheet.is_visible for sheet in opened.sheets(LAYOUT)] == [True, False, False]


def test_cells_below_a_merged_one_need_no_index(tmp_path: Path) -> None:
    written = (FIXTURES / "danh_sach_2003.xls").read_text("utf-8")
    label = '<Data ss:Type="String">tiếp nhận'
    path = tmp_path / "a.xls"
    path.write_text(
        written.replace(f'<Cell ss:Index="4">{label}', f'<Cell ss:Index="1"/><Cell>{label}'),
        "utf-8",
    )
    assert shown(path)[SHEET] == ROWS


def test_the_fixture_is_what_the_builder_writes(tmp_path: Path) -> None:
    assert shown(write_export(tmp_path / "a.xlsx")) == shown(FIXTURES / "danh_sach.xlsx")


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1258", "utf-8-sig"])
def test_xml_spreadsheets_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    written = (FIXTURES / "danh_sach_2003.xls").read_text("utf-8")
    said = encoding.removesuffix("-sig")
    turned = written.replace('encoding="UTF-8"', f'encoding="{said}"').replace("1904", "")
    path = tmp_path / "a.xls"
    # Windows-1258 has no letters with tones, so the test writes them as numbers.
    path.write_bytes(turned.encode(encoding, "xmlcharrefreplace"))
    assert shown(path)[SHEET] == ROWS


def test_chart_and_macro_sheets_hold_no_table(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("S").write("A1", 1)
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=S!$A$1:$A$1"})
    book.add_chartsheet("Biểu đồ").set_chart(chart)
    book.close()
    assert list(shown(tmp_path / "a.xlsx")) == ["S"]


@pytest.mark.parametrize("write", BINARY)
def test_cells_of_the_binary_formats(tmp_path: Path, write: Callable[..., bytes]) -> None:
    grid: Grid = {
        (0, 0): "a",
        (0, 300 if write is xlsb else 200): "xa",
        (2, 0): "formula:chữ của công thức",
        (2, 1): True,
        (2, 2): "#N/A",
        (2, 3): (7, '"HS-"0000'),
        (2, 4): (45301, "dd/mm/yyyy"),
        (2, 5): -1.5,
        (2, 6): (-3, "dd/mm/yyyy"),
        (2, 7): (1e9, "dd/mm/yyyy"),
        (3, 0): "DDE|x!y",
    }
    path = tmp_path / "a.bin"
    path.write_bytes(write({"S": grid}))
    rows = shown(path)["S"]
    assert (rows[1][0], rows[1][-1]) == ("a", "xa")
    assert rows[3] == [
        "chữ của công thức",
        "TRUE",
        "#N/A",
        "HS-0007",
        "2024-01-10",
        "-1.5",
        "-3",
        "1000000000",
    ]
    assert rows[4] == ["DDE|x!y"]


def test_xls_rows_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(xls({"S": {(5, 0): "sáu", (1, 1): "hai", (5, 1): "b", (0, 0): "một"}}))
    assert shown(path)["S"] == {1: ["một"], 2: ["", "hai"], 6: ["sáu", "b"]}


def test_xls_shared_strings_over_several_records(tmp_path: Path) -> None:
    # A string cut in two: the rest begins with a byte that says its letters are wide from there on.
    first = struct.pack("<II", 2, 2) + struct.pack("<HB", 6, 0) + b"Ho so"
    rest = b"\1" + "ơ".encode("utf-16-le") + struct.pack("<HBH", 2, 9, 1) + "Đấ".encode("utf-16-le")
    table = [record(0xFC, first), record(0x3C, rest), record(0x3C, bytes(4))]
    stream = workbook_stream({"S": {(0, 0): "x"}}, shared=table)
    sheet = stream.rindex(record(0x204, struct.pack("<HHH", 0, 0, 0) + b"\1\0\1x\0"))
    cells = [record(0xFD, struct.pack("<HHHI", 0, n, 0, n)) for n in (0, 1)]
    path = tmp_path / "a.xls"
    path.write_bytes(compound_file({"Workbook": stream[:sheet] + b"".join(cells) + record(0x0A)}))
    assert shown(path)["S"] == {1: ["Ho soơ", "Đấ"]}
    cells = [record(0xFD, struct.pack("<HHHI", 0, 0, 0, 2))]
    path.write_bytes(compound_file({"Workbook": stream[:sheet] + b"".join(cells) + record(0x0A)}))
    assert refused(path)[0] == "file_broken"


def test_xls_multiple_numbers_and_numbers_in_short(tmp_path: Path) -> None:
    stream = workbook_stream({"S": {(0, 0): "x"}})
    sheet = stream.rindex(record(0x204, struct.pack("<HHH", 0, 0, 0) + b"\1\0\1x\0"))
    short = [12345 << 2 | 2, (-7 << 2 | 2) & 0xFFFFFFFF, 150 << 2 | 3, 0x3FF00000]
    packed = b"".join(struct.pack("<HI", 0, raw) for raw in short)
    cells = record(0xBD, struct.pack("<HH", 0, 1) + packed + struct.pack("<H", 4))
    path = tmp_path / "a.xls"
    path.write_bytes(compound_file({"Workbook": stream[:sheet] + cells + record(0x0A)}))
    assert shown(path)["S"] == {1: ["", "12345", "-7", "1.5", "1"]}


def test_xls_of_excel_95_in_its_code_page(tmp_path: Path) -> None:
    def short(text: str) -> bytes:
        return bytes([len(text)]) + text.encode("cp1258")

    def label(column: int, text: str) -> bytes:
        raw = text.encode("cp1258")
        return record(0x204, struct.pack("<HHHH", 0, column, 0, len(raw)) + raw)

    bof = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0))
    head = bof + record(0x42, struct.pack("<H", 1258))
    place = len(head) + len(record(0x85, bytes(6) + short("So"))) + len(record(0x0A))
    head += record(0x85, struct.pack("<IBB", place, 0, 0) + short("So")) + record(0x0A)
    body = bof + label(0, "Hô\u0323 ti\u0323ch") + record(0x0A)
    path = tmp_path / "a.xls"
    path.write_bytes(compound_file({"Book": head + body}))
    assert shown(path) == {"So": {1: ["Hộ tịch"]}}


def test_an_encrypted_workbook_is_told(tmp_path: Path) -> None:
    locked = record(0x2F, bytes(54))
    path = tmp_path / "a"
    assert refused(path, xls({"S": {(0, 0): "x"}}, extra=locked))[0] == "encrypted"
    package = compound_file({"EncryptionInfo": b"x", "EncryptedPackage": b"x"})
    assert refused(path, package)[0] == "encrypted"
    with (
        zipfile.ZipFile(FIXTURES / "danh_sach.ods") as source,
        zipfile.ZipFile(path, "w") as target,
    ):
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "META-INF/manifest.xml":
                content = content.replace(b"</manifest:manifest>", b"<manifest:encryption-data/>")
            target.writestr(info, content)
    assert refused(path)[0] == "encrypted"


ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><office:body>'
    "<office:spreadsheet>{}</office:spreadsheet></office:body></office:document>"
)


def ods_table(rows: str) -> str:
    return f'<table:table table:name="S">{rows}</table:table>'


def test_flat_opendocument_and_its_repeats(tmp_path: Path) -> None:
    text_cell = '<table:table-cell office:value-type="string"{}>{}</table:table-cell>'
    rows = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        '<table:table-header-rows><table:table-row table:number-rows-repeated="2">'
        '<table:table-cell table:number-columns-repeated="2"/>'
        + text_cell.format(
            ' table:number-columns-repeated="2"',
            "<office:annotation><text:p>ghi chú</text:p></office:annotation>\n "
            '<text:p>a<text:s text:c="2"/>b</text:p>\n <text:p>c<text:line-break/>d</text:p>'
            "<draw:frame><text:p>hình</text:p></draw:frame>",
        )
        + '<table:covered-table-cell table:number-columns-repeated="16000"/>'
        "</table:table-row></table:table-header-rows>"
        '<table:table-row table:number-rows-repeated="1048571">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    path = tmp_path / "a.fods"
    path.write_text(ODS.format(ods_table(rows)), "utf-8")
    seen = ["", "", "a  b\nc\nd", "a  b\nc\nd"]
    assert shown(path)["S"] == {4: seen, 5: seen}


def test_a_moment_before_midnight_and_broken_dates(tmp_path: Path) -> None:
    cells = "".join(
        f'<table:table-cell office:value-type="{kind}" office:{kind}-value="{value}">'
        f"<text:p>{text}</text:p></table:table-cell>"
        for kind, value, text in (
            ("date", "2024-01-05T23:59:59.700000000", "05/01/2024"),
            ("date", "2024-13-45", "45/13/2024"),
            ("time", "PT30H15M00S", "30:15"),
            ("time", "PTxyz", "gì đó"),
            ("boolean", "true", "TRUE"),
        )
    )
    path = tmp_path / "a.fods"
    row = f"<table:table-row>{cells}</table:table-row>"
    path.write_text(ODS.format(ods_table(row)), "utf-8")
    assert shown(path)["S"][1] == ["2024-01-06", "45/13/2024", "30:15:00", "gì đó", "TRUE"]


def test_number_formats_are_told_apart() -> None:
    dates = ("dd/mm/yyyy", "[$-42A]dd mmmm yyyy", "h:mm AM/PM", "m/d/yy", '"ngày" dd')
    numbers = (
        "0",
        "#,##0",
        '#,##0 "đồng"',
        "[Red]0.00",
        "General",
        '0"days"',
        "[$-42A]0",
        "0_d",
        "",
    )
    assert [meaning(code) for code in dates] == ["date"] * len(dates)
    assert [meaning(code) for code in numbers] == ["number"] * len(numbers)
    assert meaning("[hh]:mm") == "duration"
    assert as_code(240105, "000000000") == "000240105"
    assert as_code(2401050012, '"H32.16-"000000-0000') == "H32.16-240105-0012"
    assert as_code(12345, "000-0") == "1234-5"
    for plain in ("0", "#,##0", "0.00", "00%"):
        assert as_code(7, plain) is None
    assert as_code(-7, "000") is None
    assert as_code(7.5, "000") is None


def test_every_format_gives_the_same_cases() -> None:
    layout = Layout(
        name="bang",
        header=Header(labels=("Mã hồ sơ", "Ngày tiếp nhận"), rows=2),
        footer=("Tổng cộng",),
        export_kind="snapshot",
        columns={
            "case_code": ("Mã hồ sơ",),
            "sector": ("Lĩnh vực",),
            "received_at": ("Ngày tiếp nhận",),
            "due_at": ("Ngày hẹn trả",),
            "completed_at": ("Ngày xong",),
            "status": ("Trạng thái",),
            "fee": ("Lệ phí",),
        },
    )
    found = {}
    for name in ("xlsx", "xls", "xlsb", "ods"):
        reading = read_file(FIXTURES / f"danh_sach.{name}", [layout])
        assert reading.rows_data == 3
        assert reading.title_periods == {"2024-01"}
        found[name] = [
            reading.tables[0].column(column).to_pylist()
            for column in ("row_number", "sheet", "case_code", "received_at", "due_at", "fee")
        ]
    assert found["xlsx"][0] == [5, 6, 7]
    assert found["xlsx"][2] == ["H32.16-240105-0001", "001234", "000123"]
    assert all(cells == found["xlsx"] for cells in found.values())
