"""Damaged bytes give a reading or a message, never another error: every format, at random."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.decode.opened import UnreadableFileError
from tests.unit.ingestion.exports import FIXTURES, shown

pytestmark = pytest.mark.unit

PLAIN = ("danh_sach.xls", "danh_sach_2003.xls", "danh_sach.html", "trang_web.xls", "luu_tron.mht",
         "dong_bo.json", "dong_bo.jsonl", "danh_sach.xlsx", "danh_sach.xlsb", "danh_sach.ods")  # fmt: skip
# The parts inside, packed again: the check sum of a zip would hide them from the readers.
PARTS = (
    ("danh_sach.xlsx", "xl/worksheets/sheet1.xml"),
    ("danh_sach.xlsx", "xl/workbook.xml"),
    ("danh_sach.xlsx", "xl/styles.xml"),
    ("danh_sach.xlsx", "xl/sharedStrings.xml"),
    ("danh_sach.xlsb", "xl/worksheets/sheet1.bin"),
    ("danh_sach.xlsb", "xl/workbook.bin"),
    ("danh_sach.xlsb", "xl/styles.bin"),
    ("danh_sach.xlsb", "xl/sharedStrings.bin"),
    ("danh_sach.ods", "content.xml"),
)
EXAMPLES = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

share = st.floats(0, 1, exclude_max=True)
piece = st.one_of(
    st.binary(min_size=1, max_size=4),
    st.sampled_from((0, 1, 2, 0xFF, 0x7FFF, 0xFFFF, 0xFFFFFFFE, 0xFFFFFFFF)).map(
        lambda number: struct.pack("<I", number)
    ),
    st.sampled_from((b"<", b">", b"&", b'"', b"999999999", b"-1", b"{", b"]", b"</", b"/>")),
)
edits = st.lists(st.tuples(share, piece, st.booleans()), min_size=1, max_size=4)
cut = st.none() | share


def changed(content: bytes, made: list[tuple[float, bytes, bool]], end: float | None) -> bytes:
    for place, new, replaces in made:
        start = int(place * len(content))
        content = content[:start] + new + content[start + (len(new) if replaces else 0) :]
    return content if end is None else content[: int(end * len(content))]


def read_or_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    said = ["a reading"]
    try:
        shown(path)
    except UnreadableFileError as error:
        said = [message.text for message in error.messages]
    assert all(said)
    assert said


@pytest.mark.parametrize("name", PLAIN)
@given(made=edits, end=cut)
@EXAMPLES
def test_damaged_files(
    tmp_path: Path, name: str, made: list[tuple[float, bytes, bool]], end: float | None
) -> None:
    read_or_refused(tmp_path / "a", changed((FIXTURES / name).read_bytes(), made, end))


@pytest.mark.parametrize(("name", "part"), PARTS)
@given(made=edits, end=cut)
@EXAMPLES
def test_damaged_parts(
    tmp_path: Path, name: str, part: str, made: list[tuple[float, bytes, bool]], end: float | None
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(FIXTURES / name) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == part:
                content = changed(content, made, end)
            target.writestr(info.filename, content)
    read_or_refused(tmp_path / "a", out.getvalue())
