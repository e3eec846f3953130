"""Files that are not what they say, or that would take all memory: refused early, with a reason."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.ingestion.binary_workbooks import compound_file, record, workbook_stream, xls, xlsb
from tests.unit.ingestion.exports import FIXTURES, refused, shown, write_export
from tests.unit.ingestion.test_decode_workbooks import ODS, ods_table

pytestmark = pytest.mark.unit

XLSX = (FIXTURES / "danh_sach.xlsx").read_bytes()


def docx() -> bytes:
    return repacked({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<Types/>"})


def repacked(parts: Mapping[str, bytes], base: bytes | None = None) -> bytes:
    """Return an archive with these parts, and the other parts of ``base``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        if base is not None:
            with zipfile.ZipFile(io.BytesIO(base)) as source:
                for info in source.infolist():
                    if info.filename not in parts:
                        target.writestr(info, source.read(info))
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def sheet_xml(cells: bytes, base: bytes = XLSX) -> bytes:
    data = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + cells
        + b"</sheetData></worksheet>"
    )
    return repacked({"xl/worksheets/sheet1.xml": data}, base)


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "not_a_table", "PDF"),
        (docx(), "not_a_table", "Word"),
        (compound_file({"WordDocument": b"x"}), "not_a_table", "Word"),
        (compound_file({"PowerPoint Document": b"x"}), "not_a_table", "PowerPoint"),
        (b"{\\rtf1\\ansi", "not_a_table", "Word"),
        (b"\x89PNG\r\n\x1a\n\0", "not_a_table", "hình ảnh"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "not_a_table", "hình ảnh"),
        (b"Rar!\x1a\x07\x01\0", "other_archive", "RAR"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "other_archive", "7z"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "other_archive", "gzip"),
        (b"MZ\x90\0\3\0\0\0", "program_file", "chương trình"),
        (b"\x7fELF\2\1\1\0", "program_file", "chương trình"),
        (b"SQLite format 3\0x", "not_a_table", "cơ sở dữ liệu"),
        (b"\x09\x08\x08\x00\x00\x05\x10\x00", "old_xls", "trước Excel 97"),
        (b"<?xml version='1.0'?><HoSo><Ma>1</Ma></HoSo>", "xml_other", "XML"),
        (b"\xef\xbb\xbf \r\n", "empty_file", "rỗng"),
        (b"", "empty_file", "rỗng"),
        (b"PK\x03\x04rest", "file_broken", "nén"),
        (b"PK\x03\x04 [Content_Types].xml", "file_broken", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_broken", "Excel"),
    ],
)
def test_each_is_named_for_what_it_is(
    tmp_path: Path, content: bytes, code: str, named: str
) -> None:
    found, said = refused(tmp_path / "so_lieu.xlsx", content)
    assert found == code
    assert named in said


@pytest.mark.parametrize("ending", ["xlsx", "xls", "xlsb", "ods"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_workbook_is_told(tmp_path: Path, ending: str, share: float) -> None:
    content = (FIXTURES / f"danh_sach.{ending}").read_bytes()
    assert refused(tmp_path / "a", content[: int(len(content) * share)])[0] == "file_broken"


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/passwd">]>'
)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml",
                                  "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"])  # fmt: skip
def test_entities_in_a_workbook_are_refused(tmp_path: Path, part: str) -> None:
    with zipfile.ZipFile(io.BytesIO(XLSX)) as source:
        content = source.read(part).replace(b"?>", b"?>" + ENTITIES.encode(), 1)
    assert refused(tmp_path / "a.xlsx", repacked({part: content}, XLSX))[0] == "xml_doctype"


