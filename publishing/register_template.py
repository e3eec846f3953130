"""The workbook in which a unit or the office keeps the registers, made from their definitions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ingestion.decode.cells import column_letter
from ingestion.decode.register_sheet import nearest
from ingestion.messages import text
from ingestion.reference import Unit
from ingestion.registers.definitions import Register, RegisterColumn, Registers, load_registers
from ingestion.registers.wording import note
from ingestion.site import Site
from publishing.sheets import LINE_HEIGHT, Book, lines_needed, open_book, print_setup, set_widths

PREPARED_ROWS = 500
"""Rows with borders, formats and lists to choose from; empty, so the reader does not see them."""
# The same template gives the same bytes whenever it is made.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_TITLE_ROW, _PURPOSE_ROW, _SENDER_ROW, _NOTE_ROW, _HEADER_ROW = range(5)
_FIRST_ROW = _HEADER_ROW + 1
_WIDTHS = {
    "text": 34, "official": 26, "code": 20, "date": 14, "count": 12, "number": 12, "choice": 28, "yes_no": 12,
    "unit": 26,
}  # fmt: skip
_INK, _INPUT_HEAD, _NEEDED_HEAD, _LINE = "#1F3864", "#2F5496", "#C55A11", "#BFBFBF"
_GUIDE_WIDTHS = (30, 92)
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)
_GREATEST = 999_999_999


@dataclass(frozen=True)
class Sender:
    """Whose workbook it is and of which month; either may be left open."""

    unit: Unit | None
    period: str | None

    @property
    def unit_text(self) -> str:
        """The unit's name, or a line to write on."""
        return self.unit.name if self.unit else text("template.blank")

    @property
    def period_text(self) -> str:
        """The month in words, or a line to write on."""
        if self.period is None:
            return text("template.blank")
        year, month = self.period.split("-")
        return text("template.month", month=month, year=year)


class UnknownUnit(Exception):
    """The site has no such unit; the message is for the user (Vietnamese)."""


def write_template(
    site: Site, path: Path, *, unit_code: str | None = None, period: str | None = None
) -> Path:
    """Write the register workbook for a unit and month (either may be open) and return its path.

    A guide, a sheet per register with lists to choose from, and the lists. Raises `UnknownUnit`
    for a code that stands in no version of the site's units.
    """
    registers = load_registers()
    units = _units(site, period)
    sender = Sender(_sender(units, site, unit_code), period)
    with open_book(path, _CREATED) as book:
        style = _Styles.of(book)
        guide = book.sheet(text("template.guide"))
        sheets = {register.name: book.sheet(register.title) for register in registers.all}
        lists = _write_lists(book, style, registers, units)
        _write_guide(book, guide, style, registers, sender)
        for register in registers.all:
            _Page(book, sheets[register.name], style, register, lists).write(sender)
    return path


def _units(site: Site, period: str | None) -> list[Unit]:
    """The units of the month, or the newest version of every unit; by code."""
    chosen = site.units_in(period) if period else site.units
    newest = {unit.code: unit for unit in chosen}
    return [newest[code] for code in sorted(newest)]


def _sender(units: Sequence[Unit], site: Site, code: str | None) -> Unit | None:
    if code is None:
        return None
    found = next((unit for unit in (*units, *reversed(site.units)) if unit.code == code), None)
    if found is None:
        hint = nearest(code, [unit.code for unit in site.units])
        raise UnknownUnit(text("template.unknown_unit", unit=code, hint=hint))
    return found


