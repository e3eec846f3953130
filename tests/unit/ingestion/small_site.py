"""A site of two units in a temporary folder, and files for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.pull import PullItem, pull, pull_file
from ingestion.register import Submission, read_submissions
from ingestion.site import Site, load_site

LABELS = ("Mã hồ sơ", "Lĩnh vực", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày xong", "Trạng thái")
COLUMNS = """
columns:
  case_code: ["Mã hồ sơ", "Số hồ sơ"]
  sector: ["Lĩnh vực"]
  received_at: ["Ngày tiếp nhận"]
  due_at: ["Ngày hẹn trả"]
  completed_at: ["Ngày xong"]
  status: ["Trạng thái"]
drop: ["Chủ hồ sơ"]
ignore: ["STT"]
"""
LAYOUT = (
    """name: bang
kind: {kind}
header: {{labels: ["Mã hồ sơ", "Ngày tiếp nhận"]}}
footer: ["Tổng cộng", "Người lập biểu"]
total_label: "Tổng cộng"
export_kind: snapshot
"""
    + COLUMNS
)
SITE = """authority: {code: A, name: "Thành phố A", namespace: H32}
first_period: 2024-01
"""
UNITS = """code,name,aliases,level,parent,valid_from,valid_to,successor,case_namespace
U1,Phường Một,P. Một,commune,,,,,
U2,Phường Hai,,commune,,,,,
"""
SOURCES = """defaults: {layouts: [bang_csv, bang_xlsx]}
units:
  - {unit: U1, uri: "{period}/{unit}.csv"}
  - {unit: U2, uri: "{period}/{unit}*.csv"}
"""

Line = Sequence[object]


def case(number: int, received: str = "05/01/2024") -> list[object]:
    """A clean row."""
    return [f"H32.16-240105-{number:04d}", "Hộ tịch", received, "10/01/2024", "", "Đang xử lý"]


def csv_bytes(rows: Sequence[Line], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Rows as the bytes of a delimited file."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Line]]) -> Path:
    """Write rows of Python values into the sheets of a workbook; dates as Excel dates."""
    book = xlsxwriter.Workbook(
        str(path), {"default_date_format": "dd/mm/yyyy hh:mm", "strings_to_formulas": False}
    )
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name.removeprefix("hidden:"))
        if name.startswith("hidden:"):
            sheet.hide()
        else:
            sheet.activate()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value not in ("", None):
                    sheet.write(number, column, value)
    book.close()
    return path


@dataclass
class SmallSite:
    """A site folder with its home."""

    directory: Path
    home: Home

    @classmethod
    def make(cls, root: Path) -> SmallSite:
        """Write the site below ``root``."""
        directory = root / "site"
        (directory / "reference").mkdir(parents=True)
        (directory / "layouts").mkdir()
        (directory / "exports").mkdir()
        (directory / "site.yml").write_text(SITE, "utf-8")
        (directory / "sources.yml").write_text(SOURCES, "utf-8")
        (directory / "reference" / "units.csv").write_text(UNITS, "utf-8")
        for kind in ("csv", "xlsx"):
            written = LAYOUT.format(kind=kind).replace("name: bang", f"name: bang_{kind}")
            (directory / "layouts" / f"bang_{kind}.yml").write_text(written, "utf-8")
        return cls(directory, Home(root / "home"))

    @property
    def site(self) -> Site:
        """The site as it stands now."""
        return load_site(self.directory)

    def export(
        self, period: str, unit: str, content: bytes | Sequence[Line], *, tail: str = ""
    ) -> Path:
        """Put a file where the unit's source expects it; rows get the header."""
        path = self.directory / "exports" / period / f"{unit}{tail}.csv"
        path.parent.mkdir(exist_ok=True)
        if not isinstance(content, bytes):
            content = csv_bytes([LABELS, *content])
        path.write_bytes(content)
        return path

    def pull(self, period: str = "2024-01") -> dict[tuple[str, str], PullItem]:
        """Pull and return the items by (unit, period)."""
        report = pull(self.site, self.home, period)
        return {(item.unit, item.period): item for item in report.items}

    def pull_file(self, path: Path, unit: str = "U1", mode: str = "replace") -> PullItem:
        """Load one file for January."""
        return pull_file(self.site, self.home, unit, "2024-01", path, mode)

    def submissions(self) -> dict[str, Submission]:
        """Decode what waits and return all submissions by id."""
        decode(self.site, self.home)
        return {s.submission_id: s for s in read_submissions(self.site, self.home)}
