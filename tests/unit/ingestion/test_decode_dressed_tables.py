"""A law: however a table is dressed up, the rows read are its cases, no fewer and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.decode import read_file
from ingestion.layouts import Header
from tests.unit.ingestion.small_site import Line, csv_bytes
from tests.unit.ingestion.written_tables import GROUPED, LABELS, case, cells, layout

HEADING: list[Line] = [
    ["ỦY BAN NHÂN DÂN", "", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["PHƯỜNG LỘC THỌ", "", "", "", "Độc lập - Tự do - Hạnh phúc"],
    ["", "", "BÁO CÁO HỒ SƠ THÁNG 03/2024"],
    ["", "", "", "", "", "Đơn vị tính: hồ sơ"],
]
SIGNATURES: list[Line] = [
    ["", "", "", "", "", "Nha Trang, ngày 05 tháng 4 năm 2024"],
    ["", "Người lập biểu", "", "", "", "TM. ỦY BAN NHÂN DÂN"],
    ["", "(Ký, ghi rõ họ tên)", "", "", "", "KT. CHỦ TỊCH"],
    ["", "Nguyễn Thị Lan", "", "", "", "Trần Văn Bình"],
]
NUMBERS: Line = ["A", "B", "(1)", "(2)", "(3)", "", "(4)", "(5)=(3)-(4)", "(6)"]
SECTORS = ("Hộ tịch", "Đất đai", "Chứng thực", "Bảo trợ xã hội")
KINDS = (
    "whole",
    "whole",
    "whole",
    "no code",
    "no date",
    "group",
    "group in code column",
    "group with count",
    "subtotal",
    "page total",
    "page",
    "page with heading",
    "blank",
    "signatures",
    "note",
)


@dataclass
class Dressed:
    """A table as it is written, and what must be read of it."""

    rows: list[Line] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    codes: list[str | None] = field(default_factory=list)
    sectors: list[str | None] = field(default_factory=list)
    group: str | None = None
    title_at: int | None = None
    in_group: int = 0
    on_page: int = 0

    def add(self, kind: str, head: Sequence[Line], sector: str) -> None:
        """Add one case or one decoration."""
        number = len(self.rows) + 1
        match kind:
            case "whole" | "no code" | "no date":
                lacking = {"no code": {"case_code": ""}, "no date": {"received_at": ""}}.get(
                    kind, {}
                )
                row = case(number, self.in_group + 1, **lacking)
                self.rows.append(row)
                self.numbers.append(number)
                self.codes.append(None if kind == "no code" else str(row[1]))
                self.sectors.append(self.group)
                self.in_group += 1
                self.on_page += 1
            case "group":
                self.open(sector, [f"II. Lĩnh vực {sector}"])
            case "group in code column":
                self.open(sector, ["III", f"Lĩnh vực: {sector}"])
            case "group with count":
                self.open(sector, ["", f"2. Lĩnh vực {sector.upper()} (n hồ sơ)"])
                self.group = sector.upper()
            case "subtotal" if self.in_group:
                self.rows.append(["Cộng", "", self.in_group])
                self.close()
            case "page total" if self.on_page:
                self.rows.append(["", f"Cộng trang: {self.on_page} hồ sơ"])
                self.on_page = 0
            case "page":
                self.rows += [*head, NUMBERS]
                self.on_page = 0
            case "page with heading":
                self.rows += [[], *HEADING, *head]
                self.on_page = 0
            case "blank":
                self.rows += [[], [" ", "", "\u00a0"]]
            case "signatures":
                self.rows += SIGNATURES
            case "note":
                self.rows.append(["Ghi chú: hồ sơ H32.16-240305-0099 đã chuyển 05/03/2024"])

    def open(self, sector: str, title: Line) -> None:
        """Begin a group."""
        self.close()
        self.rows.append(title)
        self.group, self.title_at = sector, len(self.rows) - 1

    def close(self) -> None:
        """End the group, if there is one; its title may state its count."""
        if self.title_at is not None:
            title = self.rows[self.title_at]
            self.rows[self.title_at] = [str(x).replace("(n ", f"({self.in_group} ") for x in title]
        self.in_group, self.group, self.title_at = 0, None, None


@st.composite
def dressed_tables(draw: st.DrawFn) -> tuple[Dressed, int]:
    """A table under a heading and a header of one or two rows, dressed at random."""
    size = draw(st.sampled_from((1, 2)))
    head = GROUPED if size == 2 else [LABELS]
    table = Dressed()
    table.rows += draw(st.sampled_from(([], HEADING, [[]], [*HEADING, ["Tổng số: n hồ sơ"]])))
    table.rows += head
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=25)):
        table.add(kind, head, draw(st.sampled_from(SECTORS)))
    table.close()
    count = len(table.codes)
    ends: list[list[Line]] = [[], [["Tổng cộng", count]], [["", f"Tổng số: {count} hồ sơ"]]]
    table.rows += draw(st.sampled_from(ends))
    signatures: list[Line] = draw(st.sampled_from(([], SIGNATURES)))
    table.rows += signatures
    shown = f"{count} hồ sơ"
    table.rows = [
        [
            c.replace("Tổng số: n hồ sơ", f"Tổng số: {shown}") if isinstance(c, str) else c
            for c in row
        ]
        for row in table.rows
    ]
    return table, size


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
@given(drawn=dressed_tables())
def test_a_dressed_table_gives_its_cases(tmp_path: Path, drawn: tuple[Dressed, int]) -> None:
    table, size = drawn
    path = tmp_path / "bang.csv"
    path.write_bytes(csv_bytes(table.rows))
    header = Header(labels=("Mã hồ sơ", "Tiếp nhận"), rows=size)
    reading = read_file(path, [layout(header=header, group_holds="sector")])
    assert cells(reading, "row_number") == table.numbers
    assert cells(reading, "case_code") == table.codes
    assert cells(reading, "sector") == table.sectors
    filled = sum(any(str(cell).strip() for cell in row) for row in table.rows)
    assert reading.rows_read == filled == reading.rows_data + reading.rows_ignored
    assert [t for t in reading.stated_totals if t.stated != t.counted] == []
