"""What all workbooks share: fonts, borders, print setup, safe cells, sheet names.

Values from data are written with `write_string` or `write_number` only: a cell that starts with
`=`, `+`, `-` or `@` stays text.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from publishing.files import replaced

FONT = "Times New Roman"
A4 = 9
CELL_LIMIT = 32_767
LINE_HEIGHT = 15.0
# A column is so many digits of Excel's own font wide; text is set in 11 points, indented by one.
_PIXELS_A_DIGIT, _PIXELS_AN_EM, _INDENT = 7.0, 11 * 96 / 72, 9.0
_NARROW, _BROAD = set(" .,;:!'|/()[]-ijltfrI"), set("MWm%@…—")
HIGHEST_ROW = 409.0  # points; Excel takes no more
# What Excel takes for the start of a formula once somebody edits the cell.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SHEET_NAME_LIMIT = 31
SHEET_NAME_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
HEAD, GROUP = "#EDEDED", "#F7F7F7"
LINK, AGREES, DIFFERS = "#0563C1", "#1E6B34", "#B00020"
COUNT = {"num_format": "#,##0", "align": "right", "indent": 1}
RATE = {"num_format": "0.00%", "align": "right", "indent": 1}
POINTS = {"num_format": "#,##0.000", "align": "right", "indent": 1}
STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "bold": {"bold": True},
    "bold_top": {"bold": True, "valign": "top"},
    "italic": {"italic": True},
    "right_italic": {"italic": True, "align": "right"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "centre": {"align": "center", "text_wrap": True},
    "centre_bold": {"align": "center", "bold": True, "text_wrap": True},
    "centre_italic": {"align": "center", "italic": True, "text_wrap": True},
    "title": {"align": "center", "bold": True, "font_size": 12, "text_wrap": True},
    "head": {"border": 1, "bold": True, "align": "center", "text_wrap": True, "bg_color": HEAD},
    "column_number": {"border": 1, "italic": True, "align": "center", "font_size": 9,
                      "text_wrap": True},
    "text": {"border": 1, "text_wrap": True, "align": "left", "indent": 1},
    "text_top": {"border": 1, "text_wrap": True, "valign": "top", "align": "left", "indent": 1},
    "text_centre_top": {"border": 1, "align": "center", "text_wrap": True, "valign": "top"},
    "text_centre": {"border": 1, "align": "center", "text_wrap": True},
    "link": {"border": 1, "text_wrap": True, "valign": "top", "align": "left", "indent": 1,
             "font_color": LINK, "underline": 1},
    "agrees": {"border": 1, "align": "center", "font_color": AGREES},
    "differs": {"border": 1, "align": "center", "bold": True, "font_color": DIFFERS},
    "count": {"border": 1, **COUNT},
    "rate": {"border": 1, **RATE},
    "date": {"border": 1, "num_format": "dd/mm/yyyy", "align": "center"},
    "signed_rate": {"border": 1, **RATE, "num_format": "+0.00%;-0.00%;0.00%"},
    "points": {"border": 1, **POINTS},
    "signed_points": {"border": 1, **POINTS, "num_format": "+#,##0.000;-#,##0.000;0.000"},
    "group_points": {"border": 1, "bold": True, **POINTS, "bg_color": GROUP},
    "total_points": {"border": 1, "bold": True, **POINTS},
    "time": {"border": 1, "num_format": "dd/mm/yyyy hh:mm", "align": "center"},
    "time_top": {"border": 1, "num_format": "dd/mm/yyyy hh:mm", "align": "center", "valign": "top"},
    "count_top": {"border": 1, **COUNT, "valign": "top"},
    "signed_top": {"border": 1, **COUNT, "num_format": "+#,##0;-#,##0;0", "valign": "top"},
    "group": {"border": 1, "bold": True, "text_wrap": True, "bg_color": GROUP},
    "group_centre": {"border": 1, "bold": True, "align": "center", "bg_color": GROUP},
    "group_count": {"border": 1, "bold": True, **COUNT, "bg_color": GROUP},
    "total": {"border": 1, "bold": True, "text_wrap": True, "align": "center"},
    "total_count": {"border": 1, "bold": True, **COUNT},
    "total_rate": {"border": 1, "bold": True, **RATE},
}  # fmt: skip


class Book:
    """A workbook with the house's formats; `formats[name]` per entry of STYLES."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        self.formats: dict[str, Format] = {
            name: workbook.add_format({**base, **style}) for name, style in STYLES.items()
        }
        self._quoted: dict[str, Format] = {
            name: workbook.add_format({**base, **style, "quote_prefix": True})
            for name, style in STYLES.items()
            if "text" in name
        }
        self._names: set[str] = set()

    def sheet(self, name: str) -> Worksheet:
        """A new sheet; the name is cut, cleaned and made unique as Excel demands."""
        return self.workbook.add_worksheet(sheet_name(name, self._names))

    def put(self, sheet: Worksheet, row: int, column: int, value: object, style: str) -> None:
        """Write one value: numbers and times as such, all else as text, nothing as blank."""
        if value is None or value == "":
            sheet.write_blank(row, column, None, self.formats[style])
        elif isinstance(value, bool) or not isinstance(value, int | float | datetime):
            content = str(value)[:CELL_LIMIT]
            sheet.write_string(row, column, content, self._text_format(content, style))
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value, self.formats[style])
        else:
            sheet.write_number(row, column, value, self.formats[style])

    def put_row(
        self, sheet: Worksheet, row: int, values: Sequence[object], styles: Sequence[str]
    ) -> None:
        """Write one row from column A on, a style per value."""
        for column, (value, style) in enumerate(zip(values, styles, strict=True)):
            self.put(sheet, row, column, value, style)

    def put_wrapped_row(
        self,
        sheet: Worksheet,
        row: int,
        values: Sequence[object],
        styles: Sequence[str],
        widths: Sequence[float],
    ) -> None:
        """Like `put_row`, and high enough for the texts: viewers differ in fitting rows to text."""
        texts = [value if isinstance(value, str) else "" for value in values]
        lines = max(map(lines_needed, texts, widths))
        sheet.set_row(row, min(LINE_HEIGHT * lines + 3, HIGHEST_ROW))
        self.put_row(sheet, row, values, styles)

    def put_link(self, sheet: Worksheet, row: int, column: int, target: str, shown: str) -> None:
        """Write a link over a cell; `target` as xlsxwriter wants it (`external:a.xlsx#'S'!H17`)."""
        content = shown[:CELL_LIMIT]
        sheet.write_url(row, column, target, self.formats["link"], content)

    def merge_wrapped(
        self,
        sheet: Worksheet,
        cells: tuple[int, int, int, int],
        value: str,
        style: str,
        width: float,
    ) -> None:
        """Merge cells of one row of that width together, high enough for the text."""
        sheet.set_row(cells[0], min(LINE_HEIGHT * lines_needed(value, width) + 3, HIGHEST_ROW))
        self.merge(sheet, cells, value, style)

    def merge(
        self, sheet: Worksheet, cells: tuple[int, int, int, int], value: str, style: str
    ) -> None:
        """Merge (first row, first column, last row, last column); a single cell is just written."""
        if cells[:2] == cells[2:]:
            self.put(sheet, cells[0], cells[1], value, style)
        else:
            content = value[:CELL_LIMIT]
            chosen = self._text_format(content, style)
            sheet.merge_range(*cells, "", chosen)
            sheet.write_string(cells[0], cells[1], content, chosen)

    def _text_format(self, content: str, style: str) -> Format:
        """The style's format; one that keeps text as text where an edit would make it a formula."""
        is_quoted = content.startswith(FORMULA_STARTS) and style in self._quoted
        return self._quoted[style] if is_quoted else self.formats[style]


