"""An export shape: the generator's side of a layout file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

# Not canonical: the running number, a remark, and the applicant's personal data.
SIDE_FIELDS = frozenset({"stt", "note", "fee_name", "supplements", "applicant", "phone", "address"})
PERSONAL_FIELDS = frozenset({"applicant", "phone", "address"})

TITLE_ROWS = {"xlsx": 4, "html": 2}
"""Rows of titles above the header."""
CLOSING_ROWS = {"xlsx": 1 + 2, "html": 1}
"""Rows below the data: the total, and in a workbook two of signatures."""


@dataclass(frozen=True)
class Shape:
    """One export shape: its columns in order (label, field) and how it writes values.

    ``bands``: for a header of two rows, the upper label of each column; the same label side by side
    is one merged cell, "" means that the column's own label is merged over both rows.
    ``is_grouped``: rows stand below the name of their sector, each group with its own numbers and
    subtotal, and no column says the sector.
    """

    name: str
    kind: str  # csv | xlsx | html | json
    uri: str
    columns: tuple[tuple[str, str], ...]
    statuses: dict[str, str]
    channels: tuple[str, str, str]  # direct, online, post
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    newline: str = "\r\n"
    export_kind: str = "snapshot"
    dates: str = "dmy"  # dmy | compact | excel
    unit_text: str = "name"  # name | alias | code
    has_number_row: bool = False
    bands: tuple[str, ...] = ()
    is_grouped: bool = False
    layout_values: dict[str, dict[str, str]] = field(default_factory=dict)
    yes_no: tuple[str, str] = ("Có", "Không")

    @property
    def labels(self) -> tuple[str, ...]:
        """Column labels, left to right."""
        return tuple(label for label, _ in self.columns)

    @property
    def fields(self) -> tuple[str, ...]:
        """Field of each column, left to right."""
        return tuple(name for _, name in self.columns)

    @cached_property
    def field_set(self) -> frozenset[str]:
        """The fields it has."""
        return frozenset(self.fields)

    @property
    def sheet(self) -> str:
        """Sheet name; a web page's tables are called by their number, text and JSON have none."""
        return {"xlsx": "Danh sách", "html": "Bảng 1"}.get(self.kind, "")

    @property
    def header_rows(self) -> int:
        """Rows of labels."""
        return 2 if self.bands else 1

    @property
    def first_row(self) -> int:
        """1-based number of the first row below the header (and the column numbers)."""
        return TITLE_ROWS.get(self.kind, 0) + self.header_rows + self.has_number_row + 1

    @property
    def frame_rows(self) -> int:
        """Non-blank rows that are not data: titles, header, column numbers, total, signatures."""
        return self.first_row - 1 + CLOSING_ROWS.get(self.kind, 0)
