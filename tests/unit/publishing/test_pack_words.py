"""What a unit's workbook tells a clerk to do, and how it shows the values that stood in the file."""

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from publishing.finding_sheets import write_findings
from publishing.pack_findings import Cause, Findings, Kind
from publishing.pack_sheets import Pack, write_summary
from publishing.sheets import open_book

pytestmark = pytest.mark.unit
CREATED = datetime(2025, 1, 3)  # noqa: DTZ001 - a workbook's property knows no zone


def file(number: int, feed: str = "cases", **fields: Any) -> dict[str, Any]:
    """A file of the ledger: taken in with three rows rejected, unless told otherwise."""
    counts = {"rows_read": 9, "rows_accepted": 6, "rows_rejected": 3, "rows_duplicate": 0,
              "rows_ignored": 0, "rows_decoded": 9, "stated_total": None}  # fmt: skip
    return {"submission_id": f"2024-01.U.{number}", "receipt_seq": number, "feed": feed,
            "file_name": f"U-{number}.xlsx", "pulled_at": CREATED, "mode": "replace",
            "status": "accepted", "is_current": True, **counts, **fields}  # fmt: skip


def error(submission: int, scope: str = "row", **fields: Any) -> Cause:
    """A line of the list of errors."""
    first = {"submission_id": f"2024-01.U.{submission}", "scope": scope, "followup": "new",
             "file_name": f"U-{submission}.xlsx", "sheet": "S", "row_number": 7, "cell": "E7",
             "rule_id": "due_before_received", "case_code": None, "column_name": "due_at",
             "column_label": None, "value": None, "read_as": None, "message": "Sai. Hãy sửa.",
             "fix": "Sửa.", "is_grouped": False, **fields}  # fmt: skip
    return Cause(1, first, 1, 0, [], 0, [(7, 7)], 1)


def findings(*errors: Cause) -> Findings:
    """The findings of a unit with these errors."""
    causes: dict[Kind, list[Cause]] = {"error": list(errors), "warning": [], "fixed": []}
    counts: dict[Kind, int] = {"error": 0, "warning": 0, "fixed": 0}
    return Findings(causes, {"error": [], "warning": [], "fixed": []}, counts, 0, 0, len(errors))


def shown(path: Path, pack: Pack) -> openpyxl.Workbook:
    """The workbook of a pack, read again."""
    with open_book(path, CREATED) as book:
        write_summary(book, pack)
        write_findings(book, pack.findings, has_earlier=False)
    return openpyxl.load_workbook(path)


def test_a_register_is_mended_in_the_register_not_in_the_case_system(tmp_path: Path) -> None:
    pack = Pack("U", "Phường U", "2024-01", [file(1, "registers")], findings=findings(error(1)))
    said = [cell.value for (cell,) in shown(tmp_path / "a.xlsx", pack)["Tổng hợp"]["A5:A6"]]
    assert said[0] == (
        "Sổ theo dõi có 3 dòng bị từ chối, chưa tính vào số liệu. Đề nghị đơn vị sửa theo trang"
        " “Lỗi cần sửa” ngay trong sổ rồi gửi lại cả tệp."
    )
    assert "Một cửa" not in str(said)


def test_a_rejected_correction_says_that_the_earlier_file_still_counts(tmp_path: Path) -> None:
    later = file(2, status="rejected", is_current=False, rows_read=None, rows_rejected=None)
    stands = Pack("U", "Phường U", "2024-01", [file(1), later], findings=findings(error(2, "file")))
    alone = Pack("U", "Phường U", "2024-01", [later], findings=findings(error(2, "file")))
    first, second = (
        shown(tmp_path / f"{n}.xlsx", pack)["Tổng hợp"]["A5"].value
        for n, pack in enumerate((stands, alone))
    )
    assert first.startswith("Tệp gửi gần nhất bị từ chối; số liệu vẫn lấy từ tệp gửi trước đó.")
    assert second.startswith("Tệp gửi gần nhất bị từ chối, chưa tính vào số liệu.")


@pytest.mark.parametrize(
    ("value", "fields", "cell"),
    [
        ("2024-02-01", {}, "01/02/2024"),
        ("2024-02-01 07:30:00", {}, "01/02/2024 07:30"),
        ("2024-02-01", {"file_name": "U.csv"}, "2024-02-01"),
        ("2024-02-31", {"rule_id": "unreadable_due"}, "2024-02-31"),
        ("01.02.2024", {}, "01.02.2024"),
    ],
)
def test_a_date_cell_is_shown_as_in_the_clerk_s_workbook(
    tmp_path: Path, value: str, fields: dict[str, str], cell: str
) -> None:
    pack = Pack("U", "Phường U", "2024-01", [file(1)])
    pack.findings = findings(error(1, value=value, **fields))
    sheet = shown(tmp_path / "a.xlsx", pack)["Lỗi cần sửa"]
    assert sheet["H4"].value == cell