@dataclass(frozen=True)
class _Styles:
    """The formats of this workbook beyond the house's."""

    title: Format
    purpose: Format
    sender: Format
    note: Format
    head: Format
    needed_head: Format
    marker: Format
    warning: Format
    link: Format
    inputs: dict[str, Format]

    @classmethod
    def of(cls, book: Book) -> "_Styles":
        def make(**style: Any) -> Format:
            base = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
            return book.workbook.add_format({**base, **style})

        head = {"bold": True, "font_color": "white", "border": 1, "border_color": "white",
                "align": "center", "text_wrap": True}  # fmt: skip
        cell = {"border": 1, "border_color": _LINE, "text_wrap": True}
        formats = {
            "text": {}, "official": {}, "choice": {}, "yes_no": {"align": "center"},
            # "@": a code keeps its leading zeros and is never taken for a date.
            "code": {"num_format": "@"}, "unit": {"num_format": "@"},
            "date": {"num_format": "dd/mm/yyyy", "align": "center"},
            "count": {"num_format": "0", "align": "right"},
            "number": {"num_format": "0.##", "align": "right"},
        }  # fmt: skip
        return cls(
            title=make(bold=True, font_size=16, font_color=_INK),
            purpose=make(italic=True, font_color="#404040", text_wrap=True, valign="top"),
            sender=make(bold=True, font_color=_INK),
            note=make(italic=True, font_size=9, font_color="#595959", text_wrap=True, valign="top"),
            head=make(**head, bg_color=_INPUT_HEAD),
            needed_head=make(**head, bg_color=_NEEDED_HEAD),
            marker=make(border=1, border_color=_LINE),
            warning=make(bold=True, font_color="#C00000", text_wrap=True, valign="top"),
            link=make(font_color="#0563C1", underline=1, border=1, border_color=_LINE),
            inputs={name: make(**cell, **style) for name, style in formats.items()},
        )


def _write_lists(
    book: Book, style: _Styles, registers: Registers, units: Sequence[Unit]
) -> dict[str, str]:
    """Write every list to choose from on one sheet; return the cells of each, for the validation.

    (A list in the validation itself may have 255 characters only.)
    """
    sheet = book.sheet(text("template.lists"))
    print_setup(sheet)
    columns = {"unit": (text("template.units_list"), [unit.name for unit in units])}
    for register in registers.all:
        for column in register.columns:
            if column.options:
                labels = list(column.options.values())
                columns.setdefault(_list_name(register, column), (column.label, labels))
    places: dict[str, str] = {}
    for index, (name, (label, values)) in enumerate(columns.items()):
        sheet.write_string(0, index, label, style.head)
        for row, value in enumerate(values, start=1):
            book.put(sheet, row, index, value, "text")
        letter = column_letter(index)
        places[name] = f"='{sheet.get_name()}'!${letter}$2:${letter}${len(values) + 1}"
    set_widths(sheet, [30] * len(columns))
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 0)
    return places


def _list_name(register: Register, column: RegisterColumn) -> str:
    return "yes_no" if column.type == "yes_no" else f"{register.name}.{column.name}"


def _write_guide(
    book: Book, sheet: Worksheet, style: _Styles, registers: Registers, sender: Sender
) -> None:
    """Who sends what for when, how to fill in, and what each sheet is for."""
    set_widths(sheet, _GUIDE_WIDTHS)
    print_setup(sheet, landscape=False)
    sheet.write_string(0, 0, text("template.title"), style.title)
    sheet.set_row(0, 28)
    sheet.merge_range(1, 0, 1, 1, text("template.subtitle"), style.purpose)
    markers = {
        "unit": sender.unit_text,
        "unit_code": sender.unit.code if sender.unit else text("template.blank"),
        "period": sender.period_text,
        "version": registers.version,
    }
    for row, (name, value) in enumerate(markers.items(), start=3):
        sheet.write_string(row, 0, text(f"template.{name}"), style.marker)
        sheet.write_string(row, 1, value, style.marker)
    row = _write_steps(sheet, style, 8)
    sheet.write_string(row, 0, text("template.contents_title"), style.sender)
    for index, head in enumerate(text("template.contents_columns").split("|")):
        sheet.write_string(row + 1, index, head, style.head)
    for number, register in enumerate(registers.all, start=row + 2):
        target = f"internal:'{register.title}'!A{_FIRST_ROW + 1}"
        sheet.write_url(number, 0, target, style.link, register.title)
        book.put(sheet, number, 1, register.purpose, "text")
        lines = lines_needed(register.purpose, _GUIDE_WIDTHS[1])
        sheet.set_row(number, LINE_HEIGHT * lines + 6)