def test_entities_in_other_spreadsheets_are_refused(tmp_path: Path) -> None:
    xml = (FIXTURES / "danh_sach_2003.xls").read_text("utf-8")
    for written in (
        xml.replace("<Workbook", ENTITIES + "<Workbook", 1),
        xml.replace("<?mso", ENTITIES + "<?mso", 1),
        ODS.format(ods_table("")).replace("?>", "?>" + ENTITIES, 1),
    ):
        assert refused(tmp_path / "a.xls", written.encode())[0] == "xml_doctype"
        assert refused(tmp_path / "a.xls", written.encode("utf-16"))[0] == "xml_doctype"
    with zipfile.ZipFile(FIXTURES / "danh_sach.ods") as source:
        content = source.read("content.xml").replace(b"?>", b"?>" + ENTITIES.encode(), 1)
    base = (FIXTURES / "danh_sach.ods").read_bytes()
    assert refused(tmp_path / "a.ods", repacked({"content.xml": content}, base))[0] == "xml_doctype"


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r = 'XFD1048576'><v>1</v></c></row>",
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="XFD1048576" x="/>"><v>1</v></c></row>',
        b'<row r="1">'
        + b"<c><v>1</v></c>" * 9000
        + b'</row><row r="1048576"><c><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="70000"><c r="ZZZ70000"><v>1</v></c></row>',
        # The library takes a number of any length modulo 2^32, and asks for that many rows.
        b'<row r="1"><c r="A1"><v>1</v></c><c r="D299999999999999999999"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c><c r="D00000000000009999999"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="'
        + b"9" * 5000
        + b'"><c><v>1</v></c></row>',
    ],
)
def test_far_cells_of_an_xlsx_are_seen_beforehand(tmp_path: Path, cells: bytes) -> None:
    assert refused(tmp_path / "a.xlsx", sheet_xml(cells))[0] == "sheet_too_large"


def test_cells_without_places_are_read(tmp_path: Path) -> None:
    cells = b"<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    path = tmp_path / "a.xlsx"
    path.write_bytes(sheet_xml(cells))
    assert shown(path)["Danh sách"] == {1: ["1", "2"], 2: ["3"]}


def test_far_cells_of_binary_workbooks_cost_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for write, row, column in ((xls, 65_535, 255), (xlsb, 1_048_575, 16_383)):
        path = tmp_path / "a.bin"
        path.write_bytes(write({"S": {(0, 0): "a", (row, column): "b"}}))
        started = time.monotonic()
        found = shown(path)["S"]
        assert list(found) == [1, row + 1]
        assert len(found[row + 1]) == column + 1
        assert time.monotonic() - started < 5
    path.write_bytes(xlsb({"S": {(0, 20_000): "a"}}))
    assert refused(path)[0] == "sheet_too_large"
    monkeypatch.setattr("ingestion.decode.grid.MAX_CELLS", 100_000)
    path.write_bytes(xlsb({"S": {(row, 16_383): "a" for row in range(7)}}))
    assert refused(path)[0] == "sheet_too_large"


@pytest.mark.parametrize(
    ("rows", "columns", "is_refused"),
    [(1_048_576, 16_384, True), (1, 16_385, True), (2_000_000, 1, True), (4_000, 16_384, True),
     (2_000, 10, False)],
)  # fmt: skip
def test_repeats_of_an_opendocument_are_bounded(
    tmp_path: Path, rows: int, columns: int, is_refused: bool
) -> None:
    cell = (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell'
        f' table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"/>'
        "</table:table-row>"
    )
    path = tmp_path / "a.fods"
    path.write_text(ODS.format(ods_table(cell)), "utf-8")
    if is_refused:
        assert refused(path)[0] == "sheet_too_large"
    else:
        assert len(shown(path)["S"]) == rows


def test_far_places_of_xml_spreadsheets(tmp_path: Path) -> None:
    xml = (FIXTURES / "danh_sach_2003.xls").read_text("utf-8")
    for old, new in (
        ('<Row ss:Index="3">', '<Row ss:Index="2000000">'),
        ('ss:MergeAcross="2"', 'ss:MergeAcross="99999999"'),
        ('ss:Index="7"', 'ss:Index="16385"'),
    ):
        assert refused(tmp_path / "a.xls", xml.replace(old, new).encode())[0] == "sheet_too_large"
    wrong = xml.replace('<Row ss:Index="3">', '<Row ss:Index="-3">')
    assert refused(tmp_path / "a.xls", wrong.encode())[0] == "file_broken"


def huge_texts() -> dict[str, bytes]:
    text = "x" * 5_000_000
    rtf = (FIXTURES / "danh_sach_2003.xls").read_text("utf-8")
    cell = (
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )
    return {
        "inline": sheet_xml(
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
            + text.encode() * 2
            + b"</t></is></c></row>"
        ),
        "shared": repacked({"xl/sharedStrings.xml": b"<sst><si><t>" + text.encode() * 2}, XLSX),
        "ods": ODS.format(ods_table(f"<table:table-row>{cell}</table:table-row>")).encode(),
        "2003": rtf.replace("Hộ tịch", text).encode(),
        "xlsb": xlsb({"S": {(0, 0): text}}),
    }


