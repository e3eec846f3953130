"""Which sheets of a file a layout reads."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, islice

from ingestion.decode.cells import Row, is_blank, looks_like_date, to_text
from ingestion.decode.header import find_header
from ingestion.decode.opened import HEADER_DEPTH, NumberedRow, Sheet, unreadable
from ingestion.decode.row_signs import is_code_like
from ingestion.layouts import Layout
from ingestion.text import bare_key, match_key

_YEAR = r"(?:20)?(\d\d)"
_MONTH = r"(0?[1-9]|1[0-2])"
_SHEET_MONTHS = (
    # Tháng 3 · T3 · T.03-2024 · Thang 03 nam 2024 · Th3/24
    re.compile(
        rf"(?<![a-z])(?:thang|th|t)[\s._]*{_MONTH}(?!\d)(?:\s*(?:[-_./,\s]|nam)*\s*{_YEAR})?(?!\d)"
    ),
    # 03.2024 · 3-2024 · 03_2024
    re.compile(rf"(?<![\d.]){_MONTH}[-_./\s]+20(\d\d)(?!\d)"),
    # 2024-03 · 2024.3
    re.compile(r"(?<!\d)20(?P<year>\d\d)[-_./\s]+(?P<month>0?[1-9]|1[0-2])(?!\d)"),
    # 3 · 03
    re.compile(rf"^{_MONTH}()$"),
)
_CASE_CODE = re.compile(
    r"(?:\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.\d{1,3}){0,3})-\d{6}-\d{4,6}"
)
_CASE_CELLS = 4


def choose_sheets(sheets: Sequence[Sheet], layout: Layout, period: str | None) -> list[Sheet]:
    """Return the sheets the layout names; hidden ones only when they are named.

    ``first`` is the first visible sheet that holds the table, and must be the only one (of each file
    in an archive); ``all`` are the visible ones that are not empty; ``month`` is the visible one
    whose name names the period (without a period, the last one that names a month). Raises
    `UnreadableFileError` when there is none, or more than one.
    """
    visible = [sheet for sheet in sheets if sheet.is_visible]
    if layout.sheet not in ("first", "all", "month") and any(sheet.name for sheet in sheets):
        return _named(sheets, visible, layout.sheet)
    if not visible:
        raise unreadable("no_visible_sheet")
    if layout.sheet == "all":
        return [sheet for sheet in visible if _is_filled(sheet)] or visible[:1]
    if layout.sheet == "month" and any(sheet.name for sheet in sheets):
        return _of_month(visible, period)
    members = groupby(visible, key=lambda sheet: sheet.member)
    return [_first(list(group), layout) for _, group in members]


def own_name(sheet: Sheet) -> str:
    """Return a sheet's name without the file of an archive that holds it."""
    name = sheet.name or ""
    return name.removeprefix(sheet.member or "").lstrip(" /›»:!|") or name


def months_of_sheet(name: str) -> set[tuple[str | None, str]]:
    """Return the months a sheet's name names as (year or None, month): ``T03-2024``, ``Tháng 3``."""
    key = bare_key(name).strip()
    found: set[tuple[str | None, str]] = set()
    for pattern in _SHEET_MONTHS:
        for match in pattern.finditer(key):
            named = match.groupdict()
            year, month = (named["year"], named["month"]) if named else (match[2], match[1])
            found.add((f"20{year}" if year else None, f"{int(month):02d}"))
    # «T03-2024» says the year; that its «T03» alone does not is no second month.
    return {(y, m) for y, m in found if y or not any(year and m == month for year, month in found)}


def looks_like_case(row: Row, columns: int) -> bool:
    """Tell whether a row of a sheet without header may be a case: a code and a date among others."""
    filled = [cell for cell in row if not is_blank(cell)]
    if not any(map(looks_like_date, filled)):
        return False
    texts = [to_text(cell).strip() for cell in filled if not looks_like_date(cell)]
    if any(map(_CASE_CODE.fullmatch, texts)):
        return True
    worded = sum(any(map(str.isalpha, shown)) for shown in texts)
    coded = any(is_code_like(shown) and not shown.isdigit() for shown in texts)
    return len(filled) >= max(_CASE_CELLS, columns / 2) and worded >= 2 and coded


def first_case(rows: Iterable[NumberedRow], columns: int) -> int | None:
    """Return the number of the first row that looks like a case, or None."""
    return next((number for number, row in rows if looks_like_case(row, columns)), None)


def _named(sheets: Sequence[Sheet], visible: Sequence[Sheet], wanted: str) -> list[Sheet]:
    key = match_key(wanted)
    named = [sheet for sheet in sheets if match_key(own_name(sheet)) == key]
    if not named:
        raise unreadable("no_such_sheet", wanted=wanted, names=_names(visible))
    return named


def _of_month(visible: Sequence[Sheet], period: str | None) -> list[Sheet]:
    months = [(sheet, months_of_sheet(own_name(sheet))) for sheet in visible]
    if period is None:
        named = [sheet for sheet, found in months if found][-1:]
    else:
        year, month = period.split("-")
        named = [sheet for sheet, found in months if (year, month) in found]
        named = named or [sheet for sheet, found in months if (None, month) in found]
    wanted = f"{period[5:]}/{period[:4]}" if period else "…"
    if not named:
        raise unreadable("no_month_sheet", wanted=wanted, names=_names(visible))
    if len(named) > 1:
        raise unreadable("many_month_sheets", wanted=wanted, names=_names(named))
    return named


def _first(visible: Sequence[Sheet], layout: Layout) -> Sheet:
    holding = [sheet for sheet in visible if _has_header(sheet, layout)]
    if not holding:
        return next(filter(_is_filled, visible), visible[0])
    if len(holding) > 1:
        raise unreadable("second_table", sheet=holding[1].name, first=holding[0].name)
    for sheet in visible:
        # A table that goes on in a sheet without its header must not be passed over in silence.
        found = None if sheet is holding[0] else first_case(sheet.rows(), len(layout.columns))
        if found is not None:
            raise unreadable("sheet_without_header", sheet=sheet.name, row=found)
    return holding[0]


def first_rows(sheet: Sheet, layout: Layout) -> list[NumberedRow]:
    """Return the rows among which a sheet's header is looked for."""
    return list(islice(sheet.rows(), HEADER_DEPTH + layout.header.rows))


def _has_header(sheet: Sheet, layout: Layout) -> bool:
    return find_header(first_rows(sheet, layout), layout) is not None


def _is_filled(sheet: Sheet) -> bool:
    return any(not is_blank(cell) for _, row in sheet.rows() for cell in row)


def _names(sheets: Sequence[Sheet]) -> str:
    return ", ".join(f"«{sheet.name}»" for sheet in sheets)