def _write_steps(sheet: Worksheet, style: _Styles, row: int) -> int:
    sheet.write_string(row, 0, text("template.steps_title"), style.sender)
    steps = ("sheets", "rows", "dates", "choices", "columns", "again")
    lines = [f"{n}. {text(f'template.step_{step}')}" for n, step in enumerate(steps, start=1)]
    width = sum(_GUIDE_WIDTHS)
    for line in lines:
        row += 1
        sheet.merge_range(row, 0, row, 1, line, style.purpose)
        sheet.set_row(row, LINE_HEIGHT * lines_needed(line, width) + 3)
    warning = text("template.personal")
    sheet.merge_range(row + 1, 0, row + 1, 1, warning, style.warning)
    sheet.set_row(row + 1, LINE_HEIGHT * lines_needed(warning, width) + 6)
    return row + 3


@dataclass(frozen=True)
class _Page:
    """One register's sheet."""

    book: Book
    sheet: Worksheet
    style: _Styles
    register: Register
    lists: dict[str, str]

    def write(self, sender: Sender) -> None:
        """Write titles, notes, header and the prepared rows."""
        sheet, columns = self.sheet, self.register.columns
        widths = [max(_WIDTHS[c.type], len(c.label) // 2 + 4) for c in columns]
        set_widths(sheet, widths)
        print_setup(sheet, header_rows=(_HEADER_ROW, _HEADER_ROW))
        sheet.write_string(_TITLE_ROW, 0, self.register.title, self.style.title)
        sheet.set_row(_TITLE_ROW, 26)
        self._across(_PURPOSE_ROW, self.register.purpose, self.style.purpose, widths)
        said = [text("template.sent_by", unit=sender.unit_text)]
        said.append(text("template.of_period", period=sender.period_text))
        self._across(_SENDER_ROW, "      ".join(said), self.style.sender, widths)
        notes = [note(column) for column in columns]
        lines = max(map(lines_needed, notes, [width * 1.3 for width in widths]))
        sheet.set_row(_NOTE_ROW, 12.5 * lines + 6)
        sheet.set_row(_HEADER_ROW, 34)
        for index, column in enumerate(columns):
            self._write_column(index, column)
        sheet.freeze_panes(_FIRST_ROW, 1)

    def _across(self, row: int, line: str, style: Format, widths: Sequence[float]) -> None:
        """One line over as many columns as a screen shows, high enough for its text."""
        last = min(len(widths), 5) - 1
        self.sheet.set_row(row, LINE_HEIGHT * lines_needed(line, sum(widths[: last + 1])) + 4)
        if last:
            self.sheet.merge_range(row, 0, row, last, line, style)
        else:
            self.sheet.write_string(row, 0, line, style)

    def _write_column(self, index: int, column: RegisterColumn) -> None:
        sheet, style = self.sheet, self.style
        sheet.write_string(_NOTE_ROW, index, note(column), style.note)
        label = f"{column.label} *" if column.required else column.label
        head = style.needed_head if column.required else style.head
        sheet.write_string(_HEADER_ROW, index, label, head)
        sheet.write_comment(_HEADER_ROW, index, note(column), {"x_scale": 2})
        last = _FIRST_ROW + PREPARED_ROWS - 1
        for row in range(_FIRST_ROW, last + 1):
            sheet.write_blank(row, index, None, style.inputs[column.type])
        rule = self._rule(column)
        if rule:
            sheet.data_validation(_FIRST_ROW, index, last, index, rule)

    def _rule(self, column: RegisterColumn) -> dict[str, Any] | None:
        """What Excel takes in a column: the reader's rules, told while the clerk types."""
        told: dict[str, Any] = {
            "error_title": text("template.wrong_title"),
            "error_message": note(column)[:255],
        }
        if column.type == "unit":
            # A code or an older name is as good as the name in the list.
            return told | {"validate": "list", "source": self.lists["unit"], "show_error": False}
        if column.options:
            name = _list_name(self.register, column)
            return told | {"validate": "list", "source": self.lists[name]}
        if column.type == "date":
            dates = {"minimum": _EARLIEST, "maximum": _LATEST}
            return told | {"validate": "date", "criteria": "between", **dates}
        if column.type in {"count", "number"}:
            kind = "integer" if column.type == "count" else "decimal"
            limits = {"minimum": column.minimum, "maximum": column.maximum or _GREATEST}
            return told | {"validate": kind, "criteria": "between", **limits}
        return None
