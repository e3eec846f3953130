"""Archives of files: members as sheets, names shown readably and never followed, defects told."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.readers import open_file
from tests.unit.ingestion.exports import FIXTURES, LAYOUT, ROWS, refused, shown
from tests.unit.ingestion.small_site import LABELS, case, csv_bytes

pytestmark = pytest.mark.unit

CSV = csv_bytes([LABELS, case(1)])


def archive(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return out.getvalue()


def write(path: Path, members: Mapping[str, bytes]) -> Path:
    path.write_bytes(archive(members))
    return path


def test_members_are_sheets(tmp_path: Path) -> None:
    books = {
        f"Tháng 1/{name}": (FIXTURES / name).read_bytes()
        for name in ("danh_sach.xlsx", "danh_sach.xls", "danh_sach.ods", "trang_web.xls")
    }
    path = write(tmp_path / "a.zip", books)
    found = shown(path)
    for name in ("danh_sach.xlsx", "danh_sach.xls", "danh_sach.ods"):
        assert found[f"{name} › Danh sách"] == ROWS
    assert "trang_web.xls › Bảng 1" in found
    family, opened = open_file(path)
    assert family == "workbook"
    sheets = opened.sheets(LAYOUT)
    assert {sheet.member for sheet in sheets} == {name.removeprefix("Tháng 1/") for name in books}
    assert [sheet.is_visible for sheet in sheets[:3]] == [True, False, False]
    # What a member has to tell is told for the archive.
    assert [note.code for note in opened.notes] == ["hidden_rows_not_read"]
    assert opened.notes[0].text.startswith("Tệp «trang_web.xls»: ")


def test_text_members_have_the_members_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", {"x/1.csv": CSV, "y/1.csv": CSV, "2.csv": CSV})
    assert list(shown(path)) == ["x/1.csv", "y/1.csv", "2.csv"]
    assert open_file(path)[0] == "text"


def test_junk_is_passed_over_and_attachments_are_noted(tmp_path: Path) -> None:
    members = {
        "a.csv": CSV,
        "__MACOSX/._a.csv": b"x",
        "x/.DS_Store": b"x",
        "Thumbs.db": b"x",
        "desktop.ini": b"x",
        "~$a.xlsx": b"x",
        "thư.pdf": b"%PDF-1.7 x",
        "ghi chú.txt": "Kính gửi phòng, số liệu tháng 1".encode(),
    }
    path = write(tmp_path / "a.zip", members)
    assert list(shown(path)) == ["a.csv"]
    notes = open_file(path)[1].notes
    assert [(note.code, note.sheet) for note in notes] == [
        ("attachment_not_read", "thư.pdf"),
        ("attachment_not_read", "ghi chú.txt"),
    ]


def renamed(content: bytes, old: str, new: bytes, *, is_utf8: bool = False) -> bytes:
    """Write other bytes of the same length in place of a member's ASCII name."""
    assert len(old) == len(new)
    content = content.replace(old.encode(), new)
    if not is_utf8:
        return content
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + flags
        content = content[:place] + b"\x00\x08" + content[place + 2 :]
    return content


@pytest.mark.parametrize("encoding", ["utf-8", "cp1258"])
@pytest.mark.parametrize("is_utf8", [True, False])
def test_names_in_old_code_pages(tmp_path: Path, encoding: str, is_utf8: bool) -> None:
    if encoding == "cp1258" and is_utf8:
        return
    raw = "Hô tịch".replace("ị", "i\u0323").encode(encoding)
    path = tmp_path / "a.zip"
    path.write_bytes(renamed(archive({"x" * len(raw): CSV}), "x" * len(raw), raw, is_utf8=is_utf8))
    assert list(shown(path)) == ["Hô tịch"]


@pytest.mark.parametrize(
    "name", ["../../x.csv", "/etc/x.csv", "C:\\x.csv", "..\\x.csv", "a\x07.csv"]
)
def test_names_never_touch_the_file_system(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(inside))
    path = write(tmp_path / "a.zip", {name: CSV, "b.xlsx.csv": CSV})
    sheets = shown(path)
    assert len(sheets) == 2
    assert all(str(sheet).isprintable() for sheet in sheets)
    assert {found.name for found in tmp_path.iterdir()} == {"a.zip", "in"}
    assert not any(inside.iterdir())


def test_a_broken_member_is_named(tmp_path: Path) -> None:
    book = (FIXTURES / "danh_sach.xlsx").read_bytes()
    code, said = refused(tmp_path / "a.zip", archive({"a.xlsx": book, "b.xlsx": book[:-900]}))
    assert code == "file_broken"
    assert said.startswith("Tệp «b.xlsx»: Tệp Excel bị hỏng")
    code, said = refused(tmp_path / "a.zip", archive({"a.json": b'[{"a":1}]', "b.json": b"[{"}))
    assert (code, said[:12]) == ("json_broken", "Tệp «b.json»")


def test_a_member_that_breaks_only_when_read_is_named(tmp_path: Path) -> None:
    bad = csv_bytes([LABELS, case(1)]) + b'"never closed\n'
    path = write(tmp_path / "a.zip", {"a.csv": CSV, "b.csv": bad})
    sheets = open_file(path)[1].sheets(LAYOUT)
    with pytest.raises(UnreadableFileError) as caught:
        list(sheets[1].rows())
    message = caught.value.messages[0]
    assert (message.code, message.sheet) == ("csv_quotes", "b.csv")
    assert message.text.startswith("Tệp «b.csv»: Dòng")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "zip_empty"),
        ({"__MACOSX/x": b"x"}, "zip_empty"),
        ({"a.pdf": b"%PDF-1.7"}, "zip_no_table"),
        ({"a.csv": CSV, "b.zip": archive({"c.csv": CSV})}, "zip_nested"),
        ({"a.csv": CSV, "b.json": b'[{"a": 1}]'}, "zip_mixed"),
        ({"a.csv": CSV, "b.csv": b""}, "empty_file"),
        ({f"{n}.csv": CSV for n in range(1001)}, "zip_many"),
    ],
)
def test_archives_that_cannot_be_read(
    tmp_path: Path, members: Mapping[str, bytes], code: str
) -> None:
    found, said = refused(tmp_path / "a.zip", archive(members))
    assert found == code
    assert "Hãy" in said


def test_two_date_systems_do_not_mix(tmp_path: Path) -> None:
    books = {n: (FIXTURES / n).read_bytes() for n in ("danh_sach.xls", "danh_sach_1904.xls")}
    assert refused(tmp_path / "a.zip", archive(books))[0] == "zip_dates"
    path = write(tmp_path / "b.zip", {"x.xls": books["danh_sach_1904.xls"]})
    assert open_file(path)[1].date_system == 1904


def test_a_locked_archive_is_told(tmp_path: Path) -> None:
    content = archive({"a.csv": CSV})
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + flags
        content = content[:place] + b"\x01\x00" + content[place + 2 :]
    code, said = refused(tmp_path / "a.zip", content)
    assert code == "encrypted"
    assert "mật khẩu" in said


def test_a_way_of_packing_that_we_do_not_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as target:
        target.writestr("a.csv", CSV)
    assert refused(tmp_path / "a.zip", out.getvalue())[0] == "zip_method"


def test_a_cut_archive_is_told(tmp_path: Path) -> None:
    content = archive({"a.csv": CSV})
    code, said = refused(tmp_path / "a.zip", content[:-30])
    assert (code, "nén" in said) == ("file_broken", True)
