"""Layouts and workbooks of one kind of table, for the tests of reading sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ingestion.decode import read_file
from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.reading import Reading
from ingestion.layouts import Header, Layout
from ingestion.manifest import Message
from tests.unit.ingestion.small_site import Line, write_workbook

LABELS = (
    "STT",
    "Mã hồ sơ",
    "Thủ tục",
    "Chủ hồ sơ",
    "Tiếp nhận",
    "Hẹn trả",
    "Kết thúc",
    "Trạng thái",
    "Lệ phí",
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "case_code": ("Mã hồ sơ",),
    "procedure": ("Thủ tục",),
    "received_at": ("Tiếp nhận",),
    "due_at": ("Hẹn trả",),
    "completed_at": ("Kết thúc",),
    "status": ("Trạng thái",),
    "fee": ("Lệ phí",),
}
GROUPED: list[Line] = [
    ["STT", "Mã hồ sơ", "Thủ tục", "Chủ hồ sơ", "Thời gian", "", "", "Trạng thái", "Lệ phí"],
    ["", "", "", "", "Tiếp nhận", "Hẹn trả", "Kết thúc", "", ""],
]
"""A header of two rows; a merged cell has its text in its first cell."""


def layout(**changes: object) -> Layout:
    """Return a layout for `LABELS`, changed as said."""
    plain = Layout(
        name="mau",
        header=Header(labels=("Mã hồ sơ", "Tiếp nhận")),
        export_kind="snapshot",
        columns=COLUMNS,
        drop=("Chủ hồ sơ",),
        ignore=("STT",),
    )
    return plain.model_copy(update=changes)


def code(number: int) -> str:
    """Return the case code of a numbered case."""
    return f"H32.16-240305-{number:04d}"


def case(number: int, stt: object = "", **cells: object) -> list[object]:
    """Return a clean row; ``cells`` replaces cells by canonical column."""
    row: dict[str, object] = {
        "case_code": code(number),
        "procedure": "Khai sinh",
        "received_at": "05/03/2024",
        "due_at": "10/03/2024",
        "completed_at": "08/03/2024",
        "status": "Đã trả",
        "fee": 20000,
    }
    row |= cells
    first = [row["case_code"], row["procedure"], "Trần Thị Bí Mật"]
    rest = [row[name] for name in ("received_at", "due_at", "completed_at", "status", "fee")]
    return [stt, *first, *rest]


def read(
    folder: Path,
    sheets: Mapping[str, Sequence[Line]] | Sequence[Line],
    *,
    period: str | None = None,
    **changes: object,
) -> Reading:
    """Write a workbook (of one sheet, where rows are given) and read it."""
    named = sheets if isinstance(sheets, Mapping) else {"S": sheets}
    path = write_workbook(folder / "bang.xlsx", named)
    return read_file(path, [layout(**changes)], period)


def refused(
    folder: Path,
    sheets: Mapping[str, Sequence[Line]] | Sequence[Line],
    *,
    period: str | None = None,
    **changes: object,
) -> list[Message]:
    """Return why a workbook is not read."""
    try:
        read(folder, sheets, period=period, **changes)
    except UnreadableFileError as error:
        return list(error.messages)
    raise AssertionError("the workbook was read")


def cells(reading: Reading, column: str) -> list[object]:
    """Return one column of all rows read."""
    return [value for table in reading.tables for value in table.column(column).to_pylist()]


def cases(reading: Reading) -> list[object]:
    """Return the running numbers of the cases read, or what stands for a code; checks the ledger."""
    assert reading.rows_read == reading.rows_ignored + reading.rows_data
    assert sum(table.num_rows for table in reading.tables) == reading.rows_data
    codes = cells(reading, "case_code")
    return [int(c[-4:]) if isinstance(c, str) and c.startswith("H32") else c for c in codes]


def totals(reading: Reading) -> list[tuple[str, int, int, str]]:
    """Return the numbers a file states: cell, stated, counted, scope."""
    return [(t.cell, t.stated, t.counted, t.scope) for t in reading.stated_totals]
