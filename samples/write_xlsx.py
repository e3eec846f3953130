"""Writes one workbook: four merged title rows, header from row 5, total and signature footer."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby

import xlsxwriter

from samples import calendar
from samples.export import Line, Target
from samples.shape import Shape

CREATED = datetime(2024, 1, 1, tzinfo=UTC)
AUTHORITY_TITLE = "ỦY BAN NHÂN DÂN"


def write_xlsx(target: Target, labels: tuple[str, ...], lines: list[Line], data_rows: int) -> None:
    """Write the workbook; every text as text, so that no name becomes a formula."""
    path, shape = target.path, target.shape
    # Cells merged over two rows cannot be written row by row.
    book = xlsxwriter.Workbook(str(path), {"constant_memory": not shape.bands})
    # The creation date is the file's only wall-clock value.
    book.set_properties({"created": CREATED, "author": "mẫu"})
    sheet = book.add_worksheet(shape.sheet)
    bold = book.add_format({"bold": True, "align": "center"})
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    last = len(labels) - 1
    for number, title in enumerate(titles(target.unit.name, target.month)):
        sheet.merge_range(number, 0, number, last, title, bold)
    _write_header(sheet, shape, labels, bold)
    if shape.has_number_row:
        for column in range(len(labels)):
            sheet.write_string(shape.first_row - 2, column, f"({column + 1})")
    row = shape.first_row - 1
    dates = {i for i, name in enumerate(shape.fields) if name.endswith("_at")}
    codes = shape.fields.index("case_code")
    for line in lines:
        if isinstance(line, tuple) and len(line) == 1:
            sheet.merge_range(row, 0, row, last, line[0], bold)
            row += 1
            continue
        for column, value in enumerate(line or ()):
            if isinstance(value, float):
                sheet.write_number(row, column, value, moment if column in dates else None)
            elif column == codes and value.isdigit():
                sheet.write_number(row, column, int(value))
            elif value:
                sheet.write_string(row, column, value)
        row += 1
    sheet.write_string(row, 0, "Tổng cộng", bold)
    sheet.write_number(row, 2, data_rows)
    sheet.write_string(row + 2, 1, "NGƯỜI LẬP BIỂU", bold)
    sheet.write_string(row + 2, last - 1, "THỦ TRƯỞNG ĐƠN VỊ", bold)
    sheet.write_string(row + 3, 1, "(Ký, ghi rõ họ tên)")
    sheet.write_string(row + 3, last - 1, "(Ký tên, đóng dấu)")
    book.close()


def _write_header(
    sheet: xlsxwriter.worksheet.Worksheet,
    shape: Shape,
    labels: tuple[str, ...],
    bold: xlsxwriter.format.Format,
) -> None:
    """Labels in row 5; with bands above them in row 5, labels in row 6, merged as people merge."""
    if not shape.bands:
        for column, label in enumerate(labels):
            sheet.write_string(4, column, label, bold)
        return
    column = 0
    for band, members in groupby(shape.bands):
        count = len(list(members))
        if band:
            sheet.merge_range(4, column, 4, column + count - 1, band, bold)
        for place in range(column, column + count):
            if band:
                sheet.write_string(5, place, labels[place], bold)
            else:
                sheet.merge_range(4, place, 5, place, labels[place], bold)
        column += count


def titles(unit_name: str, month: int) -> tuple[str, str, str, str]:
    """Authority, unit, the list's name with its month, and the days it is about."""
    first = calendar.dmy(calendar.first_day(month))
    last = calendar.dmy(calendar.last_day(month))
    text = calendar.month_text(month)
    return (
        AUTHORITY_TITLE,
        unit_name.upper(),
        f"DANH SÁCH HỒ SƠ TIẾP NHẬN VÀ GIẢI QUYẾT THÁNG {text[5:]}/{text[:4]}",
        f"(Từ ngày {first} đến ngày {last})",
    )