@pytest.mark.parametrize("kind", ["inline", "shared", "ods", "2003", "xlsb"])
def test_a_cell_of_megabytes_is_refused(tmp_path: Path, kind: str) -> None:
    code, _ = refused(tmp_path / "a", huge_texts()[kind])
    # Text that packs this well is told as a bomb where it is packed.
    assert code in ("cell_too_large", "file_too_large")


def test_bombs_are_told_by_their_directory(tmp_path: Path) -> None:
    zeros = b"\0" * (30 << 20)
    for base in ("danh_sach.xlsx", "danh_sach.xlsb", "danh_sach.ods"):
        bomb = repacked({"x/y.bin": zeros}, (FIXTURES / base).read_bytes())
        assert refused(tmp_path / "a", bomb)[0] == "file_too_large"
    bomb = repacked({"a.csv": zeros})
    tracemalloc.start()
    assert refused(tmp_path / "a.zip", bomb)[0] == "file_too_large"
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("a.csv", b"a,b,c\n")
        target.writestr("b.csv", b"d,e,f\n")
    content = out.getvalue()
    # The first file takes in the whole of the second one, head and all; its check sum is right.
    directory, start = content.index(b"PK\x01\x02"), 30 + len("a.csv")
    shared = content[start:directory]
    sizes = struct.pack("<III", zlib.crc32(shared), len(shared), len(shared))
    patched = content[: directory + 16] + sizes + content[directory + 28 :]
    assert refused(tmp_path / "a.zip", patched)[0] == "file_broken"


def test_sizes_that_lie_are_found_out(tmp_path: Path) -> None:
    content = repacked({"a.csv": b"a,b,c\n" * 1000})
    directory = content.index(b"PK\x01\x02")
    for size in (10, 5000):
        patched = content[: directory + 24] + struct.pack("<I", size) + content[directory + 28 :]
        assert refused(tmp_path / "a.zip", patched)[0] == "file_broken"


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO(XLSX)
    with zipfile.ZipFile(out, "a") as target, pytest.warns(UserWarning, match="Duplicate name"):
        target.writestr("xl/workbook.xml", target.read("xl/workbook.xml"))
    assert refused(tmp_path / "a.xlsx", out.getvalue())[0] == "file_broken"


def test_chains_that_run_in_a_circle_end(tmp_path: Path) -> None:
    content = bytearray(xls({"S": {(0, 0): "x"}}))
    table = (len(content) // 512 - 1) * 512
    for entry in range(0, 40, 4):
        looped = bytearray(content)
        looped[table + entry : table + entry + 4] = struct.pack("<I", 0)
        (tmp_path / "a.xls").write_bytes(looped)
        if entry < 32:  # the eight sectors of the workbook; the directory may go on anywhere
            refused(tmp_path / "a.xls")
        else:
            assert shown(tmp_path / "a.xls")["S"] == {1: ["x"]}
    looped = bytearray(content)
    looped[68:76] = struct.pack("<II", 0, 0xFFFFFFFF)
    refused(tmp_path / "a.xls", bytes(looped))


def test_sizes_of_an_xls_are_not_believed(tmp_path: Path) -> None:
    # The size of a sheet that the file claims: the library would make room for all of it.
    stream = workbook_stream({"S": {(0, 0): "x"}}, extra=record(0x13D, b"\xff" * 8))
    claim = record(0x200, struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0))
    place = stream.rindex(record(0x204, struct.pack("<HHH", 0, 0, 0) + b"\1\0\1x\0"))
    path = tmp_path / "a.xls"
    path.write_bytes(compound_file({"Workbook": stream[:place] + claim + stream[place:]}))
    assert shown(path)["S"] == {1: ["x"]}


def test_macros_are_never_looked_at(tmp_path: Path) -> None:
    book = repacked({"xl/vbaProject.bin": b"not even a project"}, XLSX)
    path = tmp_path / "a.xlsm"
    path.write_bytes(book)
    assert shown(path) == shown(FIXTURES / "danh_sach.xlsx")


def test_a_panic_of_the_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingestion.decode import workbook_file

    class PanicException(BaseException):
        pass

    class Panics:
        @staticmethod
        def from_path(path: Path) -> None:
            raise PanicException

    monkeypatch.setattr(workbook_file, "CalamineWorkbook", Panics)
    path = write_export(tmp_path / "a.xlsx")
    assert refused(path)[0] == "file_broken"