@contextmanager
def open_book(path: Path, created: datetime) -> Iterator[Book]:
    """A workbook that replaces `path` when the block ends well. `created` is the build's time, so
    that the same figures give the same bytes."""
    with replaced(path) as temporary:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
        with xlsxwriter.Workbook(str(temporary), options) as workbook:
            workbook.set_properties({"created": created})
            yield Book(workbook)


def print_setup(
    sheet: Worksheet, *, header_rows: tuple[int, int] | None = None, landscape: bool = True
) -> None:
    """A4, one page wide, margins for binding, header rows on every page, page numbers."""
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.4, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.set_footer(f'&C&"{FONT}"&9&P/&N')
    sheet.hide_gridlines(2)
    if header_rows is not None:
        sheet.repeat_rows(*header_rows)


def set_widths(sheet: Worksheet, widths: Iterable[float]) -> None:
    """Column widths from A on, in characters."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


@lru_cache(maxsize=65_536)
def lines_needed(content: str, width: float) -> int:
    """How many lines a wrapped text takes in a column of that width (in digits, as Excel counts).

    By the widths of the house font's letters, words kept whole where they fit: a file name in
    capitals is a third wider than a sentence of as many letters, and a row too low hides it.
    """
    room = width * _PIXELS_A_DIGIT - _INDENT
    return max(1, sum(_wrapped(line.split(), room) for line in content.splitlines()))


def _wrapped(words: Sequence[str], room: float) -> int:
    """Lines that words take, each put on the line where it still fits."""
    lines, used = 1, 0.0
    for word in words:
        gap = _pixels(" ") if used else 0.0
        # A word longer than a line is broken behind its hyphens, else where the line ends.
        for part in [word] if _pixels(word) <= room else word.replace("-", "-\n").splitlines():
            needed = _pixels(part)
            if used and used + gap + needed > room:
                lines, used, gap = lines + 1, 0.0, 0.0
            broken, rest = divmod(needed, room) if needed > room else (0, needed)
            lines, used, gap = lines + int(broken), used + gap + rest, 0.0
    return lines


def _pixels(word: str) -> float:
    """How wide a word is printed; marks above and below a letter do not make it wider."""
    letters = unicodedata.normalize("NFD", word)
    return sum(_letter(c) for c in letters if not unicodedata.combining(c)) * _PIXELS_AN_EM


def _letter(letter: str) -> float:
    """The width of a letter of Times New Roman in em, a little generous."""
    if letter in _NARROW:
        return 0.3
    if letter in _BROAD:
        return 0.95
    if letter.isupper():
        return 0.72
    return 0.5 if letter.isdecimal() else 0.47


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes: up to 31 characters, none of []:*?/\\, unique whatever the case."""
    cleaned = unicodedata.normalize("NFC", name).translate(SHEET_NAME_FORBIDDEN)
    cleaned = " ".join(cleaned.split()).strip("'") or "-"
    candidate, number = cleaned[:SHEET_NAME_LIMIT].strip(" '"), 1
    while candidate.casefold() in taken or candidate.casefold() == "history":
        number += 1
        suffix = f" ({number})"
        candidate = cleaned[: SHEET_NAME_LIMIT - len(suffix)].strip(" '") + suffix
    taken.add(candidate.casefold())
    return candidate
