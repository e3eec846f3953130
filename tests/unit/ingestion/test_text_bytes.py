"""The bytes of a text file: what they are is told by themselves."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.text_bytes import encoding_note, read_text
from tests.unit.ingestion.legacy_writing import in_tcvn3, in_vni, in_windows_1258

pytestmark = pytest.mark.unit

LINES = "Mã hồ sơ;Lĩnh vực;Trạng thái\r\nH32.16-240305-0001;Hộ tịch;Đã trả kết quả\r\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (LINES.encode(), "utf-8"),
        (codecs.BOM_UTF8 + LINES.encode(), "utf-8"),
        (LINES.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + LINES.encode("utf-16-be"), "utf-16"),
        (LINES.encode("utf-16-le"), "utf-16"),
        (LINES.encode("utf-16-be"), "utf-16"),
        (LINES.encode() + b"\x1a", "utf-8"),
    ],
)
def test_unicode_is_told_by_its_bytes(content: bytes, found: str) -> None:
    text = read_text(content)
    assert (text.utf8.decode(), text.found) == (LINES, found)


def test_plain_letters() -> None:
    assert read_text(b"a;b\r\n").found == "ascii"
    assert read_text(b"").utf8 == b""


@pytest.mark.parametrize(
    "content",
    [in_tcvn3(LINES).encode("cp1252"), in_vni(LINES).encode("cp1252"), in_windows_1258(LINES)],
)
def test_older_encodings_are_seen_as_western_letters(content: bytes) -> None:
    text = read_text(content)
    assert (text.found, text.utf8.decode()) == ("one-byte", content.decode("cp1252"))


def findings(content: bytes) -> list[str]:
    with pytest.raises(UnreadableFileError) as caught:
        read_text(content)
    return [f"{m.code} {m.text}" for m in caught.value.messages]


def test_damage_is_told_with_all_its_lines() -> None:
    lines = LINES.encode().splitlines(keepends=True)
    found = findings(lines[0] + b"\xff" + lines[1] + lines[1] + b"x\xe1" + lines[1])
    assert [x.split(":")[0] for x in found] == ["csv_encoding Dòng 2", "csv_encoding Dòng 4"]
    assert findings(codecs.BOM_UTF8 + b"a\xffb")[0].startswith("csv_encoding Dòng 1")
    assert findings(LINES.encode("utf-16") + b"x")[0].startswith("csv_encoding Dòng 3")
    assert findings(b"a\rb\rc\0d")[0].startswith("csv_nul Dòng 3")
    assert findings(b"a\r\nb\nc\0d")[0].startswith("csv_nul Dòng 3")


@pytest.mark.parametrize("codec", ["utf-32", "utf-32-le", "utf-32-be"])
def test_four_bytes_a_letter_are_refused(codec: str) -> None:
    assert findings(LINES.encode(codec))[0].startswith("csv_utf32")


@pytest.mark.parametrize(
    ("found", "named", "is_told"),
    [
        ("utf-8", "auto", False),
        ("utf-8", "utf-8-sig", False),
        ("ascii", "utf-8", False),
        ("ascii", "tcvn3", False),
        ("one-byte", "vni", False),
        ("utf-16", "utf-8", True),
        ("utf-8", "windows-1258", True),
        ("one-byte", "utf-8", True),
        ("ascii", "utf-16", True),
    ],
)
def test_another_encoding_than_the_layout_names_is_told(
    found: str, named: str, is_told: bool
) -> None:
    note = encoding_note(found, named)  # type: ignore[arg-type]
    assert (note is not None) == is_told
    assert note is None or named in note.text


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused_with_a_reason(content: bytes) -> None:
    found = []
    try:
        read_text(content).utf8.decode()
    except UnreadableFileError as error:
        found = [message.code for message in error.messages]
    assert set(found) <= {"csv_encoding", "csv_nul", "csv_utf32"}
